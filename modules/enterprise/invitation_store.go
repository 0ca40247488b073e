package enterprise

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// invitable is an entry that nobody keeps, and when the enterprise was invited last.
type invitable struct {
	entry Entry
	at    *time.Time
}

// invitable returns a page of the accepted entries that no organisation keeps.
func (s entryStore) invitable(ctx context.Context, in invitableParams) (sqldb.Page[invitable], error) {
	l := sqldb.List{
		Select: entryColumns + ", COALESCE(v.at, 0)", From: "entry e LEFT JOIN entry_invited v ON v.entry_id = e.id", Key: "e.id", Order: "name",
		Sort:  map[string]string{"name": "e.name_zh", "code": "e.code", "district": "e.district", "industry": "e.industry", "invited_at": "COALESCE(v.at, 0)"},
		Words: "e.words",
	}
	l.Where("e.status = 'accepted' AND e.organisation_id = ''").WhereIf("e.district = ?", in.District).WhereIf("e.industry = ?", in.Industry)
	switch in.Invited {
	case "yes":
		l.Where("v.at IS NOT NULL")
	case "no":
		l.Where("v.at IS NULL")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x invitable, err error) {
		var at int64
		x.entry, err = scanEntry(withLast{r, &at})
		if at > 0 {
			invited := sqldb.TimeOrZero(at)
			x.at = &invited
		}
		return x, err
	})
}

// withLast is a row with one column more than is asked of it.
type withLast struct {
	sqldb.Row
	last any
}

// Scan implements sqldb.Row.
func (r withLast) Scan(to ...any) error { return r.Row.Scan(append(to, r.last)...) }

// unkept returns accepted entries that nobody keeps, in the order of their IDs; others are refused.
func (s entryStore) unkept(ctx context.Context, ids []string) ([]Entry, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := s.db.Query(ctx, `SELECT `+entryColumns+` FROM entry e WHERE e.id IN (`+places(len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read entries to invite: %w", err)
	}
	list, err := sqldb.All(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("read entries to invite: %w", err)
	}
	if len(list) < len(ids) {
		return nil, noEntry()
	}
	for _, e := range list {
		if e.OrganisationID != "" || e.Status != accepted {
			return nil, fault.New(fault.Conflict, "enterprise.invitation.kept", "%s keeps its entry itself, or the entry is not accepted; nobody was invited", e.Name.ZH).
				With("name", e.Name.ZH).At("body.entry_ids", "leave it out")
		}
	}
	return list, fill(ctx, s.db, list)
}

// markInvited notes that enterprises are invited.
func (s entryStore) markInvited(ctx context.Context, list []Entry, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, e := range list {
			_, err := tx.Exec(ctx, `INSERT INTO entry_invited (entry_id, at) VALUES ($1, $2) ON CONFLICT (entry_id) DO UPDATE SET at = excluded.at`, e.ID, now.UnixMilli())
			if err != nil {
				return fmt.Errorf("note that an enterprise is invited: %w", err)
			}
			if err := note(ctx, tx, e.ID, step{kind: stepInvited}); err != nil {
				return err
			}
		}
		return nil
	})
}
