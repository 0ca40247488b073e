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
	in, out := map[string]float64{}, map[string]float64{}
	for _, f := range b.Flows {
		most, known := limit[[2]string{f.From, f.To}]
		if !known || !(f.Amount >= -tolerance && f.Amount <= most+tolerance*max(1, most)) {
			return 0, fmt.Errorf("flow from %s to %s: %v; there is no such arc or its limit is %v", f.From, f.To, f.Amount, most)
		}
		out[f.From] += f.Amount
		in[f.To] += f.Amount
	}
	inside := func(what string, v, low, high float64) error {
		if v < low-tolerance*max(1, high) || v > high+tolerance*max(1, high) {
			return fmt.Errorf("%s: %v, outside %v to %v", what, v, low, high)
		}
		return nil
	}
	quality := map[string]map[string]float64{} // by what flows, then by quality
	for _, c := range p.Components {
		if err := inside("component "+c.Name, out[c.Name], c.Min, c.Max); err != nil {
			return 0, err
		}
		quality[c.Name] = c.Quality
		profit -= c.Price * out[c.Name]
	}
	for _, o := range p.Pools {
		if err := inside("pool "+o.Name, in[o.Name], 0, o.Size); err != nil {
			return 0, err
		}
		if math.Abs(in[o.Name]-out[o.Name]) > tolerance*max(1, o.Size) {
			return 0, fmt.Errorf("pool %s: %v flows in and %v out", o.Name, in[o.Name], out[o.Name])
		}
		quality[o.Name] = mixture(b, o.Name, quality)
	}
	for _, q := range p.Products {
		if err := inside("product "+q.Name, in[q.Name], q.Min, q.Max); err != nil {
			return 0, err
		}
		profit += q.Price * in[q.Name]
		if in[q.Name] <= tolerance*max(1, q.Max) {
			continue // of next to nothing there is no quality
		}
		if err := qualities(&q, mixture(b, q.Name, quality), tolerance*max(1, q.Max/in[q.Name])); err != nil {
			return 0, err
		}
	}
	return profit, nil
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
