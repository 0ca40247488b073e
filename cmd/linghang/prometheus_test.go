package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"linghang/kernel/kerneltest"
)

// A real Prometheus, with nothing but the configuration that the platform's
// page gives out, makes the platform report.
func TestPrometheusReportsWithThePastedConfiguration(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	h := startHouse(t, t.TempDir())
	h.setUp()
	key := h.platform("haier-cosmoplat")

	exporter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "# TYPE iip_dev_connected gauge\niip_dev_connected 1200\n# TYPE iip_ent_served gauge\niip_ent_served 300\niip_ent_served{industry=\"C26\"} 120\ngo_threads 9\n")
	}))
	t.Cleanup(exporter.Close)
	startPrometheus(t, strings.Replace(
		strings.Replace(key.Configs.Prometheus, "127.0.0.1:9090", exporter.Listener.Addr().String(), 1), "scrape_interval: 15s", "scrape_interval: 1s", 1))

	kerneltest.Wait(t, "the platform to turn reporting", func() bool { return h.freshness(key.Platform) == "reporting" })
	kerneltest.Wait(t, "the devices to be counted", func() bool {
		v, known := h.measure("platforms.devices_connected")
		return known && v == 1200
	})
	if v, _ := h.measure("platforms.monitored"); v != 1 {
		t.Errorf("platforms.monitored is %v", v)
	}
	var indicators struct {
		Items []struct {
			Code   string            `json:"code"`
			Dims   map[string]string `json:"dims"`
			Value  float64           `json:"value"`
			Method string            `json:"method"`
		} `json:"items"`
	}
	h.call("GET", "/api/platforms/"+key.Platform+"/indicators", "", &indicators)
	got := map[string]float64{}
	for _, x := range indicators.Items {
		got[x.Code+x.Dims["industry"]] = x.Value
		if x.Method != "remotewrite" {
			t.Errorf("%s came by %s", x.Code, x.Method)
		}
	}
	want := map[string]float64{"heartbeat": 1, "dev_connected": 1200, "ent_served": 300, "ent_servedC26": 120}
	for code, v := range want {
		if got[code] != v {
			t.Errorf("%s is %v, want %v", code, got[code], v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("indicators are %v, want only %v", got, want)
	}
}

// startPrometheus runs Debian's Prometheus on a configuration until the test ends.
func startPrometheus(t *testing.T, config string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	cmd := exec.Command("prometheus", "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log := &tail{}
	cmd.Stderr, cmd.Stdout = log, log
	if err := cmd.Start(); err != nil {
		t.Fatalf("start Prometheus (`make test` installs it): %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Prometheus said:\n%s", lastLines(log.String(), 30))
		}
	})
}
