package bulletin

import (
	"cmp"
	"slices"
)

// movesMost is how many platforms are told that rose, and as many that fell.
const movesMost = 5

// figures are facts by platform and code, of one period.
type figures map[[2]string]Fact

// Add fills in what figures come to. facts are those of all periods that are known,
// Back from 0 to the year and more; those to compare with are kept.
func (d *Data) Add(facts []Fact) {
	year := d.Kind.Year()
	by := make([]figures, len(d.Periods))
	for i := range by {
		by[i] = figures{}
	}
	d.Facts = []Fact{}
	for _, f := range facts {
		if f.Back < 0 || f.Back >= len(by) {
			continue
		}
		by[f.Back][[2]string{f.Platform, f.Code}] = f
		if f.Back <= 1 || f.Back == year {
			d.Facts = append(d.Facts, f)
		}
	}
	slices.SortFunc(d.Facts, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Back, b.Back))
	})
	at := func(back int) figures {
		if back < len(by) {
			return by[back]
		}
		return figures{}
	}
	d.Totals, d.Trends, d.Growths, d.Moves = []Total{}, []Trend{}, []Group{}, []Move{}
	for _, x := range d.Indicators {
		now, before, then := x.sum(at(0), d.Platforms), x.against(at(0), at(1), d.Platforms), x.against(at(0), at(year), d.Platforms)
		d.Totals = append(d.Totals, Total{x.Code, now, before, then})
		if !x.Key {
			continue
		}
		t := Trend{x.Code, []Sum{}}
		for _, period := range slices.Backward(by) {
			t.Sums = append(t.Sums, x.sum(period, d.Platforms))
		}
		d.Trends = append(d.Trends, t)
		if d.Subject == nil {
			d.grow(x, at(0), at(1), at(year))
			d.move(x, at(0), at(1))
		}
	}
}

// sum adds up the platforms that reported.
func (x Indicator) sum(of figures, platforms []Platform) (s Sum) {
	total := 0.0
	for _, p := range platforms {
		f, ok := of[[2]string{p.ID, x.Code}]
		if !ok {
			continue
		}
		total += f.Value
		s.Platforms++
		s.Revision = max(s.Revision, f.Revision)
		if f.Known.After(s.Known) {
			s.Known = f.Known
		}
	}
	if s.Platforms > 0 {
		if x.Mean {
			total /= float64(s.Platforms)
		}
		s.Value = &total
	}
	return s
}

// against compares by the platforms that reported in both periods: one more or one
// less is no growth.
func (x Indicator) against(now, then figures, platforms []Platform) (a Against) {
	for _, p := range platforms {
		name := [2]string{p.ID, x.Code}
		f, ok := now[name]
		g, also := then[name]
		if !ok || !also {
			continue
		}
		a.Now, a.Then = a.Now+f.Value, a.Then+g.Value
		a.Platforms++
	}
	if x.Mean && a.Platforms > 0 {
		a.Now, a.Then = a.Now/float64(a.Platforms), a.Then/float64(a.Platforms)
	}
	if a.Then > 0 {
		v := 100 * (a.Now - a.Then) / a.Then
		a.Percent = &v
	}
	return a
}

// grow divides an indicator by district, industry and class.
func (d *Data) grow(x Indicator, now, before, year figures) {
	for _, by := range []struct {
		name string
		of   func(Platform) Word
	}{
		{"district", func(p Platform) Word { return p.District }},
		{"industry", func(p Platform) Word { return p.Industry }},
		{"class", func(p Platform) Word { return p.Class }},
	} {
		in := map[string][]Platform{}
		words := []Word{}
		for _, p := range d.Platforms {
			w := by.of(p)
			if _, known := in[w.Code]; !known {
				words = append(words, w)
			}
			in[w.Code] = append(in[w.Code], p)
		}
		slices.SortFunc(words, func(a, b Word) int { return cmp.Compare(a.Code, b.Code) })
		for _, w := range words {
			d.Growths = append(d.Growths, Group{by.name, w, x.Code, x.sum(now, in[w.Code]), x.against(now, before, in[w.Code]), x.against(now, year, in[w.Code])})
		}
	}
}

// move finds who rose and who fell most.
func (d *Data) move(x Indicator, now, before figures) {
	list := []Move{}
	for _, p := range d.Platforms {
		if a := x.against(now, before, []Platform{p}); a.Percent != nil {
			list = append(list, Move{Platform: p.ID, Code: x.Code, Now: a.Now, Then: a.Then, Percent: *a.Percent})
		}
	}
	slices.SortFunc(list, func(a, b Move) int {
		return cmp.Or(cmp.Compare(b.Percent, a.Percent), cmp.Compare(a.Platform, b.Platform))
	})
	for i := range min(movesMost, len(list)) {
		if m := list[i]; m.Percent > 0 {
			m.Rank = i + 1
			d.Moves = append(d.Moves, m)
		}
	}
	for i := range min(movesMost, len(list)) {
		if m := list[len(list)-1-i]; m.Percent < 0 {
			m.Rank = -1 - i
			d.Moves = append(d.Moves, m)
		}
	}
}
