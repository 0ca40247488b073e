package client

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// ask is what a client wants of a service.
type ask struct {
	op     wire.Op
	flags  wire.Flags
	handle string
	body   []byte
	admin  bool
	why    string
	each   func(body []byte) error // of every part of a list
	begun  bool                    // a part has come
	heard  bool                    // an answer has come, whatever it is
	digest []byte                  // header and body of the request that a challenge was about

	then func(first *reply) (*ask, error) // what is asked next, in the session that the answer has begun

	stream func(ctx context.Context, conn net.Conn) error // reads what follows the answer on its connection

	recursion uint8 // how often the question was passed on
}

// reply is a server's answer.
type reply struct {
	envelope wire.Envelope
	message  wire.Message
	body     []byte // without the request's digest
	from     netip.AddrPort
	newer    bool // the server knows its site with a higher serial
}

// found is a service and how it was found.
type found struct {
	sites []wire.Site
	place string // that it was known by, if it was
	short bool   // it is a service below the root that was kept
}

// walk is one call through as many servers as it takes.
type walk struct {
	left   int
	seen   map[step]bool
	places map[string][]wire.Value // that were found on the way
	trace  func(Hop)
	fresh  bool // what is kept is not used
	top    bool // nor where services below the root are

	recursion uint8
}

// step is an exchange as far as a circle is told by it.
type step struct {
	door   netip.AddrPort
	op     wire.Op
	handle string
}

func (c *Client) newWalk(ctx context.Context) *walk {
	return &walk{left: c.o.MaxHops, seen: map[step]bool{}, places: map[string][]wire.Value{}, trace: traceOf(ctx)}
}

func (c *Client) tell(w *walk, hop *Hop) {
	if c.o.Trace != nil && !hop.Cached && !hop.Forced {
		c.o.Trace(*hop)
	}
	if w.trace != nil {
		w.trace(*hop)
	}
}

// do asks the service, and whoever it refers to. A service that says that the
// information about it is out of date is looked for once more.
func (c *Client) do(ctx context.Context, at found, a *ask, w *walk) (*reply, error) {
	renewed := false
	for {
		r, err := c.askSites(ctx, at.sites, a, w)
		if err != nil {
			return nil, err
		}
		c.outdate(ctx, &at, r)
		switch code := r.message.Code; {
		case code == wire.CodeSuccess:
			return r, nil
		case code == wire.CodeSiteOutdated && at.place != "" && !renewed:
			renewed = true
			at, err = c.renew(ctx, at.place, a.handle, w)
		case code.Refers() && !a.flags.Has(wire.FlagNoReferral):
			a.why = code.String()
			at, err = c.referred(ctx, r, a, w)
		default:
			return nil, failure(r, a)
		}
		if err != nil {
			return nil, err
		}
	}
}

func failure(r *reply, a *ask) error {
	e := &Error{Code: r.message.Code, Handle: a.handle, Server: r.from}
	if f, err := wire.DecodeFailure(r.body); err == nil {
		e.Message, e.Indexes = f.Message, f.Indexes
	}
	return e
}

// final tells whether another server or protocol would not help, or would make a
// change twice.
func final(ctx context.Context, a *ask, err error) bool {
	return ctx.Err() != nil || a.begun || a.admin && a.heard || errors.Is(err, ErrLoop) || errors.Is(err, ErrTooFar) || errors.Is(err, auth.ErrNoKey)
}

// askServer asks one server by the protocols it has, and answers its challenge.
func (c *Client) askServer(ctx context.Context, t target, a *ask, w *walk) (*reply, error) {
	var faults error
	for _, protocol := range c.protocols(a) {
		service := wire.ServiceQuery
		if a.admin {
			service = wire.ServiceAdmin
		}
		door, ok := t.server.Door(service, protocol)
		if !ok {
			continue
		}
		if here := (step{door, a.op, wire.Fold(a.handle)}); w.seen[here] {
			return nil, fmt.Errorf("%s at %s again: %w", a.handle, door, ErrLoop)
		}
		r, err := c.exchange(ctx, t, door, protocol, a, w)
		if err == nil {
			w.seen[step{door, a.op, wire.Fold(a.handle)}] = true
			return r, nil
		}
		faults = errors.Join(faults, fmt.Errorf("%s %s: %w", protocol, door, err))
		if final(ctx, a, err) {
			return nil, faults
		}
	}
	if faults == nil {
		return nil, fmt.Errorf("server %d has no door for it", t.server.ID)
	}
	return nil, faults
}

// protocols lists what may carry an ask: changes and lists do not go by UDP.
func (c *Client) protocols(a *ask) []wire.Protocol {
	if !a.admin {
		return c.o.Protocols
	}
	return slices.DeleteFunc(slices.Clone(c.o.Protocols), func(p wire.Protocol) bool { return p == wire.UDP })
}

// exchange asks at one door; a challenge is answered.
func (c *Client) exchange(ctx context.Context, t target, door netip.AddrPort, protocol wire.Protocol, a *ask, w *walk) (*reply, error) {
	r, signed, err := c.once(ctx, t, door, protocol, a, w, 0)
	if err == nil && a.then != nil && r.message.Code == wire.CodeSuccess {
		next, err := a.then(r)
		if err != nil {
			return nil, err
		}
		r, _, err = c.once(ctx, t, door, protocol, next, w, r.envelope.Session)
		return r, err
	}
	if err != nil || r.message.Code != wire.CodeAuthNeeded || c.o.Identity == nil {
		return r, err
	}
	challenge, err := wire.DecodeChallenge(r.message.Body)
	if err != nil {
		return nil, fmt.Errorf("read challenge: %w", err)
	}
	if !challenge.Digest.Of(signed) || challenge.Digest.Kind < wire.DigestSHA1 {
		return nil, fmt.Errorf("challenge: %w", ErrForged)
	}
	proof, err := c.o.Identity.Answer(r.envelope.Version, &challenge)
	if err != nil {
		return nil, fmt.Errorf("answer challenge: %w", err)
	}
	second := *a
	second.op, second.body, second.why, second.digest = wire.OpChallengeAnswer, proof.Append(nil), "proof of identity", signed
	r, _, err = c.once(ctx, t, door, protocol, &second, w, r.envelope.Session)
	a.begun, a.heard = second.begun, second.heard
	return r, err
}

// once sends a message and reads its answer. It returns the header and body that
// were sent, too. Session is that of a challenge.
func (c *Client) once(ctx context.Context, t target, door netip.AddrPort, protocol wire.Protocol, a *ask, w *walk, session uint32) (*reply, []byte, error) {
	if w.left--; w.left < 0 {
		return nil, nil, ErrTooFar
	}
	p, sess, signed, err := c.pack(t, door, a, session)
	if err != nil {
		return nil, nil, err
	}
	hop := Hop{
		Op: a.op, Handle: a.handle, Why: a.why, Site: describe(t.site), Serial: t.site.Serial, ServerID: t.server.ID, Server: door, Protocol: protocol,
	}
	if c.o.Guard != nil {
		if hop.Fault = c.o.Guard.Enter(door, protocol); hop.Fault != nil {
			c.tell(w, &hop)
			return nil, nil, hop.Fault
		}
	}
	r := &reply{from: door}
	p.each = func(e *wire.Envelope, message []byte) (bool, error) {
		if err := c.open(r, e, message, p, sess, a, signed, t.server); err != nil {
			return false, err
		}
		more := r.message.Flags.Has(wire.FlagContinued) && a.stream == nil // flags that were asked come back
		if a.each != nil && r.message.Code == wire.CodeSuccess {
			a.begun = true
			return more, a.each(r.body)
		}
		return more, nil
	}
	p.stream = a.streaming(ctx, r)
	began := time.Now()
	err = c.send(ctx, p, door, protocol)
	hop.Took, hop.Fault = time.Since(began), err
	c.note(ctx, door, hop.Took, err, a)
	if err == nil {
		r.newer = newer(r.message.SiteSerial, t.site.Serial)
		hop.Checked = sess != nil || a.flags.Has(wire.FlagCertify)
	}
	c.leave(r, w, &hop)
	if r.message.Code == wire.CodeSessionTimeout && sess != nil {
		c.forget(door)
	}
	return r, signed, err
}

// note remembers how a door did.
func (c *Client) note(ctx context.Context, door netip.AddrPort, took time.Duration, fault error, a *ask) {
	if fault == nil || ctx.Err() == nil {
		c.remember(door, fault != nil)
	}
	if a.stream == nil { // how long a stream lasts says nothing of the server
		c.measure(door, took, fault, ctx.Err() != nil)
	}
}

// streaming returns what reads the stream behind an answer, if one is asked for.
func (a *ask) streaming(ctx context.Context, r *reply) func(net.Conn) error {
	if a.stream == nil {
		return nil
	}
	return func(conn net.Conn) error {
		if r.message.Code != wire.CodeSuccess {
			return nil
		}
		a.begun = true
		return a.stream(ctx, conn)
	}
}

// leave tells how an exchange went.
func (c *Client) leave(r *reply, w *walk, hop *Hop) {
	if c.o.Guard != nil {
		c.o.Guard.Leave(hop.Server, hop.Protocol, hop.Took, hop.Fault)
	}
	if hop.Code = r.message.Code; hop.Code.Refers() {
		if referral, err := wire.DecodeReferral(r.body); err == nil {
			hop.Leads = referral.Values
		}
	}
	c.tell(w, hop)
}

// requestID returns an id that nobody who does not see the request can guess, so
// that he cannot answer it.
func requestID() (uint32, error) {
	var b [4]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("make request id: %w", err)
	}
	return binary.BigEndian.Uint32(b[:]) &^ (1 << 31), nil // some read it with a sign
}

// keeps tells whether a connection is to be kept after the answer.
func (c *Client) keeps(p *parcel) bool {
	return c.o.KeepIdle > 0 || c.o.Pipeline > 0 && p.alone
}

// pack writes the message of an ask.
func (c *Client) pack(t target, door netip.AddrPort, a *ask, session uint32) (*parcel, *auth.Session, []byte, error) {
	id, err := requestID()
	if err != nil {
		return nil, nil, nil, err
	}
	v := t.site.Version.Spoken()
	p := &parcel{
		envelope: wire.Envelope{Version: v, Suggested: wire.Current(), Session: session, Request: id},
		server:   t.server, alone: !a.admin && a.each == nil, handle: a.handle,
	}
	header := wire.Header{Op: a.op, Flags: a.flags, SiteSerial: t.site.Serial, Recursion: a.recursion, Expires: uint32(c.o.Now().Add(12 * time.Hour).Unix())} //nolint:gosec // the protocol's time ends in 2106
	if p.keep = a.stream == nil && c.keeps(p); p.keep {
		header.Flags |= wire.FlagKeepAlive
	}
	sess := c.session(door)
	if !a.admin {
		sess = nil
	}
	if sess != nil && (session == 0 || session == sess.ID) {
		p.envelope.Session = sess.ID
		header.Flags |= wire.FlagCertify // or the answer has no MAC
		if c.o.Encrypt {
			header.Flags |= wire.FlagEncrypt
		}
	} else {
		sess = nil
	}
	message := wire.AppendMessage(nil, &header, a.body, nil)
	signed := message[:len(message)-4]
	if sess != nil && a.op != wire.OpChallengeAnswer {
		message = wire.AppendBytes(slices.Clip(signed), sess.Sign(nil, &p.envelope, signed))
	}
	if sess != nil && c.o.Encrypt {
		sealed, err := sess.Seal(nil, message)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("encrypt message: %w", err)
		}
		p.envelope.Encrypted, message = true, sealed
	}
	p.message = message
	return p, sess, signed, nil
}

// unseal decrypts an answer. One to an encrypted request that is not encrypted is
// refused, unless it says why there is no session.
func unseal(e *wire.Envelope, message []byte, p *parcel, sess *auth.Session, a *ask) ([]byte, error) {
	if e.Encrypted {
		if sess == nil {
			return nil, auth.ErrCipher
		}
		return sess.Open(message)
	}
	if p.envelope.Encrypted && a.op != wire.OpSessionEnd {
		if m, err := wire.DecodeMessage(message); err != nil || m.Code != wire.CodeSessionTimeout {
			return nil, fmt.Errorf("answer in the clear: %w", ErrForged)
		}
	}
	return message, nil
}

// open reads an answer and checks that it is one to what was asked.
func (c *Client) open(r *reply, e *wire.Envelope, message []byte, p *parcel, sess *auth.Session, a *ask, signed []byte, server *wire.Server) error {
	if e.Request != p.envelope.Request {
		return ErrForged
	}
	message, err := unseal(e, message, p, sess, a)
	if err != nil {
		return err
	}
	m, err := wire.DecodeMessage(message)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if m.Code == 0 {
		return ErrForged
	}
	a.heard = true
	r.envelope, r.message, r.body = *e, m, m.Body
	if m.Flags.Has(wire.FlagReturnDigest) && m.Code != wire.CodeAuthNeeded {
		digest, body, err := wire.CutDigest(m.Body)
		if err != nil {
			return fmt.Errorf("read digest: %w", err)
		}
		if !digest.Of(signed) && (a.digest == nil || !digest.Of(a.digest)) {
			return ErrForged
		}
		r.body = body
	}
	return c.verify(r, sess, a, server)
}

// verify checks the MAC or the signature that an answer must have: those of a
// session are of it, and those that were asked to be signed are.
func (c *Client) verify(r *reply, sess *auth.Session, a *ask, server *wire.Server) error {
	if sess != nil {
		if a.op == wire.OpSessionEnd || r.message.Code == wire.CodeSessionTimeout {
			return nil // a server that has no session any more cannot make its MAC
		}
		if a.op == wire.OpChallengeAnswer && len(r.message.Credential) == 0 {
			return nil
		}
		return sess.Check(&r.envelope, &r.message)
	}
	if !a.flags.Has(wire.FlagCertify) {
		return nil
	}
	key, err := auth.DecodePublicKey(server.PublicKey)
	if err != nil {
		return fmt.Errorf("read the key of the site: %w", err)
	}
	return c.o.Policy.CheckMessage(key, &r.envelope, &r.message)
}
