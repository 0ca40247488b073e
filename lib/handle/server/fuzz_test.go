package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"linghang/lib/handle/wire"
)

// FuzzServer sends octets to a server that has an open session and a challenge
// that waits: it must not panic, and what it answers must be a message.
func FuzzServer(f *testing.F) {
	f.Add(benchQuery())
	for _, op := range []wire.Op{
		wire.OpSiteInfo, wire.OpChallengeAnswer, wire.OpSessionSetUp, wire.OpSessionEnd, wire.OpKeyExchange, wire.OpLoginKey, wire.OpCreate, wire.OpListHandles,
	} {
		h := wire.Header{Op: op, Flags: wire.FlagKeepAlive | wire.FlagReturnDigest}
		message := wire.AppendMessage(nil, &h, []byte{0, 0, 0, 0}, nil)
		e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Session: 9, Length: uint32(len(message))}
		f.Add(append(e.Append(nil), message...))
	}
	for _, setUp := range []wire.SessionSetUp{{Mode: wire.ModeClientKey}, {Mode: wire.ModeServerKey}, {Mode: wire.ModeHandleKey, Key: wire.Reference{Handle: "88/1"}}} {
		h := wire.Header{Op: wire.OpSessionSetUp}
		message := wire.AppendMessage(nil, &h, setUp.Append(nil), nil)
		e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Length: uint32(len(message))}
		f.Add(append(e.Append(nil), message...))
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	needs := HandlerFunc(func(_ context.Context, req *Request, res *Response) {
		res.Code = wire.CodeSuccess
		if !req.Proven() && req.Header.Op != wire.OpResolve {
			res.Code = wire.CodeAuthNeeded
		}
	})
	s, err := New(Options{
		Handler: needs, AllowLogin: true, MaxChallenges: 100, MaxSessions: 100, Key: key,
		Modes:      []wire.Mode{wire.ModeClientKey, wire.ModeServerKey, wire.ModeHandleKey},
		SessionKey: func(context.Context, wire.Reference) ([]wire.Value, error) { return nil, nil },
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		if len(octets) < wire.EnvelopeSize {
			return
		}
		e, _ := wire.DecodeEnvelope(octets)
		x := exchange{login: &login{}}
		x.req.Remote, x.req.Transport = netip.MustParseAddrPort("192.0.2.1:1"), wire.TCP
		if s.begin(&x, &e, octets[wire.EnvelopeSize:], time.Now()) {
			s.handle(t.Context(), &x)
		}
		if len(x.out) == 0 {
			return
		}
		back, err := wire.DecodeEnvelope(x.out)
		if err != nil || int(back.Length) != len(x.message()) || back.Request != e.Request {
			t.Fatalf("answer %x: %v", x.out, err)
		}
		if m, err := wire.DecodeMessage(x.message()); err != nil || m.Code == 0 {
			t.Fatalf("answer %x: %v", x.out, err)
		}
	})
}

// FuzzConversation sends octets down a TCP connection.
func FuzzConversation(f *testing.F) {
	f.Add(append(benchQuery(), benchQuery()...))
	f.Add(append(numbered("slow/x", 1, 0), numbered("quick/x", 2, 0)...))
	handler := &halting{open: make(chan struct{})} // answers some beside the connection
	close(handler.open)
	s, err := New(Options{Handler: handler, Connections: KeepAlways, MessageTime: time.Second, IdleTime: time.Second})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		ours, theirs := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.converse(t.Context(), theirs, netip.MustParseAddrPort("192.0.2.1:1"), wire.TCP)
			_ = theirs.Close()
		}()
		go func() { // until the server closes
			_, _ = io.Copy(io.Discard, ours)
		}()
		_, _ = io.Copy(ours, bytes.NewReader(octets))
		_ = ours.Close()
		<-done
		if held := s.peers.held.Load(); held != 0 {
			t.Fatalf("%d octets are still held", held)
		}
		if n := len(s.apart); n != 0 {
			t.Fatalf("%d queries are still being answered", n)
		}
	})
}
