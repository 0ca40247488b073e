// Package flowshop searches short schedules of permutation flow shops: all jobs pass all
// machines in the same order, and every machine does them in one order of jobs.
//
// It is iterated greedy (Ruiz, Stützle, "A simple and effective iterated greedy algorithm
// for the permutation flowshop scheduling problem", European Journal of Operational
// Research 177, 2007) that improves also what is left after jobs were taken out
// (Dubois-Lacoste, Pagnozzi, Stützle, "An iterated greedy algorithm with optimization of
// partial solutions for the makespan permutation flowshop problem", Computers & Operations
// Research 81, 2017). All places of a job are tried in time of jobs × machines (Taillard,
// "Some efficient heuristic methods for the flow shop sequencing problem", European Journal
// of Operational Research 47, 1990), and of equal ones the one with the least idle time is
// taken (Fernandez-Viagas, Framinan, "On insertion tie-breaking rules in heuristics for
// the permutation flowshop scheduling problem", Computers & Operations Research 45, 2014).
//
// The lower bound is the largest of one machine with heads and tails (Jackson, Carlier
// 1982) and of two machines with lags between them (Johnson's rule; Lageweg, Lenstra,
// Rinnooy Kan, "A general bounding scheme for the permutation flow-shop problem",
// Operations Research 26, 1978).
package flowshop

import (
	"errors"
	"fmt"
)

// maxTime bounds the sum of all durations, so that heads and tails add up in 32 bits.
const maxTime = 1<<30 - 1

// Problem is a permutation flow shop: durations by job and machine.
type Problem struct {
	Durations [][]int32
}

// Options say how to search. The zero value is one worker until the context ends.
type Options struct {
	Seed    uint64
	Workers int   // goroutines; 0 is 1. With one, the same seed makes the same moves
	Moves   int64 // insertions of a job, of each worker; 0 is any number
	// Progress is told every better schedule, by one goroutine at a time.
	Progress func(makespan, bound int32)
}

// Result is the best schedule found.
type Result struct {
	Order    []int32   // of jobs
	Start    [][]int32 // by job and machine
	Makespan int32
	Bound    int32 // no schedule is shorter
	Moves    int64 // made by all workers
}

// ErrProblem is what Solve reports for what is no flow shop.
var ErrProblem = errors.New("this is no flow shop")

func (p Problem) validate() error {
	if len(p.Durations) == 0 || len(p.Durations[0]) == 0 {
		return fmt.Errorf("%w: it has no job or no machine", ErrProblem)
	}
	var sum int64
	for j, job := range p.Durations {
		if len(job) != len(p.Durations[0]) {
			return fmt.Errorf("%w: job %d has %d durations, job 0 has %d", ErrProblem, j, len(job), len(p.Durations[0]))
		}
		for k, d := range job {
			if d < 0 {
				return fmt.Errorf("%w: job %d takes %d on machine %d", ErrProblem, j, d, k)
			}
			sum += int64(d)
		}
	}
	if sum > maxTime {
		return fmt.Errorf("%w: durations add up to %d, more than %d", ErrProblem, sum, maxTime)
	}
	return nil
}
