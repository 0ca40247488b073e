package process_test

import (
	"testing"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// At night power is cheap, and there is time enough.
func TestPowerIsUsedWhenItIsCheap(t *testing.T) {
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1}},
		Tariff:    &model.Tariff{Price: 10, Rates: []model.Rate{{From: 20, Until: 30, Price: 1}}, Period: 40},
		Tasks:     []model.Task{{Modes: on(0, 10)}, {Modes: on(0, 10)}, {Modes: on(0, 5)}},
		Objective: [][]model.Term{{{Term: model.Energy}}, {{Term: model.Makespan}}},
		Horizon:   400,
	}
	m.Tasks[0].Modes[0].Power, m.Tasks[1].Modes[0].Power = 7, 7
	s := solved(t, m)
	if s.Objective[0] != 140 || s.Makespan != 70 || s.Assignments[2].Start != 0 && s.Assignments[2].End > 70 {
		t.Errorf("%+v", s)
	}
	m.Objective = [][]model.Term{{{Term: model.Makespan, Weight: 1000}, {Term: model.Energy}}}
	if s = solved(t, m); s.Makespan != 25 {
		t.Errorf("weighted against the makespan: %+v", s)
	}
}

// Nothing is made before it is wanted.
func TestEarlinessAndStockLetTasksWait(t *testing.T) {
	m := &model.Model{
		Resources:   []model.Resource{{Capacity: 1}, {Capacity: 1, Down: []model.Window{{From: 0, Until: 50}}}},
		Tanks:       []model.Tank{{Capacity: 40, Cost: 2}},
		Jobs:        []model.Job{{Due: new(int64(100))}, {Due: new(int64(80))}},
		Tasks:       []model.Task{{Modes: on(0, 10, model.Flow{Amount: 10})}, {Modes: on(1, 20, model.Flow{Amount: -10})}, {Job: new(0), Modes: on(0, 5)}, {Job: new(1), Modes: on(0, 5)}},
		Precedences: []model.Precedence{{Before: 0, After: 1}},
		Objective:   [][]model.Term{{{Term: model.Tardiness}}, {{Term: model.Earliness}, {Term: model.Inventory}}},
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 3000})
	if err != nil || r.Schedule.Objective[0] != 0 || r.Schedule.Objective[1] != 0 {
		t.Errorf("%+v %v", r, err)
	}
}

// What can be done side by side is done one after the other where that takes less steam at a time.
func TestAPeakIsCut(t *testing.T) {
	need := []model.Mode{{Duration: 5, Needs: []model.Need{{Resource: 0, Amount: 3}}}}
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 9}},
		Tasks:     []model.Task{{Modes: need}, {Modes: need}, {Modes: need}},
		Objective: [][]model.Term{{{Term: model.Peak, Resource: new(0)}}, {{Term: model.Makespan}}},
	}
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 3000})
	if err != nil || r.Schedule.Objective[0] != 3 || r.Schedule.Makespan != 15 {
		t.Errorf("%+v %v", r.Schedule, err)
	}
}
