// Package platformsevent holds what the room platforms tells others.
package platformsevent

import "time"

// Registered says that a platform was entered in the registry.
type Registered struct {
	PlatformID string    `json:"platform_id"`
	At         time.Time `json:"at"`
}

// Subject names the event.
func (Registered) Subject() string { return "platforms.platform.registered" }

// StatusChanged says that a platform moved to another status.
type StatusChanged struct {
	PlatformID string    `json:"platform_id"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	At         time.Time `json:"at"`
}

// Subject names the event.
func (StatusChanged) Subject() string { return "platforms.platform.status_changed" }

// FirstReported says that a platform's first submission was accepted.
type FirstReported struct {
	PlatformID string    `json:"platform_id"`
	At         time.Time `json:"at"`
}

// Subject names the event.
func (FirstReported) Subject() string { return "platforms.platform.first_reported" }

// Changed says that the registry has something else of a platform now: its entry was
// edited, or taken away with the demonstration city.
type Changed struct {
	PlatformID string    `json:"platform_id"`
	At         time.Time `json:"at"`
}

// Subject names the event.
func (Changed) Subject() string { return "platforms.platform.changed" }

// Listed is what the registry has of a platform: what other rooms ask for when an event
// says that it is another now. Platforms are for their operators and the bureau to see.
type Listed struct {
	PlatformID             string
	Gone                   bool // there is none, or it is not at work yet; nothing else is told
	Retired                bool
	NameZH, NameEN         string
	Operator               string // organisation
	OperatorZH, OperatorEN string
	Industry               string // division of GB/T 4754; empty: across industries
	District               string
	Since                  time.Time // entered
	Synthetic              bool
}
