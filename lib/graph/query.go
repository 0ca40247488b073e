package graph

import (
	"context"
	"fmt"
)

// MaxAnswer is how many nodes an answer has at most, whatever a Limit says: more than
// that nobody can look at.
const MaxAnswer = 5000

// Limit bounds an answer and the work for it. All have a use when they are zero.
type Limit struct {
	Nodes int // that are returned, MaxAnswer, which is also the most
	Edges int // that are returned, 20 000
	Paths int // that a pattern returns, 1 000, at most MaxAnswer
	Work  int // edges that are looked at, 20 000 000
}

func (l Limit) withDefaults() Limit {
	l.Nodes = min(or(l.Nodes, MaxAnswer), MaxAnswer)
	l.Edges = or(l.Edges, 20_000)
	l.Paths = min(or(l.Paths, 1000), MaxAnswer)
	l.Work = or(l.Work, 20_000_000)
	return l
}

// meter counts work, and looks at the context now and then.
type meter struct{ left, since int }

// spend reports false when there is no work left.
func (m *meter) spend(ctx context.Context) (bool, error) {
	if m.left <= 0 {
		return false, nil
	}
	m.left--
	m.since++
	if m.since >= 4096 {
		m.since = 0
		return true, ctx.Err()
	}
	return true, nil
}

// desk is what one query writes on: marks by node, void when their round is over, so
// that a query costs what it touches and not what the graph has.
type desk struct {
	round uint32
	mark  []uint32 // the round in which the rest was written
	hops  []uint32
	prev  []uint32 // the node before
	via   []uint32 // the edge's place
	cost  []float64
}

func (s *Snapshot) takeDesk() *desk {
	d, ok := s.desks.Get().(*desk)
	if !ok {
		n := s.Nodes()
		d = &desk{mark: make([]uint32, n), hops: make([]uint32, n), prev: make([]uint32, n), via: make([]uint32, n), cost: make([]float64, n)}
	}
	d.clear()
	return d
}

func (d *desk) clear() {
	d.round++
	if d.round == 0 {
		clear(d.mark)
		d.round = 1
	}
}

func (d *desk) seen(i uint32) bool { return d.mark[i] == d.round }

func (d *desk) see(i, hops, prev, via uint32) {
	d.mark[i], d.hops[i], d.prev[i], d.via[i] = d.round, hops, prev, via
}

// Found is a node of an answer and how many hops it is from where the question began.
type Found struct {
	Node
	Hops int
}

// Part is a part of a graph: nodes, and the edges between them that were asked for.
type Part struct {
	Nodes     []Found
	Edges     []Edge
	Truncated bool // there is more than the limit let through
}

// Neighbour is what one edge leads to.
type Neighbour struct {
	Node Node
	Edge Edge
}

// Neighbours are the edges of one node.
type Neighbours struct {
	List      []Neighbour
	Truncated bool
}

// NeighbourQuery asks for the edges of one node.
type NeighbourQuery struct {
	Direction Direction
	Skip      int // edges that were read before
	Limit     Limit
}

// Neighbours returns the edges of a node with their other ends, in an order that is
// the same each time; Limit.Nodes bounds them. It reports ErrUnknownNode and ErrQuery.
func (v *View) Neighbours(ctx context.Context, id string, q NeighbourQuery) (Neighbours, error) {
	start, err := v.begin(id, q.Direction)
	if err != nil {
		return Neighbours{}, fmt.Errorf("neighbours: %w", err)
	}
	limit := q.Limit.withDefaults()
	work, skip := meter{left: limit.Work}, q.Skip
	var answer Neighbours
	for end, at := range v.arcs(start, q.Direction) {
		ok, err := work.spend(ctx)
		if err != nil {
			return Neighbours{}, fmt.Errorf("neighbours of %s: %w", quote(id), err)
		}
		if skip > 0 && ok {
			skip--
			continue
		}
		if !ok || len(answer.List) == limit.Nodes {
			answer.Truncated = true
			break
		}
		answer.List = append(answer.List, Neighbour{v.s.nodeAt(end), v.s.edgeBetween(start, end, at)})
	}
	return answer, nil
}

func (v *View) begin(id string, d Direction) (uint32, error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	return v.find(id)
}

// BallQuery asks what is around a node.
type BallQuery struct {
	Hops      int // 1 to MaxHops; 1 if zero
	Direction Direction
	Limit     Limit
}

// MaxHops is how far a ball reaches at most.
const MaxHops = 64

func (q BallQuery) withDefaults() (BallQuery, error) {
	q.Hops = or(q.Hops, 1)
	if q.Hops > MaxHops {
		return q, fmt.Errorf("%w: %d hops, and %d is the most", ErrQuery, q.Hops, MaxHops)
	}
	q.Limit = q.Limit.withDefaults()
	return q, nil
}

// Ball returns the nodes within some hops of a node, the nearest first, and the edges
// of the view between them, whichever direction was walked. It reports ErrUnknownNode
// and ErrQuery.
func (v *View) Ball(ctx context.Context, id string, q BallQuery) (Part, error) {
	start, err := v.begin(id, q.Direction)
	if err != nil {
		return Part{}, fmt.Errorf("ball: %w", err)
	}
	if q, err = q.withDefaults(); err != nil {
		return Part{}, fmt.Errorf("ball: %w", err)
	}
	d := v.s.takeDesk()
	defer v.s.desks.Put(d)
	work := meter{left: q.Limit.Work}
	list, all, err := v.spread(ctx, d, start, q, q.Limit.Nodes, &work)
	if err != nil {
		return Part{}, fmt.Errorf("ball around %s: %w", quote(id), err)
	}
	part, err := v.between(ctx, d, list, q.Limit, &work)
	if err != nil {
		return Part{}, fmt.Errorf("ball around %s: %w", quote(id), err)
	}
	part.Truncated = part.Truncated || !all
	return part, nil
}

// Reached is how many nodes there are at each distance.
type Reached struct {
	ByHops    []int // the first is the node itself
	Truncated bool  // Limit.Work was not enough
}

// Reach counts the nodes at each distance from a node without returning them;
// Limit.Work bounds it alone. It reports ErrUnknownNode and ErrQuery.
func (v *View) Reach(ctx context.Context, id string, q BallQuery) (Reached, error) {
	start, err := v.begin(id, q.Direction)
	if err != nil {
		return Reached{}, fmt.Errorf("reach: %w", err)
	}
	if q, err = q.withDefaults(); err != nil {
		return Reached{}, fmt.Errorf("reach: %w", err)
	}
	d := v.s.takeDesk()
	defer v.s.desks.Put(d)
	list, all, err := v.spread(ctx, d, start, q, v.s.Nodes(), &meter{left: q.Limit.Work})
	if err != nil {
		return Reached{}, fmt.Errorf("reach from %s: %w", quote(id), err)
	}
	answer := Reached{ByHops: make([]int, q.Hops+1), Truncated: !all}
	for _, i := range list {
		answer.ByHops[d.hops[i]]++
	}
	return answer, nil
}

// spread walks breadth first and returns what it saw in order, and whether that is all.
func (v *View) spread(ctx context.Context, d *desk, start uint32, q BallQuery, most int, work *meter) ([]uint32, bool, error) {
	d.see(start, 0, none, none)
	list := []uint32{start}
	for next := 0; next < len(list); next++ {
		u := list[next]
		if int(d.hops[u]) == q.Hops {
			break
		}
		for end, at := range v.arcs(u, q.Direction) {
			ok, err := work.spend(ctx)
			if err != nil {
				return nil, false, err
			}
			if !ok {
				return list, false, nil
			}
			if d.seen(end) {
				continue
			}
			if len(list) == most {
				return list, false, nil
			}
			d.see(end, d.hops[u]+1, u, at)
			list = append(list, end)
		}
	}
	return list, true, nil
}

// between returns nodes that are marked on the desk and the edges between them.
func (v *View) between(ctx context.Context, d *desk, list []uint32, limit Limit, work *meter) (Part, error) {
	part := Part{Nodes: make([]Found, len(list))}
	for i, u := range list {
		part.Nodes[i] = Found{v.s.nodeAt(u), int(d.hops[u])}
		d.via[u] = uint32(i) // from here on where the node is in the answer
	}
	for i, u := range list {
		for end, at := range v.arcs(u, Out) {
			ok, err := work.spend(ctx)
			if err != nil {
				return Part{}, err
			}
			if ok && !d.seen(end) {
				continue
			}
			if !ok || len(part.Edges) == limit.Edges {
				part.Truncated = true
				return part, nil
			}
			// Identifiers come from the answer, which the processor's cache holds; the snapshot's
			// are far apart.
			part.Edges = append(part.Edges, v.s.edgeWith(part.Nodes[i].ID, part.Nodes[d.via[end]].ID, at))
		}
	}
	return part, nil
}

// SubgraphQuery asks for nodes and what is between them.
type SubgraphQuery struct {
	IDs   []string          // those to look at, in this order; all of the view if nil
	Keep  func(n Node) bool // those of them to return; all if nil
	Limit Limit
}

// Subgraph returns the nodes that are kept, with the edges of the view between them.
// It reports ErrUnknownNode.
func (v *View) Subgraph(ctx context.Context, q SubgraphQuery) (Part, error) {
	limit := q.Limit.withDefaults()
	d := v.s.takeDesk()
	defer v.s.desks.Put(d)
	work := meter{left: limit.Work}
	var list []uint32
	more := false
	keep := func(i uint32) (bool, error) {
		ok, err := work.spend(ctx)
		if err != nil || !ok {
			more = true
			return false, err
		}
		if d.seen(i) || q.Keep != nil && !q.Keep(v.s.nodeAt(i)) {
			return true, nil
		}
		if len(list) == limit.Nodes {
			more = true
			return false, nil
		}
		d.see(i, 0, none, none)
		list = append(list, i)
		return true, nil
	}
	if err := v.each(q.IDs, keep); err != nil {
		return Part{}, fmt.Errorf("subgraph: %w", err)
	}
	part, err := v.between(ctx, d, list, limit, &work)
	if err != nil {
		return Part{}, fmt.Errorf("subgraph: %w", err)
	}
	part.Truncated = part.Truncated || more
	return part, nil
}

// each calls f with the nodes that are named, or with all of the view, until it says no.
func (v *View) each(ids []string, f func(i uint32) (bool, error)) error {
	if ids == nil {
		for i := range uint32(v.s.Nodes()) { //nolint:gosec // Options bound the number of nodes
			if !v.shows(i) {
				continue
			}
			if on, err := f(i); err != nil || !on {
				return err
			}
		}
		return nil
	}
	for _, id := range ids {
		i, err := v.find(id)
		if err != nil {
			return err
		}
		if on, err := f(i); err != nil || !on {
			return err
		}
	}
	return nil
}
