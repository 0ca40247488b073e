package oidc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// consentStore keeps what persons agreed to.
type consentStore struct{ db *sqldb.DB }

// putConsent adds to what a person agreed to.
func putConsent(ctx context.Context, tx *sqldb.Tx, p permit) error {
	before, err := consented(tx.QueryRow(ctx, `SELECT scopes FROM consent WHERE person_id = $1 AND client_id = $2`, p.PersonID, p.ClientID))
	if err != nil {
		return err
	}
	for _, s := range p.Scopes {
		if !slices.Contains(before, s) {
			before = append(before, s)
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO consent (person_id, client_id, scopes, at, used_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (person_id, client_id) DO UPDATE SET scopes = excluded.scopes, used_at = excluded.used_at`,
		p.PersonID, p.ClientID, strings.Join(before, " "), p.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep consent: %w", err)
	}
	return nil
}

func consented(row *sql.Row) ([]string, error) {
	var scopes string
	err := row.Scan(&scopes)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read consent: %w", err)
	}
	return strings.Fields(scopes), nil
}

// of returns the scopes that a person agreed to for a program.
func (s consentStore) of(ctx context.Context, person, client string) ([]string, error) {
	return consented(s.db.QueryRow(ctx, `SELECT scopes FROM consent WHERE person_id = $1 AND client_id = $2`, person, client))
}

// letIn is a program that a person has let in.
type letIn struct {
	ID     string    `json:"id"`
	Name   lang.Text `json:"name"`
	Own    bool      `json:"own" doc:"A program of the city's own"`
	Scopes []string  `json:"scopes" nullable:"false"`
	At     time.Time `json:"at" doc:"When the person first agreed"`
	UsedAt time.Time `json:"used_at" doc:"When it last signed the person in"`
}

func (s consentStore) list(ctx context.Context, person string) ([]letIn, error) {
	rows, err := s.db.Query(ctx, `SELECT c.id, c.name_zh, c.name_en, c.own, a.scopes, a.at, a.used_at FROM consent a JOIN client c ON c.id = a.client_id
		WHERE a.person_id = $1 ORDER BY a.used_at DESC, c.id LIMIT 500`, person)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (letIn, error) {
		var x letIn
		var scopes string
		var at, used int64
		err := r.Scan(&x.ID, &x.Name.ZH, &x.Name.EN, &x.Own, &scopes, &at, &used)
		x.Scopes, x.At, x.UsedAt = strings.Fields(scopes), sqldb.Time(at), sqldb.Time(used)
		return x, err
	})
}

// withdraw forgets that a person agreed, and ends everything that came of it.
func (s consentStore) withdraw(ctx context.Context, person, client string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM consent WHERE person_id = $1 AND client_id = $2`, person, client)
		if err != nil {
			return fmt.Errorf("withdraw consent: %w", err)
		}
		if n == 0 {
			return noSuch("program that you let in")
		}
		_, err = tx.Exec(ctx, `UPDATE permit SET revoked_at = $1, reason = 'the person withdrew their consent' WHERE person_id = $2 AND client_id = $3 AND revoked_at = 0`,
			now.UnixMilli(), person, client)
		if err != nil {
			return fmt.Errorf("revoke permits: %w", err)
		}
		return nil
	})
}
