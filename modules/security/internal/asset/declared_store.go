package asset

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// MostDeclared bounds the active assets of an enterprise that are looked at at once.
const MostDeclared = 20_000

// DeclaredAsset is an active asset with what its enterprise says of it.
type DeclaredAsset struct {
	ID string
	Facts
}

// Declared are the active assets of an enterprise, MostDeclared at most, and how many there are.
func (m *Assets) Declared(ctx context.Context, organisation string) (list []DeclaredAsset, total int, err error) {
	if err := m.store.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_asset WHERE organisation_id = $1 AND state = 'active'`, organisation).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count assets: %w", err)
	}
	rows, err := m.store.db.Query(ctx, `SELECT id, name, role, vendor, product, model, order_number, firmware, serial, addresses, zone FROM security_asset WHERE organisation_id = $1 AND state = 'active' ORDER BY name, id LIMIT $2`, organisation, MostDeclared)
	if err != nil {
		return nil, 0, fmt.Errorf("read assets: %w", err)
	}
	list, err = sqldb.All(rows, func(r sqldb.Row) (x DeclaredAsset, err error) {
		var addresses string
		if err := r.Scan(&x.ID, &x.Name, &x.Role, &x.Vendor, &x.Product, &x.Model, &x.OrderNumber, &x.Firmware, &x.Serial, &addresses, &x.Zone); err != nil {
			return x, err
		}
		if err := json.Unmarshal([]byte(addresses), &x.Addresses); err != nil {
			return x, fmt.Errorf("read addresses: %w", err)
		}
		return x, nil
	})
	return list, total, err
}

// Take declares things for the enterprise of who asks, all or none, as if each was declared
// by hand; one that is declared already, by a key, is refused.
func (m *Assets) Take(ctx context.Context, list []Facts, synthetic bool) error {
	o, err := Ours(ctx)
	if err != nil {
		return err
	}
	now, who := m.now(), handOf(ctx)
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "assets "+o.ID); err != nil { // two who take the same thing would both find it undeclared
			return err //nolint:wrapcheck // it says all
		}
		if err := begin(ctx, tx, o, now); err != nil {
			return err
		}
		there, err := m.store.byKey(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		for _, f := range list {
			f = f.Tidy()
			if id, _ := there.find(f.keys(m.store.vendor)); id != "" {
				return fault.New(fault.Conflict, "security.asset.declared", "%s is declared already; compare again", f.Name).With("name", f.Name)
			}
			if err := m.take(ctx, tx, Asset{ID: ulid.Make().String(), OrganisationID: o.ID, Facts: f, State: Active, Synthetic: synthetic || o.Synthetic, CreatedAt: now, UpdatedAt: now}, there, who); err != nil {
				return err
			}
		}
		return m.changed(ctx, tx)
	})
}

// take declares one of several.
func (m *Assets) take(ctx context.Context, tx *sqldb.Tx, a Asset, there keyed, who hand) error {
	if err := a.check(m.macForm); err != nil {
		wrong := fault.As(err).Fields[0]
		return fault.New(fault.Invalid, "security.asset.take", "%s cannot be declared as it is: %s", a.Name, wrong.Message).With("name", a.Name).At(wrong.Location, "%s", wrong.Message)
	}
	for _, k := range a.keys(m.store.vendor) {
		there[k.Value] = a.ID
	}
	tx.Changed("security_asset", a.ID, nil, a)
	return m.store.insert(ctx, tx, a, who)
}

// Begin makes sure that the inventory of who asks is there.
func (m *Assets) Begin(ctx context.Context, tx *sqldb.Tx) error {
	return begin(ctx, tx, identity.From(ctx).Organisation, m.now())
}

// Whose gives the organisation whose assets are asked for, own where none is named,
// if who asks may see them one by one.
func (m *Assets) Whose(ctx context.Context, organisation string) (id string, own bool, err error) {
	mine := identity.From(ctx).Organisation.ID
	if organisation == "" || organisation == mine {
		return mine, true, nil
	}
	ok, err := m.May(ctx, organisation)
	if err == nil && !ok {
		err = noSuch("enterprise")
	}
	return organisation, false, err
}
