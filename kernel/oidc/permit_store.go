package oidc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/sqldb"
)

// permitStore keeps permits, and the codes and tokens that come of them. Whatever
// is for one use is used up in the transaction that acts upon it.
type permitStore struct{ db *sqldb.DB }

// Why a code or token is refused.
var (
	errUnknown  = errors.New("it is unknown")
	errExpired  = errors.New("it has expired")
	errRevoked  = errors.New("it was revoked")
	errReplayed = errors.New("it was used before; all tokens that came of it are revoked")
	errNotYours = errors.New("it was issued to another program")
)

const permitColumns = `p.id, p.client_id, p.person_id, p.organisation_id, p.session_id, p.scopes, p.nonce, p.acr, p.amr, p.auth_at, p.created_at, p.revoked_at, p.reason`

func scanPermit(r sqldb.Row, more ...any) (permit, error) {
	var p permit
	var scopes, amr string
	var auth, created, revoked int64
	err := r.Scan(append([]any{&p.ID, &p.ClientID, &p.PersonID, &p.OrganisationID, &p.SessionID, &scopes, &p.Nonce, &p.ACR, &amr, &auth, &created, &revoked, &p.Reason}, more...)...)
	p.Scopes, p.AMR, p.AuthAt, p.CreatedAt = strings.Fields(scopes), strings.Fields(amr), sqldb.Time(auth), sqldb.Time(created)
	if revoked > 0 {
		p.RevokedAt = sqldb.Time(revoked)
	}
	return p, err
}

func insertPermit(ctx context.Context, tx *sqldb.Tx, p permit, ends time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO permit (id, client_id, person_id, organisation_id, session_id, scopes, nonce, acr, amr, auth_at, created_at, ends_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, p.ID, p.ClientID, p.PersonID, p.OrganisationID, p.SessionID, strings.Join(p.Scopes, " "),
		p.Nonce, p.ACR, strings.Join(p.AMR, " "), p.AuthAt.UnixMilli(), p.CreatedAt.UnixMilli(), ends.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert permit: %w", err)
	}
	return nil
}

// revoke ends the permits that a condition names, whose one argument is $3.
func revoke(ctx context.Context, tx *sqldb.Tx, where, arg, reason string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE permit SET revoked_at = $1, reason = $2 WHERE revoked_at = 0 AND `+where, now.UnixMilli(), reason, arg)
	if err != nil {
		return fmt.Errorf("revoke permits: %w", err)
	}
	return nil
}

// allow keeps a permit with its code, and that the person agreed. asked is what
// the person decided upon, which is decided once; empty when nothing was kept.
func (s permitStore) allow(ctx context.Context, p permit, c code, asked string, remember bool, e audit.Entry) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := decide(ctx, tx, asked); err != nil {
			return err
		}
		if err := insertPermit(ctx, tx, p, c.ExpiresAt.Add(tokenLife)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO code (hash, permit_id, redirect_uri, challenge, expires_at) VALUES ($1, $2, $3, $4, $5)`,
			c.hash, p.ID, c.RedirectURI, c.Challenge, c.ExpiresAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert code: %w", err)
		}
		if remember {
			if err := putConsent(ctx, tx, p); err != nil {
				return err
			}
		}
		return tx.Emit(ctx, audit.Recorded{Entry: e})
	})
}

// exchange uses a code up. check decides whether the program may have what came of
// it; what it refuses leaves the code as it was. refresh is the hash of the first
// refresh token, for a permit that has one. A code that comes twice ends its permit.
func (s permitStore) exchange(ctx context.Context, hash, refresh string, check func(permit, code) error, issued, replayed func(permit) audit.Entry) (permit, error) {
	var p permit
	var refused error
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		var c code
		if p, c, err = codeOf(ctx, tx, hash); err != nil {
			return err
		}
		if err := check(p, c); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE code SET used_at = $1 WHERE hash = $2 AND used_at = 0`, now.UnixMilli(), hash)
		if err != nil {
			return fmt.Errorf("use code up: %w", err)
		}
		switch {
		case n == 0:
			refused = errReplayed
			return end(ctx, tx, p, "the code came twice", replayed(p), now)
		case !p.RevokedAt.IsZero():
			return errRevoked
		case now.After(c.ExpiresAt):
			return errExpired
		}
		if !p.has(scopeOffline) {
			refresh = ""
		}
		if err := prolong(ctx, tx, p, refresh, now); err != nil {
			return err
		}
		return tx.Emit(ctx, audit.Recorded{Entry: issued(p)})
	})
	if err == nil {
		err = refused
	}
	return p, err
}

func codeOf(ctx context.Context, tx *sqldb.Tx, hash string) (permit, code, error) {
	var c code
	var expires, used int64
	p, err := scanPermit(tx.QueryRow(ctx, `SELECT `+permitColumns+`, c.redirect_uri, c.challenge, c.expires_at, c.used_at
		FROM code c JOIN permit p ON p.id = c.permit_id WHERE c.hash = $1`, hash), &c.RedirectURI, &c.Challenge, &expires, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return p, c, errUnknown
	}
	if err != nil {
		return p, c, fmt.Errorf("read code: %w", err)
	}
	c.ExpiresAt = sqldb.Time(expires)
	if used > 0 {
		c.UsedAt = sqldb.Time(used)
	}
	return p, c, nil
}

// end revokes one permit and records why.
func end(ctx context.Context, tx *sqldb.Tx, p permit, reason string, e audit.Entry, now time.Time) error {
	if err := revoke(ctx, tx, `id = $3`, p.ID, reason, now); err != nil {
		return err
	}
	return tx.Emit(ctx, audit.Recorded{Entry: e})
}

// prolong notes until when tokens of the permit may be good, with the refresh
// token that was issued now.
func prolong(ctx context.Context, tx *sqldb.Tx, p permit, refresh string, now time.Time) error {
	ends := now.Add(tokenLife)
	if refresh != "" {
		last := now.Add(refreshLife)
		if limit := p.CreatedAt.Add(permitLife); last.After(limit) {
			last = limit
		}
		_, err := tx.Exec(ctx, `INSERT INTO refresh_token (hash, permit_id, expires_at) VALUES ($1, $2, $3)`, refresh, p.ID, last.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert refresh token: %w", err)
		}
		ends = last.Add(tokenLife)
	}
	if _, err := tx.Exec(ctx, `UPDATE permit SET ends_at = $1 WHERE id = $2`, ends.UnixMilli(), p.ID); err != nil {
		return fmt.Errorf("prolong permit: %w", err)
	}
	return nil
}

// renew uses a refresh token up and puts next in its place. One that comes twice
// was stolen, from the program or by it: its permit ends.
func (s permitStore) renew(ctx context.Context, hash, next string, check func(permit) error, issued, reused func(permit) audit.Entry) (permit, error) {
	var p permit
	var refused error
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		var expires int64
		p, err = scanPermit(tx.QueryRow(ctx, `SELECT `+permitColumns+`, r.expires_at FROM refresh_token r JOIN permit p ON p.id = r.permit_id WHERE r.hash = $1`, hash), &expires)
		if errors.Is(err, sql.ErrNoRows) {
			return errUnknown
		}
		if err != nil {
			return fmt.Errorf("read refresh token: %w", err)
		}
		if err := check(p); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE refresh_token SET used_at = $1 WHERE hash = $2 AND used_at = 0`, now.UnixMilli(), hash)
		if err != nil {
			return fmt.Errorf("use refresh token up: %w", err)
		}
		switch {
		case n == 0:
			refused = errReplayed
			return end(ctx, tx, p, "a refresh token came twice", reused(p), now)
		case !p.RevokedAt.IsZero():
			return errRevoked
		case now.UnixMilli() > expires:
			return errExpired
		}
		if err := prolong(ctx, tx, p, next, now); err != nil {
			return err
		}
		return tx.Emit(ctx, audit.Recorded{Entry: issued(p)})
	})
	if err == nil {
		err = refused
	}
	return p, err
}

// own keeps the permit of a program that acts in its own name.
func (s permitStore) own(ctx context.Context, p permit, e audit.Entry) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := insertPermit(ctx, tx, p, p.CreatedAt.Add(tokenLife)); err != nil {
			return err
		}
		return tx.Emit(ctx, audit.Recorded{Entry: e})
	})
}

// alive returns the permit of an access token that was not revoked.
func (s permitStore) alive(ctx context.Context, id, token string) (permit, error) {
	var one int
	p, err := scanPermit(s.db.QueryRow(ctx, `SELECT `+permitColumns+`, (SELECT COUNT(*) FROM revoked_token r WHERE r.id = $2) FROM permit p WHERE p.id = $1`, id, token), &one)
	if errors.Is(err, sql.ErrNoRows) {
		return p, errRevoked
	}
	if err != nil {
		return p, fmt.Errorf("read permit: %w", err)
	}
	if one > 0 || !p.RevokedAt.IsZero() {
		return p, errRevoked
	}
	return p, nil
}

// ofRefresh returns the permit of a refresh token, and until when the token is
// good; whether it is, renew decides.
func (s permitStore) ofRefresh(ctx context.Context, hash string) (p permit, good time.Time, err error) {
	var expires, used int64
	p, err = scanPermit(s.db.QueryRow(ctx, `SELECT `+permitColumns+`, r.expires_at, r.used_at FROM refresh_token r JOIN permit p ON p.id = r.permit_id WHERE r.hash = $1`, hash), &expires, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return p, time.Time{}, errUnknown
	}
	if err != nil {
		return p, time.Time{}, fmt.Errorf("read refresh token: %w", err)
	}
	if used > 0 || !p.RevokedAt.IsZero() {
		expires = 0
	}
	return p, sqldb.Time(expires), nil
}

// revokeToken ends one access token.
func (s permitStore) revokeToken(ctx context.Context, id string, expires time.Time, e audit.Entry) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO revoked_token (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, expires.UnixMilli())
		if err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		return tx.Emit(ctx, audit.Recorded{Entry: e})
	})
}

// revokePermit ends a permit with all its tokens.
func (s permitStore) revokePermit(ctx context.Context, p permit, reason string, e audit.Entry, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error { return end(ctx, tx, p, reason, e, now) })
}

// endSession ends what came of a session, but for what may outlast it.
func (s permitStore) endSession(ctx context.Context, session string, now time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		return revoke(ctx, tx, `session_id = $3 AND scopes NOT LIKE '%offline_access%'`, session, "the person signed out", now)
	})
}

// prune forgets what has been over for a day.
func (s permitStore) prune(ctx context.Context) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		before := now.Add(-24 * time.Hour).UnixMilli()
		for _, q := range []string{
			`DELETE FROM permit WHERE ends_at < $1`, `DELETE FROM revoked_token WHERE expires_at < $1`,
			`DELETE FROM asked WHERE expires_at < $1`, `DELETE FROM device WHERE expires_at < $1`,
		} {
			if _, err := tx.Exec(ctx, q, before); err != nil {
				return fmt.Errorf("forget what is over: %w", err)
			}
		}
		return nil
	})
}
