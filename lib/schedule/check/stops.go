package check

import (
	"cmp"
	"slices"

	"linghang/lib/schedule/model"
)

// stopsAreKnown holds that stops are of what can have them, and before what is there.
func (e *examiner) stopsAreKnown() bool {
	before := len(e.found)
	e.known()
	for k := range e.stops {
		s := &e.stops[k]
		switch {
		case !e.placed(s):
			e.add("stops", "stops[%d] is not of one resource or tank", k)
		case !in(s.Before, len(e.m.Tasks)):
			e.add("stops", "stops[%d] is before task %d; there are %d", k, s.Before, len(e.m.Tasks))
		case !e.called(k):
			e.add("stops", "stops[%d] is a %q where there is none", k, s.Kind)
		case s.Start < 0 || s.End < s.Start || s.End > e.start[s.Before]:
			e.add("stops", "stops[%d] is from %d to %d, before a task that starts at %d", k, s.Start, s.End, e.start[s.Before])
		case s.Start < e.m.Now && !e.fixed[k] && !e.begun[k]:
			e.add("now", "stops[%d] starts at %d; it is %d already", k, s.Start, e.m.Now)
		}
	}
	return len(e.found) == before
}

// sorted are stops by what, where and when they are, whatever task they are before.
type sorted []*model.Stop

func compare(a, b *model.Stop) int {
	if a.Start != b.Start { // most are told by it
		return cmp.Compare(a.Start, b.Start)
	}
	return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(number(a.Resource), number(b.Resource)), cmp.Compare(number(a.Tank), number(b.Tank)), cmp.Compare(a.Kind, b.Kind))
}

// number is a place in a list, or -1.
func number(i *int) int {
	if i == nil {
		return -1
	}
	return *i
}

// sort has the stops of a list that start before a time.
func sort(stops []model.Stop, until int64) sorted {
	list := make(sorted, 0, len(stops))
	for k := range stops {
		if stops[k].Start < until {
			list = append(list, &stops[k])
		}
	}
	slices.SortStableFunc(list, compare)
	return list
}

// like are the stops that are the same as one but for the task that they are before.
func (l sorted) like(s *model.Stop) sorted {
	first, _ := slices.BinarySearchFunc(l, s, compare)
	last := first
	for last < len(l) && compare(l[last], s) == 0 {
		last++
	}
	return l[first:last]
}

// same is the stop that is one, the first if there are several, or nil.
func (l sorted) same(s *model.Stop) *model.Stop {
	for _, o := range l.like(s) {
		if o.Before == s.Before {
			return o
		}
	}
	return nil
}

// known notes which stops are the model's, and which are the baseline's, which began before now.
func (e *examiner) known() {
	e.standing = sort(e.m.Stops, forever)
	e.fixed, e.begun = make([]bool, len(e.stops)), make([]bool, len(e.stops))
	var past sorted // of the baseline
	for k := range e.stops {
		s := &e.stops[k]
		if e.fixed[k] = e.standing.same(s) != nil; e.fixed[k] || s.Start >= e.m.Now || e.m.Baseline == nil {
			continue
		}
		if past == nil {
			past = sort(e.m.Baseline.Stops, e.m.Now)
		}
		if e.placed(s) && in(s.Before, len(e.m.Tasks)) {
			e.begun[k] = slices.ContainsFunc(past.like(s), func(o *model.Stop) bool { return e.stillGood(o, s) })
		}
	}
}

// stillGood tells whether a stop of the baseline is good for the task of one that is alike: what was cleaned is clean for any task, and what
// was set up for a family is for any task of it.
func (e *examiner) stillGood(old, s *model.Stop) bool {
	return old.Kind == model.Clean || old.Before == s.Before || e.was(old) == e.familyAt(s.Before, s)
}

// was is for what the baseline has a stop.
func (e *examiner) was(s *model.Stop) int {
	if s.Tank == nil {
		return e.family(s.Before)
	}
	if e.planned == nil {
		e.planned = make(map[int]int, len(e.m.Baseline.Assignments))
		for _, a := range e.m.Baseline.Assignments {
			e.planned[a.Task] = a.Mode
		}
	}
	if mode, planned := e.planned[s.Before]; planned {
		t := &e.m.Tasks[s.Before]
		for _, f := range e.m.Flows(t, &t.Modes[mode]) {
			if f.Tank == *s.Tank && f.Family != nil {
				return *f.Family
			}
		}
	}
	return -2 // nothing
}

// placed tells whether a stop is of one resource or of one tank.
func (e *examiner) placed(s *model.Stop) bool {
	if s.Resource != nil {
		return s.Tank == nil && in(*s.Resource, len(e.m.Resources))
	}
	return s.Tank != nil && in(*s.Tank, len(e.m.Tanks))
}

// called tells whether there are stops of a kind where one is.
func (e *examiner) called(k int) bool {
	switch s := &e.stops[k]; s.Kind {
	case model.Change:
		return e.m.ChangeoverOf(s) != nil
	case model.Clean:
		return s.Resource != nil && e.m.Resources[*s.Resource].Cleaning != nil
	default:
		return false
	}
}

func in(i, n int) bool { return i >= 0 && i < n }

// stopCost is what a stop costs: that of a cleaning, or of the families that it is between.
func (e *examiner) stopCost(k int) int64 {
	s := &e.stops[k]
	if s.Kind == model.Clean {
		return e.m.Resources[*s.Resource].Cleaning.Cost
	}
	table := e.m.ChangeoverOf(s)
	from, to := e.familyBefore(s), e.familyAt(s.Before, s)
	if table.Cost == nil || from < 0 || to < 0 {
		return 0
	}
	return table.Cost[from][to]
}

func (e *examiner) family(task int) int {
	if f := e.m.Tasks[task].Family; f != nil {
		return *f
	}
	return -1
}

// familyAt is that of a task where a stop is: its own, or what it fills into or draws from the tank.
func (e *examiner) familyAt(task int, s *model.Stop) int {
	if s.Tank != nil {
		return e.product(task, *s.Tank)
	}
	return e.family(task)
}

// familyBefore is that of the last task before a stop where the stop is.
func (e *examiner) familyBefore(s *model.Stop) int {
	family := -1
	var first *int
	if s.Resource != nil {
		first = e.m.Resources[*s.Resource].Family
	} else {
		first = e.m.Tanks[*s.Tank].Family
	}
	if first != nil {
		family = *first
	}
	queue := e.queue(s)
	k, _ := slices.BinarySearchFunc(queue, s.Start, func(i int, t int64) int { return cmp.Compare(e.start[i], t+1) })
	if k == 0 {
		return family
	}
	last := e.start[queue[k-1]] // of those that start together the first in the model
	k, _ = slices.BinarySearchFunc(queue, last, func(i int, t int64) int { return cmp.Compare(e.start[i], t) })
	return e.familyAt(queue[k], s)
}

// queue are the tasks where a stop is, by their starts and places in the model.
func (e *examiner) queue(s *model.Stop) []int {
	if e.queues == nil {
		e.queues = make([][]int, len(e.m.Resources)+len(e.m.Tanks))
		for i, mode := range e.mode {
			for _, n := range mode.Needs {
				if e.end[i] > e.start[i] && e.m.Resources[n.Resource].Changeover != nil {
					e.queues[n.Resource] = append(e.queues[n.Resource], i)
				}
			}
			for _, f := range e.flows[i] {
				e.queues[len(e.m.Resources)+f.Tank] = append(e.queues[len(e.m.Resources)+f.Tank], i)
			}
		}
		for _, list := range e.queues {
			slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(e.start[a], e.start[b]) })
		}
	}
	if s.Tank != nil {
		return e.queues[len(e.m.Resources)+*s.Tank]
	}
	return e.queues[*s.Resource]
}

// is tells whether a task is where a stop is.
func (e *examiner) is(i int, s *model.Stop) bool {
	if s.Resource != nil {
		return e.end[i] > e.start[i] && slices.ContainsFunc(e.mode[i].Needs, func(n model.Need) bool { return n.Resource == *s.Resource })
	}
	return slices.ContainsFunc(e.flows[i], func(f model.Flow) bool { return f.Tank == *s.Tank })
}

// takenByStops adds what stops take: their needs, and a machine itself. That nothing is beside
// a stop of a larger resource is looked at by groups.
func (e *examiner) takenByStops(uses [][]use) {
	for k := range e.stops {
		s := &e.stops[k]
		if s.Start == s.End {
			continue
		}
		i := len(e.m.Tasks) + k
		if s.Resource != nil {
			uses[*s.Resource] = append(uses[*s.Resource], use{s.Start, s.End, 1, i})
		}
		for _, n := range e.m.StopNeeds(&e.stops[k]) {
			uses[n.Resource] = append(uses[n.Resource], use{s.Start, s.End, n.Amount, i})
		}
	}
}

// before are those of some stops by their tasks that are before one.
func (e *examiner) before(stops []int, task int) []int {
	by := func(k, task int) int { return cmp.Compare(e.stops[k].Before, task) }
	first, found := slices.BinarySearchFunc(stops, task, by)
	if !found {
		return nil
	}
	last, _ := slices.BinarySearchFunc(stops[first:], task+1, by)
	return stops[first : first+last]
}

// byTask sorts stops so.
func (e *examiner) byTask(stops []int) {
	slices.SortStableFunc(stops, func(a, b int) int { return cmp.Compare(e.stops[a].Before, e.stops[b].Before) })
}

// groups looks at each resource with changeovers, cleaning or campaigns: its tasks by their
// starts.
func (e *examiner) groups() {
	campaigns := make([]bool, len(e.m.Resources))
	for _, c := range e.m.Campaigns {
		campaigns[c.Resource] = true
	}
	on := make([][]int, len(e.m.Resources))
	for i, mode := range e.mode {
		for _, n := range mode.Needs {
			r := &e.m.Resources[n.Resource]
			if e.start[i] < e.end[i] && (r.Changeover != nil || r.Cleaning != nil || campaigns[n.Resource]) {
				on[n.Resource] = append(on[n.Resource], i)
			}
		}
	}
	stops := make([][]int, len(e.m.Resources))
	for k := range e.stops {
		if s := &e.stops[k]; s.Resource != nil {
			stops[*s.Resource] = append(stops[*s.Resource], k)
			if !e.is(s.Before, s) {
				e.add("stops", "stops[%d] is of resource %d, where %s is not", k, *s.Resource, e.name(s.Before))
				return
			}
		}
	}
	for r := range on {
		slices.SortFunc(on[r], func(a, b int) int { return cmp.Compare(e.start[a], e.start[b]) })
		e.byTask(stops[r])
		if e.m.Resources[r].Changeover != nil {
			e.changes(r, on[r], stops[r])
		}
		if e.m.Resources[r].Cleaning != nil {
			e.cleanings(r, on[r], stops[r])
		}
	}
	for _, c := range e.m.Campaigns {
		e.campaign(c, on[c.Resource])
	}
}

// changes looks for the stop between two groups of one family each; on a machine, where
// tables may have times between tasks of one family too, each task is a group.
func (e *examiner) changes(r int, tasks, stops []int) {
	resource := &e.m.Resources[r]
	table := &e.m.Changeovers[*resource.Changeover]
	family, free, past := -1, int64(0), true
	if resource.Family != nil {
		family = *resource.Family
	}
	for at := 0; at < len(tasks); {
		next := at + 1
		for resource.Capacity > 1 && next < len(tasks) && e.family(tasks[next]) == e.family(tasks[at]) {
			next++
		}
		group := tasks[at:next]
		duration := int64(0)
		if family >= 0 && (resource.Capacity == 1 || family != e.family(group[0])) {
			duration = table.Duration[family][e.family(group[0])]
		}
		if !past || !e.settled(group[0]) {
			e.between("changeover", group, stops, free, duration)
		}
		for _, i := range group {
			free, past = max(free, e.until(i, r)), past && e.settled(i)
		}
		family, at = e.family(group[0]), next
	}
}

// between holds that, before a group of tasks starts and after a time from which it is free,
// there is a stop of a duration.
func (e *examiner) between(rule string, group, stops []int, free, duration int64) {
	first := e.start[group[0]]
	if first < free {
		e.add(rule, "%s starts at %d, before what is not to be beside it ends at %d", e.name(group[0]), first, free)
		return
	}
	if duration == 0 {
		return
	}
	for _, i := range group {
		for _, k := range e.before(stops, i) {
			if s := &e.stops[k]; s.Kind == model.Change && s.Start >= free && s.End <= first && s.End-s.Start == duration {
				return
			}
		}
	}
	e.add(rule, "%s starts at %d, and no changeover of %d is before it and after %d", e.name(group[0]), first, duration, free)
}

func (e *examiner) cleanings(r int, tasks, stops []int) {
	c := e.m.Resources[r].Cleaning
	var since, last, free int64
	for _, i := range tasks {
		first, end := e.cleaned(i, stops, free)
		if since > 0 {
			e.waitsDirty(r, i, free, first)
		}
		if end > 0 {
			since, last = 0, end
		}
		if c.CleanHold > 0 && since == 0 && e.start[i]-last > c.CleanHold && !e.settled(i) {
			e.add("cleaning", "%s starts at %d on resource %d, which was clean at %d and can wait for %d", e.name(i), e.start[i], r, last, c.CleanHold)
		}
		since++
		free = max(free, e.held[i])
		if c.Tasks > 0 && since > c.Tasks && !e.settled(i) {
			e.add("cleaning", "%s is the %dth on resource %d since it was cleaned; at most %d can be", e.name(i), since, r, c.Tasks)
		}
		if c.Time > 0 && e.end[i]-last > c.Time && !e.settled(i) {
			e.add("cleaning", "%s ends at %d on resource %d, which was clean at %d and is so for %d", e.name(i), e.end[i], r, last, c.Time)
		}
	}
}

// waitsDirty holds that a machine that a task left at a time did not wait too long for the next one or for
// the first cleaning before it.
func (e *examiner) waitsDirty(r, i int, free, cleaned int64) {
	hold := e.m.Resources[r].Cleaning.DirtyHold
	if hold == 0 || e.settled(i) {
		return
	}
	until := min(cleaned, e.start[i])
	lost := free+hold < e.m.Now && cleaned <= e.start[i] // only what is pinned has ended before now
	if until > free+hold && !lost {
		e.add("cleaning", "resource %d waits from %d to %d for %s or a cleaning; it can wait dirty for %d", r, free, until, e.name(i), hold)
	}
}

// cleaned looks at the stops before a task, and returns when the first one that cleans starts, after all
// times if there is none, and when the last one ends.
func (e *examiner) cleaned(i int, stops []int, free int64) (first, end int64) {
	first = model.MaxTime + 1
	for _, k := range e.before(stops, i) {
		s := &e.stops[k]
		fixed := e.settled(len(e.m.Tasks) + k)
		if s.Start < free && !fixed {
			e.add("cleaning", "stops[%d] starts at %d, before what is before it ends at %d", k, s.Start, free)
		}
		if d := e.m.Resources[*s.Resource].Cleaning.Duration; s.Kind == model.Clean && s.End-s.Start != d && !fixed {
			e.add("cleaning", "stops[%d] takes %d; a cleaning takes %d", k, s.End-s.Start, d)
		}
		if s.Kind == model.Clean || e.m.ChangeoverOf(s).Cleans && s.End > s.Start {
			first, end = min(first, s.Start), max(end, s.End)
		}
	}
	return first, end
}

func (e *examiner) campaign(c model.Campaign, tasks []int) {
	for at := 0; at < len(tasks); {
		next, past := at, true
		for next < len(tasks) && e.family(tasks[next]) == e.family(tasks[at]) {
			past = past && e.settled(tasks[next])
			next++
		}
		n := int64(next - at)
		short := n < c.Min && (!e.part || next < len(tasks))
		if e.family(tasks[at]) == c.Family && !past && (short || c.Max > 0 && n > c.Max) {
			e.add("campaign", "from %s on %d tasks of family %d follow one another on resource %d; it is %d to %d", e.name(tasks[at]), n, c.Family, c.Resource, c.Min, c.Max)
		}
		at = next
	}
}
