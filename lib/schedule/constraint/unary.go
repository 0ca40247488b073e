package constraint

import "slices"

// unary is a machine: activities are one after the other.
type unary struct {
	list     activities
	id       int32
	est, lct []int32
	early    []int32 // places by est
	late     []int32 // places by lct
	present  []bool
	ends     []int32 // by place in early
	push     []int32 // by activity
	because  []reason
}

// Unary lets present activities be one after the other. They may be many; that of two one is before the other is said
// elsewhere, by Before.
func (k *Kernel) Unary(list []Activity) {
	u := &unary{list: lasting(list, false), id: int32(len(k.propagators))} //nolint:gosec // there are not so many
	n := len(u.list)
	u.est, u.lct, u.present, u.ends = make([]int32, n), make([]int32, n), make([]bool, n), make([]int32, n)
	u.push, u.because = make([]int32, n), make([]reason, n)
	for i := range int32(n) { //nolint:gosec // as above
		u.early, u.late = append(u.early, i), append(u.late, i)
	}
	k.add(u, 0, u.list.signs()...)
}

// propagate finds windows with more work than time (overload), and activities that have to be after, or before, all that
// are in a window (edge finding, Carlier, Pinson, "An algorithm for solving the job-shop problem", Management Science
// 35, 1989; in the form of Nuijten, "Time and resource constrained scheduling", Eindhoven 1994; explained as by Vilím,
// "Computing explanations for the unary resource constraint", CPAIOR 2005).
func (u *unary) propagate(k *Kernel) bool {
	for {
		before := len(k.trail)
		if !u.edges(k, 0) || !u.edges(k, 1) {
			return false
		}
		if len(k.trail) == before {
			return true
		}
	}
}

func (u *unary) edges(k *Kernel, way int32) bool {
	for i := range int32(len(u.list)) { //nolint:gosec // there are not so many
		u.est[i], u.lct[i], u.present[i] = u.list.start(k, i, way), u.list.end(k, i, way), k.True(u.list[i].Present)
		u.push[i] = absent
	}
	byKey(u.early, u.est)
	byKey(u.late, u.lct)
	last := int32(absent)
	for _, i := range slices.Backward(u.late) {
		if b := u.lct[i]; u.present[i] && b != last {
			last = b
			if !u.window(k, way, b) {
				return false
			}
		}
	}
	for _, i := range u.early {
		if u.push[i] > u.est[i] && !k.post(u.list.from(i, way, u.push[i]), u.because[i]) {
			return false
		}
	}
	return true
}

// window looks at the windows that end at b.
func (u *unary) window(k *Kernel, way, b int32) bool {
	work, most, from := int32(0), int32(absent), int32(0) // from: where the window of most begins
	for j, i := range slices.Backward(u.early) {
		if u.present[i] && u.lct[i] <= b {
			work += u.list[i].Duration
			if end := u.est[i] + work; end > most {
				most, from = end, u.est[i]
				if end > b {
					return k.post(never(), reason{by: u.id, a: u.est[i], b: b, c: -2 - way})
				}
			}
		}
		u.ends[j] = most
	}
	u.pushed(way, b, work, most, from)
	return true
}

// pushed finds who has to be after windows that end at b: with it they would be too small.
func (u *unary) pushed(way, b, work, most, from int32) {
	high, highFrom := int32(absent), int32(0) // the latest end of windows that began already
	for j, i := range u.early {
		if !u.present[i] {
			continue
		}
		p := u.list[i].Duration
		if u.lct[i] <= b {
			if end := u.est[i] + work; end > high {
				high, highFrom = end, u.est[i]
			}
			work -= p
			continue
		}
		if work > 0 && u.est[i]+work+p > b && u.ends[j] > u.push[i] {
			u.push[i], u.because[i] = u.ends[j], reason{by: u.id, a: u.est[i], b: b, c: i<<1 | way}
		}
		if high != absent && high+p > b && most > u.push[i] {
			u.push[i], u.because[i] = most, reason{by: u.id, a: min(highFrom, from), b: b, c: i<<1 | way}
		}
	}
}

// explain says why the window from why.a up to why.b is too small, and for whom.
func (u *unary) explain(k *Kernel, l Lit, why reason, at int32) {
	way, me := -2-why.c, int32(-1)
	if why.c >= 0 {
		way, me = why.c&1, why.c>>1
	}
	a, b := why.a, why.b
	work := u.work(k, way, me, a, b, at)
	if me < 0 {
		u.inside(k, way, me, a, b, at, b-work+1, absent, 0)
		return
	}
	// It is after all of the window, because with it the window would be too small.
	least := b - work - u.list[me].Duration + 1
	v := l.least - way*u.list[me].Duration
	from, inner := u.tightest(k, way, me, a, b, at, v)
	u.inside(k, way, me, a, b, at, least, from, v-inner)
	k.needs(u.list.from(me, way, least))
	k.needs(u.list[me].Present)
}

func (u *unary) within(k *Kernel, way, i, a, b, at int32) bool {
	return u.list.startBefore(k, i, way, at) >= a && u.list.endBefore(k, i, way, at) <= b && u.list.presentBefore(k, i, at)
}

// work is how long activities of a window last, without one.
func (u *unary) work(k *Kernel, way, me, a, b, at int32) int32 {
	work := int32(0)
	for i := range int32(len(u.list)) { //nolint:gosec // there are not so many
		if i != me && u.within(k, way, i, a, b, at) {
			work += u.list[i].Duration
		}
	}
	return work
}

// tightest finds a window within one whose work lasts up to v at least.
func (u *unary) tightest(k *Kernel, way, me, a, b, at, v int32) (from, work int32) {
	for i := range int32(len(u.list)) { //nolint:gosec // as above
		if i == me || !u.within(k, way, i, a, b, at) {
			continue
		}
		from = u.list.startBefore(k, i, way, at)
		if work = u.work(k, way, me, from, b, at); from+work >= v {
			return from, work
		}
	}
	return absent, 0 // it does not happen
}

// inside needs that all of a window are in it: they start at least at a time, and those of an inner window at another.
func (u *unary) inside(k *Kernel, way, me, a, b, at, least, from, inner int32) {
	for i := range int32(len(u.list)) { //nolint:gosec // as above
		if i == me || !u.within(k, way, i, a, b, at) {
			continue
		}
		t := least
		if from != absent && u.list.startBefore(k, i, way, at) >= from {
			t = max(t, inner)
		}
		k.needs(u.list.from(i, way, t))
		k.needs(u.list.until(i, way, b))
		k.needs(u.list[i].Present)
	}
}

// Before returns whether a is before b; if not, b is before a.
func (k *Kernel) Before(a, b Activity) Lit {
	l := k.Bool()
	k.After(a.Start, b.Start, a.Duration, l)
	k.After(b.Start, a.Start, b.Duration, l.Not())
	return l
}
