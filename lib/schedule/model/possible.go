package model

import (
	"fmt"
	"strings"
)

// shortest is the least that a task takes, and longest the most; pauses come on top.
func (t *Task) shortest() int64 {
	if t.Pin != nil && t.Pin.End != nil {
		return *t.Pin.End - *t.Pin.Start
	}
	least := int64(MaxTime)
	for k := range t.Modes {
		least = min(least, t.Modes[k].Duration)
	}
	return least
}

func (t *Task) longest() int64 {
	if t.Pin != nil && t.Pin.End != nil {
		return *t.Pin.End - *t.Pin.Start
	}
	most := int64(0)
	for k := range t.Modes {
		most = max(most, t.Modes[k].Duration)
	}
	return most
}

// maxRounds is how often lags are gone through at most.
const maxRounds = 64

// possible holds that lags do not contradict one another, and that by lags, releases and
// durations alone deadlines and the horizon can be met. Tasks that pause are left out
// of the former, because pauses may lengthen them.
func (e *examiner) possible() {
	if e.m.Plant() == "" {
		return
	}
	order := e.m.Order()
	first, list := e.m.Edges()
	head := make([]int64, len(e.m.Tasks))
	by := make([]int, len(e.m.Tasks))
	for i := range head {
		by[i] = -1
		t := &e.m.Tasks[i]
		head[i] = e.m.Now
		if t.Pin != nil && t.Pin.Start != nil {
			head[i] = *t.Pin.Start
		} else if t.Job != nil {
			head[i] = max(head[i], e.m.Jobs[*t.Job].Release)
		}
	}
	changed := true
	for round := 0; changed && round < maxRounds; round++ {
		e.forward(order, first, list, head, by)
		changed = e.backward(head, by)
	}
	if changed {
		e.contradiction(by)
	}
	if len(e.faults) == 0 {
		e.ends(head)
	}
}

func (e *examiner) pinned(i int) bool {
	p := e.m.Tasks[i].Pin
	return p != nil && p.Start != nil
}

func (e *examiner) forward(order, first, list []int, head []int64, by []int) {
	for _, i := range order {
		end := head[i] + e.m.Tasks[i].shortest()
		for _, k := range list[first[i]:first[i+1]] {
			p := &e.m.Precedences[k]
			if t := end + p.MinLag; t > head[p.After] && !e.pinned(p.After) {
				head[p.After], by[p.After] = t, i
			}
		}
	}
}

func (e *examiner) backward(head []int64, by []int) (changed bool) {
	for k := range e.m.Precedences {
		p := &e.m.Precedences[k]
		if p.MaxLag == nil || e.m.Tasks[p.Before].Breaks == Pause || e.pinned(p.Before) {
			continue
		}
		if t := head[p.After] - *p.MaxLag - e.m.Tasks[p.Before].longest(); t > head[p.Before] {
			head[p.Before], by[p.Before], changed = t, p.After, true
		}
	}
	return changed
}

// contradiction tells a circle in which each start pushes the next, if there is one.
func (e *examiner) contradiction(by []int) {
	met := make([]int, len(by))
	for start := range by {
		at := start
		for at >= 0 && met[at] == 0 {
			met[at] = start + 1
			at = by[at]
		}
		if at < 0 || met[at] != start+1 {
			continue
		}
		names := []string{e.m.label(at)}
		for i := by[at]; i != at && len(names) < maxTold; i = by[i] {
			names = append(names, e.m.label(i))
		}
		e.add("precedences", "contradict one another: least lags and durations are longer than a maximum lag allows among %s", strings.Join(names, ", "))
		return
	}
}

// ends holds that deadlines and the horizon are not before what lags alone allow.
func (e *examiner) ends(head []int64) {
	for i := range e.m.Tasks {
		t := &e.m.Tasks[i]
		if e.pinned(i) {
			continue
		}
		end := head[i] + t.shortest()
		if e.m.Horizon > 0 && end > e.m.Horizon {
			e.add("horizon", "is %d; %s cannot end before %d", e.m.Horizon, e.m.label(i), end)
		}
		if t.Job == nil {
			continue
		}
		if d := e.m.Jobs[*t.Job].Deadline; d != nil && end > *d {
			e.add(fmt.Sprintf("jobs[%d].deadline", *t.Job), "is %d; %s cannot end before %d", *d, e.m.label(i), end)
		}
	}
}
