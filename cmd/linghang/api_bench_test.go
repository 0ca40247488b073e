package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

const (
	apiPlatforms = 42
	apiEvery     = 15 * time.Second
)

// BenchmarkAPI reads the board and the list of platforms again and again while
// 42 platforms report 100 values each every 15 seconds.
func BenchmarkAPI(b *testing.B) {
	if b.N > 1 {
		b.Skip("one run measures it all")
	}
	h := startHouse(b, b.TempDir())
	h.setUp()
	plan := h.plan()
	ctx, stop := context.WithCancel(b.Context())
	var work sync.WaitGroup
	var sent atomic.Int64
	for i := range apiPlatforms {
		k := h.platform(fmt.Sprintf("board-%d", i))
		work.Go(func() { h.keepReporting(ctx, b, k, time.Duration(i)*apiEvery/apiPlatforms, &sent) })
	}
	kerneltest.Wait(b, "every platform to have reported", func() bool { return sent.Load() >= apiPlatforms })
	paths := []struct{ name, path string }{
		{"the plan's board", "/api/plan/plans/" + plan + "/board"},
		{"list of platforms", "/api/platforms?limit=50&sort=-ent_served"},
		{"overview of platforms", "/api/platforms/summary"},
	}
	took := make([][]float64, len(paths))
	for start := time.Now(); time.Since(start) < 2*apiEvery; {
		for i, p := range paths {
			before := time.Now()
			h.call("GET", p.path, "", nil)
			took[i] = append(took[i], float64(time.Since(before).Microseconds())/1000)
		}
	}
	stop()
	work.Wait()
	lines := []string{
		fmt.Sprintf("%d platforms report 100 values each every %s; meanwhile one reader asks, one request after the other, for %s.", apiPlatforms, apiEvery, 2*apiEvery),
		fmt.Sprintf("%d reports came in meanwhile.", sent.Load()), "",
		"| | n | p50, ms | p99, ms | most, ms | bar p99 | |", "| --- | --- | --- | --- | --- | --- | --- |",
	}
	for i, p := range paths {
		slices.Sort(took[i])
		n := len(took[i])
		p99 := took[i][n*99/100]
		b.ReportMetric(p99, "p99-ms-"+strings.ReplaceAll(p.name, " ", "-"))
		lines = append(lines, fmt.Sprintf("| %s | %d | %.1f | %.1f | %.1f | < 20 | %s |", p.name, n, took[i][n/2], p99, took[i][n-1], kerneltest.Verdict(p99 < 20)))
	}
	kerneltest.Report(b, "api", "Board and lists while platforms report", "make bench BENCH=API", lines...)
}

// plan begins the plan of the template and returns its id.
func (h *house) plan() string {
	h.t.Helper()
	var p struct {
		ID string `json:"id"`
	}
	h.call("POST", "/api/plan/plans", `{"template":"qingdao-2022-2024"}`, &p)
	return p.ID
}

// keepReporting sends a report every 15 seconds until ctx ends.
func (h *house) keepReporting(ctx context.Context, b *testing.B, k issued, phase time.Duration, sent *atomic.Int64) {
	var items strings.Builder
	for i := range 97 {
		fmt.Fprintf(&items, `,{"code":"api_calls","dims":{"type":"t-%d"},"value":%d}`, i, i)
	}
	timer := time.NewTimer(phase)
	defer timer.Stop()
	for seq := 1; ; seq++ {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		timer.Reset(apiEvery)
		body := fmt.Sprintf(`{"schema":1,"seq":%d,"period":%q,"items":[{"code":"heartbeat","value":1},{"code":"dev_online","value":%d},{"code":"data_rate","value":5}%s]}`,
			seq, time.Now().UTC().Format(time.RFC3339), seq, items.String())
		if err := report1(ctx, h.url, k, body); err != nil && ctx.Err() == nil {
			b.Errorf("report %d: %v", seq, err)
			return
		}
		sent.Add(1)
	}
}

// report1 sends one report with a push key.
func report1(ctx context.Context, url string, k issued, body string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/platforms/ingest/v1/reports", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.SetBasicAuth(k.ID, k.Secret)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode >= 300 {
		return fmt.Errorf("%d %s %w", resp.StatusCode, text, err)
	}
	return nil
}

// BenchmarkReplicas sends the load of the gate to one replica and to two on
// one PostgreSQL and one bus.
func BenchmarkReplicas(b *testing.B) {
	if b.N > 1 {
		b.Skip("one run takes the whole load")
	}
	load := newGateLoad()
	var one, two, ratio []float64
	for range 3 {
		a, c := load.replicas(b, 1), load.replicas(b, 2)
		one, two, ratio = append(one, a), append(two, c), append(ratio, c/a)
	}
	r := kerneltest.SpreadOf(ratio)
	b.ReportMetric(r.Median, "two/one")
	kerneltest.Report(b, "replicas", "Two replicas beside one", "make bench BENCH=Replicas",
		fmt.Sprintf("The load of the gate as remote write 1 from 4 connections to one process, and in turn to two, on one PostgreSQL server (fsync off, in the same machine) and one NATS node; n = %d.", r.N),
		"PostgreSQL, the senders and both replicas share the cores: with two cores two replicas cannot be faster than one, they only cost no more; the bar of 1.6 needs a machine for each.", "",
		"| | bar | median (least–most) | |", "| --- | --- | --- | --- |",
		fmt.Sprintf("| one replica, acknowledged samples/s | | %s | |", kerneltest.SpreadOf(one)), fmt.Sprintf("| two replicas, acknowledged samples/s | | %s | |", kerneltest.SpreadOf(two)),
		fmt.Sprintf("| two ÷ one | ≥ 1.6 where cores allow | %s | %s |", r, kerneltest.Verdict(r.Median >= 1.6)))
}

// replicas sends the load to so many replicas and returns samples per second.
func (l *gateLoad) replicas(b *testing.B, n int) (rate float64) {
	b.Helper()
	b.Run(fmt.Sprintf("%d replicas", n), func(b *testing.B) {
		dsn, bus := kerneltest.PostgresDatabase(b), startNATS(b).url
		dir := b.TempDir()
		config, key := filepath.Join(dir, "linghang.yaml"), filepath.Join(dir, "master.key")
		if err := os.WriteFile(config, []byte(unlimited), 0o600); err != nil {
			b.Fatal(err)
		}
		houses := make([]*house, n)
		for i := range houses {
			houses[i] = &house{t: b, data: b.TempDir(), args: []string{"--config", config, "--database-url", dsn, "--nats-url", bus, "--master-key-file", key}}
			houses[i].cookie = houses[0].cookie
			houses[i].open()
			if i == 0 {
				houses[0].setUp()
			}
		}
		keys := make([]issued, gatePlatforms)
		for i := range keys {
			keys[i] = houses[0].platform(gatePlatform(i))
		}
		start := time.Now()
		var work sync.WaitGroup
		var next atomic.Int64
		f := flood{bodies: l.v1, header: remoteWrite1(), each: func(r *http.Request, i int) { r.SetBasicAuth(keys[i%gatePlatforms].ID, keys[i%gatePlatforms].Secret) }}
		for sender := range 2 * gateSenders {
			work.Go(func() {
				to := f
				to.url = houses[sender%n].url + "/api/platforms/ingest/prometheus/write"
				for i := int(next.Add(1)) - 1; i < len(f.bodies); i = int(next.Add(1)) - 1 {
					if err := to.one(b.Context(), http.DefaultClient, i); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		work.Wait()
		rate = gateSamples / time.Since(start).Seconds()
	})
	return rate
}
