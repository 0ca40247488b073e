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

// Units of time and the order in which things are written down are no part of a plan: a
// schedule is one of the model in other units, and of one with jobs and tasks in other places.
func TestSchedulesScale(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for range 60 {
		m := anyPlant(rng)
		m.Clock, m.Calendars = nil, m.Calendars[:1]
		for i := range m.Resources {
			if m.Resources[i].Calendar != nil {
				m.Resources[i].Calendar = new(0)
			}
		}
		r, err := process.Solve(t.Context(), m, process.Options{Moves: 60})
		if _, none := errors.AsType[*process.NotFoundError](err); none {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		c, s := scaled(t, m, r.Schedule, 7)
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		if err := check.Schedule(c, s); err != nil {
			t.Fatal(err)
		}
		if _, err := process.Solve(t.Context(), c, process.Options{Moves: 300}); err != nil {
			t.Errorf("in other units: %v", err)
		}
	}
}

func scaled(t *testing.T, m *model.Model, plan *model.Schedule, by int64) (*model.Model, *model.Schedule) {
	t.Helper()
	var b bytes.Buffer
	if err := m.Encode(&b); err != nil {
		t.Fatal(err)
	}
	c, err := model.Decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	c.Horizon *= by
	c.Calendars[0].Period *= by
	windows := func(list []model.Window) {
		for k := range list {
			list[k].From, list[k].Until = by*list[k].From, by*list[k].Until
		}
	}
	windows(c.Calendars[0].Windows)
	for i := range c.Changeovers {
		for _, row := range c.Changeovers[i].Duration {
			for k := range row {
				row[k] *= by
			}
		}
	}
	for i := range c.Resources {
		windows(c.Resources[i].Down)
		if clean := c.Resources[i].Cleaning; clean != nil {
			clean.Duration, clean.Time = by*clean.Duration, by*clean.Time
			clean.DirtyHold, clean.CleanHold = by*clean.DirtyHold, by*clean.CleanHold
		}
	}
	for i := range c.Tanks {
		c.Tanks[i].Hold *= by
	}
	for i := range c.Jobs {
		c.Jobs[i].Release, c.Jobs[i].Due = by*c.Jobs[i].Release, new(by**c.Jobs[i].Due)
	}
	for i := range c.Tasks {
		for k := range c.Tasks[i].Modes {
			c.Tasks[i].Modes[k].Duration *= by
		}
	}
	for i := range c.Precedences {
		p := &c.Precedences[i]
		if p.MinLag *= by; p.MaxLag != nil {
			p.MaxLag = new(by * *p.MaxLag)
		}
	}
	s := &model.Schedule{Makespan: by * plan.Makespan}
	for _, a := range plan.Assignments {
		a.Start, a.End = by*a.Start, by*a.End
		s.Assignments = append(s.Assignments, a)
	}
	for _, stop := range plan.Stops {
		stop.Start, stop.End = by*stop.Start, by*stop.End
		s.Stops = append(s.Stops, stop)
	}
	return c, s
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
