package check

import (
	"cmp"
	"slices"
	"time"

	"linghang/lib/schedule/model"
)

// forever is after all times.
const forever = 4 * model.MaxTime

// line is the capacity that a calendar leaves over time: most[k] from at[k] on, 0 while it is closed and forever
// where all of a resource is there. The last holds from there on.
type line struct {
	at, most []int64
	limits   int64 // the least that it leaves while it is open
}

// in returns the stretch in which a time is.
func (l *line) in(t int64) int {
	k, found := slices.BinarySearch(l.at, t)
	if found {
		return k
	}
	return k - 1
}

// opening is the capacity of a resource over time.
type opening struct {
	line     *line // of its calendar, which others may have too
	down     []model.Window
	capacity int64
}

// varies tells whether a resource has less than all of its capacity while it is open.
func (o *opening) varies() bool { return o.line != nil && o.line.limits < o.capacity }

// from returns what is open of a resource at a time, and when that may change.
func (o *opening) from(t int64) (capacity, next int64) {
	capacity, next = o.capacity, forever
	if l := o.line; l != nil {
		k := l.in(t)
		capacity = min(capacity, l.most[k])
		if k+1 < len(l.at) {
			next = l.at[k+1]
		}
	}
	k, _ := slices.BinarySearchFunc(o.down, t, func(w model.Window, t int64) int { return cmp.Compare(w.Until, t+1) })
	switch {
	case k == len(o.down):
	case o.down[k].From <= t:
		capacity, next = 0, min(next, o.down[k].Until)
	default:
		next = min(next, o.down[k].From)
	}
	return capacity, next
}

// openings finds out, for each resource, when it is open. What the schedule says does not matter: calendars that come
// again reach up to the horizon, and a valid model has a bounded number of windows up to there.
func (e *examiner) openings() {
	e.open = make([]opening, len(e.m.Resources))
	lines := make([]*line, len(e.m.Calendars))
	for r := range e.m.Resources {
		resource := &e.m.Resources[r]
		o := &e.open[r]
		o.capacity, o.down = resource.Capacity, resource.Down
		if c := resource.Calendar; c != nil {
			if lines[*c] == nil {
				lines[*c] = e.line(&e.m.Calendars[*c])
				if len(e.m.Calendars[*c].Weekly) > 0 {
					lines[*c] = lines[*c].inUnits(e.m.Clock.Unit)
				}
			}
			o.line = lines[*c]
		}
	}
}

// span is a time in which a calendar is open, and with how much.
type span struct{ from, until, capacity int64 }

// line lays a calendar out. Where several windows are open the largest counts: they are painted by their capacities,
// the largest first, each where nothing is yet.
func (e *examiner) line(c *model.Calendar) *line {
	spans := e.windows(c)
	l := &line{at: []int64{0}, limits: forever}
	for _, s := range spans {
		l.at = append(l.at, s.from, s.until)
	}
	slices.Sort(l.at)
	l.at = slices.Compact(l.at)
	l.most = make([]int64, len(l.at))
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(b.capacity, a.capacity) })
	bare := make([]int, len(l.at)+1) // the first stretch from here on on which nothing is, by links
	for k := range bare {
		bare[k] = k
	}
	find := func(k int) int {
		for bare[k] != k {
			bare[k] = bare[bare[k]]
			k = bare[k]
		}
		return k
	}
	for _, s := range spans {
		l.limits = min(l.limits, s.capacity)
		for k := find(l.in(s.from)); l.at[k] < s.until; k = find(k) {
			l.most[k], bare[k] = s.capacity, k+1
		}
	}
	return l
}

// inUnits makes a line of seconds one of units: in each there is what is there throughout, so that a shift that ends
// within a unit has ended before it, one that begins within it begins after it, and two of which one takes over from the other
// in it leave what both have.
func (l *line) inUnits(unit int64) *line {
	u := &line{limits: l.limits}
	for k, t := range l.at {
		n, at := len(u.at)-1, t/unit
		switch {
		case t%unit == 0:
		case u.at[n] == at:
			u.most[n] = min(u.most[n], l.most[k])
			at++
		default:
			u.at, u.most = append(u.at, at), append(u.most, min(u.most[n], l.most[k]))
			at++
		}
		if k+1 == len(l.at) || l.at[k+1] > at*unit {
			u.at, u.most = append(u.at, at), append(u.most, l.most[k])
		}
	}
	return u
}

// windows lists when a calendar is open, from time 0 on and, if it comes again, up to the horizon; of shifts in
// seconds.
func (e *examiner) windows(c *model.Calendar) (list []span) {
	last := int64(forever)
	if c.Period > 0 {
		last = e.m.Horizon
	}
	if len(c.Weekly) > 0 {
		last = e.m.Horizon * e.m.Clock.Unit
	}
	add := func(from, until, capacity int64) {
		if capacity == 0 {
			capacity = forever
		}
		if from, until = max(0, from), min(until, last); from < until {
			list = append(list, span{from, until, capacity})
		}
	}
	for shift := int64(0); shift < last; shift += c.Period {
		for _, w := range c.Windows {
			add(w.From+shift, w.Until+shift, w.Capacity)
		}
		if c.Period == 0 {
			break
		}
	}
	if len(c.Weekly) > 0 {
		e.weekly(c, add)
	}
	return list
}

// weekly adds the shifts of each day up to the horizon, in seconds.
func (e *examiner) weekly(c *model.Calendar, add func(from, until, capacity int64)) {
	closed := make(map[string]bool, len(c.Closed))
	for _, date := range c.Closed {
		closed[date] = true
	}
	zero := e.begin()
	moment := func(date time.Time, clock string, days int) int64 {
		of, err := time.Parse("15:04", clock)
		if err != nil {
			return 0 // the model is valid
		}
		return time.Date(date.Year(), date.Month(), date.Day()+days, of.Hour(), of.Minute(), 0, 0, date.Location()).Unix() - zero.Unix()
	}
	for day := -1; ; day++ {
		date := zero.AddDate(0, 0, day)
		if moment(date, "00:00", 0) > e.m.Horizon*e.m.Clock.Unit {
			return
		}
		if closed[date.Format(time.DateOnly)] {
			continue
		}
		for _, s := range c.Weekly {
			if !slices.Contains(s.Days, (int(date.Weekday())+6)%7+1) {
				continue
			}
			days := 0
			if s.Until <= s.From {
				days = 1
			}
			add(moment(date, s.From, 0), moment(date, s.Until, days), s.Capacity)
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

// calendars looks at each task and each stop that needs what can close.
func (e *examiner) calendars() {
	var list []int
	for i, mode := range e.mode {
		ends := e.m.Tasks[i].Pin != nil && e.m.Tasks[i].Pin.End != nil
		if e.start[i] == e.end[i] && (mode.Duration == 0 || ends) || ends && e.settled(i) {
			continue
		}
		list = list[:0]
		for _, n := range mode.Needs {
			list = append(list, n.Resource)
		}
		e.worked(i, list, ends)
	}
	for k := range e.stops {
		s := &e.stops[k]
		if i := len(e.m.Tasks) + k; !e.settled(i) {
			list = list[:0]
			if s.Resource != nil {
				list = append(list, *s.Resource)
			}
			for _, n := range e.m.StopNeeds(s) {
				list = append(list, n.Resource)
			}
			if open, _, _ := e.walk(list, s.Start, s.End, forever); open != s.End-s.Start {
				e.add("calendar", "%s is from %d to %d; of these what it needs is open for %d", e.name(i), s.Start, s.End, open)
			}
		}
	}
}

// worked holds that a task is done while it can be; if its end is pinned it is worked at for as long as it is.
func (e *examiner) worked(i int, needs []int, ends bool) {
	duration := e.mode[i].Duration
	if ends {
		duration = e.end[i] - e.start[i]
	}
	open, first, last := e.walk(needs, e.start[i], e.end[i], duration)
	if !first && !e.settled(i) {
		e.add("calendar", "%s starts at %d, when something that it needs is closed", e.name(i), e.start[i])
		return
	}
	switch e.m.Tasks[i].Breaks {
	case model.Pause:
		switch {
		case ends && last:
		case open > duration:
			e.add("calendar", "%s is from %d to %d and rests while something is closed; it takes %d and is done before", e.name(i), e.start[i], e.end[i], duration)
		case open != duration || !last:
			e.add("calendar", "%s is from %d to %d and rests while something is closed; it is worked at for %d and takes %d", e.name(i), e.start[i], e.end[i], open, duration)
		}
	case model.Cross:
	default:
		if open != duration && !e.settled(i) {
			e.add("calendar", "%s is from %d to %d; of these what it needs is open for %d", e.name(i), e.start[i], e.end[i], open)
		}
	}
}

// walk goes through a time and counts for how long of it all of some resources are open, but no further than to more than a
// limit, and whether they are at its begin and just before its end.
func (e *examiner) walk(needs []int, from, until, limit int64) (open int64, first, last bool) {
	for t := from; t < until && open <= limit; {
		next, all := until, true
		for _, r := range needs {
			capacity, change := e.open[r].from(t)
			all, next = all && capacity > 0, min(next, change)
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
	end := int64(0)
	for _, u := range uses {
		moments, end = append(moments, u.start), max(end, u.end)
	}
	for t := moments[0]; t < end; {
		moments = append(moments, t)
		_, t = o.from(t)
	}
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
		capacity, _ := o.from(t)
		if capacity == 0 {
			capacity = o.capacity
		}
		if taken > capacity && !e.past(running) {
			e.add("capacity", "resource %d has %d and %d is taken at %d, by %s", r, capacity, taken, t, e.beside(running, -1))
		}
	}
}
