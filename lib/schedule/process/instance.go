package process

import (
	"fmt"
	"slices"

	"linghang/lib/schedule/model"
)

// How tasks stand to calendars.
const (
	fits uint8 = iota
	pauses
	crosses
)

const none = -1

// arc is a precedence seen from one of its tasks.
type arc struct {
	task     int32
	blocking bool
	least    int64
	most     int64 // -1 is any
}

// way is a mode of a task.
type way struct {
	duration int64
	needs    []model.Need
	flows    []pour
	power    int64
	open     open
	always   bool // open
}

// pour is what a way fills into a tank, or, below 0, draws from it.
type pour struct {
	tank   int
	amount int64
	family int32 // or none
}

// stopping is a kind of stop: what it takes, and when it can be.
type stopping struct {
	needs  []model.Need
	open   open
	always bool
}

// instance is a model laid out for the search, which all workers read.
type instance struct {
	*model.Model
	tasks     int
	wayFirst  []int32 // ways of task i are wayFirst[i] to wayFirst[i+1]
	ways      []way
	breaks    []uint8
	family    []int32
	release   []int64
	deadline  []int64 // MaxTime: none
	in, out   [][]arc
	order     []int // of tasks, each after those before it
	bundleOf  []int32
	bundles   [][]int32 // tasks in topological order
	sequenced []bool    // by resource: tasks are appended only
	windows   [][]window
	idle      []profile // by resource: what calendars take
	changes   []stopping
	cleans    []stopping
	tankStops []stopping
	horizon   int64
	prices    *prices                // of the tariff
	hasTasks  []bool                 // by job
	campaign  []model.Campaign       // by resource × family, if there are any
	fixed     map[int32][]model.Stop // by task
	again     map[int32][]model.Stop // of the baseline, by task
	begun     []model.Stop           // of the baseline, before now
	kept      []int64                // by task: start in the baseline, or -1
	keptWay   []int32
	ahead     [][]queued // by task: those before it there
	tail      []int64    // longest way from the start of a task to the end
	bound     []bool     // by tank: a pinned task fills or draws
	judges    bool       // there is a pinned task that is
}

func newInstance(m *model.Model) (*instance, error) {
	n := len(m.Tasks)
	in := &instance{Model: m, tasks: n, horizon: model.MaxTime, fixed: map[int32][]model.Stop{}, wayFirst: make([]int32, 1, n+1)}
	if m.Horizon > 0 {
		in.horizon = m.Horizon
	}
	if err := in.resources(); err != nil {
		return nil, err
	}
	in.prices, in.hasTasks = newPrices(m.Tariff), make([]bool, len(m.Jobs))
	for i := range m.Tasks {
		if j := m.Tasks[i].Job; j != nil {
			in.hasTasks[*j] = true
		}
	}
	in.layTasks()
	in.layPins()
	in.layArcs()
	in.bundle()
	for _, s := range m.Stops {
		in.fixed[int32(s.Before)] = append(in.fixed[int32(s.Before)], s) //nolint:gosec // a place
	}
	in.kept, in.keptWay = filled[int64](n, none), filled[int32](n, none)
	if m.Baseline != nil {
		in.again = map[int32][]model.Stop{}
		for _, s := range m.Baseline.Stops {
			if s.Start < m.Now {
				in.begun = append(in.begun, s)
			}
			in.again[int32(s.Before)] = append(in.again[int32(s.Before)], s) //nolint:gosec // as above
		}
		for _, a := range m.Baseline.Assignments {
			in.kept[a.Task], in.keptWay[a.Task] = a.Start, in.wayFirst[a.Task]+int32(a.Mode) //nolint:gosec // a place
		}
		in.layQueues()
	}
	return in, nil
}

func filled[T any](n int, v T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func (in *instance) resources() error {
	m := in.Model
	in.sequenced, in.windows = make([]bool, len(m.Resources)), make([][]window, len(m.Resources))
	in.idle = make([]profile, len(m.Resources))
	in.changes, in.cleans, in.tankStops = make([]stopping, len(m.Resources)), make([]stopping, len(m.Resources)), make([]stopping, len(m.Tanks))
	if len(m.Campaigns) > 0 {
		in.campaign = make([]model.Campaign, len(m.Resources)*len(m.Families))
	}
	for _, c := range m.Campaigns {
		in.sequenced[c.Resource] = true
		in.campaign[c.Resource*len(m.Families)+c.Family] = c
	}
	for r := range m.Resources {
		windows, err := unfold(m, &m.Resources[r])
		if err != nil {
			return err
		}
		in.windows[r] = windows
		if m.Resources[r].Changeover != nil || m.Resources[r].Cleaning != nil {
			in.sequenced[r] = true
		}
		p := &in.idle[r]
		p.at, p.used = []int64{-1}, []int64{0}
		for _, w := range windows {
			p.add(w.from, w.until, m.Resources[r].Capacity-w.capacity)
		}
	}
	return in.stoppings()
}

func (in *instance) stoppings() error {
	m := in.Model
	for r := range m.Resources {
		if c := m.Resources[r].Changeover; c != nil {
			in.changes[r] = in.stopping(r, m.Changeovers[*c].Needs)
		}
		if c := m.Resources[r].Cleaning; c != nil {
			in.cleans[r] = in.stopping(r, c.Needs)
		}
	}
	for k := range m.Tanks {
		if c := m.Tanks[k].Changeover; c != nil {
			in.tankStops[k] = in.stopping(none, m.Changeovers[*c].Needs)
		}
	}
	for _, list := range [][]stopping{in.changes, in.cleans, in.tankStops} {
		for _, s := range list {
			for _, n := range s.needs {
				if in.sequenced[n.Resource] {
					return fmt.Errorf("%w: a changeover or cleaning needs resources[%d], which has campaigns", ErrUnsupported, n.Resource)
				}
			}
		}
	}
	return nil
}

func (in *instance) stopping(r int, needs []model.Need) stopping {
	var list []int
	if r != none {
		list = append(list, r)
	}
	for _, n := range needs {
		list = append(list, n.Resource)
	}
	s := stopping{needs: needs}
	s.open, s.always = in.together(list)
	return s
}

// together is when all of some resources are open.
func (in *instance) together(list []int) (o open, always bool) {
	always = true
	for _, r := range list {
		if in.windows[r] == nil && in.Resources[r].Calendar == nil && len(in.Resources[r].Down) == 0 {
			continue
		}
		if always {
			o, always = joined(in.windows[r]), false
		} else {
			o = o.both(joined(in.windows[r]))
		}
	}
	return o, always
}

func (in *instance) layTasks() {
	m := in.Model
	in.breaks, in.family = make([]uint8, in.tasks), make([]int32, in.tasks)
	in.release, in.deadline = make([]int64, in.tasks), filled[int64](in.tasks, model.MaxTime)
	type calendar struct {
		open   open
		always bool
	}
	known := map[string]calendar{}
	for i := range m.Tasks {
		t := &m.Tasks[i]
		in.breaks[i] = map[model.Breaks]uint8{model.Pause: pauses, model.Cross: crosses}[t.Breaks]
		in.family[i] = none
		if t.Family != nil {
			in.family[i] = int32(*t.Family) //nolint:gosec // a place
		}
		in.release[i] = m.Now
		if t.Job != nil {
			in.release[i] = max(m.Now, m.Jobs[*t.Job].Release)
			if d := m.Jobs[*t.Job].Deadline; d != nil {
				in.deadline[i] = *d
			}
		}
		for k := range t.Modes {
			mode := &t.Modes[k]
			w := way{duration: mode.Duration, flows: pours(m, t, mode), always: true, power: mode.Power}
			lasts := mode.Duration > 0
			if t.Pin != nil && t.Pin.End != nil {
				lasts = *t.Pin.End > *t.Pin.Start
			}
			if lasts {
				w.needs = mode.Needs
			}
			var closing []int
			for _, n := range w.needs {
				if r := &m.Resources[n.Resource]; r.Calendar != nil || len(r.Down) > 0 {
					closing = append(closing, n.Resource)
				}
			}
			slices.Sort(closing)
			key := fmt.Sprint(closing)
			c, found := known[key]
			if !found {
				c.open, c.always = in.together(closing)
				known[key] = c
			}
			w.open, w.always = c.open, c.always
			in.ways = append(in.ways, w)
		}
		in.wayFirst = append(in.wayFirst, int32(len(in.ways))) //nolint:gosec // bounded by the model
	}
}

// layPins notes where pinned tasks are, and whether some are judged.
func (in *instance) layPins() {
	in.bound = make([]bool, len(in.Tanks))
	for i := range int32(in.tasks) { //nolint:gosec // a place
		if !in.pinned(i) {
			continue
		}
		in.judges = in.judges || !in.Settled(int(i))
		for _, f := range in.ways[in.pinnedWay(i)].flows {
			in.bound[f.tank] = true
		}
	}
}

// pinnedWay is the way of a task whose start is pinned.
func (in *instance) pinnedWay(i int32) int32 {
	w := in.wayFirst[i]
	if p := in.Tasks[i].Pin; p.Mode != nil {
		w += int32(*p.Mode) //nolint:gosec // a place
	}
	return w
}

func pours(m *model.Model, t *model.Task, mode *model.Mode) (list []pour) {
	for _, f := range m.Flows(t, mode) {
		p := pour{f.Tank, f.Amount, none}
		if f.Family != nil {
			p.family = int32(*f.Family) //nolint:gosec // a place
		}
		list = append(list, p)
	}
	return list
}

func (in *instance) layArcs() {
	in.in, in.out = make([][]arc, in.tasks), make([][]arc, in.tasks)
	for _, p := range in.Precedences {
		most := int64(none)
		if p.MaxLag != nil {
			most = *p.MaxLag
		} else if hold := in.holds(p.Before, p.After); hold > p.MinLag {
			most = hold
		}
		in.in[p.After] = append(in.in[p.After], arc{int32(p.Before), p.Blocking, p.MinLag, most})    //nolint:gosec // a place
		in.out[p.Before] = append(in.out[p.Before], arc{int32(p.After), p.Blocking, p.MinLag, most}) //nolint:gosec // as above
	}
	in.tail = make([]int64, in.tasks)
	in.order = in.Order()
	for _, i := range slices.Backward(in.order) {
		for _, a := range in.out[i] {
			in.tail[i] = max(in.tail[i], in.tail[a.task]+a.least)
		}
		least := int64(model.MaxTime)
		for _, w := range in.ways[in.wayFirst[i]:in.wayFirst[i+1]] {
			least = min(least, w.duration)
		}
		in.tail[i] += least
	}
}

// holds returns the longest time for which what a task fills can wait for one that draws it, if both always go
// through tanks where that is limited, or 0. That the second draws what the first filled is not
// asked by the model, and is enough to keep its rule.
func (in *instance) holds(before, after int) (hold int64) {
	if in.pinned(int32(before)) || in.pinned(int32(after)) { //nolint:gosec // places
		return 0
	}
	for k, task := range []int{before, after} {
		most := int64(0)
		for _, w := range in.ways[in.wayFirst[task]:in.wayFirst[task+1]] {
			own := int64(0)
			for _, f := range w.flows {
				if f.amount > 0 == (k == 0) {
					own = max(own, in.Tanks[f.tank].Hold)
				}
			}
			if own == 0 {
				return 0
			}
			most = max(most, own)
		}
		hold = most
	}
	return hold
}

// pinned tells whether a task's start is.
func (in *instance) pinned(i int32) bool {
	p := in.Tasks[i].Pin
	return p != nil && p.Start != nil
}

// bundle joins tasks by maximum lags and blocking; those that are pinned are bundles of
// their own.
func (in *instance) bundle() {
	root := make([]int32, in.tasks)
	for i := range root {
		root[i] = int32(i)
	}
	find := func(i int32) int32 {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for i := range int32(in.tasks) { //nolint:gosec // as above
		for _, a := range in.out[i] {
			if (a.most >= 0 || a.blocking) && !in.pinned(i) && !in.pinned(a.task) {
				root[find(i)] = find(a.task)
			}
		}
	}
	for in.untangle(root, find) {
	}
	in.bundleOf = filled[int32](in.tasks, none)
	number := filled[int32](in.tasks, none)
	for _, i := range in.Order() {
		r := find(int32(i)) //nolint:gosec // as above
		if number[r] == none {
			number[r] = int32(len(in.bundles)) //nolint:gosec // as above
			in.bundles = append(in.bundles, nil)
		}
		in.bundleOf[i] = number[r]
		in.bundles[number[r]] = append(in.bundles[number[r]], int32(i)) //nolint:gosec // as above
	}
}

// untangle joins bundles of which each waits for another in a circle, and tells whether
// there were any.
func (in *instance) untangle(root []int32, find func(int32) int32) bool {
	waits := make([]int32, in.tasks)
	after := make([][]int32, in.tasks)
	for i := range int32(in.tasks) { //nolint:gosec // a place
		for _, a := range in.out[i] {
			if from, to := find(i), find(a.task); from != to {
				after[from] = append(after[from], to)
				waits[to]++
			}
		}
	}
	var ready []int32
	for i := range int32(in.tasks) { //nolint:gosec // as above
		if waits[i] == 0 {
			ready = append(ready, i)
		}
	}
	for at := 0; at < len(ready); at++ {
		for _, to := range after[ready[at]] {
			if waits[to]--; waits[to] == 0 {
				ready = append(ready, to)
			}
		}
	}
	tangled := false
	for i := range int32(in.tasks) { //nolint:gosec // as above
		for _, a := range in.out[i] {
			if from, to := find(i), find(a.task); from != to && waits[from] > 0 && waits[to] > 0 {
				root[from], tangled = to, true
			}
		}
	}
	return tangled
}
