package rest

import (
	"container/list"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// sessionsPerIdentity bounds the sessions of one identity: the one that was not
// used for the longest time makes room.
const sessionsPerIdentity = 256

var (
	errSession = errors.New("the session is not known, or not known any more")
	errFull    = fmt.Errorf("%w: too many sessions are open", errBusy)
)

// Parts of a session's id: what tells it from others, when it was made, for whom,
// and what proves that this server made it.
const (
	idRandom = 16
	idIssued = 8
	idPlace  = 8
	idMAC    = 16
	idSize   = idRandom + idIssued + idPlace + idMAC
)

// ticket is the id of a session with the challenge that opens it. Until somebody
// proves who he is, the server keeps nothing of it: it knows its own tickets.
type ticket struct {
	id     string
	random [idRandom]byte
	issued time.Time
	nonce  [wire.NonceSize]byte
}

type session struct {
	ticket
	identity     wire.Reference
	opened, used time.Time
	place        *list.Element // among those of its identity, the last used behind
}

// sessions are those that somebody opened.
type sessions struct {
	key         [32]byte
	life        time.Duration // of a challenge
	idle, whole time.Duration
	limit       int

	mu    sync.Mutex
	list  map[[idRandom]byte]*session
	of    map[wire.Reference]*list.List
	spent map[[idRandom]byte]time.Time // ended while their challenge could still be answered
	swept time.Time
}

func (s *sessions) open(o *Options) error {
	if _, err := rand.Read(s.key[:]); err != nil {
		return fmt.Errorf("make key of sessions: %w", err)
	}
	s.life, s.idle, s.whole, s.limit = o.ChallengeTime, o.SessionIdle, o.SessionTime, o.MaxSessions
	s.list, s.of, s.spent = map[[idRandom]byte]*session{}, map[wire.Reference]*list.List{}, map[[idRandom]byte]time.Time{}
	return nil
}

// sum makes what only this server can make of the parts.
func (s *sessions) sum(purpose string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, s.key[:])
	m.Write([]byte(purpose))
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// network is what an address is counted under: a client may change its address
// within it between a challenge and its answer.
func network(a netip.Addr) []byte {
	bits := 56
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return nil
	}
	return p.Addr().AsSlice()
}

// issue makes a ticket for a client.
func (s *sessions) issue(from netip.Addr, now time.Time) ticket {
	t := ticket{issued: now}
	_, _ = rand.Read(t.random[:]) // never fails: it ends the program instead
	b := append(make([]byte, 0, idSize), t.random[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(now.UnixMilli()))
	b = append(b, s.sum("place", t.random[:], network(from))[:idPlace]...)
	b = append(b, s.sum("id", b)[:idMAC]...)
	t.id = base64.RawURLEncoding.EncodeToString(b)
	copy(t.nonce[:], s.sum("nonce", t.random[:]))
	return t
}

// read returns the ticket of an id that this server made. The comparison takes
// the same time wherever a forged one differs.
func (s *sessions) read(id string) (t ticket, place []byte, ok bool) {
	if len(id) != base64.RawURLEncoding.EncodedLen(idSize) {
		return t, nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || !hmac.Equal(b[idSize-idMAC:], s.sum("id", b[:idSize-idMAC])[:idMAC]) {
		return t, nil, false
	}
	t.id = id
	copy(t.random[:], b)
	t.issued = time.UnixMilli(int64(binary.BigEndian.Uint64(b[idRandom:]))) //nolint:gosec // made by issue
	copy(t.nonce[:], s.sum("nonce", t.random[:]))
	return t, b[idRandom+idIssued : idSize-idMAC], true
}

// waiting returns the ticket of a session that nobody has opened yet. It must be
// answered in time, and by whom it was made for: an id that was planted on
// somebody opens nothing.
func (s *sessions) waiting(id string, from netip.Addr, now time.Time) (ticket, error) {
	t, place, ok := s.read(id)
	if !ok || now.Sub(t.issued) > s.life {
		return ticket{}, errSession
	}
	if !hmac.Equal(place, s.sum("place", t.random[:], network(from))[:idPlace]) {
		return ticket{}, errSession
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ended := s.spent[t.random]; ended || s.list[t.random] != nil {
		return ticket{}, errSession
	}
	return t, nil
}

// begin opens the session of a ticket, once.
func (s *sessions) begin(t ticket, identity wire.Reference, now time.Time) error {
	key := wire.Reference{Handle: wire.Fold(identity.Handle), Index: identity.Index}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	if _, ended := s.spent[t.random]; ended || s.list[t.random] != nil {
		return errSession
	}
	own := s.of[key]
	if own == nil {
		own = list.New()
		s.of[key] = own
	}
	if own.Len() >= sessionsPerIdentity {
		if oldest, ok := own.Front().Value.(*session); ok {
			s.end(oldest, now)
		}
	}
	if len(s.list)+len(s.spent) >= s.limit {
		if own.Len() == 0 {
			delete(s.of, key)
		}
		return errFull
	}
	opened := &session{ticket: t, identity: identity, opened: now, used: now}
	opened.place = own.PushBack(opened)
	s.of[key] = own // it may have been dropped with its last session
	s.list[t.random] = opened
	return nil
}

// find returns who opened a session.
func (s *sessions) find(id string, now time.Time) (wire.Reference, bool) {
	t, _, ok := s.read(id)
	if !ok {
		return wire.Reference{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.list[t.random]
	if found == nil {
		return wire.Reference{}, false
	}
	if s.over(found, now) {
		s.end(found, now)
		return wire.Reference{}, false
	}
	found.used = now
	s.of[found.owner()].MoveToBack(found.place)
	return found.identity, true
}

// drop ends a session at its owner's wish.
func (s *sessions) drop(id string, now time.Time) bool {
	t, _, ok := s.read(id)
	if !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.list[t.random]
	if found != nil {
		s.end(found, now)
	}
	return found != nil
}

func (s *session) owner() wire.Reference {
	return wire.Reference{Handle: wire.Fold(s.identity.Handle), Index: s.identity.Index}
}

func (s *sessions) over(v *session, now time.Time) bool {
	return now.Sub(v.used) > s.idle || now.Sub(v.opened) > s.whole
}

// end ends a session. While its challenge could still be answered it is
// remembered, so that the answer does not open it again.
func (s *sessions) end(v *session, now time.Time) {
	delete(s.list, v.random)
	own := s.of[v.owner()]
	own.Remove(v.place)
	if own.Len() == 0 {
		delete(s.of, v.owner())
	}
	if until := v.issued.Add(s.life); !now.After(until) {
		s.spent[v.random] = until
	}
}

// sweep forgets what is over, at most once a second.
func (s *sessions) sweep(now time.Time) {
	if now.Sub(s.swept) < time.Second && !now.Before(s.swept) {
		return
	}
	s.swept = now
	for _, v := range s.list {
		if s.over(v, now) {
			s.end(v, now)
		}
	}
	for random, until := range s.spent {
		if now.After(until) {
			delete(s.spent, random)
		}
	}
}
