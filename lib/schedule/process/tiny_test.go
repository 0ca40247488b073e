package process_test

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// tiny is a mixer with campaigns, changeovers and cleaning, a tank of one product at a time, and a filler, for a few batches in a short time.
func tiny(rng *rand.Rand) *model.Model {
	some := func(n int) bool { return rng.IntN(n) == 0 }
	table := func() model.Changeover {
		d := func() int64 { return max(0, rng.Int64N(4)-1) }
		return model.Changeover{Duration: [][]int64{{0, d()}, {d(), 0}}}
	}
	m := &model.Model{
		Families:    []string{"a", "b"},
		Changeovers: []model.Changeover{table(), table()},
		Resources:   []model.Resource{{Capacity: 1, Changeover: new(0)}, {Capacity: 1}},
		Tanks:       []model.Tank{{Capacity: 5 + 5*rng.Int64N(2), Changeover: new(1)}},
		Horizon:     14,
	}
	if some(2) {
		m.Resources[0].Family = new(rng.IntN(2))
	}
	if some(2) {
		m.Resources[0].Cleaning = &model.Cleaning{Duration: 1 + rng.Int64N(2), Tasks: 1 + rng.Int64N(2)}
	}
	if some(2) {
		m.Campaigns = []model.Campaign{{Resource: 0, Family: rng.IntN(2), Min: rng.Int64N(3)}, {Resource: 0, Family: 0, Max: 1 + rng.Int64N(2)}}
		if m.Campaigns[0].Family == 0 {
			m.Campaigns = m.Campaigns[:1]
		}
	}
	if some(3) {
		m.Resources[1].Down = []model.Window{{From: 3, Until: 5}}
	}
	add := func(r int, family int, flow int64) {
		mode := model.Mode{Duration: 1 + rng.Int64N(3), Needs: []model.Need{{Resource: r, Amount: 1}}}
		if flow != 0 {
			mode.Flows = []model.Flow{{Amount: flow}}
		}
		m.Tasks = append(m.Tasks, model.Task{Family: &family, Modes: []model.Mode{mode}})
	}
	for range 2 {
		family := rng.IntN(2)
		add(0, family, 5)
		add(1, family, -5)
		if some(2) {
			p := model.Precedence{Before: len(m.Tasks) - 2, After: len(m.Tasks) - 1}
			if some(2) {
				p.MaxLag = new(rng.Int64N(4))
			}
			m.Precedences = append(m.Precedences, p)
		}
	}
	add(0, rng.IntN(2), 0)
	return m
}

// trial places one task after the other at all times.
type trial struct {
	m    *model.Model
	at   []model.Assignment
	best int64
}

func (x *trial) place(i int, span int64) {
	if i == len(x.m.Tasks) {
		s := &model.Schedule{Makespan: span, Assignments: x.at}
		if x.stops(s) && check.Schedule(x.m, s) == nil {
			x.best = span
		}
		return
	}
	mode := &x.m.Tasks[i].Modes[0]
	for start := int64(0); start+mode.Duration < x.best; start++ {
		a := model.Assignment{Task: i, Start: start, End: start + mode.Duration}
		beside := func(o model.Assignment) bool {
			return x.m.Tasks[o.Task].Modes[0].Needs[0].Resource == mode.Needs[0].Resource && o.Start < a.End && a.Start < o.End
		}
		if !slices.ContainsFunc(x.at[:i], beside) {
			x.at[i] = a
			x.place(i+1, max(span, a.End))
		}
	}
}

// stops puts a cleaning into every gap in which there is room for it, because it cannot harm, and changeovers where they are due, each as
// soon as it can be. It is false if there is none for one.
func (x *trial) stops(s *model.Schedule) bool {
	order := slices.Clone(s.Assignments)
	slices.SortFunc(order, func(a, b model.Assignment) int { return cmp.Compare(a.Start, b.Start) })
	mixer, tank := x.m.Resources[0], x.m.Tanks[0]
	free, family, drained, product := int64(0), mixer.Family, int64(0), tank.Family
	for _, a := range order {
		t := &x.m.Tasks[a.Task]
		if t.Modes[0].Needs[0].Resource == 0 {
			d := int64(0)
			if family != nil {
				d = x.m.Changeovers[0].Duration[*family][*t.Family]
			}
			if c := mixer.Cleaning; c != nil && free > 0 && free+c.Duration+d <= a.Start {
				s.Stops = append(s.Stops, model.Stop{Kind: model.Clean, Resource: new(0), Before: a.Task, Start: free, End: free + c.Duration})
				free += c.Duration
			}
			if d > 0 {
				s.Stops = append(s.Stops, model.Stop{Kind: model.Change, Resource: new(0), Before: a.Task, Start: free, End: free + d})
			}
			if free+d > a.Start {
				return false
			}
			free, family = a.End, t.Family
		}
		if len(t.Modes[0].Flows) == 0 {
			continue
		}
		if product != nil && *product != *t.Family {
			if d := x.m.Changeovers[1].Duration[*product][*t.Family]; d > 0 {
				s.Stops = append(s.Stops, model.Stop{Kind: model.Change, Tank: new(0), Before: a.Task, Start: drained, End: drained + d})
			}
		}
		drained, product = max(drained, a.End), t.Family
	}
	return true
}

// Of tiny plants a plan is found if there is one, by comparison with trying everything, and the shortest unless that has a machine cleaned before it is
// due, in a time in which it waits.
func TestTinyPlantsArePlannedAsShortAsCanBe(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	some, longer := 0, 0
	for round := range 80 {
		m := tiny(rng)
		if m.Validate() != nil {
			continue
		}
		x := &trial{m: m, at: make([]model.Assignment, len(m.Tasks)), best: m.Horizon + 1}
		x.place(0, 0)
		r, err := process.Solve(t.Context(), m, process.Options{Seed: 1, Moves: 400})
		if _, none := errors.AsType[*process.NotFoundError](err); err != nil && !none {
			t.Fatalf("round %d: %v", round, err)
		}
		if none := x.best > m.Horizon; none != (err != nil) {
			t.Errorf("round %d: there is a plan: %t, and was found: %v", round, !none, err)
		}
		if err != nil {
			continue
		}
		some++
		switch made := r.Schedule.Makespan; {
		case made == x.best:
		case made > x.best && m.Resources[0].Cleaning != nil:
			longer++
		default:
			t.Errorf("round %d: %d instead of %d", round, made, x.best)
		}
	}
	t.Logf("of %d plants %d are longer than need be", some, longer)
	if some < 50 || longer > some/10 {
		t.Errorf("of %d plants %d are longer than need be", some, longer)
	}
}
