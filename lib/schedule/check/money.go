package check

import (
	"cmp"
	"slices"
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

// energy is what the power of all tasks costs from their starts to their ends.
func (e *examiner) energy() (v int64) {
	for i, mode := range e.mode {
		if mode.Power == 0 {
			continue
		}
		for t := e.start[i]; t < e.end[i]; {
			price, next := e.price(t)
			next = min(next, e.end[i])
			v += mode.Power * price * (next - t)
			t = next
		}
	}
	return v
}

// price is that of a moment, and up to when it holds at least.
func (e *examiner) price(t int64) (price, next int64) {
	tariff := e.m.Tariff
	base, at := int64(0), t
	next = 1 << 62
	if tariff.Period > 0 {
		base = t - t%tariff.Period
		at, next = t%tariff.Period, base+tariff.Period
	}
	for _, r := range tariff.Rates {
		switch {
		case at < r.From:
			return tariff.Price, min(next, base+r.From)
		case at < r.Until:
			return r.Price, base + r.Until
		}
	}
	return tariff.Price, next
}

// peak is the most that tasks and stops take of a resource at a time.
func (e *examiner) peak(r int) (most int64) {
	type step struct{ at, amount int64 }
	var steps []step
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
		for _, n := range e.stopNeeds(k) {
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
