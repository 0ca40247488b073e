package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const organisationColumns = `o.id, COALESCE(o.parent_id, ''), o.kind, o.name_zh, o.name_en, o.uscc, o.district, o.synthetic, o.version`

func scanOrganisation(r sqldb.Row) (Organisation, error) {
	var o Organisation
	err := r.Scan(&o.ID, &o.ParentID, &o.Kind, &o.Name.ZH, &o.Name.EN, &o.USCC, &o.District, &o.Synthetic, &o.Version)
	return o, err
}

// Root returns the city's own bureau, the top of the tree.
func (d *Directory) Root(ctx context.Context) (Organisation, error) {
	return d.oneOrganisation(ctx, `o.parent_id IS NULL AND o.kind = $1`, string(Bureau))
}

// Organisation returns one tenant.
func (d *Directory) Organisation(ctx context.Context, id string) (Organisation, error) {
	return d.oneOrganisation(ctx, `o.id = $1`, id)
}

func (d *Directory) oneOrganisation(ctx context.Context, where, arg string) (Organisation, error) {
	o, err := scanOrganisation(d.db.QueryRow(ctx, `SELECT `+organisationColumns+` FROM organisation o WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.New(fault.NotFound, "kernel.not_found", "there is no such organisation, or it is not yours to see")
	}
	if err != nil {
		return o, fmt.Errorf("read organisation: %w", err)
	}
	return o, nil
}

// Coded returns the organisations that have a unified social credit code.
func (d *Directory) Coded(ctx context.Context, uscc string) ([]Organisation, error) {
	rows, err := d.db.Query(ctx, `SELECT `+organisationColumns+` FROM organisation o WHERE o.uscc = $1 AND o.uscc <> '' ORDER BY o.id`, uscc)
	if err != nil {
		return nil, fmt.Errorf("read organisations of a code: %w", err)
	}
	return sqldb.All(rows, scanOrganisation)
}

// Above returns the organisations above one, the nearest first.
func (d *Directory) Above(ctx context.Context, id string) ([]Organisation, error) {
	rows, err := d.db.Query(ctx, `WITH RECURSIVE above (id, far) AS (
		SELECT parent_id, 1 FROM organisation WHERE id = $1
		UNION ALL SELECT o.parent_id, a.far + 1 FROM organisation o JOIN above a ON a.id = o.id
	) SELECT `+organisationColumns+` FROM above a JOIN organisation o ON o.id = a.id ORDER BY a.far`, id)
	if err != nil {
		return nil, fmt.Errorf("read organisations above %s: %w", id, err)
	}
	return sqldb.All(rows, scanOrganisation)
}

// below returns the organisation and all under it.
func (d *Directory) below(ctx context.Context, id string) ([]string, error) {
	rows, err := d.db.Query(ctx, `WITH RECURSIVE tree (id) AS (
		SELECT id FROM organisation WHERE id = $1
		UNION ALL SELECT o.id FROM organisation o JOIN tree t ON o.parent_id = t.id
	) SELECT id FROM tree`, id)
	if err != nil {
		return nil, fmt.Errorf("read organisations below %s: %w", id, err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var id string
		err := r.Scan(&id)
		return id, err
	})
}

// OrganisationParams filter the list of organisations.
type OrganisationParams struct {
	sqldb.ListParams
	Kind string `query:"kind" maxLength:"20"`
}

// Organisations lists the tenants within the caller's scope.
func (d *Directory) Organisations(ctx context.Context, in OrganisationParams) (sqldb.Page[Organisation], error) {
	list := sqldb.List{
		Select: organisationColumns, From: "organisation o", Key: "o.id", Order: "name",
		Sort:   map[string]string{"name": "o.name_zh", "kind": "o.kind", "district": "o.district"},
		Search: []string{"o.name_zh", "o.name_en", "o.uscc"},
	}
	list.WhereIf("o.kind = ?", in.Kind)
	From(ctx).Scope.Filter(&list, "o.id")
	return sqldb.Fetch(ctx, d.db, list, in.ListParams, scanOrganisation)
}

func insertOrganisation(ctx context.Context, tx *sqldb.Tx, o Organisation, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO organisation (id, parent_id, kind, name_zh, name_en, uscc, district, synthetic, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
		o.ID, sql.NullString{String: o.ParentID, Valid: o.ParentID != ""}, string(o.Kind), o.Name.ZH, o.Name.EN, o.USCC, o.District, o.Synthetic, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert organisation: %w", err)
	}
	tx.Changed("organisation", o.ID, nil, o)
	return tx.Emit(ctx, OrganisationChanged{o.ID})
}

func (d *Directory) saveOrganisation(ctx context.Context, before, o Organisation, version int64) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE organisation SET name_zh = $1, name_en = $2, uscc = $3, district = $4, version = version + 1
			WHERE id = $5 AND version = $6`, o.Name.ZH, o.Name.EN, o.USCC, o.District, o.ID, version)
		if err := stale(n, err, "organisation"); err != nil {
			return err
		}
		tx.Changed("organisation", o.ID, before, o)
		return tx.Emit(ctx, OrganisationChanged{o.ID})
	})
}

// stale turns an update that found no row of the expected version into a fault.
func stale(n int64, err error, what string) error {
	if err != nil {
		return fmt.Errorf("update %s: %w", what, err)
	}
	if n == 0 {
		return fault.New(fault.Precondition, "kernel.stale", "somebody changed this %s meanwhile; read it again", what)
	}
	return nil
}

// removeOrganisation deletes an organisation with its memberships, tokens and
// the persons who belong to no other; it must have nothing below it.
func (d *Directory) removeOrganisation(ctx context.Context, o Organisation) error {
	id := o.ID
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		var below int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM organisation WHERE parent_id = $1`, id).Scan(&below); err != nil {
			return fmt.Errorf("count organisations below: %w", err)
		}
		if below > 0 {
			return fault.New(fault.Conflict, "system.organisation.not_empty", "%d organisations belong to this one", below)
		}
		if err := leave(ctx, tx, id, d.now()); err != nil {
			return err
		}
		for _, q := range []string{
			`DELETE FROM token WHERE organisation_id = $1`,
			`DELETE FROM session WHERE organisation_id = $1`,
			`DELETE FROM person WHERE id IN (SELECT person_id FROM membership WHERE organisation_id = $1)
				AND id NOT IN (SELECT person_id FROM membership WHERE organisation_id <> $1)`,
			`DELETE FROM organisation WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return fmt.Errorf("remove organisation: %w", err)
			}
		}
		tx.Changed("organisation", id, o, nil)
		return tx.Emit(ctx, OrganisationChanged{id})
	})
}

// leave tells of the persons who go with an organisation, before they go.
func leave(ctx context.Context, tx *sqldb.Tx, organisation string, at time.Time) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id FROM membership WHERE organisation_id = $1`, organisation)
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var id string
		err := r.Scan(&id)
		return id, err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.Emit(ctx, PersonChanged{id}, MembershipChanged{id, []string{}, []string{organisation}, at.UTC().Truncate(time.Millisecond)}); err != nil {
			return err
		}
	}
	return nil
}

func validKind(k Kind) bool {
	return slices.Contains([]Kind{Bureau, Enterprise, Operator, Provider, Node, Park, Responder}, k)
}
