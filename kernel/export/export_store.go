package export

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

const (
	requestColumns = `r.id, r.path, r.query, r.row_count, r.reason, r.state, r.person_id, COALESCE(p.name, ''), r.organisation_id, r.asked_at, r.expires_at, COALESCE(b.name, ''), r.decided_at, r.answer, r.used_at, r.used_rows`
	requestTables  = `export_request r LEFT JOIN person p ON p.id = r.person_id LEFT JOIN person b ON b.id = r.decided_by`
)

func scanRequest(now time.Time) func(sqldb.Row) (LargeExport, error) {
	return func(row sqldb.Row) (LargeExport, error) {
		var r LargeExport
		var asked, expires, decided, used int64
		err := row.Scan(&r.ID, &r.Path, &r.Query, &r.Rows, &r.Reason, &r.State, &r.AskedBy, &r.AskedByName, &r.OrganisationID, &asked, &expires, &r.DecidedByName, &decided, &r.Answer, &used, &r.UsedRows)
		r.AskedAt, r.ExpiresAt = time.UnixMilli(asked).UTC(), time.UnixMilli(expires).UTC()
		r.DecidedAt, r.UsedAt = timeOf(decided), timeOf(used)
		if (r.State == Open || r.State == Approved) && !now.Before(r.ExpiresAt) {
			r.State = Expired
		}
		return r, err
	}
}

// timeOf is a time that may be none.
func timeOf(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}

func (d *Desk) read(ctx context.Context, id string) (LargeExport, error) {
	r, err := scanRequest(d.moment())(d.db.QueryRow(ctx, `SELECT `+requestColumns+` FROM `+requestTables+` WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, errNone()
	}
	if err != nil {
		return r, fmt.Errorf("read request for an export: %w", err)
	}
	return r, nil
}

func (d *Desk) insert(ctx context.Context, r LargeExport, tell tells) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "export "+r.AskedBy); err != nil {
			return err
		}
		var waiting, same int
		err := tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN path = $1 AND query = $2 AND organisation_id = $3 THEN 1 ELSE 0 END), 0)
			FROM export_request WHERE person_id = $4 AND state IN ('open', 'approved') AND expires_at > $5`, r.Path, r.Query, r.OrganisationID, r.AskedBy, r.AskedAt.UnixMilli()).Scan(&waiting, &same)
		if err != nil {
			return fmt.Errorf("count requests for exports: %w", err)
		}
		if same > 0 {
			return fault.New(fault.Conflict, "system.export.twice", "you have asked for this list already")
		}
		if waiting >= openMost {
			return fault.New(fault.Conflict, "system.export.many", "%d of your requests are open; use or withdraw one first", waiting).With("most", openMost)
		}
		_, err = tx.Exec(ctx, `INSERT INTO export_request (id, person_id, organisation_id, path, query, row_count, reason, state, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			r.ID, r.AskedBy, r.OrganisationID, r.Path, r.Query, r.Rows, r.Reason, string(r.State), r.AskedAt.UnixMilli(), r.ExpiresAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("store request for an export: %w", err)
		}
		tx.Changed("export", r.ID, nil, r)
		return tell(ctx, tx, r)
	})
}

func (d *Desk) decide(ctx context.Context, before, r LargeExport, by string, tell tells) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE export_request SET state = $1, answer = $2, decided_by = $3, decided_at = $4, expires_at = $5 WHERE id = $6 AND state = 'open'`,
			string(r.State), r.Answer, by, r.DecidedAt.UnixMilli(), r.ExpiresAt.UnixMilli(), r.ID)
		if err := meanwhile(n, err); err != nil {
			return err
		}
		tx.Changed("export", r.ID, before, r)
		return tell(ctx, tx, r)
	})
}

func (d *Desk) withdraw(ctx context.Context, before, r LargeExport) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE export_request SET state = $1 WHERE id = $2 AND state = $3`, string(r.State), r.ID, string(before.State))
		if err := meanwhile(n, err); err != nil {
			return err
		}
		tx.Changed("export", r.ID, before, r)
		return nil
	})
}

func meanwhile(n int64, err error) error {
	if err != nil {
		return fmt.Errorf("store what becomes of a request for an export: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "system.export.state", "somebody decided or used this request meanwhile").With("state", "changed")
	}
	return nil
}

// owner is the person for whom an identity acts; nobody for machines.
func (d *Desk) owner(ctx context.Context, id identity.Identity) (person string, err error) {
	if id.TokenID == "" {
		return id.PersonID, nil
	}
	err = d.db.QueryRow(ctx, `SELECT created_by FROM token WHERE id = $1`, id.TokenID).Scan(&person)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read who owns a token: %w", err)
	}
	person, is := strings.CutPrefix(person, "person:")
	if !is {
		return "", nil
	}
	return person, nil
}

// use spends an approval, once, and says whether there was one.
func (d *Desk) use(ctx context.Context, person string, what Download) (found bool, err error) {
	if person == "" {
		return false, nil
	}
	id, now := "", d.moment()
	err = d.db.QueryRow(ctx, `SELECT id FROM export_request WHERE person_id = $1 AND organisation_id = $2 AND path = $3 AND query = $4 AND state = 'approved' AND expires_at > $5 ORDER BY asked_at LIMIT 1`,
		person, identity.From(ctx).Organisation.ID, what.Path, what.Query, now.UnixMilli()).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for an approval: %w", err)
	}
	before, err := d.read(ctx, id)
	if err != nil {
		return false, err
	}
	r := before
	r.State, r.UsedAt, r.UsedRows = Used, &now, what.Rows
	err = d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE export_request SET state = 'used', used_at = $1, used_rows = $2 WHERE id = $3 AND state = 'approved' AND expires_at > $1`, now.UnixMilli(), what.Rows, id)
		if err := meanwhile(n, err); err != nil {
			return err
		}
		tx.Changed("export", id, before, r)
		return nil
	})
	if fault.Is(err, fault.Conflict) { // another download was quicker
		return false, nil
	}
	return err == nil, err
}

// Params filter requests.
type Params struct {
	sqldb.ListParams
	State string `query:"state" enum:"open,approved,returned,withdrawn,used,expired"`
}

// List returns what the organisations that the caller sees ask for.
func (d *Desk) List(ctx context.Context, in Params) (sqldb.Page[LargeExport], error) {
	l := d.list(in)
	identity.From(ctx).Scope.Filter(&l, "r.organisation_id")
	return sqldb.Fetch(ctx, d.db, l, in.ListParams, scanRequest(d.moment()))
}

// Own returns what the caller asked for; of one download where it is named.
func (d *Desk) Own(ctx context.Context, in Params, what Download) (sqldb.Page[LargeExport], error) {
	l, id := d.list(in), identity.From(ctx)
	l.Where("r.person_id <> '' AND r.person_id = ?", id.PersonID)
	if what.Path != "" {
		l.Where("r.path = ? AND r.query = ? AND r.organisation_id = ?", what.Path, what.Query, id.Organisation.ID)
	}
	return sqldb.Fetch(ctx, d.db, l, in.ListParams, scanRequest(d.moment()))
}

func (d *Desk) list(in Params) sqldb.List {
	l := sqldb.List{
		Select: requestColumns, From: requestTables, Key: "r.id", Order: "-asked_at",
		Sort:   map[string]string{"asked_at": "r.asked_at", "rows": "r.row_count", "expires_at": "r.expires_at", "path": "r.path"},
		Search: []string{"r.path", "r.reason", "p.name"},
	}
	now := d.moment().UnixMilli()
	switch State(in.State) {
	case "":
	case Open, Approved:
		l.Where("r.state = ? AND r.expires_at > ?", in.State, now)
	case Expired:
		l.Where("r.state IN ('open', 'approved') AND r.expires_at <= ?", now)
	default:
		l.Where("r.state = ?", in.State)
	}
	return l
}

// Forget removes what ended long ago.
func (d *Desk) Forget(ctx context.Context) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM export_request WHERE asked_at < $1`, d.moment().Add(-keepFor).UnixMilli())
		if err != nil {
			return fmt.Errorf("forget old requests for exports: %w", err)
		}
		return nil
	})
}
