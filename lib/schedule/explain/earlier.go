package explain

import (
	"context"
	"fmt"

	"linghang/lib/schedule/constraint"
	"linghang/lib/schedule/model"
)

// Answer is whether a task can start earlier.
type Answer string

// Answers.
const (
	Bound Answer = "bound"   // it cannot, as long as some rules hold
	Free  Answer = "free"    // it can, and all rules hold
	Open  Answer = "unknown" // neither was found
)

// Obstacles are why a task cannot start earlier.
type Obstacles struct {
	Answer  Answer `json:"answer"`
	Rules   []Rule `json:"rules,omitempty"`   // which do not hold together with an earlier start
	Minimal bool   `json:"minimal,omitempty"` // without any one of them they do, as far as the kernel knows the model
	Start   *int64 `json:"start,omitempty"`   // an earlier one, if it is free
}

// Earlier tells why a task cannot start earlier than in a schedule of a model, although every other task might move, as long as
// no job, and no task without one, ends later than in the schedule: a few rules that cannot all hold then. It is proven by
// package constraint within so many contradictions for each question, and each rule is needed (deletion filter, Chinneck,
// Dravnieks, 1991, on what the kernel needed). Tanks, changeovers, cleanings, campaigns and rests are not looked at: what cannot
// be without them cannot be with them, and where it needs them the answer is unknown. So it is for models of more than some
// thousand tasks and needs.
func Earlier(ctx context.Context, m *model.Model, s *model.Schedule, task int, conflicts int64) (Obstacles, error) {
	if task < 0 || task >= len(m.Tasks) {
		return Obstacles{}, fmt.Errorf("explain: there is no task %d; there are %d, counted from 0", task, len(m.Tasks))
	}
	at, err := byTask(m, s)
	if err != nil {
		return Obstacles{}, err
	}
	if p := m.Tasks[task].Pin; p != nil && p.Start != nil {
		return Obstacles{Answer: Bound, Rules: []Rule{{Pin, task}}, Minimal: true}, nil
	}
	a := newAsker(m, func(Kind) bool { return true })
	if a == nil {
		return Obstacles{Answer: Open}, nil
	}
	a.keep(at)
	a.kernel.Clause(a.start[task].AtMost(int32(at[task].Start) - 1)) //nolint:gosec // times of models are short
	rules, answer, minimal := a.least(ctx, conflicts)
	switch {
	case answer == constraint.Refuted:
		return Obstacles{Answer: Bound, Rules: rules, Minimal: minimal}, nil
	case answer == constraint.Satisfied && a.whole:
		return Obstacles{Answer: Free, Start: new(int64(a.kernel.Value(a.start[task])))}, nil
	}
	return Obstacles{Answer: Open}, nil
}

// byTask are the assignments of a schedule by task.
func byTask(m *model.Model, s *model.Schedule) ([]model.Assignment, error) {
	at, is := make([]model.Assignment, len(m.Tasks)), make([]bool, len(m.Tasks))
	for k, a := range s.Assignments {
		if a.Task < 0 || a.Task >= len(at) || is[a.Task] || a.Start < 0 || a.Start > model.MaxTime {
			return nil, fmt.Errorf("explain: assignments[%d] is not of a task of the model, once and at a time", k)
		}
		at[a.Task], is[a.Task] = a, true
	}
	for i := range is {
		if !is[i] {
			return nil, fmt.Errorf("explain: the schedule does not have task %d", i)
		}
	}
	return at, nil
}

// keep lets jobs, and tasks without one, end no later than they do.
func (a *asker) keep(at []model.Assignment) {
	ends := make([]int64, len(a.m.Jobs))
	for i := range a.m.Tasks {
		if j := a.m.Tasks[i].Job; j != nil {
			ends[*j] = max(ends[*j], at[i].End)
		}
	}
	for i := range a.m.Tasks {
		if a.stays(i) {
			continue
		}
		if j := a.m.Tasks[i].Job; j != nil {
			a.endsBy(i, ends[*j], a.of(KeptJob, *j))
		} else {
			a.endsBy(i, at[i].End, a.of(KeptTask, i))
		}
	}
}
