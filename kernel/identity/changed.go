package identity

import (
	"context"
	"slices"
	"time"

	"linghang/kernel/fault"
)

// OrganisationChanged says that an organisation was added, edited or removed.
type OrganisationChanged struct {
	ID string `json:"id"`
}

// Subject implements bus.Event.
func (OrganisationChanged) Subject() string { return "system.organisation.changed" }

// OrganisationFounded says that an organisation accepted the bureau's invitation, and
// came to be by that.
type OrganisationFounded struct {
	ID   string `json:"id"`
	USCC string `json:"uscc"`
}

// Subject implements bus.Event.
func (OrganisationFounded) Subject() string { return "system.organisation.founded" }

// PersonChanged says that a person was added, edited or removed.
type PersonChanged struct {
	ID string `json:"id"`
}

// Subject implements bus.Event.
func (PersonChanged) Subject() string { return "system.person.changed" }

// MembershipChanged says which organisations a person joined and left. Another role in the
// same one is neither.
type MembershipChanged struct {
	PersonID string    `json:"person_id"`
	Joined   []string  `json:"joined"`
	Left     []string  `json:"left"`
	At       time.Time `json:"at"`
}

// Subject implements bus.Event.
func (MembershipChanged) Subject() string { return "system.membership.changed" }

// moved is what another list of memberships means for belonging somewhere.
func moved(person string, before, after []Membership, at time.Time) MembershipChanged {
	e := MembershipChanged{PersonID: person, Joined: []string{}, Left: []string{}, At: at.UTC().Truncate(time.Millisecond)}
	for _, m := range after {
		if !belongs(before, m.OrganisationID) && !slices.Contains(e.Joined, m.OrganisationID) {
			e.Joined = append(e.Joined, m.OrganisationID)
		}
	}
	for _, m := range before {
		if !belongs(after, m.OrganisationID) && !slices.Contains(e.Left, m.OrganisationID) {
			e.Left = append(e.Left, m.OrganisationID)
		}
	}
	return e
}

// Acting returns the identity of a person in one of their organisations, for
// work that they asked for and that is done when they may have left the page.
// Who was disabled or is no member any more does nothing.
func (d *Directory) Acting(ctx context.Context, person, organisation string) (Identity, error) {
	p, err := d.Person(ctx, person)
	if err != nil {
		return Identity{}, err
	}
	if roles, _ := d.rolesIn(p, organisation); p.Disabled || len(roles) == 0 {
		return Identity{}, fault.New(fault.Forbidden, "system.person.gone", "%s can no longer act for this organisation", p.Name)
	}
	return d.identify(ctx, p, Session{organisationID: organisation})
}
