package zone

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

func twice() error {
	return fault.New(fault.Conflict, "security.conduit.twice", "a conduit from this zone into that one with these protocols is declared already").At("body.protocols", "change the conduit that is there, or name other protocols")
}

type conduitParams struct {
	sqldb.ListParams
	Organisation string `query:"organisation" maxLength:"40" doc:"ID of an enterprise"`
	Zone         string `query:"zone" maxLength:"60" doc:"A zone that asks or answers"`
	Commands     string `query:"commands" enum:"yes,no"`
}

func (s store) conduits(ctx context.Context, in conduitParams, now time.Time) (sqldb.Page[Conduit], error) {
	l := sqldb.List{
		Select: conduitColumns, From: "security_conduit c JOIN security_inventory i ON i.organisation_id = c.organisation_id", Key: "c.id", Order: "client_zone",
		Sort:   map[string]string{"client_zone": "c.client_zone", "server_zone": "c.server_zone", "updated_at": "c.updated_at", "responsible": "c.responsible"},
		Search: []string{"c.client_zone", "c.server_zone", "c.protocols", "c.note", "c.responsible"},
	}
	l.WhereIf("c.organisation_id = ?", in.Organisation)
	if in.Zone != "" {
		l.Where("c.client_zone = ? OR c.server_zone = ?", in.Zone, in.Zone)
	}
	switch in.Commands {
	case "yes":
		l.Where("c.commands")
	case "no":
		l.Where("NOT c.commands")
	}
	asset.Restrict(ctx, &l, now)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanConduit)
}

func conduitOf(ctx context.Context, db Reader, id string) (Conduit, error) {
	c, err := scanConduit(db.QueryRow(ctx, `SELECT `+conduitColumns+` FROM security_conduit c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, noSuch("conduit")
	}
	if err != nil {
		return c, fmt.Errorf("read a conduit: %w", err)
	}
	return c, nil
}

// known tells which zones assets of an organisation have.
func known(ctx context.Context, db Reader, organisation string) (func(string) bool, error) {
	list, err := asset.PlacedOf(ctx, db, organisation)
	return func(zone string) bool {
		return slices.ContainsFunc(list, func(a asset.PlacedAsset) bool { return a.Zone == zone })
	}, err //nolint:wrapcheck // it says all
}

// change lets changes of the plan of an organisation follow each other, and counts them.
func (s store) change(ctx context.Context, organisation string, now time.Time, do func(tx *sqldb.Tx, p Declaration) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "zones "+organisation); err != nil {
			return err
		}
		p, err := planOf(ctx, tx, organisation)
		if err != nil {
			return err
		}
		if err := do(tx, p); err != nil {
			return err
		}
		who := identity.From(ctx)
		_, err = tx.Exec(ctx, `INSERT INTO security_zone_plan (organisation_id, enforced, reason, at, actor, actor_name, version) VALUES ($1, FALSE, '', $2, $3, $4, 2)
			ON CONFLICT (organisation_id) DO UPDATE SET at = excluded.at, actor = excluded.actor, actor_name = excluded.actor_name, version = security_zone_plan.version + 1`, organisation, now.UnixMilli(), who.Actor(), who.Name)
		if err != nil {
			return fmt.Errorf("count changes of a plan: %w", err)
		}
		return nil
	})
}

func protocolText(list []string) (string, error) {
	text, err := json.Marshal(append([]string{}, list...))
	if err != nil {
		return "", fmt.Errorf("write protocols: %w", err)
	}
	return string(text), nil
}

// insert adds a conduit in a change of the plan.
func insert(ctx context.Context, tx *sqldb.Tx, c Conduit) error {
	protocols, err := protocolText(c.Protocols)
	if err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_conduit WHERE organisation_id = $1`, c.OrganisationID).Scan(&n); err != nil {
		return fmt.Errorf("count conduits: %w", err)
	}
	if n >= mostConduits {
		return fault.New(fault.Conflict, "security.conduit.many", "an enterprise has at most %d conduits", mostConduits)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_conduit (id, organisation_id, client_zone, server_zone, protocols, commands, note, responsible, created_at, updated_at, actor, actor_name, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, 1)`,
		c.ID, c.OrganisationID, c.ClientZone, c.ServerZone, protocols, c.Commands, c.Note, c.Responsible, c.CreatedAt.UnixMilli(), c.actor, c.By)
	if sqldb.IsUnique(err) {
		return twice()
	}
	if err != nil {
		return fmt.Errorf("declare a conduit: %w", err)
	}
	tx.Changed("conduit", c.ID, nil, c)
	return nil
}

// save keeps what a conduit has become, in a change of the plan.
func save(ctx context.Context, tx *sqldb.Tx, before, c Conduit) error {
	protocols, err := protocolText(c.Protocols)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE security_conduit SET client_zone = $3, server_zone = $4, protocols = $5, commands = $6, note = $7, responsible = $8, updated_at = $9, actor = $10, actor_name = $11, version = $12 WHERE id = $1 AND version = $2`,
		c.ID, before.Version, c.ClientZone, c.ServerZone, protocols, c.Commands, c.Note, c.Responsible, c.UpdatedAt.UnixMilli(), c.actor, c.By, c.Version)
	switch {
	case sqldb.IsUnique(err):
		return twice()
	case err != nil:
		return fmt.Errorf("change a conduit: %w", err)
	case n == 0:
		return stale()
	}
	tx.Changed("conduit", c.ID, before, c)
	return nil
}

// remove takes a conduit away. The last one stays while what it does not cover is an alert.
func remove(ctx context.Context, tx *sqldb.Tx, p Declaration, c Conduit) error {
	if p.Enforced && p.Conduits <= 1 {
		return fault.New(fault.Conflict, "security.conduit.last", "it is the last conduit and conduits are enforced: stop that first")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM security_conduit WHERE id = $1`, c.ID); err != nil {
		return fmt.Errorf("remove a conduit: %w", err)
	}
	tx.Changed("conduit", c.ID, c, nil)
	return nil
}

// enforce says whether what no conduit covers is an alert.
func enforce(ctx context.Context, tx *sqldb.Tx, p Declaration, on bool, reason string) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_zone_plan (organisation_id, enforced, reason, at, actor, actor_name, version) VALUES ($1, $2, $3, 0, '', '', 1)
		ON CONFLICT (organisation_id) DO UPDATE SET enforced = excluded.enforced, reason = excluded.reason`, p.OrganisationID, on, reason)
	if err != nil {
		return fmt.Errorf("say whether conduits are enforced: %w", err)
	}
	after := p
	after.Enforced, after.Reason = on, reason
	tx.Changed("zone_plan", p.OrganisationID, p, after)
	return nil
}

// take declares what was seen and no conduit covers: it adds a conduit, or lets commands pass
// one that is there with the same protocols.
func take(ctx context.Context, tx *sqldb.Tx, have []Conduit, c Conduit) (Conduit, error) {
	i := slices.IndexFunc(have, func(x Conduit) bool {
		return x.ClientZone == c.ClientZone && x.ServerZone == c.ServerZone && slices.Equal(x.Protocols, c.Protocols)
	})
	if i < 0 {
		c.ID = ulid.Make().String()
		return c, insert(ctx, tx, c)
	}
	before := have[i]
	after := before
	after.Commands, after.UpdatedAt, after.actor, after.By, after.Version = true, c.UpdatedAt, c.actor, c.By, before.Version+1
	return after, save(ctx, tx, before, after)
}
