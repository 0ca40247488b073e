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

const tokenColumns = `id, name, organisation_id, permissions, created_at, expires_at, last_used_at` //nolint:gosec // names of columns, no secret

func scanToken(r sqldb.Row) (Token, error) {
	var t Token
	var permissions string
	var created, expires, used int64
	err := r.Scan(&t.ID, &t.Name, &t.OrganisationID, &permissions, &created, &expires, &used)
	t.Permissions = strings.Fields(permissions)
	t.CreatedAt, t.ExpiresAt, t.LastUsedAt = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC(), time.UnixMilli(used).UTC()
	return t, err
}

func (d *Directory) insertToken(ctx context.Context, t Token, hash, by string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO token (id, secret_hash, name, organisation_id, permissions, created_by, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, t.ID, hash, t.Name, t.OrganisationID, strings.Join(t.Permissions, " "), by, t.CreatedAt.UnixMilli(), t.ExpiresAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert token: %w", err)
		}
		tx.Changed("token", t.ID, nil, t)
		return nil
	})
}

func (d *Directory) tokenBySecret(ctx context.Context, hash string) (Token, error) {
	t, err := scanToken(d.db.QueryRow(ctx, `SELECT `+tokenColumns+` FROM token WHERE secret_hash = $1`, hash))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.Unauthorized, "system.token.unknown", "the token is not valid")
	}
	if err != nil {
		return t, fmt.Errorf("read token: %w", err)
	}
	return t, nil
}

// Tokens lists the tokens of the organisations within the caller's scope.
func (d *Directory) Tokens(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Token], error) {
	list := sqldb.List{
		Select: tokenColumns, From: "token", Key: "id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "created_at", "name": "name", "expires_at": "expires_at", "last_used_at": "last_used_at"},
		Search: []string{"name"},
	}
	From(ctx).Scope.Filter(&list, "organisation_id")
	return sqldb.Fetch(ctx, d.db, list, in, scanToken)
}

// RevokeToken ends a token within the caller's scope.
func (d *Directory) RevokeToken(ctx context.Context, id string) error {
	t, err := scanToken(d.db.QueryRow(ctx, `SELECT `+tokenColumns+` FROM token WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || (err == nil && !From(ctx).Scope.Allows(t.OrganisationID)) {
		return fault.New(fault.NotFound, "kernel.not_found", "there is no such token, or it is not yours to see")
	}
	if err != nil {
		return fmt.Errorf("read token: %w", err)
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		tx.Changed("token", id, t, nil)
		_, err := tx.Exec(ctx, `DELETE FROM token WHERE id = $1`, id)
		return err
	})
}

func (d *Directory) touchToken(ctx context.Context, id string, now time.Time) error {
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE token SET last_used_at = $1 WHERE id = $2`, now.UnixMilli(), id)
		return err
	})
}
