package pooling

import (
	"context"
	"fmt"
	"math"

	"linghang/lib/schedule/highs"
)

// rounds bounds how often proportions and flows are improved in turn.
const rounds = 12

// improve begins with proportions of pools (by pool and component) and finds a blend by linear programmes
// in turn: flows with the proportions as they are, then what components give with the shares of products as they
// are. Each begins with a solution of the one before, so profit never falls. Nil is: there is none with these proportions.
func (s *search) improve(ctx context.Context, proportions [][]float64) (*Blend, error) {
	var best *Blend
	for range rounds {
		x, profit, err := s.withProportions(ctx, proportions)
		if err != nil || x == nil {
			return best, err
		}
		if best != nil && profit <= best.Profit+1e-7*max(1, best.Profit) {
			return best, nil
		}
		b := s.n.blend(x)
		if b.Profit, err = Check(s.n.p, b, tolerance); err != nil {
			return best, nil //nolint:nilerr // too inexact to be a blend; the one before stays
		}
		best = b
		if s.best != nil && b.Profit < s.best.Profit-0.2*math.Abs(s.best.Profit) {
			return best, nil // too far off to be worth more
		}
		if x, err = s.withShares(ctx, x); err != nil || x == nil {
			return best, err
		}
		proportions = s.n.proportions(x, proportions)
	}
	return best, nil
}

// withProportions fixes what pools hold: v(i,l,j) = q(i,l)·y(l,j).
func (s *search) withProportions(ctx context.Context, q [][]float64) ([]float64, float64, error) {
	m := s.n.flows()
	for l := range s.n.p.Pools {
		for _, j := range s.n.out[l] {
			y := m.Column(highs.Column{Upper: highs.Inf(1)})
			for k, a := range s.n.paths {
				if a.pool == l && a.product == j {
					m.Equal("", 0, highs.Term{Column: k, Coefficient: 1}, highs.Term{Column: y, Coefficient: -q[l][a.component]})
				}
			}
		}
	}
	return s.lp(ctx, m)
}

// withShares fixes how the products share a pool: v(i,l,j) = p(l,j)·f(i,l).
func (s *search) withShares(ctx context.Context, x []float64) ([]float64, error) {
	m := s.n.flows()
	for l := range s.n.p.Pools {
		total, share := 0.0, map[int]float64{}
		for k, a := range s.n.paths {
			if a.pool == l {
				total += x[k]
				share[a.product] += x[k]
			}
		}
		if total <= 1e-9 {
			continue // empty: any mixture may come
		}
		for _, i := range s.n.in[l] {
			f := m.Column(highs.Column{Upper: highs.Inf(1)})
			for k, a := range s.n.paths {
				if a.pool == l && a.component == i {
					m.Equal("", 0, highs.Term{Column: k, Coefficient: 1}, highs.Term{Column: f, Coefficient: -share[a.product] / total})
				}
			}
		}
	}
	x, _, err := s.lp(ctx, m)
	return x, err
}

func (s *search) lp(ctx context.Context, m *highs.Model) ([]float64, float64, error) {
	r, err := s.engine.Solve(ctx, m, highs.Options{})
	if err != nil {
		return nil, 0, fmt.Errorf("improve a blend: %w", err)
	}
	if r.Status != highs.Optimal {
		return nil, 0, nil
	}
	return r.X[:len(s.n.paths)], r.Objective, nil
}

// proportions are those of the flows; an empty pool keeps the ones that it had.
func (n *network) proportions(x []float64, before [][]float64) [][]float64 {
	list := make([][]float64, len(n.p.Pools))
	for l := range list {
		list[l] = make([]float64, len(n.p.Components))
		total := 0.0
		for k, a := range n.paths {
			if a.pool == l {
				total += max(0, x[k])
				list[l][a.component] += max(0, x[k])
			}
		}
		if total <= 1e-9 {
			copy(list[l], before[l])
			continue
		}
		for i := range list[l] {
			list[l][i] /= total
		}
	}
	return list
}
