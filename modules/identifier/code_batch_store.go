package identifier

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
)

const codeBatchColumns = `b.id, b.rule_id, b.items, b.wanted, b.made, b.taken, b.job_id, b.state, b.reason, b.created_at, b.ended_at`

func scanCodeBatch(r sqldb.Row) (codeBatch, error) {
	var b codeBatch
	var items string
	var created, ended int64
	if err := r.Scan(&b.ID, &b.RuleID, &items, &b.Wanted, &b.Made, &b.Taken, &b.JobID, &b.State, &b.Reason, &created, &ended); err != nil {
		return b, err
	}
	b.CreatedAt, b.EndedAt = time.UnixMilli(created).UTC(), endedAt(ended)
	if err := json.Unmarshal([]byte(items), &b.items); err != nil {
		return b, fmt.Errorf("read items of batch %s: %w", b.ID, err)
	}
	return b, nil
}

// endedAt is when something ended, kept as milliseconds; nil for 0.
func endedAt(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	at := time.UnixMilli(ms).UTC()
	return &at
}

// beginBatch keeps a batch with its job, or not at all.
func (s codeStore) beginBatch(ctx context.Context, desk *jobs.Room, b codeBatch, with Coded) (codeBatch, error) {
	items, err := json.Marshal(b.items)
	if err != nil {
		return b, fmt.Errorf("write items: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		if b.JobID, err = desk.StartTx(ctx, tx, jobs.Order{Kind: jobCodes, Input: codesInput{b.ID, with}}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO code_batch (id, rule_id, items, wanted, job_id, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			b.ID, b.RuleID, string(items), b.Wanted, b.JobID, b.State, b.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep batch of codes: %w", err)
		}
		tx.Changed("code_batch", b.ID, nil, b)
		return nil
	})
	return b, err
}

func (s codeStore) batch(ctx context.Context, id string) (codeBatch, error) {
	b, err := scanCodeBatch(s.db.QueryRow(ctx, `SELECT `+codeBatchColumns+` FROM code_batch b WHERE b.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.New(fault.NotFound, "kernel.not_found", "there is no such batch, or it is not yours to see")
	}
	if err != nil {
		return b, fmt.Errorf("read batch of codes: %w", err)
	}
	return b, nil
}

func (s codeStore) batches(ctx context.Context, rule string, p sqldb.ListParams) (sqldb.Page[codeBatch], error) {
	l := sqldb.List{
		Select: codeBatchColumns, From: "code_batch b", Key: "b.id", Order: "-created_at",
		Sort: map[string]string{"created_at": "b.created_at", "made": "b.made", "state": "b.state"},
	}
	l.Where("b.rule_id = ?", rule)
	return sqldb.Fetch(ctx, s.db, l, p, scanCodeBatch)
}

// nextRange returns the numbers of a batch from a position on: those that were given
// out to it before a crash, or new ones.
func (s codeStore) nextRange(ctx context.Context, b codeBatch, c codeRule, position, n int64, now time.Time) (codeRange, error) {
	r, err := scanRange(s.db.QueryRow(ctx, `SELECT position, at, first, length, taken FROM code_range WHERE batch_id = $1 AND position = $2`, b.ID, position))
	if !errors.Is(err, sql.ErrNoRows) {
		return r, err
	}
	r = codeRange{position: position, at: time.UnixMilli(now.UnixMilli()), length: n}
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) (err error) {
		if r.first, err = takeIn(ctx, tx, c, r.at, n); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO code_range (batch_id, position, at, first, length) VALUES ($1, $2, $3, $4, $5)`, b.ID, r.position, r.at.UnixMilli(), r.first, r.length); err != nil {
			return fmt.Errorf("keep serial numbers: %w", err)
		}
		return nil
	})
	return r, err
}

func scanRange(row sqldb.Row) (codeRange, error) {
	var r codeRange
	var at int64
	var taken string
	if err := row.Scan(&r.position, &at, &r.first, &r.length, &taken); err != nil {
		return r, err
	}
	r.at = time.UnixMilli(at)
	if err := json.Unmarshal([]byte(taken), &r.taken); err != nil {
		return r, fmt.Errorf("read numbers that were taken: %w", err)
	}
	return r, nil
}

// ranges are the numbers of a batch whose codes were tried.
func (s codeStore) ranges(ctx context.Context, b codeBatch) ([]codeRange, error) {
	rows, err := s.db.Query(ctx, `SELECT position, at, first, length, taken FROM code_range WHERE batch_id = $1 AND position < $2 ORDER BY position`, b.ID, b.tried())
	if err != nil {
		return nil, fmt.Errorf("read serial numbers: %w", err)
	}
	return sqldb.All(rows, scanRange)
}

// noteBatch keeps how far a batch is, and which numbers of a range were taken.
func (s codeStore) noteBatch(ctx context.Context, b codeBatch, r *codeRange) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		ended := int64(0)
		if b.EndedAt != nil {
			ended = b.EndedAt.UnixMilli()
		}
		_, err := tx.Exec(ctx, `UPDATE code_batch SET made = $1, taken = $2, state = $3, reason = $4, ended_at = $5 WHERE id = $6`, b.Made, b.Taken, b.State, b.Reason, ended, b.ID)
		if err != nil {
			return fmt.Errorf("keep progress of batch: %w", err)
		}
		if r == nil || len(r.taken) == 0 {
			return nil
		}
		taken, err := json.Marshal(r.taken)
		if err != nil {
			return fmt.Errorf("write numbers that were taken: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE code_range SET taken = $1 WHERE batch_id = $2 AND position = $3`, string(taken), b.ID, r.position); err != nil {
			return fmt.Errorf("keep numbers that were taken: %w", err)
		}
		return nil
	})
}

// giveUpBatch ends a batch whose job was cancelled before it began.
func (s codeStore) giveUpBatch(ctx context.Context, b codeBatch) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE code_batch SET state = $1, ended_at = $2 WHERE id = $3 AND state = $4`, importCancelled, time.Now().UnixMilli(), b.ID, importRunning)
		if err != nil {
			return fmt.Errorf("give up batch: %w", err)
		}
		return nil
	})
}
