package client

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

var errStopped = errors.New("the caller wants no more")

func (c *Client) session(door netip.AddrPort) *auth.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions[door]
}

func (c *Client) forget(door netip.AddrPort) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sessions, door)
}

// OpenSession agrees with the primary of a handle upon a key. Later changes at
// that server are made in the session: only the first meets a challenge. The
// server must sign its part with the key of its site.
func (c *Client) OpenSession(ctx context.Context, handle string, lifetime time.Duration) error {
	exchange, err := auth.NewExchange()
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	record, err := auth.EncodePublicKey(exchange.Public())
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	setUp := wire.SessionSetUp{Mode: wire.ModeDiffieHellman, Timeout: uint32(lifetime / time.Second), PublicKey: record} //nolint:gosec // a lifetime
	if c.o.Identity != nil {
		setUp.Identity = c.o.Identity.Reference
	}
	w := c.newWalk(ctx)
	at, err := c.find(ctx, handle, w)
	if err != nil {
		return err
	}
	a := &ask{
		op: wire.OpSessionSetUp, flags: wire.FlagCertify | wire.FlagReturnDigest | wire.FlagAuthoritative, handle: handle,
		body: setUp.Append(nil), admin: true, why: "a session",
	}
	for _, t := range c.targets(at.sites, a) { // an old session does not protect the new one
		for _, i := range t.server.Interfaces {
			c.forget(netip.AddrPortFrom(t.server.Address, uint16(i.Port))) //nolint:gosec // as Door has it
		}
	}
	r, err := c.do(ctx, at, a, w)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	answer, err := wire.DecodeSessionAnswer(r.body)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	cipher, peer, err := auth.DecodeExchange(answer.Data)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	key, err := exchange.Key(peer)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	session, err := auth.NewSession(r.envelope.Session, cipher, key)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions[r.from] = session
	return nil
}

// CloseSession ends the session with the primary of a handle.
func (c *Client) CloseSession(ctx context.Context, handle string) error {
	r, err := c.change(ctx, &ask{op: wire.OpSessionEnd, handle: handle, body: wire.AppendHandle(nil, handle), why: "the end of the session"})
	if err != nil {
		return err
	}
	c.forget(r.from)
	return nil
}
