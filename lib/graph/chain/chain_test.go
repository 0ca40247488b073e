package chain_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linghang/lib/graph/chain"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// valves is a chain that was worked out on paper:
//
//	ore → steel → casting → body ─┐
//	            ↘ bar → stem ─────┤→ valve (end)
//	rubber → seal ────────────────┘
//	sensor → actuator (end)
func valves() (chain.Template, []chain.Enterprise) {
	t := chain.Template{
		Stages: []chain.Stage{
			{ID: "ore"},
			{ID: "steel"},
			{ID: "casting"},
			{ID: "body"},
			{ID: "bar"},
			{ID: "stem"},
			{ID: "rubber"},
			{ID: "seal"},
			{ID: "valve", Final: 100, End: true},
			{ID: "sensor"},
			{ID: "actuator", Final: 50},
		},
		Links: []chain.Link{
			{From: "ore", To: "steel"},
			{From: "steel", To: "casting"},
			{From: "casting", To: "body"},
			{From: "steel", To: "bar"},
			{From: "bar", To: "stem"},
			{From: "rubber", To: "seal"},
			{From: "body", To: "valve", Share: 0.5},
			{From: "stem", To: "valve"},
			{From: "seal", To: "valve"},
			{From: "sensor", To: "actuator"},
		},
	}
	supply := []chain.Supply{{Stage: "body", Supplier: "H", Value: 36}, {Stage: "body", Supplier: "X", Value: 4}, {Stage: "seal", Supplier: "K", Value: 10}, {Stage: "seal", Supplier: "L", Value: 10}}
	return t, []chain.Enterprise{
		{ID: "S1", Stage: "steel", Output: 30, Input: 20},
		{ID: "S2", Stage: "steel", Output: 30, Input: 20},
		{ID: "S3", Stage: "steel", Output: 30, Input: 10, Imported: 10},
		{ID: "S4", Stage: "steel", Output: 30, Input: 10},
		{ID: "S5", Stage: "steel", Output: 30, Input: 10},
		{ID: "H", Stage: "body", Output: 50, Input: 30, Imported: 30},
		{ID: "B1", Stage: "bar", Output: 4, Input: 3},
		{ID: "B2", Stage: "bar", Output: 4, Input: 3},
		{ID: "B3", Stage: "bar", Output: 2, Input: 3},
		{ID: "T1", Stage: "stem", Output: 0.8, Input: 40},
		{ID: "K", Stage: "seal", Output: 10, Input: 4},
		{ID: "L", Stage: "seal", Output: 10, Input: 4},
		{ID: "M", Stage: "seal", Output: 10, Input: 4},
		{ID: "N", Stage: "seal", Output: 10, Input: 4},
		{ID: "V1", Stage: "valve", Output: 70, Input: 50, Supplies: supply},
		{ID: "V2", Stage: "valve", Output: 50, Input: 30},
	}
}

func analysed(t *testing.T) (*chain.Chain, chain.Report) {
	t.Helper()
	template, enterprises := valves()
	c, err := chain.New(template, enterprises, chain.Limits{})
	must(t, err)
	r, err := c.Analyse(t.Context(), chain.Thresholds{})
	must(t, err)
	return c, r
}

func finding(t *testing.T, r chain.Report, stage string) chain.Finding {
	t.Helper()
	i := slices.IndexFunc(r.Stages, func(f chain.Finding) bool { return f.Stage == stage })
	if i < 0 {
		t.Fatalf("there is no finding of %s", stage)
	}
	return r.Stages[i]
}

func TestStagesOfTheValveChainAreAsOnPaper(t *testing.T) {
	_, r := analysed(t)
	f := func(stage string, state chain.State, demand, coverage, h, dependence float64, codes ...chain.Code) {
		t.Helper()
		got := finding(t, r, stage)
		var have []chain.Code
		for _, reason := range got.Reasons {
			have = append(have, reason.Code)
		}
		if got.State != state || !near(got.Demand, demand) || !near(got.Coverage, coverage) || !near(got.Concentration, h) ||
			!near(got.Dependence, dependence) || !slices.Equal(have, codes) {
			t.Errorf("%s: %+v", stage, got)
		}
	}
	f("ore", chain.Missing, 70, 0, 0, 0, chain.NoEnterprise)
	f("steel", chain.Sound, 9, 1, 0.2, 10.0/70)                                    // bar buys 9; casting buys nothing, there is none
	f("casting", chain.Missing, 30, 0, 0, 0, chain.NoEnterprise)                   // all of body's input
	f("body", chain.Weak, 40, 1, 1, 1, chain.OneEnterprise, chain.ImportDependent) // half of valve's 80
	f("bar", chain.Weak, 40, 0.25, 0.36, 0, chain.LowCoverage, chain.Concentrated) // 10 of stem's 40; (16+16+4)/100
	f("stem", chain.Missing, 20, 0.04, 1, 0, chain.LowCoverage)                    // 0.8 of a quarter of 80
	f("rubber", chain.Missing, 16, 0, 0, 0, chain.NoEnterprise)                    // all of seal's input
	f("seal", chain.Sound, 20, 1, 0.25, 0)                                         // a quarter of valve's 80; H of four is not above 0.25
	f("valve", chain.Weak, 100, 1, (4900.0+2500)/14400, 0, chain.Concentrated, chain.OneSupplier)
	f("sensor", chain.Absent, 0, 1, 0, 0, chain.NoEnterprise, chain.NoDemand)
	f("actuator", chain.Missing, 50, 0, 0, 0, chain.NoEnterprise)
	valve := finding(t, r, "valve").Reasons
	if one := valve[1]; one.Stage != "body" || one.Enterprise != "H" || !near(one.Value, 0.9) || valve[0].Enterprise != "V1" {
		t.Errorf("reasons of valve: %+v", valve)
	}
}

func TestWhatHangsOnStagesOfTheValveChain(t *testing.T) {
	_, r := analysed(t)
	f := func(stage string, down, up float64) {
		t.Helper()
		c := finding(t, r, stage).Critical
		if !near(c.Downstream, down) || !near(c.Upstream, up) || !near(c.Hanging(), down+up) {
			t.Errorf("%s: %+v, want %v and %v", stage, c, down, up)
		}
	}
	f("ore", 150+50+10+0.8, 0) // steel, body, bar, stem; valve is reached over rubber too
	f("steel", 50+10+0.8, 0)   // casting has none; ore has none
	f("casting", 50, 0)
	f("bar", 0.8, 0)
	f("stem", 0, 10)
	f("rubber", 40, 0)
	f("valve", 0, 150+50+10+0.8+40)
	f("sensor", 0, 0)
	if b := finding(t, r, "steel").Critical.Betweenness; b != 5 { // from ore to casting, body, bar, stem, and half of the ways to valve over each branch
		t.Errorf("betweenness of steel is %v", b)
	}
}

func TestEndProductsOfTheValveChain(t *testing.T) {
	_, r := analysed(t)
	if len(r.Ends) != 2 {
		t.Fatalf("ends %+v", r.Ends)
	}
	valve, actuator := r.Ends[0], r.Ends[1]
	if !valve.Broken || !slices.Equal(valve.Way, []string{"rubber", "seal", "valve"}) || !slices.Equal(valve.Gaps, []string{"rubber"}) ||
		!slices.Equal(valve.Lacking, []string{"ore", "casting", "stem", "rubber"}) || valve.Upstream != 9 {
		t.Errorf("valve: %+v", valve)
	}
	if !actuator.Broken || !slices.Equal(actuator.Gaps, []string{"sensor", "actuator"}) {
		t.Errorf("actuator: %+v", actuator)
	}
}

func TestWhatBreaksWhenAnEnterpriseStops(t *testing.T) {
	template, enterprises := valves()
	enterprises = append(enterprises, chain.Enterprise{ID: "R", Stage: "rubber", Output: 16})
	c, err := chain.New(template, enterprises, chain.Limits{})
	must(t, err)
	got, err := c.Stop(t.Context(), chain.Thresholds{}, "R")
	must(t, err)
	if !near(got.Output, 16) || !near(got.Exposed, 40+120) || !slices.Equal(got.Broken, []string{"valve"}) ||
		!slices.Equal(got.Stages, []chain.Change{{"rubber", chain.Weak, chain.Missing}}) || got.Buyers != nil {
		t.Errorf("without R: %+v", got)
	}
	got, err = c.Stop(t.Context(), chain.Thresholds{}, "H")
	must(t, err)
	if !slices.Equal(got.Buyers, []chain.Buyer{{"V1", "valve", 36.0 / 60}}) || got.Broken != nil || !near(got.Output, 50) ||
		!slices.Contains(got.Stages, chain.Change{"casting", chain.Missing, chain.Absent}) {
		t.Errorf("without H: %+v", got)
	}
	if _, err := c.Stop(t.Context(), chain.Thresholds{}, "H", "nobody"); !errors.Is(err, chain.ErrUnknown) {
		t.Error(err)
	}
}

func TestChainsThatDoNotHoldAreRefused(t *testing.T) {
	two := []chain.Stage{{ID: "a"}, {ID: "b"}}
	f := func(name string, template chain.Template, enterprises []chain.Enterprise, limits chain.Limits, want error, text string) {
		t.Helper()
		_, err := chain.New(template, enterprises, limits)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: got %v, want %q", name, err, text)
		}
	}
	stages := func(s ...chain.Stage) chain.Template { return chain.Template{Stages: s} }
	links := func(l ...chain.Link) chain.Template {
		return chain.Template{Stages: append(slices.Clone(two), chain.Stage{ID: "c"}), Links: l}
	}
	none := chain.Limits{}
	f("a stage twice", stages(chain.Stage{ID: "a"}, chain.Stage{ID: "a"}), nil, none, chain.ErrTemplate, `stage 1: "a"`)
	f("no name", stages(chain.Stage{}), nil, none, chain.ErrTemplate, "is empty")
	f("no amount", stages(chain.Stage{ID: "a", Final: math.NaN()}), nil, none, chain.ErrTemplate, "NaN is no amount")
	f("a link from nowhere", links(chain.Link{From: "x", To: "a"}), nil, none, chain.ErrTemplate, `link 0: there is no stage "x"`)
	f("a link to nowhere", links(chain.Link{From: "a", To: "x"}), nil, none, chain.ErrTemplate, `"x"`)
	f("a link twice", links(chain.Link{From: "a", To: "b"}, chain.Link{From: "a", To: "b"}), nil, none, chain.ErrTemplate, "link 1")
	f("a share", links(chain.Link{From: "a", To: "b", Share: 2}), nil, none, chain.ErrTemplate, "share 2")
	f("shares", links(chain.Link{From: "a", To: "c", Share: 0.7}, chain.Link{From: "b", To: "c", Share: 0.7}), nil, none, chain.ErrTemplate, "1.4")
	f("a circle", links(chain.Link{From: "a", To: "b"}, chain.Link{From: "b", To: "a"}, chain.Link{From: "b", To: "c"}), nil, none, chain.ErrTemplate, "in a circle")
	f("into itself", links(chain.Link{From: "a", To: "a"}), nil, none, chain.ErrTemplate, `["a"]`)
	firm := func(e chain.Enterprise, text string) {
		t.Helper()
		f("an enterprise", stages(two...), []chain.Enterprise{{ID: "f", Stage: "a"}, e}, none, chain.ErrEnterprise, text)
	}
	firm(chain.Enterprise{ID: "g", Stage: "x"}, `enterprise 1, "g": there is no stage "x"`)
	firm(chain.Enterprise{ID: "f", Stage: "a"}, `was at "a" before`)
	firm(chain.Enterprise{ID: "g", Stage: "a", Output: -1}, "output -1")
	firm(chain.Enterprise{ID: "g", Stage: "a", Input: 1, Imported: 2}, "of that imported 2")
	firm(chain.Enterprise{ID: "g", Stage: "a", Supplies: []chain.Supply{{Stage: "x", Supplier: "f"}}}, `stage "x"`)
	f("stages", stages(two...), nil, chain.Limits{Stages: 1}, chain.ErrTooMany, "2 stages of 1")
	f("supplies", stages(two...), []chain.Enterprise{{ID: "f", Stage: "a", Supplies: make([]chain.Supply, 0)}, {ID: "g", Stage: "a", Supplies: []chain.Supply{{Stage: "a", Supplier: "f"}, {Stage: "a", Supplier: "f"}}}}, chain.Limits{Supplies: 1}, chain.ErrTooMany, "1 supplies")
}

func TestAnalysisEndsWithItsContext(t *testing.T) {
	template, enterprises := valves()
	c, err := chain.New(template, enterprises, chain.Limits{})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Analyse(ctx, chain.Thresholds{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// drawn makes chains without circles whose stages are in an order of no meaning.
func drawn(r *rand.Rand) (chain.Template, []chain.Enterprise) {
	n := 2 + r.IntN(9)
	names := r.Perm(n)
	name := func(i int) string { return string(rune('a' + names[i])) }
	var t chain.Template
	var list []chain.Enterprise
	for i := range n {
		t.Stages = append(t.Stages, chain.Stage{ID: name(i), Final: float64(r.IntN(2)), End: r.IntN(5) == 0})
		for j := range i {
			if r.IntN(3) == 0 {
				t.Links = append(t.Links, chain.Link{From: name(j), To: name(i)})
			}
		}
		for k := range r.IntN(3) {
			list = append(list, chain.Enterprise{ID: string(rune('0' + k)), Stage: name(i), Output: float64(1 + r.IntN(9)), Input: float64(r.IntN(5))})
		}
	}
	r.Shuffle(n, func(i, j int) { t.Stages[i], t.Stages[j] = t.Stages[j], t.Stages[i] })
	return t, list
}

// reach returns the stages that ways lead to, over those that are open.
func reach(t chain.Template, reversed bool, open func(id string) bool) map[string]bool {
	reached := map[string]bool{}
	begins := func(s chain.Stage) bool {
		if reversed {
			return s.End || !slices.ContainsFunc(t.Links, func(l chain.Link) bool { return l.From == s.ID })
		}
		return !slices.ContainsFunc(t.Links, func(l chain.Link) bool { return l.To == s.ID })
	}
	for range t.Stages {
		for _, s := range t.Stages {
			led := begins(s) || slices.ContainsFunc(t.Links, func(l chain.Link) bool {
				if reversed {
					return l.From == s.ID && reached[l.To]
				}
				return l.To == s.ID && reached[l.From]
			})
			if led && open(s.ID) {
				reached[s.ID] = true
			}
		}
	}
	return reached
}

func TestWhatHangsOnAStageIsWhatNoWayReachesWithoutIt(t *testing.T) {
	for seed := range uint64(300) {
		template, enterprises := drawn(rand.New(rand.NewPCG(seed, 1)))
		c, err := chain.New(template, enterprises, chain.Limits{})
		must(t, err)
		report, err := c.Analyse(t.Context(), chain.Thresholds{})
		must(t, err)
		for _, f := range report.Stages {
			lost := func(reversed bool) float64 {
				sum := 0.0
				left := reach(template, reversed, func(id string) bool { return id != f.Stage })
				for _, o := range report.Stages {
					if o.Stage != f.Stage && !left[o.Stage] {
						sum += o.Output
					}
				}
				return sum
			}
			if !near(f.Critical.Downstream, lost(false)) || !near(f.Critical.Upstream, lost(true)) {
				t.Fatalf("seed %d, %s: %+v, want %v and %v", seed, f.Stage, f.Critical, lost(false), lost(true))
			}
		}
		checkEnds(t, seed, template, report)
	}
}

// checkEnds compares with every way to each end product.
func checkEnds(t *testing.T, seed uint64, template chain.Template, report chain.Report) {
	t.Helper()
	gap := map[string]int{}
	for _, f := range report.Stages {
		if f.State == chain.Missing || f.State == chain.Absent {
			gap[f.Stage] = 1
		}
	}
	var fewest func(id string) int
	fewest = func(id string) int {
		least := -1
		for _, l := range template.Links {
			if l.To == id {
				if n := fewest(l.From); least < 0 || n < least {
					least = n
				}
			}
		}
		return max(least, 0) + gap[id]
	}
	open := reach(template, false, func(id string) bool { return gap[id] == 0 })
	for _, e := range report.Ends {
		on := 0
		for _, id := range e.Way {
			on += gap[id]
		}
		if len(e.Gaps) != fewest(e.Stage) || on != len(e.Gaps) || e.Broken == open[e.Stage] || e.Way[len(e.Way)-1] != e.Stage {
			t.Fatalf("seed %d: %+v, want %d gaps", seed, e, fewest(e.Stage))
		}
	}
}
