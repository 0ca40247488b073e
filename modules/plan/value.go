package plan

import (
	"strings"
	"time"

	"linghang/kernel/fault"
)

// The states of a value. Only live and approved ones count.
const (
	stateLive     = "live"
	stateReported = "reported"
	stateReviewed = "reviewed"
	stateApproved = "approved"
	stateReturned = "returned"
)

// The sources of a value.
const (
	sourceLive     = "live"
	sourceReported = "reported"
	sourceNone     = "none"
)

// hand is somebody who handled a value: an actor's id, their name, and when.
type hand struct {
	actor string
	name  string
	at    time.Time
}

// value is one value of a target.
type value struct {
	ID             string
	TargetID       string
	Number         float64
	ValidAt        time.Time
	KnownAt        time.Time
	Source         string
	State          string
	Synthetic      bool
	Formula        string
	Note           string
	OrganisationID string
	Reported       hand `audit:"-"`
	Reviewed       hand `audit:"-"`
	Decided        hand `audit:"-"` // approved or returned
	DecisionNote   string
	Evidence       []evidence `audit:"-"`
}

// persons names the person whose hand it is, for notices; a token is nobody's.
func (h hand) persons() []string {
	if id, ok := strings.CutPrefix(h.actor, "person:"); ok {
		return []string{id}
	}
	return nil
}

// person refuses hands that are no person: programs report, persons judge.
func (h hand) person() error {
	if !strings.HasPrefix(h.actor, "person:") {
		return fault.New(fault.Forbidden, "plan.value.person", "only a person can review or approve, not a token")
	}
	return nil
}

// other refuses that one person does two steps of the same value.
func (h hand) other(before hand, step string) error {
	if h.actor == before.actor {
		return fault.New(fault.Forbidden, "plan.value.same_person", "who %s this value cannot do this step too", step).With("step", step)
	}
	return nil
}

func (v value) expect(state string) error {
	if v.State != state {
		return fault.New(fault.Conflict, "plan.value.state", "this value is %s, not %s", v.State, state).With("state", v.State).With("expected", state)
	}
	return nil
}

// review is the first look, by somebody who did not report the value.
func (v value) review(h hand, why string) (value, error) {
	if err := v.expect(stateReported); err != nil {
		return v, err
	}
	if err := first(h.person(), h.other(v.Reported, "reported")); err != nil {
		return v, err
	}
	v.State, v.Reviewed, v.DecisionNote = stateReviewed, h, why
	return v, nil
}

// approve makes the value count, by a third person.
func (v value) approve(h hand, why string) (value, error) {
	if err := v.expect(stateReviewed); err != nil {
		return v, err
	}
	if err := first(h.person(), h.other(v.Reported, "reported"), h.other(v.Reviewed, "reviewed")); err != nil {
		return v, err
	}
	v.State, v.Decided, v.DecisionNote, v.KnownAt = stateApproved, h, why, h.at
	return v, nil
}

// giveBack returns the value to its reporter, who reports anew.
func (v value) giveBack(h hand, why string) (value, error) {
	if v.State != stateReviewed {
		if err := v.expect(stateReported); err != nil {
			return v, err
		}
	}
	if err := first(h.person(), h.other(v.Reported, "reported")); err != nil {
		return v, err
	}
	if v.State == stateReviewed {
		if err := h.other(v.Reviewed, "reviewed"); err != nil {
			return v, err
		}
	}
	if strings.TrimSpace(why) == "" {
		return v, fault.New(fault.Invalid, "plan.value.reason", "say why the value is returned").At("body.note", "tell the reporter what to mend")
	}
	v.State, v.Decided, v.DecisionNote = stateReturned, h, why
	return v, nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// steps lists what the hand may do with the value now.
func (v value) steps(h hand, mayReview, mayApprove bool) []string {
	list := []string{}
	if _, err := v.review(h, ""); err == nil && mayReview {
		list = append(list, "review")
	}
	if _, err := v.approve(h, ""); err == nil && mayApprove {
		list = append(list, "approve")
	}
	if _, err := v.giveBack(h, "-"); err == nil && ((v.State == stateReported && mayReview) || (v.State == stateReviewed && mayApprove)) {
		list = append(list, "return")
	}
	return list
}

// checkReport refuses a reported value that cannot be true.
func checkReport(number float64, validAt, now time.Time) error {
	f := fault.New(fault.Invalid, "plan.value.invalid", "this value cannot be taken")
	if !finite(number) {
		_ = f.At("body.value", "a finite number below 1e18")
	}
	if validAt.After(now) {
		_ = f.At("body.valid_at", "not in the future: it is the time that the value is about")
	}
	if validAt.Year() < 1990 {
		_ = f.At("body.valid_at", "not before 1990")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}
