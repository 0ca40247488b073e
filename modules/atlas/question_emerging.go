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
	top := found.grownMost(q.most() + 1)
	if err := c.latest(ctx, top, c.day, q.bureau); err != nil {
		return Answer{}, err
	}
	var items []Item
	for _, p := range top {
		other := c.ref(p.b)
		i := Item{
			Node: c.ref(p.a), Other: &other, Score: p.growth(), Path: p.newest(c),
			Reasons: []Reason{{Code: "together", Value: float64(p.count[1])}, {Code: "together-before", Value: float64(p.count[0])}},
		}
		for k, y := range years {
			i.Years = append(i.Years, YearCount{y, int(p.count[2+k])})
		}
		items = append(items, i)
	}
	return c.answer(q, "graph").finish(items), nil
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
	a, b  string
	count []uint32
	both  [][2]*Edge
}

// growth is what pairs are ranked by.
func (p *pairing) growth() float64 {
	return float64(p.count[1]) - float64(p.count[0]) + 1/float64(p.count[0]+2)
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

// pairs are how often each two technologies are together on days. There may be millions,
// so that they are numbers in one table; what an answer tells is made of the few it has.
type pairs struct {
	days   int
	number map[string]uint32 // of technologies
	name   []string
	at     map[[2]uint32]int
	keys   [][2]uint32
	count  []uint32 // of pair i from i times days on
}

// of is the number of a technology.
func (p *pairs) of(name string) uint32 {
	n, known := p.number[name]
	if !known {
		n = uint32(len(p.name)) //nolint:gosec // fewer technologies than that
		p.number[name], p.name = n, append(p.name, name)
	}
	return n
}

// meet counts two technologies of one place on the days on which both are there.
func (p *pairs) meet(a, b uint32, on uint16) {
	key := [2]uint32{min(a, b), max(a, b)}
	i, known := p.at[key]
	if !known {
		i = len(p.keys)
		p.at[key], p.keys, p.count = i, append(p.keys, key), append(p.count, make([]uint32, p.days)...)
	}
	for k := range p.days {
		p.count[i*p.days+k] += uint32(on >> k & 1)
	}
}

// grownMost are the pairs that grew, those that grew most first, so many at most.
func (p *pairs) grownMost(most int) []*pairing {
	var list []*pairing
	for i, key := range p.keys {
		count := p.count[i*p.days : (i+1)*p.days]
		if count[1] <= count[0] {
			continue
		}
		a, b := p.name[key[0]], p.name[key[1]]
		list = append(list, &pairing{a: min(a, b), b: max(a, b), count: count})
	}
	slices.SortFunc(list, func(x, y *pairing) int {
		return cmp.Or(cmp.Compare(y.growth(), x.growth()), strings.Compare(x.a, y.a), strings.Compare(x.b, y.b))
	})
	return list[:min(most, len(list))]
}

// together counts in how many places each two technologies are on some days.
func (c *city) together(ctx context.Context, days []string, bureau bool) (*pairs, error) {
	p := &pairs{days: len(days), number: map[string]uint32{}, at: map[[2]uint32]int{}}
	err := c.eachPlace(ctx, bureau, func(list []*Edge) {
		var number [mostTechnologies]uint32
		var on [mostTechnologies]uint16 // a bit for each day
		for i, e := range list {
			number[i] = p.of(e.Dst)
			for k, day := range days {
				if e.holds(day) {
					on[i] |= 1 << k
				}
			}
		}
		for i := range list {
			for j := i + 1; j < len(list); j++ {
				if both := on[i] & on[j]; both != 0 && number[i] != number[j] {
					p.meet(number[i], number[j], both)
				}
			}
		}
	})
	return p, err
}

// latest finds the edges of those that came last to have both of some pairs on a day.
func (c *city) latest(ctx context.Context, of []*pairing, day string, bureau bool) error {
	at := map[[2]string]*pairing{}
	for _, p := range of {
		at[[2]string{p.a, p.b}] = p
	}
	return c.eachPlace(ctx, bureau, func(list []*Edge) {
		for i, a := range list {
			for _, b := range list[i+1:] {
				first, second := a, b
				if a.Dst > b.Dst {
					first, second = b, a
				}
				if p := at[[2]string{first.Dst, second.Dst}]; p != nil && a.holds(day) && b.holds(day) {
					p.keep(first, second)
				}
			}
		}
	})
}

// eachPlace hands over the edges to technologies of each place, as far as somebody may see
// them, until nobody waits any more.
func (c *city) eachPlace(ctx context.Context, bureau bool, do func(list []*Edge)) error {
	const breath = 256 // places between two looks at whether somebody still waits
	list := make([]*Edge, 0, mostTechnologies)
	for n, place := range c.techniques() {
		if n%breath == 0 && ctx.Err() != nil {
			return fmt.Errorf("count technologies that come together: %w", ctx.Err())
		}
		list = list[:0]
		for _, i := range place {
			if e := &c.history[i]; len(list) < mostTechnologies && (bureau || c.open(*e)) {
				list = append(list, e)
			}
		}
		do(list)
	}
	return nil
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
