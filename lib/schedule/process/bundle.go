package process

import (
	"slices"

	"linghang/lib/schedule/model"
)

// maker makes schedules of lists, one after the other.
type maker struct {
	*state
	prefer   []int32 // way by task, none: any
	wait     []int64 // by bundle: not before, or none
	span     int64   // end of the schedule that was made last
	freed    []bool  // by task: it need not stay where the baseline has it
	from     []int64 // by task: not before, while a bundle is placed
	marks    []int
	reserved []bool // by task: the stops of the baseline before it are taken
	loose    []bool // by task: it, or one before it, was freed, so that nobody waits for it
	strict   bool   // what is not loose has its way in the baseline or waits
}

// schedule places all tasks of a bundle, or none. If it cannot be placed, it returns the
// resource or tank that it waits for, or none.
func (s *maker) schedule(b int32) (blocker int32, done bool) {
	tasks, begin := s.bundles[b], len(s.trail)
	if s.Baseline != nil {
		s.giveBack(tasks)
	}
	for _, i := range tasks {
		s.from[i] = s.release[i]
		if len(s.wait) > 0 {
			s.from[i] = max(s.from[i], s.wait[b])
		}
		if !s.freed[i] {
			s.from[i] = max(s.from[i], s.kept[i])
		}
	}
	s.marks = append(s.marks[:0], len(s.trail))
	tries := 0
	for k := 0; k < len(tasks); {
		i := tasks[k]
		if !s.choose(i) || s.late(i) {
			blocker = s.slots[0].blocker
			s.back(begin)
			return blocker, false
		}
		if again := s.pushed(i, tasks); again >= 0 {
			if tries++; tries > 400+20*len(tasks) || again > k {
				s.back(begin)
				return none, false
			}
			s.back(s.marks[again])
			s.marks, k = s.marks[:again+1], again
			continue
		}
		s.commit(i, &s.slots[0])
		s.hold(i)
		k++
		s.marks = append(s.marks, len(s.trail))
	}
	return none, true
}

// reserve takes what the stops of the baseline need before tasks that stay, up to now, so that no other stop is put there.
func (s *maker) reserve() {
	clear(s.reserved)
	for i := range int32(s.tasks) { //nolint:gosec // a place
		if s.reserved[i] = s.stays(i) && !s.pinned(i); s.reserved[i] {
			s.restop(i, 1)
		}
	}
}

// giveBack gives back what is taken for the stops of tasks that find their places now.
func (s *maker) giveBack(tasks []int32) {
	for _, i := range tasks {
		if s.reserved[i] {
			s.restop(i, -1)
		}
	}
}

// restop takes so often what the stops of the baseline before a task need.
func (s *maker) restop(i int32, times int64) {
	for k := range s.again[i] {
		f := &s.again[i][k]
		h := halt{kind: f.Kind, tank: none}
		if f.Tank != nil {
			h.tank = int32(*f.Tank) //nolint:gosec // a place
		} else {
			h.resource = int32(*f.Resource) //nolint:gosec // as above
		}
		for _, n := range s.stoppingOf(&h).needs {
			s.use(n.Resource, f.Start, f.End, times*n.Amount)
		}
	}
}

// earliest is when lags let a task start.
func (s *maker) earliest(i, w int32) int64 {
	t := s.from[i]
	for _, a := range s.in[i] {
		if s.way[a.task] >= 0 {
			t = max(t, s.end[a.task]+a.least)
		}
	}
	for _, a := range s.out[i] {
		if a.most >= 0 && s.way[a.task] >= 0 { // a pinned one
			t = max(t, s.start[a.task]-a.most-s.ways[w].duration)
		}
	}
	return t
}

// choose finds the best slot of a task: in the way that is preferred if there is a place, or else
// in that which ends first, with what its stops take.
func (s *maker) choose(i int32) bool {
	first, last := s.wayFirst[i], s.wayFirst[i+1]
	if p := s.Tasks[i].Pin; p != nil && p.Mode != nil {
		first += int32(*p.Mode) //nolint:gosec // a place
		last = first + 1
	}
	best, next := &s.slots[0], &s.slots[1]
	if w := s.prefer[i]; w >= first && w < last {
		if s.suits(i, w, best) {
			return true
		}
		if s.stays(i) {
			return false
		}
	}
	found, blocker, least := false, int32(none), int64(0)
	for w := first; w < last; w++ {
		if !s.suits(i, w, next) {
			if next.blocker >= 0 {
				blocker = next.blocker
				if last-first > 1 {
					blocker = int32(len(s.Resources) + len(s.Tanks)) //nolint:gosec // any change may help
				}
			}
			continue
		}
		cost := s.cost(next)
		if !found || cost < least {
			found, least = true, cost
			s.slots[0], s.slots[1] = s.slots[1], s.slots[0]
		}
	}
	if !found {
		best.blocker = blocker
	}
	return found
}

// stays tells whether a task is to have its way in the baseline, for which it rather waits.
func (s *maker) stays(i int32) bool {
	return s.strict && !s.loose[i] && s.kept[i] >= 0 && s.prefer[i] == s.keptWay[i]
}

// suits finds the slot of a task in a way, and tells whether it is one that tasks before it
// allow.
func (s *maker) suits(i, w int32, sl *slot) bool {
	for from := s.earliest(i, w); s.find(i, w, from, sl); {
		if from = s.heldUp(i, sl); from == never {
			return !s.stopsWithin(i, sl) && !s.tooLate(i, sl)
		}
	}
	return false
}

// heldUp returns when the next start of a task is to be tried because in its slot it could not keep its machines up to the start of a pinned task that it
// blocks them for, or -1.
func (s *maker) heldUp(i int32, sl *slot) int64 {
	for _, a := range s.out[i] {
		if !a.blocking || s.way[a.task] < 0 || sl.start == sl.end {
			continue
		}
		for _, n := range s.ways[sl.way].needs {
			if s.sequenced[n.Resource] || s.Resources[n.Resource].Capacity != 1 {
				continue
			}
			if busy := s.profiles[n.Resource].conflict(sl.end, s.start[a.task], 0); busy > 0 {
				return busy
			}
		}
	}
	return never
}

// cost is what slots are compared by.
func (s *maker) cost(sl *slot) int64 {
	cost := sl.end
	for k := range sl.halts {
		cost += s.weight * (sl.halts[k].end - sl.halts[k].start)
	}
	return cost
}

// stopsWithin tells whether a slot has a stop on a machine that a task before it would hold
// meanwhile.
func (s *maker) stopsWithin(i int32, sl *slot) bool {
	if len(sl.halts) == 0 {
		return false
	}
	for _, a := range s.in[i] {
		if !a.blocking || s.way[a.task] < 0 || s.end[a.task] == s.start[a.task] {
			continue
		}
		for _, n := range s.ways[s.way[a.task]].needs {
			for k := range sl.halts {
				if h := &sl.halts[k]; h.tank < 0 && int(h.resource) == n.Resource && s.Resources[n.Resource].Capacity == 1 {
					sl.blocker = none
					return true
				}
			}
		}
	}
	return false
}

// tooLate tells whether a slot is too late for a maximum lag after a task of another bundle,
// which cannot be shifted any more.
func (s *maker) tooLate(i int32, sl *slot) bool {
	for _, a := range s.in[i] {
		if a.most >= 0 && s.bundleOf[a.task] != s.bundleOf[i] && s.way[a.task] >= 0 && sl.start > s.end[a.task]+a.most {
			sl.blocker = none
			return true
		}
	}
	return false
}

// late tells whether the slot of a task is too late for pinned ones after it.
func (s *maker) late(i int32) bool {
	sl := &s.slots[0]
	for _, a := range s.out[i] {
		if s.way[a.task] >= 0 && (sl.end+a.least > s.start[a.task] || a.most >= 0 && s.start[a.task] > sl.end+a.most) {
			sl.blocker = none
			return true
		}
	}
	return false
}

// pushed looks at the tasks before one that its slot is too late for, by a maximum lag, because they cannot
// hold their machines so long, or because what they fill does not keep so long, and says from which place in the
// bundle to begin again, with from set, or -1. A place after the bundle's end is no place.
func (s *maker) pushed(i int32, tasks []int32) int {
	sl, again := &s.slots[0], -1
	if sl.old >= 0 {
		again = s.push(sl.old, sl.by, tasks)
	}
	for _, a := range s.in[i] {
		p := a.task
		push := int64(0)
		if a.most >= 0 && sl.start > s.end[p]+a.most {
			push = sl.start - s.end[p] - a.most
		}
		if a.blocking && sl.start > s.held[p] {
			push = max(push, s.cannotHold(p, sl.start))
		}
		if push == 0 {
			continue
		}
		place := s.push(p, push, tasks)
		if place == len(tasks) {
			return place
		}
		if again < 0 || place < again {
			again = place
		}
	}
	return again
}

// push has a task of a bundle be later, and returns its place there.
func (s *maker) push(p int32, by int64, tasks []int32) int {
	place := slices.Index(tasks, p)
	if place < 0 {
		return len(tasks)
	}
	s.from[p] = max(s.from[p], s.start[p]+by)
	return place
}

// cannotHold returns by how much a task is to be later so that it can hold its machines up to
// a time, or 0 if it can.
func (s *maker) cannotHold(p int32, until int64) int64 {
	for _, n := range s.ways[s.way[p]].needs {
		if s.Resources[n.Resource].Capacity != 1 {
			continue
		}
		if s.sequenced[n.Resource] {
			if s.machines[n.Resource].last != p {
				return until - s.end[p]
			}
			continue
		}
		if busy := s.profiles[n.Resource].conflict(s.held[p], until, 0); busy > 0 {
			return max(1, busy-s.start[p])
		}
	}
	return 0
}

// hold has the tasks that a task ends the blocking of hold their machines up to its start.
func (s *maker) hold(i int32) {
	for _, a := range s.in[i] {
		if a.blocking {
			s.extend(a.task, s.start[i])
		}
	}
	for _, a := range s.out[i] {
		if a.blocking && s.way[a.task] >= 0 {
			s.extend(i, s.start[a.task])
		}
	}
}

func (s *maker) extend(p int32, until int64) {
	if until <= s.held[p] || s.end[p] == s.start[p] || s.way[p] < 0 {
		return
	}
	for _, n := range s.ways[s.way[p]].needs {
		if s.Resources[n.Resource].Capacity != 1 {
			continue
		}
		if !s.sequenced[n.Resource] {
			s.use(n.Resource, s.held[p], until, 1)
			continue
		}
		m := &s.machines[n.Resource]
		s.trail = append(s.trail, undo{kind: undoMachine, index: int32(n.Resource), machine: *m}) //nolint:gosec // a place
		m.free = max(m.free, until)
		m.version++
	}
	s.trail = append(s.trail, undo{kind: undoHeld, index: p, from: s.held[p]})
	s.held[p] = until
}

// pin places a pinned task as it is.
func (s *maker) pin(i int32) {
	p := s.Tasks[i].Pin
	sl := &s.slots[0]
	sl.way = s.pinnedWay(i)
	w := &s.ways[sl.way]
	sl.start, sl.end = *p.Start, s.pinnedEnd(i, w)
	if fixed := s.fixed[i]; len(fixed) > 0 {
		sl.halts = sl.halts[:0]
		for k := range fixed {
			sl.halts = append(sl.halts, s.standing(i, &fixed[k]))
		}
	} else if t, ok := s.prepared(i, w, 0, s.clean(w), sl); !ok || t > sl.start || sl.end == sl.start || slices.ContainsFunc(sl.halts, func(h halt) bool { return h.start < s.Now }) {
		sl.halts = sl.halts[:0] // between pinned tasks nobody asks for them, and none begins in the past
	}
	for _, f := range w.flows {
		s.mix(i, f, sl)
	}
	s.commit(i, sl)
	s.hold(i)
	for _, a := range s.out[i] {
		if a.blocking && s.way[a.task] < 0 && !s.pinned(a.task) {
			s.extend(i, max(s.Now, s.kept[a.task])) // at least so long
		}
	}
}

// pinnedEnd is when a pinned task in a way ends.
func (s *maker) pinnedEnd(i int32, w *way) int64 {
	p := s.Tasks[i].Pin
	if p.End != nil {
		return *p.End
	}
	if s.breaks[i] == pauses && !w.always && w.duration > 0 {
		if _, end := w.open.paused(w.open.at(*p.Start), *p.Start, w.duration); end > 0 {
			return end
		}
	}
	return *p.Start + w.duration
}

// standing is a stop that stands as it is before a pinned task.
func (s *maker) standing(i int32, f *model.Stop) halt {
	h := halt{kind: f.Kind, resource: none, tank: none, task: i, start: f.Start, end: f.End}
	var table *int
	var family int32
	if f.Tank != nil {
		h.tank, table, family = int32(*f.Tank), s.Tanks[*f.Tank].Changeover, s.tanks[*f.Tank].family //nolint:gosec // a place
	} else {
		h.resource, table, family = int32(*f.Resource), s.Resources[*f.Resource].Changeover, s.machines[*f.Resource].family //nolint:gosec // a place
	}
	switch {
	case f.Kind == model.Clean:
		h.cost = s.Resources[*f.Resource].Cleaning.Cost
	case s.Changeovers[*table].Cost != nil && family >= 0:
		if to := s.familyAt(i, s.slots[0].way, h.tank); to >= 0 {
			h.cost = s.Changeovers[*table].Cost[family][to]
		}
	}
	return h
}
