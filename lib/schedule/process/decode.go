package process

import (
	"cmp"
	"slices"

	"linghang/lib/schedule/model"
)

// value is what schedules are compared by, first things first: tasks that found no place and
// campaigns that are too short, time after deadlines, and the levels of the objective.
type value [2 + model.MaxTerms]int64

func (v *value) less(o *value) bool {
	for k := range v {
		if v[k] != o[k] {
			return v[k] < o[k]
		}
	}
	return false
}

func (v *value) right() bool { return v[0] == 0 && v[1] == 0 }

// plan is what a schedule is made of.
type plan struct {
	list   []int32 // bundles, each after what it waits for or put off until then
	prefer []int32
	freed  []bool
	wait   []int64 // by bundle: not before; nil if later is never better
	weight int64
}

func (p *plan) copy(o *plan) {
	p.wait = append(p.wait[:0], o.wait...)
	p.list, p.prefer, p.freed, p.weight = append(p.list[:0], o.list...), append(p.prefer[:0], o.prefer...), append(p.freed[:0], o.freed...), o.weight
}

// waiting is a bundle that was put off.
type waiting struct {
	bundle  int32
	blocker int32 // whose change may help; none: others before it
	version int32
}

// decoder makes the schedule of a plan.
type decoder struct {
	maker
	pins    []int32 // tasks by their starts
	off     []waiting
	missing []int32
	ends    []int64 // by job
	load    profile // of a resource whose peak is asked for
}

func newDecoder(in *instance) *decoder {
	d := &decoder{maker: maker{state: newState(in), from: make([]int64, in.tasks), loose: make([]bool, in.tasks), reserved: make([]bool, in.tasks)}, ends: make([]int64, len(in.Jobs))}
	for i := range int32(in.tasks) { //nolint:gosec // a place
		if in.pinned(i) {
			d.pins = append(d.pins, i)
		}
	}
	slices.SortStableFunc(d.pins, func(a, b int32) int { return int(*in.Tasks[a].Pin.Start - *in.Tasks[b].Pin.Start) })
	return d
}

// decode makes the schedule of a plan and returns its value.
func (d *decoder) decode(p *plan) value {
	d.reset()
	d.prefer, d.freed, d.wait, d.weight = p.prefer, p.freed, p.wait, p.weight
	d.off, d.missing = d.off[:0], d.missing[:0]
	for _, i := range d.pins {
		d.pin(i)
	}
	if d.strict = d.Baseline != nil; d.strict {
		d.loosen()
		d.reserve()
	}
	for _, b := range p.list {
		if d.way[d.bundles[b][0]] >= 0 {
			continue // pinned
		}
		if d.try(b) {
			d.retry()
		}
	}
	if d.strict = false; d.Baseline != nil && len(d.off) > 0 {
		for k := range d.off {
			d.off[k].blocker, d.off[k].version = none, 0 // none has been tried in other ways
		}
		d.retry()
	}
	for _, w := range d.off {
		d.missing = append(d.missing, d.bundles[w.bundle]...)
	}
	return d.value()
}

// loosen finds what may leave its place in the baseline: what was freed and what comes after it.
func (d *decoder) loosen() {
	copy(d.loose, d.freed)
	for _, i := range d.order {
		for _, a := range d.in[i] {
			d.loose[i] = d.loose[i] || d.loose[a.task]
		}
	}
}

// try places a bundle or puts it off.
func (d *decoder) try(b int32) bool {
	w := waiting{b, none, d.commits}
	if d.waits(b) {
		d.off = append(d.off, w)
		return false
	}
	blocker, done := d.schedule(b)
	if !done {
		w.blocker = blocker
		w.version = d.version(blocker)
		d.off = append(d.off, w)
	}
	return done
}

// waits tells whether tasks before a bundle are not placed yet, or one that the baseline has before it on a machine to which
// tasks are appended.
func (d *decoder) waits(b int32) bool {
	for _, i := range d.bundles[b] {
		if d.stays(i) && d.queues(i) {
			return true
		}
		for _, a := range d.in[i] {
			if d.way[a.task] < 0 && d.bundleOf[a.task] != b {
				return true
			}
		}
	}
	return false
}

// queues tells whether a task that stays before another on its machine is not placed yet.
func (d *decoder) queues(i int32) bool {
	for _, q := range d.ahead[i] {
		p := q.task
		for p >= 0 && !d.stays(p) {
			p = d.aheadOn(p, q.resource)
		}
		if p >= 0 && d.way[p] < 0 && d.bundleOf[p] != d.bundleOf[i] {
			return true
		}
	}
	return false
}

func (d *decoder) version(blocker int32) int32 {
	switch resources := int32(len(d.Resources)); { //nolint:gosec // a place
	case blocker < 0:
		return none
	case blocker < resources:
		return d.machines[blocker].version
	case blocker < resources+int32(len(d.Tanks)): //nolint:gosec // as above
		return d.tanks[blocker-resources].version
	default:
		return d.commits
	}
}

// retry tries what was put off, in its order, as long as something finds its place.
func (d *decoder) retry() {
	for k := 0; k < len(d.off); k++ {
		w := &d.off[k]
		if w.blocker >= 0 && w.version == d.version(w.blocker) {
			continue
		}
		if d.waits(w.bundle) {
			continue
		}
		if w.blocker == none && w.version == none {
			continue // it was tried, and nothing helps
		}
		blocker, done := d.schedule(w.bundle)
		if !done {
			w.blocker, w.version = blocker, d.version(blocker)
			continue
		}
		d.off = append(d.off[:k], d.off[k+1:]...)
		k = -1
	}
}

func (d *decoder) value() (v value) {
	v[0] = int64(len(d.missing)) + d.pinnedFlows()
	for r := range d.machines {
		if m := &d.machines[r]; len(d.campaign) > 0 && m.last >= 0 && m.family >= 0 && m.judged {
			v[0] += max(0, d.campaign[r*len(d.Families)+int(m.family)].Min-m.run)
		}
	}
	clear(d.ends)
	span := int64(0)
	for i := range d.way {
		if d.way[i] < 0 {
			continue
		}
		span = max(span, d.end[i])
		if !d.pinned(int32(i)) {
			v[1] += max(0, d.end[i]-d.deadline[i])
		}
		if job := d.Tasks[i].Job; job != nil {
			d.ends[*job] = max(d.ends[*job], d.end[i])
		}
	}
	v[2], d.span = span, span
	levels := v[2:]
	for k, level := range d.Objective {
		sum := int64(0)
		for _, t := range level {
			sum += max(1, t.Weight) * d.term(&t, span)
		}
		levels[k] = sum
	}
	return v
}

func (d *decoder) term(t *model.Term, span int64) (v int64) {
	switch t.Term {
	case model.Makespan:
		v = span
	case model.Tardiness, model.Tardy, model.Earliness:
		v = d.lateness(t.Term)
	case model.Inventory:
		v = d.stock(span)
	case model.Energy:
		v = d.energy()
	case model.Peak:
		v = d.peak(*t.Resource)
	case model.ChangeoverTime:
		for k := range d.halts {
			v += d.halts[k].end - d.halts[k].start
		}
	case model.ChangeoverCost:
		for k := range d.halts {
			v += d.halts[k].cost
		}
	case model.Stability:
		v = d.stability()
	}
	return v
}

// lateness is of jobs, which are late, or early.
func (d *decoder) lateness(kind model.TermKind) (v int64) {
	for j := range d.Jobs {
		due := d.Jobs[j].Due
		if due == nil || !d.hasTasks[j] {
			continue
		}
		weight := max(1, d.Jobs[j].Weight)
		switch late := d.ends[j] - *due; {
		case kind == model.Earliness:
			v += weight * max(0, -late)
		case kind == model.Tardiness:
			v += weight * max(0, late)
		case late > 0:
			v += weight
		}
	}
	return v
}

func (d *decoder) stability() (v int64) {
	b := d.Baseline
	for i := range d.way {
		if d.kept[i] < 0 || d.way[i] < 0 {
			continue
		}
		changed := d.way[i] != d.keptWay[i]
		if changed {
			v += b.Mode
		}
		if changed || d.start[i] != d.kept[i] {
			v += b.Moved
		}
		v += b.Time * max(d.start[i]-d.kept[i], d.kept[i]-d.start[i])
	}
	return v
}

// export returns the schedule that was made last.
func (d *decoder) export(v *value) *model.Schedule {
	s := &model.Schedule{Assignments: make([]model.Assignment, d.tasks)}
	for i := range s.Assignments {
		s.Assignments[i] = model.Assignment{Task: i, Mode: int(d.way[i] - d.wayFirst[i]), Start: d.start[i], End: d.end[i]}
		s.Makespan = max(s.Makespan, d.end[i])
	}
	s.Stops = d.stops()
	if len(d.Objective) > 0 {
		if len(d.pins) > 0 && len(d.missing) == 0 {
			d.recost()
			*v = d.value()
		}
		s.Objective = slices.Clone(v[2 : 2+len(d.Objective)])
	}
	return s
}

func (d *decoder) stops() (list []model.Stop) {
	for k := range d.halts {
		h := &d.halts[k]
		stop := model.Stop{Kind: h.kind, Before: int(h.task), Start: h.start, End: h.end}
		if h.tank >= 0 {
			stop.Tank = new(int(h.tank))
		} else {
			stop.Resource = new(int(h.resource))
		}
		list = append(list, stop)
	}
	return list
}

// pinnedAlone is the schedule of the pinned tasks alone, as every schedule has them.
func (d *decoder) pinnedAlone() *model.Schedule {
	d.reset()
	s := &model.Schedule{}
	for _, i := range d.pins {
		d.pin(i)
		s.Assignments = append(s.Assignments, model.Assignment{Task: int(i), Mode: int(d.way[i] - d.wayFirst[i]), Start: d.start[i], End: d.end[i]})
	}
	s.Stops = d.stops()
	return s
}

// recost sets what changeovers cost by what is there in the end: among pinned tasks others may
// have come in.
func (d *decoder) recost() {
	queues := d.byPlace()
	for k := range d.halts {
		h := &d.halts[k]
		if h.kind == model.Clean {
			continue
		}
		var table, first *int
		if h.tank >= 0 {
			table, first = d.Tanks[h.tank].Changeover, d.Tanks[h.tank].Family
		} else {
			table, first = d.Resources[h.resource].Changeover, d.Resources[h.resource].Family
		}
		family := int32(none)
		if first != nil {
			family = int32(*first) //nolint:gosec // a place
		}
		if i := d.lastBefore(queues, h); i >= 0 {
			family = d.familyAt(i, d.way[i], h.tank)
		}
		h.cost = 0
		if costs, to := d.Changeovers[*table].Cost, d.familyAt(h.task, d.way[h.task], h.tank); costs != nil && family >= 0 && to >= 0 {
			h.cost = costs[family][to]
		}
	}
}

// familyAt is the family of a task, or that of what it fills in a way into a tank or draws from it.
func (s *state) familyAt(i, w, tank int32) int32 {
	if tank < 0 {
		return s.family[i]
	}
	for _, f := range s.ways[w].flows {
		if int32(f.tank) == tank { //nolint:gosec // a place
			return f.family
		}
	}
	return none
}

// byPlace are the tasks on each resource with changeovers, and after those in each tank, by their starts and places in the model.
func (d *decoder) byPlace() [][]int32 {
	queues := make([][]int32, len(d.Resources)+len(d.Tanks))
	for i := range int32(d.tasks) { //nolint:gosec // a place
		w := &d.ways[d.way[i]]
		for _, n := range w.needs {
			if d.end[i] > d.start[i] && d.Resources[n.Resource].Changeover != nil {
				queues[n.Resource] = append(queues[n.Resource], i)
			}
		}
		for _, f := range w.flows {
			queues[len(d.Resources)+f.tank] = append(queues[len(d.Resources)+f.tank], i)
		}
	}
	for _, list := range queues {
		slices.SortStableFunc(list, func(a, b int32) int { return cmp.Compare(d.start[a], d.start[b]) })
	}
	return queues
}

// lastBefore is the last task that starts where a stop is up to then, of several at once the first in the model, or none.
func (d *decoder) lastBefore(queues [][]int32, h *halt) int32 {
	at := int(h.resource)
	if h.tank >= 0 {
		at = len(d.Resources) + int(h.tank)
	}
	list := queues[at]
	k, _ := slices.BinarySearchFunc(list, h.start, func(i int32, t int64) int { return cmp.Compare(d.start[i], t+1) })
	if k == 0 {
		return none
	}
	k, _ = slices.BinarySearchFunc(list, d.start[list[k-1]], func(i int32, t int64) int { return cmp.Compare(d.start[i], t) })
	return list[k]
}
