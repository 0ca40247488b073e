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
// Machines may be set up between jobs, before the next one has come (anticipatory, sequence-dependent setups: Ruiz, Stützle,
// "An Iterated Greedy heuristic for the sequence dependent setup times flowshop problem with makespan and weighted
// tardiness objectives", European Journal of Operational Research 187, 2008): the search is the same, and so is its time for
// all places of a job. Without waiting each job passes all machines without a rest; it starts after the one before by a delay
// that only the two know, so that a place is tried in constant time (Röck, "The three-machine no-wait flow shop is NP-complete",
// Journal of the ACM 31, 1984; Wismer, "Solution of the flowshop-scheduling problem with no intermediate queues", Operations
// Research 20, 1972).
//
// The lower bound is the largest of one machine with heads and tails (Jackson, Carlier
// 1982) and of two machines with lags between them (Johnson's rule; Lageweg, Lenstra,
// Rinnooy Kan, "A general bounding scheme for the permutation flow-shop problem",
// Operations Research 26, 1978). With setups each job but the first of a machine adds the least one before it, and without
// waiting each job but the first starts after the least delay that it can have.
package flowshop

import (
	"errors"
	"fmt"
	"slices"
)

// maxTime bounds the sum of all durations, so that heads and tails add up in 32 bits.
const maxTime = 1<<30 - 1

// Problem is a permutation flow shop.
type Problem struct {
	Durations [][]int32 // by job and machine
	NoWait    bool      // a job that has begun passes all machines without a rest
	Families  []int32   // by job, with setups
	Setups    []*Setup  // by machine, of which one without setups has none; or none at all
}

// Setup is how long a machine is set up between jobs.
type Setup struct {
	Between [][]int32 // by the family before and the one after
	First   []int32   // before the first job, by its family; or none
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
	longest, err := p.setups()
	if err != nil {
		return err
	}
	if sum += longest * int64(len(p.Durations)); sum > maxTime {
		return fmt.Errorf("%w: durations and the longest setups add up to %d, more than %d", ErrProblem, sum, maxTime)
	}
	return nil
}

// setups looks at setups and returns how long the longest ones of all machines are together.
func (p Problem) setups() (longest int64, err error) {
	if p.Setups == nil {
		return 0, nil
	}
	if len(p.Setups) != len(p.Durations[0]) || len(p.Families) != len(p.Durations) {
		return 0, fmt.Errorf("%w: it has %d setups for %d machines, and families of %d jobs for %d", ErrProblem, len(p.Setups), len(p.Durations[0]), len(p.Families), len(p.Durations))
	}
	if slices.Min(p.Families) < 0 {
		return 0, fmt.Errorf("%w: a family is below 0", ErrProblem)
	}
	families := 0
	for k, s := range p.Setups {
		if s == nil {
			continue
		}
		if families == 0 {
			families = len(s.Between)
		}
		if n := int(slices.Max(p.Families)) + 1; len(s.Between) != families || families < n {
			return 0, fmt.Errorf("%w: setups of machine %d are between %d families, and there are %d", ErrProblem, k, len(s.Between), max(n, families))
		}
		most, square := s.longest()
		if !square {
			return 0, fmt.Errorf("%w: setups of machine %d are no square of times", ErrProblem, k)
		}
		longest += int64(most)
	}
	return longest, nil
}

func (s *Setup) longest() (most int32, square bool) {
	for _, row := range append(slices.Clone(s.Between), s.First) {
		if row != nil && len(row) != len(s.Between) || len(row) > 0 && slices.Min(row) < 0 {
			return 0, false
		}
		most = max(most, slices.Max(append(slices.Clone(row), 0)))
	}
	return most, true
}
