package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Settled tells whether a task of a valid model is where nobody can do better, so that rules of what is settled alone are not
// looked at: its start is pinned, and before now or with a waiver.
func (m *Model) Settled(task int) bool {
	p := m.Tasks[task].Pin
	return p != nil && p.Start != nil && (*p.Start < m.Now || p.Waive)
}

// judged tells whether the start of a task is pinned and has to keep all rules.
func (e *examiner) judged(task int) bool { return e.pinned(task) && !e.m.Settled(task) }

// pinnedTo is the mode of a task with a pinned start and when it is done at least: with rests that are not known yet it ends later.
func (e *examiner) pinnedTo(task int) (mode *Mode, start, end int64) {
	t := &e.m.Tasks[task]
	mode, start = &t.Modes[0], *t.Pin.Start
	if t.Pin.Mode != nil {
		mode = &t.Modes[*t.Pin.Mode]
	}
	if t.Pin.End != nil {
		return mode, start, *t.Pin.End
	}
	return mode, start, start + mode.Duration
}

// judgedPins holds that pinned starts from now on keep the rules of which that can be seen without a schedule. Whether machines can
// be changed over and cleaned between them, shifts, and tanks are for those who make one.
func (e *examiner) judgedPins() {
	some := false
	for i := range e.m.Tasks {
		if e.judged(i) {
			some = true
			e.judgedPin(i)
		}
	}
	if !some {
		return
	}
	for k := range e.m.Precedences {
		e.pinnedPair(k)
	}
	e.together()
}

// judgedPin looks at one pinned task.
func (e *examiner) judgedPin(i int) {
	where := fmt.Sprintf("tasks[%d].pin", i)
	t := &e.m.Tasks[i]
	mode, start, end := e.pinnedTo(i)
	if h := e.m.Horizon; h > 0 && end > h {
		e.add(where, "has the task end at %d, after the horizon of %d", end, h)
	}
	if t.Job != nil {
		j := &e.m.Jobs[*t.Job]
		if start < j.Release {
			e.add(where+".start", "is %d; jobs[%d] is released at %d", start, *t.Job, j.Release)
		}
		if j.Deadline != nil && end > *j.Deadline {
			e.add(where, "has the task end at %d, after the deadline of jobs[%d] at %d", end, *t.Job, *j.Deadline)
		}
	}
	if start == end {
		return
	}
	last := start + 1 // up to which all that it needs is open
	if t.Breaks == "" || t.Breaks == Fit {
		last = end
	}
	for _, n := range mode.Needs {
		if at := e.m.Resources[n.Resource].closed(e.m, start, last); at >= 0 {
			e.add(where, "has the task from %d on; resources[%d], which it needs, is closed at %d", start, n.Resource, at)
		}
	}
}

// closed returns when a resource is closed first within a time, as its closures and the windows of its calendar say; shifts are
// not looked at. It is -1 if it is open.
func (r *Resource) closed(m *Model, from, until int64) int64 {
	for t := from; t < until; {
		next := until
		if k := after(r.Down, t); k < len(r.Down) {
			if r.Down[k].From <= t {
				return t
			}
			next = min(next, r.Down[k].From)
		}
		if r.Calendar != nil && len(m.Calendars[*r.Calendar].Windows) > 0 {
			c := &m.Calendars[*r.Calendar]
			shift := int64(0)
			if c.Period > 0 {
				shift = t / c.Period * c.Period
			}
			k := after(c.Windows, t-shift)
			if k == len(c.Windows) || c.Windows[k].From > t-shift {
				return t
			}
			next = min(next, c.Windows[k].Until+shift)
		}
		t = next
	}
	return -1
}

// after is the first window that ends after a time.
func after(list []Window, t int64) int {
	k, _ := slices.BinarySearchFunc(list, t, func(w Window, t int64) int { return cmp.Compare(w.Until, t+1) })
	return k
}

// pinnedPair looks at a precedence of two pinned tasks. If the second has begun nobody can do better.
func (e *examiner) pinnedPair(k int) {
	p := &e.m.Precedences[k]
	if !e.pinned(p.Before) || !e.judged(p.After) {
		return
	}
	_, _, end := e.pinnedTo(p.Before)
	start := *e.m.Tasks[p.After].Pin.Start
	if start < end+p.MinLag {
		e.add(fmt.Sprintf("tasks[%d].pin.start", p.After), "is %d; precedences[%d] has it wait for the end of %s at %d, and %d more", start, k, e.m.label(p.Before), end, p.MinLag)
	}
	rests := e.m.Tasks[p.Before].Breaks == Pause && e.m.Tasks[p.Before].Pin.End == nil
	if p.MaxLag != nil && !rests && start > end+*p.MaxLag {
		e.add(fmt.Sprintf("tasks[%d].pin.start", p.After), "is %d; precedences[%d] has it start within %d after the end of %s at %d", start, k, *p.MaxLag, e.m.label(p.Before), end)
	}
}

// taking is a pinned task on a resource.
type taking struct {
	task               int
	start, end, amount int64
}

// together holds that pinned tasks do not take more of a resource at a time than there is, unless nobody can do better.
func (e *examiner) together() {
	on := make([][]taking, len(e.m.Resources))
	for i := range e.m.Tasks {
		if !e.pinned(i) {
			continue
		}
		mode, start, end := e.pinnedTo(i)
		for _, n := range mode.Needs {
			if start < end {
				on[n.Resource] = append(on[n.Resource], taking{i, start, end, n.Amount})
			}
		}
	}
	for r, list := range on {
		e.overtaken(r, list)
	}
}

// overtaken goes through the pinned tasks on a resource by their starts, and beside them by their ends.
func (e *examiner) overtaken(r int, list []taking) {
	ends := slices.Clone(list)
	slices.SortFunc(list, func(a, b taking) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.task, b.task)) })
	slices.SortFunc(ends, func(a, b taking) int { return cmp.Compare(a.end, b.end) })
	taken, judged, ended := int64(0), 0, 0
	count := func(t *taking, by int) {
		taken += int64(by) * t.amount
		if e.judged(t.task) {
			judged += by
		}
	}
	for k := range list {
		t := &list[k]
		for ; ended < len(ends) && ends[ended].end <= t.start; ended++ {
			count(&ends[ended], -1)
		}
		if count(t, 1); taken <= e.m.Resources[r].Capacity || judged == 0 {
			continue
		}
		var beside []string
		for _, o := range list[:k] {
			if o.end > t.start && len(beside) < maxTold {
				beside = append(beside, e.m.label(o.task))
			}
		}
		e.add(fmt.Sprintf("tasks[%d].pin", t.task), "has the task from %d on beside %s, which %s pinned too; together they take %d of resources[%d], which has %d",
			t.start, strings.Join(beside, ", "), map[bool]string{true: "is", false: "are"}[len(beside) == 1], taken, r, e.m.Resources[r].Capacity)
		return
	}
}
