package schedule

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"linghang/lib/schedule/check"
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
	for i, a := range Trim(again.Schedule, len(m.Tasks)).Assignments {
		if old := r.Schedule.Assignments[i]; old.Start < frozen && !gave[i] && (a.Start != old.Start || a.Mode != old.Mode) {
			t.Errorf("task %d was frozen at %d and is at %d", i, old.Start, a.Start)
		}
	}
	all, moved, within := Moved(r.Schedule, again.Schedule, frozen, near)
	t.Logf("%d of all, %d of %d next to the frozen zone; gave way: %v", all, moved, within, departures)
	if within < 20 || moved > within/20 || all > 8 {
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

// on is a task of a machine, and of people beside if it says so.
func on(machine int, duration int64, people ...int64) model.Task {
	mode := model.Mode{Duration: duration, Needs: []model.Need{{Resource: machine, Amount: 1}}}
	for k, n := range people {
		mode.Needs = append(mode.Needs, model.Need{Resource: 2 + k, Amount: n})
	}
	return model.Task{Modes: []model.Mode{mode}}
}

func replanned(t *testing.T, m *model.Model, r Running) ([]model.Assignment, []Departure) {
	t.Helper()
	next, gave, err := Replan(m, r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Solve(t.Context(), next, Options{Moves: 100})
	if err != nil {
		t.Fatal(err)
	}
	return got.Schedule.Assignments, gave
}

// What a planner pinned stays pinned when something else breaks down, in its mode and at its start; and where it cannot, that is said.
func TestPinsOfTheModelArePlannedAround(t *testing.T) {
	either, late, fresh := on(0, 10), on(1, 10), on(1, 5)
	either.Modes = append(either.Modes, on(1, 10).Modes...)
	either.Pin, late.Pin, fresh.Pin = &model.Pin{Mode: new(1)}, &model.Pin{Start: new(int64(80))}, &model.Pin{Start: new(int64(95))}
	m := &model.Model{Resources: []model.Resource{{Capacity: 1}, {Capacity: 1}}, Tasks: []model.Task{on(0, 30), either, late, fresh}}
	plan := &model.Schedule{Assignments: []model.Assignment{{Task: 0, End: 30}, {Task: 1, Mode: 1, Start: 20, End: 30}, {Task: 2, Start: 80, End: 90}}}
	s, gave := replanned(t, m, Running{Plan: plan, Now: 10, Down: []Down{{Resource: 1, From: 10, Until: 60}}})
	if s[1].Mode != 1 || s[1].Start < 60 || s[2].Start != 80 || s[3].Start != 95 || len(gave) != 0 {
		t.Errorf("%+v, gave way %v", s, gave)
	}
	s, gave = replanned(t, m, Running{Plan: plan, Now: 10, Down: []Down{{Resource: 1, From: 10, Until: 85}}})
	if s[1].Mode != 1 || s[2].Start < 85 || s[3].Start != 95 || len(gave) != 1 || gave[0].String() != "pin of task 2" {
		t.Errorf("%+v, gave way %v", s, gave)
	}
	// A pin that came after the plan wins over what is frozen.
	m.Tasks[1].Pin.Mode = new(0)
	s, gave = replanned(t, m, Running{Plan: plan, Now: 10, Frozen: 70})
	if s[1].Mode != 0 || s[2].Start != 80 || len(gave) != 1 || gave[0].String() != "thaw of task 1" {
		t.Errorf("%+v, gave way %v", s, gave)
	}
}

// A deadline that a breakdown makes impossible gives way, by as little as it has to, and that is said; so is one that is not
// kept because of what else needs the machine.
func TestDeadlinesGiveWay(t *testing.T) {
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1}, {Capacity: 1}}, Tasks: []model.Task{on(0, 10), on(0, 10), on(0, 10)},
		Jobs: []model.Job{{Deadline: new(int64(15))}, {Deadline: new(int64(30))}, {Deadline: new(int64(30))}},
	}
	for i := range m.Tasks {
		m.Tasks[i].Job = new(i)
	}
	plan := &model.Schedule{Assignments: []model.Assignment{{Task: 0, End: 10}, {Task: 1, Start: 10, End: 20}, {Task: 2, Start: 20, End: 30}}}
	left, gave, err := Replan(m, Running{Plan: plan, Actuals: []Actual{{Task: 0}}, Down: []Down{{Resource: 0, Until: 8}}, Now: 6})
	if err != nil || len(gave) != 1 || gave[0].String() != "late of task 0" || *left.Jobs[0].Deadline != 16 || *m.Jobs[0].Deadline != 15 {
		t.Fatalf("%v, gave way %v", err, gave)
	}
	if _, err := Solve(t.Context(), left, Options{Moves: 50}); err == nil {
		t.Error("three tasks of 10 end by 30 on a machine that is down until 8")
	}
	r, late, err := SolveLeft(t.Context(), left, Options{Moves: 50})
	if err != nil || len(late) == 0 || r.Makespan != 38 {
		t.Errorf("%+v, late %v, %v", r, late, err)
	}
	for _, a := range r.Schedule.Assignments {
		missed := a.End > *left.Jobs[a.Task].Deadline
		if said := slices.ContainsFunc(late, func(d Departure) bool { return d.Code == "late" && d.Task == a.Task }); said != missed {
			t.Errorf("task %d ends at %d, late: %t", a.Task, a.End, said)
		}
	}
}

// People who are still busy with what runs late are not there for what is frozen.
func TestWhatIsFrozenNeedsPeopleToo(t *testing.T) {
	m := &model.Model{Resources: []model.Resource{{Capacity: 1}, {Capacity: 1}, {Capacity: 3}}, Tasks: []model.Task{on(0, 10, 2), on(1, 10, 2), on(1, 10, 1)}}
	plan := &model.Schedule{Assignments: []model.Assignment{{Task: 0, End: 10}, {Task: 1, Start: 10, End: 20}, {Task: 2, Start: 20, End: 30}}}
	s, gave := replanned(t, m, Running{Plan: plan, Now: 8, Frozen: 25, Actuals: []Actual{{Task: 0, Start: new(int64(0)), End: new(int64(15))}}})
	if s[1].Start < 15 || len(gave) == 0 || gave[0].String() != "thaw of task 1" {
		t.Errorf("%+v, gave way %v", s, gave)
	}
}

// What is frozen stays only if it can: a tank that is full because a pump is late, and a machine that has to be cleaned first
// because a batch is, are seen as well as people are.
func TestWhatIsFrozenKeepsAllRules(t *testing.T) {
	draw, fill := on(0, 10), on(1, 10)
	fill.Modes[0].Flows, draw.Modes[0].Flows = []model.Flow{{Tank: 0, Amount: 10}}, []model.Flow{{Tank: 0, Amount: -10}}
	fill.Family, draw.Family = new(0), new(0)
	m := &model.Model{
		Families: []string{"a"}, Resources: []model.Resource{{Capacity: 1}, {Capacity: 1}}, Tanks: []model.Tank{{Capacity: 10, Level: 10, Family: new(0)}},
		Tasks: []model.Task{draw, fill},
	}
	late := []Actual{{Task: 0, Start: new(int64(0)), End: new(int64(14))}}
	plan := &model.Schedule{Assignments: []model.Assignment{{Task: 0, End: 10}, {Task: 1, Start: 10, End: 20}}}
	s, gave := replanned(t, m, Running{Plan: plan, Now: 5, Frozen: 40, Actuals: late})
	if s[1].Start != 14 || len(gave) != 1 || gave[0].String() != "thaw of task 1" {
		t.Errorf("tank: %+v, gave way %v", s, gave)
	}
	m = &model.Model{Resources: []model.Resource{{Capacity: 1, Cleaning: &model.Cleaning{Duration: 4, Time: 20}}}, Tasks: []model.Task{on(0, 10), on(0, 10)}}
	plan = &model.Schedule{
		Makespan: 28, Assignments: []model.Assignment{{Task: 0, End: 10}, {Task: 1, Start: 18, End: 28}},
		Stops: []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 1, Start: 12, End: 16}},
	}
	if err := check.Schedule(m, plan); err != nil {
		t.Fatal(err)
	}
	s, gave = replanned(t, m, Running{Plan: plan, Now: 5, Frozen: 40, Actuals: late})
	if s[1].Start != 18 || len(gave) != 1 || gave[0].String() != "thaw of task 1" {
		t.Errorf("cleaning: %+v, gave way %v", s, gave)
	}
}

// What has begun although no plan had it has begun; and in another mode a task takes as long as that does.
func TestWhatHappenedBesideThePlanIsKept(t *testing.T) {
	either := on(0, 10)
	either.Modes = append(either.Modes, on(1, 25).Modes...)
	m := &model.Model{Resources: []model.Resource{{Capacity: 1}, {Capacity: 1}}, Tasks: []model.Task{either, on(1, 20), on(0, 6)}}
	plan := &model.Schedule{Assignments: []model.Assignment{{Task: 0, End: 10}, {Task: 1, Start: 10, End: 30}}}
	s, gave := replanned(t, m, Running{Plan: plan, Now: 5, Actuals: []Actual{{Task: 0, Mode: new(1), Start: new(int64(2))}, {Task: 2, Start: new(int64(1))}}})
	if s[0].End != 27 || s[1].Start < 27 || s[2].Start != 1 || s[2].End != 7 || len(gave) != 0 {
		t.Errorf("%+v, gave way %v", s, gave)
	}
	plan.Assignments = plan.Assignments[1:]
	for want, actuals := range map[string][]Actual{
		"actuals[0].mode is missing": {{Task: 0, Start: new(int64(2))}},
		"actuals[1] is of task 1":    {{Task: 1}, {Task: 1}},
	} {
		if _, _, err := Replan(m, Running{Plan: plan, Now: 5, Actuals: actuals}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// Whatever runs, it is refused, or what is left of it is a model whose schedules are right.
func FuzzReplan(f *testing.F) {
	m, plan := mixer()
	for _, r := range []Running{
		{Plan: plan, Now: 45, Frozen: 50, Down: []Down{{Resource: 0, From: 45, Until: 58}}, Lost: []Lost{{Task: 0, Start: 3, End: 9}}},
		{Plan: plan, Now: 30, Actuals: []Actual{{Task: 0, Mode: new(0), Start: new(int64(2)), End: new(int64(25))}, {Task: 1}}},
	} {
		data, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		running, err := DecodeRunning(data)
		if err != nil {
			return
		}
		left, _, err := Replan(m, running)
		if err != nil {
			return
		}
		if _, err := Solve(t.Context(), left, Options{Moves: 5}); err != nil && strings.Contains(err.Error(), "which is a fault of the engine") {
			t.Error(err)
		}
	})
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
		"lost[0] is not of a task":  {Plan: plan, Lost: []Lost{{Task: 0, Start: 3, End: 4}}},
		"down[0] is of resource 99": {Plan: plan, Down: []Down{{Resource: 99, Until: 3}}},
	} {
		if _, _, err := Replan(m, r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// mixer is a machine that is set up and cleaned, and a plan in which the second of three tasks is on it.
func mixer() (*model.Model, *model.Schedule) {
	on := []model.Mode{{Duration: 20, Needs: []model.Need{{Resource: 0, Amount: 1}}}}
	m := &model.Model{
		Families:    []string{"a", "b"},
		Resources:   []model.Resource{{Capacity: 1, Changeover: new(0), Family: new(0), Cleaning: &model.Cleaning{Duration: 5, Tasks: 1}}, {Capacity: 1}},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 10}, {10, 0}}}},
		Tasks:       []model.Task{{Family: new(0), Modes: on}, {Family: new(1), Modes: on}, {Family: new(1), Modes: on}},
	}
	plan := &model.Schedule{
		Makespan:    85,
		Assignments: []model.Assignment{{Task: 0, Start: 0, End: 20}, {Task: 1, Start: 35, End: 55}, {Task: 2, Start: 65, End: 85}},
		Stops: []model.Stop{
			{Kind: model.Clean, Resource: new(0), Before: 1, Start: 20, End: 25},
			{Kind: model.Change, Resource: new(0), Before: 1, Start: 25, End: 35},
			{Kind: model.Clean, Resource: new(0), Before: 2, Start: 55, End: 60},
		},
	}
	return m, plan
}

// What is lost has set its machine up and made it dirty: the next task of its family needs a cleaning, and no changeover.
func TestWhatIsLostLeavesItsMachineAsItIs(t *testing.T) {
	m, plan := mixer()
	running := Running{Plan: plan, Now: 45, Frozen: 45, Down: []Down{{Resource: 0, From: 45, Until: 58}}}
	left, gave, err := Replan(m, running)
	if err != nil {
		t.Fatal(err)
	}
	if len(gave) != 1 || gave[0].Code != "redo" || gave[0].Lost == nil || *gave[0].Lost != (Lost{1, 0, 35, 45}) || len(left.Tasks) != 4 {
		t.Fatalf("gave way: %+v, %d tasks are left", gave, len(left.Tasks))
	}
	r, err := Solve(t.Context(), left, Options{Moves: 50})
	if err != nil {
		t.Fatal(err)
	}
	s := Trim(r.Schedule, len(m.Tasks))
	if s.Assignments[2].Start != 65 || s.Assignments[1].Start != 90 || len(s.Assignments) != 3 || s.Makespan != 110 {
		t.Errorf("%+v", s)
	}
	for _, stop := range s.Stops {
		if stop.Kind == model.Change {
			t.Errorf("there is a changeover: %+v", stop)
		}
	}
	// So it is when what is left is planned once more.
	running = Running{Plan: s, Now: 59, Frozen: 59, Lost: []Lost{*gave[0].Lost}}
	if left, gave, err = Replan(m, running); err != nil || len(gave) != 0 {
		t.Fatalf("%v, %v", gave, err)
	}
	if r, err = Solve(t.Context(), left, Options{Moves: 50}); err != nil {
		t.Fatal(err)
	}
	if all, _, _ := Moved(s, r.Schedule, 0, 0); all != 0 {
		t.Errorf("%d moved: %+v", all, r.Schedule)
	}
}

// A machine that was cleaned and set up before a breakdown is clean and set up after it, although its task cannot stay.
func TestWhatWasCleanedIsCleanForAnyTask(t *testing.T) {
	m, plan := mixer()
	left, gave, err := Replan(m, Running{Plan: plan, Now: 35, Frozen: 40, Down: []Down{{Resource: 0, From: 36, Until: 50}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(gave) != 1 || gave[0].Code != "thaw" {
		t.Errorf("gave way: %+v", gave)
	}
	r, err := Solve(t.Context(), left, Options{Moves: 50})
	if err != nil {
		t.Fatal(err)
	}
	if a := r.Schedule.Assignments; a[2].Start != 65 || a[1].Start != 90 {
		t.Errorf("%+v", r.Schedule)
	}
	if first := r.Schedule.Stops[0]; first.Start != 20 || len(r.Schedule.Stops) != 3 {
		t.Errorf("%+v", r.Schedule.Stops)
	}
}
