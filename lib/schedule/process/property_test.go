package process_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

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

// names are where resources, jobs, tasks, tanks and families of a model are in another.
type names struct{ resource, job, task, tank, family []int }

func (n *names) move(list []int, at *int) *int {
	if at == nil {
		return nil
	}
	return &list[*at]
}

func (n *names) needs(list []model.Need) {
	for k := range list {
		list[k].Resource = n.resource[list[k].Resource]
	}
}

func (n *names) matrix(rows [][]int64) [][]int64 {
	moved := make([][]int64, len(rows))
	for f, row := range rows {
		moved[n.family[f]] = make([]int64, len(row))
		for g, v := range row {
			moved[n.family[f]][n.family[g]] = v
		}
	}
	return moved
}

// model has all in other places.
func (n *names) model(t *testing.T, m *model.Model) *model.Model {
	c, from := copied(t, m), copied(t, m)
	for i := range from.Resources {
		r := from.Resources[i]
		r.Family = n.move(n.family, r.Family)
		if r.Cleaning != nil {
			n.needs(r.Cleaning.Needs)
		}
		c.Resources[n.resource[i]] = r
	}
	for i, tank := range from.Tanks {
		tank.Family = n.move(n.family, tank.Family)
		c.Tanks[n.tank[i]] = tank
	}
	for i := range from.Changeovers {
		c.Changeovers[i].Duration, c.Changeovers[i].Cost = n.matrix(from.Changeovers[i].Duration), n.matrix(from.Changeovers[i].Cost)
		n.needs(c.Changeovers[i].Needs)
	}
	for i := range c.Campaigns {
		c.Campaigns[i].Resource, c.Campaigns[i].Family = n.resource[c.Campaigns[i].Resource], n.family[c.Campaigns[i].Family]
	}
	for i := range c.Recipes {
		for k := range c.Recipes[i].Parts {
			c.Recipes[i].Parts[k].Family = n.family[c.Recipes[i].Parts[k].Family]
		}
	}
	for i, j := range from.Jobs {
		c.Jobs[n.job[i]] = j
	}
	for i, task := range from.Tasks {
		task.Job, task.Family = n.move(n.job, task.Job), n.move(n.family, task.Family)
		for k := range task.Modes {
			n.needs(task.Modes[k].Needs)
			for f := range task.Modes[k].Flows {
				flow := &task.Modes[k].Flows[f]
				flow.Tank, flow.Family = n.tank[flow.Tank], n.move(n.family, flow.Family)
			}
		}
		c.Tasks[n.task[i]] = task
	}
	for i := range c.Precedences {
		c.Precedences[i].Before, c.Precedences[i].After = n.task[c.Precedences[i].Before], n.task[c.Precedences[i].After]
	}
	for _, level := range c.Objective {
		for k := range level {
			level[k].Resource = n.move(n.resource, level[k].Resource)
		}
	}
	return c
}

// schedule is one of the model with all in other places.
func (n *names) schedule(s *model.Schedule) *model.Schedule {
	c := &model.Schedule{Makespan: s.Makespan, Objective: s.Objective}
	for _, a := range s.Assignments {
		a.Task = n.task[a.Task]
		c.Assignments = append(c.Assignments, a)
	}
	for _, stop := range s.Stops {
		stop.Before, stop.Resource, stop.Tank = n.task[stop.Before], n.move(n.resource, stop.Resource), n.move(n.tank, stop.Tank)
		c.Stops = append(c.Stops, stop)
	}
	return c
}

// stretched has every time so many times as long.
func stretched(t *testing.T, m *model.Model, by int64) *model.Model {
	c := copied(t, m)
	c.Horizon *= by
	c.Clock.Unit /= by
	windows := func(list []model.Window) {
		for k := range list {
			list[k].From, list[k].Until = list[k].From*by, list[k].Until*by
		}
	}
	for i := range c.Calendars {
		c.Calendars[i].Period *= by
		windows(c.Calendars[i].Windows)
	}
	for i := range c.Resources {
		windows(c.Resources[i].Down)
		if clean := c.Resources[i].Cleaning; clean != nil {
			clean.Duration, clean.Time, clean.DirtyHold, clean.CleanHold = clean.Duration*by, clean.Time*by, clean.DirtyHold*by, clean.CleanHold*by
		}
	}
	for i := range c.Changeovers {
		for _, row := range c.Changeovers[i].Duration {
			for k := range row {
				row[k] *= by
			}
		}
	}
	for i := range c.Tanks {
		c.Tanks[i].Hold *= by
	}
	for i := range c.Jobs {
		c.Jobs[i].Release *= by
		*c.Jobs[i].Due *= by
		if c.Jobs[i].Deadline != nil {
			*c.Jobs[i].Deadline *= by
		}
	}
	for i := range c.Tasks {
		for k := range c.Tasks[i].Modes {
			c.Tasks[i].Modes[k].Duration *= by
		}
	}
	for i := range c.Precedences {
		c.Precedences[i].MinLag *= by
		if most := c.Precedences[i].MaxLag; most != nil {
			*most *= by
		}
	}
	return c
}

// later is a schedule with every time so many times as large.
func later(s *model.Schedule, by int64) *model.Schedule {
	c := &model.Schedule{Makespan: s.Makespan * by}
	for _, a := range s.Assignments {
		a.Start, a.End = a.Start*by, a.End*by
		c.Assignments = append(c.Assignments, a)
	}
	for _, stop := range s.Stops {
		stop.Start, stop.End = stop.Start*by, stop.End*by
		c.Stops = append(c.Stops, stop)
	}
	return c
}

// beside has a unit more for each task, on which it takes longer.
func beside(t *testing.T, m *model.Model) *model.Model {
	c := copied(t, m)
	c.Resources = append(c.Resources, model.Resource{Capacity: 1})
	for i := range c.Tasks {
		if mode := c.Tasks[i].Modes[0]; mode.Recipe == nil && len(mode.Flows) == 0 {
			mode.Duration += 5
			mode.Needs = []model.Need{{Resource: len(c.Resources) - 1, Amount: 1}}
			c.Tasks[i].Modes = append(c.Tasks[i].Modes, mode)
		}
	}
	return c
}

// A plan of a plant is one under other names and in other units of time, and beside a slower unit; and no bound is
// above what was reached there.
func TestPlansDoNotDependOnHowThePlantIsWritten(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	tested, again := map[string]int{}, map[string]int{}
	for round := range 150 {
		m := anyPlant(rng)
		m.Tanks[1].FillRate, m.Tanks[1].DrainRate = 0, 0 // amounts by a unit of time
		m.Tariff, m.Objective = nil, m.Objective[:2]
		for i := range m.Tasks {
			for k := range m.Tasks[i].Modes {
				m.Tasks[i].Modes[k].Power = 0
			}
		}
		n := &names{rng.Perm(len(m.Resources)), rng.Perm(len(m.Jobs)), rng.Perm(len(m.Tasks)), rng.Perm(len(m.Tanks)), rng.Perm(len(m.Families))}
		bare := copied(t, m)
		bare.Objective = nil // which is not in times alone
		for name, to := range map[string]struct {
			from, m *model.Model
			of      func(*model.Schedule) *model.Schedule
			factor  int64
		}{
			"relabelled": {m, n.model(t, m), n.schedule, 1},
			"scaled":     {bare, stretched(t, bare, 3), func(s *model.Schedule) *model.Schedule { return later(s, 3) }, 3},
			"dominated":  {m, beside(t, m), func(s *model.Schedule) *model.Schedule { return s }, 1},
		} {
			if err := to.m.Validate(); err != nil {
				t.Fatalf("round %d, %s: %v", round, name, err)
			}
			r, err := process.Solve(t.Context(), to.from, process.Options{Seed: 1, Moves: 60})
			if _, none := errors.AsType[*process.NotFoundError](err); none {
				continue
			}
			if err != nil {
				t.Fatalf("round %d, %s: %v", round, name, err)
			}
			tested[name]++
			if err := check.Schedule(to.m, to.of(r.Schedule)); err != nil {
				t.Errorf("round %d, %s: %v", round, name, err)
			}
			other, err := process.Solve(t.Context(), to.m, process.Options{Seed: 1, Moves: 60})
			if err != nil {
				continue // it may not be found by other names, which is no proof
			}
			again[name]++
			if other.Bound > to.factor*r.Schedule.Makespan || name != "dominated" && to.factor*r.Bound > other.Schedule.Makespan {
				t.Errorf("round %d, %s: %d–%d and %d–%d", round, name, r.Bound, r.Schedule.Makespan, other.Bound, other.Schedule.Makespan)
			}
		}
	}
	for _, name := range []string{"relabelled", "scaled", "dominated"} {
		if tested[name] < 80 || again[name] < tested[name]*9/10 {
			t.Errorf("%s: %d plans were found, and %d again", name, tested[name], again[name])
		}
	}
}
