package check

import (
	"maps"
	"slices"
	"time"
)

// begun is when the platform began to report: what was back-filled from before
// was never due.
func (h History) begun() time.Time {
	var first time.Time
	for _, s := range h.Series {
		for _, p := range s.Points {
			if !p.ByHand && (first.IsZero() || p.First.Before(first)) {
				first = p.First
			}
		}
	}
	return first
}

// owed walks over the periods of a series that were due by now, from the first
// that was reported in time or came after the platform began to report.
func (s Series) owed(begun time.Time, due Calendar, now time.Time, visit func(at, due time.Time, p *Point)) {
	if len(s.Points) == 0 || begun.IsZero() {
		return
	}
	at, i := s.Points[0].At, 0
	for ; ; at = s.Grain.next(at) {
		limit := due(s.Grain, at)
		if limit.After(now) {
			return
		}
		for i < len(s.Points) && s.Points[i].At.Before(at) {
			i++
		}
		if limit.Before(begun) {
			continue
		}
		if i < len(s.Points) && s.Points[i].At.Equal(at) {
			visit(at, limit, &s.Points[i])
		} else {
			visit(at, limit, nil)
		}
	}
}

// Punctuality is how many values were due, came, and came in time.
type Punctuality struct{ Due, Received, OnTime int }

// Measure counts what was due from a time on: completeness is received over due,
// timeliness on time over due (ISO/IEC 25012:2008, 5.3.1.2 and 5.3.1.5).
func Measure(h History, due Calendar, since, now time.Time) Punctuality {
	var c Punctuality
	begun := h.begun()
	for _, s := range h.Series {
		s.owed(begun, due, now, func(_, limit time.Time, p *Point) {
			if limit.Before(since) {
				return
			}
			c.Due++
			if p != nil {
				c.Received++
				if !p.First.After(limit) {
					c.OnTime++
				}
			}
		})
	}
	return c
}

// missing finds periods that are due and have no value. Periods in which a
// platform sent nothing at all are one finding, not one for each indicator.
func missing(h History, due Calendar, now time.Time) []Finding {
	begun := h.begun()
	gaps := map[Grain]map[int64]int{Day: {}, Month: {}} // by the start of the period, in unix milliseconds
	had := map[Grain]map[int64]int{Day: {}, Month: {}}
	for _, s := range h.Series {
		s.owed(begun, due, now, func(at, _ time.Time, p *Point) {
			had[s.Grain][at.UnixMilli()]++
			if p == nil {
				gaps[s.Grain][at.UnixMilli()]++
			}
		})
	}
	whole := func(g Grain, at int64) bool { return had[g][at] >= 3 && 2*gaps[g][at] > had[g][at] }
	var list []Finding
	done := map[Grain]bool{}
	for _, s := range h.Series {
		if !done[s.Grain] {
			done[s.Grain] = true
			var silent []time.Time
			for at := range gaps[s.Grain] {
				if whole(s.Grain, at) {
					silent = append(silent, time.UnixMilli(at).In(s.Points[0].At.Location()))
				}
			}
			slices.SortFunc(silent, time.Time.Compare)
			list = append(list, runs(silent, Series{Grain: s.Grain, Points: s.Points})...)
		}
		var own []time.Time
		s.owed(begun, due, now, func(at, _ time.Time, p *Point) {
			if p == nil && !whole(s.Grain, at.UnixMilli()) {
				own = append(own, at)
			}
		})
		list = append(list, runs(own, s)...)
	}
	return list
}

// runs makes one finding of periods that follow each other.
func runs(periods []time.Time, s Series) []Finding {
	var list []Finding
	for from := 0; from < len(periods); {
		to := from
		for to+1 < len(periods) && s.Grain.next(periods[to]).Equal(periods[to+1]) {
			to++
		}
		n, w := to-from+1, Low
		switch {
		case n >= 7 || s.Grain == Month && n >= 2:
			w = High
		case n >= 2 || s.Grain == Month:
			w = Medium
		}
		list = append(list, Finding{
			Kind: Missing, Code: s.Code, At: periods[from], Until: periods[to], Severity: w,
			Figures: []Figure{{"periods", float64(n)}}, Curve: s.curve(periods[from], periods[to]),
		})
		from = to + 1
	}
	return list
}

// late finds platforms of which less than nine in ten values of the last 30 days
// (12 months) came in time.
func late(h History, due Calendar, now time.Time) []Finding {
	var n, behind float64
	var hours []float64
	var spots []Spot
	begun := h.begun()
	for _, s := range h.Series {
		since := now.AddDate(0, 0, -30)
		if s.Grain == Month {
			since = now.AddDate(-1, 0, 0)
		}
		s.owed(begun, due, now, func(at, limit time.Time, p *Point) {
			if p == nil || limit.Before(since) {
				return
			}
			n++
			if p.First.After(limit) {
				behind++
				hours = append(hours, p.First.Sub(limit).Hours())
			}
			if len(spots) < curveMost && s.Code == h.Series[0].Code {
				spots = append(spots, Spot{at.UnixMilli(), p.First.Sub(s.Grain.next(at)).Hours(), p.First.After(limit)})
			}
		})
	}
	if n < 7 || behind/n <= 0.1 {
		return nil
	}
	w := Low
	if behind/n > 0.5 {
		w = Medium
	}
	return []Finding{{
		Kind: Late, At: now, Until: now, Severity: w, Standing: true, Curve: spots,
		Figures: []Figure{{"due", n}, {"late", behind}, {"median_hours_late", median(hours)}},
	}}
}

// clockDays are looked at, and in how many of them a day must be off.
const (
	clockDays = 7
	clockMost = 5
)

// clock finds platforms whose days are not those of the calendar: in at least
// five of the last seven days the values of a day came before that day was over
// (ahead), or more than a day after its end, while they came sooner before
// (behind). What a person back-filled does not count.
func clock(h History) []Finding {
	days, lags := h.lags()
	before := len(days) - clockDays
	if before < 0 {
		return nil
	}
	var ahead, behind int
	for _, lag := range lags[before:] {
		if lag < -1 {
			ahead++
		}
		if lag >= 24 {
			behind++
		}
	}
	usual := 0.0
	if before > 0 {
		usual = median(lags[:before])
	}
	if ahead < clockMost && (behind < clockMost || usual >= 24) {
		return nil
	}
	spots := make([]Spot, 0, curveMost)
	for i := max(0, len(days)-curveMost); i < len(days); i++ {
		spots = append(spots, Spot{days[i].UnixMilli(), lags[i], i >= before && (lags[i] < -1 || lags[i] >= 24)})
	}
	return []Finding{{
		Kind: Clock, At: days[before], Until: days[len(days)-1], Severity: Medium, Standing: true, Curve: spots,
		Figures: []Figure{{"hours_after_day", median(lags[before:])}, {"usual_hours", usual}, {"days", float64(max(ahead, behind))}},
	}}
}

// lags are how many hours after the end of each day its first value came.
func (h History) lags() (days []time.Time, lags []float64) {
	first := map[int64]Point{}
	for _, s := range h.Series {
		if s.Grain != Day {
			continue
		}
		for _, p := range s.Points {
			if t, ok := first[p.At.UnixMilli()]; !p.ByHand && (!ok || p.First.Before(t.First)) {
				first[p.At.UnixMilli()] = p
			}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(first)) {
		p := first[at]
		days = append(days, p.At)
		lags = append(lags, p.First.Sub(p.At.AddDate(0, 0, 1)).Hours())
	}
	return days, lags
}

// flood finds days with at least 1,000 reports that are more than ten times the
// median of the 14 days before.
func flood(h History) []Finding {
	var list []Finding
	for i := 3; i < len(h.Reports); i++ {
		before := make([]float64, 0, 14)
		for _, c := range h.Reports[max(0, i-14):i] {
			before = append(before, c.N)
		}
		c, usual := h.Reports[i], median(before)
		if c.N < 1000 || c.N <= 10*usual {
			continue
		}
		spots := make([]Spot, 0, 60)
		for j, x := range h.Reports[max(0, i-45):min(len(h.Reports), i+15)] {
			spots = append(spots, Spot{x.At.UnixMilli(), x.N, j+max(0, i-45) == i})
		}
		list = append(list, Finding{Kind: Flood, At: c.At, Until: c.At, Severity: Medium, Curve: spots, Figures: []Figure{{"reports", c.N}, {"usual", usual}}})
	}
	return list
}

// refused makes one finding a day and indicator of values below zero, which the
// gate does not take.
func refused(h History) []Finding {
	type name struct {
		day  int64
		code string
	}
	seen := map[name]int{}
	var list []Finding
	for _, r := range h.Refused {
		year, month, day := r.At.Date()
		start := time.Date(year, month, day, 0, 0, 0, 0, r.At.Location())
		n := name{start.UnixMilli(), r.Code}
		if i, ok := seen[n]; ok {
			list[i].Figures[0].Value++
			continue
		}
		seen[n] = len(list)
		f := Finding{Kind: Negative, Code: r.Code, At: start, Until: start, Severity: Medium, Figures: []Figure{{"refused", 1}, {"value", r.Value}}}
		for _, s := range h.Series {
			if s.Code == r.Code {
				f.Curve = s.curve(start, start)
			}
		}
		list = append(list, f)
	}
	return list
}
