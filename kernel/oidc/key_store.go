package oidc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linghang/kernel/sqldb"
)

// keyStore keeps the keys that sign tokens.
type keyStore struct{ db *sqldb.DB }

const keyColumns = `id, algorithm, secret, public, created_at, retired_at`

func scanKey(r sqldb.Row) (signingKey, error) {
	var k signingKey
	var created, retired int64
	err := r.Scan(&k.ID, &k.Algorithm, &k.sealed, &k.public, &created, &retired)
	k.CreatedAt = sqldb.Time(created)
	if retired > 0 {
		k.RetiredAt = sqldb.Time(retired)
	}
	return k, err
}

func (s keyStore) current(ctx context.Context, algorithm string) (signingKey, error) {
	k, err := scanKey(s.db.QueryRow(ctx, `SELECT `+keyColumns+` FROM signing_key WHERE algorithm = $1 AND retired_at = 0`, algorithm))
	if errors.Is(err, sql.ErrNoRows) {
		return k, errNoKey
	}
	if err != nil {
		return k, fmt.Errorf("read signing key: %w", err)
	}
	return k, nil
}

func (s keyStore) list(ctx context.Context) ([]signingKey, error) {
	rows, err := s.db.Query(ctx, `SELECT `+keyColumns+` FROM signing_key ORDER BY created_at DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	return sqldb.All(rows, scanKey)
}

// replace puts a key in the place of old, or of none; it does nothing when
// another replica has done so.
func (s keyStore) replace(ctx context.Context, old string, k signingKey) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		if old != "" {
			n, err := tx.Exec(ctx, `UPDATE signing_key SET retired_at = $1 WHERE id = $2 AND retired_at = 0`, now.UnixMilli(), old)
			if err != nil {
				return fmt.Errorf("retire signing key: %w", err)
			}
			if n == 0 {
				return nil
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO signing_key (id, algorithm, secret, public, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			k.ID, k.Algorithm, k.sealed, k.public, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("store signing key: %w", err)
		}
		return nil
	})
}

func (s keyStore) prune(ctx context.Context) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM signing_key WHERE retired_at > 0 AND retired_at < $1`, now.Add(-keyKept).UnixMilli())
		if err != nil {
			return fmt.Errorf("forget signing keys: %w", err)
		}
		return nil
	})
}
