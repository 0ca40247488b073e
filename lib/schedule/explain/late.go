// Package explain tells why a schedule is as it is: for a job that is late, the chain of what
// its last task waits for, back to a root, and for a model without schedule, a few rules that
// conflict. What it tells are codes and numbers, and words in Chinese and English.
//
// A chain follows tight constraints, as the critical path of a project does (Kelley, Walker,
// "Critical-path planning and scheduling", 1959), through machines, stops, tanks and calendars as
// well: each link is one that would be broken if the task started one unit of time earlier.
package explain

import (
	"cmp"
	"fmt"
	"slices"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// Code is what binds a task.
type Code string

// Codes of links. The last link of a chain is a root: release, now, pin, calendar, capacity or skid
// without a task, clean_hold, cheaper, or choice.
const (
	Late       Code = "late"       // the job ends at At, and is due at Due
	Rests      Code = "rests"      // it lasts longer because something that it needs closes
	Release    Code = "release"    // the job is released at At
	Now        Code = "now"        // it is At already
	Pinned     Code = "pin"        // its start is pinned
	After      Code = "after"      // it waits for the end of By, and a least lag
	With       Code = "with"       // By cannot start earlier, and starts so long after it at most
	Machine    Code = "machine"    // By has the resource up to then
	Changeover Code = "changeover" // a changeover after By ends then
	Cleaning   Code = "cleaning"   // a cleaning after By ends then
	CleanHold  Code = "clean_hold" // the resource was clean for longer than it may be, and a cleaning ends then
	DirtyHold  Code = "dirty_hold" // By, or its cleaning, cannot start earlier, and what it leaves dirty waits so long at most
	Skid       Code = "skid"       // a changeover or cleaning waits for a resource, which By or a stop before it has, or which is closed
	Campaign   Code = "campaign"   // there is a gap before, in which it would break a campaign of the resource, which goes on with By
	Hold       Code = "hold"       // By cannot start earlier, and what is filled into the tank is drawn within a time
	Capacity   Code = "capacity"   // the resource has no more until By ends
	TankFull   Code = "tank_full"  // the tank has room when By ends
	TankEmpty  Code = "tank_empty" // the tank has enough when By ends
	TankChange Code = "tank_change"
	Calendar   Code = "calendar" // the resource is closed before
	Cheaper    Code = "cheaper"  // nothing binds it: stock, energy, a peak or earliness may be less so
	Choice     Code = "choice"   // nothing binds it: the search has it there
)

// Link is a task and what binds it.
type Link struct {
	Code     Code  `json:"code"`
	Task     int   `json:"task"`
	At       int64 `json:"at"`                 // the task's start; of late and rests its end
	By       *int  `json:"by,omitempty"`       // a task
	Resource *int  `json:"resource,omitempty"` // or tank
	Tank     *int  `json:"tank,omitempty"`
	Due      int64 `json:"due,omitempty"`
}

// examiner knows a schedule by its tasks.
type examiner struct {
	m     *model.Model
	at    []model.Assignment // by task
	held  []int64
	stops []model.Stop
	open  [][]model.Window
	on    [][]int // tasks by resource
	in    [][]int // tasks by tank
}

// Why returns the chain of a job: what its last task waits for, what that waits for, and so on. The
// schedule has to be one of the model (package check).
func Why(m *model.Model, s *model.Schedule, job int) ([]Link, error) {
	if job < 0 || job >= len(m.Jobs) {
		return nil, fmt.Errorf("explain: there is no job %d; there are %d, counted from 0", job, len(m.Jobs))
	}
	e, err := newExaminer(m, s)
	if err != nil {
		return nil, err
	}
	last := e.last(job)
	if last < 0 {
		return nil, fmt.Errorf("explain: job %d has no tasks", job)
	}
	var chain []Link
	if due := m.Jobs[job].Due; due != nil && e.at[last].End > *due {
		chain = append(chain, Link{Code: Late, Task: last, At: e.at[last].End, Due: *due})
	}
	met := make([]bool, len(m.Tasks))
	for i := last; i >= 0 && !met[i]; {
		met[i] = true
		if a := e.at[i]; m.Tasks[i].Breaks == model.Pause && a.End-a.Start > m.Tasks[i].Modes[a.Mode].Duration {
			chain = append(chain, Link{Code: Rests, Task: i, At: a.End})
		}
		link := e.binds(i, met)
		link.Task, link.At = i, e.at[i].Start
		chain = append(chain, link)
		i = -1
		if link.By != nil {
			i = *link.By
		}
	}
	return chain, nil
}

// last is the task of a job that ends last, or -1.
func (e *examiner) last(job int) int {
	last := -1
	for i := range e.m.Tasks {
		if j := e.m.Tasks[i].Job; j != nil && *j == job && (last < 0 || e.at[i].End > e.at[last].End) {
			last = i
		}
	}
	return last
}

func newExaminer(m *model.Model, s *model.Schedule) (*examiner, error) {
	e := &examiner{m: m, at: make([]model.Assignment, len(m.Tasks)), held: make([]int64, len(m.Tasks)), stops: s.Stops, open: make([][]model.Window, len(m.Resources)), on: make([][]int, len(m.Resources)), in: make([][]int, len(m.Tanks))}
	for _, a := range s.Assignments {
		e.at[a.Task], e.held[a.Task] = a, a.End
		for _, n := range m.Tasks[a.Task].Modes[a.Mode].Needs {
			if a.Start < a.End {
				e.on[n.Resource] = append(e.on[n.Resource], a.Task)
			}
		}
		for _, f := range m.Flows(&m.Tasks[a.Task], &m.Tasks[a.Task].Modes[a.Mode]) {
			e.in[f.Tank] = append(e.in[f.Tank], a.Task)
		}
	}
	for _, tasks := range e.on {
		slices.SortStableFunc(tasks, func(a, b int) int { return cmp.Compare(e.at[a].Start, e.at[b].Start) })
	}
	for _, p := range m.Precedences {
		if p.Blocking {
			e.held[p.Before] = max(e.held[p.Before], e.at[p.After].Start)
		}
	}
	for r := range m.Resources {
		windows, err := process.Windows(m, r)
		if err != nil {
			return nil, fmt.Errorf("explain: %w", err)
		}
		e.open[r] = windows
	}
	return e, nil
}

func (e *examiner) needs(i int) []model.Need { return e.m.Tasks[i].Modes[e.at[i].Mode].Needs }

// binds returns the first thing that would be broken if a task started earlier. Tasks that were
// met already lead nowhere.
func (e *examiner) binds(i int, met []bool) Link {
	start := e.at[i].Start
	if p := e.m.Tasks[i].Pin; p != nil && p.Start != nil {
		return Link{Code: Pinned}
	}
	for _, look := range []func(int, int64) (Link, bool){e.precedence, e.campaign, e.stop, e.machine, e.tank, e.release, e.calendar, e.capacity, e.pulled, e.cleaned} {
		if link, found := look(i, start); found && (link.By == nil || !met[*link.By]) {
			return link
		}
	}
	for _, level := range e.m.Objective {
		for _, t := range level {
			switch t.Term {
			case model.Earliness, model.Inventory, model.Energy, model.Peak:
				return Link{Code: Cheaper}
			default:
			}
		}
	}
	return Link{Code: Choice}
}

func (e *examiner) release(i int, start int64) (Link, bool) {
	if job := e.m.Tasks[i].Job; job != nil && e.m.Jobs[*job].Release == start {
		return Link{Code: Release}, true
	}
	return Link{Code: Now}, start == e.m.Now
}

func (e *examiner) precedence(i int, start int64) (Link, bool) {
	for _, p := range e.m.Precedences {
		if p.After == i && e.at[p.Before].End+p.MinLag == start {
			return Link{Code: After, By: new(p.Before)}, true
		}
	}
	return Link{}, false
}

// latest is the task that ends last up to a time.
func (e *examiner) latest(tasks []int, but int, until int64) *int {
	var by *int
	for _, j := range tasks {
		if j != but && e.held[j] <= until && (by == nil || e.held[j] > e.held[*by]) {
			by = new(j)
		}
	}
	return by
}

func (e *examiner) machine(i int, start int64) (Link, bool) {
	for _, n := range e.needs(i) {
		if e.m.Resources[n.Resource].Capacity > 1 {
			continue
		}
		for _, j := range e.on[n.Resource] {
			if j != i && e.held[j] == start {
				return Link{Code: Machine, By: new(j), Resource: new(n.Resource)}, true
			}
		}
		for k := range e.stops { // one after which there is another task
			if s := &e.stops[k]; s.End == start && s.Before != i && s.Resource != nil && *s.Resource == n.Resource {
				return Link{Code: Changeover, By: new(s.Before), Resource: s.Resource}, true
			}
		}
	}
	return Link{}, false
}

func (e *examiner) tank(i int, start int64) (Link, bool) {
	for _, f := range e.m.Flows(&e.m.Tasks[i], &e.m.Tasks[i].Modes[e.at[i].Mode]) {
		for _, j := range e.in[f.Tank] {
			if j == i || e.at[j].End != start || (e.flow(j, f.Tank) > 0) == (f.Amount > 0) {
				continue
			}
			code := TankFull
			if f.Amount < 0 {
				code = TankEmpty
			}
			return Link{Code: code, By: new(j), Tank: new(f.Tank)}, true
		}
	}
	return Link{}, false
}

// flow is what a task fills into a tank, or, below 0, draws.
func (e *examiner) flow(i, tank int) int64 {
	for _, f := range e.m.Flows(&e.m.Tasks[i], &e.m.Tasks[i].Modes[e.at[i].Mode]) {
		if f.Tank == tank {
			return f.Amount
		}
	}
	return 0
}

func (e *examiner) calendar(i int, start int64) (Link, bool) {
	for _, n := range e.needs(i) {
		list := e.open[n.Resource]
		k, _ := slices.BinarySearchFunc(list, start, func(w model.Window, t int64) int { return cmp.Compare(w.From, t) })
		if k < len(list) && list[k].From == start && start > 0 && (k == 0 || list[k-1].Until < start) {
			return Link{Code: Calendar, Resource: new(n.Resource)}, true
		}
	}
	return Link{}, false
}

func (e *examiner) capacity(i int, start int64) (Link, bool) {
	for _, n := range e.needs(i) {
		if e.m.Resources[n.Resource].Capacity == 1 {
			continue
		}
		for _, j := range e.on[n.Resource] {
			if j != i && e.at[j].End == start {
				return Link{Code: Capacity, By: new(j), Resource: new(n.Resource)}, true
			}
		}
		for _, w := range e.open[n.Resource] {
			if w.From == start && start > 0 {
				return Link{Code: Capacity, Resource: new(n.Resource)}, true
			}
		}
	}
	return Link{}, false
}

// pulled looks for a task that could not start earlier and is to follow this one soon, or at
// once because this one would have to keep its machine.
func (e *examiner) pulled(i int, _ int64) (Link, bool) {
	for _, p := range e.m.Precedences {
		if p.Before != i {
			continue
		}
		if p.MaxLag != nil && e.at[i].End+*p.MaxLag == e.at[p.After].Start || p.Blocking && e.at[i].End == e.at[p.After].Start {
			return Link{Code: With, By: new(p.After)}, true
		}
	}
	if link, found := e.dirty(i); found {
		return link, true
	}
	return e.kept(i)
}

// kept looks for a task that draws what this one fills at the last moment at which it can.
func (e *examiner) kept(i int) (Link, bool) {
	for _, f := range e.m.Flows(&e.m.Tasks[i], &e.m.Tasks[i].Modes[e.at[i].Mode]) {
		hold := e.m.Tanks[f.Tank].Hold
		if f.Amount < 0 || hold == 0 {
			continue
		}
		for _, j := range e.in[f.Tank] {
			if e.flow(j, f.Tank) < 0 && e.at[j].Start == e.at[i].End+hold {
				return Link{Code: Hold, By: new(j), Tank: new(f.Tank)}, true
			}
		}
	}
	return Link{}, false
}
