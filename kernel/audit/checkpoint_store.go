package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

const checkpointColumns = `seq, hash, at, key_id, suite, public, signature`

func scanCheckpoint(r sqldb.Row) (Checkpoint, error) {
	var c Checkpoint
	var at int64
	err := r.Scan(&c.Seq, &c.Hash, &at, &c.Key, &c.Suite, &c.Public, &c.Signature)
	c.At = time.UnixMilli(at).UTC()
	return c, err
}

func (l *Log) lastCheckpoint(ctx context.Context) (seq int64, err error) {
	if err := l.db.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) FROM audit_checkpoint`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read last checkpoint: %w", err)
	}
	return seq, nil
}

func (l *Log) insertCheckpoint(ctx context.Context, c Checkpoint) error {
	return l.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_checkpoint (`+checkpointColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			c.Seq, c.Hash, c.At.UnixMilli(), c.Key, c.Suite, c.Public, c.Signature)
		if err != nil {
			return fmt.Errorf("insert checkpoint: %w", err)
		}
		return nil
	})
}

// checkpoints returns those of entries from first to last.
func (l *Log) checkpoints(ctx context.Context, first, last int64) ([]Checkpoint, error) {
	rows, err := l.db.Query(ctx, `SELECT `+checkpointColumns+` FROM audit_checkpoint WHERE seq >= $1 AND seq <= $2 ORDER BY seq`, first, last)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return sqldb.All(rows, scanCheckpoint)
}

func (l *Log) waitingCheckpoints(ctx context.Context) ([]Checkpoint, error) {
	rows, err := l.db.Query(ctx, `SELECT `+checkpointColumns+` FROM audit_checkpoint WHERE anchored_at = 0 ORDER BY seq LIMIT 500`)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints to hand over: %w", err)
	}
	return sqldb.All(rows, scanCheckpoint)
}

func (l *Log) anchored(ctx context.Context, upTo int64) error {
	return l.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE audit_checkpoint SET anchored_at = $1 WHERE seq <= $2 AND anchored_at = 0`, time.Now().UnixMilli(), upTo)
		return err
	})
}

// span returns which entries lie between two times, extended to the checkpoint
// that proves the last of them, and the hash before the first.
func (l *Log) span(ctx context.Context, from, to time.Time) (first, last int64, prev string, err error) {
	err = l.db.QueryRow(ctx, `SELECT COALESCE(MIN(seq), 0), COALESCE(MAX(seq), 0) FROM audit_entry WHERE at >= $1 AND at < $2`, from.UnixMilli(), to.UnixMilli()).Scan(&first, &last)
	if err != nil {
		return 0, 0, "", fmt.Errorf("find entries to export: %w", err)
	}
	if first == 0 {
		return 1, 0, "", nil
	}
	if err := l.db.QueryRow(ctx, `SELECT COALESCE(MIN(seq), $1) FROM audit_checkpoint WHERE seq >= $2`, last, last).Scan(&last); err != nil {
		return 0, 0, "", fmt.Errorf("find checkpoint of the export: %w", err)
	}
	err = l.db.QueryRow(ctx, `SELECT hash FROM audit_entry WHERE seq = $1`, first-1).Scan(&prev)
	if errors.Is(err, sql.ErrNoRows) {
		floor, err := l.floor(ctx)
		if err == nil && floor.Seq == first-1 {
			prev = floor.Hash
		}
		return first, last, prev, err
	}
	return first, last, prev, err
}
