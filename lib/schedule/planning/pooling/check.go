package pooling

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Check mixes the flows of a blend with nothing but the problem, and returns the profit, or the first breach. It
// knows nothing of how blends are found. The tolerance is relative to amounts and to qualities.
func Check(p *Problem, b *Blend, tolerance float64) (profit float64, err error) {
	limit := map[[2]string]float64{}
	for _, a := range p.Arcs {
		limit[[2]string{a.From, a.To}] = math.Inf(1)
		if a.Max != nil {
			limit[[2]string{a.From, a.To}] = *a.Max
		}
	}
	c := mixer{p: p, b: b, tolerance: tolerance, in: map[string]float64{}, out: map[string]float64{}, quality: map[string]map[string]float64{}}
	for _, f := range b.Flows {
		most, known := limit[[2]string{f.From, f.To}]
		if !known || !(f.Amount >= -tolerance && f.Amount <= most+tolerance*max(1, most)) {
			return 0, fmt.Errorf("flow from %s to %s: %v; there is no such arc or its limit is %v", f.From, f.To, f.Amount, most)
		}
		c.out[f.From] += f.Amount
		c.in[f.To] += f.Amount
	}
	if err := c.sources(); err != nil {
		return 0, err
	}
	if err := c.products(); err != nil {
		return 0, err
	}
	return c.profit, nil
}

type mixer struct {
	p         *Problem
	b         *Blend
	tolerance float64
	in, out   map[string]float64
	quality   map[string]map[string]float64 // by what flows, then by quality
	profit    float64
}

func (m *mixer) inside(what string, v, low, high float64) error {
	if slack := m.tolerance * max(1, high); v < low-slack || v > high+slack {
		return fmt.Errorf("%s: %v, outside %v to %v", what, v, low, high)
	}
	return nil
}

// sources checks components and pools, and mixes pools.
func (m *mixer) sources() error {
	for _, c := range m.p.Components {
		if err := m.inside("component "+c.Name, m.out[c.Name], c.Min, c.Max); err != nil {
			return err
		}
		m.quality[c.Name] = c.Quality
		m.profit -= c.Price * m.out[c.Name]
	}
	for _, o := range m.p.Pools {
		if err := m.inside("pool "+o.Name, m.in[o.Name], 0, o.Size); err != nil {
			return err
		}
		if math.Abs(m.in[o.Name]-m.out[o.Name]) > m.tolerance*max(1, o.Size) {
			return fmt.Errorf("pool %s: %v flows in and %v out", o.Name, m.in[o.Name], m.out[o.Name])
		}
		m.quality[o.Name] = mixture(m.b, o.Name, m.quality)
	}
	return nil
}

func (m *mixer) products() error {
	for _, q := range m.p.Products {
		amount := m.in[q.Name]
		if err := m.inside("product "+q.Name, amount, q.Min, q.Max); err != nil {
			return err
		}
		m.profit += q.Price * amount
		if amount <= m.tolerance*max(1, q.Max) {
			continue // of next to nothing there is no quality
		}
		if err := qualities(&q, mixture(m.b, q.Name, m.quality), m.tolerance*max(1, q.Max/amount)); err != nil {
			return err
		}
	}
	return nil
}

func qualities(q *Product, is map[string]float64, tolerance float64) error {
	for _, name := range slices.Sorted(maps.Keys(q.QualityMin)) {
		if low := q.QualityMin[name]; is[name] < low-tolerance*max(1, math.Abs(low)) {
			return fmt.Errorf("product %s: %s is %v and at least %v", q.Name, name, is[name], low)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(q.QualityMax)) {
		if high := q.QualityMax[name]; is[name] > high+tolerance*max(1, math.Abs(high)) {
			return fmt.Errorf("product %s: %s is %v and at most %v", q.Name, name, is[name], high)
		}
	}
	return nil
}

// mixture is the qualities of what flows to a place.
func mixture(b *Blend, to string, quality map[string]map[string]float64) map[string]float64 {
	sum, total := map[string]float64{}, 0.0
	for _, f := range b.Flows {
		if f.To != to {
			continue
		}
		total += f.Amount
		for name, v := range quality[f.From] {
			sum[name] += f.Amount * v
		}
	}
	for name := range sum {
		if total > 0 {
			sum[name] /= total
		}
	}
	return sum
}
