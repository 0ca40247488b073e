package process

import "linghang/lib/schedule/model"

// machine is a resource on which tasks are appended only, while a schedule is made.
type machine struct {
	family  int32 // of the last task
	last    int32 // task
	version int32
	from    int64 // nothing of this family starts before, where there is room for several
	free    int64 // all tasks have ended and set it free
	run     int64 // tasks of this family that followed one another
	since   int64 // tasks since it was cleaned
	cleaned int64 // when
	judged  bool  // one of the tasks of this family that followed one another is not settled
}

// halt is a stop that is planned.
type halt struct {
	kind       model.StopKind
	resource   int32 // or
	tank       int32
	task       int32
	start, end int64
	cost       int64
}

// slot is where a task in one of its ways finds its place.
type slot struct {
	start, end int64
	way        int32
	halts      []halt
	old        int32 // task of the same bundle whose fill would be drawn too late, or none
	by         int64 // so much
	blocker    int32 // resource, or tank after all resources, whose change may help; none: nothing will
}

// Kinds of what can be taken back.
const (
	undoTask uint8 = iota
	undoUse
	undoMachine
	undoTank
	undoEvent
	undoHalt
	undoHeld
	undoRest
)

// undo is a step that can be taken back.
type undo struct {
	kind                uint8
	index               int32
	task                int32
	from, until, amount int64
	machine             machine
	tank                tankState
}

// state is a schedule while it is made, by one worker.
type state struct {
	*instance
	start, end, held []int64
	way              []int32 // none: not placed yet
	profiles         []profile
	machines         []machine
	tanks            []tankState
	events           [][]event
	aged             []event // of a tank, with one more
	mixed            []int64 // by tank: products that pinned tasks bring too early
	rest             []int64 // by resource × family: tasks that are not placed and could be there
	halts            []halt
	trail            []undo
	due              []wash  // by place of a need
	slots            [2]slot // the best so far and the one that is looked at
	commits          int32
	weight           int64 // of a stop's time against the end, where ways are compared
}

func newState(in *instance) *state {
	n := in.tasks
	s := &state{
		instance: in, start: make([]int64, n), end: make([]int64, n), held: make([]int64, n), way: make([]int32, n),
		profiles: make([]profile, len(in.Resources)), machines: make([]machine, len(in.Resources)), tanks: make([]tankState, len(in.Tanks)),
		events: make([][]event, len(in.Tanks)), rest: make([]int64, len(in.campaign)), mixed: make([]int64, len(in.Tanks)),
	}
	return s
}

// reset empties the schedule.
func (s *state) reset() {
	s.trail, s.halts, s.commits = s.trail[:0], s.halts[:0], 0
	for i := range s.way {
		s.way[i] = none
	}
	for r := range s.profiles {
		s.profiles[r].reset(&s.idle[r])
		s.machines[r] = machine{family: none, last: none}
		if f := s.Resources[r].Family; f != nil {
			s.machines[r].family = int32(*f) //nolint:gosec // a place
		}
	}
	for k := range s.tanks {
		t := &s.Tanks[k]
		s.tanks[k] = tankState{family: none, level: t.Level, start: t.Level}
		if t.Family != nil {
			s.tanks[k].family = int32(*t.Family) //nolint:gosec // as above
		}
		s.events[k] = s.events[k][:0]
	}
	clear(s.mixed)
	clear(s.rest)
	if len(s.rest) > 0 {
		for i := range int32(s.tasks) { //nolint:gosec // as above
			s.count(i, 1)
		}
	}
}

// count adds to how many tasks of a family are not placed and could be on a resource.
func (s *state) count(i int32, by int64) {
	if s.family[i] < 0 {
		return
	}
	families := len(s.Families)
	for w := s.wayFirst[i]; w < s.wayFirst[i+1]; w++ {
		for _, n := range s.ways[w].needs {
			if k := n.Resource*families + int(s.family[i]); w == s.wayFirst[i] || !s.needed(i, w, n.Resource) {
				s.rest[k] += by
			}
		}
	}
}

// needed tells whether a way of a task before another needs a resource.
func (s *state) needed(i, before int32, resource int) bool {
	for w := s.wayFirst[i]; w < before; w++ {
		for _, n := range s.ways[w].needs {
			if n.Resource == resource {
				return true
			}
		}
	}
	return false
}

func (s *state) use(r int, from, until, amount int64) {
	if from < until {
		s.profiles[r].add(from, until, amount)
		s.trail = append(s.trail, undo{kind: undoUse, index: int32(r), from: from, until: until, amount: amount}) //nolint:gosec // a place
	}
}

// back takes all back that was done since the trail was so long.
func (s *state) back(mark int) {
	for len(s.trail) > mark {
		u := &s.trail[len(s.trail)-1]
		switch u.kind {
		case undoTask:
			s.way[u.index] = none
		case undoUse:
			s.profiles[u.index].add(u.from, u.until, -u.amount)
		case undoMachine:
			s.machines[u.index] = u.machine
		case undoTank:
			s.tanks[u.index] = u.tank
		case undoEvent:
			s.events[u.index] = remove(s.events[u.index], event{u.from, u.until, u.amount, u.task})
		case undoHalt:
			s.halts = s.halts[:len(s.halts)-1]
		case undoHeld:
			s.held[u.index] = u.from
		case undoRest:
			s.count(u.index, 1)
		}
		s.trail = s.trail[:len(s.trail)-1]
	}
}

// commit puts a task into its slot.
func (s *state) commit(i int32, sl *slot) {
	s.commits++
	w := &s.ways[sl.way]
	s.start[i], s.end[i], s.held[i], s.way[i] = sl.start, sl.end, sl.end, sl.way
	s.trail = append(s.trail, undo{kind: undoTask, index: i})
	for k := range sl.halts {
		s.halt(&sl.halts[k])
	}
	for _, n := range w.needs {
		if s.sequenced[n.Resource] {
			s.appendTo(int32(n.Resource), i, sl) //nolint:gosec // a place
		}
		if !s.sequenced[n.Resource] || s.Resources[n.Resource].Capacity > 1 {
			s.use(n.Resource, sl.start, sl.end, n.Amount)
		}
	}
	for _, f := range w.flows {
		s.flow(i, f, sl)
	}
	if len(s.rest) > 0 {
		s.count(i, -1)
		s.trail = append(s.trail, undo{kind: undoRest, index: i})
	}
}

func (s *state) halt(h *halt) {
	for _, n := range s.stoppingOf(h).needs {
		s.use(n.Resource, h.start, h.end, n.Amount)
	}
	s.halts = append(s.halts, *h)
	s.trail = append(s.trail, undo{kind: undoHalt})
}

func (s *state) stoppingOf(h *halt) *stopping {
	switch {
	case h.tank >= 0:
		return &s.tankStops[h.tank]
	case h.kind == model.Clean:
		return &s.cleans[h.resource]
	default:
		return &s.changes[h.resource]
	}
}

func (s *state) appendTo(r, i int32, sl *slot) {
	m := &s.machines[r]
	s.trail = append(s.trail, undo{kind: undoMachine, index: r, machine: *m})
	for k := range sl.halts {
		h := &sl.halts[k]
		if h.tank < 0 && h.resource == r && (h.kind == model.Clean || s.Changeovers[*s.Resources[r].Changeover].Cleans && h.end > h.start) {
			m.since, m.cleaned = 0, h.end
		}
	}
	if m.family != s.family[i] || m.last < 0 {
		m.run, m.judged = 0, false
		m.from = s.begins(i, sl, halt{kind: model.Change, resource: r, tank: none}, m.free, s.changeTime(i, int(r)))
	}
	m.family, m.last = s.family[i], i
	m.free = max(m.free, sl.end)
	m.run++
	m.judged = m.judged || !s.Settled(int(i))
	m.since++
	m.version++
}

// begins is when tasks of the family of one may be on a machine or in a tank from now on: when its changeover has been, of a duration after what was
// before is over. If there is none a pinned task does without, and the others come after its start, because they were not to.
func (s *state) begins(i int32, sl *slot, what halt, free, duration int64) int64 {
	if duration == 0 {
		return free
	}
	for k := range sl.halts {
		h := &sl.halts[k]
		if h.kind == what.kind && h.resource == what.resource && h.tank == what.tank && h.start >= free && h.end-h.start == duration {
			return h.end
		}
	}
	if s.pinned(i) {
		return max(free, sl.start+1)
	}
	return free
}

func (s *state) flow(i int32, f pour, sl *slot) {
	k, amount := int32(f.tank), f.amount //nolint:gosec // a place
	t := &s.tanks[k]
	s.trail = append(s.trail, undo{kind: undoTank, index: k, tank: *t})
	if t.family != f.family {
		t.first, t.start = int32(len(s.events[k])), t.level //nolint:gosec // no more than tasks
		t.from = s.begins(i, sl, halt{kind: model.Change, resource: none, tank: k}, t.free, s.tankTime(f))
		if t.level != s.Tanks[k].Heel {
			t.from = max(t.from, sl.start+1) // it is pinned, as below
		}
	}
	t.family, t.level, t.free = f.family, t.level+amount, max(t.free, sl.end)
	t.version++
	first, second := event{at: sl.start, room: amount, task: i}, event{at: sl.end, content: amount, task: i}
	if amount < 0 {
		first, second = event{at: sl.start, content: amount, task: i}, event{at: sl.end, room: amount, task: i}
	}
	for _, e := range [2]event{first, second} {
		s.events[k] = insert(s.events[k], e)
		s.trail = append(s.trail, undo{kind: undoEvent, index: k, task: i, from: e.at, until: e.room, amount: e.content})
	}
}
