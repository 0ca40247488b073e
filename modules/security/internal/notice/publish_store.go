package notice

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// Hear is told of an issued notice, and of each change of what it says, in the transaction
// of the change. addressees are organisations.
type Hear func(ctx context.Context, tx *sqldb.Tx, n Notice, addressees []string, at time.Time) error

// Publish says who hears of notices beside their addressees. Of drills and of the
// demonstration nobody does.
func (d *Desk) Publish(to Hear) { d.hear = to }

// publish tells of a notice that was issued now, or that says something else than before.
func (d *Desk) publish(ctx context.Context, tx *sqldb.Tx, before, after Notice, at time.Time) error {
	if d.hear == nil || after.IssuedAt == nil || after.Drill != "" || after.Synthetic {
		return nil
	}
	if before.IssuedAt != nil && before.Text == after.Text && (before.State == Withdrawn) == (after.State == Withdrawn) && (before.LiftedAt == nil) == (after.LiftedAt == nil) {
		return nil
	}
	list, err := ofNotice(ctx, tx, after.ID, at)
	if err != nil {
		return err
	}
	addressees := make([]string, len(list))
	for i, a := range list {
		addressees[i] = a.OrganisationID
	}
	if err := d.hear(ctx, tx, after, addressees, at); err != nil {
		return fmt.Errorf("publish notice %s: %w", after.Number, err)
	}
	return nil
}
