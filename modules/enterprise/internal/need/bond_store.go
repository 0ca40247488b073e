package need

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// Bond is who serves whom by an agreement of an open need, without what it is about.
type Bond struct {
	NeedID          string
	EntryID         string
	ProviderEntryID string
	Since           time.Time // zero: there is no agreement
	Until           time.Time // zero: it goes on
	Synthetic       bool
}

const (
	bondColumns = `n.id, n.entry_id, p.entry_id, n.agreed_at, n.closed_at, n.synthetic, p.synthetic`
	// Of a confidential need nobody else learns that there is an agreement.
	bondShown  = `n.agreed_at > 0 AND NOT n.confidential`
	bondTables = `need n JOIN need_proposal o ON o.id = n.proposal_id JOIN provider p ON p.id = o.provider_id`
)

func scanBond(r sqldb.Row) (b Bond, err error) {
	var since, until int64
	var other bool
	err = r.Scan(&b.NeedID, &b.EntryID, &b.ProviderEntryID, &since, &until, &b.Synthetic, &other)
	b.Since, b.Until, b.Synthetic = sqldb.TimeOrZero(since), sqldb.TimeOrZero(until), b.Synthetic || other
	return b, err
}

// Bond returns who serves whom by the agreement of a need.
func (m *Needs) Bond(ctx context.Context, id string) (Bond, error) {
	b, err := scanBond(m.store.db.QueryRow(ctx, `SELECT `+bondColumns+` FROM `+bondTables+` WHERE n.id = $1 AND `+bondShown, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Bond{NeedID: id}, nil
	}
	if err != nil {
		return b, fmt.Errorf("read agreement %s: %w", id, err)
	}
	return b, nil
}

// EachBond hands over who serves whom by all agreements, page by page.
func (m *Needs) EachBond(ctx context.Context, do func(Bond) error) error {
	const page = 500
	for after := ""; ; {
		rows, err := m.store.db.Query(ctx, `SELECT `+bondColumns+` FROM `+bondTables+` WHERE `+bondShown+` AND n.id > $1 ORDER BY n.id LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read agreements: %w", err)
		}
		list, err := sqldb.All(rows, scanBond)
		if err != nil {
			return fmt.Errorf("read agreements: %w", err)
		}
		for _, b := range list {
			if err := do(b); err != nil {
				return err
			}
			after = b.NeedID
		}
		if len(list) < page {
			return nil
		}
	}
}
