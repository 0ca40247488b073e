package graph

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Method is how likely a missing link is.
type Method uint8

// Methods, over the common neighbours of two nodes, each with k neighbours.
const (
	CommonNeighbours   Method = iota // how many
	AdamicAdar                       // Σ 1/ln k
	ResourceAllocation               // Σ 1/k
)

// Links predicts edges of a view, taken without direction, type and weight. It is
// immutable, and holds the edges once more.
type Links struct {
	v *View
	g *simple
}

// Links prepares the prediction of edges.
func (v *View) Links(ctx context.Context) (*Links, error) {
	g, err := v.simple(ctx)
	if err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	return &Links{v, g}, nil
}

func (m Method) check() error {
	if m > ResourceAllocation {
		return fmt.Errorf("%w: method %d is none of CommonNeighbours, AdamicAdar, ResourceAllocation", ErrQuery, m)
	}
	return nil
}

// worth is what a common neighbour with k neighbours adds; k is never below 2.
func (m Method) worth(k int) float64 {
	switch m {
	case AdamicAdar:
		return 1 / math.Log(float64(k))
	case ResourceAllocation:
		return 1 / float64(k)
	default:
		return 1
	}
}

// grain is the difference between scores that may be rounding.
const grain = 1e-9

// Link is an edge that may be missing.
type Link struct {
	A, B   Node
	Score  float64
	Common int // common neighbours
}

// pair is a Link by numbers.
type pair struct {
	a, b   uint32
	score  float64
	common int
}

func comparePairs(x, y pair) int {
	return cmp.Or(cmp.Compare(math.Round(y.score/grain), math.Round(x.score/grain)), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
}

// near adds up the scores of all nodes with a common neighbour of u.
type near struct {
	score  []float64
	common []int
	list   []uint32
}

func newNear(n int) *near { return &near{score: make([]float64, n), common: make([]int, n)} }

func (s *near) from(g *simple, m Method, u uint32) {
	for _, w := range s.list {
		s.score[w], s.common[w] = 0, 0
	}
	s.list = s.list[:0]
	for _, z := range g.row(u) {
		if g.degree(z) < 2 {
			continue
		}
		worth := m.worth(g.degree(z))
		for _, w := range g.row(z) {
			if w == u {
				continue
			}
			if s.common[w] == 0 {
				s.list = append(s.list, w)
			}
			s.common[w]++
			s.score[w] += worth
		}
	}
}

// best keeps the first of many, in the order of compare.
type best struct {
	most    int
	compare func(x, y pair) int
	list    []pair
}

func (b *best) add(p pair) {
	b.list = append(b.list, p)
	if len(b.list) >= 2*b.most+64 {
		b.cut()
	}
}

func (b *best) cut() {
	slices.SortFunc(b.list, b.compare)
	b.list = b.list[:min(len(b.list), b.most)]
}

// Near returns the nodes that a node most likely lacks an edge to, at most n and
// MaxAnswer, the likeliest first. It reports ErrUnknownNode and ErrQuery.
func (l *Links) Near(ctx context.Context, id string, m Method, n int) ([]Link, error) {
	u, err := l.v.find(id)
	if err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	return l.seek(ctx, []uint32{l.g.local[u]}, m, n, false)
}

// Best returns the likeliest missing edges of the whole view, at most n and MaxAnswer.
// It reports ErrQuery. The time it takes is the sum over nodes of their neighbours
// squared.
func (l *Links) Best(ctx context.Context, m Method, n int) ([]Link, error) {
	all := make([]uint32, l.g.nodes())
	for i := range all {
		all[i] = uint32(i)
	}
	return l.seek(ctx, all, m, n, true)
}

func (l *Links) seek(ctx context.Context, from []uint32, m Method, n int, once bool) ([]Link, error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	kept, scores := best{most: max(0, min(n, MaxAnswer)), compare: comparePairs}, newNear(l.g.nodes())
	for i, u := range from {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("links: %w", ctx.Err())
		}
		scores.from(l.g, m, u)
		for _, w := range scores.list {
			if once && w < u || l.g.adjacent(u, w) {
				continue
			}
			kept.add(pair{u, w, scores.score[w], scores.common[w]})
		}
	}
	kept.cut()
	links := make([]Link, len(kept.list))
	for i, p := range kept.list {
		links[i] = Link{l.v.s.nodeAt(l.g.node[p.a]), l.v.s.nodeAt(l.g.node[p.b]), p.score, p.common}
	}
	return links, nil
}
