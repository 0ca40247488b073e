package enterpriseevent

import "time"

// Diagnosed says what a diagnosis of an enterprise came to, when it is submitted, and
// again when an expert has reviewed it.
type Diagnosed struct {
	DiagnosisID string    `json:"diagnosis_id"`
	EntryID     string    `json:"entry_id"`
	Template    string    `json:"template"`
	Edition     int       `json:"edition"`
	Level       int       `json:"level"`
	Score       float64   `json:"score"`
	Reviewed    bool      `json:"reviewed"`
	At          time.Time `json:"at"`
}

// Subject implements bus.Event.
func (Diagnosed) Subject() string { return "enterprise.diagnosis.diagnosed" }
