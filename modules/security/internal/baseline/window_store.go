package baseline

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// maintain keeps a window of maintenance.
func (s store) maintain(ctx context.Context, id string, w Window, hosts string) error {
	who := handOf(ctx)
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		b, err := inside(ctx, tx, id)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_baseline_window WHERE baseline_id = $1`, id).Scan(&n); err != nil {
			return fmt.Errorf("count windows of maintenance: %w", err)
		}
		if n >= mostWindows { // those that are over make room
			n64, err := tx.Exec(ctx, `DELETE FROM security_baseline_window WHERE baseline_id = $1 AND to_at <= $2`, id, w.CreatedAt.Add(-30*day).UnixMilli())
			if err != nil {
				return fmt.Errorf("forget windows of maintenance: %w", err)
			}
			if n64 == 0 {
				return fault.New(fault.Conflict, "security.baseline.windows", "a baseline has at most %d windows of maintenance that are open or ended within 30 days", mostWindows)
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO security_baseline_window (id, baseline_id, from_at, to_at, hosts, reason, created_at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			w.ID, id, w.From.UnixMilli(), w.To.UnixMilli(), hosts, w.Reason, w.CreatedAt.UnixMilli(), who.actor, who.name)
		if err != nil {
			return fmt.Errorf("keep a window of maintenance: %w", err)
		}
		tx.Changed("baseline_window", w.ID, nil, w)
		return note(ctx, tx, b, w.Reason, who, w.CreatedAt)
	})
}

func (s store) endWindow(ctx context.Context, id, window string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := inside(ctx, tx, id); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE security_baseline_window SET to_at = $3 WHERE id = $1 AND baseline_id = $2 AND to_at > $3`, window, id, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("end a window of maintenance: %w", err)
		}
		if n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such window that is open")
		}
		tx.Changed("baseline_window", window, nil, map[string]any{"to": now})
		return nil
	})
}
