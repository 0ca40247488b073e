package check

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// ratioOf makes two indicators of n weeks from a Monday on: the other one is about
// level, the one follows it times what a week has in times, or 1.
func ratioOf(n int, level float64, times map[int]float64) History {
	own, with := make([]float64, 7*n), wave(7*n, level)
	for i := range own {
		t, ok := times[i/7]
		if !ok {
			t = 1
		}
		own[i] = math.Round(with[i] * 0.6 * t * (1 + 0.01*math.Sin(float64(i)*2.3)))
	}
	return History{Series: []Series{days("own", Gauge, 4, own...), days("with", Gauge, 4, with...)}} // 2026-01-05 is a Monday
}

func TestRatiosThatLeaveTheirPastAreFound(t *testing.T) {
	monday := func(week int) string { return cityStart.AddDate(0, 0, 4+7*week).Format("01-02") }
	weeks := func(from, to int, times float64) map[int]float64 {
		list := map[int]float64{}
		for i := from; i < to; i++ {
			list[i] = times
		}
		return list
	}
	for name, c := range map[string]struct {
		n     int
		level float64
		times map[int]float64
		want  string
	}{
		"as ever":                              {26, 5000, nil, "[]"},
		"a holiday of two weeks":               {26, 5000, weeks(15, 17, 0.6), "[]"},
		"three weeks":                          {26, 5000, weeks(15, 18, 0.6), fmt.Sprintf("[%s medium 3]", monday(15))},
		"for good":                             {26, 5000, weeks(15, 26, 1.6), fmt.Sprintf("[%s medium 11]", monday(15))},
		"threefold":                            {26, 5000, weeks(15, 26, 3.2), fmt.Sprintf("[%s high 11]", monday(15))},
		"by less than the bound":               {26, 5000, weeks(15, 26, 1.25), "[]"},
		"too little history":                   {11, 5000, weeks(7, 11, 2), "[]"},
		"just enough history":                  {11, 5000, weeks(8, 11, 2), fmt.Sprintf("[%s medium 3]", monday(8))},
		"small counts vary by themselves":      {26, 20, weeks(15, 26, 2), "[]"},
		"it left before what can be looked at": {26, 5000, weeks(6, 26, 2), "[]"},
		"there and back":                       {40, 5000, weeks(15, 30, 2), fmt.Sprintf("[%s medium 15]", monday(15))},
	} {
		t.Run(name, func(t *testing.T) {
			h := ratioOf(c.n, c.level, c.times)
			got := []string{}
			for _, f := range relations(h, []Pair{{"own", "with"}}, cityStart.AddDate(0, 0, 5+7*c.n)) {
				got = append(got, fmt.Sprintf("%s %s %g", f.At.In(zone).Format("01-02"), f.Severity, f.Figures[7].Value))
				if f.Until.Weekday() != time.Sunday || len(f.Sources) != 2 || !slices.ContainsFunc(f.Curve, func(s Spot) bool { return s.Bad }) {
					t.Errorf("until %s, sources %+v", f.Until, f.Sources)
				}
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("found %v, want %s", got, c.want)
			}
		})
	}
}

// A finding keeps its name while the past that it is judged by goes out of sight: it
// is found at the week in which it began, or not at all.
func TestARatioIsFoundAtTheWeekInWhichItLeft(t *testing.T) {
	h := ratioOf(40, 5000, map[int]float64{})
	for i := 20; i < 40; i++ {
		for d := range 7 {
			h.Series[0].Points[7*i+d].Value *= 2
		}
	}
	began := h.Series[0].Points[140].At
	for from := range 7 * 24 {
		seen := History{Series: []Series{h.Series[0], h.Series[1]}}
		for i := range seen.Series {
			seen.Series[i].Points = seen.Series[i].Points[from:]
		}
		list := relations(seen, []Pair{{"own", "with"}}, cityStart.AddDate(1, 0, 0))
		if len(list) > 1 || len(list) == 1 && !list[0].At.Equal(began) || len(list) == 0 && from < 7*(20-pairLeast) {
			t.Fatalf("from day %d on: %+v", from, list)
		}
	}
}

func TestFiguresAreComparedWithTheListOfTheirMonth(t *testing.T) {
	reported := make([]float64, 59)
	for i := range reported {
		reported[i] = 1000 + float64(i)
	}
	came := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 9, 0, 0, 0, zone) }
	for name, c := range map[string]struct {
		reported []float64
		came     time.Time
		n        float64
		want     string
	}{
		"about the same":                   {reported, came(2, 3), 1100, "[]"},
		"less than a tenth":                {reported, came(2, 3), 937, "[]"},
		"more is said":                     {reported, came(2, 3), 900, "[01-01..01-31 medium 1030 900]"},
		"twice as much is said":            {reported, came(2, 3), 400, "[01-01..01-31 high 1030 400]"},
		"less is said":                     {reported, came(2, 3), 1400, "[01-01..01-31 low 1030 1400]"},
		"the list came before the month's": {reported, came(1, 11), 500, "[01-01..01-11 high 1010 500]"},
		"few enterprises":                  {[]float64{3, 4, 5, 6, 7, 8, 12}, came(1, 7), 3, "[]"},
		"no figure in the last week":       {reported[:20], came(2, 3), 500, "[]"},
		"nothing reported":                 {nil, came(2, 3), 500, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			h := History{Series: []Series{days("ent_served", Gauge, 0, c.reported...)}, Lists: []Listing{{cityStart, c.came, c.n}}}
			got := []string{}
			for _, f := range served(h, "ent_served") {
				got = append(got, fmt.Sprintf("%s..%s %s %g %g", f.At.In(zone).Format("01-02"), f.Until.In(zone).Format("01-02"), f.Severity, f.Figures[0].Value, f.Figures[1].Value))
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("found %v, want %s", got, c.want)
			}
		})
	}
	h := History{Series: []Series{days("ent_served", Gauge, 0, reported...)}, Frame: &Listing{cityStart, came(1, 5), 1058}}
	if list := framed(h, "ent_served"); len(list) != 0 {
		t.Errorf("as many as the frame has: %+v", list)
	}
	h.Frame.N = 1057
	if list := framed(h, "ent_served"); len(list) != 1 || !list[0].Standing || list[0].Figures[0].Value != 1058 {
		t.Errorf("more than the frame has: %+v", list)
	}
}
