package check

import (
	"math"
)

// digits finds last digits that are not spread evenly: χ² against ten equal
// shares, beyond 33.72 (nine degrees of freedom, 1 in 10,000), over at least 50
// values of 1,000 and more that differ from the one before by 20 or more, so that
// one value does not tell the next. Beber and Scacco, What the Numbers Say: A
// Digit-Based Test for Election Fraud, Political Analysis 20 (2012) 211–234.
// Rounded figures are found by it too: their last digit is always 0.
func (s Series) digits() []Finding {
	var counts [10]float64
	n := 0.0
	for i, p := range s.Points {
		if p.Value < 1000 || p.Value != math.Trunc(p.Value) || p.Value > 1e15 {
			continue
		}
		if i > 0 && math.Abs(p.Value-s.Points[i-1].Value) < 20 {
			continue
		}
		counts[int64(p.Value)%10]++
		n++
	}
	if n < 50 {
		return nil
	}
	chi := 0.0
	most := 0
	for d, c := range counts {
		chi += (c - n/10) * (c - n/10) / (n / 10)
		if c > counts[most] {
			most = d
		}
	}
	if chi < 33.72 {
		return nil
	}
	f := s.finding(Digits, Low, 0, len(s.Points)-1, Figure{"chi_squared", chi}, Figure{"values", n}, Figure{"most_frequent_digit", float64(most)}, Figure{"its_share", counts[most] / n})
	f.Standing = true
	return []Finding{f}
}

// smoothPeriods are looked at for growth without noise.
const smoothPeriods = 30

// smooth finds growth that is too good: over the last 30 values, a straight line
// through the values or through their logarithms leaves less than one part in
// 100,000 of the variance, or the amounts a period of a counter vary by less than
// half of one per cent. Agreement that is too good is a sign of figures that were
// made: R. A. Fisher, Has Mendel's Work Been Rediscovered?, Annals of Science 1
// (1936) 115–137. The thresholds are ours.
func (s Series) smooth() []Finding {
	from := len(s.Points) - smoothPeriods
	if from < 0 {
		return nil
	}
	last := s.Points[from:]
	values, logs, amounts := make([]float64, smoothPeriods), make([]float64, smoothPeriods), make([]float64, 0, smoothPeriods)
	for i, p := range last {
		values[i], logs[i] = p.Value, logOf(p.Value)
		if i > 0 {
			amounts = append(amounts, p.Value-last[i-1].Value)
		}
	}
	if math.Abs(values[smoothPeriods-1]-values[0]) < 100 {
		return nil
	}
	left := min(unexplained(values), unexplained(logs))
	found := left < 1e-5
	if s.Nature == Counter {
		middle, deviation := mean(amounts)
		left = deviation / math.Abs(middle)
		found = left < 0.005
	}
	if !found {
		return nil
	}
	f := s.finding(Smooth, Medium, from, len(s.Points)-1, Figure{"left_over", left}, Figure{"values", smoothPeriods}, Figure{"first", values[0]}, Figure{"last", values[smoothPeriods-1]})
	f.Standing = true
	return []Finding{f}
}

func mean(values []float64) (mean, deviation float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / n
	}
	return mean, math.Sqrt(deviation)
}

// The cumulative sum's slack and limit, in spreads.
const (
	driftSlack = 0.5
	driftLimit = 12
	driftWeeks = 8 // that tell what is usual
)

// drift finds growth that changes and stays changed: the cumulative sum of weekly
// growth (of the logarithm), measured in robust spreads of the first eight weeks,
// at most three each, with slack 0.5 and limit 12. E. S. Page, Continuous
// Inspection Schemes, Biometrika 41 (1954) 100–115. Weeks take out weekends.
func (s Series) drift() []Finding {
	if s.Grain != Day || s.Nature == Flow || len(s.Points) < 7*(driftWeeks+4) {
		return nil
	}
	weeks := s.weeks()
	if len(weeks) < driftWeeks+3 {
		return nil
	}
	growth := make([]float64, len(weeks)-1)
	for i := range growth {
		growth[i] = weeks[i+1] - weeks[i]
	}
	usual, spread := center(growth[:driftWeeks])
	spread = max(spread, 0.005)
	var up, down float64
	began := [2]int{driftWeeks, driftWeeks}
	for i := driftWeeks; i < len(growth); i++ {
		z := max(-3, min(3, (growth[i]-usual)/spread))
		if up = max(0, up+z-driftSlack); up == 0 {
			began[0] = i + 1
		}
		if down = max(0, down-z-driftSlack); down == 0 {
			began[1] = i + 1
		}
		if up < driftLimit && down < driftLimit {
			continue
		}
		side := 0
		if down >= driftLimit {
			side = 1
		}
		from := len(s.Points) - 7*(len(weeks)-1-began[side])
		f := s.finding(Drift, Low, min(max(0, from), len(s.Points)-1), len(s.Points)-1,
			Figure{"cusum", max(up, down)}, Figure{"usual_weekly_growth", math.Expm1(usual)}, Figure{"weekly_growth", math.Expm1(growth[i])})
		f.Standing = true
		return []Finding{f}
	}
	return nil
}

// weeks are the logarithms of the means of seven values each, the newest last; of
// a counter, of what came in seven days.
func (s Series) weeks() []float64 {
	n := len(s.Points) / 7
	weeks := make([]float64, 0, n)
	first := len(s.Points) - 7*n
	for i := range n {
		part := s.Points[first+7*i : first+7*i+7]
		if s.Nature == Counter {
			if before := first + 7*i - 1; before >= 0 {
				weeks = append(weeks, logOf(part[6].Value-s.Points[before].Value))
			}
			continue
		}
		sum := 0.0
		for _, p := range part {
			sum += p.Value
		}
		weeks = append(weeks, logOf(sum/7))
	}
	return weeks
}
