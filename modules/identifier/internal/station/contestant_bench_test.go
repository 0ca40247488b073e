package station_test

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// contestant is a server that is asked.
type contestant struct {
	name string
	process
	at    netip.AddrPort
	query func(i, number int) []byte
	right func(hit bool) func([]byte) bool
}

// process is a program that is measured.
type process struct {
	pid   int
	out   *bufio.Reader
	ended chan struct{}
}

// launch runs a program on the first processor until the benchmark ends.
func launch(b *testing.B, env []string, program string, args ...string) process {
	b.Helper()
	cmd := exec.Command("taskset", append([]string{"-c", "0", program}, args...)...)
	cmd.Env = append(append(os.Environ(), "GOMAXPROCS=1"), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatalf("start %s: %v", program, err)
	}
	p := process{cmd.Process.Pid, bufio.NewReader(pipe), make(chan struct{})}
	go func() {
		_, _ = cmd.Process.Wait()
		close(p.ended)
	}()
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// processorTime is what a process has used of the processors, all its threads.
func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		b.Fatalf("process %d has gone: %v", pid, err)
	}
	var total time.Duration
	for _, name := range threads {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // of a thread that has ended since
		}
		var running time.Duration
		if _, err := fmt.Sscan(string(text), &running); err != nil {
			b.Fatal(err)
		}
		total += running
	}
	return total
}

// resident is what a process holds, in MB.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// zoneFile writes n names with a text each, so that answers have a size.
func zoneFile(b *testing.B, n, size int) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "bench.example.zone")
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	_, _ = fmt.Fprintln(w, "$ORIGIN bench.example.\n$TTL 86400\n@ SOA ns.bench.example. host.bench.example. 1 7200 3600 1209600 3600\n@ NS ns\nns A 192.0.2.1")
	const record = 13 // octets of the answer before its text; its name points to the question's
	text := strings.Repeat("x", size-len(dnsQuery(0, 0))-record)
	for i := range n {
		_, _ = fmt.Fprintf(w, "t%09d TXT %s\n", i, text)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return name
}

// freePort is a port that nobody has, UDP and TCP.
func freePort(b *testing.B) netip.AddrPort {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return netip.MustParseAddrPort(l.Addr().String())
}

// startKnot runs Debian's Knot DNS with one worker.
func startKnot(b *testing.B, zone string) contestant {
	b.Helper()
	dir, at := b.TempDir(), freePort(b)
	config := filepath.Join(dir, "knot.conf")
	text := fmt.Sprintf(`server:
    rundir: %[1]s
    listen: %[2]s@%[3]d
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: %[1]s
log:
  - target: stderr
    any: error
zone:
  - domain: bench.example
    file: %[4]s
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
`, dir, at.Addr(), at.Port(), zone)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return readyDNS(b, contestant{name: "Knot DNS", process: launch(b, nil, "knotd", "-c", config), at: at})
}

// startCoreDNS runs CoreDNS as scripts/peer.sh builds it, with its file plug-in.
func startCoreDNS(b *testing.B, zone string) contestant {
	b.Helper()
	program, err := exec.Command("../../../../scripts/peer.sh", "coredns").Output()
	if err != nil {
		b.Fatalf("build CoreDNS: %v", err)
	}
	at := freePort(b)
	config := filepath.Join(b.TempDir(), "Corefile")
	text := fmt.Sprintf("bench.example:%d {\n bind %s\n file %s bench.example\n}\n", at.Port(), at.Addr(), zone)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return readyDNS(b, contestant{name: "CoreDNS", process: launch(b, nil, strings.TrimSpace(string(program)), "-quiet", "-conf", config), at: at})
}

// readyDNS waits until a server answers for its first name.
func readyDNS(b *testing.B, c contestant) contestant {
	b.Helper()
	c.query, c.right = dnsQuery, dnsRight
	for !c.knows(b, 0) {
		select {
		case <-c.ended:
			b.Fatalf("%s has ended", c.name)
		default: // it reads its zone
		}
	}
	return c
}

// knows tells whether a server answers for a name within a moment.
func (c contestant) knows(b *testing.B, number int) bool {
	b.Helper()
	conn, err := net.ListenUDP("udp", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = conn.WriteToUDPAddrPort(c.query(0, number), c.at)
	_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	room := make([]byte, 2048)
	n, err := conn.Read(room)
	return err == nil && c.right(true)(room[:n])
}
