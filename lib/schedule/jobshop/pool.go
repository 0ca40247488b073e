package jobshop

import (
	"slices"
	"sync"

	"linghang/lib/schedule/team"
)

// elite is a good schedule.
type elite struct {
	order  []int32
	ways   []int32
	before []int32 // by node: what goes before on its machine, to tell how far two are apart
	span   int32
}

// pool is what workers share: the best schedule, and good ones that differ.
type pool struct {
	mutex    sync.Mutex
	best     []int32
	ways     []int32
	span     int32
	bound    int32
	members  []elite
	size     int
	stale    int // crossings in a row that brought nothing new
	progress func(makespan, bound int32)
}

// add offers a schedule; the slices are copied.
func (p *pool) add(order, ways, before []int32, span int32) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if span < p.span {
		p.span = span
		p.best, p.ways = append(p.best[:0], order...), append(p.ways[:0], ways...)
		if p.progress != nil {
			p.progress(span, p.bound)
		}
	}
	p.stale++
	near, worst := -1, 0
	for i := range p.members {
		if p.members[i].span > p.members[worst].span {
			worst = i
		}
		if d := distance(p.members[i].before, before); d <= len(order)/50 {
			near = i
			break
		}
	}
	switch {
	case near >= 0:
		if span < p.members[near].span {
			p.put(near, order, ways, before, span)
		}
	case len(p.members) < p.size:
		p.members = append(p.members, elite{slices.Clone(order), slices.Clone(ways), slices.Clone(before), span})
		p.stale = 0
	case span < p.members[worst].span:
		p.put(worst, order, ways, before, span)
	}
}

// bounds are the best makespan, and what none is below.
func (p *pool) bounds() (span, bound int32) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.span, p.bound
}

// raise keeps a bound, and returns the best.
func (p *pool) raise(bound int32) int32 {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if bound > p.bound {
		p.bound = bound
		if p.best != nil && p.progress != nil {
			p.progress(p.span, p.bound)
		}
	}
	return p.bound
}

func (p *pool) put(i int, order, ways, before []int32, span int32) {
	m := &p.members[i]
	copy(m.order, order)
	copy(m.ways, ways)
	copy(m.before, before)
	m.span = span
	p.stale = 0
}

// selection is an order and the options of its operations.
type selection struct{ order, ways []int32 }

// parents copies two members into a and b and says whether there are two. A
// pool that has been stale for long is emptied.
func (p *pool) parents(r *team.Random, a, b selection) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.stale > 8*p.size {
		p.members, p.stale = p.members[:0], 0
	}
	n := int32(len(p.members)) //nolint:gosec // a few dozen
	if int(n) < p.size || n < 2 {
		return false
	}
	i := r.Below32(n)
	j := (i + 1 + r.Below32(n-1)) % n
	copy(a.order, p.members[i].order)
	copy(a.ways, p.members[i].ways)
	copy(b.order, p.members[j].order)
	copy(b.ways, p.members[j].ways)
	return true
}

// distance is how many operations follow another one on their machine.
func distance(a, b []int32) int {
	d := 0
	for i := range a {
		if a[i] != b[i] {
			d++
		}
	}
	return d
}
