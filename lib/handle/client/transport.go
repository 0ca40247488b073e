package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"linghang/lib/handle/wire"
)

// parcel is a message on its way: each is told of every part of the answer but
// the last.
type parcel struct {
	envelope wire.Envelope
	message  []byte
	server   *wire.Server
	handle   string
	keep     bool
	alone    bool // it has one answer, and may be sent twice
	each     func(e *wire.Envelope, message []byte) (more bool, err error)
	stream   func(conn net.Conn) error // reads what follows the answer by TCP, if anything does
}

// send exchanges a parcel over one protocol.
func (c *Client) send(ctx context.Context, p *parcel, door netip.AddrPort, protocol wire.Protocol) error {
	switch protocol {
	case wire.UDP:
		return c.sendUDP(ctx, p, door)
	case wire.TCP:
		return c.sendTCP(ctx, p, door)
	case wire.HTTP, wire.HTTPS:
		return c.sendHTTP(ctx, p, door, protocol)
	default:
		return fmt.Errorf("protocol %d is not known", protocol)
	}
}

func (c *Client) sendUDP(ctx context.Context, p *parcel, door netip.AddrPort) error {
	conn, err := c.o.Dial(ctx, "udp", door.String())
	if err != nil {
		return fmt.Errorf("open socket: %w", err)
	}
	defer conn.Close() //nolint:errcheck // nothing is lost with it
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var packet []byte
	for _, wait := range c.o.Waits {
		for i := range wire.Fragments(len(p.message)) {
			packet = wire.AppendFragment(packet[:0], p.envelope, p.message, i)
			if _, err := conn.Write(packet); err != nil {
				return fmt.Errorf("send packet: %w", err)
			}
		}
		if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return fmt.Errorf("set deadline: %w", err)
		}
		done, err := receiveUDP(conn, p)
		if done || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	return errors.New("no answer by UDP")
}

// receiveUDP reads packets until the answer is whole. Packets that are none of
// it are passed over: anybody can send them.
func receiveUDP(conn net.Conn, p *parcel) (done bool, err error) {
	var room [wire.MaxPacket + 1]byte
	var parts *wire.Assembly
	for {
		n, err := conn.Read(room[:])
		if err != nil {
			return !errors.Is(err, os.ErrDeadlineExceeded), fmt.Errorf("receive packet: %w", err)
		}
		e, err := wire.DecodeEnvelope(room[:n])
		if err != nil || e.Request != p.envelope.Request || n > wire.MaxPacket {
			continue
		}
		payload := room[wire.EnvelopeSize:n]
		if parts == nil || parts.Size() != int(e.Length) {
			if parts, err = wire.NewAssembly(&e, wire.MaxMessage); err != nil {
				continue
			}
		}
		whole, err := parts.Add(&e, payload)
		if err != nil || !whole {
			continue
		}
		if _, err := p.each(&e, parts.Message()); err != nil {
			if errors.Is(err, ErrForged) {
				parts = nil
				continue
			}
			return true, err
		}
		return true, nil
	}
}

func (c *Client) sendTCP(ctx context.Context, p *parcel, door netip.AddrPort) error {
	if c.piped(p, door) {
		err := c.sendPiped(ctx, p, door)
		if _, broken := errors.AsType[*pipeError](err); !broken || ctx.Err() != nil {
			return err
		}
		// The server closed it, perhaps after another's answer.
	}
	if conn := c.takeIdle(door); conn != nil {
		started, err := c.converse(ctx, p, door, conn)
		if err == nil || started || ctx.Err() != nil {
			return err
		}
		// The server closed it in the meantime.
	}
	conn, err := c.dialTCP(ctx, door)
	if err != nil {
		return err
	}
	_, err = c.converse(ctx, p, door, conn)
	return err
}

func (c *Client) dialTCP(ctx context.Context, door netip.AddrPort) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	conn, err := c.o.Dial(ctx, "tcp", door.String())
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}

// converse sends the parcel on a connection and reads the answer. It tells
// whether the answer had begun.
func (c *Client) converse(ctx context.Context, p *parcel, door netip.AddrPort, conn net.Conn) (bool, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	started, err := c.talk(p, conn)
	if err != nil || !p.keep || !c.keepIdle(door, conn) {
		_ = conn.Close() // the answer is here, or the fault is told
	}
	return started, err
}

func (c *Client) talk(p *parcel, conn net.Conn) (started bool, err error) {
	if err := conn.SetDeadline(time.Now().Add(c.o.Timeout)); err != nil {
		return false, fmt.Errorf("set deadline: %w", err)
	}
	if _, err := conn.Write(whole(p)); err != nil {
		return false, fmt.Errorf("send message: %w", err)
	}
	for {
		e, message, err := readMessage(conn)
		if err != nil {
			return started, err
		}
		started = true
		more, err := p.each(&e, message)
		if err == nil && !more && p.stream != nil {
			err = p.stream(conn)
		}
		if err != nil || !more {
			return true, err
		}
		if err := conn.SetDeadline(time.Now().Add(c.o.Timeout)); err != nil {
			return true, fmt.Errorf("set deadline: %w", err)
		}
	}
}

// whole returns the parcel's message with its envelope.
func whole(p *parcel) []byte {
	e := p.envelope
	e.Length = uint32(len(p.message)) //nolint:gosec // below MaxMessage
	return append(e.Append(make([]byte, 0, wire.EnvelopeSize+len(p.message))), p.message...)
}

func readMessage(r io.Reader) (wire.Envelope, []byte, error) {
	var head [wire.EnvelopeSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return wire.Envelope{}, nil, fmt.Errorf("read envelope: %w", err)
	}
	e, err := wire.DecodeEnvelope(head[:])
	if err != nil {
		return e, nil, fmt.Errorf("read envelope: %w", err)
	}
	if e.Length > wire.MaxMessage {
		return e, nil, fmt.Errorf("%w: the answer has %d octets", wire.ErrMalformed, e.Length)
	}
	var octets bytes.Buffer
	if n, err := io.CopyN(&octets, r, int64(e.Length)); err != nil {
		return e, nil, fmt.Errorf("read message after %d octets: %w", n, err)
	}
	return e, octets.Bytes(), nil
}

func (c *Client) takeIdle(door netip.AddrPort) net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.idle[door]
	if len(list) == 0 {
		return nil
	}
	conn := list[len(list)-1]
	c.idles--
	if c.idle[door] = list[:len(list)-1]; len(list) == 1 {
		delete(c.idle, door)
	}
	return conn
}

// maxIdle is how many connections are kept in all. Beyond it any goes: the server
// at its other end may have closed it long ago.
const maxIdle = 256

func (c *Client) keepIdle(door netip.AddrPort, conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle[door]) >= c.o.KeepIdle || conn.SetDeadline(time.Time{}) != nil {
		return false
	}
	for other, list := range c.idle {
		if c.idles < maxIdle {
			break
		}
		for _, old := range list {
			_ = old.Close() // nothing is lost with it
		}
		c.idles -= len(list)
		delete(c.idle, other)
	}
	c.idle[door] = append(c.idle[door], conn)
	c.idles++
	return true
}
