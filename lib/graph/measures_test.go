package graph_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"linghang/lib/graph"
)

// solve returns the x of x = (1−d)·t + d·(Pᵀx + m·t) by elimination.
func (p plain) solve(d float64, toward map[string]float64, dir graph.Direction, weighted bool) map[string]float64 {
	n := len(p.nodes)
	at, sum := map[string]int{}, 0.0
	for i, node := range p.nodes {
		at[node.ID] = i
		if toward == nil {
			sum++
		}
		sum += toward[node.ID]
	}
	jump := make([]float64, n)
	for i, node := range p.nodes {
		jump[i] = toward[node.ID] / sum
		if toward == nil {
			jump[i] = 1 / sum
		}
	}
	rows := make([][]float64, n) // of (I − d·(Pᵀ + t·dangling)) | (1−d)·t
	for i := range rows {
		rows[i] = make([]float64, n+1)
		rows[i][i], rows[i][n] = 1, (1-d)*jump[i]
	}
	for j, node := range p.nodes {
		total := 0.0
		weight := func(f far) float64 {
			if weighted {
				return f.edge.Weight
			}
			return 1
		}
		arcs := p.arcs(node.ID, dir)
		for _, f := range arcs {
			total += weight(f)
		}
		for _, f := range arcs {
			if total > 0 {
				rows[at[f.end]][j] -= d * weight(f) / total
			}
		}
		for i := range rows {
			if total == 0 {
				rows[i][j] -= d * jump[i]
			}
		}
	}
	eliminate(rows)
	x := map[string]float64{}
	for i, node := range p.nodes {
		x[node.ID] = rows[i][n]
	}
	return x
}

func eliminate(rows [][]float64) {
	for i := range rows {
		for j := i; j < len(rows); j++ {
			if math.Abs(rows[j][i]) > math.Abs(rows[i][i]) {
				rows[i], rows[j] = rows[j], rows[i]
			}
		}
		pivot := rows[i][i]
		for k := range rows[i] {
			rows[i][k] /= pivot
		}
		for j := range rows {
			if f := rows[j][i]; j != i && f != 0 {
				for k := range rows[j] {
					rows[j][k] -= f * rows[i][k]
				}
			}
		}
	}
}

func TestPageRankSolvesItsEquation(t *testing.T) {
	views(t, 60, func(r *rand.Rand, v *graph.View, p plain) {
		if len(p.nodes) == 0 {
			return
		}
		toward := map[string]float64{p.nodes[r.IntN(len(p.nodes))].ID: 2, p.nodes[0].ID: 1}
		for _, d := range directions() {
			for _, personal := range []map[string]float64{nil, toward} {
				for _, weighted := range []bool{false, true} {
					got, err := v.PageRank(t.Context(), graph.RankOptions{Direction: d, Toward: personal, Weighted: weighted, Damping: 0.8, Tolerance: 1e-13, Iterations: 1000})
					must(t, err)
					for id, want := range p.solve(0.8, personal, d, weighted) {
						i, _ := v.Snapshot().Number(id)
						if math.Abs(got.Score[i]-want) > 1e-9 || !got.Settled {
							t.Errorf("%s: %v, want %v (direction %d, weighted %v, toward %v)", id, got.Score[i], want, d, weighted, personal)
						}
					}
				}
			}
		}
	})
}

func TestPageRankOfFourPagesByHand(t *testing.T) {
	v := pairs(4, [][2]int{{1, 0}, {2, 0}, {3, 0}, {0, 1}}).build(t).All()
	got, err := v.PageRank(t.Context(), graph.RankOptions{Tolerance: 1e-14})
	must(t, err)
	// x2 = x3 = j, x0 = j + d(x1+2j) and x1 = j + d·x0, with j = 0.15/4 and d = 0.85.
	const j, d = 0.0375, 0.85
	x0 := (j + d*3*j) / (1 - d*d)
	for i, want := range []float64{x0, j + d*x0, j, j} {
		if !near(got.Score[i], want) {
			t.Errorf("node %d: %v, want %v", i, got.Score[i], want)
		}
	}
	top := v.Top(got.Score, 3)
	if len(top) != 3 || top[0].ID != "n0" || top[1].ID != "n1" || top[2].ID != "n2" {
		t.Errorf("top %v", top)
	}
}

func TestRanksThatCannotBeAreRefused(t *testing.T) {
	v := wheel(3).build(t).All()
	for _, o := range []graph.RankOptions{
		{Damping: 1},
		{Damping: math.NaN()},
		{Tolerance: -1},
		{Direction: 3},
		{Toward: map[string]float64{}},
		{Toward: map[string]float64{"n0": -1}},
		{Toward: map[string]float64{"n0": math.Inf(1)}},
	} {
		if _, err := v.PageRank(t.Context(), o); !errors.Is(err, graph.ErrQuery) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := v.PageRank(t.Context(), graph.RankOptions{Toward: map[string]float64{"x": 1}}); !errors.Is(err, graph.ErrUnknownNode) {
		t.Error(err)
	}
}

// ends are the other nodes at the end of edges, whichever way they lead.
func (p plain) ends(from string) map[string]bool {
	set := map[string]bool{}
	for _, f := range p.arcs(from, graph.Both) {
		if f.end != from {
			set[f.end] = true
		}
	}
	return set
}

func TestMeasuresEndWithTheirContext(t *testing.T) {
	v := karate().build(t).All()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, ranks := v.PageRank(ctx, graph.RankOptions{})
	_, links := v.Links(ctx)
	for _, err := range []error{ranks, links} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}
