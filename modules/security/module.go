package security

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/lib/csaf"
	"linghang/modules/security/internal/advisory"
	"linghang/modules/security/internal/asset"
	"linghang/modules/security/internal/awareness"
	"linghang/modules/security/internal/baseline"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/detection"
	"linghang/modules/security/internal/duty"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/ferry"
	"linghang/modules/security/internal/incident"
	"linghang/modules/security/internal/intel"
	"linghang/modules/security/internal/notice"
	"linghang/modules/security/internal/ocsf"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/planned"
	"linghang/modules/security/internal/protection"
	"linghang/modules/security/internal/publish"
	"linghang/modules/security/internal/received"
	"linghang/modules/security/internal/second"
	"linghang/modules/security/internal/sensor"
	"linghang/modules/security/internal/upward"
	"linghang/modules/security/internal/zone"
	"linghang/modules/security/securityevent"
)

//go:embed migrations/*.sql
var migrations embed.FS

// mayView is the permission to see what concerns one's own organisation.
const mayView = "security.view"

// Organisations is the register of organisations: to whom notices go, and who works on incidents.
type Organisations interface {
	notice.Organisations
	incident.People
}

// What the bridge to the on-call rotas of another room speaks of.
type (
	// Rotas are the on-call rotas of the city.
	Rotas = duty.Rotas
	// Rota is one of them.
	Rota = duty.Rota
	// Shift is a time in which the same person is on duty.
	Shift = duty.Shift
)

// Module is the room.
type Module struct {
	clocks     *clock.Clocks
	notices    *notice.Desk
	incidents  *incident.Incidents
	assets     *asset.Assets
	planned    *planned.Planned
	advisories *advisory.Advisories
	publisher  *publish.Provider
	sensors    *sensor.Sensors
	detection  *detection.Detection
	baselines  *baseline.Baselines
	zones      *zone.Zones
	awareness  *awareness.Awareness
	exchange   *exchange.Exchange
	upward     *upward.Upward
	ferry      *ferry.Ferry
	received   *received.Received
	duty       *duty.Desk
	protection *protection.Protection
	intel      *intel.Intel
	ocsf       *ocsf.Feed

	kit           *module.Kit
	organisations Organisations
	now           func() time.Time
	broken        error // the configuration or the schemas of CSAF cannot be read
}

// New returns the room. rotas is the bridge to who is on duty; without one nobody ever is.
func New(kit *module.Kit, organisations Organisations, rotas Rotas) *Module {
	m := &Module{kit: kit, organisations: organisations, now: time.Now}
	now := func() time.Time { return m.now() }
	m.clocks = clock.New(kit, now)
	m.clocks.Healthy()
	m.notices = notice.New(kit, organisations, m.clocks, now)
	m.incidents = incident.New(kit, organisations, m.clocks, now)
	structure, broken := csaf.NewStructure()
	m.advisories = advisory.New(kit, asset.Vendors().Lookup(), structure, now)
	m.assets = asset.New(kit, m.advisories.Ask, now)
	m.advisories.Tell(m.assets)
	m.ocsf = ocsf.New(kit)
	m.publisher = publish.New(kit, organisations, m.advisories.Take, structure, now)
	m.sensors = sensor.New(kit, organisations, now)
	m.detection = detection.New(kit, m.sensors, m.incidents, now)
	m.detection.Healthy()
	m.baselines = baseline.New(kit, m.sensors, m.detection, placesOf(m.assets), now)
	m.detection.Watch(m.baselines)
	m.planned = planned.New(kit, m.assets, onTheWire(m.sensors), m.sensors.Look, now)
	m.zones = zone.New(kit, m.sensors, m.assets, now)
	m.awareness = awareness.New(kit, organisations, now, []awareness.Source{findings{kit.DB}}, []awareness.Watch{findings{kit.DB}}, findings{kit.DB})
	m.exchange = exchange.New(kit, organisations, now)
	m.incidents.TellBy(asSTIX(kit, m.exchange))
	var set peer.Settings
	m.broken = errors.Join(broken, kit.Config(&set))
	m.intel = intel.New(kit, organisations, m.sensors, m.detection, m.exchange, set, now)
	m.detection.Watch(m.intel)
	m.sensors.Keep(evidenceOf(m.detection))
	m.sensors.Tell(m.detection.Ask, m.detection.AskTalks, m.detection.AskLogs, m.intel.AskLogs)
	m.sensors.Ask(m.detection.Around)
	m.duty = duty.New(kit, organisations, rotas, now)
	m.notices.Wakes(m.duty.OnDuty)
	m.protection = protection.New(kit, organisations, m.clocks, m.duty.OnDuty, incidentsOf(m.incidents), now)
	m.notices.Match(concerned{kit.DB, asset.Vendors().Lookup(), now})
	m.upward = upward.New(kit, organisations, noticesOf(m.notices), m.exchange.Published, set, now)
	m.received = received.New(kit, organisations, m.clocks, toAbove(m.exchange, m.upward), now)
	m.ferry = ferry.New(kit, organisations, m.exchange, sources{m.received, m.upward, kit.DB, now}, set, now)
	m.exchange.Tell(m.ferry.Handed)
	m.notices.PassOn(origins{m.received})
	m.notices.BecauseOf(causes{m.incidents})
	m.notices.Plays(m.incidents.DrillEnds)
	m.notices.Publish(toOthers(kit, m.exchange, m.upward))
	return m
}

// Watching returns what the city may see of a sensor, for other rooms.
func (m *Module) Watching(ctx context.Context, id string) (securityevent.Watching, error) {
	return m.sensors.Watching(ctx, id)
}

// EachWatching hands over the sensors at work that the city may see, for other rooms.
func (m *Module) EachWatching(ctx context.Context, do func(securityevent.Watching) error) error {
	return m.sensors.EachWatching(ctx, do)
}

// Run implements module.Runner.
func (m *Module) Run(ctx context.Context) error {
	if err := errors.Join(m.broken, m.notices.Broken, m.incidents.Broken(), m.detection.Broken(), m.exchange.Broken(), m.intel.Broken(), m.upward.Broken(), m.ferry.Broken()); err != nil {
		return err
	}
	return m.clocks.Run(ctx)
}

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "工业信息安全", EN: "Industrial security"}
	return module.Manifest{
		Name: "security", Title: section, Migrations: dir,
		Permissions: slices.Concat(permissions(), clock.Permissions(), notice.Permissions(), incident.Permissions(), asset.Permissions(), advisory.Permissions(), sensor.Permissions(), detection.Permissions(), baseline.Permissions(), zone.Permissions(), intel.Permissions(), exchange.Permissions(), upward.Permissions(), ferry.Permissions(), publish.Permissions()),
		Routes:      slices.Concat(m.awareness.Routes(), m.clocks.Routes(), m.notices.Routes(), m.incidents.Routes(), m.assets.Routes(), m.planned.Routes(), m.advisories.Routes(), m.sensors.Routes(), m.detection.Routes(), m.baselines.Routes(), m.zones.Routes(), m.intel.Routes(), m.exchange.Routes(), m.upward.Routes(), m.ferry.Routes(), m.received.Routes(), m.duty.Routes(), m.protection.Routes(), m.publisher.Routes(), m.ocsf.Routes()),
		Measures:    slices.Concat(m.notices.Measures(), m.measures()),
		Publishes:   []bus.Event{securityevent.SensorChanged{}},
		Subscribes:  []module.Subscription{bus.On(m.organisationChanged)},
		Finds:       slices.Concat(m.notices.Finds(), m.incidents.Finds()),
		Topics:      slices.Concat(clock.Topics(), notice.Topics(), incident.Topics(), sensor.Topics(), detection.Topics(), baseline.Topics(), zone.Topics(), intel.Topics(), upward.Topics(), ferry.Topics(), received.Topics(), duty.Topics(), protection.Topics()),
		Jobs:        slices.Concat(m.awareness.Jobs(), m.notices.Jobs(), m.incidents.Jobs(), m.advisories.Jobs(), m.sensors.Jobs(), m.detection.Jobs(), m.baselines.Jobs(), m.intel.Jobs(), m.exchange.Jobs(), m.upward.Jobs(), m.ferry.Jobs(), m.protection.Jobs()),
		Sealed:      slices.Concat(publish.Sealed(), intel.Sealed(), upward.Sealed(), ferry.Sealed()),
		Notices:     slices.Concat(notice.Notices(), incident.Notices(), advisory.Notices(), detection.Notices(), baseline.Notices(), upward.Notified(), received.Notified(), ferry.Notified(), duty.Notices(), protection.Notices(), []message.Kind{second.Kind()}),
		Nav:         slices.Concat(awareness.Nav(section), notice.Nav(section), received.Nav(section), upward.Nav(section), ferry.Nav(section), duty.Nav(section), protection.Nav(section), clock.Nav(section), detection.Nav(section), baseline.Nav(section), intel.Nav(section), incident.Nav(section), sensor.Nav(section), asset.Nav(section), zone.Nav(section), advisory.Nav(section), publish.Nav(section), exchange.Nav(section)),
		Personal:    slices.Concat(clock.Personal(), notice.Personal(), incident.Personal(), asset.Personal(), planned.Personal(), advisory.Personal(), sensor.Personal(), detection.Personal(), baseline.Personal(), zone.Personal(), intel.Personal(), exchange.Personal(), upward.Personal(), ferry.Personal(), received.Personal(), duty.Personal(), protection.Personal(), publish.Personal()),
	}
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{{ID: mayView, Title: lang.Text{ZH: "查看本机构的安全通报和事件", EN: "View security notices and incidents of one's own organisation"}, Roles: everyone}}
}
