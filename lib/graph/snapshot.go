package graph

import (
	"fmt"
	"iter"
	"sync"
)

// Direction is along which edges a walk goes.
type Direction uint8

// Directions.
const (
	Out  Direction = iota // from an edge's From to its To
	In                    // from an edge's To to its From
	Both                  // either way
)

func (d Direction) check() error {
	if d > Both {
		return fmt.Errorf("%w: direction %d is none of Out, In, Both", ErrQuery, d)
	}
	return nil
}

// back is the direction of the way back.
func (d Direction) back() Direction {
	switch d {
	case Out:
		return In
	case In:
		return Out
	default:
		return Both
	}
}

// rows are compressed sparse rows: what node u meets is end[start[u]:start[u+1]].
type rows struct {
	start, end []uint32
}

// Snapshot is a graph that does not change. Text in answers shares memory with it:
// who keeps a little for long should clone it. With a node's number, from 0 in the
// order of adding, results of algorithms are read.
type Snapshot struct {
	names                names
	nodeKind             []uint16
	nodeKinds, edgeKinds kinds

	out, in  rows
	leaves   []uint32 // of each edge in in, its place in out
	edgeKind []uint16 // by place in out, as are the next two
	weight   []float64
	number   []uint32

	desks sync.Pool // of *desk
}

// TypeCount is how many nodes or edges have a type.
type TypeCount struct {
	Type  string
	Count int
}

// Nodes returns how many nodes there are.
func (s *Snapshot) Nodes() int { return len(s.nodeKind) }

// Edges returns how many edges there are.
func (s *Snapshot) Edges() int { return len(s.number) }

// NodeTypes returns the types of nodes in the order of their first.
func (s *Snapshot) NodeTypes() []TypeCount { return s.nodeKinds.list() }

// EdgeTypes returns the types of edges in the order of their first.
func (s *Snapshot) EdgeTypes() []TypeCount { return s.edgeKinds.list() }

func (k *kinds) list() []TypeCount {
	list := make([]TypeCount, len(k.names))
	for i, name := range k.names {
		list[i] = TypeCount{name, k.counts[i]}
	}
	return list
}

// Number returns the number of a node, from 0 in the order of adding.
func (s *Snapshot) Number(id string) (int, bool) {
	i, _, ok := s.names.find(id)
	return int(i), ok
}

// Node returns the node of a number that is below Nodes.
func (s *Snapshot) Node(number int) Node { return s.nodeAt(uint32(number)) } //nolint:gosec // a number from here

func (s *Snapshot) nodeAt(i uint32) Node {
	return Node{s.names.name(i), s.nodeKinds.names[s.nodeKind[i]]}
}

func (s *Snapshot) weightAt(at uint32) float64 {
	if s.weight == nil {
		return 1
	}
	return s.weight[at]
}

func (s *Snapshot) edgeAt(from, at uint32) Edge {
	return s.edgeWith(s.names.name(from), s.names.name(s.out.end[at]), at)
}

func (s *Snapshot) edgeWith(from, to string, at uint32) Edge {
	return Edge{from, to, s.edgeKinds.names[s.edgeKind[at]], s.weightAt(at), int(s.number[at])}
}

// Filter says what of a snapshot a view shows. Nil lists let everything through;
// an edge is seen if its type and both its ends are.
type Filter struct {
	NodeTypes, EdgeTypes []string
}

// View is a snapshot through a filter.
type View struct {
	s          *Snapshot
	node, edge []bool // by type; nil is all
}

// All returns the view without a filter.
func (s *Snapshot) All() *View { return &View{s: s} }

// View returns what a filter shows. It reports ErrUnknownType for a type that no node
// or edge of the snapshot has.
func (s *Snapshot) View(f Filter) (*View, error) {
	node, err := s.nodeKinds.among(f.NodeTypes)
	if err != nil {
		return nil, fmt.Errorf("filter nodes: %w", err)
	}
	edge, err := s.edgeKinds.among(f.EdgeTypes)
	if err != nil {
		return nil, fmt.Errorf("filter edges: %w", err)
	}
	return &View{s, node, edge}, nil
}

func (k *kinds) among(types []string) ([]bool, error) {
	if types == nil {
		return nil, nil
	}
	among := make([]bool, len(k.names))
	for _, t := range types {
		i, ok := k.number[t]
		if !ok {
			return nil, fmt.Errorf("%w: %s", ErrUnknownType, quote(t))
		}
		among[i] = true
	}
	return among, nil
}

// Snapshot returns what the view is of.
func (v *View) Snapshot() *Snapshot { return v.s }

// Shows reports whether the view shows the node of a number.
func (v *View) Shows(number int) bool { return v.shows(uint32(number)) } //nolint:gosec // a number from the snapshot

func (v *View) shows(i uint32) bool { return v.node == nil || v.node[v.s.nodeKind[i]] }

func (v *View) find(id string) (uint32, error) {
	i, _, ok := v.s.names.find(id)
	if !ok {
		return 0, fmt.Errorf("%w: %s", ErrUnknownNode, quote(id))
	}
	if !v.shows(i) {
		return 0, fmt.Errorf("%w in the view: %s is of type %s", ErrUnknownNode, quote(id), v.s.nodeAt(i).Type)
	}
	return i, nil
}

// arcs yields what can be walked to from a node, with the edge's place in out, in the
// order of numbers for each direction. An edge from a node to itself comes once.
func (v *View) arcs(u uint32, d Direction) iter.Seq2[uint32, uint32] {
	return func(yield func(end, at uint32) bool) {
		s := v.s
		if d != In {
			for at := s.out.start[u]; at < s.out.start[u+1]; at++ {
				if end := s.out.end[at]; v.lets(end, at) && !yield(end, at) {
					return
				}
			}
		}
		if d == Out {
			return
		}
		for i := s.in.start[u]; i < s.in.start[u+1]; i++ {
			end, at := s.in.end[i], s.leaves[i]
			if d == Both && end == u {
				continue
			}
			if v.lets(end, at) && !yield(end, at) {
				return
			}
		}
	}
}

func (v *View) lets(end, at uint32) bool {
	return (v.edge == nil || v.edge[v.s.edgeKind[at]]) && v.shows(end)
}

// edgeBetween is an edge at a place, walked from one of its ends to the other.
func (s *Snapshot) edgeBetween(a, b, at uint32) Edge {
	if s.out.end[at] == b && at >= s.out.start[a] && at < s.out.start[a+1] {
		return s.edgeAt(a, at)
	}
	return s.edgeAt(b, at)
}
