package resolver

import (
	"hash/maphash"
	"net/netip"
	"sync/atomic"
	"time"
)

// rates bound how often things happen per second, each by the time at which it
// would be empty again (GCRA). The table has a fixed size, and its places are
// chosen by a hash that nobody outside can compute: two that share a place share
// what it allows.
type rates struct {
	seed  maphash.Seed
	cells []atomic.Int64 // nanoseconds since 1970
}

const rateCells = 1 << 16

func newRates() *rates {
	return &rates{maphash.MakeSeed(), make([]atomic.Int64, rateCells)}
}

// gap is the time that one event takes, and room how far ahead of the clock
// events may be.
func (r Rate) gap() (gap, room int64) {
	gap = max(int64(time.Second)/int64(r.PerSecond), 1)
	burst := r.Burst
	if burst == 0 {
		burst = r.PerSecond
	}
	return gap, gap * int64(burst)
}

// take tells whether one more may happen, and counts it.
func (t *rates) take(hash uint64, r Rate, now int64) bool {
	return r.PerSecond == 0 || takeFrom(&t.cells[hash%rateCells], r, now)
}

// give takes back what was counted by take.
func (t *rates) give(hash uint64, r Rate) {
	if r.PerSecond > 0 {
		gap, _ := r.gap()
		t.cells[hash%rateCells].Add(-gap)
	}
}

func takeFrom(cell *atomic.Int64, r Rate, now int64) bool {
	gap, room := r.gap()
	for {
		was := cell.Load()
		next := max(was, now) + gap
		if next-now > room {
			return false
		}
		if cell.CompareAndSwap(was, next) {
			return true
		}
	}
}

// ofSource returns the hash of an address's network.
func (t *rates) ofSource(a netip.Addr) uint64 {
	octets := networkOf(a).As16()
	return maphash.Bytes(t.seed, octets[:])
}
