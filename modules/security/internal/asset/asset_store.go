package asset

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

type store struct {
	db     *sqldb.DB
	vendor func(name string) string // one name for all of a vendor
}

type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// Supervises tells that who asks looks at enterprises from outside: it sees assets one by
// one with their consent only.
func Supervises(id identity.Identity) bool {
	return id.Scope.All || slices.Contains([]identity.Kind{identity.Bureau, identity.Park, identity.Responder}, id.Organisation.Kind)
}

// consented is a condition on the inventory i: its enterprise lets others look.
const consented = `i.consent_id <> '' AND (i.consent_until = 0 OR i.consent_until > ?)`

// Restrict keeps the rows of a list that who asks may see one by one; the inventory is i.
func Restrict(ctx context.Context, l *sqldb.List, now time.Time) {
	id := identity.From(ctx)
	id.Scope.Filter(l, "i.organisation_id")
	if Supervises(id) {
		l.Where(consented, now.UnixMilli())
	}
}

const (
	columns = `a.id, a.organisation_id, i.name_zh, i.name_en, a.name, a.role, a.vendor, a.product, a.model, a.order_number, a.firmware, a.serial, a.addresses, a.zone, a.zone_level, a.criticality, a.reach,
	a.responsible, a.site, a.note, a.state, a.merged_into, a.stale, a.synthetic, a.created_at, a.updated_at, a.version,
	(SELECT COUNT(*) FROM security_exposure x WHERE x.asset_id = a.id AND x.state = 'open' AND x.answer = 'affected'), (SELECT COUNT(*) FROM security_exposure x WHERE x.asset_id = a.id AND x.state = 'open' AND x.answer = 'cannot_tell')`
	tables = `security_asset a JOIN security_inventory i ON i.organisation_id = a.organisation_id`
)

func scan(r sqldb.Row) (a Asset, err error) {
	var addresses string
	var created, updated int64
	err = r.Scan(&a.ID, &a.OrganisationID, &a.Enterprise.ZH, &a.Enterprise.EN, &a.Name, &a.Role, &a.Vendor, &a.Product, &a.Model, &a.OrderNumber, &a.Firmware, &a.Serial, &addresses, &a.Zone, &a.ZoneLevel, &a.Criticality, &a.Reach,
		&a.Responsible, &a.Site, &a.Note, &a.State, &a.MergedIn, &a.Stale, &a.Synthetic, &created, &updated, &a.Version, &a.Affected, &a.Unsure)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(addresses), &a.Addresses); err != nil {
		return a, fmt.Errorf("read addresses: %w", err)
	}
	a.CreatedAt, a.UpdatedAt, a.Gaps = sqldb.Time(created), sqldb.Time(updated), a.gaps()
	return a, nil
}

type listParams struct {
	sqldb.ListParams
	Role         string `query:"role" maxLength:"30"`
	Reach        string `query:"reach" enum:"internet,remote,internal,isolated,unknown"`
	Criticality  int    `query:"criticality" minimum:"0" maximum:"4"`
	Gap          string `query:"gap" enum:"firmware,vendor,reach" doc:"Assets of which this is not known"`
	State        string `query:"state" enum:"active,retired,merged" doc:"Active ones, where nothing is said"`
	Organisation string `query:"organisation" maxLength:"40" doc:"ID of an enterprise"`
}

func (s store) list(ctx context.Context, in listParams, now time.Time) (sqldb.Page[Asset], error) {
	l := sqldb.List{
		Select: columns, From: tables, Key: "a.id", Order: "name",
		Sort:   map[string]string{"name": "a.name", "vendor": "a.vendor", "criticality": "a.criticality", "firmware": "a.firmware", "site": "a.site", "created_at": "a.created_at", "updated_at": "a.updated_at"},
		Search: []string{"a.name", "a.vendor", "a.product", "a.model", "a.order_number", "a.serial", "a.site", "a.zone", "a.addresses"},
	}
	state := in.State
	if state == "" {
		state = Active
	}
	l.Where("a.state = ?", state).WhereIf("a.role = ?", in.Role).WhereIf("a.reach = ?", in.Reach).WhereIf("a.organisation_id = ?", in.Organisation)
	if in.Criticality > 0 {
		l.Where("a.criticality = ?", in.Criticality)
	}
	switch in.Gap {
	case "firmware":
		l.Where("a.firmware = ''")
	case "vendor":
		l.Where("a.vendor = ''")
	case "reach":
		l.Where("a.reach = 'unknown'")
	}
	Restrict(ctx, &l, now)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scan)
}

// seen reads an asset that who asks may see.
func (s store) seen(ctx context.Context, db reader, id string, now time.Time) (Asset, error) {
	a, err := scan(db.QueryRow(ctx, `SELECT `+columns+` FROM `+tables+` WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Asset{}, noSuch("asset")
	}
	if err != nil {
		return Asset{}, fmt.Errorf("read asset: %w", err)
	}
	ok, err := s.may(ctx, db, a.OrganisationID, now)
	if err == nil && !ok {
		err = noSuch("asset")
	}
	if err != nil {
		return Asset{}, err
	}
	return a, nil
}

// may tells whether who asks may see assets of an organisation one by one.
func (s store) may(ctx context.Context, db reader, organisation string, now time.Time) (bool, error) {
	id := identity.From(ctx)
	if !id.Scope.Allows(organisation) {
		return false, nil
	}
	if !Supervises(id) {
		return true, nil
	}
	n := 0
	err := db.QueryRow(ctx, `SELECT COUNT(*) FROM security_inventory i WHERE i.organisation_id = $2 AND `+strings.Replace(consented, "?", "$1", 1), now.UnixMilli(), organisation).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read consent: %w", err)
	}
	return n > 0, nil
}

// hand is who does something.
type hand struct{ actor, name string }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

// begin makes sure that the inventory of an organisation is there.
func begin(ctx context.Context, tx *sqldb.Tx, o identity.Organisation, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_inventory (organisation_id, name_zh, name_en, district, industry, synthetic, updated_at) VALUES ($1, $2, $3, $4, '', $5, $6)
		ON CONFLICT (organisation_id) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, district = excluded.district, synthetic = excluded.synthetic`,
		o.ID, o.Name.ZH, o.Name.EN, o.District, o.Synthetic, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("begin inventory: %w", err)
	}
	return nil
}

func (s store) insert(ctx context.Context, tx *sqldb.Tx, a Asset, by hand) error {
	addresses, err := json.Marshal(a.Addresses)
	if err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_asset (id, organisation_id, name, role, vendor, vendor_key, product, model, order_number, firmware, serial, addresses, zone, zone_level, criticality, reach, responsible, site, note, state, synthetic, stale, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, TRUE, $22, $22)`,
		a.ID, a.OrganisationID, a.Name, a.Role, a.Vendor, s.vendor(a.Vendor), a.Product, a.Model, a.OrderNumber, a.Firmware, a.Serial, string(addresses), a.Zone, a.ZoneLevel, a.Criticality, a.Reach, a.Responsible, a.Site, a.Note, a.State, a.Synthetic, a.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert asset: %w", err)
	}
	if err := s.keep(ctx, tx, a); err != nil {
		return err
	}
	return step(ctx, tx, a.ID, "declared", []Change{}, by, a.CreatedAt)
}

// keep keeps what an asset is known again by: only while it is active.
func (s store) keep(ctx context.Context, tx *sqldb.Tx, a Asset) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_asset_key WHERE asset_id = $1`, a.ID); err != nil {
		return fmt.Errorf("forget keys: %w", err)
	}
	if a.State != Active {
		return nil
	}
	for _, k := range a.marks(s.vendor) {
		if _, err := tx.Exec(ctx, `INSERT INTO security_asset_key (asset_id, organisation_id, rank, value) VALUES ($1, $2, $3, $4)`, a.ID, a.OrganisationID, k.Rank, k.Value); err != nil {
			return fmt.Errorf("keep key: %w", err)
		}
	}
	return nil
}

func step(ctx context.Context, tx *sqldb.Tx, id, kind string, list []Change, by hand, now time.Time) error {
	fields, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write changes: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_asset_step (asset_id, number, at, actor, actor_name, kind, fields)
		SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM security_asset_step WHERE asset_id = $1`, id, now.UnixMilli(), by.actor, by.name, kind, string(fields))
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// save keeps what an asset has become, with its step.
func (s store) save(ctx context.Context, tx *sqldb.Tx, before, a Asset, kind string, by hand) error {
	list := changes(before.Facts, a.Facts)
	if len(list) == 0 && before.State == a.State {
		return nil
	}
	addresses, err := json.Marshal(a.Addresses)
	if err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE security_asset SET name = $1, role = $2, vendor = $3, vendor_key = $4, product = $5, model = $6, order_number = $7, firmware = $8, serial = $9, addresses = $10, zone = $11, zone_level = $12, criticality = $13, reach = $14,
		responsible = $15, site = $16, note = $17, state = $18, merged_into = $19, updated_at = $20, stale = TRUE, version = version + 1 WHERE id = $21 AND version = $22`,
		a.Name, a.Role, a.Vendor, s.vendor(a.Vendor), a.Product, a.Model, a.OrderNumber, a.Firmware, a.Serial, string(addresses), a.Zone, a.ZoneLevel, a.Criticality, a.Reach,
		a.Responsible, a.Site, a.Note, a.State, a.MergedIn, a.UpdatedAt.UnixMilli(), a.ID, before.Version)
	if err != nil {
		return fmt.Errorf("update asset: %w", err)
	}
	if n == 0 {
		return stale()
	}
	if err := s.keep(ctx, tx, a); err != nil {
		return err
	}
	if err := step(ctx, tx, a.ID, kind, list, by, a.UpdatedAt); err != nil {
		return err
	}
	tx.Changed("security_asset", a.ID, before, a)
	return nil
}

// HistoryStep is one in the history of an asset.
type HistoryStep struct {
	Number  int64     `json:"number"`
	At      time.Time `json:"at" title:"时间|When"`
	Name    string    `json:"name" title:"操作人|Who"`
	Kind    string    `json:"kind" enum:"declared,changed,imported,retired,restored,merged,merged_away,unmerged" title:"操作|What"`
	Changes []Change  `json:"changes" nullable:"false"`
}

func (s store) history(ctx context.Context, id string, p sqldb.ListParams) (sqldb.Page[HistoryStep], error) {
	l := sqldb.List{Select: "s.number, s.at, s.actor_name, s.kind, s.fields", From: "security_asset_step s", Key: "CAST(s.number AS TEXT)", Order: "-number", Sort: map[string]string{"number": "s.number", "at": "s.at"}}
	l.Where("s.asset_id = ?", id)
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (x HistoryStep, err error) {
		var at int64
		var fields string
		if err = r.Scan(&x.Number, &at, &x.Name, &x.Kind, &fields); err != nil {
			return x, err
		}
		x.At = sqldb.Time(at)
		return x, json.Unmarshal([]byte(fields), &x.Changes)
	})
}
