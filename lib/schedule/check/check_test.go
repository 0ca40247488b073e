package check

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"linghang/lib/schedule/model"
)

// shop is two jobs over two machines in one order, and a helper for three at a time.
func shop() (*model.Model, *model.Schedule) {
	a, b := 0, 1
	on := func(r int, d int64) []model.Mode {
		return []model.Mode{{Duration: d, Needs: []model.Need{{Resource: r, Amount: 1}, {Resource: 2, Amount: 2}}}}
	}
	m := &model.Model{
		Resources:   []model.Resource{{Capacity: 1}, {Capacity: 1}, {Capacity: 4}},
		Jobs:        []model.Job{{Release: 1}, {}},
		Tasks:       []model.Task{{Name: "A0", Job: &a, Modes: on(0, 3)}, {Name: "A1", Job: &a, Modes: on(1, 2)}, {Name: "B0", Job: &b, Modes: on(0, 2)}, {Name: "B1", Job: &b, Modes: on(1, 4)}},
		Precedences: []model.Precedence{{Before: 0, After: 1, MinLag: 1}, {Before: 2, After: 3}},
		SameOrder:   []int{0, 1},
	}
	return m, &model.Schedule{Makespan: 10, Assignments: []model.Assignment{{Task: 0, Start: 1, End: 4}, {Task: 1, Start: 5, End: 7}, {Task: 2, Start: 4, End: 6}, {Task: 3, Start: 7, End: 11}}}
}

func TestARightScheduleHasNoViolation(t *testing.T) {
	m, s := shop()
	s.Makespan = 11
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
}

func TestEveryRuleIsLookedAt(t *testing.T) {
	at := func(s *model.Schedule, task int, start int64) {
		a := &s.Assignments[task]
		a.Start, a.End = start, a.End-a.Start+start
	}
	for name, c := range map[string]struct {
		spoil func(*model.Model, *model.Schedule)
		want  string
	}{
		"not done":   {func(_ *model.Model, s *model.Schedule) { s.Assignments = s.Assignments[:3] }, "tasks: task 3 (B1) is not done"},
		"twice":      {func(_ *model.Model, s *model.Schedule) { s.Assignments[3].Task = 2 }, "tasks: task 2 (B0) is done twice"},
		"unknown":    {func(_ *model.Model, s *model.Schedule) { s.Assignments[3].Task = 4 }, "tasks: assignments[3] is of task 4"},
		"mode":       {func(_ *model.Model, s *model.Schedule) { s.Assignments[3].Mode = 1 }, "modes: task 3 (B1) is done in mode 1; it has 1"},
		"too short":  {func(_ *model.Model, s *model.Schedule) { s.Assignments[3].End = 10 }, "times: task 3 (B1) starts at 7, takes 4 and ends at 10"},
		"negative":   {func(_ *model.Model, s *model.Schedule) { at(s, 0, -1) }, "times: task 0 (A0) starts at -1"},
		"release":    {func(_ *model.Model, s *model.Schedule) { at(s, 0, 0) }, "release: task 0 (A0) starts at 0; job 0 is released at 1"},
		"lag":        {func(_ *model.Model, s *model.Schedule) { at(s, 1, 4) }, "precedence: task 1 (A1) starts at 4"},
		"machine":    {func(_ *model.Model, s *model.Schedule) { at(s, 2, 3) }, "capacity: resource 0 has 1 and 2 is taken at 3, when task 2 (B0) starts beside task 0 (A0)"},
		"capacity":   {func(m *model.Model, _ *model.Schedule) { m.Resources[2].Capacity = 3 }, "capacity: resource 2 has 3 and 4 is taken at 5, when task 1 (A1) starts beside task 2 (B0)"},
		"same order": {func(_ *model.Model, s *model.Schedule) { at(s, 1, 12) }, "same_order: task 3 (B1) is before task 1 (A1) on resource 1"},
		"makespan":   {func(_ *model.Model, s *model.Schedule) { s.Makespan = 10 }, "makespan: is said to be 10; the last task ends at 11"},
	} {
		m, s := shop()
		s.Makespan = 11
		c.spoil(m, s)
		if err := Schedule(m, s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
}

func TestTasksOfNoTimeTakeNothing(t *testing.T) {
	m, s := shop()
	m.Tasks[2].Modes[0].Duration = 0
	s.Assignments[2] = model.Assignment{Task: 2, Start: 2, End: 2} // while A0 has the machine
	s.Makespan = 11
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
}

// The load at every moment, counted moment by moment, agrees with the checker.
func TestCapacityAgreesWithCountingEveryMoment(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	right := 0
	for round := range 2000 {
		m := &model.Model{Resources: []model.Resource{{Capacity: 1 + rng.Int64N(5)}}}
		s := &model.Schedule{}
		var load [32]int64
		for i := range 1 + rng.IntN(7) {
			start, d, amount := rng.Int64N(20), rng.Int64N(7), 1+rng.Int64N(m.Resources[0].Capacity)
			m.Tasks = append(m.Tasks, model.Task{Modes: []model.Mode{{Duration: d, Needs: []model.Need{{Resource: 0, Amount: amount}}}}})
			s.Assignments = append(s.Assignments, model.Assignment{Task: i, Start: start, End: start + d})
			s.Makespan = max(s.Makespan, start+d)
			for at := start; at < start+d; at++ {
				load[at] += amount
			}
		}
		want := true
		for _, l := range load {
			want = want && l <= m.Resources[0].Capacity
		}
		if got := Schedule(m, s) == nil; got != want {
			t.Fatalf("round %d: %v, not %v: %+v %+v", round, got, want, m, s)
		}
		if want {
			right++
		}
	}
	if right < 100 || right > 1900 {
		t.Errorf("%d of 2000 were right: the test looks at one side only", right)
	}
}

// plant is a shop of many jobs that keep to a timetable.
func plant(jobs, machines int) (*model.Model, *model.Schedule) {
	m := &model.Model{Resources: make([]model.Resource, machines+1)}
	for r := range m.Resources {
		m.Resources[r].Capacity = 1
	}
	m.Resources[machines].Capacity = int64(machines)
	s := &model.Schedule{}
	for j := range jobs {
		m.Jobs = append(m.Jobs, model.Job{})
		for k := range machines {
			i := len(m.Tasks)
			if k > 0 {
				m.Precedences = append(m.Precedences, model.Precedence{Before: i - 1, After: i})
			}
			m.Tasks = append(m.Tasks, model.Task{Job: &j, Modes: []model.Mode{{Duration: 5, Needs: []model.Need{{Resource: k, Amount: 1}, {Resource: machines, Amount: 1}}}}})
			start := 5 * int64(j+k)
			s.Assignments = append(s.Assignments, model.Assignment{Task: i, Start: start, End: start + 5})
			s.Makespan = max(s.Makespan, start+5)
		}
	}
	for k := range machines {
		m.SameOrder = append(m.SameOrder, k)
	}
	return m, s
}

func BenchmarkHundredThousand(b *testing.B) {
	m, s := plant(1000, 100)
	for b.Loop() {
		if err := Schedule(m, s); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleSchedule() {
	m := &model.Model{
		Resources: []model.Resource{{Name: "oven", Capacity: 1}},
		Tasks: []model.Task{
			{Name: "bread", Modes: []model.Mode{{Duration: 40, Needs: []model.Need{{Resource: 0, Amount: 1}}}}},
			{Name: "cake", Modes: []model.Mode{{Duration: 50, Needs: []model.Need{{Resource: 0, Amount: 1}}}}},
		},
	}
	s := &model.Schedule{Makespan: 80, Assignments: []model.Assignment{{Task: 0, Start: 0, End: 40}, {Task: 1, Start: 30, End: 80}}}
	fmt.Println(Schedule(m, s))
	// Output: capacity: resource 0 has 1 and 2 is taken at 30, when task 1 (cake) starts beside task 0 (bread)
}
