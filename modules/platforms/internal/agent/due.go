package agent

import "time"

// cityTime is where days begin: all of China keeps UTC+8 without summer time.
func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// due is a reading of a source: of which period, and when.
type due struct {
	period string
	at     time.Time
}

// next returns the first reading of a source after a time. done is the last period
// of a day or a month that was read: one that should have been read while nobody
// was there is due at once.
func (s *Source) next(after time.Time, done string) due {
	switch s.Of {
	case Day:
		return s.nextOf(after, done, "2006-01-02", func(t time.Time) time.Time { return dayOf(t) }, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) })
	case Month:
		return s.nextOf(after, done, "2006-01", monthOf, func(t time.Time) time.Time { return t.AddDate(0, 1, 0) })
	default:
		midnight := dayOf(after)
		at := midnight.Add(after.Sub(midnight).Truncate(s.Every) + s.Every)
		return due{at.Format(time.RFC3339), at}
	}
}

// nextOf finds the period that is to be read next, which begin starts and step ends.
func (s *Source) nextOf(after time.Time, done, layout string, begin, step func(time.Time) time.Time) due {
	now := begin(after)
	last := begin(now.Add(-time.Hour)) // the one that is over
	if done >= last.Format(layout) {
		last = now
	}
	at := step(last).Add(time.Duration(s.minutes) * time.Minute)
	if at.Before(after) {
		at = after
	}
	return due{last.Format(layout), at}
}

func dayOf(t time.Time) time.Time {
	year, month, day := t.In(cityTime()).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, cityTime())
}

func monthOf(t time.Time) time.Time {
	year, month, _ := t.In(cityTime()).Date()
	return time.Date(year, month, 1, 0, 0, 0, 0, cityTime())
}
