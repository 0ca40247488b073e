package server

import (
	"context"
	"errors"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// answerTime is how long answers are said to be valid.
const answerTime = 12 * time.Hour

// exchange is a request and its answer. The goroutine that owns it uses it over
// and over.
type exchange struct {
	env     wire.Envelope // of the request
	msg     wire.Message
	req     Request
	res     Response
	session *session // whose MAC the request has
	login   *login   // of the connection, nil elsewhere
	out     []byte   // the answer with room for its envelope before it
	answer  wire.Envelope
	plainly bool   // the answer is not signed: it is a refusal that costs nothing
	digest  bool   // the answer begins with the request's digest
	signed  []byte // what it is the digest of
}

// begin reads a message. When it returns false the answer is ready if out has
// anything, and nothing is to be answered otherwise.
func (s *Server) begin(x *exchange, e *wire.Envelope, octets []byte, now time.Time) bool {
	x.env, x.session, x.plainly, x.digest, x.signed, x.out = *e, nil, true, false, nil, x.out[:0]
	x.res.reset()
	x.answer = wire.Envelope{Version: e.AnswerVersion(), Suggested: wire.Current(), Session: e.Session, Request: e.Request}
	x.msg = wire.Message{}
	x.req.Version, x.req.Encrypted, x.req.Identity, x.req.Received = e.Version, e.Encrypted, wire.Reference{}, now
	if !e.Version.Known() {
		return s.refuse(x, wire.CodeProtocolError, "this server speaks version 2.11 of the protocol", now)
	}
	if e.Compressed {
		return s.refuse(x, wire.CodeProtocolError, "compressed messages are not read", now)
	}
	if e.Encrypted {
		sess := s.sessions.find(e.Session, now)
		if sess == nil {
			return s.refuse(x, wire.CodeSessionTimeout, "", now)
		}
		plain, err := sess.Open(octets)
		if err != nil {
			return s.refuse(x, wire.CodeSessionKey, "", now)
		}
		octets = plain
	}
	var err error
	if x.msg, err = wire.DecodeMessage(octets); err != nil {
		if e.Encrypted { // nobody is told whether only the padding was wrong
			return s.refuse(x, wire.CodeSessionKey, "", now)
		}
		return s.refuse(x, wire.CodeProtocolError, err.Error(), now)
	}
	if x.msg.Code != 0 {
		return false // an answer is not answered, or two servers would go on forever
	}
	x.req.Header, x.req.Body = x.msg.Header, x.msg.Body
	x.digest, x.signed = x.msg.Flags.Has(wire.FlagReturnDigest), x.msg.Signed
	if int(x.msg.Recursion) > s.o.MaxRecursion {
		return s.refuse(x, wire.CodeRecursionLimit, "", now)
	}
	if x.msg.Op == wire.OpResolve {
		if x.req.Query, err = wire.DecodeQuery(x.msg.Body); err != nil {
			return s.refuse(x, codeOf(err), err.Error(), now)
		}
	}
	return true
}

// plain tells whether a query needs no session, no signature and no secret, so
// that a Quick handler may answer it.
func (x *exchange) plain() bool {
	return x.msg.Op == wire.OpResolve && x.env.Session == 0 && len(x.msg.Credential) == 0 &&
		x.msg.Flags&(wire.FlagCertify|wire.FlagEncrypt) == 0
}

// handleQuickly has a Quick handler answer, if it can.
func (s *Server) handleQuickly(x *exchange, now time.Time) bool {
	if s.quick == nil || !x.plain() || !s.quick.Resolve(&x.req, &x.res) || x.res.Code == wire.CodeAuthNeeded {
		x.res.reset()
		return false
	}
	s.finish(x, now)
	return true
}

// handle answers a request that begin has read.
func (s *Server) handle(ctx context.Context, x *exchange) {
	now := s.o.Now()
	if !s.checkSession(x, now) {
		return
	}
	x.plainly = x.session == nil && x.msg.Flags.Has(wire.FlagCertify) && s.o.Key != nil && !s.signing.allow(x.req.Remote.Addr(), 1, now)
	if x.plainly {
		s.refuse(x, wire.CodeBusy, "your network asks for too many signed answers", now)
		return
	}
	s.dispatch(ctx, x, now)
	if x.res.Code == wire.CodeAuthNeeded {
		s.challenge(x, now)
	}
	if x.res.Stream != nil && (x.req.Transport != wire.TCP || !x.env.Version.AtLeast(2, 8) || s.o.Key == nil) {
		x.res.Stream = nil
		x.res.Fail(wire.CodeUnsupported, "a stream needs TCP, version 2.8 and a server with a key")
	}
	s.finish(x, now)
}

func (s *Server) dispatch(ctx context.Context, x *exchange, now time.Time) {
	switch x.msg.Op {
	case wire.OpSiteInfo:
		x.res.Code, x.res.Body = wire.CodeSuccess, append(x.res.Body, s.site.Load().octets...)
	case wire.OpSessionSetUp:
		s.setUp(ctx, x, now)
	case wire.OpKeyExchange:
		s.exchangeKey(x, now)
	case wire.OpSessionEnd:
		s.endSession(x)
	case wire.OpChallengeAnswer:
		s.checkAnswer(ctx, x, now)
	case wire.OpLoginKey:
		s.logIn(x)
	default:
		s.o.Handler.Handle(ctx, &x.req, &x.res)
	}
}

// checkSession finds the session of a request and checks its MAC.
func (s *Server) checkSession(x *exchange, now time.Time) bool {
	if x.login != nil && x.login.session == x.env.Session && x.login.identity.Handle != "" {
		x.req.Identity = x.login.identity
		return true
	}
	if len(x.msg.Credential) == 0 {
		// A session's challenge is answered without a MAC; nothing else in a session is.
		if (x.env.Encrypted || x.msg.Flags.Has(wire.FlagEncrypt)) && x.msg.Op != wire.OpChallengeAnswer {
			return s.refuse(x, wire.CodeInvalidCredential, "only a message with a session's MAC is encrypted", now)
		}
		return true
	}
	c, err := wire.DecodeCredential(x.msg.Credential)
	if err != nil {
		return s.refuse(x, wire.CodeInvalidCredential, err.Error(), now)
	}
	if c.Type != wire.CredentialMAC {
		return true // signatures of requests prove nothing here
	}
	sess := s.sessions.find(x.env.Session, now)
	if sess == nil {
		return s.refuse(x, wire.CodeSessionTimeout, "", now)
	}
	switch err := sess.Check(&x.env, &x.msg); {
	case errors.Is(err, auth.ErrReplay):
		return s.refuse(x, wire.CodeSessionReplay, "", now)
	case err != nil:
		return s.refuse(x, wire.CodeInvalidCredential, err.Error(), now)
	}
	x.session, x.req.Identity = sess, sess.proven()
	return true
}

// codeOf is the code for a body that a decoder refused.
func codeOf(err error) wire.Code {
	if errors.Is(err, wire.ErrHandle) {
		return wire.CodeInvalidHandle
	}
	return wire.CodeProtocolError
}

// refuse makes the answer a failure and finishes it. It returns false.
func (s *Server) refuse(x *exchange, code wire.Code, message string, now time.Time) bool {
	x.res.Fail(code, message)
	s.finish(x, now)
	return false
}

// finish writes the answer to out.
func (s *Server) finish(x *exchange, now time.Time) {
	s.finishPart(x, now, false)
}

// finishPart writes an answer to out that more messages follow or not.
func (s *Server) finishPart(x *exchange, now time.Time, continued bool) {
	if x.res.Code == 0 {
		x.res.Fail(wire.CodeError, "the handler gave no answer")
	}
	h := x.msg.Header
	h.Code = x.res.Code.For(x.answer.Version)
	site := s.site.Load()
	h.SiteSerial, h.Recursion = site.Serial, x.msg.Recursion
	h.Expires = uint32(now.Add(answerTime).Unix()) //nolint:gosec // the protocol's time ends in 2106
	h.Flags = h.Flags&^(wire.FlagAuthoritative|wire.FlagContinued|wire.FlagTrustedResult|wire.FlagReturnDigest|wire.FlagCertify) | x.res.Flags
	if site.Primary && !x.res.Foreign {
		h.Flags |= wire.FlagAuthoritative
	}
	if continued {
		h.Flags |= wire.FlagContinued
	}
	var room [wire.EnvelopeSize + wire.HeaderSize]byte
	x.out = append(x.out[:0], room[:]...)
	if x.digest && len(x.signed) > 0 {
		h.Flags |= wire.FlagReturnDigest
		x.out = wire.AppendDigest(x.out, x.answer.Version, x.signed)
	}
	x.out = append(x.out, x.res.Body...)
	h.BodyLength = uint32(len(x.out) - len(room)) //nolint:gosec // far below 4 GiB
	x.answer.Encrypted = false
	if x.session == nil && (x.plainly || !x.msg.Flags.Has(wire.FlagCertify)) {
		h.Put(x.out[wire.EnvelopeSize:])
		x.out = append(x.out, 0, 0, 0, 0)
		x.seal()
		return
	}
	s.certify(x, &h)
}

// certify adds the MAC of the session, or the server's signature, and encrypts
// what is to be encrypted.
func (s *Server) certify(x *exchange, h *wire.Header) {
	var credential []byte
	if x.session != nil {
		h.Flags |= x.msg.Flags & wire.FlagCertify // a MAC is as good as a signature
		h.Put(x.out[wire.EnvelopeSize:])
		credential = x.session.Sign(nil, &x.answer, x.out[wire.EnvelopeSize:])
	} else if s.o.Key != nil {
		h.Flags |= wire.FlagCertify
		h.Put(x.out[wire.EnvelopeSize:])
		signed, err := auth.SignMessage(nil, s.o.Key, &x.answer, x.out[wire.EnvelopeSize:])
		if err == nil { // without a signature the client refuses it, as it should
			credential = signed
		}
	} else {
		h.Put(x.out[wire.EnvelopeSize:])
	}
	x.out = wire.AppendBytes(x.out, credential)
	if x.session != nil && (x.env.Encrypted || x.msg.Flags.Has(wire.FlagEncrypt)) {
		sealed, err := x.session.Seal(make([]byte, wire.EnvelopeSize, len(x.out)+64), x.out[wire.EnvelopeSize:])
		if err != nil {
			x.out = x.out[:0] // rather silence than plain text
			return
		}
		x.out, x.answer.Encrypted = sealed, true
	}
	x.seal()
}

// seal writes the envelope before the answer.
func (x *exchange) seal() {
	x.answer.Length = uint32(len(x.out) - wire.EnvelopeSize) //nolint:gosec // far below 4 GiB
	x.answer.Put(x.out)
}

// message returns the answer without its envelope.
func (x *exchange) message() []byte { return x.out[wire.EnvelopeSize:] }
