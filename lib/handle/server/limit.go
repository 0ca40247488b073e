package server

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// network is what an address is counted under: who has one address of it may
// well have them all.
func network(a netip.Addr) netip.Addr {
	bits := 56
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr()
}

// rate bounds octets per second of each network. Its table has a fixed size:
// networks that share a place share what it allows.
type rate struct {
	perSecond int64
	mu        sync.Mutex
	buckets   []bucket
}

type bucket struct {
	left int64
	last int64 // nanoseconds
}

const rateBuckets = 1 << 14

func newRate(perSecond int) *rate {
	if perSecond < 0 {
		return nil
	}
	return &rate{perSecond: int64(perSecond), buckets: make([]bucket, rateBuckets)}
}

// allow takes n octets of what a network may still be sent.
func (r *rate) allow(a netip.Addr, n int, now time.Time) bool {
	if r == nil {
		return true
	}
	masked := network(a).As16()
	high, low := binary.BigEndian.Uint64(masked[:8]), binary.BigEndian.Uint64(masked[8:])
	place := (high*0x9e3779b97f4a7c15 ^ low*0xc2b2ae3d27d4eb4f) >> (64 - 14)
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &r.buckets[place]
	at := now.UnixNano()
	if b.last == 0 {
		b.left = r.perSecond
	} else if passed := min(at-b.last, int64(time.Second)); passed > 0 {
		b.left = min(b.left+r.perSecond*(passed/1000)/1_000_000, r.perSecond)
	}
	b.last = at
	if b.left < int64(n) {
		return false
	}
	b.left -= int64(n)
	return true
}

// peers counts connections and the octets of messages that are being received.
type peers struct {
	limit    int
	each     int
	buffered int64

	mu    sync.Mutex
	total int
	of    map[netip.Addr]int
	held  atomic.Int64
}

func (p *peers) enter(a netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[netip.Addr]int{}
	}
	if p.total >= p.limit || p.of[a] >= p.each {
		return false
	}
	p.total++
	p.of[a]++
	return true
}

func (p *peers) leave(a netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total--
	if p.of[a]--; p.of[a] == 0 {
		delete(p.of, a)
	}
}

// hold takes n octets of what may be buffered.
func (p *peers) hold(n int) bool {
	if p.held.Add(int64(n)) > p.buffered {
		p.held.Add(-int64(n))
		return false
	}
	return true
}

func (p *peers) release(n int) { p.held.Add(-int64(n)) }
