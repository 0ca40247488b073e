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
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/notice"
)

//go:embed migrations/*.sql
var migrations embed.FS

// mayView is the permission to see what concerns one's own organisation.
const mayView = "security.view"

// Organisations is the register of organisations: to whom notices go, and who works on incidents.
type Organisations interface {
	notice.Organisations
}

// Module is the room.
type Module struct {
	clocks  *clock.Clocks
	notices *notice.Desk
	now     func() time.Time
}

// New returns the room.
func New(kit *module.Kit, organisations Organisations) *Module {
	m := &Module{now: time.Now}
	now := func() time.Time { return m.now() }
	m.clocks = clock.New(kit, now)
	m.notices = notice.New(kit, organisations, m.clocks, now)
	return m
}

// Run implements module.Runner.
func (m *Module) Run(ctx context.Context) error {
	if m.notices.Broken != nil {
		return m.notices.Broken
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
		Permissions: append([]module.Permission{{ID: mayView, Title: lang.Text{ZH: "查看本机构的安全通报和事件", EN: "View security notices and incidents of one's own organisation"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}}}, notice.Permissions()...),
		Routes:      slices.Concat(m.notices.Routes()),
		Measures:    slices.Concat(m.notices.Measures()),
		Personal:    slices.Concat(notice.Personal()),
		Topics:      slices.Concat(notice.Topics()),
		Jobs:        slices.Concat(m.notices.Jobs()),
		Notices:     slices.Concat(notice.Notices()),
		Nav:         slices.Concat(notice.Nav(section)),
	}
}
