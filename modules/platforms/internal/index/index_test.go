package index

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"linghang/kernel/lang"
)

func near(a *float64, b float64) bool { return a != nil && math.Abs(*a-b) <= 1e-9*math.Max(1, b) }

func dimension(weight float64, items ...Item) Dimension {
	return Dimension{Name: lang.Text{ZH: "维度"}, Weight: weight, Items: items}
}

func one(mean Mean, codes ...string) Definition {
	var items []Item
	for _, c := range codes {
		items = append(items, Item{c, 100 / float64(len(codes))})
	}
	return Definition{Base: "2025-01", Mean: mean, Dimensions: []Dimension{dimension(100, items...)}}
}

// Worked by hand. C enters in month 1 with 500 and does not move the level of 110; it
// counts from month 2 on: 110 × (121 + 330 + 600) ÷ (110 + 330 + 500). B is missing in
// month 2 and counts with its 330 once; in month 3 it leaves: 122.98936 × (133.1 + 660) ÷ (121 + 600).
func TestLevelsAreAsWorkedByHand(t *testing.T) {
	p := Panel{"x": {"A": {0: 100, 1: 110, 2: 121, 3: 133.1}, "B": {0: 300, 1: 330}, "C": {1: 500, 2: 600, 3: 660}}}
	months := Compute(one(Arithmetic, "x"), 4, p)
	for i, want := range []struct{ chained, matched, sum, divisor float64 }{
		{100, 100, 400, 400}, {110, 110, 440, 400}, {110 * 1051 / 940.0, 112.75, 1051, 400 * 940 / 440.0}, {110 * 1051 / 940.0 * 1.1, 133.1, 793.1, 0},
	} {
		x := months[i].Dimensions[0].Items[0]
		if l := months[i].Level; !near(l.Chained, want.chained) || !near(l.Matched, want.matched) || math.Abs(x.Sum-want.sum) > 1e-9 || want.divisor > 0 && math.Abs(x.Divisor-want.divisor) > 1e-9 {
			t.Errorf("month %d: %+v, want %+v", i, x, want)
		}
	}
	x := func(i int) ItemLevel { return months[i].Dimensions[0].Items[0] }
	if !slices.Equal(x(1).Entered, []string{"C"}) || !slices.Equal(x(2).Carried, []string{"B"}) || !slices.Equal(x(3).Left, []string{"B"}) || x(2).Platforms != 3 || x(3).Matched != 1 {
		t.Errorf("entered %v, carried %v, left %v", x(1).Entered, x(2).Carried, x(3).Left)
	}
}

// Levels of 100 and 400, by halves: (100 + 400) ÷ 2 and √(100 × 400). Dimensions of 250
// and 150 by 75 and 25: 225.
func TestItemsAndDimensionsComeTogetherAsTheDefinitionSays(t *testing.T) {
	p := Panel{"x": {"A": {0: 1, 1: 1}}, "y": {"A": {0: 1, 1: 4}}, "z": {"A": {0: 2, 1: 3}}}
	if l := Compute(one(Arithmetic, "x", "y"), 2, p)[1].Level; !near(l.Chained, 250) || !near(l.Matched, 250) {
		t.Errorf("arithmetic: %v %v", *l.Chained, *l.Matched)
	}
	if l := Compute(one(Geometric, "x", "y"), 2, p)[1].Level; !near(l.Chained, 200) || !near(l.Matched, 200) {
		t.Errorf("geometric: %v %v", *l.Chained, *l.Matched)
	}
	d := one(Arithmetic, "x", "y")
	d.Dimensions[0].Weight = 75
	d.Dimensions = append(d.Dimensions, dimension(25, Item{"z", 100}))
	if m := Compute(d, 2, p)[1]; !near(m.Level.Chained, 225) || !near(m.Dimensions[1].Level.Chained, 150) {
		t.Errorf("%+v", m)
	}
}

func TestWhatCannotBeToldIsNotMadeUp(t *testing.T) {
	d := one(Arithmetic, "x", "y")
	p := Panel{"x": {"A": {0: 1, 1: 2, 2: 2, 3: 2}}, "y": {"A": {0: 1, 1: 2}}}
	months := Compute(d, 4, p)
	if months[2].Level.Chained == nil || months[3].Level.Chained != nil || months[3].Level.Matched != nil {
		t.Errorf("carried once, then unknown: %+v", months)
	}
	for _, x := range []Panel{nil, {"x": {"A": {0: 0, 1: 5}}}, {"x": {"A": {1: 5}}}} {
		if l := Compute(one(Arithmetic, "x"), 2, x)[1].Level; l.Chained != nil || l.Matched != nil {
			t.Errorf("%v has the level %+v", x, l)
		}
	}
	back := Panel{"x": {"A": {0: 10, 1: 0, 2: 5}, "B": {0: 10, 1: 10, 2: 15}}}
	if l := Compute(one(Arithmetic, "x"), 3, back)[2].Level; !near(l.Chained, 100) {
		t.Errorf("a figure of 0 is a figure: %v", l.Chained)
	}
}

// random is a panel of platforms that report throughout.
func random(chance *rand.Rand, months int, codes ...string) Panel {
	p := Panel{}
	for _, c := range codes {
		p[c] = map[string]Reported{}
		for i := range 3 + chance.IntN(6) {
			r := Reported{}
			v := chance.ExpFloat64()*1000 + 1
			for t := range months {
				r[t] = v
				v *= 0.9 + chance.Float64()*0.3
			}
			p[c][fmt.Sprint("p", i)] = r
		}
	}
	return p
}

func each(t *testing.T, f func(t *testing.T, chance *rand.Rand, d Definition)) {
	t.Helper()
	for seed := range uint64(50) {
		chance := rand.New(rand.NewPCG(seed, 4))
		d := one([]Mean{Arithmetic, Geometric}[seed%2], "x", "y", "z")
		d.Dimensions = append(d.Dimensions, dimension(40, Item{"u", 30}, Item{"v", 70}))
		d.Dimensions[0].Weight = 60
		f(t, chance, d)
	}
}

func TestMatchedIsChainedWhileTheSampleStays(t *testing.T) {
	each(t, func(t *testing.T, chance *rand.Rand, d Definition) {
		for i, m := range Compute(d, 30, random(chance, 30, d.Codes()...)) {
			if !near(m.Level.Chained, *m.Level.Matched) {
				t.Fatalf("month %d: chained %v, matched %v", i, *m.Level.Chained, *m.Level.Matched)
			}
		}
	})
}

// Where all figures of a month are k times as large, so is the index; in whichever unit
// an item is counted throughout, the index is the same.
func TestLevelsFollowFiguresAndNotUnits(t *testing.T) {
	each(t, func(t *testing.T, chance *rand.Rand, d Definition) {
		p, k := random(chance, 12, d.Codes()...), 0.2+chance.Float64()*5
		before := Compute(d, 12, p)
		for code, of := range p {
			unit := 1 + chance.Float64()*1000
			for _, r := range of {
				r[11] *= k
				if code == "x" {
					for t := range r {
						r[t] *= unit
					}
				}
			}
		}
		after := Compute(d, 12, p)
		if !near(after[10].Level.Chained, *before[10].Level.Chained) || !near(after[11].Level.Chained, k**before[11].Level.Chained) || !near(after[11].Level.Matched, k**before[11].Level.Matched) {
			t.Fatalf("k = %g: %v became %v", k, *before[11].Level.Chained, *after[11].Level.Chained)
		}
	})
}

// Platforms that come and go while everybody stands still move nothing; in the month in
// which somebody comes, nothing moves whatever they bring.
func TestChangesOfTheSampleDoNotMoveTheChainedLevel(t *testing.T) {
	each(t, func(t *testing.T, chance *rand.Rand, d Definition) {
		p := random(chance, 12, d.Codes()...)
		plain := Compute(d, 12, p)
		for _, of := range p {
			of["new"] = Reported{7: chance.ExpFloat64() * 1e6}
		}
		if with := Compute(d, 12, p); !near(with[7].Level.Chained, *plain[7].Level.Chained) || !near(with[11].Level.Matched, *plain[11].Level.Matched) {
			t.Fatalf("whoever came moved it from %v to %v", *plain[7].Level.Chained, *with[7].Level.Chained)
		}
		for _, of := range p {
			for id, r := range of {
				still := r[0] + chance.Float64()
				from, until := chance.IntN(6), 6+chance.IntN(6)
				for t := range 12 {
					if r[t] = still; id != "p0" && (t < from || t > until) {
						delete(r, t)
					}
				}
			}
		}
		for i, m := range Compute(d, 12, p) {
			if !near(m.Level.Chained, 100) || !near(m.Level.Matched, 100) {
				t.Fatalf("month %d: %+v, though nothing grew", i, m.Level)
			}
		}
	})
}

// The same is told whatever platforms are called, and so in whichever order they stand.
func TestTheOrderOfPlatformsDoesNotMatter(t *testing.T) {
	each(t, func(t *testing.T, chance *rand.Rand, d Definition) {
		p := random(chance, 12, d.Codes()...)
		other := Panel{}
		for code, of := range p {
			other[code] = map[string]Reported{}
			for id, r := range of {
				other[code][fmt.Sprint(9-int(id[1]-'0'), id)] = r
			}
		}
		a, b := Compute(d, 12, p), Compute(d, 12, other)
		for i := range a {
			if !near(a[i].Level.Chained, *b[i].Level.Chained) {
				t.Fatalf("month %d: %v and %v", i, *a[i].Level.Chained, *b[i].Level.Chained)
			}
		}
	})
}

func TestDefinitionsThatCannotBeUsedAreRefusedWithTheField(t *testing.T) {
	known := func(code string) bool { return code < "zz" }
	f := func(d Definition, at ...string) {
		t.Helper()
		var got []string
		for _, w := range d.Check(known) {
			got = append(got, w.At)
		}
		if !slices.Equal(got, at) {
			t.Errorf("%+v: %v, want %v", d, got, at)
		}
	}
	f(one(Arithmetic, "x", "y", "z"))
	f(Definition{Base: "2025"}, "base", "dimensions")
	f(one(Arithmetic, "x", "x"), "dimensions[0].items[1].code")
	f(one(Arithmetic, "x", "zzz"), "dimensions[0].items[1].code")
	short := one(Arithmetic, "x", "y")
	short.Dimensions[0].Items[0].Weight = 40
	f(short, "dimensions[0].items")
	short = one(Arithmetic, "x")
	short.Dimensions[0].Weight = 90
	f(short, "dimensions")
	short.Dimensions = append(short.Dimensions, Dimension{Weight: 10}, dimension(math.NaN(), Item{"y", 100}))
	f(short, "dimensions[1].name", "dimensions[1].items", "dimensions[2].weight", "dimensions")
}
