package asset

import (
	"context"
	"time"

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
	// WayZones is zones and conduits.
	WayZones = "zones"
	// WayExposures is a list or a page of what advisories mean for assets.
	WayExposures = "exposures"
	// WayComparison is what is planned, declared and seen, beside each other.
	WayComparison = "comparison"
	// WayPlans is plans of assets, with what they say.
	WayPlans = "plans"
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

type describeInventoryInput struct {
	Body struct {
		Industry string `json:"industry" maxLength:"3"`
	}
}

type inventoryConsentInput struct {
	Body struct {
		Purpose string     `json:"purpose" maxLength:"300" doc:"What the city may look at the assets for"`
		Until   *time.Time `json:"until,omitempty" doc:"Until when; nothing: until it is withdrawn"`
	}
}

type withdrawConsentInput struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"300"`
	}
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
	Way    string    `json:"way" enum:"page,list,exposures,zones,comparison,plans" title:"方式|Way"`
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
