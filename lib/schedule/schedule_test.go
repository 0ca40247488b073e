package schedule

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/lib/schedule/instance"
	"linghang/lib/schedule/model"
)

// shop is a random model of chains. Flow shops pass the machines in one order of jobs.
func shop(rng *rand.Rand, jobs, machines int, flow bool) *model.Model {
	m := &model.Model{Resources: make([]model.Resource, machines)}
	for r := range m.Resources {
		m.Resources[r].Capacity = 1
		if flow {
			m.SameOrder = append(m.SameOrder, r)
		}
	}
	for j := range jobs {
		m.Jobs = append(m.Jobs, model.Job{})
		route := rng.Perm(machines)
		if flow {
			slices.Sort(route)
		} else {
			m.Jobs[j].Release = max(0, rng.Int64N(20)-10)
		}
		for k, r := range route {
			mode := model.Mode{Duration: max(0, rng.Int64N(30)-2), Needs: []model.Need{{Resource: r, Amount: 1}}}
			if !flow && rng.IntN(8) == 0 {
				mode.Needs = nil
			}
			if k > 0 {
				m.Precedences = append(m.Precedences, model.Precedence{Before: len(m.Tasks) - 1, After: len(m.Tasks)})
			}
			m.Tasks = append(m.Tasks, model.Task{Job: &j, Modes: []model.Mode{mode}})
		}
	}
	return m
}

func solve(t *testing.T, m *model.Model, moves int64) *Result {
	t.Helper()
	r, err := Solve(t.Context(), m, Options{Seed: 1, Moves: moves})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// copied is a model of its own.
func copied(t *testing.T, m *model.Model) *model.Model {
	t.Helper()
	var b strings.Builder
	if err := m.Encode(&b); err != nil {
		t.Fatal(err)
	}
	c, err := model.Decode([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// relabelled has resources, jobs and tasks in other places.
func relabelled(t *testing.T, rng *rand.Rand, m *model.Model) *model.Model {
	c := copied(t, m)
	resource, job, task := rng.Perm(len(m.Resources)), rng.Perm(len(m.Jobs)), rng.Perm(len(m.Tasks))
	for i := range m.Resources {
		c.Resources[resource[i]] = m.Resources[i]
	}
	for i := range m.Jobs {
		c.Jobs[job[i]] = m.Jobs[i]
	}
	for i := range m.Tasks {
		moved := copied(t, m).Tasks[i]
		if moved.Job != nil {
			moved.Job = &job[*moved.Job]
		}
		for k := range moved.Modes {
			for n := range moved.Modes[k].Needs {
				moved.Modes[k].Needs[n].Resource = resource[moved.Modes[k].Needs[n].Resource]
			}
		}
		c.Tasks[task[i]] = moved
	}
	for i := range c.Precedences {
		c.Precedences[i].Before, c.Precedences[i].After = task[m.Precedences[i].Before], task[m.Precedences[i].After]
	}
	for i := range c.SameOrder {
		c.SameOrder[i] = resource[m.SameOrder[i]]
	}
	return c
}

func scaled(t *testing.T, m *model.Model, factor int64) *model.Model {
	c := copied(t, m)
	c.Horizon *= factor
	for i := range c.Jobs {
		c.Jobs[i].Release *= factor
		if d := c.Jobs[i].Deadline; d != nil {
			*d *= factor
		}
	}
	for i := range c.Tasks {
		for k := range c.Tasks[i].Modes {
			c.Tasks[i].Modes[k].Duration *= factor
		}
	}
	for i := range c.Precedences {
		c.Precedences[i].MinLag *= factor
	}
	return c
}

// reversed turns time round; there are no releases then.
func reversed(t *testing.T, m *model.Model) *model.Model {
	c := copied(t, m)
	for i := range c.Precedences {
		c.Precedences[i].Before, c.Precedences[i].After = m.Precedences[i].After, m.Precedences[i].Before
	}
	return c
}

// Optima that are proven are those of the model and not of how it is written down: this
// holds for any two schedules that both are optimal, and for bounds against any schedule.
func TestOptimaDoNotDependOnHowTheModelIsWritten(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	proven := map[string]int{}
	for round := range 50 {
		m := anyModel(rng, round)
		for j := range m.Jobs {
			m.Jobs[j].Release = 0 // so that time can be turned round
		}
		if round%5 == 4 {
			m.Jobs[0].Deadline, m.SameOrder = new(int64(10_000)), nil // which makes a plant of it
		}
		r := solve(t, m, 1500)
		for name, c := range map[string]struct {
			m      *model.Model
			factor int64
		}{"relabelled": {relabelled(t, rng, m), 1}, "scaled": {scaled(t, m, 1000), 1000}, "reversed": {reversed(t, m), 1}} {
			other := solve(t, c.m, 1500)
			if other.LowerBound > c.factor*r.Makespan || c.factor*r.LowerBound > other.Makespan {
				t.Errorf("round %d, %s: %d–%d and %d–%d", round, name, r.LowerBound, r.Makespan, other.LowerBound, other.Makespan)
			}
			if r.Status == Optimal && other.Status == Optimal {
				proven[r.Engine+" "+name]++
				if other.Makespan != c.factor*r.Makespan {
					t.Errorf("round %d, %s: optimum %d became %d", round, name, r.Makespan, other.Makespan)
				}
			}
		}
	}
	for _, engine := range append(engines(), "process") {
		for _, name := range []string{"relabelled", "scaled", "reversed"} {
			if proven[engine+" "+name] == 0 {
				t.Errorf("%s %s: nothing was proven, so nothing was tested: %v", engine, name, proven)
			}
		}
	}
}

// anyModel is a random model of each kind in turn.
func anyModel(rng *rand.Rand, round int) *model.Model {
	m := shop(rng, 2+rng.IntN(5), 2+rng.IntN(4), round%4 == 1)
	if round%8 == 5 {
		dontWait(m)
	}
	if round%4 >= 2 {
		m.Jobs[0].Release = 0
		for i := range m.Tasks {
			other := model.Mode{Duration: rng.Int64N(30), Needs: []model.Need{{Resource: rng.IntN(len(m.Resources)), Amount: 1}}}
			if rng.IntN(2) == 0 || i == 0 {
				m.Tasks[i].Modes = append(m.Tasks[i].Modes, other)
			}
		}
	}
	if round%4 == 3 {
		m.Resources = append(m.Resources, model.Resource{Capacity: 1 + rng.Int64N(6)})
		people := len(m.Resources) - 1
		for i := range m.Tasks {
			for k := range m.Tasks[i].Modes {
				mode := &m.Tasks[i].Modes[k]
				mode.Needs = append(mode.Needs, model.Need{Resource: people, Amount: 1 + rng.Int64N(m.Resources[people].Capacity)})
			}
			if i > 0 && rng.IntN(3) == 0 {
				m.Precedences = append(m.Precedences, model.Precedence{Before: rng.IntN(i), After: i, MinLag: rng.Int64N(9)})
			}
		}
	}
	return m
}

// dontWait makes a flow shop one in which jobs do not wait.
func dontWait(m *model.Model) {
	for i := range m.Tasks {
		m.Tasks[i].Modes[0].Duration++
	}
	for i := range m.Precedences {
		m.Precedences[i].MaxLag = new(int64(0))
	}
	m.SameOrder = nil
}

func engines() []string { return []string{"jobshop", "flowshop", "flexible", "project"} }

// Every result has passed the checker, or Solve errs.
func TestRandomModelsAreSolved(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 4))
	used := map[string]int{}
	for round := range 150 {
		m := anyModel(rng, round)
		r := solve(t, m, 500)
		used[r.Engine]++
		if r.LowerBound > r.Makespan || (r.Status == Optimal) != (r.LowerBound == r.Makespan) {
			t.Errorf("round %d: %+v", round, r)
		}
	}
	for _, name := range engines() {
		if used[name] < 10 {
			t.Errorf("%s was chosen %d times", name, used[name])
		}
	}
}

// With a job less an optimum is no longer: no bound is above what was reached with it, and
// optima that are proven do not grow.
func TestAJobLessNeverHurts(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 4))
	proven := 0
	for round := range 40 {
		m := shop(rng, 4, 3, round%2 == 1)
		if round%8 == 2 {
			m.Horizon = 10_000
		}
		less := copied(t, m)
		for i := range less.Tasks {
			if *less.Tasks[i].Job == 3 {
				less.Tasks[i].Modes[0].Duration = 0
			}
		}
		proven += noLonger(t, round, solve(t, less, 1500), solve(t, m, 1500))
	}
	if proven < 5 {
		t.Errorf("%d pairs were proven", proven)
	}
}

// So it is with a machine more on which every task takes longer than elsewhere.
func TestADominatedMachineNeverHurts(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 4))
	proven := 0
	for round := range 40 {
		m := anyModel(rng, 2+round%2)
		if round%5 == 4 {
			m.Horizon = 10_000
		}
		more := copied(t, m)
		more.Resources = append(more.Resources, model.Resource{Capacity: 1})
		for i := range more.Tasks {
			mode := more.Tasks[i].Modes[0]
			slow := model.Mode{Duration: mode.Duration + 1 + rng.Int64N(9), Needs: []model.Need{{Resource: len(more.Resources) - 1, Amount: 1}}}
			for _, n := range mode.Needs {
				if m.Resources[n.Resource].Capacity > 1 {
					slow.Needs = append(slow.Needs, n)
				}
			}
			more.Tasks[i].Modes = append(more.Tasks[i].Modes, slow)
		}
		proven += noLonger(t, round, solve(t, more, 1500), solve(t, m, 1500))
	}
	if proven < 5 {
		t.Errorf("%d pairs were proven", proven)
	}
}

// noLonger tells whether both are proven; the first has to be no longer.
func noLonger(t *testing.T, round int, r, than *Result) int {
	t.Helper()
	if r.LowerBound > than.Makespan {
		t.Errorf("round %d: at least %d, and %d is enough for more", round, r.LowerBound, than.Makespan)
	}
	if r.Status != Optimal || than.Status != Optimal {
		return 0
	}
	if r.Makespan > than.Makespan {
		t.Errorf("round %d: optimum %d instead of %d", round, r.Makespan, than.Makespan)
	}
	return 1
}

func TestTheSameSeedMakesTheSameSchedule(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 4))
	for round := range 8 {
		m := anyModel(rng, round)
		a, b := solve(t, m, 300), solve(t, m, 300)
		if !reflect.DeepEqual(a.Schedule, b.Schedule) {
			t.Errorf("%s: %d and %d", a.Engine, a.Makespan, b.Makespan)
		}
	}
}

func TestProgressIsToldAndEndsWithTheResult(t *testing.T) {
	m := shop(rand.New(rand.NewPCG(8, 4)), 10, 5, false)
	var last Progress
	var found time.Duration
	r, err := Solve(t.Context(), m, Options{Moves: 2000, Workers: 2, Progress: func(p Progress) {
		if last.Makespan != 0 && (p.Makespan > last.Makespan || p.Makespan == last.Makespan && p.LowerBound <= last.LowerBound) || p.Elapsed < last.Elapsed {
			t.Errorf("%+v after %+v", p, last)
		}
		if p.Makespan != last.Makespan {
			found = p.Elapsed
		}
		last = p
	}})
	if err != nil || last.Makespan != r.Makespan || last.LowerBound != r.LowerBound || found.Seconds() != r.BestAfter {
		t.Errorf("%+v, %+v, %v", last, r, err)
	}
}

func TestTimeEndsTheSearch(t *testing.T) {
	m := shop(rand.New(rand.NewPCG(9, 4)), 20, 15, false)
	if _, err := Solve(t.Context(), m, Options{Time: 20 * time.Millisecond}); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Solve(ctx, m, Options{Progress: func(Progress) { cancel() }})
	if err != nil || r.Makespan == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestModelsThatNothingTakesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*model.Model)
		want  string
	}{
		"release":  {func(m *model.Model) { m.Jobs[1].Release = 3 }, "tasks[2] has a release"},
		"lag":      {func(m *model.Model) { m.Precedences[0].MinLag = 1 }, "precedences[0] has a lag"},
		"plant":    {func(m *model.Model) { m.Now = 3 }, "but it has now"},
		"waiting":  {func(m *model.Model) { m.Precedences[0].MaxLag = new(int64(0)) }, "some tasks wait"},
		"no time":  {func(m *model.Model) { setUp(m); m.Tasks[1].Modes[0].Duration = 0 }, "tasks[1] takes no time"},
		"a crew":   {func(m *model.Model) { setUp(m); m.Changeovers[0].Needs = []model.Need{{Resource: 2, Amount: 1}} }, "needs more than time"},
		"backward": {func(m *model.Model) { m.Precedences[1] = model.Precedence{Before: 3, After: 2} }, "tasks[3] is not on the machine"},
	} {
		m, err := instance.FlowShop([]byte("2 2\n1 2 3 4"))
		if err != nil {
			t.Fatal(err)
		}
		c.spoil(m)
		_, err = Solve(t.Context(), m, Options{Moves: 1})
		if unsupported, ok := errors.AsType[*UnsupportedError](err); !ok || !strings.Contains(unsupported.Why, c.want) {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	if _, err := Solve(t.Context(), &model.Model{}, Options{Moves: 1}); err == nil {
		t.Error("nothing was scheduled")
	}
}

// setUp gives the second machine of a model with two jobs on two machines changeovers.
func setUp(m *model.Model) {
	m.Families = []string{"a", "b"}
	m.Changeovers = []model.Changeover{{Duration: [][]int64{{0, 1}, {1, 0}}}}
	m.Resources[1].Changeover = new(0)
	m.Resources = append(m.Resources, model.Resource{Capacity: 1})
	for i := range m.Tasks {
		m.Tasks[i].Family = new(i / 2)
	}
}

func TestPlantsAreForTheirEngine(t *testing.T) {
	m := shop(rand.New(rand.NewPCG(11, 4)), 3, 3, false)
	m.Jobs[0].Due = new(int64(5))
	m.Objective = [][]model.Term{{{Term: model.Tardiness}}}
	r, err := Solve(t.Context(), m, Options{Moves: 50})
	if err != nil || r.Engine != "process" || len(r.Objective) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Who says that the makespan is the objective, or by when all has to end, has the engine that knows most all the same.
func TestShortestSchedulesKeepTheHorizon(t *testing.T) {
	m := shop(rand.New(rand.NewPCG(11, 4)), 8, 2, false)
	best := solve(t, m, 3000)
	if best.Status != Optimal || best.Engine != "jobshop" {
		t.Fatalf("%+v", best)
	}
	m.Objective = [][]model.Term{{{Term: model.Makespan, Weight: 3}}}
	m.Horizon = best.Makespan
	told := 0
	r, err := Solve(t.Context(), m, Options{Moves: 3000, Progress: func(p Progress) {
		told++
		if p.Makespan > m.Horizon || len(p.Objective) != 1 || p.Objective[0] != 3*p.Makespan {
			t.Errorf("told %+v", p)
		}
	}})
	if err != nil || r.Engine != "jobshop" || r.Status != Optimal || r.Makespan != best.Makespan || len(r.Objective) != 1 || r.Objective[0] != 3*r.Makespan || told == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	m.Horizon--
	_, err = Solve(t.Context(), m, Options{Moves: 300})
	if short, is := errors.AsType[*HorizonError](err); !is || short.LowerBound != best.Makespan || !strings.Contains(err.Error(), "no schedule ends by the horizon") {
		t.Errorf("%v", err)
	}
}

// The first schedule is enough where it is asked for, whatever engine finds it.
func TestTheFirstScheduleIsEnough(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 4))
	several := shop(rng, 4, 3, false)
	several.Resources[0].Capacity = 2
	for name, m := range map[string]*model.Model{"jobshop": shop(rng, 12, 8, false), "flowshop": shop(rng, 30, 8, true), "project": several} {
		told := 0
		r, err := Solve(t.Context(), m, Options{First: true, Time: time.Hour, Progress: func(Progress) { told++ }})
		if err != nil || r.Engine != name || told == 0 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// Machines of flow shops are set up between jobs, and jobs that do not wait make a flow shop too: what comes out passes the
// checker, and is never longer than what the engine of plants finds.
func TestFlowShopsAreSetUpAndDoNotWait(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 4))
	for round := range 60 {
		m := shop(rng, 2+rng.IntN(5), 1+rng.IntN(4), true)
		for i := range m.Tasks {
			m.Tasks[i].Modes[0].Duration++
		}
		noWait := rng.IntN(2) == 0 && len(m.Precedences) > 0
		if noWait {
			dontWait(m)
		}
		if !noWait || rng.IntN(2) == 0 {
			families(rng, m)
		}
		r := solve(t, m, 2000)
		if r.Engine != "flowshop" {
			t.Fatalf("round %d: %s", round, r.Engine)
		}
		free := copied(t, m)
		free.SameOrder, free.Now = nil, 0
		free.Jobs[0].Deadline = new(int64(1 << 20))
		other, err := Solve(t.Context(), free, Options{Seed: 1, Moves: 100})
		if err != nil || other.Engine != "process" {
			t.Fatalf("round %d: %+v, %v", round, other, err)
		}
		if noWait && r.Makespan > other.Makespan || r.LowerBound > other.Makespan {
			t.Errorf("round %d: %d with bound %d, and the engine of plants has %d", round, r.Makespan, r.LowerBound, other.Makespan)
		}
	}
}

// families sets machines up between the tasks of random families, which are others on each machine.
func families(rng *rand.Rand, m *model.Model) {
	m.Families = []string{"a", "b", "c"}
	table := model.Changeover{}
	for range m.Families {
		table.Duration = append(table.Duration, []int64{rng.Int64N(9), rng.Int64N(9), rng.Int64N(9)})
	}
	m.Changeovers = []model.Changeover{table}
	for i := range m.Resources {
		if rng.IntN(3) > 0 {
			m.Resources[i].Changeover = new(0)
		}
		if rng.IntN(2) == 0 {
			m.Resources[i].Family = new(rng.IntN(3))
		}
	}
	for i := range m.Tasks {
		m.Tasks[i].Family = new(rng.IntN(3))
	}
}

func ExampleSolve() {
	m, err := instance.Read("jobshop", []byte("2 2\n0 3 1 2\n1 4 0 1\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := Solve(context.Background(), m, Options{Moves: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Engine, r.Status, r.Makespan)
	for _, a := range r.Schedule.Assignments {
		fmt.Println(m.Tasks[a.Task].Name, a.Start, a.End)
	}
	// Output:
	// jobshop optimal 6
	// J0.0 0 3
	// J0.1 4 6
	// J1.0 0 4
	// J1.1 4 5
}
