package security

import (
	"context"
	"embed"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/security/internal/advisory"
	"linghang/modules/security/internal/asset"
	"linghang/modules/security/internal/clock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// mayView is the permission to see what concerns one's own organisation.
const mayView = "security.view"

// Organisations is the register of organisations: to whom notices go, and who works on incidents.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
}

// Module is the room.
type Module struct {
	clocks     *clock.Clocks
	assets     *asset.Assets
	advisories *advisory.Advisories
	now        func() time.Time
}

// New returns the room.
func New(kit *module.Kit, _ Organisations) *Module {
	m := &Module{now: time.Now}
	now := func() time.Time { return m.now() }
	m.clocks = clock.New(kit, now)
	m.advisories = advisory.New(kit, asset.Vendors().Lookup(), now)
	m.assets = asset.New(kit, m.advisories.Ask, now)
	m.advisories.Tell(m.assets)
	return m
}

// Run implements module.Runner.
func (m *Module) Run(ctx context.Context) error { return m.clocks.Run(ctx) }

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "工业信息安全", EN: "Industrial security"}
	return module.Manifest{
		Name: "security", Title: section, Migrations: dir,
		Permissions: slices.Concat([]module.Permission{{ID: mayView, Title: lang.Text{ZH: "查看本机构的安全通报和事件", EN: "View security notices and incidents of one's own organisation"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}}},
			asset.Permissions(), advisory.Permissions()),
		Routes:   slices.Concat(m.assets.Routes(), m.advisories.Routes()),
		Notices:  advisory.Notices(),
		Jobs:     m.advisories.Jobs(),
		Nav:      slices.Concat(asset.Nav(section), advisory.Nav(section)),
		Personal: slices.Concat(asset.Personal(), advisory.Personal()),
	}
}
