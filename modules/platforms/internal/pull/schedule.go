package pull

import (
	"slices"
	"time"
)

// Kinds of schedules.
const (
	Every = "every" // values of the moment
	Day   = "day"   // of the day that is over, once a day
	Month = "month" // of the month that is over, once a month
)

// Schedule says when a source is read.
type Schedule struct {
	Kind  string `json:"kind" enum:"every,day,month"`
	Every int    `json:"every,omitempty" doc:"Seconds, at least 15"`
	At    string `json:"at,omitempty" maxLength:"5" doc:"Time of day (UTC+8), as 00:30, of the day after, or of the first of the month after"`
}

func (s Schedule) check(bad func(field, hint string)) {
	switch s.Kind {
	case Every:
		if s.Every < leastEvery || s.Every > mostEvery {
			bad("schedule.every", "15 seconds to a day")
		}
	case Day, Month:
		if _, err := time.Parse("15:04", s.At); err != nil {
			bad("schedule.at", "a time of day, as 00:30")
		}
	default:
		bad("schedule.kind", "choose one of the kinds")
	}
}

// Interval is how often a source is read, about.
func (s Schedule) Interval() time.Duration {
	switch s.Kind {
	case Day:
		return 24 * time.Hour
	case Month:
		return 31 * 24 * time.Hour
	}
	return time.Duration(s.Every) * time.Second
}

// Next is when a source is due that was due at a time, or was just made.
func (s Schedule) Next(due, now time.Time) time.Time {
	if s.Kind == Every {
		if next := due.Add(s.Interval()); next.After(now) {
			return next
		}
		return now.Add(s.Interval())
	}
	return s.after(now)
}

// First is when a source that is new, or goes on after a pause, is due: what is
// of now, at once; what is of a period, when that is over.
func (s Schedule) First(now time.Time) time.Time {
	if s.Kind == Every {
		return now
	}
	return s.after(now)
}

// after is the first time of day after now.
func (s Schedule) after(now time.Time) time.Time {
	at, err := time.Parse("15:04", s.At)
	if err != nil {
		return now.Add(24 * time.Hour) // refused when it was set
	}
	local := now.In(CityTime())
	day := local.Day()
	if s.Kind == Month {
		day = 1
	}
	for next := time.Date(local.Year(), local.Month(), day, at.Hour(), at.Minute(), 0, 0, CityTime()); ; next = s.forth(next) {
		if next.After(now) {
			return next.UTC()
		}
	}
}

func (s Schedule) forth(at time.Time) time.Time {
	if s.Kind == Month {
		return at.AddDate(0, 1, 0)
	}
	return at.AddDate(0, 0, 1)
}

// Begin is the start of the period of the schedule that a time lies in.
func (s Schedule) begin(at time.Time) time.Time {
	year, month, day := at.In(CityTime()).Date()
	if s.Kind == Month {
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, CityTime())
}

// Over is the newest period that is over, by its start.
func (s Schedule) Over(now time.Time) time.Time {
	if s.Kind == Month {
		return s.begin(now).AddDate(0, -1, 0)
	}
	return s.begin(now).AddDate(0, 0, -1)
}

// Owed lists the periods that are over and were not read since done, the oldest
// first, and of many the newest. A source that read nothing yet owes the newest one.
func (s Schedule) Owed(done, now time.Time) []time.Time {
	var list []time.Time
	for p := s.Over(now); p.After(done) && len(list) < PeriodsMost; p = s.back(p) {
		list = append(list, p)
		if done.UnixMilli() <= 0 {
			break
		}
	}
	slices.Reverse(list)
	return list
}

func (s Schedule) back(at time.Time) time.Time {
	if s.Kind == Month {
		return at.AddDate(0, -1, 0)
	}
	return at.AddDate(0, 0, -1)
}

// Name writes a period as reports do.
func (s Schedule) Name(period time.Time) string {
	if s.Kind == Month {
		return period.In(CityTime()).Format("2006-01")
	}
	return period.In(CityTime()).Format(time.DateOnly)
}

// Backoff is how long a source rests after so many failures in a row: its own
// interval, twice as long each time, an hour at most; what is read once a day is
// tried again within the hour.
func (s Schedule) Backoff(failures int) time.Duration {
	first := min(s.Interval(), time.Minute)
	return max(min(first<<min(failures, 12), time.Hour), min(s.Interval(), time.Hour/4))
}
