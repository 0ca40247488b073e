package check

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// judge runs every check over a city and returns what is found, by platform.
func judge(city []History) map[string][]Finding {
	found := map[string][]Finding{}
	prints := make([]Print, len(city))
	for i, h := range city {
		found[h.Platform] = Platform(h, rules, dueAt, cityNow)
		prints[i] = PrintOf(h)
	}
	for platform, list := range Copied(prints) {
		found[platform] = append(found[platform], list...)
	}
	return found
}

func names(found map[string][]Finding) []string {
	var list []string
	for platform, findings := range found {
		for _, f := range findings {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", platform, f.Kind, f.Code, f.Other, f.At.In(zone).Format("01-02"))))
		}
	}
	slices.Sort(list)
	return list
}

func TestPlantedFaultsAreFound(t *testing.T) {
	if *update {
		writeFixture(t)
	}
	clean := names(judge(readCity(t, "")))
	// What each fault gives, beside what the clean city gives by chance.
	for fault, want := range map[string][]string{
		"missing day":                {"p01 missing   05-01"},
		"frozen value":               {"p02 frozen user_dau  05-31"},
		"copy of another platform":   {"p03 copy  p04 05-11"},
		"unit change by 1,000":       {"p05 unit data_points  05-21"},
		"double sending":             {"p06 duplicate   05-22"},
		"clock a day off":            {"p07 clock   06-25"},
		"negative counter":           {"p08 negative data_volume  05-16"},
		"reset":                      {"p09 reset data_volume  05-06"},
		"spike":                      {"p10 jump ent_active_90d  05-25"},
		"slow drift":                 {"p11 drift user_reg"},
		"fabricated growth":          {"p12 smooth dev_connected"},
		"one tenant flooding":        {"p01 flood   06-21"},
		"devices without data":       {"p02 relation dev_active_30d dev_connected"},
		"more served than listed":    {"p03 served ent_served  04-01"},
		"more served than there are": {"p04 frame ent_served"},
	} {
		t.Run(fault, func(t *testing.T) {
			var more []string
			for _, n := range names(judge(readCity(t, fault))) {
				if !slices.Contains(clean, n) {
					more = append(more, n)
				}
			}
			t.Log(strings.Join(more, "\n"))
			for _, w := range want {
				if !slices.ContainsFunc(more, func(n string) bool { return strings.HasPrefix(n, w) }) {
					t.Errorf("not found: %s; found %q", w, more)
				}
			}
		})
	}
}

// The clean city gives few alarms; how many is stated here and in the guide.
func TestFalseAlarmsOfCleanCitiesAreRare(t *testing.T) {
	kinds, total, months := map[Kind]int{}, 0, 0.0
	for seed := range uint64(20) {
		for _, list := range judge(cleanCity(seed + 1)) {
			for _, f := range list {
				kinds[f.Kind]++
				total++
			}
		}
		months += cityPlatforms * float64(cityDays) / 30
	}
	t.Logf("%d false alarms in %.0f months of platforms: %.3f a month; by kind %v", total, months, float64(total)/months, kinds)
	// The weekend in the holiday, of the two platforms that are used least at weekends.
	want := []string{"p09 jump user_dau  02-21", "p11 jump user_dau  02-21"}
	if got := names(judge(readCity(t, ""))); !slices.Equal(got, want) {
		t.Errorf("the fixture without faults gives %q, want %q", got, want)
	}
	if rate := float64(total) / months; rate > 0.05 {
		t.Errorf("%.3f false alarms a month and platform", rate)
	}
}

// days makes a series of values from a day on, each received three hours after its day.
func days(code string, nature Nature, from int, values ...float64) Series {
	s := Series{Code: code, Nature: nature}
	for i, v := range values {
		at := cityStart.AddDate(0, 0, from+i)
		s.Points = append(s.Points, Point{At: at, Value: v, First: at.AddDate(0, 0, 1).Add(3 * time.Hour)})
	}
	return s
}

// wave makes n values that move.
func wave(n int, level float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.Round(level * (1 + 0.02*math.Sin(float64(i)*1.7) + 0.001*float64(i)))
	}
	return values
}

func TestChecksOfOnePlatform(t *testing.T) {
	at := func(d int) time.Time { return cityStart.AddDate(0, 0, d) }
	months := func(code string, values ...float64) Series {
		s := Series{Code: code, Nature: Gauge, Grain: Month}
		for i, v := range values {
			m := cityStart.AddDate(0, i, 0)
			s.Points = append(s.Points, Point{At: m, Value: v, First: m.AddDate(0, 1, 2)})
		}
		return s
	}
	byHand := days("a", Gauge, 0, wave(40, 5000)...)
	for i := range 20 {
		byHand.Points[i].First, byHand.Points[i].ByHand = at(30), true
	}
	byHand.Points = append(byHand.Points[:5:5], byHand.Points[8:]...)
	tardy, ahead := days("a", Gauge, 0, wave(40, 5000)...), days("a", Gauge, 0, wave(40, 5000)...)
	for i := 20; i < 40; i++ {
		tardy.Points[i].First = tardy.Points[i].First.Add(10 * time.Hour)
		ahead.Points[i].First = ahead.Points[i].First.AddDate(0, 0, -1)
	}
	rounded := wave(90, 90000)
	for i := range rounded {
		rounded[i] = math.Round(rounded[i]/10) * 10
	}
	for name, c := range map[string]struct {
		h    History
		now  time.Time
		want string
	}{
		"nothing":                        {History{}, at(40), ""},
		"what was due is there":          {History{Series: []Series{days("a", Gauge, 0, wave(40, 5000)...)}}, at(40).Add(7 * time.Hour), ""},
		"not due yet":                    {History{Series: []Series{days("a", Gauge, 0, wave(40, 5000)...)}}, at(41).Add(5 * time.Hour), ""},
		"yesterday is due":               {History{Series: []Series{days("a", Gauge, 0, wave(40, 5000)...)}}, at(41).Add(7 * time.Hour), "missing a 02-10..02-10 low"},
		"a week is missing":              {History{Series: []Series{days("a", Gauge, 0, wave(40, 5000)...)}}, at(47).Add(7 * time.Hour), "missing a 02-10..02-16 high"},
		"a month is missing":             {History{Series: []Series{months("m", 10, 12, 15)}}, cityStart.AddDate(0, 4, 9), "missing m 04-01..04-01 medium"},
		"gaps before one reported":       {History{Series: []Series{byHand}}, at(40), ""},
		"later than due":                 {History{Series: []Series{tardy}}, at(40), "late  02-10..02-10 medium"},
		"days before they are over":      {History{Series: []Series{ahead}}, at(40), "clock  02-03..02-09 medium"},
		"last digits are always 0":       {History{Series: []Series{days("a", Gauge, 0, rounded...)}}, at(90), "digits a 01-01..03-31 low"},
		"a day exceeds its month":        {History{Series: []Series{days("user_dau", Gauge, 28, 90, 130, 120, 90), months("user_mau", 100)}}, at(32), "identity user_dau 01-30..01-31 high"},
		"a month exceeds its last day":   {History{Series: []Series{months("user_mau", 100), days("user_reg", Gauge, 28, 90, 95, 99)}}, at(31), "identity user_mau 01-01..01-01 high"},
		"refused below zero, once a day": {History{Refused: []Refusal{{at(3), "a", -4}, {at(3).Add(time.Hour), "a", -4}}}, at(4), "negative a 01-04..01-04 medium"},
		"a percentage as a share":        {History{Series: []Series{days("r", Ratio, 0, 92, 93, 0.92, 91)}}, at(4), "unit r 01-03..01-03 high"},
		"ten thousands":                  {History{Series: []Series{days("g", Gauge, 0, 51000, 5.2, 5.3, 52500)}}, at(4), "unit g 01-02..01-03 high"},
		"growth of a hundredfold":        {History{Series: []Series{days("g", Gauge, 0, 51, 5100, 5200)}}, at(3), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range Platform(c.h, rules, dueAt, c.now) {
				got = append(got, fmt.Sprintf("%s %s %s..%s %s", f.Kind, f.Code, f.At.In(zone).Format("01-02"), f.Until.In(zone).Format("01-02"), f.Severity))
				if len(f.Figures) == 0 {
					t.Errorf("%s has no figures", f.Kind)
				}
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("found %q, want %q", strings.Join(got, ", "), c.want)
			}
		})
	}
}

func TestPunctualityCountsWhatWasDue(t *testing.T) {
	s := days("a", Gauge, 0, wave(40, 5000)...)
	s.Points[39].First = s.Points[39].First.AddDate(0, 0, 1)
	s.Points = append(s.Points[:30:30], s.Points[32:]...)
	now := cityStart.AddDate(0, 0, 41).Add(time.Hour)
	if c := Measure(History{Series: []Series{s}}, dueAt, now.AddDate(0, 0, -30), now); c != (Punctuality{Due: 30, Received: 28, OnTime: 27}) {
		t.Errorf("counted %+v", c)
	}
}

// BenchmarkCity judges twelve platforms of 15 indicators over half a year.
func BenchmarkCity(b *testing.B) {
	city := cleanCity(1)
	for b.Loop() {
		judge(city)
	}
}
