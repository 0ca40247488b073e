package cultivation

import (
	"context"
	"encoding/json"
	"fmt"

	"linghang/kernel/sqldb"
)

// outcome is what is kept of a result, as much as evidence changes.
type outcome struct {
	id, ladder, rung string
	year, edition    int
	criteria         []Judged // by the profile
}

const outcomeColumns = `c.id, c.ladder, c.rung, c.year, c.edition, c.criteria`

func scanOutcome(r sqldb.Row) (o outcome, err error) {
	var criteria string
	if err := r.Scan(&o.id, &o.ladder, &o.rung, &o.year, &o.edition, &criteria); err != nil {
		return o, err
	}
	return o, json.Unmarshal([]byte(criteria), &o.criteria)
}

// settle saves what a result comes to with the evidence of its enterprise for its year.
func (o outcome) settle(ctx context.Context, tx *sqldb.Tx, proofs []Proof) error {
	if len(o.criteria) == 0 {
		return nil // assessed before criteria were kept
	}
	_, by, lacks := settle(o.rung, o.criteria, on(proofs, o.ladder, o.edition))
	text, err := json.Marshal(lacks)
	if err != nil {
		return fmt.Errorf("write what lacks: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE cultivation_result SET outcome = $1, lacking = $2, lacks = $3 WHERE id = $4`, string(by), len(lacks), string(text), o.id); err != nil {
		return fmt.Errorf("save result: %w", err)
	}
	return nil
}

// Queue waits for assessments, and words on evidence, that concern either of two entries,
// and holds back others until the transaction ends: before entries are merged or parted.
func Queue(ctx context.Context, tx *sqldb.Tx, one, other string) error {
	rows, err := tx.Query(ctx, `SELECT c.ladder FROM cultivation_result c WHERE c.entry_id IN ($1, $2) UNION SELECT p.ladder FROM cultivation_proof p WHERE p.entry_id IN ($1, $2) ORDER BY 1`, one, other)
	if err != nil {
		return fmt.Errorf("read ladders of entries: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (ladder string, err error) { return ladder, r.Scan(&ladder) })
	if err != nil {
		return fmt.Errorf("read ladders of entries: %w", err)
	}
	for _, ladder := range list {
		if err := tx.Queue(ctx, "cultivation/"+ladder); err != nil {
			return err
		}
	}
	return nil
}

// Settle works out again what all years came to for an entry to or from which evidence
// went with a merge, and gives the results to the organisation that keeps it.
func Settle(ctx context.Context, tx *sqldb.Tx, entry, organisation string) error {
	if _, err := tx.Exec(ctx, `UPDATE cultivation_result SET organisation_id = $1 WHERE entry_id = $2`, organisation, entry); err != nil {
		return fmt.Errorf("give results to who keeps the entry: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT `+outcomeColumns+` FROM cultivation_result c WHERE c.entry_id = $1`, entry)
	if err != nil {
		return fmt.Errorf("read results: %w", err)
	}
	list, err := sqldb.All(rows, scanOutcome)
	if err != nil {
		return fmt.Errorf("read results: %w", err)
	}
	proofs := map[int][]Proof{} // by year
	for _, o := range list {
		if _, read := proofs[o.year]; !read {
			if proofs[o.year], err = (store{}).proofsOf(ctx, tx, entry, o.year); err != nil {
				return err
			}
		}
		if err := o.settle(ctx, tx, proofs[o.year]); err != nil {
			return err
		}
	}
	return nil
}
