package check

import (
	"math/rand/v2"
	"strings"
	"testing"

	"linghang/lib/schedule/model"
)

// steamed is two batches with a tank between, a cleaning that takes steam, and something else that does, and a
// schedule of it, counted by hand.
func steamed() (*model.Model, *model.Schedule) {
	on := func(d, power int64, needs ...model.Need) []model.Mode {
		return []model.Mode{{Duration: d, Power: power, Needs: needs}}
	}
	need := func(r int, amount int64) model.Need { return model.Need{Resource: r, Amount: amount} }
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1, Cleaning: &model.Cleaning{Duration: 2, Tasks: 1, Needs: []model.Need{need(1, 6)}}}, {Capacity: 9}},
		Tanks:     []model.Tank{{Capacity: 20, Level: 1, Cost: 2}},
		Tariff:    &model.Tariff{Price: 10, Rates: []model.Rate{{From: 4, Until: 8, Price: 1}}, Period: 16},
		Jobs:      []model.Job{{Due: new(int64(25)), Weight: 2}, {Due: new(int64(11))}, {Due: new(int64(99))}},
		Tasks:     []model.Task{{Modes: on(10, 3, need(0, 1), need(1, 4))}, {Job: new(0), Modes: on(10, 2, need(0, 1), need(1, 5))}, {Job: new(1), Modes: on(10, 0, need(1, 2))}},
		Objective: [][]model.Term{{{Term: model.Earliness}}, {{Term: model.Inventory, Weight: 2}}, {{Term: model.Energy}}, {{Term: model.Peak, Resource: new(1)}}},
	}
	m.Tasks[0].Modes[0].Flows, m.Tasks[1].Modes[0].Flows = []model.Flow{{Amount: 10}}, []model.Flow{{Amount: -10}}
	return m, &model.Schedule{
		Makespan:    22,
		Assignments: []model.Assignment{{Task: 0, Start: 0, End: 10}, {Task: 1, Start: 12, End: 22}, {Task: 2, Start: 5, End: 15}},
		Stops:       []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 1, Start: 10, End: 12}},
		Objective: []int64{
			2 * (25 - 22),             // the first job alone is early, and the last has no tasks
			2 * 2 * (1*22 + 10*2),     // what was there, and what waits from 10 to 12
			3*(40+4+20) + 2*(40+40+2), // the second batch ends 2 after the rate came again
			6 + 2,                     // the cleaning, beside the third
		},
	}
}

func TestWhatALevelComesToIsCounted(t *testing.T) {
	m, s := steamed()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
	for k := range s.Objective {
		for _, by := range []int64{-1, 1} {
			m, s := steamed()
			s.Objective[k] += by
			if err := Schedule(m, s); err == nil || !strings.Contains(err.Error(), "objective: level ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("level %d by %d: %v", k, by, err)
			}
		}
	}
}

// Energy agrees with adding up the price of every moment.
func TestEnergyAgreesWithCountingEveryMoment(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for round := range 2000 {
		tariff := &model.Tariff{Price: rng.Int64N(9)}
		at := int64(0)
		for range rng.IntN(4) {
			from := at + rng.Int64N(3)
			at = from + 1 + rng.Int64N(4)
			tariff.Rates = append(tariff.Rates, model.Rate{From: from, Until: at, Price: rng.Int64N(9)})
		}
		if rng.IntN(3) > 0 {
			tariff.Period = max(1, at+rng.Int64N(3))
		}
		start, d, power := rng.Int64N(40), 1+rng.Int64N(60), 1+rng.Int64N(5)
		m := &model.Model{
			Tariff: tariff, Tasks: []model.Task{{Modes: []model.Mode{{Duration: d, Power: power}}}}, Objective: [][]model.Term{{{Term: model.Energy}}},
		}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for moment := start; moment < start+d; moment++ {
			in, price := moment, tariff.Price
			if tariff.Period > 0 {
				in %= tariff.Period
			}
			for _, r := range tariff.Rates {
				if r.From <= in && in < r.Until {
					price = r.Price
				}
			}
			want += power * price
		}
		s := &model.Schedule{Makespan: start + d, Objective: []int64{want}, Assignments: []model.Assignment{{Start: start, End: start + d}}}
		if err := Schedule(m, s); err != nil {
			t.Fatalf("round %d: %v: %+v", round, err, tariff)
		}
	}
}

// A tariff of a quarter of a million rates that comes again a thousand times is gone through once.
func TestALongTaskIsPricedByPeriods(t *testing.T) {
	m := &model.Model{
		Tariff:    &model.Tariff{Price: 1, Period: 1 << 19},
		Tasks:     []model.Task{{Modes: []model.Mode{{Duration: 1 << 29, Power: 3}}}},
		Objective: [][]model.Term{{{Term: model.Energy}}},
	}
	for k := range int64(1 << 18) {
		m.Tariff.Rates = append(m.Tariff.Rates, model.Rate{From: 2 * k, Until: 2*k + 1, Price: 7})
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	s := &model.Schedule{Makespan: 1 << 29, Objective: []int64{3 * 4 << 29}, Assignments: []model.Assignment{{End: 1 << 29}}}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
}

// reaction is a batch that takes feed and solvent and makes product, and a distillation that gives the solvent back
// that the next batch takes, with nothing to spare.
func reaction() (*model.Model, *model.Schedule) {
	flow := func(tank int, amount int64) model.Flow {
		return model.Flow{Tank: tank, Family: new(tank), Amount: amount}
	}
	batch := []model.Mode{{Duration: 10, Recipe: new(0), Batch: 20, Flows: []model.Flow{flow(0, 0), flow(1, -8), flow(2, 11)}}}
	m := &model.Model{
		Families: []string{"feed", "solvent", "product"},
		Recipes:  []model.Recipe{{Size: 100, Parts: []model.Part{{Family: 0, Amount: -60}, {Family: 1, Amount: -40}, {Family: 2, Amount: 55}}}, {Size: 1, Parts: []model.Part{{Family: 1, Amount: 1}}}},
		Tanks:    []model.Tank{{Capacity: 24, Level: 24, Family: new(0)}, {Capacity: 8, Level: 8, Family: new(1)}, {Capacity: 22, Family: new(2)}},
		Tasks:    []model.Task{{Modes: batch}, {Modes: []model.Mode{{Duration: 5, Recipe: new(1), Batch: 8, Flows: []model.Flow{flow(1, 0)}}}}, {Modes: batch}},
	}
	return m, &model.Schedule{Makespan: 25, Assignments: []model.Assignment{{Task: 0, Start: 0, End: 10}, {Task: 1, Start: 10, End: 15}, {Task: 2, Start: 15, End: 25}}}
}

func TestRecipesAreLookedAt(t *testing.T) {
	m, s := reaction()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
	for want, spoil := range map[string]func(*model.Model, *model.Schedule){
		"balance: task 0 lacks -20 / 100 of family 1 of recipe 0": func(m *model.Model, _ *model.Schedule) { m.Recipes[0].Parts[1].Amount = -41 },
		"balance: task 0 lacks 55 / 100 of family 2":              func(m *model.Model, _ *model.Schedule) { m.Tasks[0].Modes[0].Batch = 21 },
		"tank 0 holds as little as -1 at 15":                      func(m *model.Model, _ *model.Schedule) { m.Tanks[0].Level = 23 },
		"tank 1 holds as little as -8 at 14": func(_ *model.Model, s *model.Schedule) {
			s.Makespan, s.Assignments[2].Start, s.Assignments[2].End = 24, 14, 24
		},
		"tank 1 holds up to 16 at 9": func(_ *model.Model, s *model.Schedule) {
			s.Assignments[1].Start, s.Assignments[1].End = 9, 14
		},
		"tank 2 holds up to 22 at 15; its capacity is 21": func(m *model.Model, _ *model.Schedule) { m.Tanks[2].Capacity = 21 },
	} {
		m, s := reaction()
		spoil(m, s)
		if err := Schedule(m, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}
