package platforms

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/module"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

type keyStore struct {
	db   *sqldb.DB
	ring *seal.Keyring
}

// keyPurpose is what the secrets of report keys are sealed for: to check a
// signature they are needed as they are, so that no hash will do.
const keyPurpose = "key"

func sealedColumns() []module.Sealed {
	return []module.Sealed{{Purpose: keyPurpose, Column: sqldb.Column{Table: "platform_key", Key: "id", Name: "secret", Where: "kind = 'report' AND secret <> ''"}}, sealedSources(), sealedReach()}
}

const keyColumns = `k.id, k.platform_id, k.kind, k.secret, k.sandbox, k.certificate, k.created_at, k.last_used_at, k.revoked_at`

func scanKey(r sqldb.Row) (key, error) {
	var k key
	var created, used, revoked int64
	err := r.Scan(&k.ID, &k.PlatformID, &k.Kind, &k.Secret, &k.Sandbox, &k.Certificate, &created, &used, &revoked)
	k.CreatedAt, k.LastUsedAt, k.Revoked = sqldb.Time(created), sqldb.Time(used), revoked > 0
	return k, err
}

// insert adds a key unless the platform holds as many of its kind as it may.
func (s keyStore) insert(ctx context.Context, k key, by string) error {
	if k.Kind == reportKey {
		sealed, err := s.ring.Seal(ctx, keyPurpose, []byte(k.Secret))
		if err != nil {
			return err
		}
		k.Secret = sealed
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM platform_key WHERE platform_id = $1 AND kind = $2 AND sandbox = $3 AND revoked_at = 0`,
			k.PlatformID, k.Kind, k.Sandbox).Scan(&n)
		if err != nil {
			return fmt.Errorf("count keys: %w", err)
		}
		if n >= keysAtOnce {
			return fault.New(fault.Conflict, "platforms.key.too_many", "the platform holds %d keys of this kind; revoke one first", n).With("count", n)
		}
		_, err = tx.Exec(ctx, `INSERT INTO platform_key (id, platform_id, kind, secret, sandbox, certificate, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			k.ID, k.PlatformID, k.Kind, k.Secret, k.Sandbox, k.Certificate, k.CreatedAt.UnixMilli(), by)
		if err != nil {
			return fmt.Errorf("insert key: %w", err)
		}
		tx.Changed("key", k.ID, nil, k)
		return nil
	})
}

func (s keyStore) list(ctx context.Context, platformID string) ([]key, error) {
	rows, err := s.db.Query(ctx, `SELECT `+keyColumns+` FROM platform_key k WHERE k.platform_id = $1 AND k.revoked_at = 0 ORDER BY k.created_at`, platformID)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return sqldb.All(rows, scanKey)
}

func (s keyStore) revoke(ctx context.Context, platformID, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE platform_key SET revoked_at = $1, secret = '' WHERE id = $2 AND platform_id = $3 AND revoked_at = 0`, now.UnixMilli(), id, platformID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such key, or it was revoked before")
		}
		tx.Changed("key", id, key{ID: id, PlatformID: platformID}, nil)
		return err
	})
}

// holder returns a valid key with the platform it belongs to.
func (s keyStore) holder(ctx context.Context, id string) (key, platform, error) {
	k, err := scanKey(s.db.QueryRow(ctx, `SELECT `+keyColumns+` FROM platform_key k WHERE k.id = $1 AND k.revoked_at = 0`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return k, platform{}, errKey()
	}
	if err != nil {
		return k, platform{}, fmt.Errorf("read key: %w", err)
	}
	if k.Kind == reportKey {
		secret, err := s.ring.Open(ctx, keyPurpose, k.Secret)
		if err != nil {
			return k, platform{}, fmt.Errorf("open secret of key %s: %w", id, err)
		}
		k.Secret = string(secret)
	}
	p, err := platformStore{db: s.db}.get(ctx, k.PlatformID)
	return k, p, err
}
