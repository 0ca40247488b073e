// Package scenarioevent holds what the room scenario tells others.
package scenarioevent

import "time"

// Published says that the catalogue has a version of a scenario from now on.
type Published struct {
	ScenarioID   string    `json:"scenario_id"`
	Number       int       `json:"number"` // of the version, from 1
	TitleZH      string    `json:"title_zh"`
	TitleEN      string    `json:"title_en"`
	Organisation string    `json:"organisation"` // owner; empty: the city
	Edition      string    `json:"edition"`      // of the taxonomy
	Industries   []string  `json:"industries"`   // divisions of GB/T 4754
	Modes        []string  `json:"modes"`
	Stages       []string  `json:"stages"`
	Links        []string  `json:"links"` // of the sixteen scenarios of the SME assessment
	Technologies []string  `json:"technologies"`
	Values       []string  `json:"values"`
	Providers    []string  `json:"providers"` // organisations
	Synthetic    bool      `json:"synthetic"`
	At           time.Time `json:"at"`
}

// Subject names the event.
func (Published) Subject() string { return "scenario.scenario.published" }

// Withdrawn says that the catalogue does not have a scenario any more.
type Withdrawn struct {
	ScenarioID string    `json:"scenario_id"`
	At         time.Time `json:"at"`
}

// Subject names the event.
func (Withdrawn) Subject() string { return "scenario.scenario.withdrawn" }
