package provider

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// State is where a provider is in its life.
type State string

// The states of providers.
const (
	Applied   State = "applied"
	Returned  State = "returned" // to the provider, which mends what it filed
	Refused   State = "refused"
	InForce   State = "in_force"
	Suspended State = "suspended"
)

// Filing is what waits for the bureau beside a provider that was accepted.
type Filing string

// The filings of a provider that was accepted.
const (
	NoFiling Filing = ""
	Change   Filing = "change"
	Renewal  Filing = "renewal"
)

// renewFrom is how long before the end a provider may renew.
const renewFrom = 60 * 24 * time.Hour

// Enterprise is an enterprise of the directory.
type Enterprise struct {
	ID             string    `json:"id"`
	Code           string    `json:"code"`
	Name           lang.Text `json:"name"`
	District       string    `json:"district"`
	Industry       string    `json:"industry"`
	OrganisationID string    `json:"-"`
	Synthetic      bool      `json:"-"`
}

// Provider is one service provider.
type Provider struct {
	ID             string
	EntryID        string
	OrganisationID string
	Code           string
	Name           lang.Text
	District       string
	Industry       string
	Synthetic      bool
	State          State
	Filing         Filing
	FilingReturned bool
	Reason         string // of the last decision or the suspension
	Profile        Profile
	Filed          *Profile // what waits
	ValidUntil     *time.Time
	FiledAt        time.Time
	AcceptedAt     *time.Time
	DecidedAt      *time.Time
	DecidedName    string `audit:"-"`
	Version        int64

	decidedBy string
}

// hand is who does something.
type hand struct{ actor, name string }

// Serving tells whether a provider may be invited and offer: accepted, and not over.
func (p Provider) Serving(now time.Time) bool {
	return p.State == InForce && p.ValidUntil != nil && now.Before(*p.ValidUntil)
}

// Status is the state as people read it, with what time makes of it.
func (p Provider) Status(now time.Time) string {
	if p.State == InForce && !p.Serving(now) {
		return "expired"
	}
	return string(p.State)
}

// waits tells whether the bureau has something to decide.
func (p Provider) waits() bool {
	return p.State == Applied || p.State == InForce && p.Filing != NoFiling && !p.FilingReturned
}

// file puts what the provider tells now where it waits for the bureau.
func (p Provider) file(x Profile, renew bool, now time.Time) (Provider, error) {
	switch {
	case p.State == Applied || p.State == Returned:
		p.State, p.Profile, p.FiledAt = Applied, x, now
		return p, nil
	case p.State != InForce:
		return p, fault.New(fault.Conflict, "enterprise.provider.closed", "a provider that is %s files nothing", p.State).With("state", p.State)
	case renew && now.Before(p.ValidUntil.Add(-renewFrom)):
		return p, fault.New(fault.Conflict, "enterprise.provider.early", "it is renewed from 60 days before its end on, not yet")
	}
	// A change that is filed while a renewal waits does not undo the renewal.
	if renew || p.Filing == Renewal {
		p.Filing = Renewal
	} else {
		p.Filing = Change
	}
	p.Filed, p.FilingReturned, p.FiledAt = &x, false, now
	return p, nil
}

// The decisions of the bureau.
const (
	accepted = "accepted"
	returned = "returned"
	refused  = "refused"
)

// decide is the bureau's decision on what waits.
func (p Provider) decide(decision, reason string, by hand, now time.Time) (Provider, error) {
	if !p.waits() {
		return p, fault.New(fault.Conflict, "enterprise.provider.nothing_waits", "nothing of this provider waits for a decision")
	}
	reason = strings.TrimSpace(reason)
	if decision != accepted && reason == "" {
		return p, needReason()
	}
	p.Reason, p.DecidedAt, p.DecidedName, p.decidedBy = reason, &now, by.name, by.actor
	if p.State == Applied {
		return p.decideFirst(decision, now), nil
	}
	switch decision {
	case returned:
		p.FilingReturned = true
		return p, nil
	case accepted:
		p.Profile = *p.Filed
		if p.Filing == Renewal {
			p.ValidUntil = yearFrom(later(now, *p.ValidUntil))
		}
	}
	p.Filed, p.Filing, p.FilingReturned = nil, NoFiling, false
	return p, nil
}

func (p Provider) decideFirst(decision string, now time.Time) Provider {
	switch decision {
	case accepted:
		p.State, p.AcceptedAt, p.ValidUntil = InForce, &now, yearFrom(now)
	case returned:
		p.State = Returned
	default:
		p.State = Refused
	}
	return p
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func yearFrom(t time.Time) *time.Time {
	t = t.AddDate(1, 0, 0)
	return &t
}

func needReason() error {
	return fault.New(fault.Invalid, "enterprise.provider.reason", "say why").At("body.reason", "tell the provider why, and what to mend")
}

// suspend takes a provider out of what enterprises find, with a reason.
func (p Provider) suspend(reason string, by hand, now time.Time) (Provider, error) {
	if p.State != InForce {
		return p, fault.New(fault.Conflict, "enterprise.provider.not_in_force", "only a provider in force can be suspended")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return p, needReason()
	}
	p.State, p.Reason, p.DecidedAt, p.DecidedName, p.decidedBy = Suspended, reason, &now, by.name, by.actor
	return p, nil
}

// resume ends a suspension; the year goes on as if there had been none.
func (p Provider) resume(by hand, now time.Time) (Provider, error) {
	if p.State != Suspended {
		return p, fault.New(fault.Conflict, "enterprise.provider.not_suspended", "this provider is not suspended")
	}
	p.State, p.Reason, p.DecidedAt, p.DecidedName, p.decidedBy = InForce, "", &now, by.name, by.actor
	return p, nil
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}
