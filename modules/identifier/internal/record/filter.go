package record

import (
	"math"
	"math/bits"
	"sync/atomic"
)

// filter tells of most handles that have no record that they have none, without
// asking the tree: strangers ask for names that they make up. It is a Bloom filter
// of blocks (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom
// Filters, 2007), so that a question touches one line of the processor's cache.
// Handles are added and never taken out; whoever has many new ones makes another.
//
// Readers and the one who adds need no lock.
type filter struct {
	blocks []block
	room   int64 // handles for which it was made; more than that want a greater one
	added  atomic.Int64
}

// block is a line of the processor's cache.
type block [8]atomic.Uint64

// Sizes of filters.
const (
	filterRoom   = 12      // bits for each handle: of a hundred that have no record about one goes to the tree
	filterSmall  = 1 << 16 // handles at least
	filterProbes = 6       // bits of its block that a handle sets
	blockBits    = 512
)

// newFilter returns one for so many handles, in so many octets at most. One that
// is as great as it may be is never too small: it only tells less.
func newFilter(handles, octets int64) *filter {
	handles = max(handles, filterSmall)
	n := handles * filterRoom
	if n > octets*8 {
		n, handles = octets*8, math.MaxInt64
	}
	return &filter{blocks: make([]block, max(n/blockBits, 1)), room: handles}
}

// crowded tells whether a greater one would tell more.
func (f *filter) crowded() bool { return f.added.Load() > f.room }

// add makes the filter know a handle by its hash.
func (f *filter) add(hash uint64) {
	f.added.Add(1)
	b := f.block(hash)
	for range filterProbes {
		hash = following(hash)
		b[hash>>61].Or(1 << (hash >> 55 & 63))
	}
}

// may tells whether a handle may have been added; false is certain.
func (f *filter) may(hash uint64) bool {
	b := f.block(hash)
	for range filterProbes {
		hash = following(hash)
		if b[hash>>61].Load()&(1<<(hash>>55&63)) == 0 {
			return false
		}
	}
	return true
}

func (f *filter) block(hash uint64) *block {
	i, _ := bits.Mul64(hash, uint64(len(f.blocks)))
	return &f.blocks[i]
}

// following returns the next of a row of numbers whose first nine bits a handle
// sets (the multiplier of Knuth's MMIX generator).
func following(hash uint64) uint64 { return hash*6364136223846793005 + 1442695040888963407 }
