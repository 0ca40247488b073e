package main

import (
	bytewise "encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// mistimed is the program with a package time whose wall clock tests can move
// while it runs. The program's own code knows nothing of it.
var mistimed struct {
	once sync.Once
	path string
	err  error
}

// movableBinary builds the program with a wall clock that a hand moves.
func movableBinary(t testing.TB) string {
	t.Helper()
	mistimed.once.Do(func() { mistimed.path, mistimed.err = buildMovable() })
	if mistimed.err != nil {
		t.Fatal(mistimed.err)
	}
	return mistimed.path
}

// skew.go, beside the standard library's time.go: the file that the environment
// names holds how many seconds the wall clock is off, and is looked at whenever
// somebody asks for the time.
const skewSource = `package time

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

var skewed = openSkew()

func openSkew() *int64 {
	path, ok := syscall.Getenv("LINGHANG_TEST_CLOCK")
	if !ok {
		return new(int64)
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY, 0)
	if err != nil {
		panic(err)
	}
	m, err := syscall.Mmap(fd, 0, 8, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	return (*int64)(unsafe.Pointer(&m[0]))
}

func skew() int64 { return atomic.LoadInt64(skewed) }
`

func buildMovable() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "linghang-movable-")
	if err != nil {
		return "", err
	}
	// Nothing below the module cache may be replaced, and a toolchain that Go
	// fetched lies there: it is reached by another name.
	home := filepath.Join(dir, "go")
	if err := os.Symlink(strings.TrimSpace(string(root)), home); err != nil {
		return "", err
	}
	library := filepath.Join(home, "src", "time")
	source, err := os.ReadFile(filepath.Join(library, "time.go"))
	if err != nil {
		return "", err
	}
	const asked = "sec, nsec, mono := runtimeNow()\n"
	text := strings.Replace(string(source), asked, asked+"\tif skewed != nil {\n\t\tsec += skew()\n\t}\n", 1)
	if text == string(source) {
		return "", errors.New("this Go's package time is another: Now does not ask as it did")
	}
	overlay := map[string]map[string]string{"Replace": {
		filepath.Join(library, "time.go"): filepath.Join(dir, "time.go"), filepath.Join(library, "skew.go"): filepath.Join(dir, "skew.go"),
	}}
	doc, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	for name, data := range map[string]string{"time.go": text, "skew.go": skewSource, "overlay.json": string(doc)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			return "", err
		}
	}
	path := filepath.Join(dir, "linghang")
	build := exec.Command(filepath.Join(home, "bin", "go"), "build", "-trimpath", "-overlay", filepath.Join(dir, "overlay.json"), "-o", path, ".")
	build.Env = append(os.Environ(), "GOROOT="+home, "GOTOOLCHAIN=local")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
}

// hand moves the wall clock of a process.
type hand struct {
	t    testing.TB
	path string
}

func newHand(t testing.TB) *hand {
	t.Helper()
	h := &hand{t, filepath.Join(t.TempDir(), "clock")}
	h.set(0)
	return h
}

// set makes the clock be off by so much, from this moment on.
func (h *hand) set(off time.Duration) {
	h.t.Helper()
	f, err := os.OpenFile(h.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		h.t.Fatal(err)
	}
	_, err = f.WriteAt(bytewise.NativeEndian.AppendUint64(nil, uint64(int64(off/time.Second))), 0)
	if err := errors.Join(err, f.Close()); err != nil {
		h.t.Fatal(err)
	}
}

// A process alone cannot know that its clock is wrong. It says that it jumped,
// goes on, and goes on as before once the clock is right again.
func TestAClockThatIsADayWrongLosesNothing(t *testing.T) {
	if !full() {
		t.Skip("it builds the standard library anew: make chaos runs it")
	}
	for _, day := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		h := &house{t: t, data: t.TempDir(), hand: newHand(t)}
		h.open()
		h.setUp()
		k := h.platform("sender")
		seq := int64(0)
		sent := func() int {
			seq++
			status := h.reportOnce(k, seq)
			if status >= 300 {
				seq--
			}
			return status
		}
		for range 5 {
			if status := sent(); status != http.StatusOK && status != http.StatusAccepted {
				t.Fatalf("a report with the right clock: %d", status)
			}
		}
		h.hand.set(day)
		kerneltest.Wait(t, "the health page to tell of the jump", func() bool { return h.component("clock") == "degraded" })
		// The report is of tomorrow, or too old to be of now: the sender is told so,
		// and nothing that was acknowledged is touched.
		if status := sent(); status != http.StatusUnprocessableEntity {
			t.Errorf("a report with the clock off by %s: %d", day, status)
		}
		h.hand.set(0)
		for range 5 {
			if status := sent(); status >= 300 {
				t.Fatalf("a report with the clock right again: %d", status)
			}
		}
		h.checkLedger(k, seq)
		h.checkAudit(0, 1)
		h.start()
		h.checkLedger(k, seq)
		h.kill()
	}
}

// reportOnce sends one report and says how it was answered.
func (h *house) reportOnce(k issued, seq int64) (status int) {
	h.t.Helper()
	body := fmt.Sprintf(`{"schema":1,"seq":%d,"period":%q,"items":[{"code":"heartbeat","value":1},{"code":"dev_online","value":%d}]}`, seq, time.Now().UTC().Format(time.RFC3339), seq)
	r, err := http.NewRequest(http.MethodPost, h.url+"/api/platforms/ingest/v1/reports", strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(k.ID, k.Secret)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
