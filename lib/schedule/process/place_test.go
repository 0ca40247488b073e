package process_test

import (
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// However many gaps are too short, the place after them is found, for a task and for a stop.
func TestAPlaceIsFoundAfterAnyNumberOfGaps(t *testing.T) {
	const gaps = 6000
	on := func(r int, d int64) []model.Mode {
		return []model.Mode{{Duration: d, Needs: []model.Need{{Resource: r, Amount: 1}}}}
	}
	m := &model.Model{
		Families:    []string{"a", "b"},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 2}, {2, 0}}, Needs: []model.Need{{Resource: 0, Amount: 1}}}},
		Resources:   []model.Resource{{Capacity: 1}, {Capacity: 1, Changeover: new(0), Family: new(0)}},
		Tasks:       []model.Task{{Modes: on(0, 2)}, {Family: new(1), Modes: on(1, 3)}},
		Horizon:     3 * gaps,
	}
	for k := range int64(gaps) {
		m.Tasks = append(m.Tasks, model.Task{Modes: on(0, 1), Pin: &model.Pin{Start: new(2 * k)}})
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := check.Schedule(m, r.Schedule); err != nil || r.Schedule.Makespan > 2*gaps+6 {
		t.Errorf("%d: %v", r.Schedule.Makespan, err)
	}
}

// Each machine of a task is cleaned when it is due, and no other, however many there are.
func TestEachOfNineMachinesIsCleanedByItself(t *testing.T) {
	m := &model.Model{Horizon: 1000, Objective: [][]model.Term{{{Term: model.Makespan}}, {{Term: model.ChangeoverTime}}}}
	mode := model.Mode{Duration: 15}
	for r := range 9 {
		m.Resources = append(m.Resources, model.Resource{Capacity: 1})
		mode.Needs = append(mode.Needs, model.Need{Resource: r, Amount: 1})
	}
	m.Resources[0].Cleaning = &model.Cleaning{Duration: 5, Time: 20}
	m.Resources[8].Cleaning = &model.Cleaning{Duration: 5, Tasks: 100}
	m.Tasks = []model.Task{{Modes: []model.Mode{mode}}, {Modes: []model.Mode{mode}}}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := check.Schedule(m, r.Schedule); err != nil || len(r.Schedule.Stops) != 1 || *r.Schedule.Stops[0].Resource != 0 {
		t.Errorf("%+v: %v", r.Schedule.Stops, err)
	}
}
