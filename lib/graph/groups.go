package graph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Groups are nodes put together: every node of the view is in one.
type Groups struct {
	Of    []int32 // the group of each node by its number; −1 where the view does not show it
	Sizes []int   // the largest group is 0; of equal ones that of the earlier node
}

// newGroups numbers groups by size, from a label for each node that is shown.
func newGroups(labels []uint32, shows func(i int) bool) Groups {
	g := Groups{Of: make([]int32, len(labels))}
	first := map[uint32]int32{}
	for i, l := range labels {
		if !shows(i) {
			g.Of[i] = -1
			continue
		}
		n, ok := first[l]
		if !ok {
			n = int32(len(g.Sizes)) //nolint:gosec // Options bound the number of nodes
			first[l] = n
			g.Sizes = append(g.Sizes, 0)
		}
		g.Of[i] = n
		g.Sizes[n]++
	}
	order := make([]int32, len(g.Sizes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(g.Sizes[b], g.Sizes[a]) })
	rank, sizes := make([]int32, len(order)), make([]int, len(order))
	for i, n := range order {
		rank[n], sizes[i] = int32(i), g.Sizes[n]
	}
	for i, n := range g.Of {
		if n >= 0 {
			g.Of[i] = rank[n]
		}
	}
	g.Sizes = sizes
	return g
}

// Components returns the weakly connected components: nodes that edges lead between,
// whatever their direction.
func (v *View) Components(ctx context.Context) (Groups, error) {
	parent := make([]uint32, v.s.Nodes())
	for i := range parent {
		parent[i] = uint32(i)
	}
	root := func(i uint32) uint32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]] // halves the way
			i = parent[i]
		}
		return i
	}
	for u := range parent {
		if u%4096 == 0 && ctx.Err() != nil {
			return Groups{}, fmt.Errorf("components: %w", ctx.Err())
		}
		if !v.Shows(u) {
			continue
		}
		for end := range v.arcs(uint32(u), Out) {
			a, b := root(uint32(u)), root(end) //nolint:gosec // as above
			parent[max(a, b)] = min(a, b)
		}
	}
	for i := range parent {
		parent[i] = root(uint32(i))
	}
	return newGroups(parent, v.Shows), nil
}
