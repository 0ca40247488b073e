package graph_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"linghang/lib/graph"
)

func TestComponentsAreWhatCanBeReachedEitherWay(t *testing.T) {
	views(t, 200, func(_ *rand.Rand, v *graph.View, p plain) {
		got, err := v.Components(t.Context())
		must(t, err)
		sizes := make([]int, len(got.Sizes))
		for _, a := range p.nodes {
			near := p.hops(a.ID, graph.Both)
			i, _ := v.Snapshot().Number(a.ID)
			sizes[got.Of[i]]++
			for _, b := range p.nodes {
				j, _ := v.Snapshot().Number(b.ID)
				if _, reached := near[b.ID]; reached != (got.Of[i] == got.Of[j]) {
					t.Errorf("%s and %s are in %d and %d", a.ID, b.ID, got.Of[i], got.Of[j])
				}
			}
		}
		if !slices.Equal(sizes, got.Sizes) || !slices.IsSortedFunc(sizes, func(a, b int) int { return b - a }) {
			t.Errorf("sizes %v, want %v", got.Sizes, sizes)
		}
		if hidden := slices.Index(got.Of, -1); hidden >= 0 && v.Shows(hidden) {
			t.Errorf("node %d is in no component", hidden)
		}
	})
}

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

// between counts for each pair of other nodes which share of their shortest ways
// leads through a node, from the distances and numbers of ways of all pairs.
func (p plain) between(d graph.Direction) map[string]float64 {
	hops, ways := map[[2]string]int{}, map[[2]string]float64{}
	for _, a := range p.nodes {
		far := p.hops(a.ID, d)
		count := map[string]float64{a.ID: 1}
		for h := 1; h < len(p.nodes); h++ {
			for id, at := range far {
				for next := range p.ends(id, d) {
					if at == h-1 && far[next] == h {
						count[next] += count[id]
					}
				}
			}
		}
		for id, at := range far {
			hops[[2]string{a.ID, id}], ways[[2]string{a.ID, id}] = at, count[id]
		}
	}
	score := map[string]float64{}
	for pair, h := range hops {
		for _, v := range p.nodes {
			first, ok1 := hops[[2]string{pair[0], v.ID}]
			second, ok2 := hops[[2]string{v.ID, pair[1]}]
			if ok1 && ok2 && v.ID != pair[0] && v.ID != pair[1] && first+second == h {
				score[v.ID] += ways[[2]string{pair[0], v.ID}] * ways[[2]string{v.ID, pair[1]}] / ways[pair]
			}
		}
	}
	if d == graph.Both {
		for id := range score {
			score[id] /= 2
		}
	}
	return score
}

// ends are the other nodes at the end of edges.
func (p plain) ends(from string, d graph.Direction) map[string]bool {
	set := map[string]bool{}
	for _, f := range p.arcs(from, d) {
		if f.end != from {
			set[f.end] = true
		}
	}
	return set
}

func TestBetweennessIsTheShareOfShortestWays(t *testing.T) {
	views(t, 100, func(_ *rand.Rand, v *graph.View, p plain) {
		for _, d := range directions() {
			got, err := v.Betweenness(t.Context(), graph.BetweennessOptions{Direction: d})
			must(t, err)
			want := p.between(d)
			for _, n := range p.nodes {
				i, _ := v.Snapshot().Number(n.ID)
				if !near(got.Score[i], want[n.ID]) || !got.Exact {
					t.Errorf("%s: %v, want %v", n.ID, got.Score[i], want[n.ID])
				}
			}
		}
	})
}

func TestBetweennessOfTheKarateClub(t *testing.T) {
	v := karate().build(t).All()
	got, err := v.Betweenness(t.Context(), graph.BetweennessOptions{Direction: graph.Both})
	must(t, err)
	for node, want := range map[int]float64{0: 0.437635, 33: 0.304075, 32: 0.145247} { // divided by the pairs of 33 others
		if share := got.Score[node] / (33 * 32 / 2); math.Abs(share-want) > 1e-6 {
			t.Errorf("node %d: %v, want %v", node, share, want)
		}
	}
}

func TestSampledBetweennessIsRightOnAverageAndTheSameForASeed(t *testing.T) {
	v := karate().build(t).All()
	exact, err := v.Betweenness(t.Context(), graph.BetweennessOptions{Direction: graph.Both})
	must(t, err)
	mean := make([]float64, 34)
	for seed := range uint64(400) {
		o := graph.BetweennessOptions{Direction: graph.Both, ExactEdges: 10, Sources: 8, Seed: seed}
		got, err := v.Betweenness(t.Context(), o)
		must(t, err)
		again, err := v.Betweenness(t.Context(), o)
		must(t, err)
		if got.Exact || got.Sources != 8 || !slices.Equal(got.Score, again.Score) {
			t.Fatalf("seed %d: exact %v, %d sources", seed, got.Exact, got.Sources)
		}
		for i, x := range got.Score {
			mean[i] += x / 400
		}
	}
	for i, x := range exact.Score {
		if math.Abs(mean[i]-x) > 0.1*x+1 {
			t.Errorf("node %d: %v on average, want %v", i, mean[i], x)
		}
	}
}

// modularity is the definition: Σ over communities of in/m − γ·(tot/2m)².
func (p plain) modularity(of map[string]int, resolution float64) float64 {
	m, in, tot := 0.0, map[int]float64{}, map[int]float64{}
	for _, e := range p.edges {
		m += e.Weight
		tot[of[e.From]] += e.Weight
		tot[of[e.To]] += e.Weight
		if of[e.From] == of[e.To] {
			in[of[e.From]] += e.Weight
		}
	}
	q := 0.0
	for c, sum := range tot {
		if m > 0 {
			q += in[c]/m - resolution*(sum/(2*m))*(sum/(2*m))
		}
	}
	return q
}

// best tries every way to put the nodes into groups.
func (p plain) best(resolution float64) float64 {
	most := math.Inf(-1)
	of := map[string]int{}
	var try func(i, groups int)
	try = func(i, groups int) {
		if i == len(p.nodes) {
			most = max(most, p.modularity(of, resolution))
			return
		}
		for g := range groups + 1 {
			of[p.nodes[i].ID] = g
			try(i+1, max(groups, g+1))
		}
	}
	try(0, 0)
	return most
}

func TestCommunitiesAreWorthWhatTheySayAndNearTheBest(t *testing.T) {
	short, rounds := 0.0, 0
	views(t, 25, func(r *rand.Rand, v *graph.View, p plain) {
		resolution := []float64{0.5, 1, 2}[r.IntN(3)]
		got, err := v.Communities(t.Context(), graph.CommunityOptions{Resolution: resolution, Seed: r.Uint64()})
		must(t, err)
		of, single := map[string]int{}, map[string]int{}
		for i, n := range p.nodes {
			number, _ := v.Snapshot().Number(n.ID)
			of[n.ID], single[n.ID] = int(got.Of[number]), i
		}
		if want := p.modularity(of, resolution); !near(got.Modularity, want) {
			t.Errorf("modularity %v, want %v", got.Modularity, want)
		}
		best := p.best(resolution)
		if got.Modularity < p.modularity(single, resolution)-1e-9 || got.Modularity > best+1e-9 {
			t.Errorf("modularity %v, and the best is %v", got.Modularity, best)
		}
		short += best - got.Modularity
		rounds++
	})
	if short/float64(rounds) > 0.02 {
		t.Errorf("communities fall short of the best by %v on average", short/float64(rounds))
	}
}

func TestTwoTrianglesAreTwoCommunities(t *testing.T) {
	v := pairs(6, [][2]int{{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}, {5, 3}, {2, 3}}).build(t).All()
	got, err := v.Communities(t.Context(), graph.CommunityOptions{})
	must(t, err)
	// Each has 3 of 7 edges within, and half of all degrees: 2·(3/7 − 1/4).
	if !slices.Equal(got.Of, []int32{0, 0, 0, 1, 1, 1}) || !near(got.Modularity, 6.0/7-0.5) {
		t.Fatalf("got %+v", got)
	}
}

func TestCommunitiesOfTheKarateClubAreGood(t *testing.T) {
	v := karate().build(t).All()
	most := 0.0
	for seed := range uint64(20) {
		got, err := v.Communities(t.Context(), graph.CommunityOptions{Seed: seed})
		must(t, err)
		most = max(most, got.Modularity)
		if got.Modularity < 0.38 {
			t.Errorf("seed %d: modularity %v", seed, got.Modularity)
		}
	}
	if most < 0.4188 || most > 0.41979+1e-5 { // the best that there is (U. Brandes et al.: On modularity clustering, 2008)
		t.Errorf("the best of twenty is %v", most)
	}
}

func TestMeasuresEndWithTheirContext(t *testing.T) {
	v := karate().build(t).All()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, components := v.Components(ctx)
	_, ranks := v.PageRank(ctx, graph.RankOptions{})
	_, between := v.Betweenness(ctx, graph.BetweennessOptions{})
	_, communities := v.Communities(ctx, graph.CommunityOptions{})
	_, links := v.Links(ctx)
	for _, err := range []error{components, ranks, between, communities, links} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}
