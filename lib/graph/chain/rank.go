package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Gap is a missing stage and how much there is for filling it.
type Gap struct {
	Stage       string
	Score       float64 // Criticality × Demand × Feasibility
	Criticality float64 // the output that hangs on it, as a share of all output
	Demand      float64 // as a share of the largest demand of a gap
	Feasibility float64 // density; 1 without a space or where the space does not know the product
	Reasons     []Reason
}

// related is how many products a gap names that the place has and that are near.
const related = 3

// Order is what gaps are ordered by.
type Order uint8

// Orders.
const (
	// ByScore puts first what matters most and is in reach. Where scores are equal, as they
	// are 0 where nothing hangs on a stage alone, demand times feasibility decides.
	ByScore Order = iota
	// ByFeasibility puts first what the place is likeliest able to make. Of what it did make
	// before it finds far more again than ByScore does; see the tests.
	ByFeasibility
)

// RankOptions say how gaps are ranked. All have a use when they are zero.
type RankOptions struct {
	Order Order
	Space *Space // nil, and products that it does not know, make no difference
	Place string // in Space
}

// Rank orders the missing stages of a report of this chain, what to fill first first. It
// reports ErrUnknown for a place that the space does not know.
func (c *Chain) Rank(ctx context.Context, r Report, o RankOptions) ([]Gap, error) {
	if o.Space != nil {
		if _, ok := o.Space.places[o.Place]; !ok {
			return nil, fmt.Errorf("rank gaps: %w: place %q", ErrUnknown, o.Place)
		}
	}
	output, demand := 0.0, 0.0
	for _, f := range r.Stages {
		output += f.Output
		if f.State == Missing {
			demand = max(demand, f.Demand)
		}
	}
	var gaps []Gap
	for _, f := range r.Stages {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("rank gaps: %w", ctx.Err())
		}
		if f.State != Missing {
			continue
		}
		g := Gap{Stage: f.Stage, Demand: f.Demand / demand, Feasibility: 1, Reasons: slices.Clone(f.Reasons)}
		g.Reasons = append(g.Reasons, Reason{Code: Needed, Value: f.Demand})
		if hanging := f.Critical.Hanging(); hanging > 0 {
			g.Criticality = hanging / output
			g.Reasons = append(g.Reasons, Reason{Code: Hangs, Value: hanging})
		}
		g.Reasons = append(g.Reasons, breaks(r.Ends, f.Stage)...)
		if err := c.feasible(&g, o.Space, o.Place); err != nil {
			return nil, fmt.Errorf("rank gaps: stage %q: %w", f.Stage, err)
		}
		g.Score = g.Criticality * g.Demand * g.Feasibility
		gaps = append(gaps, g)
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		if o.Order == ByFeasibility && a.Feasibility != b.Feasibility {
			return cmp.Compare(b.Feasibility, a.Feasibility)
		}
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Demand*b.Feasibility, a.Demand*a.Feasibility))
	})
	return gaps, nil
}

// breaks names the end products whose way with the fewest gaps leads over a stage.
func breaks(ends []End, stage string) []Reason {
	var reasons []Reason
	for _, e := range ends {
		if slices.Contains(e.Gaps, stage) {
			reasons = append(reasons, Reason{Code: BreaksEnd, Stage: e.Stage})
		}
	}
	return reasons
}

func (c *Chain) feasible(g *Gap, space *Space, place string) error {
	if space == nil {
		return nil
	}
	product := cmp.Or(c.stages[c.number[g.Stage]].Product, g.Stage)
	density, err := space.Density(place, product)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	near, err := space.Nearest(place, product, related)
	if err != nil {
		return err
	}
	g.Feasibility = density
	g.Reasons = append(g.Reasons, Reason{Code: Feasible, Value: density})
	for _, n := range near {
		g.Reasons = append(g.Reasons, Reason{Code: Related, Stage: n.Product, Value: n.Proximity})
	}
	return nil
}
