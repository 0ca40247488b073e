package security

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/sensor"
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
	clocks  *clock.Clocks
	sensors *sensor.Sensors
	now     func() time.Time
}

// New returns the room.
func New(kit *module.Kit, organisations Organisations) *Module {
	m := &Module{now: time.Now}
	m.clocks = clock.New(kit, func() time.Time { return m.now() })
	m.sensors = sensor.New(kit, organisations, func() time.Time { return m.now() })
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
	return module.Manifest{
		Name: "security", Title: lang.Text{ZH: "工业信息安全", EN: "Industrial security"}, Migrations: dir,
		Permissions: append([]module.Permission{{ID: mayView, Title: lang.Text{ZH: "查看本机构的安全通报和事件", EN: "View security notices and incidents of one's own organisation"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}}}, sensor.Permissions()...),
		Routes:      m.sensors.Routes(),
		Topics:      sensor.Topics(),
		Jobs:        m.sensors.Jobs(),
		Personal:    sensor.Personal(),
	}
}
