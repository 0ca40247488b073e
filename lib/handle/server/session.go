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
	offered *offer // of one whose key the client has not sent yet; nobody knows the key until then

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

// settle puts a session in the place of one that was offered, once.
func (t *sessions) settle(offered, s *session, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.list[s.ID] != offered || now.After(offered.until) {
		return false
	}
	s.used = now
	t.list[s.ID] = s // of the same network, as unproven
	return true
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

// endSession ends the session whose MAC the request has.
func (s *Server) endSession(x *exchange) {
	if x.session == nil {
		x.res.Fail(wire.CodeInvalidCredential, "a session is ended by a message with its MAC")
		return
	}
	s.sessions.end(x.session)
	x.res.Code = wire.CodeSuccess
}
