package graph_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"linghang/lib/graph"
)

func methods() []graph.Method {
	return []graph.Method{graph.CommonNeighbours, graph.AdamicAdar, graph.ResourceAllocation}
}

// likely is the formula of each method.
func (p plain) likely(a, b string, m graph.Method) float64 {
	sum := 0.0
	other := p.ends(b)
	for z := range p.ends(a) {
		if !other[z] {
			continue
		}
		k := float64(len(p.ends(z)))
		sum += []float64{1, 1 / math.Log(k), 1 / k}[m]
	}
	return sum
}

func TestMissingLinksScoreByTheirFormula(t *testing.T) {
	views(t, 60, func(_ *rand.Rand, v *graph.View, p plain) {
		links, err := v.Links(t.Context())
		must(t, err)
		for _, m := range methods() {
			var want []float64
			for i, a := range p.nodes {
				var own []float64
				for j, b := range p.nodes {
					score := p.likely(a.ID, b.ID, m)
					if i == j || score == 0 || p.ends(a.ID)[b.ID] {
						continue
					}
					own = append(own, score)
					if i < j {
						want = append(want, score)
					}
				}
				got, err := links.Near(t.Context(), a.ID, m, 100)
				must(t, err)
				checkLinks(t, p, got, own, m)
			}
			got, err := links.Best(t.Context(), m, 3)
			must(t, err)
			slices.SortFunc(want, func(a, b float64) int { return int(math.Copysign(1, b-a)) })
			checkLinks(t, p, got, want[:min(3, len(want))], m)
		}
	})
}

func checkLinks(t *testing.T, p plain, got []graph.Link, want []float64, m graph.Method) {
	t.Helper()
	slices.Sort(want)
	slices.Reverse(want)
	if len(got) != len(want) {
		t.Errorf("%d links, want %d", len(got), len(want))
		return
	}
	for i, l := range got {
		if !near(l.Score, want[i]) || !near(l.Score, p.likely(l.A.ID, l.B.ID, m)) || p.ends(l.A.ID)[l.B.ID] {
			t.Errorf("link %d is %+v, want %v", i, l, want[i])
		}
	}
}

// planted has groups whose nodes are linked often, and rarely to others.
func planted(seed uint64, groups, size int, within, across float64) plain {
	r := rand.New(rand.NewPCG(seed, 2))
	var list [][2]int
	n := groups * size
	for a := range n {
		for b := a + 1; b < n; b++ {
			share := across
			if a/size == b/size {
				share = within
			}
			if r.Float64() < share {
				list = append(list, [2]int{a, b})
			}
		}
	}
	return pairs(n, list)
}

func TestHiddenEdgesOfGroupsAreFoundAgainAndThoseOfChanceAreNot(t *testing.T) {
	grouped, err := planted(1, 10, 20, 0.5, 0.01).build(t).All().Links(t.Context())
	must(t, err)
	chance, err := planted(1, 1, 200, 0.06, 0).build(t).All().Links(t.Context())
	must(t, err)
	for _, m := range methods() {
		good, err := grouped.Evaluate(t.Context(), m, graph.HoldOut{Seed: 3})
		must(t, err)
		bad, err := chance.Evaluate(t.Context(), m, graph.HoldOut{Seed: 3})
		must(t, err)
		t.Logf("method %d: groups %+v, chance %+v", m, good, bad)
		if good.AUC < 0.85 || good.Hits < 0.4 || good.MRR < 0.15 || good.Hidden < 100 {
			t.Errorf("method %d on groups: %+v", m, good)
		}
		if math.Abs(bad.AUC-0.5) > 0.08 || bad.Hits > 0.12 {
			t.Errorf("method %d on chance: %+v", m, bad)
		}
		again, err := grouped.Evaluate(t.Context(), m, graph.HoldOut{Seed: 3})
		must(t, err)
		if again != good {
			t.Errorf("method %d: %+v, then %+v", m, good, again)
		}
	}
}

func TestQualityByHand(t *testing.T) {
	// In a star of four leaves it makes no difference which edge is hidden: its leaf is left
	// without neighbours and scores 0. From the leaf there are 4 others without a common neighbour and no edge but the
	// hidden one: hub and three leaves, all 0: its rank is 1 to 4. From the hub, only the
	// hidden leaf is left: rank 1. The pairs without an edge: 3 with the hidden leaf score
	// 0, the 3 among the other leaves score 1.
	links, err := pairs(5, [][2]int{{0, 1}, {0, 2}, {0, 3}, {0, 4}}).build(t).All().Links(t.Context())
	must(t, err)
	got, err := links.Evaluate(t.Context(), graph.CommonNeighbours, graph.HoldOut{Share: 0.25, K: 2})
	must(t, err)
	want := graph.Quality{
		Hidden: 1, AUC: 0.5 * 3 / 6, Hits: (2.0/4 + 1) / 2,
		MRR: ((1+1.0/2+1.0/3+1.0/4)/4 + 1) / 2,
	}
	if got.Hidden != want.Hidden || !near(got.AUC, want.AUC) || !near(got.Hits, want.Hits) || !near(got.MRR, want.MRR) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func TestLinksThatCannotBeSoughtAreRefused(t *testing.T) {
	links, err := wheel(3).build(t).All().Links(t.Context())
	must(t, err)
	f := func(name string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = links.Near(t.Context(), "x", graph.AdamicAdar, 3)
	f("a node", err, graph.ErrUnknownNode)
	_, err = links.Near(t.Context(), "n0", 7, 3)
	f("a method", err, graph.ErrQuery)
	_, err = links.Evaluate(t.Context(), 7, graph.HoldOut{})
	f("a method to evaluate", err, graph.ErrQuery)
	_, err = links.Evaluate(t.Context(), graph.AdamicAdar, graph.HoldOut{Share: 1})
	f("a share", err, graph.ErrQuery)
	full, err := pairs(2, [][2]int{{0, 1}}).build(t).All().Links(t.Context())
	must(t, err)
	_, err = full.Evaluate(t.Context(), graph.AdamicAdar, graph.HoldOut{Share: 0.9})
	f("nothing to compare with", err, graph.ErrQuery)
}
