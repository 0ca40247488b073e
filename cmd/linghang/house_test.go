package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// built is the real program, built once for all house tests.
var built struct {
	once sync.Once
	path string
	err  error
}

// binary builds the program as `make` does and returns its path.
func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		dir, err := os.MkdirTemp("", "linghang-house-") //nolint:usetesting // all tests share the binary
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "linghang")
		out, err := exec.Command("go", "build", "-o", built.path, ".").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("build: %w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, path := range []string{built.path, mistimed.path} {
		if path != "" {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	}
	os.Exit(code)
}

// house is a running process of the real program.
type house struct {
	t      testing.TB
	data   string
	args   []string // where database and bus are, when not in the data directory
	url    string
	link   string
	cmd    *exec.Cmd
	cookie string
	log    *tail
	said   *tail // what it printed
	hand   *hand // moves its wall clock; nil for the program as it is
}

// tail keeps what the process said, for failures.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startHouse starts the program on a data directory and waits until it is ready.
func startHouse(t testing.TB, data string, args ...string) *house {
	t.Helper()
	h := &house{t: t, data: data, args: args}
	h.open()
	return h
}

// configuredHouse is a fresh city that was set up, with a file of configuration.
func configuredHouse(t testing.TB, text string, args ...string) *house {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "linghang.yaml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, data: filepath.Join(dir, "data"), args: append([]string{"--config", config}, args...)}
	h.open()
	h.setUp()
	return h
}

// open starts the program for the first time, and ends it with the test.
func (h *house) open() {
	h.t.Helper()
	t := h.t
	h.start()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the process said:\n%s\n…\n%s", faults(h.log.String()), lastLines(h.log.String(), 60))
		}
		h.kill()
	})
}

// faults are the first answers that were a fault of the program.
func faults(text string) string {
	var found []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, "status=500") && len(found) < 5 {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return strings.Join(found, "\n")
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

var (
	addressForm = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	linkForm    = regexp.MustCompile(`/set-up\?token=(\S+)`)
)

func (h *house) start() {
	h.t.Helper()
	h.log, h.said = &tail{}, &tail{}
	program := binary
	if h.hand != nil {
		program = movableBinary
	}
	h.cmd = exec.Command(program(h.t), append([]string{"serve", "--data", h.data, "--http", "127.0.0.1:0"}, h.args...)...)
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	h.cmd.Stderr = h.log
	if h.hand != nil {
		h.cmd.Env = append(os.Environ(), "LINGHANG_TEST_CLOCK="+h.hand.path)
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	lines := bufio.NewScanner(io.TeeReader(out, h.said))
	h.url = ""
	for h.url == "" && lines.Scan() {
		h.url = addressForm.FindString(lines.Text())
	}
	if h.url == "" {
		_ = h.cmd.Wait()
		h.t.Fatalf("the program ended before it said its address:\n%s", h.log)
	}
	links := make(chan string, 1)
	go func() {
		for lines.Scan() {
			if m := linkForm.FindStringSubmatch(lines.Text()); m != nil {
				links <- m[1]
			}
		}
	}()
	kerneltest.Wait(h.t, "the house to be ready", func() bool {
		r, err := http.Get(h.url + "/readyz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	if h.cookie == "" {
		select {
		case h.link = <-links:
		case <-time.After(10 * time.Second):
			h.t.Fatal("waited 10 s for the set-up link")
		}
	}
}

// kill ends the process as a power cut does.
func (h *house) kill() {
	_ = h.cmd.Process.Kill()
	_ = h.cmd.Wait()
}

// stop ends the process as an operator does, and says how it ended.
func (h *house) stop() error {
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return h.cmd.Wait()
}

const housePassword = "correct horse battery staple"

// setUp creates the city through the one-time link.
func (h *house) setUp() {
	h.t.Helper()
	body := fmt.Sprintf(`{"link_token":%q,"city":{"zh":"青岛","en":"Qingdao"},"organisation":{"zh":"青岛市工业和信息化局","en":"Qingdao Bureau of Industry"},
		"administrator":{"name":"管理员","login":"admin","password":%q}}`, h.link, housePassword)
	r, err := http.Post(h.url+"/api/system/set-up", "application/json", strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(r.Body)
		h.t.Fatalf("set up: %d %s", r.StatusCode, text)
	}
	h.cookie, _, _ = strings.Cut(r.Header.Get("Set-Cookie"), ";")
}

// call makes a request as the administrator and decodes the answer into out.
func (h *house) call(method, path, body string, out any) {
	h.t.Helper()
	r := h.request(method, path, body)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		h.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, text, err)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(text, out); err != nil {
		h.t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
}

func (h *house) request(method, path, body string) *http.Request {
	h.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", h.cookie)
	r.Header.Set("X-Linghang-CSRF", "1")
	return r
}

// issued is a key of a platform, with the configurations to paste.
type issued struct {
	Platform string
	ID       string `json:"id"`
	Secret   string `json:"secret"`
	Configs  struct {
		Prometheus string `json:"prometheus"`
		OTLP       string `json:"otlp"`
		Curl       string `json:"curl"`
	} `json:"configs"`
}

// platform registers a platform and issues a push key for it.
func (h *house) platform(code string) issued {
	h.t.Helper()
	var p struct {
		ID string `json:"id"`
	}
	h.call("POST", "/api/platforms", fmt.Sprintf(`{"name":{"zh":%q,"en":%q},"code":%q,"class":"specialised","industry":"C26","district":"370213"}`, code, code, code), &p)
	var k issued
	h.call("POST", "/api/platforms/"+p.ID+"/keys", `{"kind":"push"}`, &k)
	k.Platform = p.ID
	return k
}

// component is the state of a component of the health page; empty when the
// process does not answer, or has no such component.
func (h *house) component(id string) string {
	resp, err := http.Get(h.url + "/healthz")
	if err != nil {
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	var v struct {
		Components []struct{ ID, State string }
	}
	if json.NewDecoder(resp.Body).Decode(&v) != nil {
		return ""
	}
	for _, c := range v.Components {
		if c.ID == id {
			return c.State
		}
	}
	return ""
}

// freshness says what the registry shows of a platform.
func (h *house) freshness(id string) string {
	h.t.Helper()
	var p struct {
		Freshness string `json:"freshness"`
	}
	h.call("GET", "/api/platforms/"+id, "", &p)
	return p.Freshness
}

// measure reads one measure off the register; known is false without a value.
func (h *house) measure(id string) (value float64, known bool) {
	h.t.Helper()
	var page struct {
		Items []struct {
			ID     string  `json:"id"`
			Known  bool    `json:"known"`
			Number float64 `json:"number"`
		} `json:"items"`
	}
	h.call("GET", "/api/system/measures", "", &page)
	for _, m := range page.Items {
		if m.ID == id {
			return m.Number, m.Known
		}
	}
	h.t.Fatalf("there is no measure %s", id)
	return 0, false
}

// anyPort has the rooms that serve protocols listen on free ports.
func anyPort() map[string]json.RawMessage {
	return map[string]json.RawMessage{"identifier": []byte(`{"doors": [{"name": "main", "handle": "127.0.0.1:0", "http": "127.0.0.1:0"}], "recursive": "127.0.0.1:0"}`)}
}
