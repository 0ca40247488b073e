package atlas

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// mostTechnologies of one enterprise, scenario or capability are paired, so that one
	// that names everything does not pair everything.
	mostTechnologies = 30
	// shownYears is for how many years an answer tells how often two technologies were
	// together.
	shownYears = 5
	// shownTogether is how many of those that have both stand in an answer.
	shownTogether = 3
)

// emerging answers which technologies come together in more places than they did on a day
// before: in scenarios that use both, capabilities of a provider within which it offers
// both, and enterprises that have both. What grew most comes first, and of equal ones what
// is newer.
func (c *city) emerging(ctx context.Context, q Question) (Answer, error) {
	since := cmp.Or(q.Since, yearBefore(c.day))
	if _, err := time.Parse(time.DateOnly, since); err != nil || since >= c.day {
		return Answer{}, missingField("since", "a day before, as 2026-01-31")
	}
	q.Since = since
	years := yearsUntil(c.day)
	days := []string{since, c.day}
	for _, y := range years {
		days = append(days, min(fmt.Sprintf("%d-12-31", y), c.day))
	}
	found, err := c.together(ctx, days, q.bureau)
	if err != nil {
		return Answer{}, err
	}
	var items []Item
	for _, pair := range grownMost(found, q.most()+1) {
		n, other := found[pair], c.ref(pair[1])
		i := Item{
			Node: c.ref(pair[0]), Other: &other, Score: n.growth(), Path: n.newest(c),
			Reasons: []Reason{{Code: "together", Value: float64(n.count[1])}, {Code: "together-before", Value: float64(n.count[0])}},
		}
		for k, y := range years {
			i.Years = append(i.Years, YearCount{y, n.count[2+k]})
		}
		items = append(items, i)
	}
	return c.answer(q, "graph").finish(items), nil
}

// grownMost are the pairs that grew, those that grew most first, so many at most: what an
// answer tells of a pair is worked out for these only.
func grownMost(found map[[2]string]*pairing, most int) [][2]string {
	var list [][2]string
	for pair, n := range found {
		if n.count[1] > n.count[0] {
			list = append(list, pair)
		}
	}
	slices.SortFunc(list, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(found[b].growth(), found[a].growth()), strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
	return list[:min(most, len(list))]
}

// growth is what pairs are ranked by.
func (p *pairing) growth() float64 {
	return float64(p.count[1]-p.count[0]) + 1/float64(p.count[0]+2)
}

func yearBefore(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.AddDate(-1, 0, 0).Format(time.DateOnly)
}

// yearsUntil are the years that an answer on a day tells of, the first one first.
func yearsUntil(day string) []int {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil
	}
	var list []int
	for y := d.Year() - shownYears + 1; y <= d.Year(); y++ {
		list = append(list, y)
	}
	return list
}

// pairing is how often two technologies are together on days, and the edges of those that
// have both on the second of these, the latest first.
type pairing struct {
	count []int
	both  [][2]*Edge
}

// newest are the edges of those that came last to have both.
func (p *pairing) newest(c *city) []Hop {
	list := []Hop{}
	for _, b := range p.both {
		list = append(list, c.said(*b[0]), c.said(*b[1]))
	}
	return list
}

// keep keeps the edges of one that has both, if it is among the latest.
func (p *pairing) keep(a, b *Edge) {
	begin := func(x [2]*Edge) string { return max(x[0].From, x[1].From) }
	both := [2]*Edge{a, b}
	at, _ := slices.BinarySearchFunc(p.both, both, func(x, y [2]*Edge) int {
		return cmp.Or(strings.Compare(begin(y), begin(x)), strings.Compare(x[0].ID, y[0].ID))
	})
	p.both = slices.Insert(p.both, at, both)
	p.both = p.both[:min(shownTogether, len(p.both))]
}

// together counts in how many places each two technologies are on some days.
func (c *city) together(ctx context.Context, days []string, bureau bool) (map[[2]string]*pairing, error) {
	const breath = 256 // places between two looks at whether somebody still waits
	found := map[[2]string]*pairing{}
	for n, place := range c.techniques() {
		if n%breath == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("count technologies that come together: %w", ctx.Err())
		}
		list := make([]*Edge, 0, min(len(place), mostTechnologies))
		for _, i := range place {
			if e := &c.history[i]; len(list) < mostTechnologies && (bureau || c.open(*e)) {
				list = append(list, e)
			}
		}
		for i, a := range list {
			for _, b := range list[i+1:] {
				if a.Dst != b.Dst {
					meet(found, a, b, days)
				}
			}
		}
	}
	return found, nil
}

// meet counts two edges of one place on the days on which both hold.
func meet(found map[[2]string]*pairing, a, b *Edge, days []string) {
	if a.Dst > b.Dst {
		a, b = b, a
	}
	pair := [2]string{a.Dst, b.Dst}
	p := found[pair]
	if p == nil {
		p = &pairing{count: make([]int, len(days))}
		found[pair] = p
	}
	for k, day := range days {
		if !a.holds(day) || !b.holds(day) {
			continue
		}
		p.count[k]++
		if k == 1 {
			p.keep(a, b)
		}
	}
}

// techniques are the edges to technologies, as numbers in the history, by the place in
// which these come together: a scenario, an enterprise, or a capability of a provider. The
// history is walked through once; places with one edge pair nothing.
func (c *city) techniques() [][]int32 {
	c.techniquesOnce.Do(func() {
		at, list := map[string]int{}, [][]int32{}
		put := func(place string, i int) {
			n, known := at[place]
			if !known {
				n = len(list)
				at[place], list = n, append(list, nil)
			}
			list[n] = append(list[n], int32(i)) //nolint:gosec // fewer edges than that
		}
		for i := range c.history {
			e := &c.history[i]
			if e.Kind != edgeUses && e.Kind != edgeOffers || c.nodes[e.Dst].Kind != kindTechnology {
				continue
			}
			if e.Kind == edgeUses {
				put(e.Src, i)
				continue
			}
			for code := range strings.FieldsSeq(e.Props["within"]) {
				put(e.Src+" "+code, i)
			}
		}
		c.technical = slices.DeleteFunc(list, func(place []int32) bool { return len(place) < 2 })
	})
	return c.technical
}
