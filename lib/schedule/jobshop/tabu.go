package jobshop

import (
	"context"

	"linghang/lib/schedule/team"
)

// searcher is one worker's tabu search.
type searcher struct {
	*graph
	random team.Random
	tabu   []int32 // by row and column: until when the first may not come before the second
	held   []int32 // by option: until when it may not be chosen again
	path   []int32 // a critical path
	ops    []int32 // of a block that is estimated, with their new ends
	ends   []int32
	best   []int32 // the best order of this search
	ways   []int32 // and its options
	tenure int32
	moves  int64 // made
	most   int64 // that may be made
	bound  int32
}

func newSearcher(p Problem, o Options, worker int) *searcher {
	g := newGraph(p)
	s := &searcher{graph: g, random: team.NewRandom(o.Seed, uint64(worker)), tabu: make([]int32, g.cells), //nolint:gosec // workers count from 0
		path: make([]int32, g.n), ops: make([]int32, g.n), ends: make([]int32, g.n), best: make([]int32, g.n), ways: make([]int32, g.n+1), held: make([]int32, len(g.options)), most: o.Moves}
	s.tenure = int32(10 + len(p.Jobs)/max(1, p.Machines)) //nolint:gosec // small
	return s
}

// kind is what a move does.
type kind uint8

const (
	toRight kind = iota // u goes right after v
	toLeft              // v goes right before u
	toOther             // u is done by another option, between v and w
)

// move is one of N7, or to another machine.
type move struct {
	u, v, w  int32
	option   int32
	kind     kind
	estimate int32
}

// choice keeps the best moves of a step.
type choice struct {
	free, held         move // best, and best of those that are tabu
	frees, helds       int32
	freeBest, heldBest int32
}

const (
	never   = 1<<31 - 1
	checked = 1 << 17 // operations are passed between two looks at the context
)

// improve searches from the selection on until as many moves as patience did not
// better the best one; best has that one then. It returns its makespan.
func (s *searcher) improve(ctx context.Context, patience int) int32 {
	clear(s.tabu)
	clear(s.held)
	span := s.makespan()
	best := span
	copy(s.best, s.order)
	copy(s.ways, s.chosen)
	every := max(1, checked/s.n) // moves between two looks at the context
	for now, since := int32(1), 0; since < patience && best > s.bound; now++ {
		if now%every == 0 && ctx.Err() != nil || s.most > 0 && s.moves >= s.most {
			break
		}
		if !s.step(now, span, best) {
			break
		}
		span = s.makespan()
		since++
		if span < best {
			best, since = span, 0
			copy(s.best, s.order)
			copy(s.ways, s.chosen)
		}
	}
	return best
}

// step makes the best move that is not tabu, and says whether there was one.
func (s *searcher) step(now, span, best int32) bool {
	c := choice{freeBest: never, heldBest: never}
	s.consider(s.critical(span), now, best, &c)
	m := c.free
	if c.frees == 0 {
		if c.helds == 0 {
			return false
		}
		m = c.held
	}
	s.moves++
	s.forbid(m, now)
	switch m.kind {
	case toRight:
		s.moveRight(m.u, m.v)
	case toLeft:
		s.moveLeft(m.u, m.v)
	case toOther:
		s.moveTo(m.u, m.option, m.v, m.w)
	}
	return true
}

// critical returns one of the longest paths, chosen at random, last operation first.
func (s *searcher) critical(span int32) []int32 {
	nodes := s.nodes
	x, seen := int32(0), int32(0)
	for _, y := range s.last {
		if nodes[y].end == span {
			if seen++; s.random.Below32(seen) == 0 {
				x = y
			}
		}
	}
	k := 0
	for {
		s.path[k] = x
		k++
		start := nodes[x].end - nodes[x].duration
		job, machine := nodes[x].jobBefore, nodes[x].machineBefore
		byJob := job <= s.n && nodes[job].end == start
		byMachine := machine != 0 && nodes[machine].end == start
		switch {
		case byJob && byMachine && s.random.Below32(2) == 0, byJob && !byMachine:
			x = job
		case byMachine:
			x = machine
		default:
			return s.path[:k]
		}
	}
}

// consider looks at all moves of the blocks of a path. Neither the front of the first block
// nor the rear of the last is worth a move.
func (s *searcher) consider(path []int32, now, best int32, c *choice) {
	nodes := s.nodes
	for low := 0; low < len(path); {
		high := low
		for high+1 < len(path) && nodes[path[high]].machineBefore == path[high+1] {
			high++
		}
		if high > low {
			first := high == len(path)-1 && nodes[path[high]].end == nodes[path[high]].duration
			s.block(path[low:high+1], first, low == 0, now, best, c)
		}
		low = high + 1
	}
	for _, x := range path {
		if s.from[x+1]-s.from[x] > 1 {
			s.tryOptions(x, now, best, c)
		}
	}
}

// tryOptions looks at the moves of x to other machines, to all places where heads and
// tails show that there is no circle: what ends before x's predecessor in its job does
// comes before x, what has a shorter tail than its successor after it.
func (s *searcher) tryOptions(x, now, best int32, c *choice) {
	nodes := s.nodes
	before, after := nodes[x].jobBefore, nodes[x].jobAfter
	ready, rest := nodes[before].end, nodes[after].tail
	least, most := int32(0), int32(0) // an end and a tail that are needed
	if before <= s.n {
		least = ready + s.strict
	}
	if after != 0 {
		most = rest + s.strict
	}
	for k := s.from[x]; k < s.from[x+1]; k++ {
		if k == s.chosen[x] {
			continue
		}
		o := s.options[k]
		left, right := int32(0), s.first[o.machine]
		for right != 0 && nodes[right].end < least {
			left, right = right, nodes[right].machineAfter
		}
		for left == 0 || nodes[left].tail >= most {
			estimate := max(ready, nodes[left].end) + o.duration + max(rest, nodes[right].tail)
			s.offer(move{u: x, v: left, w: right, option: k, kind: toOther, estimate: estimate}, s.held[k] > now && estimate >= best, c)
			if right == 0 {
				break
			}
			left, right = right, nodes[right].machineAfter
		}
	}
}

// block looks at the moves of one block, which is given last operation first.
func (s *searcher) block(b []int32, first, last bool, now, best int32, c *choice) {
	end := len(b) - 1
	front, rear := b[end], b[0]
	if !last {
		for i := 1; i <= end; i++ { // to the rear
			s.tryRight(b[i], rear, now, best, c)
		}
	}
	if !first {
		for i := range end { // to the front
			if i == 0 && end == 1 && !last {
				continue // the same as the front to the rear
			}
			s.tryLeft(front, b[i], now, best, c)
		}
	}
	for i := 1; i < end; i++ { // the ends into the block
		if !first {
			s.tryRight(front, b[i], now, best, c)
		}
		if !last {
			s.tryLeft(b[i], rear, now, best, c)
		}
	}
}

// tryRight looks at the move of u right after v. There is no way from u's successor
// in its job to v, and so no circle, if v's tail is not shorter; where operations take no
// time, or that successor can be v, it has to be longer.
func (s *searcher) tryRight(u, v, now, best int32, c *choice) {
	if next := s.nodes[u].jobAfter; next != 0 && s.nodes[v].tail < s.nodes[next].tail+s.strict {
		return
	}
	estimate, tabu := s.estimateRight(u, v, now)
	s.offer(move{u: u, v: v, kind: toRight, estimate: estimate}, tabu && estimate >= best, c)
}

// tryLeft looks at the move of v right before u.
func (s *searcher) tryLeft(u, v, now, best int32, c *choice) {
	if s.nodes[u].end < s.nodes[s.nodes[v].jobBefore].end+s.strict {
		return
	}
	estimate, tabu := s.estimateLeft(u, v, now)
	s.offer(move{u: u, v: v, kind: toLeft, estimate: estimate}, tabu && estimate >= best, c)
}

// offer keeps a move if it is the best of its kind; of equals one at random.
func (s *searcher) offer(m move, held bool, c *choice) {
	kept, least, count := &c.free, &c.freeBest, &c.frees
	if held {
		kept, least, count = &c.held, &c.heldBest, &c.helds
	}
	switch {
	case m.estimate < *least:
		*kept, *least, *count = m, m.estimate, 1
	case m.estimate == *least:
		if *count++; s.random.Below32(*count) == 0 {
			*kept = m
		}
	}
}

// estimateRight returns the longest way through the operations that u passes and u itself
// after the move, with heads and tails of all others as they are, and whether it is tabu
// that v comes before u.
func (s *searcher) estimateRight(u, v, now int32) (int32, bool) {
	nodes := s.nodes
	end := nodes[nodes[u].machineBefore].end
	k, tabu := 0, s.tabu[s.row[v]+s.column[u]] > now
	for x := nodes[u].machineAfter; ; x = nodes[x].machineAfter {
		y := &nodes[x]
		end = max(nodes[y.jobBefore].end, end) + y.duration
		s.ops[k], s.ends[k] = x, end
		k++
		if x == v {
			break
		}
	}
	w := &nodes[u]
	end = max(nodes[w.jobBefore].end, end)
	tail := max(nodes[w.jobAfter].tail, nodes[nodes[v].machineAfter].tail) + w.duration
	longest := end + tail
	for k--; k >= 0; k-- {
		y := &nodes[s.ops[k]]
		tail = max(nodes[y.jobAfter].tail, tail)
		longest = max(longest, s.ends[k]+tail)
		tail += y.duration
	}
	return longest, tabu
}

// estimateLeft is estimateRight for v before u.
func (s *searcher) estimateLeft(u, v, now int32) (int32, bool) {
	nodes := s.nodes
	tail := nodes[nodes[v].machineAfter].tail
	k, tabu := 0, s.tabu[s.row[v]+s.column[u]] > now
	for x := nodes[v].machineBefore; ; x = nodes[x].machineBefore {
		y := &nodes[x]
		tail = max(nodes[y.jobAfter].tail, tail) + y.duration
		s.ops[k], s.ends[k] = x, tail
		k++
		if x == u {
			break
		}
	}
	w := &nodes[v]
	tail = max(nodes[w.jobAfter].tail, tail)
	end := max(nodes[w.jobBefore].end, nodes[nodes[u].machineBefore].end) + w.duration
	longest := end + tail
	for k--; k >= 0; k-- {
		y := &nodes[s.ops[k]]
		end = max(nodes[y.jobBefore].end, end)
		longest = max(longest, end+s.ends[k])
		end += y.duration
	}
	return longest, tabu
}

// forbid makes tabu what the move undoes.
func (s *searcher) forbid(m move, now int32) {
	until := now + s.tenure + s.random.Below32(s.tenure/2+1)
	switch m.kind {
	case toRight:
		row := s.row[m.u]
		for x := m.u; x != m.v; {
			x = s.nodes[x].machineAfter
			s.tabu[row+s.column[x]] = until
		}
	case toLeft:
		column := s.column[m.v]
		for x := m.v; x != m.u; {
			x = s.nodes[x].machineBefore
			s.tabu[s.row[x]+column] = until
		}
	case toOther:
		s.held[s.chosen[m.u]] = until
	}
}
