package diagnosis

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

// noun names diagnoses among what moved with a merge.
const noun = "diagnosis"

// single leaves out a draft where the other enterprise has one of the same questionnaire.
const single = ` AND NOT (diagnosis.state = 'draft' AND EXISTS (SELECT 1 FROM diagnosis d WHERE d.entry_id = $1 AND d.template = diagnosis.template AND d.state = 'draft'))`

// Follow gives the diagnoses of an enterprise to the survivor of a merge and to who keeps
// it, in its transaction. What was submitted stays as it is: its digest was made of it.
func Follow(ctx context.Context, tx *sqldb.Tx, merge, from, to, organisation string) error {
	_, err := tx.Exec(ctx, `INSERT INTO entry_merge_moved (merge_id, noun, object_id, was) SELECT $2, $3, diagnosis.id, diagnosis.organisation_id FROM diagnosis WHERE diagnosis.entry_id = $4`+single, to, merge, noun, from)
	if err != nil {
		return fmt.Errorf("note which diagnoses move: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE diagnosis SET entry_id = $1, organisation_id = CASE WHEN $2 = '' THEN organisation_id ELSE $2 END, version = version + 1
		WHERE id IN (SELECT x.object_id FROM entry_merge_moved x WHERE x.merge_id = $3 AND x.noun = $4)`, to, organisation, merge, noun)
	if err != nil {
		return fmt.Errorf("move diagnoses: %w", err)
	}
	return nil
}

// Return gives the same diagnoses back when the merge is undone, and those that whose,
// the organisation that keeps the enterprise again, has begun since.
func Return(ctx context.Context, tx *sqldb.Tx, merge, from, to, whose string) error {
	_, err := tx.Exec(ctx, `UPDATE diagnosis SET entry_id = $1, version = version + 1,
		organisation_id = COALESCE((SELECT x.was FROM entry_merge_moved x WHERE x.merge_id = $2 AND x.noun = $3 AND x.object_id = diagnosis.id), organisation_id)
		WHERE entry_id = $4 AND (organisation_id = $5 AND $5 <> '' OR id IN (SELECT x.object_id FROM entry_merge_moved x WHERE x.merge_id = $2 AND x.noun = $3))`+single, from, merge, noun, to, whose)
	if err != nil {
		return fmt.Errorf("move diagnoses back: %w", err)
	}
	return nil
}
