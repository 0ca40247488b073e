package index

import (
	"maps"
	"math"
	"slices"
)

// Reported is what a platform reported of an item, by months from the base month on.
type Reported map[int]float64

// Panel is what platforms reported: by item, then by platform.
type Panel map[string]map[string]Reported

// Level is how far something has come since the base month, which is 100.
type Level struct {
	Chained *float64 `json:"chained" doc:"By the divisor method, over all platforms with figures; null: cannot be told"`
	Matched *float64 `json:"matched" doc:"Over platforms with figures in the base month and now; null: cannot be told"`
}

// ItemLevel is an item in a month, with what it was computed from.
type ItemLevel struct {
	Code        string   `json:"code"`
	Level       Level    `json:"level"`
	Sum         float64  `json:"sum" doc:"Over platforms with figures in this month and the one before"`
	Divisor     float64  `json:"divisor" doc:"Chained level = 100 × sum ÷ divisor"`
	Platforms   int      `json:"platforms" doc:"How many the sum counts"`
	MatchedSum  float64  `json:"matched_sum"`
	MatchedBase float64  `json:"matched_base" doc:"Matched level = 100 × matched_sum ÷ matched_base"`
	Matched     int      `json:"matched" doc:"How many the matched sum counts"`
	Carried     []string `json:"carried" nullable:"false" doc:"Platforms whose figure is that of the month before"`
	Entered     []string `json:"entered" nullable:"false" doc:"Platforms that count from the next month on"`
	Left        []string `json:"left" nullable:"false" doc:"Platforms that counted in the month before, and count no more"`
}

// DimensionLevel is a dimension in a month.
type DimensionLevel struct {
	Level   Level       `json:"level"`
	Without *float64    `json:"without" doc:"The chained level of the index without this dimension, the others keeping their proportions; null: cannot be told"`
	Items   []ItemLevel `json:"items" nullable:"false"`
}

// Month is the index in a month.
type Month struct {
	Level      Level            `json:"level"`
	Bounds     *Bounds          `json:"bounds" doc:"Of the chained level at other weights; null: cannot be told"`
	Dimensions []DimensionLevel `json:"dimensions" nullable:"false" doc:"As the definition has them"`
}

// Compute returns the index of so many months, the base month being the first. A
// definition is one that Check found nothing wrong with.
func Compute(d Definition, months int, p Panel) []Month {
	list := make([]Month, months)
	for t := range list {
		list[t].Dimensions = make([]DimensionLevel, len(d.Dimensions))
	}
	for j, x := range d.Dimensions {
		for _, i := range x.Items {
			for t, l := range itemLevels(i.Code, months, p[i.Code]) {
				list[t].Dimensions[j].Items = append(list[t].Dimensions[j].Items, l)
			}
		}
	}
	for t := range list {
		m := &list[t]
		var levels []Level
		var weights []float64
		for j, x := range d.Dimensions {
			m.Dimensions[j].Level = d.together(itemLevelsOf(m.Dimensions[j].Items), itemWeights(x.Items))
			levels, weights = append(levels, m.Dimensions[j].Level), append(weights, x.Weight)
		}
		m.Level = d.together(levels, weights)
		for j := range weights {
			others := slices.Clone(weights)
			others[j] = 0
			m.Dimensions[j].Without = d.together(levels, others).Chained
		}
	}
	d.bounds(list)
	return list
}

func itemLevelsOf(items []ItemLevel) (list []Level) {
	for _, i := range items {
		list = append(list, i.Level)
	}
	return list
}

func itemWeights(items []Item) (list []float64) {
	for _, i := range items {
		list = append(list, i.Weight)
	}
	return list
}

// together is the weighted mean of levels. Where one that weighs anything cannot be told,
// neither can the mean: leaving it out would change what the weights were agreed to be.
func (d Definition) together(levels []Level, weights []float64) Level {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	mean := func(of func(Level) *float64) *float64 {
		if total <= 0 {
			return nil
		}
		sum := 0.0
		if d.Mean == Geometric {
			sum = 1
		}
		for i, l := range levels {
			v := of(l)
			switch {
			case weights[i] == 0:
			case v == nil:
				return nil
			case d.Mean == Geometric:
				sum *= math.Pow(*v/100, weights[i]/total)
			default:
				sum += *v * weights[i] / total
			}
		}
		if d.Mean == Geometric {
			sum *= 100
		}
		return told(sum)
	}
	return Level{mean(func(l Level) *float64 { return l.Chained }), mean(func(l Level) *float64 { return l.Matched })}
}

func told(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// Counted is a platform's figure in a month, as it counts.
type Counted struct {
	Value   float64
	Carried bool // it is that of the month before
}

// Count tells what counts of a platform in a month: what it reported, or once what it
// reported in the month before. The base month counts what was reported in it only.
func (r Reported) Count(month int) (Counted, bool) {
	if v, ok := r[month]; ok {
		return Counted{v, false}, true
	}
	v, ok := r[month-1]
	return Counted{v, true}, ok && month > 0
}

// itemLevels are the levels of one item over months.
func itemLevels(code string, months int, of map[string]Reported) []ItemLevel {
	c := chain{of: of, ids: slices.Sorted(maps.Keys(of)), before: map[string]float64{}, base: map[string]float64{}}
	list := make([]ItemLevel, months)
	for t := range list {
		list[t] = c.month(code, t)
	}
	return list
}

// chain is an item on its way through the months.
type chain struct {
	of     map[string]Reported
	ids    []string // sums are the same whatever the order
	base   map[string]float64
	before map[string]float64 // what counted in the month before
	sample float64            // the sum over all of them
	// By which that sum is divided, so that who entered with it does not move the level; 0: it cannot be told.
	divisor float64
}

// month is the level of the next month.
func (c *chain) month(code string, t int) ItemLevel {
	x := ItemLevel{Code: code, Carried: []string{}, Entered: []string{}, Left: []string{}}
	now, sum, same := c.count(&x, t)
	switch {
	case t == 0:
		x.Divisor = sum
	case same > 0 && c.divisor > 0 && c.sample > 0:
		x.Divisor = c.divisor * same / c.sample
	}
	if x.Divisor > 0 {
		x.Level.Chained = told(100 * x.Sum / x.Divisor)
	}
	if x.MatchedBase > 0 {
		x.Level.Matched = told(100 * x.MatchedSum / x.MatchedBase)
	}
	c.before, c.sample, c.divisor = now, sum, 0
	if x.Sum > 0 {
		c.divisor = x.Divisor * sum / x.Sum
	}
	return x
}

// count adds up what counts in a month, and tells it with its sum, and with the sum a
// month ago over those that counted then too.
func (c *chain) count(x *ItemLevel, t int) (now map[string]float64, sum, same float64) {
	now = map[string]float64{}
	for _, id := range c.ids {
		v, ok := c.of[id].Count(t)
		was, counted := c.before[id]
		switch {
		case !ok && counted:
			x.Left = append(x.Left, id)
		case ok:
			now[id] = v.Value
			sum += v.Value
			x.add(c, id, v, t)
		}
		switch {
		case ok && (counted || t == 0):
			x.Sum += v.Value
			same += was
			x.Platforms++
		case ok:
			x.Entered = append(x.Entered, id)
		}
	}
	return now, sum, same
}

// add counts a platform for the matched level.
func (x *ItemLevel) add(c *chain, id string, v Counted, t int) {
	if t == 0 {
		c.base[id] = v.Value
	}
	if v.Carried {
		x.Carried = append(x.Carried, id)
	}
	if first, ok := c.base[id]; ok {
		x.MatchedSum += v.Value
		x.MatchedBase += first
		x.Matched++
	}
}
