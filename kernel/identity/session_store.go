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

func (d *Directory) insertSession(ctx context.Context, s Session, hash string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE last_seen_at < $1`, d.now().Add(-sessionIdle).UnixMilli()); err != nil {
			return fmt.Errorf("drop old sessions: %w", err)
		}
		_, err := tx.Exec(ctx, `INSERT INTO session (id, secret_hash, person_id, organisation_id, created_at, last_seen_at, ip, user_agent, amr, proven_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, s.ID, hash, s.personID, s.organisationID, s.CreatedAt.UnixMilli(), s.LastSeenAt.UnixMilli(),
			s.IP, s.UserAgent, strings.Join(s.AMR, " "), s.ProvenAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert session: %w", err)
		}
		return nil
	})
}

const sessionColumns = `s.id, s.person_id, s.organisation_id, s.created_at, s.last_seen_at, s.ip, s.user_agent, s.amr, s.proven_at`

func scanSession(r sqldb.Row) (Session, error) {
	var s Session
	var created, seen, proven int64
	var amr string
	var totps int
	err := r.Scan(&s.ID, &s.personID, &s.organisationID, &created, &seen, &s.IP, &s.UserAgent, &amr, &proven, &totps, &s.factors.Passkeys, &s.factors.Recovery)
	s.CreatedAt, s.LastSeenAt, s.ProvenAt = time.UnixMilli(created).UTC(), time.UnixMilli(seen).UTC(), time.UnixMilli(proven).UTC()
	s.AMR, s.factors.TOTP = strings.Fields(amr), totps > 0
	return s, err
}

func (d *Directory) sessionBySecret(ctx context.Context, hash string) (Session, error) {
	return d.oneSession(ctx, `s.secret_hash = $1`, hash)
}

func (d *Directory) oneSession(ctx context.Context, where, arg string) (Session, error) {
	s, err := scanSession(d.db.QueryRow(ctx, `SELECT `+sessionColumns+`, `+fmt.Sprintf(factorCounts, "s.person_id")+` FROM session s WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.New(fault.Unauthorized, "system.session.over", "the session is over; sign in again")
	}
	if err != nil {
		return s, fmt.Errorf("read session: %w", err)
	}
	return s, nil
}

// Sessions lists the sessions of the person who asks.
func (d *Directory) Sessions(ctx context.Context) ([]Session, error) {
	id := From(ctx)
	rows, err := d.db.Query(ctx, `SELECT `+sessionColumns+`, 0, 0, 0 FROM session s WHERE s.person_id = $1 ORDER BY s.last_seen_at DESC LIMIT 100`, id.PersonID)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	list, err := sqldb.All(rows, scanSession)
	for i := range list {
		list[i].Current = list[i].ID == id.SessionID
	}
	return list, err
}

// EndSession signs one of the caller's own sessions out.
func (d *Directory) EndSession(ctx context.Context, id string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1 AND person_id = $2`, id, From(ctx).PersonID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such session of yours")
		}
		return err
	})
}

func (d *Directory) touchSession(ctx context.Context, id string, now time.Time) error {
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE session SET last_seen_at = $1 WHERE id = $2`, now.UnixMilli(), id)
		return err
	})
}

// SwitchOrganisation makes the session act for another organisation of the
// person, and returns the identity as it is from now on.
func (d *Directory) SwitchOrganisation(ctx context.Context, organisation string) (Identity, error) {
	id := From(ctx)
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE session SET organisation_id = $1 WHERE id = $2
			AND EXISTS (SELECT 1 FROM membership WHERE person_id = $3 AND organisation_id = $1)`, organisation, id.SessionID, id.PersonID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "you do not belong to that organisation")
		}
		if err != nil {
			return fmt.Errorf("switch organisation: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE person SET acting_for = $1 WHERE id = $2`, organisation, id.PersonID)
		return err
	})
	if err != nil {
		return Identity{}, err
	}
	return d.resume(ctx, id.SessionID)
}
