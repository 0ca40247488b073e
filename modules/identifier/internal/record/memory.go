package record

import (
	"hash/maphash"
	"runtime"
	"sync"
	"sync/atomic"

	"linghang/lib/handle/wire"
)

// memory keeps the records that are asked for, up to a number of octets. Readers
// take no lock and allocate nothing: they walk a chain of pointers and leave a
// bit behind. What nobody has asked for since the hand last passed goes first
// (the SIEVE order), so that a walk through all handles drives few others out.
//
// That a handle has no record is kept too, in an eighth of the room at most:
// names that a stranger makes up drive nothing out.
type memory struct {
	seed   maphash.Seed
	shards [shards]shard
}

const (
	shards    = 64
	nodeCost  = 128 // octets of a node and its share of the chains
	nodeUsual = 384 // of a node with its record, as most are
)

type shard struct {
	chains []atomic.Pointer[node] // by hash; a power of two

	mu             sync.Mutex
	limit          int
	size, absent   int // octets in all, and of nodes without a record
	newest, oldest *node
	hand           *node  // where the search for the next that goes begins
	changes        uint64 // counts what has changed in the shard
	elsewhere      uint64 // number of the newest change that another replica made

	_ [64]byte // keeps shards out of each other's cache lines
}

// node is a record in memory. What readers look at comes first, and so lies in
// one line of the processor's cache mostly.
type node struct {
	hash   uint64
	next   atomic.Pointer[node] // in its chain
	seen   atomic.Bool
	absent bool // Handle has no record
	Record
	newer, older *node
}

func (n *node) cost() int { return nodeCost + len(n.Handle) + len(n.Values) }

// newMemory returns a memory of so many octets.
func newMemory(octets int64) *memory {
	m := &memory{seed: maphash.MakeSeed()}
	limit := int(octets / shards)
	chains := 16
	for chains*nodeUsual < limit {
		chains *= 2
	}
	for i := range m.shards {
		m.shards[i].limit, m.shards[i].chains = limit, make([]atomic.Pointer[node], chains)
	}
	return m
}

func (m *memory) hash(key []byte) uint64 { return maphash.Bytes(m.seed, key) }

func (m *memory) place(key []byte) (*shard, uint64) {
	hash := m.hash(key)
	return m.shard(hash), hash
}

func (m *memory) shard(hash uint64) *shard { return &m.shards[hash%shards] }

func (s *shard) chain(hash uint64) *atomic.Pointer[node] {
	return &s.chains[hash/shards%uint64(len(s.chains))]
}

func (s *shard) find(hash uint64, key []byte) *node {
	for n := s.chain(hash).Load(); n != nil; n = n.next.Load() {
		if n.hash == hash && wire.Equal(n.Handle, key) {
			return n
		}
	}
	return nil
}

// get returns the record of a folded handle, nil for one of which it is known
// that it has none.
func (m *memory) get(key []byte) (r *Record, known bool) { return m.look(m.hash(key), key) }

// look is get for whoever has hashed the handle.
func (m *memory) look(hash uint64, key []byte) (r *Record, known bool) {
	n := m.shard(hash).find(hash, key)
	if n == nil {
		return nil, false
	}
	if !n.seen.Load() {
		n.seen.Store(true)
	}
	if n.absent {
		return nil, true
	}
	return &n.Record, true
}

// aheadMost is how many handles are looked ahead for at once.
const aheadMost = 64

// ahead reads what get will read of several handles, so that the processor waits
// for the memory of all of them at once and not for one after the other.
func (m *memory) ahead(handles [][]byte) {
	var nodes [aheadMost]*node
	var room [wire.MaxPacket]byte
	handles = handles[:min(len(handles), aheadMost)]
	for i, handle := range handles {
		if len(handle) > len(room) {
			continue
		}
		hash := m.hash(wire.AppendFold(room[:0], handle))
		nodes[i] = m.shard(hash).chain(hash).Load()
	}
	var sum uint64
	for _, n := range nodes[:len(handles)] {
		if n != nil {
			sum += n.hash
		}
	}
	for _, n := range nodes[:len(handles)] {
		if n != nil && len(n.Handle) > 0 && len(n.Values) > 0 {
			sum += uint64(n.Handle[0]) + uint64(n.Values[0])
		}
	}
	runtime.KeepAlive(sum) // or the compiler leaves the reads out
}

// since returns what keep wants to know: how far the shard of a handle had come
// before the store was asked.
func (m *memory) since(key []byte) uint64 {
	s, _ := m.place(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes
}

// keep takes in what the store has told of a handle, nil if it has no record,
// unless something has changed meanwhile. It returns the record to hand out.
func (m *memory) keep(key []byte, r *Record, since uint64) *Record {
	s, hash := m.place(key)
	n := &node{Record: Record{Handle: string(key)}, hash: hash, absent: true}
	if r != nil {
		n.Record, n.absent = *r, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes == since {
		s.put(n, key)
	}
	if r == nil {
		return nil
	}
	return &n.Record
}

// renew takes in what a change of this process has left of a handle: r, or
// nothing. A newer change of another replica stands; then only the store can tell.
func (m *memory) renew(key []byte, r *Record, number uint64) {
	s, hash := m.place(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	if r == nil || s.elsewhere > number {
		s.drop(s.find(hash, key))
		return
	}
	n := &node{Record: *r, hash: hash}
	n.Values = append([]byte(nil), r.Values...) // the caller's octets may change
	s.put(n, key)
}

// expire drops what is older than a change that was made elsewhere.
func (m *memory) expire(key []byte, number uint64) {
	s, hash := m.place(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	s.elsewhere = max(s.elsewhere, number)
	if n := s.find(hash, key); n != nil && n.Change < number {
		s.drop(n)
	}
}

// forget drops what is known of a handle.
func (m *memory) forget(key []byte) {
	s, hash := m.place(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	s.drop(s.find(hash, key))
}

// put puts a node in the place of what is there for the handle. A reader finds
// either, at no time neither.
func (s *shard) put(n *node, key []byte) {
	old := s.find(n.hash, key)
	if n.absent && (old != nil || s.absent+n.cost() > s.limit/8) {
		return
	}
	if n.cost() > s.limit/4 {
		s.drop(old)
		return
	}
	chain := s.chain(n.hash)
	n.next.Store(chain.Load())
	chain.Store(n)
	n.older = s.newest
	if s.newest != nil {
		s.newest.newer = n
	}
	s.newest = n
	if s.oldest == nil {
		s.oldest = n
	}
	s.size += n.cost()
	if n.absent {
		s.absent += n.cost()
	}
	if old != nil {
		n.seen.Store(old.seen.Load())
		s.drop(old)
	}
	s.shrink()
}

// shrink makes nodes go until the rest has room.
func (s *shard) shrink() {
	for s.size > s.limit {
		n := s.hand
		if n == nil {
			n = s.oldest
		}
		for n.seen.Load() {
			n.seen.Store(false)
			if n = n.newer; n == nil {
				n = s.oldest
			}
		}
		s.hand = n.newer
		s.drop(n)
	}
}

func (s *shard) drop(n *node) {
	if n == nil {
		return
	}
	for at := s.chain(n.hash); ; {
		next := at.Load()
		if next == n {
			at.Store(n.next.Load())
			break
		}
		at = &next.next
	}
	if s.hand == n {
		s.hand = n.newer
	}
	if n.newer != nil {
		n.newer.older = n.older
	} else {
		s.newest = n.older
	}
	if n.older != nil {
		n.older.newer = n.newer
	} else {
		s.oldest = n.newer
	}
	s.size -= n.cost()
	if n.absent {
		s.absent -= n.cost()
	}
}

// clear drops everything that is older than a change that was made elsewhere.
func (m *memory) clear(number uint64) {
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		s.changes++
		s.elsewhere = max(s.elsewhere, number)
		for s.oldest != nil {
			s.drop(s.oldest)
		}
		s.mu.Unlock()
	}
}
