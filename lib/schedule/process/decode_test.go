package process

import (
	"testing"

	"linghang/lib/schedule/model"
)

// A search decodes hundreds of thousands of plans, so that a decoder which has seen a plan makes it again without
// asking for memory, whatever rules and terms the model has.
func TestDecodingAgainTakesNoMemory(t *testing.T) {
	need := func(r int) []model.Need { return []model.Need{{Resource: r, Amount: 1}} }
	m := &model.Model{
		Families: []string{"a", "b"},
		Resources: []model.Resource{
			{Capacity: 1, Changeover: new(0), Cleaning: &model.Cleaning{Duration: 2, Tasks: 3, DirtyHold: 30, CleanHold: 30, Needs: need(2)}},
			{Capacity: 1, Down: []model.Window{{From: 10, Until: 15}}},
			{Capacity: 2},
		},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 3}, {3, 0}}}},
		Recipes:     []model.Recipe{{Size: 1, Parts: []model.Part{{Family: 0, Amount: 1}}}},
		Tanks:       []model.Tank{{Capacity: 20, Hold: 40, Cost: 1, Family: new(0)}},
		Tariff:      &model.Tariff{Price: 2, Rates: []model.Rate{{From: 3, Until: 5, Price: 1}}, Period: 7},
		Horizon:     2000,
		Objective:   [][]model.Term{{{Term: model.Tardiness}, {Term: model.Earliness}}, {{Term: model.Inventory}, {Term: model.Energy}, {Term: model.Peak, Resource: new(2)}, {Term: model.ChangeoverTime}}},
	}
	for k := range 12 {
		m.Jobs = append(m.Jobs, model.Job{Due: new(int64(20 * k))})
		mix := model.Task{Job: &k, Family: new(k % 2), Modes: []model.Mode{{Duration: 4, Power: 3, Needs: need(0)}}}
		fill := model.Task{Job: &k, Family: new(k % 2), Modes: []model.Mode{{Duration: 5, Needs: need(1)}}}
		if k%2 == 0 {
			mix.Modes[0].Recipe, mix.Modes[0].Batch, mix.Modes[0].Flows = new(0), 8, []model.Flow{{Tank: 0}}
			fill.Modes[0].Flows = []model.Flow{{Tank: 0, Amount: -8}}
		}
		m.Precedences = append(m.Precedences, model.Precedence{Before: len(m.Tasks), After: len(m.Tasks) + 1})
		m.Tasks = append(m.Tasks, mix, fill)
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	in, err := newInstance(m)
	if err != nil {
		t.Fatal(err)
	}
	s := newSearcher(in, Options{Seed: 1, Moves: 500}, 0)
	s.run(t.Context(), &shared{}, 0)
	if !s.least.right() || len(s.best.wait) == 0 {
		t.Fatal("there is no plan, or none that waits")
	}
	v := s.decode(&s.best)
	if n := testing.AllocsPerRun(20, func() { v = s.decode(&s.best) }); n > 0 || v != s.least {
		t.Errorf("%v allocations, and %v is now %v", n, s.least, v)
	}
}
