package schedule

import (
	"math/rand/v2"
	"strings"
	"testing"

	"linghang/lib/schedule/model"
)

// anyShop is a small job shop, or, if it is flexible, one in which tasks have a second machine.
func anyShop(rng *rand.Rand, flexible bool) *model.Model {
	m := &model.Model{Resources: []model.Resource{{Capacity: 1}, {Capacity: 1}, {Capacity: 1}}}
	for range 4 {
		for k, r := range rng.Perm(3) {
			if k > 0 {
				m.Precedences = append(m.Precedences, model.Precedence{Before: len(m.Tasks) - 1, After: len(m.Tasks)})
			}
			t := model.Task{}
			for n := range 2 {
				if n == 0 || flexible {
					t.Modes = append(t.Modes, model.Mode{Duration: 1 + rng.Int64N(20), Needs: []model.Need{{Resource: (r + n) % 3, Amount: 1}}})
				}
			}
			m.Tasks = append(m.Tasks, t)
		}
	}
	return m
}

// changed is a copy of a model with other machines, tasks and times.
func changed(m *model.Model, machine, task []int, by int64, reverse bool) *model.Model {
	c := &model.Model{Resources: m.Resources, Tasks: make([]model.Task, len(m.Tasks))}
	for i := range m.Tasks {
		for _, mode := range m.Tasks[i].Modes {
			mode.Duration *= by
			mode.Needs = []model.Need{{Resource: machine[mode.Needs[0].Resource], Amount: 1}}
			c.Tasks[task[i]].Modes = append(c.Tasks[task[i]].Modes, mode)
		}
	}
	for _, p := range m.Precedences {
		p.Before, p.After = task[p.Before], task[p.After]
		if reverse {
			p.Before, p.After = p.After, p.Before
		}
		c.Precedences = append(c.Precedences, p)
	}
	return c
}

func same(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// What is proven to be the shortest is so under other names, in other units, and backwards; and a machine that is
// slower than another, which may be used or not, makes nothing longer.
func TestProvenOptimaStay(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	proven := 0
	for round := range 120 {
		m := anyShop(rng, round%2 == 1)
		proof := best(t, m)
		if proof.Status != Optimal {
			continue
		}
		proven++
		n := len(m.Tasks)
		slower := changed(m, same(3), same(n), 1, false)
		slower.Resources = append([]model.Resource{{Capacity: 1}}, m.Resources...)
		for i := range slower.Tasks {
			modes := slower.Tasks[i].Modes
			for k := range modes {
				modes[k].Needs[0].Resource++
			}
			slower.Tasks[i].Modes = append(modes, model.Mode{Duration: modes[0].Duration + 100, Needs: []model.Need{{Resource: 0, Amount: 1}}})
		}
		for name, c := range map[string]*model.Model{
			"relabelled": changed(m, rng.Perm(3), rng.Perm(n), 1, false),
			"scaled":     changed(m, same(3), same(n), 7, false),
			"reversed":   changed(m, same(3), same(n), 1, true),
			"slower":     slower,
		} {
			want := proof.Makespan
			if name == "scaled" {
				want *= 7
			}
			if got := best(t, c); got.LowerBound > want || got.Makespan < want && name != "slower" || got.Makespan > want {
				t.Errorf("round %d, %s: %d to %d, not %d", round, name, got.LowerBound, got.Makespan, want)
			}
		}
	}
	if proven < 20 {
		t.Errorf("only %d were proven", proven)
	}
}

func best(t *testing.T, m *model.Model) *Result {
	t.Helper()
	r, err := Solve(t.Context(), m, Options{Seed: 1, Moves: 3000})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What cannot be is refused with its place, whatever engine would take the model.
func TestImpossibleModelsSayWhatIsWrong(t *testing.T) {
	for want, spoil := range map[string]func(*model.Model){
		"tasks[1]: takes the sum":                    func(m *model.Model) { m.Tasks[0].Modes[0].Duration, m.Tasks[1].Modes[0].Duration = model.MaxTime, 1 },
		"precedences: form a circle":                 func(m *model.Model) { m.Precedences = append(m.Precedences, model.Precedence{Before: 1, After: 0}) },
		"calendars[0]: is empty":                     func(m *model.Model) { m.Calendars, m.Resources[0].Calendar = []model.Calendar{{}}, new(0) },
		"jobs[0].deadline: is 3; tasks[1] cannot":    func(m *model.Model) { m.Jobs[0].Deadline = new(int64(3)) },
		"objective[0][0].term: is tardiness, and no": func(m *model.Model) { m.Objective = [][]model.Term{{{Term: model.Tardiness}}} },
		"objective[0]: can come to": func(m *model.Model) {
			m.Jobs[0].Due, m.Jobs[0].Weight, m.Objective = new(int64(9)), model.MaxCost, [][]model.Term{{{Term: model.Tardiness, Weight: model.MaxCost}}}
		},
	} {
		m := &model.Model{
			Resources:   []model.Resource{{Capacity: 1}},
			Jobs:        []model.Job{{}},
			Tasks:       []model.Task{{Job: new(0), Modes: []model.Mode{{Duration: 2, Needs: []model.Need{{Resource: 0, Amount: 1}}}}}, {Job: new(0), Modes: []model.Mode{{Duration: 2}}}},
			Precedences: []model.Precedence{{Before: 0, After: 1}},
		}
		spoil(m)
		if _, err := Solve(t.Context(), m, Options{Moves: 10}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// Tasks that take no time are done at once, by each engine.
func TestZeroDurationsAreSchedules(t *testing.T) {
	for engine, change := range map[string]func(*model.Model){
		"jobshop": func(*model.Model) {},
		"project": func(m *model.Model) { m.Resources[0].Capacity = 2 },
		"process": func(m *model.Model) { m.Resources[0].Down = []model.Window{{From: 100, Until: 101}} },
	} {
		m := changed(anyShop(rand.New(rand.NewPCG(1, 1)), false), same(3), same(12), 0, false)
		change(m)
		r, err := Solve(t.Context(), m, Options{Moves: 20})
		if err != nil || r.Engine != engine || r.Makespan != 0 {
			t.Errorf("%s: %+v, %v", engine, r, err)
		}
	}
}
