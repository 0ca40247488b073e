package service

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

// noun names services among what moved with a merge.
const noun = "service"

// Follow moves the services of an enterprise to the survivor of a merge, in its
// transaction. What is one service since then counts once.
func Follow(ctx context.Context, tx *sqldb.Tx, merge, from, to string) error {
	if err := queueBoth(ctx, tx, from, to); err != nil {
		return err
	}
	return figured(ctx, tx, []string{from, to}, func() error { return follow(ctx, tx, merge, from, to) })
}

func follow(ctx context.Context, tx *sqldb.Tx, merge, from, to string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO entry_merge_moved (merge_id, noun, object_id, was) SELECT $1, $2, s.id, s.entry_id FROM service s WHERE s.entry_id = $3`, merge, noun, from); err != nil {
		return fmt.Errorf("note what moves: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE service SET entry_id = $1, version = version + 1 WHERE entry_id = $2`, to, from); err != nil {
		return fmt.Errorf("move services: %w", err)
	}
	return settleEntry(ctx, tx, to)
}

// Return moves the same services back when the merge is undone.
func Return(ctx context.Context, tx *sqldb.Tx, merge, from, to string) error {
	if err := queueBoth(ctx, tx, from, to); err != nil {
		return err
	}
	return figured(ctx, tx, []string{from, to}, func() error { return giveBack(ctx, tx, merge, from, to) })
}

func giveBack(ctx context.Context, tx *sqldb.Tx, merge, from, to string) error {
	_, err := tx.Exec(ctx, `UPDATE service SET entry_id = $1, version = version + 1 WHERE entry_id = $2 AND id IN (SELECT x.object_id FROM entry_merge_moved x WHERE x.merge_id = $3 AND x.noun = $4)`, from, to, merge, noun)
	if err != nil {
		return fmt.Errorf("move services back: %w", err)
	}
	if err := settleEntry(ctx, tx, from); err != nil {
		return err
	}
	return settleEntry(ctx, tx, to)
}

func queueBoth(ctx context.Context, tx *sqldb.Tx, a, b string) error {
	if a > b {
		a, b = b, a
	}
	for _, id := range []string{a, b} {
		if err := tx.Queue(ctx, "service/"+id); err != nil {
			return err
		}
	}
	return nil
}

// Forget removes the services to an entry, and evidence that proves nothing more, before
// the entry is removed.
func Forget(ctx context.Context, tx *sqldb.Tx, entry string) error {
	if err := tx.Queue(ctx, "service/"+entry); err != nil {
		return err
	}
	return figured(ctx, tx, []string{entry}, func() error { return forget(ctx, tx, entry) })
}

func forget(ctx context.Context, tx *sqldb.Tx, entry string) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT p.evidence_id FROM service_proof p JOIN service s ON s.id = p.service_id WHERE s.entry_id = $1`, entry)
	if err != nil {
		return fmt.Errorf("read evidence of services: %w", err)
	}
	files, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return fmt.Errorf("read evidence of services: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM service WHERE entry_id = $1`, entry); err != nil {
		return fmt.Errorf("remove services: %w", err)
	}
	for _, id := range files {
		_, err := tx.Exec(ctx, `DELETE FROM service_evidence WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM service_proof WHERE evidence_id = $1)`, id)
		if err != nil {
			return fmt.Errorf("remove evidence: %w", err)
		}
	}
	return nil
}
