package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// factorColumns count what the person of a row p or s has; %s is the column of the person.
const factorCounts = `(SELECT COUNT(*) FROM totp t WHERE t.person_id = %[1]s AND t.confirmed_at > 0),
	(SELECT COUNT(*) FROM passkey k WHERE k.person_id = %[1]s),
	(SELECT COUNT(*) FROM recovery_code r WHERE r.person_id = %[1]s AND r.used_at = 0)`

func (d *Directory) factorsOf(ctx context.Context, person string) (Factors, error) {
	var f Factors
	var totps int
	err := d.db.QueryRow(ctx, `SELECT `+fmt.Sprintf(factorCounts, "p.id")+` FROM person p WHERE p.id = $1`, person).Scan(&totps, &f.Passkeys, &f.Recovery)
	if err != nil {
		return f, fmt.Errorf("read factors: %w", err)
	}
	f.TOTP = totps > 0
	return f, nil
}

// proveSession notes how the holder of a session proved themselves, and when.
func (d *Directory) proveSession(ctx context.Context, session string, amr []string, now time.Time) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE session SET amr = $1, proven_at = $2 WHERE id = $3`, strings.Join(amr, " "), now.UnixMilli(), session)
		if err != nil {
			return fmt.Errorf("raise session: %w", err)
		}
		return nil
	})
}

// resume returns who the session stands for as it is now.
func (d *Directory) resume(ctx context.Context, session string) (Identity, error) {
	s, err := d.oneSession(ctx, `s.id = $1`, session)
	if err != nil {
		return Identity{}, err
	}
	p, err := d.Person(ctx, s.personID)
	if err != nil {
		return Identity{}, err
	}
	return d.identify(ctx, p, s)
}

// noteOwing remembers since when a person owes a second factor.
func (d *Directory) noteOwing(ctx context.Context, person string) error {
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE person SET factor_since = $1 WHERE id = $2 AND factor_since = 0`, d.now().UnixMilli(), person)
		return err
	})
}

// totp is the authenticator application of a person.
type totp struct {
	sealed    string
	confirmed bool
	lastStep  int64
}

func (d *Directory) totpOf(ctx context.Context, person string) (totp, error) {
	var t totp
	var confirmed int64
	err := d.db.QueryRow(ctx, `SELECT secret, confirmed_at, last_step FROM totp WHERE person_id = $1`, person).Scan(&t.sealed, &confirmed, &t.lastStep)
	if errors.Is(err, sql.ErrNoRows) {
		return t, errNoTOTP()
	}
	if err != nil {
		return t, fmt.Errorf("read TOTP: %w", err)
	}
	t.confirmed = confirmed > 0
	return t, nil
}

func (d *Directory) insertTOTP(ctx context.Context, person, sealed string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO totp (person_id, secret, created_at) VALUES ($1, $2, $3)
			ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, last_step = 0
			WHERE totp.confirmed_at = 0`, person, sealed, d.now().UnixMilli())
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "system.totp.present", "an authenticator application is set up; remove it first")
		}
		return err
	})
}

func (d *Directory) confirmTOTP(ctx context.Context, person string, step int64, codes []string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		now := d.now().UnixMilli()
		n, err := tx.Exec(ctx, `UPDATE totp SET confirmed_at = $1, used_at = $1, last_step = $2 WHERE person_id = $3 AND confirmed_at = 0`, now, step, person)
		if err != nil {
			return fmt.Errorf("confirm TOTP: %w", err)
		}
		if n == 0 {
			return errNoTOTP()
		}
		tx.Changed("person", person, proof{}, proof{Factors: []string{"totp"}})
		return putRecoveryCodes(ctx, tx, person, codes)
	})
}

// spendStep ends a time step; only one of two that come at once gets it.
func (d *Directory) spendStep(ctx context.Context, person string, step int64) error {
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE totp SET last_step = $1, used_at = $2 WHERE person_id = $3 AND last_step < $1`, step, d.now().UnixMilli(), person)
		if err == nil && n == 0 {
			return fault.New(fault.Invalid, "system.totp.used", "this code was used already").At("body.code", "wait for the next code")
		}
		return err
	})
}

func (d *Directory) deleteTOTP(ctx context.Context, person string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM totp WHERE person_id = $1`, person)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "you have no authenticator application")
		}
		if err != nil {
			return fmt.Errorf("delete TOTP: %w", err)
		}
		tx.Changed("person", person, proof{Factors: []string{"totp"}}, proof{})
		return dropUselessCodes(ctx, tx, person)
	})
}

// dropUselessCodes takes recovery codes away that stand for no factor any more.
func dropUselessCodes(ctx context.Context, tx *sqldb.Tx, person string) error {
	_, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person_id = $1
		AND NOT EXISTS (SELECT 1 FROM totp WHERE person_id = $1 AND confirmed_at > 0) AND NOT EXISTS (SELECT 1 FROM passkey WHERE person_id = $1)`, person)
	if err != nil {
		return fmt.Errorf("delete recovery codes: %w", err)
	}
	return nil
}

func putRecoveryCodes(ctx context.Context, tx *sqldb.Tx, person string, codes []string) error {
	if len(codes) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person_id = $1`, person); err != nil {
		return fmt.Errorf("replace recovery codes: %w", err)
	}
	for _, c := range codes {
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_code (person_id, hash) VALUES ($1, $2)`, person, hashRecoveryCode(c)); err != nil {
			return fmt.Errorf("store recovery code: %w", err)
		}
	}
	return nil
}

func (d *Directory) replaceRecoveryCodes(ctx context.Context, person string, codes []string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error { return putRecoveryCodes(ctx, tx, person, codes) })
}

func (d *Directory) useRecoveryCode(ctx context.Context, person, code string) error {
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE recovery_code SET used_at = $1 WHERE person_id = $2 AND hash = $3 AND used_at = 0`, d.now().UnixMilli(), person, hashRecoveryCode(code))
		if err == nil && n == 0 {
			return fault.New(fault.Invalid, "system.recovery.wrong", "this recovery code is wrong or was used").At("body.code", "type a code that was not used yet")
		}
		return err
	})
}

func (d *Directory) deleteFactors(ctx context.Context, person string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []string{
			`DELETE FROM totp WHERE person_id = $1`, `DELETE FROM passkey WHERE person_id = $1`, `DELETE FROM recovery_code WHERE person_id = $1`,
			`DELETE FROM device WHERE person_id = $1`, `DELETE FROM session WHERE person_id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, person); err != nil {
				return fmt.Errorf("reset factors: %w", err)
			}
		}
		tx.Changed("person", person, proof{Factors: []string{"all"}}, proof{})
		return nil
	})
}
