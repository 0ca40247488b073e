package index

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linghang/modules/platforms/internal/weight"
)

// By is where the weights of a group come from: those of the dimensions, or of the items
// of one dimension.
type By string

// Where weights come from.
const (
	ByHand    By = "hand"
	ByEntropy By = "entropy"
	ByAHP     By = "ahp"
)

// Weighting is how the weights of a group come about.
type Weighting struct {
	By         By                 `json:"by" enum:"hand,entropy,ahp"`
	Judgements []weight.Judgement `json:"judgements,omitempty" maxItems:"20" doc:"Of the experts, for AHP"`
}

// Window is the months whose figures weights by entropy are computed from.
type Window struct {
	From  string `json:"from" maxLength:"7" doc:"The first month, as 2025-01"`
	Until string `json:"until" maxLength:"7" doc:"The last month, as 2025-12"`
}

// longest is how many months a window has at most.
const longest = 36

// Months returns the first moments of a window's first and last month in a place.
func (w Window) Months(in *time.Location) (from, until time.Time, err error) {
	from, err = time.ParseInLocation("2006-01", w.From, in)
	if err == nil {
		until, err = time.ParseInLocation("2006-01", w.Until, in)
	}
	if err != nil {
		return from, until, fmt.Errorf("read months of a window: %w", err)
	}
	return from, until, nil
}

func (w Window) wrong() (at, why string) {
	from, until, err := w.Months(time.UTC)
	switch {
	case err != nil:
		return "window", "say from which months weights by entropy come, as 2025-01 until 2025-12"
	case until.Before(from):
		return "window.until", "a month from the first month on"
	case !until.Before(from.AddDate(0, longest, 0)):
		return "window.until", "at most 36 months from the first month on"
	}
	return "", ""
}

// UsesEntropy reports whether weights of a definition come from figures.
func (d Definition) UsesEntropy() bool {
	return d.Weighting.By == ByEntropy || slices.ContainsFunc(d.Dimensions, func(x Dimension) bool { return x.Weighting.By == ByEntropy })
}

// Normal is a definition in one form: where nothing is said, weights come by hand, and
// what does not count is not there.
func (d Definition) Normal() Definition {
	d.Weighting = d.Weighting.normal()
	d.Dimensions = slices.Clone(d.Dimensions)
	for j := range d.Dimensions {
		d.Dimensions[j].Weighting = d.Dimensions[j].Weighting.normal()
	}
	if !d.UsesEntropy() {
		d.Window = Window{}
	}
	return d
}

func (w Weighting) normal() Weighting {
	if w.By == "" {
		w.By = ByHand
	}
	if w.By != ByAHP {
		w.Judgements = nil
	}
	return w
}

// Group is the weights of a group, and what they come from.
type Group struct {
	By        By               `json:"by" enum:"hand,entropy,ahp"`
	Weights   []float64        `json:"weights" nullable:"false" doc:"Per cent, adding up to 100, as the definition has the group"`
	Opinions  []weight.Opinion `json:"opinions" nullable:"false" doc:"Of the experts, for AHP"`
	Ratio     float64          `json:"ratio" doc:"Consistency ratio (CR) of all experts together, for AHP"`
	Entropies []float64        `json:"entropies" nullable:"false" doc:"0 to 1, for weights by entropy: 1 tells platforms apart in nothing"`
	Rows      int              `json:"rows" doc:"Platforms times months with figures of the whole group, for weights by entropy"`
	Platforms int              `json:"platforms" doc:"How many platforms these are of"`
	Few       bool             `json:"few" doc:"Fewer than 8 platforms: weights by entropy are unstable"`
}

// Weights are the weights that an index is computed with.
type Weights struct {
	Dimensions Group   `json:"dimensions"`
	Items      []Group `json:"items" nullable:"false" doc:"Of each dimension, as the definition has them"`
}

// Fewest is how many platforms weights by entropy come from at least: those of two tell
// of each of them.
const Fewest = 3

// TooFewError says that too few platforms have figures for weights by entropy.
type TooFewError struct {
	Codes     []string // of the group
	Platforms int      // that have figures of all of them in one month
}

func (e *TooFewError) Error() string {
	return fmt.Sprintf("%d platforms have figures of %s in one month; weights by entropy need %d", e.Platforms, strings.Join(e.Codes, ", "), Fewest)
}

// Weigh returns the weights of a definition that Check found nothing wrong with. p is
// what platforms reported in the months of its window, from the first on; a definition
// without weights by entropy needs none. The error is a TooFewError where the figures do
// not suffice.
func (d Definition) Weigh(p Panel) (Weights, error) {
	w := Weights{Items: make([]Group, len(d.Dimensions))}
	hand := make([]float64, len(d.Dimensions))
	for j, x := range d.Dimensions {
		hand[j] = x.Weight
		g, err := x.Weighting.weigh(itemWeights(x.Items), x.codes(), func(rows []row) [][]float64 { return scaled(x.codes(), p, rows) }, p)
		if err != nil {
			return w, err
		}
		w.Items[j] = g
	}
	g, err := d.Weighting.weigh(hand, d.Codes(), func(rows []row) [][]float64 { return d.scores(w, p, rows) }, p)
	w.Dimensions = g
	return w, err
}

// weigh returns the weights of one group: hand are those by hand, codes the indicators
// that the group needs, and columns their values on one scale.
func (x Weighting) weigh(hand []float64, codes []string, columns func([]row) [][]float64, p Panel) (Group, error) {
	g := Group{By: x.By, Opinions: []weight.Opinion{}, Entropies: []float64{}}
	switch x.By {
	case ByAHP:
		for _, j := range x.Judgements {
			o, err := weight.Weigh(j)
			if err != nil {
				return g, fmt.Errorf("weigh judgements: %w", err)
			}
			g.Opinions = append(g.Opinions, o)
		}
		joint, err := weight.Weigh(weight.Joint(x.Judgements))
		if err != nil {
			return g, fmt.Errorf("weigh judgements together: %w", err)
		}
		g.Weights, g.Ratio = percent(joint.Weights), joint.Ratio
	case ByEntropy:
		rows := complete(codes, p)
		g.Rows, g.Platforms = len(rows), platforms(rows)
		if g.Platforms < Fewest {
			return g, &TooFewError{codes, g.Platforms}
		}
		g.Few = g.Platforms < weight.Few
		g.Entropies = weight.Entropies(columns(rows))
		g.Weights = percent(weight.ByEntropies(g.Entropies))
	default:
		g.By, g.Weights = ByHand, slices.Clone(hand)
	}
	return g, nil
}

func percent(shares []float64) []float64 {
	for k := range shares {
		shares[k] *= 100
	}
	return shares
}

// row is a platform in a month of the window.
type row struct {
	id    string
	month int
}

// complete are the rows that have figures of all indicators, in order.
func complete(codes []string, p Panel) []row {
	var list []row
	for _, id := range slices.Sorted(maps.Keys(p[codes[0]])) {
		for _, month := range slices.Sorted(maps.Keys(p[codes[0]][id])) {
			lacks := func(code string) bool { _, ok := p[code][id][month]; return !ok }
			if !slices.ContainsFunc(codes, lacks) {
				list = append(list, row{id, month})
			}
		}
	}
	return list
}

func platforms(rows []row) int {
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r.id] = true
	}
	return len(seen)
}

// scaled are the values of indicators over rows, the least being 0 and the most 100.
func scaled(codes []string, p Panel, rows []row) [][]float64 {
	columns := make([][]float64, len(codes))
	for k, code := range codes {
		columns[k] = make([]float64, len(rows))
		for i, r := range rows {
			columns[k][i] = p[code][r.id][r.month]
		}
		columns[k] = onScale(columns[k])
	}
	return columns
}

// scores are the dimensions over rows: what their items come to by the items' weights,
// on the same scale again.
func (d Definition) scores(w Weights, p Panel, rows []row) [][]float64 {
	columns := make([][]float64, len(d.Dimensions))
	for j, x := range d.Dimensions {
		columns[j] = make([]float64, len(rows))
		for k, column := range scaled(x.codes(), p, rows) {
			for i, v := range column {
				columns[j][i] += v * w.Items[j].Weights[k] / 100
			}
		}
		columns[j] = onScale(columns[j])
	}
	return columns
}

func onScale(column []float64) []float64 {
	known := slices.Sorted(slices.Values(column))
	list := make([]float64, len(column))
	for i, v := range column {
		list[i] = weight.MinMax.Place(v, known)
	}
	return list
}

// Used is what of a panel weights by entropy are computed from.
func (d Definition) Used(p Panel) Panel {
	used := Panel{}
	add := func(w Weighting, codes []string) {
		if w.By != ByEntropy {
			return
		}
		for _, r := range complete(codes, p) {
			for _, code := range codes {
				if used[code] == nil {
					used[code] = map[string]Reported{}
				}
				if used[code][r.id] == nil {
					used[code][r.id] = Reported{}
				}
				used[code][r.id][r.month] = p[code][r.id][r.month]
			}
		}
	}
	for _, x := range d.Dimensions {
		add(x.Weighting, x.codes())
	}
	add(d.Weighting, d.Codes())
	return used
}

// With is a definition with weights in force.
func (d Definition) With(w Weights) Definition {
	d.Dimensions = slices.Clone(d.Dimensions)
	for j := range d.Dimensions {
		x := &d.Dimensions[j]
		x.Weight, x.Items = w.Dimensions.Weights[j], slices.Clone(x.Items)
		for k := range x.Items {
			x.Items[k].Weight = w.Items[j].Weights[k]
		}
	}
	return d
}

// Settled is a definition that Check found nothing wrong with, with the weights that do
// not hang on figures; those by entropy are 0 until figures are there.
func (d Definition) Settled() (Definition, error) {
	d = d.Normal()
	for j := range d.Dimensions {
		x := &d.Dimensions[j]
		w, err := x.Weighting.settled(itemWeights(x.Items))
		if err != nil {
			return d, err
		}
		x.Items = slices.Clone(x.Items)
		for k := range x.Items {
			x.Items[k].Weight = w[k]
		}
	}
	hand := make([]float64, len(d.Dimensions))
	for j, x := range d.Dimensions {
		hand[j] = x.Weight
	}
	w, err := d.Weighting.settled(hand)
	if err != nil {
		return d, err
	}
	for j := range d.Dimensions {
		d.Dimensions[j].Weight = w[j]
	}
	return d, nil
}

// settled are the weights of a group as far as they are known without figures; those by
// hand stay as they were written.
func (x Weighting) settled(hand []float64) ([]float64, error) {
	switch x.By {
	case ByEntropy:
		return make([]float64, len(hand)), nil
	case ByAHP:
		g, err := x.weigh(nil, nil, nil, nil)
		return g.Weights, err
	default:
		return hand, nil
	}
}
