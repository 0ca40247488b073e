package stn

import (
	"context"
	"fmt"

	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/recipe"
)

// earliestStarts is the first step at which each task can have its inputs: a state is there from the
// start if there is stock, from its first receipt, or when the earliest task gives it. What can never start
// gets a step beyond the horizon.
func earliestStarts(n *recipe.Network, states map[string]int) []int {
	never := n.Periods() + 1
	there := make([]int, len(n.States))
	for s, state := range n.States {
		there[s] = never
		if state.Initial > 0 {
			there[s] = 0
		}
		for _, a := range state.Receipts {
			if a.Amount > 0 {
				there[s] = min(there[s], int(a.At/n.Step))
			}
		}
	}
	start := make([]int, len(n.Tasks))
	for i := range start {
		start[i] = never
	}
	for changed := true; changed; { // times only fall, and are bounded by 0
		changed = false
		for i := range n.Tasks {
			t := &n.Tasks[i]
			at := 0
			for _, in := range t.Inputs {
				at = max(at, there[states[in.State]])
			}
			if at >= start[i] {
				continue
			}
			start[i], changed = at, true
			for _, out := range t.Outputs {
				s := states[out.State]
				there[s] = min(there[s], at+int(t.Delay(out)/n.Step))
			}
		}
	}
	return start
}

// leastAmounts is what each task has to do at least so that all demands and the least final stocks are met,
// by the material balance of the whole horizon. All are 0 where nothing is asked for.
func leastAmounts(ctx context.Context, engine *highs.Engine, n *recipe.Network, states map[string]int) ([]float64, error) {
	least := make([]float64, len(n.Tasks))
	balance := &highs.Model{}
	rows := make([]highs.Row, len(n.States))
	asked := false
	for s, state := range n.States {
		need := state.Minimum - state.Initial
		if state.FinalMin != nil {
			need = max(state.Minimum, *state.FinalMin) - state.Initial
		}
		most := highs.Inf(1)
		if state.Capacity != nil {
			most = *state.Capacity - state.Initial
		}
		if state.FinalMax != nil {
			most = min(most, *state.FinalMax-state.Initial)
		}
		for _, a := range state.Demands {
			need, most = need+a.Amount, most+a.Amount
		}
		for _, a := range state.Receipts {
			need, most = need-a.Amount, most-a.Amount
		}
		asked = asked || need > 0
		rows[s] = highs.Row{Lower: need, Upper: most}
	}
	if !asked {
		return least, nil
	}
	for i := range n.Tasks {
		column := balance.Column(highs.Column{Upper: highs.Inf(1)})
		for _, in := range n.Tasks[i].Inputs {
			s := states[in.State]
			rows[s].Terms = append(rows[s].Terms, highs.Term{Column: column, Coefficient: -in.Share})
		}
		for _, out := range n.Tasks[i].Outputs {
			s := states[out.State]
			rows[s].Terms = append(rows[s].Terms, highs.Term{Column: column, Coefficient: out.Share})
		}
	}
	balance.Rows = rows
	for i := range n.Tasks {
		balance.Columns[i].Cost = 1
		r, err := engine.Solve(ctx, balance, highs.Options{})
		balance.Columns[i].Cost = 0
		if err != nil {
			return nil, fmt.Errorf("bound the amount of task %s: %w", n.Tasks[i].Name, err)
		}
		if r.Status != highs.Optimal {
			return least, nil // infeasible: the plan will say so
		}
		least[i] = r.Objective
	}
	return least, nil
}
