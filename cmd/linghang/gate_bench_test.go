package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/remotewrite"
)

const (
	gatePlatforms = 200 // so many that no platform's own limit is met
	gateSamples   = 300 // of one request
)

// BenchmarkGate sends the same remote write 1.0 requests, from eight senders,
// to Linghang, which answers when they are in its fsynced ledger, and to
// Debian's Prometheus, which answers when they are in its unsynced log. Each
// operation is a request of 300 samples.
func BenchmarkGate(b *testing.B) {
	b.Run("linghang", func(b *testing.B) {
		h := startHouse(b, b.TempDir())
		h.setUp()
		keys := make([]issued, gatePlatforms)
		for i := range keys {
			keys[i] = h.platform(fmt.Sprintf("gate-%d", i))
		}
		flood(b, h.url+"/api/platforms/ingest/prometheus/write", func(r *http.Request, i int) { r.SetBasicAuth(keys[i].ID, keys[i].Secret) })
		h.countSeries(keys)
	})
	b.Run("prometheus", func(b *testing.B) {
		flood(b, startReceiver(b)+"/api/v1/write", func(*http.Request, int) {})
	})
}

// flood sends requests of one platform after the other and counts refusals as failures.
func flood(b *testing.B, url string, authorise func(r *http.Request, platform int)) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	start := time.Now().Add(-20 * time.Hour).UnixMilli()
	var n atomic.Int64
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			platform := int(i % gatePlatforms)
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(gateBody(platform, start+i/gatePlatforms*1000)))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/x-protobuf")
			r.Header.Set("Content-Encoding", "snappy")
			r.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
			authorise(r, platform)
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			text, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusNoContent {
				b.Errorf("request %d: %d %s", i, resp.StatusCode, text)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(gateSamples*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
}

// gateBody holds the enterprises served by industry and district.
func gateBody(platform int, at int64) []byte {
	series := make([]remotewrite.Series, gateSamples)
	for i := range series {
		series[i] = remotewrite.Series{
			Labels: []remotewrite.Label{
				{Name: "__name__", Value: "iip_ent_served"},
				{Name: "district", Value: [10]string{"370202", "370203", "370211", "370212", "370213", "370214", "370215", "370281", "370283", "370285"}[i%10]},
				{Name: "industry", Value: fmt.Sprintf("C%d", 13+i/10)},
				{Name: "platform", Value: fmt.Sprintf("gate-%d", platform)},
			},
			Samples: []remotewrite.Sample{{At: at, Value: float64(i)}},
		}
	}
	return remotewrite.EncodeV1(series)
}

// countSeries reads what arrived: every platform that sent has all its series.
func (h *house) countSeries(keys []issued) {
	h.t.Helper()
	sent := 0
	for _, k := range keys {
		var v struct {
			Items []struct{} `json:"items"`
		}
		h.call("GET", "/api/platforms/"+k.Platform+"/indicators", "", &v)
		if n := len(v.Items); n != 0 && n != gateSamples {
			h.t.Errorf("platform %s has %d series, want %d", k.Platform, n, gateSamples)
		} else if n > 0 {
			sent++
		}
	}
	if sent == 0 {
		h.t.Error("nothing arrived")
	}
}

// startReceiver runs Debian's Prometheus as a remote write receiver.
func startReceiver(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	cmd := exec.Command("prometheus", "--config.file=/dev/null", "--web.enable-remote-write-receiver", "--storage.tsdb.path="+filepath.Join(b.TempDir(), "data"), "--web.listen-address="+address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		b.Fatalf("start Prometheus: %v", err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	url := "http://" + address
	kerneltest.Wait(b, "Prometheus to be ready", func() bool {
		r, err := http.Get(url + "/-/ready")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return url
}
