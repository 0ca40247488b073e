package model

import (
	"fmt"
	"slices"
)

// Tariff is what energy costs over time.
type Tariff struct {
	Price  int64  `json:"price"`            // of a unit of power for a unit of time, outside rates
	Rates  []Rate `json:"rates,omitempty"`  // in order and apart; with a period, within it
	Period int64  `json:"period,omitempty"` // after which rates come again; 0: they do not
}

// Rate is a price from one moment up to, and not at, another.
type Rate struct {
	From  int64 `json:"from"`
	Until int64 `json:"until"`
	Price int64 `json:"price"`
}

func (e *examiner) tariff() {
	t := e.m.Tariff
	if t == nil {
		return
	}
	e.cost("tariff.price", t.Price)
	e.time("tariff.period", t.Period)
	e.atMost("tariff.rates", len(t.Rates), MaxWindows)
	windows := make([]Window, len(t.Rates))
	for k, r := range t.Rates {
		windows[k] = Window{From: r.From, Until: r.Until}
		e.cost(fmt.Sprintf("tariff.rates[%d].price", k), r.Price)
	}
	e.span("tariff.rates", windows)
	if n := len(t.Rates); n > 0 && t.Period > 0 && t.Rates[n-1].Until > t.Period {
		e.add("tariff.period", "is %d, and the last rate ends at %d, after it", t.Period, t.Rates[n-1].Until)
	}
}

// meant holds that a term is of something that the model has.
func (e *examiner) meant(where string, t *Term) {
	has := func(is bool, lacks string) {
		if !is {
			e.add(where+".term", "is %s, and %s", t.Term, lacks)
		}
	}
	switch t.Term {
	case Makespan, ChangeoverTime, ChangeoverCost:
	case Tardiness, Tardy, Earliness:
		has(slices.ContainsFunc(e.m.Jobs, func(j Job) bool { return j.Due != nil }), "no job has a due date")
	case Stability:
		has(e.m.Baseline != nil, "there is no baseline")
	case Inventory:
		has(slices.ContainsFunc(e.m.Tanks, func(t Tank) bool { return t.Cost > 0 }), "no tank has a cost")
	case Energy:
		has(e.m.Tariff != nil, "there is no tariff")
		has(e.m.power() > 0, "no mode has power")
	case Peak:
		has(e.place(where+".resource", t.Resource, len(e.m.Resources), "resources"), "it is of no resource")
	default:
		e.add(where+".term", "is %q; it is makespan, tardiness, tardy, earliness, changeover_time, changeover_cost, inventory, energy, peak or stability", t.Term)
	}
	if t.Term != Peak && t.Resource != nil {
		e.add(where+".resource", "is for peak only")
	}
}

// power is the largest of all tasks together, each for as long as it lasts.
func (m *Model) power() (sum float64) {
	for i := range m.Tasks {
		t, most := &m.Tasks[i], 0.0
		for k := range t.Modes {
			last := float64(t.Modes[k].Duration)
			if t.Breaks == Pause || t.Pin != nil && t.Pin.End != nil {
				last = MaxTime
			}
			most = max(most, float64(t.Modes[k].Power)*last)
		}
		sum += most
	}
	return sum
}

// maxLevel is what a level of the objective can come to at most, so that it is a sum of 64 bits.
const maxLevel = 1 << 62

// overflow holds that no level comes to more, whatever the schedule.
func (e *examiner) overflow() {
	for i, level := range e.m.Objective {
		sum := 0.0
		for _, t := range level {
			sum += float64(max(1, t.Weight)) * e.m.most(&t)
		}
		if sum > maxLevel {
			e.add(fmt.Sprintf("objective[%d]", i), "can come to %.1e, and at most %.1e can be: use smaller weights and costs, a nearer horizon, or a coarser unit", sum, float64(maxLevel))
		}
	}
}

// most is at least what a term can come to.
func (m *Model) most(t *Term) (v float64) {
	last := float64(MaxTime)
	if m.Horizon > 0 && !slices.ContainsFunc(m.Tasks, func(t Task) bool { return t.Pin != nil }) {
		last = float64(m.Horizon)
	}
	switch t.Term {
	case Makespan:
		return last
	case Tardiness, Earliness, Tardy:
		for j := range m.Jobs {
			if m.Jobs[j].Due != nil {
				v += float64(max(1, m.Jobs[j].Weight))
			}
		}
		if t.Term != Tardy {
			v *= max(last, MaxTime)
		}
	case ChangeoverTime, ChangeoverCost:
		return m.stopping(t.Term == ChangeoverCost)
	case Stability:
		return float64(len(m.Baseline.Assignments)) * (float64(m.Baseline.Moved) + float64(m.Baseline.Mode) + float64(m.Baseline.Time)*MaxTime)
	case Inventory:
		for i := range m.Tanks {
			v += float64(m.Tanks[i].Cost) * float64(m.Tanks[i].Capacity) * last
		}
	case Energy:
		price := m.Tariff.Price
		for _, r := range m.Tariff.Rates {
			price = max(price, r.Price)
		}
		return m.power() * float64(price)
	case Peak:
		return float64(m.Resources[*t.Resource].Capacity)
	}
	return v
}

// stopping is at least what all stops take or cost: two for each need and one for each flow.
func (m *Model) stopping(cost bool) float64 {
	most := int64(0)
	for i := range m.Changeovers {
		table := m.Changeovers[i].Duration
		if cost {
			table = m.Changeovers[i].Cost
		}
		for _, row := range table {
			most = max(most, slices.Max(row))
		}
	}
	for i := range m.Resources {
		if c := m.Resources[i].Cleaning; c != nil {
			most = max(most, c.Duration)
			if cost {
				most = max(most, c.Cost)
			}
		}
	}
	n := len(m.Stops)
	for i := range m.Tasks {
		own := 0
		for k := range m.Tasks[i].Modes {
			own = max(own, 3*len(m.Tasks[i].Modes[k].Needs)+len(m.Tasks[i].Modes[k].Flows))
		}
		n += own
	}
	return float64(n) * float64(most)
}
