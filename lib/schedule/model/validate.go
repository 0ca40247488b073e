package model

import (
	"fmt"
	"strings"
)

// maxFaults is how many faults of one model are told.
const maxFaults = 20

// Fault says what of a model cannot be, where, and how to mend it.
type Fault struct {
	Where string `json:"where"` // as tasks[3].modes[0].duration
	What  string `json:"what"`
}

// String returns where and what.
func (f Fault) String() string { return f.Where + ": " + f.What }

// FaultsError is the faults of a model, the first 20 of them.
type FaultsError []Fault

// Error returns all, a line each.
func (f FaultsError) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// examiner collects faults.
type examiner struct {
	m      *Model
	faults FaultsError
}

func (e *examiner) add(where, what string, args ...any) {
	if len(e.faults) < maxFaults {
		e.faults = append(e.faults, Fault{where, fmt.Sprintf(what, args...)})
	}
}

// Validate returns nil or a FaultsError. A model without them has a schedule, unless it is
// one of a plant (Plant).
func (m *Model) Validate() error {
	e := &examiner{m: m}
	e.sizes()
	if len(e.faults) > 0 {
		return e.faults
	}
	e.resources()
	e.jobs()
	e.tasks()
	e.precedences()
	e.sameOrder()
	e.plant()
	if len(e.faults) == 0 {
		e.horizon()
		e.cycle()
	}
	if len(e.faults) == 0 {
		e.judgedPins()
	}
	if len(e.faults) == 0 {
		e.possible()
	}
	if len(e.faults) > 0 {
		return e.faults
	}
	return nil
}

func (e *examiner) sizes() {
	if len(e.m.Tasks) == 0 {
		e.add("tasks", "are empty; at least one task is needed")
	}
	e.atMost("tasks", len(e.m.Tasks), MaxTasks)
	e.atMost("jobs", len(e.m.Jobs), MaxTasks)
	e.atMost("resources", len(e.m.Resources), MaxResources)
	e.atMost("precedences", len(e.m.Precedences), MaxNeeds)
	e.atMost("same_order", len(e.m.SameOrder), MaxResources)
	modes, needs := 0, 0
	for i := range e.m.Tasks {
		modes += len(e.m.Tasks[i].Modes)
		for k := range e.m.Tasks[i].Modes {
			needs += len(e.m.Tasks[i].Modes[k].Needs)
		}
	}
	e.atMost("tasks[].modes", modes, MaxModes)
	e.atMost("tasks[].modes[].needs", needs, MaxNeeds)
	e.name("name", e.m.Name)
}

func (e *examiner) atMost(where string, n, most int) {
	if n > most {
		e.add(where, "are %d; at most %d can be", n, most)
	}
}

func (e *examiner) name(where, name string) {
	if len(name) > MaxName {
		e.add(where, "has %d octets; at most %d can be", len(name), MaxName)
	}
}

func (e *examiner) resources() {
	for i, r := range e.m.Resources {
		e.name(fmt.Sprintf("resources[%d].name", i), r.Name)
		if r.Capacity < 1 || r.Capacity > MaxCapacity {
			e.add(fmt.Sprintf("resources[%d].capacity", i), "is %d; it is 1 (a machine) to %d", r.Capacity, int64(MaxCapacity))
		}
	}
}

func (e *examiner) jobs() {
	for i, j := range e.m.Jobs {
		e.name(fmt.Sprintf("jobs[%d].name", i), j.Name)
		if j.Release < 0 || j.Release > MaxTime {
			e.add(fmt.Sprintf("jobs[%d].release", i), "is %d; times are 0 to %d", j.Release, MaxTime)
		}
	}
}

func (e *examiner) tasks() {
	seen := make([]int, len(e.m.Resources)) // by which mode a resource was needed last, counted over all tasks
	mode := 0
	for i := range e.m.Tasks {
		t := &e.m.Tasks[i]
		if len(t.Name) > MaxName {
			e.name(fmt.Sprintf("tasks[%d].name", i), t.Name)
		}
		if t.Job != nil && !within(*t.Job, len(e.m.Jobs)) {
			e.add(fmt.Sprintf("tasks[%d].job", i), "is %d; there are %d jobs, counted from 0", *t.Job, len(e.m.Jobs))
		}
		if len(t.Modes) == 0 {
			e.add(fmt.Sprintf("tasks[%d].modes", i), "are empty; a task needs a mode in which it is done")
		}
		for k := range t.Modes {
			mode++
			e.mode(i, k, mode, seen)
		}
	}
}

func (e *examiner) mode(i, k, mode int, seen []int) {
	m := &e.m.Tasks[i].Modes[k]
	if m.Duration < 0 || m.Duration > MaxTime {
		e.add(fmt.Sprintf("tasks[%d].modes[%d].duration", i, k), "is %d; durations are 0 to %d", m.Duration, MaxTime)
	}
	for j, need := range m.Needs {
		where := func() string { return fmt.Sprintf("tasks[%d].modes[%d].needs[%d]", i, k, j) }
		if !within(need.Resource, len(e.m.Resources)) {
			e.add(where()+".resource", "is %d; there are %d resources, counted from 0", need.Resource, len(e.m.Resources))
			continue
		}
		if seen[need.Resource] == mode {
			e.add(where()+".resource", "is %d a second time; put both amounts into one need", need.Resource)
		}
		seen[need.Resource] = mode
		if capacity := e.m.Resources[need.Resource].Capacity; need.Amount < 1 || need.Amount > capacity {
			e.add(where()+".amount", "is %d; it is 1 to %d, the capacity of the resource", need.Amount, capacity)
		}
	}
}

func (e *examiner) precedences() {
	for i, p := range e.m.Precedences {
		where := func(end string) string { return fmt.Sprintf("precedences[%d].%s", i, end) }
		switch {
		case !within(p.Before, len(e.m.Tasks)):
			e.add(where("before"), "is %d; there are %d tasks, counted from 0", p.Before, len(e.m.Tasks))
		case !within(p.After, len(e.m.Tasks)):
			e.add(where("after"), "is %d; there are %d tasks, counted from 0", p.After, len(e.m.Tasks))
		case p.MinLag < 0 || p.MinLag > MaxTime:
			e.add(where("min_lag"), "is %d; lags are 0 to %d", p.MinLag, MaxTime)
		}
	}
}

// sameOrder holds that each job passes each of the resources once, or none of them,
// which is what makes "one order" mean something.
func (e *examiner) sameOrder() {
	if len(e.m.SameOrder) == 0 || len(e.faults) > 0 {
		return
	}
	listed := make([]bool, len(e.m.Resources))
	for i, r := range e.m.SameOrder {
		switch {
		case !within(r, len(e.m.Resources)):
			e.add(fmt.Sprintf("same_order[%d]", i), "is %d; there are %d resources, counted from 0", r, len(e.m.Resources))
			return
		case listed[r]:
			e.add(fmt.Sprintf("same_order[%d]", i), "is %d a second time", r)
		case e.m.Resources[r].Capacity != 1:
			e.add(fmt.Sprintf("same_order[%d]", i), "is %d, whose capacity is %d; an order needs capacity 1", r, e.m.Resources[r].Capacity)
		}
		listed[r] = true
	}
	e.passes(listed)
}

func (e *examiner) passes(listed []bool) {
	type pass struct{ job, resource int }
	seen := make(map[pass]bool, len(e.m.Tasks))
	for i := range e.m.Tasks {
		t := &e.m.Tasks[i]
		for _, m := range t.Modes {
			for _, need := range m.Needs {
				if !listed[need.Resource] {
					continue
				}
				if t.Job == nil || len(t.Modes) > 1 {
					e.add(fmt.Sprintf("tasks[%d]", i), "is on resource %d of same_order; it needs a job and no more than one mode", need.Resource)
					continue
				}
				p := pass{*t.Job, need.Resource}
				if seen[p] {
					e.add(fmt.Sprintf("tasks[%d]", i), "is the second of job %d on resource %d of same_order", p.job, p.resource)
				}
				seen[p] = true
			}
		}
	}
	count := make([]int, len(e.m.Jobs))
	for p := range seen {
		count[p.job]++
	}
	for job, n := range count {
		if n != 0 && n != len(e.m.SameOrder) {
			e.add(fmt.Sprintf("jobs[%d]", job), "passes %d of the %d resources of same_order; a job passes all or none", n, len(e.m.SameOrder))
		}
	}
}

// horizon holds that all tasks one after the other end in time, so that no schedule
// of an engine can overflow.
func (e *examiner) horizon() {
	var latest, sum int64
	for _, j := range e.m.Jobs {
		latest = max(latest, j.Release)
	}
	for i := range e.m.Tasks {
		longest := int64(0)
		for _, m := range e.m.Tasks[i].Modes {
			longest = max(longest, m.Duration)
		}
		sum += longest
		if latest+sum > MaxTime {
			e.add(fmt.Sprintf("tasks[%d]", i), "takes the sum of the latest release and the longest durations to %d; it is %d at most: use a coarser unit of time", latest+sum, MaxTime)
			return
		}
	}
	for i, p := range e.m.Precedences {
		sum += p.MinLag
		if latest+sum > MaxTime {
			e.add(fmt.Sprintf("precedences[%d]", i), "takes the sum of releases, durations and lags to %d; it is %d at most: use a coarser unit of time", latest+sum, MaxTime)
			return
		}
	}
}

func within(i, n int) bool { return i >= 0 && i < n }
