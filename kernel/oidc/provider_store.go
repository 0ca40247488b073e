package oidc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// providerStore keeps the providers of others.
type providerStore struct{ db *sqldb.DB }

const providerColumns = `p.id, p.name_zh, p.name_en, p.issuer, p.client_id, p.secret, p.domains, p.second_factor, p.acr_values, p.enabled, p.created_at, p.version`

func scanProvider(r sqldb.Row) (provider, error) {
	var p provider
	var domains, acr string
	var created int64
	err := r.Scan(&p.ID, &p.Name.ZH, &p.Name.EN, &p.Issuer, &p.ClientID, &p.secret, &domains, &p.SecondFactor, &acr, &p.Enabled, &created, &p.Version)
	p.Domains, p.ACRValues, p.CreatedAt = strings.Fields(domains), strings.Fields(acr), sqldb.Time(created)
	return p, err
}

func (s providerStore) get(ctx context.Context, id string) (provider, error) {
	p, err := scanProvider(s.db.QueryRow(ctx, `SELECT `+providerColumns+` FROM provider p WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, noSuch("provider")
	}
	if err != nil {
		return p, fmt.Errorf("read provider: %w", err)
	}
	return p, nil
}

func (s providerStore) list(ctx context.Context, in sqldb.ListParams) (sqldb.Page[provider], error) {
	return sqldb.Fetch(ctx, s.db, sqldb.List{
		Select: providerColumns, From: "provider p", Key: "p.id", Order: "name",
		Sort:   map[string]string{"name": "p.name_zh", "created_at": "p.created_at", "issuer": "p.issuer"},
		Search: []string{"p.name_zh", "p.name_en", "p.issuer", "p.domains"},
	}, in, scanProvider)
}

// on returns the providers that are switched on, for the page on which people sign in.
func (s providerStore) on(ctx context.Context) ([]provider, error) {
	rows, err := s.db.Query(ctx, `SELECT `+providerColumns+` FROM provider p WHERE p.enabled = TRUE ORDER BY p.name_zh, p.id LIMIT 50`)
	if err != nil {
		return nil, fmt.Errorf("read providers: %w", err)
	}
	return sqldb.All(rows, scanProvider)
}

func taken(err error) error {
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "oidc.provider.present", "there is a provider with this issuer already").At("body.issuer", "edit the one that is there")
	}
	return err
}

func (s providerStore) insert(ctx context.Context, p provider) error {
	return taken(s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO provider (id, name_zh, name_en, issuer, client_id, secret, domains, second_factor, acr_values, enabled, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, p.ID, p.Name.ZH, p.Name.EN, p.Issuer, p.ClientID, p.secret, lines(p.Domains), p.SecondFactor,
			lines(p.ACRValues), p.Enabled, p.CreatedAt.UnixMilli())
		tx.Changed("provider", p.ID, nil, p)
		return err
	}))
}

// save keeps an edited provider. Links were made by the word of the issuer: with
// another issuer they end.
func (s providerStore) save(ctx context.Context, before, p provider, version int64) error {
	return taken(s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM link WHERE provider_id = $1 AND EXISTS (SELECT 1 FROM provider p WHERE p.id = $1 AND p.version = $2 AND p.issuer <> $3)`, p.ID, version, p.Issuer)
		if err != nil {
			return fmt.Errorf("end links: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE provider SET name_zh = $1, name_en = $2, issuer = $3, client_id = $4, secret = $5, domains = $6, second_factor = $7, acr_values = $8,
			enabled = $9, version = version + 1 WHERE id = $10 AND version = $11`, p.Name.ZH, p.Name.EN, p.Issuer, p.ClientID, p.secret, lines(p.Domains), p.SecondFactor,
			lines(p.ACRValues), p.Enabled, p.ID, version)
		if err == nil && n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this provider meanwhile; read it again")
		}
		tx.Changed("provider", p.ID, before, p)
		return err
	}))
}

func (s providerStore) remove(ctx context.Context, p provider) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM provider WHERE id = $1`, p.ID)
		if err == nil && n == 0 {
			return noSuch("provider")
		}
		tx.Changed("provider", p.ID, p, nil)
		return err
	})
}
