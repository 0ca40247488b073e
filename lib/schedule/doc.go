// Package schedule finds short schedules: what is to be done is a model.Model, Solve
// chooses an engine by what the model is, and what it returns has passed package check,
// which shares no code with engines.
//
//	m, err := instance.Read("jobshop", text)            // or model.Decode, or in Go
//	r, err := schedule.Solve(ctx, m, schedule.Options{Time: 10 * time.Second, Workers: 2})
//	fmt.Println(r.Makespan, r.LowerBound, r.Status)
//
// What each constraint means is in package model, how an engine works and by whose papers
// in its own:
//
//	model     what is scheduled and what a schedule is; JSON
//	instance  published texts: job shop, flexible job shop, flow shop, Patterson, PSPLIB
//	taillard  Taillard's instances from their seeds
//	check     whether a schedule is one of a model
//	gantt     a schedule as SVG
//	explain   why a job is late, why a task cannot start earlier, and which rules conflict
//	constraint  a constraint kernel: solutions, proofs that there are none, and why
//	proof     how short projects and shops can be, beside the engines
//	plantcase a plant to measure with
//	jobshop   tabu search with path relinking, of job shops and flexible job shops
//	flowshop  iterated greedy, of permutation flow shops, with setups, without waiting
//	project   genetic search with justification, of everything else
//	process   serial generation and neighbourhood search, of process plants
//	team      searchers side by side
//	highs     linear and mixed integer programmes
//	planning  what to make before it is scheduled: batches of recipes, blends, lot sizes
//
// Models that no engine takes, which are those with same_order that have more than setups or zero wait,
// are refused with the reason: an *UnsupportedError.
package schedule

import (
	"context"
	"fmt"
	"time"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
)

// Options say how long and how to search. The zero value is one worker until the
// context ends or the schedule is proven to be the shortest.
type Options struct {
	Time    time.Duration // 0 is no limit
	Moves   int64         // of each worker; 0 is no limit. What a move is, is the engine's business
	Seed    uint64
	Workers int  // goroutines; 0 is 1. With one and without Time the same seed makes the same schedule
	First   bool // end with the first schedule that keeps all rules
	// Progress is told every better schedule, and every higher bound, by one goroutine at a time.
	Progress func(Progress)
}

// Progress is how far a search is.
type Progress struct {
	Elapsed    time.Duration
	Makespan   int64
	LowerBound int64
	Objective  []int64 // by level, if the model has levels
}

// Status says how good a schedule is.
type Status string

// Statuses.
const (
	Optimal  Status = "optimal"  // it is as short as the lower bound, and nothing else is asked for
	Feasible Status = "feasible" // shorter ones may exist
)

// Result is the best schedule found.
type Result struct {
	Engine     string          `json:"engine"`
	Status     Status          `json:"status"`
	Makespan   int64           `json:"makespan"`
	LowerBound int64           `json:"lower_bound"`         // no schedule is shorter
	Objective  []int64         `json:"objective,omitempty"` // by level, if the model has levels
	Seconds    float64         `json:"seconds"`             // that the search took
	BestAfter  float64         `json:"best_after"`          // seconds until this schedule was found
	Moves      int64           `json:"moves"`
	Seed       uint64          `json:"seed"`
	Workers    int             `json:"workers"`
	Schedule   *model.Schedule `json:"schedule"`
}

// Solve searches until the time or the moves are over, the context ends, or the schedule
// is proven to be the shortest, and returns the best schedule found. There always is one, but of
// plants, of which the engine may find none that keeps all rules (*process.NotFoundError), and of models with a horizon (*HorizonError).
// It errs if the model is not valid (model.FaultsError), no engine takes it, or, which would be
// a fault of an engine, the schedule is not one of the model (check.ViolationsError).
func Solve(ctx context.Context, m *model.Model, o Options) (*Result, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("the model cannot be scheduled:\n%w", err)
	}
	e, err := pick(m)
	if err != nil {
		return nil, err
	}
	if o.Time > 0 {
		limited, cancel := context.WithTimeout(ctx, o.Time)
		defer cancel()
		ctx = limited
	}
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	o.Workers = max(1, o.Workers)
	r := &Result{Engine: e.name, Status: Feasible, Seed: o.Seed, Workers: o.Workers}
	begin := time.Now()
	found, err := e.solve(ctx, o, r.follow(m, o, begin, enough))
	if err != nil {
		return nil, fmt.Errorf("solve by %s: %w", e.name, err)
	}
	r.Seconds = time.Since(begin).Seconds()
	if err := r.take(m, found); err != nil {
		return nil, err
	}
	return r, nil
}

// follow returns what an engine tells of its search.
func (r *Result) follow(m *model.Model, o Options, begin time.Time, enough func()) func(makespan, bound int64, objective []int64) {
	return func(makespan, bound int64, objective []int64) {
		if m.Horizon > 0 && makespan > m.Horizon {
			return
		}
		if o.First {
			enough()
		}
		elapsed := time.Since(begin)
		if objective != nil || r.Makespan == 0 || makespan < r.Makespan {
			r.Makespan, r.BestAfter = makespan, elapsed.Seconds()
		}
		if onlyMakespan(m) {
			objective = []int64{weighted(m, makespan)}
		}
		if o.Progress != nil {
			o.Progress(Progress{elapsed, makespan, bound, objective})
		}
	}
}

// take is the end of a search, and checks what was found.
func (r *Result) take(m *model.Model, f found) error {
	r.Schedule, r.Makespan, r.LowerBound, r.Moves = f.schedule, f.schedule.Makespan, f.bound, f.moves
	if m.Horizon > 0 && r.Makespan > m.Horizon {
		return &HorizonError{Horizon: m.Horizon, Makespan: r.Makespan, LowerBound: r.LowerBound}
	}
	shortest := len(m.Objective) == 0 || onlyMakespan(m)
	if onlyMakespan(m) {
		r.Schedule.Objective = []int64{weighted(m, r.Makespan)}
	}
	r.Objective = r.Schedule.Objective
	if err := check.Schedule(m, r.Schedule); err != nil {
		return fmt.Errorf("the schedule of %s is not one of the model, which is a fault of the engine:\n%w", r.Engine, err)
	}
	if shortest && r.Makespan <= r.LowerBound {
		r.Status = Optimal
	}
	return nil
}

// weighted is a makespan as the objective of a model that has no other.
func weighted(m *model.Model, makespan int64) int64 {
	return max(1, m.Objective[0][0].Weight) * makespan
}

// HorizonError says that the search for a short schedule ended with one that is longer than the horizon.
type HorizonError struct{ Horizon, Makespan, LowerBound int64 }

// Error returns how long it is, and whether a shorter one can be.
func (e *HorizonError) Error() string {
	if e.LowerBound > e.Horizon {
		return fmt.Sprintf("no schedule ends by the horizon of %d: each takes %d at least", e.Horizon, e.LowerBound)
	}
	return fmt.Sprintf("no schedule was found that ends by the horizon of %d: the shortest one found takes %d, and none takes less than %d", e.Horizon, e.Makespan, e.LowerBound)
}

// Engine returns the name of the engine that Solve would choose for a valid model.
func Engine(m *model.Model) (string, error) {
	e, err := pick(m)
	return e.name, err
}
