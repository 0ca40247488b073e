package rest

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

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
	if n := testing.AllocsPerRun(1000, func() { h.ServeHTTP(w, r) }); n > 1 { // the name in the query
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

// BenchmarkServe is the whole way of a query over kept connections, server and
// client in one process.
func BenchmarkServe(b *testing.B) {
	h, err := New(Options{Handler: newFixed()})
	if err != nil {
		b.Fatal(err)
	}
	srv, err := server.New(server.Options{Handler: newFixed()})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.ServeWeb(ctx, ln, h, nil) }()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	request := []byte("GET /api/handles/88.101.5/T001 HTTP/1.1\r\nHost: x\r\n\r\n")
	in := bufio.NewReader(conn)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	b.StopTimer()
	_ = conn.Close()
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
