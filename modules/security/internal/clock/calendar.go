package clock

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/second"
)

// Calendar tells which days are worked in: Monday to Friday, but for the public holidays
// and the weekends that are worked in instead (调休), year by year as the State Council
// announces them.
type Calendar struct {
	Source string   `json:"source"`
	Off    []string `json:"off"`  // days off beside weekends, as 2026-01-01
	Work   []string `json:"work"` // Saturdays and Sundays that are worked in
	// Until is the last day that the announcements reach; after it only weekends are known.
	Until string `json:"until"`
}

func readCalendar(text []byte) (c Calendar, err error) {
	if err = json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("read calendar of working days: %w", err)
	}
	for _, day := range slices.Concat(c.Off, c.Work, []string{c.Until}) {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return c, fmt.Errorf("calendar of working days: %q is no day such as 2026-01-01", day)
		}
	}
	return c, nil
}

// worked tells whether a day of the city is worked in.
func (c Calendar) worked(day time.Time) bool {
	date := day.Format(time.DateOnly)
	switch {
	case slices.Contains(c.Work, date):
		return true
	case slices.Contains(c.Off, date):
		return false
	}
	return !weekend(day)
}

func weekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// endOf is the end of the nth working day after the day of start, in the city's time: what
// begins on a Friday and has one working day is due at midnight after Monday.
func (c Calendar) endOf(start time.Time, n int) time.Time {
	y, m, d := start.In(cityTime()).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, cityTime())
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if c.worked(day) {
			n--
		}
	}
	return day.AddDate(0, 0, 1).UTC()
}

// CalendarSaid is what an announcement says of some time, mostly a year.
type CalendarSaid struct {
	From   string   `json:"from" maxLength:"10" doc:"First day that it is of, as 2027-01-01" title:"起始日|From"`
	Until  string   `json:"until" maxLength:"10" doc:"Last day" title:"截止日|Until"`
	Source string   `json:"source" maxLength:"400" doc:"What it rests on, with date and number" title:"依据|Source"`
	Off    []string `json:"off" nullable:"false" maxItems:"200" doc:"Days off; those of weekends may be left out"`
	Work   []string `json:"work" nullable:"false" maxItems:"60" doc:"Saturdays and Sundays that are worked in (调休)"`
}

// CalendarEntry is an announcement that somebody brought; it holds once a second person confirms it.
type CalendarEntry struct {
	ID   string `json:"id"`
	Name string `json:"name" doc:"Its days, for people"`
	CalendarSaid
	CreatedAt time.Time `json:"created_at" title:"录入时间|Brought"`
	second.Hand
}

// longestCalendar is how many days one announcement is of.
const longestCalendar = 732

// fixed are public holidays that have the same date each year by law (全国年节及纪念日放假办法): a
// calendar that leaves one out is mistyped.
func fixed() []string { return []string{"01-01", "05-01", "10-01", "10-02", "10-03"} }

// check tells at each field what cannot be.
func (s CalendarSaid) check(now time.Time) (CalendarSaid, error) {
	f := fault.New(fault.Invalid, "security.calendar.invalid", "the calendar is incomplete or wrong")
	s.Source = strings.TrimSpace(s.Source)
	if s.Source == "" {
		_ = f.At("body.source", "what it rests on, such as the notice of the State Council with its number")
	}
	from, errFrom := time.Parse(time.DateOnly, s.From)
	until, errUntil := time.Parse(time.DateOnly, s.Until)
	switch {
	case errFrom != nil:
		_ = f.At("body.from", "a day such as 2027-01-01")
	case errUntil != nil || until.Before(from) || until.Sub(from) > longestCalendar*24*time.Hour:
		_ = f.At("body.until", "a day such as 2027-12-31, not before the first and within two years of it")
	case s.Until < now.In(cityTime()).Format(time.DateOnly):
		_ = f.At("body.until", "a day that is not over")
	}
	if len(f.Fields) > 0 {
		return s, f
	}
	s.Off, s.Work = s.days(f, "off", s.Off), s.days(f, "work", s.Work)
	for _, day := range s.Work {
		if d, err := time.Parse(time.DateOnly, day); err == nil && !weekend(d) {
			_ = f.At("body.work", "%s is no Saturday or Sunday: other days are worked in anyway", day)
		}
		if slices.Contains(s.Off, day) {
			_ = f.At("body.work", "%s is a day off as well", day)
		}
	}
	s.fixed(f, from, until)
	if len(f.Fields) > 0 {
		return s, f
	}
	return s, nil
}

// days are the days of a list in their order, each within the time and once.
func (s CalendarSaid) days(f *fault.Error, field string, list []string) []string {
	out := slices.Sorted(slices.Values(list))
	for i, day := range out {
		_, err := time.Parse(time.DateOnly, day)
		switch {
		case err != nil:
			_ = f.At("body."+field, "%.20q is no day such as 2027-02-05", day)
		case day < s.From || day > s.Until:
			_ = f.At("body."+field, "%s is not between the first and the last day", day)
		case i > 0 && out[i-1] == day:
			_ = f.At("body."+field, "%s is there twice", day)
		}
	}
	return append([]string{}, out...)
}

// fixed wants the holidays whose date the law fixes.
func (s CalendarSaid) fixed(f *fault.Error, from, until time.Time) {
	for year := from.Year(); year <= until.Year(); year++ {
		for _, date := range fixed() {
			day := fmt.Sprintf("%d-%s", year, date)
			d, err := time.Parse(time.DateOnly, day)
			if err == nil && day >= s.From && day <= s.Until && !weekend(d) && !slices.Contains(s.Off, day) {
				_ = f.At("body.off", "%s is a public holiday by law and is missing", day)
			}
		}
	}
}

// over is a calendar with what was announced on top of it, the later word before the earlier.
// It reaches as far as days are known from today on without a gap.
func (c Calendar) over(list []CalendarEntry, now time.Time) Calendar {
	today := now.In(cityTime()).Format(time.DateOnly)
	out := Calendar{Source: c.Source, Off: slices.Clone(c.Off), Work: slices.Clone(c.Work), Until: c.Until}
	for _, e := range list {
		within := func(day string) bool { return day >= e.From && day <= e.Until }
		out.Off = append(slices.DeleteFunc(out.Off, within), e.Off...)
		out.Work = append(slices.DeleteFunc(out.Work, within), e.Work...)
	}
	for more := true; more; {
		more = false
		for _, e := range list {
			if e.Until > out.Until && (e.From <= dayAfter(out.Until) || e.From <= today && today <= e.Until) {
				out.Until, more = e.Until, true
			}
		}
	}
	return out
}

func dayAfter(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.AddDate(0, 0, 1).Format(time.DateOnly)
}

// Reach is how far the calendar reaches.
type Reach string

// How far a calendar reaches.
const (
	Far   Reach = "far"
	Soon  Reach = "soon" // it ends within soonEnds days
	Ended Reach = "ended"
)

// soonEnds is from how many days before its end on the end of a calendar is told.
const soonEnds = 30

// reach tells how far a calendar reaches, and how many days that is.
func (c Calendar) reach(now time.Time) (Reach, int) {
	until, err := time.Parse(time.DateOnly, c.Until)
	today, err2 := time.Parse(time.DateOnly, now.In(cityTime()).Format(time.DateOnly))
	if err != nil || err2 != nil {
		return Ended, 0
	}
	days := int(until.Sub(today) / (24 * time.Hour))
	switch {
	case days < 0:
		return Ended, days
	case days <= soonEnds:
		return Soon, days
	}
	return Far, days
}
