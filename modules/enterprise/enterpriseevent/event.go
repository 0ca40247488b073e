// Package enterpriseevent holds what the room enterprise tells others.
package enterpriseevent

import "time"

// Accepted says that the directory has an enterprise from now on.
type Accepted struct {
	EntryID  string    `json:"entry_id"`
	Code     string    `json:"code"` // unified social credit code
	District string    `json:"district"`
	Industry string    `json:"industry"` // division of GB/T 4754
	At       time.Time `json:"at"`
}

// Subject names the event.
func (Accepted) Subject() string { return "enterprise.entry.accepted" }

// Changed says that what the directory has of an enterprise is another now.
type Changed struct {
	EntryID string    `json:"entry_id"`
	Code    string    `json:"code"`
	At      time.Time `json:"at"`
}

// Subject names the event.
func (Changed) Subject() string { return "enterprise.entry.changed" }

// Merged says that an entry took in another, whose code leads to it from now on.
type Merged struct {
	EntryID    string    `json:"entry_id"`
	Code       string    `json:"code"`
	OtherID    string    `json:"other_id"`
	FormerCode string    `json:"former_code"`
	At         time.Time `json:"at"`
}

// Subject names the event.
func (Merged) Subject() string { return "enterprise.entry.merged" }

// Unmerged says that an entry that was merged stands by itself again.
type Unmerged struct {
	EntryID string    `json:"entry_id"`
	OtherID string    `json:"other_id"`
	Code    string    `json:"code"` // of the other
	At      time.Time `json:"at"`
}

// Subject names the event.
func (Unmerged) Subject() string { return "enterprise.entry.unmerged" }
