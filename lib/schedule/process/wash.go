package process

import "linghang/lib/schedule/model"

// wash is what a machine's cleaning before a task has to be.
type wash struct {
	by    int64 // it ends then or later; 0: no matter
	early bool  // there is one while the machine can still wait for it
}

// washed plans the cleanings of a machine before a task, unless a changeover is one, and returns when it
// is free after them.
func (s *state) washed(i int32, r int, due wash, changed bool, sl *slot) int64 {
	free, c := s.machines[r].free, s.Resources[r].Cleaning
	if due.early {
		if free = s.wash(i, r, free, sl); free == never {
			return never
		}
		if limit, lost := s.dirtyUntil(r); !lost && sl.halts[len(sl.halts)-1].start > limit {
			sl.blocker = none
			return never
		}
	}
	switch {
	case changed || due.early && due.by <= free:
	case due.by > 0 || !due.early && s.cleansNow(i, r):
		return s.wash(i, r, max(free, due.by-c.Duration), sl)
	}
	return free
}

// wash plans a cleaning from a time on and returns its end.
func (s *state) wash(i int32, r int, from int64, sl *slot) int64 {
	c := s.Resources[r].Cleaning
	h := halt{kind: model.Clean, resource: int32(r), tank: none, task: i, cost: c.Cost} //nolint:gosec // a place
	return s.stop(&h, &s.cleans[r], from, c.Duration, sl)
}

// dirtyUntil returns up to when a machine can wait after its last task, and whether that was over before
// anybody could do something.
func (s *state) dirtyUntil(r int) (limit int64, lost bool) {
	hold, last := s.Resources[r].Cleaning.DirtyHold, s.machines[r].last
	if hold == 0 || last < 0 || s.machines[r].since == 0 {
		return model.MaxTime + 1, false
	}
	free := s.end[last]
	for _, a := range s.out[last] {
		if a.blocking && s.way[a.task] >= 0 {
			free = max(free, s.start[a.task])
		}
	}
	return free + hold, free+hold < s.Now && s.pinned(last)
}

// dirty tells whether a machine would not be clean for a task, or would have waited too long, and when it is to be
// cleaned then.
func (s *state) dirty(way *way, start, end int64, due []wash, sl *slot) bool {
	dirty := false
	for k, n := range way.needs {
		c := s.Resources[n.Resource].Cleaning
		if c == nil || c.Time == 0 && c.DirtyHold == 0 && c.CleanHold == 0 {
			continue
		}
		d := &due[k]
		first, cleaned, fresh := s.planned(n.Resource, start, sl)
		by := int64(0)
		if c.Time > 0 {
			by = end - c.Time
		}
		if c.CleanHold > 0 && fresh {
			by = max(by, start-c.CleanHold)
		}
		if by > cleaned {
			d.by = max(d.by+1, by)
			dirty = true
		}
		limit, lost := s.dirtyUntil(n.Resource)
		if !d.early && first > limit && (!lost || first == start) {
			d.early, dirty = true, true
		}
	}
	return dirty
}

// planned returns when the first of the cleanings in a slot begins on a machine, or the start of its task, when the
// machine was cleaned for the last time, and whether nothing was on it since.
func (s *state) planned(r int, start int64, sl *slot) (first, cleaned int64, fresh bool) {
	m := &s.machines[r]
	first, cleaned, fresh = start, m.cleaned, m.since == 0
	for h := range sl.halts {
		stop := &sl.halts[h]
		if stop.tank < 0 && int(stop.resource) == r && (stop.kind == model.Clean || s.Changeovers[*s.Resources[r].Changeover].Cleans) {
			first, cleaned, fresh = min(first, stop.start), stop.end, true
		}
	}
	return first, cleaned, fresh
}
