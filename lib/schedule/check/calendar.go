package check

import (
	"slices"
	"time"

	"linghang/lib/schedule/model"
)

// opening is the capacity of a resource over time: cap[k] from at[k] on, 0 while closed.
// None is always open.
type opening struct {
	at, cap []int64
	varies  bool
}

// in returns the stretch in which a time is.
func (o *opening) in(t int64) int {
	k, found := slices.BinarySearch(o.at, t)
	if found {
		return k
	}
	return k - 1
}

// openings finds out, for each resource, when it is open, as far as the schedule goes: all
// moments at which that could change, and what holds from each on.
func (e *examiner) openings() {
	last := slices.Max(e.held)
	for k := range e.stops {
		last = max(last, e.stops[k].End)
	}
	if e.m.Clock != nil {
		e.zero = e.begin()
	}
	e.open = make([]opening, len(e.m.Resources))
	for r := range e.m.Resources {
		resource := &e.m.Resources[r]
		if resource.Calendar == nil && len(resource.Down) == 0 {
			continue
		}
		moments := []int64{0}
		for _, w := range resource.Down {
			moments = append(moments, w.From, w.Until)
		}
		if resource.Calendar != nil {
			moments = append(moments, e.moments(&e.m.Calendars[*resource.Calendar], last)...)
		}
		slices.Sort(moments)
		o := &e.open[r]
		for _, t := range slices.Compact(moments) {
			if t >= 0 && t <= last {
				c := e.capacityAt(resource, t)
				o.at, o.cap = append(o.at, t), append(o.cap, c)
				o.varies = o.varies || c > 0 && c < resource.Capacity
			}
		}
	}
}

func (e *examiner) moments(c *model.Calendar, last int64) (list []int64) {
	for _, w := range c.Windows {
		for shift := int64(0); ; shift += c.Period {
			list = append(list, w.From+shift, w.Until+shift)
			if c.Period == 0 || w.From+shift > last {
				break
			}
		}
	}
	if len(c.Weekly) == 0 {
		return list
	}
	for day := -1; ; day++ {
		date := e.zero.AddDate(0, 0, day)
		for _, s := range c.Weekly {
			from, until := e.shift(s, date)
			list = append(list, from, until)
		}
		if e.moment(date) > last {
			return list
		}
	}
}

// begin is time 0 on the wall; the model is valid.
func (e *examiner) begin() time.Time {
	zone, err := time.LoadLocation(e.m.Clock.Zone)
	if err != nil {
		return time.Time{}
	}
	begin, err := time.ParseInLocation(model.ClockForm, e.m.Clock.Start, zone)
	if err != nil {
		return time.Time{}
	}
	return begin
}

// moment is a time on the wall in units, rounded up.
func (e *examiner) moment(t time.Time) int64 {
	seconds := t.Unix() - e.zero.Unix()
	units := seconds / e.m.Clock.Unit
	if seconds > units*e.m.Clock.Unit {
		units++
	}
	return units
}

// shift is when a shift of a day begins and ends.
func (e *examiner) shift(s model.Shift, date time.Time) (from, until int64) {
	on := func(clock string, days int) int64 {
		of, err := time.Parse("15:04", clock)
		if err != nil {
			return 0
		}
		return e.moment(time.Date(date.Year(), date.Month(), date.Day()+days, of.Hour(), of.Minute(), 0, 0, date.Location()))
	}
	if s.Until <= s.From {
		return on(s.From, 0), on(s.Until, 1)
	}
	return on(s.From, 0), on(s.Until, 0)
}

// capacityAt reads the calendar of a resource at a moment, as it is written.
func (e *examiner) capacityAt(r *model.Resource, t int64) int64 {
	for _, w := range r.Down {
		if w.From <= t && t < w.Until {
			return 0
		}
	}
	if r.Calendar == nil {
		return r.Capacity
	}
	c := &e.m.Calendars[*r.Calendar]
	most := int64(0)
	in := func(from, until, capacity int64) {
		if from <= t && t < until {
			if capacity == 0 {
				capacity = r.Capacity
			}
			most = max(most, capacity)
		}
	}
	for _, w := range c.Windows {
		shift := int64(0)
		if c.Period > 0 {
			shift = t / c.Period * c.Period
		}
		in(w.From+shift, w.Until+shift, w.Capacity)
	}
	if len(c.Weekly) == 0 {
		return most
	}
	here := time.Unix(e.zero.Unix()+t*e.m.Clock.Unit, 0).In(e.zero.Location())
	for _, date := range []time.Time{here, here.AddDate(0, 0, -1)} {
		day := (int(date.Weekday())+6)%7 + 1
		if slices.Contains(c.Closed, date.Format(time.DateOnly)) {
			continue
		}
		for _, s := range c.Weekly {
			if slices.Contains(s.Days, day) {
				from, until := e.shift(s, date)
				in(from, until, s.Capacity)
			}
		}
	}
	return most
}

// calendars looks at each task and each stop that needs what can close.
func (e *examiner) calendars() {
	for i, mode := range e.mode {
		pin := e.m.Tasks[i].Pin
		if e.start[i] == e.end[i] && mode.Duration == 0 || pin != nil && pin.End != nil {
			continue
		}
		var list []int
		for _, n := range mode.Needs {
			list = append(list, n.Resource)
		}
		e.worked(i, mode.Duration, list)
	}
	for k := range e.stops {
		s := &e.stops[k]
		if i := len(e.m.Tasks) + k; !e.pinned(i) {
			var list []int
			if s.Resource != nil {
				list = append(list, *s.Resource)
			}
			for _, n := range e.stopNeeds(k) {
				list = append(list, n.Resource)
			}
			if open, _, _ := e.walk(list, s.Start, s.End); open != s.End-s.Start {
				e.add("calendar", "%s is from %d to %d; of these what it needs is open for %d", e.name(i), s.Start, s.End, open)
			}
		}
	}
}

// worked holds that a task is done while it can be.
func (e *examiner) worked(i int, duration int64, needs []int) {
	open, first, last := e.walk(needs, e.start[i], e.end[i])
	if !first && !e.pinned(i) {
		e.add("calendar", "%s starts at %d, when something that it needs is closed", e.name(i), e.start[i])
		return
	}
	switch e.m.Tasks[i].Breaks {
	case model.Pause:
		if open != duration || !last {
			e.add("calendar", "%s is from %d to %d and rests while something is closed; it is worked at for %d and takes %d", e.name(i), e.start[i], e.end[i], open, duration)
		}
	case model.Cross:
	default:
		if open != duration && !e.pinned(i) {
			e.add("calendar", "%s is from %d to %d; of these what it needs is open for %d", e.name(i), e.start[i], e.end[i], open)
		}
	}
}

// walk goes through a time and counts for how long of it all of some resources are open, and
// whether they are at its begin and just before its end.
func (e *examiner) walk(needs []int, from, until int64) (open int64, first, last bool) {
	for t := from; t < until; {
		next, all := until, true
		for _, r := range needs {
			o := &e.open[r]
			if len(o.at) == 0 {
				continue
			}
			k := o.in(t)
			all = all && o.cap[k] > 0
			if k+1 < len(o.at) {
				next = min(next, o.at[k+1])
			}
		}
		if all {
			open += next - t
		}
		if t == from {
			first = all
		}
		t, last = next, all
	}
	return open, first, last
}

// byCalendar looks at a resource whose capacity is not always the same, at every moment at which
// something starts or the capacity changes.
func (e *examiner) byCalendar(r int, uses []use) {
	o := &e.open[r]
	var moments []int64
	for _, u := range uses {
		moments = append(moments, u.start)
	}
	moments = append(moments, o.at...)
	slices.Sort(moments)
	running, at, taken := &ends{}, 0, int64(0)
	for _, t := range slices.Compact(moments) {
		for ; at < len(uses) && uses[at].start <= t; at++ {
			taken += uses[at].amount
			running.push(uses[at])
		}
		for len(running.list) > 0 && running.list[0].end <= t {
			taken -= running.pop().amount
		}
		capacity := o.cap[o.in(t)]
		if capacity == 0 {
			capacity = e.m.Resources[r].Capacity
		}
		if taken > capacity && !e.past(running) {
			e.add("capacity", "resource %d has %d and %d is taken at %d, by %s", r, capacity, taken, t, e.beside(running, -1))
		}
	}
}
