package oidc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// linkStore keeps who of a provider is which person here, and which browsers are
// on their way to a provider.
type linkStore struct{ db *sqldb.DB }

// departure is a browser that was sent to a provider.
type departure struct {
	hash       string // of the state
	ProviderID string
	browser    string // hash of the cookie of the browser that was sent
	Nonce      string
	Verifier   string
	PersonID   string // who links their account; empty for signing in
	SessionID  string
	Next       string
}

const departureLife = 15 * time.Minute

func (s linkStore) depart(ctx context.Context, d departure) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM departure WHERE expires_at < $1`, now.UnixMilli()); err != nil {
			return fmt.Errorf("forget departures: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO departure (hash, provider_id, browser, nonce, verifier, person_id, session_id, next, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			d.hash, d.ProviderID, d.browser, d.Nonce, d.Verifier, d.PersonID, d.SessionID, d.Next, now.Add(departureLife).UnixMilli())
		if err != nil {
			return fmt.Errorf("keep departure: %w", err)
		}
		return nil
	})
}

// errState says that an answer belongs to no request of this browser.
var errState = errors.New("state: this browser did not ask this provider, or did so too long ago, or was answered already")

// arrive takes what a browser was sent with, once, and only for the browser that
// was sent, coming back from the provider that it was sent to.
func (s linkStore) arrive(ctx context.Context, hash, provider, browser string) (departure, error) {
	d := departure{hash: hash, ProviderID: provider, browser: browser}
	err := s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `DELETE FROM departure WHERE hash = $1 AND provider_id = $2 AND browser = $3 AND expires_at >= $4
			RETURNING nonce, verifier, person_id, session_id, next`, hash, provider, browser, now.UnixMilli()).Scan(&d.Nonce, &d.Verifier, &d.PersonID, &d.SessionID, &d.Next)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return d, errState
	}
	if err != nil {
		return d, fmt.Errorf("take departure: %w", err)
	}
	return d, nil
}

// linked returns the person whom a provider's subject is; empty for nobody.
func (s linkStore) linked(ctx context.Context, provider, subject string) (person string, err error) {
	err = s.db.QueryRow(ctx, `SELECT person_id FROM link WHERE provider_id = $1 AND subject = $2`, provider, subject).Scan(&person)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read link: %w", err)
	}
	return person, nil
}

// link notes that a provider's subject is a person here. A subject is one person.
func (s linkStore) link(ctx context.Context, provider, subject, person, name string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO link (id, provider_id, subject, person_id, name, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (provider_id, subject) DO UPDATE SET name = excluded.name WHERE link.person_id = excluded.person_id`, ulid.Make().String(), provider, subject, person, name, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("link account: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "oidc.login.taken", "this account is linked to another person here")
		}
		return nil
	})
}

func (s linkStore) used(ctx context.Context, provider, subject string) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE link SET used_at = $1 WHERE provider_id = $2 AND subject = $3`, now.UnixMilli(), provider, subject)
		return err
	})
}

// linkView is an account of somebody at a provider.
type linkView struct {
	ID       string     `json:"id"`
	Provider lang.Text  `json:"provider"`
	Name     string     `json:"name" doc:"What the provider calls the account"`
	At       time.Time  `json:"at"`
	UsedAt   *time.Time `json:"used_at,omitempty"`
}

func (s linkStore) of(ctx context.Context, person string) ([]linkView, error) {
	rows, err := s.db.Query(ctx, `SELECT l.id, p.name_zh, p.name_en, l.name, l.at, l.used_at FROM link l JOIN provider p ON p.id = l.provider_id WHERE l.person_id = $1 ORDER BY l.at, l.id LIMIT 100`, person)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (linkView, error) {
		var v linkView
		var at, used int64
		err := r.Scan(&v.ID, &v.Provider.ZH, &v.Provider.EN, &v.Name, &at, &used)
		v.At = sqldb.Time(at)
		if used > 0 {
			when := sqldb.Time(used)
			v.UsedAt = &when
		}
		return v, err
	})
}

func (s linkStore) unlink(ctx context.Context, person, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM link WHERE id = $1 AND person_id = $2`, id, person)
		if err == nil && n == 0 {
			return noSuch("linked account of yours")
		}
		return err
	})
}
