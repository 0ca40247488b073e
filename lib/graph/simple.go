package graph

import (
	"cmp"
	"context"
	"slices"
)

// simple is what a view shows with at most one edge from a node to another, whose
// weight is the sum of theirs, and nodes numbered without gaps. Algorithms that count
// ways or compare neighbourhoods need it.
type simple struct {
	rows
	node   []uint32  // the number in the snapshot
	local  []uint32  // the way back; none is not shown
	weight []float64 // nil if not asked for
	loop   []float64 // of edges from a node to itself, which are not in the rows
}

type arc struct {
	end    uint32
	weight float64
}

func (v *View) simple(ctx context.Context, d Direction, weighted bool) (*simple, error) {
	g := &simple{local: make([]uint32, v.s.Nodes())}
	for i := range g.local {
		g.local[i] = none
		if v.Shows(i) {
			g.local[i] = uint32(len(g.node)) //nolint:gosec // Options bound the number of nodes
			g.node = append(g.node, uint32(i))
		}
	}
	g.start = make([]uint32, 1, len(g.node)+1)
	g.loop = make([]float64, len(g.node))
	var row []arc
	for i, u := range g.node {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row = row[:0]
		for end, at := range v.arcs(u, d) {
			row = append(row, arc{g.local[end], v.s.weightAt(at)})
		}
		if d == Both { // two orders, one after the other
			slices.SortFunc(row, func(a, b arc) int { return cmp.Compare(a.end, b.end) })
		}
		g.add(uint32(i), row, weighted)
	}
	g.end, g.weight = slices.Clip(g.end), slices.Clip(g.weight)
	return g, nil
}

// add takes the arcs of the next node in the order of their ends.
func (g *simple) add(u uint32, row []arc, weighted bool) {
	begin := len(g.end)
	for _, a := range row {
		if a.end == u {
			g.loop[u] += a.weight
			continue
		}
		last := len(g.end) - 1
		if last >= begin && g.end[last] == a.end {
			if weighted {
				g.weight[last] += a.weight
			}
			continue
		}
		g.end = append(g.end, a.end)
		if weighted {
			g.weight = append(g.weight, a.weight)
		}
	}
	g.start = append(g.start, uint32(len(g.end))) //nolint:gosec // Options bound the number of edges
}

func (g *simple) nodes() int { return len(g.node) }

func (g *simple) row(u uint32) []uint32 { return g.end[g.start[u]:g.start[u+1]] }

func (g *simple) degree(u uint32) int { return int(g.start[u+1] - g.start[u]) }

// adjacent reports whether there is an edge from u to w.
func (g *simple) adjacent(u, w uint32) bool {
	_, ok := slices.BinarySearch(g.row(u), w)
	return ok
}

// back returns values by the snapshot's numbers, zero where the view shows nothing.
func (g *simple) back(values []float64) []float64 {
	all := make([]float64, len(g.local))
	for i, u := range g.node {
		all[u] = values[i]
	}
	return all
}
