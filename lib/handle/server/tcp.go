package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// grant is how many octets of a message are received before they count; roomKept
// is how much memory of its answers a connection keeps.
const (
	grant    = 16 << 10
	roomKept = 64 << 10
)

// ServeTCP answers the connections of a listener until the context ends or the
// listener is closed, and then waits for those that are open.
func (s *Server) ServeTCP(ctx context.Context, ln net.Listener) error {
	return s.accept(ctx, ln, func(ctx context.Context, conn net.Conn, from netip.AddrPort) {
		s.converse(ctx, conn, from, wire.TCP)
	})
}

// accept has each connection of a listener served on a goroutine of its own,
// within the limits.
func (s *Server) accept(ctx context.Context, ln net.Listener, serve func(context.Context, net.Conn, netip.AddrPort)) error {
	var open sync.WaitGroup
	defer open.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	for {
		conn, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			if !pause(ctx, 10*time.Millisecond) { // out of file descriptors, most likely
				return nil
			}
			continue
		}
		from := addressOf(conn)
		if !s.peers.enter(from.Addr()) {
			_ = conn.Close() // it is one too many
			continue
		}
		open.Go(func() {
			defer s.peers.leave(from.Addr())
			closing := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer closing()
			defer conn.Close() //nolint:errcheck // nothing is left to be said
			serve(ctx, conn, from)
		})
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func addressOf(conn net.Conn) netip.AddrPort {
	a, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// conversation is one TCP connection.
type conversation struct {
	s    *Server
	conn net.Conn
	in   *bufio.Reader
	x    exchange
	room []byte // of the message, while it is small
	held int    // octets that count

	apart   chan struct{} // queries that are answered beside
	waiting sync.WaitGroup
	writing sync.Mutex
	out     *bufio.Writer
}

// converse answers the messages of a connection, one after the other. Queries
// that take time do not hold up those behind them: a client that sends several
// tells the answers by their requests.
func (s *Server) converse(ctx context.Context, conn net.Conn, from netip.AddrPort, transport wire.Protocol) {
	c := &conversation{
		s: s, conn: conn, in: bufio.NewReaderSize(conn, 4096), out: bufio.NewWriterSize(conn, 4096), apart: make(chan struct{}, s.o.PerConnection),
	}
	c.x.req.Remote, c.x.req.Transport = from, transport
	c.x.login = &login{}
	defer func() { s.peers.release(c.held) }()
	idle := s.o.MessageTime
	for {
		keep, err := c.answer(ctx, idle)
		if err != nil || !keep {
			c.waiting.Wait()
			_ = c.flush() // the peer may be gone
			return
		}
		idle = s.o.IdleTime
	}
}

// answer reads and answers one message, and tells whether to go on.
func (c *conversation) answer(ctx context.Context, idle time.Duration) (bool, error) {
	e, message, err := c.read(idle)
	if err != nil {
		return false, err
	}
	x, now := &c.x, c.s.o.Now()
	if c.s.begin(x, &e, message, now) && !c.s.handleQuickly(x, now) {
		if c.answerApart(ctx, &e, message) {
			return true, c.flushIdle()
		}
		c.s.handle(ctx, x)
	}
	c.s.peers.release(c.held)
	c.held = 0
	if x.res.Stream != nil {
		c.waiting.Wait() // nothing else may be in it
	}
	switch {
	case x.res.List != nil && x.res.Code != wire.CodeAuthNeeded:
		err = c.s.list(x, c.write)
	case len(x.out) == 0:
		return false, nil
	default:
		err = c.write(x.out)
	}
	if err != nil {
		return false, err
	}
	if x.res.Stream != nil && x.res.Code == wire.CodeSuccess {
		return false, c.stream(ctx)
	}
	if err := c.flushIdle(); err != nil {
		return false, err
	}
	if cap(x.out)+cap(x.res.Body) > roomKept { // a connection that waits keeps little
		x.out, x.res.Body = nil, nil
	}
	return c.keeps(), nil
}

// answerApart has a query answered on a goroutine of its own, if there is room
// for one and the connection stays.
func (c *conversation) answerApart(ctx context.Context, e *wire.Envelope, message []byte) bool {
	if !c.x.plain() || c.held > 0 || !c.keeps() {
		return false
	}
	select {
	case c.apart <- struct{}{}:
	default:
		return false
	}
	select {
	case c.s.apart <- struct{}{}:
	default:
		<-c.apart
		return false
	}
	remote, transport, copied := c.x.req.Remote, c.x.req.Transport, append([]byte(nil), message...)
	env := *e
	c.waiting.Go(func() {
		defer func() { <-c.s.apart; <-c.apart }()
		var x exchange
		x.req.Remote, x.req.Transport = remote, transport
		if c.s.begin(&x, &env, copied, c.s.o.Now()) {
			c.s.handle(ctx, &x)
		}
		if c.write(x.out) != nil || c.flush() != nil {
			_ = c.conn.Close() // the reader learns of it
		}
	})
	return true
}

// flushIdle sends what is written when no further message is here yet.
func (c *conversation) flushIdle() error {
	if c.in.Buffered() > 0 {
		return nil
	}
	return c.flush()
}

func (c *conversation) flush() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.out.Flush(); err != nil {
		return fmt.Errorf("send answer: %w", err)
	}
	return nil
}

func (c *conversation) write(octets []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.conn.SetWriteDeadline(time.Now().Add(c.s.o.MessageTime)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	if _, err := c.out.Write(octets); err != nil {
		return fmt.Errorf("send answer: %w", err)
	}
	return nil
}

// keeps tells whether the connection stays after an answer.
func (c *conversation) keeps() bool {
	switch c.s.o.Connections {
	case KeepAlways:
		return true
	case KeepNever:
		return false
	default:
		return c.x.msg.Flags.Has(wire.FlagKeepAlive) || c.x.env.Version == wire.Version{Major: 2, Minor: 10}
	}
}

// read reads a message: idle is how long to wait for its first octet.
func (c *conversation) read(idle time.Duration) (wire.Envelope, []byte, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(idle)); err != nil {
		return wire.Envelope{}, nil, fmt.Errorf("set deadline: %w", err)
	}
	if _, err := c.in.Peek(1); err != nil {
		return wire.Envelope{}, nil, fmt.Errorf("wait for a message: %w", err)
	}
	if c.in.Buffered() < wire.EnvelopeSize || !c.whole() {
		if err := c.conn.SetReadDeadline(time.Now().Add(c.s.o.MessageTime)); err != nil {
			return wire.Envelope{}, nil, fmt.Errorf("set deadline: %w", err)
		}
	}
	head, err := c.in.Peek(wire.EnvelopeSize)
	if err != nil {
		return wire.Envelope{}, nil, fmt.Errorf("read envelope: %w", err)
	}
	e, _ := wire.DecodeEnvelope(head) // an unknown version is answered
	if int64(e.Length) > int64(c.s.o.MaxMessage) {
		return c.tooLong(e)
	}
	if _, err := c.in.Discard(wire.EnvelopeSize); err != nil {
		return e, nil, fmt.Errorf("read envelope: %w", err)
	}
	message, err := c.readOctets(int(e.Length))
	return e, message, err
}

// whole tells whether the whole message is here already.
func (c *conversation) whole() bool {
	head, err := c.in.Peek(wire.EnvelopeSize)
	if err != nil {
		return false
	}
	e, _ := wire.DecodeEnvelope(head) // only its length is of interest
	return c.in.Buffered() >= wire.EnvelopeSize+int(e.Length)
}

var errTooLong = errors.New("the message is too long")

// tooLong answers a message that is not read.
func (c *conversation) tooLong(e wire.Envelope) (wire.Envelope, []byte, error) {
	c.x.msg = wire.Message{}
	c.s.begin(&c.x, &wire.Envelope{Version: e.Version, Suggested: e.Suggested, Request: e.Request}, nil, c.s.o.Now())
	return e, nil, errors.Join(errTooLong, c.write(c.x.out))
}

// readOctets reads a message. Memory grows with what has arrived, not with what
// was announced; beyond grant octets it counts.
func (c *conversation) readOctets(n int) ([]byte, error) {
	if n <= grant {
		if cap(c.room) < n {
			c.room = make([]byte, n, max(n, 512))
		}
		c.room = c.room[:n]
		if _, err := io.ReadFull(c.in, c.room); err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		return c.room, nil
	}
	var octets []byte
	for len(octets) < n {
		step := min(n-len(octets), max(grant, len(octets)))
		if !c.s.peers.hold(step) {
			return nil, errors.New("too much is being received")
		}
		c.held += step
		grown := make([]byte, len(octets)+step)
		copy(grown, octets)
		if _, err := io.ReadFull(c.in, grown[len(octets):]); err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		octets = grown
	}
	return octets, nil
}
