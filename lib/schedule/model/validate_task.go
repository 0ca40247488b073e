package model

import (
	"fmt"
	"slices"
)

func (e *examiner) plantTask(i int) {
	t, where := &e.m.Tasks[i], fmt.Sprintf("tasks[%d]", i)
	e.place(where+".family", t.Family, len(e.m.Families), "families")
	if !slices.Contains([]Breaks{"", Fit, Pause, Cross}, t.Breaks) {
		e.add(where+".breaks", "is %q; it is fit, pause or cross", t.Breaks)
	}
	e.pin(where+".pin", t)
	for k := range t.Modes {
		e.plantMode(fmt.Sprintf("%s.modes[%d]", where, k), t, &t.Modes[k])
	}
}

func (e *examiner) plantMode(where string, t *Task, mode *Mode) {
	for k, n := range mode.Needs {
		if !within(n.Resource, len(e.m.Resources)) {
			continue // told already
		}
		r := &e.m.Resources[n.Resource]
		if r.Changeover != nil && t.Family == nil {
			e.add(fmt.Sprintf("%s.needs[%d]", where, k), "is of resource %d, which has changeovers; the task needs a family", n.Resource)
		}
		if c := r.Cleaning; c != nil && c.Time > 0 && mode.Duration > c.Time {
			e.add(where+".duration", "is %d, longer than the %d within which resource %d is to be cleaned", mode.Duration, c.Time, n.Resource)
		}
	}
	e.cost(where+".power", mode.Power)
	for k := range mode.Flows {
		e.place(fmt.Sprintf("%s.flows[%d].family", where, k), mode.Flows[k].Family, len(e.m.Families), "families")
	}
	if !e.batch(where, t, mode) {
		return
	}
	for k, f := range e.m.Flows(t, mode) {
		at := fmt.Sprintf("%s.flows[%d]", where, k)
		if !e.place(at+".tank", &f.Tank, len(e.m.Tanks), "tanks") {
			continue
		}
		if slices.ContainsFunc(mode.Flows[:k], func(o Flow) bool { return o.Tank == f.Tank }) {
			e.add(at+".tank", "is %d a second time; put both amounts into one flow", f.Tank)
		}
		e.flow(at, mode, f)
	}
}

func (e *examiner) flow(where string, mode *Mode, f Flow) {
	tank := &e.m.Tanks[f.Tank]
	amount, rate, does := f.Amount, tank.FillRate, "filled"
	if f.Amount < 0 {
		amount, rate, does = -f.Amount, tank.DrainRate, "drawn"
	}
	switch {
	case amount < 1 || amount > tank.Capacity-tank.Heel:
		e.add(where+".amount", "is %d; 1 to %d can be %s", f.Amount, tank.Capacity-tank.Heel, does)
	case rate > 0 && amount > rate*mode.Duration:
		e.add(where+".amount", "is %d; in the %d that the mode takes at most %d can be %s", f.Amount, mode.Duration, rate*mode.Duration, does)
	case tank.Changeover != nil && f.Family == nil:
		e.add(where, "is of tank %d, which has changeovers; the task needs a family", f.Tank)
	}
}

func (e *examiner) pin(where string, t *Task) {
	p := t.Pin
	if p == nil {
		return
	}
	e.place(where+".mode", p.Mode, len(t.Modes), "modes")
	if p.Start != nil {
		e.time(where+".start", *p.Start)
		if p.Mode == nil && len(t.Modes) > 1 {
			e.add(where, "has a start and no mode; the task has %d modes", len(t.Modes))
		}
		if end := *p.Start + t.shortest(); p.End == nil && end > MaxTime {
			e.add(where+".start", "is %d, so that the task ends at %d; times are 0 to %d", *p.Start, end, MaxTime)
		}
	}
	if p.End != nil {
		e.time(where+".end", *p.End)
		if p.Start == nil || *p.End < *p.Start {
			e.add(where+".end", "is %d; an end goes with a start that is not after it", *p.End)
		}
	}
	if p.Waive && p.Start == nil {
		e.add(where+".waive", "is for a pinned start")
	}
}

func (e *examiner) plantJobs() {
	for i := range e.m.Jobs {
		j, where := &e.m.Jobs[i], fmt.Sprintf("jobs[%d]", i)
		if j.Due != nil {
			e.time(where+".due", *j.Due)
		}
		if j.Deadline != nil {
			e.time(where+".deadline", *j.Deadline)
		}
		e.cost(where+".weight", j.Weight)
	}
	for i := range e.m.Precedences {
		p, where := &e.m.Precedences[i], fmt.Sprintf("precedences[%d].max_lag", i)
		if p.MaxLag != nil && (*p.MaxLag < p.MinLag || *p.MaxLag > MaxTime) {
			e.add(where, "is %d; it is from the least lag of %d to %d", *p.MaxLag, p.MinLag, MaxTime)
		}
	}
}

func (e *examiner) campaigns() {
	type key struct{ resource, family int }
	seen := map[key]bool{}
	for i, c := range e.m.Campaigns {
		where := fmt.Sprintf("campaigns[%d]", i)
		if !e.place(where+".resource", &c.Resource, len(e.m.Resources), "resources") || !e.place(where+".family", &c.Family, len(e.m.Families), "families") {
			continue
		}
		k := key{c.Resource, c.Family}
		switch {
		case e.m.Resources[c.Resource].Capacity != 1:
			e.add(where+".resource", "is %d, whose capacity is %d; campaigns are on machines, with capacity 1", c.Resource, e.m.Resources[c.Resource].Capacity)
		case c.Min < 0 || c.Max < 0 || c.Max > 0 && c.Max < c.Min || c.Min > MaxCapacity || c.Max > MaxCapacity:
			e.add(where, "has from %d to %d tasks; the most is not below the least, or 0 for any number", c.Min, c.Max)
		case seen[k]:
			e.add(where, "is the second of family %d on resource %d", c.Family, c.Resource)
		}
		seen[k] = true
	}
}

func (e *examiner) stops() {
	for i := range e.m.Stops {
		s, where := &e.m.Stops[i], fmt.Sprintf("stops[%d]", i)
		e.time(where+".start", s.Start)
		e.time(where+".end", s.End)
		on := e.place(where+".resource", s.Resource, len(e.m.Resources), "resources")
		in := e.place(where+".tank", s.Tank, len(e.m.Tanks), "tanks")
		switch {
		case on == in:
			e.add(where, "is of a resource or of a tank, and of one")
		case s.Kind != Change && (s.Kind != Clean || in):
			e.add(where+".kind", "is %q; it is change, or, on a resource, clean", s.Kind)
		case !e.stopsHere(s):
			e.add(where, "is a %s of what has none", s.Kind)
		case !within(s.Before, len(e.m.Tasks)):
			e.add(where+".before", "is %d; there are %d tasks, counted from 0", s.Before, len(e.m.Tasks))
		case e.m.Tasks[s.Before].Pin == nil || e.m.Tasks[s.Before].Pin.Start == nil:
			e.add(where+".before", "is %d, whose start is not pinned", s.Before)
		case !e.m.Tasks[s.Before].Meets(s):
			e.add(where+".before", "is %d, which is pinned and not there", s.Before)
		case s.End < s.Start || s.End > *e.m.Tasks[s.Before].Pin.Start:
			e.add(where, "is from %d to %d; it ends before its task, which starts at %d", s.Start, s.End, *e.m.Tasks[s.Before].Pin.Start)
		}
	}
}

// stopsHere tells whether a resource or tank has stops of a kind.
func (e *examiner) stopsHere(s *Stop) bool {
	if s.Tank != nil {
		return e.m.Tanks[*s.Tank].Changeover != nil
	}
	r := &e.m.Resources[*s.Resource]
	return s.Kind == Clean && r.Cleaning != nil || s.Kind == Change && r.Changeover != nil
}

func (e *examiner) baseline() {
	b := e.m.Baseline
	if b == nil {
		return
	}
	e.cost("baseline.moved", b.Moved)
	e.cost("baseline.time", b.Time)
	e.cost("baseline.mode", b.Mode)
	for i := range b.Stops {
		s, where := &b.Stops[i], fmt.Sprintf("baseline.stops[%d]", i)
		e.place(where+".before", &s.Before, len(e.m.Tasks), "tasks")
		on := e.place(where+".resource", s.Resource, len(e.m.Resources), "resources")
		if in := e.place(where+".tank", s.Tank, len(e.m.Tanks), "tanks"); on == in {
			e.add(where, "is of a resource or of a tank, and of one")
		}
		e.time(where+".start", s.Start)
		e.time(where+".end", s.End)
	}
	seen := make([]bool, len(e.m.Tasks))
	for i, a := range b.Assignments {
		where := fmt.Sprintf("baseline.assignments[%d]", i)
		switch {
		case !within(a.Task, len(e.m.Tasks)) || seen[a.Task]:
			e.add(where+".task", "is %d; there are %d tasks, counted from 0, each once", a.Task, len(e.m.Tasks))
			return
		case !within(a.Mode, len(e.m.Tasks[a.Task].Modes)):
			e.add(where+".mode", "is %d; the task has %d", a.Mode, len(e.m.Tasks[a.Task].Modes))
		}
		seen[a.Task] = true
		e.time(where+".start", a.Start)
	}
}

func (e *examiner) objective() {
	e.atMost("objective", len(e.m.Objective), MaxTerms)
	for i, level := range e.m.Objective {
		if len(level) == 0 || len(level) > MaxTerms {
			e.add(fmt.Sprintf("objective[%d]", i), "has %d terms; it is 1 to %d", len(level), MaxTerms)
		}
		for k, t := range level {
			where := fmt.Sprintf("objective[%d][%d]", i, k)
			e.cost(where+".weight", t.Weight)
			e.meant(where, &t)
		}
	}
}
