package clock

import (
	"context"
	"encoding/json"
	"fmt"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

// mostLimits bounds what is read at once, the newest first: each obligation and level has a few versions in years.
const mostLimits = 2000

const limitColumns = `id, obligation, level, version, minutes, working_days, steps, from_day, basis_zh, basis_en, reason, created_at, returned_at, returner, returner_name, return_reason`

func scanLimit(r sqldb.Row) (e LimitEntry, err error) {
	var created, confirmed, returned int64
	var steps string
	err = r.Scan(append([]any{
		&e.ID, &e.Obligation, &e.Level, &e.Version, &e.Minutes, &e.WorkingDays, &steps, &e.From, &e.Basis.ZH, &e.Basis.EN, &e.Reason, &created, &returned, &e.returner, &e.ReturnedBy, &e.ReturnReason,
	}, e.Into(&confirmed)...)...)
	if err != nil {
		return e, err
	}
	e.CreatedAt, e.ConfirmedAt, e.ReturnedAt = sqldb.Time(created), sqldb.Instant(confirmed), sqldb.Instant(returned)
	if err := json.Unmarshal([]byte(steps), &e.Steps); err != nil {
		return e, fmt.Errorf("read steps of a time limit: %w", err)
	}
	e.Words = wordsOf(e.LimitTime)
	return e, e.begin()
}

// limits are versions of time limits of the city, the newest first.
func limits(ctx context.Context, db reader, where string, args ...any) ([]LimitEntry, error) {
	rows, err := db.Query(ctx, `SELECT `+limitColumns+`, `+second.Columns("l")+` FROM security_time_limit l WHERE `+where+fmt.Sprintf(` ORDER BY l.created_at DESC, l.id DESC LIMIT %d`, mostLimits), args...)
	if err != nil {
		return nil, fmt.Errorf("read time limits of the city: %w", err)
	}
	return sqldb.All(rows, scanLimit)
}

func insertLimit(ctx context.Context, tx *sqldb.Tx, e LimitEntry) error {
	steps, err := json.Marshal(e.Steps)
	if err != nil {
		return fmt.Errorf("write steps of a time limit: %w", err)
	}
	row := append([]any{
		e.ID, e.Obligation, e.Level, e.Version, e.Minutes, e.WorkingDays, string(steps), e.From, e.Basis.ZH, e.Basis.EN, e.Reason, e.CreatedAt.UnixMilli(), sqldb.InstantMillis(e.ReturnedAt), e.returner, e.ReturnedBy, e.ReturnReason,
	}, e.Values()...)
	err = tx.InsertAll(ctx, `INSERT INTO security_time_limit (`+limitColumns+`, confirmed, confirmed_at, confirmer, confirmer_name, actor, actor_name)`, [][]any{row})
	if err != nil {
		return fmt.Errorf("keep a time limit: %w", err)
	}
	tx.Changed("security_time_limit", e.ID, nil, e)
	return nil
}

// settleLimit keeps the word on a proposal: it is confirmed, or returned.
func settleLimit(ctx context.Context, tx *sqldb.Tx, before, after LimitEntry) error {
	v := after.Values()
	_, err := tx.Exec(ctx, `UPDATE security_time_limit SET version = $2, returned_at = $3, returner = $4, returner_name = $5, return_reason = $6, confirmed = $7, confirmed_at = $8, confirmer = $9, confirmer_name = $10 WHERE id = $1`,
		append([]any{after.ID, after.Version, sqldb.InstantMillis(after.ReturnedAt), after.returner, after.ReturnedBy, after.ReturnReason}, v[:4]...)...)
	if err != nil {
		return fmt.Errorf("settle a time limit: %w", err)
	}
	tx.Changed("security_time_limit", after.ID, before, after)
	return nil
}

// nextVersion numbers what is confirmed for an obligation and level.
func nextVersion(ctx context.Context, tx *sqldb.Tx, obligation string, level rating.Level) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM security_time_limit WHERE obligation = $1 AND level = $2`, obligation, level).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("number a time limit: %w", err)
	}
	return n, nil
}
