package remotewrite_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"

	"linghang/lib/remotewrite"
)

func isStaleBits(v float64) bool { return math.Float64bits(v) == value.StaleNaN }

// readUpstreamV1 reads a request with Prometheus' own types.
func readUpstreamV1(body []byte) ([]remotewrite.Series, error) {
	raw, err := snappy.Decode(nil, body)
	if err != nil {
		return nil, err
	}
	var req prompb.WriteRequest
	if err := req.Unmarshal(raw); err != nil {
		return nil, err
	}
	var list []remotewrite.Series
	for _, ts := range req.Timeseries {
		s := remotewrite.Series{Histograms: len(ts.Histograms), Exemplars: len(ts.Exemplars)}
		for _, l := range ts.Labels {
			s.Labels = append(s.Labels, remotewrite.Label{Name: l.Name, Value: l.Value})
		}
		for _, x := range ts.Samples {
			s.Samples = append(s.Samples, remotewrite.Sample{At: x.Timestamp, Value: x.Value})
		}
		list = append(list, s)
	}
	return list, nil
}

// sameBits compares numbers by their bits: NaN is NaN, and a staleness marker no other NaN.
func sameBits() cmp.Option {
	return cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
}

func TestWhatARealPrometheusSentIsReadToTheBit(t *testing.T) {
	files, err := filepath.Glob("testdata/prometheus-2.42/*.body")
	if err != nil || len(files) == 0 {
		t.Fatalf("the conformance set is missing: %v", err)
	}
	seen := map[string]int{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, err := os.ReadFile(strings.TrimSuffix(file, ".body") + ".headers")
		if err != nil {
			t.Fatal(err)
		}
		header := map[string]string{}
		for line := range strings.Lines(string(head)) {
			name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
			header[name] = text
		}
		v, err := remotewrite.Negotiate(header["Content-Type"], header["Content-Encoding"])
		if err != nil || v != remotewrite.V1 {
			t.Fatalf("%s: version %d, %v", file, v, err)
		}
		want, err := readUpstreamV1(body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(body, v, remotewrite.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, sameBits(), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", file, d)
		}
		for _, s := range got {
			seen["series"]++
			seen["exemplars"] += s.Exemplars
			if fault := remotewrite.CheckLabels(s.Labels); fault != "" {
				t.Errorf("%s: %v: %s", file, s.Labels, fault)
			}
			for _, x := range s.Samples {
				switch {
				case remotewrite.IsStale(x.Value):
					seen["stale"]++
				case math.IsNaN(x.Value):
					seen["nan"]++
				}
			}
		}
	}
	for _, what := range []string{"series", "exemplars", "stale", "nan"} {
		if seen[what] == 0 {
			t.Errorf("the conformance set holds no %s", what)
		}
	}
}

func TestVersion2ReadsEveryFieldOfTheUpstreamEncoder(t *testing.T) {
	body := bodyV2(t, &writev2.Request{
		Symbols: []string{"", "__name__", "a_total", "job", "阀门", "Calls.", "seconds"},
		Timeseries: []writev2.TimeSeries{
			{
				LabelsRefs: []uint32{1, 2, 3, 4},
				Samples:    []writev2.Sample{{Value: 1, Timestamp: 5, StartTimestamp: 3}, {Value: math.Float64frombits(value.StaleNaN), Timestamp: 6}},
				Exemplars:  []writev2.Exemplar{{LabelsRefs: []uint32{3, 4}, Value: 1}},
				Metadata:   writev2.Metadata{Type: writev2.Metadata_METRIC_TYPE_COUNTER, HelpRef: 5, UnitRef: 6},
			},
			{LabelsRefs: []uint32{1, 2}, Histograms: []writev2.Histogram{{Schema: 3}, {Schema: 4}}},
		},
	})
	got, err := read(body, remotewrite.V2, remotewrite.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []remotewrite.Series{
		{
			Labels:    []remotewrite.Label{{Name: "__name__", Value: "a_total"}, {Name: "job", Value: "阀门"}},
			Samples:   []remotewrite.Sample{{At: 5, Value: 1}, {At: 6, Value: math.Float64frombits(value.StaleNaN)}},
			Exemplars: 1,
		},
		{Labels: []remotewrite.Label{{Name: "__name__", Value: "a_total"}}, Histograms: 2},
	}
	if d := cmp.Diff(want, got, sameBits(), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if !remotewrite.IsStale(got[0].Samples[1].Value) {
		t.Error("the staleness marker is not recognised")
	}
}

func TestVersion2TakesReferencesThatAreNotPackedAndSymbolsThatComeLater(t *testing.T) {
	// timeseries {labels_refs: 1, labels_refs: 2, samples {value: 2, timestamp: 7}}, then the symbols.
	raw := []byte("\x2a\x11\x08\x01\x08\x02\x12\x0b\x09\x00\x00\x00\x00\x00\x00\x00\x40\x10\x07" + "\x22\x00" + "\x22\x08__name__" + "\x22\x01x")
	got, err := read(snappy.Encode(nil, raw), remotewrite.V2, remotewrite.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []remotewrite.Series{{Labels: []remotewrite.Label{{Name: "__name__", Value: "x"}}, Samples: []remotewrite.Sample{{At: 7, Value: 2}}}}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

func TestASeriesBeyondItsLimitsIsAFaultOfItsOwn(t *testing.T) {
	f := func(want string, bad ...prompb.Label) {
		t.Helper()
		name := prompb.Label{Name: "__name__", Value: "x"}
		good := prompb.TimeSeries{Labels: []prompb.Label{name}}
		limits := remotewrite.Limits{Labels: 3, Name: 20, Value: 30}
		v1 := bodyV1(t, good, prompb.TimeSeries{Labels: append([]prompb.Label{name}, bad...)}, good)
		req := &writev2.Request{Symbols: []string{"", "__name__", "x"}}
		refs := []uint32{1, 2}
		for _, l := range bad {
			n := uint32(len(req.Symbols))
			req.Symbols = append(req.Symbols, l.Name, l.Value)
			refs = append(refs, n, n+1)
		}
		for range 3 {
			req.Timeseries = append(req.Timeseries, writev2.TimeSeries{LabelsRefs: []uint32{1, 2}})
		}
		req.Timeseries[1].LabelsRefs = refs
		for v, body := range map[remotewrite.Version][]byte{remotewrite.V1: v1, remotewrite.V2: bodyV2(t, req)} {
			got, err := read(body, v, limits)
			if err != nil || len(got) != 3 {
				t.Fatalf("version %d: got %d series, %v", v, len(got), err)
			}
			if got[0].Fault != "" || got[1].Fault != want || got[2].Fault != "" {
				t.Errorf("version %d: got %q, %q, %q, want %q in the middle", v, got[0].Fault, got[1].Fault, got[2].Fault, want)
			}
		}
	}
	f("", prompb.Label{Name: "a", Value: "b"}, prompb.Label{Name: "c", Value: "d"})
	f("more than 3 labels", prompb.Label{Name: "a", Value: "b"}, prompb.Label{Name: "c", Value: "d"}, prompb.Label{Name: "e", Value: "f"})
	f("the name of a label has 21 bytes, more than 20", prompb.Label{Name: strings.Repeat("n", 21), Value: "b"})
	f(`label "a" has 31 bytes, more than 30`, prompb.Label{Name: "a", Value: strings.Repeat("v", 31)})
}

func TestARequestBeyondItsLimitsIsTooLarge(t *testing.T) {
	one := prompb.TimeSeries{Labels: []prompb.Label{{Name: "__name__", Value: "x"}}, Samples: []prompb.Sample{{}, {}}}
	f := func(want string, body []byte, v remotewrite.Version, limits remotewrite.Limits) {
		t.Helper()
		_, err := read(body, v, limits)
		e, ok := err.(*remotewrite.Error) //nolint:errorlint // the very type is the promise
		if !ok || e.Kind != remotewrite.TooLarge || e.What != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	body := bodyV1(t, one, one)
	f("the body has 26 bytes, more than 10", body, remotewrite.V1, remotewrite.Limits{Body: 10})
	f("the body decodes to 42 bytes, more than 20", body, remotewrite.V1, remotewrite.Limits{Decoded: 20, Body: 100})
	f("more than 1 series in one request", body, remotewrite.V1, remotewrite.Limits{Series: 1})
	f("more than 3 samples in one request", body, remotewrite.V1, remotewrite.Limits{Samples: 3})
	f("more than 2 symbols in one request", bodyV2(t, &writev2.Request{Symbols: []string{"", "a", "b"}}), remotewrite.V2, remotewrite.Limits{Symbols: 2})
	// A body may claim to be larger than it is.
	f("the body decodes to 4294967295 bytes, more than 8388608", []byte("\xff\xff\xff\xff\x0f"), remotewrite.V1, remotewrite.Limits{})
}

func TestLabelsAreUTF8(t *testing.T) {
	for _, l := range []remotewrite.Label{{Name: "a\xff", Value: "b"}, {Name: "a", Value: "\xc3"}} {
		if got := remotewrite.CheckLabels([]remotewrite.Label{{Name: "__name__", Value: "x"}, l}); !strings.HasSuffix(got, "is not UTF-8") {
			t.Errorf("%q: got %q", l, got)
		}
	}
}
