package explain

import (
	"context"
	"slices"

	"linghang/lib/schedule/constraint"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// Kind is what a rule is about.
type Kind string

// Kinds of rules.
const (
	Deadline       Kind = "deadline"    // of a job
	MaxLag         Kind = "max_lag"     // of a precedence
	Blocking       Kind = "blocking"    // of a precedence
	Closing        Kind = "calendar"    // of a resource, with its closures
	Cleanings      Kind = "cleaning"    // of a resource
	HoldTimes      Kind = "hold_times"  // of a resource: how long it waits dirty and clean
	Changeovers    Kind = "changeovers" // of a resource
	CampaignLength Kind = "campaign"
	Storage        Kind = "tank"
	HoldLimit      Kind = "hold" // of a tank
	Pin            Kind = "pin"  // of a task
	Horizon        Kind = "horizon"
	Precedence     Kind = "precedence" // and its least lag
	Released       Kind = "release"    // of a job
	Amount         Kind = "capacity"   // of a resource
	Today          Kind = "now"
	KeptJob        Kind = "kept_job"  // a job ends no later than in the schedule
	KeptTask       Kind = "kept_task" // so does a task without job
)

// Rule is a part of a model without which it is still a model.
type Rule struct {
	Kind  Kind `json:"kind"`
	Index int  `json:"index"` // place in the list of what it is about
}

// Conflict returns a few rules of a model that together leave no schedule, and whether that is proven.
//
// It is proven if package constraint, which does not look at tanks, changeovers, cleanings, campaigns and rests, refutes the
// rules within so many contradictions; each of them is needed then. Otherwise they are rules with which the search finds no schedule
// in so many moves, while it finds one without any single one of them: by taking out kinds of rules, and then rules, as long as there is none (deletion filter, Chinneck, Dravnieks,
// "Locating minimal infeasible constraint sets in linear programs", ORSA Journal on
// Computing 3, 1991). It returns none if a schedule is found with all. When the context ends the set may be larger than it need be.
func Conflict(ctx context.Context, m *model.Model, moves int64) (conflict []Rule, proven bool) {
	rules := rulesOf(m)
	if solvable(ctx, m, rules, nil, moves) {
		return nil, false
	}
	if a := newAsker(m, func(k Kind) bool { return slices.ContainsFunc(rules, func(r Rule) bool { return r.Kind == k }) }); a != nil {
		if refuted, answer, _ := a.least(ctx, moves); answer == constraint.Refuted {
			return refuted, true
		}
	}
	var kinds []Kind
	for _, r := range rules {
		if !slices.Contains(kinds, r.Kind) {
			kinds = append(kinds, r.Kind)
		}
	}
	kept := slices.Clone(rules)
	for _, k := range kinds {
		less := slices.DeleteFunc(slices.Clone(kept), func(r Rule) bool { return r.Kind == k })
		if ctx.Err() == nil && !solvable(ctx, m, rules, less, moves) {
			kept = less
		}
	}
	// Halves of what is left at first, then single rules.
	for size := len(kept) / 2; size >= 1; size /= 2 {
		for at := 0; at < len(kept); {
			less := slices.Delete(slices.Clone(kept), at, min(at+size, len(kept)))
			if ctx.Err() == nil && !solvable(ctx, m, rules, less, moves) {
				kept = less
				continue
			}
			at += size
		}
	}
	return kept, false
}

func rulesOf(m *model.Model) (rules []Rule) {
	add := func(is bool, k Kind, i int) {
		if is {
			rules = append(rules, Rule{k, i})
		}
	}
	add(m.Horizon > 0 && !slices.ContainsFunc(m.Calendars, func(c model.Calendar) bool { return c.Period > 0 || len(c.Weekly) > 0 }), Horizon, 0)
	for i := range m.Campaigns {
		add(true, CampaignLength, i)
	}
	for i := range m.Resources {
		r := &m.Resources[i]
		add(r.Cleaning != nil, Cleanings, i)
		add(r.Cleaning != nil && max(r.Cleaning.DirtyHold, r.Cleaning.CleanHold) > 0, HoldTimes, i)
		add(r.Changeover != nil, Changeovers, i)
		add(r.Calendar != nil || len(r.Down) > 0, Closing, i)
	}
	for i := range m.Tanks {
		add(true, Storage, i)
		add(m.Tanks[i].Hold > 0, HoldLimit, i)
	}
	for i := range m.Precedences {
		add(m.Precedences[i].Blocking, Blocking, i)
		add(m.Precedences[i].MaxLag != nil, MaxLag, i)
	}
	for i := range m.Tasks {
		add(m.Tasks[i].Pin != nil, Pin, i)
	}
	for i := range m.Jobs {
		add(m.Jobs[i].Deadline != nil, Deadline, i)
	}
	return rules
}

// solvable tells whether a schedule is found of the model with only some of its rules; nil is
// all of them.
func solvable(ctx context.Context, m *model.Model, rules, kept []Rule, moves int64) bool {
	c := *m
	c.Tanks = slices.Clone(m.Tanks)
	c.Resources, c.Tasks, c.Precedences, c.Jobs, c.Stops, c.Campaigns = slices.Clone(m.Resources), slices.Clone(m.Tasks), slices.Clone(m.Precedences), slices.Clone(m.Jobs), nil, nil
	for i := range m.Campaigns {
		if kept == nil || slices.Contains(kept, Rule{CampaignLength, i}) {
			c.Campaigns = append(c.Campaigns, m.Campaigns[i])
		}
	}
	tanks := make([]bool, len(m.Tanks))
	if kept != nil {
		is := make(map[Rule]bool, len(kept))
		for _, r := range kept {
			is[r] = true
		}
		for _, r := range rules {
			if !is[r] {
				drop(&c, r, tanks)
			}
		}
	}
	drain(&c, tanks)
	if c.Validate() != nil {
		return false
	}
	_, err := process.Solve(ctx, &c, process.Options{Seed: 1, Moves: moves, First: true})
	return err == nil
}

func drop(m *model.Model, r Rule, tanks []bool) {
	switch r.Kind {
	case Deadline:
		m.Jobs[r.Index].Deadline = nil
	case MaxLag:
		m.Precedences[r.Index].MaxLag = nil
	case Blocking:
		m.Precedences[r.Index].Blocking = false
	case Closing:
		m.Resources[r.Index].Calendar, m.Resources[r.Index].Down = nil, nil
	case Cleanings:
		m.Resources[r.Index].Cleaning = nil
	case HoldTimes:
		unheld(m, r.Index)
	case Changeovers:
		m.Resources[r.Index].Changeover = nil
	case HoldLimit:
		m.Tanks[r.Index].Hold = 0
	case Storage:
		tanks[r.Index] = true
	case Pin:
		m.Tasks[r.Index].Pin = nil
	case Horizon:
		m.Horizon = 0
	default: // campaigns are left out already, and what else there is cannot be let go here
	}
}

// unheld lets a machine wait dirty and clean for any time.
func unheld(m *model.Model, resource int) {
	r := &m.Resources[resource]
	if r.Cleaning == nil {
		return // let go before
	}
	c := *r.Cleaning
	c.DirtyHold, c.CleanHold = 0, 0
	if r.Cleaning = &c; c.Time == 0 && c.Tasks == 0 {
		r.Cleaning = nil
	}
}

// drain takes away what flows through tanks that are let go.
func drain(m *model.Model, tanks []bool) {
	if !slices.Contains(tanks, true) {
		return
	}
	for i := range m.Tasks {
		m.Tasks[i].Modes = slices.Clone(m.Tasks[i].Modes)
		for k := range m.Tasks[i].Modes {
			mode := &m.Tasks[i].Modes[k]
			mode.Flows = slices.DeleteFunc(m.Flows(&m.Tasks[i], mode), func(f model.Flow) bool { return tanks[f.Tank] })
			mode.Recipe, mode.Batch = nil, 0
		}
	}
}
