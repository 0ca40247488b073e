package trend

import "math"

// Method is how a series is extended.
type Method string

// The methods.
const (
	HoltWinters   Method = "holt_winters"   // damped trend, additive seasons
	Holt          Method = "holt"           // damped trend
	Drift         Method = "drift"          // the last value, and the mean change of a month
	SeasonalNaive Method = "seasonal_naive" // a yardstick: the same month of the year before
	Naive         Method = "naive"          // a yardstick: the last value
)

// How many months methods need, the known past being forecast among them.
const (
	WintersLeast = 2*Year + 6
	HoltLeast    = 12
	DriftLeast   = 6
)

// Horizon is how many months are forecast.
const Horizon = 12

// mostOrigins bounds from how many months of the past forecasts are tried.
const mostOrigins = 36

// Step is the forecast of a month.
type Step struct {
	Value          float64 `json:"value"`
	Low80          float64 `json:"low80"`
	High80         float64 `json:"high80"`
	Low95          float64 `json:"low95"`
	High95         float64 `json:"high95"`
	Errors         Errors  `json:"errors" doc:"Of this method, so many months ahead"`
	Yardstick      Errors  `json:"yardstick" doc:"Of the yardstick, from the same months"`
	Extrapolated   bool    `json:"extrapolated" doc:"Too few trials looked so far ahead: the interval grows with the square root of the distance"`
	YardstickValue float64 `json:"yardstick_value" doc:"What the yardstick says"`
}

// Errors are of forecasts of the known past.
type Errors struct {
	Trials int      `json:"trials"`
	MAE    *float64 `json:"mae" doc:"Mean absolute error"`
	MAPE   *float64 `json:"mape" doc:"Mean absolute error in per cent; null: a value is 0"`
	MASE   *float64 `json:"mase" doc:"Mean absolute error by that of the naive forecast of one month (with seasons: of one year); null: nothing ever changed"`
}

// Forecast is where a series goes, with the errors that were made in the past.
type Forecast struct {
	Method       Method     `json:"method" enum:"holt_winters,holt,drift,none"`
	Yardstick    Method     `json:"yardstick" enum:"seasonal_naive,naive,none"`
	Parameters   Parameters `json:"parameters" doc:"Zeros for a drift"`
	Points       int        `json:"points" doc:"Months that it stands on"`
	Lacking      int        `json:"lacking" doc:"Months that are missing for any forecast"`
	LackingNext  int        `json:"lacking_next" doc:"Months that are missing for the next better method; 0: it is the best"`
	Steps        []Step     `json:"steps" nullable:"false"`
	All          Errors     `json:"all" doc:"Of all trials"`
	AllYardstick Errors     `json:"all_yardstick"`
	Beats        bool       `json:"beats" doc:"Its mean absolute error is below that of the yardstick"`
}

// None is no method.
const None Method = "none"

// choice is a method with what it needs.
type choice struct {
	method, yardstick Method
	least             int // months that it is fitted to at least
	next              int // months that the next better method needs
}

func choose(points int) (choice, bool) {
	switch {
	case points >= WintersLeast:
		return choice{HoltWinters, SeasonalNaive, 2 * Year, 0}, true
	case points >= Year+6:
		return choice{Holt, SeasonalNaive, Year, WintersLeast}, true
	case points >= HoltLeast:
		return choice{Holt, Naive, 8, WintersLeast}, true
	case points >= DriftLeast:
		return choice{Drift, Naive, 3, HoltLeast}, true
	}
	return choice{None, None, 0, DriftLeast}, false
}

// ahead are a method's forecasts of the months after a series.
func (m Method) ahead(y []float64, months int) ([]float64, Parameters) {
	last := y[len(y)-1]
	list := make([]float64, months)
	switch m {
	case HoltWinters, Holt:
		p, s := fit(y, m == HoltWinters)
		return p.ahead(s, months), p
	case Drift:
		step := (last - y[0]) / float64(len(y)-1)
		for h := range list {
			list[h] = last + step*float64(h+1)
		}
	case SeasonalNaive:
		for h := range list {
			list[h] = y[len(y)-Year+h%Year]
		}
	default:
		for h := range list {
			list[h] = last
		}
	}
	return list, Parameters{}
}

// Extend forecasts a series by the best method that it has months for.
func Extend(y []float64) Forecast {
	c, ok := choose(len(y))
	f := Forecast{Method: c.method, Yardstick: c.yardstick, Points: len(y), Steps: []Step{}, LackingNext: max(0, c.next-len(y))}
	if !ok {
		f.Lacking, f.LackingNext = DriftLeast-len(y), 0
		return f
	}
	floor := math.Inf(-1)
	if least(y) >= 0 {
		floor = 0 // counts do not fall below nothing
	}
	own, yard := trials(y, c, floor)
	scale := naiveError(y, c.yardstick)
	values, parameters := c.method.ahead(y, Horizon)
	naive, _ := c.yardstick.ahead(y, Horizon)
	f.Parameters = parameters
	spread, reach := 0.0, 0
	var all, allYard []trial
	for h := range Horizon {
		s := Step{Value: max(values[h], floor), YardstickValue: naive[h], Errors: errorsOf(own[h], scale), Yardstick: errorsOf(yard[h], scale)}
		if len(own[h]) >= fewestTrials || h == 0 {
			spread, reach = max(spread, rootMeanSquare(own[h])), h+1 // what is farther is not surer
		} else {
			s.Extrapolated = true
		}
		sigma := spread * math.Sqrt(float64(h+1)/float64(reach))
		s.Low80, s.High80 = max(s.Value-normal80*sigma, floor), s.Value+normal80*sigma
		s.Low95, s.High95 = max(s.Value-normal95*sigma, floor), s.Value+normal95*sigma
		f.Steps = append(f.Steps, s)
		all, allYard = append(all, own[h]...), append(allYard, yard[h]...)
	}
	f.All, f.AllYardstick = errorsOf(all, scale), errorsOf(allYard, scale)
	f.Beats = f.All.MAE != nil && *f.All.MAE < *f.AllYardstick.MAE
	return f
}

// Quantiles of the normal distribution, for intervals of 80 and 95 %.
const (
	normal80 = 1.2816
	normal95 = 1.96
)

// fewestTrials is how many trials an interval is taken from.
const fewestTrials = 3

// trial is what was forecast of the known past, and what came.
type trial struct{ forecast, actual float64 }

// trials forecast each month of the known past from what was known before it, by how
// many months ahead they looked.
func trials(y []float64, c choice, floor float64) (own, yard [Horizon][]trial) {
	for origin := max(c.least, len(y)-mostOrigins); origin < len(y); origin++ {
		n := min(Horizon, len(y)-origin)
		a, _ := c.method.ahead(y[:origin], n)
		b, _ := c.yardstick.ahead(y[:origin], n)
		for h := range n {
			own[h] = append(own[h], trial{max(a[h], floor), y[origin+h]})
			yard[h] = append(yard[h], trial{b[h], y[origin+h]})
		}
	}
	return own, yard
}

func errorsOf(list []trial, scale float64) Errors {
	e := Errors{Trials: len(list)}
	if len(list) == 0 {
		return e
	}
	sum, relative, zero := 0.0, 0.0, false
	for _, x := range list {
		off := math.Abs(x.forecast - x.actual)
		sum += off
		if zero = zero || x.actual == 0; !zero {
			relative += off / math.Abs(x.actual)
		}
	}
	n := float64(len(list))
	mae, mape, mase := sum/n, 100*relative/n, sum/n/scale
	e.MAE = &mae
	if !zero {
		e.MAPE = &mape
	}
	if scale > 0 {
		e.MASE = &mase
	}
	return e
}

// naiveError is the mean absolute error of repeating what was a month, or a year, ago.
func naiveError(y []float64, yardstick Method) float64 {
	back := 1
	if yardstick == SeasonalNaive {
		back = Year
	}
	sum := 0.0
	for t := back; t < len(y); t++ {
		sum += math.Abs(y[t] - y[t-back])
	}
	return sum / float64(len(y)-back)
}

func rootMeanSquare(list []trial) float64 {
	sum := 0.0
	for _, x := range list {
		sum += (x.forecast - x.actual) * (x.forecast - x.actual)
	}
	return math.Sqrt(sum / float64(len(list)))
}

func least(y []float64) float64 {
	v := math.Inf(1)
	for _, x := range y {
		v = min(v, x)
	}
	return v
}
