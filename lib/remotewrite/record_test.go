package remotewrite_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var record = flag.String("record", "", "directory to record the requests of the installed Prometheus into")

const exposition = `# HELP iip_dev_online Devices online.
# TYPE iip_dev_online gauge
iip_dev_online{industry="C26"} 42
iip_dev_online{industry="C34",note="阀门 \"A\""} 7.5
# HELP iip_api_calls Calls.
# TYPE iip_api_calls counter
iip_api_calls_total 1e+06 # {trace_id="4bf92f3577b34da6"} 1
# HELP iip_latency_seconds Latency.
# TYPE iip_latency_seconds histogram
iip_latency_seconds_bucket{le="0.1"} 3
iip_latency_seconds_bucket{le="+Inf"} 5
iip_latency_seconds_sum 0.75
iip_latency_seconds_count 5
# TYPE odd gauge
odd{kind="nan"} NaN
odd{kind="inf"} -Inf
# EOF
`

// TestRecord writes the conformance set: go test -run Record -record testdata/prometheus-2.42
// The exporter answers three scrapes and then fails, so that the set holds
// staleness markers too.
func TestRecord(t *testing.T) {
	if *record == "" {
		return
	}
	var mu sync.Mutex
	scrapes, requests, stale := 0, 0, false
	exporter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if scrapes++; scrapes > 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
		_, _ = io.WriteString(w, exposition)
	}))
	defer exporter.Close()
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		requests++
		var head strings.Builder
		for _, name := range []string{"Content-Type", "Content-Encoding", "User-Agent", "X-Prometheus-Remote-Write-Version"} {
			fmt.Fprintf(&head, "%s: %s\n", name, r.Header.Get(name))
		}
		stem := filepath.Join(*record, fmt.Sprintf("%02d", requests))
		if err := os.WriteFile(stem+".headers", []byte(head.String()), 0o600); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(stem+".body", body, 0o600); err != nil {
			t.Error(err)
		}
		stale = stale || hasStale(t, body)
	}))
	defer receiver.Close()
	if err := os.MkdirAll(*record, 0o750); err != nil {
		t.Fatal(err)
	}
	runPrometheus(t, exporter.Listener.Addr().String(), receiver.URL)
	for deadline := time.Now().Add(time.Minute); ; {
		mu.Lock()
		done := stale && requests >= 4
		mu.Unlock()
		if done {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("waited a minute for a staleness marker")
		}
		<-time.After(50 * time.Millisecond)
	}
}

func hasStale(t *testing.T, body []byte) bool {
	series, err := readUpstreamV1(body)
	if err != nil {
		t.Error(err)
	}
	for _, s := range series {
		for _, x := range s.Samples {
			if isStaleBits(x.Value) {
				return true
			}
		}
	}
	return false
}

func runPrometheus(t *testing.T, target, receiver string) {
	t.Helper()
	dir := t.TempDir()
	config := fmt.Sprintf(`global: {scrape_interval: 1s, external_labels: {platform: cosmo}}
scrape_configs: [{job_name: platform, static_configs: [{targets: [%q]}]}]
remote_write: [{url: %q, send_exemplars: true, queue_config: {batch_send_deadline: 1s}, metadata_config: {send: true, send_interval: 2s}}]
`, target, receiver)
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "prometheus", "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address, "--enable-feature=exemplar-storage")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
}
