package graph

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strings"
)

// Builder gathers nodes and edges for one Snapshot. It is for one goroutine.
type Builder struct {
	options Options
	names   names
	text    strings.Builder

	nodeKinds, edgeKinds kinds
	nodeKind             []uint16
	batches              []batch
	edges                int
	weighted             bool // some weight is not 1
}

// batchEdges keeps batches small enough to give each back while a snapshot is made.
const batchEdges = 1 << 16

type batch struct {
	from, to []uint32
	kind     []uint16
	weight   []float64
}

// NewBuilder returns a builder of an empty graph.
func NewBuilder(options Options) *Builder {
	return &Builder{
		options:   options.withDefaults(),
		names:     names{seed: maphash.MakeSeed(), slots: make([]uint32, 16)},
		nodeKinds: kinds{number: map[string]uint16{}},
		edgeKinds: kinds{number: map[string]uint16{}},
	}
}

// AddNode adds a node. It reports ErrName, ErrDuplicate and ErrTooMany, and has then
// added nothing.
func (b *Builder) AddNode(id, kind string) error {
	if err := b.checkNames(id, kind); err != nil {
		return fmt.Errorf("add node %s: %w", quote(id), err)
	}
	if len(b.nodeKind) >= b.options.MaxNodes {
		return fmt.Errorf("add node %q: %w: %d nodes", id, ErrTooMany, b.options.MaxNodes)
	}
	if b.text.Len() > highest-len(id) {
		return fmt.Errorf("add node %q: %w: 2 GiB of identifiers", id, ErrTooMany)
	}
	b.names.grow()
	_, slot, found := b.names.find(id)
	if found {
		return fmt.Errorf("add node %q: %w", id, ErrDuplicate)
	}
	k, ok := b.nodeKinds.add(kind, b.options.MaxTypes)
	if !ok {
		return fmt.Errorf("add node %q: %w: %d types of nodes, and %q is another", id, ErrTooMany, b.options.MaxTypes, kind)
	}
	b.text.WriteString(id)
	b.names.text = b.text.String()
	b.names.ends = append(b.names.ends, uint32(b.text.Len())) //nolint:gosec // checked above
	b.names.slots[slot] = uint32(len(b.names.ends))           //nolint:gosec // Options bound the number of nodes
	b.nodeKind = append(b.nodeKind, k)
	return nil
}

// AddEdge adds an edge between nodes that were added and returns its number. It
// reports ErrName, ErrUnknownNode, ErrWeight and ErrTooMany, and has then added
// nothing. There may be several edges between two nodes, and from a node to itself.
func (b *Builder) AddEdge(from, to, kind string, weight float64) (int, error) {
	fail := func(err error) (int, error) {
		return 0, fmt.Errorf("add edge %d from %s to %s: %w", b.edges, quote(from), quote(to), err)
	}
	u, _, ok := b.names.find(from)
	if !ok {
		return fail(fmt.Errorf("%w: %s", ErrUnknownNode, quote(from)))
	}
	v, _, ok := b.names.find(to)
	if !ok {
		return fail(fmt.Errorf("%w: %s", ErrUnknownNode, quote(to)))
	}
	if err := b.checkNames(from, kind); err != nil {
		return fail(err)
	}
	if math.IsNaN(weight) || math.IsInf(weight, 0) || weight < 0 {
		return fail(fmt.Errorf("%w, not %v", ErrWeight, weight))
	}
	if b.edges >= b.options.MaxEdges {
		return fail(fmt.Errorf("%w: %d edges", ErrTooMany, b.options.MaxEdges))
	}
	k, ok := b.edgeKinds.add(kind, b.options.MaxTypes)
	if !ok {
		return fail(fmt.Errorf("%w: %d types of edges, and %q is another", ErrTooMany, b.options.MaxTypes, kind))
	}
	if b.edges%batchEdges == 0 {
		b.batches = append(b.batches, batch{})
	}
	last := &b.batches[len(b.batches)-1]
	last.from, last.to = append(last.from, u), append(last.to, v)
	last.kind, last.weight = append(last.kind, k), append(last.weight, weight)
	b.weighted = b.weighted || weight != 1
	b.edges++
	return b.edges - 1, nil
}

// quote shortens what may be of any length.
func quote(name string) string {
	if len(name) > 64 {
		return fmt.Sprintf("%q…", name[:64])
	}
	return fmt.Sprintf("%q", name)
}

func (b *Builder) checkNames(id, kind string) error {
	if id == "" || len(id) > b.options.MaxName {
		return fmt.Errorf("%w of %d: the identifier has %d", ErrName, b.options.MaxName, len(id))
	}
	if kind == "" || len(kind) > b.options.MaxName {
		return fmt.Errorf("%w of %d: the type has %d", ErrName, b.options.MaxName, len(kind))
	}
	return nil
}

// Build makes the snapshot and empties the builder, whose edges would else be in
// memory twice. Only ctx makes it fail; the builder is then empty too.
func (b *Builder) Build(ctx context.Context) (*Snapshot, error) {
	n := len(b.nodeKind)
	s := &Snapshot{
		names: b.names, nodeKind: slices.Clone(b.nodeKind), nodeKinds: b.nodeKinds, edgeKinds: b.edgeKinds,
		edgeKind: make([]uint16, b.edges), number: make([]uint32, b.edges),
		out: rows{start: make([]uint32, n+1), end: make([]uint32, b.edges)},
	}
	s.names.text, s.names.ends = strings.Clone(b.names.text), slices.Clone(b.names.ends)
	if b.weighted {
		s.weight = make([]float64, b.edges)
	}
	batches := b.batches
	*b = *NewBuilder(b.options)
	for _, one := range batches {
		for _, u := range one.from {
			s.out.start[u+1]++
		}
	}
	sum(s.out.start)
	if err := s.place(ctx, batches); err != nil {
		return nil, err
	}
	if err := s.sortRows(ctx); err != nil {
		return nil, err
	}
	s.turn()
	return s, nil
}

// sum makes counts, each kept one further, into where rows start.
func sum(start []uint32) {
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
}

// place puts edges in their rows and gives each batch back.
func (s *Snapshot) place(ctx context.Context, batches []batch) error {
	next := slices.Clone(s.out.start)
	number := uint32(0)
	for i, one := range batches {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("build graph: %w", err)
		}
		for j, u := range one.from {
			at := next[u]
			next[u]++
			s.out.end[at], s.edgeKind[at], s.number[at] = one.to[j], one.kind[j], number
			if s.weight != nil {
				s.weight[at] = one.weight[j]
			}
			number++
		}
		batches[i] = batch{}
	}
	return nil
}

type placed struct {
	end, number uint32
	kind        uint16
	weight      float64
}

// sortRows orders what leaves a node by its end, then type, then number, so that
// answers do not depend on the order of adding and edges between two nodes meet.
func (s *Snapshot) sortRows(ctx context.Context) error {
	var row []placed
	for u := range uint32(s.Nodes()) { //nolint:gosec // Options bound the number of nodes
		if u%4096 == 0 && ctx.Err() != nil {
			return fmt.Errorf("build graph: %w", ctx.Err())
		}
		begin, end := s.out.start[u], s.out.start[u+1]
		if end-begin < 2 {
			continue
		}
		row = row[:0]
		for at := begin; at < end; at++ {
			row = append(row, placed{s.out.end[at], s.number[at], s.edgeKind[at], s.weightAt(at)})
		}
		slices.SortFunc(row, func(a, b placed) int {
			if a.end != b.end {
				return cmp.Compare(a.end, b.end)
			}
			return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.number, b.number))
		})
		for i, p := range row {
			at := begin + uint32(i)
			s.out.end[at], s.number[at], s.edgeKind[at] = p.end, p.number, p.kind
			if s.weight != nil {
				s.weight[at] = p.weight
			}
		}
	}
	return nil
}

// turn makes the rows of edges that arrive from those of edges that leave.
func (s *Snapshot) turn() {
	s.in = rows{start: make([]uint32, len(s.out.start)), end: make([]uint32, len(s.out.end))}
	s.leaves = make([]uint32, len(s.out.end))
	for _, v := range s.out.end {
		s.in.start[v+1]++
	}
	sum(s.in.start)
	next := slices.Clone(s.in.start)
	for u := range uint32(s.Nodes()) { //nolint:gosec // Options bound the number of nodes
		for at := s.out.start[u]; at < s.out.start[u+1]; at++ {
			v := s.out.end[at]
			s.in.end[next[v]], s.leaves[next[v]] = u, at
			next[v]++
		}
	}
}
