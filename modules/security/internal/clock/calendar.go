package clock

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Calendar tells which days are worked in: Monday to Friday, but for the public holidays
// and the weekends that are worked in instead (调休), year by year as the State Council
// announces them.
type Calendar struct {
	Off  []string `json:"off"`  // days off beside weekends, as 2026-01-01
	Work []string `json:"work"` // Saturdays and Sundays that are worked in
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
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
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
