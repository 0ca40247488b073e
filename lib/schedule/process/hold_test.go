package process_test

import (
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

func on(r int, d int64, flows ...model.Flow) []model.Mode {
	return []model.Mode{{Duration: d, Needs: []model.Need{{Resource: r, Amount: 1}}, Flows: flows}}
}

func solved(t *testing.T, m *model.Model) *model.Schedule {
	t.Helper()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if err := check.Schedule(m, r.Schedule); err != nil {
		t.Fatal(err)
	}
	return r.Schedule
}

// The second batch is released long after the first: the reactor is cleaned while it can still wait dirty,
// and again because it cannot wait clean so long.
func TestAMachineIsCleanedInTimeAndAgain(t *testing.T) {
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1, Cleaning: &model.Cleaning{Duration: 3, DirtyHold: 5, CleanHold: 20}}},
		Jobs:      []model.Job{{}, {Release: 100}, {Release: 106}},
		Tasks:     []model.Task{{Job: new(0), Modes: on(0, 4)}, {Job: new(1), Modes: on(0, 4)}, {Job: new(2), Modes: on(0, 4)}},
		Horizon:   200,
	}
	s := solved(t, m)
	if len(s.Stops) != 2 || s.Stops[0].Start > 9 || s.Stops[1].End < 80 || s.Makespan != 110 {
		t.Errorf("%+v", s)
	}
	m.Resources[0].Cleaning = &model.Cleaning{Duration: 3, DirtyHold: 5}
	if s = solved(t, m); len(s.Stops) != 1 || s.Stops[0].Start > 9 || s.Makespan != 110 {
		t.Errorf("without a clean hold %+v", s)
	}
	m.Resources[0].Cleaning = &model.Cleaning{Duration: 3, CleanHold: 20}
	if s = solved(t, m); len(s.Stops) != 0 {
		t.Errorf("without a dirty hold %+v", s)
	}
}

// What was dirty for too long before anybody planned is cleaned, at any time.
func TestAHoldThatWasOverBeforeIsNotJudged(t *testing.T) {
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1, Cleaning: &model.Cleaning{Duration: 3, DirtyHold: 5}}},
		Tasks:     []model.Task{{Modes: on(0, 4), Pin: &model.Pin{Mode: new(0), Start: new(int64(0))}}, {Modes: on(0, 4)}},
		Now:       50,
	}
	if s := solved(t, m); len(s.Stops) != 1 || s.Makespan != 57 {
		t.Errorf("%+v", s)
	}
}

// The line opens late: what it draws is mixed so late that it keeps, and what is there first is drawn first.
func TestWhatATankHoldsIsDrawnInTime(t *testing.T) {
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1}, {Capacity: 1, Down: []model.Window{{From: 0, Until: 100}}}},
		Tanks:     []model.Tank{{Capacity: 40, Hold: 30}},
		Tasks: []model.Task{
			{Modes: on(0, 10, model.Flow{Amount: 10})},
			{Modes: on(1, 20, model.Flow{Amount: -10})},
			{Modes: on(0, 10, model.Flow{Amount: 10})},
			{Modes: on(1, 20, model.Flow{Amount: -10})},
		},
		Precedences: []model.Precedence{{Before: 0, After: 1}, {Before: 2, After: 3}},
	}
	s := solved(t, m)
	if s.Makespan != 140 || s.Assignments[0].End < 70 && s.Assignments[2].End < 70 {
		t.Errorf("%+v", s)
	}
	m.Tanks[0].Level = 10 // from time 0: it is too old when the line opens, and in the way
	if _, err := process.Solve(t.Context(), m, process.Options{Moves: 50}); err == nil {
		t.Error("what is too old was drawn")
	}
}
