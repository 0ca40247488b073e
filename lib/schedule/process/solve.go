package process

import (
	"context"
	"sync"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/team"
)

// shared is what workers share: the best schedule.
type shared struct {
	mutex    sync.Mutex
	value    value
	schedule *model.Schedule
	found    bool // a schedule that keeps all rules
	missing  []int
	first    bool
	progress func(makespan int64, objective []int64)
}

// offer keeps a schedule if it is the best, and says whether the search is done.
func (s *shared) offer(d *decoder, v *value) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.schedule != nil && !v.less(&s.value) {
		return s.found && s.first
	}
	s.value = *v
	s.missing = s.missing[:0]
	for _, i := range d.missing {
		s.missing = append(s.missing, int(i))
	}
	s.found = v.right()
	s.schedule = d.export(v)
	if s.found && s.progress != nil {
		s.progress(s.schedule.Makespan, s.schedule.Objective)
	}
	return s.found && s.first
}

// Result is the best schedule found.
type Result struct {
	Schedule *model.Schedule
	Bound    int64 // no schedule has a smaller makespan
	Moves    int64 // made by all workers
}

// Solve searches until the context ends or the moves are made, and returns the best
// schedule of a valid model. It errs if it found none that keeps all rules (*NotFoundError), and for
// what it cannot plan (ErrUnsupported).
func Solve(ctx context.Context, m *model.Model, o Options) (*Result, error) {
	in, err := newInstance(m)
	if err != nil {
		return nil, err
	}
	if err := in.pinsBreak(); err != nil {
		return nil, &NotFoundError{Pins: err}
	}
	s := &shared{progress: o.Progress, first: o.First}
	moves := team.Run(o.Workers, func(w int) int64 {
		worker := newSearcher(in, o, w)
		worker.run(ctx, s, w)
		return worker.moves
	})
	if !s.found {
		short := &NotFoundError{Missing: s.missing, Late: s.value[1], Moves: moves}
		if s.value[0] == 0 {
			short.Nearest = s.schedule
		}
		return nil, short
	}
	r := &Result{Schedule: s.schedule, Moves: moves}
	for i, tail := range in.tail {
		if in.pinned(int32(i)) {
			r.Bound = 0 // tails may pass through tasks that took other times
			break
		}
		r.Bound = max(r.Bound, in.release[i]+tail)
	}
	return r, nil
}
