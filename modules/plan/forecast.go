package plan

import (
	"math"
	"slices"
	"time"
)

// point is a value of a target at a time.
type point struct {
	at int64 // unix milliseconds
	v  float64
}

// Reason says why, as a key for the web and the numbers that belong into its sentence.
type Reason struct {
	Code   string         `json:"code"`
	Params map[string]any `json:"params,omitempty"`
}

// Forecast is where a target will be at the end of its period if it goes on as
// it went, or the reason why that cannot be said honestly.
type Forecast struct {
	Method string   `json:"method" enum:"theil_sen,none"`
	Value  *float64 `json:"value"`
	Low    *float64 `json:"low" doc:"Lower end of the 80 % interval"`
	High   *float64 `json:"high" doc:"Upper end of the 80 % interval"`
	// Chance of reaching the goal by the end of the period.
	Chance *float64       `json:"chance" minimum:"0" maximum:"1"`
	At     *time.Time     `json:"at" doc:"End of the period, for which it is made"`
	Points int            `json:"points" doc:"Values that it stands on"`
	Days   float64        `json:"days" doc:"How long the history is"`
	Error  *ForecastError `json:"error,omitempty"`
	Reason *Reason        `json:"reason,omitempty" doc:"Why there is no forecast"`
}

// ForecastError is how far the method was off when it had to forecast the known past.
type ForecastError struct {
	MAPE          *float64 `json:"mape" doc:"Mean absolute percentage error; none when the past is all zero"`
	LastValueMAPE *float64 `json:"last_value_mape" doc:"The same for repeating the last value"`
	HorizonDays   float64  `json:"horizon_days" doc:"How far ahead the trials looked"`
	Trials        int      `json:"trials"`
}

const (
	forecastPoints = 60  // more are thinned: pairs grow with the square
	forecastLeast  = 5   // fewer say nothing about a slope
	forecastDays   = 7   // a shorter history is noise
	forecastShare  = 0.1 // and so is one below this share of what lies ahead
	normal80       = 1.2816
	msPerDay       = 24 * 3600 * 1000
)

func refused(code string, params map[string]any) Forecast {
	return Forecast{Method: "none", Reason: &Reason{code, params}}
}

// forecast extends the history, which is in the order of time, to the end. The
// line is that of Theil and Sen (the median of the slopes between all pairs),
// which single outliers cannot bend. Its interval is Sen's for the slope, and
// never narrower than the error that the method made on the known past, grown
// with the square root of the distance.
func forecast(history []point, t target, r rules, end, now time.Time) Forecast {
	if !now.Before(end) {
		return refused("period_over", map[string]any{"ended": dayOf(end.Add(-time.Millisecond))})
	}
	points := thin(history, forecastPoints)
	n := len(points)
	days := 0.0
	if n > 0 {
		days = float64(points[n-1].at-points[0].at) / msPerDay
	}
	ahead := end.Sub(now).Hours() / 24
	if need := max(forecastDays, forecastShare*ahead); n < forecastLeast || days < need {
		f := refused("short_history", map[string]any{"points": n, "points_needed": forecastLeast, "days": round(days, 1), "days_needed": math.Ceil(need)})
		f.Points, f.Days = n, days
		return f
	}
	l := fit(points)
	x := float64(end.UnixMilli()-points[n-1].at) / msPerDay
	trial := backtest(points)
	value := l.level + l.slope*x
	half := max((l.slopeHigh-l.slopeLow)/2*(x+days/2), l.spread)
	if trial.horizon > 0 {
		half = max(half, trial.typical*math.Sqrt(max(1, x/trial.horizon)))
	}
	low, high := value-half, value+half
	if least := slices.MinFunc(points, func(a, b point) int { return compare(a.v, b.v) }); least.v >= 0 {
		value, low, high = max(0, value), max(0, low), max(0, high)
	}
	chance := t.chance(value, half/normal80, r)
	f := Forecast{Method: "theil_sen", Value: &value, Low: &low, High: &high, Chance: &chance, At: &end, Points: len(history), Days: round(days, 1)}
	if trial.trials > 0 {
		f.Error = &ForecastError{MAPE: trial.mape, LastValueMAPE: trial.naive, HorizonDays: round(trial.horizon, 2), Trials: trial.trials}
	}
	return f
}

// chance that a value around the forecast reaches the goal, if it strays normally.
func (t target) chance(value, deviation float64, r rules) float64 {
	distance := value - t.need(r)
	if t.Direction == atMost {
		distance = t.Goal - value
	}
	if deviation <= 0 {
		if t.met(value, r) {
			return 1
		}
		return 0
	}
	return 0.5 * math.Erfc(-distance/deviation/math.Sqrt2)
}

// line is a fitted line; x is days from the last point.
type line struct {
	slope, level        float64
	slopeLow, slopeHigh float64 // Sen's 80 % interval
	spread              float64 // 80 % of the residuals stay within it
}

// fit needs two points at least, at different times.
func fit(points []point) line {
	n := len(points)
	last := points[n-1].at
	slopes := make([]float64, 0, n*(n-1)/2)
	for i, a := range points {
		for _, b := range points[i+1:] {
			if b.at > a.at {
				slopes = append(slopes, (b.v-a.v)/(float64(b.at-a.at)/msPerDay))
			}
		}
	}
	slices.Sort(slopes)
	l := line{slope: middle(slopes)}
	// Kendall's variance gives the ranks of the slopes that bound the interval.
	count := float64(len(slopes))
	reach := normal80 * math.Sqrt(float64(n*(n-1)*(2*n+5))/18)
	l.slopeLow = slopes[max(0, int(math.Floor((count-reach)/2)))]
	l.slopeHigh = slopes[min(len(slopes)-1, int(math.Ceil((count+reach)/2)))]
	levels := make([]float64, n)
	for i, p := range points {
		levels[i] = p.v - l.slope*float64(p.at-last)/msPerDay
	}
	slices.Sort(levels)
	l.level = middle(levels)
	off := make([]float64, n)
	for i, v := range levels {
		off[i] = math.Abs(v - l.level)
	}
	l.spread = quantile(off, 0.8)
	return l
}

type trials struct {
	trials      int
	horizon     float64 // days, the middle one
	typical     float64 // 80 % of the errors stay within it
	mape, naive *float64
}

// backtest lets the method forecast parts of the known past from what was
// known before them: up to twelve origins in the second half of the history,
// each looking a quarter of the history ahead.
func backtest(points []point) trials {
	n := len(points)
	step := max(1, n/4)
	var off, horizons, relative, naive []float64
	for origin := max(forecastLeast-1, n/2); origin+step <= n; origin += max(1, n/24) {
		seen, actual := points[:origin], points[origin+step-1]
		l := fit(seen)
		last := seen[origin-1]
		x := float64(actual.at-last.at) / msPerDay
		e := math.Abs(l.level + l.slope*x - actual.v)
		off, horizons = append(off, e), append(horizons, x)
		if actual.v != 0 {
			relative = append(relative, e/math.Abs(actual.v))
			naive = append(naive, math.Abs(last.v-actual.v)/math.Abs(actual.v))
		}
	}
	t := trials{trials: len(off)}
	if t.trials == 0 {
		return t
	}
	slices.Sort(horizons)
	t.horizon, t.typical = middle(horizons), quantile(off, 0.8)
	t.mape, t.naive = percent(relative), percent(naive)
	return t
}

func percent(shares []float64) *float64 {
	if len(shares) == 0 {
		return nil
	}
	total := 0.0
	for _, s := range shares {
		total += s
	}
	v := round(100*total/float64(len(shares)), 2)
	return &v
}

// thin keeps the newest value of each of so many equal stretches of time.
func thin(points []point, keep int) []point {
	if len(points) <= keep {
		return points
	}
	first, last := points[0].at, points[len(points)-1].at
	width := float64(last-first)/float64(keep) + 1
	var list []point
	stretch := -1
	for _, p := range points {
		s := int(float64(p.at-first) / width)
		if s == stretch {
			list[len(list)-1] = p
			continue
		}
		list, stretch = append(list, p), s
	}
	return list
}

func middle(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return sorted[n/2-1]/2 + sorted[n/2]/2
}

// quantile sorts values and returns the one below which the share lies.
func quantile(values []float64, share float64) float64 {
	slices.Sort(values)
	return values[min(len(values)-1, int(share*float64(len(values))))]
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
