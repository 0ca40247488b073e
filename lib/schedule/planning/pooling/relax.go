package pooling

import (
	"slices"

	"linghang/lib/schedule/highs"
)

// proportion is q(i,l): how much of pool l is component i, and between which bounds.
type proportion struct {
	pool, component int
	low, high       float64
	column          int
}

// relaxation is the linear programme of McCormick's envelopes within the bounds of the proportions.
type relaxation struct {
	n     *network
	m     *highs.Model
	parts []proportion
}

// relax builds it.
func relax(n *network, parts []proportion) *relaxation {
	r := &relaxation{n: n, m: n.flows(), parts: slices.Clone(parts)}
	sums := make([][]highs.Term, len(n.p.Pools))
	for k := range r.parts {
		q := &r.parts[k]
		q.column = r.m.Column(highs.Column{Lower: q.low, Upper: q.high})
		sums[q.pool] = append(sums[q.pool], highs.Term{Column: q.column, Coefficient: 1})
	}
	for _, sum := range sums {
		if len(sum) > 0 {
			r.m.Equal("", 1, sum...)
		}
	}
	// y(l,j) as a column, so that the envelopes have few terms.
	for l := range n.p.Pools {
		for y, j := range n.out[l] {
			column := r.m.Column(highs.Column{Upper: n.from[l][y]})
			r.m.Equal("", 0, append(n.through(func(a path) bool { return a.pool == l && a.product == j }), highs.Term{Column: column, Coefficient: -1})...)
			for k := range r.parts {
				if r.parts[k].pool == l {
					r.envelope(&r.parts[k], j, column, n.from[l][y])
				}
			}
		}
		for k := range r.parts {
			if q := &r.parts[k]; q.pool == l { // Σ_j v(i,l,j) ≤ size·q(i,l)
				r.m.AtMost("", 0, append(n.through(func(a path) bool { return a.pool == l && a.component == q.component }), highs.Term{Column: q.column, Coefficient: -n.p.Pools[l].Size})...)
			}
		}
	}
	return r
}

// envelope bounds v = q·y, 0 ≤ y ≤ most, by its convex hull.
func (r *relaxation) envelope(q *proportion, product, y int, most float64) {
	v := slices.Index(r.n.paths, path{q.component, q.pool, product})
	if v < 0 {
		return
	}
	t := func(column int, coefficient float64) highs.Term {
		return highs.Term{Column: column, Coefficient: coefficient}
	}
	low, high := q.low, q.high
	r.m.AtLeast("", 0, t(v, 1), t(y, -low))
	r.m.AtMost("", 0, t(v, 1), t(y, -high))
	r.m.AtLeast("", -high*most, t(v, 1), t(y, -high), t(q.column, -most))
	r.m.AtMost("", -low*most, t(v, 1), t(y, -low), t(q.column, -most))
}
