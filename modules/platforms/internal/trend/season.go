package trend

import "slices"

// SeasonLeast is how many months seasons are told of.
const SeasonLeast = 2 * Year

// Seasons are what months of the year are to the year.
type Seasons struct {
	Multiplicative bool          // indices are per cent of the year's mean; else they are added to it
	Indices        [Year]float64 // by month of the year, from January
	Months         int           // of the series that they are told of
}

// Decompose tells the seasons of a series; start is which month of the year the first
// value is, from 0. Series of values above 0 are decomposed by ratios, others by
// distances. It needs SeasonLeast values.
func Decompose(y []float64, start int) (Seasons, bool) {
	s := Seasons{Multiplicative: slices.Min(append([]float64{1}, y...)) > 0, Months: len(y)}
	if len(y) < SeasonLeast {
		return s, false
	}
	var sum, count [Year]float64
	for t := Year / 2; t+Year/2 < len(y); t++ {
		trend, m := centred(y, t), (start+t)%Year
		if s.Multiplicative {
			sum[m] += 100 * y[t] / trend
		} else {
			sum[m] += y[t] - trend
		}
		count[m]++
	}
	mean := 0.0
	for m := range s.Indices {
		s.Indices[m] = sum[m] / count[m]
		mean += s.Indices[m] / Year
	}
	for m := range s.Indices {
		if s.Multiplicative {
			s.Indices[m] *= 100 / mean
		} else {
			s.Indices[m] -= mean
		}
	}
	return s, true
}

// centred is the moving average of twelve months around one, the ends by half.
func centred(y []float64, t int) float64 {
	sum := y[t-Year/2]/2 + y[t+Year/2]/2
	for _, v := range y[t-Year/2+1 : t+Year/2] {
		sum += v
	}
	return sum / Year
}
