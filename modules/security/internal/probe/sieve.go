package probe

import (
	"crypto/sha256"
	"fmt"
	"time"

	"linghang/modules/security/internal/feed"
)

// How transactions are thinned out: what a plant's hosts ask of each other they ask all day long.
// Alerts never go through here.
const (
	sieveAge   = 30 * time.Minute // what is repeated is told again after this, and before twice as long
	sieveSize  = 32_768           // different ones that are remembered, twice
	sieveBurst = 6_000            // that are told at once
	sieveRate  = 10               // in a second, and told for good
)

// verdict is what becomes of a transaction.
type verdict int

const (
	pass    verdict = iota
	again           // another said the same just before
	tooMany         // there are more than are told
)

// sieve remembers what transactions said, in bounded room, by their own time: a file that is read
// late is thinned out as it would have been. It is used by one goroutine.
type sieve struct {
	now, before map[[16]byte]struct{}
	since       time.Time // now began
	newest      time.Time
	left        float64 // that may be told, as of newest
}

func (s *sieve) ask(e *feed.Event) verdict {
	s.tick(e.At)
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d %q %q %q", e.Kind, e.Host, e.Client, e.Server, e.Port, e.Protocol, e.Title, e.Fields))
	key := [16]byte(sum[:])
	_, known := s.now[key]
	if !known {
		_, known = s.before[key]
	}
	if known {
		return again
	}
	if s.left < 1 {
		return tooMany // and is asked about again when it comes again
	}
	s.left--
	s.now[key] = struct{}{}
	return pass
}

// tick lets time pass, by events that may be a little out of order.
func (s *sieve) tick(at time.Time) {
	if s.now == nil {
		s.now, s.since, s.newest, s.left = map[[16]byte]struct{}{}, at, at, sieveBurst
	}
	if at.After(s.newest) {
		s.left = min(s.left+at.Sub(s.newest).Seconds()*sieveRate, sieveBurst)
		s.newest = at
	}
	// A clock that was far ahead does not stop the sieve for good.
	if s.newest.Sub(at) > 2*sieveAge {
		s.since, s.newest = at, at
	}
	if s.newest.Sub(s.since) >= sieveAge || len(s.now) >= sieveSize {
		s.before, s.now, s.since = s.now, map[[16]byte]struct{}{}, s.newest
	}
}
