// Package securityevent is what the room of industrial security tells others: plain data.
package securityevent

import "time"

// SensorChanged says that a sensor is another now: it was registered, retired or forgotten,
// or its enterprise lets the city see something else of it.
type SensorChanged struct {
	SensorID string    `json:"sensor_id"`
	At       time.Time `json:"at"`
}

// Subject names the event.
func (SensorChanged) Subject() string { return "security.sensor.changed" }

// Watching is a sensor with whose it is, as far as the city may see it: what other rooms
// ask for when an event says that it is another now.
type Watching struct {
	SensorID                       string
	Gone                           bool // there is none, or the city may not see it; nothing else is told
	Retired                        bool
	Name                           string
	Organisation                   string
	OrganisationZH, OrganisationEN string
	Since                          time.Time
	Synthetic                      bool
}
