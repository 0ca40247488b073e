package weight

import "math"

// Few is below how many platforms entropy says little: one more or less changes the
// weights a lot.
const Few = 8

// Entropies are the entropies of items, 0 to 1: −Σ p·ln p ÷ ln n over the shares p of n
// values; 1 says that an item is the same for all. columns are the scaled values of each
// item, none below 0.
func Entropies(columns [][]float64) []float64 {
	e := make([]float64, len(columns))
	for k, column := range columns {
		e[k] = entropy(column)
	}
	return e
}

func entropy(column []float64) float64 {
	sum, low, high := 0.0, math.Inf(1), math.Inf(-1)
	for _, v := range column {
		sum += v
		low, high = min(low, v), max(high, v)
	}
	if len(column) < 2 || high-low < 1e-9 || sum <= 0 {
		return 1
	}
	e := 0.0
	for _, v := range column {
		if p := v / sum; p > 0 {
			e -= p * math.Log(p)
		}
	}
	return min(1, e/math.Log(float64(len(column))))
}

// ByEntropies weighs items by how much they tell platforms apart: (1 − e) ÷ Σ(1 − e). An
// item that is the same for all weighs nothing; where all are, they weigh the same.
func ByEntropies(entropies []float64) []float64 {
	w := make([]float64, len(entropies))
	total := 0.0
	for k, e := range entropies {
		w[k] = 1 - e
		total += w[k]
	}
	if total == 0 {
		for k := range w {
			w[k] = 1
		}
	}
	return Shares(w)
}
