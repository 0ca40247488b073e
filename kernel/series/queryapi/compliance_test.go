package queryapi_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/kerneltest"
	"linghang/kernel/series"
	"linghang/lib/remotewrite"
)

// The public PromQL compliance tester asks a real Prometheus and this API the
// same, and compares. `make compliance` names the programs; without them nothing
// is tested here.
func TestPromQLIsThatOfPrometheus(t *testing.T) {
	tester, queries, server := os.Getenv("LINGHANG_PROMQL_TESTER"), os.Getenv("LINGHANG_PROMQL_QUERIES"), os.Getenv("LINGHANG_PROMETHEUS")
	if tester == "" || queries == "" || server == "" {
		t.Skip("LINGHANG_PROMQL_TESTER, LINGHANG_PROMQL_QUERIES and LINGHANG_PROMETHEUS name the programs: make compliance")
	}
	end := time.Now().Truncate(time.Minute)
	samples := demonstration(end)

	reference := startPrometheus(t, server)
	write(t, reference, samples)

	e := series.New(series.Config{Dir: t.TempDir()})
	if err := e.Open(slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	if refused, err := e.Room("demo").Append(t.Context(), samples); err != nil || refused != (series.Refused{}) {
		t.Fatalf("refused %+v: %v", refused, err)
	}

	// Label names are UTF-8 since Prometheus 3: two queries that were to fail do not.
	all, err := os.ReadFile(queries)
	if err != nil {
		t.Fatal(err)
	}
	asked := filepath.Join(t.TempDir(), "queries.yml")
	if err := os.WriteFile(asked, regexp.MustCompile(`(?m)^  - query: '.*"~invalid".*\n    should_fail: true\n`).ReplaceAll(all, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "config.yml")
	text := fmt.Sprintf("reference_target_config: {query_url: %q}\ntest_target_config: {query_url: %q}\nquery_time_parameters: {end_time: \"%d\", range_in_seconds: 600, resolution_in_seconds: 10}\n",
		reference, serve(t, e.Room("demo")), end.Add(-5*time.Minute).Unix())
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tester, "-config-file", config, "-config-file", asked).CombinedOutput()
	said := string(out) // how far it is, again and again, and what it came to
	t.Logf("%s", said[max(0, strings.LastIndex(said, "p/s")):])
	if err != nil {
		t.Error(err)
	}
}

// startPrometheus runs a Prometheus that takes remote write.
func startPrometheus(t *testing.T, program string) string {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte("global: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const address = "127.0.0.1:19097"
	kerneltest.Process(t, program, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address,
		"--web.enable-remote-write-receiver", "--log.level=error")
	kerneltest.Wait(t, "Prometheus to answer", func() bool {
		r, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return "http://" + address
}

// write sends samples by remote write.
func write(t *testing.T, address string, samples []series.Sample) {
	t.Helper()
	index := map[string]int{}
	var list []remotewrite.Series
	for _, s := range samples {
		key := fmt.Sprint(s.Name, s.Labels)
		i, known := index[key]
		if !known {
			i = len(list)
			index[key] = i
			labels := []remotewrite.Label{{Name: "__name__", Value: s.Name}}
			for _, l := range s.Labels {
				labels = append(labels, remotewrite.Label{Name: l.Name, Value: l.Value})
			}
			slices.SortFunc(labels, func(a, b remotewrite.Label) int { return strings.Compare(a.Name, b.Name) }) // the protocol wants them so
			list = append(list, remotewrite.Series{Labels: labels})
		}
		list[i].Samples = append(list[i].Samples, remotewrite.Sample{At: s.At, Value: s.Value})
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/api/v1/write", bytes.NewReader(remotewrite.EncodeV1(list)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Fatalf("Prometheus answered %s", resp.Status)
	}
}

// demonstration is 45 minutes, each five seconds, of the metrics that the public
// queries ask for: three instances with memory, CPU, disks, a batch job, a
// histogram and a metric that comes and goes.
func demonstration(end time.Time) []series.Sample {
	var list []series.Sample
	begin := end.Add(-45 * time.Minute)
	for i := range 540 {
		at := begin.Add(time.Duration(i) * 5 * time.Second)
		for k := range 3 {
			d := instance{&list, at.UnixMilli(), fmt.Sprintf("demo.promlabs.com:%d", 10000+k)}
			wave := 1 + 0.3*math.Sin(float64(i)/20+float64(k))
			d.add("demo_num_cpus", 4)
			for j, mode := range []string{"idle", "user", "system"} {
				d.add("demo_cpu_usage_seconds_total", math.Mod(float64(i)*(1.7+float64(j)*0.9)+float64(k*7), 700+float64(40*k)), "mode", mode)
			}
			for j, kind := range []string{"used", "cached", "buffers", "free"} {
				d.add("demo_memory_usage_bytes", math.Floor(wave*float64(1+j)*1.5e8), "type", kind)
			}
			d.add("demo_disk_total_bytes", 1e11)
			d.add("demo_disk_usage_bytes", 5e10+float64(i)*1e6*wave)
			d.add("demo_batch_last_success_timestamp_seconds", float64(at.Add(-time.Duration(i%37)*5*time.Second).Unix()))
			d.add("demo_batch_last_run_timestamp_seconds", float64(at.Unix()))
			if (i/90)%2 == 0 {
				d.add("demo_intermittent_metric", wave)
			}
			for j, path := range []string{"/api/foo", "/api/bar"} {
				count := 0.0
				for b, le := range []string{"0.0001", "0.001", "0.01", "0.1", "1", "+Inf"} {
					count += float64(i) * wave * float64(1+b*(j+1)) / 3
					d.add("demo_api_request_duration_seconds_bucket", math.Floor(count), "le", le, "method", "GET", "path", path, "status", "200")
				}
				d.add("demo_api_request_duration_seconds_count", math.Floor(count), "method", "GET", "path", path, "status", "200")
				d.add("demo_api_request_duration_seconds_sum", count*0.03, "method", "GET", "path", path, "status", "200")
			}
		}
	}
	return list
}

type instance struct {
	list *[]series.Sample
	at   int64
	name string
}

func (d instance) add(name string, value float64, pairs ...string) {
	labels := []series.Label{{Name: "instance", Value: d.name}, {Name: "job", Value: "demo"}}
	for i := 0; i < len(pairs); i += 2 {
		labels = append(labels, series.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	*d.list = append(*d.list, series.Sample{Name: name, Labels: labels, At: d.at, Value: value})
}
