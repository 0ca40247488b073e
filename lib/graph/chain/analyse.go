package chain

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"gonum.org/v1/gonum/graph/network"
	"gonum.org/v1/gonum/graph/simple"
)

// Finding is how one stage is.
type Finding struct {
	Stage         string
	State         State
	Reasons       []Reason
	Enterprises   int
	Output        float64
	Demand        float64
	Coverage      float64
	Concentration float64 // 0 without output
	Dependence    float64 // 0 without input
	Critical      Criticality
}

// Criticality is what hangs on a stage.
type Criticality struct {
	Downstream  float64 // output of stages that only ways over it lead to
	Upstream    float64 // output of stages that only ways over it lead on from to an end product
	Betweenness float64 // shortest ways between other stages over it
}

// Hanging is all output that hangs on the stage beside its own.
func (c Criticality) Hanging() float64 { return c.Downstream + c.Upstream }

// End is how one end product is.
type End struct {
	Stage    string
	Broken   bool     // no way over stages of the place
	Way      []string // from where the chain begins to the end product, with the fewest gaps
	Gaps     []string // on the way
	Lacking  []string // all missing and absent stages that lead to it, and itself
	Upstream int      // stages that lead to it, and itself
}

// Report is how a chain is.
type Report struct {
	Stages []Finding // in the order of the template
	Ends   []End
}

// Analyse tells how each stage and each end product is. Only ctx makes it fail.
func (c *Chain) Analyse(ctx context.Context, thresholds Thresholds) (Report, error) {
	t := thresholds.withDefaults()
	r := Report{Stages: make([]Finding, len(c.stages))}
	demand := c.demand()
	value := make([]float64, len(c.stages))
	for i := range c.stages {
		if ctx.Err() != nil {
			return Report{}, fmt.Errorf("analyse chain: %w", ctx.Err())
		}
		r.Stages[i] = c.finding(i, demand[i], t)
		value[i] = r.Stages[i].Output
	}
	between := c.betweenness()
	down, up := c.hanging(value)
	for i := range c.stages {
		r.Stages[i].Critical = Criticality{down[i], up[i], between[i]}
	}
	var err error
	if r.Ends, err = c.ends(ctx, r.Stages); err != nil {
		return Report{}, fmt.Errorf("analyse chain: %w", err)
	}
	return r, nil
}

// hanging returns what each stage dominates, from where the chain begins and, in the
// reversed graph, from the end products.
func (c *Chain) hanging(value []float64) (down, up []float64) {
	down = dominated(c.directed(false), c.order, func(i int) bool { return len(c.into[i]) == 0 }, value)
	reversed := slices.Clone(c.order)
	slices.Reverse(reversed)
	return down, dominated(c.directed(true), reversed, c.isEnd, value)
}

// directed is the chain as a graph of the numbers of stages.
func (c *Chain) directed(reversed bool) *simple.DirectedGraph {
	g := simple.NewDirectedGraph()
	for i := range c.stages {
		g.AddNode(simple.Node(i))
	}
	for i, list := range c.onward {
		for _, to := range list {
			e := simple.Edge{F: simple.Node(i), T: simple.Node(to)}
			if reversed {
				e.F, e.T = e.T, e.F
			}
			g.SetEdge(e)
		}
	}
	return g
}

func (c *Chain) demand() []float64 {
	demand := make([]float64, len(c.stages))
	for j, s := range c.stages {
		demand[j] += s.Final
		input := 0.0
		for _, e := range c.at[j] {
			input += c.enterprises[e].Input
		}
		for _, f := range c.into[j] {
			demand[f.from] += f.share * input
		}
	}
	return demand
}

// betweenness counts shortest ways between other stages.
func (c *Chain) betweenness() []float64 {
	score, of := make([]float64, len(c.stages)), network.Betweenness(c.directed(false))
	for i := range score {
		score[i] = of[int64(i)]
	}
	return score
}

func (c *Chain) finding(i int, demand float64, t Thresholds) Finding {
	f := Finding{Stage: c.stages[i].ID, State: Sound, Enterprises: len(c.at[i]), Demand: demand, Coverage: 1}
	input, imported := 0.0, 0.0
	for _, at := range c.at[i] {
		e := c.enterprises[at]
		f.Output += e.Output
		input += e.Input
		imported += e.Imported
	}
	if input > 0 {
		f.Dependence = imported / input
	}
	if demand > 0 {
		f.Coverage = min(1, f.Output/demand)
	}
	largest := c.concentrate(i, &f)
	f.judge(t)
	if f.State == Missing || f.State == Absent {
		return f
	}
	weak := func(r Reason) { f.State, f.Reasons = Weak, append(f.Reasons, r) }
	if f.Coverage < t.Weak {
		weak(Reason{Code: LowCoverage, Value: f.Coverage, Threshold: t.Weak})
	}
	switch {
	case f.Enterprises == 1:
		weak(Reason{Code: OneEnterprise, Enterprise: largest})
	case f.Concentration > t.Concentration:
		weak(Reason{Code: Concentrated, Enterprise: largest, Value: f.Concentration, Threshold: t.Concentration})
	}
	if f.Dependence > t.Dependence {
		weak(Reason{Code: ImportDependent, Value: f.Dependence, Threshold: t.Dependence})
	}
	for _, r := range c.alone(i, t.Supplier) {
		weak(r)
	}
	return f
}

// judge tells whether the stage is there at all.
func (f *Finding) judge(t Thresholds) {
	switch {
	case f.Enterprises == 0 && f.Demand == 0:
		f.State, f.Reasons = Absent, []Reason{{Code: NoEnterprise}, {Code: NoDemand}}
	case f.Enterprises == 0:
		f.State, f.Reasons = Missing, []Reason{{Code: NoEnterprise}}
	case f.Coverage < t.Missing:
		f.State, f.Reasons = Missing, []Reason{{Code: LowCoverage, Value: f.Coverage, Threshold: t.Missing}}
	}
}

// concentrate computes H and returns the largest enterprise.
func (c *Chain) concentrate(i int, f *Finding) string {
	largest, most := "", -1.0
	for _, at := range c.at[i] {
		e := c.enterprises[at]
		if e.Output > most {
			largest, most = e.ID, e.Output
		}
		if f.Output > 0 {
			share := e.Output / f.Output
			f.Concentration += share * share
		}
	}
	return largest
}

// alone returns for what goes into a stage the supplier that nearly all of it is
// bought from, by the stage's enterprises together.
func (c *Chain) alone(i int, threshold float64) []Reason {
	bought := map[int]map[string]float64{}
	for _, at := range c.at[i] {
		for _, s := range c.enterprises[at].Supplies {
			from := c.number[s.Stage]
			if bought[from] == nil {
				bought[from] = map[string]float64{}
			}
			bought[from][s.Supplier] += s.Value
		}
	}
	var reasons []Reason
	for _, from := range slices.Sorted(maps.Keys(bought)) {
		suppliers := slices.Sorted(maps.Keys(bought[from]))
		sum := 0.0
		for _, s := range suppliers {
			sum += bought[from][s]
		}
		first := slices.MaxFunc(suppliers, func(a, b string) int { return cmp.Compare(bought[from][a], bought[from][b]) })
		if share := bought[from][first] / sum; sum > 0 && share >= threshold {
			reasons = append(reasons, Reason{Code: OneSupplier, Stage: c.stages[from].ID, Enterprise: first, Value: share, Threshold: threshold})
		}
	}
	return reasons
}
