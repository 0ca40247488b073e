// Package check tells whether a schedule is one of a model. It shares no code with the
// engines that make schedules and looks at each rule of package model by itself, so that
// what passes here is right whoever made it.
package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"linghang/lib/schedule/model"
)

// maxViolations is how many violations of one schedule are told.
const maxViolations = 20

// Violation is a rule that a schedule breaks.
type Violation struct {
	// Rule is tasks, modes, times, release, precedence, capacity, same_order or makespan, or, of
	// plants, pin, now, horizon, deadline, lag, calendar, stops, changeover, cleaning, campaign, balance, tank,
	// hold or objective.
	Rule string `json:"rule"`
	What string `json:"what"`
}

// String returns the rule and what breaks it.
func (v Violation) String() string { return v.Rule + ": " + v.What }

// ViolationsError is the violations of a schedule, the first 20 of them.
type ViolationsError []Violation

// Error returns all, a line each.
func (v ViolationsError) Error() string {
	lines := make([]string, len(v))
	for i, violation := range v {
		lines[i] = violation.String()
	}
	return strings.Join(lines, "\n")
}

// examiner holds what the schedule says by task.
type examiner struct {
	m        *model.Model
	start    []int64
	end      []int64
	mode     []*model.Mode
	held     []int64 // until when a task keeps its machines, by task; only of plants, as what follows
	open     []opening
	flows    [][]model.Flow // by task
	stops    []model.Stop
	standing sorted      // stops of the model
	fixed    []bool      // by stop: the model has it
	begun    []bool      // by stop: it is one of the baseline's that began before now
	planned  map[int]int // the baseline's modes by task; when they are asked for, as the next
	queues   [][]int     // tasks by resource and tank
	names    []int       // of tasks, if not all of a model are looked at
	part     bool        // others may come
	shared   []bool      // by tank: and fill or draw
	found    ViolationsError
}

func (e *examiner) add(rule, what string, args ...any) {
	if len(e.found) < maxViolations {
		e.found = append(e.found, Violation{rule, fmt.Sprintf(what, args...)})
	}
}

// Schedule returns nil or the ViolationsError of a schedule. The model has to be valid.
func Schedule(m *model.Model, s *model.Schedule) error {
	e := newExaminer(m)
	if e.rules(s) {
		e.makespan(s)
		e.objective(s)
	}
	return e.verdict()
}

func newExaminer(m *model.Model) *examiner {
	return &examiner{m: m, start: make([]int64, len(m.Tasks)), end: make([]int64, len(m.Tasks)), mode: make([]*model.Mode, len(m.Tasks))}
}

// rules looks at all rules, and tells whether there is a schedule to look at.
func (e *examiner) rules(s *model.Schedule) bool {
	e.assignments(s)
	if len(e.found) > 0 {
		return false
	}
	e.stops = s.Stops
	e.plant()
	e.releases()
	e.precedences()
	e.resources()
	e.sameOrder()
	return true
}

func (e *examiner) verdict() error {
	if len(e.found) > 0 {
		return e.found
	}
	return nil
}

func (e *examiner) assignments(s *model.Schedule) {
	for i, a := range s.Assignments {
		if a.Task < 0 || a.Task >= len(e.m.Tasks) {
			e.add("tasks", "assignments[%d] is of task %d; there are %d tasks", i, a.Task, len(e.m.Tasks))
			continue
		}
		if e.mode[a.Task] != nil {
			e.add("tasks", "%s is done twice, the second time by assignments[%d]", e.name(a.Task), i)
			continue
		}
		modes := e.m.Tasks[a.Task].Modes
		if a.Mode < 0 || a.Mode >= len(modes) {
			e.add("modes", "%s is done in mode %d; it has %d", e.name(a.Task), a.Mode, len(modes))
			continue
		}
		e.mode[a.Task], e.start[a.Task], e.end[a.Task] = &modes[a.Mode], a.Start, a.End
		e.times(&a)
	}
	for i, mode := range e.mode {
		if mode == nil && len(e.found) < maxViolations {
			e.add("tasks", "%s is not done", e.name(i))
		}
	}
}

func (e *examiner) times(a *model.Assignment) {
	if a.Start < 0 || a.Start > model.MaxTime {
		e.add("times", "%s starts at %d; times are 0 to %d", e.name(a.Task), a.Start, model.MaxTime)
	}
	switch d := e.mode[a.Task].Duration; {
	case a.End != a.Start+d && !e.lasts(a.Task):
		e.add("times", "%s starts at %d, takes %d and ends at %d", e.name(a.Task), a.Start, d, a.End)
	case a.End < a.Start || a.End > model.MaxTime:
		e.add("times", "%s starts at %d and ends at %d; times are in order and up to %d", e.name(a.Task), a.Start, a.End, model.MaxTime)
	}
}

func (e *examiner) releases() {
	for i := range e.m.Tasks {
		if e.settled(i) {
			continue
		}
		if job := e.m.Tasks[i].Job; job != nil && e.start[i] < e.m.Jobs[*job].Release {
			e.add("release", "%s starts at %d; job %d is released at %d", e.name(i), e.start[i], *job, e.m.Jobs[*job].Release)
		}
	}
}

func (e *examiner) precedences() {
	for i, p := range e.m.Precedences {
		if e.start[p.After] < e.end[p.Before]+p.MinLag && !e.happened(&p) {
			e.add("precedence", "%s starts at %d; precedences[%d] has it wait for the end of %s at %d, and %d more",
				e.name(p.After), e.start[p.After], i, e.name(p.Before), e.end[p.Before], p.MinLag)
		}
	}
}

// use is a time for which a task takes an amount.
type use struct {
	start, end, amount int64
	task               int
}

// resources looks at each resource alone: its uses by their start, and what is taken.
func (e *examiner) resources() {
	uses := make([][]use, len(e.m.Resources))
	count := make([]int, len(e.m.Resources))
	for _, mode := range e.mode {
		for _, n := range mode.Needs {
			count[n.Resource]++
		}
	}
	for k := range e.stops {
		if s := &e.stops[k]; s.Resource != nil {
			count[*s.Resource]++
		}
		for _, n := range e.m.StopNeeds(&e.stops[k]) {
			count[n.Resource]++
		}
	}
	for r := range uses {
		uses[r] = make([]use, 0, count[r])
	}
	for i, mode := range e.mode {
		if e.start[i] == e.end[i] {
			continue // it takes nothing
		}
		for _, n := range mode.Needs {
			uses[n.Resource] = append(uses[n.Resource], use{e.start[i], e.until(i, n.Resource), n.Amount, i})
		}
	}
	e.takenByStops(uses)
	for r := range uses {
		slices.SortFunc(uses[r], func(a, b use) int { return cmp.Compare(a.start, b.start) })
		e.resource(r, uses[r])
	}
}

func (e *examiner) resource(r int, uses []use) {
	if e.open != nil && e.open[r].varies() && len(uses) > 0 {
		e.byCalendar(r, uses)
		return
	}
	capacity := e.m.Resources[r].Capacity
	running := &ends{}
	var taken int64
	for _, u := range uses {
		for len(running.list) > 0 && running.list[0].end <= u.start {
			taken -= running.pop().amount
		}
		taken += u.amount
		running.push(u)
		if taken > capacity && !e.past(running) {
			e.add("capacity", "resource %d has %d and %d is taken at %d, when %s starts beside %s", r, capacity, taken, u.start, e.name(u.task), e.beside(running, u.task))
		}
	}
}

// beside names who takes a resource with a task, a few of them.
func (e *examiner) beside(running *ends, task int) string {
	var names []string
	for _, u := range running.list {
		if len(names) == 4 {
			break
		}
		if u.task != task {
			names = append(names, e.name(u.task))
		}
	}
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// ends is a heap of uses, the one that ends first on top.
type ends struct{ list []use }

func (h *ends) push(u use) {
	h.list = append(h.list, u)
	i := len(h.list) - 1
	for i > 0 && h.list[(i-1)/2].end > h.list[i].end {
		h.list[i], h.list[(i-1)/2] = h.list[(i-1)/2], h.list[i]
		i = (i - 1) / 2
	}
}

func (h *ends) pop() use {
	top, last := h.list[0], len(h.list)-1
	h.list[0] = h.list[last]
	h.list = h.list[:last]
	for i := 0; ; {
		least := i
		for k := 2*i + 1; k <= 2*i+2 && k < last; k++ {
			if h.list[k].end < h.list[least].end {
				least = k
			}
		}
		if least == i {
			return top
		}
		h.list[i], h.list[least] = h.list[least], h.list[i]
		i = least
	}
}

// sameOrder looks for one order of jobs in which starts never fall on any of the
// resources: if there is one, the order of the starts on all of them, the first that
// differs deciding, is one.
func (e *examiner) sameOrder() {
	place := make(map[int]int, len(e.m.SameOrder))
	for k, r := range e.m.SameOrder {
		place[r] = k
	}
	if len(place) == 0 {
		return
	}
	starts, tasks := make([][]int64, len(e.m.Jobs)), make([][]int, len(e.m.Jobs))
	var order []int
	for i, mode := range e.mode {
		for _, n := range mode.Needs {
			if k, listed := place[n.Resource]; listed {
				job := *e.m.Tasks[i].Job
				if starts[job] == nil {
					starts[job], tasks[job] = make([]int64, len(place)), make([]int, len(place))
					order = append(order, job)
				}
				starts[job][k], tasks[job][k] = e.start[i], i
			}
		}
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(starts[a], starts[b]) })
	for at := 1; at < len(order); at++ {
		before, j := order[at-1], order[at]
		for k, r := range e.m.SameOrder {
			if starts[before][k] > starts[j][k] {
				e.add("same_order", "%s is before %s on resource %d, and its job is after the other's elsewhere", e.name(tasks[j][k]), e.name(tasks[before][k]), r)
			}
		}
	}
}

func (e *examiner) makespan(s *model.Schedule) {
	var last int64
	for _, end := range e.end {
		last = max(last, end)
	}
	if s.Makespan != last {
		e.add("makespan", "is said to be %d; the last task ends at %d", s.Makespan, last)
	}
}

// name names a task, or, from the last task on, a stop.
func (e *examiner) name(task int) string {
	if k := task - len(e.m.Tasks); k >= 0 {
		before := e.stops[k].Before
		if e.names != nil {
			before = e.names[before]
		}
		return fmt.Sprintf("stops[%d] (%s before task %d)", k, e.stops[k].Kind, before)
	}
	place := task
	if e.names != nil {
		place = e.names[task]
	}
	if name := e.m.Tasks[task].Name; name != "" {
		return fmt.Sprintf("task %d (%s)", place, name)
	}
	return fmt.Sprintf("task %d", place)
}
