package schedule

import (
	"context"
	"fmt"
	"slices"

	"linghang/lib/schedule/flowshop"
	"linghang/lib/schedule/model"
)

// maxSetups bounds the setups of a flow shop, between the kinds of jobs that there are and on all machines.
const maxSetups = 1 << 26

// line is a flow shop: jobs that pass machines one after the other, in one order of jobs.
type line struct {
	*chains
	noWait bool
}

// lineOf returns the flow shop that a model is, or why it is none. It is one if it says so (same_order), or if no job waits
// between machines, where none can pass another. Machines may be set up between jobs.
func lineOf(m *model.Model) (*line, string) {
	plain := *m
	plain.Resources, plain.Precedences = slices.Clone(m.Resources), slices.Clone(m.Precedences)
	for i := range plain.Resources {
		plain.Resources[i].Changeover = nil
	}
	waits := 0
	for i := range plain.Precedences {
		p := &plain.Precedences[i]
		if p.MaxLag != nil && *p.MaxLag == 0 {
			p.MaxLag = nil
			continue
		}
		waits++
	}
	if what := plain.Plant(); what != "" {
		return nil, "it has " + what
	}
	c, why := chainsOf(&plain)
	if why == "" {
		why = machineModes(&plain)
	}
	if why == "" {
		why = flow(&plain, c)
	}
	if why != "" {
		return nil, why
	}
	l := &line{c, waits == 0 && len(m.Precedences) > 0}
	switch {
	case !l.noWait && waits < len(m.Precedences):
		why = "some tasks wait for the one before, and others do not"
	case !l.noWait && len(m.SameOrder) == 0:
		why = "same_order does not say so, and jobs may wait and pass one another"
	default:
		why = l.lasts(m)
	}
	return l, why
}

// flow says why chains are no flow shop in which every job passes the same machines one after the other, or nothing.
func flow(m *model.Model, c *chains) string {
	if flexible(m) {
		return "a task has several modes"
	}
	if n := len(c.list[0]); len(m.SameOrder) > 0 && n != len(m.SameOrder) {
		return fmt.Sprintf("tasks[%d] begins a chain of %d tasks, and there are %d machines", c.list[0][0], n, len(m.SameOrder))
	}
	passed := map[int]bool{}
	for _, i := range c.list[0] {
		machine := machineOf(m, i)
		if machine < 0 || passed[machine] {
			return fmt.Sprintf("tasks[%d] is on no machine, or on one where its job has been", i)
		}
		passed[machine] = true
	}
	for j, list := range c.list {
		if c.release[j] != 0 {
			return fmt.Sprintf("tasks[%d] has a release", list[0])
		}
		if len(list) != len(c.list[0]) {
			return fmt.Sprintf("tasks[%d] begins a chain of %d tasks, and others have %d", list[0], len(list), len(c.list[0]))
		}
		for k, i := range list {
			if machineOf(m, i) != machineOf(m, c.list[0][k]) {
				return fmt.Sprintf("tasks[%d] is not on the machine on which other jobs are then", i)
			}
		}
	}
	return ""
}

// machineOf is where a task is in its first mode, or -1.
func machineOf(m *model.Model, task int) int {
	if needs := m.Tasks[task].Modes[0].Needs; len(needs) > 0 {
		return needs[0].Resource
	}
	return -1
}

// lasts says which task is done in no time where it has to be somewhere, or which setup takes more than time, or nothing.
func (l *line) lasts(m *model.Model) string {
	for k, first := range l.list[0] {
		r := machineOf(m, first)
		change := m.Resources[r].Changeover
		if change != nil && len(m.Changeovers[*change].Needs) > 0 {
			return fmt.Sprintf("changeovers[%d] needs more than time", *change)
		}
		for _, list := range l.list {
			t := &m.Tasks[list[k]]
			if t.Modes[0].Duration == 0 && (change != nil || len(m.SameOrder) == 0) {
				return fmt.Sprintf("tasks[%d] takes no time, so that it is nowhere in the order of a machine", list[k])
			}
		}
	}
	return ""
}

func solveFlowShop(ctx context.Context, m *model.Model, l *line, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
	p := flowshop.Problem{Durations: make([][]int32, len(l.list)), NoWait: l.noWait}
	for j, list := range l.list {
		for _, i := range list {
			p.Durations[j] = append(p.Durations[j], int32(m.Tasks[i].Modes[0].Duration)) //nolint:gosec // the model is valid
		}
	}
	if err := l.setups(m, &p); err != nil {
		return found{}, err
	}
	r, err := flowshop.Solve(ctx, p, flowshop.Options{Seed: o.Seed, Workers: o.Workers, Moves: o.Moves, Progress: narrow(better)})
	if err != nil {
		return found{}, err //nolint:wrapcheck // Solve says by which engine
	}
	s := scheduled(m, starts(m, l.chains, r.Start), nil)
	s.Stops = l.stops(m, s, r.Order)
	return found{s, int64(r.Bound), r.Moves}, nil
}

// setups says how machines are set up between jobs: a kind of jobs has the same family on each machine.
func (l *line) setups(m *model.Model, p *flowshop.Problem) error {
	if !slices.ContainsFunc(l.list[0], func(i int) bool { return m.Resources[machineOf(m, i)].Changeover != nil }) {
		return nil
	}
	known := map[string]int32{}
	var kinds [][]int // by kind, the family on each machine
	for _, list := range l.list {
		families := make([]int, len(list))
		for k, i := range list {
			if m.Resources[machineOf(m, i)].Changeover != nil {
				families[k] = *m.Tasks[i].Family
			}
		}
		name := fmt.Sprint(families)
		if _, is := known[name]; !is {
			known[name] = int32(len(kinds)) //nolint:gosec // fewer than tasks
			kinds = append(kinds, families)
		}
		p.Families = append(p.Families, known[name])
	}
	if n := len(kinds); n*n*len(l.list[0]) > maxSetups {
		return &UnsupportedError{fmt.Sprintf("it is a flow shop whose jobs are of %d kinds, between which %d machines are set up", n, len(l.list[0]))}
	}
	for k, i := range l.list[0] {
		p.Setups = append(p.Setups, setupOf(m, &m.Resources[machineOf(m, i)], kinds, k))
	}
	return nil
}

// setupOf is how a machine, the k-th, is set up between kinds of jobs.
func setupOf(m *model.Model, r *model.Resource, kinds [][]int, k int) *flowshop.Setup {
	if r.Changeover == nil {
		return nil
	}
	table := m.Changeovers[*r.Changeover].Duration
	row := func(before int) []int32 {
		times := make([]int32, len(kinds))
		for g, after := range kinds {
			times[g] = int32(table[before][after[k]]) //nolint:gosec // the model is valid
		}
		return times
	}
	s := &flowshop.Setup{}
	for _, before := range kinds {
		s.Between = append(s.Between, row(before[k]))
	}
	if r.Family != nil {
		s.First = row(*r.Family)
	}
	return s
}

// stops are the changeovers between the jobs of an order, each as soon as the machine is free.
func (l *line) stops(m *model.Model, s *model.Schedule, order []int32) (list []model.Stop) {
	for k, first := range l.list[0] {
		r := machineOf(m, first)
		change := m.Resources[r].Changeover
		if change == nil {
			continue
		}
		before, free := m.Resources[r].Family, int64(0)
		for _, j := range order {
			i := l.list[j][k]
			family := m.Tasks[i].Family
			if before != nil {
				if d := m.Changeovers[*change].Duration[*before][*family]; d > 0 {
					list = append(list, model.Stop{Kind: model.Change, Resource: &r, Before: i, Start: free, End: free + d})
				}
			}
			before, free = family, s.Assignments[i].End
		}
	}
	return list
}
