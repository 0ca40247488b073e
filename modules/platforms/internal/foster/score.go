package foster

import (
	"cmp"
	"math"
	"slices"
)

// Tally is what the points of several reviewers come to for one criterion.
type Tally struct {
	Code   string  `json:"code"`
	Mean   float64 `json:"mean" doc:"Of the reviewers' points"`
	Spread float64 `json:"spread" doc:"Standard deviation of the reviewers' points"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Share  float64 `json:"share" doc:"What it gives to the total"`
	Veto   bool    `json:"veto" doc:"The mean is below the minimum of the criterion"`
}

// Result is what the reviews of an application come to.
type Result struct {
	Reviews int     `json:"reviews" doc:"How many were submitted"`
	Total   float64 `json:"total" doc:"0 to 100, by the weights"`
	Spread  float64 `json:"spread" doc:"Standard deviation of the reviewers' totals"`
	Items   []Tally `json:"items" nullable:"false"`
	Veto    bool    `json:"veto" doc:"A criterion is below its minimum"`
	Passed  bool    `json:"passed" doc:"The total reaches the pass mark, and there is no veto"`
}

// Score adds up reviews. points[i][k] is what reviewer i gives by criterion k, from 0
// to its maximum. The total is the mean share of the points by the weights, as 0 to 100.
func Score(criteria []Criterion, points [][]float64, pass float64) Result {
	r := Result{Reviews: len(points), Items: []Tally{}}
	if len(points) == 0 {
		return r
	}
	weights := 0.0
	for _, c := range criteria {
		weights += c.Weight
	}
	totals := make([]float64, len(points))
	for k, c := range criteria {
		given := make([]float64, len(points))
		for i := range points {
			given[i] = points[i][k]
			totals[i] += share(c, given[i], weights)
		}
		t := Tally{Code: c.Code, Mean: mean(given), Spread: deviation(given), Low: slices.Min(given), High: slices.Max(given)}
		t.Share, t.Veto = share(c, t.Mean, weights), c.Min > 0 && below(t.Mean, c.Min)
		r.Veto = r.Veto || t.Veto
		r.Items = append(r.Items, t)
	}
	r.Total, r.Spread = mean(totals), deviation(totals)
	r.Passed = !r.Veto && !below(r.Total, pass)
	return r
}

func share(c Criterion, points, weights float64) float64 {
	if c.Max <= 0 || weights <= 0 {
		return 0
	}
	return 100 * c.Weight / weights * points / c.Max
}

// tiny is less than any two totals differ by that are not meant to be the same.
const tiny = 1e-9

func below(a, b float64) bool { return a < b-tiny }

func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

// deviation is the standard deviation of a sample; one value has none.
func deviation(list []float64) float64 {
	if len(list) < 2 {
		return 0
	}
	m, sum := mean(list), 0.0
	for _, v := range list {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(list)-1))
}

// Ranked is an application with its total, to be given a place.
type Ranked struct {
	ID    string
	Total float64
	Veto  bool
	Place int // from 1; those with the same total share it, and who has a veto has none
}

// Rank gives places by the totals, best first; those with a veto come last.
func Rank(list []Ranked) []Ranked {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Ranked) int {
		return cmp.Or(order(a.Veto, b.Veto), cmp.Compare(b.Total, a.Total), cmp.Compare(a.ID, b.ID))
	})
	for i := range list {
		switch {
		case list[i].Veto:
			list[i].Place = 0
		case i > 0 && !below(list[i].Total, list[i-1].Total):
			list[i].Place = list[i-1].Place
		default:
			list[i].Place = i + 1
		}
	}
	return list
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
