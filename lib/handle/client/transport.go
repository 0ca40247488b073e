package client

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"linghang/lib/handle/auth"
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
	c.idle[door] = list[:len(list)-1]
	return conn
}

func (c *Client) keepIdle(door netip.AddrPort, conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle[door]) >= c.o.KeepIdle || conn.SetDeadline(time.Time{}) != nil {
		return false
	}
	c.idle[door] = append(c.idle[door], conn)
	return true
}

func (c *Client) sendHTTP(ctx context.Context, p *parcel, door netip.AddrPort, protocol wire.Protocol) error {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	transport := &http.Transport{
		DialContext: c.o.Dial, DisableKeepAlives: true, TLSClientConfig: c.config(p.server),
	}
	address := protocol.String() + "://" + door.String() + "/" + url.PathEscape(p.handle)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(whole(p)))
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Content-Type", wire.MediaType)
	r.Header.Set("Accept", wire.MediaType) // or a server in use answers with a page
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("post message: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("post message: the server answers %s", answer.Status)
	}
	if kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";"); !strings.EqualFold(kind, wire.MediaType) {
		return fmt.Errorf("post message: the server answers with %.64q", kind)
	}
	for more := true; more; {
		e, message, err := readMessage(answer.Body)
		if err != nil {
			return err
		}
		if more, err = p.each(&e, message); err != nil {
			return err
		}
	}
	return nil
}

// config is how a server is trusted over HTTPS.
func (c *Client) config(server *wire.Server) *tls.Config {
	if len(server.PublicKey) == 0 && c.o.TLS != nil {
		return c.o.TLS.Clone()
	}
	return keyConfig(server)
}

// keyConfig trusts a server's certificate if it is of the key in its HS_SITE.
// Names mean nothing in it.
func keyConfig(server *wire.Server) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // the key is compared below, names mean nothing
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return auth.ErrUnsigned
			}
			return sameKey(server.PublicKey, s.PeerCertificates[0].PublicKey)
		},
	}
}

func sameKey(record []byte, got crypto.PublicKey) error {
	want, err := auth.DecodePublicKey(record)
	if err != nil {
		return fmt.Errorf("read the key of the site: %w", err)
	}
	if key, ok := want.(*rsa.PublicKey); !ok || !key.Equal(got) {
		return errors.New("the certificate is not of the key of the site")
	}
	return nil
}
