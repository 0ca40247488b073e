package check

import (
	"cmp"
	"slices"

	"linghang/lib/schedule/model"
)

// stock is what tanks cost: their content, which is there from the end of a fill to the start of a draw, up
// to the end of all tasks.
func (e *examiner) stock() (v int64) {
	last := slices.Max(e.end)
	for k := range e.m.Tanks {
		v += e.m.Tanks[k].Cost * e.m.Tanks[k].Level * last
	}
	for i := range e.flows {
		for _, f := range e.flows[i] {
			from := e.end[i]
			if f.Amount < 0 {
				from = e.start[i]
			}
			v += e.m.Tanks[f.Tank].Cost * f.Amount * (last - from)
		}
	}
	return v
}

// energy is what the power of all tasks costs from their starts to their ends: of whole periods at once, because a
// task may last for millions of them.
func (e *examiner) energy() (v int64) {
	period, whole := e.m.Tariff.Period, int64(0)
	if period > 0 {
		whole = e.priced(0, period)
	}
	for i, mode := range e.mode {
		if mode.Power == 0 {
			continue
		}
		from, until, price := e.start[i], e.end[i], int64(0)
		if period > 0 {
			price = (until - from) / period * whole
			until -= (until - from) / period * period
			from, until = from%period, until-from/period*period
			price += e.priced(0, max(0, until-period))
			until = min(until, period)
		}
		v += mode.Power * (price + e.priced(from, until))
	}
	return v
}

// priced is what a unit of power costs from one time to another, within a period if there is one.
func (e *examiner) priced(from, until int64) int64 {
	tariff := e.m.Tariff
	v := tariff.Price * (until - from)
	first, _ := slices.BinarySearchFunc(tariff.Rates, from, func(r model.Rate, t int64) int { return cmp.Compare(r.Until, t+1) })
	for _, r := range tariff.Rates[first:] {
		if r.From >= until {
			break
		}
		v += (r.Price - tariff.Price) * (min(until, r.Until) - max(from, r.From))
	}
	return v
}

// peak is the most that tasks and stops take of a resource at a time.
func (e *examiner) peak(r int) (most int64) {
	type step struct{ at, amount int64 }
	steps := make([]step, 0, len(e.mode))
	add := func(from, until, amount int64) {
		if from < until {
			steps = append(steps, step{from, amount}, step{until, -amount})
		}
	}
	for i, mode := range e.mode {
		for _, n := range mode.Needs {
			if n.Resource == r {
				add(e.start[i], e.end[i], n.Amount)
			}
		}
	}
	for k := range e.stops {
		for _, n := range e.m.StopNeeds(&e.stops[k]) {
			if n.Resource == r {
				add(e.stops[k].Start, e.stops[k].End, n.Amount)
			}
		}
	}
	slices.SortFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.amount, b.amount)) })
	taken := int64(0)
	for _, s := range steps {
		taken += s.amount
		most = max(most, taken)
	}
	return most
}
