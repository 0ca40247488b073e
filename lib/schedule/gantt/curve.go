package gantt

import (
	"cmp"
	"fmt"
	"slices"

	"linghang/lib/schedule/model"
)

// step is an amount from a time on.
type step struct{ at, amount int64 }

// curve is an amount over time, below another.
type curve struct {
	what   string // of the amount, as taken
	steps  []step
	limits []step
	top    int64 // the largest of both
	hue    int
}

// steps adds changes up.
func steps(begin int64, changes []step) []step {
	slices.SortStableFunc(changes, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	list := []step{{0, begin}}
	for _, c := range changes {
		last := &list[len(list)-1]
		if last.at == c.at {
			last.amount += c.amount
			continue
		}
		list = append(list, step{c.at, last.amount + c.amount})
	}
	return list
}

// load is what is taken of a resource.
func load(m *model.Model, s *model.Schedule, r int, open []model.Window) *curve {
	var changes []step
	take := func(needs []model.Need, start, end int64) {
		for _, n := range needs {
			if n.Resource == r && end > start {
				changes = append(changes, step{start, n.Amount}, step{end, -n.Amount})
			}
		}
	}
	for _, a := range s.Assignments {
		take(m.Tasks[a.Task].Modes[a.Mode].Needs, a.Start, a.End)
	}
	for _, stop := range s.Stops {
		take(m.StopNeeds(&stop), stop.Start, stop.End)
	}
	c := &curve{what: "taken", steps: steps(0, changes), limits: []step{{0, m.Resources[r].Capacity}}, top: m.Resources[r].Capacity, hue: 210}
	if open == nil {
		return c
	}
	c.limits = []step{{0, 0}}
	for _, w := range open {
		c.limits = append(c.limits, step{w.From, w.Capacity}, step{w.Until, 0})
	}
	return c
}

// tankLane is what is in a tank from the end of what fills it to the start of what draws from it.
func tankLane(m *model.Model, s *model.Schedule, k int) lane {
	tank := &m.Tanks[k]
	l := lane{name: cmp.Or(tank.Name, fmt.Sprint(k))}
	var changes []step
	for _, a := range s.Assignments {
		for _, f := range m.Flows(&m.Tasks[a.Task], &m.Tasks[a.Task].Modes[a.Mode]) {
			switch {
			case f.Tank != k:
			case f.Amount > 0:
				changes = append(changes, step{a.End, f.Amount})
			default:
				changes = append(changes, step{a.Start, f.Amount})
			}
		}
	}
	for _, stop := range s.Stops {
		if stop.Tank != nil && *stop.Tank == k {
			l.tank = append(l.tank, bar{task: stop.Before, start: stop.Start, end: stop.End, stop: stop.Kind})
		}
	}
	l.curve = &curve{what: "in it", steps: steps(tank.Level, changes), limits: []step{{0, tank.Capacity}}, top: tank.Capacity, hue: 170}
	return l
}

// curve draws steps as an area, each with its amount in its title, and limits as a line.
func (p *picture) curve(c *curve, y int) {
	high := func(amount int64) float64 {
		return float64(y+tall-2) - float64(tall-8)*float64(amount)/float64(max(1, c.top))
	}
	for k, s := range c.steps {
		end := p.span
		if k+1 < len(c.steps) {
			end = c.steps[k+1].at
		}
		if s.amount > 0 && end > s.at {
			p.say(`<g><title>%d–%d: %d of %d %s</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="hsl(%d 45%% 70%%)"/></g>`+"\n",
				s.at, end, s.amount, c.top, c.what, p.x(s.at), high(s.amount), max(0.5, float64(end-s.at)*p.scale), float64(y+tall-2)-high(s.amount), c.hue)
		}
	}
	p.say(`<path d="M%.1f %.1f`, p.x(0), high(c.limits[0].amount))
	for _, s := range c.limits[1:] {
		if s.at > p.span {
			break
		}
		p.say(`H%.1fV%.1f`, p.x(s.at), high(s.amount))
	}
	p.say(`H%d" fill="none" stroke="#888" stroke-dasharray="3 2"/>`+"\n", left+p.width)
}
