package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/remotewrite"
)

// A million active series: 200 platforms with as many as one may have, three times
// 15 seconds of each.
const (
	scalePlatforms = 5 * gateSenders
	scaleSeries    = 5000
	scaleSteps     = 3
	scaleBatch     = 2000 // samples of a request, as Prometheus sends them
)

// BenchmarkMillionSeries sends them to an installation that keeps its series itself,
// and to one whose series are in VictoriaMetrics, which the configuration names.
func BenchmarkMillionSeries(b *testing.B) {
	begin := time.Now().Add(-scaleSteps * gateStep)
	bodies, platforms := scaleLoad(begin)
	lines := []string{
		fmt.Sprintf("%d platforms × %d series × %d steps of 15 s by remote write 1 through the gate, with its ledger; %d samples a request, %d connections. Samples were counted by PromQL afterwards, platform by platform. One run of each.",
			scalePlatforms, scaleSeries, scaleSteps, scaleBatch, gateSenders), "",
		"| series are kept | samples/s to acknowledged | samples/s to visible | CPU s per million | memory of the process at most, MB | data, MB |", "| --- | --- | --- | --- | --- | --- |",
	}
	for _, c := range []struct {
		name string
		args func(b *testing.B) []string
	}{
		{"embedded", func(*testing.B) []string { return nil }},
		{"in VictoriaMetrics", func(b *testing.B) []string {
			p := startVictoriaMetrics(b)
			return []string{"--series-url", p.url + "/api/v1/write", "--series-read-url", p.url}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			if b.N > 1 {
				b.Skip("one run takes the whole load")
			}
			r, size := runScale(b, bodies, platforms, begin, c.args(b))
			samples := float64(scalePlatforms * scaleSeries * scaleSteps)
			b.ReportMetric(samples/r.ack.Seconds(), "acked/s")
			b.ReportMetric(samples/r.visible.Seconds(), "visible/s")
			b.ReportMetric(r.memory, "MB")
			lines = append(lines, fmt.Sprintf("| %s | %.0f | %.0f | %.1f | %.0f | %.0f |", c.name, samples/r.ack.Seconds(), samples/r.visible.Seconds(), r.cpu*1e6/samples, r.memory, size))
		})
	}
	kerneltest.Report(b, "million", "A million active series", "make bench BENCH=MillionSeries", lines...)
}

// scaleLoad encodes the requests. Those of a platform go over one connection, in order.
func scaleLoad(begin time.Time) (bodies [][]byte, platform []int) {
	for step := range scaleSteps {
		at := begin.Add(time.Duration(step) * gateStep).UnixMilli()
		for first := 0; first < scaleSeries; first += scaleBatch {
			for p := range scalePlatforms {
				list := make([]remotewrite.Series, 0, scaleBatch)
				for i := first; i < min(first+scaleBatch, scaleSeries); i++ {
					labels := []remotewrite.Label{{Name: "__name__", Value: "iip_api_calls"}, {Name: "instance", Value: "127.0.0.1:9090"}, {Name: "job", Value: "platform"}}
					if t := gateType(i); t != "" {
						labels = append(labels, remotewrite.Label{Name: "type", Value: t})
					}
					list = append(list, remotewrite.Series{Labels: labels, Samples: []remotewrite.Sample{{At: at, Value: gateValue(p, i, step)}}})
				}
				bodies, platform = append(bodies, remotewrite.EncodeV1(list)), append(platform, p)
			}
		}
	}
	return bodies, platform
}

func runScale(b *testing.B, bodies [][]byte, platform []int, begin time.Time, args []string) (r gateRun, size float64) {
	b.Helper()
	h := configuredHouse(b, unlimited, args...)
	keys := make([]issued, scalePlatforms)
	for p := range keys {
		keys[p] = h.platform(fmt.Sprintf("scale-%03d", p))
	}
	f := flood{url: h.url + "/api/platforms/ingest/prometheus/write", bodies: bodies, header: remoteWrite1(), each: func(r *http.Request, i int) {
		r.SetBasicAuth(keys[platform[i]].ID, keys[platform[i]].Secret)
	}}
	pid := h.cmd.Process.Pid
	used, start := cpuSeconds(b, pid), time.Now()
	f.send(b)
	r.ack = time.Since(start)
	for _, k := range keys {
		kerneltest.Wait(b, "all samples of a platform to be drawn", func() bool { return h.drawn(k.Platform, time.Since(begin)+time.Minute) == scaleSeries*scaleSteps })
	}
	r.visible, r.cpu, r.memory = time.Since(start), cpuSeconds(b, pid)-used, peakMemory(b, pid)
	return r, megabytes(b, h.data)
}

// drawn counts the samples of a platform by PromQL.
func (h *house) drawn(platform string, back time.Duration) float64 {
	h.t.Helper()
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	query := fmt.Sprintf("sum(count_over_time(iip_api_calls{platform=%q}[%ds]))", platform, int(back.Seconds()))
	h.call("GET", "/api/platforms/prometheus/api/v1/query?"+url.Values{"query": {query}}.Encode(), "", &answer)
	if len(answer.Data.Result) != 1 {
		return 0
	}
	n, err := strconv.ParseFloat(fmt.Sprint(answer.Data.Result[0].Value[1]), 64)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// megabytes is what a directory holds.
func megabytes(b *testing.B, dir string) (size float64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += float64(info.Size()) / (1 << 20)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
