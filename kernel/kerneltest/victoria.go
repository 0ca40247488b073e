package kerneltest

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Victoria is a real VictoriaMetrics process: a time-series store elsewhere.
type Victoria struct {
	URL string

	t       testing.TB
	program string
	dir     string
	cmd     *exec.Cmd
}

// StartVictoria runs VictoriaMetrics on a free port until the test ends.
func StartVictoria(t testing.TB) *Victoria {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	v := &Victoria{t: t, program: Program(t, "victoria-metrics"), dir: t.TempDir(), URL: fmt.Sprintf("http://127.0.0.1:%d", port)}
	v.Start()
	t.Cleanup(v.Kill)
	return v
}

// Start starts the process again, on the same address and data.
func (v *Victoria) Start() {
	v.t.Helper()
	v.cmd = exec.Command(v.program, "-storageDataPath", v.dir, "-httpListenAddr", strings.TrimPrefix(v.URL, "http://"), "-retentionPeriod", "1y",
		"-dedup.minScrapeInterval", "1ms", "-memory.allowedBytes", "256MB", "-loggerLevel", "ERROR")
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := v.cmd.Start(); err != nil {
		v.t.Fatalf("start VictoriaMetrics: %v", err)
	}
	Wait(v.t, "VictoriaMetrics to answer", func() bool {
		r, err := http.Get(v.URL + "/health")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// Kill ends the process as a power cut does.
func (v *Victoria) Kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
}

// Settle waits until everything that was written can be found.
func (v *Victoria) Settle() {
	r, err := http.Get(v.URL + "/internal/force_flush")
	if err != nil {
		v.t.Fatalf("flush VictoriaMetrics: %v", err)
	}
	_ = r.Body.Close()
	time.Sleep(time.Millisecond) // a query at this millisecond would be one too early
}
