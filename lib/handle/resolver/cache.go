package resolver

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// cache keeps entries within a bound of memory. Whoever reads takes no lock. What
// is dropped first is what nobody has asked for since it came or since the hand
// passed it (SIEVE, Zhang et al., NSDI 2024): a flood of new names passes through
// without driving out what is in use.
type cache struct {
	shards []shard
	mask   uint64
}

// shard is a part of the cache with a table of its own, whose size does not
// change.
type shard struct {
	buckets []atomic.Pointer[entry]
	limit   int64

	mu      sync.Mutex
	newest  *entry
	oldest  *entry
	hand    *entry
	octets  int64
	entries int
	evicted uint64

	_ [64]byte // what one processor writes is not what another reads
}

// Sizes of the cache's parts.
const (
	shardOctets  = 1 << 20 // at least, while there are few
	maxShards    = 256
	bucketOctets = 512 // of the limit for each place in the table
)

func newCache(limit int64) *cache {
	n := 1 << bits.Len64(uint64(min(max(limit/shardOctets, 1), maxShards))) >> 1
	c := &cache{shards: make([]shard, n), mask: uint64(n - 1)} //nolint:gosec // a small number
	for i := range c.shards {
		s := &c.shards[i]
		table := 1 << bits.Len64(uint64(limit/int64(n)/bucketOctets)) //nolint:gosec // the limit is not negative
		s.buckets = make([]atomic.Pointer[entry], table)
		s.limit = limit/int64(n) - int64(table)*8
	}
	return c
}

func (c *cache) shard(hash uint64) *shard { return &c.shards[hash&c.mask] }

func (s *shard) bucket(hash uint64) *atomic.Pointer[entry] {
	return &s.buckets[hash>>16&uint64(len(s.buckets)-1)] //nolint:gosec // it has one at least
}

// find returns the entry of a key, or nil.
func (c *cache) find(hash uint64, key []byte) *entry { return c.shard(hash).find(hash, key) }

func (s *shard) find(hash uint64, key []byte) *entry {
	for e := s.bucket(hash).Load(); e != nil; e = e.next.Load() {
		if e.hash == hash && string(e.name()) == string(key) {
			return e
		}
	}
	return nil
}

// touch marks an entry as in use.
func (e *entry) touch() {
	if !e.seen.Load() { // all processors may read it, and need not write
		e.seen.Store(true)
	}
	if n := e.hits.Load(); n < popular {
		e.hits.Store(n + 1)
	}
}

// put keeps an entry instead of the one with its key. It returns false if it is
// too large to be kept.
func (c *cache) put(e *entry, now int64, maxStale time.Duration) bool {
	s := c.shard(e.hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	size := e.size()
	fits := size <= s.limit/2
	for fits && s.octets+size > s.limit && s.oldest != nil {
		s.evict(now, maxStale)
	}
	old := s.find(e.hash, e.name())
	if fits {
		s.link(e)
	}
	if old != nil {
		e.hits.Store(old.hits.Load())
		e.seen.Store(old.seen.Load())
		s.drop(old)
	}
	return fits
}

func (s *shard) link(e *entry) {
	b := s.bucket(e.hash)
	e.next.Store(b.Load())
	b.Store(e)
	e.older = s.newest
	if s.newest != nil {
		s.newest.newer = e
	}
	s.newest = e
	if s.oldest == nil {
		s.oldest = e
	}
	s.octets += e.size()
	s.entries++
}

// evict drops the first entry from the hand on that is not in use.
func (s *shard) evict(now int64, maxStale time.Duration) {
	e := s.hand
	if e == nil {
		e = s.oldest
	}
	for range 2 * s.entries { // others may mark what the hand has passed
		if !e.seen.Load() || !e.usable(now, maxStale) {
			break
		}
		e.seen.Store(false)
		if e = e.newer; e == nil {
			e = s.oldest
		}
	}
	s.hand = e.newer
	s.drop(e)
	s.evicted++
}

// drop takes an entry out. Who is just reading it reads on.
func (s *shard) drop(e *entry) {
	at := s.bucket(e.hash)
	for at.Load() != e {
		if at.Load() == nil {
			return
		}
		at = &at.Load().next
	}
	at.Store(e.next.Load())
	if s.hand == e {
		s.hand = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		s.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		s.oldest = e.newer
	}
	e.newer, e.older = nil, nil
	s.octets -= e.size()
	s.entries--
}

// remove drops an entry, if it is still there.
func (c *cache) remove(e *entry) bool {
	s := c.shard(e.hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.entries
	s.drop(e)
	return s.entries < n
}

// all calls the entries, shard by shard. The cache may be changed in between.
func (c *cache) all(yield func(*entry) bool) {
	var list []*entry
	for i := range c.shards {
		s := &c.shards[i]
		list = list[:0]
		s.mu.Lock()
		for e := s.newest; e != nil; e = e.older {
			list = append(list, e)
		}
		s.mu.Unlock()
		for _, e := range list {
			if !yield(e) {
				return
			}
		}
	}
}

// state sums up the shards.
func (c *cache) state() (s CacheState) {
	for i := range c.shards {
		p := &c.shards[i]
		p.mu.Lock()
		s.Records += p.entries
		s.Octets += p.octets + int64(len(p.buckets))*8
		s.Evicted += p.evicted
		p.mu.Unlock()
		s.Limit += p.limit + int64(len(p.buckets))*8
	}
	return s
}
