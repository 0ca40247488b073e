package schedule

import (
	"context"
	"fmt"
	"slices"

	"linghang/lib/schedule/jobshop"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
	"linghang/lib/schedule/project"
)

// engine is a way to solve one model.
type engine struct {
	name  string
	solve func(ctx context.Context, o Options, better func(makespan, bound int64, objective []int64)) (found, error)
}

// found is what an engine returns.
type found struct {
	schedule *model.Schedule
	bound    int64
	moves    int64
}

// UnsupportedError says why no engine takes a model.
type UnsupportedError struct{ Why string }

// Error returns the reason.
func (e *UnsupportedError) Error() string { return "no engine takes this model: " + e.Why }

// pick chooses the engine that knows most about the model.
func pick(m *model.Model) (engine, error) {
	plain := bare(m)
	line, why := lineOf(plain)
	switch {
	case why == "":
		return engine{"flowshop", func(ctx context.Context, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
			return solveFlowShop(ctx, plain, line, o, better)
		}}, nil
	case len(m.SameOrder) > 0:
		return engine{}, &UnsupportedError{"with same_order it is to be a flow shop, but " + why}
	case plain.Plant() != "":
		return engine{"process", func(ctx context.Context, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
			return solveProcess(ctx, m, o, better)
		}}, nil
	}
	c, why := chainsOf(plain)
	if why == "" {
		why = machineModes(plain)
	}
	if why != "" {
		return engine{"project", func(ctx context.Context, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
			return solveProject(ctx, plain, o, better)
		}}, nil
	}
	name := "jobshop"
	if flexible(plain) {
		name = "flexible"
	}
	return engine{name, func(ctx context.Context, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
		return solveJobShop(ctx, plain, c, o, better)
	}}, nil
}

// bare is a model without what shortest schedules keep, if they can be kept at all: the makespan as the only objective, and the
// horizon. It is the model itself if that is a plant beside.
func bare(m *model.Model) *model.Model {
	c := *m
	c.Horizon = 0
	if onlyMakespan(m) {
		c.Objective = nil
	}
	return &c
}

func onlyMakespan(m *model.Model) bool {
	return len(m.Objective) == 1 && len(m.Objective[0]) == 1 && m.Objective[0][0].Term == model.Makespan
}

// chains are the tasks of a model of which each waits for one other at most, and one at
// most waits for it, without lags.
type chains struct {
	list    [][]int // tasks in their order
	release []int32
}

// chainsOf returns the chains of a model, or why there are none.
func chainsOf(m *model.Model) (*chains, string) {
	after, before := make([]int, len(m.Tasks)), make([]bool, len(m.Tasks))
	for i := range after {
		after[i] = -1
	}
	for i, p := range m.Precedences {
		if p.MinLag != 0 {
			return nil, fmt.Sprintf("precedences[%d] has a lag", i)
		}
		if after[p.Before] >= 0 || before[p.After] {
			return nil, fmt.Sprintf("precedences[%d] is a fork or a join", i)
		}
		after[p.Before], before[p.After] = p.After, true
	}
	c := &chains{}
	for i := range m.Tasks {
		if before[i] {
			continue
		}
		release := releaseOf(m, i)
		var list []int
		for at := i; at >= 0; at = after[at] {
			if releaseOf(m, at) > release {
				return nil, fmt.Sprintf("tasks[%d] is released after a task that goes before it", at)
			}
			list = append(list, at)
		}
		c.list, c.release = append(c.list, list), append(c.release, int32(release)) //nolint:gosec // the model is valid
	}
	return c, ""
}

func releaseOf(m *model.Model, task int) int64 {
	if job := m.Tasks[task].Job; job != nil {
		return m.Jobs[*job].Release
	}
	return 0
}

// flexible tells whether a task has several modes.
func flexible(m *model.Model) bool {
	return slices.ContainsFunc(m.Tasks, func(t model.Task) bool { return len(t.Modes) > 1 })
}

// machineModes says why a mode is not on one machine, or nothing.
func machineModes(m *model.Model) string {
	for i := range m.Tasks {
		for k := range m.Tasks[i].Modes {
			needs := m.Tasks[i].Modes[k].Needs
			if len(needs) > 1 {
				return fmt.Sprintf("tasks[%d].modes[%d] needs %d resources", i, k, len(needs))
			}
			if len(needs) == 1 && m.Resources[needs[0].Resource].Capacity != 1 {
				return fmt.Sprintf("resources[%d] has a capacity above 1", needs[0].Resource)
			}
		}
	}
	return ""
}

func solveJobShop(ctx context.Context, m *model.Model, c *chains, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
	p := jobshop.Problem{Machines: len(m.Resources), Jobs: make([][]jobshop.Operation, len(c.list)), Release: c.release}
	for j, list := range c.list {
		for _, i := range list {
			var ways jobshop.Operation
			for _, mode := range m.Tasks[i].Modes {
				machine := p.Machines
				if len(mode.Needs) > 0 {
					machine = mode.Needs[0].Resource
				} else {
					p.Machines++ // of its own
				}
				ways = append(ways, jobshop.Way{Machine: int32(machine), Duration: int32(mode.Duration)}) //nolint:gosec // the model is valid
			}
			p.Jobs[j] = append(p.Jobs[j], ways)
		}
	}
	r, err := jobshop.Solve(ctx, p, jobshop.Options{Seed: o.Seed, Workers: o.Workers, Moves: o.Moves, Progress: narrow(better)})
	if err != nil {
		return found{}, err //nolint:wrapcheck // Solve says by which engine
	}
	modes := make([]int, len(m.Tasks))
	for j, list := range c.list {
		for k, i := range list {
			modes[i] = int(r.Way[j][k])
		}
	}
	return found{scheduled(m, starts(m, c, r.Start), modes), int64(r.Bound), r.Moves}, nil
}

// narrow is better for engines that know makespans only.
func narrow(better func(makespan, bound int64, objective []int64)) func(makespan, bound int32) {
	return func(makespan, bound int32) { better(int64(makespan), int64(bound), nil) }
}

func solveProcess(ctx context.Context, m *model.Model, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
	r, err := process.Solve(ctx, m, process.Options{Seed: o.Seed, Workers: o.Workers, Moves: o.Moves, First: o.First, Progress: func(makespan int64, objective []int64) {
		better(makespan, 0, objective)
	}})
	if err != nil {
		return found{}, err //nolint:wrapcheck // Solve says by which engine
	}
	return found{r.Schedule, r.Bound, r.Moves}, nil
}

func solveProject(ctx context.Context, m *model.Model, o Options, better func(makespan, bound int64, objective []int64)) (found, error) {
	p := project.Problem{Tasks: make([][]project.Mode, len(m.Tasks)), Release: make([]int32, len(m.Tasks))}
	for _, r := range m.Resources {
		p.Capacity = append(p.Capacity, int32(r.Capacity)) //nolint:gosec // the model is valid
	}
	for i := range m.Tasks {
		p.Release[i] = int32(releaseOf(m, i)) //nolint:gosec // as above
		for _, mode := range m.Tasks[i].Modes {
			way := project.Mode{Duration: int32(mode.Duration)} //nolint:gosec // as above
			for _, n := range mode.Needs {
				way.Needs = append(way.Needs, project.Need{Resource: int32(n.Resource), Amount: int32(n.Amount)}) //nolint:gosec // as above
			}
			p.Tasks[i] = append(p.Tasks[i], way)
		}
	}
	for _, a := range m.Precedences {
		p.Precedences = append(p.Precedences, project.Precedence{Before: int32(a.Before), After: int32(a.After), MinLag: int32(a.MinLag)}) //nolint:gosec // as above
	}
	r, err := project.Solve(ctx, p, project.Options{Seed: o.Seed, Workers: o.Workers, Moves: o.Moves, Progress: narrow(better)})
	if err != nil {
		return found{}, err //nolint:wrapcheck // Solve says by which engine
	}
	start, modes := make([]int64, len(m.Tasks)), make([]int, len(m.Tasks))
	for i := range start {
		start[i], modes[i] = int64(r.Start[i]), int(r.Mode[i])
	}
	return found{scheduled(m, start, modes), int64(r.Bound), r.Moves}, nil
}

// starts are those of chains, by task.
func starts(m *model.Model, c *chains, by [][]int32) []int64 {
	start := make([]int64, len(m.Tasks))
	for j, list := range c.list {
		for k, i := range list {
			start[i] = int64(by[j][k])
		}
	}
	return start
}

// scheduled puts a schedule together from starts and modes by task; nil modes are the
// first of each.
func scheduled(m *model.Model, start []int64, modes []int) *model.Schedule {
	s := &model.Schedule{Assignments: make([]model.Assignment, len(m.Tasks))}
	for i := range m.Tasks {
		mode := 0
		if modes != nil {
			mode = modes[i]
		}
		end := start[i] + m.Tasks[i].Modes[mode].Duration
		s.Assignments[i] = model.Assignment{Task: i, Mode: mode, Start: start[i], End: end}
		s.Makespan = max(s.Makespan, end)
	}
	return s
}
