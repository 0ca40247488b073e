package process

import (
	"math/rand/v2"
	"testing"

	"linghang/lib/schedule/model"
)

// busy is a plant with all that moves, decoding and taking up a plan have to do with: campaigns, blocking, lags, tanks, cleaning, deadlines, modes, and,
// as a plan that runs, pins, stops and a baseline.
func busy() *model.Model {
	rng := rand.New(rand.NewPCG(5, 6))
	need := func(list ...int) (needs []model.Need) {
		for _, r := range list {
			needs = append(needs, model.Need{Resource: r, Amount: 1})
		}
		return needs
	}
	m := &model.Model{
		Families: []string{"a", "b"},
		Resources: []model.Resource{
			{Capacity: 1, Changeover: new(0), Cleaning: &model.Cleaning{Duration: 2, Tasks: 3, Time: 60, DirtyHold: 30, CleanHold: 30, Needs: need(4)}},
			{Capacity: 1, Changeover: new(0)},
			{Capacity: 1, Calendar: new(0)},
			{Capacity: 1},
			{Capacity: 2, Down: []model.Window{{From: 20, Until: 24}}},
		},
		Calendars:   []model.Calendar{{Windows: []model.Window{{From: 0, Until: 40}}, Period: 50}},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 3}, {3, 0}}, Cost: [][]int64{{0, 2}, {1, 0}}, Needs: need(4)}},
		Campaigns:   []model.Campaign{{Resource: 1, Family: 0, Min: 2}, {Resource: 1, Family: 1, Max: 3}},
		Tanks:       []model.Tank{{Capacity: 30, Hold: 60, Cost: 1, Changeover: new(0)}},
		Tariff:      &model.Tariff{Price: 2, Rates: []model.Rate{{From: 3, Until: 5, Price: 1}}, Period: 7},
		Horizon:     3000,
		Objective:   [][]model.Term{{{Term: model.Tardiness}, {Term: model.Earliness}}, {{Term: model.Inventory}, {Term: model.Energy}, {Term: model.Peak, Resource: new(4)}, {Term: model.ChangeoverCost}}},
	}
	for k := range 16 {
		family := rng.IntN(2)
		m.Jobs = append(m.Jobs, model.Job{Due: new(int64(15 * k)), Deadline: new(int64(2000)), Weight: int64(k % 3)})
		first := len(m.Tasks)
		add := func(breaks model.Breaks, modes ...model.Mode) {
			m.Tasks = append(m.Tasks, model.Task{Job: &k, Family: &family, Breaks: breaks, Modes: modes})
		}
		add(model.Fit, model.Mode{Duration: 4, Power: 3, Needs: need(0)}, model.Mode{Duration: 5, Needs: need(1)})
		add(model.Fit, model.Mode{Duration: 3, Needs: need(3), Flows: []model.Flow{{Amount: 8}}})
		add(model.Pause, model.Mode{Duration: 5, Needs: need(2), Flows: []model.Flow{{Amount: -8}}})
		m.Precedences = append(m.Precedences, model.Precedence{Before: first, After: first + 1, Blocking: true, MaxLag: new(int64(30))}, model.Precedence{Before: first + 1, After: first + 2, MinLag: 1})
	}
	return m
}

// running is what is left of a plan at a time, with a closure from then on.
func running(m *model.Model, s *model.Schedule, now int64) *model.Model {
	c := *m
	c.Now, c.Tasks, c.Resources = now, append([]model.Task(nil), m.Tasks...), append([]model.Resource(nil), m.Resources...)
	c.Baseline = &model.Baseline{Moved: 100, Mode: 10, Time: 1}
	c.Resources[0].Down = []model.Window{{From: now, Until: now + 25}}
	for _, a := range s.Assignments {
		if a.Start < now {
			c.Tasks[a.Task].Pin = &model.Pin{Mode: &a.Mode, Start: &a.Start, End: &a.End}
		} else {
			c.Baseline.Assignments = append(c.Baseline.Assignments, a)
		}
	}
	for _, stop := range s.Stops {
		if c.Tasks[stop.Before].Pin != nil {
			c.Stops = append(c.Stops, stop)
		} else {
			c.Baseline.Stops = append(c.Baseline.Stops, stop)
		}
	}
	c.Objective = append([][]model.Term{{{Term: model.Stability}}}, m.Objective...)
	return &c
}

// The whole of a move takes no memory: to change the plan, to make its schedule, to keep it, and to go back to the best one.
func TestMovesTakeNoMemory(t *testing.T) {
	m := busy()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	r, err := Solve(t.Context(), m, Options{Seed: 1, Moves: 400})
	if err != nil {
		t.Fatal(err)
	}
	left := running(m, r.Schedule, r.Schedule.Makespan/2)
	if err := left.Validate(); err != nil {
		t.Fatal(err)
	}
	plain := *m
	plain.Objective = [][]model.Term{{{Term: model.Tardiness}}, {{Term: model.Makespan}}}
	for name, m := range map[string]*model.Model{"waits": m, "plain": &plain, "runs": left} {
		in, err := newInstance(m)
		if err != nil {
			t.Fatal(err)
		}
		s := newSearcher(in, Options{Seed: 1, Moves: 3000}, 0)
		s.run(t.Context(), &shared{}, 0)
		if !s.least.right() || len(in.bundles) < 10 {
			t.Fatalf("%s: there is no plan: %v", name, s.least)
		}
		if n := testing.AllocsPerRun(1, func() {
			for range 1000 {
				s.step()
			}
			s.revive()
		}); n > 0 {
			t.Errorf("%s: %v allocations in 1000 moves", name, n)
		}
	}
}
