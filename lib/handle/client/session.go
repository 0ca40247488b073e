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

// OpenSession agrees with the primary of a handle upon a key, as Options.SessionMode
// says. Later changes at that server are made in the session: only the first meets a
// challenge. The server must sign its part with the key of its site.
func (c *Client) OpenSession(ctx context.Context, handle string, lifetime time.Duration) error {
	g, err := c.agreeing()
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	g.setUp.Timeout = uint32(lifetime / time.Second) //nolint:gosec // a lifetime
	if c.o.Identity != nil {
		g.setUp.Identity = c.o.Identity.Reference
	}
	w := c.newWalk(ctx)
	at, err := c.find(ctx, handle, w)
	if err != nil {
		return err
	}
	a := &ask{
		op: wire.OpSessionSetUp, flags: wire.FlagCertify | wire.FlagReturnDigest | wire.FlagAuthoritative, handle: handle,
		body: g.setUp.Append(nil), admin: true, why: "a session",
	}
	if g.setUp.Mode == wire.ModeServerKey {
		a.then = func(first *reply) (*ask, error) { return g.sendKey(a, first) }
	}
	for _, t := range c.targets(at.sites, a) { // an old session does not protect the new one
		for _, i := range t.server.Interfaces {
			c.forget(netip.AddrPortFrom(t.server.Address, uint16(i.Port))) //nolint:gosec // as Door has it
		}
	}
	r, err := c.do(ctx, at, a, w)
	if err == nil && a.then == nil {
		err = g.answered(r)
	}
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	session, err := auth.NewSession(r.envelope.Session, g.cipher, g.key)
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
