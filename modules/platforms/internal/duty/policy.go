package duty

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Bounds of policies.
const (
	stepsMost   = 10
	rotasMost   = 10
	personsMost = 50
	repeatMost  = 9
	minutesMost = 7 * 24 * 60
)

// Step is whom a policy tells next.
type Step struct {
	After   int64    `json:"after" minimum:"0" maximum:"10080" doc:"Minutes that nobody takes the alert, since the step before or the beginning"`
	Rotas   []string `json:"rotas" nullable:"false" maxItems:"10" doc:"Ids of rotas: who is on duty then"`
	Persons []Member `json:"persons" nullable:"false" maxItems:"50"`
	Route   bool     `json:"route" doc:"Everybody whom the route of the alert tells"`
}

// Policy says who is told when nobody takes care of an alert.
type Policy struct {
	Name   lang.Text `json:"name"`
	Steps  []Step    `json:"steps" nullable:"false" maxItems:"10" doc:"One after the other"`
	Repeat int64     `json:"repeat" minimum:"0" maximum:"9" doc:"How often all steps are gone through again"`
	Pause  int64     `json:"pause" minimum:"0" maximum:"10080" doc:"Minutes after the last step before they are"`
	Limit  int64     `json:"limit" minimum:"0" maximum:"43200" doc:"Minutes after which an alert that was taken and is not over escalates again; 0: it does not"`
}

// Tidy fills what may be left out.
func (p Policy) Tidy() Policy {
	p.Name = tidyName(p.Name)
	steps := make([]Step, len(p.Steps))
	for i, s := range p.Steps {
		slices.Sort(s.Rotas)
		s.Rotas = append([]string{}, slices.Compact(s.Rotas)...)
		s.Persons = append([]Member{}, s.Persons...)
		steps[i] = s
	}
	p.Steps = steps
	if p.Repeat == 0 {
		p.Pause = 0
	}
	return p
}

// Check refuses a policy that would not do, naming every fault. able tells who may
// be told, and known which rotas there are.
func (p Policy) Check(able, known func(id string) bool) error {
	f := fault.New(fault.Invalid, "platforms.policy.invalid", "the escalation policy is incomplete or wrong")
	if strings.TrimSpace(p.Name.ZH) == "" || len(p.Name.ZH) > 200 || len(p.Name.EN) > 200 {
		_ = f.At("body.name", "name the policy, in at most 200 bytes")
	}
	if len(p.Steps) == 0 || len(p.Steps) > stepsMost {
		_ = f.At("body.steps", "1 to %d steps", stepsMost)
	}
	for i, s := range p.Steps {
		s.check(f, fmt.Sprintf("body.steps[%d]", i), i, able, known)
	}
	if p.Repeat < 0 || p.Repeat > repeatMost {
		_ = f.At("body.repeat", "0 to %d times", repeatMost)
	}
	if p.Repeat > 0 && (p.Pause < 1 || p.Pause > minutesMost) {
		_ = f.At("body.pause", "1 to %d minutes", minutesMost)
	}
	if p.Limit < 0 || p.Limit > 30*24*60 {
		_ = f.At("body.limit", "0 to %d minutes", 30*24*60)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (s Step) check(f *fault.Error, at string, i int, able, known func(id string) bool) {
	least := int64(min(i, 1)) // the first may be at once
	if s.After < least || s.After > minutesMost {
		_ = f.At(at+".after", "%d to %d minutes", least, minutesMost)
	}
	if !s.Route && len(s.Rotas) == 0 && len(s.Persons) == 0 {
		_ = f.At(at+".rotas", "choose whom to tell")
	}
	if len(s.Rotas) > rotasMost || slices.ContainsFunc(s.Rotas, func(id string) bool { return !known(id) }) {
		_ = f.At(at+".rotas", "choose rotas, at most %d", rotasMost)
	}
	if len(s.Persons) > personsMost || slices.ContainsFunc(s.Persons, func(m Member) bool { return !able(m.ID) }) {
		_ = f.At(at+".persons", "somebody of them may not take care of alerts here; take them out")
	}
}

// Run is an alert that escalates by a policy, since a time.
type Run struct {
	Policy  string
	Since   time.Time
	Claimed bool  // somebody took it, and it is not over
	Done    int64 // steps that were told, over all rounds
	DueAt   time.Time
}

// Situation is what decides whether an alert escalates.
type Situation struct {
	Policy  string    // of the route that takes it; empty: none
	Open    bool      // it fires, and is not quiet
	Claimed time.Time // when somebody took it; zero: nobody has it
}

// Begin returns the run that an alert is in now: the one that it was in, another
// that begins, or none.
func (p Policy) Begin(s Situation, was *Run, now time.Time) *Run {
	if s.Policy == "" || !s.Open || len(p.Steps) == 0 {
		return nil
	}
	since, claimed := now, !s.Claimed.IsZero()
	if claimed {
		since = s.Claimed.Add(minutes(p.Limit))
		if p.Limit == 0 || since.After(now) {
			return nil
		}
	}
	if was != nil && was.Policy == s.Policy && was.Claimed == claimed && (!claimed || was.Since.Equal(since)) {
		return was
	}
	return &Run{Policy: s.Policy, Since: since, Claimed: claimed, DueAt: now.Add(minutes(p.Steps[0].After))}
}

// Due returns the step that is due, from 0, and its round; ok is false when none is.
func (p Policy) Due(r Run, now time.Time) (step int, round int64, ok bool) {
	n := int64(len(p.Steps))
	if n == 0 || r.Done >= n*(p.Repeat+1) || now.Before(r.DueAt) {
		return 0, 0, false
	}
	return int(r.Done % n), r.Done / n, true
}

// Next returns the run after a step was told. Time passes for people from when they
// were told, however late that was; a step that reached nobody is followed by the
// next of its round at once. A run that is through keeps its last time.
func (p Policy) Next(r Run, reached bool, now time.Time) Run {
	r.Done++
	n := int64(len(p.Steps))
	switch {
	case n == 0 || r.Done >= n*(p.Repeat+1):
	case r.Done%n == 0:
		r.DueAt = now.Add(minutes(p.Pause + p.Steps[0].After))
	case !reached:
		r.DueAt = now
	default:
		r.DueAt = now.Add(minutes(p.Steps[r.Done%n].After))
	}
	return r
}

// Over tells whether a run has no step left.
func (p Policy) Over(r Run) bool { return r.Done >= int64(len(p.Steps))*(p.Repeat+1) }

func minutes(n int64) time.Duration { return time.Duration(n) * time.Minute }
