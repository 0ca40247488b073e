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
	"linghang/modules/security/internal/awareness"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/exchange"
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
	clocks    *clock.Clocks
	awareness *awareness.Awareness
	exchange  *exchange.Exchange
	now       func() time.Time
}

// New returns the room.
func New(kit *module.Kit, organisations Organisations) *Module {
	m := &Module{now: time.Now}
	now := func() time.Time { return m.now() }
	m.clocks = clock.New(kit, now)
	m.awareness = awareness.New(kit, organisations, now, nil, nil)
	m.exchange = exchange.New(kit, organisations, now)
	return m
}

// Run implements module.Runner.
func (m *Module) Run(ctx context.Context) error {
	if err := m.exchange.Broken(); err != nil {
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
		Name: "security", Title: lang.Text{ZH: "工业信息安全", EN: "Industrial security"}, Migrations: dir,
		Permissions: slices.Concat(permissions(), exchange.Permissions()),
		Routes:      slices.Concat(m.awareness.Routes(), m.exchange.Routes()),
		Personal:    exchange.Personal(),
		Jobs:        slices.Concat(m.awareness.Jobs(), m.exchange.Jobs()),
		Nav:         slices.Concat(awareness.Nav(section), exchange.Nav(section)),
	}
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{{ID: mayView, Title: lang.Text{ZH: "查看本机构的安全通报和事件", EN: "View security notices and incidents of one's own organisation"}, Roles: everyone}}
}
