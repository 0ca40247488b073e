package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/remotewrite"
)

// What is read: as many series as the gate's load, over half an hour and more, which is
// as many samples as a restart has to read again.
const (
	readSteps   = 150
	readSamples = gatePlatforms * gateSeries * readSteps
	askedTimes  = 200 // pages
	rangeTimes  = 5   // range queries in a round
	refused     = 1_000_000
)

// readQueries are over all series: what is drawn of a city, and what has to look back from
// each step.
func readQueries() []string {
	return []string{"sum by (platform) (iip_api_calls)", "sum by (platform) (rate(iip_api_calls[1m]))"}
}

// BenchmarkReading loads an installation and VictoriaMetrics with the same samples, and
// measures what is read of them: pages, range queries over all series, how soon the
// installation is ready after kill -9, and what refused samples write to its log.
func BenchmarkReading(b *testing.B) {
	load := &gateLoad{start: time.Now().Add(-readSteps * gateStep).Truncate(gateStep)}
	bodies := load.writes(readSteps, remotewrite.EncodeV1)
	h, keys := gateHouse(b, "push")
	own := flood{
		url: h.url + "/api/platforms/ingest/prometheus/write", bodies: bodies, header: remoteWrite1(),
		each: func(r *http.Request, i int) { r.SetBasicAuth(keys[i%gatePlatforms].ID, keys[i%gatePlatforms].Secret) },
	}
	own.send(b)
	p := startVictoriaMetrics(b)
	flood{url: p.url + p.write, bodies: bodies, header: remoteWrite1()}.send(b)
	p.get(b, p.flush)
	end := load.at(readSteps - 1)
	if n := p.value(b, "sum(count_over_time(iip_api_calls[1h]))", end); n != readSamples {
		b.Fatalf("VictoriaMetrics has %v samples, %d were sent", n, readSamples)
	}
	for _, k := range keys {
		kerneltest.Wait(b, "all samples of a platform to be drawn", func() bool { return h.drawn(k.Platform, time.Hour) == gateSeries*readSteps })
	}

	summary, list := h.median(b, "/api/platforms/summary", askedTimes), h.median(b, "/api/platforms?sort=-dev_connected&limit=50", askedTimes)
	rounds := kerneltest.Rounds(b)
	var ranges []string
	for _, query := range readQueries() {
		path := "/api/v1/query_range?" + url.Values{"query": {query}, "start": {fmt.Sprint(load.start.Unix())}, "end": {fmt.Sprint(end.Unix())}, "step": {"15"}}.Encode()
		var ours, theirs, ratios []float64
		for range rounds {
			a, v := h.median(b, "/api/platforms/prometheus"+path, rangeTimes), p.median(b, path, rangeTimes)
			ours, theirs, ratios = append(ours, a), append(theirs, v), append(ratios, a/v)
		}
		ratio := kerneltest.SpreadOf(ratios)
		ranges = append(ranges,
			fmt.Sprintf("| `%s`, ms; VictoriaMetrics' | | %s; %s | |", query, kerneltest.SpreadOf(ours), kerneltest.SpreadOf(theirs)),
			fmt.Sprintf("| the same ÷ VictoriaMetrics', within a round | ≤ 2.5 | %s | %s |", ratio, kerneltest.Verdict(ratio.Median <= 2.5)))
	}
	log := h.refusedLog(b, keys[0])
	h.kill()
	begun := time.Now()
	h.start()
	restart := time.Since(begun).Seconds()
	for _, k := range keys {
		if n := h.drawn(k.Platform, time.Hour); n != gateSeries*readSteps {
			b.Errorf("after kill -9 %v samples of a platform are drawn, %d were sent", n, gateSeries*readSteps)
		}
	}
	lines := []string{
		fmt.Sprintf("%d samples (%d platforms × %d series × %d steps of 15 s) in the embedded store; the same in VictoriaMetrics 1.151 without its cache of results.", readSamples, gatePlatforms, gateSeries, readSteps),
		fmt.Sprintf("Range queries are over all %d series and times in steps of 15 s, %d interleaved rounds of %d; Linghang answers them with its rules of who sees which platform.", gatePlatforms*gateSeries, rounds, rangeTimes), "",
		"| | bar | measured | |", "| --- | --- | --- | --- |",
		fmt.Sprintf("| overview, p50 of %d, ms | ≤ 5 | %.1f | %s |", askedTimes, summary, kerneltest.Verdict(summary <= 5)),
		fmt.Sprintf("| list of platforms ordered by a figure, p50 of %d, ms | ≤ 5 | %.1f | %s |", askedTimes, list, kerneltest.Verdict(list <= 5)),
	}
	lines = append(append(lines, ranges...),
		fmt.Sprintf("| ready after kill -9 with %d samples, all of them drawn, s | ≤ 5 | %.1f | %s |", readSamples, restart, kerneltest.Verdict(restart <= 5)),
		fmt.Sprintf("| log of %d refused samples, KB | ≤ 100 | %.1f | %s |", refused, log, kerneltest.Verdict(log <= 100)),
	)
	kerneltest.Report(b, "reading", "Reading what platforms reported", "make bench-reading", lines...)
}

// writes encodes the first steps as remote write, by time and then by platform.
func (l *gateLoad) writes(steps int, encode func([]remotewrite.Series) []byte) (bodies [][]byte) {
	for first := 0; first < steps; first += gateBatch {
		for p := range gatePlatforms {
			series := make([]remotewrite.Series, 0, gateBatch*gateSeries)
			for s := first; s < min(first+gateBatch, steps); s++ {
				for i := range gateSeries {
					series = append(series, l.series(p, i, s))
				}
			}
			bodies = append(bodies, encode(series))
		}
	}
	return bodies
}

// median asks so many times, and returns the median of the milliseconds to the end of
// the answer.
func (h *house) median(b *testing.B, path string, times int) float64 {
	b.Helper()
	return medianOf(b, times, func() *http.Request { return h.request("GET", path, "") })
}

func (p peer) median(b *testing.B, path string, times int) float64 {
	b.Helper()
	return medianOf(b, times, func() *http.Request {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, p.url+path, nil)
		if err != nil {
			b.Fatal(err)
		}
		return r
	})
}

func medianOf(b *testing.B, times int, request func() *http.Request) float64 {
	b.Helper()
	took := make([]float64, times)
	for i := range took {
		begun := time.Now()
		resp, err := http.DefaultClient.Do(request())
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || n < 100 {
			b.Fatalf("%s: %d, %d octets, %v", resp.Request.URL.Path, resp.StatusCode, n, err)
		}
		took[i] = float64(time.Since(begun).Microseconds()) / 1000
	}
	slices.Sort(took)
	return took[times/2]
}

// refusedLog sends samples that no indicator has, and returns the kilobytes that the
// process wrote to its log meanwhile.
func (h *house) refusedLog(b *testing.B, k issued) float64 {
	b.Helper()
	list := make([]remotewrite.Series, scaleBatch)
	for i := range list {
		list[i] = remotewrite.Series{Labels: []remotewrite.Label{{Name: "__name__", Value: "iip_no_such_indicator"}, {Name: "type", Value: fmt.Sprint(i)}}, Samples: []remotewrite.Sample{{At: time.Now().UnixMilli(), Value: 1}}}
	}
	body := remotewrite.EncodeV1(list)
	before := len(h.log.String())
	for range refused / scaleBatch {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, h.url+"/api/platforms/ingest/prometheus/write", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header = remoteWrite1()
		r.SetBasicAuth(k.ID, k.Secret)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			b.Fatalf("samples of no indicator: %d, want 400", resp.StatusCode)
		}
	}
	return float64(len(h.log.String())-before) / 1000
}
