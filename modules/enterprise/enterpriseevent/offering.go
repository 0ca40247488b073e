package enterpriseevent

import "time"

// ProviderChanged says that what everybody may see of a provider is another now: it was
// accepted, changed, renewed or suspended, or serves again. The end of its year is told
// with its beginning, and not once more.
type ProviderChanged struct {
	ProviderID string    `json:"provider_id"`
	EntryID    string    `json:"entry_id"` // its own entry in the directory
	Code       string    `json:"code"`     // unified social credit code
	State      string    `json:"state"`    // in_force or suspended
	At         time.Time `json:"at"`
}

// Subject implements bus.Event.
func (ProviderChanged) Subject() string { return "enterprise.provider.changed" }

// Offering is what everybody may see that a provider can do: what other rooms ask for when
// an event says that it is another now.
type Offering struct {
	ProviderID   string
	Gone         bool      // not accepted, or suspended; nothing else is told
	EntryID      string    // its entry in the directory, or the one that took that in
	Since, Until time.Time // accepted, and the end of its year
	Synthetic    bool
	Capabilities []Capability
}

// Capability is a scenario that a provider can carry out.
type Capability struct {
	Scenario     Word
	Industries   []string // divisions of GB/T 4754; none: any
	Technologies []Word
}

// Word is a word of a vocabulary.
type Word struct{ Code, ZH, EN string }

// Agreement is that a provider serves an enterprise, or did: for rooms that keep it from
// everybody but the bureau.
type Agreement struct {
	AgreementID     string
	Gone            bool   // there is none; nothing else is told
	EntryID         string // who is served, or the entry that took that in
	ProviderEntryID string
	Since           time.Time // both have confirmed it
	Until           time.Time // completed or terminated; zero: it goes on
	Synthetic       bool
}
