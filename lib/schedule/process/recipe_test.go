package process_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// recycling is batches that take solvent and feed and make product, a by-product and most of the solvent
// again, which is distilled before it goes back.
func recycling(batches int, solvent int64) *model.Model {
	const feed, fresh, used, product, waste = 0, 1, 2, 3, 4
	flow := func(tank int) model.Flow { return model.Flow{Tank: tank, Family: new(tank)} }
	m := &model.Model{
		Families:  []string{"feed", "solvent", "used solvent", "product", "waste"},
		Resources: []model.Resource{{Capacity: 1}, {Capacity: 1}, {Capacity: 1}},
		Recipes: []model.Recipe{
			{Name: "react", Size: 100, Parts: []model.Part{{Family: feed, Amount: -60}, {Family: fresh, Amount: -40}, {Family: product, Amount: 55}, {Family: used, Amount: 40}, {Family: waste, Amount: 3}}},
			{Name: "distil", Size: 40, Parts: []model.Part{{Family: used, Amount: -40}, {Family: fresh, Amount: 36}}},
		},
	}
	for k := range m.Families {
		m.Tanks = append(m.Tanks, model.Tank{Capacity: 1000, Family: new(k)})
	}
	m.Tanks[feed].Level, m.Tanks[fresh].Level = int64(batches)*60, solvent
	for range batches {
		m.Tasks = append(m.Tasks, model.Task{Modes: []model.Mode{
			{Duration: 10, Recipe: new(0), Batch: 100, Needs: []model.Need{{Resource: 0, Amount: 1}}, Flows: []model.Flow{flow(feed), flow(fresh), flow(product), flow(used), flow(waste)}},
			{Duration: 12, Recipe: new(0), Batch: 100, Needs: []model.Need{{Resource: 2, Amount: 1}}, Flows: []model.Flow{flow(feed), flow(fresh), flow(product), flow(used), flow(waste)}},
		}})
	}
	for range batches {
		m.Tasks = append(m.Tasks, model.Task{Modes: []model.Mode{{Duration: 5, Recipe: new(1), Batch: 40, Needs: []model.Need{{Resource: 1, Amount: 1}}, Flows: []model.Flow{flow(used), flow(fresh)}}}})
	}
	m.Objective = [][]model.Term{{{Term: model.Makespan}}}
	return m
}

// With solvent for one batch each waits until that of the one before is distilled, and a little of it is lost;
// with more they run side by side.
func TestWhatComesBackIsUsedAgain(t *testing.T) {
	m := recycling(4, 40+3*4)
	s := solved(t, m)
	if s.Makespan != 4*15 {
		t.Errorf("one after the other takes %d", s.Makespan)
	}
	s.Assignments[4].Start -= 5
	s.Assignments[4].End -= 5
	if err := check.Schedule(m, s); err == nil {
		t.Error("what is not made yet is distilled")
	}
	if s = solved(t, recycling(4, 160)); s.Makespan > 30 {
		t.Errorf("side by side takes %d", s.Makespan)
	}
	if _, err := process.Solve(t.Context(), recycling(4, 40+2*4), process.Options{Moves: 30}); err == nil {
		t.Error("solvent is made of nothing")
	}
	if err := recycling(4, 15).Validate(); err == nil || !strings.Contains(err.Error(), "families[1]: is drawn by 160 in the whole plan, and at most 159 can be there") {
		t.Error(err)
	}
}

// Whatever the stock, the balance is kept at every moment, which the checker looks at.
func TestBalancesAreKept(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		n := 1 + rng.IntN(6)
		m := recycling(n, 40+4*int64(n)+rng.Int64N(80))
		m.Tanks[2].Capacity, m.Tanks[4].Capacity = 40+rng.Int64N(50), 100
		solved(t, m)
	}
}
