package scenario

import (
	"context"
	"embed"
	"io/fs"

	"linghang/kernel/bus"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/scenario/scenarioevent"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Organisations is the register of organisations: who reviews, and who provides.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Seers(ctx context.Context, in identity.SeerParams) ([]identity.Seer, error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
}

// Module is the room.
type Module struct {
	kit           *module.Kit
	organisations Organisations
	editions      []*Taxonomy

	broken error // the binary's own taxonomy cannot be read; Run reports it
}

// New returns the room.
func New(kit *module.Kit, organisations Organisations) *Module {
	m := &Module{kit: kit, organisations: organisations}
	m.editions, m.broken = readTaxonomies()
	if m.broken != nil {
		m.editions = []*Taxonomy{{}}
	}
	return m
}

// Run implements module.Runner.
func (m *Module) Run(ctx context.Context) error {
	if m.broken != nil {
		return m.broken
	}
	<-ctx.Done()
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
		Permissions: permissions(),
		Routes:      m.taxonomyRoutes(),
		Publishes:   []bus.Event{scenarioevent.Published{}, scenarioevent.Withdrawn{}},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "场景清单", EN: "Catalogue"}, Path: "/scenario", Icon: "scenarios", Permission: "scenario.view"},
		},
	}
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: "scenario.view", Title: lang.Text{ZH: "查看赋能场景", EN: "View scenarios"}, Roles: everyone},
		{ID: "scenario.write", Title: lang.Text{ZH: "编写本机构的场景", EN: "Write scenarios of one's own organisation"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: "scenario.review", Title: lang.Text{ZH: "审核、导入和发布场景", EN: "Review, import and publish scenarios"}, Roles: []identity.Role{identity.Officer}},
	}
}

func (m *Module) taxonomyRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /taxonomy", Permission: "scenario.view", Summary: "The axes by which scenarios are found, in the newest edition", Handler: httpd.JSON(m.readTaxonomy)},
	}
}

type nothing struct{}

func (m *Module) taxonomy() *Taxonomy { return m.editions[len(m.editions)-1] }

func (m *Module) readTaxonomy(context.Context, nothing) (Taxonomy, error) { return *m.taxonomy(), nil }
