package check

import (
	"math"
	"slices"
)

// center returns the median of values and their spread: the median absolute
// deviation times 1.4826, which is the standard deviation of normal values.
// Iglewicz and Hoaglin, How to Detect and Handle Outliers, ASQC 1993, section 3.
func center(values []float64) (middle, spread float64) {
	if len(values) == 0 {
		return 0, 0
	}
	middle = median(values)
	off := make([]float64, len(values))
	for i, v := range values {
		off[i] = math.Abs(v - middle)
	}
	return middle, 1.4826 * median(off)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// logOf is the logarithm of a count, which may be 0.
func logOf(v float64) float64 { return math.Log1p(max(v, 0)) }

// unchanged returns how large a share of the steps of a series leave its value as
// it is, leaving out the steps from one place to another; with one of each kind
// added, so that it is never 0 or 1 (the rule of succession).
func (s Series) unchanged(from, to int) float64 {
	still, all := 1.0, 2.0
	for i := 1; i < len(s.Points); i++ {
		if i > from && i <= to {
			continue
		}
		all++
		if s.Points[i].Value == s.Points[i-1].Value {
			still++
		}
	}
	return still / all
}

// moves tells whether the value is mostly another one in the next period.
func (s Series) moves() bool {
	return len(s.Points) >= 5 && s.unchanged(0, 0) < 0.35
}

// correlation of two samples (Pearson); 0 when one of them does not vary.
func correlation(a, b []float64) float64 {
	n := float64(len(a))
	var ma, mb float64
	for i := range a {
		ma += a[i] / n
		mb += b[i] / n
	}
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// unexplained is the share of the variance of values that a straight line over
// their places leaves: 1 − R² of the least squares.
func unexplained(values []float64) float64 {
	places := make([]float64, len(values))
	for i := range places {
		places[i] = float64(i)
	}
	r := correlation(places, values)
	return 1 - r*r
}
