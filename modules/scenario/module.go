package scenario

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/modules/scenario/internal/opening"
	"linghang/modules/scenario/internal/panel"
	"linghang/modules/scenario/internal/pilot"
	"linghang/modules/scenario/scenarioevent"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The permissions of the catalogue.
const (
	mayView   = "scenario.view"
	mayWrite  = "scenario.write"
	mayReview = "scenario.review"
)

// ProvenEffect is an effect that an opening of a scenario brought.
type ProvenEffect = opening.Proven

// Organisations is the register of organisations: whose a scenario is, and who reviews.
type Organisations interface {
	pilot.People
	People
}

// People tells who may be asked to review, and whose people they are.
type People interface {
	Seers(ctx context.Context, in identity.SeerParams) ([]identity.Seer, error)
}

// Ties tells what is known of enterprises that hold each other, or worked together.
type Ties interface {
	// Ties are those of enterprises that are named by their unified social credit codes, and
	// of those that they are joined to by shareholdings.
	Ties(ctx context.Context, codes []string) ([]Tie, error)
}

// Tie is that two enterprises have to do with each other.
type Tie struct {
	FromCode, FromName string
	ToCode, ToName     string
	Kind               string  // shareholding or cooperation
	Share              float64 // in percent; 0: not known
	Since, Until       string  // as 2026-01-31; empty: not known, and still so
	Source             string
}

// related asks for ties as pilots want them.
type related struct{ ties Ties }

// Relations implements pilot.Related.
func (r related) Relations(ctx context.Context, parties []string) ([]pilot.Relation, error) {
	list, err := r.ties.Ties(ctx, parties)
	if err != nil {
		return nil, fmt.Errorf("ask for ties: %w", err)
	}
	out := make([]pilot.Relation, len(list))
	for i, t := range list {
		out[i] = pilot.Relation{From: t.FromCode, FromName: t.FromName, To: t.ToCode, ToName: t.ToName, Kind: panel.Kind(t.Kind), Share: t.Share, Since: t.Since, Until: t.Until, Source: t.Source}
	}
	return out, nil
}

// Module is the room.
type Module struct {
	kit           *module.Kit
	organisations Organisations
	editions      []*Taxonomy
	store         store
	finder        *finder
	opening       *opening.Openings
	pilots        *pilot.Pilots
	now           func() time.Time

	broken error // the binary's own taxonomy cannot be read; Run reports it
}

// New returns the room. ties may be nil: then nothing is known beyond what the room was told.
func New(kit *module.Kit, organisations Organisations, ties Ties) *Module {
	m := &Module{kit: kit, organisations: organisations, store: store{kit.DB, kit.Search}, now: time.Now}
	site := pilot.Site{Now: func() time.Time { return m.now() }}
	if ties != nil {
		site.Related = related{ties}
	}
	m.pilots = pilot.New(kit, organisations, site)
	m.opening = opening.New(kit, m, time.Now)
	m.editions, m.broken = readTaxonomies()
	if m.broken != nil {
		m.editions = []*Taxonomy{{}}
		return m
	}
	m.finder, m.broken = newFinder(m.store, m.taxonomy(), kit.WordVectors)
	return m
}

// Run implements module.Runner.
func (m *Module) Run(ctx context.Context) error {
	if m.broken != nil {
		return m.broken
	}
	m.learn(ctx)
	return nil
}

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "赋能场景", EN: "Scenarios"}
	return module.Manifest{
		Name: "scenario", Title: lang.Text{ZH: "工业赋能场景", EN: "Industrial scenarios"}, Migrations: dir,
		Permissions: slices.Concat(permissions(), opening.Permissions(), pilot.Permissions()),
		Routes:      slices.Concat(m.taxonomyRoutes(), m.scenarioRoutes(), m.pictureRoutes(), m.pairRoutes(), m.importRoutes(), m.listRoutes(), m.opening.Routes(), m.pilots.Routes()),
		Publishes:   []bus.Event{scenarioevent.Published{}, scenarioevent.Withdrawn{}, scenarioevent.Opened{}, scenarioevent.Completed{}},
		Subscribes:  m.pilots.Subscribes(),
		Measures:    slices.Concat(m.measureList(), m.opening.Measures(), []module.Measure{m.pilots.Measure()}),
		Personal:    slices.Concat(personal(), opening.Personal(), pilot.Personal()),
		Finds:       m.store.finds(),
		Topics:      []module.Topic{{Name: topicScenarios, Permission: mayView}},
		Jobs:        m.pilots.Jobs(),
		Notices: slices.Concat([]notice.Kind{
			{ID: noticeToReview, Title: lang.Text{ZH: "场景待审核", EN: "Scenarios to review"}, Gravity: notice.Info, Mail: notice.Daily},
			{ID: noticeDecided, Title: lang.Text{ZH: "场景审核结果", EN: "Decisions on scenarios"}, Gravity: notice.Important, Mail: notice.AtOnce},
		}, opening.Notices(), pilot.Notices()),
		Nav: append([]module.NavItem{
			{Section: section, Label: lang.Text{ZH: "场景清单", EN: "Catalogue"}, Path: "/scenario", Icon: "scenarios", Permission: mayView},
			{Section: section, Label: lang.Text{ZH: "场景开放", EN: "Openings"}, Path: "/scenario/openings", Icon: "shared", Permission: mayView},
			{Section: section, Label: lang.Text{ZH: "年度清单", EN: "Yearly lists"}, Path: "/scenario/lists", Icon: "list", Permission: mayView},
			{Section: section, Label: lang.Text{ZH: "导入场景", EN: "Import of scenarios"}, Path: "/scenario/import", Icon: "files", Permission: mayReview},
			{Section: section, Label: lang.Text{ZH: "重复场景", EN: "Duplicate scenarios"}, Path: "/scenario/duplicates", Icon: "rules", Permission: mayReview},
		}, pilot.Nav(section)...),
	}
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看赋能场景", EN: "View scenarios"}, Roles: everyone},
		{ID: mayWrite, Title: lang.Text{ZH: "编写本机构的场景", EN: "Write scenarios of one's own organisation"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: mayReview, Title: lang.Text{ZH: "审核、导入和发布场景", EN: "Review, import and publish scenarios"}, Roles: []identity.Role{identity.Officer}},
	}
}

func (m *Module) taxonomyRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /taxonomy", Permission: mayView, Summary: "The axes by which scenarios are found, in the newest edition", Handler: httpd.JSON(m.readTaxonomy)},
	}
}

type nothing struct{}

func (m *Module) taxonomy() *Taxonomy { return m.editions[len(m.editions)-1] }

func (m *Module) readTaxonomy(context.Context, nothing) (Taxonomy, error) { return *m.taxonomy(), nil }
