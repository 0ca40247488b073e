package chain

import (
	"slices"

	"gonum.org/v1/gonum/graph/flow"
	"gonum.org/v1/gonum/graph/simple"
)

// dominated returns for each stage the sum of values of the stages that only ways over
// it lead to, without itself. order has every stage after those that lead to it, roots
// are where ways begin: they get a common beginning, whose number is after the stages'.
func dominated(g *simple.DirectedGraph, order []int, roots func(i int) bool, value []float64) []float64 {
	beginning := simple.Node(len(value))
	g.AddNode(beginning)
	for _, i := range order {
		if roots(i) {
			g.SetEdge(simple.Edge{F: beginning, T: simple.Node(i)})
		}
	}
	tree, below := flow.Dominators(beginning, g), make([]float64, len(value)+1)
	for _, i := range slices.Backward(order) {
		below[tree.DominatorOf(int64(i)).ID()] += below[i] + value[i]
	}
	return below[:len(value)]
}
