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
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// The ways in which somebody was given assets of an enterprise.
const (
	wayPage = "page"
	wayList = "list"
	// WayExposures is a list or a page of what advisories mean for assets.
	WayExposures = "exposures"
)

func (m *Assets) inventoryRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /inventory", Permission: mayView, Summary: "The inventory of one's own enterprise: how much it holds, what is missing, who may look", Handler: httpd.JSON(m.inventory)},
		{Pattern: "PUT /inventory", Permission: mayWrite, Summary: "Say of which industry the enterprise is, for the city's figures", Handler: httpd.JSON(m.describe)},
		{Pattern: "POST /inventory/consent", Permission: mayConsent, Summary: "Let the city see the assets one by one", Handler: httpd.JSON(m.consent)},
		{Pattern: "POST /inventory/withdrawal", Permission: mayConsent, Summary: "Let the city see figures only, from now on", Handler: httpd.JSON(m.withdraw)},
		{Pattern: "GET /inventory/consents", Permission: mayView, Summary: "Consents that the enterprise gave and withdrew", Handler: httpd.List(m.consents)},
		{Pattern: "GET /inventory/accesses", Permission: mayView, Summary: "Who of others was given assets of the enterprise", Handler: httpd.List(m.accesses)},
	}
}

// Inventory is what an enterprise declares, as a whole.
type Inventory struct {
	Industry     string     `json:"industry" doc:"Division of GB/T 4754, such as C34"`
	Consented    bool       `json:"consented" doc:"The city sees the assets one by one"`
	ConsentUntil *time.Time `json:"consent_until,omitempty"`
	Assets       int        `json:"assets" doc:"Active ones"`
	NoFirmware   int        `json:"no_firmware" doc:"Of them, without a firmware version"`
	NoVendor     int        `json:"no_vendor"`
	NoReach      int        `json:"no_reach" doc:"Of them, not known from where they can be reached"`
	Pairs        int        `json:"pairs" doc:"Pairs that are likely one asset twice"`
	Version      int64      `json:"version"`
}

func (m *Assets) inventory(ctx context.Context, _ nothing) (Inventory, error) {
	id := identity.From(ctx)
	return m.store.inventory(ctx, id.Organisation.ID, m.now())
}

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

type describeInventoryInput struct {
	Body struct {
		Industry string `json:"industry" maxLength:"3"`
	}
}

func (m *Assets) describe(ctx context.Context, in describeInventoryInput) (Inventory, error) {
	o, err := ours(ctx)
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

type inventoryConsentInput struct {
	Body struct {
		Purpose string     `json:"purpose" maxLength:"300" doc:"What the city may look at the assets for"`
		Until   *time.Time `json:"until,omitempty" doc:"Until when; nothing: until it is withdrawn"`
	}
}

func (m *Assets) consent(ctx context.Context, in inventoryConsentInput) (Inventory, error) {
	o, err := ours(ctx)
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

type withdrawConsentInput struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
}

func (m *Assets) withdraw(ctx context.Context, in withdrawConsentInput) (Inventory, error) {
	o, err := ours(ctx)
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

// InventoryConsent is one that an enterprise gave.
type InventoryConsent struct {
	ID          string     `json:"id"`
	Purpose     string     `json:"purpose" title:"用途|Purpose"`
	GivenAt     time.Time  `json:"given_at" title:"同意时间|Given"`
	Name        string     `json:"name" title:"同意人|By"`
	Until       *time.Time `json:"until,omitempty" title:"期限|Until"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" title:"撤回时间|Withdrawn"`
	WithdrawnBy string     `json:"withdrawn_by" title:"撤回人|Withdrawn by"`
	Why         string     `json:"why" title:"撤回原因|Why"`
}

func (m *Assets) consents(ctx context.Context, in sqldb.ListParams) (sqldb.Page[InventoryConsent], error) {
	l := sqldb.List{Select: "c.id, c.purpose, c.given_at, c.actor_name, c.until_at, c.withdrawn_at, c.withdrawn_by_name, c.withdrawn_why", From: "security_consent c", Key: "c.id", Order: "-given_at", Sort: map[string]string{"given_at": "c.given_at"}}
	l.Where("c.organisation_id = ?", identity.From(ctx).Organisation.ID)
	return sqldb.Fetch(ctx, m.kit.DB, l, in, func(r sqldb.Row) (c InventoryConsent, err error) {
		var given, until, withdrawn int64
		err = r.Scan(&c.ID, &c.Purpose, &given, &c.Name, &until, &withdrawn, &c.WithdrawnBy, &c.Why)
		c.GivenAt, c.Until, c.WithdrawnAt = sqldb.Time(given), sqldb.Instant(until), sqldb.Instant(withdrawn)
		return c, err
	})
}

// InventoryLook says that somebody of others was given assets of an enterprise.
type InventoryLook struct {
	Key    string    `json:"key"`
	Day    string    `json:"day" title:"日期|Day"`
	Name   string    `json:"name" title:"查阅人|Who"`
	Reader lang.Text `json:"organisation" title:"机构|Organisation"`
	Way    string    `json:"way" enum:"page,list,exposures" title:"方式|Way"`
	Assets int       `json:"assets" doc:"At most at once" title:"资产数|Assets"`
	Times  int       `json:"times" doc:"On this day" title:"次数|Times"`
	At     time.Time `json:"at" title:"最近一次|Last"`
}

func (m *Assets) accesses(ctx context.Context, in sqldb.ListParams) (sqldb.Page[InventoryLook], error) {
	key := "x.day || ' ' || x.actor || ' ' || x.way"
	l := sqldb.List{Select: key + ", x.day, x.actor_name, x.reader_zh, x.reader_en, x.way, x.assets, x.times, x.at", From: "security_asset_access x", Key: key, Order: "-at", Sort: map[string]string{"at": "x.at", "times": "x.times"}}
	l.Where("x.organisation_id = ?", identity.From(ctx).Organisation.ID)
	return sqldb.Fetch(ctx, m.kit.DB, l, in, func(r sqldb.Row) (x InventoryLook, err error) {
		var at int64
		err = r.Scan(&x.Key, &x.Day, &x.Name, &x.Reader.ZH, &x.Reader.EN, &x.Way, &x.Assets, &x.Times, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
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
