package enterpriseevent

import "time"

// AgreementAccepted says that an enterprise and a provider agreed on a matter: both have
// confirmed it. It is told once of an agreement; whether it was carried out is told by
// AgreementClosed.
type AgreementAccepted struct {
	AgreementID string `json:"agreement_id"` // of the need: a need has one agreement
	NeedID      string `json:"need_id"`
	// The enterprise that is served.
	EntryID string `json:"entry_id"`
	Code    string `json:"code"` // unified social credit code
	// The provider, and its own entry in the directory.
	ProviderID      string `json:"provider_id"`
	ProviderEntryID string `json:"provider_entry_id"`
	ProviderCode    string `json:"provider_code"`
	// The matter: a scenario of the assessment of small enterprises, as quality.
	Scenario  string    `json:"scenario"`
	StartOn   string    `json:"start_on"` // the day on which work begins, as 2027-01-15
	Evidence  string    `json:"evidence"` // SHA-256 of the terms that both confirmed
	Synthetic bool      `json:"synthetic"`
	At        time.Time `json:"at"`
}

// Subject implements bus.Event.
func (AgreementAccepted) Subject() string { return "enterprise.agreement.accepted" }

// AgreementClosed says how an agreement ended: completed, when the enterprise accepted
// the last milestone or a dispute was decided so, or terminated.
type AgreementClosed struct {
	AgreementID string `json:"agreement_id"`
	Outcome     string `json:"outcome"` // completed or terminated
	// Accepted tells that the enterprise itself accepted the work: what the bureau decided
	// in a dispute is not the enterprise's word.
	Accepted bool `json:"accepted"`
	// Who was served by whom.
	EntryID      string    `json:"entry_id"`
	ProviderCode string    `json:"provider_code"` // unified social credit code
	ProviderZH   string    `json:"provider_zh"`
	ProviderEN   string    `json:"provider_en"`
	Provider     string    `json:"provider"` // its organisation
	StartOn      string    `json:"start_on"` // the day on which work was to begin
	At           time.Time `json:"at"`
}

// Subject implements bus.Event.
func (AgreementClosed) Subject() string { return "enterprise.agreement.closed" }
