package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
)

// Emitted is signalled after commits that emitted events.
func (db *DB) Emitted() <-chan struct{} { return db.emitted }

const waiting = `SELECT id, subject, data, at, trace FROM kernel_outbox WHERE sent_at = 0 ORDER BY id LIMIT $1`

// Outbox returns up to limit events that wait to be sent, oldest first.
func (db *DB) Outbox(ctx context.Context, limit int) ([]bus.Message, error) {
	rows, err := db.Query(ctx, waiting, limit)
	if err != nil {
		return nil, fmt.Errorf("read outbox of %s: %w", db.room, err)
	}
	return All(rows, func(r Row) (bus.Message, error) {
		var m bus.Message
		var at int64
		err := r.Scan(&m.ID, &m.Subject, &m.Data, &at, &m.Trace)
		m.At = time.UnixMilli(at)
		return m, err
	})
}

// sentAtOnce is how many events one statement marks.
const sentAtOnce = 128

// Sent marks events as handed to the bus.
func (db *DB) Sent(ctx context.Context, ids []string) error {
	now := time.Now().UnixMilli()
	return db.write(ctx, func(tx *Tx) error {
		for part := range slices.Chunk(ids, sentAtOnce) {
			args := []any{now}
			for _, id := range part {
				args = append(args, id)
			}
			if _, err := tx.Exec(ctx, `UPDATE kernel_outbox SET sent_at = $1 WHERE id IN (`+Marks(2, len(part))+`)`, args...); err != nil {
				return fmt.Errorf("mark event %s and others sent: %w", part[0], err)
			}
		}
		return nil
	})
}

// Resend lets events of the last minutes before the newest sent one be sent
// again. The bus acknowledges before it syncs; after a power failure its copy
// may be gone, and a repeat does nothing.
func (db *DB) Resend(ctx context.Context, window time.Duration) error {
	return db.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE kernel_outbox SET sent_at = 0 WHERE sent_at > 0 AND sent_at > (SELECT COALESCE(MAX(sent_at), 0) FROM kernel_outbox WHERE sent_at > 0) - $1`,
			window.Milliseconds())
		return err
	})
}

// OutboxLag returns how many events wait and how old the oldest is.
func (db *DB) OutboxLag(ctx context.Context) (waiting int, oldest time.Duration, err error) {
	var at sql.NullInt64
	err = db.QueryRow(ctx, `SELECT COUNT(*), MIN(at) FROM kernel_outbox WHERE sent_at = 0`).Scan(&waiting, &at)
	if err != nil {
		return 0, 0, fmt.Errorf("read outbox lag of %s: %w", db.room, err)
	}
	if at.Valid {
		oldest = time.Since(time.UnixMilli(at.Int64))
	}
	return waiting, oldest, nil
}

// Prune forgets sent events and handled messages before keep, and answers to
// repeated requests that are older than a day.
func (db *DB) Prune(ctx context.Context, keep time.Time) error {
	return db.write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM kernel_outbox WHERE sent_at > 0 AND sent_at < $1`, keep.UnixMilli()); err != nil {
			return fmt.Errorf("prune outbox: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM kernel_inbox WHERE at < $1`, keep.UnixMilli()); err != nil {
			return fmt.Errorf("prune inbox: %w", err)
		}
		day := time.Now().Add(-24 * time.Hour).UnixMilli()
		if _, err := tx.Exec(ctx, `DELETE FROM kernel_idempotency WHERE at < $1`, day); err != nil {
			return fmt.Errorf("prune idempotency keys: %w", err)
		}
		return nil
	})
}

// Answer is what a request with an Idempotency-Key was answered.
type Answer struct {
	RequestHash string
	Status      int // 0: the change was made, its answer was never stored
	Body        string
}

// Recall returns the stored answer to the key; found is false for a new key.
func (db *DB) Recall(ctx context.Context, key string) (a Answer, found bool, err error) {
	err = db.QueryRow(ctx, `SELECT request_hash, status, body FROM kernel_idempotency WHERE key = $1`, key).
		Scan(&a.RequestHash, &a.Status, &a.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return Answer{}, false, nil
	}
	if err != nil {
		return Answer{}, false, fmt.Errorf("recall answer: %w", err)
	}
	return a, true, nil
}

// Claim stores the key within the change it belongs to, so that the change can
// never be made twice under it. owner names the request: all its changes
// belong to its one claim. Until the answer is known, the body holds the owner.
func (tx *Tx) Claim(ctx context.Context, key, requestHash, owner string) error {
	n, err := tx.Exec(ctx, `INSERT INTO kernel_idempotency (key, request_hash, body, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		key, requestHash, owner, time.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("claim idempotency key: %w", err)
	}
	if n == 1 {
		return nil
	}
	var mine int
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM kernel_idempotency WHERE key = $1 AND status = 0 AND body = $2`, key, owner).Scan(&mine)
	if err != nil {
		return fmt.Errorf("read idempotency key: %w", err)
	}
	if mine == 0 {
		return fault.New(fault.Conflict, "kernel.idempotency.running", "a request with this Idempotency-Key is being handled")
	}
	return nil
}

// Remember stores the answer given to a claimed key.
func (db *DB) Remember(ctx context.Context, key string, status int, body string) error {
	return db.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE kernel_idempotency SET status = $1, body = $2 WHERE key = $3`, status, body, key)
		return err
	})
}
