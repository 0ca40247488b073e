// Package lots plans lot sizes: how much of each product to make in which period, with set-ups that cost money and
// time, stock that costs money and demands that are to be met, late at a price or not at all.
//
// It is the multi-item capacitated lot-sizing problem (Manne, "Programming of economic lot sizes", Management Science 4, 1958;
// Trigeiro, Thomas, McClain, "Capacitated lot sizing with setup times", Management Science 35, 1989) in the facility-location form
// (Krarup and Bilde, 1977): z(i,s,t) is what is made in period s for the demand of period t, at most that demand times whether s
// sets the product up. Its linear relaxation is that of all (l,S)-inequalities (Barany, Van Roy, Wolsey, "Strong formulations
// for multi-item capacitated lot sizing", Management Science 30, 1984) without having to add any.
package lots

import (
	"context"
	"errors"
	"fmt"
	"math"

	"linghang/lib/schedule/highs"
)

// Limits of a problem.
const (
	MaxProducts = 500
	MaxPeriods  = 366
	MaxName     = 256  // octets
	MaxAmount   = 1e12 // of anything
)

// Problem is what is asked for. Lists by period all have as many entries as Capacity.
type Problem struct {
	Capacity []float64 `json:"capacity"` // of each period, for making and setting up
	Products []Product `json:"products"`
}

// Product is made in lots.
type Product struct {
	Name      string    `json:"name"`
	Demand    []float64 `json:"demand"`
	Initial   float64   `json:"initial,omitempty"` // stock at the start
	Use       float64   `json:"use"`               // capacity for a unit
	Setup     float64   `json:"setup,omitempty"`   // capacity for a set-up
	SetupCost float64   `json:"setup_cost,omitempty"`
	Cost      float64   `json:"cost,omitempty"`    // of making a unit
	Holding   float64   `json:"holding,omitempty"` // of a unit in stock at the end of a period
	Late      *float64  `json:"late,omitempty"`    // of a unit owed at the end of a period; nil is: demands are never late
}

// Plan is what is made, by product and period.
type Plan struct {
	Cost float64     `json:"cost"`
	Made [][]float64 `json:"made"`
}

// Result is the best plan and how good it is. Plan is nil if there is none.
type Result struct {
	Status  highs.Status
	Plan    *Plan
	Bound   float64 // no plan costs less
	Gap     float64
	Seconds float64
}

const tolerance = 1e-5

// Validate says what keeps the problem from being solved: each fault names its place.
func (p *Problem) Validate() error {
	if n := len(p.Capacity); n == 0 || n > MaxPeriods || len(p.Products) > MaxProducts {
		return fmt.Errorf("there are %d periods and %d products; at least 1 and at most %d periods, and at most %d products", n, len(p.Products), MaxPeriods, MaxProducts)
	}
	var faults []error
	for t, c := range p.Capacity {
		if !amount(c) {
			faults = append(faults, fmt.Errorf("capacity[%d]: %v is to be 0 to %v", t, c, MaxAmount))
		}
	}
	names := map[string]int{}
	for i := range p.Products {
		faults = append(faults, p.product(i, names)...)
		if len(faults) > 20 {
			break
		}
	}
	return errors.Join(faults...)
}

// product examines one; names are those before it.
func (p *Problem) product(i int, names map[string]int) (faults []error) {
	q := &p.Products[i]
	where := fmt.Sprintf("products[%d] %s", i, q.Name)
	switch first, known := names[q.Name]; {
	case q.Name == "" || len(q.Name) > MaxName:
		where = fmt.Sprintf("products[%d]", i)
		faults = append(faults, fmt.Errorf("%s: the name is to have 1 to %d octets", where, MaxName))
	case known:
		faults = append(faults, fmt.Errorf("%s: the name is that of products[%d]", where, first))
	default:
		names[q.Name] = i
	}
	if len(q.Demand) != len(p.Capacity) {
		faults = append(faults, fmt.Errorf("%s: demand of %d periods, and there are %d", where, len(q.Demand), len(p.Capacity)))
	}
	for t, d := range q.Demand {
		if !amount(d) {
			faults = append(faults, fmt.Errorf("%s: demand[%d]: %v is to be 0 to %v", where, t, d, MaxAmount))
		}
	}
	for _, v := range []float64{q.Initial, q.Use, q.Setup, q.SetupCost, q.Cost, q.Holding} {
		if !amount(v) {
			faults = append(faults, fmt.Errorf("%s: %v is to be 0 to %v", where, v, MaxAmount))
		}
	}
	if q.Late != nil && !amount(*q.Late) {
		faults = append(faults, fmt.Errorf("%s: late: %v is to be 0 to %v", where, *q.Late, MaxAmount))
	}
	return faults
}

func amount(v float64) bool { return v >= 0 && v <= MaxAmount }

// Check follows a plan through the periods with nothing but the problem, and returns what it costs, or the
// first breach.
func Check(p *Problem, made [][]float64, tolerance float64) (cost float64, err error) {
	used := make([]float64, len(p.Capacity))
	if len(made) != len(p.Products) {
		return 0, fmt.Errorf("the plan has %d products, and there are %d", len(made), len(p.Products))
	}
	for i, q := range p.Products {
		stock, scale := q.Initial, 1.0
		if len(made[i]) != len(p.Capacity) {
			return 0, fmt.Errorf("product %s: the plan has %d periods, and there are %d", q.Name, len(made[i]), len(p.Capacity))
		}
		for t, x := range made[i] {
			scale = max(scale, math.Abs(x), q.Demand[t])
			if !(x >= -tolerance*scale) || math.IsInf(x, 1) {
				return 0, fmt.Errorf("product %s: %v is made in period %d", q.Name, x, t)
			}
			if x > tolerance*scale*1e-3 {
				used[t] += q.Use*x + q.Setup
				cost += q.SetupCost + q.Cost*x
			}
			if stock += x - q.Demand[t]; stock >= 0 {
				cost += q.Holding * stock
				continue
			}
			if q.Late == nil && stock < -tolerance*scale {
				return 0, fmt.Errorf("product %s: %v is owed at the end of period %d, and nothing may be late", q.Name, -stock, t)
			}
			if q.Late != nil {
				cost -= *q.Late * stock
			}
		}
		if stock < -tolerance*scale {
			return 0, fmt.Errorf("product %s: %v is never delivered", q.Name, -stock)
		}
	}
	for t, u := range used {
		if u > p.Capacity[t]+tolerance*max(1, p.Capacity[t]) {
			return 0, fmt.Errorf("period %d: %v of the capacity is used, and there is %v", t, u, p.Capacity[t])
		}
	}
	return cost, nil
}

// Solve finds the cheapest plan, or the best until a limit. A cancelled context ends it with the best so far.
func Solve(ctx context.Context, engine *highs.Engine, p *Problem, o highs.Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("the problem cannot be solved:\n%w", err)
	}
	f := formulate(p)
	solved, err := engine.Solve(ctx, f.m, o)
	if err != nil {
		return nil, fmt.Errorf("plan lot sizes: %w", err)
	}
	r := &Result{Status: solved.Status, Bound: solved.Bound, Gap: math.Inf(1), Seconds: solved.Seconds}
	if solved.X == nil {
		return r, nil
	}
	plan := &Plan{Made: f.made(solved.X)}
	if plan.Cost, err = Check(p, plan.Made, tolerance); err != nil {
		return nil, fmt.Errorf("the plan that was found is wrong: %w", err)
	}
	r.Plan, r.Gap = plan, math.Abs(plan.Cost-r.Bound)/max(math.Abs(plan.Cost), 1e-9)
	return r, nil
}

// formulation is the programme: made is, by product and period, what is made for which demand.
type formulation struct {
	p     *Problem
	m     *highs.Model
	parts [][][]int
}

func formulate(p *Problem) *formulation {
	f := &formulation{p: p, m: &highs.Model{}}
	capacity := make([][]highs.Term, len(p.Capacity))
	for i := range p.Products {
		f.product(i, capacity)
	}
	for t, terms := range capacity {
		f.m.AtMost("", p.Capacity[t], terms...)
	}
	return f
}

// product adds the columns and rows of one. Stock at the start serves the first demands.
func (f *formulation) product(i int, capacity [][]highs.Term) {
	q, n := &f.p.Products[i], len(f.p.Capacity)
	setup, parts := make([]int, n), make([][]int, n)
	for s := range setup {
		setup[s] = f.m.Column(highs.Column{Cost: q.SetupCost, Upper: 1, Integer: true})
		capacity[s] = append(capacity[s], highs.Term{Column: setup[s], Coefficient: q.Setup})
	}
	stock := q.Initial
	for t, demand := range q.Demand {
		served := min(stock, demand)
		stock -= served
		f.m.Offset += q.Holding * served * float64(t)
		net := demand - served
		if net <= 0 {
			continue
		}
		var all []highs.Term
		for s := range n {
			if s > t && q.Late == nil {
				break
			}
			cost := q.Cost
			if s <= t {
				cost += q.Holding * float64(t-s)
			} else {
				cost += *q.Late * float64(s-t)
			}
			z := f.m.Column(highs.Column{Cost: cost, Upper: net})
			f.m.AtMost("", 0, highs.Term{Column: z, Coefficient: 1}, highs.Term{Column: setup[s], Coefficient: -net})
			capacity[s] = append(capacity[s], highs.Term{Column: z, Coefficient: q.Use})
			all = append(all, highs.Term{Column: z, Coefficient: 1})
			parts[s] = append(parts[s], z)
		}
		f.m.Equal("", net, all...)
	}
	f.m.Offset += q.Holding * stock * float64(n) // what nobody asks for
	f.parts = append(f.parts, parts)
}

func (f *formulation) made(x []float64) [][]float64 {
	list := make([][]float64, len(f.parts))
	for i, parts := range f.parts {
		list[i] = make([]float64, len(parts))
		for s, columns := range parts {
			for _, c := range columns {
				list[i][s] += x[c]
			}
			if list[i][s] < 1e-6 {
				list[i][s] = 0
			}
		}
	}
	return list
}

// Roll plans a long horizon in windows of so many periods, of which the first are kept before the next window
// begins. It bounds nothing, and is for horizons that are too long for Solve; the status is Limit.
func Roll(ctx context.Context, engine *highs.Engine, p *Problem, window, keep int, o highs.Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("the problem cannot be solved:\n%w", err)
	}
	if keep < 1 || window < keep {
		return nil, fmt.Errorf("windows of %d periods of which %d are kept: at least one is, and no more than the window has", window, keep)
	}
	n := len(p.Capacity)
	made := make([][]float64, len(p.Products))
	owed := make([]float64, len(p.Products)) // at the start of the window
	stock := make([]float64, len(p.Products))
	for i, q := range p.Products {
		made[i], stock[i] = make([]float64, n), q.Initial
	}
	result := &Result{Status: highs.Limit, Bound: 0, Gap: math.Inf(1)}
	for from := 0; from < n; from += keep {
		to := min(from+window, n)
		part := &Problem{Capacity: p.Capacity[from:to]}
		for i, q := range p.Products {
			q.Demand, q.Initial = append([]float64(nil), q.Demand[from:to]...), stock[i]
			q.Demand[0] += owed[i]
			part.Products = append(part.Products, q)
		}
		r, err := Solve(ctx, engine, part, o)
		if err != nil {
			return nil, fmt.Errorf("periods %d to %d: %w", from, to-1, err)
		}
		result.Seconds += r.Seconds
		if r.Plan == nil {
			return result, nil
		}
		for i, q := range p.Products {
			net := stock[i] - owed[i]
			for t := from; t < min(from+keep, to); t++ {
				made[i][t] = r.Plan.Made[i][t-from]
				net += made[i][t] - q.Demand[t]
			}
			stock[i], owed[i] = max(net, 0), max(-net, 0)
		}
	}
	cost, err := Check(p, made, tolerance)
	if err != nil {
		return result, nil //nolint:nilerr // a later window cannot serve what an earlier left: there is no plan this way
	}
	result.Plan = &Plan{cost, made}
	return result, nil
}
