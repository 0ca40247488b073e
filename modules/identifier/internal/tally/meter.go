// Package tally counts what a node is asked: how often, how it went, how long it
// took with the exact extremes and the second they happened in, the busiest
// second, and from where. A national top node asks its secondary nodes for these
// figures every day (facts of the contract: daily tables and monitoring).
//
// Counting takes no lock and no memory on the way of a request. Whoever keeps
// the figures takes them away at intervals; what was counted since is lost with
// the process.
package tally

import (
	"sync/atomic"
	"time"
)

// Meter counts requests of one kind about one thing. The zero value is ready.
type Meter struct {
	requests  atomic.Uint64
	succeeded atomic.Uint64
	sum       atomic.Uint64 // microseconds
	// An extreme is a duration with the second it happened in behind it, so that
	// both change together.
	least  atomic.Uint64 // kept turned around: zero is none
	most   atomic.Uint64
	second atomic.Uint64 // the second that is being counted, with the count behind it
	peak   atomic.Uint64 // the largest count, with its second behind it
}

// Reading is what a meter counted.
type Reading struct {
	Requests, Succeeded uint64
	Sum                 time.Duration
	Least, Most         time.Duration
	LeastAt, MostAt     time.Time
	Peak                uint32 // requests in one second
	PeakAt              time.Time
}

const low = 1<<32 - 1

// Add counts a request that came at a time and took so long.
func (m *Meter) Add(at time.Time, took time.Duration, succeeded bool) {
	m.requests.Add(1)
	if succeeded {
		m.succeeded.Add(1)
	}
	micros := uint64(min(max(took.Microseconds(), 0), low-1))
	second := uint64(at.Unix()) & low //nolint:gosec // the protocol's time ends in 2106
	m.sum.Add(micros)
	raise(&m.most, micros<<32|second)
	raise(&m.least, (low-micros)<<32|second)
	m.count(second)
}

// count counts a request in its second; one that was overtaken by the next second
// counts there.
func (m *Meter) count(second uint64) {
	for {
		old := m.second.Load()
		now := old + 1
		if old>>32 < second {
			now = second<<32 | 1
		}
		if m.second.CompareAndSwap(old, now) {
			raise(&m.peak, now&low<<32|now>>32)
			return
		}
	}
}

func raise(to *atomic.Uint64, value uint64) {
	for {
		old := to.Load()
		if old >= value || to.CompareAndSwap(old, value) {
			return
		}
	}
}

// Take returns what was counted since it was last taken.
func (m *Meter) Take() Reading {
	r := Reading{Requests: m.requests.Swap(0), Succeeded: m.succeeded.Swap(0)}
	r.Sum = time.Duration(m.sum.Swap(0)) * time.Microsecond //nolint:gosec // far below 2^63
	if v := m.most.Swap(0); v != 0 {
		r.Most, r.MostAt = time.Duration(v>>32)*time.Microsecond, at(v)
	}
	if v := m.least.Swap(0); v != 0 {
		r.Least, r.LeastAt = time.Duration(low-v>>32)*time.Microsecond, at(v)
	}
	if v := m.peak.Swap(0); v != 0 {
		r.Peak, r.PeakAt = uint32(v>>32), at(v)
	}
	return r
}

func at(v uint64) time.Time { return time.Unix(int64(v&low), 0) }
