package platforms

import "time"

// dueItem says of one indicator which period is due now, and whether it is there.
type dueItem struct {
	Code   string    `json:"code"`
	Tier   tier      `json:"tier"`
	Period time.Time `json:"period" doc:"Start of the period that is due; of minute values, the newest one"`
	DueAt  time.Time `json:"due_at"`
	State  string    `json:"state" enum:"received,open,missing" doc:"open: not there yet, and still in time"`
}

// dueOf lists what a platform owes at a time: what it has reported once, it is
// expected to go on reporting. newest holds the newest period of each indicator.
func (c *catalogue) dueOf(newest map[string]time.Time, now time.Time) []dueItem {
	items := []dueItem{}
	for _, x := range c.Indicators {
		last, reported := newest[x.Code]
		if !reported {
			continue
		}
		d := dueItem{Code: x.Code, Tier: x.Tier, State: "received"}
		d.Period, d.DueAt = x.Tier.owed(last, now)
		switch {
		case !last.Before(d.Period) && (x.periodic() || now.Before(d.DueAt)):
		case now.Before(d.DueAt):
			d.State = "open"
		default:
			d.State = "missing"
		}
		items = append(items, d)
	}
	return items
}

// owed returns the newest period that is over and when its value is due: six
// hours after the day, five working days after the month (weekends are free;
// public holidays are not known here). Values of minutes are due as long after
// the last one as their tier allows.
func (t tier) owed(last, now time.Time) (period, due time.Time) {
	switch t {
	case daily:
		today := daily.start(now)
		return today.AddDate(0, 0, -1), today.Add(6 * time.Hour)
	case monthly:
		first := monthly.start(now)
		return first.AddDate(0, -1, 0), afterWorkingDays(first, 5)
	default:
		late, _ := t.due()
		return last, last.Add(late)
	}
}

// afterWorkingDays returns the end of the nth working day from day on.
func afterWorkingDays(day time.Time, n int) time.Time {
	for ; ; day = day.AddDate(0, 0, 1) {
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			n--
		}
		if n == 0 {
			return day.AddDate(0, 0, 1)
		}
	}
}
