// Package client asks the Handle System (RFC 3650, RFC 3652): it finds the
// service of a handle from the root down, chooses the server, speaks UDP, TCP,
// HTTP or HTTPS, follows referrals and aliases, answers challenges and keeps
// sessions.
//
// A Client is safe for concurrent use. It has no goroutines but those of connections
// over HTTP that are kept: where a call needs one, it ends before the call returns.
package client

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// Options say how a client works. Root or Resolver is needed; all else has a use
// when it is zero.
type Options struct {
	Root     []wire.Site    // sites of 0.NA/0.NA, where every search begins
	Resolver []wire.Site    // everything is asked here instead, with recursion
	Identity *auth.Identity // who the client is when it is asked
	Policy   auth.Policy    // what signatures are accepted
	Cache    Cache          // of where services are; nil asks every time
	Trace    func(Hop)      // is told every exchange, from any goroutine; see WithTrace for those of one call
	Guard    Guard          // is asked before every exchange

	// Forced returns where a service is whatever anybody says, by the names of
	// Cache; without values it is looked for.
	Forced func(place string) []wire.Value
	// Accept tells whether a server that others lead to may be asked. It is not
	// asked about servers in Root, Resolver and Forced. nil accepts all.
	Accept func(address netip.Addr) bool
	// TLS is how a server is trusted over HTTPS whose site has no key for it; nil
	// trusts none.
	TLS *tls.Config

	Protocols []wire.Protocol // tried in this order where a server offers them; UDP, TCP, HTTPS, HTTP
	Waits     []time.Duration // for an answer by UDP before asking again; 500, 1000, 1500 ms
	Timeout   time.Duration   // of an exchange over TCP or HTTP, 10 s
	MaxHops   int             // exchanges of one call, 40
	MaxAlias  int             // aliases that are followed, 10
	KeepIdle  int             // TCP and HTTP connections that are kept per server; 0 closes after each answer
	Pipeline  int             // TCP connections per server on which several queries are on their way; 0 is none
	Encrypt   bool            // what is sent in sessions

	// SessionMode is how OpenSession agrees upon a key; 0 is Diffie-Hellman, the only
	// mode that other servers in use complete.
	SessionMode wire.Mode
	// SessionKey opens the key of a session in wire.ModeClientKey, for which one is
	// made each time when it is nil, and in wire.ModeHandleKey, where nil is that of
	// Identity. SessionKeyAt is where the public part of the latter is; empty is the
	// identity itself.
	SessionKey   crypto.PrivateKey
	SessionKeyAt wire.Reference

	// Dial connects to "udp" or "tcp"; nil is net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Now  func() time.Time // time.Now
}

// Error is an answer that is no success.
type Error struct {
	Code    wire.Code
	Handle  string // that the server was asked about
	Message string
	Indexes []int32
	Server  netip.AddrPort
}

// Error tells the code, the server and its message.
func (e *Error) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("%s (by %s)", e.Code, e.Server)
	}
	return fmt.Sprintf("%s: %s (by %s)", e.Code, e.Message, e.Server)
}

// CodeOf returns the code of an answer that was no success, or zero.
func CodeOf(err error) wire.Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

// What a client reports beside Error.
var (
	ErrLoop      = errors.New("the referrals, services or aliases lead in a circle")
	ErrTooFar    = errors.New("the answer is too many steps away")
	ErrNoService = errors.New("no service is known for the handle")
	ErrNoServer  = errors.New("no server of the service answers")
	ErrForged    = errors.New("the answer is not to what was asked")
	ErrForbidden = errors.New("the service is at an address that may not be asked")
)

// Client asks the Handle System.
type Client struct {
	o Options

	mu       sync.Mutex
	idle     map[netip.AddrPort][]net.Conn
	idles    int // connections in idle
	failed   map[netip.AddrPort]time.Time
	times    map[netip.AddrPort]timing
	sessions map[netip.AddrPort]*auth.Session
	root     []wire.Site // as it was asked for last, if it was
	asked    time.Time   // for the root
	pipes    map[netip.AddrPort][]*pipe
	webs     map[webKey]*http.Transport
	single   map[netip.AddrPort]time.Time // servers that close after an answer, until then
}

// New returns a client.
func New(o Options) *Client {
	if len(o.Protocols) == 0 {
		o.Protocols = []wire.Protocol{wire.UDP, wire.TCP, wire.HTTPS, wire.HTTP}
	}
	if len(o.Waits) == 0 {
		o.Waits = []time.Duration{500 * time.Millisecond, 1000 * time.Millisecond, 1500 * time.Millisecond}
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxHops == 0 {
		o.MaxHops = 40
	}
	if o.MaxAlias == 0 {
		o.MaxAlias = 10
	}
	if o.Dial == nil {
		var d net.Dialer
		o.Dial = d.DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{
		o: o, idle: map[netip.AddrPort][]net.Conn{}, failed: map[netip.AddrPort]time.Time{}, times: map[netip.AddrPort]timing{},
		sessions: map[netip.AddrPort]*auth.Session{}, pipes: map[netip.AddrPort][]*pipe{}, webs: map[webKey]*http.Transport{}, single: map[netip.AddrPort]time.Time{},
	}
}

// Close closes the connections that are kept.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var err error
	for _, list := range c.idle {
		for _, conn := range list {
			err = errors.Join(err, conn.Close())
		}
	}
	clear(c.idle)
	c.idles = 0
	for _, list := range c.pipes {
		for _, pp := range list {
			pp.fail(net.ErrClosed)
		}
	}
	clear(c.pipes)
	for _, t := range c.webs {
		t.CloseIdleConnections()
	}
	clear(c.webs)
	return err
}
