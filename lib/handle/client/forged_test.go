package client_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// between changes what a server answers, packet by packet.
type between struct {
	net.Conn
	change func(e *wire.Envelope, message []byte) []byte
}

func (b between) Read(p []byte) (int, error) {
	room := make([]byte, 2048)
	n, err := b.Conn.Read(room)
	if err != nil {
		return 0, err
	}
	e, err := wire.DecodeEnvelope(room[:n])
	if err != nil {
		return 0, err
	}
	message := b.change(&e, room[wire.EnvelopeSize:n])
	e.Length = uint32(len(message))
	return copy(p, append(e.Append(nil), message...)), nil
}

func changing(wait time.Duration, change func(e *wire.Envelope, message []byte) []byte) func(*client.Options) {
	return func(o *client.Options) {
		o.Protocols, o.Waits = []wire.Protocol{wire.UDP}, []time.Duration{wait}
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			return between{conn, change}, err
		}
	}
}

// rewrite changes a message with its credential as it was.
func rewrite(message []byte, change func(m *wire.Message)) []byte {
	m, err := wire.DecodeMessage(message)
	if err != nil {
		return message
	}
	change(&m)
	return wire.AppendMessage(nil, &m.Header, m.Body, m.Credential)
}

func TestAnswersThatSomebodyChangedAreRefused(t *testing.T) {
	h := newHouse(t)
	signed := client.Query{Signed: true, Types: []string{wire.TypeURL}}
	atEnterprise := func(o *client.Options) { o.Resolver = []wire.Site{h.enterprise.site} }
	for name, c := range map[string]struct {
		change func(e *wire.Envelope, message []byte) []byte
		want   error
	}{
		"as it is": {func(_ *wire.Envelope, message []byte) []byte { return message }, nil},
		"without its signature": {func(_ *wire.Envelope, message []byte) []byte {
			return rewrite(message, func(m *wire.Message) { m.Credential = nil })
		}, auth.ErrUnsigned},
		"without signature and flag": {func(_ *wire.Envelope, message []byte) []byte {
			return rewrite(message, func(m *wire.Message) { m.Credential, m.Flags = nil, m.Flags&^wire.FlagCertify })
		}, auth.ErrUnsigned},
		"with another value": {func(_ *wire.Envelope, message []byte) []byte {
			return rewrite(message, func(m *wire.Message) { m.Body[len(m.Body)-10] ^= 1 })
		}, auth.ErrProof},
		"as another code": {func(_ *wire.Envelope, message []byte) []byte {
			return rewrite(message, func(m *wire.Message) { m.Code = wire.CodeNotFound })
		}, auth.ErrProof},
		"of another version": {func(e *wire.Envelope, message []byte) []byte {
			e.Version.Minor = 4
			return message
		}, auth.ErrProof},
		"of another request": {func(e *wire.Envelope, message []byte) []byte {
			e.Request++
			return message
		}, client.ErrNoServer},
		"to another question": {func(_ *wire.Envelope, message []byte) []byte {
			return rewrite(message, func(m *wire.Message) { m.Body[1] ^= 1 })
		}, client.ErrNoServer},
		"as a request": {func(_ *wire.Envelope, message []byte) []byte {
			return rewrite(message, func(m *wire.Message) { m.Code = 0 })
		}, client.ErrNoServer},
	} {
		wait := 10 * time.Second
		if errors.Is(c.want, client.ErrNoServer) {
			wait = 100 * time.Millisecond // what is no answer is waited past
		}
		if _, err := h.ask(t, changing(wait, c.change), atEnterprise).Resolve(t.Context(), product, signed); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAnswerForAnotherHandleIsRefused(t *testing.T) {
	h := newHouse(t)
	at := func(o *client.Options) { o.Resolver = []wire.Site{h.enterprise.site} }
	c := h.ask(t, changing(10*time.Second, func(_ *wire.Envelope, message []byte) []byte {
		return rewrite(message, func(m *wire.Message) { m.Body[4] = '9' })
	}), at)
	if _, err := c.Resolve(t.Context(), product, client.Query{}); !errors.Is(err, client.ErrForged) {
		t.Errorf("answered with %v", err)
	}
}
