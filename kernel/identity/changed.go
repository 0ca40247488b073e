package identity

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// OrganisationChanged says that an organisation was added, edited or removed.
type OrganisationChanged struct {
	ID string `json:"id"`
}

// Subject implements bus.Event.
func (OrganisationChanged) Subject() string { return "system.organisation.changed" }

// PersonChanged says that a person was added, edited or removed.
type PersonChanged struct {
	ID string `json:"id"`
}

// Subject implements bus.Event.
func (PersonChanged) Subject() string { return "system.person.changed" }

// leave tells of the persons who go with an organisation, before they go.
func leave(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id FROM membership WHERE organisation_id = $1`, organisation)
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var id string
		err := r.Scan(&id)
		return id, err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.Emit(ctx, PersonChanged{id}); err != nil {
			return err
		}
	}
	return nil
}

// Acting returns the identity of a person in one of their organisations, for
// work that they asked for and that is done when they may have left the page.
// Who was disabled or is no member any more does nothing.
func (d *Directory) Acting(ctx context.Context, person, organisation string) (Identity, error) {
	p, err := d.Person(ctx, person)
	if err != nil {
		return Identity{}, err
	}
	id, err := d.identify(ctx, p, Session{organisationID: organisation})
	if err == nil && (p.Disabled || id.Organisation.ID != organisation) {
		err = fault.New(fault.Forbidden, "system.person.gone", "%s can no longer act for this organisation", p.Name)
	}
	return id, err
}
