package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/remotewrite"
)

// The hour of a city: its platforms send what they have every 15 seconds, some
// people keep pages open, and the process is killed twice at the beginning.
const (
	hourPlatforms = 45
	hourSeries    = 500
	hourStep      = 15 * time.Second
	hourViewers   = 6
	hourBar       = time.Second // a page is less behind, at the 99th percentile
)

// hour is one run of it.
type hour struct {
	b    *testing.B
	h    *house
	way  *line
	keys []issued

	sent   [hourPlatforms]atomic.Int64 // requests that were acknowledged
	failed atomic.Int64                // requests that were refused

	mu     sync.Mutex
	acks   []float64 // ms, of requests that were acknowledged at the first try
	behind []float64 // ms, from a sample's time to a page that shows it
	memory []float64 // MB, every ten seconds after the last kill
	load   []float64 // of the machine, over a minute, as often
}

// BenchmarkHour keeps a city busy for LINGHANG_HOUR (a minute, when it says
// nothing), and counts at the end. Senders keep their own ledger of what was
// acknowledged; all of it has to be there, once.
func BenchmarkHour(b *testing.B) {
	long := time.Minute
	if text := os.Getenv("LINGHANG_HOUR"); text != "" {
		var err error
		if long, err = time.ParseDuration(text); err != nil {
			b.Fatal(err)
		}
	}
	if b.N > 1 {
		b.Skip("one run takes the whole time")
	}
	x := newHour(b)
	ctx, stop := context.WithTimeout(b.Context(), long)
	defer stop()
	began := time.Now()
	var running sync.WaitGroup
	for p := range hourPlatforms {
		running.Go(func() { x.send(ctx, p) })
	}
	for v := range hourViewers {
		running.Go(func() { x.view(ctx, v*hourPlatforms/hourViewers) })
	}
	for _, at := range []time.Duration{long / 10, long / 5} { // the rest is for the memory
		sleep(ctx, time.Until(began.Add(at)))
		x.h.kill()
		x.h.start()
		x.way.to(x.h.url)
	}
	calm := time.Now()
	used := cpuSeconds(b, x.h.cmd.Process.Pid)
	x.weigh(ctx)
	cores := (cpuSeconds(b, x.h.cmd.Process.Pid) - used) / time.Since(calm).Seconds()
	running.Wait()
	x.count(began)
	x.report(long, cores)
}

func newHour(b *testing.B) *hour {
	b.Helper()
	// All platforms and people are at one address here.
	x := &hour{b: b, h: configuredHouse(b, "limit-address: 0\nlimit-account: 0\nlimit-tenant: 0\n"), way: &line{}}
	x.way.to(x.h.url)
	for p := range hourPlatforms {
		x.keys = append(x.keys, x.h.platform(fmt.Sprintf("hour-%02d", p)))
	}
	return x
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// send is a platform: it sends its series at its own moment of every 15 seconds, and
// again until they are acknowledged, as Prometheus does.
func (x *hour) send(ctx context.Context, p int) {
	header := map[string]string{
		"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0",
		"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(x.keys[p].ID+":"+x.keys[p].Secret)),
	}
	sleep(ctx, time.Duration(p)*hourStep/hourPlatforms)
	for due := time.Now(); ctx.Err() == nil; due = due.Add(hourStep) {
		at := time.Now()
		body := remotewrite.EncodeV1(x.samples(p, at))
		// What was begun is brought to its end: only then is known whether it counts.
		patient, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		err := x.way.send(patient, "/api/platforms/ingest/prometheus/write", string(body), header)
		stop()
		if err != nil {
			x.failed.Add(1)
			x.b.Errorf("platform %d: %v", p, err)
			return
		}
		x.sent[p].Add(1)
		x.mu.Lock()
		x.acks = append(x.acks, float64(time.Since(at).Microseconds())/1000)
		x.mu.Unlock()
		sleep(ctx, time.Until(due.Add(hourStep)))
	}
}

// samples is a sample of each series: the total and its breakdown by type.
func (x *hour) samples(p int, at time.Time) []remotewrite.Series {
	list := make([]remotewrite.Series, hourSeries)
	for i := range list {
		labels := []remotewrite.Label{{Name: "__name__", Value: "iip_api_calls"}, {Name: "instance", Value: "127.0.0.1:9090"}, {Name: "job", Value: "platform"}}
		if t := gateType(i); t != "" {
			labels = append(labels, remotewrite.Label{Name: "type", Value: t})
		}
		list[i] = remotewrite.Series{Labels: labels, Samples: []remotewrite.Sample{{At: at.UnixMilli(), Value: float64(x.sent[p].Load()*int64(hourSeries-i) + int64(i))}}}
	}
	return list
}

// view is a person with the page of a platform and the list open: what the live
// notices name is read again. When the stream breaks off, it is opened again.
func (x *hour) view(ctx context.Context, p int) {
	for ctx.Err() == nil {
		err := x.follow(ctx, p)
		if err != nil && ctx.Err() == nil {
			sleep(ctx, 100*time.Millisecond) // the process was killed
		}
	}
}

func (x *hour) follow(ctx context.Context, p int) error {
	resp, err := x.ask(ctx, "/api/live?topics=platforms.list")
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	shown := int64(0)
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		var n struct{ ID string }
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || json.Unmarshal([]byte(data), &n) != nil || n.ID != x.keys[p].Platform {
			continue
		}
		newest, err := x.newest(ctx, p)
		if err != nil {
			return err
		}
		if newest > shown && shown > 0 { // the first is from before the page was open
			x.mu.Lock()
			x.behind = append(x.behind, float64(time.Now().UnixMilli()-newest))
			x.mu.Unlock()
		}
		shown = newest
	}
	return errors.New("the stream has ended")
}

// newest reads the page of a platform, and the list beside it, and returns the time of
// the total that is shown.
func (x *hour) newest(ctx context.Context, p int) (int64, error) {
	var page struct {
		Items []struct {
			Code string
			Dims map[string]string
			At   time.Time
		}
	}
	for path, into := range map[string]any{"/api/platforms/" + x.keys[p].Platform + "/indicators": &page, "/api/platforms?limit=50": &struct{}{}} {
		resp, err := x.ask(ctx, path)
		if err != nil {
			return 0, err
		}
		err = json.NewDecoder(resp.Body).Decode(into)
		_ = resp.Body.Close()
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", path, err)
		}
	}
	for _, v := range page.Items {
		if v.Code == "api_calls" && len(v.Dims) == 0 {
			return v.At.UnixMilli(), nil
		}
	}
	return 0, nil
}

func (x *hour) ask(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, x.way.next()+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Cookie", x.h.cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	return resp, nil
}

// weigh notes the memory of the process and the load of the machine until ctx ends.
func (x *hour) weigh(ctx context.Context) {
	for ctx.Err() == nil {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", x.h.cmd.Process.Pid))
		if err != nil {
			x.b.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), "VmRSS:")
		var kb float64
		if _, err := fmt.Sscan(rest, &kb); err != nil {
			x.b.Fatal(err)
		}
		x.memory = append(x.memory, kb/1024)
		if text, err = os.ReadFile("/proc/loadavg"); err != nil {
			x.b.Fatal(err)
		}
		var load float64
		if _, err := fmt.Sscan(string(text), &load); err != nil {
			x.b.Fatal(err)
		}
		x.load = append(x.load, load)
		sleep(ctx, 10*time.Second)
	}
}

// count asks how many samples are there, of each platform, and compares.
func (x *hour) count(began time.Time) {
	x.b.Helper()
	for p, k := range x.keys {
		want := float64(x.sent[p].Load() * hourSeries)
		got := 0.0
		kerneltest.Wait(x.b, "all samples to be drawn", func() bool {
			got = x.h.drawn(k.Platform, time.Since(began)+time.Minute)
			return got >= want
		})
		if got != want {
			x.b.Errorf("platform %d has %g samples, %g were acknowledged", p, got, want)
		}
	}
}

// at is the value below which a share of sorted values is.
func at(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func (x *hour) report(long time.Duration, cores float64) {
	x.b.Helper()
	slices.Sort(x.acks)
	slices.Sort(x.behind)
	third := max(1, len(x.memory)/3)
	first, last := kerneltest.SpreadOf(x.memory[:third]), kerneltest.SpreadOf(x.memory[len(x.memory)-third:])
	total := int64(0)
	for p := range x.sent {
		total += x.sent[p].Load()
	}
	p99 := time.Duration(at(x.behind, 0.99)) * time.Millisecond
	x.b.ReportMetric(at(x.acks, 0.99), "ack-p99-ms")
	x.b.ReportMetric(at(x.behind, 0.99), "behind-p99-ms")
	x.b.ReportMetric(last.Median, "MB")
	kerneltest.Report(x.b, "hour", "The hour of a city", "make bench-hour HOUR="+long.String(),
		fmt.Sprintf("%d platforms × %d series every %s for %s, by remote write 1 from this machine; %d people with the page of a platform and the list open, who read again", hourPlatforms, hourSeries, hourStep, long, hourViewers),
		"what a live notice names. The process was killed (SIGKILL) and started twice, after a tenth and a fifth of the time. Senders repeat a request until it is acknowledged, and keep",
		"their own ledger of what was. At the end all samples were counted by PromQL, platform by platform.", "",
		"| | bar | measured | |", "| --- | --- | --- | --- |",
		fmt.Sprintf("| samples acknowledged | | %d | |", total*hourSeries),
		fmt.Sprintf("| of these not there, or there twice | 0 | %s | %s |", map[bool]string{true: "some: see the log", false: "0"}[x.b.Failed()], kerneltest.Verdict(!x.b.Failed())),
		fmt.Sprintf("| requests refused | 0 | %d | %s |", x.failed.Load(), kerneltest.Verdict(x.failed.Load() == 0)),
		fmt.Sprintf("| acknowledged after, ms (p50, p99, most; n = %d, with those that waited for the process) | | %.0f, %.0f, %.0f | |", len(x.acks), at(x.acks, 0.5), at(x.acks, 0.99), at(x.acks, 1)),
		fmt.Sprintf("| page behind the sample's own time, ms (p50, p99, most; n = %d) | p99 < 1,000 | %.0f, %.0f, %.0f | %s |", len(x.behind), at(x.behind, 0.5), at(x.behind, 0.99), at(x.behind, 1), kerneltest.Verdict(len(x.behind) > 0 && p99 < hourBar)),
		fmt.Sprintf("| memory after the last kill, MB: first third, last third | within 10 %% | %s, %s | %s |", first, last, kerneltest.Verdict(last.Median <= 1.1*first.Median)),
		fmt.Sprintf("| processor, cores | | %.2f | |", cores),
		fmt.Sprintf("| load of the machine, with everything else that ran on it | | %s | |", kerneltest.SpreadOf(x.load)),
	)
}
