package kernel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// madeBackup is what the installation remembers of a backup.
type madeBackup struct {
	ID      string        `json:"id"`
	Archive string        `json:"archive"`
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"`
	Written int64         `json:"written"`
	Reused  int64         `json:"reused"`
}

// noteBackup remembers a backup, and forgets those of more than two years ago.
func (k *Kernel) noteBackup(ctx context.Context, b madeBackup) error {
	return k.kits["system"].DB.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO backup_made (id, archive, at, took, written, reused) VALUES ($1, $2, $3, $4, $5, $6)`,
			b.ID, b.Archive, b.At.UnixMilli(), b.Took.Milliseconds(), b.Written, b.Reused)
		if err != nil {
			return fmt.Errorf("remember backup: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM backup_made WHERE at < $1`, time.Now().AddDate(-2, 0, 0).UnixMilli()); err != nil {
			return fmt.Errorf("forget old backups: %w", err)
		}
		return nil
	})
}

// lastBackup returns the newest backup; found is false before the first.
func (k *Kernel) lastBackup(ctx context.Context) (b madeBackup, found bool, err error) {
	var at, took int64
	err = k.kits["system"].DB.QueryRow(ctx, `SELECT id, archive, at, took, written, reused FROM backup_made ORDER BY at DESC, id DESC LIMIT 1`).
		Scan(&b.ID, &b.Archive, &at, &took, &b.Written, &b.Reused)
	if errors.Is(err, sql.ErrNoRows) {
		return b, false, nil
	}
	if err != nil {
		return b, false, fmt.Errorf("read the last backup: %w", err)
	}
	b.At, b.Took = time.UnixMilli(at).UTC(), time.Duration(took)*time.Millisecond
	return b, true, nil
}

// newestRecord returns when the newest entry of the audit log says it was made.
func (k *Kernel) newestRecord(ctx context.Context) (time.Time, error) {
	var at int64
	err := k.kits["system"].DB.QueryRow(ctx, `SELECT COALESCE(MAX(at), 0) FROM audit_entry WHERE seq > (SELECT seq - 1000 FROM audit_head WHERE one = 1)`).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the newest record: %w", err)
	}
	if at == 0 {
		return time.Time{}, nil
	}
	return time.UnixMilli(at), nil
}
