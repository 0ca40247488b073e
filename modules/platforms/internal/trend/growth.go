package trend

import (
	"maps"
	"slices"
)

// Year is how many months a year has.
const Year = 12

// Panel is what platforms reported: by platform, then by month.
type Panel map[string]map[int]float64

// Total is what platforms come to in a month.
type Total struct {
	Value     *float64 // sum or mean over those that reported; nil: nobody did
	Platforms int      // how many reported
	Monthly   *float64 // growth over the month before, per cent, of those that reported in both
	Yearly    *float64 // growth over the same month of the year before, of those that reported in both
	Sum       *float64 // since January, over all that reported; nil where a month is missing
	SumYearly *float64 // growth of that over the year before, of those that reported in all months of both
}

// Totals are the months of a panel; start is which month of the year the first one is,
// from 0. With mean a month is the mean of what was reported, else its sum.
func (p Panel) Totals(months, start int, mean bool) []Total {
	list := make([]Total, months)
	ids := slices.Sorted(maps.Keys(p))
	for t := range list {
		x := &list[t]
		sum := 0.0
		for _, id := range ids {
			if v, ok := p[id][t]; ok {
				sum += v
				x.Platforms++
			}
		}
		if x.Platforms > 0 {
			if mean {
				sum /= float64(x.Platforms)
			}
			x.Value = &sum
		}
		x.Monthly, x.Yearly = p.growth(ids, t-1, t, 1), p.growth(ids, t-Year, t, 1)
		january := t - (start+t)%Year
		x.Sum = cumulated(list, january, t)
		x.SumYearly = p.growth(ids, january-Year, january, t-january+1)
	}
	return list
}

func cumulated(list []Total, from, until int) *float64 {
	if from < 0 {
		return nil
	}
	sum := 0.0
	for _, x := range list[from : until+1] {
		if x.Value == nil {
			return nil
		}
		sum += *x.Value
	}
	return &sum
}

// growth compares so many months from one on with as many from another on, over
// platforms that reported in all of them, in per cent.
func (p Panel) growth(ids []string, from, to, months int) *float64 {
	if from < 0 {
		return nil
	}
	before, after := p.paired(ids, from, to, months)
	if before <= 0 {
		return nil
	}
	g := 100 * (after/before - 1)
	return &g
}

func (p Panel) paired(ids []string, from, to, months int) (before, after float64) {
	for _, id := range ids {
		a, b, whole := 0.0, 0.0, true
		for n := range months {
			v, known := p[id][from+n]
			w, also := p[id][to+n]
			a, b, whole = a+v, b+w, whole && known && also
		}
		if whole {
			before, after = before+a, after+b
		}
	}
	return before, after
}

// Linked is the series of a panel as if the platforms of the last month had reported
// throughout: it ends in what they come to and goes back by the growth of those that
// reported in both of two months. First is the month that it begins with; it begins
// where the link breaks: nobody reported in two months that follow each other, or those
// that did came to nothing while others came and went.
func (p Panel) Linked(months int, mean bool) (series []float64, first int) {
	totals := p.Totals(months, 0, mean)
	if months == 0 || totals[months-1].Value == nil {
		return nil, months
	}
	ids := slices.Sorted(maps.Keys(p))
	series = []float64{*totals[months-1].Value}
	scale := 1.0
	for t := months - 2; t >= 0 && totals[t].Value != nil; t-- {
		if !p.same(ids, t) {
			before, after := p.paired(ids, t, t+1, 1)
			if before <= 0 || after <= 0 {
				return series, t + 1
			}
			scale = series[0] * before / after / *totals[t].Value
		}
		series = slices.Insert(series, 0, *totals[t].Value*scale)
	}
	return series, months - len(series)
}

// same tells whether the same platforms reported in a month and in the one after.
func (p Panel) same(ids []string, t int) bool {
	for _, id := range ids {
		_, now := p[id][t]
		if _, then := p[id][t+1]; now != then {
			return false
		}
	}
	return true
}
