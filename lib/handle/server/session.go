package server

import (
	"net/netip"
	"sync"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// sessionsPerNetwork bounds how many sessions of one network may be open before
// anybody has proven who it is.
const sessionsPerNetwork = 512

// session is one that a client has set up. Who it is, the first challenge tells.
type session struct {
	*auth.Session
	network netip.Addr
	until   time.Time

	mu       sync.Mutex
	identity wire.Reference
	used     time.Time
}

func (s *session) proven() wire.Reference {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identity
}

// prove tells whether it was not known before who the client is.
func (s *session) prove(identity wire.Reference) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.identity.Handle == ""
	s.identity = identity
	return first
}

func (s *session) touch(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = now
}

func (s *session) state() (proven bool, used time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identity.Handle != "", s.used
}

// sessions are those that are open, by id. Counts are of those that nobody has
// proven, by network.
type sessions struct {
	limit int

	mu     sync.Mutex
	list   map[uint32]*session
	counts map[netip.Addr]int
}

func (t *sessions) find(id uint32, now time.Time) *session {
	if id == 0 {
		return nil
	}
	t.mu.Lock()
	s := t.list[id]
	if s != nil && now.After(s.until) {
		t.drop(s)
		s = nil
	}
	t.mu.Unlock()
	if s != nil {
		s.touch(now)
	}
	return s
}

// add opens a session. When there are too many, the one that was not used for
// the longest time ends, and of those first one that nobody has proven.
func (t *sessions) add(s *session, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.list == nil {
		t.list, t.counts = map[uint32]*session{}, map[netip.Addr]int{}
	}
	if t.list[s.ID] != nil {
		return false
	}
	if len(t.list) >= t.limit || t.counts[s.network] >= sessionsPerNetwork {
		t.makeRoom(s.network, now)
	}
	if len(t.list) >= t.limit || t.counts[s.network] >= sessionsPerNetwork {
		return false
	}
	s.used = now
	t.list[s.ID] = s
	t.counts[s.network]++
	return true
}

func (t *sessions) makeRoom(from netip.Addr, now time.Time) {
	full := t.counts[from] >= sessionsPerNetwork
	var oldest *session
	var oldestUsed time.Time
	for _, s := range t.list {
		if now.After(s.until) {
			t.drop(s)
			continue
		}
		proven, used := s.state()
		if proven || full && s.network != from {
			continue
		}
		if oldest == nil || used.Before(oldestUsed) {
			oldest, oldestUsed = s, used
		}
	}
	if oldest != nil {
		t.drop(oldest)
	}
}

func (t *sessions) drop(s *session) {
	if t.list[s.ID] != s {
		return
	}
	delete(t.list, s.ID)
	if proven, _ := s.state(); !proven {
		t.uncount(s.network)
	}
}

func (t *sessions) uncount(from netip.Addr) {
	if t.counts[from]--; t.counts[from] <= 0 {
		delete(t.counts, from)
	}
}

// prove remembers who the client of a session is.
func (t *sessions) prove(s *session, identity wire.Reference) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.prove(identity) && t.list[s.ID] == s {
		t.uncount(s.network)
	}
}

func (t *sessions) end(s *session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(s)
}

// setUp agrees upon a session by Diffie-Hellman. The answer is signed if the
// client asks for it, as it should.
func (s *Server) setUp(x *exchange, now time.Time) {
	ask, err := wire.DecodeSessionSetUp(x.msg.Body)
	if err != nil {
		x.res.Fail(wire.CodeSessionSetUp, err.Error())
		return
	}
	if !x.answer.Version.AtLeast(2, 7) {
		x.res.Fail(wire.CodeSessionSetUp, "sessions need version 2.7 of the protocol")
		return
	}
	if ask.Mode != wire.ModeDiffieHellman {
		x.res.Fail(wire.CodeSessionSetUp, "only the Diffie-Hellman mode is supported")
		return
	}
	select {
	case s.exchanges <- struct{}{}:
		defer func() { <-s.exchanges }()
	default:
		x.res.Fail(wire.CodeBusy, "too many sessions are being set up")
		return
	}
	data, key, err := agree(ask.PublicKey)
	if err != nil {
		x.res.Fail(wire.CodeSessionSetUp, err.Error())
		return
	}
	lifetime := min(time.Duration(ask.Timeout)*time.Second, s.o.SessionTime)
	if ask.Timeout == 0 {
		lifetime = s.o.SessionTime
	}
	opened := &session{network: network(x.req.Remote.Addr()), until: now.Add(lifetime)}
	id, err := randomID()
	if err == nil {
		opened.Session, err = auth.NewSession(id, auth.CipherAES, key)
	}
	if err != nil {
		x.res.Fail(wire.CodeSessionFailed, err.Error())
		return
	}
	if !s.sessions.add(opened, now) {
		x.res.Fail(wire.CodeBusy, "too many sessions are open")
		return
	}
	answer := wire.SessionAnswer{Mode: wire.ModeDiffieHellman, Data: data}
	x.res.Code, x.res.Body = wire.CodeSuccess, answer.Append(x.res.Body)
	x.answer.Session = id
}

// agree returns what the client needs and the key of the session.
func agree(record []byte) (data, key []byte, err error) {
	decoded, err := auth.DecodePublicKey(record)
	if err != nil {
		return nil, nil, err
	}
	peer, ok := decoded.(*auth.DHPublicKey)
	if !ok {
		return nil, nil, auth.ErrGroup
	}
	ours, err := auth.JoinExchange(peer)
	if err != nil {
		return nil, nil, err
	}
	if key, err = ours.Key(peer); err != nil {
		return nil, nil, err
	}
	return auth.AppendExchange(nil, auth.CipherAES, ours.Public()), key, nil
}

// endSession ends the session whose MAC the request has.
func (s *Server) endSession(x *exchange) {
	if x.session == nil {
		x.res.Fail(wire.CodeInvalidCredential, "a session is ended by a message with its MAC")
		return
	}
	s.sessions.end(x.session)
	x.res.Code = wire.CodeSuccess
}
