package index

import (
	"math"
	"math/rand/v2"
	"slices"

	"linghang/modules/platforms/internal/weight"
)

// Bounds are what the chained level is within in nine of ten repetitions with weights a
// little off: each of a dimension and of an item moved by up to a fifth to either side.
type Bounds struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// bounds repeats the index with weights moved, the same ones in all months, and tells
// what each month stays within. The same definition and levels give the same bounds.
func (d Definition) bounds(months []Month) {
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable on purpose
	levels := make([][][]float64, len(months))
	for t, m := range months {
		levels[t] = d.scale(m)
	}
	seen := make([][]float64, len(months))
	for range weight.Repetitions {
		dimensions, items := d.moved(chance)
		for t := range months {
			sum := 0.0
			for j, of := range levels[t] {
				sum += dimensions[j] * dot(items[j], of)
			}
			seen[t] = append(seen[t], d.back(sum))
		}
	}
	for t := range months {
		m := &months[t]
		if m.Level.Chained == nil {
			continue
		}
		slices.Sort(seen[t])
		low, high := weight.Within(seen[t])
		if told(low) != nil && told(high) != nil {
			m.Bounds = &Bounds{min(low, *m.Level.Chained), max(high, *m.Level.Chained)}
		}
	}
}

// scale are the chained levels of items, by dimension, on the scale on which weighted
// means are sums; an item that cannot be told is 0, and so is one that weighs nothing.
func (d Definition) scale(m Month) [][]float64 {
	list := make([][]float64, len(m.Dimensions))
	for j, x := range m.Dimensions {
		list[j] = make([]float64, len(x.Items))
		for k, i := range x.Items {
			switch v := i.Level.Chained; {
			case v == nil || d.Dimensions[j].Items[k].Weight == 0:
			case d.Mean == Geometric:
				list[j][k] = math.Log(*v / 100)
			default:
				list[j][k] = *v
			}
		}
	}
	return list
}

// back is a weighted mean, as a level.
func (d Definition) back(sum float64) float64 {
	if d.Mean == Geometric {
		return 100 * math.Exp(sum)
	}
	return sum
}

// moved are weights a little off, of the dimensions and of the items of each.
func (d Definition) moved(chance *rand.Rand) (dimensions []float64, items [][]float64) {
	for _, x := range d.Dimensions {
		dimensions = append(dimensions, x.Weight)
		items = append(items, weight.Moved(itemWeights(x.Items), chance))
	}
	return weight.Moved(dimensions, chance), items
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for k := range a {
		sum += a[k] * b[k]
	}
	return sum
}
