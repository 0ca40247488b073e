package check

import (
	"maps"
	"math"
	"slices"
	"time"
)

// Pair says that an indicator goes along with another one: their ratio stays about
// what it was.
type Pair struct{ Code, With string }

// Listing is how many enterprises a list of a month has.
type Listing struct {
	Month time.Time // its start, in the zone in which days begin
	Came  time.Time
	N     float64
}

// How far back a ratio's past goes, and how it is left.
const (
	pairLeast = 8  // weeks that tell what is usual, at least
	pairPast  = 12 // and at most
	pairWeeks = 3  // in a row that are off
	pairDays  = 5  // of a week that both indicators need
	pairTimes = 1.3
)

// week is a calendar week of a pair: means of a day, of counters of what came in.
type week struct {
	at        time.Time // Monday
	own, with float64
}

// ratio is the logarithm of how many of the one come to one of the other.
func (w week) ratio() float64 { return math.Log(w.own / w.with) }

// floor is the least spread that a week is measured against: two per cent, and what
// the counting itself gives (Poisson) to the logarithm of a ratio of two counts.
func (w week) floor() float64 { return max(0.02, math.Sqrt(1/w.own+1/w.with)) }

// usual is what ratios of the weeks before were.
type usual struct{ middle, spread float64 }

func usualOf(weeks []week) usual {
	ratios := make([]float64, len(weeks))
	for i, w := range weeks {
		ratios[i] = w.ratio()
	}
	middle, spread := center(ratios)
	return usual{middle, spread}
}

func (u usual) bound(w week) float64 {
	return max(spikeScore*max(u.spread, w.floor()), math.Log(pairTimes))
}

// off is on which side a week is out of bounds, or 0.
func (u usual) off(w week) int {
	switch away := w.ratio() - u.middle; {
	case away > u.bound(w):
		return 1
	case away < -u.bound(w):
		return -1
	default:
		return 0
	}
}

// relations finds ratios of two indicators that leave their own past: in three
// calendar weeks and more that follow a usual one, the logarithm of the ratio of the
// weekly means is more than six robust spreads (Iglewicz and Hoaglin 1993, section 3),
// and by a factor of more than 1.3, off the median of the 12 weeks before, of which 8
// are needed. The spread is at least two per cent and what counting gives. Three weeks,
// so that a holiday is none. The factor and the weeks are ours. A week counts when it
// is over and has five days of both; values below zero and unit slips do not count.
func relations(h History, pairs []Pair, now time.Time) []Finding {
	byCode := map[string]Series{}
	for _, s := range h.Series {
		if s.Grain == Day {
			byCode[s.Code] = s.plain()
		}
	}
	var list []Finding
	for _, p := range pairs {
		own, with := byCode[p.Code], byCode[p.With]
		list = append(list, departures(p, together(own, with, now))...)
	}
	return list
}

// plain is a series without what other checks doubt of single values.
func (s Series) plain() Series {
	_, below := s.negatives()
	clean := s.without(below)
	_, slipped := clean.units()
	return clean.without(slipped)
}

// together are the weeks that are over and in which both were reported.
func together(a, b Series, now time.Time) []week {
	own, with := a.weekly(), b.weekly()
	var list []week
	for _, at := range slices.Sorted(maps.Keys(own)) {
		monday := own[at].at
		x, y := own[at].mean(), with[at].mean()
		if x > 0 && y > 0 && !monday.AddDate(0, 0, 7).After(now) {
			list = append(list, week{monday, x, y})
		}
	}
	return list
}

// weekSum adds up the days of a week.
type weekSum struct {
	at     time.Time
	sum, n float64
}

func (w weekSum) mean() float64 {
	if w.n < pairDays {
		return 0
	}
	return w.sum / w.n
}

// weekly adds up a daily series by calendar weeks, by their Mondays in unix milliseconds.
func (s Series) weekly() map[int64]weekSum {
	weeks := map[int64]weekSum{}
	for i, p := range s.Points {
		v := p.Value
		if s.Nature == Counter {
			if i == 0 || !s.Grain.next(s.Points[i-1].At).Equal(p.At) || v < s.Points[i-1].Value {
				continue
			}
			v -= s.Points[i-1].Value
		}
		monday := p.At.AddDate(0, 0, -(int(p.At.Weekday())+6)%7)
		w := weeks[monday.UnixMilli()]
		weeks[monday.UnixMilli()] = weekSum{monday, w.sum + v, w.n + 1}
	}
	return weeks
}

// departures are the weeks of a pair that leave its past; the way back to what was
// usual before is none.
func departures(p Pair, weeks []week) []Finding {
	var list []Finding
	var before *usual
	for i := pairLeast; i+pairWeeks <= len(weeks); i++ {
		past := usualOf(weeks[max(0, i-pairPast):i])
		side := past.off(weeks[i])
		if side == 0 || past.off(weeks[i-1]) != 0 {
			continue // as usual, or it left before these weeks
		}
		if before != nil && before.off(weeks[i]) == 0 {
			continue
		}
		to := i
		for to+1 < len(weeks) && past.off(weeks[to+1]) == side {
			to++
		}
		if to-i+1 < pairWeeks {
			continue
		}
		list = append(list, past.departure(p, weeks, i, to))
		before, i = &past, to
	}
	return list
}

// departure is the finding about weeks from one place to another.
func (u usual) departure(p Pair, weeks []week, from, to int) Finding {
	var own, with, ratios []float64
	for _, w := range weeks[from : to+1] {
		own, with, ratios = append(own, w.own), append(with, w.with), append(ratios, w.ratio())
	}
	now := median(ratios)
	first, last := weeks[from], weeks[to].at.AddDate(0, 0, 6)
	f := Finding{
		Kind: Relation, Code: p.Code, Other: p.With, At: first.at, Until: last, Severity: Medium,
		Figures: []Figure{
			{"own", median(own)},
			{"with", median(with)},
			{"ratio", math.Exp(now)},
			{"usual_ratio", math.Exp(u.middle)},
			{"ratio_times", math.Exp(now - u.middle)},
			{"ratio_bound", math.Exp(u.bound(first))},
			{"ratio_score", (now - u.middle) / max(u.spread, first.floor())},
			{"weeks", float64(to - from + 1)},
		},
		Sources: []Source{
			{Figure: "own", From: Reported, Code: p.Code, At: first.at.UnixMilli(), Until: last.UnixMilli()},
			{Figure: "with", From: Reported, Code: p.With, At: first.at.UnixMilli(), Until: last.UnixMilli()},
		},
	}
	if math.Abs(now-u.middle) > math.Log(3) {
		f.Severity = High
	}
	for i, w := range weeks[max(0, to+1-curveMost):] {
		place := i + max(0, to+1-curveMost)
		f.Curve = append(f.Curve, Spot{w.at.UnixMilli(), w.own / w.with, place >= from && place <= to})
	}
	return f
}

// How far a figure may be from the list that the same platform handed in.
const (
	listShare = 0.1
	listLeast = 10 // enterprises
	listDays  = 7  // before the end of the month, or the day it came, that are looked back for a figure
)

// served finds months in which the enterprises that a platform says it serves are not
// those of the list that it handed in of the month, each of them once: the figure of the
// month's last day (of the day on which the list came, when that was sooner; at most a
// week before) is more than a tenth and more than 10 enterprises off the list. Both
// bounds are ours: a list is made on another day than the figure.
func served(h History, code string) []Finding {
	s := h.of(code)
	var list []Finding
	for _, l := range h.Lists {
		end := l.Month.AddDate(0, 1, -1)
		if l.Came.Before(end) {
			end = l.Came
		}
		p, ok := s.newest(end)
		if !ok || p.At.Before(l.Month) || p.At.Before(end.AddDate(0, 0, -listDays)) {
			continue
		}
		off := p.Value - l.N
		if math.Abs(off) <= max(listShare*l.N, listLeast) {
			continue
		}
		w := Low
		switch {
		case off > 0 && p.Value >= 2*l.N:
			w = High
		case off > 0:
			w = Medium
		}
		list = append(list, Finding{
			Kind: Served, Code: code, At: l.Month, Until: p.At, Severity: w, Curve: s.curve(p.At, p.At),
			Figures: []Figure{{"reported", p.Value}, {"listed", l.N}, {"off_share", off / max(l.N, 1)}, {"share_bound", listShare}},
			Sources: []Source{
				{Figure: "reported", From: Reported, Code: code, At: p.At.UnixMilli(), Until: p.At.UnixMilli()},
				{Figure: "listed", From: FromList, At: l.Month.UnixMilli(), Until: l.Month.AddDate(0, 1, -1).UnixMilli(), Came: l.Came.UnixMilli()},
			},
		})
	}
	return list
}

// framed finds a platform that says it serves more enterprises than the newest frame of
// the city has. A frame leaves out enterprises that are small or elsewhere: these are
// what there may be to explain.
func framed(h History, code string) []Finding {
	s := h.of(code)
	if h.Frame == nil || len(s.Points) == 0 {
		return nil
	}
	p := s.Points[len(s.Points)-1]
	if p.Value <= h.Frame.N {
		return nil
	}
	return []Finding{{
		Kind: Framed, Code: code, At: p.At, Until: p.At, Severity: Low, Standing: true, Curve: s.curve(p.At, p.At),
		Figures: []Figure{{"reported", p.Value}, {"frame", h.Frame.N}},
		Sources: []Source{
			{Figure: "reported", From: Reported, Code: code, At: p.At.UnixMilli(), Until: p.At.UnixMilli()},
			{Figure: "frame", From: FromFrame, At: h.Frame.Month.UnixMilli(), Until: h.Frame.Month.AddDate(0, 1, -1).UnixMilli(), Came: h.Frame.Came.UnixMilli()},
		},
	}}
}

// of is the series of an indicator, empty when there is none.
func (h History) of(code string) Series {
	for _, s := range h.Series {
		if s.Code == code {
			return s.plain()
		}
	}
	return Series{}
}

// newest is the last point until a time.
func (s Series) newest(until time.Time) (Point, bool) {
	i, found := slices.BinarySearchFunc(s.Points, until, func(p Point, t time.Time) int { return p.At.Compare(t) })
	if found {
		return s.Points[i], true
	}
	if i == 0 {
		return Point{}, false
	}
	return s.Points[i-1], true
}
