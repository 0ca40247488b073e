package rest

import (
	"errors"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// So many wrong proofs of an identity may come from a network at once, and one
// more after each while: a secret is not found by trying, and who has it and
// comes from elsewhere is not kept out.
const (
	guessesAtOnce = 20
	guessTime     = 3 * time.Second
	guessPlaces   = 1 << 14
)

var errGuesses = errors.New("too many wrong proofs of this identity have come from this network: ask again later")

// guesses counts wrong proofs in a table of fixed size: those that share a place
// share what it allows.
type guesses struct {
	seed   maphash.Seed
	mu     sync.Mutex
	places []guess
}

type guess struct {
	wrong int
	last  time.Time
}

func newGuesses() *guesses {
	return &guesses{seed: maphash.MakeSeed(), places: make([]guess, guessPlaces)}
}

func (g *guesses) place(from netip.Addr, identity wire.Reference) *guess {
	var h maphash.Hash
	h.SetSeed(g.seed)
	_, _ = h.Write(network(from))
	_ = h.WriteByte(0)
	_, _ = h.WriteString(wire.Fold(identity.Handle))
	return &g.places[h.Sum64()%guessPlaces]
}

// allow tells whether a proof is to be looked at.
func (g *guesses) allow(from netip.Addr, identity wire.Reference, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.place(from, identity)
	if passed := int(now.Sub(p.last) / guessTime); passed > 0 && p.wrong > 0 {
		p.wrong = max(0, p.wrong-passed)
		p.last = now
	}
	return p.wrong < guessesAtOnce
}

// count counts a wrong proof.
func (g *guesses) count(from netip.Addr, identity wire.Reference, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.place(from, identity)
	if p.wrong == 0 {
		p.last = now
	}
	p.wrong = min(p.wrong+1, guessesAtOnce)
}
