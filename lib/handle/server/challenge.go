package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"sync"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// challengesPerNetwork bounds how many challenges of one network may wait.
const challengesPerNetwork = 256

// maxChallenged bounds the octets of all requests that wait.
const maxChallenged = 64 << 20

// pending is a request that waits for the answer to its challenge.
type pending struct {
	header  wire.Header
	signed  []byte // header and body
	nonce   [wire.NonceSize]byte
	sum     []byte
	session *session // in which it was sent
	network netip.Addr
	until   time.Time
}

// challenges are those that wait, by the id in the envelope.
type challenges struct {
	limit    int
	lifetime time.Duration

	mu     sync.Mutex
	list   map[uint32]*pending
	counts map[netip.Addr]int
	octets int
	swept  time.Time
}

// add keeps a request. A free id is chosen if none is given.
func (c *challenges) add(id uint32, p *pending, now time.Time) (uint32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list == nil {
		c.list, c.counts = map[uint32]*pending{}, map[netip.Addr]int{}
	}
	if now.Sub(c.swept) > time.Second {
		c.sweep(now)
	}
	if id != 0 {
		c.drop(id)
	}
	if len(c.list) >= c.limit || c.counts[p.network] >= challengesPerNetwork || c.octets+len(p.signed) > maxChallenged {
		return 0, false
	}
	for id == 0 {
		fresh, err := randomID()
		if err != nil {
			return 0, false
		}
		if c.list[fresh] == nil {
			id = fresh
		}
	}
	p.until = now.Add(c.lifetime)
	c.list[id] = p
	c.counts[p.network]++
	c.octets += len(p.signed)
	return id, true
}

// take returns the request that waits under an id, once.
func (c *challenges) take(id uint32, now time.Time) *pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.list[id]
	c.drop(id)
	if p == nil || now.After(p.until) {
		return nil
	}
	return p
}

func (c *challenges) drop(id uint32) {
	p := c.list[id]
	if p == nil {
		return
	}
	delete(c.list, id)
	c.octets -= len(p.signed)
	if c.counts[p.network]--; c.counts[p.network] == 0 {
		delete(c.counts, p.network)
	}
}

func (c *challenges) sweep(now time.Time) {
	c.swept = now
	for id, p := range c.list {
		if now.After(p.until) {
			c.drop(id)
		}
	}
}

// challenge turns an answer into the question who the client is.
func (s *Server) challenge(x *exchange, now time.Time) {
	digest := wire.DigestFor(x.answer.Version, x.msg.Signed)
	p := &pending{
		header: x.msg.Header, signed: append([]byte(nil), x.msg.Signed...), sum: digest.Sum,
		session: x.session, network: network(x.req.Remote.Addr()),
	}
	if _, err := rand.Read(p.nonce[:]); err != nil {
		x.res.Fail(wire.CodeError, "no nonce can be made")
		return
	}
	switch {
	case x.login != nil && x.msg.Op == wire.OpLoginKey:
		p.until = now.Add(s.o.ChallengeTime)
		x.login.session, x.login.pending = x.env.Session, p
	case x.session != nil:
		if _, ok := s.challenges.add(x.session.ID, p, now); !ok {
			x.res.Fail(wire.CodeBusy, "too many challenges wait for an answer")
			return
		}
	default:
		id, ok := s.challenges.add(0, p, now)
		if !ok {
			x.res.Fail(wire.CodeBusy, "too many challenges wait for an answer")
			return
		}
		x.answer.Session = id
	}
	x.digest = true
	x.res.Code = wire.CodeAuthNeeded
	x.res.Body = wire.AppendBytes(x.res.Body[:0], p.nonce[:])
}

// checkAnswer checks the answer to a challenge, and answers the request that
// waited for it. The answer has that request's operation, and its digest.
func (s *Server) checkAnswer(ctx context.Context, x *exchange, now time.Time) {
	p := s.takePending(x, now)
	if p == nil {
		x.res.Fail(wire.CodeAuthTimeout, "no such challenge waits for an answer")
		return
	}
	answer, err := wire.DecodeChallengeAnswer(x.msg.Body)
	if err != nil {
		x.res.Fail(codeOf(err), err.Error())
		return
	}
	x.msg.Op, x.signed = p.header.Op, p.signed
	if s.o.Authenticate == nil {
		x.res.Fail(wire.CodeAuthUnable, "nobody can be authenticated here")
		return
	}
	identity, err := s.o.Authenticate(ctx, &Proof{answer, p.nonce[:], p.sum})
	if err != nil {
		x.res.Fail(authCode(err), err.Error())
		return
	}
	if p.session != nil {
		s.sessions.prove(p.session, identity)
		x.session = p.session
	}
	if p.header.Op == wire.OpLoginKey {
		x.login.identity = identity
		x.res.Code = wire.CodeSuccess
		return
	}
	x.req.Header, x.req.Body, x.req.Identity = p.header, p.signed[wire.HeaderSize:], identity
	if p.header.Op == wire.OpResolve {
		if x.req.Query, err = wire.DecodeQuery(x.req.Body); err != nil {
			x.res.Fail(codeOf(err), err.Error())
			return
		}
	}
	s.o.Handler.Handle(ctx, &x.req, &x.res)
	if x.res.Code == wire.CodeAuthNeeded {
		x.res.Fail(wire.CodeAuthFailed, "")
	}
}

// takePending finds what the answer to a challenge is about.
func (s *Server) takePending(x *exchange, now time.Time) *pending {
	if x.login != nil && x.login.pending != nil && x.login.session == x.env.Session {
		p := x.login.pending
		x.login.pending = nil
		if now.After(p.until) {
			return nil
		}
		return p
	}
	return s.challenges.take(x.env.Session, now)
}

func authCode(err error) wire.Code {
	switch {
	case errors.Is(err, auth.ErrProof):
		return wire.CodeAuthFailed
	case errors.Is(err, auth.ErrNoKey), errors.Is(err, auth.ErrKey):
		return wire.CodeInvalidCredential
	default:
		return wire.CodeAuthUnable
	}
}

// login is who logged in on a connection (national dialect). The client chooses
// the session id.
type login struct {
	session  uint32
	identity wire.Reference
	pending  *pending
}

// logIn asks for the proof of who logs in.
func (s *Server) logIn(x *exchange) {
	switch {
	case !s.o.AllowLogin:
		x.res.Fail(wire.CodeUnsupported, "this server has no log-in")
	case x.login == nil:
		x.res.Fail(wire.CodeLoginFirst, "a log-in belongs to a TCP connection")
	default:
		if _, err := wire.DecodeLogin(x.msg.Body); err != nil {
			x.res.Fail(codeOf(err), err.Error())
			return
		}
		x.login.identity = wire.Reference{}
		x.res.Code = wire.CodeAuthNeeded
	}
}
