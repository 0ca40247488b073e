package project

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"linghang/lib/schedule/team"
)

const (
	members = 150 // of a worker's population
	stale   = 400 // schedules by task without a better one, after which a population is made anew
	slice   = 500 // schedules until proofs are searched again, of a project of few tasks
	few     = 64  // tasks, of which proofs are most often found soon
)

// shared is what workers share: the best schedule.
type shared struct {
	mutex    sync.Mutex
	start    []int32
	modes    []int32
	span     int32
	bound    int32
	done     atomic.Bool // the best is as short as the bound
	progress func(makespan, bound int32)
}

// best is the length of the best schedule.
func (s *shared) best() int32 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.span
}

// raise keeps a bound.
func (s *shared) raise(bound int32) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if bound > s.bound {
		s.bound = bound
		if s.start != nil && s.progress != nil {
			s.progress(s.span, s.bound)
		}
	}
	s.done.Store(s.span <= s.bound)
}

// offer keeps a schedule if it is the best.
func (s *shared) offer(v *individual) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.start == nil || v.span < s.span {
		s.start, s.modes, s.span = append(s.start[:0], v.start...), append(s.modes[:0], v.modes...), v.span
		if s.progress != nil {
			s.progress(s.span, s.bound)
		}
	}
	s.done.Store(s.span <= s.bound)
}

// Solve searches until the context ends, the moves are made or the bound is reached, and
// returns the best schedule; there always is one. It errs for what is no project only.
func Solve(ctx context.Context, p Problem, o Options) (Result, error) {
	if err := validate(p); err != nil {
		return Result{}, err
	}
	in, err := newInstance(p)
	if err != nil {
		return Result{}, fmt.Errorf("%w: precedences form a circle", err)
	}
	s := &shared{bound: in.bound, progress: o.Progress}
	moves := team.Run(o.Workers, func(w int) int64 {
		worker := newSolver(in, o, w)
		worker.run(ctx, p, s, o, w)
		return worker.moves
	})
	r := Result{Start: s.start, Mode: s.modes, Makespan: s.span, Bound: s.bound, Moves: moves}
	for i := range r.Mode {
		r.Mode[i] -= in.modeFirst[i]
	}
	return r, nil
}

// run searches; the last worker searches proofs as well, and, of projects of few tasks and beside others, nothing else while it finds some.
func (s *solver) run(ctx context.Context, q Problem, best *shared, o Options, worker int) {
	s.sample(s.child)
	s.child.span = s.generate(context.WithoutCancel(ctx), &s.forward, s.child.list, s.child.modes, s.child.start)
	best.offer(s.child) // so that there is a schedule whatever happens
	if worker < o.Workers-1 {
		s.breedUntil(ctx, best, math.MaxInt64)
		return
	}
	s.breedUntil(ctx, best, s.moves+slice)
	p := newProver(s, q, o.Seed, best)
	if p == nil {
		s.breedUntil(ctx, best, math.MaxInt64)
		return
	}
	// A contradiction takes longer by the square of the tasks than a schedule.
	between := max(slice, slice*int64(s.tasks)*int64(s.tasks)/900)
	for !s.over(ctx, best) {
		p.step(ctx, best)
		if o.Workers <= 1 || s.tasks > few || p.search.Stalled() {
			s.breedUntil(ctx, best, s.moves+between)
		}
	}
}

// breedUntil breeds populations until so many moves were made, or nothing better can come.
func (s *solver) breedUntil(ctx context.Context, best *shared, moves int64) {
	for s.moves < moves && !s.over(ctx, best) {
		if s.moves-s.since >= stale*int64(s.tasks) {
			s.people, s.least, s.since = s.people[:0], maxTime, s.moves
		}
		if len(s.people) < members {
			s.sample(s.child)
		} else {
			s.breed()
		}
		s.decode(ctx, s.child)
		if s.child.span == maxTime {
			return
		}
		if s.child.span < s.least {
			s.least, s.since = s.child.span, s.moves
			best.offer(s.child)
		}
		s.keep()
	}
}

// breed makes a child of two members, better ones more often than not.
func (s *solver) breed() {
	mother, father := s.parent(), s.parent()
	s.cross(s.people[mother], s.people[father])
	s.mutate()
}

func (s *solver) parent() int {
	a, b := s.random.Below(len(s.people)), s.random.Below(len(s.people))
	if s.people[b].span < s.people[a].span {
		return b
	}
	return a
}

// keep puts child into the population if it is new and there is room, or in the place of a
// member that is no better: the worse of a few at random.
func (s *solver) keep() {
	if slices.ContainsFunc(s.people, func(v *individual) bool { return v.print == s.child.print }) {
		return
	}
	if len(s.people) < members {
		s.people = append(s.people, s.child)
		s.child = s.newIndividual()
		return
	}
	worst := s.random.Below(members)
	for range 4 {
		if k := s.random.Below(members); s.people[k].span > s.people[worst].span {
			worst = k
		}
	}
	if s.people[worst].span >= s.child.span {
		s.people[worst], s.child = s.child, s.people[worst]
	}
}
