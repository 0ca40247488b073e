package process_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"linghang/lib/schedule"
	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/plantcase"
	"linghang/lib/schedule/process"
)

// shop is a random job shop, which has no objective.
func shop(rng *rand.Rand, jobs, machines int) *model.Model {
	m := &model.Model{}
	for range machines {
		m.Resources = append(m.Resources, model.Resource{Capacity: 1})
	}
	for range jobs {
		for k, r := range rng.Perm(machines) {
			if k > 0 {
				m.Precedences = append(m.Precedences, model.Precedence{Before: len(m.Tasks) - 1, After: len(m.Tasks)})
			}
			m.Tasks = append(m.Tasks, model.Task{Modes: []model.Mode{{Duration: rng.Int64N(20), Needs: []model.Need{{Resource: r, Amount: 1}}}}})
		}
	}
	return m
}

// Where another engine proves what is best, this one is not better, and seldom worse.
func TestTheBestOfOtherEnginesIsReached(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	proven, reached := 0, 0
	for range 30 {
		m := shop(rng, 4, 3)
		best, err := schedule.Solve(t.Context(), m, schedule.Options{Moves: 3000})
		if err != nil {
			t.Fatal(err)
		}
		m.Objective = [][]model.Term{{{Term: model.Makespan}}}
		r, err := process.Solve(t.Context(), m, process.Options{Moves: 1500})
		if err != nil {
			t.Fatal(err)
		}
		if r.Schedule.Makespan < best.LowerBound || r.Bound > best.Makespan {
			t.Errorf("%d with bound %d, and %d to %d is proven", r.Schedule.Makespan, r.Bound, best.LowerBound, best.Makespan)
		}
		if best.Status == schedule.Optimal {
			proven++
			if r.Schedule.Makespan == best.Makespan {
				reached++
			}
		}
	}
	if proven < 15 || reached < proven*8/10 {
		t.Errorf("%d proven, %d reached", proven, reached)
	}
}

func TestTheSameSeedMakesTheSamePlan(t *testing.T) {
	m := plantcase.Model(25, 2)
	var plans []*model.Schedule
	for range 2 {
		r, err := process.Solve(t.Context(), m, process.Options{Seed: 3, Moves: 60})
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, r.Schedule)
	}
	if !reflect.DeepEqual(plans[0], plans[1]) {
		t.Error("two plans")
	}
}

func TestTheContextEndsTheSearch(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	r, err := process.Solve(ctx, plantcase.Model(25, 2), process.Options{Workers: 2, Progress: func(int64, []int64) {
		told++
		cancel()
	}})
	if err != nil || r.Schedule == nil || told == 0 {
		t.Error(told, err)
	}
}

// What cannot be is told with what is lacking.
func TestWhatIsNotFoundIsTold(t *testing.T) {
	on := func(d int64) []model.Mode {
		return []model.Mode{{Duration: d, Needs: []model.Need{{Resource: 0, Amount: 1}}}}
	}
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1, Down: []model.Window{{From: 0, Until: 4}}}},
		Jobs:      []model.Job{{Deadline: new(int64(10))}},
		Tasks:     []model.Task{{Job: new(0), Modes: on(4)}, {Job: new(0), Modes: on(4)}},
	}
	_, err := process.Solve(t.Context(), m, process.Options{Moves: 30})
	if lacks, ok := errors.AsType[*process.NotFoundError](err); !ok || lacks.Late != 2 || len(lacks.Missing) != 0 {
		t.Error(err)
	}
	m.Jobs[0].Deadline, m.Horizon = nil, 11
	_, err = process.Solve(t.Context(), m, process.Options{Moves: 30})
	if lacks, ok := errors.AsType[*process.NotFoundError](err); !ok || len(lacks.Missing) != 1 || lacks.Error() == "" {
		t.Error(err)
	}
}

// Whatever model is taken, what comes out keeps its rules.
func FuzzSolve(f *testing.F) {
	rng := rand.New(rand.NewPCG(4, 9))
	for range 6 {
		var b bytes.Buffer
		if err := anyPlant(rng).Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	for _, down := range []int{2, 3} { // what is left of a plan, too
		m := plantcase.Model(4, 2)
		r, err := process.Solve(f.Context(), m, process.Options{Moves: 5})
		if err != nil {
			f.Fatal(err)
		}
		left, _, err := schedule.Replan(m, schedule.Running{Plan: r.Schedule, Now: 300, Frozen: 400, Down: []schedule.Down{{Resource: down, From: 300, Until: 500}}})
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := left.Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := model.Decode(data)
		if err != nil || len(m.Tasks) > 60 || len(m.SameOrder) > 0 || m.Plant() == "" {
			return
		}
		r, err := process.Solve(t.Context(), m, process.Options{Moves: 4})
		if err != nil {
			return
		}
		if err := check.Schedule(m, r.Schedule); err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkFirstOfTenThousand is the time to a first plan of 10 000 tasks on 100 machines
// with changeovers on some, a skid and shifts.
func BenchmarkFirstOfTenThousand(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 9))
	m := shop(rng, 200, 50)
	m.Families = []string{"a", "b"}
	m.Resources = append(m.Resources, model.Resource{Capacity: 2})
	m.Changeovers = []model.Changeover{{Duration: [][]int64{{0, 3}, {2, 0}}, Needs: []model.Need{{Resource: 50, Amount: 1}}}}
	m.Calendars, m.Horizon = []model.Calendar{{Windows: []model.Window{{From: 0, Until: 80}}, Period: 100}}, 50_000
	for i := range m.Tasks {
		m.Tasks[i].Family = new(rng.IntN(2))
		m.Tasks[i].Breaks = model.Pause
	}
	for r := range 20 {
		m.Resources[r].Changeover, m.Resources[r].Calendar = new(0), new(0)
	}
	m.Objective = [][]model.Term{{{Term: model.Makespan}}}
	if err := m.Validate(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := process.Solve(b.Context(), m, process.Options{Moves: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
