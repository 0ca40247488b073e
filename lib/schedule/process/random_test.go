package process_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// anyPlant is a random model with every feature of plants, some switched off at random.
func anyPlant(rng *rand.Rand) *model.Model {
	m := &model.Model{Families: []string{"a", "b", "c"}, Horizon: 4000, Clock: &model.Clock{Zone: "Europe/Berlin", Start: "2026-10-23T06:00", Unit: 600}}
	m.Calendars = []model.Calendar{
		{Windows: []model.Window{{From: 0, Until: 30}, {From: 35, Until: 60, Capacity: 1}}, Period: 70},
		{Weekly: []model.Shift{{Days: []int{1, 2, 3, 4, 5}, From: "22:00", Until: "06:00"}, {Days: []int{1, 2, 3, 5, 6, 7}, From: "06:00", Until: "23:00"}}, Closed: []string{"2026-10-28"}},
	}
	some := func(n int) bool { return rng.IntN(n) == 0 }
	m.Resources = []model.Resource{{Name: "skid", Capacity: 1}, {Name: "steam", Capacity: 4}}
	if some(2) {
		m.Resources[0].Calendar = new(0)
	}
	if some(2) {
		m.Resources[1].Calendar = new(rng.IntN(2))
	}
	table := func() model.Changeover {
		c := model.Changeover{Cleans: some(2)}
		for range 3 {
			c.Duration = append(c.Duration, []int64{rng.Int64N(5), rng.Int64N(5), rng.Int64N(5)})
			c.Cost = append(c.Cost, []int64{rng.Int64N(5), rng.Int64N(5), rng.Int64N(5)})
		}
		if some(2) {
			c.Needs = []model.Need{{Resource: 0, Amount: 1}}
			if some(2) {
				c.Needs = append(c.Needs, model.Need{Resource: 1, Amount: 1 + rng.Int64N(3)})
			}
		}
		return c
	}
	m.Changeovers = []model.Changeover{table(), table()}
	for r := range 4 {
		unit := model.Resource{Capacity: 1}
		if r == 3 {
			unit.Capacity = 3 // an oven
			unit.Changeover = new(1)
		} else if some(2) {
			unit.Changeover, unit.Family = new(0), new(rng.IntN(3))
		}
		if some(3) {
			unit.Calendar = new(rng.IntN(2))
		}
		if some(3) {
			unit.Down = []model.Window{{From: 20, Until: 33}}
		}
		if r < 3 && some(2) {
			unit.Cleaning = anyCleaning(rng)
		}
		m.Resources = append(m.Resources, unit)
	}
	if some(3) {
		m.Campaigns = []model.Campaign{{Resource: 2, Family: 0, Min: 2}, {Resource: 2, Family: 1, Max: 2}}
		if some(2) {
			m.Campaigns = append(m.Campaigns, model.Campaign{Resource: 4, Family: rng.IntN(3), Max: 1 + rng.Int64N(3)})
		}
		if some(3) {
			m.Campaigns = append(m.Campaigns, model.Campaign{Resource: 3, Family: 2, Min: 2, Max: 4})
		}
	}
	m.Tanks = []model.Tank{{Capacity: 20, Heel: 2, Level: 2, Changeover: new(1)}, {Capacity: 12, Level: 6, Family: new(1), FillRate: 20}}
	if some(2) {
		m.Tanks[0].Hold = 15 + rng.Int64N(60)
	}
	m.Tanks = append(m.Tanks, model.Tank{Capacity: 60, Level: 40, Family: new(0)}, model.Tank{Capacity: 100, Family: new(1)}, model.Tank{Capacity: 60, Family: new(2)})
	m.Recipes = []model.Recipe{
		{Size: 10, Parts: []model.Part{{Family: 0, Amount: -10}, {Family: 1, Amount: 7}, {Family: 2, Amount: 2}}},
		{Size: 4, Parts: []model.Part{{Family: 2, Amount: -4}, {Family: 0, Amount: 3}}},
	}
	anyJobs(rng, m)
	for k := range rng.IntN(4) { // what is left of the first comes back by the second
		t := model.Task{Modes: []model.Mode{{Duration: 2 + rng.Int64N(9), Recipe: new(k % 2), Batch: 20, Needs: []model.Need{{Resource: 3, Amount: 1}}}}, Family: new(rng.IntN(3))}
		for _, p := range m.Recipes[k%2].Parts {
			t.Modes[0].Flows = append(t.Modes[0].Flows, model.Flow{Tank: 2 + p.Family, Family: &p.Family})
		}
		if k%2 == 1 {
			t.Modes[0].Batch = 4
		}
		m.Tasks = append(m.Tasks, t)
	}
	for i := range m.Precedences {
		p := &m.Precedences[i]
		if some(4) {
			p.MaxLag = new(p.MinLag + max(0, rng.Int64N(30)-10))
		}
		p.Blocking = some(4)
	}
	m.Objective = [][]model.Term{{{Term: model.Tardiness, Weight: 2}, {Term: model.Tardy, Weight: 5}}, {{Term: model.Makespan}, {Term: model.ChangeoverTime}, {Term: model.ChangeoverCost, Weight: 3}}}
	m.Tariff = &model.Tariff{Price: 3, Rates: []model.Rate{{From: 10, Until: 30, Price: 1}, {From: 30, Until: 41, Price: 9}}, Period: 50 * int64(rng.IntN(2))}
	m.Tanks[0].Cost, m.Tanks[1].Cost = 1, 2
	for i := range m.Tasks {
		m.Tasks[i].Modes[0].Power = rng.Int64N(4)
	}
	m.Tasks[0].Modes[0].Power = 1
	more := []model.Term{{Term: model.Earliness}, {Term: model.Inventory, Weight: 2}, {Term: model.Energy}, {Term: model.Peak, Resource: new(rng.IntN(6))}}
	if k := rng.IntN(8); k < 4 {
		m.Objective = append(m.Objective, more[k:])
	}
	for j := range m.Jobs {
		if some(6) {
			m.Jobs[j].Deadline = new(*m.Jobs[j].Due + 300)
		}
	}
	if some(2) {
		m.Tanks[1].DrainRate = 30
	}
	if t := &m.Tasks[rng.IntN(len(m.Tasks))]; some(3) {
		t.Pin = &model.Pin{Mode: new(rng.IntN(len(t.Modes)))}
	}
	return m
}

// anyRunning is a random model of which a part has happened by a plan, some of it otherwise than planned, and some of the rest is pinned, where it was
// planned or anywhere; most of what is left is to stay where it was.
func anyRunning(rng *rand.Rand, m *model.Model, plan *model.Schedule) {
	some := func(n int) bool { return rng.IntN(n) == 0 }
	m.Now = rng.Int64N(plan.Makespan + 1)
	waive, rate := some(3), 2+rng.IntN(20)
	m.Baseline = &model.Baseline{Moved: rng.Int64N(50), Time: rng.Int64N(3), Mode: rng.Int64N(5)}
	for _, a := range plan.Assignments {
		t := &m.Tasks[a.Task]
		switch {
		case a.Start < m.Now || some(rate):
			t.Pin = &model.Pin{Mode: &a.Mode, Start: &a.Start, Waive: waive && some(2)}
			if some(2) && (a.Start < m.Now || t.Breaks == model.Pause) {
				t.Pin.End = &a.End
			}
			if a.Start < m.Now && some(12) {
				t.Pin.End = new(a.End + rng.Int64N(9))
			}
		case !some(5):
			m.Baseline.Assignments = append(m.Baseline.Assignments, a)
		}
	}
	if some(6) {
		i := rng.IntN(len(m.Tasks))
		if t := &m.Tasks[i]; t.Pin == nil && len(m.Baseline.Assignments) == 0 {
			t.Pin = &model.Pin{Mode: new(rng.IntN(len(t.Modes))), Start: new(m.Now + rng.Int64N(100)), Waive: waive}
		}
	}
	stops := some(4) // those of pinned tasks are found again
	for _, stop := range plan.Stops {
		t := &m.Tasks[stop.Before]
		switch {
		case t.Pin == nil || t.Pin.Start == nil:
			if !some(5) {
				m.Baseline.Stops = append(m.Baseline.Stops, stop)
			}
		case !stops && t.Meets(&stop) && stop.End <= *t.Pin.Start:
			m.Stops = append(m.Stops, stop)
		}
	}
	if some(3) {
		r := &m.Resources[2+rng.IntN(4)]
		r.Down = []model.Window{{From: m.Now + 1, Until: m.Now + 2 + rng.Int64N(20)}}
	}
	if some(2) {
		m.Objective = append([][]model.Term{{{Term: model.Stability}}}, m.Objective...)
	}
}

func anyCleaning(rng *rand.Rand) *model.Cleaning {
	some := func(n int) bool { return rng.IntN(n) == 0 }
	c := &model.Cleaning{Duration: 1 + rng.Int64N(4), Tasks: 1 + rng.Int64N(4), Cost: 3}
	if some(2) {
		c.Time = 60
	}
	if some(3) {
		c.DirtyHold = 15 + rng.Int64N(60)
	}
	if some(3) {
		c.CleanHold = 10 + rng.Int64N(40)
	}
	switch rng.IntN(4) {
	case 0:
		c.Needs = []model.Need{{Resource: 0, Amount: 1}}
	case 1:
		c.Needs = []model.Need{{Resource: 1, Amount: 1 + rng.Int64N(2)}, {Resource: 0, Amount: 1}}
	}
	return c
}

func anyJobs(rng *rand.Rand, m *model.Model) {
	for j := range 3 + rng.IntN(8) {
		family := rng.IntN(3)
		m.Jobs = append(m.Jobs, model.Job{Release: rng.Int64N(30), Due: new(30 + rng.Int64N(200)), Weight: rng.Int64N(4)})
		tank := rng.IntN(2)
		steps := 2 + rng.IntN(3)
		for k := range steps {
			t := model.Task{Job: &j, Family: &family, Breaks: []model.Breaks{"", model.Fit, model.Pause, model.Cross}[rng.IntN(4)]}
			d := 1 + rng.Int64N(12)
			if rng.IntN(12) == 0 {
				d = 0
			}
			for range 1 + rng.IntN(2) {
				mode := model.Mode{Duration: d, Needs: []model.Need{{Resource: 2 + rng.IntN(3), Amount: 1}}}
				if rng.IntN(4) == 0 {
					mode.Needs = append(mode.Needs, model.Need{Resource: 5, Amount: 1 + rng.Int64N(2)})
				}
				if rng.IntN(3) == 0 {
					mode.Needs = append(mode.Needs, model.Need{Resource: 1, Amount: 1 + rng.Int64N(2)})
				}
				if d > 0 && steps > 2 && tank == 0 {
					switch k {
					case 0:
						mode.Flows = []model.Flow{{Tank: 0, Amount: 6}}
					case steps - 1:
						mode.Flows = []model.Flow{{Tank: 0, Amount: -6}}
					}
				}
				t.Modes = append(t.Modes, mode)
			}
			if d == 0 && steps > 2 && tank == 0 && k == 0 {
				t.Modes[0].Flows, t.Modes = []model.Flow{{Tank: 0, Amount: 6}}, t.Modes[:1]
			} else if d == 0 && steps > 2 && tank == 0 && k == steps-1 {
				t.Modes[0].Flows, t.Modes = []model.Flow{{Tank: 0, Amount: -6}}, t.Modes[:1]
			}
			if k > 0 {
				m.Precedences = append(m.Precedences, model.Precedence{Before: len(m.Tasks) - 1, After: len(m.Tasks), MinLag: max(0, rng.Int64N(6)-3)})
			}
			m.Tasks = append(m.Tasks, t)
		}
	}
}

// Whatever is switched on, what the engine returns is a schedule of the model, and so it is when a part has happened or is pinned.
func TestEveryResultPassesTheChecker(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	found, again, ran := 0, 0, 0
	solve := func(round int, m *model.Model, moves int64) *model.Schedule {
		r, err := process.Solve(context.Background(), m, process.Options{Seed: 1, Moves: moves})
		if _, none := errors.AsType[*process.NotFoundError](err); none {
			return nil
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := check.Schedule(m, r.Schedule); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		return r.Schedule
	}
	for round := range 400 {
		m := anyPlant(rng)
		if err := m.Validate(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		plan := solve(round, m, 150)
		if plan == nil {
			continue
		}
		found++
		for range 2 {
			left := copied(t, m)
			if anyRunning(rng, left, plan); left.Validate() != nil {
				continue // what is pinned cannot be by lags and capacities alone
			}
			ran++
			if solve(round, left, 30) != nil {
				again++
			}
		}
	}
	t.Logf("schedules were found of %d models of 400, and of %d of %d with what has happened", found, again, ran)
	if found < 260 || ran < 450 || again < ran/3 {
		t.Errorf("schedules were found of %d models of 400, and of %d of %d with what has happened", found, again, ran)
	}
}
