package stn

import (
	"context"
	"fmt"
	"math"

	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/recipe"
)

// Result is a plan and how good it is. Plan is nil if there is none: then the network is infeasible, or
// nothing was found before the limit.
type Result struct {
	Status  highs.Status
	Plan    *recipe.Plan
	Bound   float64 // no plan is worth more
	Gap     float64 // relative; infinite without a plan
	Seconds float64
}

// tolerance is what plans are checked with, relative to amounts.
const tolerance = 1e-5

// Plan finds the best plan, or the best until a limit. A cancelled context ends it with the best so far.
func Plan(ctx context.Context, engine *highs.Engine, n *recipe.Network, o highs.Options) (*Result, error) {
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("the network cannot be planned:\n%w", err)
	}
	f, err := formulate(ctx, engine, n)
	if err != nil {
		return nil, err
	}
	spent, err := f.begin(ctx, engine, &o)
	if err != nil {
		return nil, err
	}
	solved, err := engine.Solve(ctx, f.m, o)
	if err != nil {
		return nil, fmt.Errorf("plan the network: %w", err)
	}
	r := &Result{Status: solved.Status, Bound: solved.Bound, Gap: math.Inf(1), Seconds: solved.Seconds + spent}
	if solved.X == nil {
		return r, nil
	}
	p := f.plan(solved.X)
	if p.Objective, err = recipe.Check(n, p, tolerance); err != nil {
		return nil, fmt.Errorf("the plan that was found is wrong: %w", err)
	}
	f.stocks(p)
	r.Plan, r.Gap = p, math.Abs(r.Bound-p.Objective)/max(math.Abs(p.Objective), 1e-9)
	return r, nil
}

// formulation is the programme and where its columns are.
type formulation struct {
	n      *recipe.Network
	m      *highs.Model
	steps  int
	states map[string]int
	units  map[string]int
	stock  [][]int // state, step → column
	start  []option
	counts []int // task → column, or −1
}

// option is that a task starts in a unit at a step.
type option struct {
	task, equipment, at int
	whether, size       int // columns
}

// tooLarge refuses a network whose programme would be larger than what is solved.
func tooLarge(n *recipe.Network) error {
	columns, terms := (n.Periods()+1)*len(n.States), 0
	for _, t := range n.Tasks {
		length := int(t.Duration / n.Step)
		columns += 2 * (n.Periods() + 1) * len(t.Units)
		terms += (n.Periods() + 1) * len(t.Units) * (8 + length + len(t.Inputs) + len(t.Outputs) + 2*length*len(t.Utilities))
	}
	for _, u := range n.Units {
		for _, c := range u.Changeovers {
			terms += (n.Periods() + 1) * int(2+2*min(c.Duration, n.Horizon)/n.Step)
		}
	}
	if columns > highs.MaxColumns || terms > highs.MaxTerms {
		return fmt.Errorf("the network makes up to %d variables and %d coefficients; at most %d and %d can be, with a longer step or a shorter horizon", columns, terms, highs.MaxColumns, highs.MaxTerms)
	}
	return nil
}

func formulate(ctx context.Context, engine *highs.Engine, n *recipe.Network) (*formulation, error) {
	if err := tooLarge(n); err != nil {
		return nil, err
	}
	f := &formulation{n: n, m: &highs.Model{Maximise: true}, steps: n.Periods(), states: map[string]int{}, units: map[string]int{}}
	for k, s := range n.States {
		f.states[s.Name] = k
	}
	for k, u := range n.Units {
		f.units[u.Name] = k
	}
	least, err := leastAmounts(ctx, engine, n, f.states)
	if err != nil {
		return nil, err
	}
	f.stockColumns()
	f.startColumns()
	f.sizes()
	f.balances()
	f.exclusion()
	f.changeovers()
	f.utilities()
	f.countColumns(least)
	return f, nil
}

func (f *formulation) stockColumns() {
	for _, s := range f.n.States {
		row := make([]int, f.steps+1)
		for t := range row {
			c := highs.Column{Cost: -s.Holding, Lower: s.Minimum, Upper: highs.Inf(1)}
			if s.Capacity != nil {
				c.Upper = *s.Capacity
			}
			if t == 0 {
				c.Lower = 0
			}
			if t == f.steps {
				c.Cost += s.Price
				if s.FinalMin != nil {
					c.Lower = max(c.Lower, *s.FinalMin)
				}
				if s.FinalMax != nil {
					c.Upper = min(c.Upper, *s.FinalMax)
				}
			}
			row[t] = f.m.Column(c)
		}
		f.stock = append(f.stock, row)
	}
}

func (f *formulation) startColumns() {
	earliest := earliestStarts(f.n, f.states)
	prices := map[string]float64{}
	for _, u := range f.n.Utilities {
		prices[u.Name] = u.Price
	}
	for i := range f.n.Tasks {
		t := &f.n.Tasks[i]
		fixed, perSize := 0.0, 0.0
		for _, use := range t.Utilities {
			fixed += prices[use.Utility] * use.Fixed * float64(t.Duration)
			perSize += prices[use.Utility] * use.PerSize * float64(t.Duration)
		}
		for e, unit := range t.Units {
			for at := earliest[i]; at+int(t.Duration/f.n.Step) <= f.steps; at++ {
				f.start = append(f.start, option{
					task: i, equipment: e, at: at,
					whether: f.m.Column(highs.Column{Cost: -unit.Cost - fixed, Upper: 1, Integer: true}),
					size:    f.m.Column(highs.Column{Cost: -unit.PerSize - perSize, Upper: unit.Max}),
				})
			}
		}
	}
}

func (f *formulation) of(o option) (*recipe.Task, recipe.Equipment) {
	t := &f.n.Tasks[o.task]
	return t, t.Units[o.equipment]
}

// sizes: min·W ≤ B ≤ max·W.
func (f *formulation) sizes() {
	for _, o := range f.start {
		_, e := f.of(o)
		f.m.AtMost("", 0, highs.Term{Column: o.size, Coefficient: 1}, highs.Term{Column: o.whether, Coefficient: -e.Max})
		if e.Min > 0 {
			f.m.AtLeast("", 0, highs.Term{Column: o.size, Coefficient: 1}, highs.Term{Column: o.whether, Coefficient: -e.Min})
		}
	}
}

// balances: S(s,t) = S(s,t−1) + made − taken + receipts − demands.
func (f *formulation) balances() {
	terms := make([][][]highs.Term, len(f.n.States))
	outside := make([][]float64, len(f.n.States))
	for s, state := range f.n.States {
		terms[s], outside[s] = make([][]highs.Term, f.steps+1), make([]float64, f.steps+1)
		outside[s][0] = state.Initial
		for _, a := range state.Receipts {
			outside[s][a.At/f.n.Step] += a.Amount
		}
		for _, a := range state.Demands {
			outside[s][a.At/f.n.Step] -= a.Amount
		}
		for t := range terms[s] {
			terms[s][t] = append(terms[s][t], highs.Term{Column: f.stock[s][t], Coefficient: 1})
			if t > 0 {
				terms[s][t] = append(terms[s][t], highs.Term{Column: f.stock[s][t-1], Coefficient: -1})
			}
		}
	}
	for _, o := range f.start {
		t, _ := f.of(o)
		for _, in := range t.Inputs {
			s := f.states[in.State]
			terms[s][o.at] = append(terms[s][o.at], highs.Term{Column: o.size, Coefficient: in.Share})
		}
		for _, out := range t.Outputs {
			s, at := f.states[out.State], o.at+int(t.Delay(out)/f.n.Step)
			terms[s][at] = append(terms[s][at], highs.Term{Column: o.size, Coefficient: -out.Share})
		}
	}
	for s := range terms {
		for t := range terms[s] {
			f.m.Equal("", outside[s][t], terms[s][t]...)
		}
	}
}

// running is, for each step, the terms of what runs then.
func (f *formulation) running(terms func(o option) []highs.Term) [][]highs.Term {
	list := make([][]highs.Term, f.steps)
	for _, o := range f.start {
		t, _ := f.of(o)
		add := terms(o)
		for at := o.at; at < o.at+int(t.Duration/f.n.Step) && len(add) > 0; at++ {
			list[at] = append(list[at], add...)
		}
	}
	return list
}

// exclusion: what runs in a unit at a time is one batch at most.
func (f *formulation) exclusion() {
	for _, u := range f.n.Units {
		for _, row := range f.running(func(o option) []highs.Term {
			if _, e := f.of(o); e.Unit != u.Name {
				return nil
			}
			return []highs.Term{{Column: o.whether, Coefficient: 1}}
		}) {
			if len(row) > 1 {
				f.m.AtMost("", 1, row...)
			}
		}
	}
}

// changeovers: a task does not start in a unit so soon after one. Of what may not have started before, those are in a row of which one runs
// at a time at most.
func (f *formulation) changeovers() {
	type place struct {
		task, unit string
		at         int
	}
	starts, length := map[place]int{}, map[string]int{}
	for _, o := range f.start {
		t, e := f.of(o)
		starts[place{t.Name, e.Unit, o.at}] = o.whether
		length[t.Name] = int(t.Duration / f.n.Step)
	}
	for _, u := range f.n.Units {
		for _, c := range u.Changeovers {
			runs := length[c.After]
			for at := range f.steps {
				next, starting := starts[place{c.Before, u.Name, at}]
				if !starting {
					continue
				}
				last := at - runs // the last start of a batch that has ended
				first := max(0, last-int(min(c.Duration, f.n.Horizon)/f.n.Step)+1)
				for ; first <= last; first += runs {
					row := []highs.Term{{Column: next, Coefficient: 1}}
					for s := first; s <= min(last, first+runs-1); s++ {
						if before, known := starts[place{c.After, u.Name, s}]; known {
							row = append(row, highs.Term{Column: before, Coefficient: 1})
						}
					}
					if len(row) > 1 {
						f.m.AtMost("", 1, row...)
					}
				}
			}
		}
	}
}

// utilities: what runs at a time takes the capacity at most.
func (f *formulation) utilities() {
	for _, u := range f.n.Utilities {
		for _, row := range f.running(func(o option) []highs.Term {
			var list []highs.Term
			t, _ := f.of(o)
			for _, use := range t.Utilities {
				if use.Utility == u.Name {
					list = append(list, highs.Term{Column: o.whether, Coefficient: use.Fixed}, highs.Term{Column: o.size, Coefficient: use.PerSize})
				}
			}
			return list
		}) {
			if len(row) > 0 {
				f.m.AtMost("", u.Capacity, row...)
			}
		}
	}
}

// countColumns: the number of batches of a task is a whole variable, and at least what is needed.
func (f *formulation) countColumns(least []float64) {
	terms := make([][]highs.Term, len(f.n.Tasks))
	for _, o := range f.start {
		terms[o.task] = append(terms[o.task], highs.Term{Column: o.whether, Coefficient: 1})
	}
	for i, row := range terms {
		largest := 0.0
		for _, e := range f.n.Tasks[i].Units {
			largest = max(largest, e.Max)
		}
		count := math.Ceil(least[i]/largest - 1e-6)
		f.counts = append(f.counts, -1)
		if len(row) == 0 && count <= 0 {
			continue
		}
		f.counts[i] = f.m.Column(highs.Column{Lower: max(0, count), Upper: highs.Inf(1), Integer: true})
		f.m.Equal("", 0, append(row, highs.Term{Column: f.counts[i], Coefficient: -1})...)
	}
}

// plan reads the batches from the values of the columns. A batch of next to nothing is none.
func (f *formulation) plan(x []float64) *recipe.Plan {
	p := &recipe.Plan{Batches: []recipe.Batch{}}
	for _, o := range f.start {
		t, e := f.of(o)
		if x[o.whether] < 0.5 || x[o.size] < 1e-7*e.Max {
			continue
		}
		start := int64(o.at) * f.n.Step
		p.Batches = append(p.Batches, recipe.Batch{Task: t.Name, Unit: e.Unit, Start: start, End: start + t.Duration, Size: min(max(x[o.size], e.Min), e.Max)})
	}
	return p
}

// stocks fills in the profiles, from the batches.
func (f *formulation) stocks(p *recipe.Plan) {
	stock := make([][]float64, len(f.n.States))
	for k, s := range f.n.States {
		stock[k] = make([]float64, f.steps+1)
		stock[k][0] = s.Initial
		for _, a := range s.Receipts {
			stock[k][a.At/f.n.Step] += a.Amount
		}
		for _, a := range s.Demands {
			stock[k][a.At/f.n.Step] -= a.Amount
		}
	}
	tasks := map[string]*recipe.Task{}
	for i := range f.n.Tasks {
		tasks[f.n.Tasks[i].Name] = &f.n.Tasks[i]
	}
	for _, b := range p.Batches {
		t := tasks[b.Task]
		for _, in := range t.Inputs {
			stock[f.states[in.State]][b.Start/f.n.Step] -= in.Share * b.Size
		}
		for _, out := range t.Outputs {
			stock[f.states[out.State]][(b.Start+t.Delay(out))/f.n.Step] += out.Share * b.Size
		}
	}
	for k, s := range f.n.States {
		for t := range stock[k] {
			if t > 0 {
				stock[k][t] += stock[k][t-1]
			}
		}
		p.Stocks = append(p.Stocks, recipe.Profile{State: s.Name, Stock: stock[k]})
	}
}
