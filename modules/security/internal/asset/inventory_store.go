package asset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

func (s store) inventory(ctx context.Context, organisation string, now time.Time) (v Inventory, err error) {
	var consent string
	var until int64
	err = s.db.QueryRow(ctx, `SELECT i.industry, i.consent_id, i.consent_until, i.version FROM security_inventory i WHERE i.organisation_id = $1`, organisation).Scan(&v.Industry, &consent, &until, &v.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return v, nil
	}
	if err == nil {
		err = s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN firmware = '' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN vendor = '' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN reach = 'unknown' THEN 1 ELSE 0 END), 0)
			FROM security_asset WHERE organisation_id = $1 AND state = 'active'`, organisation).Scan(&v.Assets, &v.NoFirmware, &v.NoVendor, &v.NoReach)
	}
	if err != nil {
		return v, fmt.Errorf("read inventory: %w", err)
	}
	if v.Consented = consent != "" && (until == 0 || until > now.UnixMilli()); v.Consented {
		v.ConsentUntil = sqldb.Instant(until)
	}
	pairs, err := s.pairs(ctx, organisation)
	v.Pairs = len(pairs)
	return v, err
}

func (m *Assets) describe(ctx context.Context, in describeInventoryInput) (Inventory, error) {
	o, err := Ours(ctx)
	if err != nil {
		return Inventory{}, err
	}
	if !regexp.MustCompile(`^[A-T][0-9]{0,2}$`).MatchString(in.Body.Industry) {
		return Inventory{}, fault.New(fault.Invalid, "security.inventory.industry", "this is no industry").At("body.industry", "a section or division of GB/T 4754, such as C34")
	}
	now := m.now()
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := begin(ctx, tx, o, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE security_inventory SET industry = $1, updated_at = $2, version = version + 1 WHERE organisation_id = $3`, in.Body.Industry, now.UnixMilli(), o.ID)
		tx.Changed("security_inventory", o.ID, nil, in.Body)
		return err
	})
	if err != nil {
		return Inventory{}, err
	}
	return m.store.inventory(ctx, o.ID, now)
}

func (m *Assets) consent(ctx context.Context, in inventoryConsentInput) (Inventory, error) {
	o, err := Ours(ctx)
	if err != nil {
		return Inventory{}, err
	}
	now, by, id := m.now(), handOf(ctx), ulid.Make().String()
	bad := fault.New(fault.Invalid, "security.consent.invalid", "the consent is incomplete or wrong")
	if in.Body.Purpose == "" {
		bad = bad.At("body.purpose", "say what the city may look at the assets for")
	}
	if in.Body.Until != nil && !in.Body.Until.After(now) {
		bad = bad.At("body.until", "a time to come")
	}
	if len(bad.Fields) > 0 {
		return Inventory{}, bad
	}
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := begin(ctx, tx, o, now); err != nil {
			return err
		}
		if err := closeConsents(ctx, tx, o.ID, by, "", now); err != nil {
			return err
		}
		until := sqldb.InstantMillis(in.Body.Until)
		if _, err := tx.Exec(ctx, `INSERT INTO security_consent (id, organisation_id, purpose, given_at, until_at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, o.ID, in.Body.Purpose, now.UnixMilli(), until, by.actor, by.name); err != nil {
			return fmt.Errorf("give consent: %w", err)
		}
		_, err := tx.Exec(ctx, `UPDATE security_inventory SET consent_id = $1, consent_until = $2, updated_at = $3, version = version + 1 WHERE organisation_id = $4`, id, until, now.UnixMilli(), o.ID)
		tx.Changed("security_consent", id, nil, in.Body)
		return err
	})
	if err != nil {
		return Inventory{}, err
	}
	return m.store.inventory(ctx, o.ID, now)
}

// closeConsents ends those that still stand.
func closeConsents(ctx context.Context, tx *sqldb.Tx, organisation string, by hand, why string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE security_consent SET withdrawn_at = $1, withdrawer = $2, withdrawn_by_name = $3, withdrawn_why = $4 WHERE organisation_id = $5 AND withdrawn_at = 0`, now.UnixMilli(), by.actor, by.name, why, organisation)
	if err != nil {
		return fmt.Errorf("end consents: %w", err)
	}
	return nil
}

func (m *Assets) withdraw(ctx context.Context, in withdrawConsentInput) (Inventory, error) {
	o, err := Ours(ctx)
	if err != nil {
		return Inventory{}, err
	}
	now := m.now()
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := closeConsents(ctx, tx, o.ID, handOf(ctx), in.Body.Reason, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE security_inventory SET consent_id = '', consent_until = 0, updated_at = $1, version = version + 1 WHERE organisation_id = $2`, now.UnixMilli(), o.ID)
		tx.Changed("security_inventory", o.ID, nil, map[string]string{"consent": "withdrawn", "reason": in.Body.Reason})
		return err
	})
	if err != nil {
		return Inventory{}, err
	}
	return m.store.inventory(ctx, o.ID, now)
}

// Looked writes down that who asks was given assets of enterprises, so many of each. An
// enterprise that reads its own is not told so.
func (m *Assets) Looked(ctx context.Context, way string, seen map[string]int) error {
	id := identity.From(ctx)
	if !Supervises(id) || len(seen) == 0 {
		return nil
	}
	now := m.now()
	day := now.In(time.FixedZone("Asia/Shanghai", 8*3600)).Format(time.DateOnly)
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for organisation, n := range seen {
			_, err := tx.Exec(ctx, `INSERT INTO security_asset_access (organisation_id, day, actor, way, actor_name, reader_zh, reader_en, assets, times, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
				ON CONFLICT (organisation_id, day, actor, way) DO UPDATE SET times = security_asset_access.times + 1, at = excluded.at, actor_name = excluded.actor_name,
				assets = CASE WHEN excluded.assets > security_asset_access.assets THEN excluded.assets ELSE security_asset_access.assets END`,
				organisation, day, id.Actor(), way, id.Name, id.Organisation.Name.ZH, id.Organisation.Name.EN, n, now.UnixMilli())
			if err != nil {
				return fmt.Errorf("note who was given assets: %w", err)
			}
		}
		return nil
	})
}
