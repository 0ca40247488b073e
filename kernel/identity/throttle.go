package identity

import (
	"net/netip"
	"sync"
	"time"
)

// throttle slows guessing down without letting strangers lock anybody out.
//
// Failures count per account and source, per source, and per account over all
// sources. A source is a network, or a browser in which the person has signed
// in before. Such a browser, and a network with one, is slowed down by its own
// failures only, whatever others do to the account or from the same network;
// and a passkey, which cannot be guessed, is never slowed down by those of an account.
//
// Each replica counts for itself: shared counters would let strangers write to
// the database as fast as they can guess, and n replicas allow n times the
// guesses at most. The memory is bounded.
type throttle struct {
	mu   sync.Mutex
	seen map[string]failures
}

type failures struct {
	n    int
	last time.Time
}

const (
	throttleBound = 10_000
	throttleAge   = time.Hour // failures are forgotten after an hour without more

	freePair    = 5   // of one account from one source
	freeSource  = 30  // of all accounts from one network
	freeAccount = 100 // of one account from all strangers
)

func newThrottle() *throttle { return &throttle{seen: map[string]failures{}} }

// try is one attempt to sign in: whose account, from where.
type try struct {
	account string
	source  string // a known browser, or the network
	known   bool   // the person has been here before
}

type counter struct {
	key     string
	free    int
	longest time.Duration
}

func (t try) counters() []counter {
	pair := counter{"pair " + t.account + " " + t.source, freePair, 5 * time.Minute}
	if t.known {
		return []counter{pair}
	}
	return []counter{pair, {"source " + t.source, freeSource, time.Minute}, {"account " + t.account, freeAccount, time.Minute}}
}

// wait returns how long the attempt has to wait.
func (h *throttle) wait(t try, now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	var longest time.Duration
	for _, c := range t.counters() {
		f, ok := h.seen[c.key]
		if !ok || f.n < c.free || now.Sub(f.last) > throttleAge {
			continue
		}
		pause := min(time.Duration(1<<min(f.n-c.free, 9))*time.Second, c.longest)
		longest = max(longest, f.last.Add(pause).Sub(now))
	}
	return longest
}

func (h *throttle) failed(t try, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range t.counters() {
		f := h.seen[c.key]
		if now.Sub(f.last) > throttleAge {
			f.n = 0
		}
		if f.n == 0 && len(h.seen) >= throttleBound {
			h.evict(now)
		}
		h.seen[c.key] = failures{f.n + 1, now}
	}
}

// evict makes room: of some entries, the one with the fewest failures goes.
// Whoever floods the memory pushes out their own trifles, not the hammered.
func (h *throttle) evict(now time.Time) {
	victim, least, looked := "", 0, 0
	for k, f := range h.seen {
		n := f.n
		if now.Sub(f.last) > throttleAge {
			n = 0
		}
		if victim == "" || n < least {
			victim, least = k, n
		}
		if looked++; looked == 32 || least == 0 {
			break
		}
	}
	delete(h.seen, victim)
}

// passed forgets the failures of who has shown to be the person.
func (h *throttle) passed(t try) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.seen, t.counters()[0].key)
}

// networkOf is the part of an address that one party holds: an IPv6 customer
// has a /64 of addresses to try from.
func networkOf(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}
