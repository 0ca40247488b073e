package process_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"linghang/lib/schedule"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// Plans that run are planned again at any time, with breakdowns and late tasks: what comes out
// keeps all rules that are left (Solve checks it), and what has begun.
func TestRandomPlansAreReplanned(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	found, tried := 0, 0
	for round := range 250 {
		m := anyPlant(rng)
		r, err := process.Solve(t.Context(), m, process.Options{Moves: 30})
		if err != nil {
			continue
		}
		now := rng.Int64N(r.Schedule.Makespan + 1)
		running := schedule.Running{Plan: r.Schedule, Now: now, Frozen: now + rng.Int64N(20)}
		if rng.IntN(2) == 0 {
			running.Down = []schedule.Down{{Resource: 2 + rng.IntN(4), From: now, Until: now + 1 + rng.Int64N(30)}}
		}
		if rng.IntN(2) == 0 {
			a := r.Schedule.Assignments[rng.IntN(len(r.Schedule.Assignments))]
			if a.Start < now {
				running.Actuals = []schedule.Actual{{Task: a.Task, Start: &a.Start, End: new(a.End + rng.Int64N(8))}}
			}
		}
		left, _, err := schedule.Replan(m, running)
		if _, faults := errors.AsType[model.FaultsError](err); faults {
			continue // what happened leaves no plan by lags alone
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		tried++
		again, err := schedule.Solve(t.Context(), left, schedule.Options{Moves: 60})
		if _, none := errors.AsType[*process.NotFoundError](err); none {
			continue
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		found++
		for i, a := range again.Schedule.Assignments {
			if pin := left.Tasks[i].Pin; pin != nil && pin.Start != nil && a.Start != *pin.Start || a.Start < now && pin == nil {
				t.Errorf("round %d: task %d is at %d", round, i, a.Start)
			}
		}
	}
	if tried < 150 || found < tried*3/4 {
		t.Errorf("%d of %d were planned again", found, tried)
	}
}
