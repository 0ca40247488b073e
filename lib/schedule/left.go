package schedule

import (
	"context"
	"errors"
	"slices"
	"time"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// deadlines lets those go that cannot be kept whatever is done: each task begins when what is before it has ended, or now.
func (p *replanner) deadlines() {
	begins := make([]int64, len(p.m.Tasks))
	first, list := p.m.Edges()
	for _, i := range p.m.Order() {
		t := &p.m.Tasks[i]
		if p.stays(i) {
			begins[i] = *t.Pin.Start
		} else {
			begins[i] = max(begins[i], p.running.Now, releaseOf(p.m, i))
		}
		end := begins[i] + p.shortest(i)
		if !p.stays(i) {
			p.departures = append(p.departures, putOff(p.m, i, end)...)
		}
		for _, k := range list[first[i]:first[i+1]] {
			e := &p.m.Precedences[k]
			begins[e.After] = max(begins[e.After], end+e.MinLag)
		}
	}
}

// shortest is how long a task takes at least.
func (p *replanner) shortest(task int) int64 {
	t := &p.m.Tasks[task]
	if t.Pin != nil && t.Pin.End != nil {
		return *t.Pin.End - *t.Pin.Start
	}
	if t.Pin != nil && t.Pin.Mode != nil {
		return t.Modes[*t.Pin.Mode].Duration
	}
	least := int64(model.MaxTime)
	for k := range t.Modes {
		least = min(least, t.Modes[k].Duration)
	}
	return least
}

// putOff moves the deadline of a task's job to the task's end if it misses it, and says so.
func putOff(m *model.Model, task int, end int64) []Departure {
	job := m.Tasks[task].Job
	if job == nil || m.Jobs[*job].Deadline == nil || *m.Jobs[*job].Deadline >= end {
		return nil
	}
	m.Jobs[*job].Deadline = &end
	return []Departure{{Code: "late", Task: task}}
}

// SolveLeft solves what Replan left. Where no schedule is found that keeps all deadlines it takes the one that misses them
// by the least time together, and says which tasks do (departures late).
func SolveLeft(ctx context.Context, left *model.Model, o Options) (*Result, []Departure, error) {
	begin := time.Now()
	r, err := Solve(ctx, left, o)
	short, is := errors.AsType[*process.NotFoundError](err)
	if !is || short.Nearest == nil {
		return r, nil, err
	}
	later := *left
	later.Jobs = slices.Clone(left.Jobs)
	var late []Departure
	for _, a := range short.Nearest.Assignments {
		if pin := left.Tasks[a.Task].Pin; pin == nil || pin.Start == nil {
			late = append(late, putOff(&later, a.Task, a.End)...)
		}
	}
	r = &Result{Engine: "process", Status: Feasible, Seed: o.Seed, Workers: max(1, o.Workers), Seconds: time.Since(begin).Seconds()}
	r.BestAfter = r.Seconds
	if err := r.take(&later, found{schedule: short.Nearest, moves: short.Moves}); err != nil {
		return nil, nil, err
	}
	return r, late, nil
}
