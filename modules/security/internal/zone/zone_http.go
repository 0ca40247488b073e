package zone

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

// The permissions of zones.
const (
	maySee     = "security.zone.view"
	mayDeclare = "security.zone.declare"

	topic    = "security.zones"
	lookedAt = "zones"
)

// Looks notes that the caller looked at what is of a sensor of another organisation.
type Looks interface {
	Look(ctx context.Context, sensor, what string) error
}

// Assets tells whose assets the caller may see one by one, and notes who was given them.
type Assets interface {
	May(ctx context.Context, organisation string) (bool, error)
	Looked(ctx context.Context, way string, seen map[string]int) error
}

// Zones is the part of the room.
type Zones struct {
	kit    *module.Kit
	looks  Looks
	assets Assets
	store  store
	clock  func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, looks Looks, assets Assets, clock func() time.Time) *Zones {
	return &Zones{kit: kit, looks: looks, assets: assets, store: store{kit.DB}, clock: clock}
}

func (m *Zones) now() time.Time { return m.clock().UTC().Truncate(time.Millisecond) }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: maySee, Title: lang.Text{ZH: "查看区域与导管", EN: "View zones and conduits"}, Roles: everyone},
		{ID: mayDeclare, Title: lang.Text{ZH: "声明和执行导管", EN: "Declare and enforce conduits"}, Roles: []identity.Role{identity.Manager}},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: maySee}} }

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "区域与导管", EN: "Zones and conduits"}, Path: "/security/zones", Icon: "zones", Permission: maySee}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_conduit", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "client_zone", "server_zone", "updated_at"}},
		{Table: "security_zone_plan", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"enforced", "at"}},
	}
}

// Routes are the doors.
func (m *Zones) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /zone-plans", Permission: maySee, Sensitive: true, Summary: "Enterprises whose zones one may see, and how far they declared conduits", Handler: httpd.List(m.plans)},
		{Pattern: "GET /zones", Permission: maySee, Sensitive: true, Summary: "The zones of an enterprise, its conduits, and what sensors saw between zones beside them", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /zones/enforcement", Permission: mayDeclare, Summary: "Enforce the conduits of one's own organisation, or stop that: what none covers is an alert", Handler: httpd.JSON(m.enforce)},
		{Pattern: "POST /zones/takeover", Permission: mayDeclare, Summary: "Declare what was seen between zones and no conduit covers, as conduits that let just that pass", Handler: httpd.JSON(m.take)},
		{Pattern: "GET /conduits", Permission: maySee, Sensitive: true, Summary: "Conduits that one may see", Handler: httpd.List(m.list)},
		{Pattern: "POST /conduits", Permission: mayDeclare, Summary: "Declare a conduit between zones of one's own organisation", Handler: httpd.Created(m.declare)},
		{Pattern: "GET /conduits/{id}", Permission: maySee, Sensitive: true, Summary: "A conduit", Handler: httpd.JSON(m.one)},
		{Pattern: "PUT /conduits/{id}", Permission: mayDeclare, Summary: "Change a conduit of one's own organisation", Handler: httpd.JSON(m.edit)},
		{Pattern: "DELETE /conduits/{id}", Permission: mayDeclare, Summary: "Take a conduit of one's own organisation away", Handler: httpd.JSON(m.remove)},
	}
}

func (m *Zones) plans(ctx context.Context, in zonePlanParams) (sqldb.Page[Declaration], error) {
	page, err := m.store.plans(ctx, in, m.now())
	own := identity.From(ctx).Organisation.ID
	seen := map[string]int{}
	for i := range page.Items {
		p := &page.Items[i]
		p.Own = p.OrganisationID == own
		seen[p.OrganisationID] = 0
	}
	if err != nil {
		return page, err
	}
	return page, m.assets.Looked(ctx, asset.WayZones, seen)
}

// Detail is what an enterprise declared of its zones, beside what was seen.
type Detail struct {
	Declaration
	Shown         []Area         `json:"shown" nullable:"false" doc:"Zones that assets have"`
	Ways          []Conduit      `json:"ways" nullable:"false" doc:"The conduits"`
	Flows         []Flow         `json:"flows" nullable:"false" doc:"What zones ask of each other, seen or declared"`
	Unplaced      []UnplacedHost `json:"unplaced" nullable:"false" doc:"Addresses in no zone, the last to speak first, 200 at most"`
	UnplacedTotal int            `json:"unplaced_total"`
	Sensors       int            `json:"sensors" doc:"Whose conversations are compared"`
	Hidden        int            `json:"hidden" doc:"Sensors that are not open to the caller in detail; what they saw is missing here"`
	Beyond        int64          `json:"beyond" doc:"Conversations that sensors saw and that there is no room for, at the sensors or here; they are missing"`
	Protocols     []string       `json:"protocols" nullable:"false" doc:"That a conduit may name"`
	May           bool           `json:"may" doc:"The caller may declare and enforce"`
}

// theirs refuses who may not see the zones of an organisation, and says what they asked for.
func (m *Zones) theirs(ctx context.Context, organisation, what string) error {
	ok, err := m.assets.May(ctx, organisation)
	if err == nil && !ok {
		return noSuch(what)
	}
	return err //nolint:wrapcheck // it says all
}

type readZonesInput struct {
	Organisation string `query:"organisation" maxLength:"40" doc:"ID of an enterprise; nothing: one's own organisation"`
}

func (m *Zones) read(ctx context.Context, in readZonesInput) (d Detail, err error) {
	who := identity.From(ctx)
	organisation := in.Organisation
	if organisation == "" {
		organisation = who.Organisation.ID
	}
	own := organisation == who.Organisation.ID
	if !own {
		if err := m.theirs(ctx, organisation, "plan of zones"); err != nil {
			return d, err
		}
	}
	if d.Declaration, err = planOf(ctx, m.kit.DB, organisation); err != nil {
		return d, err
	}
	d.Own, d.May, d.Protocols = own, own && who.May(mayDeclare) && !asset.Supervises(who), protocols()
	sensors, err := m.fill(ctx, &d)
	if err != nil || own {
		return d, err
	}
	for _, id := range sensors {
		if err := m.looks.Look(ctx, id, lookedAt); err != nil {
			return d, err //nolint:wrapcheck // it says all
		}
	}
	return d, m.assets.Looked(ctx, asset.WayZones, map[string]int{organisation: d.placed()})
}

func (d Detail) placed() (n int) {
	for _, z := range d.Shown {
		n += z.Assets
	}
	return n
}

// fill reads what was declared and what was seen; it returns whose conversations those are.
func (m *Zones) fill(ctx context.Context, d *Detail) (sensors []string, err error) {
	assets, err := asset.PlacedOf(ctx, m.kit.DB, d.OrganisationID)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	if d.Ways, err = conduitsOf(ctx, m.kit.DB, d.OrganisationID); err != nil {
		return nil, err
	}
	d.Shown = zones(assets, d.Ways)
	slices.SortFunc(d.Shown, func(a, b Area) int { return strings.Compare(a.Name, b.Name) })
	if sensors, d.Hidden, d.Beyond, err = sensorsOf(ctx, m.kit.DB, d.OrganisationID); err != nil {
		return nil, err
	}
	d.Sensors = len(sensors)
	list, more, err := said(ctx, m.kit.DB, sensors, mostSpoken)
	if err != nil {
		return nil, err
	}
	d.Beyond += more
	plan := NewPlan(hostsOf(assets), waysOf(d.Ways))
	d.Flows, d.Unplaced = plan.flows(list), plan.unplaced(list)
	d.UnplacedTotal = len(d.Unplaced)
	d.Unplaced = d.Unplaced[:min(len(d.Unplaced), mostUnplaced)]
	return sensors, nil
}

// ours is the enterprise of who asks, which declares for itself only.
func ours(ctx context.Context) (identity.Identity, error) {
	id := identity.From(ctx)
	if asset.Supervises(id) {
		return id, fault.New(fault.Forbidden, "security.zone.theirs", "each enterprise declares its own conduits")
	}
	return id, nil
}

type enforceConduitsInput struct {
	httpd.IfMatch
	Body struct {
		Enforced bool   `json:"enforced"`
		Reason   string `json:"reason" maxLength:"1000" doc:"It stays with the plan"`
	}
}

func (m *Zones) enforce(ctx context.Context, in enforceConduitsInput) (Detail, error) {
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	who, err := ours(ctx)
	if err != nil {
		return Detail{}, err
	}
	reason := strings.TrimSpace(in.Body.Reason)
	if reason == "" {
		return Detail{}, fault.New(fault.Invalid, "security.zone.reason", "say why").At("body.reason", "say why; it stays with the conduits")
	}
	err = m.store.change(ctx, who.Organisation.ID, m.now(), func(tx *sqldb.Tx, p Declaration) error {
		switch {
		case p.Version != version:
			return stale()
		case p.Enforced == in.Body.Enforced:
			return fault.New(fault.Conflict, "security.zone.same", "the conduits stand so already")
		case in.Body.Enforced && p.Conduits == 0:
			return fault.New(fault.Conflict, "security.zone.none", "no conduit is declared: everything between zones would be an alert")
		}
		return enforce(ctx, tx, p, in.Body.Enforced, reason)
	})
	if err != nil {
		return Detail{}, err
	}
	return m.changed(ctx, who.Organisation.ID)
}

func (m *Zones) changed(ctx context.Context, organisation string) (Detail, error) {
	m.kit.Notify(topic, "", organisation)
	return m.read(ctx, readZonesInput{})
}

func (m *Zones) list(ctx context.Context, in conduitParams) (sqldb.Page[Conduit], error) {
	page, err := m.store.conduits(ctx, in, m.now())
	if err != nil {
		return page, err
	}
	seen := map[string]int{}
	for _, c := range page.Items {
		seen[c.OrganisationID] = 0
	}
	return page, m.assets.Looked(ctx, asset.WayZones, seen)
}

func (m *Zones) one(ctx context.Context, in httpd.Object) (Conduit, error) {
	c, err := conduitOf(ctx, m.kit.DB, in.ID)
	if err != nil {
		return c, err
	}
	if err := m.theirs(ctx, c.OrganisationID, "conduit"); err != nil {
		return Conduit{}, err
	}
	return c, m.assets.Looked(ctx, asset.WayZones, map[string]int{c.OrganisationID: 0})
}

type declareConduitInput struct{ Body ConduitFacts }

func (m *Zones) declare(ctx context.Context, in declareConduitInput) (Conduit, error) {
	who, err := ours(ctx)
	if err != nil {
		return Conduit{}, err
	}
	now := m.now()
	c := Conduit{ID: ulid.Make().String(), OrganisationID: who.Organisation.ID, ConduitFacts: in.Body.tidy(), CreatedAt: now, UpdatedAt: now, By: who.Name, Version: 1, actor: who.Actor()}
	err = m.store.change(ctx, c.OrganisationID, now, func(tx *sqldb.Tx, _ Declaration) error {
		zones, err := known(ctx, tx, c.OrganisationID)
		if err != nil {
			return err
		}
		if err := c.check(zones); err != nil {
			return err
		}
		c.ConduitFacts = c.settled()
		return insert(ctx, tx, c)
	})
	if err != nil {
		return Conduit{}, err
	}
	m.kit.Notify(topic, "", c.OrganisationID)
	return c, nil
}

// mine changes a conduit of the caller's own organisation.
func (m *Zones) mine(ctx context.Context, id string, match httpd.IfMatch, do func(tx *sqldb.Tx, p Declaration, c Conduit) error) error {
	version, err := match.Expected()
	if err != nil {
		return err
	}
	who, err := ours(ctx)
	if err != nil {
		return err
	}
	err = m.store.change(ctx, who.Organisation.ID, m.now(), func(tx *sqldb.Tx, p Declaration) error {
		c, err := conduitOf(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case c.OrganisationID != who.Organisation.ID:
			return noSuch("conduit")
		case c.Version != version:
			return stale()
		}
		return do(tx, p, c)
	})
	if err == nil {
		m.kit.Notify(topic, "", who.Organisation.ID)
	}
	return err
}

type editConduitInput struct {
	httpd.Object
	httpd.IfMatch
	Body ConduitFacts
}

func (m *Zones) edit(ctx context.Context, in editConduitInput) (Conduit, error) {
	facts := in.Body.tidy()
	err := m.mine(ctx, in.ID, in.IfMatch, func(tx *sqldb.Tx, _ Declaration, before Conduit) error {
		zones, err := known(ctx, tx, before.OrganisationID)
		if err != nil {
			return err
		}
		if err := facts.check(func(zone string) bool { return zone == before.ClientZone || zone == before.ServerZone || zones(zone) }); err != nil {
			return err
		}
		after := before
		who := identity.From(ctx)
		after.ConduitFacts, after.UpdatedAt, after.actor, after.By, after.Version = facts.settled(), m.now(), who.Actor(), who.Name, before.Version+1
		return save(ctx, tx, before, after)
	})
	if err != nil {
		return Conduit{}, err
	}
	return conduitOf(ctx, m.kit.DB, in.ID)
}

type removeConduitInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Zones) remove(ctx context.Context, in removeConduitInput) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.mine(ctx, in.ID, in.IfMatch, func(tx *sqldb.Tx, p Declaration, c Conduit) error {
		return remove(ctx, tx, p, c)
	})
}

// FlowTaken names what one zone asks of another.
type FlowTaken struct {
	ClientZone string `json:"client_zone" maxLength:"60"`
	ServerZone string `json:"server_zone" maxLength:"60"`
}

type takeFlowsInput struct {
	Body struct {
		Flows       []FlowTaken `json:"flows" minItems:"1" maxItems:"100" doc:"From which zones into which; what no conduit covers there is declared"`
		Commands    bool        `json:"commands" doc:"Commands that were seen may pass; false: reading only"`
		Note        string      `json:"note" maxLength:"500" doc:"It stays with the conduits"`
		Responsible string      `json:"responsible" maxLength:"60"`
	}
}

func (m *Zones) take(ctx context.Context, in takeFlowsInput) (Detail, error) {
	who, err := ours(ctx)
	if err != nil {
		return Detail{}, err
	}
	now := m.now()
	c := Conduit{OrganisationID: who.Organisation.ID, CreatedAt: now, UpdatedAt: now, By: who.Name, Version: 1, actor: who.Actor()}
	c.Note, c.Responsible = strings.TrimSpace(in.Body.Note), strings.TrimSpace(in.Body.Responsible)
	err = m.store.change(ctx, who.Organisation.ID, now, func(tx *sqldb.Tx, _ Declaration) error {
		have, flows, err := seen(ctx, tx, who.Organisation.ID)
		if err != nil {
			return err
		}
		for i, x := range in.Body.Flows {
			at := slices.IndexFunc(flows, func(f Flow) bool { return f.ClientZone == x.ClientZone && f.ServerZone == x.ServerZone })
			var ways []Way
			if at >= 0 {
				ways = flows[at].wanted(in.Body.Commands)
			}
			if len(ways) == 0 {
				return fault.New(fault.Conflict, "security.zone.nothing", "nothing was seen there that no conduit covers and that this would let pass").
					At(fmt.Sprintf("body.flows[%d]", i), "what is undeclared; let commands pass where only those are left")
			}
			for _, w := range ways {
				c.Way = w
				done, err := take(ctx, tx, have, c)
				if err != nil {
					return err
				}
				have = append(have, done)
			}
			flows[at].Lines = nil // named twice, it has nothing left
		}
		return nil
	})
	if err != nil {
		return Detail{}, err
	}
	return m.changed(ctx, who.Organisation.ID)
}

// seen is what an organisation declared, and what its sensors saw beside it.
func seen(ctx context.Context, db Reader, organisation string) ([]Conduit, []Flow, error) {
	have, err := conduitsOf(ctx, db, organisation)
	if err != nil {
		return nil, nil, err
	}
	hosts, err := HostsOf(ctx, db, organisation)
	if err != nil {
		return nil, nil, err
	}
	sensors, _, _, err := sensorsOf(ctx, db, organisation)
	if err != nil {
		return nil, nil, err
	}
	list, _, err := said(ctx, db, sensors, mostSpoken)
	return have, NewPlan(hosts, waysOf(have)).flows(list), err
}
