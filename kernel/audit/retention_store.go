package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

const retentionText = `SELECT r.id, r.days, r.reason, r.state, r.proposed_by, COALESCE(p.name, ''), r.proposed_at, COALESCE(d.name, ''), r.decided_at, r.answer
	FROM audit_retention r LEFT JOIN person p ON p.id = r.proposed_by LEFT JOIN person d ON d.id = r.decided_by`

func scanRetention(row sqldb.Row) (Retention, error) {
	var r Retention
	var proposed, decided int64
	err := row.Scan(&r.ID, &r.Days, &r.Reason, &r.State, &r.ProposedBy, &r.ProposedByName, &proposed, &r.DecidedByName, &decided, &r.Answer)
	r.ProposedAt = time.UnixMilli(proposed).UTC()
	if decided > 0 {
		at := time.UnixMilli(decided).UTC()
		r.DecidedAt = &at
	}
	return r, err
}

// retentions returns what was decided, those that count first.
func (l *Log) retentions(ctx context.Context) ([]Retention, error) {
	rows, err := l.db.Query(ctx, retentionText+` ORDER BY CASE WHEN r.state IN ('proposed', 'in_force') THEN 0 ELSE 1 END, r.proposed_at DESC, r.id DESC LIMIT 50`)
	if err != nil {
		return nil, fmt.Errorf("read retention: %w", err)
	}
	return sqldb.All(rows, scanRetention)
}

func (l *Log) retention(ctx context.Context, id string) (Retention, error) {
	r, err := scanRetention(l.db.QueryRow(ctx, retentionText+` WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such proposal")
	}
	if err != nil {
		return r, fmt.Errorf("read retention: %w", err)
	}
	return r, nil
}

// proposeRetention stores a proposal, or puts a longer time in force.
func (l *Log) proposeRetention(ctx context.Context, r *Retention, tell tells) error {
	return l.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "audit retention"); err != nil {
			return err
		}
		var now int64
		err := tx.QueryRow(ctx, `SELECT days FROM audit_retention WHERE state = 'in_force'`).Scan(&now)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read retention: %w", err)
		}
		if r.Days == now {
			return fault.New(fault.Conflict, "system.audit.retention.same", "entries are kept for so long already")
		}
		var open int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM audit_retention WHERE state = 'proposed'`).Scan(&open); err != nil {
			return fmt.Errorf("read proposals: %w", err)
		}
		if open > 0 {
			return fault.New(fault.Conflict, "system.audit.retention.open", "a proposal waits already; decide it first")
		}
		decided, by := int64(0), ""
		if !shortens(r.Days, now) {
			r.State, r.DecidedAt, r.DecidedByName = RetentionInForce, &r.ProposedAt, r.ProposedByName
			decided, by = r.ProposedAt.UnixMilli(), r.ProposedBy
			if err := replaceRetention(ctx, tx); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO audit_retention (id, days, reason, state, proposed_by, proposed_at, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.ID, r.Days, r.Reason, r.State, r.ProposedBy, r.ProposedAt.UnixMilli(), by, decided)
		if err != nil {
			return fmt.Errorf("store proposal: %w", err)
		}
		tx.Changed("retention", r.ID, nil, *r)
		return tell(ctx, tx, *r)
	})
}

func replaceRetention(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := tx.Exec(ctx, `UPDATE audit_retention SET state = 'replaced' WHERE state = 'in_force'`); err != nil {
		return fmt.Errorf("replace retention: %w", err)
	}
	return nil
}

func (l *Log) decideRetention(ctx context.Context, before, r Retention, by string, tell tells) error {
	return l.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "audit retention"); err != nil {
			return err
		}
		if r.State == RetentionInForce {
			if err := replaceRetention(ctx, tx); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, `UPDATE audit_retention SET state = $1, answer = $2, decided_by = $3, decided_at = $4 WHERE id = $5 AND state = 'proposed'`,
			r.State, r.Answer, by, r.DecidedAt.UnixMilli(), r.ID)
		if err != nil {
			return fmt.Errorf("store decision: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "system.audit.retention.state", "somebody decided this proposal meanwhile")
		}
		tx.Changed("retention", r.ID, before, r)
		return tell(ctx, tx, r)
	})
}

// floor returns where the log begins; the zero Floor is the very beginning.
func (l *Log) floor(ctx context.Context) (f Floor, err error) {
	var at int64
	err = l.db.QueryRow(ctx, `SELECT seq, hash, at, key_id, suite, public, signature FROM audit_floor WHERE one = 1`).Scan(&f.Seq, &f.Hash, &at, &f.Key, &f.Suite, &f.Public, &f.Signature)
	if errors.Is(err, sql.ErrNoRows) {
		return Floor{}, nil
	}
	if err != nil {
		return f, fmt.Errorf("read where the audit log begins: %w", err)
	}
	f.At = time.UnixMilli(at).UTC()
	return f, nil
}

// lastBefore returns the last checkpoint behind the floor that has nothing before
// it that is as young as a time; 0 for none.
func (l *Log) lastBefore(ctx context.Context, floor int64, at time.Time) (seq int64, err error) {
	err = l.db.QueryRow(ctx, `SELECT COALESCE(MAX(c.seq), 0) FROM audit_checkpoint c WHERE c.seq > $1
		AND c.seq < (SELECT COALESCE(MIN(e.seq), 0) FROM audit_entry e WHERE e.at >= $2)`, floor, at.UnixMilli()).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("find old audit entries: %w", err)
	}
	return seq, nil
}

// times returns times between which entries lie.
func (l *Log) times(ctx context.Context, first, last int64) (from, to time.Time, err error) {
	var low, high int64
	if err := l.db.QueryRow(ctx, `SELECT COALESCE(MIN(at), 0), COALESCE(MAX(at), 0) FROM audit_entry WHERE seq >= $1 AND seq <= $2`, first, last).Scan(&low, &high); err != nil {
		return from, to, fmt.Errorf("read times of audit entries: %w", err)
	}
	return time.UnixMilli(low).UTC(), time.UnixMilli(high).UTC().Truncate(time.Second).Add(time.Second), nil
}

// noteExport remembers that an export holds entries.
func (l *Log) noteExport(ctx context.Context, first, last int64, hash string) error {
	err := l.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_export (id, first, last, hash, at, actor) VALUES ($1, $2, $3, $4, $5, $6)`,
			ulid.Make().String(), first, last, hash, time.Now().UnixMilli(), identity.From(ctx).Actor())
		return err
	})
	if err != nil {
		return fmt.Errorf("note an export: %w", err)
	}
	return nil
}

// isExported reports whether exports hold all entries from first to last, as they are.
func (l *Log) isExported(ctx context.Context, first, last int64) (bool, error) {
	rows, err := l.db.Query(ctx, `SELECT x.first, x.last FROM audit_export x JOIN audit_entry e ON e.seq = x.last AND e.hash = x.hash
		WHERE x.last >= $1 AND x.first <= $2 ORDER BY x.first, x.last`, first, last)
	if err != nil {
		return false, fmt.Errorf("read exports: %w", err)
	}
	next := first
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var from, to int64
		err := r.Scan(&from, &to)
		if from <= next {
			next = max(next, to+1)
		}
		return struct{}{}, err
	})
	return next > last, err
}

// checkpointWithin returns the last checkpoint up to most, or the first behind it.
func (l *Log) checkpointWithin(ctx context.Context, first, most, last int64) (Checkpoint, error) {
	c, err := scanCheckpoint(l.db.QueryRow(ctx, `SELECT `+checkpointColumns+` FROM audit_checkpoint WHERE seq >= $1 AND seq <= $3
		ORDER BY CASE WHEN seq <= $2 THEN 0 ELSE 1 END, CASE WHEN seq <= $2 THEN -seq ELSE seq END LIMIT 1`, first, most, last))
	if err != nil {
		return c, fmt.Errorf("find the checkpoint up to which entries are removed: %w", err)
	}
	return c, nil
}

// remove takes entries away up to the next floor, and tells so, in one change.
func (l *Log) remove(ctx context.Context, before, next Floor, e Entry) error {
	return l.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO audit_floor (one, seq, hash, at, key_id, suite, public, signature) VALUES (1, $1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, key_id = excluded.key_id, suite = excluded.suite, public = excluded.public,
			signature = excluded.signature WHERE audit_floor.seq = $8`, next.Seq, next.Hash, next.At.UnixMilli(), next.Key, next.Suite, next.Public, next.Signature, before.Seq)
		if err != nil {
			return fmt.Errorf("note where the audit log begins: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "system.audit.retention.meanwhile", "another replica is removing entries")
		}
		for _, q := range []string{`DELETE FROM audit_entry WHERE seq <= $1`, `DELETE FROM audit_checkpoint WHERE seq < $1`} {
			if _, err := tx.Exec(ctx, q, next.Seq); err != nil {
				return fmt.Errorf("remove old audit entries: %w", err)
			}
		}
		return l.AppendTx(ctx, tx, e)
	})
}
