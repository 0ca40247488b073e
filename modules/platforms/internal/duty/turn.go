package duty

import (
	"slices"
	"time"
)

// clock is a wall clock of a zone.
type clock struct{ zone *time.Location }

// at returns when a wall clock shows a minute of a day. A time that is skipped is
// when the clock is put forward, and one that comes twice is the first of both.
func (c clock) at(day time.Time, minute int) time.Time {
	shown := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, time.UTC)
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(c.zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	earlier, later := offset(shown.Add(-24*time.Hour)), offset(shown.Add(24*time.Hour))
	if t := shown.Add(-earlier); offset(t) == earlier {
		return t
	}
	if t := shown.Add(-later); offset(t) == later {
		return t
	}
	skipped, _ := shown.Add(-earlier).In(c.zone).ZoneBounds()
	return skipped.UTC()
}

// day is the day that a wall clock shows, at midnight of UTC.
func (c clock) day(t time.Time) time.Time {
	y, m, d := t.In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// rotation is a layer that was read once.
type rotation struct {
	clock
	members  []Member
	first    time.Time // day of the first turn
	days     int       // of a turn
	minute   int       // of the handover
	only     bool
	weekdays []int
	from, to int // minutes of the day; to may be of the next
}

// rotationOf reads a layer that passed its check; one that did not has nobody.
func rotationOf(l Layer, zone *time.Location) rotation {
	r := rotation{clock: clock{zone}, members: l.Members, days: 1}
	if l.Handover == handoverWeekly {
		r.days = 7
	}
	var err, wrong error
	r.first, err = time.Parse(time.DateOnly, l.Begins)
	if r.minute, wrong = minuteOf(l.At); err != nil || wrong != nil {
		return rotation{clock: r.clock, days: 1}
	}
	if l.Only == nil {
		return r
	}
	r.only, r.weekdays = true, l.Only.Days
	r.from, err = minuteOf(l.Only.From)
	if r.to, wrong = minuteOf(l.Only.To); err != nil || wrong != nil {
		return rotation{clock: r.clock, days: 1}
	}
	if r.to <= r.from {
		r.to += minutesOfDay
	}
	return r
}

// begins returns when a turn does, counted from 0.
func (r rotation) begins(turn int) time.Time {
	return r.at(r.first.AddDate(0, 0, turn*r.days), r.minute)
}

// turn returns which turn a time is in; negative before the first.
func (r rotation) turn(t time.Time) int {
	n := int(r.day(t).Sub(r.first)/(24*time.Hour)) / r.days
	for r.begins(n).After(t) {
		n--
	}
	for !r.begins(n + 1).After(t) {
		n++
	}
	return n
}

// window returns the hours that begin on a day.
func (r rotation) window(day time.Time) (from, to time.Time, ok bool) {
	weekday := (int(day.Weekday())+6)%7 + 1
	if !slices.Contains(r.weekdays, weekday) {
		return from, to, false
	}
	return r.at(day, r.from), r.at(day.AddDate(0, 0, r.to/minutesOfDay), r.to%minutesOfDay), true
}

// holds tells whether a layer is on duty at a time at all.
func (r rotation) holds(t time.Time) bool {
	if !r.only {
		return true
	}
	today := r.day(t)
	for _, day := range []time.Time{today.AddDate(0, 0, -1), today} {
		if from, to, ok := r.window(day); ok && !t.Before(from) && t.Before(to) {
			return true
		}
	}
	return false
}

// on returns who of a layer is on duty.
func (r rotation) on(t time.Time) (Member, bool) {
	if len(r.members) == 0 || !r.holds(t) {
		return Member{}, false
	}
	n := r.turn(t)
	if n < 0 {
		return Member{}, false
	}
	return r.members[n%len(r.members)], true
}

// cuts returns all times within a span at which somebody else may be on duty.
func (r rotation) cuts(from, to time.Time) []time.Time {
	if len(r.members) == 0 {
		return nil
	}
	var list []time.Time
	for n := max(0, r.turn(from)); r.begins(n).Before(to); n++ {
		list = append(list, r.begins(n))
	}
	if !r.only {
		return list
	}
	for day := r.day(from).AddDate(0, 0, -1); !day.After(r.day(to)); day = day.AddDate(0, 0, 1) {
		if begins, ends, ok := r.window(day); ok {
			list = append(list, begins, ends)
		}
	}
	return list
}

// Today returns when the day began, by a zone.
func Today(zone string, now time.Time) time.Time {
	z, err := zoneOf(zone)
	if err != nil {
		z = time.UTC
	}
	c := clock{z}
	return c.at(c.day(now), 0)
}
