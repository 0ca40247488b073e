package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// stand is how a task stands: by what happened, as it is pinned in the model, or by the plan.
type stand struct {
	task, mode int
	start, end int64
	begun      bool
	pinned     bool // by the model, at its start
	rests      bool // nobody knows yet when it ends
}

// pins goes through what stands by starts, and pins what has begun, what is frozen and what the model pins.
func (p *replanner) pins() {
	var order []stand
	for i := range p.planned {
		if s, stands := p.stands(i); stands {
			order = append(order, s)
		}
	}
	slices.SortStableFunc(order, func(a, b stand) int { return cmp.Compare(a.start, b.start) })
	for _, l := range p.running.Lost {
		p.lose(l)
	}
	before := make([][]int, len(p.planned))
	for k, e := range p.m.Precedences {
		before[e.After] = append(before[e.After], k)
	}
	for _, s := range order {
		t := &p.m.Tasks[s.task]
		if code, kept := p.keeps(&s, before[s.task]); !kept {
			p.departs(code, &s)
			p.unpin(s.task, t.Pin)
			continue
		}
		if !s.begun {
			p.ahead, p.said = append(p.ahead, s), append(p.said, t.Pin)
		}
		pin := &model.Pin{Mode: &s.mode, Start: &s.start, End: &s.end}
		if s.rests || t.Breaks == model.Pause && p.hit(&s, max(s.start, p.running.Now)) {
			pin.End = nil // it rests while what it needs is down
		}
		t.Pin = pin
		if s.end <= p.running.Now {
			continue
		}
		for _, n := range t.Modes[s.mode].Needs {
			p.taken[n.Resource] = append(p.taken[n.Resource], taken{s.end, n.Amount})
		}
	}
}

// unpin leaves of a pin of the model the mode: that is so still.
func (p *replanner) unpin(task int, own *model.Pin) {
	p.m.Tasks[task].Pin = nil
	if own != nil && own.Mode != nil {
		p.m.Tasks[task].Pin = &model.Pin{Mode: own.Mode}
	}
}

// melt takes off pins of what has not begun until what is left breaks no rule by itself: of tanks, cleanings, changeovers, people and whatever else
// the checker looks at. What starts first stays first.
func (p *replanner) melt() error {
	for {
		fault := broken(p.m)
		if fault == nil {
			return nil
		}
		// The least number of them, by starts, that breaks a rule: the last of these goes.
		n := sort.Search(len(p.ahead), func(k int) bool { return broken(p.only(k)) != nil })
		if n == 0 {
			return fault // it is nothing of theirs
		}
		s := p.ahead[n-1]
		code := "thaw"
		if s.pinned {
			code = "pin"
		}
		p.departs(code, &s)
		p.unpin(s.task, p.said[n-1])
		p.ahead, p.said = slices.Delete(p.ahead, n-1, n), slices.Delete(p.said, n-1, n)
		p.m.Stops = slices.DeleteFunc(p.m.Stops, func(stop model.Stop) bool { return stop.Before == s.task })
		p.deadlines()
	}
}

// only is what is left with the pins of the first n tasks that have not begun.
func (p *replanner) only(n int) *model.Model {
	c := *p.m
	c.Tasks = slices.Clone(p.m.Tasks)
	gone := map[int]bool{}
	for k := n; k < len(p.ahead); k++ {
		i := p.ahead[k].task
		c.Tasks[i].Pin, gone[i] = nil, true
	}
	c.Stops = slices.DeleteFunc(slices.Clone(p.m.Stops), func(s model.Stop) bool { return gone[s.Before] })
	return &c
}

// broken says what a model, or what is pinned in it by itself, breaks.
func broken(m *model.Model) error {
	if err := m.Validate(); err != nil {
		return fmt.Errorf("what is left cannot be scheduled:\n%w", err)
	}
	return process.Pins(m) //nolint:wrapcheck // the caller says what it does
}

// stands is how a task stands, if it has begun, is frozen, or is pinned at a start.
func (p *replanner) stands(task int) (s stand, stands bool) {
	plan, actual, pin := p.planned[task], p.actual[task], p.m.Tasks[task].Pin
	s.task = task
	switch {
	case actual != nil && actual.Start != nil:
		return p.happenedSo(plan, actual), true
	case plan != nil && actual == nil && plan.Start < p.running.Now:
		return stand{task: task, mode: plan.Mode, start: plan.Start, end: plan.End, begun: true}, true
	case pin != nil && pin.Start != nil:
		return p.pinnedSo(task), true
	case plan != nil && plan.Start < p.running.Frozen:
		s.mode, s.start, s.end = plan.Mode, plan.Start, plan.End
		if actual != nil && actual.Mode != nil {
			s.mode = *actual.Mode
		}
		return s, true
	}
	return s, false
}

// pinnedSo is how a task stands that the model pins at a start.
func (p *replanner) pinnedSo(task int) stand {
	t := &p.m.Tasks[task]
	s := stand{task: task, start: *t.Pin.Start, pinned: true}
	switch {
	case t.Pin.Mode != nil:
		s.mode = *t.Pin.Mode
	case p.planned[task] != nil:
		s.mode = p.planned[task].Mode
	}
	if t.Pin.End != nil {
		s.end = *t.Pin.End
		return s
	}
	s.end, s.rests = s.start+t.Modes[s.mode].Duration, t.Breaks == model.Pause
	return s
}

// stays tells whether a task of what is left is pinned at a start.
func (p *replanner) stays(task int) bool {
	pin := p.m.Tasks[task].Pin
	return pin != nil && pin.Start != nil
}

// happenedSo is how a task stands that has begun. It takes as long as it was planned to, or, in another mode, as that does.
func (p *replanner) happenedSo(plan *model.Assignment, actual *Actual) stand {
	s := stand{task: plan.Task, mode: plan.Mode, start: *actual.Start, begun: true}
	if actual.Mode != nil {
		s.mode = *actual.Mode
	}
	task := &p.m.Tasks[plan.Task]
	moved := s.mode != plan.Mode || s.start != plan.Start
	switch {
	case actual.End != nil:
		s.end = *actual.End
	case moved && task.Breaks == model.Pause:
		s.end, s.rests = s.start+task.Modes[s.mode].Duration, true
	case s.mode != plan.Mode:
		s.end = s.start + task.Modes[s.mode].Duration
	default:
		s.end = s.start + plan.End - plan.Start
	}
	return s
}

// departs notes that what stood so cannot.
func (p *replanner) departs(code string, s *stand) {
	d := Departure{Code: code, Task: s.task}
	if stopped := p.stopped(s); code == "redo" && stopped > s.start {
		d.Lost = &Lost{s.task, s.mode, s.start, stopped}
		p.lose(*d.Lost)
	}
	p.departures = append(p.departures, d)
}

// stopped is when a task that is lost was: at the breakdown, or now if that is yet to come.
func (p *replanner) stopped(s *stand) int64 {
	at := p.running.Now
	for _, d := range p.running.Down {
		if d.Until > s.start && p.takes(s, d.Resource) {
			at = min(at, d.From)
		}
	}
	return at
}

// keeps tells whether a task can stay, and if not what becomes of it.
func (p *replanner) keeps(s *stand, before []int) (string, bool) {
	task, now := &p.m.Tasks[s.task], p.running.Now
	if s.begun {
		if s.end > now && (task.Breaks == "" || task.Breaks == model.Fit) && p.hit(s, max(s.start, now)) {
			return "redo", false
		}
		return "", true
	}
	code := "thaw"
	if s.pinned {
		code = "pin"
	}
	switch {
	case s.start < now, p.hit(s, s.start), p.crowded(s):
		return code, false
	case s.pinned: // what it waits for is planned around it, unless that stays as well
		return code, !slices.ContainsFunc(before, func(k int) bool {
			e := &p.m.Precedences[k]
			return p.stays(e.Before) && !p.follows(e, s.start)
		})
	case task.Pin != nil && task.Pin.Mode != nil && *task.Pin.Mode != s.mode:
		return code, false
	}
	return code, !slices.ContainsFunc(before, func(k int) bool { return !p.follows(&p.m.Precedences[k], s.start) })
}

// crowded tells whether what starts before a task, or with it, leaves too little of what it needs. Nothing that is pinned starts later.
func (p *replanner) crowded(s *stand) bool {
	if s.end <= s.start {
		return false
	}
	return slices.ContainsFunc(p.m.Tasks[s.task].Modes[s.mode].Needs, func(n model.Need) bool {
		free := p.m.Resources[n.Resource].Capacity
		for _, t := range p.taken[n.Resource] {
			if t.end > s.start {
				free -= t.amount
			}
		}
		return n.Amount > free
	})
}

// follows tells whether a start is right after a task that is pinned.
func (p *replanner) follows(e *model.Precedence, start int64) bool {
	pin := p.m.Tasks[e.Before].Pin
	return pin != nil && pin.End != nil && *pin.End+e.MinLag <= start && (e.MaxLag == nil || *pin.End+*e.MaxLag >= start)
}

// wasted tells whether a stop was before what was lost.
func (p *replanner) wasted(s *model.Stop) bool {
	k := p.remains[s.Before]
	return k > 0 && s.End <= *p.m.Tasks[k].Pin.Start
}

// hit tells whether a breakdown falls into a time of a task, from a moment to its end.
func (p *replanner) hit(s *stand, from int64) bool {
	return slices.ContainsFunc(p.running.Down, func(d Down) bool { return d.From < s.end && from < d.Until && p.takes(s, d.Resource) })
}

// takes tells whether a task needs a resource.
func (p *replanner) takes(s *stand, resource int) bool {
	return slices.ContainsFunc(p.m.Tasks[s.task].Modes[s.mode].Needs, func(n model.Need) bool { return n.Resource == resource })
}
