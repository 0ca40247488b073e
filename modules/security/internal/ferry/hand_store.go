package ferry

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

// Handed takes what an organisation hands in by TAXII where it is a source, in the transaction
// that keeps and acknowledges it: nothing is acknowledged that is not received. What others hand
// in is in the inbox, and no more.
func (m *Ferry) Handed(ctx context.Context, tx *sqldb.Tx, organisation string, objects [][]byte) error {
	if organisation == "" {
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE security_ferry_source SET taken_at = taken_at WHERE organisation_id = $1 AND way = 'inbox' AND confirmed`, organisation) // who changes it waits
	if err != nil {
		return fmt.Errorf("look for who hands in: %w", err)
	}
	if n == 0 {
		return nil
	}
	s, err := oneSource(ctx, tx, "organisation_id", organisation)
	if err != nil {
		return err
	}
	b, err := m.understand(ctx, tx, s, 0, objects)
	if err != nil {
		return err
	}
	if b.notices == 0 && b.receipts == 0 && len(b.refusal) == 0 {
		return nil
	}
	m.kit.NotifyAfter(tx, topic, s.ID, "")
	return m.noteBrought(ctx, tx, s, int64(len(objects)), b.refusal, b, m.now())
}
