package weight

import (
	"math"
	"slices"
)

// Scaling is how values of an item come to one scale, 0 to 100.
type Scaling string

// The scalings.
const (
	MinMax Scaling = "minmax" // the least is 0, the most 100
	ZScore Scaling = "zscore" // 50 is the mean, 16.67 points a standard deviation, cut at 0 and 100
	Order  Scaling = "place"  // share of the others that are worse, ties by half
)

// Place brings one value among the known ones, which are sorted, to 0 to 100.
func (s Scaling) Place(v float64, known []float64) float64 {
	low, high := known[0], known[len(known)-1]
	if high-low <= 1e-12*max(1, math.Abs(high)) {
		return 50 // all the same: neither good nor bad
	}
	switch s {
	case ZScore:
		mean, dev := moments(known)
		return min(max(50+(v-mean)/dev*50/3, 0), 100)
	case Order:
		first, _ := slices.BinarySearch(known, v)
		after, _ := slices.BinarySearchFunc(known, v, func(e, target float64) int {
			if e <= target {
				return -1
			}
			return 1
		})
		return 100 * (float64(first) + float64(after-first-1)/2) / float64(len(known)-1)
	default:
		return 100 * (v - low) / (high - low)
	}
}

func moments(known []float64) (mean, dev float64) {
	for _, v := range known {
		mean += v
	}
	mean /= float64(len(known))
	for _, v := range known {
		dev += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(dev / float64(len(known)))
}
