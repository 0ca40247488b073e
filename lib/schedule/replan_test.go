package schedule

import (
	"strings"
	"testing"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/plantcase"
)

// A reactor breaks down: what has begun and what is frozen stays, and little else moves.
func TestABreakdownMovesLittle(t *testing.T) {
	m := plantcase.Model(60, 3)
	r, err := Solve(t.Context(), m, Options{Seed: 1, Moves: 60})
	if err != nil {
		t.Fatal(err)
	}
	const now, frozen, near = 1440, 1440 + 240, 1440 + 240 + 1440
	next, departures, err := Replan(m, Running{Plan: r.Schedule, Now: now, Frozen: frozen, Down: []Down{{Resource: 3, From: now, Until: now + 480}}})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Solve(t.Context(), next, Options{Seed: 1, Moves: 150})
	if err != nil {
		t.Fatal(err)
	}
	gave := map[int]bool{}
	for _, d := range departures {
		gave[d.Task] = true
	}
	for i, a := range again.Schedule.Assignments {
		if old := r.Schedule.Assignments[i]; old.Start < frozen && !gave[i] && (a.Start != old.Start || a.Mode != old.Mode) {
			t.Errorf("task %d was frozen at %d and is at %d", i, old.Start, a.Start)
		}
	}
	all, moved, within := Moved(r.Schedule, again.Schedule, frozen, near)
	t.Logf("%d of all, %d of %d next to the frozen zone; gave way: %v", all, moved, within, departures)
	if within < 20 || moved > within/5 {
		t.Errorf("%d of %d next to the frozen zone moved", moved, within)
	}
}

// Without a disturbance everything stays where it is.
func TestAnUndisturbedPlanStays(t *testing.T) {
	m := plantcase.Model(60, 3)
	r, err := Solve(t.Context(), m, Options{Seed: 1, Moves: 60})
	if err != nil {
		t.Fatal(err)
	}
	next, gave, err := Replan(m, Running{Plan: r.Schedule, Now: 1440, Frozen: 1680})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Solve(t.Context(), next, Options{Seed: 1, Moves: 100})
	if err != nil {
		t.Fatal(err)
	}
	if all, _, _ := Moved(r.Schedule, again.Schedule, 0, 0); all > 0 || len(gave) > 0 {
		t.Errorf("%d moved, %v gave way", all, gave)
	}
}

func TestWhatHappenedIsKept(t *testing.T) {
	on := func(r int, d int64) []model.Mode {
		return []model.Mode{{Duration: d, Needs: []model.Need{{Resource: r, Amount: 1}}}}
	}
	m := &model.Model{
		Resources:   []model.Resource{{Capacity: 1}, {Capacity: 1}},
		Tasks:       []model.Task{{Modes: on(0, 10)}, {Modes: on(1, 10)}, {Modes: on(0, 5)}, {Modes: on(1, 5)}, {Modes: on(1, 1)}},
		Precedences: []model.Precedence{{Before: 0, After: 1, MaxLag: new(int64(2))}},
	}
	plan := &model.Schedule{Assignments: []model.Assignment{{Task: 0, Start: 0, End: 10}, {Task: 1, Start: 10, End: 20}, {Task: 2, Start: 10, End: 15}, {Task: 3, Start: 20, End: 25}}}
	next, gave, err := Replan(m, Running{Plan: plan, Now: 14, Frozen: 22, Actuals: []Actual{{Task: 0, Start: new(int64(0)), End: new(int64(11))}, {Task: 1}, {Task: 2, Start: new(int64(12)), End: new(int64(19))}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Solve(t.Context(), next, Options{Moves: 50})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Schedule.Assignments
	if s[0].End != 11 || s[1].Start < 14 || s[2].End != 19 || len(gave) == 0 || s[4].Start < 14 {
		t.Errorf("%+v, gave way %v", s, gave)
	}
}

func TestRunningPlansThatAreNoneAreRefused(t *testing.T) {
	m := plantcase.Model(1, 1)
	plan := &model.Schedule{Assignments: []model.Assignment{{Task: 0, Start: 0, End: 1}}}
	for want, r := range map[string]Running{
		"a plan is needed":          {},
		"assignments[0] of the":     {Plan: &model.Schedule{Assignments: []model.Assignment{{Task: 9}}}},
		"actuals[0].task is 7":      {Plan: plan, Actuals: []Actual{{Task: 7}}},
		"actuals[0].start is 5":     {Plan: plan, Actuals: []Actual{{Task: 0, Start: new(int64(5))}}},
		"actuals[0].end goes with":  {Plan: plan, Actuals: []Actual{{Task: 0, End: new(int64(5))}}},
		"actuals[0].mode is 9":      {Plan: plan, Actuals: []Actual{{Task: 0, Mode: new(9)}}},
		"down[0] is of resource 99": {Plan: plan, Down: []Down{{Resource: 99, Until: 3}}},
	} {
		if _, _, err := Replan(m, r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}
