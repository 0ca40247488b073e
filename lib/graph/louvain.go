package graph

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// CommunityOptions say how communities are sought. All have a use when they are zero.
type CommunityOptions struct {
	Resolution float64 // γ: above 1 makes smaller communities, 1
	Seed       uint64  // the order in which nodes are looked at
}

// Communities are groups with more between their nodes than chance would put there.
type Communities struct {
	Groups
	Modularity float64 // Q of the package's text, with the resolution
	Levels     int     // how often communities were merged into nodes
}

// Communities seeks communities by the weights of edges without their direction. The
// same seed finds the same. It reports ErrQuery.
func (v *View) Communities(ctx context.Context, o CommunityOptions) (Communities, error) {
	if o.Resolution == 0 {
		o.Resolution = 1
	}
	if !(o.Resolution > 0) || o.Resolution > 1e6 {
		return Communities{}, fmt.Errorf("communities: %w: resolution %v is not between 0 and 1e6", ErrQuery, o.Resolution)
	}
	g, err := v.simple(ctx, Both, true)
	if err != nil {
		return Communities{}, fmt.Errorf("communities: %w", err)
	}
	l := newLouvain(g, o.Resolution)
	labels := make([]uint32, g.nodes())
	for i := range labels {
		labels[i] = uint32(i)
	}
	order := rand.New(rand.NewPCG(o.Seed, 0)) //nolint:gosec // an order that can be had again
	levels := 0
	for l.total > 0 {
		moved, err := l.move(ctx, order)
		if err != nil {
			return Communities{}, fmt.Errorf("communities: %w", err)
		}
		if !moved {
			break
		}
		levels++
		merged := l.merge()
		for i := range labels {
			labels[i] = l.of[labels[i]]
		}
		l = newLouvain(merged, o.Resolution)
	}
	all := make([]uint32, len(g.local))
	for i, u := range g.node {
		all[u] = labels[i]
	}
	return Communities{Groups: newGroups(all, v.Shows), Modularity: l.modularity(), Levels: levels}, nil
}

// louvain is one level: nodes that are each a community of the level below.
type louvain struct {
	g          *simple
	resolution float64
	total      float64   // the weight of all edges
	degree     []float64 // the weight at each node, of edges to itself twice
	of         []uint32  // the community of each node
	held       []float64 // the sum of degrees in each community
}

func newLouvain(g *simple, resolution float64) *louvain {
	n := len(g.loop)
	l := &louvain{g: g, resolution: resolution, degree: make([]float64, n), of: make([]uint32, n), held: make([]float64, n)}
	for u := range uint32(n) { //nolint:gosec // Options bound the number of nodes
		l.of[u], l.degree[u] = u, 2*g.loop[u]
		for at := g.start[u]; at < g.start[u+1]; at++ {
			l.degree[u] += g.weight[at]
		}
		l.held[u] = l.degree[u]
		l.total += l.degree[u] / 2
	}
	return l
}

// maxPasses bounds a level; gains that are only rounding could go round in circles.
const maxPasses = 1000

// move puts nodes where modularity gains most until nothing does, and reports whether
// anything was moved.
func (l *louvain) move(ctx context.Context, order *rand.Rand) (bool, error) {
	n := len(l.of)
	queue := make([]int, n)
	for i := range queue {
		queue[i] = i
	}
	order.Shuffle(n, func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
	toward, near := make([]float64, n), []uint32{}
	any := false
	for range maxPasses {
		moved := false
		for i, u := range queue {
			if i%1024 == 0 && ctx.Err() != nil {
				return false, ctx.Err()
			}
			near = l.weigh(uint32(u), toward, near[:0]) //nolint:gosec // Options bound the number of nodes
			moved = l.place(uint32(u), toward, near) || moved
			for _, c := range near {
				toward[c] = 0
			}
		}
		if !moved {
			break
		}
		any = true
	}
	return any, nil
}

// weigh adds up what a node has to each community near it, and to its own.
func (l *louvain) weigh(u uint32, toward []float64, near []uint32) []uint32 {
	near = append(near, l.of[u])
	for at := l.g.start[u]; at < l.g.start[u+1]; at++ {
		c := l.of[l.g.end[at]]
		if toward[c] == 0 && c != l.of[u] {
			near = append(near, c)
		}
		toward[c] += l.g.weight[at]
	}
	return near
}

// place moves a node to the best community near it. The gain of a community C is
// w(u,C) − γ·degree(u)·held(C)/2m, with u taken out of its own.
func (l *louvain) place(u uint32, toward []float64, near []uint32) bool {
	own := l.of[u]
	l.held[own] -= l.degree[u]
	gain := func(c uint32) float64 {
		return toward[c] - l.resolution*l.degree[u]*l.held[c]/(2*l.total)
	}
	best, most := own, gain(own)
	for _, c := range near[1:] {
		if g := gain(c); g > most+1e-12*l.total {
			best, most = c, g
		}
	}
	l.held[best] += l.degree[u]
	l.of[u] = best
	return best != own
}

// merge makes a node of each community, and numbers communities without gaps.
func (l *louvain) merge() *simple {
	number := map[uint32]uint32{}
	var members [][]uint32
	for u, c := range l.of {
		n, ok := number[c]
		if !ok {
			n = uint32(len(members)) //nolint:gosec // Options bound the number of nodes
			number[c] = n
			members = append(members, nil)
		}
		l.of[u] = n
		members[n] = append(members[n], uint32(u))
	}
	m := &simple{loop: make([]float64, len(members)), rows: rows{start: make([]uint32, 1, len(members)+1)}}
	toward, near := make([]float64, len(members)), []uint32{}
	for c, list := range members {
		near = near[:0]
		for _, u := range list {
			m.loop[c] += l.g.loop[u]
			for at := l.g.start[u]; at < l.g.start[u+1]; at++ {
				end := l.of[l.g.end[at]]
				if toward[end] == 0 {
					near = append(near, end)
				}
				toward[end] += l.g.weight[at]
			}
		}
		m.take(uint32(c), near, toward)
	}
	return m
}

// take appends the row of a merged node; what is within it was met from both ends.
func (g *simple) take(c uint32, near []uint32, toward []float64) {
	for _, end := range near {
		if end == c {
			g.loop[c] += toward[end] / 2
		} else if toward[end] > 0 {
			g.end, g.weight = append(g.end, end), append(g.weight, toward[end])
		}
		toward[end] = 0
	}
	g.start = append(g.start, uint32(len(g.end))) //nolint:gosec // no more than before
}

// modularity is that of each node as a community.
func (l *louvain) modularity() float64 {
	if l.total == 0 {
		return 0
	}
	q := 0.0
	for u, d := range l.degree {
		share := d / (2 * l.total)
		q += l.g.loop[u]/l.total - l.resolution*share*share
	}
	return q
}
