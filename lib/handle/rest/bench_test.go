package rest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// fixed answers every query with one record, as a store of encoded records does.
type fixed struct{ body []byte }

func (h *fixed) Resolve(_ *server.Request, res *server.Response) bool {
	res.Code, res.Body = wire.CodeSuccess, append(res.Body, h.body...)
	return true
}

func (h *fixed) Handle(_ context.Context, req *server.Request, res *server.Response) {
	h.Resolve(req, res)
}

func newFixed() *fixed {
	values := wire.Values{Handle: "88.101.5/T001", Values: []wire.Value{
		wire.Text(1, wire.TypeURL, "http://a.example/products/T001"), wire.Text(2, wire.TypeDescription, "a part of a machine"),
	}}
	return &fixed{values.Append(nil)}
}

// silent is an answer that nobody reads.
type silent struct{ header http.Header }

func (w silent) Header() http.Header         { return w.header }
func (w silent) Write(b []byte) (int, error) { return len(b), nil }
func (w silent) WriteHeader(int)             {}

func benchRequest() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://x/api/handles/88.101.5/T001", http.NoBody)
	r.RemoteAddr = "192.0.2.1:2641"
	return r
}

func TestAQueryAllocatesLittle(t *testing.T) {
	h, err := New(Options{Handler: newFixed()})
	if err != nil {
		t.Fatal(err)
	}
	r, w := benchRequest(), silent{http.Header{}}
	if n := testing.AllocsPerRun(1000, func() { h.ServeHTTP(w, r) }); n > 2 { // one for the name in the query; under the race detector pools forget
		t.Errorf("%g allocations", n)
	}
}

// BenchmarkAnswer is what a query costs without the sockets and net/http.
func BenchmarkAnswer(b *testing.B) {
	h, err := New(Options{Handler: newFixed()})
	if err != nil {
		b.Fatal(err)
	}
	r, w := benchRequest(), silent{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}

// envServe has the test program be the server of BenchmarkServe.
const envServe = "REST_BENCH_SERVE"

// TestMain is the server of BenchmarkServe in its own process, until its input
// ends; or the tests.
func TestMain(m *testing.M) {
	if os.Getenv(envServe) == "" {
		os.Exit(m.Run())
	}
	if err := serveForBench(); err != nil {
		panic(err)
	}
}

func serveForBench() error {
	h, err := New(Options{Handler: newFixed()})
	if err != nil {
		return err
	}
	srv, err := server.New(server.Options{Handler: newFixed()})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Println(ln.Addr()); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return srv.ServeWeb(ctx, ln, h, nil)
}

// BenchmarkServe is the whole way of a query over 32 kept connections to a server
// in a process of its own, on one processor. Beside the time it tells what the
// server's process takes of a processor for a request.
func BenchmarkServe(b *testing.B) {
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = append(os.Environ(), envServe+"=1", "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		_ = cmd.Wait()
	}()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	const connections = 32
	work := make(chan struct{}, connections)
	var asking sync.WaitGroup
	for range connections {
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", strings.TrimSpace(address))
		if err != nil {
			b.Fatal(err)
		}
		asking.Go(func() { askAll(b, conn, work) })
	}
	before := processorTime(b, cmd.Process.Pid)
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	asking.Wait()
	b.ReportMetric(float64((processorTime(b, cmd.Process.Pid)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// askAll asks once for each piece of work, and reads as many octets as the first
// answer has.
func askAll(b *testing.B, conn net.Conn, work chan struct{}) {
	defer func() { _ = conn.Close() }()
	request := []byte("GET /api/handles/88.101.5/T001 HTTP/1.1\r\nHost: x\r\n\r\n")
	answer, size := make([]byte, 64<<10), 0
	for range work {
		if _, err := conn.Write(request); err != nil {
			b.Error(err)
			return
		}
		n, err := io.ReadAtLeast(conn, answer, max(size, 1))
		if err != nil {
			b.Error(err)
			return
		}
		size = n
	}
}

// processorTime is what a process has taken of processors, in steps of 10 ms
// (proc(5): utime and stime).
func processorTime(b *testing.B, pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skip("needs /proc")
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}
