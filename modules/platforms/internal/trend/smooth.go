package trend

import "math"

// Parameters of exponential smoothing.
type Parameters struct {
	Alpha float64 `json:"alpha" doc:"Of the level"`
	Beta  float64 `json:"beta" doc:"Of the trend"`
	Gamma float64 `json:"gamma" doc:"Of the seasons; 0 without"`
	Phi   float64 `json:"phi" doc:"By which the trend is damped each month"`
}

// state is where smoothing stands after a month.
type state struct {
	level, trend float64
	seasons      []float64 // of the twelve months to come; empty: none
}

// begin is the state before the first month, from the first two years, or, without
// seasons, from the first months.
func begin(y []float64, seasonal bool) state {
	if !seasonal {
		k := min(4, len(y)-1)
		slope := (y[k] - y[0]) / float64(k)
		return state{level: y[0] - slope, trend: slope}
	}
	first, second := mean(y[:Year]), mean(y[Year:2*Year])
	s := state{trend: (second - first) / Year, seasons: make([]float64, Year)}
	middle := float64(Year-1) / 2
	s.level = first - s.trend*(middle+1)
	for m := range s.seasons {
		a := y[m] - first - s.trend*(float64(m)-middle)
		b := y[Year+m] - second - s.trend*(float64(m)-middle)
		s.seasons[m] = (a + b) / 2
	}
	return s
}

func mean(y []float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	return sum / float64(len(y))
}

// smooth goes through a series and returns where it ends, and the mean squared error of
// the forecasts for one month that were made on the way.
func (p Parameters) smooth(y []float64, s state) (state, float64) {
	var ring [Year]float64
	seasonal := len(s.seasons) > 0
	copy(ring[:], s.seasons)
	squares := 0.0
	for t, v := range y {
		m := t % Year
		damped := p.Phi * s.trend
		e := v - (s.level + damped + ring[m])
		squares += e * e
		s.level += damped + p.Alpha*e
		s.trend = damped + p.Alpha*p.Beta*e
		if seasonal {
			ring[m] += p.Gamma * (1 - p.Alpha) * e
		}
	}
	if seasonal {
		s.seasons = make([]float64, Year)
		for h := range s.seasons {
			s.seasons[h] = ring[(len(y)+h)%Year]
		}
	}
	return s, squares / float64(len(y))
}

// ahead are the forecasts of so many months from a state.
func (p Parameters) ahead(s state, months int) []float64 {
	list := make([]float64, months)
	damp, sum := 1.0, 0.0
	for h := range list {
		damp *= p.Phi
		sum += damp
		list[h] = s.level + sum*s.trend
		if len(s.seasons) > 0 {
			list[h] += s.seasons[h%Year]
		}
	}
	return list
}

// fit finds the parameters that forecast the next month best throughout a series: the
// best of a coarse grid, then steps that halve from it. The trend is damped by 0.8 to
// 0.98, as is usual.
func fit(y []float64, seasonal bool) (Parameters, state) {
	s := begin(y, seasonal)
	gammas := []float64{0}
	if seasonal {
		gammas = []float64{0.05, 0.2, 0.5}
	}
	best, least := Parameters{}, math.Inf(1)
	try := func(p Parameters) {
		if _, e := p.smooth(y, s); e < least {
			best, least = p, e
		}
	}
	for _, a := range []float64{0.05, 0.2, 0.4, 0.6, 0.8, 0.95} {
		for _, b := range []float64{0.01, 0.1, 0.3, 0.6} {
			for _, g := range gammas {
				for _, f := range []float64{0.8, 0.9, 0.98} {
					try(Parameters{a, b, g, f})
				}
			}
		}
	}
	for step := 0.1; step > 0.002; step /= 2 {
		for _, d := range []float64{step, -step} {
			p := best
			try(Parameters{within(p.Alpha+d, 0.01, 0.99), p.Beta, p.Gamma, p.Phi})
			try(Parameters{p.Alpha, within(p.Beta+d, 0, 0.99), p.Gamma, p.Phi})
			try(Parameters{p.Alpha, p.Beta, p.Gamma, within(p.Phi+d, 0.8, 0.98)})
			if seasonal {
				try(Parameters{p.Alpha, p.Beta, within(p.Gamma+d, 0, 0.99), p.Phi})
			}
		}
	}
	end, _ := best.smooth(y, s)
	return best, end
}

func within(v, least, most float64) float64 { return min(max(v, least), most) }
