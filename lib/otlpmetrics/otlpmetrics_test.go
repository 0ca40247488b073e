package otlpmetrics_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"linghang/lib/otlpmetrics"
)

func request() pmetricotlp.ExportRequest {
	md := pmetric.NewMetrics()
	ms := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	at := pcommon.NewTimestampFromTime(time.UnixMilli(1700000000000))
	g := ms.AppendEmpty()
	g.SetName("iip.dev_online")
	p := g.SetEmptyGauge().DataPoints().AppendEmpty()
	p.SetTimestamp(at)
	p.SetIntValue(7)
	p.Attributes().PutStr("industry", "C26")
	s := ms.AppendEmpty()
	s.SetName("iip.api_calls")
	s.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p = s.Sum().DataPoints().AppendEmpty()
	p.SetTimestamp(at)
	p.SetDoubleValue(1.5)
	d := ms.AppendEmpty()
	d.SetName("delta")
	d.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	d.Sum().DataPoints().AppendEmpty()
	h := ms.AppendEmpty()
	h.SetName("latency")
	h.SetEmptyHistogram().DataPoints().AppendEmpty()
	return pmetricotlp.NewExportRequestFromMetrics(md)
}

func TestBothEncodingsReadTheSame(t *testing.T) {
	proto, err := request().MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	text, err := request().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	want := []otlpmetrics.Point{
		{Metric: "iip_dev_online", Labels: []otlpmetrics.Label{{Name: "industry", Value: "C26"}}, At: 1700000000000, Value: 7},
		{Metric: "iip_api_calls", At: 1700000000000, Value: 1.5},
	}
	wantRefused := []otlpmetrics.Refused{{"delta", 1, "its temporality is not cumulative"}, {"latency", 1, "histograms are not read"}}
	for enc, body := range map[otlpmetrics.Encoding][]byte{otlpmetrics.Protobuf: proto, otlpmetrics.JSON: text} {
		points, refused, err := otlpmetrics.Decode(body, enc, otlpmetrics.Limits{Points: 100})
		if err != nil {
			t.Fatalf("%s: %v", enc, err)
		}
		if d := cmp.Diff(want, points); d != "" {
			t.Errorf("%s: %s", enc, d)
		}
		if d := cmp.Diff(wantRefused, refused); d != "" {
			t.Errorf("%s: %s", enc, d)
		}
	}
}

func TestBadRequestsSayWhichStatusTheyDeserve(t *testing.T) {
	f := func(want int, err error) {
		t.Helper()
		var e *otlpmetrics.Error
		if !errors.As(err, &e) || e.Status != want {
			t.Errorf("got %v, want status %d", err, want)
		}
	}
	_, err := otlpmetrics.Negotiate("text/plain")
	f(http.StatusUnsupportedMediaType, err)
	_, _, err = otlpmetrics.Decode([]byte("{"), otlpmetrics.JSON, otlpmetrics.Limits{Points: 10})
	f(http.StatusBadRequest, err)
	_, _, err = otlpmetrics.Decode([]byte{0x0a, 0xff}, otlpmetrics.Protobuf, otlpmetrics.Limits{Points: 10})
	f(http.StatusBadRequest, err)
	body, err := request().MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = otlpmetrics.Decode(body, otlpmetrics.Protobuf, otlpmetrics.Limits{Points: 1})
	f(http.StatusRequestEntityTooLarge, err)
}

func FuzzDecode(f *testing.F) {
	proto, _ := request().MarshalProto()
	text, _ := request().MarshalJSON()
	f.Add(proto)
	f.Add(text)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, enc := range []otlpmetrics.Encoding{otlpmetrics.Protobuf, otlpmetrics.JSON} {
			points, _, err := otlpmetrics.Decode(body, enc, otlpmetrics.Limits{Points: 1000})
			if len(points) > 1000 {
				t.Error("more points than the limit")
			}
			var e *otlpmetrics.Error
			if err != nil && !errors.As(err, &e) {
				t.Errorf("an error without a status: %v", err)
			}
		}
	})
}

func ExampleDecode() {
	body := []byte(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"iip.dev_online","gauge":{"dataPoints":[{"timeUnixNano":"1000000","asInt":"5"}]}}]}]}]}`)
	points, _, err := otlpmetrics.Decode(body, otlpmetrics.JSON, otlpmetrics.Limits{Points: 10})
	fmt.Println(points, err)
	// Output: [{iip_dev_online [] 1 5}] <nil>
}
