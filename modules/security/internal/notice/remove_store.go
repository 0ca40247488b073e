package notice

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// drop takes a notice of the demonstration away, with all that hangs on it.
func (d *Desk) drop(ctx context.Context, id string) error {
	return d.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := d.store.seen(ctx, tx, id)
		if err != nil {
			return err
		}
		if !n.Synthetic {
			return fault.New(fault.Conflict, "security.notice.kept", "only notices of the demonstration city can be removed")
		}
		if err := d.dropAssignments(ctx, tx, "a.notice_id = $1", n.ID); err != nil {
			return err
		}
		for _, q := range []string{
			`DELETE FROM security_notice_signature WHERE of_id = $1 OR of_id IN (SELECT id FROM security_notice_revision WHERE notice_id = $1)`,
			`DELETE FROM security_notice_revision WHERE notice_id = $1`,
			`DELETE FROM security_notice_file WHERE notice_id = $1`,
			`DELETE FROM security_course WHERE notice_id = $1`,
			`DELETE FROM security_notice WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, n.ID); err != nil {
				return fmt.Errorf("remove notice: %w", err)
			}
		}
		tx.Changed("security_notice", n.ID, n, nil)
		return d.kit.Search.Remove(ctx, tx, nounNotice, n.ID)
	})
}

// Forget takes away what an organisation owes and owed, which was removed.
func (d *Desk) Forget(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	return d.dropAssignments(ctx, tx, "a.organisation_id = $1", organisation)
}

// dropAssignments takes assignments away that a condition with one argument is true for.
func (d *Desk) dropAssignments(ctx context.Context, tx *sqldb.Tx, condition, arg string) error {
	rows, err := tx.Query(ctx, `SELECT a.id FROM security_assignment a WHERE `+condition, arg)
	if err != nil {
		return fmt.Errorf("read assignments to remove: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range ids {
		for _, q := range []string{
			`DELETE FROM security_clock WHERE object = 'assignment/' || $1`,
			`DELETE FROM security_feedback WHERE assignment_id = $1`,
			`DELETE FROM security_notice_file WHERE assignment_id = $1`,
			`DELETE FROM security_course WHERE assignment_id = $1`,
			`DELETE FROM security_assignment WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return fmt.Errorf("remove assignment: %w", err)
			}
		}
		if err := d.kit.Search.Remove(ctx, tx, nounAssignment, id); err != nil {
			return err
		}
	}
	return nil
}
