package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/remotewrite"
)

// The load of the gate: as many platforms as a city has, each with hundreds of
// series, for 12 minutes of 15 seconds. A request of remote write holds 2,000
// samples, a series of one sample each, as Prometheus sends them; a signed
// report holds one period.
const (
	gatePlatforms = 40
	gateSeries    = 500
	gateSteps     = 48
	gateBatch     = 4
	gateStep      = 15 * time.Second
	gateSamples   = gatePlatforms * gateSeries * gateSteps
	gateSenders   = gatePlatforms // each sends its own, over one connection
)

// gateLoad is the load with its requests encoded.
type gateLoad struct {
	start  time.Time
	sum    float64
	v1, v2 [][]byte // by time, then by platform
	json   [][]byte
}

func newGateLoad() *gateLoad {
	l := &gateLoad{start: time.Now().Add(-gateSteps * gateStep).Truncate(gateStep)}
	l.v1, l.v2 = l.writes(gateSteps, remotewrite.EncodeV1), l.writes(gateSteps, remotewrite.EncodeV2)
	for step := range gateSteps {
		for p := range gatePlatforms {
			l.json = append(l.json, l.report(p, step))
			for i := range gateSeries {
				l.sum += gateValue(p, i, step)
			}
		}
	}
	return l
}

func (l *gateLoad) at(step int) time.Time { return l.start.Add(time.Duration(step) * gateStep) }

// last is the time of the newest samples.
func (l *gateLoad) last() time.Time { return l.at(gateSteps - 1) }

// gateValue counts up, each series at its own pace.
func gateValue(platform, series, step int) float64 {
	return float64(1000*platform + 7*series + step*(series%13+1) + (step*series)%5)
}

func gatePlatform(p int) string { return fmt.Sprintf("gate-%d", p) }

// gateType is the breakdown of a series; the first is the platform's total.
func gateType(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprintf("service-%03d", i)
}

// series is one sample as Prometheus sends it, with the labels that it adds.
func (l *gateLoad) series(p, i, step int) remotewrite.Series {
	labels := []remotewrite.Label{
		{Name: "__name__", Value: "iip_api_calls"},
		{Name: "instance", Value: "127.0.0.1:9090"},
		{Name: "job", Value: "platform"},
		{Name: "platform", Value: gatePlatform(p)},
	}
	if t := gateType(i); t != "" {
		labels = append(labels, remotewrite.Label{Name: "type", Value: t})
	}
	return remotewrite.Series{Labels: labels, Samples: []remotewrite.Sample{{At: l.at(step).UnixMilli(), Value: gateValue(p, i, step)}}}
}

func (l *gateLoad) report(p, step int) []byte {
	var b strings.Builder
	at := l.at(step).UTC().Format(time.RFC3339)
	fmt.Fprintf(&b, `{"schema":1,"platform":%q,"seq":%d,"period":%q,"sent_at":%q,"items":[`, gatePlatform(p), step+1, at, at)
	for i := range gateSeries {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"code":"api_calls",`)
		if t := gateType(i); t != "" {
			b.WriteString(`"dims":{"type":"` + t + `"},`)
		}
		b.WriteString(`"value":` + strconv.FormatFloat(gateValue(p, i, step), 'g', -1, 64) + `}`)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

// signature signs a report as a platform does.
func signature(k issued, seq int, at time.Time, body []byte) string {
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(k.Secret))
	_, _ = fmt.Fprintf(mac, "POST\n/api/platforms/ingest/v1/reports\n%d\n%d\n%s", at.Unix(), seq, hex.EncodeToString(sum[:]))
	return fmt.Sprintf("LH-HMAC-SHA256 key=%s, ts=%d, seq=%d, sig=%s", k.ID, at.Unix(), seq, hex.EncodeToString(mac.Sum(nil)))
}

// gateRun is one contestant's run of the whole load.
type gateRun struct {
	ack, visible time.Duration
	cpu          float64 // seconds
	memory       float64 // MB at most
}

// A contestant takes the load and shows it.
type contestant struct {
	name string
	run  func(b *testing.B, l *gateLoad) gateRun
}

func gateContestants() []contestant {
	return []contestant{
		{"VictoriaMetrics, remote write 1", func(b *testing.B, l *gateLoad) gateRun { return l.peer(b, startVictoriaMetrics(b)) }},
		{"Linghang, remote write 1", func(b *testing.B, l *gateLoad) gateRun { return l.linghangWrites(b, l.v1, remoteWrite1()) }},
		{"Prometheus, remote write 1", func(b *testing.B, l *gateLoad) gateRun { return l.peer(b, startReceiver(b)) }},
		{"Linghang, remote write 2", func(b *testing.B, l *gateLoad) gateRun { return l.linghangWrites(b, l.v2, remoteWrite2()) }},
		{signedJSON, func(b *testing.B, l *gateLoad) gateRun { return l.linghangReports(b) }},
	}
}

func remoteWrite1() http.Header {
	return http.Header{"Content-Type": {"application/x-protobuf"}, "Content-Encoding": {"snappy"}, "X-Prometheus-Remote-Write-Version": {"0.1.0"}}
}

func remoteWrite2() http.Header {
	return http.Header{"Content-Type": {"application/x-protobuf;proto=io.prometheus.write.v2.Request"}, "Content-Encoding": {"snappy"}, "X-Prometheus-Remote-Write-Version": {"2.0.0"}}
}

// BenchmarkGate sends the same samples to Linghang, which answers when they are
// in its fsynced ledger, to VictoriaMetrics, which answers when they are in
// memory, and to Debian's Prometheus, which answers when they are in its
// unsynced log. The clock stops when a query shows the newest samples of all
// series; afterwards all samples are counted and added up.
func BenchmarkGate(b *testing.B) {
	load := newGateLoad()
	contestants := gateContestants()
	runs := make([][]gateRun, len(contestants))
	rounds := kerneltest.Rounds(b)
	for range rounds {
		for i, c := range contestants {
			b.Run(c.name, func(b *testing.B) {
				if b.N > 1 {
					b.Skip("one run takes the whole load")
				}
				r := c.run(b, load)
				runs[i] = append(runs[i], r)
				b.ReportMetric(gateSamples/r.ack.Seconds(), "acked/s")
				b.ReportMetric(gateSamples/r.visible.Seconds(), "visible/s")
				b.ReportMetric(r.cpu*1e6/gateSamples, "cpu-s/M")
				b.ReportMetric(r.memory, "MB")
			})
		}
	}
	reportGate(b, contestants, runs)
}

// reportGate writes the page of the gate: what each took, and its ratio to the
// peers in the same round.
func reportGate(b *testing.B, contestants []contestant, runs [][]gateRun) {
	b.Helper()
	rounds := len(runs[0])
	for _, r := range runs {
		if len(r) != rounds || rounds == 0 {
			return // only some of them were asked for, or failed
		}
	}
	spread := func(i int, of func(r gateRun) float64) string {
		values := make([]float64, rounds)
		for n, r := range runs[i] {
			values[n] = of(r)
		}
		return kerneltest.SpreadOf(values).String()
	}
	lines := []string{
		fmt.Sprintf("The same %d samples (%d platforms × %d series × %d steps of 15 s) to each server, requests encoded before, from %d connections, one of each platform.", gateSamples, gatePlatforms, gateSeries, gateSteps, gateSenders),
		fmt.Sprintf("A request of remote write holds %d samples of one platform, a signed report %d. Every server begins empty in each of %d interleaved rounds.", gateBatch*gateSeries, gateSeries, rounds),
		"Visible: until a query shows the newest sample of all series. Afterwards all samples were counted and added up on each; all were there.",
		"Linghang answers when the samples are in its fsynced ledger; VictoriaMetrics when they are in memory; Prometheus (Debian's) when they are in its unsynced log.",
		"VictoriaMetrics 1.151 answers remote write 2 with success and keeps nothing, Debian's Prometheus speaks version 1 only: version 2 stands beside their version 1.", "",
		"| server | samples/s to acknowledged | samples/s to visible | CPU s per million | memory, MB |", "| --- | --- | --- | --- | --- |",
	}
	for i, c := range contestants {
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s |", c.name,
			spread(i, func(r gateRun) float64 { return gateSamples / r.ack.Seconds() }), spread(i, func(r gateRun) float64 { return gateSamples / r.visible.Seconds() }),
			spread(i, func(r gateRun) float64 { return r.cpu * 1e6 / gateSamples }), spread(i, func(r gateRun) float64 { return r.memory })))
	}
	lines = append(lines, "", "Ratios within a round, median (least–most):", "", "| | bar | measured | |", "| --- | --- | --- | --- |")
	kerneltest.Report(b, "gate", "The gate beside Prometheus and VictoriaMetrics", "make bench-gate", append(lines, gateRatios(contestants, runs)...)...)
}

// gateRatios compares with the bars, which are about visible samples and CPU.
func gateRatios(contestants []contestant, runs [][]gateRun) (lines []string) {
	const victoria, prometheus = 0, 2
	for i, c := range contestants {
		if i == victoria || i == prometheus {
			continue
		}
		bar := 0.8
		if c.name == signedJSON {
			bar = 0.6
		}
		var toVictoria, toPrometheus, cpu []float64
		for n, r := range runs[i] {
			toVictoria = append(toVictoria, runs[victoria][n].visible.Seconds()/r.visible.Seconds())
			toPrometheus = append(toPrometheus, runs[prometheus][n].visible.Seconds()/r.visible.Seconds())
			cpu = append(cpu, r.cpu/runs[victoria][n].cpu)
		}
		a, p, u := kerneltest.SpreadOf(toVictoria), kerneltest.SpreadOf(toPrometheus), kerneltest.SpreadOf(cpu)
		lines = append(lines, fmt.Sprintf("| %s: rate ÷ VictoriaMetrics' | ≥ %.1f | %s | %s |", c.name, bar, a, kerneltest.Verdict(a.Median >= bar)))
		lines = append(lines, fmt.Sprintf("| %s: rate ÷ Prometheus' | ≥ 1.5 | %s | %s |", c.name, p, kerneltest.Verdict(p.Median >= 1.5)))
		lines = append(lines, fmt.Sprintf("| %s: CPU ÷ VictoriaMetrics' | ≤ 1.5 | %s | %s |", c.name, u, kerneltest.Verdict(u.Median <= 1.5)))
	}
	return lines
}

const signedJSON = "Linghang, signed JSON"

// linghangWrites sends the load as remote write to a fresh installation.
func (l *gateLoad) linghangWrites(b *testing.B, bodies [][]byte, header http.Header) gateRun {
	h, keys := gateHouse(b, "push")
	return l.linghang(b, h, keys, flood{
		url: h.url + "/api/platforms/ingest/prometheus/write", bodies: bodies, header: header,
		each: func(r *http.Request, i int) { r.SetBasicAuth(keys[i%gatePlatforms].ID, keys[i%gatePlatforms].Secret) },
	})
}

// linghangReports sends the load as signed reports to a fresh installation.
func (l *gateLoad) linghangReports(b *testing.B) gateRun {
	h, keys := gateHouse(b, "report")
	signed := make([]string, len(l.json))
	for i, body := range l.json {
		signed[i] = signature(keys[i%gatePlatforms], i/gatePlatforms+1, time.Now(), body)
	}
	return l.linghang(b, h, keys, flood{
		url: h.url + "/api/platforms/ingest/v1/reports", bodies: l.json, header: http.Header{"Content-Type": {"application/json"}},
		each: func(r *http.Request, i int) { r.Header["Authorization"] = signed[i : i+1] },
	})
}

// unlimited lifts the limits on each platform and on each caller: all requests
// of a benchmark come from one address.
const unlimited = "limit-address: 0\nlimit-account: 0\nlimit-tenant: 0\nplatforms: {limits: {requests_per_second: 1000000, samples_per_minute: 1000000000}}\n"

// gateHouse is a fresh installation without limits, with the platforms and a key of each.
func gateHouse(b *testing.B, kind string) (*house, []issued) {
	b.Helper()
	h := configuredHouse(b, unlimited)
	keys := make([]issued, gatePlatforms)
	for i := range keys {
		keys[i] = h.platform(gatePlatform(i))
		if kind == "report" {
			var k issued
			h.call("POST", "/api/platforms/"+keys[i].Platform+"/keys", `{"kind":"report"}`, &k)
			keys[i].ID, keys[i].Secret = k.ID, k.Secret
		}
	}
	return h, keys
}

func (l *gateLoad) linghang(b *testing.B, h *house, keys []issued, f flood) gateRun {
	b.Helper()
	r := l.measure(b, h.cmd.Process.Pid, f, func() bool {
		for len(keys) > 0 && h.shows(keys[0].Platform, l.last(), gateValue(gatePlatforms-len(keys), 0, gateSteps-1)) {
			keys = keys[1:]
		}
		return len(keys) == 0
	})
	l.countLedger(b, h)
	return r
}

// shows tells whether the newest value of a platform's total is drawn.
func (h *house) shows(platform string, at time.Time, value float64) bool {
	var v struct {
		Points [][2]float64 `json:"points"`
	}
	stamp := at.UTC().Format(time.RFC3339)
	h.call("GET", fmt.Sprintf("/api/platforms/%s/series?code=api_calls&step=15&from=%s&to=%s", platform, at.Add(-gateStep).UTC().Format(time.RFC3339), stamp), "", &v)
	for _, p := range v.Points {
		if p[0] == float64(at.UnixMilli()) && math.Abs(p[1]-value) < 1e-9 {
			return true
		}
	}
	return false
}
