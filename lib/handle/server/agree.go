package server

import (
	"context"
	"crypto"
	"crypto/rsa"
	"errors"
	"slices"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// keyTime bounds how long the key of a session is looked for that a handle has.
const keyTime = 10 * time.Second

// offer is what was told of a session whose key the client is to send.
type offer struct {
	cipher   auth.Cipher
	lifetime time.Duration // once the key is there
}

// agreement is the key of a session, and what its client needs to have it too.
type agreement struct {
	cipher  auth.Cipher
	key     []byte
	data    []byte
	offered bool // the client makes the key
}

// refusal is why there is no session.
type refusal struct {
	code    wire.Code
	message string
}

// setUp agrees upon a session. The answer is signed if the client asks for it, as it
// should.
func (s *Server) setUp(ctx context.Context, x *exchange, now time.Time) {
	ask, err := wire.DecodeSessionSetUp(x.msg.Body)
	switch {
	case err != nil:
		x.res.Fail(wire.CodeSessionSetUp, err.Error())
		return
	case !x.answer.Version.AtLeast(2, 7):
		x.res.Fail(wire.CodeSessionSetUp, "sessions need version 2.7 of the protocol")
		return
	case ask.Mode != wire.ModeDiffieHellman && !slices.Contains(s.o.Modes, ask.Mode):
		x.res.Fail(wire.CodeSessionSetUp, "sessions are not set up in that mode here; Diffie-Hellman is mode 4")
		return
	case ask.Mode != wire.ModeDiffieHellman && !s.signing.allow(x.req.Remote.Addr(), 1, now):
		x.res.Fail(wire.CodeBusy, "your network sets up too many sessions")
		return
	}
	var public crypto.PublicKey
	if ask.Mode == wire.ModeHandleKey { // may take long, and nobody is to wait for it
		found, no := s.keyOf(ctx, ask.Key)
		if no != nil {
			x.res.Fail(no.code, no.message)
			return
		}
		public = found
	}
	select {
	case s.exchanges <- struct{}{}:
		defer func() { <-s.exchanges }()
	default:
		x.res.Fail(wire.CodeBusy, "too many sessions are being set up")
		return
	}
	agreed, no := s.agree(&ask, public)
	if no == nil {
		no = s.open(x, &ask, agreed, now)
	}
	if no != nil {
		x.res.Fail(no.code, no.message)
	}
}

// open makes the session and answers with what the client needs.
func (s *Server) open(x *exchange, ask *wire.SessionSetUp, agreed *agreement, now time.Time) *refusal {
	lifetime := min(time.Duration(ask.Timeout)*time.Second, s.o.SessionTime)
	if ask.Timeout == 0 {
		lifetime = s.o.SessionTime
	}
	opened := &session{network: network(x.req.Remote.Addr()), until: now.Add(lifetime)}
	if agreed.offered {
		opened.offered = &offer{agreed.cipher, lifetime}
		opened.until = now.Add(min(lifetime, s.o.ChallengeTime))
	}
	id, err := randomID()
	if err == nil {
		opened.Session, err = auth.NewSession(id, agreed.cipher, agreed.key)
	}
	if err != nil {
		return &refusal{wire.CodeSessionFailed, err.Error()}
	}
	if !s.sessions.add(opened, now) {
		return &refusal{wire.CodeBusy, "too many sessions are open"}
	}
	answer := wire.SessionAnswer{Mode: ask.Mode, Data: agreed.data}
	x.res.Code, x.res.Body = wire.CodeSuccess, answer.Append(x.res.Body)
	x.answer.Session = id
	return nil
}

// agree agrees upon a key in the mode that the client asks for. Public is the key
// that a handle has.
func (s *Server) agree(ask *wire.SessionSetUp, public crypto.PublicKey) (*agreement, *refusal) {
	switch ask.Mode {
	case wire.ModeDiffieHellman:
		return agreeDiffieHellman(ask.PublicKey)
	case wire.ModeServerKey:
		return s.offer()
	case wire.ModeClientKey:
		decoded, err := auth.DecodePublicKey(ask.PublicKey)
		if err != nil {
			return nil, refused(err)
		}
		if _, ok := decoded.(*rsa.PublicKey); !ok {
			return nil, &refusal{wire.CodeSessionNeedsRSA, "the client's key of a session is RSA; name another kind by its handle (mode 3)"}
		}
		public = decoded
	default:
	}
	a := &agreement{cipher: auth.CipherFor(public)}
	var sealed []byte
	var err error
	if a.key, err = auth.NewSessionKey(); err == nil {
		sealed, err = auth.SealKey(public, a.key)
	}
	if err != nil {
		return nil, refused(err)
	}
	a.data = auth.AppendCarried(nil, a.cipher, sealed)
	return a, nil
}

// refused says which key a session cannot be set up with.
func refused(err error) *refusal {
	if errors.Is(err, auth.ErrKey) || errors.Is(err, auth.ErrUnsupported) {
		return &refusal{wire.CodeSessionSetUp, err.Error()}
	}
	return &refusal{wire.CodeSessionFailed, err.Error()}
}

// offer tells the server's own key. The session has a key that nobody knows until the
// client sends one.
func (s *Server) offer() (*agreement, *refusal) {
	own, ok := s.o.Key.(*rsa.PrivateKey)
	if !ok {
		return nil, &refusal{wire.CodeSessionNeedsRSA, "this server has no RSA key"}
	}
	err := auth.CheckCarrier(&own.PublicKey)
	a := &agreement{cipher: auth.CipherAES, offered: true}
	if err == nil {
		a.key, err = auth.NewSessionKey()
	}
	if err == nil {
		a.data, err = auth.AppendOffer(nil, a.cipher, &own.PublicKey)
	}
	if err != nil {
		return nil, &refusal{wire.CodeSessionFailed, err.Error()}
	}
	return a, nil
}

// agreeDiffieHellman computes the key in the client's group.
func agreeDiffieHellman(record []byte) (*agreement, *refusal) {
	decoded, err := auth.DecodePublicKey(record)
	if err != nil {
		return nil, &refusal{wire.CodeSessionSetUp, err.Error()}
	}
	peer, ok := decoded.(*auth.DHPublicKey)
	if !ok {
		return nil, &refusal{wire.CodeSessionSetUp, auth.ErrGroup.Error()}
	}
	ours, err := auth.JoinExchange(peer)
	if err != nil {
		return nil, &refusal{wire.CodeSessionSetUp, err.Error()}
	}
	key, err := ours.Key(peer)
	if err != nil {
		return nil, &refusal{wire.CodeSessionSetUp, err.Error()}
	}
	return &agreement{cipher: auth.CipherAES, key: key, data: auth.AppendExchange(nil, auth.CipherAES, ours.Public())}, nil
}

// keyOf finds the public key that a handle has at an index, which everybody must be
// allowed to read; index 0 is the first.
func (s *Server) keyOf(ctx context.Context, at wire.Reference) (crypto.PublicKey, *refusal) {
	if s.o.SessionKey == nil {
		return nil, &refusal{wire.CodeSessionFailed, "this server finds no keys of handles"}
	}
	if err := wire.CheckHandle(at.Handle); err != nil {
		return nil, &refusal{wire.CodeSessionSetUp, err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, keyTime)
	defer cancel()
	values, err := s.o.SessionKey(ctx, at)
	if err != nil {
		return nil, &refusal{wire.CodeSessionFailed, "the key of " + at.String() + " cannot be found now"}
	}
	for i := range values {
		v := &values[i]
		if !wire.Equal(v.Type, wire.TypePublicKey) || v.Permissions&wire.PublicRead == 0 || at.Index != 0 && v.Index != at.Index {
			continue
		}
		key, err := auth.DecodePublicKey(v.Data)
		if err != nil {
			return nil, &refusal{wire.CodeSessionSetUp, "the key of " + at.String() + ": " + err.Error()}
		}
		return key, nil
	}
	return nil, &refusal{wire.CodeSessionFailed, at.String() + " has no HS_PUBKEY that everybody may read"}
}

// exchangeKey takes the key of a session that was offered. Whether it was encrypted
// rightly is not told: a wrong one makes a session in which no MAC is right.
func (s *Server) exchangeKey(x *exchange, now time.Time) {
	sealed, err := wire.DecodeKeyExchange(x.msg.Body)
	if err != nil {
		x.res.Fail(wire.CodeSessionKey, err.Error())
		return
	}
	offered := s.sessions.find(x.env.Session, now)
	if offered == nil || offered.offered == nil {
		x.res.Fail(wire.CodeSessionTimeout, "no session waits for its key")
		return
	}
	if !s.signing.allow(x.req.Remote.Addr(), 1, now) {
		x.res.Fail(wire.CodeBusy, "your network sets up too many sessions")
		return
	}
	select {
	case s.exchanges <- struct{}{}:
		defer func() { <-s.exchanges }()
	default:
		x.res.Fail(wire.CodeBusy, "too many sessions are being set up")
		return
	}
	own, ok := s.o.Key.(*rsa.PrivateKey)
	if !ok {
		x.res.Fail(wire.CodeSessionNeedsRSA, "this server has no RSA key")
		return
	}
	key, err := auth.OpenKeySilently(own, sealed)
	if err != nil {
		s.sessions.end(offered)
		x.res.Fail(wire.CodeSessionKey, err.Error())
		return
	}
	made := &session{network: offered.network, until: now.Add(offered.offered.lifetime)}
	if made.Session, err = auth.NewSession(offered.ID, offered.offered.cipher, key); err != nil {
		x.res.Fail(wire.CodeSessionFailed, err.Error())
		return
	}
	if !s.sessions.settle(offered, made, now) {
		x.res.Fail(wire.CodeSessionTimeout, "no session waits for its key")
		return
	}
	x.res.Code = wire.CodeSuccess
}
