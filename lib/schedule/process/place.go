package process

import "linghang/lib/schedule/model"

const (
	never  = int64(-1)
	rounds = 4096 // in which cleanings are brought into line; where something else is in the way each takes up what follows it
)

// find looks for the first place of a task in a way, from a time on, and tells whether there
// is one.
func (s *state) find(i, w int32, from int64, sl *slot) bool {
	way := &s.ways[w]
	sl.way, sl.blocker = w, none
	due := s.clean(way)
	for washed := 0; washed < rounds; {
		t, ok := s.prepared(i, way, from, due, sl)
		if !ok {
			return false
		}
		end := t + way.duration
		if !way.always && way.duration > 0 {
			if t, end = way.open.fit(t, way.duration, s.breaks[i]); t == never {
				return false
			}
		}
		if end > s.horizon {
			return false
		}
		if busy := s.busy(way, t, end); busy > 0 {
			from = busy
			continue
		}
		if s.dirty(way, t, end, due, sl) {
			from = max(from, t)
			washed++
			continue
		}
		if old, later := s.stale(i, way, t, end, sl); old {
			if later == never {
				return false
			}
			from = later
			continue
		}
		sl.start, sl.end = t, end
		return true
	}
	return false
}

// clean is room for the cleanings that the needs of a way ask for, none yet.
func (s *state) clean(way *way) []wash {
	s.due = append(s.due[:0], make([]wash, len(way.needs))...)
	return s.due
}

// prepared returns the time from which on all machines and tanks are ready, with the stops that
// make them so.
func (s *state) prepared(i int32, way *way, from int64, due []wash, sl *slot) (int64, bool) {
	sl.halts = sl.halts[:0]
	t := from
	for k, n := range way.needs {
		if !s.sequenced[n.Resource] {
			continue
		}
		ready := s.ready(i, n.Resource, due[k], sl)
		if ready == never {
			return 0, false
		}
		t = max(t, ready)
	}
	for _, f := range way.flows {
		ready := s.filled(i, f, t, sl)
		if ready == never {
			sl.blocker = int32(len(s.Resources) + f.tank) //nolint:gosec // a place
			return 0, false
		}
		t = max(t, ready)
	}
	return t, true
}

// ready returns when a machine is ready for a task, and plans the stops before it.
func (s *state) ready(i int32, r int, due wash, sl *slot) int64 {
	m, resource := &s.machines[r], &s.Resources[r]
	if !s.continues(i, r) || s.occupied(m.last, i) {
		sl.blocker = int32(r) //nolint:gosec // a place
		return never
	}
	if resource.Capacity > 1 && m.family == s.family[i] {
		return m.from
	}
	free, duration := m.free, s.changeTime(i, r)
	if resource.Cleaning != nil {
		changed := duration > 0 && s.Changeovers[*resource.Changeover].Cleans
		if free = s.washed(i, r, due, changed, sl); free == never {
			return never
		}
		if changed {
			free = max(free, due.by-duration)
		}
	}
	if duration == 0 {
		return free
	}
	return s.changed(i, r, free, duration, sl)
}

// cleansNow tells whether a machine is to be cleaned before a task because of the tasks since it
// was, or because the baseline does, even if it is not due any more: so what follows can stay.
func (s *state) cleansNow(i int32, r int) bool {
	if most := s.Resources[r].Cleaning.Tasks; most > 0 && s.machines[r].since >= most {
		return true
	}
	for k := range s.again[i] {
		if f := &s.again[i][k]; f.Kind == model.Clean && f.Resource != nil && *f.Resource == r {
			return s.machines[r].since > 0
		}
	}
	return false
}

// changeTime is how long the changeover of a machine before a task takes.
func (s *state) changeTime(i int32, r int) int64 {
	c, family := s.Resources[r].Changeover, s.machines[r].family
	if c == nil || family < 0 {
		return 0
	}
	return s.Changeovers[*c].Duration[family][s.family[i]]
}

// changed plans the changeover of a machine before a task, from a time on, and returns its end.
func (s *state) changed(i int32, r int, from, duration int64, sl *slot) int64 {
	h := halt{kind: model.Change, resource: int32(r), tank: none, task: i} //nolint:gosec // a place
	if costs := s.Changeovers[*s.Resources[r].Changeover].Cost; costs != nil {
		h.cost = costs[s.machines[r].family][s.family[i]]
	}
	return s.stop(&h, &s.changes[r], from, duration, sl)
}

// occupied tells whether a task keeps its machine up to the start of one that has no place yet.
func (s *state) occupied(last, i int32) bool {
	if last < 0 {
		return false
	}
	for _, a := range s.out[last] {
		if a.blocking && s.way[a.task] < 0 && s.bundleOf[a.task] != s.bundleOf[i] && !s.pinned(i) {
			return true
		}
	}
	return false
}

// continues tells whether campaigns let a task come next on a machine.
func (s *state) continues(i int32, r int) bool {
	if len(s.campaign) == 0 || s.family[i] < 0 || s.pinned(i) {
		return true
	}
	m, families := &s.machines[r], len(s.Families)
	mine := &s.campaign[r*families+int(s.family[i])]
	if m.last >= 0 && m.family == s.family[i] {
		return mine.Max == 0 || m.run < mine.Max
	}
	if mine.Min > s.rest[r*families+int(s.family[i])] {
		return false
	}
	if m.last < 0 || m.family < 0 {
		return true
	}
	// The run before is long enough, if that is still judged, and does not leave too few for another; one that was planned
	// already goes on where it is, and what is left over elsewhere.
	old := &s.campaign[r*families+int(m.family)]
	left := s.rest[r*families+int(m.family)]
	return m.enough(old) && (s.Baseline != nil || left == 0 || left >= old.Min || old.Max > 0 && m.run >= old.Max)
}

// enough tells whether the run on a machine is as long as its campaign asks, or nobody can do better.
func (m *machine) enough(c *model.Campaign) bool { return m.run >= c.Min || !m.judged }

// stop plans a stop from a time on and returns its end.
func (s *state) stop(h *halt, what *stopping, from, duration int64, sl *slot) int64 {
	from = max(from, s.afterStops(what, sl))
	t := from
	if !s.pinned(h.task) {
		if s.under(h, what, from, duration, sl.way) {
			sl.halts = append(sl.halts, *h)
			return h.end
		}
		t = max(t, s.Now)
	}
	// Where the baseline has it, if that is free and soon enough.
	for k := range s.again[h.task] {
		f := &s.again[h.task][k]
		if h.like(f) && f.Start >= t && f.Start+duration <= max(f.End, s.kept[h.task]) && s.stopAt(h, what, f.Start, duration) == never {
			sl.halts = append(sl.halts, *h)
			return h.end
		}
	}
	for {
		if !what.always {
			if t, _ = what.open.fit(t, duration, fits); t == never {
				return never
			}
		}
		busy := s.stopAt(h, what, t, duration)
		if busy == never {
			sl.halts = append(sl.halts, *h)
			return h.end
		}
		t = busy
	}
}

// afterStops is when the other stops in a slot are over that need the same as one.
func (s *state) afterStops(what *stopping, sl *slot) (end int64) {
	for k := range sl.halts {
		h := &sl.halts[k]
		for _, n := range s.stoppingOf(h).needs {
			for _, o := range what.needs {
				if n.Resource == o.Resource {
					end = max(end, h.end)
				}
			}
		}
	}
	return end
}

// under sets a stop to one of the baseline that has begun before now, if there is one that is as good: a machine that was cleaned
// is clean, and one that was set up for a family is, whatever task comes.
func (s *state) under(h *halt, what *stopping, from, duration int64, way int32) bool {
	for k := range s.begun {
		f := &s.begun[k]
		if !h.like(f) || f.Start < from || f.End-f.Start != duration {
			continue
		}
		before := int32(f.Before) //nolint:gosec // a place
		if s.keptWay[before] < 0 || f.Kind == model.Change && before != h.task && s.familyAt(before, s.keptWay[before], h.tank) != s.familyAt(h.task, way, h.tank) {
			continue
		}
		if s.stopAt(h, what, f.Start, duration) == never {
			return true
		}
	}
	return false
}

// stopAt sets a stop to a time, or returns when that is to be tried next.
func (s *state) stopAt(h *halt, what *stopping, t, duration int64) (busy int64) {
	if !what.always {
		if fit, _ := what.open.fit(t, duration, fits); fit != t {
			return max(fit, t+1)
		}
	}
	busy = never
	for _, n := range what.needs {
		busy = max(busy, s.profiles[n.Resource].conflict(t, t+duration, s.Resources[n.Resource].Capacity-n.Amount))
	}
	h.start, h.end = t, t+duration
	return busy
}

// like tells whether a stop is the one that is planned.
func (h *halt) like(f *model.Stop) bool {
	if f.Kind != h.kind {
		return false
	}
	if h.tank >= 0 {
		return f.Tank != nil && *f.Tank == int(h.tank)
	}
	return f.Resource != nil && *f.Resource == int(h.resource)
}

// filled returns from when on a flow can be, from a time on, and plans the stop before it.
func (s *state) filled(i int32, f pour, from int64, sl *slot) int64 {
	state, tank := &s.tanks[f.tank], &s.Tanks[f.tank]
	if state.family == f.family {
		from = max(from, state.from)
		if s.pinned(i) {
			return from // whether it has room or is there is known when all have their places
		}
		list := s.events[f.tank][state.first:]
		if f.amount > 0 {
			return roomFrom(list, state.start, f.amount, tank.Capacity, from)
		}
		return contentFrom(list, state.start, -f.amount, tank.Heel, from)
	}
	if state.level != tank.Heel || f.amount < 0 {
		return never
	}
	d := s.tankTime(f)
	if d == 0 {
		return max(from, state.free)
	}
	c := &s.Changeovers[*tank.Changeover]
	h := halt{kind: model.Change, resource: none, tank: int32(f.tank), task: i} //nolint:gosec // a place
	if c.Cost != nil {
		h.cost = c.Cost[state.family][f.family]
	}
	free := s.stop(&h, &s.tankStops[f.tank], state.free, d, sl)
	if free == never {
		return never
	}
	return max(from, free)
}

// tankTime is how long the changeover of a tank before a flow takes.
func (s *state) tankTime(f pour) int64 {
	c, family := s.Tanks[f.tank].Changeover, s.tanks[f.tank].family
	if c == nil || family < 0 || f.family < 0 {
		return 0
	}
	return s.Changeovers[*c].Duration[family][f.family]
}

// busy returns when what a task needs is less taken, if it is too much taken at a time, or -1.
func (s *state) busy(way *way, from, until int64) int64 {
	busy := never
	for _, n := range way.needs {
		if capacity := s.Resources[n.Resource].Capacity; capacity > 1 || !s.sequenced[n.Resource] {
			busy = max(busy, s.profiles[n.Resource].conflict(from, until, capacity-n.Amount))
		}
	}
	return busy
}
