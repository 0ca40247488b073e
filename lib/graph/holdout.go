package graph

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// HoldOut says how a prediction is tested: some edges are hidden, and sought again in
// what is left. All have a use when they are zero.
type HoldOut struct {
	Share float64 // of edges to hide, 0.1
	Pairs int     // of nodes without an edge to compare with, 10 000; all if there are no more
	K     int     // for Hits, 10
	Seed  uint64  // which edges and pairs
}

// Quality is how well hidden edges were found again. Among equal scores each order is
// as likely, and what is expected counts.
type Quality struct {
	Hidden int     // edges
	AUC    float64 // how often a hidden edge scores above a pair without one; 0.5 is chance
	Hits   float64 // how often the other end is among the first K of those that a node has no other edge to
	MRR    float64 // one divided by its rank there, on average
}

func (h HoldOut) withDefaults() (HoldOut, error) {
	if h.Share == 0 {
		h.Share = 0.1
	}
	h.Pairs, h.K = or(h.Pairs, 10_000), or(h.K, 10)
	if !(h.Share > 0 && h.Share < 1) {
		return h, fmt.Errorf("%w: a share of %v is not between 0 and 1", ErrQuery, h.Share)
	}
	return h, nil
}

// Evaluate hides edges and tells how well a method finds them. It reports ErrQuery if
// there is nothing to hide or to compare with.
func (l *Links) Evaluate(ctx context.Context, m Method, options HoldOut) (Quality, error) {
	h, err := options.withDefaults()
	if err != nil {
		return Quality{}, fmt.Errorf("evaluate links: %w", err)
	}
	if err := m.check(); err != nil {
		return Quality{}, fmt.Errorf("evaluate links: %w", err)
	}
	random := rand.New(rand.NewPCG(h.Seed, 0)) //nolint:gosec // a sample that can be drawn again
	hidden, rest := l.g.hide(h.Share, random)
	free := l.g.unlinked(h.Pairs, random)
	if len(hidden) == 0 || len(free) == 0 {
		return Quality{}, fmt.Errorf("evaluate links: %w: %d edges to hide and %d pairs to compare with", ErrQuery, len(hidden), len(free))
	}
	q := Quality{Hidden: len(hidden)}
	for _, list := range [][]pair{hidden, free} {
		for i := range list {
			list[i].score = rest.score(m, list[i].a, list[i].b)
		}
	}
	q.AUC = auc(hidden, free)
	if q.Hits, q.MRR, err = l.g.ranks(ctx, rest, hidden, m, h.K); err != nil {
		return Quality{}, fmt.Errorf("evaluate links: %w", err)
	}
	return q, nil
}

// hide takes a share of the edges away.
func (g *simple) hide(share float64, random *rand.Rand) (hidden []pair, rest *simple) {
	var edges []pair
	for u := range uint32(g.nodes()) { //nolint:gosec // Options bound the number of nodes
		for _, w := range g.row(u) {
			if u < w {
				edges = append(edges, pair{a: u, b: w})
			}
		}
	}
	random.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
	hidden = edges[:int(math.Round(share*float64(len(edges))))]
	slices.SortFunc(hidden, comparePairs)
	rest = &simple{node: g.node, local: g.local, rows: rows{start: make([]uint32, 1, len(g.start))}}
	for u := range uint32(g.nodes()) { //nolint:gosec // as above
		for _, w := range g.row(u) {
			p := pair{a: min(u, w), b: max(u, w)}
			if _, found := slices.BinarySearchFunc(hidden, p, comparePairs); !found {
				rest.end = append(rest.end, w)
			}
		}
		rest.start = append(rest.start, uint32(len(rest.end))) //nolint:gosec // Options bound the number of edges
	}
	return hidden, rest
}

// unlinked returns pairs of nodes without an edge: all, or so many as are asked for.
func (g *simple) unlinked(most int, random *rand.Rand) []pair {
	n := g.nodes()
	var list []pair
	if free := n*(n-1)/2 - len(g.end)/2; free <= most {
		for u := range uint32(n) { //nolint:gosec // Options bound the number of nodes
			for w := u + 1; w < uint32(n); w++ { //nolint:gosec // as above
				if !g.adjacent(u, w) {
					list = append(list, pair{a: u, b: w})
				}
			}
		}
		return list
	}
	for tries := 0; len(list) < most && tries < 1000*most; tries++ {
		u, w := uint32(random.IntN(n)), uint32(random.IntN(n)) //nolint:gosec // as above
		if u != w && !g.adjacent(u, w) {
			list = append(list, pair{a: u, b: w})
		}
	}
	return list
}

// score adds up what the common neighbours of two nodes are worth.
func (g *simple) score(m Method, u, w uint32) float64 {
	sum := 0.0
	a, b := g.row(u), g.row(w)
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			sum += m.worth(g.degree(a[0]))
			a, b = a[1:], b[1:]
		}
	}
	return sum
}

// auc is the share of comparisons that the first list wins, equal ones half.
func auc(hidden, free []pair) float64 {
	slices.SortFunc(free, func(x, y pair) int { return cmp.Compare(x.score, y.score) })
	below := func(score float64) int {
		i, _ := slices.BinarySearchFunc(free, score, func(p pair, s float64) int { return cmp.Compare(p.score, s) })
		return i
	}
	won := 0.0
	for _, p := range hidden {
		won += float64(below(p.score-grain)+below(p.score+grain)) / 2
	}
	return won / float64(len(hidden)) / float64(len(free))
}

// ranks looks for each hidden edge from both its ends.
func (g *simple) ranks(ctx context.Context, rest *simple, hidden []pair, m Method, k int) (hits, mrr float64, err error) {
	harmonic := make([]float64, g.nodes()+1)
	for i := 1; i < len(harmonic); i++ {
		harmonic[i] = harmonic[i-1] + 1/float64(i)
	}
	scores := newNear(g.nodes())
	for i, p := range hidden {
		if i%64 == 0 && ctx.Err() != nil {
			return 0, 0, ctx.Err()
		}
		for _, ends := range [][2]uint32{{p.a, p.b}, {p.b, p.a}} {
			scores.from(rest, m, ends[0])
			above, equal := g.rank(scores, ends[0], p.score)
			hits += min(1, max(0, float64(k-above)/float64(equal)))
			mrr += (harmonic[above+equal] - harmonic[above]) / float64(equal)
		}
	}
	n := float64(2 * len(hidden))
	return hits / n, mrr / n, nil
}

// rank counts the nodes that u has no edge to, or a hidden one of this score: those
// that score above it, and those that score the same, of which the hidden one is one.
// Other hidden ends are as right and do not count.
func (g *simple) rank(scores *near, u uint32, score float64) (above, equal int) {
	unmet := g.nodes() - 1 - g.degree(u) // what shares nothing with u scores 0
	for _, w := range scores.list {
		if g.adjacent(u, w) {
			continue
		}
		unmet--
		switch s := scores.score[w]; {
		case s > score+grain:
			above++
		case s >= score-grain:
			equal++
		}
	}
	if score <= grain {
		equal += unmet
	}
	return above, equal + 1
}
