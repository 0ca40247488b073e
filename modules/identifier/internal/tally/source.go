package tally

import (
	"hash/maphash"
	"net/netip"
	"sync"
)

const (
	sourceShards = 16
	sourcesMost  = 65_536 // that are counted apart between two readings
)

// Sources counts requests by where they come from. Beyond a bounded number of
// addresses the rest is counted together.
type Sources struct {
	seed   maphash.Seed
	shards [sourceShards]sourceShard
}

type sourceShard struct {
	mu     sync.Mutex
	counts map[netip.Addr]uint64
	others uint64
	_      [32]byte // apart from its neighbour's lock
}

// NewSources returns a count of nothing.
func NewSources() *Sources { return &Sources{seed: maphash.MakeSeed()} }

// Add counts a request.
func (s *Sources) Add(from netip.Addr) {
	shard := &s.shards[maphash.Comparable(s.seed, from)%sourceShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if _, ok := shard.counts[from]; !ok && len(shard.counts) >= sourcesMost/sourceShards {
		shard.others++
		return
	}
	if shard.counts == nil {
		shard.counts = map[netip.Addr]uint64{}
	}
	shard.counts[from]++
}

// Take returns what was counted since it was last taken: by address, and what
// came from more addresses than are counted apart.
func (s *Sources) Take() (counts map[netip.Addr]uint64, others uint64) {
	counts = map[netip.Addr]uint64{}
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.Lock()
		for from, n := range shard.counts {
			counts[from] += n
		}
		others += shard.others
		shard.counts, shard.others = nil, 0
		shard.mu.Unlock()
	}
	return counts, others
}
