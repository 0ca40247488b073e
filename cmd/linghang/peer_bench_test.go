package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/series"
)

// flood is requests that are ready to be sent.
type flood struct {
	url    string
	bodies [][]byte
	header http.Header
	each   func(r *http.Request, i int)

	senders int // connections; 0 means gateSenders
}

// send sends all requests, each connection its own in order.
func (f flood) send(b *testing.B) {
	b.Helper()
	var work sync.WaitGroup
	senders := cmp.Or(f.senders, gateSenders)
	for sender := range senders {
		work.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for i := sender; i < len(f.bodies); i += senders {
				if err := f.one(b.Context(), client, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

func (f flood) one(ctx context.Context, client *http.Client, i int) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, bytes.NewReader(f.bodies[i]))
	if err != nil {
		return err
	}
	maps.Copy(r.Header, f.header)
	if f.each != nil {
		f.each(r, i)
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode >= 300 {
		return fmt.Errorf("request %d: %d %s %w", i, resp.StatusCode, text, err)
	}
	return nil
}

// measure sends the requests to a process and waits until what was in them is visible.
func (l *gateLoad) measure(b *testing.B, pid int, f flood, visible func() bool) gateRun {
	b.Helper()
	before := cpuSeconds(b, pid)
	start := time.Now()
	f.send(b)
	r := gateRun{ack: time.Since(start)}
	kerneltest.Wait(b, "the newest samples to be visible", visible)
	r.visible = time.Since(start)
	r.cpu = cpuSeconds(b, pid) - before
	r.memory = peakMemory(b, pid)
	return r
}

// cpuSeconds is the time that a process has used, from /proc: in hundredths.
func cpuSeconds(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, err1 := strconv.ParseFloat(fields[11], 64)
	system, err2 := strconv.ParseFloat(fields[12], 64)
	if err1 != nil || err2 != nil {
		b.Fatalf("/proc/%d/stat: %q", pid, text)
	}
	return (user + system) / 100
}

// peakMemory is the most that a process held, in MB.
func peakMemory(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// peer is a server that speaks remote write and PromQL.
type peer struct {
	url   string
	pid   int
	write string
	flush string // what makes it show what it has taken; empty when it does at once
}

// peer sends the load as remote write 1 to a peer.
func (l *gateLoad) peer(b *testing.B, p peer) gateRun {
	b.Helper()
	r := l.measure(b, p.pid, flood{url: p.url + p.write, bodies: l.v1, header: remoteWrite1()}, func() bool {
		if p.flush != "" {
			p.get(b, p.flush)
		}
		return p.value(b, "count(iip_api_calls)", l.last()) == gatePlatforms*gateSeries
	})
	l.compare(b, func(query string) float64 { return p.value(b, query, l.last()) })
	return r
}

// compare counts and adds up everything that was sent.
func (l *gateLoad) compare(b *testing.B, value func(query string) float64) {
	b.Helper()
	if n := value("sum(count_over_time(iip_api_calls[1h]))"); n != gateSamples {
		b.Errorf("%v samples are there, %v were sent", n, gateSamples)
	}
	if sum := value("sum(sum_over_time(iip_api_calls[1h]))"); math.Abs(sum-l.sum) > l.sum/1e9 {
		b.Errorf("the samples add up to %v, those that were sent to %v", sum, l.sum)
	}
}

// countLedger stops the installation and reads what it kept.
func (l *gateLoad) countLedger(b *testing.B, h *house) {
	b.Helper()
	if err := h.stop(); err != nil {
		b.Fatal(err)
	}
	e := series.New(series.Config{Dir: h.data})
	if err := e.Open(slog.New(slog.DiscardHandler), nil); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	l.compare(b, func(query string) float64 {
		lines, err := e.Room("platforms").Instant(b.Context(), query, l.last())
		if err != nil || len(lines) != 1 {
			b.Fatalf("%s: %v %v", query, lines, err)
		}
		return lines[0].Points[0].Value
	})
}

func (p peer) get(b *testing.B, path string) []byte {
	b.Helper()
	resp, err := http.Get(p.url + path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d %s %v", path, resp.StatusCode, text, err)
	}
	return text
}

// value is the answer of a query that gives one number; 0 when it gives none.
func (p peer) value(b *testing.B, query string, at time.Time) float64 {
	b.Helper()
	text := p.get(b, fmt.Sprintf("/api/v1/query?nocache=1&time=%d&query=%s", at.Unix(), url.QueryEscape(query)))
	var answer struct {
		Data struct {
			Result []struct {
				Value [2]any `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		b.Fatalf("%s: %s", query, text)
	}
	if len(answer.Data.Result) == 0 {
		return 0
	}
	v, err := strconv.ParseFloat(fmt.Sprint(answer.Data.Result[0].Value[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

// startPeer runs a program until the benchmark ends and waits until it answers.
func startPeer(b *testing.B, ready string, program string, args func(address string) []string) peer {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	cmd := exec.Command(program, args(address)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		b.Fatalf("start %s: %v", program, err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p := peer{url: "http://" + address, pid: cmd.Process.Pid}
	kerneltest.Wait(b, program+" to be ready", func() bool {
		r, err := http.Get(p.url + ready)
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return p
}

// startReceiver runs Debian's Prometheus as a remote write receiver.
func startReceiver(b *testing.B) peer {
	b.Helper()
	p := startPeer(b, "/-/ready", "prometheus", func(address string) []string {
		return []string{"--config.file=/dev/null", "--web.enable-remote-write-receiver", "--storage.tsdb.path=" + filepath.Join(b.TempDir(), "data"), "--web.listen-address=" + address}
	})
	p.write = "/api/v1/write"
	return p
}

// startVictoriaMetrics runs VictoriaMetrics as scripts/peer.sh builds it, set to
// show new samples at once.
func startVictoriaMetrics(b *testing.B) peer {
	b.Helper()
	out, err := exec.Command("../../scripts/peer.sh", "victoria-metrics").Output()
	if err != nil {
		b.Fatalf("build VictoriaMetrics: %v", err)
	}
	p := startPeer(b, "/health", strings.TrimSpace(string(out)), func(address string) []string {
		return []string{"-storageDataPath=" + filepath.Join(b.TempDir(), "data"), "-httpListenAddr=" + address, "-search.latencyOffset=0", "-search.disableCache", "-loggerLevel=ERROR"}
	})
	p.write, p.flush = "/api/v1/write", "/internal/force_flush"
	return p
}
