package agent

import (
	"testing"
	"time"
)

func TestASourceIsReadWhenItIsDue(t *testing.T) {
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", text, cityTime())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	quarter := Source{Every: 15 * time.Minute}
	daily, monthly := Source{Of: Day, minutes: 30}, Source{Of: Month, minutes: 90}
	for _, c := range []struct {
		s                         Source
		after, done, at, ofPeriod string
	}{
		{quarter, "2026-11-27 10:07:01", "", "2026-11-27 10:15:00", "2026-11-27T10:15:00+08:00"},
		{quarter, "2026-11-27 10:15:00", "", "2026-11-27 10:30:00", "2026-11-27T10:30:00+08:00"},
		{quarter, "2026-11-27 23:59:00", "", "2026-11-28 00:00:00", "2026-11-28T00:00:00+08:00"},
		{daily, "2026-11-27 00:10:00", "2026-11-25", "2026-11-27 00:30:00", "2026-11-26"},
		{daily, "2026-11-27 09:00:00", "2026-11-25", "2026-11-27 09:00:00", "2026-11-26"}, // while nobody was there
		{daily, "2026-11-27 09:00:00", "2026-11-26", "2026-11-28 00:30:00", "2026-11-27"},
		{daily, "2026-11-27 09:00:00", "", "2026-11-27 09:00:00", "2026-11-26"},
		{monthly, "2026-12-01 00:10:00", "2026-10", "2026-12-01 01:30:00", "2026-11"},
		{monthly, "2026-12-09 00:10:00", "2026-11", "2027-01-01 01:30:00", "2026-12"},
		{monthly, "2027-01-09 00:10:00", "2026-11", "2027-01-09 00:10:00", "2026-12"},
	} {
		if d := c.s.next(at(c.after), c.done); !d.at.Equal(at(c.at)) || d.period != c.ofPeriod {
			t.Errorf("after %s with %q: %s of %s, want %s of %s", c.after, c.done, d.at.In(cityTime()), d.period, c.at, c.ofPeriod)
		}
	}
}
