package graph

import (
	"cmp"
	"context"
	"fmt"
	"math"
)

// RankOptions say how PageRank is computed. All have a use when they are zero.
type RankOptions struct {
	Direction  Direction          // which way importance flows; from From to To if zero
	Weighted   bool               // along weights; along edges evenly if not
	Damping    float64            // how often an edge is followed, between 0 and 1, 0.85
	Tolerance  float64            // when the sum of changes is below it the scores are done, 1e-9
	Iterations int                // at most, 200
	Toward     map[string]float64 // personalisation: what jumps lead to, in proportion; nil is all evenly
}

// Ranks are the scores of PageRank; they add up to 1.
type Ranks struct {
	Score      []float64 // by number; 0 where the view shows nothing
	Iterations int
	Change     float64 // of the last iteration, summed over nodes
	Settled    bool    // Change is below the tolerance
}

func (o RankOptions) withDefaults() (RankOptions, error) {
	if o.Damping == 0 {
		o.Damping = 0.85
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-9
	}
	o.Iterations = or(o.Iterations, 200)
	if !(o.Damping > 0 && o.Damping < 1) {
		return o, fmt.Errorf("%w: damping %v is not between 0 and 1", ErrQuery, o.Damping)
	}
	if !(o.Tolerance > 0) {
		return o, fmt.Errorf("%w: tolerance %v is not above 0", ErrQuery, o.Tolerance)
	}
	return o, o.Direction.check()
}

// ranking is the state between iterations, by the snapshot's numbers.
type ranking struct {
	v          *View
	o          RankOptions
	jump       []float64 // nil is even
	even       float64
	leaving    []float64 // the sum of what leaves a node
	score, new []float64
	gives      []float64 // score divided by leaving
}

// PageRank returns how important each node is by what leads to it. With Toward it is
// personalised: how near each node is to those. It reports ErrUnknownNode and ErrQuery.
func (v *View) PageRank(ctx context.Context, options RankOptions) (Ranks, error) {
	o, err := options.withDefaults()
	if err != nil {
		return Ranks{}, fmt.Errorf("rank: %w", err)
	}
	r, err := v.newRanking(o)
	if err != nil {
		return Ranks{}, fmt.Errorf("rank: %w", err)
	}
	answer := Ranks{Settled: r.even == 0}
	for !answer.Settled && answer.Iterations < o.Iterations {
		if answer.Change, err = r.iterate(ctx); err != nil {
			return Ranks{}, fmt.Errorf("rank: %w", err)
		}
		answer.Iterations++
		answer.Settled = answer.Change < o.Tolerance
	}
	answer.Score = r.score
	return answer, nil
}

func (v *View) newRanking(o RankOptions) (*ranking, error) {
	n := v.s.Nodes()
	r := &ranking{v: v, o: o, leaving: make([]float64, n), score: make([]float64, n), new: make([]float64, n), gives: make([]float64, n)}
	shown := 0
	for u := range n {
		if v.Shows(u) {
			shown++
		}
	}
	if shown == 0 {
		return r, nil
	}
	r.even = 1 / float64(shown)
	if err := r.personalise(); err != nil {
		return nil, err
	}
	for u := range n {
		if !v.Shows(u) {
			continue
		}
		r.score[u] = r.jumpTo(u)
		for _, at := range v.arcs(uint32(u), o.Direction) {
			r.leaving[u] += r.weight(at)
		}
	}
	return r, nil
}

func (r *ranking) personalise() error {
	if r.o.Toward == nil {
		return nil
	}
	r.jump = make([]float64, len(r.score))
	sum := 0.0
	for id, w := range r.o.Toward {
		i, err := r.v.find(id)
		if err != nil {
			return fmt.Errorf("toward: %w", err)
		}
		if math.IsNaN(w) || math.IsInf(w, 0) || w < 0 {
			return fmt.Errorf("toward %s: %w: weight %v", quote(id), ErrQuery, w)
		}
		r.jump[i] = w
	}
	for _, w := range r.jump { // in an order that does not change
		sum += w
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return fmt.Errorf("toward: %w: the weights add up to %v", ErrQuery, sum)
	}
	for i := range r.jump {
		r.jump[i] /= sum
	}
	return nil
}

func (r *ranking) jumpTo(u int) float64 {
	if r.jump == nil {
		return r.even
	}
	return r.jump[u]
}

func (r *ranking) weight(at uint32) float64 {
	if !r.o.Weighted {
		return 1
	}
	return r.v.s.weightAt(at)
}

func (r *ranking) iterate(ctx context.Context) (float64, error) {
	lost, change := 0.0, 0.0
	for u, x := range r.score {
		r.gives[u] = 0
		if r.leaving[u] > 0 {
			r.gives[u] = x / r.leaving[u]
		} else {
			lost += x
		}
	}
	d := r.o.Damping
	for u := range r.score {
		if u%4096 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if !r.v.Shows(u) {
			continue
		}
		x := (1-d+d*lost)*r.jumpTo(u) + d*r.arriving(uint32(u))
		r.new[u] = x
		change += math.Abs(x - r.score[u])
	}
	r.score, r.new = r.new, r.score
	return change, nil
}

// arriving sums what a node is given, without a call for each edge where nothing is
// filtered: this is where all the time goes.
func (r *ranking) arriving(u uint32) float64 {
	sum, s := 0.0, r.v.s
	if r.v.node != nil || r.v.edge != nil || r.o.Direction == Both {
		for end, at := range r.v.arcs(u, r.o.Direction.back()) {
			sum += r.gives[end] * r.weight(at)
		}
		return sum
	}
	rows := s.in
	if r.o.Direction == In {
		rows = s.out
	}
	begin, end := rows.start[u], rows.start[u+1]
	if !r.o.Weighted || s.weight == nil {
		for _, w := range rows.end[begin:end] {
			sum += r.gives[w]
		}
		return sum
	}
	for i := begin; i < end; i++ {
		at := i
		if r.o.Direction == Out {
			at = s.leaves[i]
		}
		sum += r.gives[rows.end[i]] * s.weight[at]
	}
	return sum
}

// Scored is a node with what an algorithm gave it.
type Scored struct {
	Node
	Score float64
}

// Top returns the nodes of the view with the highest of the scores that an algorithm
// gave by number, at most n and MaxAnswer, the highest first, of equal ones the earlier.
func (v *View) Top(score []float64, n int) []Scored {
	kept := best{most: max(0, min(n, MaxAnswer)), compare: func(x, y pair) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.a, y.a))
	}}
	for i := range min(len(score), v.s.Nodes()) {
		if v.Shows(i) {
			kept.add(pair{a: uint32(i), score: score[i]})
		}
	}
	kept.cut()
	top := make([]Scored, len(kept.list))
	for i, p := range kept.list {
		top[i] = Scored{v.s.nodeAt(p.a), p.score}
	}
	return top
}
