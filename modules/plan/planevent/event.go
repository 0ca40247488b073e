// Package planevent holds what the room plan tells others.
package planevent

import "time"

// TargetChanged says that a target is another now: who answers for it, or that it is gone.
type TargetChanged struct {
	TargetID string    `json:"target_id"`
	At       time.Time `json:"at"`
}

// Subject names the event.
func (TargetChanged) Subject() string { return "plan.target.changed" }

// Owned is a target with the organisation that answers for it: what other rooms ask for
// when an event says that it is another now. It is for the bureau and that organisation.
type Owned struct {
	TargetID         string
	Gone             bool // there is none, or no organisation answers for it; nothing else is told
	PlanID           string
	TitleZH, TitleEN string
	Owner            string // organisation
	OwnerZH, OwnerEN string
	Since, Until     time.Time // from its first day, to before the day after its last
	Synthetic        bool
}
