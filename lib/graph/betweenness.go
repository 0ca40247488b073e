package graph

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// BetweennessOptions say how betweenness is computed. All have a use when they are zero.
type BetweennessOptions struct {
	Direction  Direction // of ways; Both counts each pair of nodes once
	ExactEdges int       // up to so many edges of the view without a sample, 100 000
	Sources    int       // of the sample above that, 256
	Seed       uint64    // which sample
}

// Betweenness is how many shortest ways of other pairs lead through each node.
type Betweenness struct {
	Score   []float64 // by number; 0 where the view shows nothing
	Sources int       // nodes that ways were counted from
	Exact   bool      // they are all; or else Score is an estimate without bias
}

// Betweenness counts shortest ways by hops, several edges between two nodes as one.
// It reports ErrQuery.
func (v *View) Betweenness(ctx context.Context, o BetweennessOptions) (Betweenness, error) {
	if err := o.Direction.check(); err != nil {
		return Betweenness{}, fmt.Errorf("betweenness: %w", err)
	}
	g, err := v.simple(ctx, o.Direction, false)
	if err != nil {
		return Betweenness{}, fmt.Errorf("betweenness: %w", err)
	}
	edges := len(g.end)
	if o.Direction == Both {
		edges /= 2
	}
	n := g.nodes()
	sources := n
	if edges > or(o.ExactEdges, 100_000) {
		sources = min(n, or(o.Sources, 256))
	}
	c := newCounting(g)
	scale := 0.0
	if sources > 0 {
		scale = float64(n) / float64(sources)
	}
	if o.Direction == Both {
		scale /= 2
	}
	for _, s := range draw(n, sources, o.Seed) {
		if err := c.from(ctx, s); err != nil {
			return Betweenness{}, fmt.Errorf("betweenness: %w", err)
		}
	}
	for i := range c.score {
		c.score[i] *= scale
	}
	return Betweenness{Score: g.back(c.score), Sources: sources, Exact: sources == n}, nil
}

// draw returns some of n numbers, each once.
func draw(n, some int, seed uint64) []uint32 {
	list := make([]uint32, n)
	for i := range list {
		list[i] = uint32(i)
	}
	if some == n {
		return list
	}
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a sample that can be drawn again
	for i := range some {
		j := i + r.IntN(n-i)
		list[i], list[j] = list[j], list[i]
	}
	return list[:some]
}

// counting is Brandes' accumulation.
type counting struct {
	g     *simple
	score []float64
	hops  []int32
	ways  []float64 // shortest, from the source
	share []float64 // of ways that go on
	order []uint32
}

func newCounting(g *simple) *counting {
	n := g.nodes()
	return &counting{
		g: g, score: make([]float64, n), hops: make([]int32, n), ways: make([]float64, n),
		share: make([]float64, n), order: make([]uint32, 0, n),
	}
}

func (c *counting) from(ctx context.Context, s uint32) error {
	for i := range c.hops {
		c.hops[i], c.ways[i], c.share[i] = -1, 0, 0
	}
	c.hops[s], c.ways[s] = 0, 1
	c.order = append(c.order[:0], s)
	for next := 0; next < len(c.order); next++ {
		if next%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		u := c.order[next]
		for _, w := range c.g.row(u) {
			if c.hops[w] < 0 {
				c.hops[w] = c.hops[u] + 1
				c.order = append(c.order, w)
			}
			if c.hops[w] == c.hops[u]+1 {
				c.ways[w] += c.ways[u]
			}
		}
	}
	for i := len(c.order) - 1; i > 0; i-- {
		u := c.order[i]
		for _, w := range c.g.row(u) {
			if c.hops[w] == c.hops[u]+1 {
				c.share[u] += c.ways[u] / c.ways[w] * (1 + c.share[w])
			}
		}
		c.score[u] += c.share[u]
	}
	return nil
}
