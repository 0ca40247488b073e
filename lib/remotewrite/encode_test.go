package remotewrite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"

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
