package model

import (
	"fmt"
	"slices"
	"time"
)

// ClockForm is how moments are written in a model.
const ClockForm = "2006-01-02T15:04"

// plant examines what plants add.
func (e *examiner) plant() {
	m := e.m
	e.atMost("families", len(m.Families), MaxFamilies)
	e.atMost("changeovers", len(m.Changeovers), MaxFamilies)
	e.atMost("calendars", len(m.Calendars), MaxResources)
	e.atMost("tanks", len(m.Tanks), MaxTanks)
	e.atMost("recipes", len(m.Recipes), MaxFamilies)
	e.atMost("campaigns", len(m.Campaigns), MaxResources)
	e.atMost("stops", len(m.Stops), MaxTasks)
	for i, name := range m.Families {
		e.name(fmt.Sprintf("families[%d]", i), name)
	}
	e.time("horizon", m.Horizon)
	e.time("now", m.Now)
	e.clock()
	e.tariff()
	for i := range m.Calendars {
		e.calendar(i)
	}
	for i := range m.Changeovers {
		e.changeover(i)
	}
	for i := range m.Resources {
		e.plantResource(i)
	}
	for i := range m.Tanks {
		e.tank(i)
	}
	for i := range m.Recipes {
		e.recipe(i)
	}
	if len(e.faults) > 0 {
		return
	}
	e.windows()
	for i := range m.Tasks {
		e.plantTask(i)
	}
	if len(e.faults) == 0 && len(m.Tanks) > 0 {
		e.balance()
	}
	e.plantJobs()
	e.campaigns()
	e.stops()
	e.baseline()
	if e.objective(); len(e.faults) == 0 {
		e.overflow()
	}
}

func (e *examiner) time(where string, t int64) {
	if t < 0 || t > MaxTime {
		e.add(where, "is %d; times are 0 to %d", t, MaxTime)
	}
}

func (e *examiner) cost(where string, c int64) {
	if c < 0 || c > MaxCost {
		e.add(where, "is %d; it is 0 to %d", c, MaxCost)
	}
}

// place says whether a place that is there is one of a list.
func (e *examiner) place(where string, i *int, n int, what string) bool {
	if i != nil && !within(*i, n) {
		e.add(where, "is %d; there are %d %s, counted from 0", *i, n, what)
		return false
	}
	return i != nil
}

func (e *examiner) clock() {
	c := e.m.Clock
	if c == nil {
		return
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil || c.Zone == "" || c.Zone == "Local" {
		e.add("clock.zone", "is %q, which is no time zone; one is as Asia/Shanghai", c.Zone)
		return
	}
	if _, err := time.ParseInLocation(ClockForm, c.Start, zone); err != nil {
		e.add("clock.start", "is %q; it is written as 2026-11-02T06:00", c.Start)
	}
	if c.Unit < 1 || c.Unit > 7*24*3600 {
		e.add("clock.unit", "is %d seconds; it is 1 to %d", c.Unit, 7*24*3600)
	}
}

func (e *examiner) calendar(i int) {
	c, where := &e.m.Calendars[i], fmt.Sprintf("calendars[%d]", i)
	e.name(where+".name", c.Name)
	switch {
	case len(c.Windows) == 0 && len(c.Weekly) == 0:
		e.add(where, "is empty: what has it is never open; give it windows or weekly shifts")
	case len(c.Windows) > 0 && len(c.Weekly) > 0:
		e.add(where, "has windows and weekly shifts; it has one of them")
	case len(c.Weekly) > 0 && e.m.Clock == nil:
		e.add(where+".weekly", "needs the clock of the model")
	case (len(c.Weekly) > 0 || c.Period > 0) && e.m.Horizon == 0:
		e.add(where, "comes again; the model needs a horizon")
	case len(c.Weekly) == 0 && len(c.Closed) > 0:
		e.add(where+".closed", "is for weekly shifts; leave windows out instead")
	}
	e.atMost(where+".weekly", len(c.Weekly), MaxShifts)
	e.time(where+".period", c.Period)
	e.span(where+".windows", c.Windows)
	if n := len(c.Windows); n > 0 && c.Period > 0 && c.Windows[n-1].Until > c.Period {
		e.add(where+".period", "is %d, and the last window ends at %d, after it", c.Period, c.Windows[n-1].Until)
	}
	e.shifts(where, c)
}

func (e *examiner) shifts(where string, c *Calendar) {
	for k := range c.Weekly {
		e.shift(fmt.Sprintf("%s.weekly[%d]", where, k), &c.Weekly[k])
	}
	for k, day := range c.Closed {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			e.add(fmt.Sprintf("%s.closed[%d]", where, k), "is %q; a date is written as 2026-10-01", day)
		}
	}
}

func (e *examiner) shift(where string, s *Shift) {
	if len(s.Days) == 0 {
		e.add(where+".days", "are empty; days are 1 (Monday) to 7")
	}
	for _, day := range s.Days {
		if day < 1 || day > 7 {
			e.add(where+".days", "have %d; days are 1 (Monday) to 7", day)
		}
	}
	for name, text := range map[string]string{".from": s.From, ".until": s.Until} {
		if _, err := time.Parse("15:04", text); err != nil || len(text) != 5 {
			e.add(where+name, "is %q; a time of day is written as 06:00", text)
		}
	}
	if s.Capacity < 0 || s.Capacity > MaxCapacity {
		e.add(where+".capacity", "is %d; it is 1 to %d, or 0 for all", s.Capacity, int64(MaxCapacity))
	}
}

// span holds that windows are in order and apart.
func (e *examiner) span(where string, list []Window) {
	last := int64(0)
	for k, w := range list {
		at := fmt.Sprintf("%s[%d]", where, k)
		if w.From < last || w.Until <= w.From || w.Until > MaxTime {
			e.add(at, "is from %d until %d; windows have a length, are in order and apart, from %d on and up to %d", w.From, w.Until, last, MaxTime)
		}
		if w.Capacity < 0 || w.Capacity > MaxCapacity {
			e.add(at+".capacity", "is %d; it is 1 to %d, or 0 for all", w.Capacity, int64(MaxCapacity))
		}
		last = w.Until
	}
}

// windows holds that calendars do not unfold to too many.
func (e *examiner) windows() {
	sum := int64(0)
	for i := range e.m.Calendars {
		c := &e.m.Calendars[i]
		times := int64(1)
		if c.Period > 0 {
			times = e.m.Horizon/c.Period + 1
		}
		if len(c.Weekly) > 0 {
			times = e.m.Horizon*e.m.Clock.Unit/(24*3600) + 2
		}
		if sum += times * int64(len(c.Windows)+len(c.Weekly)); sum > MaxWindows {
			e.add(fmt.Sprintf("calendars[%d]", i), "takes the windows up to the horizon to %d; at most %d can be: use a nearer horizon", sum, MaxWindows)
			return
		}
	}
}

func (e *examiner) changeover(i int) {
	c, where := &e.m.Changeovers[i], fmt.Sprintf("changeovers[%d]", i)
	e.name(where+".name", c.Name)
	e.matrix(where+".duration", c.Duration, e.time)
	if c.Cost != nil {
		e.matrix(where+".cost", c.Cost, e.cost)
	}
	e.needs(where+".needs", c.Needs)
}

func (e *examiner) matrix(where string, rows [][]int64, each func(string, int64)) {
	n := len(e.m.Families)
	if len(rows) != n {
		e.add(where, "has %d rows; there are %d families", len(rows), n)
	}
	for k, row := range rows {
		if len(row) != n {
			e.add(fmt.Sprintf("%s[%d]", where, k), "has %d numbers; there are %d families", len(row), n)
		}
		for l, v := range row {
			if v < 0 || v > MaxTime {
				each(fmt.Sprintf("%s[%d][%d]", where, k, l), v)
			}
		}
	}
}

// needs examines what a stop takes.
func (e *examiner) needs(where string, list []Need) {
	for k, n := range list {
		at := fmt.Sprintf("%s[%d]", where, k)
		if !e.place(at+".resource", &n.Resource, len(e.m.Resources), "resources") {
			continue
		}
		r := &e.m.Resources[n.Resource]
		if n.Amount < 1 || n.Amount > r.Capacity {
			e.add(at+".amount", "is %d; it is 1 to %d, the capacity of the resource", n.Amount, r.Capacity)
		}
		if r.Changeover != nil || r.Cleaning != nil {
			e.add(at+".resource", "is %d, which has changeovers or cleaning itself", n.Resource)
		}
		if slices.ContainsFunc(list[:k], func(o Need) bool { return o.Resource == n.Resource }) {
			e.add(at+".resource", "is %d a second time", n.Resource)
		}
	}
}

func (e *examiner) plantResource(i int) {
	r, where := &e.m.Resources[i], fmt.Sprintf("resources[%d]", i)
	if e.place(where+".calendar", r.Calendar, len(e.m.Calendars), "calendars") {
		c := &e.m.Calendars[*r.Calendar]
		most := int64(0)
		for _, w := range c.Windows {
			most = max(most, w.Capacity)
		}
		for _, s := range c.Weekly {
			most = max(most, s.Capacity)
		}
		if most > r.Capacity {
			e.add(where+".calendar", "has a window with capacity %d; the resource has %d", most, r.Capacity)
		}
	}
	e.span(where+".down", r.Down)
	e.place(where+".changeover", r.Changeover, len(e.m.Changeovers), "changeovers")
	e.place(where+".family", r.Family, len(e.m.Families), "families")
	if c := r.Cleaning; c != nil {
		e.time(where+".cleaning.time", c.Time)
		e.time(where+".cleaning.dirty_hold", c.DirtyHold)
		e.time(where+".cleaning.clean_hold", c.CleanHold)
		e.cost(where+".cleaning.cost", c.Cost)
		e.needs(where+".cleaning.needs", c.Needs)
		switch {
		case r.Capacity != 1:
			e.add(where+".cleaning", "is of a resource with capacity %d; it is for machines, with capacity 1", r.Capacity)
		case c.Duration < 1 || c.Duration > MaxTime:
			e.add(where+".cleaning.duration", "is %d; it is 1 to %d", c.Duration, MaxTime)
		case c.Tasks < 0 || c.Tasks > MaxCapacity || c.Time == 0 && c.Tasks == 0 && c.DirtyHold == 0 && c.CleanHold == 0:
			e.add(where+".cleaning", "is due after %d tasks and a time of %d, and holds are none; one of them is above 0", c.Tasks, c.Time)
		}
	}
}

func (e *examiner) tank(i int) {
	t, where := &e.m.Tanks[i], fmt.Sprintf("tanks[%d]", i)
	e.name(where+".name", t.Name)
	e.place(where+".family", t.Family, len(e.m.Families), "families")
	e.place(where+".changeover", t.Changeover, len(e.m.Changeovers), "changeovers")
	e.time(where+".hold", t.Hold)
	e.cost(where+".cost", t.Cost)
	switch {
	case t.Capacity < 1 || t.Capacity > MaxCapacity:
		e.add(where+".capacity", "is %d; it is 1 to %d", t.Capacity, int64(MaxCapacity))
	case t.Heel < 0 || t.Heel >= t.Capacity:
		e.add(where+".heel", "is %d; it is 0 or more and below the capacity of %d", t.Heel, t.Capacity)
	case t.Level < t.Heel || t.Level > t.Capacity:
		e.add(where+".level", "is %d; it is from the heel of %d to the capacity of %d", t.Level, t.Heel, t.Capacity)
	case t.FillRate < 0 || t.DrainRate < 0 || max(t.FillRate, t.DrainRate) > MaxCapacity:
		e.add(where, "has rates of %d and %d; they are 0 to %d", t.FillRate, t.DrainRate, int64(MaxCapacity))
	}
}
