package graph

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Length is what the length of an edge is.
type Length uint8

// Lengths.
const (
	ByHops    Length = iota // every edge is 1
	ByWeight                // its weight: a distance, a cost
	ByInverse               // one divided by its weight: a strength; with weight 0 there is no way
)

// PathQuery asks for ways from one node to another.
type PathQuery struct {
	Direction Direction
	Length    Length
	Limit     Limit // Work alone counts
}

// Path is a way from a node to another: Edges[i] is between Nodes[i] and Nodes[i+1].
type Path struct {
	Nodes  []Node
	Edges  []Edge
	Length float64
}

// Paths are ways, the shortest first.
type Paths struct {
	List      []Path
	Truncated bool // Limit.Work was not enough: what is missing may be there
}

// MaxPaths is how many ways ShortestPaths returns at most.
const MaxPaths = 100

// ShortestPath returns one way that no other is shorter than, or none if there is no
// way. It reports ErrUnknownNode and ErrQuery.
func (v *View) ShortestPath(ctx context.Context, from, to string, q PathQuery) (Paths, error) {
	return v.ShortestPaths(ctx, from, to, 1, q)
}

// way is a path by numbers.
type way struct {
	nodes  []uint32
	places []uint32
	length float64
	branch int // where it left the way that it was made from
}

// seeker looks for ways from one node to one other.
type seeker struct {
	v       *View
	q       PathQuery
	work    meter
	a, b    *desk // b is for the search from the other end
	spent   bool
	barred  map[uint32]bool // nodes that may not be met
	refused map[uint32]bool // nodes that may not come directly after the first
}

func (k *seeker) length(at uint32) (float64, bool) {
	w := k.v.s.weightAt(at)
	switch k.q.Length {
	case ByWeight:
		return w, true
	case ByInverse:
		return 1 / w, w > 0
	default:
		return 1, true
	}
}

func (k *seeker) open(u, start, end uint32) bool {
	return !k.barred[end] && (u != start || !k.refused[end])
}

// seek returns a shortest way, or nil.
func (k *seeker) seek(ctx context.Context, from, to uint32) (*way, error) {
	if from == to {
		return &way{nodes: []uint32{from}}, nil
	}
	if k.q.Length == ByHops {
		return k.meet(ctx, from, to)
	}
	return k.dijkstra(ctx, from, to)
}

// meet searches breadth first from both ends, always on from the smaller front, until
// the fronts meet; a level is finished, because not the first meeting is the shortest.
func (k *seeker) meet(ctx context.Context, from, to uint32) (*way, error) {
	k.a.clear()
	k.b.clear()
	k.a.see(from, 0, none, none)
	k.b.see(to, 0, none, none)
	fronts := [2][]uint32{{from}, {to}}
	for len(fronts[0]) > 0 && len(fronts[1]) > 0 {
		side := 0
		if len(fronts[1]) < len(fronts[0]) {
			side = 1
		}
		next, middle, err := k.level(ctx, fronts[side], side, from)
		if err != nil || k.spent {
			return nil, err
		}
		if middle != none {
			return k.join(middle), nil
		}
		fronts[side] = next
	}
	return nil, nil
}

// level goes one hop on and returns the new front, and where it met the other with the
// fewest hops together.
func (k *seeker) level(ctx context.Context, front []uint32, side int, from uint32) (next []uint32, middle uint32, err error) {
	own, other, direction := k.a, k.b, k.q.Direction
	if side == 1 {
		own, other = k.b, k.a
		direction = direction.back()
	}
	middle, best := uint32(none), uint32(none)
	for _, u := range front {
		for end, at := range k.v.arcs(u, direction) {
			ok, err := k.work.spend(ctx)
			if err != nil || !ok {
				k.spent = !ok
				return nil, none, err
			}
			first, second := u, end
			if side == 1 {
				first, second = end, u
			}
			if own.seen(end) || k.barred[end] || !k.open(first, from, second) {
				continue
			}
			own.see(end, own.hops[u]+1, u, at)
			next = append(next, end)
			if other.seen(end) && own.hops[end]+other.hops[end] < best {
				middle, best = end, own.hops[end]+other.hops[end]
			}
		}
	}
	return next, middle, nil
}

// join reads both halves of a way.
func (k *seeker) join(middle uint32) *way {
	w := k.back(middle)
	for u := middle; k.b.prev[u] != none; u = k.b.prev[u] {
		w.nodes = append(w.nodes, k.b.prev[u])
		w.places = append(w.places, k.b.via[u])
	}
	w.length = float64(len(w.places))
	return w
}

// back reads a way from where the desk says that it came from.
func (k *seeker) back(end uint32) *way {
	w := &way{nodes: []uint32{end}}
	for u := end; k.a.prev[u] != none; u = k.a.prev[u] {
		w.nodes = append(w.nodes, k.a.prev[u])
		w.places = append(w.places, k.a.via[u])
	}
	slices.Reverse(w.nodes)
	slices.Reverse(w.places)
	return w
}

type waiting struct {
	node uint32
	cost float64
}

func (w waiting) before(o waiting) bool {
	return w.cost < o.cost || w.cost == o.cost && w.node < o.node
}

// queue is a binary heap with the least cost first. That of the standard library would
// put each of millions of entries in memory by itself.
type queue []waiting

func (q *queue) push(w waiting) {
	h := append(*q, w)
	i := len(h) - 1
	for up := (i - 1) / 2; i > 0 && w.before(h[up]); up = (i - 1) / 2 {
		h[i] = h[up]
		i = up
	}
	h[i] = w
	*q = h
}

func (q *queue) pop() waiting {
	h := *q
	first, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	if len(h) == 0 {
		return first
	}
	i := 0
	for down := 1; down < len(h); down = 2*i + 1 {
		if down+1 < len(h) && h[down+1].before(h[down]) {
			down++
		}
		if !h[down].before(last) {
			break
		}
		h[i] = h[down]
		i = down
	}
	h[i] = last
	return first
}

// dijkstra searches from both ends, always on from the one that is less far, until what
// is still to come cannot be shorter than the best meeting.
func (k *seeker) dijkstra(ctx context.Context, from, to uint32) (*way, error) {
	desks, queues := [2]*desk{k.a, k.b}, [2]queue{{{from, 0}}, {{to, 0}}}
	for side, start := range [2]uint32{from, to} {
		desks[side].clear()
		desks[side].see(start, 0, none, none)
		desks[side].cost[start] = 0
	}
	middle, best := uint32(none), math.Inf(1)
	for len(queues[0]) > 0 && len(queues[1]) > 0 && queues[0][0].cost+queues[1][0].cost < best {
		side := 0
		if queues[1][0].cost < queues[0][0].cost {
			side = 1
		}
		w := queues[side].pop()
		if w.cost > desks[side].cost[w.node] {
			continue // a shorter way was found since
		}
		met, sum, err := k.relax(ctx, w, side, from, &queues[side])
		if err != nil || k.spent {
			return nil, err
		}
		if sum < best {
			middle, best = met, sum
		}
	}
	if middle == none {
		return nil, nil
	}
	found := k.join(middle)
	found.length = best
	return found, nil
}

// relax goes on from a node, and returns where it met the other side with the least
// length together.
func (k *seeker) relax(ctx context.Context, w waiting, side int, from uint32, q *queue) (middle uint32, best float64, err error) {
	own, other, direction := k.a, k.b, k.q.Direction
	if side == 1 {
		own, other, direction = k.b, k.a, direction.back()
	}
	middle, best = none, math.Inf(1)
	for end, at := range k.v.arcs(w.node, direction) {
		ok, err := k.work.spend(ctx)
		if err != nil || !ok {
			k.spent = !ok
			return none, best, err
		}
		first, second := w.node, end
		if side == 1 {
			first, second = end, w.node
		}
		length, passable := k.length(at)
		cost := w.cost + length
		if !passable || k.barred[end] || !k.open(first, from, second) || own.seen(end) && cost >= own.cost[end] {
			continue
		}
		own.see(end, own.hops[w.node]+1, w.node, at)
		own.cost[end] = cost
		q.push(waiting{end, cost})
		if other.seen(end) && cost+other.cost[end] < best {
			middle, best = end, cost+other.cost[end]
		}
	}
	return middle, best, nil
}

func (v *View) pathOf(w *way) Path {
	p := Path{Nodes: make([]Node, len(w.nodes)), Edges: make([]Edge, len(w.places)), Length: w.length}
	for i, u := range w.nodes {
		p.Nodes[i] = v.s.nodeAt(u)
	}
	for i, at := range w.places {
		p.Edges[i] = v.s.edgeBetween(w.nodes[i], w.nodes[i+1], at)
	}
	return p
}

func (q PathQuery) check() error {
	if q.Length > ByInverse {
		return fmt.Errorf("%w: length %d is none of ByHops, ByWeight, ByInverse", ErrQuery, q.Length)
	}
	return q.Direction.check()
}
