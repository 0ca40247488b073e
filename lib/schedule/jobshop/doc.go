// Package jobshop searches short schedules of job shops: jobs are chains of operations,
// each on one machine, machines do one operation at a time. In a flexible job shop
// operations have several machines to choose from.
//
// It is tabu search with path relinking (Peng, Lü, Cheng, "A tabu search/path relinking
// algorithm to solve the job shop scheduling problem", Computers & Operations Research
// 53, 2015) over a disjunctive graph:
//
//   - The neighbourhood N7 moves an operation of a critical block to the block's ends and
//     the ends into the block (Zhang et al., "A tabu search algorithm with a new
//     neighborhood structure for the job shop scheduling problem", Computers & Operations
//     Research 34, 2007). Conditions on heads and tails keep the graph free of circles,
//     and moves are estimated, not evaluated (Balas, Vazacopoulos, "Guided local search
//     with shifting bottleneck for job shop scheduling", Management Science 44, 1998).
//   - In flexible job shops, critical operations move also to other machines, to all places
//     that heads and tails allow (Mastrolilli, Gambardella, "Effective neighbourhood functions
//     for the flexible job shop problem", Journal of Scheduling 3, 2000).
//   - A topological order is kept and mended within the moved window only.
//   - An elite pool, shared by the workers, is crossed by orders between two of its
//     members, which keep every sequence that both have.
//
// The lower bound is the largest of the preemptive one-machine bounds (Jackson, Carlier
// 1982) under heads and tails of the jobs, and the work of all by the number of machines.
//
// The move loop allocates nothing.
package jobshop

import (
	"errors"
	"fmt"
)

// maxTime bounds the sum of all durations and the latest release, so that heads and
// tails add up in 32 bits.
const maxTime = 1<<30 - 1

// Way is to do an operation on a machine, without interruption.
type Way struct {
	Machine  int32
	Duration int32
}

// Operation is the ways of which one is chosen.
type Operation []Way

// Problem is a job shop. Jobs may be of different lengths and pass a machine again.
type Problem struct {
	Machines int
	Jobs     [][]Operation
	Release  []int32 // by job; nil is 0 for all
}

// Options say how to search. The zero value is one worker until the context ends.
type Options struct {
	Seed    uint64
	Workers int   // goroutines; 0 is 1. With one, the same seed makes the same moves
	Moves   int64 // at most, of each worker; 0 is any number
	// Progress is told every better schedule and every higher bound, by one goroutine at a time.
	Progress func(makespan, bound int32)
}

// Result is the best schedule found.
type Result struct {
	Start    [][]int32 // by job and operation
	Way      [][]int32 // chosen, by job and operation
	Makespan int32
	Bound    int32 // no schedule is shorter
	Moves    int64 // made by all workers
}

// ErrProblem is what Solve reports for what is no job shop.
var ErrProblem = errors.New("this is no job shop")

func (p Problem) validate() error {
	if len(p.Release) != 0 && len(p.Release) != len(p.Jobs) {
		return fmt.Errorf("%w: %d releases of %d jobs", ErrProblem, len(p.Release), len(p.Jobs))
	}
	var sum, latest int64
	count := 0
	for j, job := range p.Jobs {
		for k, o := range job {
			longest, err := o.longest(p.Machines)
			if err != nil {
				return fmt.Errorf("%w: operation %d of job %d %w", ErrProblem, k, j, err)
			}
			sum += int64(longest)
			count++
		}
	}
	for j, r := range p.Release {
		if r < 0 {
			return fmt.Errorf("%w: job %d is released at %d", ErrProblem, j, r)
		}
		latest = max(latest, int64(r))
	}
	if sum+latest > maxTime {
		return fmt.Errorf("%w: durations and the latest release add up to %d, more than %d", ErrProblem, sum+latest, maxTime)
	}
	if count == 0 {
		return fmt.Errorf("%w: it has no operation", ErrProblem)
	}
	return nil
}

func (o Operation) longest(machines int) (int32, error) {
	if len(o) == 0 {
		return 0, errors.New("has no way")
	}
	longest := int32(0)
	for _, w := range o {
		if w.Machine < 0 || int(w.Machine) >= machines || w.Duration < 0 {
			return 0, fmt.Errorf("takes %d on machine %d of %d", w.Duration, w.Machine, machines)
		}
		longest = max(longest, w.Duration)
	}
	return longest, nil
}
