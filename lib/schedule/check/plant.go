package check

import (
	"slices"

	"linghang/lib/schedule/model"
)

// plant looks at what plants add, besides resources and objective.
func (e *examiner) plant() {
	if e.m.Plant() == "" {
		if len(e.stops) > 0 {
			e.add("stops", "there are %d, and nothing in the model calls for any", len(e.stops))
			e.stops = nil
		}
		return
	}
	e.holds()
	e.flows = make([][]model.Flow, len(e.m.Tasks))
	for i, mode := range e.mode {
		e.flows[i] = e.m.Flows(&e.m.Tasks[i], mode)
	}
	if !e.stopsAreKnown() {
		e.stops = nil
		return
	}
	e.openings()
	e.pins()
	e.limits()
	e.lags()
	e.calendars()
	e.groups()
	e.balances()
	e.tanks()
}

func (e *examiner) pinned(i int) bool {
	p := e.m.Tasks[i].Pin
	return p != nil && p.Start != nil
}

// settled tells whether a task, or, from the last task on, a stop, is where nobody can do better: it is pinned, and began before now
// or has a waiver. A stop has that of its task.
func (e *examiner) settled(i int) bool {
	if k := i - len(e.m.Tasks); k >= 0 {
		s := &e.stops[k]
		return e.fixed[k] && (s.Start < e.m.Now || e.m.Settled(s.Before))
	}
	return e.m.Settled(i)
}

// happened tells whether nobody can keep a precedence better.
func (e *examiner) happened(p *model.Precedence) bool {
	return e.pinned(p.Before) && e.settled(p.After)
}

// lasts tells whether a task may last for longer or shorter than its mode says.
func (e *examiner) lasts(i int) bool {
	t := &e.m.Tasks[i]
	return t.Breaks == model.Pause && e.m.Plant() != "" || t.Pin != nil && t.Pin.End != nil
}

// until is when a task sets a resource free.
func (e *examiner) until(i, resource int) int64 {
	if e.held == nil || e.m.Resources[resource].Capacity != 1 {
		return e.end[i]
	}
	return e.held[i]
}

// past tells whether nobody can do better with all that run.
func (e *examiner) past(running *ends) bool {
	return !slices.ContainsFunc(running.list, func(u use) bool { return !e.settled(u.task) })
}

func (e *examiner) holds() {
	e.held = slices.Clone(e.end)
	for _, p := range e.m.Precedences {
		if p.Blocking && e.end[p.Before] > e.start[p.Before] {
			e.held[p.Before] = max(e.held[p.Before], e.start[p.After])
		}
	}
}

func (e *examiner) pins() {
	for i := range e.m.Tasks {
		p := e.m.Tasks[i].Pin
		if p == nil {
			continue
		}
		if p.Mode != nil && e.mode[i] != &e.m.Tasks[i].Modes[*p.Mode] {
			e.add("pin", "%s is not done in mode %d", e.name(i), *p.Mode)
		}
		if p.Start != nil && e.start[i] != *p.Start {
			e.add("pin", "%s starts at %d and not at %d", e.name(i), e.start[i], *p.Start)
		}
		if p.End != nil && e.end[i] != *p.End {
			e.add("pin", "%s ends at %d and not at %d", e.name(i), e.end[i], *p.End)
		}
	}
	stands := make(map[*model.Stop]bool, len(e.m.Stops))
	for k := range e.stops {
		if e.fixed[k] {
			stands[e.standing.same(&e.stops[k])] = true
		}
	}
	for k := range e.m.Stops {
		if s := &e.m.Stops[k]; !stands[e.standing.same(s)] {
			e.add("pin", "stops[%d] of the model is not in the schedule", k)
		}
	}
}

// limits are now, the horizon and deadlines.
func (e *examiner) limits() {
	for i := range e.m.Tasks {
		if e.settled(i) {
			continue
		}
		if e.start[i] < e.m.Now && !e.pinned(i) {
			e.add("now", "%s starts at %d; it is %d already", e.name(i), e.start[i], e.m.Now)
		}
		if e.m.Horizon > 0 && e.end[i] > e.m.Horizon {
			e.add("horizon", "%s ends at %d, after the horizon of %d", e.name(i), e.end[i], e.m.Horizon)
		}
		if job := e.m.Tasks[i].Job; job != nil {
			if d := e.m.Jobs[*job].Deadline; d != nil && e.end[i] > *d {
				e.add("deadline", "%s ends at %d; job %d has to end by %d", e.name(i), e.end[i], *job, *d)
			}
		}
	}
}

func (e *examiner) lags() {
	for i, p := range e.m.Precedences {
		if p.MaxLag == nil || e.happened(&p) {
			continue
		}
		if e.start[p.After] > e.end[p.Before]+*p.MaxLag {
			e.add("lag", "%s starts at %d; precedences[%d] has it start within %d after the end of %s at %d",
				e.name(p.After), e.start[p.After], i, *p.MaxLag, e.name(p.Before), e.end[p.Before])
		}
	}
}

func (e *examiner) objective(s *model.Schedule) {
	if s.Objective == nil {
		return
	}
	if len(s.Objective) != len(e.m.Objective) {
		e.add("objective", "has %d levels; the model has %d", len(s.Objective), len(e.m.Objective))
		return
	}
	for k, level := range e.m.Objective {
		var sum int64
		for _, t := range level {
			sum += max(1, t.Weight) * e.term(&t)
		}
		if sum != s.Objective[k] {
			e.add("objective", "level %d is said to be %d; it is %d", k, s.Objective[k], sum)
		}
	}
}

func (e *examiner) term(t *model.Term) (v int64) {
	switch t.Term {
	case model.Makespan:
		v = slices.Max(e.end)
	case model.Tardiness, model.Tardy, model.Earliness:
		v = e.late(t.Term)
	case model.Inventory:
		v = e.stock()
	case model.Energy:
		v = e.energy()
	case model.Peak:
		v = e.peak(*t.Resource)
	case model.ChangeoverTime:
		for k := range e.stops {
			v += e.stops[k].End - e.stops[k].Start
		}
	case model.ChangeoverCost:
		for k := range e.stops {
			v += e.stopCost(k)
		}
	case model.Stability:
		for _, a := range e.m.Baseline.Assignments {
			changed := e.mode[a.Task] != &e.m.Tasks[a.Task].Modes[a.Mode]
			if changed {
				v += e.m.Baseline.Mode
			}
			if changed || e.start[a.Task] != a.Start {
				v += e.m.Baseline.Moved
			}
			v += e.m.Baseline.Time * max(e.start[a.Task]-a.Start, a.Start-e.start[a.Task])
		}
	}
	return v
}

func (e *examiner) late(kind model.TermKind) (v int64) {
	last, has := make([]int64, len(e.m.Jobs)), make([]bool, len(e.m.Jobs))
	for i := range e.m.Tasks {
		if job := e.m.Tasks[i].Job; job != nil {
			last[*job], has[*job] = max(last[*job], e.end[i]), true
		}
	}
	for j := range e.m.Jobs {
		due := e.m.Jobs[j].Due
		if due == nil || !has[j] {
			continue
		}
		weight := max(1, e.m.Jobs[j].Weight)
		switch late := last[j] - *due; {
		case kind == model.Earliness:
			v += weight * max(0, -late)
		case kind == model.Tardiness:
			v += weight * max(0, late)
		case late > 0:
			v += weight
		}
	}
	return v
}
