package explain

import (
	"slices"

	"linghang/lib/schedule/model"
)

// stop looks for a changeover or cleaning that ends when a task starts, and goes back through those for the task that follow one another: they
// begin when the task before sets the machine or tank free, when what they need beside is there, or now.
func (e *examiner) stop(i int, start int64) (Link, bool) {
	s := e.ending(i, start)
	if s == nil {
		return Link{}, false
	}
	for before := s; before != nil; before = e.ending(i, before.Start) {
		if s = before; s.Start == s.End {
			break
		}
	}
	link := e.stopping(s, i)
	if link.By != nil && e.held[*link.By] == s.Start || s.Start == e.m.Now && s.Start > 0 {
		return link, true
	}
	return e.skid(s)
}

// ending is a stop before a task that ends at a time, or nil.
func (e *examiner) ending(i int, end int64) *model.Stop {
	for k := range e.stops {
		if s := &e.stops[k]; s.Before == i && s.End == end {
			return s
		}
	}
	return nil
}

// stopping is the link of a stop before a task.
func (e *examiner) stopping(s *model.Stop, i int) Link {
	link := Link{Code: TankChange, Resource: s.Resource, Tank: s.Tank}
	var tasks []int
	if s.Resource != nil {
		tasks = e.on[*s.Resource]
		if link.Code = Changeover; s.Kind == model.Clean {
			link.Code = Cleaning
		}
	} else {
		tasks = e.in[*s.Tank]
	}
	link.By = e.latest(tasks, i, s.Start)
	return link
}

// cleaned looks for a stop that ends when a task starts and that nothing else was found to bind: a machine that was clean waits no longer
// than it may.
func (e *examiner) cleaned(i int, start int64) (Link, bool) {
	s := e.ending(i, start)
	if s == nil {
		return Link{}, false
	}
	link := e.stopping(s, i)
	if link.Code != Cleaning || e.m.Resources[*s.Resource].Cleaning.CleanHold == 0 {
		return link, true
	}
	last := int64(0) // when the machine was clean before
	for k := range e.stops {
		if o := &e.stops[k]; o != s && o.Resource != nil && *o.Resource == *s.Resource && o.End <= s.Start && e.cleans(o) {
			last = max(last, o.End)
		}
	}
	if link.By == nil || e.held[*link.By] <= last {
		link = Link{Code: CleanHold, Resource: s.Resource}
	}
	return link, true
}

func (e *examiner) cleans(s *model.Stop) bool {
	return s.Kind == model.Clean || e.m.ChangeoverOf(s).Cleans && s.End > s.Start
}

// skid looks for what a stop needs and others have, or what is closed, up to its start.
func (e *examiner) skid(s *model.Stop) (Link, bool) {
	needs := e.m.StopNeeds(s)
	for _, n := range needs {
		taken, by := e.taken(n.Resource, s.Start)
		if by != nil && taken+n.Amount > e.m.Resources[n.Resource].Capacity {
			return Link{Code: Skid, Resource: new(n.Resource), By: by}, true
		}
	}
	if s.Resource != nil {
		needs = append(slices.Clone(needs), model.Need{Resource: *s.Resource, Amount: 1})
	}
	for _, n := range needs {
		if s.Start > 0 && !e.opened(n.Resource, s.Start-1, s.Start) {
			return Link{Code: Skid, Resource: new(n.Resource)}, true
		}
	}
	return Link{}, false
}

// taken is what tasks and stops have of a resource just before a time, and a task that sets it free then, or before which there is a stop that
// does.
func (e *examiner) taken(r int, t int64) (amount int64, by *int) {
	add := func(from, until, a int64, task int) {
		if from >= t || until < t {
			return
		}
		if amount += a; until == t && by == nil {
			by = &task
		}
	}
	for _, i := range e.on[r] {
		for _, n := range e.needs(i) {
			if n.Resource == r {
				until := e.at[i].End
				if e.m.Resources[r].Capacity == 1 {
					until = e.held[i]
				}
				add(e.at[i].Start, until, n.Amount, i)
			}
		}
	}
	for k := range e.stops {
		for _, n := range e.m.StopNeeds(&e.stops[k]) {
			if n.Resource == r {
				add(e.stops[k].Start, e.stops[k].End, n.Amount, e.stops[k].Before)
			}
		}
	}
	return amount, by
}

// opened tells whether a resource is open from one time up to another.
func (e *examiner) opened(r int, from, until int64) bool {
	resource := &e.m.Resources[r]
	if resource.Calendar == nil && len(resource.Down) == 0 {
		return true
	}
	for _, w := range e.open[r] {
		if w.From <= from && from < w.Until {
			from = w.Until
		}
	}
	return from >= until
}

// dirty looks for a task that could not start earlier and follows on a machine, or its cleaning, at the last moment up to which this one may leave
// the machine dirty.
func (e *examiner) dirty(i int) (Link, bool) {
	for _, n := range e.needs(i) {
		c := e.m.Resources[n.Resource].Cleaning
		at := slices.Index(e.on[n.Resource], i)
		if c == nil || c.DirtyHold == 0 || at < 0 || at+1 == len(e.on[n.Resource]) {
			continue
		}
		next := e.on[n.Resource][at+1]
		until := e.at[next].Start
		for k := range e.stops {
			if s := &e.stops[k]; s.Before == next && s.Resource != nil && *s.Resource == n.Resource && e.cleans(s) {
				until = min(until, s.Start)
			}
		}
		if e.held[i]+c.DirtyHold == until {
			return Link{Code: DirtyHold, By: &next, Resource: new(n.Resource)}, true
		}
	}
	return Link{}, false
}

// campaign looks for a gap before others on a machine in which a task would have its place, but for the campaigns there.
func (e *examiner) campaign(i int, _ int64) (Link, bool) {
	for _, n := range e.needs(i) {
		if !slices.ContainsFunc(e.m.Campaigns, func(c model.Campaign) bool { return c.Resource == n.Resource }) {
			continue
		}
		list := e.on[n.Resource]
		at := slices.Index(list, i)
		for q := at - 1; q >= 0; q-- {
			if !e.fitsBefore(i, n.Resource, list, q) {
				continue
			}
			moved := slices.Insert(slices.Delete(slices.Clone(list), at, at+1), q, i)
			if e.broken(n.Resource, moved) {
				return Link{Code: Campaign, By: new(list[at-1]), Resource: new(n.Resource)}, true
			}
			break // it has another reason
		}
	}
	return Link{}, false
}

// fitsBefore tells whether a task has a place before the one at a place in the list of a machine, and after the one before that.
func (e *examiner) fitsBefore(i, r int, list []int, q int) bool {
	if e.at[i].End == e.at[i].Start || e.m.Tasks[i].Breaks == model.Pause {
		return false
	}
	from := e.m.Now
	if job := e.m.Tasks[i].Job; job != nil {
		from = max(from, e.m.Jobs[*job].Release)
	}
	for _, p := range e.m.Precedences {
		if p.After == i {
			from = max(from, e.at[p.Before].End+p.MinLag)
		}
	}
	family := e.m.Resources[r].Family
	if q > 0 {
		family = e.m.Tasks[list[q-1]].Family
		from = max(from, e.held[list[q-1]])
	}
	from += e.changing(r, family, e.m.Tasks[i].Family)
	until := from + e.at[i].End - e.at[i].Start
	if until+e.changing(r, e.m.Tasks[i].Family, e.m.Tasks[list[q]].Family) > e.at[list[q]].Start {
		return false
	}
	for _, n := range e.needs(i) {
		beside := func(j int) bool { return j != i && e.at[j].Start < until && e.held[j] > from }
		if !e.opened(n.Resource, from, until) || e.m.Resources[n.Resource].Capacity == 1 && slices.ContainsFunc(e.on[n.Resource], beside) {
			return false
		}
	}
	return true
}

// changing is how long a machine is changed over.
func (e *examiner) changing(r int, from, to *int) int64 {
	c := e.m.Resources[r].Changeover
	if c == nil || from == nil || to == nil {
		return 0
	}
	return e.m.Changeovers[*c].Duration[*from][*to]
}

// broken tells whether an order of tasks on a machine breaks one of its campaigns.
func (e *examiner) broken(r int, list []int) bool {
	family := func(k int) int {
		if f := e.m.Tasks[list[k]].Family; f != nil {
			return *f
		}
		return -1
	}
	for at := 0; at < len(list); {
		next := at
		for next < len(list) && family(next) == family(at) {
			next++
		}
		n := int64(next - at)
		for _, c := range e.m.Campaigns {
			if c.Resource == r && c.Family == family(at) && (n < c.Min || c.Max > 0 && n > c.Max) {
				return true
			}
		}
		at = next
	}
	return false
}
