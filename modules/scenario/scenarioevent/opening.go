package scenarioevent

import "time"

// Opened says that an enterprise opens a scenario to providers.
type Opened struct {
	OpeningID    string    `json:"opening_id"`
	ScenarioID   string    `json:"scenario_id"`
	Organisation string    `json:"organisation"`
	Synthetic    bool      `json:"synthetic"`
	At           time.Time `json:"at"`
}

// Subject names the event.
func (Opened) Subject() string { return "scenario.opening.opened" }

// Completed says that an opening was carried out: a provider served an enterprise, which
// says so itself.
type Completed struct {
	OpeningID    string    `json:"opening_id"`
	ScenarioID   string    `json:"scenario_id"`
	Organisation string    `json:"organisation"`
	Provider     string    `json:"provider"`
	StartOn      string    `json:"start_on"` // the day of the city on which the provider was chosen
	Synthetic    bool      `json:"synthetic"`
	At           time.Time `json:"at"`
}

// Subject names the event.
func (Completed) Subject() string { return "scenario.opening.completed" }
