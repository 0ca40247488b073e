package explain

import (
	"cmp"
	"context"
	"slices"

	"linghang/lib/schedule/constraint"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// What is asked of the constraint kernel is bounded.
const (
	maxAsked = 3_000  // needs of all modes of all tasks
	maxPairs = 20_000 // activities that exclude one another, of which a literal each says which is first
)

// asker is a model as constraints, each rule under a literal of its own: those that are assumed hold. What the kernel cannot
// say is left out, so that what cannot be here cannot be at all.
type asker struct {
	m      *model.Model
	kernel *constraint.Kernel
	start  []constraint.Int
	mode   [][]constraint.Lit // by task
	guard  map[Rule]constraint.Lit
	rule   map[constraint.Lit]Rule
	order  []constraint.Lit // guards, in the order in which they were made
	soft   func(Kind) bool  // which rules can be let go; others hold
	whole  bool             // nothing was left out
	pairs  int
}

// newAsker makes the constraints, or returns nil if there are too many or the model has calendars that cannot be read.
func newAsker(m *model.Model, soft func(Kind) bool) *asker {
	if needs(m) > maxAsked {
		return nil
	}
	a := &asker{m: m, kernel: constraint.New(constraint.Options{}), guard: map[Rule]constraint.Lit{}, rule: map[constraint.Lit]Rule{}, soft: soft}
	a.whole = len(m.Tanks) == 0 && len(m.Campaigns) == 0 && len(m.SameOrder) == 0 && len(m.Stops) == 0
	for i := range m.Tasks {
		a.task(i)
	}
	for i := range m.Tasks {
		a.limits(i)
	}
	for k := range m.Precedences {
		a.precedence(k)
	}
	for r := range m.Resources {
		if !a.resource(r) {
			return nil
		}
	}
	return a
}

// needs counts what activities there are.
func needs(m *model.Model) int {
	n := len(m.Tasks)
	for i := range m.Tasks {
		for k := range m.Tasks[i].Modes {
			n += len(m.Tasks[i].Modes[k].Needs)
		}
	}
	return n
}

// of is the literal under which a rule holds.
func (a *asker) of(kind Kind, index int) constraint.Lit {
	if !a.soft(kind) {
		return constraint.Always()
	}
	r := Rule{kind, index}
	l, is := a.guard[r]
	if !is {
		l = a.kernel.Bool()
		a.guard[r], a.rule[l] = l, r
		a.order = append(a.order, l)
	}
	return l
}

// both is a literal that is true if two are.
func (a *asker) both(l, other constraint.Lit) constraint.Lit {
	switch constraint.Always() {
	case l:
		return other
	case other:
		return l
	}
	z := a.kernel.Bool()
	a.kernel.Clause(l.Not(), other.Not(), z)
	return z
}

// stays tells whether what happens to a task is known.
func (a *asker) stays(i int) bool {
	p := a.m.Tasks[i].Pin
	return p != nil && p.Start != nil
}

// lasts is how long a task takes in a mode at least.
func (a *asker) lasts(i, k int) int32 {
	if p := a.m.Tasks[i].Pin; p != nil && p.Start != nil && p.End != nil {
		return int32(*p.End - *p.Start) //nolint:gosec // the model is valid
	}
	return int32(a.m.Tasks[i].Modes[k].Duration) //nolint:gosec // as above
}

func (a *asker) task(i int) {
	k, t := a.kernel, &a.m.Tasks[i]
	x := k.Int(0, model.MaxTime)
	k.Decide(x)
	a.start = append(a.start, x)
	lits := []constraint.Lit{constraint.Always()}
	if len(t.Modes) > 1 {
		lits = lits[:0]
		for range t.Modes {
			l := k.Bool()
			k.Decide(l.Int())
			for _, other := range lits {
				k.Clause(l.Not(), other.Not())
			}
			lits = append(lits, l)
		}
		k.Clause(lits...)
	}
	a.mode = append(a.mode, lits)
	if t.Pin == nil {
		return
	}
	g := constraint.Always()
	if t.Pin.Start == nil || t.Pin.End == nil {
		g = a.of(Pin, i)
	}
	if t.Pin.Mode != nil {
		k.Clause(g.Not(), lits[*t.Pin.Mode])
	}
	if t.Pin.Start != nil {
		k.Clause(g.Not(), x.AtLeast(int32(*t.Pin.Start))) //nolint:gosec // the model is valid
		k.Clause(g.Not(), x.AtMost(int32(*t.Pin.Start)))  //nolint:gosec // as above
	}
}

// limits are what a task alone is bound by.
func (a *asker) limits(i int) {
	k, t := a.kernel, &a.m.Tasks[i]
	if a.stays(i) {
		return
	}
	if a.m.Now > 0 {
		k.Clause(a.of(Today, 0).Not(), a.start[i].AtLeast(int32(a.m.Now))) //nolint:gosec // the model is valid
	}
	if a.m.Horizon > 0 {
		a.endsBy(i, a.m.Horizon, a.of(Horizon, 0))
	}
	if t.Job == nil {
		return
	}
	if j := &a.m.Jobs[*t.Job]; j.Release > 0 {
		k.Clause(a.of(Released, *t.Job).Not(), a.start[i].AtLeast(int32(j.Release))) //nolint:gosec // as above
	}
	if j := &a.m.Jobs[*t.Job]; j.Deadline != nil {
		a.endsBy(i, *j.Deadline, a.of(Deadline, *t.Job))
	}
}

// endsBy lets a task end by a time, under a literal.
func (a *asker) endsBy(i int, at int64, when constraint.Lit) {
	for j := range a.mode[i] {
		a.kernel.Clause(when.Not(), a.mode[i][j].Not(), a.start[i].AtMost(int32(max(-1, at-int64(a.lasts(i, j)))))) //nolint:gosec // as above
	}
}

func (a *asker) precedence(k int) {
	p := &a.m.Precedences[k]
	if a.stays(p.Before) && a.stays(p.After) {
		return
	}
	before, after := a.start[p.Before], a.start[p.After]
	for j, l := range a.mode[p.Before] {
		d := a.lasts(p.Before, j)
		a.kernel.After(before, after, d+int32(p.MinLag), a.both(a.of(Precedence, k), l)) //nolint:gosec // the model is valid
		if p.MaxLag == nil || int64(d)+*p.MaxLag >= model.MaxTime {
			continue
		}
		if a.m.Tasks[p.Before].Breaks == model.Pause {
			a.whole = false // its rests come on top
			continue
		}
		a.kernel.After(after, before, -d-int32(*p.MaxLag), a.both(a.of(MaxLag, k), l)) //nolint:gosec // as above
	}
}

// piece is a task on a resource in a mode.
type piece struct {
	task, mode int
	amount     int64
}

// resource adds a resource, and returns false if its calendar cannot be read.
func (a *asker) resource(r int) bool {
	m := a.m
	list := a.pieces(r)
	open, err := process.Windows(m, r)
	if err != nil {
		return false
	}
	if m.Resources[r].Changeover != nil || m.Resources[r].Cleaning != nil {
		a.whole = false
	}
	if open != nil {
		for _, p := range list {
			a.opens(p, r, open)
		}
	}
	capacity := a.of(Amount, r)
	var activities []constraint.Activity
	for _, p := range list {
		activities = append(activities, constraint.Activity{Start: a.start[p.task], Duration: a.lasts(p.task, p.mode), Demand: int32(p.amount), Present: a.both(capacity, a.mode[p.task][p.mode])}) //nolint:gosec // the model is valid
	}
	activities = append(activities, a.fewer(r, open)...)
	if a.clash(activities, m.Resources[r].Capacity) {
		list, activities = a.unjudged(list, activities)
	}
	if m.Resources[r].Capacity == 1 {
		a.kernel.Unary(activities)
		a.turns(list, activities)
		return true
	}
	a.kernel.Cumulative(int32(m.Resources[r].Capacity), activities) //nolint:gosec // as above
	return true
}

// pieces are the tasks on a resource.
func (a *asker) pieces(r int) (list []piece) {
	for i := range a.m.Tasks {
		for j := range a.m.Tasks[i].Modes {
			for _, n := range a.m.Tasks[i].Modes[j].Needs {
				if n.Resource == r && a.lasts(i, j) > 0 {
					list = append(list, piece{i, j, n.Amount})
				}
			}
		}
	}
	return list
}

// unjudged leaves out what has happened.
func (a *asker) unjudged(list []piece, activities []constraint.Activity) ([]piece, []constraint.Activity) {
	a.whole = false
	var pieces []piece
	var left []constraint.Activity
	for j, p := range list {
		if !a.stays(p.task) {
			pieces, left = append(pieces, p), append(left, activities[j])
		}
	}
	return pieces, append(left, activities[len(list):]...)
}

// opens lets a task be where what it needs is open.
func (a *asker) opens(p piece, r int, open []model.Window) {
	t := &a.m.Tasks[p.task]
	if a.stays(p.task) {
		return
	}
	d := int64(a.lasts(p.task, p.mode))
	if t.Breaks == model.Pause || t.Breaks == model.Cross {
		a.whole, d = a.whole && t.Breaks == model.Cross, 1
	}
	x, when, from := a.start[p.task], a.both(a.of(Closing, r), a.mode[p.task][p.mode]), int64(-1) // up to from it is closed
	for k := 0; k < len(open); k++ {
		w := open[k]
		for ; k+1 < len(open) && open[k+1].From <= w.Until; k++ {
			w.Until = open[k+1].Until
		}
		if w.Until-w.From < d {
			continue
		}
		if w.From > 0 {
			a.kernel.Clause(when.Not(), x.AtMost(int32(from)), x.AtLeast(int32(w.From))) //nolint:gosec // the model is valid
		}
		from = w.Until - d
	}
	a.kernel.Clause(when.Not(), x.AtMost(int32(min(from, model.MaxTime))))
}

// fewer is what takes the part of a resource that is not there in some windows.
func (a *asker) fewer(r int, open []model.Window) (list []constraint.Activity) {
	for _, w := range open {
		if less := a.m.Resources[r].Capacity - w.Capacity; less > 0 {
			x := a.kernel.Int(int32(w.From), int32(w.From))                                                                                       //nolint:gosec // the model is valid
			list = append(list, constraint.Activity{Start: x, Duration: int32(w.Until - w.From), Demand: int32(less), Present: a.of(Closing, r)}) //nolint:gosec // as above
		}
	}
	return list
}

// clash tells whether what has its place already takes more than there is.
func (a *asker) clash(list []constraint.Activity, capacity int64) bool {
	type event struct {
		at     int32
		change int64
	}
	var events []event
	for _, c := range list {
		if at := a.kernel.Least(c.Start); at == a.kernel.Most(c.Start) {
			events = append(events, event{at, int64(c.Demand)}, event{at + c.Duration, -int64(c.Demand)})
		}
	}
	slices.SortFunc(events, func(x, y event) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.change, y.change)) })
	taken := int64(0)
	for _, e := range events {
		if taken += e.change; taken > capacity {
			return true
		}
	}
	return false
}

// turns lets one of two tasks on a machine be before the other, until what the first is to be kept for has begun.
func (a *asker) turns(list []piece, activities []constraint.Activity) {
	k := a.kernel
	blocks := make([][]int, len(a.m.Tasks))
	keeps := false
	for e, p := range a.m.Precedences {
		if p.Blocking {
			blocks[p.Before] = append(blocks[p.Before], e)
		}
	}
	for _, p := range list {
		keeps = keeps || len(blocks[p.task]) > 0
	}
	if n := len(list) * len(list) / 2; a.pairs+n > maxPairs {
		a.whole = a.whole && !keeps
		return
	}
	a.pairs += len(list) * len(list) / 2
	for j, p := range list {
		for i, q := range list[:j] {
			if p.task == q.task || a.stays(p.task) && a.stays(q.task) {
				continue
			}
			first, second := k.Bool(), k.Bool()
			k.Decide(first.Int())
			k.Decide(second.Int())
			k.Clause(activities[i].Present.Not(), activities[j].Present.Not(), first, second)
			a.first(q, p, first, blocks[q.task])
			a.first(p, q, second, blocks[p.task])
		}
	}
}

// first lets one be before another when a literal is true.
func (a *asker) first(one, other piece, when constraint.Lit, blocks []int) {
	a.kernel.After(a.start[one.task], a.start[other.task], a.lasts(one.task, one.mode), when)
	for _, e := range blocks {
		if after := a.m.Precedences[e].After; after != other.task && (!a.stays(one.task) || !a.stays(after)) {
			a.kernel.After(a.start[after], a.start[other.task], 0, a.both(when, a.of(Blocking, e)))
		}
	}
}

// least is a set of rules that cannot hold together, of which each is needed if minimal is true. It is refuted false if all can.
func (a *asker) least(ctx context.Context, conflicts int64) (rules []Rule, answer constraint.Answer, minimal bool) {
	if answer = a.kernel.Solve(ctx, a.order, conflicts); answer != constraint.Refuted {
		return nil, answer, false
	}
	core := a.inOrder(a.kernel.Core())
	minimal = true
	for needed := 0; needed < len(core); {
		k := len(core) - 1 - needed
		switch a.kernel.Solve(ctx, slices.Delete(slices.Clone(core), k, k+1), conflicts) {
		case constraint.Refuted:
			core = a.inOrder(a.kernel.Core())
			continue
		case constraint.Unknown:
			minimal = false
		default:
		}
		needed++
	}
	for _, l := range core {
		rules = append(rules, a.rule[l])
	}
	return rules, constraint.Refuted, minimal
}

func (a *asker) inOrder(core []constraint.Lit) []constraint.Lit {
	var list []constraint.Lit
	for _, l := range a.order {
		if slices.Contains(core, l) {
			list = append(list, l)
		}
	}
	return list
}
