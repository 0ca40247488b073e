package resolver

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"linghang/lib/handle/wire"
)

// Extremes are times that something took: how often, in all, and the shortest and
// the longest with the second in which they ended.
type Extremes struct {
	Count        uint64
	Total        time.Duration
	Min, Max     time.Duration
	MinAt, MaxAt time.Time
}

func (x *Extremes) add(took time.Duration, at time.Time) {
	at = at.Truncate(time.Second)
	if x.Count == 0 || took < x.Min {
		x.Min, x.MinAt = took, at
	}
	if x.Count == 0 || took > x.Max {
		x.Max, x.MaxAt = took, at
	}
	x.Count++
	x.Total += took
}

// Mean returns the mean time.
func (x *Extremes) Mean() time.Duration {
	if x.Count == 0 {
		return 0
	}
	return x.Total / time.Duration(x.Count) //nolint:gosec // counts of events
}

// Snapshot is what a node has counted since it was made. Extremes are of the time
// since Since.
type Snapshot struct {
	At, Since time.Time

	Requests   uint64 // that came, refused ones too
	Hits       uint64 // answered from what was kept, without waiting
	Negative   uint64 // of the hits, that there is none
	Forced     uint64 // answered by the policy
	Heartbeats uint64
	Misses     uint64 // for which somebody was asked, or would have been
	Coalesced  uint64 // of the misses, that waited for an equal question
	Stale      uint64 // answered after its time
	Failed     uint64 // nobody could be asked
	Prefetches uint64
	Dropped    uint64 // prefetches for which there was no room
	Untrusted  uint64 // trusted queries for which signatures do not hold
	Refused    Refused

	Busiest  Busiest  // second, since Since
	InFlight int      // questions at the same time
	Peak     int      // the most of them, since Since
	Latency  Extremes // of misses that were resolved
	Cache    CacheState
	Places   int // where services are
	Backends []BackendState
}

// Busiest is the second in which most requests came.
type Busiest struct {
	Requests uint64
	At       time.Time
}

// Refused counts refusals by reason.
type Refused struct {
	Source     uint64 // not allowed, or blocked
	Handle     uint64 // blocked
	SourceRate uint64
	HandleRate uint64
	Backend    uint64 // the rate or the questions at one server
	Recursions uint64 // at the same time
	Limits     uint64 // of what a query may ask for
	Unsuited   uint64 // other operations, and queries without recursion
}

// CacheState is how full the cache is.
type CacheState struct {
	Records int
	Octets  int64
	Limit   int64
	Evicted uint64
}

// BackendState is what is known of a server that was asked lately.
type BackendState struct {
	Address  netip.AddrPort
	Protocol wire.Protocol
	InFlight int
	Failed   uint64
	Refused  uint64
	Resting  bool // it was silent and is left alone
	Sick     bool // of a forwarder: it did not answer when it was looked after
	Average  time.Duration
	Latency  Extremes
}

// stripe is a part of the counts of hits. Clients have different ones, so that
// processors do not wait for each other.
type stripe struct {
	requests atomic.Uint64
	hits     atomic.Uint64
	negative atomic.Uint64
	_        [40]byte
}

const stripes = 16

type counts struct {
	quick  [stripes]stripe
	second atomic.Int64 // of the last request

	forced, heartbeats, misses, coalesced, stale, failed, prefetches, dropped, untrusted atomic.Uint64
	refused                                                                              struct {
		source, handle, sourceRate, handleRate, backend, recursions, limits, unsuited atomic.Uint64
	}

	mu      sync.Mutex
	since   time.Time
	open    int
	peak    int
	latency Extremes
	before  uint64 // requests before the second
	busiest Busiest
}

func (c *counts) began(now time.Time) { c.since = now }

// request counts one that came.
func (c *counts) request(remote netip.AddrPort, nano int64) {
	second := nano / int64(time.Second)
	if was := c.second.Load(); second > was && c.second.CompareAndSwap(was, second) {
		c.close(was)
	}
	c.quick[remote.Port()%stripes].requests.Add(1)
}

// close ends a second: all requests since the one before came in it.
func (c *counts) close(second int64) {
	total := uint64(0)
	for i := range c.quick {
		total += c.quick[i].requests.Load()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := total - c.before; total > c.before && n > c.busiest.Requests {
		c.busiest = Busiest{n, time.Unix(second, 0)}
	}
	c.before = total
}

func (c *counts) hit(remote netip.AddrPort, code wire.Code) {
	s := &c.quick[remote.Port()%stripes]
	s.hits.Add(1)
	if code != wire.CodeSuccess {
		s.negative.Add(1)
	}
}

// enter counts a question that begins.
func (c *counts) enter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
	c.peak = max(c.peak, c.open)
}

// leave counts its end, and the time it took if it was resolved.
func (c *counts) leave(took time.Duration, at time.Time, resolved bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	if resolved {
		c.latency.add(took, at)
	}
}

// Snapshot returns what was counted.
func (r *Resolver) Snapshot() Snapshot { return r.snapshot(false) }

// Turn returns what was counted, and begins the extremes anew: so a day's report
// has its own.
func (r *Resolver) Turn() Snapshot { return r.snapshot(true) }

func (r *Resolver) snapshot(anew bool) Snapshot {
	c := &r.counts
	s := Snapshot{
		At: r.o.Now(), Forced: c.forced.Load(), Heartbeats: c.heartbeats.Load(), Misses: c.misses.Load(), Coalesced: c.coalesced.Load(),
		Stale: c.stale.Load(), Failed: c.failed.Load(), Prefetches: c.prefetches.Load(), Dropped: c.dropped.Load(), Untrusted: c.untrusted.Load(),
		Refused: Refused{
			c.refused.source.Load(), c.refused.handle.Load(), c.refused.sourceRate.Load(), c.refused.handleRate.Load(),
			c.refused.backend.Load(), c.refused.recursions.Load(), c.refused.limits.Load(), c.refused.unsuited.Load(),
		},
		Cache: r.cache.state(), Places: r.places.len(), Backends: r.backends.state(anew),
	}
	if second := s.At.Unix(); second > c.second.Load() {
		c.close(c.second.Swap(second))
	}
	for i := range c.quick {
		s.Requests += c.quick[i].requests.Load()
		s.Hits += c.quick[i].hits.Load()
		s.Negative += c.quick[i].negative.Load()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Since, s.Busiest, s.InFlight, s.Peak, s.Latency = c.since, c.busiest, c.open, c.peak, c.latency
	if anew {
		c.since, c.busiest, c.peak, c.latency = s.At, Busiest{}, c.open, Extremes{}
	}
	return s
}
