package identity

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

func (d *Directory) devices(ctx context.Context, person string) ([]device, error) {
	rows, err := d.db.Query(ctx, `SELECT secret_hash, network FROM device WHERE person_id = $1 AND last_seen_at > $2`, person, d.now().Add(-deviceLife).UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read known browsers: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (device, error) {
		var x device
		err := r.Scan(&x.hash, &x.network)
		return x, err
	})
}

// isDevice reports whether the cookie was given to anybody.
func (d *Directory) isDevice(ctx context.Context, hash string) (bool, error) {
	var n int
	if err := d.db.QueryRow(ctx, `SELECT COUNT(*) FROM device WHERE secret_hash = $1`, hash).Scan(&n); err != nil {
		return false, fmt.Errorf("read known browser: %w", err)
	}
	return n > 0, nil
}

// saveDevice remembers a browser and forgets the longest unseen beyond twenty of a person.
func (d *Directory) saveDevice(ctx context.Context, person, hash, network string) error {
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO device (person_id, secret_hash, network, last_seen_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person_id, secret_hash) DO UPDATE SET network = excluded.network, last_seen_at = excluded.last_seen_at`,
			person, hash, network, d.now().UnixMilli())
		if err != nil {
			return fmt.Errorf("remember browser: %w", err)
		}
		_, err = tx.Exec(ctx, `DELETE FROM device WHERE person_id = $1 AND secret_hash NOT IN
			(SELECT secret_hash FROM device WHERE person_id = $1 ORDER BY last_seen_at DESC LIMIT 20)`, person)
		if err != nil {
			return fmt.Errorf("forget browsers: %w", err)
		}
		return nil
	})
}
