package constraint

import "slices"

// energy looks at how much work of a cumulative resource is in windows of time.
type energy struct {
	*cumulative
	self      int32
	sum       []int64 // by piece of the profile: what is taken before it
	est, lct  []int32
	certainly []int32 // how long the certain part is
	early     []int32
	late      []int32
	push      []int32
	because   []reason
}

func (k *Kernel) energy(c *cumulative) {
	n := len(c.list)
	e := &energy{cumulative: c, self: int32(len(k.propagators)), sum: make([]int64, 0, 2*n+1)} //nolint:gosec // there are not so many
	e.est, e.lct, e.certainly = make([]int32, n), make([]int32, n), make([]int32, n)
	e.push, e.because = make([]int32, n), make([]reason, n)
	for i := range int32(n) { //nolint:gosec // as above
		e.early, e.late = append(e.early, i), append(e.late, i)
	}
	k.add(e, 2, c.list.signs()...)
}

// propagate is time-table edge finding: in no window from a start to an end is more work, of activities that lie within it and of certain
// parts, than there is room for, and an activity that would make it so is not there (Vilím, "Timetable edge finding filtering
// algorithm for discrete cumulative resources", CPAIOR 2011; Schutt et al., "Explaining time-table-edge-finding
// propagation for the cumulative resource constraint", CPAIOR 2013).
func (e *energy) propagate(k *Kernel) bool {
	return e.edges(k, 0) && e.edges(k, 1)
}

func (e *energy) edges(k *Kernel, way int32) bool {
	if !e.profile(k) {
		return false
	}
	e.sum = e.sum[:0]
	total := int64(0)
	for p := range e.time {
		e.sum = append(e.sum, total)
		if p+1 < len(e.time) {
			total += int64(e.height[p]) * int64(e.time[p+1]-e.time[p])
		}
	}
	for i := range int32(len(e.list)) { //nolint:gosec // there are not so many
		e.est[i], e.lct[i], e.push[i] = e.list.start(k, i, way), e.list.end(k, i, way), absent
		e.certainly[i] = -1
		if k.True(e.list[i].Present) {
			e.certainly[i] = max(0, e.est[i]+2*e.list[i].Duration-e.lct[i])
		}
	}
	byKey(e.early, e.est)
	byKey(e.late, e.lct)
	last := int32(absent)
	for _, j := range e.late {
		if b := e.lct[j]; e.certainly[j] >= 0 && b != last {
			last = b
			if !e.window(k, way, b) {
				return false
			}
		}
	}
	for _, i := range e.early {
		if e.push[i] > e.est[i] && !k.post(e.list.from(i, way, e.push[i]), e.because[i]) {
			return false
		}
	}
	return true
}

// taken is what is taken for certain before a time, in a direction.
func (e *energy) taken(way, t int32) int64 {
	if len(e.time) == 0 {
		return 0
	}
	if way == 1 {
		return -e.taken(0, -t)
	}
	if t <= e.time[0] {
		return 0
	}
	p := e.find(t)
	return e.sum[p] + int64(e.height[p])*int64(t-e.time[p])
}

// window looks at the windows that end at b, from the shortest on.
func (e *energy) window(k *Kernel, way, b int32) bool {
	work, end := int64(0), e.taken(way, b)
	need, who := int64(0), int32(-1) // the most that one that is not within would add
	for _, i := range slices.Backward(e.early) {
		a := e.est[i]
		if a >= b || e.certainly[i] < 0 {
			continue
		}
		r, p := int64(e.list[i].Demand), e.list[i].Duration
		if e.lct[i] <= b {
			work += r * int64(p-e.certainly[i])
		} else if more := r * int64(min(p, b-a)-e.inside(i, b)); more > need {
			need, who = more, i
		}
		rest := int64(e.capacity)*int64(b-a) - work - (end - e.taken(way, a))
		if rest < 0 {
			return k.post(never(), reason{by: e.self, a: a, b: b, c: -2 - way})
		}
		if rest < need {
			r := int64(e.list[who].Demand)
			v := b - int32((rest+r*int64(e.inside(who, b)))/r) //nolint:gosec // less than the window
			if v > e.push[who] {
				e.push[who], e.because[who] = v, reason{by: e.self, a: a, b: b, c: who<<1 | way}
			}
		}
	}
	return true
}

// inside is how long the certain part of an activity that ends later than b is before b.
func (e *energy) inside(i, b int32) int32 {
	begin := e.lct[i] - e.list[i].Duration
	return max(0, min(b, begin+e.certainly[i])-begin)
}

// explain says why the window from why.a up to why.b is too small, for all or for one, by the least of each activity that
// is in it wherever it is.
func (e *energy) explain(k *Kernel, l Lit, why reason, at int32) {
	way, me := -2-why.c, int32(-1)
	if why.c >= 0 {
		way, me = why.c&1, why.c>>1
	}
	a, b := why.a, why.b
	spare := -int64(e.capacity)*int64(b-a) - 1
	if me >= 0 {
		p := e.list[me].Duration
		f := min(p, b-(l.least-way*p)+1, e.list.startBefore(k, me, way, at)+p-a) // it would be in the window so long
		spare += int64(e.list[me].Demand) * int64(f)
		k.needs(e.list.from(me, way, a+f-p))
		k.needs(e.list[me].Present)
	}
	for i := range int32(len(e.list)) { //nolint:gosec // there are not so many
		if i != me {
			spare += int64(e.list[i].Demand) * int64(e.least(k, i, way, a, b, at))
		}
	}
	for i := int32(len(e.list)) - 1; i >= 0; i-- { //nolint:gosec // as above
		if i == me {
			continue
		}
		most := e.least(k, i, way, a, b, at)
		if most == 0 {
			continue
		}
		r := int64(e.list[i].Demand)
		less := min(most, int32(min(spare/r, int64(most)))) //nolint:gosec // at most most
		spare -= r * int64(less)
		if most -= less; most > 0 {
			p := e.list[i].Duration
			k.needs(e.list.from(i, way, a+most-p))
			k.needs(e.list.until(i, way, b-most+p))
			k.needs(e.list[i].Present)
		}
	}
}

// least is how long an activity is in a window at least, before a change.
func (e *energy) least(k *Kernel, i, way, a, b, at int32) int32 {
	if !e.list.presentBefore(k, i, at) {
		return 0
	}
	p := e.list[i].Duration
	return max(0, min(p, b-a, e.list.startBefore(k, i, way, at)+p-a, b-e.list.endBefore(k, i, way, at)+p))
}
