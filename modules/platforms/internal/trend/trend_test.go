package trend

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

func is(v *float64, want float64) bool { return v != nil && near(*v, want) }

// Worked by hand: A grows from 100 to 110 to 121; B is there in months 0 and 2 only.
func TestGrowthComparesThoseThatReportedInBoth(t *testing.T) {
	p := Panel{"A": {0: 100, 1: 110, 2: 121}, "B": {0: 300, 2: 600}}
	x := p.Totals(3, 0, false)
	if !is(x[0].Value, 400) || !is(x[1].Value, 110) || x[1].Platforms != 1 || !is(x[1].Monthly, 10) || !is(x[2].Monthly, 10) || x[0].Monthly != nil || !is(x[2].Sum, 1231) {
		t.Errorf("%+v", x)
	}
	if m := p.Totals(3, 0, true)[2]; !is(m.Value, 360.5) {
		t.Errorf("mean %v", *m.Value)
	}
	y := Panel{"A": {0: 10, 1: 20, 12: 15, 13: 30}}
	x = y.Totals(14, 0, false)
	if !is(x[13].Yearly, 50) || !is(x[13].Sum, 45) || !is(x[13].SumYearly, 50) || x[11].Sum != nil || x[13].Monthly == nil {
		t.Errorf("%+v", x[13])
	}
	if x := y.Totals(14, 11, false)[1]; !is(x.Sum, 20) || x.SumYearly != nil {
		t.Errorf("a year begins in January: %+v", x)
	}
}

func TestALinkedSeriesIsOfTheSamePlatformsThroughout(t *testing.T) {
	p := Panel{"A": {0: 100, 1: 110, 2: 121}, "B": {2: 600, 3: 660}, "C": {1: 1, 2: 1.1, 3: 1.21}}
	p["A"][3] = 133.1
	s, first := p.Linked(4, false)
	if last := 133.1 + 660 + 1.21; first != 0 || len(s) != 4 || !near(s[3], last) || !near(s[2], last/1.1) || !near(s[1], last/1.21) || !near(s[0], last/1.331) {
		t.Errorf("%v from %d", s, first)
	}
	if s, first := (Panel{"A": {0: 5, 2: 6, 3: 0, 4: 7}}).Linked(5, false); first != 2 || len(s) != 3 || s[1] != 0 {
		t.Errorf("%v from %d", s, first)
	}
	if s, first := (Panel{"A": {0: 5}}).Linked(2, false); s != nil || first != 2 {
		t.Errorf("%v from %d", s, first)
	}
}

func seasonal(months int, of func(t int) float64) []float64 {
	y := make([]float64, months)
	for t := range y {
		y[t] = of(t)
	}
	return y
}

var factors = [Year]float64{80, 70, 95, 100, 105, 110, 100, 95, 105, 110, 115, 115}

func TestSeasonsAreFoundAgain(t *testing.T) {
	y := seasonal(30, func(t int) float64 { return 1000 * factors[(t+5)%Year] / 100 })
	s, ok := Decompose(y, 5)
	for m, want := range factors {
		if !ok || !s.Multiplicative || !near(s.Indices[m], want) {
			t.Fatalf("month %d: %+v", m, s)
		}
	}
	y = seasonal(24, func(t int) float64 { return 3*float64(t) + factors[t%Year] - 100 })
	y[0] = -20 // as it is: −20 + 0
	s, ok = Decompose(y, 0)
	for m, want := range factors {
		if !ok || s.Multiplicative || !near(s.Indices[m], want-100) {
			t.Fatalf("month %d: %+v", m, s)
		}
	}
	if _, ok := Decompose(y[:23], 0); ok {
		t.Error("seasons of less than two years")
	}
}

// Worked by hand with α = 0.5, β = 0.4, φ = 0.9 from level 8 and trend 2.
func TestSmoothingIsAsWorkedByHand(t *testing.T) {
	p := Parameters{0.5, 0.4, 0, 0.9}
	s, mse := p.smooth([]float64{10, 12}, state{level: 8, trend: 2})
	if !near(s.level, 11.778) || !near(s.trend, 1.7448) || !near(mse, 0.118568) {
		t.Errorf("%+v, %g", s, mse)
	}
	if a := p.ahead(s, 2); !near(a[0], 13.34832) || !near(a[1], 14.761608) {
		t.Errorf("%v", a)
	}
	// One season of −1 and the rest 0: the forecast of the first month is one lower, its error one greater.
	with := state{level: 8, trend: 2, seasons: make([]float64, Year)}
	with.seasons[0] = -1
	p.Gamma = 0.5
	s, _ = p.smooth([]float64{10}, with)
	if !near(s.level, 9.8+0.6) || !near(s.seasons[Year-1], -1+0.25*1.2) || s.seasons[0] != 0 {
		t.Errorf("%+v", s)
	}
}

func TestMethodsAreChosenByHowManyMonthsThereAre(t *testing.T) {
	for n, want := range map[int]Method{0: None, 5: None, 6: Drift, 11: Drift, 12: Holt, 29: Holt, 30: HoltWinters} {
		f := Extend(seasonal(n, func(t int) float64 { return 100 + 3*float64(t) }))
		if f.Method != want || (want == None) != (len(f.Steps) == 0) || f.Points != n {
			t.Errorf("%d months: %+v", n, f)
		}
		if want == None && f.Lacking != DriftLeast-n {
			t.Errorf("%d months: %d are said to be lacking", n, f.Lacking)
		}
	}
}

func TestWhatGoesOnIsForecastExactly(t *testing.T) {
	f := Extend([]float64{1, 2, 3, 4, 5, 6})
	if s := f.Steps[2]; s.Value != 9 || s.Low95 != 9 || s.High95 != 9 || !f.Beats || *f.All.MAE != 0 || !is(f.AllYardstick.MASE, (1+1+1+2+2+3)/6.0) {
		t.Errorf("%+v", f)
	}
	level := Extend(seasonal(48, func(t int) float64 { return 10 * factors[t%Year] }))
	for h, s := range level.Steps {
		if want := 10 * factors[h%Year]; math.Abs(s.Value-want) > 1e-6 || s.High95 < s.High80 || s.Low95 > s.Low80 {
			t.Errorf("%d ahead: %+v, want %g", h+1, s, want)
		}
	}
	if level.Beats {
		t.Error("nothing beats a yardstick that makes no error")
	}
}

func TestAForecastThatTheYardstickBeatsSaysSo(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	v := 1000.0
	walk := seasonal(15, func(int) float64 { v += 50 * chance.NormFloat64(); return v })
	f := Extend(walk)
	if f.Beats != (*f.All.MAE < *f.AllYardstick.MAE) || f.Yardstick != Naive {
		t.Errorf("%+v", f)
	}
	grows := Extend(seasonal(60, func(t int) float64 {
		return (1000 + 20*float64(t)) * factors[t%Year] / 100 * (1 + 0.01*chance.NormFloat64())
	}))
	if !grows.Beats || grows.All.MASE == nil || *grows.All.MASE >= 1 {
		t.Errorf("growth with seasons: %+v against %+v", *grows.All.MAE, *grows.AllYardstick.MAE)
	}
}

// For any series: everything is finite, intervals hold the value and widen, other units
// only change the units.
func TestForecastsKeepTheirProperties(t *testing.T) {
	for seed := range uint64(60) {
		chance := rand.New(rand.NewPCG(seed, 3))
		n, slope, noise := 6+chance.IntN(60), chance.NormFloat64()*10, chance.Float64()*50
		y := seasonal(n, func(t int) float64 {
			return math.Max(0, 1000+slope*float64(t)+3*(factors[t%Year]-100)+noise*chance.NormFloat64())
		})
		if seed%10 == 0 {
			for t := range y {
				y[t] = 7
			}
		}
		f := Extend(y)
		width := 0.0
		for h, s := range f.Steps {
			for _, v := range []float64{s.Value, s.Low80, s.High80, s.Low95, s.High95} {
				if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
					t.Fatalf("seed %d: %+v", seed, s)
				}
			}
			if s.Low95 > s.Low80 || s.Low80 > s.Value || s.Value > s.High80 || s.High80 > s.High95 || s.High95-s.Value < width-1e-6 {
				t.Fatalf("seed %d, %d ahead: %+v", seed, h+1, s)
			}
			width = s.High95 - s.Value
		}
		for t := range y {
			y[t] *= 1024 // no digit is lost by it
		}
		for h, s := range Extend(y).Steps {
			if !near(s.Value, 1024*f.Steps[h].Value) || !near(s.High80, 1024*f.Steps[h].High80) {
				t.Fatalf("seed %d: %+v in other units is %+v", seed, f.Steps[h], s)
			}
		}
	}
}

func TestEightyPercentIntervalsHoldAboutThatOften(t *testing.T) {
	inside, all := 0, 0
	for seed := range uint64(60) {
		chance := rand.New(rand.NewPCG(seed, 8))
		y := seasonal(72, func(t int) float64 {
			return 5000 + 10*float64(t) + 20*(factors[t%Year]-100) + 60*chance.NormFloat64()
		})
		for h, s := range Extend(y[:60]).Steps {
			if all++; s.Low80 <= y[60+h] && y[60+h] <= s.High80 {
				inside++
			}
		}
	}
	if share := float64(inside) / float64(all); share < 0.7 || share > 0.95 {
		t.Errorf("%.0f %% of what came was inside", 100*share)
	}
}

func FuzzExtend(f *testing.F) {
	f.Add(uint8(40), 1.0, 2.0, 0.0)
	f.Fuzz(func(t *testing.T, n uint8, a, b, c float64) {
		if math.IsNaN(a+b+c) || math.Abs(a)+math.Abs(b)+math.Abs(c) > 1e12 {
			return
		}
		y := seasonal(int(n)%130, func(t int) float64 { return a + b*float64(t) + c*factors[t%Year] })
		for _, s := range Extend(y).Steps {
			if math.IsNaN(s.Value) || math.IsNaN(s.High95) {
				t.Fatalf("not a number: %+v", s)
			}
		}
	})
}
