package criterion

import (
	"fmt"
	"math"
	"time"
)

// freshYears is how old a figure may be: one of 2024 counts until the end of 2026.
const freshYears = 2

// Yearly is an amount of a year, or a band of it.
type Yearly struct {
	Year  int
	Value Range
}

// Given is what an enterprise's profile says, as facts are made of it.
type Given struct {
	Industry, District, Size, FoundedOn string
	Capital                             *float64
	Staff, Revenue                      []Yearly
	Asked                               map[string][]Yearly // figures by field
	Level                               *int                // of its newest diagnosis
	Holdings                            []Holding
}

// On makes facts of what is given, as of a day. Figures of later years, and those that
// are too old, do not count.
func (g Given) On(day time.Time) Facts {
	f := Facts{On: day.Format(time.DateOnly), Numbers: map[string]Range{}, Days: map[string]string{}, Codes: map[string]string{}, Holdings: g.Holdings}
	for field, code := range map[string]string{Industry: g.Industry, District: g.District, Size: g.Size} {
		if code != "" {
			f.Codes[field] = code
		}
	}
	if founded, err := time.Parse(time.DateOnly, g.FoundedOn); err == nil && g.FoundedOn <= f.On {
		f.Days[FoundedOn] = g.FoundedOn
		f.Numbers[Age] = Exactly(float64(wholeYears(founded, day)), "")
	}
	if g.Capital != nil {
		f.Numbers[Capital] = Exactly(*g.Capital, "")
	}
	if g.Level != nil {
		f.Numbers[Level] = Exactly(float64(*g.Level), "")
	}
	if y, ok := newest(g.Staff, day); ok {
		f.Numbers[Staff] = y.Value
	}
	for field, list := range g.Asked {
		if y, ok := newest(list, day); ok {
			f.Numbers[field] = y.Value
		}
	}
	g.finance(f, day)
	return f
}

// finance works out what follows from revenue and research by year.
func (g Given) finance(f Facts, day time.Time) {
	last, ok := newest(g.Revenue, day)
	if !ok {
		return
	}
	f.Numbers[Revenue] = last.Value
	if research, ok := of(g.Asked[Research], last.Year); ok && last.Value.exact() && last.Value.Least > 0 && research.exact() {
		f.Numbers[ResearchShare] = Exactly(research.Least/last.Value.Least*100, fmt.Sprint(last.Year))
	}
	for field, years := range map[string]int{RevenueGrowth: 1, RevenueGrowth2: 2} {
		before, ok := of(g.Revenue, last.Year-years)
		if !ok || !before.exact() || !last.Value.exact() {
			continue
		}
		if v, ok := growth(before.Least, last.Value.Least, years); ok {
			f.Numbers[field] = Exactly(v, fmt.Sprint(last.Year))
		}
	}
}

func of(list []Yearly, year int) (Range, bool) {
	for _, y := range list {
		if y.Year == year {
			return y.Value, true
		}
	}
	return Range{}, false
}

// newest is the figure of the newest year that counts on a day.
func newest(list []Yearly, day time.Time) (y Yearly, ok bool) {
	for _, x := range list {
		if x.Year <= day.Year() && x.Year >= day.Year()-freshYears && (!ok || x.Year > y.Year) && !math.IsNaN(x.Value.Least) {
			y, ok = x, true
		}
	}
	return y, ok
}

func wholeYears(from, to time.Time) int {
	n := to.Year() - from.Year()
	if to.Month() < from.Month() || to.Month() == from.Month() && to.Day() < from.Day() {
		n--
	}
	return n
}
