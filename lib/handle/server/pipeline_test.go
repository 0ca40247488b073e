package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"linghang/lib/handle/wire"
)

// halting answers the handle "quick/x" at once, and others when the test lets it.
type halting struct {
	open chan struct{}
	mu   sync.Mutex
	most int
	now  int
}

func (h *halting) Resolve(req *Request, res *Response) bool {
	if string(req.Query.Handle) != "quick/x" {
		return false
	}
	res.Code = wire.CodeSuccess
	return true
}

func (h *halting) Handle(_ context.Context, _ *Request, res *Response) {
	h.mu.Lock()
	h.now++
	h.most = max(h.most, h.now)
	h.mu.Unlock()
	<-h.open
	h.mu.Lock()
	h.now--
	h.mu.Unlock()
	res.Code = wire.CodeSuccess
}

func numbered(handle string, request uint32, flags wire.Flags) []byte {
	q := wire.NewQuery(handle, nil, nil)
	h := wire.Header{Op: wire.OpResolve, Flags: flags}
	message := wire.AppendMessage(nil, &h, q.Append(nil), nil)
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: request, Length: uint32(len(message))}
	return append(e.Append(nil), message...)
}

// dialPipelined serves a handler over TCP and returns a connection to it.
func dialPipelined(t *testing.T, o Options) net.Conn {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.ServeTCP(ctx, ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return conn
}

func nextRequest(t *testing.T, in *bufio.Reader) uint32 {
	t.Helper()
	var head [wire.EnvelopeSize]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		t.Fatal(err)
	}
	e, err := wire.DecodeEnvelope(head[:])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Discard(int(e.Length)); err != nil {
		t.Fatal(err)
	}
	return e.Request
}

func TestQueriesThatTakeTimeDoNotHoldUpThoseBehindThem(t *testing.T) {
	h := &halting{open: make(chan struct{})}
	conn := dialPipelined(t, Options{Handler: h})
	in := bufio.NewReader(conn)
	for i := range uint32(8) {
		if _, err := conn.Write(append(numbered("slow/x", 100+i, wire.FlagKeepAlive), numbered("quick/x", i, wire.FlagKeepAlive)...)); err != nil {
			t.Fatal(err)
		}
		if got := nextRequest(t, in); got != i {
			t.Fatalf("the answer to %d came, not to %d", got, i)
		}
	}
	close(h.open)
	var got []uint32
	for range 8 {
		got = append(got, nextRequest(t, in))
	}
	if slices.Sort(got); got[0] != 100 || got[7] != 107 {
		t.Errorf("answers to %v", got)
	}
}

func TestQueriesOfOneConnectionAtTheSameTimeAreBounded(t *testing.T) {
	for name, o := range map[string]Options{"by the connection": {PerConnection: 3}, "by the server": {Workers: 3}} {
		h := &halting{open: make(chan struct{})}
		o.Handler = h
		conn := dialPipelined(t, o)
		var all []byte
		for i := range uint32(20) {
			all = append(all, numbered("slow/x", i, wire.FlagKeepAlive)...)
		}
		all = append(all, numbered("quick/x", 99, 0)...) // and the connection is closed after it
		if _, err := conn.Write(all); err != nil {
			t.Fatal(err)
		}
		close(h.open)
		in := bufio.NewReader(conn)
		got := map[uint32]bool{}
		for range 21 {
			got[nextRequest(t, in)] = true
		}
		if _, err := in.ReadByte(); err != io.EOF || len(got) != 21 || h.most > 4 {
			t.Errorf("%s: %d answers, %d at the same time, then %v", name, len(got), h.most, err)
		}
	}
}
