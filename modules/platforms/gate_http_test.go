package platforms

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"linghang/kernel"
	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

// site is a city with one platform in trial and its keys.
type site struct {
	*kerneltest.City
	room     *Module
	id, code string
	push     credentials
	report   credentials
	seq      int64
}

type credentials struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

func newSite(t testing.TB, options ...kerneltest.Options) *site {
	t.Helper()
	s := &site{code: "cosmo"}
	s.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		s.room = New(k.Kit("platforms"), k.Directory())
		return []module.Module{s.room}
	}, options...)
	s.id, s.push = s.platform(t, s.code)
	s.report = s.key(t, s.id, reportKey)
	return s
}

func (s *site) platform(t testing.TB, code string) (id string, push credentials) {
	t.Helper()
	r := s.Send(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"卡奥斯","en":"COSMO"},"code":%q,"class":"leader","district":"370212"}`, code))
	if r.Status != 201 {
		t.Fatalf("register: %d %s", r.Status, r.Body)
	}
	var p credentials
	r.Decode(t, &p)
	return p.ID, s.key(t, p.ID, pushKey)
}

func (s *site) key(t testing.TB, platform, kind string) credentials {
	t.Helper()
	r := s.Send(t, "POST", "/api/platforms/"+platform+"/keys", "officer", fmt.Sprintf(`{"kind":%q}`, kind))
	if r.Status != 201 {
		t.Fatalf("issue key: %d %s", r.Status, r.Body)
	}
	var k credentials
	r.Decode(t, &k)
	return k
}

const (
	reportDoor = "/api/platforms/ingest/v1/reports"
	writeDoor  = "/api/platforms/ingest/prometheus/write"
	otlpDoor   = "/api/platforms/ingest/otlp/v1/metrics"
	typeV1     = "application/x-protobuf"
	typeV2     = "application/x-protobuf;proto=io.prometheus.write.v2.Request"
)

// knock sends a body to a door with a push key; header are names and values.
func (s *site) knock(door string, k credentials, body []byte, header ...string) kerneltest.Reply {
	r := httptest.NewRequest("POST", door, bytes.NewReader(body))
	if k.ID != "" {
		r.SetBasicAuth(k.ID, k.Secret)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.Do(r)
}

func (s *site) write(k credentials, body []byte) kerneltest.Reply {
	return s.knock(writeDoor, k, body, "Content-Type", typeV1, "Content-Encoding", "snappy", "X-Prometheus-Remote-Write-Version", "0.1.0")
}

// nextReport is a good report with the next seq and the items.
func (s *site) nextReport(items string) []byte {
	s.seq++
	return fmt.Appendf(nil, `{"schema":1,"seq":%d,"period":%q,"items":[%s]}`, s.seq, time.Now().UTC().Format(time.RFC3339), items)
}

func seriesOf(name string, at time.Time, value float64, labels ...string) prompb.TimeSeries {
	ts := prompb.TimeSeries{Labels: []prompb.Label{{Name: "__name__", Value: name}}, Samples: []prompb.Sample{{Timestamp: at.UnixMilli(), Value: value}}}
	for i := 0; i+1 < len(labels); i += 2 {
		ts.Labels = append(ts.Labels, prompb.Label{Name: labels[i], Value: labels[i+1]})
	}
	return ts
}

func writeV1(t testing.TB, series ...prompb.TimeSeries) []byte {
	t.Helper()
	raw, err := (&prompb.WriteRequest{Timeseries: series}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return snappy.Encode(nil, raw)
}

func otlp(t testing.TB, name string, at time.Time, value float64, attributes ...string) []byte {
	t.Helper()
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(name)
	p := m.SetEmptyGauge().DataPoints().AppendEmpty()
	p.SetTimestamp(pcommon.NewTimestampFromTime(at))
	p.SetDoubleValue(value)
	for i := 0; i+1 < len(attributes); i += 2 {
		p.Attributes().PutStr(attributes[i], attributes[i+1])
	}
	body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// counter reads one series of /metrics, as a scraper on this machine does.
func (s *site) counter(t testing.TB, name string) float64 {
	t.Helper()
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.RemoteAddr = "127.0.0.1:1"
	lines := bufio.NewScanner(bytes.NewReader(s.Do(r).Body))
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			v, err := strconv.ParseFloat(rest, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	return 0
}

func (s *site) latest(t testing.TB, id string) map[string]float64 {
	t.Helper()
	r := s.Get(t, "/api/platforms/"+id+"/indicators", "officer")
	var v indicatorsView
	r.Decode(t, &v)
	got := map[string]float64{}
	for _, x := range v.Items {
		got[x.Code+"{"+x.Dims.key()+"}"] = x.Value.Value
	}
	return got
}

func TestWhatIsGoodComesInThroughEveryDoor(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { whatIsGoodComesInThroughEveryDoor(t, newSite(t, o)) })
}

func whatIsGoodComesInThroughEveryDoor(t *testing.T, s *site) {
	t.Helper()
	now := time.Now()
	check := func(door string, r kerneltest.Reply, status int) {
		t.Helper()
		if r.Status != status {
			t.Errorf("%s: %d %s", door, r.Status, r.Body)
		}
	}
	check("JSON", s.knock(reportDoor, s.push, s.nextReport(`{"code":"heartbeat","value":1}`), "Content-Type", "application/json"), 200)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(s.nextReport(`{"code":"dev_online","value":7,"dims":{"industry":"C26"}}`)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	check("gzip JSON", s.knock(reportDoor, s.push, z.Bytes(), "Content-Type", "application/json", "Content-Encoding", "gzip"), 200)
	body := s.nextReport(`{"code":"data_rate","value":9}`)
	at := time.Now()
	check("signed JSON", s.Do(s.signed(body, at, s.seq)), 200)
	check("remote write 1.0", s.write(s.push, writeV1(t, seriesOf("iip_api_p95", now, 31))), 204)
	raw, err := (&writev2.Request{
		Symbols:    []string{"", "__name__", "iip_ent_served", "industry", "C36"},
		Timeseries: []writev2.TimeSeries{{LabelsRefs: []uint32{1, 2, 3, 4}, Samples: []writev2.Sample{{Timestamp: now.UnixMilli(), Value: 12}}}},
	}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	r := s.knock(writeDoor, s.push, snappy.Encode(nil, raw), "Content-Type", typeV2, "Content-Encoding", "snappy")
	check("remote write 2.0", r, 204)
	if n := r.Header.Get("X-Prometheus-Remote-Write-Samples-Written"); n != "1" {
		t.Errorf("remote write 2.0 says it wrote %q samples", n)
	}
	check("OTLP", s.knock(otlpDoor, s.push, otlp(t, "iip.app_total", now, 5), "Content-Type", "application/x-protobuf"), 200)
	want := map[string]float64{
		"heartbeat{}": 1, "dev_online{industry=C26;}": 7, "data_rate{}": 9, "api_p95{}": 31, "ent_served{industry=C36;}": 12, "app_total{}": 5,
	}
	got := s.latest(t, s.id)
	for code, v := range want {
		if got[code] != v {
			t.Errorf("%s is %v, want %v; all: %v", code, got[code], v, got)
		}
	}
}

func TestBadInputIsRefusedWithTheReason(t *testing.T) {
	s, now := newSite(t), time.Now()
	_, foreign := s.platform(t, "other")
	good := writeV1(t, seriesOf("iip_api_p95", now, 1))
	json1 := []string{"Content-Type", "application/json"}
	f := func(name string, r kerneltest.Reply, status int, key, reason, counter string, before float64) {
		t.Helper()
		var p httpd.Problem
		if err := json.Unmarshal(r.Body, &p); err != nil || r.Status != status || p.Key != key || !strings.Contains(string(r.Body), reason) {
			t.Errorf("%s: %d %s, want %d %s with %q", name, r.Status, r.Body, status, key, reason)
		}
		if after := s.counter(t, counter); after <= before {
			t.Errorf("%s: %s stayed at %v", name, counter, after)
		}
	}
	requests := func(what string) string {
		return `linghang_platforms_ingest_refused_requests_total{what="` + what + `"}`
	}
	values := func(reason string) string {
		return `linghang_platforms_ingest_refused_values_total{reason="` + reason + `"}`
	}
	do := func(name string, send func() kerneltest.Reply, status int, key, reason, counter string) {
		t.Helper()
		before := s.counter(t, counter)
		f(name, send(), status, key, reason, counter, before)
	}
	write := func(series ...prompb.TimeSeries) func() kerneltest.Reply {
		return func() kerneltest.Reply { return s.write(s.push, writeV1(t, series...)) }
	}
	knock := func(door string, k credentials, body []byte, header ...string) func() kerneltest.Reply {
		return func() kerneltest.Reply { return s.knock(door, k, body, header...) }
	}
	report := func(items string) func() kerneltest.Reply {
		return func() kerneltest.Reply { return s.knock(reportDoor, s.push, s.nextReport(items), json1...) }
	}

	do("no key", knock(writeDoor, credentials{}, good, "Content-Type", typeV1, "Content-Encoding", "snappy"), 401, "platforms.key.missing", "key", requests("key"))
	do("wrong secret", knock(reportDoor, credentials{s.push.ID, "x"}, []byte("{}"), json1...), 401, "platforms.key.refused", "key", requests("key"))
	do("truncated snappy", func() kerneltest.Reply { return s.write(s.push, good[:len(good)/2]) }, 400, "platforms.push.unreadable", "snappy", requests("request"))
	do("no snappy at all", func() kerneltest.Reply { return s.write(s.push, []byte("hello")) }, 400, "platforms.push.unreadable", "snappy", requests("request"))
	do("wrong content type at remote write", knock(writeDoor, s.push, good, "Content-Type", "application/json"), 415, "platforms.body.type", "application/x-protobuf", requests("type"))
	do("wrong content type at OTLP", knock(otlpDoor, s.push, good, "Content-Type", "text/plain"), 415, "platforms.body.type", "application/x-protobuf", requests("type"))
	do("wrong content type at reports", knock(reportDoor, s.push, []byte("{}"), "Content-Type", "text/plain"), 415, "platforms.body.type", "application/json", requests("request"))
	do("damaged protobuf at OTLP", knock(otlpDoor, s.push, []byte{0xff, 0xff, 0x01}, "Content-Type", "application/x-protobuf"), 400, "platforms.push.unreadable", "", requests("request"))
	do("not JSON", knock(reportDoor, s.push, []byte("{"), json1...), 400, "platforms.report.unreadable", "body", requests("request"))
	do("unknown field", knock(reportDoor, s.push, []byte(`{"schema":1,"colour":"red"}`), json1...), 400, "platforms.report.unreadable", "colour", requests("request"))
	do("damaged gzip", knock(reportDoor, s.push, []byte("no gzip"), "Content-Type", "application/json", "Content-Encoding", "gzip"), 400, "platforms.body.damaged", "gzip", requests("request"))
	do("gzip bomb", knock(reportDoor, s.push, bomb(t), "Content-Type", "application/json", "Content-Encoding", "gzip"), 413, "platforms.body.decoded", "", requests("request"))
	do("10 MB label in a packed request", write(seriesOf("iip_app_total", now, 1, "type", strings.Repeat("x", 10<<20))), 413, "platforms.push.unreadable", "", requests("request"))
	do("long label", write(seriesOf("iip_app_total", now, 1, "type", strings.Repeat("x", 100))), 400, "platforms.push.partial", "longer than", values("dimension_long"))
	do("NaN", write(seriesOf("iip_api_p95", now, math.NaN())), 400, "platforms.push.partial", "finite", values("not_finite"))
	do("JSON under another name", knock(otlpDoor, s.push, []byte("{}"), "Content-Type", "text/json"), 415, "platforms.body.type", "", requests("type"))
	do("infinity", write(seriesOf("iip_api_p95", now, math.Inf(1))), 400, "platforms.push.partial", "finite", values("not_finite"))
	do("far future", write(seriesOf("iip_api_p95", now.Add(48*time.Hour), 1)), 400, "platforms.push.partial", "future", values("future"))
	do("long ago", write(seriesOf("iip_api_p95", now.Add(-72*time.Hour), 1)), 400, "platforms.push.partial", "back-fill", values("too_old"))
	do("no time", write(seriesOf("iip_api_p95", time.UnixMilli(-1), 1)), 400, "platforms.push.partial", "time", values("time"))
	do("another platform's series", func() kerneltest.Reply {
		return s.write(foreign, writeV1(t, seriesOf("iip_api_p95", now, 666, "platform", s.code)))
	}, 400, "platforms.push.partial", "belongs to platform", values("foreign"))
	do("another platform's report", func() kerneltest.Reply {
		body := bytes.Replace(s.nextReport(`{"code":"heartbeat","value":1}`), []byte(`"schema"`), []byte(`"platform":"cosmo","schema"`), 1)
		return s.knock(reportDoor, foreign, body, json1...)
	}, 403, "platforms.report.foreign", "cosmo", requests("request"))
	do("metric of another kind", write(seriesOf("node_load1", now, 1)), 400, "platforms.push.partial", "begin with iip_", values("prefix"))
	do("unknown indicator", report(`{"code":"happiness","value":1}`), 422, "platforms.report.partial", "happiness", values("unknown"))
	do("negative", report(`{"code":"dev_online","value":-1}`), 422, "platforms.report.partial", "negative", values("negative"))
	do("no such industry", report(`{"code":"dev_online","value":1,"dims":{"industry":"C99"}}`), 422, "platforms.report.partial", "C99", values("vocabulary"))
	do("more than its bound", report(`{"code":"dev_connected","value":1},{"code":"dev_online","value":2}`), 422, "platforms.report.partial", "more than dev_connected", values("bound"))

	// Only the good half of the last report is there.
	if got := s.latest(t, s.id); len(got) != 1 || got["dev_connected{}"] != 1 {
		t.Errorf("refused input changed the newest values: %v", got)
	}
}

// bomb is a small body that decodes to 64 MB.
func bomb(t testing.TB) []byte {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := io.CopyN(w, zeros{}, 64<<20); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// A million new series in one key's name: the limit holds in the ledger, and
// memory does not grow with what is refused.
func TestAMillionNewSeriesAreBounded(t *testing.T) {
	s, now := newSite(t), time.Now()
	send := func(batch int) kerneltest.Reply {
		series := make([]prompb.TimeSeries, maxItems)
		for i := range series {
			series[i] = seriesOf("iip_app_total", now, 1, "type", fmt.Sprintf("t-%d-%d", batch, i))
		}
		return s.write(s.push, writeV1(t, series...))
	}
	answers := map[int]int{}
	answers[send(0).Status]++ // the first batch may fill what is allowed
	before := heap()
	for batch := 1; batch < 1_000_000/maxItems; batch++ {
		answers[send(batch).Status]++
	}
	if grown := int64(heap()) - int64(before); grown > 24<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	if answers[400] == 0 || answers[400]+answers[429] != 100 {
		t.Errorf("answers were %v, want 400 and 429 only", answers)
	}
	if n := len(s.latest(t, s.id)); n != defaults().Limits.Series {
		t.Errorf("the platform has %d series, want its limit of %d", n, defaults().Limits.Series)
	}
	if c := s.counter(t, `linghang_platforms_ingest_refused_values_total{reason="series_limit"}`); c < float64(defaults().Limits.Series) {
		t.Errorf("%v refused values were counted as series_limit", c)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestARepeatedReportAnswersItsFirstReceipt(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { aRepeatedReportAnswersItsFirstReceipt(t, newSite(t, o)) })
}

func aRepeatedReportAnswersItsFirstReceipt(t *testing.T, s *site) {
	t.Helper()
	body := s.nextReport(`{"code":"heartbeat","value":1}`)
	first := s.knock(reportDoor, s.push, body, "Content-Type", "application/json")
	again := s.knock(reportDoor, s.push, body, "Content-Type", "application/json")
	var a, b receiptView
	first.Decode(t, &a)
	again.Decode(t, &b)
	if again.Status != 200 || a.Receipt == "" || a.Receipt != b.Receipt {
		t.Errorf("answers were %s and %s", first.Body, again.Body)
	}
	other := bytes.Replace(body, []byte(`"value":1`), []byte(`"value":0`), 1)
	if r := s.knock(reportDoor, s.push, other, "Content-Type", "application/json"); r.Status != 409 {
		t.Errorf("the same seq with another body: %d %s", r.Status, r.Body)
	}
}

func TestASignatureHoldsForOneRequestOnly(t *testing.T) {
	s := newSite(t)
	body := s.nextReport(`{"code":"heartbeat","value":1}`)
	f := func(name string, key string, mutate func(body []byte) []byte, at time.Time, seq int64) {
		t.Helper()
		r := s.signed(body, at, seq)
		if mutate != nil {
			r.Body = io.NopCloser(bytes.NewReader(mutate(body)))
		}
		var p httpd.Problem
		reply := s.Do(r)
		if json.Unmarshal(reply.Body, &p) != nil || p.Key != key {
			t.Errorf("%s: %d %s, want %s", name, reply.Status, reply.Body, key)
		}
	}
	f("changed body", "platforms.signature.wrong", func(b []byte) []byte { return bytes.Replace(b, []byte(`"value":1`), []byte(`"value":2`), 1) }, time.Now(), s.seq)
	f("old request", "platforms.signature.clock", nil, time.Now().Add(-clockWindow-time.Second), s.seq)
	f("request of the future", "platforms.signature.clock", nil, time.Now().Add(clockWindow+time.Second), s.seq)
	f("another seq signed", "platforms.report.seq_signed", nil, time.Now(), s.seq+1)
}

func TestKeysRotateWithoutAGap(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { keysRotateWithoutAGap(t, newSite(t, o)) })
}

func keysRotateWithoutAGap(t *testing.T, s *site) {
	t.Helper()
	send := func(k credentials) int {
		return s.knock(reportDoor, k, s.nextReport(`{"code":"heartbeat","value":1}`), "Content-Type", "application/json").Status
	}
	fresh := s.key(t, s.id, pushKey)
	if a, b := send(s.push), send(fresh); a != 200 || b != 200 {
		t.Errorf("old and new key answered %d and %d side by side", a, b)
	}
	if r := s.Send(t, "POST", "/api/platforms/"+s.id+"/keys", "officer", `{"kind":"push"}`); r.Status != 409 {
		t.Errorf("a third key: %d %s", r.Status, r.Body)
	}
	if r := s.Send(t, "DELETE", "/api/platforms/"+s.id+"/keys/"+s.push.ID, "officer", ""); r.Status != 204 {
		t.Errorf("revoke: %d %s", r.Status, r.Body)
	}
	if a, b := send(s.push), send(fresh); a != 401 || b != 200 {
		t.Errorf("after revoking, old and new key answered %d and %d", a, b)
	}
}

func TestASandboxKeyChecksAndKeepsNothing(t *testing.T) {
	s := newSite(t)
	r := s.Send(t, "POST", "/api/platforms/"+s.id+"/keys", "officer", `{"kind":"report","sandbox":true}`)
	if r.Status == 409 {
		r = s.Send(t, "POST", "/api/platforms/"+s.id+"/keys", "officer", `{"kind":"push","sandbox":true}`)
	}
	if r.Status != 201 {
		t.Fatalf("issue sandbox key: %d %s", r.Status, r.Body)
	}
	var k credentials
	r.Decode(t, &k)
	s.report = k
	body := s.nextReport(`{"code":"heartbeat","value":1},{"code":"happiness","value":1}`)
	reply := s.Do(s.signed(body, time.Now(), s.seq))
	if reply.Status != 422 || !strings.Contains(string(reply.Body), "happiness") {
		t.Errorf("sandbox: %d %s", reply.Status, reply.Body)
	}
	if got := s.latest(t, s.id); len(got) > 0 {
		t.Errorf("a sandbox report was kept: %v", got)
	}
}

func TestARetiredPlatformIsRefused(t *testing.T) {
	s := newSite(t)
	if r := s.Send(t, "POST", "/api/platforms/"+s.id+"/status", "officer", `{"to":"suspended","reason":"test"}`, "If-Match", `"1"`); r.Status != 200 {
		t.Fatalf("suspend: %d %s", r.Status, r.Body)
	}
	r := s.knock(reportDoor, s.push, s.nextReport(`{"code":"heartbeat","value":1}`), "Content-Type", "application/json")
	var p httpd.Problem
	if json.Unmarshal(r.Body, &p) != nil || r.Status != 403 || p.Key != "platforms.platform.not_reporting" {
		t.Errorf("a suspended platform: %d %s", r.Status, r.Body)
	}
}

// signed is a request signed with the site's report key.
func (s *site) signed(body []byte, at time.Time, seq int64) *http.Request {
	r := httptest.NewRequest("POST", reportDoor, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	sum := hex.EncodeToString(sign(s.report.Secret, "POST", reportDoor, at, seq, body))
	r.Header.Set("Authorization", fmt.Sprintf("%s key=%s, ts=%d, seq=%d, sig=%s", scheme, s.report.ID, at.Unix(), seq, sum))
	return r
}

// What a person fills in by hand is kept, and does not show the platform alive.
func TestBackfillDoesNotCountAsReporting(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { backfillDoesNotCountAsReporting(t, newSite(t, o)) })
}

func backfillDoesNotCountAsReporting(t *testing.T, s *site) {
	t.Helper()
	day := time.Now().In(cityTime()).AddDate(0, 0, -3).Format("2006-01-02")
	r := s.Send(t, "POST", "/api/platforms/"+s.id+"/backfill", "officer", "code,period,value\ndev_connected,"+day+",12\n", "Content-Type", "text/csv")
	if r.Status != 200 {
		t.Fatalf("back-fill: %d %s", r.Status, r.Body)
	}
	var p PlatformView
	s.Get(t, "/api/platforms/"+s.id, "officer").Decode(t, &p)
	if p.Freshness != freshNever || s.latest(t, s.id)["dev_connected{}"] != 12 {
		t.Errorf("after back-fill the platform is %s with %v", p.Freshness, s.latest(t, s.id))
	}
	v, err := s.room.measures.monitored(t.Context())
	if err != nil || v.Number != 0 {
		t.Errorf("platforms.monitored is %v, %v", v.Number, err)
	}
}

func TestASenderLearnsWhatItOwesAndChecksItself(t *testing.T) {
	s := newSite(t)
	ask := func(method, path string, body []byte) kerneltest.Reply {
		r := httptest.NewRequest(method, "/api/platforms/ingest/v1/"+path, bytes.NewReader(body))
		r.SetBasicAuth(s.push.ID, s.push.Secret)
		r.Header.Set("Content-Type", "application/json")
		return s.Do(r)
	}
	if r := ask("POST", "check", s.nextReport(`{"code":"heartbeat","value":1}`)); r.Status != 200 || len(s.latest(t, s.id)) > 0 {
		t.Errorf("a check answered %d %s and kept %v", r.Status, r.Body, s.latest(t, s.id))
	}
	if r := ask("POST", "check", s.nextReport(`{"code":"happiness","value":1}`)); r.Status != 422 {
		t.Errorf("a bad report passed the check: %d %s", r.Status, r.Body)
	}
	if r := ask("POST", "reports", s.nextReport(`{"code":"heartbeat","value":1}`)); r.Status != 200 {
		t.Fatalf("report: %d %s", r.Status, r.Body)
	}
	var due dueView
	ask("GET", "due", nil).Decode(t, &due)
	if len(due.Items) != 1 || due.Items[0].Code != "heartbeat" || due.Items[0].State != "received" {
		t.Errorf("due: %+v", due)
	}
}
