package pooling

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"linghang/lib/schedule/highs"
)

// Options say how long and how exactly to search. The zero value is until the gap is 1e-4.
type Options struct {
	Time time.Duration // 0 is no limit
	Gap  float64       // relative gap at which a blend counts as optimal; 0 is 1e-4
	// Progress is told of each round.
	Progress func(Progress)
}

// Progress is what is known while the search goes on.
type Progress struct {
	Seconds       float64
	Round         int
	Profit, Bound float64 // Profit is −∞ as long as there is no blend
}

// Result is the best blend and how good it is. Blend is nil if there is none.
type Result struct {
	Status  highs.Status
	Blend   *Blend
	Bound   float64 // no blend has more profit
	Gap     float64 // relative; infinite without a blend
	Rounds  int     // parts of the space that were looked at
	Seconds float64
}

const (
	tolerance = 1e-6
	maxOpen   = 100_000 // parts of the space that are still to be looked at
)

type search struct {
	n      *network
	engine *highs.Engine
	parts  []proportion
	best   *Blend
	lost   float64 // the best bound of the parts that are done with
}

// Solve finds the best blend. A cancelled context ends it with the best so far.
func Solve(ctx context.Context, engine *highs.Engine, p *Problem, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("the problem cannot be solved:\n%w", err)
	}
	if o.Gap == 0 {
		o.Gap = 1e-4
	}
	if !(o.Gap > 0) || o.Time < 0 {
		return nil, fmt.Errorf("the gap %v and the time %v are to be 0 or more", o.Gap, o.Time)
	}
	n, err := newNetwork(p)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	s := &search{n: n, engine: engine, lost: math.Inf(-1)}
	for l := range p.Pools {
		for _, i := range n.in[l] {
			s.parts = append(s.parts, proportion{pool: l, component: i, low: 0, high: 1})
		}
	}
	if err := s.simple(ctx); err != nil && ctx.Err() == nil {
		return nil, err
	}
	return s.run(ctx, o, begin)
}

// simple tries pools that hold one component each, or all of theirs in equal parts.
func (s *search) simple(ctx context.Context) error {
	widest := 0
	for _, in := range s.n.in {
		widest = max(widest, len(in))
	}
	for choice := range min(widest, 8) + 1 {
		q := make([][]float64, len(s.n.p.Pools))
		for l, in := range s.n.in {
			q[l] = make([]float64, len(s.n.p.Components))
			for k, i := range in {
				if choice == 0 {
					q[l][i] = 1 / float64(len(in))
				} else if k == (choice-1)%len(in) {
					q[l][i] = 1
				}
			}
		}
		if err := s.take(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// take improves proportions and keeps the blend if it is the best.
func (s *search) take(ctx context.Context, q [][]float64) error {
	b, err := s.improve(ctx, q)
	if err != nil {
		return err
	}
	if b != nil && (s.best == nil || b.Profit > s.best.Profit) {
		s.best = b
	}
	return nil
}

// node is a part of the space of proportions.
type node struct {
	parts []proportion
	bound float64 // of the part that it was cut from
}

// run bounds and cuts parts of the space, the one with the best bound first.
func (s *search) run(ctx context.Context, o Options, begin time.Time) (*Result, error) {
	result := &Result{Status: highs.Limit, Bound: math.Inf(1)}
	open := []node{{s.parts, math.Inf(1)}}
	for ; len(open) > 0 && len(open) < maxOpen; result.Rounds++ {
		slices.SortFunc(open, func(a, b node) int { return cmp.Compare(a.bound, b.bound) })
		at := open[len(open)-1]
		result.Bound = max(at.bound, s.lost)
		if o.Progress != nil {
			o.Progress(Progress{time.Since(begin).Seconds(), result.Rounds, s.profit(), result.Bound})
		}
		if s.closed(at.bound, o.Gap) || ctx.Err() != nil || o.Time > 0 && time.Since(begin) > o.Time {
			break
		}
		more, err := s.branch(ctx, at, o.Gap)
		if err != nil && ctx.Err() != nil {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("bound the profit: %w", err)
		}
		open = append(open[:len(open)-1], more...)
	}
	if len(open) == 0 {
		result.Bound = s.lost
	}
	s.finish(result, o, begin, len(open) == 0)
	return result, nil
}

func (s *search) finish(result *Result, o Options, begin time.Time, done bool) {
	result.Seconds, result.Gap, result.Blend = time.Since(begin).Seconds(), math.Inf(1), s.best
	if s.best == nil {
		if done {
			result.Status, result.Bound = highs.Infeasible, math.Inf(-1)
		}
		return
	}
	result.Bound = max(result.Bound, s.best.Profit)
	result.Gap = (result.Bound - s.best.Profit) / max(math.Abs(s.best.Profit), 1e-9)
	if s.closed(result.Bound, o.Gap) {
		result.Status = highs.Optimal
	}
}

// closed tells whether a bound is so near the best profit that nothing is to be sought below it.
func (s *search) closed(bound, gap float64) bool {
	return s.best != nil && bound-s.best.Profit <= gap*max(math.Abs(s.best.Profit), 1e-9)
}

func (s *search) profit() float64 {
	if s.best == nil {
		return math.Inf(-1)
	}
	return s.best.Profit
}

// branch relaxes a part of the space, tries for a better blend, and returns the two halves unless nothing is to
// be found in them.
func (s *search) branch(ctx context.Context, at node, gap float64) ([]node, error) {
	r := relax(s.n, at.parts)
	solved, err := s.engine.Solve(ctx, r.m, highs.Options{})
	if err != nil {
		return nil, err
	}
	if solved.Status == highs.Infeasible {
		return nil, nil
	}
	if solved.Status != highs.Optimal {
		return nil, fmt.Errorf("the relaxation ends with %s", solved.Status)
	}
	bound := min(at.bound, solved.Bound)
	if s.closed(bound, gap/2) {
		s.lost = max(s.lost, bound)
		return nil, nil
	}
	if err := s.take(ctx, s.n.proportions(solved.X, r.proportions(solved.X))); err != nil {
		return nil, err
	}
	worst := s.worst(r, solved.X)
	if s.closed(bound, gap/2) || worst < 0 {
		s.lost = max(s.lost, bound)
		return nil, nil
	}
	low, high, q := at.parts[worst].low, at.parts[worst].high, solved.X[r.parts[worst].column]
	q = min(max(0.5*q+0.25*(low+high), low+0.1*(high-low)), high-0.1*(high-low))
	below, above := slices.Clone(at.parts), slices.Clone(at.parts)
	below[worst].high, above[worst].low = q, q
	return []node{{s.tighten(below), bound}, {s.tighten(above), bound}}, nil
}

// tighten uses that the proportions of a pool add up to 1.
func (s *search) tighten(parts []proportion) []proportion {
	low, high := make([]float64, len(s.n.p.Pools)), make([]float64, len(s.n.p.Pools))
	for _, q := range parts {
		low[q.pool] += q.low
		high[q.pool] += q.high
	}
	for k := range parts {
		q := &parts[k]
		q.low, q.high = max(q.low, 1-(high[q.pool]-q.high)), min(q.high, 1-(low[q.pool]-q.low))
	}
	return parts
}

// worst is the proportion whose products the relaxation got most wrong, and −1 if all are right.
func (s *search) worst(r *relaxation, x []float64) int {
	worst, most := -1, 1e-7
	for k, q := range r.parts {
		if q.high-q.low < 1e-7 {
			continue
		}
		off := 0.0
		for at, a := range s.n.paths {
			if a.pool != q.pool || a.component != q.component {
				continue
			}
			y := 0.0
			for _, t := range s.n.through(func(b path) bool { return b.pool == a.pool && b.product == a.product }) {
				y += x[t.Column]
			}
			off += math.Abs(x[at] - x[q.column]*y)
		}
		if off > most {
			worst, most = k, off
		}
	}
	return worst
}

// proportions are the values of the proportions' own columns.
func (r *relaxation) proportions(x []float64) [][]float64 {
	list := make([][]float64, len(r.n.p.Pools))
	for l := range list {
		list[l] = make([]float64, len(r.n.p.Components))
	}
	for _, q := range r.parts {
		list[q.pool][q.component] = x[q.column]
	}
	return list
}
