package otlpmetrics_test

import (
	"bytes"
	"errors"
	"math"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"google.golang.org/protobuf/encoding/protowire"

	"linghang/lib/otlpmetrics"
)

func export(t testing.TB) (text, proto []byte) {
	t.Helper()
	text, err := os.ReadFile("testdata/export.json")
	if err != nil {
		t.Fatal(err)
	}
	req := pmetricotlp.NewExportRequest()
	if err := req.UnmarshalJSON(text); err != nil {
		t.Fatal(err)
	}
	proto, err = req.MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	return text, proto
}

func TestEveryKindOfMetricIsReadOrRefusedByName(t *testing.T) {
	const at, later = 1700000000000, 1700000001000
	want := []otlpmetrics.Point{
		{Metric: "iip_dev_online", Labels: []otlpmetrics.Label{{Name: "industry", Value: "C26"}}, At: at, Value: 42},
		{Metric: "iip_dev_online", Labels: []otlpmetrics.Label{{Name: "plant_no", Value: "7"}}, At: at, Value: 43},
		{Metric: "iip_dev_online", At: later, Value: 1.5},
		{Metric: "iip_dev_online", At: later, Value: math.NaN()},
		{Metric: "iip_api_calls", At: at, Value: 9007199254740992},
	}
	wantRefused := []otlpmetrics.Refused{
		{Metric: "iip.dev_online", Points: 1, Why: "a point has no value"},
		{Metric: "delta", Points: 2, Why: "its temporality is not cumulative"},
		{Metric: "latency", Points: 1, Why: "histograms are not read"},
		{Metric: "exponential", Points: 1, Why: "histograms are not read"},
		{Metric: "summary", Points: 1, Why: "summaries are not read"},
	}
	text, proto := export(t)
	for enc, body := range map[otlpmetrics.Encoding][]byte{otlpmetrics.JSON: text, otlpmetrics.Protobuf: proto} {
		got, refused, err := otlpmetrics.Decode(body, enc, otlpmetrics.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", enc, d)
		}
		if d := cmp.Diff(wantRefused, refused); d != "" {
			t.Errorf("%s: %s", enc, d)
		}
	}
}

func gauge(attributes ...string) []byte {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("g")
	points := m.SetEmptyGauge().DataPoints()
	for range 2 { // the same fault twice is one refusal of two points
		p := points.AppendEmpty()
		p.SetIntValue(1)
		for i := 0; i < len(attributes); i += 2 {
			p.Attributes().PutStr(attributes[i], attributes[i+1])
		}
	}
	points.AppendEmpty().SetIntValue(2)
	body, _ := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	return body
}

func TestAPointBeyondItsLimitsIsRefusedAndTheOthersAreRead(t *testing.T) {
	f := func(want string, attributes ...string) {
		t.Helper()
		points, refused, err := otlpmetrics.Decode(gauge(attributes...), otlpmetrics.Protobuf, otlpmetrics.Limits{Attributes: 2, Name: 20, Value: 30})
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			if len(points) != 3 || len(refused) != 0 {
				t.Errorf("got %d points, %v", len(points), refused)
			}
			return
		}
		if len(points) != 1 || len(refused) != 1 || refused[0] != (otlpmetrics.Refused{Metric: "g", Points: 2, Why: want}) {
			t.Errorf("got %d points and %v, want %q", len(points), refused, want)
		}
	}
	f("", "a", "1", "b", "2")
	f("a point has 3 attributes, more than 2", "a", "1", "b", "2", "c", "3")
	f("the name of an attribute has 21 bytes, not 1 to 20", strings.Repeat("n", 21), "x")
	f("the name of an attribute has 0 bytes, not 1 to 20", "", "x")
	f(`attribute "a" has 31 bytes, more than 30`, "a", strings.Repeat("v", 31))
	f(`two attributes become the label "a_b"`, "a.b", "1", "a-b", "2")
}

func TestNamesBecomeWritable(t *testing.T) {
	for name, want := range map[string]string{"iip.dev_online": "iip_dev_online", "5g.ports": "_5g_ports", "阀门/开": "____", "a:b": "a:b"} {
		if got := otlpmetrics.Name(name); got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
}

// hostile returns requests that are small on the wire and would be large in memory.
func hostile() map[string]struct {
	body []byte
	enc  otlpmetrics.Encoding
	want int
} {
	type request = struct {
		body []byte
		enc  otlpmetrics.Encoding
		want int
	}
	wrap := func(body []byte, fields ...protowire.Number) []byte {
		for _, f := range fields {
			body = append(protowire.AppendVarint(protowire.AppendTag(nil, f, protowire.BytesType), uint64(len(body))), body...)
		}
		return body
	}
	// An attribute whose value is a list of a list of a list …
	deep := []byte(nil)
	for range 5_000 {
		deep = wrap(deep, 1, 5)
	}
	nested := wrap(deep, 2, 7, 1, 5, 2, 2, 1) // value, attribute, point, gauge, metric, scope, resource
	return map[string]request{
		"a million empty resources": {bytes.Repeat([]byte{0x0a, 0x00}, 1_000_000), otlpmetrics.Protobuf, http.StatusRequestEntityTooLarge},
		"a million empty points":    {wrap(bytes.Repeat([]byte{0x0a, 0x00}, 1_000_000), 5, 2, 2, 1), otlpmetrics.Protobuf, http.StatusRequestEntityTooLarge},
		"values without end":        {nested, otlpmetrics.Protobuf, http.StatusBadRequest},
		"a million empty objects":   {[]byte(`{"resourceMetrics":[{}` + strings.Repeat(",{}", 1_000_000) + `]}`), otlpmetrics.JSON, http.StatusRequestEntityTooLarge},
		"a million nulls":           {[]byte(`{"resourceMetrics":[null` + strings.Repeat(",null", 1_000_000) + `]}`), otlpmetrics.JSON, http.StatusRequestEntityTooLarge},
		"lists without end":         {[]byte(strings.Repeat(`{"a":[`, 500_000)), otlpmetrics.JSON, http.StatusBadRequest},
	}
}

func TestHostileRequestsAreRefusedInFlatMemory(t *testing.T) {
	for name, r := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := otlpmetrics.Decode(r.body, r.enc, otlpmetrics.Limits{})
		runtime.ReadMemStats(&after)
		if e, ok := errors.AsType[*otlpmetrics.Error](err); !ok || e.Status != r.want {
			t.Errorf("%s: got %v, want status %d", name, err, r.want)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("%s: allocated %d bytes", name, got)
		}
	}
}

func TestABodyBeyondItsLimitIsTooLarge(t *testing.T) {
	_, _, err := otlpmetrics.Decode(make([]byte, 11), otlpmetrics.Protobuf, otlpmetrics.Limits{Body: 10})
	if e, ok := errors.AsType[*otlpmetrics.Error](err); !ok || e.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %v", err)
	}
}

func TestTheAnswerSaysHowManyPointsWereRefused(t *testing.T) {
	for _, enc := range []otlpmetrics.Encoding{otlpmetrics.Protobuf, otlpmetrics.JSON} {
		for _, rejected := range []int{0, 3} {
			body, err := otlpmetrics.Response(enc, rejected, "because")
			if err != nil {
				t.Fatal(err)
			}
			res := pmetricotlp.NewExportResponse()
			if enc == otlpmetrics.JSON {
				err = res.UnmarshalJSON(body)
			} else {
				err = res.UnmarshalProto(body)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := res.PartialSuccess().RejectedDataPoints(); got != int64(rejected) || (rejected > 0) != (res.PartialSuccess().ErrorMessage() == "because") {
				t.Errorf("%s: %d rejected, %q", enc, got, res.PartialSuccess().ErrorMessage())
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	md := pmetric.NewMetrics()
	ms := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	for range 20 {
		m := ms.AppendEmpty()
		m.SetName("iip.dev_online")
		points := m.SetEmptyGauge().DataPoints()
		for range 100 {
			p := points.AppendEmpty()
			p.SetTimestamp(pcommon.Timestamp(1700000000000000000))
			p.SetDoubleValue(1)
			p.Attributes().PutStr("industry", "C26")
		}
	}
	req := pmetricotlp.NewExportRequestFromMetrics(md)
	proto, _ := req.MarshalProto()
	text, _ := req.MarshalJSON()
	for name, body := range map[otlpmetrics.Encoding][]byte{otlpmetrics.Protobuf: proto, otlpmetrics.JSON: text} {
		b.Run(string(name), func(b *testing.B) {
			for b.Loop() {
				if points, _, err := otlpmetrics.Decode(body, name, otlpmetrics.Limits{}); err != nil || len(points) != 2000 {
					b.Fatal(len(points), err)
				}
			}
		})
	}
}
