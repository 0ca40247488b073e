package pooling

import (
	"math"

	"linghang/lib/schedule/highs"
)

// path is a way of a component to a product, through a pool or, with pool −1, directly.
type path struct{ component, pool, product int }

// network is the problem by places in lists.
type network struct {
	p     *Problem
	in    [][]int     // pool → components
	out   [][]int     // pool → products
	into  [][]float64 // pool → limit of each arc in
	from  [][]float64 // pool → limit of each arc out
	paths []path
	most  []float64 // limit of each path
}

func newNetwork(p *Problem) (*network, error) {
	all, err := p.places()
	if err != nil {
		return nil, err
	}
	n := &network{p: p, in: make([][]int, len(p.Pools)), out: make([][]int, len(p.Pools)), into: make([][]float64, len(p.Pools)), from: make([][]float64, len(p.Pools))}
	for _, a := range p.Arcs {
		most := math.Inf(1)
		if a.Max != nil {
			most = *a.Max
		}
		from, to := all[a.From], all[a.To]
		if most == 0 {
			continue
		}
		switch {
		case from.kind == 'o':
			n.out[from.at] = append(n.out[from.at], to.at)
			n.from[from.at] = append(n.from[from.at], min(most, p.Pools[from.at].Size, p.Products[to.at].Max))
		case to.kind == 'o':
			n.in[to.at] = append(n.in[to.at], from.at)
			n.into[to.at] = append(n.into[to.at], min(most, p.Pools[to.at].Size, p.Components[from.at].Max))
		default:
			n.paths = append(n.paths, path{from.at, -1, to.at})
			n.most = append(n.most, min(most, p.Components[from.at].Max, p.Products[to.at].Max))
		}
	}
	for l := range p.Pools {
		for x, i := range n.in[l] {
			for y, j := range n.out[l] {
				n.paths = append(n.paths, path{i, l, j})
				n.most = append(n.most, min(n.into[l][x], n.from[l][y]))
			}
		}
	}
	return n, nil
}

// flows makes the part that all programmes share: a column for each path, and what concerns components,
// pools, products and qualities. Columns of paths have the places of paths.
func (n *network) flows() *highs.Model {
	m := &highs.Model{Maximise: true}
	use, size := make([][]highs.Term, len(n.p.Components)), make([][]highs.Term, len(n.p.Pools))
	made := make([][]highs.Term, len(n.p.Products))
	for k, a := range n.paths {
		c := m.Column(highs.Column{Cost: n.p.Products[a.product].Price - n.p.Components[a.component].Price, Upper: n.most[k]})
		one := highs.Term{Column: c, Coefficient: 1}
		use[a.component] = append(use[a.component], one)
		made[a.product] = append(made[a.product], one)
		if a.pool >= 0 {
			size[a.pool] = append(size[a.pool], one)
		}
	}
	for i, c := range n.p.Components {
		m.Row(highs.Row{Lower: c.Min, Upper: c.Max, Terms: use[i]})
	}
	for l, o := range n.p.Pools {
		m.AtMost("", o.Size, size[l]...)
	}
	for j := range n.p.Products {
		q := &n.p.Products[j]
		m.Row(highs.Row{Lower: q.Min, Upper: q.Max, Terms: made[j]})
		for name, bound := range q.QualityMax {
			m.AtMost("", 0, n.excess(j, name, bound)...)
		}
		for name, bound := range q.QualityMin {
			m.AtLeast("", 0, n.excess(j, name, bound)...)
		}
	}
	for l := range n.p.Pools {
		for x, i := range n.in[l] {
			m.AtMost("", n.into[l][x], n.through(func(a path) bool { return a.pool == l && a.component == i })...)
		}
		for y, j := range n.out[l] {
			m.AtMost("", n.from[l][y], n.through(func(a path) bool { return a.pool == l && a.product == j })...)
		}
	}
	return m
}

// excess is Σ (quality − bound)·flow of a product.
func (n *network) excess(j int, name string, bound float64) []highs.Term {
	var list []highs.Term
	for k, a := range n.paths {
		if a.product == j {
			list = append(list, highs.Term{Column: k, Coefficient: n.p.Components[a.component].Quality[name] - bound})
		}
	}
	return list
}

// through is the flow of the paths that are chosen.
func (n *network) through(chosen func(a path) bool) []highs.Term {
	var list []highs.Term
	for k, a := range n.paths {
		if chosen(a) {
			list = append(list, highs.Term{Column: k, Coefficient: 1})
		}
	}
	return list
}

// blend turns the flows of paths, which agree with the proportions of pools, into flows on arcs.
func (n *network) blend(x []float64) *Blend {
	sum := map[[2]string]float64{}
	for k, a := range n.paths {
		from, to := n.p.Components[a.component].Name, n.p.Products[a.product].Name
		if a.pool < 0 {
			sum[[2]string{from, to}] += x[k]
			continue
		}
		sum[[2]string{from, n.p.Pools[a.pool].Name}] += x[k]
		sum[[2]string{n.p.Pools[a.pool].Name, to}] += x[k]
	}
	b := &Blend{Flows: []Flow{}}
	for _, a := range n.p.Arcs {
		if amount := sum[[2]string{a.From, a.To}]; amount > 1e-9 {
			b.Flows = append(b.Flows, Flow{a.From, a.To, amount})
		}
	}
	return b
}
