package chain_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"linghang/lib/graph/chain"
)

func TestGapsOfTheValveChainRankAsOnPaper(t *testing.T) {
	c, r := analysed(t)
	gaps, err := c.Rank(t.Context(), r, chain.RankOptions{})
	must(t, err)
	const all, most = 150 + 50 + 10 + 0.8 + 40 + 120, 70.0
	for i, want := range []struct {
		stage           string
		hanging, demand float64
		codes           []chain.Code
	}{
		{"ore", 210.8, 70, []chain.Code{chain.NoEnterprise, chain.Needed, chain.Hangs}},
		{"casting", 50, 30, []chain.Code{chain.NoEnterprise, chain.Needed, chain.Hangs}},
		{"rubber", 40, 16, []chain.Code{chain.NoEnterprise, chain.Needed, chain.Hangs, chain.BreaksEnd}},
		{"stem", 10, 20, []chain.Code{chain.LowCoverage, chain.Needed, chain.Hangs}},
		{"actuator", 0, 50, []chain.Code{chain.NoEnterprise, chain.Needed, chain.BreaksEnd}},
	} {
		g := gaps[i]
		if g.Stage != want.stage || !near(g.Criticality, want.hanging/all) || !near(g.Demand, want.demand/most) || g.Feasibility != 1 ||
			!near(g.Score, want.hanging/all*want.demand/most) || !slices.Equal(codes(g), want.codes) {
			t.Errorf("gap %d: %+v, want %+v", i, g, want)
		}
	}
	if len(gaps) != 5 {
		t.Errorf("%d gaps", len(gaps))
	}
}

func codes(g chain.Gap) []chain.Code {
	var list []chain.Code
	for _, r := range g.Reasons {
		list = append(list, r.Code)
	}
	return list
}

func TestFeasibilityOfAGapIsItsDensityAndNamesWhatIsNear(t *testing.T) {
	c, r := analysed(t)
	space, err := chain.NewSpace(t.Context(), []chain.Sale{
		{"here", "steel", 5}, {"here", "rice", 5}, {"there", "steel", 5}, {"there", "ore", 5}, {"far", "ore", 1}, {"far", "tea", 9},
	}, chain.SpaceLimits{})
	must(t, err)
	gaps, err := c.Rank(t.Context(), r, chain.RankOptions{Space: space, Place: "here"})
	must(t, err)
	i := slices.IndexFunc(gaps, func(g chain.Gap) bool { return g.Stage == "ore" })
	density, err := space.Density("here", "ore")
	must(t, err)
	if g := gaps[i]; density != 1 || g.Feasibility != density || !slices.Contains(g.Reasons, chain.Reason{Code: chain.Related, Stage: "steel", Value: 0.5}) {
		t.Errorf("ore: density %v, %+v", density, g)
	}
	if _, err := c.Rank(t.Context(), r, chain.RankOptions{Space: space, Place: "nowhere"}); !errors.Is(err, chain.ErrUnknown) {
		t.Error(err)
	}
}

// city is one of forty that each have two of six skills, which ten products each need.
// What it could make and what is hidden is taken away; the rest it lacks by nature.
type city struct {
	template    chain.Template
	enterprises []chain.Enterprise
	sales       []chain.Sale
	hidden      []string
}

const (
	skills   = 6
	perSkill = 10
	hide     = 5
)

func newCity(seed uint64) city {
	r := rand.New(rand.NewPCG(seed, 7))
	product := func(i int) string { return fmt.Sprintf("p%02d", i) }
	var made [40][skills * perSkill]bool
	for c := range made {
		has := r.Perm(skills)[:2]
		for p := range made[c] {
			made[c][p] = r.Float64() < 0.05 || slices.Contains(has, p%skills) && r.Float64() < 0.8
		}
	}
	var x city
	var own []int
	for p := range made[0] {
		x.template.Stages = append(x.template.Stages, chain.Stage{ID: product(p), Final: 1})
		for range 2 { // what goes into later products
			if later := p + 1 + r.IntN(12); later < len(made[0]) {
				l := chain.Link{From: product(p), To: product(later)}
				if !slices.Contains(x.template.Links, l) {
					x.template.Links = append(x.template.Links, l)
				}
			}
		}
		if made[0][p] {
			own = append(own, p)
		}
	}
	r.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
	for _, p := range own[:hide] {
		x.hidden = append(x.hidden, product(p))
		made[0][p] = false
	}
	for _, p := range own[hide:] {
		for k := range 1 + r.IntN(4) {
			output := 1 + 9*r.Float64()
			x.enterprises = append(x.enterprises, chain.Enterprise{ID: fmt.Sprint(product(p), k), Stage: product(p), Output: output, Input: output / 2})
		}
	}
	for c := range made {
		for p, is := range made[c] {
			if is {
				x.sales = append(x.sales, chain.Sale{Place: fmt.Sprint("c", c), Product: product(p), Value: 1 + 9*r.Float64()})
			}
		}
	}
	return x
}

// recall is the share of what is hidden among the first k.
func (x city) recall(gaps []chain.Gap, k int) float64 {
	found := 0
	for _, g := range gaps[:min(k, len(gaps))] {
		if slices.Contains(x.hidden, g.Stage) {
			found++
		}
	}
	return float64(found) / float64(len(x.hidden))
}

func TestStagesThatWereHiddenAreFoundAgain(t *testing.T) {
	const cities = 60
	var score, density, blind, gapsEach float64
	for seed := range uint64(cities) {
		x := newCity(seed)
		c, err := chain.New(x.template, x.enterprises, chain.Limits{})
		must(t, err)
		r, err := c.Analyse(t.Context(), chain.Thresholds{})
		must(t, err)
		space, err := chain.NewSpace(t.Context(), x.sales, chain.SpaceLimits{})
		must(t, err)
		gaps, err := c.Rank(t.Context(), r, chain.RankOptions{Space: space, Place: "c0"})
		must(t, err)
		if all := x.recall(gaps, len(gaps)); all != 1 {
			t.Fatalf("seed %d: of what was hidden %v is missing", seed, all)
		}
		score += x.recall(gaps, 10) / cities
		gaps, err = c.Rank(t.Context(), r, chain.RankOptions{Space: space, Place: "c0", Order: chain.ByFeasibility})
		must(t, err)
		density += x.recall(gaps, 10) / cities
		blind += 10 / float64(len(gaps)) / cities
		gapsEach += float64(len(gaps)) / cities
	}
	t.Logf("recall at 10 of %.0f gaps: %.2f by score, %.2f by feasibility, %.2f by chance", gapsEach, score, density, blind)
	if density < 0.8 || score < blind {
		t.Errorf("recall at 10: %.2f by score, %.2f by feasibility, %.2f by chance", score, density, blind)
	}
}
