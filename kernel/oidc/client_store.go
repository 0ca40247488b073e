package oidc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// clientStore keeps the programs.
type clientStore struct{ db *sqldb.DB }

const clientColumns = `c.id, c.name_zh, c.name_en, c.organisation_id, c.confidential, c.secret_hash, c.secret_at, c.redirect_uris, c.logout_uris, c.grants, c.scopes,
	c.audiences, c.algorithm, c.own, c.enabled, c.created_at, c.version`

func scanClient(r sqldb.Row) (client, error) {
	var c client
	var redirects, logouts, grants, scopes, audiences string
	var created, secret int64
	err := r.Scan(&c.ID, &c.Name.ZH, &c.Name.EN, &c.OrganisationID, &c.Confidential, &c.secretHash, &secret, &redirects, &logouts, &grants, &scopes,
		&audiences, &c.Algorithm, &c.Own, &c.Enabled, &created, &c.Version)
	c.RedirectURIs, c.LogoutURIs, c.Grants = strings.Fields(redirects), strings.Fields(logouts), strings.Fields(grants)
	c.Scopes, c.Audiences = strings.Fields(scopes), strings.Fields(audiences)
	c.CreatedAt, c.SecretAt = sqldb.Time(created), sqldb.Time(secret)
	return c, err
}

func lines(list []string) string { return strings.Join(list, "\n") }

// get returns any program, for the protocol.
func (s clientStore) get(ctx context.Context, id string) (client, error) {
	c, err := scanClient(s.db.QueryRow(ctx, `SELECT `+clientColumns+` FROM client c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, noSuch("program")
	}
	if err != nil {
		return c, fmt.Errorf("read program: %w", err)
	}
	return c, nil
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

// read returns a program within the caller's scope.
func (s clientStore) read(ctx context.Context, id string) (client, error) {
	c, err := s.get(ctx, id)
	if err != nil {
		return c, err
	}
	return c, identity.From(ctx).Scope.Check(c.OrganisationID)
}

type clientParams struct {
	sqldb.ListParams
	OrganisationID string `query:"organisation_id" maxLength:"26"`
	Grant          string `query:"grant" enum:"authorization_code,refresh_token,client_credentials,urn:ietf:params:oauth:grant-type:device_code"`
}

func (s clientStore) list(ctx context.Context, in clientParams) (sqldb.Page[client], error) {
	l := sqldb.List{
		Select: clientColumns, From: "client c", Key: "c.id", Order: "name",
		Sort:   map[string]string{"name": "c.name_zh", "created_at": "c.created_at", "organisation_id": "c.organisation_id"},
		Search: []string{"c.name_zh", "c.name_en", "c.id", "c.redirect_uris"},
	}
	l.WhereIf("c.organisation_id = ?", in.OrganisationID)
	if in.Grant != "" {
		l.Where("c.grants LIKE ?", "%"+in.Grant+"%")
	}
	identity.From(ctx).Scope.Filter(&l, "c.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanClient)
}

func (s clientStore) insert(ctx context.Context, c client) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO client (id, name_zh, name_en, organisation_id, confidential, secret_hash, secret_at, redirect_uris, logout_uris, grants, scopes,
			audiences, algorithm, own, enabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
			c.ID, c.Name.ZH, c.Name.EN, c.OrganisationID, c.Confidential, c.secretHash, c.SecretAt.UnixMilli(), lines(c.RedirectURIs), lines(c.LogoutURIs),
			lines(c.Grants), lines(c.Scopes), lines(c.Audiences), c.Algorithm, c.Own, c.Enabled, c.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("register program: %w", err)
		}
		tx.Changed("program", c.ID, nil, c)
		return nil
	})
}

// save keeps an edited program; one that is switched off loses what it was let into.
func (s clientStore) save(ctx context.Context, before, c client, version int64, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE client SET name_zh = $1, name_en = $2, redirect_uris = $3, logout_uris = $4, grants = $5, scopes = $6, audiences = $7,
			algorithm = $8, own = $9, enabled = $10, version = version + 1 WHERE id = $11 AND version = $12`,
			c.Name.ZH, c.Name.EN, lines(c.RedirectURIs), lines(c.LogoutURIs), lines(c.Grants), lines(c.Scopes), lines(c.Audiences), c.Algorithm, c.Own, c.Enabled, c.ID, version)
		if err != nil {
			return fmt.Errorf("save program: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this program meanwhile; read it again")
		}
		tx.Changed("program", c.ID, before, c)
		if c.Enabled {
			return nil
		}
		return revoke(ctx, tx, `client_id = $3`, c.ID, "the program was switched off", now)
	})
}

// setSecret gives a program another secret; the former stops at once.
func (s clientStore) setSecret(ctx context.Context, id, hash string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE client SET secret_hash = $1, secret_at = $2, version = version + 1 WHERE id = $3`, hash, now.UnixMilli(), id)
		if err != nil {
			return fmt.Errorf("change secret: %w", err)
		}
		tx.Changed("program", id, client{}, client{SecretAt: now})
		return nil
	})
}

// remove takes a program away with everything that it was let into.
func (s clientStore) remove(ctx context.Context, c client) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM client WHERE id = $1`, c.ID); err != nil {
			return fmt.Errorf("remove program: %w", err)
		}
		tx.Changed("program", c.ID, c, nil)
		return nil
	})
}
