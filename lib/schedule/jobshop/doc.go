// Package jobshop searches short schedules of job shops: jobs are chains of operations,
// each on one machine, machines do one operation at a time.
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
//   - A topological order is kept and mended within the moved window only.
//   - An elite pool, shared by the workers, is crossed by orders between two of its
//     members, which keep every sequence that both have.
//
// The lower bound is the largest of the preemptive one-machine bounds (Jackson, Carlier
// 1982) under heads and tails of the jobs.
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

// Operation is done on a machine, without interruption.
type Operation struct {
	Machine  int32
	Duration int32
}

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
	// Progress is told every better schedule, by one goroutine at a time.
	Progress func(makespan, bound int32)
}

// Result is the best schedule found.
type Result struct {
	Start    [][]int32 // by job and operation
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
			if o.Machine < 0 || int(o.Machine) >= p.Machines {
				return fmt.Errorf("%w: operation %d of job %d is on machine %d of %d", ErrProblem, k, j, o.Machine, p.Machines)
			}
			if o.Duration < 0 {
				return fmt.Errorf("%w: operation %d of job %d takes %d", ErrProblem, k, j, o.Duration)
			}
			sum += int64(o.Duration)
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
