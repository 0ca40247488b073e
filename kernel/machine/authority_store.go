package machine

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// authorityStore keeps the city's authority and its list of revocations.
type authorityStore struct{ db *sqldb.DB }

type storedAuthority struct {
	pem       string
	key       string // sealed
	createdAt time.Time
	notAfter  time.Time
}

func (s authorityStore) read(ctx context.Context) (storedAuthority, error) {
	var a storedAuthority
	var created, until int64
	err := s.db.QueryRow(ctx, `SELECT pem, key_sealed, created_at, not_after FROM authority WHERE slot = 'current'`).Scan(&a.pem, &a.key, &created, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.New(fault.NotFound, "kernel.not_found", "there is no authority yet")
	}
	if err != nil {
		return a, fmt.Errorf("read the authority: %w", err)
	}
	a.createdAt, a.notAfter = sqldb.TimeOrZero(created), sqldb.TimeOrZero(until)
	return a, nil
}

// insert keeps the first authority that comes.
func (s authorityStore) insert(ctx context.Context, a storedAuthority) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO authority (slot, pem, key_sealed, created_at, not_after) VALUES ('current', $1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			a.pem, a.key, a.createdAt.UnixMilli(), a.notAfter.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep the authority: %w", err)
		}
		return nil
	})
}

// crl returns the list of revocations, and whether it is newer than since and
// nothing was revoked after it.
func (s authorityStore) crl(ctx context.Context, since time.Time) (der []byte, fresh bool, err error) {
	var text string
	var at int64
	var stale bool
	err = s.db.QueryRow(ctx, `SELECT crl, crl_at, crl_stale FROM authority WHERE slot = 'current'`).Scan(&text, &at, &stale)
	if err != nil {
		return nil, false, fmt.Errorf("read the list of revocations: %w", err)
	}
	der, err = base64.StdEncoding.DecodeString(text)
	return der, text != "" && !stale && at > since.UnixMilli(), err
}

// renewCRL makes the next list; changes of what is revoked wait for it.
func (s authorityStore) renewCRL(ctx context.Context, now time.Time, grace time.Duration, sign func(number int64, revoked []certificate) ([]byte, error)) (der []byte, err error) {
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "revocations"); err != nil {
			return err
		}
		var number int64
		if err := tx.QueryRow(ctx, `SELECT crl_number FROM authority WHERE slot = 'current'`).Scan(&number); err != nil {
			return fmt.Errorf("read the number of the list: %w", err)
		}
		rows, err := tx.Query(ctx, `SELECT `+certificateColumns+` FROM certificate c WHERE c.revoked_at > 0 AND c.not_after > $1 ORDER BY c.revoked_at, c.serial LIMIT 200000`,
			now.Add(-grace).UnixMilli())
		if err != nil {
			return fmt.Errorf("read what is revoked: %w", err)
		}
		revoked, err := sqldb.All(rows, scanCertificate)
		if err != nil {
			return err
		}
		if der, err = sign(number+1, revoked); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE authority SET crl_number = $1, crl = $2, crl_at = $3, crl_stale = FALSE WHERE slot = 'current'`,
			number+1, base64.StdEncoding.EncodeToString(der), now.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep the list of revocations: %w", err)
		}
		return nil
	})
	return der, err
}
