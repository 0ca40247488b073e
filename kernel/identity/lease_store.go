package identity

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// Lease takes or keeps the right to do something alone; it is free again
// after life without renewal. Its time is the database's, so that replicas whose
// clocks differ agree.
func (d *Directory) Lease(ctx context.Context, name, holder string, life time.Duration) (bool, error) {
	var mine bool
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		now := clock.UnixMilli()
		n, err := tx.Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE lease.holder = excluded.holder OR lease.until < $4`, name, holder, now+life.Milliseconds(), now)
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take lease %s: %w", name, err)
	}
	return mine, nil
}

// Release gives a lease back before its time.
func (d *Directory) Release(ctx context.Context, name, holder string) error {
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, name, holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("release lease %s: %w", name, err)
	}
	return nil
}
