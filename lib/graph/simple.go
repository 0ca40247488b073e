package graph

import (
	"context"
	"slices"
)

// simple is what a view shows with at most one edge between two nodes, whichever way, and
// nodes numbered without gaps. What compares neighbourhoods needs it.
type simple struct {
	rows
	node  []uint32 // the number in the snapshot
	local []uint32 // the way back; none is not shown
}

func (v *View) simple(ctx context.Context) (*simple, error) {
	g := &simple{local: make([]uint32, v.s.Nodes())}
	for i := range g.local {
		g.local[i] = none
		if v.Shows(i) {
			g.local[i] = uint32(len(g.node)) //nolint:gosec // Options bound the number of nodes
			g.node = append(g.node, uint32(i))
		}
	}
	g.start = make([]uint32, 1, len(g.node)+1)
	var row []uint32
	for i, u := range g.node {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row = row[:0]
		for end := range v.arcs(u, Both) {
			if end != u {
				row = append(row, g.local[end])
			}
		}
		slices.Sort(row) // two orders, one after the other
		g.end = append(g.end, slices.Compact(row)...)
		g.start = append(g.start, uint32(len(g.end))) //nolint:gosec // Options bound the number of edges
	}
	g.end = slices.Clip(g.end)
	return g, nil
}

func (g *simple) nodes() int { return len(g.node) }

func (g *simple) row(u uint32) []uint32 { return g.end[g.start[u]:g.start[u+1]] }

func (g *simple) degree(u uint32) int { return int(g.start[u+1] - g.start[u]) }

// adjacent reports whether there is an edge from u to w.
func (g *simple) adjacent(u, w uint32) bool {
	_, ok := slices.BinarySearch(g.row(u), w)
	return ok
}
