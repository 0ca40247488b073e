package server

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"linghang/lib/handle/wire"
)

// fixed answers every query with one record, as a store of encoded records does.
type fixed struct{ body []byte }

func (h *fixed) Resolve(_ *Request, res *Response) bool {
	res.Code, res.Body = wire.CodeSuccess, append(res.Body, h.body...)
	return true
}

func (h *fixed) Handle(_ context.Context, req *Request, res *Response) { h.Resolve(req, res) }

func newFixed() *fixed {
	values := wire.Values{Handle: "88.101.5/T001", Values: []wire.Value{
		wire.Text(1, wire.TypeURL, "http://a.example/products/T001"), wire.Text(2, wire.TypeDescription, "a part of a machine"),
	}}
	return &fixed{values.Append(nil)}
}

func benchQuery() []byte {
	q := wire.NewQuery("88.101.5/T001", nil, nil)
	h := wire.Header{Op: wire.OpResolve, Flags: wire.FlagRecurse | wire.FlagCacheCertify | wire.FlagPublicOnly}
	message := wire.AppendMessage(nil, &h, q.Append(nil), nil)
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: 1, Length: uint32(len(message))}
	return append(e.Append(nil), message...)
}

func TestAQueryAllocatesNothing(t *testing.T) {
	for name, flags := range map[string]byte{"plain": 0x19, "with its digest": 0x19} {
		s, err := New(Options{Handler: newFixed()})
		if err != nil {
			t.Fatal(err)
		}
		octets := benchQuery()
		octets[wire.EnvelopeSize+8] = flags
		if name != "plain" {
			octets[wire.EnvelopeSize+9] |= 0x80
		}
		limits := newRate(1 << 40)
		var x exchange
		x.req.Remote = netip.MustParseAddrPort("192.0.2.1:2641")
		now := time.Now()
		if n := testing.AllocsPerRun(1000, func() {
			e, _ := wire.DecodeEnvelope(octets)
			if !s.begin(&x, &e, octets[wire.EnvelopeSize:], now) || !s.handleQuickly(&x, now) || !limits.allow(x.req.Remote.Addr(), len(x.out), now) {
				t.Fatal("the query is not answered quickly")
			}
		}); n != 0 {
			t.Errorf("%s: %g allocations", name, n)
		}
	}
}

// BenchmarkUDP is the whole way of a query over loopback: both sides in one
// process, 32 queries in flight.
func BenchmarkUDP(b *testing.B) {
	s, err := New(Options{Handler: newFixed(), UDPRate: -1})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	sockets, err := ListenUDP(ctx, "127.0.0.1:0", 1)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.ServeUDP(ctx, sockets[0]) }()
	conn, err := net.DialUDP("udp", nil, sockets[0].LocalAddr().(*net.UDPAddr))
	if err != nil {
		b.Fatal(err)
	}
	query, room := benchQuery(), make([]byte, 1024)
	const flight = 32
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i >= flight {
			if _, err := conn.Read(room); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := conn.Write(query); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	_ = conn.Close()
	_ = sockets[0].Close()
}

// BenchmarkAnswer is what a query costs without the sockets.
func BenchmarkAnswer(b *testing.B) {
	s, err := New(Options{Handler: newFixed()})
	if err != nil {
		b.Fatal(err)
	}
	octets, now := benchQuery(), time.Now()
	var x exchange
	b.ReportAllocs()
	for b.Loop() {
		e, _ := wire.DecodeEnvelope(octets)
		if !s.begin(&x, &e, octets[wire.EnvelopeSize:], now) || !s.handleQuickly(&x, now) {
			b.Fatal("the query is not answered quickly")
		}
	}
}

// BenchmarkTCPPipelined is a query on a connection on which many are on their
// way: both sides in one process. The time of the processor is that of both.
func BenchmarkTCPPipelined(b *testing.B) {
	s, err := New(Options{Handler: newFixed(), Connections: KeepAlways})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.ServeTCP(ctx, ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	const batch = 32
	queries := bytes.Repeat(benchQuery(), batch)
	went := make(chan error, 1)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	go func() {
		var err error
		for n := 0; n < b.N && err == nil; n += batch {
			_, err = conn.Write(queries[:len(queries)/batch*min(batch, b.N-n)])
		}
		went <- err
	}()
	in := bufio.NewReaderSize(conn, 64<<10)
	for range b.N {
		head, err := in.Peek(wire.EnvelopeSize)
		if err != nil {
			b.Fatal(err)
		}
		e, err := wire.DecodeEnvelope(head)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := in.Discard(wire.EnvelopeSize + int(e.Length)); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
	if err := <-went; err != nil {
		b.Fatal(err)
	}
	_ = conn.Close()
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// processorTime is what this process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
