package remotewrite_test

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"

	"linghang/lib/remotewrite"
)

func bodyV1(t testing.TB, series ...prompb.TimeSeries) []byte {
	t.Helper()
	raw, err := (&prompb.WriteRequest{Timeseries: series}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return snappy.Encode(nil, raw)
}

func bodyV2(t testing.TB, req *writev2.Request) []byte {
	t.Helper()
	raw, err := req.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return snappy.Encode(nil, raw)
}

func read(body []byte, v remotewrite.Version, limits remotewrite.Limits) ([]remotewrite.Series, error) {
	var got []remotewrite.Series
	err := remotewrite.Decode(body, v, limits, func(s remotewrite.Series) error {
		s.Labels, s.Samples = append([]remotewrite.Label(nil), s.Labels...), append([]remotewrite.Sample(nil), s.Samples...)
		got = append(got, s)
		return nil
	})
	return got, err
}

var want = []remotewrite.Series{{
	Labels:  []remotewrite.Label{{Name: "__name__", Value: "iip_dev_online"}, {Name: "industry", Value: "C26"}},
	Samples: []remotewrite.Sample{{At: 1700000000000, Value: 42}, {At: -5, Value: math.Inf(1)}},
}}

func TestVersion1ReadsWhatTheUpstreamEncoderWrites(t *testing.T) {
	got, err := read(bodyV1(t, prompb.TimeSeries{
		Labels:  []prompb.Label{{Name: "__name__", Value: "iip_dev_online"}, {Name: "industry", Value: "C26"}},
		Samples: []prompb.Sample{{Timestamp: 1700000000000, Value: 42}, {Timestamp: -5, Value: math.Inf(1)}},
	}), remotewrite.V1, remotewrite.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestVersion2ReadsWhatTheUpstreamEncoderWrites(t *testing.T) {
	got, err := read(bodyV2(t, &writev2.Request{
		Symbols: []string{"", "__name__", "iip_dev_online", "industry", "C26"},
		Timeseries: []writev2.TimeSeries{{
			LabelsRefs: []uint32{1, 2, 3, 4},
			Samples:    []writev2.Sample{{Timestamp: 1700000000000, Value: 42}, {Timestamp: -5, Value: math.Inf(1)}},
		}},
	}), remotewrite.V2, remotewrite.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestHistogramsAndExemplarsAreCounted(t *testing.T) {
	got, err := read(bodyV1(t, prompb.TimeSeries{
		Labels: []prompb.Label{{Name: "__name__", Value: "h"}}, Histograms: []prompb.Histogram{{}, {}}, Exemplars: []prompb.Exemplar{{}},
	}), remotewrite.V1, remotewrite.Limits{})
	if err != nil || len(got) != 1 || got[0].Histograms != 2 || got[0].Exemplars != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestNegotiateFollowsBothSpecifications(t *testing.T) {
	f := func(contentType, encoding string, want remotewrite.Version, kind remotewrite.Kind) {
		t.Helper()
		got, err := remotewrite.Negotiate(contentType, encoding)
		var e *remotewrite.Error
		switch {
		case kind == 0 && (err != nil || got != want):
			t.Errorf("%q %q: got %v, %v", contentType, encoding, got, err)
		case kind != 0 && (!errors.As(err, &e) || e.Kind != kind):
			t.Errorf("%q %q: got %v, want kind %d", contentType, encoding, err, kind)
		}
	}
	f("application/x-protobuf", "snappy", remotewrite.V1, 0)
	f("application/x-protobuf;proto=prometheus.WriteRequest", "snappy", remotewrite.V1, 0)
	f("application/x-protobuf; proto=io.prometheus.write.v2.Request", "snappy", remotewrite.V2, 0)
	f("application/x-protobuf;proto=other.Message", "snappy", 0, remotewrite.Unsupported)
	f("application/json", "snappy", 0, remotewrite.Unsupported)
	f("", "snappy", 0, remotewrite.Unsupported)
	f("application/x-protobuf", "zstd", 0, remotewrite.Unsupported)
}

func TestBadBodiesAreRefusedWithTheRightKind(t *testing.T) {
	good := bodyV1(t, prompb.TimeSeries{Labels: []prompb.Label{{Name: "__name__", Value: "x"}}, Samples: []prompb.Sample{{Value: 1}}})
	f := func(name string, body []byte, v remotewrite.Version, kind remotewrite.Kind) {
		t.Helper()
		_, err := read(body, v, remotewrite.Limits{})
		var e *remotewrite.Error
		if !errors.As(err, &e) || e.Kind != kind {
			t.Errorf("%s: got %v, want kind %d", name, err, kind)
		}
	}
	f("truncated snappy", good[:len(good)-3], remotewrite.V1, remotewrite.Malformed)
	f("no snappy", []byte("hello, this is text"), remotewrite.V1, remotewrite.Malformed)
	f("empty", nil, remotewrite.V1, remotewrite.Malformed)
	f("10 MB label", bodyV1(t, prompb.TimeSeries{Labels: []prompb.Label{{Name: "__name__", Value: strings.Repeat("x", 10<<20)}}}), remotewrite.V1, remotewrite.TooLarge)
	f("reference outside the symbols", bodyV2(t, &writev2.Request{Symbols: []string{""}, Timeseries: []writev2.TimeSeries{{LabelsRefs: []uint32{7, 8}}}}), remotewrite.V2, remotewrite.Malformed)
	f("odd references", bodyV2(t, &writev2.Request{Symbols: []string{"", "a"}, Timeseries: []writev2.TimeSeries{{LabelsRefs: []uint32{1}}}}), remotewrite.V2, remotewrite.Malformed)
	f("first symbol not empty", bodyV2(t, &writev2.Request{Symbols: []string{"a"}}), remotewrite.V2, remotewrite.Malformed)
}

func TestAMillionSeriesCostNoMoreMemoryThanTheirBody(t *testing.T) {
	// Four million empty series fit 8 MiB; each would be a struct of 150 bytes in memory.
	raw := []byte(strings.Repeat("\x0a\x00", 4_000_000))
	body := snappy.Encode(nil, raw)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := read(body, remotewrite.V1, remotewrite.Limits{})
	runtime.ReadMemStats(&after)
	var e *remotewrite.Error
	if !errors.As(err, &e) || e.Kind != remotewrite.TooLarge {
		t.Errorf("got %v", err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
		t.Errorf("allocated %d bytes", got)
	}
}

func TestCheckLabelsNamesTheFault(t *testing.T) {
	f := func(want string, labels ...remotewrite.Label) {
		t.Helper()
		if got := remotewrite.CheckLabels(labels); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f("", remotewrite.Label{Name: "__name__", Value: "a"}, remotewrite.Label{Name: "b", Value: "c"})
	f("the metric has no name", remotewrite.Label{Name: "b", Value: "c"})
	f(`label "b" is empty`, remotewrite.Label{Name: "__name__", Value: "a"}, remotewrite.Label{Name: "b"})
	f(`label "b" stands twice`, remotewrite.Label{Name: "b", Value: "c"}, remotewrite.Label{Name: "b", Value: "d"})
	unsorted := []remotewrite.Label{{Name: "b", Value: "c"}, {Name: "__name__", Value: "a"}}
	f("", unsorted...)
	if unsorted[0].Name != "__name__" {
		t.Errorf("labels are left as %v", unsorted)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(bodyV1(f, prompb.TimeSeries{Labels: []prompb.Label{{Name: "__name__", Value: "x"}}, Samples: []prompb.Sample{{Value: 1}}}))
	f.Add(bodyV2(f, &writev2.Request{Symbols: []string{"", "a", "b"}, Timeseries: []writev2.TimeSeries{{LabelsRefs: []uint32{1, 2}, Samples: []writev2.Sample{{Value: 1}}}}}))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, v := range []remotewrite.Version{remotewrite.V1, remotewrite.V2} {
			_, err := read(body, v, remotewrite.Limits{Decoded: 1 << 16, Series: 100, Samples: 100})
			var e *remotewrite.Error
			if err != nil && !errors.As(err, &e) {
				t.Errorf("an error without a kind: %v", err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	var series []prompb.TimeSeries
	for i := range 2000 {
		series = append(series, prompb.TimeSeries{
			Labels:  []prompb.Label{{Name: "__name__", Value: "iip_dev_online"}, {Name: "industry", Value: fmt.Sprint("C", i)}},
			Samples: []prompb.Sample{{Timestamp: 1, Value: 2}},
		})
	}
	body := bodyV1(b, series...)
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if err := remotewrite.Decode(body, remotewrite.V1, remotewrite.Limits{}, func(remotewrite.Series) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("upstream", func(b *testing.B) {
		for b.Loop() {
			raw, err := snappy.Decode(nil, body)
			if err != nil {
				b.Fatal(err)
			}
			var req prompb.WriteRequest
			if err := req.Unmarshal(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func ExampleDecode() {
	raw, _ := (&prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Labels: []prompb.Label{{Name: "__name__", Value: "up"}}, Samples: []prompb.Sample{{Timestamp: 1000, Value: 1}},
	}}}).Marshal()
	err := remotewrite.Decode(snappy.Encode(nil, raw), remotewrite.V1, remotewrite.Limits{}, func(s remotewrite.Series) error {
		fmt.Println(remotewrite.Metric(s.Labels), s.Samples)
		return nil
	})
	fmt.Println(err)
	// Output:
	// up [{1000 1}]
	// <nil>
}
