package stn

import (
	"context"
	"fmt"
	"math"
	"time"

	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/recipe"
)

const (
	coarseFrom = 60 // steps beyond which a plan on longer steps is sought first
	longest    = 12 // times the step
)

// begin finds a plan to begin with, on longer steps, if the horizon has many: durations are rounded up, so that
// it is a plan on the network's own steps too unless a tank is then full too early. The search on the own steps, which
// proves how good it is, then needs no luck to find a first one. It returns the seconds that it took, and takes
// them from the options' time.
func (f *formulation) begin(ctx context.Context, engine *highs.Engine, o *highs.Options) (float64, error) {
	factor := coarsening(f.n)
	if factor < 2 {
		return 0, nil
	}
	rough := lengthen(f.n, factor)
	g, err := formulate(ctx, engine, rough)
	if err != nil {
		return 0, err
	}
	first := *o
	first.Time = o.Time / 2
	solved, err := engine.Solve(ctx, g.m, first)
	if err != nil {
		return 0, fmt.Errorf("plan the network on steps of %d: %w", rough.Step, err)
	}
	if o.Time > 0 {
		o.Time = max(o.Time/10, o.Time-seconds(solved.Seconds))
	}
	if solved.X == nil {
		return solved.Seconds, nil
	}
	p := g.plan(solved.X)
	for k := range p.Batches {
		b := &p.Batches[k]
		for i := range f.n.Tasks {
			if f.n.Tasks[i].Name == b.Task {
				b.End = b.Start + f.n.Tasks[i].Duration
			}
		}
	}
	if _, err := recipe.Check(f.n, p, tolerance/10); err != nil {
		return solved.Seconds, nil //nolint:nilerr // it is no plan on the own steps, and the search begins without
	}
	o.Start = f.values(p)
	return solved.Seconds, nil
}

// coarsening is how many steps to make one of: that which rounds the durations up the least, and 1 if the
// horizon is short already.
func coarsening(n *recipe.Network) int64 {
	best, least := int64(1), math.Inf(1)
	if n.Periods() <= coarseFrom || len(n.Tasks) == 0 {
		return best
	}
	for factor := int64(2); factor <= longest; factor++ {
		rounded := 0.0
		for _, t := range n.Tasks {
			up := roundUp(t.Duration, factor*n.Step)
			rounded += float64(up-t.Duration) / float64(t.Duration)
		}
		// Longer steps make a smaller programme: they are worth a hundredth of rounding each.
		if rounded = rounded/float64(len(n.Tasks)) - 0.01*float64(factor); rounded < least {
			best, least = factor, rounded
		}
	}
	return best
}

func roundUp(t, step int64) int64 { return (t + step - 1) / step * step }

// lengthen is the network on longer steps, with nothing earlier than it is and nothing asked for later.
func lengthen(n *recipe.Network, factor int64) *recipe.Network {
	step := factor * n.Step
	rough := *n
	rough.Step, rough.Horizon = step, n.Horizon/step*step
	rough.States = append([]recipe.State(nil), n.States...)
	for k := range rough.States {
		s := &rough.States[k]
		s.Holding *= float64(factor)
		var receipts, demands []recipe.Amount
		for _, a := range s.Receipts {
			if at := roundUp(a.At, step); at <= rough.Horizon {
				receipts = append(receipts, recipe.Amount{At: at, Amount: a.Amount})
			}
		}
		for _, a := range s.Demands {
			demands = append(demands, recipe.Amount{At: a.At / step * step, Amount: a.Amount})
		}
		s.Receipts, s.Demands = receipts, demands
	}
	rough.Units = append([]recipe.Unit(nil), n.Units...)
	for k := range rough.Units {
		u := &rough.Units[k]
		u.Changeovers = append([]recipe.Changeover(nil), u.Changeovers...)
		for i := range u.Changeovers {
			u.Changeovers[i].Duration = roundUp(u.Changeovers[i].Duration, step)
		}
	}
	rough.Tasks = append([]recipe.Task(nil), n.Tasks...)
	for k := range rough.Tasks {
		t := &rough.Tasks[k]
		outputs := append([]recipe.Flow(nil), t.Outputs...)
		for i := range outputs {
			after := roundUp(t.Delay(outputs[i]), step)
			outputs[i].After = &after
		}
		t.Duration, t.Outputs = roundUp(t.Duration, step), outputs
	}
	return &rough
}

// values are the columns' values of a plan.
func (f *formulation) values(p *recipe.Plan) []float64 {
	type place struct {
		task, unit string
		start      int64
	}
	sizes := map[place]float64{}
	for _, b := range p.Batches {
		sizes[place{b.Task, b.Unit, b.Start}] = b.Size
	}
	x := make([]float64, len(f.m.Columns))
	for _, o := range f.start {
		t, e := f.of(o)
		size, runs := sizes[place{t.Name, e.Unit, int64(o.at) * f.n.Step}]
		if !runs {
			continue
		}
		x[o.whether], x[o.size] = 1, size
		x[f.counts[o.task]]++
	}
	f.stocks(p)
	for k, profile := range p.Stocks {
		for t, stock := range profile.Stock {
			x[f.stock[k][t]] = min(max(stock, f.m.Columns[f.stock[k][t]].Lower), f.m.Columns[f.stock[k][t]].Upper)
		}
	}
	return x
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
