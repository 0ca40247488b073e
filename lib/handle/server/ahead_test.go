package server

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"

	"linghang/lib/handle/wire"
)

// foreseen answers every query, and notes what it was told ahead and what it was asked.
type foreseen struct {
	mu    sync.Mutex
	ahead []string
	asked []string
}

func (f *foreseen) Ahead(handles [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range handles {
		f.ahead = append(f.ahead, string(h))
	}
}

func (f *foreseen) Resolve(req *Request, res *Response) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, string(req.Query.Handle))
	res.Code = wire.CodeSuccess
	return true
}

func (*foreseen) Handle(context.Context, *Request, *Response) {}

func TestWhatWaitsInTheSocketIsToldAhead(t *testing.T) {
	f := &foreseen{}
	s, err := New(Options{Handler: f})
	if err != nil {
		t.Fatal(err)
	}
	sockets, err := ListenUDP(t.Context(), "127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial("udp", sockets[0].LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close() //nolint:errcheck // a test
	want := []string{"88.1/a", "88.1/b", "88.1/c"}
	for i, handle := range want {
		if _, err := client.Write(numbered(handle, uint32(i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	// What is no resolution is not foretold.
	if _, err := client.Write(numbered("88.1/x", 9, 0)[:wire.EnvelopeSize+wire.HeaderSize+2]); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.ServeUDP(ctx, sockets[0]) }()
	var room [1024]byte
	for range want {
		if _, err := client.Read(room[:]); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.asked, want) || !slices.Equal(f.ahead, want) {
		t.Errorf("asked for %q, told ahead %q", f.asked, f.ahead)
	}
}
