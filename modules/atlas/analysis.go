package atlas

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"linghang/lib/graph/chain"
)

// NodeRef names a node in answers.
type NodeRef struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	ZH        string `json:"zh"`
	EN        string `json:"en"`
	Link      string `json:"link" doc:"Page of the node in the web; empty: it has none"`
	Synthetic bool   `json:"synthetic"`
}

func (c *city) ref(id string) NodeRef {
	n, ok := c.nodes[id]
	if !ok {
		return NodeRef{ID: id}
	}
	return NodeRef{ID: n.ID, Kind: n.Kind, ZH: n.Name.ZH, EN: n.Name.EN, Link: n.Props["link"], Synthetic: n.Synthetic}
}

// Reason is why something is in an answer: a code whose words the reader's language has.
type Reason struct {
	Code  string   `json:"code"`
	Node  *NodeRef `json:"node,omitempty"`
	Value float64  `json:"value"`
}

// analysis is a chain with who stands where, as far as somebody may see it.
type analysis struct {
	chain   *chain.Chain
	report  chain.Report
	figures bool
	stages  []StageState
}

func (a analysis) thresholds() chain.Thresholds {
	if a.figures {
		return chain.Thresholds{}
	}
	// Without figures two enterprises of a stage are each half of it, which says nothing.
	return chain.Thresholds{Concentration: 0.999}
}

// analyse tells how the stages of a chain are on the day. Figures and supplies are for
// the bureau; for others, and where there are no figures, being there is all that counts.
func (c *city) analyse(ctx context.Context, id string, content Content, bureau bool) (analysis, error) {
	var a analysis
	placed, outside := c.placed(id, content, bureau)
	a.figures = bureau && slices.ContainsFunc(placed, func(e chain.Enterprise) bool { return e.Output > 0 })
	if !a.figures {
		for i := range placed {
			placed[i].Output, placed[i].Input, placed[i].Imported = 1, 0, 0
		}
	}
	var err error
	if a.chain, err = chain.New(content.template(!a.figures), placed, chain.Limits{}); err != nil {
		return a, fmt.Errorf("read chain %s: %w", id, err)
	}
	if a.report, err = a.chain.Analyse(ctx, a.thresholds()); err != nil {
		return a, err
	}
	for i, f := range a.report.Stages {
		s := StageState{Stage: content.Stages[i], Node: stageNode(id, f.Stage), State: string(f.State), Local: f.Enterprises, Outside: len(outside[f.Stage]), Enterprises: []NodeRef{}, Reasons: []Reason{}, critical: f.Critical}
		for _, e := range placed {
			if e.Stage == f.Stage && len(s.Enterprises) < 50 {
				s.Enterprises = append(s.Enterprises, c.ref(e.ID))
			}
		}
		for _, r := range f.Reasons {
			s.Reasons = append(s.Reasons, c.reason(id, r))
		}
		if a.figures {
			s.Figures = &StageFigures{f.Output, f.Demand, f.Coverage, f.Concentration, f.Dependence}
		}
		a.stages = append(a.stages, s)
	}
	return a, nil
}

func (c *city) reason(id string, r chain.Reason) Reason {
	out := Reason{Code: string(r.Code), Value: r.Value}
	switch {
	case r.Enterprise != "":
		ref := c.ref(r.Enterprise)
		out.Node = &ref
	case r.Stage != "":
		ref := c.ref(stageNode(id, r.Stage))
		out.Node = &ref
	}
	return out
}

// placed are the enterprises of the city at the stages of a chain, with their supplies,
// and those outside that could be there, by stage.
func (c *city) placed(id string, content Content, bureau bool) (local []chain.Enterprise, outside map[string][]string) {
	stages, outside := map[string]string{}, map[string][]string{}
	for _, s := range content.Stages {
		stages[stageNode(id, s.ID)] = s.ID
	}
	at := map[[2]string]int{}
	for i, e := range c.edges {
		stage, ok := stages[e.Dst]
		if e.Kind != edgeAt || !ok || c.restraint[i] && !bureau {
			continue
		}
		if c.nodes[e.Src].Kind == kindOutside {
			outside[stage] = append(outside[stage], e.Src)
			continue
		}
		key := [2]string{e.Src, stage}
		x, twice := at[key]
		if !twice {
			x = len(local)
			at[key], local = x, append(local, chain.Enterprise{ID: e.Src, Stage: stage})
		}
		amount := func(name string) float64 { v, _ := strconv.ParseFloat(e.Props[name], 64); return v }
		if out := amount("output"); out > 0 {
			local[x].Output, local[x].Input = out, amount("input")
			local[x].Imported = min(amount("imported"), local[x].Input)
		}
	}
	c.makers(stages, bureau, outside)
	if bureau {
		c.supply(stages, local)
	}
	return local, outside
}

// makers adds to those outside who make what a stage yields.
func (c *city) makers(stages map[string]string, bureau bool, outside map[string][]string) {
	yields := map[string][]string{}
	for _, e := range c.edges {
		if stage, ok := stages[e.Src]; ok && e.Kind == edgeYields {
			yields[e.Dst] = append(yields[e.Dst], stage)
		}
	}
	for i, e := range c.edges {
		if e.Kind != edgeMakes || c.nodes[e.Src].Kind != kindOutside || c.restraint[i] && !bureau {
			continue
		}
		for _, stage := range yields[e.Dst] {
			if !slices.Contains(outside[stage], e.Src) {
				outside[stage] = append(outside[stage], e.Src)
			}
		}
	}
}

// supply adds who buys what from whom: what the supplier's stage yields that goes into the
// buyer's; of several such stages it counts at the first.
func (c *city) supply(stages map[string]string, local []chain.Enterprise) {
	stands := map[string][]string{}
	for _, e := range local {
		stands[e.ID] = append(stands[e.ID], e.Stage)
	}
	feeds := map[[2]string]bool{}
	for _, e := range c.edges {
		if e.Kind == edgeFeeds && stages[e.Src] != "" && stages[e.Dst] != "" {
			feeds[[2]string{stages[e.Src], stages[e.Dst]}] = true
		}
	}
	buyers := map[string][]int{}
	for i, e := range local {
		buyers[e.ID] = append(buyers[e.ID], i)
	}
	for _, e := range c.edges {
		if e.Kind != edgeSupplies {
			continue
		}
		for _, i := range buyers[e.Dst] {
			at := slices.IndexFunc(stands[e.Src], func(s string) bool { return feeds[[2]string{s, local[i].Stage}] })
			if at >= 0 {
				local[i].Supplies = append(local[i].Supplies, chain.Supply{Stage: stands[e.Src][at], Supplier: e.Src, Value: e.Weight})
			}
		}
	}
}
