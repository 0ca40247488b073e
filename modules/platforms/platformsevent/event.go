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
