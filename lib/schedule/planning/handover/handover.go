// Package handover turns a plan of batches into a scheduling model, so that an engine of lib/schedule can time
// the batches again, in another order or closer together.
//
// Each batch becomes a task whose one mode takes the batch's unit; what lies between batches of two tasks in a unit becomes a changeover. A batch that takes material waits for those that made it:
// stock is used in the order in which it came (first in, first out), and what was in stock at the start or came from outside binds
// nobody but by the time at which it came, which becomes the release of a job. So the plan's own times are a schedule of the model.
//
// What the model does not tell: outputs that are used before their batch ends (an error), capacities of stocks, utilities, and demands at their times. A schedule whose batches run
// earlier than planned may fill a tank too early; recipe.Check says so.
package handover

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/planning/recipe"
)

// lot is an amount of a state that is there from a time on.
type lot struct {
	at     int64
	batch  int // that made it, or −1
	amount float64
}

// Model turns the batches of a plan of a network into tasks, in their order, and returns the plan's own times as
// a schedule of it. The plan is to have passed recipe.Check.
func Model(n *recipe.Network, p *recipe.Plan) (*model.Model, *model.Schedule, error) {
	m, s := &model.Model{Name: n.Name}, &model.Schedule{}
	units := map[string]int{}
	for k, u := range n.Units {
		units[u.Name] = k
		m.Resources = append(m.Resources, model.Resource{Name: u.Name, Capacity: 1})
	}
	families := changeovers(n, m)
	release := make([]int64, len(p.Batches))
	if err := peg(n, p, m, release); err != nil {
		return nil, nil, err
	}
	for k, b := range p.Batches {
		job := k
		m.Jobs = append(m.Jobs, model.Job{Name: fmt.Sprintf("%s %d", b.Task, k+1), Release: release[k]})
		m.Tasks = append(m.Tasks, model.Task{
			Name: fmt.Sprintf("%s of %.6g", b.Task, b.Size), Job: &job,
			Family: families[b.Task],
			Modes:  []model.Mode{{Duration: b.End - b.Start, Needs: []model.Need{{Resource: units[b.Unit], Amount: 1}}}},
		})
		s.Assignments = append(s.Assignments, model.Assignment{Task: k, Start: b.Start, End: b.End})
		s.Makespan = max(s.Makespan, b.End)
	}
	stops(m, s)
	if err := m.Validate(); err != nil {
		return nil, nil, fmt.Errorf("hand the plan over:\n%w", err)
	}
	return m, s, nil
}

// changeovers gives units theirs, between families that are the tasks of the network, and returns these; none are if no unit has any.
func changeovers(n *recipe.Network, m *model.Model) map[string]*int {
	families := map[string]*int{}
	for r, u := range n.Units {
		if len(u.Changeovers) == 0 {
			continue
		}
		if len(families) == 0 {
			for k, t := range n.Tasks {
				families[t.Name] = &k
				m.Families = append(m.Families, t.Name)
			}
		}
		table := model.Changeover{Name: u.Name, Duration: make([][]int64, len(n.Tasks))}
		for k := range table.Duration {
			table.Duration[k] = make([]int64, len(n.Tasks))
		}
		for _, c := range u.Changeovers {
			table.Duration[*families[c.After]][*families[c.Before]] = c.Duration
		}
		m.Resources[r].Changeover = new(len(m.Changeovers))
		m.Changeovers = append(m.Changeovers, table)
	}
	return families
}

// stops adds to the plan's own times what lies between batches that follow one another in a unit, right before the second.
func stops(m *model.Model, s *model.Schedule) {
	order := slices.SortedFunc(slices.Values(s.Assignments), func(a, b model.Assignment) int { return cmp.Compare(a.Start, b.Start) })
	last := map[int]int{} // by resource: task
	for _, a := range order {
		r := m.Tasks[a.Task].Modes[0].Needs[0].Resource
		if before, known := last[r]; known && m.Resources[r].Changeover != nil {
			table := &m.Changeovers[*m.Resources[r].Changeover]
			if d := table.Duration[*m.Tasks[before].Family][*m.Tasks[a.Task].Family]; d > 0 {
				s.Stops = append(s.Stops, model.Stop{Kind: model.Change, Resource: &r, Before: a.Task, Start: a.Start - d, End: a.Start})
			}
		}
		last[r] = a.Task
	}
}

// peg finds out, state by state, which batch takes what which made.
func peg(n *recipe.Network, p *recipe.Plan, m *model.Model, release []int64) error {
	tasks := map[string]*recipe.Task{}
	for k := range n.Tasks {
		tasks[n.Tasks[k].Name] = &n.Tasks[k]
	}
	lag := map[[2]int]int64{} // before and after → the longest lag from the end of the one to the start of the other
	for _, state := range n.States {
		made, taken, err := movements(&state, p, tasks)
		if err != nil {
			return err
		}
		for _, t := range taken {
			left := t.amount
			for len(made) > 0 && left > 1e-6*max(1, t.amount) {
				from := &made[0]
				part := min(left, from.amount)
				left, from.amount = left-part, from.amount-part
				if t.batch >= 0 && part > 1e-6 {
					bind(p, from, t.batch, lag, release)
				}
				if from.amount <= 1e-9 {
					made = made[1:]
				}
			}
		}
	}
	for pair, wait := range lag {
		if wait < 0 {
			return fmt.Errorf("batches[%d] gives what batches[%d] takes before it ends; a scheduling model cannot tell that", pair[0], pair[1])
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(lag), func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) }) {
		m.Precedences = append(m.Precedences, model.Precedence{Before: pair[0], After: pair[1], MinLag: lag[pair]})
	}
	return nil
}

func bind(p *recipe.Plan, from *lot, to int, lag map[[2]int]int64, release []int64) {
	if from.batch < 0 {
		release[to] = max(release[to], from.at)
		return
	}
	pair := [2]int{from.batch, to}
	wait := from.at - p.Batches[from.batch].End // less than 0 if the output is there before the end
	if before, known := lag[pair]; !known || wait > before {
		lag[pair] = wait
	}
}

// movements are what comes to a state and what goes, each by time.
func movements(state *recipe.State, p *recipe.Plan, tasks map[string]*recipe.Task) (made, taken []lot, err error) {
	made = append(made, lot{0, -1, state.Initial})
	for _, a := range state.Receipts {
		made = append(made, lot{a.At, -1, a.Amount})
	}
	for _, a := range state.Demands {
		taken = append(taken, lot{a.At, -1, a.Amount})
	}
	for k, b := range p.Batches {
		t := tasks[b.Task]
		if t == nil {
			return nil, nil, fmt.Errorf("batches[%d]: no task is named %q", k, b.Task)
		}
		for _, in := range t.Inputs {
			if in.State == state.Name {
				taken = append(taken, lot{b.Start, k, in.Share * b.Size})
			}
		}
		for _, out := range t.Outputs {
			if out.State == state.Name {
				made = append(made, lot{b.Start + t.Delay(out), k, out.Share * b.Size})
			}
		}
	}
	byTime := func(a, b lot) int { return cmp.Compare(a.at, b.at) }
	slices.SortStableFunc(made, byTime)
	slices.SortStableFunc(taken, byTime)
	return made, taken, nil
}
