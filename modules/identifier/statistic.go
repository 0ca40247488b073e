package identifier

import (
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// statisticDays is how many days are counted together at the most.
const statisticDays = 366

// period is days of China's time, both of them counted.
type period struct{ From, To time.Time }

// periodOf reads a period; by default it is the thirty days that end today.
func periodOf(from, to string, now time.Time) (p period, err error) {
	p.To = startOf(now)
	if to != "" {
		if p.To, err = time.ParseInLocation(time.DateOnly, to, chinaTime()); err != nil {
			return p, fault.New(fault.Invalid, "identifier.period", "%q is no day", to).At("query.to", "as 2026-01-31")
		}
	}
	p.From = p.To.AddDate(0, 0, -29)
	if from != "" {
		if p.From, err = time.ParseInLocation(time.DateOnly, from, chinaTime()); err != nil {
			return p, fault.New(fault.Invalid, "identifier.period", "%q is no day", from).At("query.from", "as 2026-01-01")
		}
	}
	if p.From.After(p.To) || p.days() > statisticDays {
		return p, fault.New(fault.Invalid, "identifier.period", "a period has 1 to %d days", statisticDays).At("query.from", "choose a day up to the last, at most %d days before it", statisticDays-1)
	}
	return p, nil
}

// startOf is when the day of a time begins.
func startOf(t time.Time) time.Time {
	y, m, d := t.In(chinaTime()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, chinaTime())
}

func (p period) days() int { return int(p.To.Sub(p.From)/(24*time.Hour)) + 1 }

// first and last are the names of the days at both ends.
func (p period) first() string { return dayOf(p.From) }
func (p period) last() string  { return dayOf(p.To) }

// end is when the last day is over.
func (p period) end() time.Time { return p.To.AddDate(0, 0, 1) }

// total is what was asked of all chosen nodes within the period.
type total struct {
	Kind string `json:"kind" enum:"resolution,registration"`
	CountView
}

// dayView is one day of the curves.
type dayView struct {
	Day            string  `json:"day"`
	At             int64   `json:"at" doc:"When the day began, milliseconds since 1970"`
	Resolutions    int64   `json:"resolutions"`
	Resolved       int64   `json:"resolved"`
	Registrations  int64   `json:"registrations" doc:"Requests to register or change"`
	Registered     int64   `json:"registered"`
	ResolutionMs   float64 `json:"resolution_ms" doc:"Mean"`
	RegistrationMs float64 `json:"registration_ms" doc:"Mean"`
	Identifiers    int64   `json:"identifiers" doc:"That there are, of those registered up to the end of the day"`
	Added          int64   `json:"added" doc:"Of these, registered on the day"`
}

// busyNode is a node with what it was asked.
type busyNode struct {
	ID        string    `json:"id"`
	Prefix    string    `json:"prefix"`
	Name      lang.Text `json:"name"`
	Requests  int64     `json:"requests"`
	Succeeded int64     `json:"succeeded"`
}

// statistics are the numbers of chosen nodes within a period.
type statistics struct {
	From      string     `json:"from"`
	To        string     `json:"to"`
	Nodes     int64      `json:"nodes" doc:"That were counted"`
	Totals    []total    `json:"totals" nullable:"false" doc:"None of a kind that was not asked for"`
	Days      []dayView  `json:"days" nullable:"false"`
	Busiest   []busyNode `json:"busiest" nullable:"false" doc:"The ten nodes with the most resolutions"`
	Synthetic bool       `json:"synthetic" doc:"Nodes of the demonstration are among them"`
	Sources   bool       `json:"sources" doc:"The caller may read from which addresses was asked"`
}

// fill makes the list of days complete, and puts what was counted where it belongs.
func (s *statistics) fill(p period, counts []dayCount, before int64, added map[string]int64) {
	place := map[string]int{}
	for at := p.From; !at.After(p.To); at = at.AddDate(0, 0, 1) {
		day := dayOf(at)
		before += added[day]
		place[day] = len(s.Days)
		s.Days = append(s.Days, dayView{Day: day, At: at.UnixMilli(), Added: added[day], Identifiers: before})
	}
	for _, c := range counts {
		i, ok := place[c.Day]
		if !ok {
			continue
		}
		d := &s.Days[i]
		if c.Kind == registrations {
			d.Registrations, d.Registered, d.RegistrationMs = c.Requests, c.Succeeded, c.MeanMs
			continue
		}
		d.Resolutions, d.Resolved, d.ResolutionMs = c.Requests, c.Succeeded, c.MeanMs
	}
}
