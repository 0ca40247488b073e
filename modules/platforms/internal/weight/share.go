package weight

import "math/rand/v2"

// Repetitions is how often what is told of doubt is computed again.
const Repetitions = 400

// Spread is how far weights are moved to either side to see what hangs on them.
const Spread = 0.2

// Moved are weights a little off, each by itself.
func Moved(w []float64, chance *rand.Rand) []float64 {
	off := make([]float64, len(w))
	for k, v := range w {
		off[k] = v * (1 - Spread + 2*Spread*chance.Float64())
	}
	return Shares(off)
}

// Within are the bounds that nine in ten of so many sorted results are within.
func Within[T any](sorted []T) (low, high T) {
	cut := len(sorted) / 20
	return sorted[cut], sorted[len(sorted)-1-cut]
}

// Capped lets no weight be above most: what is cut goes to the others in their
// proportion. most of 0, or one that cannot be kept, cuts nothing.
func Capped(w []float64, most float64) []float64 {
	if most <= 0 || most*float64(len(w)) < 1 {
		return w
	}
	w = append([]float64{}, w...)
	for range len(w) {
		over, under := 0.0, 0.0
		for k := range w {
			if w[k] > most+1e-12 {
				over += w[k] - most
				w[k] = most
			} else if w[k] < most-1e-12 {
				under += w[k]
			}
		}
		if over == 0 {
			break
		}
		if under == 0 {
			return even(w, most, over)
		}
		for k := range w {
			if w[k] < most-1e-12 {
				w[k] += over * w[k] / under
			}
		}
	}
	return w
}

// even hands what is left over to weights of nothing, in equal parts.
func even(w []float64, most, over float64) []float64 {
	rest := 0
	for _, v := range w {
		if v < most-1e-12 {
			rest++
		}
	}
	for k := range w {
		if w[k] < most-1e-12 {
			w[k] += over / float64(rest)
		}
	}
	return w
}

// Shares makes weights, one of which is above 0, add up to 1.
func Shares(w []float64) []float64 {
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	out := make([]float64, len(w))
	for k, v := range w {
		out[k] = v / sum
	}
	return out
}
