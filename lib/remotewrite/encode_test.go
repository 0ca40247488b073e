package remotewrite_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"

	"linghang/lib/remotewrite"
)

func TestWhatIsEncodedReadsBackHereAndUpstream(t *testing.T) {
	body := remotewrite.EncodeV1(want)
	got, err := read(body, remotewrite.V1, remotewrite.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	raw, err := snappy.Decode(nil, body)
	if err != nil {
		t.Fatal(err)
	}
	var upstream prompb.WriteRequest
	if err := upstream.Unmarshal(raw); err != nil {
		t.Fatal(err)
	}
	s := upstream.Timeseries[0]
	if s.Labels[1].Value != "C26" || s.Samples[1].Timestamp != -5 {
		t.Errorf("upstream reads %v", s)
	}
}

func TestWhatIsEncodedAsVersion2ReadsBackHereAndUpstream(t *testing.T) {
	body := remotewrite.EncodeV2(append(want, want...))
	got, err := read(body, remotewrite.V2, remotewrite.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(append(want, want...), got); d != "" {
		t.Error(d)
	}
	raw, err := snappy.Decode(nil, body)
	if err != nil {
		t.Fatal(err)
	}
	var upstream writev2.Request
	if err := upstream.Unmarshal(raw); err != nil {
		t.Fatal(err)
	}
	if len(upstream.Symbols) != 5 || len(upstream.Timeseries) != 2 || upstream.Timeseries[1].Samples[1].Timestamp != -5 {
		t.Errorf("upstream reads %v", &upstream)
	}
}

// A receiver that knows a series by its identity must not take one for another,
// and must know it again whichever version it comes in.
func TestTheSameLabelsHaveTheSameIdentityInBothVersions(t *testing.T) {
	identities := func(body []byte, v remotewrite.Version) (list []string) {
		var r remotewrite.Reader
		for range 2 { // the second time in memory that was used before
			list = nil
			if err := r.Read(body, v, remotewrite.Limits{}, func(e *remotewrite.Entry) error {
				list = append(list, string(e.Identity))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		return list
	}
	series := []remotewrite.Series{{Labels: []remotewrite.Label{{Name: "__name__", Value: "a"}, {Name: "b", Value: strings.Repeat("c", 300)}}}, {Labels: []remotewrite.Label{{Name: "__name__", Value: "ab"}}}}
	one, two := identities(remotewrite.EncodeV1(series), remotewrite.V1), identities(remotewrite.EncodeV2(series), remotewrite.V2)
	if d := cmp.Diff(one, two); d != "" || len(one) != 2 || one[0] == one[1] {
		t.Errorf("identities differ: %s", d)
	}
	// Samples between the labels change nothing.
	label := func(name, value string) string {
		return "\x0a" + string(rune(4+len(name)+len(value))) + "\x0a" + string(rune(len(name))) + name + "\x12" + string(rune(len(value))) + value
	}
	sample := "\x12\x02\x10\x07"
	mixed := label("__name__", "ab") + sample + label("x", "y") + sample + label("z", "y")
	plain := label("__name__", "ab") + label("x", "y") + label("z", "y")
	request := func(message string) []byte {
		return snappy.Encode(nil, []byte("\x0a"+string(rune(len(message)))+message))
	}
	if a, b := identities(request(mixed), remotewrite.V1), identities(request(plain), remotewrite.V1); a[0] != b[0] || a[0] != plain {
		t.Errorf("labels with samples between them are %q, want %q", a[0], b[0])
	}
}
