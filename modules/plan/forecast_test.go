package plan

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	began = time.Date(2026, 1, 1, 0, 0, 0, 0, cityTime())
	ends  = time.Date(2027, 1, 1, 0, 0, 0, 0, cityTime())
)

func daily(n int, v func(day int) float64) []point {
	var list []point
	for i := range n {
		list = append(list, point{began.AddDate(0, 0, i).UnixMilli(), v(i)})
	}
	return list
}

func aim(d direction, goal float64) target { return target{Direction: d, Goal: goal} }

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a), math.Abs(b)) }

func TestAStraightHistoryIsExtendedExactly(t *testing.T) {
	now := began.AddDate(0, 0, 100)
	f := forecast(daily(100, func(i int) float64 { return 10 + 2*float64(i) }), aim(atLeast, 700), defaultRules(), ends, now)
	if f.Value == nil || !near(*f.Value, 740) || !near(*f.Low, 740) || !near(*f.High, 740) || *f.Chance != 1 || *f.Error.MAPE != 0 {
		t.Fatalf("forecast %+v", f)
	}
	if *f.Error.LastValueMAPE == 0 {
		t.Error("repeating the last value cannot be exact on a slope")
	}
}

func TestForecastRefusesWhatItCannotSayHonestly(t *testing.T) {
	f := func(name string, history []point, now time.Time, want string) {
		t.Helper()
		got := forecast(history, aim(atLeast, 100), defaultRules(), ends, now)
		if got.Value != nil || got.Reason == nil || got.Reason.Code != want {
			t.Errorf("%s: %+v, want the reason %s", name, got, want)
		}
	}
	line := func(i int) float64 { return float64(i) }
	f("nothing", nil, began.AddDate(0, 0, 1), "short_history")
	f("four points", daily(4, line), began.AddDate(0, 0, 300), "short_history")
	f("a week for a year", daily(8, line), began.AddDate(0, 0, 8), "short_history")
	f("period over", daily(100, line), ends, "period_over")
}

func TestForecastIgnoresSingleOutliers(t *testing.T) {
	clean := func(i int) float64 { return 3 * float64(i) }
	spoilt := daily(60, clean)
	spoilt[20].v, spoilt[41].v = 1e6, -1e6
	now := began.AddDate(0, 0, 60)
	got := forecast(spoilt, aim(atLeast, 1000), defaultRules(), ends, now)
	if got.Value == nil || math.Abs(*got.Value-3*365) > 15 {
		t.Errorf("two outliers moved the forecast to %+v", got)
	}
}

// TestForecastKeepsItsProperties holds for any history: the interval contains
// the value, chances are chances, a higher goal is never likelier, and moving
// or stretching the history moves or stretches the forecast.
func TestForecastKeepsItsProperties(t *testing.T) {
	now := began.AddDate(0, 0, 120)
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		slope, noise := rnd.NormFloat64()*5, rnd.Float64()*40
		history := daily(40+rnd.IntN(80), func(i int) float64 { return 1000 + slope*float64(i) + noise*rnd.NormFloat64() })
		if seed%10 == 0 {
			for i := range history {
				history[i].v = 42
			}
		}
		goal := 1000 + rnd.NormFloat64()*1000
		f := forecast(history, aim(atLeast, goal), defaultRules(), ends, now)
		if f.Value == nil {
			t.Fatalf("seed %d: no forecast: %+v", seed, f.Reason)
		}
		for _, v := range []float64{*f.Value, *f.Low, *f.High, *f.Chance} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("seed %d: not finite: %+v", seed, f)
			}
		}
		if *f.Low > *f.Value || *f.Value > *f.High || *f.Chance < 0 || *f.Chance > 1 {
			t.Errorf("seed %d: %v in [%v, %v], chance %v", seed, *f.Value, *f.Low, *f.High, *f.Chance)
		}
		if higher := forecast(history, aim(atLeast, goal+100), defaultRules(), ends, now); *higher.Chance > *f.Chance {
			t.Errorf("seed %d: a higher goal is likelier", seed)
		}
		moved := make([]point, len(history))
		for i, p := range history {
			moved[i] = point{p.at, 3*p.v + 1e6}
		}
		m := forecast(moved, aim(atLeast, 3*goal+1e6), defaultRules(), ends, now)
		if *f.Low > 0 && (!near(*m.Value, 3**f.Value+1e6) || !near(*m.High, 3**f.High+1e6)) {
			t.Errorf("seed %d: moved and stretched forecast is %v, want %v", seed, *m.Value, 3**f.Value+1e6)
		}
	}
}

func TestEightyPercentIntervalHoldsAboutThatOften(t *testing.T) {
	now, inside := began.AddDate(0, 0, 200), 0
	const runs = 300
	for seed := range uint64(runs) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		history := daily(200, func(i int) float64 { return 5000 + 4*float64(i) + 60*rnd.NormFloat64() })
		actual := 5000 + 4*365 + 60*rnd.NormFloat64()
		f := forecast(history, aim(atLeast, 6000), defaultRules(), ends, now)
		if *f.Low <= actual && actual <= *f.High {
			inside++
		}
	}
	if share := float64(inside) / runs; share < 0.75 || share > 0.99 {
		t.Errorf("%.0f %% of the outcomes were inside the 80 %% interval", 100*share)
	}
}

func FuzzForecast(f *testing.F) {
	f.Add(int64(5), 1.0, 2.0, int16(30))
	f.Fuzz(func(t *testing.T, spacing int64, a, b float64, n int16) {
		if !finite(a) || !finite(b) || spacing < 0 || spacing > msPerDay*10 {
			return
		}
		var history []point
		for i := range int(n) % 300 {
			history = append(history, point{began.UnixMilli() + int64(i)*spacing, a + b*float64(i%7)})
		}
		got := forecast(history, aim(atLeast, a), defaultRules(), ends, began)
		if (got.Value == nil) == (got.Reason == nil) {
			t.Errorf("neither forecast nor reason, or both: %+v", got)
		}
		if got.Value != nil && (math.IsNaN(*got.Value) || math.IsNaN(*got.Chance)) {
			t.Errorf("not a number: %+v", got)
		}
	})
}

func BenchmarkForecast(b *testing.B) {
	history := daily(240, func(i int) float64 { return float64(i*i) + 50*math.Sin(float64(i)) })
	for b.Loop() {
		forecast(history, aim(atLeast, 1e5), defaultRules(), ends, began.AddDate(0, 0, 240))
	}
}
