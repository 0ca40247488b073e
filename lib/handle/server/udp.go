package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// ListenUDP returns n sockets on one address that share its packets. A port of 0
// is chosen once, and is nobody else's.
func ListenUDP(ctx context.Context, address string, n int) ([]*net.UDPConn, error) {
	config := net.ListenConfig{}
	if n > 1 {
		// Sockets that share would choose a port that others share, too.
		alone, err := listenUDP(ctx, &config, address)
		if err != nil {
			return nil, err
		}
		address = alone.LocalAddr().String()
		if err := alone.Close(); err != nil {
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
		config.Control = shareport
	}
	var list []*net.UDPConn
	for range n {
		conn, err := listenUDP(ctx, &config, address)
		if err != nil {
			for _, c := range list {
				err = errors.Join(err, c.Close())
			}
			return nil, err
		}
		list, address = append(list, conn), conn.LocalAddr().String()
	}
	return list, nil
}

func listenUDP(ctx context.Context, config *net.ListenConfig, address string) (*net.UDPConn, error) {
	conn, err := config.ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("listen on %s: %T is no UDP socket", address, conn), conn.Close())
	}
	return udp, nil
}

// datagrams serves one socket.
type datagrams struct {
	s       *Server
	conn    *net.UDPConn
	packets *packets
	rate    *rate
	parts   assemblies
	workers chan struct{}
	waiting sync.WaitGroup
	x       exchange // of answers that need no waiting
	handles [][]byte // that packets ask for
	part    []byte
}

// ServeUDP answers the packets of a socket until the context ends or the socket
// is closed. Several goroutines may each serve a socket of ListenUDP.
func (s *Server) ServeUDP(ctx context.Context, conn *net.UDPConn) error {
	p, err := newPackets(conn)
	if err != nil {
		return err
	}
	d := &datagrams{s: s, conn: conn, packets: p, rate: newRate(s.o.UDPRate), workers: make(chan struct{}, s.o.Workers)}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	defer d.waiting.Wait()
	for {
		n, err := p.receive()
		switch {
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("receive packets: %w", err)
		case err != nil:
			continue // of one packet that the system could not deliver
		}
		now := s.o.Now()
		d.lookAhead(n)
		for i := range n {
			d.take(ctx, i, now)
		}
		if err := p.flush(); err != nil {
			return nil // the socket was closed while we answered
		}
	}
}

// lookAhead tells the handler what n packets ask for, if it wants to know.
func (d *datagrams) lookAhead(n int) {
	if d.s.ahead == nil || n < 2 {
		return
	}
	d.handles = d.handles[:0]
	for i := range n {
		if handle := wire.PeekHandle(d.packets.packet(i)); handle != nil {
			d.handles = append(d.handles, handle)
		}
	}
	d.s.ahead.Ahead(d.handles)
}

// take answers a packet, or has it answered.
func (d *datagrams) take(ctx context.Context, i int, now time.Time) {
	packet := d.packets.packet(i)
	if len(packet) < wire.EnvelopeSize {
		return
	}
	e, _ := wire.DecodeEnvelope(packet) // an unknown version is answered
	payload := packet[wire.EnvelopeSize:]
	from := d.packets.from(i)
	if int(e.Length) != len(payload) || e.Sequence != 0 {
		if message := d.parts.add(from, &e, payload, now); message != nil {
			d.dispatch(ctx, from, e, message)
		}
		return
	}
	x := &d.x
	x.req.Remote, x.req.Transport = from, wire.UDP
	if !e.Encrypted {
		if !d.s.begin(x, &e, payload, now) || d.s.handleQuickly(x, now) {
			d.reply(i, now)
			return
		}
	}
	d.dispatch(ctx, from, e, append([]byte(nil), payload...))
}

// reply sends the answer in d.x to who sent packet i.
func (d *datagrams) reply(i int, now time.Time) {
	x := &d.x
	if !d.allowed(x, now) {
		return
	}
	if len(x.out) <= wire.MaxPacket {
		_ = d.packets.reply(i, x.out) // fails when the socket is closed, and the loop sees it
		return
	}
	message := x.message()
	for part := range wire.Fragments(len(message)) {
		d.part = wire.AppendFragment(d.part[:0], x.answer, message, part)
		_ = d.packets.reply(i, d.part) // as above
	}
}

// allowed tells whether there is an answer and it may go by UDP: a forged sender
// must not be flooded. A client whose answer is dropped comes by TCP.
func (d *datagrams) allowed(x *exchange, now time.Time) bool {
	n := len(x.out)
	return n > 0 && n <= d.s.o.UDPAnswer && x.res.Stream == nil && d.rate.allow(x.req.Remote.Addr(), n, now)
}

// dispatch has a message answered on a goroutine of its own. When all are busy
// it is dropped, and the client asks again.
func (d *datagrams) dispatch(ctx context.Context, from netip.AddrPort, e wire.Envelope, message []byte) {
	select {
	case d.workers <- struct{}{}:
	default:
		return
	}
	d.waiting.Go(func() {
		defer func() { <-d.workers }()
		d.work(ctx, from, e, message)
	})
}

func (d *datagrams) work(ctx context.Context, from netip.AddrPort, e wire.Envelope, message []byte) {
	var x exchange
	x.req.Remote, x.req.Transport = from, wire.UDP
	if d.s.begin(&x, &e, message, d.s.o.Now()) {
		d.s.handle(ctx, &x)
		if x.res.List != nil {
			d.s.listOnce(&x)
		}
	}
	if !d.allowed(&x, d.s.o.Now()) {
		return
	}
	whole := x.message()
	var packet []byte
	for part := range wire.Fragments(len(whole)) {
		packet = wire.AppendFragment(packet[:0], x.answer, whole, part)
		_, _ = d.conn.WriteToUDPAddrPort(packet, from) // a packet that cannot be sent is lost, as packets are
	}
}
