package constraint

import "slices"

// cumulative is a resource of which a capacity is there at any time.
type cumulative struct {
	list     activities
	capacity int32
	id       int32
	// The profile of what is taken for certain: piece p is from time[p] up to time[p+1].
	time, height  []int32
	begin, finish []int32 // of certain parts, by activity
	rise, fall    []int32 // places of those that have one, by begin and by finish
}

// Cumulative lets what present activities take at a time together be the capacity at most.
func (k *Kernel) Cumulative(capacity int32, list []Activity) {
	c := &cumulative{list: lasting(list, true), capacity: capacity, id: int32(len(k.propagators))} //nolint:gosec // there are not so many
	for i := range c.list {
		if c.list[i].Demand > capacity {
			k.Clause(c.list[i].Present.Not())
		}
	}
	c.list = slices.DeleteFunc(c.list, func(a Activity) bool { return a.Demand > capacity })
	slices.SortStableFunc(c.list, byDemand)
	n := len(c.list)
	c.time, c.height = make([]int32, 0, 2*n+1), make([]int32, 0, 2*n+1)
	c.begin, c.finish = make([]int32, n), make([]int32, n)
	c.rise, c.fall = make([]int32, 0, n), make([]int32, 0, n)
	k.add(c, 1, c.list.signs()...)
	k.energy(c)
}

// propagate is time-tabling: where others take so much for certain that there is no room, an activity is not
// (Lahrichi, "Scheduling: the notions of hump, compulsory parts and their use in cumulative problems", Comptes
// rendus de l'Académie des Sciences 294, 1982; explained as by Schutt et al., "Explaining the cumulative
// propagator", Constraints 16, 2011, for one point of time).
func (c *cumulative) propagate(k *Kernel) bool {
	for {
		if !c.profile(k) {
			return false
		}
		before := len(k.trail)
		for i := range int32(len(c.list)) { //nolint:gosec // there are not so many
			if !c.shift(k, i) {
				return false
			}
		}
		if len(k.trail) == before {
			return true
		}
	}
}

// profile makes the profile, and fails where it is above the capacity.
func (c *cumulative) profile(k *Kernel) bool {
	c.rise, c.fall = c.rise[:0], c.fall[:0]
	for i := range c.list {
		a := &c.list[i]
		c.begin[i], c.finish[i] = k.Most(a.Start), k.Least(a.Start)+a.Duration
		if c.begin[i] < c.finish[i] && k.True(a.Present) {
			c.rise, c.fall = append(c.rise, int32(i)), append(c.fall, int32(i))
		}
	}
	byKey(c.rise, c.begin)
	byKey(c.fall, c.finish)
	c.time, c.height = c.time[:0], c.height[:0]
	taken, r := int64(0), 0
	for _, f := range c.fall {
		for ; r < len(c.rise) && c.begin[c.rise[r]] < c.finish[f]; r++ {
			if taken += int64(c.list[c.rise[r]].Demand); taken > int64(c.capacity) {
				return k.post(never(), reason{by: c.id, a: c.begin[c.rise[r]], b: -1})
			}
			c.piece(c.begin[c.rise[r]], int32(taken)) //nolint:gosec // not above the capacity
		}
		taken -= int64(c.list[f].Demand)
		c.piece(c.finish[f], int32(taken)) //nolint:gosec // as above
	}
	return true
}

func (c *cumulative) piece(at, height int32) {
	if n := len(c.time); n > 0 && c.time[n-1] == at {
		c.height[n-1] = height
		return
	}
	c.time, c.height = append(c.time, at), append(c.height, height)
}

// shift moves an activity out of where there is no room for it.
func (c *cumulative) shift(k *Kernel, i int32) bool {
	a := &c.list[i]
	if k.False(a.Present) || len(c.time) == 0 {
		return true
	}
	room := c.capacity - a.Demand
	present := k.True(a.Present)
	if !present {
		return c.absent(k, i, room)
	}
	if k.Least(a.Start) == k.Most(a.Start) {
		return true
	}
	at := c.find(k.Least(a.Start))
	for p := at; p < len(c.time) && c.time[p] < k.Least(a.Start)+a.Duration; p++ {
		if c.height[p] <= room || c.begin[i] <= c.time[p] && c.time[p] < c.finish[i] {
			continue
		}
		for until := c.time[p+1]; k.Least(a.Start) < until; {
			t := min(until, k.Least(a.Start)+a.Duration)
			if !k.post(a.Start.AtLeast(t), reason{by: c.id, a: t - 1, b: i}) {
				return false
			}
		}
	}
	return c.shiftBack(k, i, room)
}

func (c *cumulative) shiftBack(k *Kernel, i, room int32) bool {
	a := &c.list[i]
	for p := min(len(c.time)-2, c.find(k.Most(a.Start)+a.Duration-1)); p >= 0 && c.time[p+1] > k.Most(a.Start); p-- {
		if c.height[p] <= room || c.begin[i] <= c.time[p] && c.time[p] < c.finish[i] || c.time[p] >= k.Most(a.Start)+a.Duration {
			continue
		}
		for k.Most(a.Start)+a.Duration > c.time[p] {
			t := max(c.time[p], k.Most(a.Start)) // a time in the piece at which it would be
			if !k.post(a.Start.AtMost(t-a.Duration), reason{by: c.id, a: t, b: i}) {
				return false
			}
		}
	}
	return true
}

// absent tells that an activity that may be left out cannot be where it has to be.
func (c *cumulative) absent(k *Kernel, i, room int32) bool {
	for p := c.find(c.begin[i]); p < len(c.time) && c.time[p] < c.finish[i]; p++ {
		if c.height[p] > room && c.time[p+1] > c.begin[i] {
			return k.post(c.list[i].Present.Not(), reason{by: c.id, a: max(c.begin[i], c.time[p]), b: i})
		}
	}
	return true
}

// find is the first piece that ends after a time.
func (c *cumulative) find(t int32) int {
	lo, hi := 0, len(c.time)
	for lo < hi {
		if m := (lo + hi) / 2; m+1 < len(c.time) && c.time[m+1] <= t {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// explain says why there is no room at a time, why.a, for activity why.b or, below 0, for all that are there.
func (c *cumulative) explain(k *Kernel, l Lit, why reason, at int32) {
	t, me := why.a, why.b
	over := -int64(c.capacity)
	if me >= 0 {
		over += int64(c.list[me].Demand)
	}
	for i := range int32(len(c.list)) { //nolint:gosec // there are not so many
		if i != me && c.certain(k, i, t, at) {
			over += int64(c.list[i].Demand)
		}
	}
	// What is more than enough is left out, small ones first.
	for i := int32(len(c.list)) - 1; i >= 0; i-- { //nolint:gosec // as above
		a := &c.list[i]
		if i == me || !c.certain(k, i, t, at) {
			continue
		}
		if over > int64(a.Demand) {
			over -= int64(a.Demand)
			continue
		}
		k.needs(a.Start.AtMost(t))
		k.needs(a.Start.AtLeast(t - a.Duration + 1))
		k.needs(a.Present)
	}
	if me < 0 {
		return
	}
	a := &c.list[me]
	switch l.of {
	case int32(a.Start) << 1: // to the right
		k.needs(a.Start.AtLeast(t - a.Duration + 1))
		k.needs(a.Present)
	case int32(a.Start)<<1 | 1:
		k.needs(a.Start.AtMost(t))
		k.needs(a.Present)
	default:
		k.needs(a.Start.AtMost(t))
		k.needs(a.Start.AtLeast(t - a.Duration + 1))
	}
}

// certain tells whether an activity was at a time for certain, before a change.
func (c *cumulative) certain(k *Kernel, i, t, at int32) bool {
	a := &c.list[i]
	return -k.before(int32(a.Start)<<1|1, at) <= t && t < k.before(int32(a.Start)<<1, at)+a.Duration && c.list.presentBefore(k, i, at)
}
