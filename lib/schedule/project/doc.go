// Package project searches short schedules of projects with limited resources (RCPSP, and
// with several modes MRCPSP): tasks take amounts of cumulative resources, wait for other
// tasks and lags, and are not interrupted. It takes any valid model without an order of jobs,
// and is the engine where no other knows more.
//
// It is a genetic algorithm on lists of tasks (Hartmann, "A competitive genetic algorithm
// for resource-constrained project scheduling", Naval Research Logistics 45, 1998). A
// list is made a schedule by serial generation: each task as early as it can be after those
// before it in the list. Then all tasks are shifted to the right and to the left again (double
// justification, Valls, Ballestín, Quintanilla, "Justification and RCPSP: a technique
// that pays", European Journal of Operational Research 165, 2005). Tasks in stretches of a
// schedule that use resources well go to its children together (peak crossover, Valls et
// al., "A hybrid genetic algorithm for the RCPSP", European Journal of Operational Research
// 185, 2008).
//
// The lower bound is the longest way through the precedences, and the work of each
// resource by its capacity.
package project

import (
	"errors"
	"fmt"

	"linghang/lib/schedule/proof"
)

// maxTime bounds the sum of releases, longest durations and lags; maxTasks and maxModes
// what sorting keys and indexes hold.
const (
	maxTime  = 1<<30 - 1
	maxTasks = 1 << 20
	maxModes = 1 << 22
)

// A project is what package proof looks at too.
type (
	// Need takes of a resource from the start of its task to its end.
	Need = proof.Need
	// Mode is a way to do a task.
	Mode = proof.Mode
	// Precedence lets a task start when another has ended and its lag is over.
	Precedence = proof.Precedence
	// Problem is a project; releases are by task, and none is 0 for all.
	Problem = proof.Problem
)

// Options say how to search. The zero value is one worker until the context ends.
type Options struct {
	Seed    uint64
	Workers int   // goroutines; 0 is 1. With one, the same seed makes the same moves
	Moves   int64 // schedules that are generated, of each worker; 0 is any number
	// Progress is told every better schedule and every higher bound, by one goroutine at a time.
	Progress func(makespan, bound int32)
}

// Result is the best schedule found.
type Result struct {
	Start    []int32 // by task
	Mode     []int32 // by task
	Makespan int32
	Bound    int32 // no schedule is shorter
	Moves    int64 // made by all workers
}

// ErrProblem is what Solve reports for what is no project.
var ErrProblem = errors.New("this is no project")

func validate(p Problem) error {
	if len(p.Tasks) == 0 || len(p.Tasks) > maxTasks {
		return fmt.Errorf("%w: it has %d tasks, and 1 to %d can be", ErrProblem, len(p.Tasks), maxTasks)
	}
	if len(p.Release) != 0 && len(p.Release) != len(p.Tasks) {
		return fmt.Errorf("%w: %d releases of %d tasks", ErrProblem, len(p.Release), len(p.Tasks))
	}
	var sum, latest int64
	modes := 0
	for i, list := range p.Tasks {
		longest, err := longestOf(p, i)
		if err != nil {
			return err
		}
		modes += len(list)
		sum += int64(longest)
	}
	for i, r := range p.Release {
		if r < 0 {
			return fmt.Errorf("%w: task %d is released at %d", ErrProblem, i, r)
		}
		latest = max(latest, int64(r))
	}
	for i, a := range p.Precedences {
		if !joins(p, a) {
			return fmt.Errorf("%w: precedence %d is %+v", ErrProblem, i, a)
		}
		sum += int64(a.MinLag)
	}
	if sum+latest > maxTime || modes > maxModes {
		return fmt.Errorf("%w: releases, durations and lags add up to %d, and it has %d modes; %d and %d can be", ErrProblem, sum+latest, modes, maxTime, maxModes)
	}
	return nil
}

// joins tells whether a precedence is one of two tasks.
func joins(p Problem, a Precedence) bool {
	n := int32(len(p.Tasks)) //nolint:gosec // at most maxTasks
	return a.Before >= 0 && a.After >= 0 && a.Before < n && a.After < n && a.MinLag >= 0
}

// longestOf is how long a task takes at most.
func longestOf(p Problem, task int) (int32, error) {
	if len(p.Tasks[task]) == 0 {
		return 0, fmt.Errorf("%w: task %d has no mode", ErrProblem, task)
	}
	longest := int32(0)
	for _, m := range p.Tasks[task] {
		if m.Duration < 0 {
			return 0, fmt.Errorf("%w: task %d takes %d", ErrProblem, task, m.Duration)
		}
		longest = max(longest, m.Duration)
		for _, n := range m.Needs {
			if n.Resource < 0 || int(n.Resource) >= len(p.Capacity) || n.Amount < 0 || n.Amount > p.Capacity[n.Resource] {
				return 0, fmt.Errorf("%w: task %d needs %+v, capacities are %v", ErrProblem, task, n, p.Capacity)
			}
		}
	}
	return longest, nil
}
