package schedule

import (
	"math/rand/v2"
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
