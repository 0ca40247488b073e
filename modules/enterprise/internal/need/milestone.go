package need

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// The states of milestones.
const (
	planned   = "planned"
	delivered = "delivered"
	accepted  = "accepted"
	returned  = "returned"
)

// Milestone is a part of an agreement that is delivered and accepted by itself.
type Milestone struct {
	Number      int        `json:"number"`
	Title       string     `json:"title"`
	DueOn       string     `json:"due_on"`
	Share       int        `json:"share" doc:"Percent of the price"`
	State       string     `json:"state" enum:"planned,delivered,accepted,returned"`
	Note        string     `json:"note" doc:"Of the provider, when it was delivered"`
	Reason      string     `json:"reason" doc:"Of the enterprise, when it was sent back"`
	DeliveredAt *time.Time `json:"delivered_at,omitempty"`
	DecidedAt   *time.Time `json:"decided_at,omitempty"`
}

func milestones(p Plan) []Milestone {
	list := make([]Milestone, len(p.Milestones))
	for i, g := range p.Milestones {
		list[i] = Milestone{Number: i + 1, Title: strings.TrimSpace(g.Title), DueOn: g.DueOn, Share: g.Share, State: planned}
	}
	return list
}

// deliver says that a milestone is reached.
func (m Milestone) deliver(note string, now time.Time) (Milestone, error) {
	if m.State != planned && m.State != returned {
		return m, fault.New(fault.Conflict, "enterprise.need.delivered", "this milestone is %s", m.State).With("state", m.State)
	}
	if note = strings.TrimSpace(note); note == "" {
		return m, fault.New(fault.Invalid, "enterprise.need.note", "say what was delivered").At("body.note", "say what was delivered, and where it can be seen")
	}
	m.State, m.Note, m.Reason, m.DeliveredAt = delivered, note, "", &now
	return m, nil
}

// decide is what the enterprise says to what was delivered.
func (m Milestone) decide(accept bool, reason string, now time.Time) (Milestone, error) {
	if m.State != delivered {
		return m, fault.New(fault.Conflict, "enterprise.need.not_delivered", "nothing was delivered that waits for a decision")
	}
	reason = strings.TrimSpace(reason)
	if !accept && reason == "" {
		return m, needReason()
	}
	m.State, m.Reason, m.DecidedAt = accepted, reason, &now
	if !accept {
		m.State = returned
	}
	return m, nil
}

func done(list []Milestone) bool {
	return !slices.ContainsFunc(list, func(m Milestone) bool { return m.State != accepted })
}

func needReason() error {
	return fault.New(fault.Invalid, "enterprise.need.reason", "say why").At("body.reason", "say why, so that the other side can act upon it")
}
