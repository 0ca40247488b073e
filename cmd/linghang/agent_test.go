package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// beside is a reporting agent with its directory.
type beside struct {
	t    *testing.T
	dir  string
	key  issued
	each string // how often it reads
}

func (b beside) file() string { return filepath.Join(b.dir, "agent.yaml") }

// points tells the agent where the city is now.
func (b beside) points(url string) {
	b.t.Helper()
	text := fmt.Sprintf("server: %s\nkey: %s\nsecret_file: secret\ndirectory: spool\nsources:\n  - {name: devices, every: %s, csv: values.csv}\n  - {name: yesterday, of: day, at: \"00:00\", csv: day.csv}\n", url, b.key.ID, b.each)
	for name, content := range map[string]string{"agent.yaml": text, "secret": b.key.Secret + "\n"} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b beside) values(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b beside) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary(b.t), append([]string{"report"}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// waiting are the numbers of reports that are not acknowledged.
func (b beside) waiting() []int64 {
	b.t.Helper()
	entries, err := os.ReadDir(filepath.Join(b.dir, "spool", "queue"))
	if err != nil && !os.IsNotExist(err) {
		b.t.Fatal(err)
	}
	var list []int64
	for _, e := range entries {
		if seq, err := strconv.ParseInt(strings.TrimSuffix(e.Name(), ".json"), 10, 64); err == nil {
			list = append(list, seq)
		}
	}
	return list
}

// ledger are the numbers that the city has, each as often as it has it.
func (b beside) ledger(h *house) []int64 {
	b.t.Helper()
	var page struct {
		Items []struct {
			Seq int64 `json:"seq"`
		} `json:"items"`
	}
	h.call("GET", "/api/platforms/"+b.key.Platform+"/submissions?limit=200", "", &page)
	var list []int64
	for _, s := range page.Items {
		list = append(list, s.Seq)
	}
	slices.Sort(list)
	return list
}

// The agent is killed while it reads and sends, and so is the city: whatever it kept
// is in the ledger afterwards, once.
func TestAnAgentThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	h := startHouse(t, t.TempDir())
	h.setUp()
	b := beside{t: t, dir: t.TempDir(), each: "10s"}
	b.key = h.platform("beside")
	h.call("POST", "/api/platforms/"+b.key.Platform+"/keys", `{"kind":"report"}`, &b.key)
	b.points(h.url)
	b.values("values.csv", "code,value,industry\ndev_online,870,\nent_served,12,C26\n")
	b.values("day.csv", "code,value\ndev_connected,1180\n")

	if out, err := b.command("check", b.file()).CombinedOutput(); err != nil || !strings.Contains(string(out), "2 values  taken") || len(b.ledger(h)) != 0 {
		t.Fatalf("check: %v: %s", err, out)
	}
	seen := map[int64]bool{}
	// Each gets a little more time than the one before, until enough came through: how
	// fast this machine starts a process must not decide what the test finds.
	for i := 0; i < 25 || len(b.ledger(h)) < 5; i++ {
		if i == 300 {
			t.Fatal("no agent comes through, although it has more than three seconds")
		}
		cmd := b.command("once", b.file())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(20+i*12)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // killed, or ended before
		timer.Stop()
		for _, seq := range b.waiting() {
			seen[seq] = true
		}
		if i == 12 {
			h.kill()
			h.start()
			b.points(h.url)
		}
	}
	if out, err := b.command("once", b.file()).CombinedOutput(); err != nil || !strings.Contains(string(out), "0 reports wait, 0 were refused") {
		t.Fatalf("once: %v: %s", err, out)
	}
	got := b.ledger(h)
	if twice := len(got) - len(slices.Compact(slices.Clone(got))); twice > 0 {
		t.Errorf("the ledger has %d reports, %d of them twice", len(got), twice)
	}
	for seq := range seen {
		if !slices.Contains(got, seq) {
			t.Errorf("report %d was kept by the agent, and is not in the ledger", seq)
		}
	}
	var v struct {
		Items []struct {
			Code  string  `json:"code"`
			Value float64 `json:"value"`
		} `json:"items"`
	}
	h.call("GET", "/api/platforms/"+b.key.Platform+"/indicators", "", &v)
	if text, _ := json.Marshal(v); !bytes.Contains(text, []byte(`"dev_connected","value":1180`)) {
		t.Errorf("yesterday's value is not there: %s", text)
	}

	// While the city is away reports wait, and go on in order when it is back.
	h.kill()
	for want := 1; want <= 3; want++ {
		if out, err := b.command("once", b.file()).CombinedOutput(); err == nil || len(b.waiting()) != want {
			t.Errorf("without a city: %v, %d wait: %s", err, len(b.waiting()), out)
		}
	}
	h.start()
	b.points(h.url)
	b.values("values.csv", "code,value\ndev_online,-1\n") // refused for good
	out, err := b.command("once", b.file()).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "0 reports wait, 1 were refused") {
		t.Errorf("with the city back: %v: %s", err, out)
	}
	if n := len(b.ledger(h)); n < len(got)+3 {
		t.Errorf("the ledger has %d reports, want 3 more than %d", n, len(got))
	}
}

// An agent that runs reads when it is due, and ends when it is told to.
func TestAnAgentReportsWhileItRuns(t *testing.T) {
	h := startHouse(t, t.TempDir())
	h.setUp()
	b := beside{t: t, dir: t.TempDir(), each: "10s"}
	b.key = h.platform("running")
	h.call("POST", "/api/platforms/"+b.key.Platform+"/keys", `{"kind":"report"}`, &b.key)
	b.points(h.url)
	b.values("values.csv", "code,value\nheartbeat,1\n")
	b.values("day.csv", "code,value\ndev_connected,1180\n")
	cmd := b.command("run", b.file())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kerneltest.Wait(t, "reports of the moment and of the day", func() bool { return len(b.ledger(h)) >= 2 })
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
