package identifier

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/station"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	topicNodes   = "identifier.nodes"
	topicHandles = "identifier.handles"
)

// Module is the room.
type Module struct {
	kit        *module.Kit
	settings   settings
	nodes      nodeStore
	doors      doorStore
	edits      editStore
	projection projectionStore
	counts     countStore
	imports    importStore
	records    record.Store
	posts      []*post
	hosted     hostedNodes
	settling   sync.Mutex
	opened     chan struct{} // closed when the records are open
	recursive  recursive
	elsewhere  []wire.Site // the root that the settings name
	broken     error       // the settings cannot be acted upon; Run reports it
}

// New returns the room.
func New(kit *module.Kit) *Module {
	m := &Module{
		kit: kit, settings: defaults(), opened: make(chan struct{}), nodes: nodeStore{kit.DB, kit.Search}, doors: doorStore{kit.DB, kit.Seal},
		edits: editStore{kit.DB}, projection: projectionStore{kit.DB}, counts: countStore{kit.DB}, imports: importStore{kit.DB},
	}
	m.recursive.m, m.recursive.run = m, make(chan *resolver.Resolver, 1)
	m.broken = errors.Join(kit.Config(&m.settings), m.settings.check())
	if m.settings.Root != "" {
		site, err := station.LoadSite(m.settings.Root)
		m.elsewhere, m.broken = []wire.Site{site}, errors.Join(m.broken, err)
	}
	return m
}

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "标识解析", EN: "Identifiers"}
	return module.Manifest{
		Name: "identifier", Title: lang.Text{ZH: "工业互联网标识解析", EN: "Identifier resolution"}, Migrations: dir,
		Permissions: permissions(),
		Routes:      slices.Concat(m.nodeRoutes(), m.handleRoutes(), m.importRoutes()),
		Sealed:      sealedColumns(),
		Personal:    personal(),
		Finds:       m.nodes.finds(),
		Forget:      m.forgetPerson,
		Measures:    m.measureList(),
		Keeps:       []module.Keep{record.Keep(recordsDir(m.kit))},
		Topics:      []module.Topic{{Name: topicNodes, Permission: "identifier.view"}, {Name: topicHandles, Permission: "identifier.view"}},
		Jobs: []module.Job{
			{Name: "finish_edits", Title: lang.Text{ZH: "完成中断的标识变更", EN: "Finish interrupted edits of identifiers"}, Every: time.Minute, Do: m.finishEdits},
			{Name: jobImport, Title: lang.Text{ZH: "导入标识", EN: "Import identifiers"}, Run: m.runImport, AtOnce: 2, Limit: 6 * time.Hour},
			{Name: "forget_sources", Title: lang.Text{ZH: "清理解析来源", EN: "Forget from where nodes were asked"}, Every: 24 * time.Hour, Do: m.forgetSources},
		},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "标识解析", EN: "Resolve"}, Path: "/identifier/resolve", Icon: "resolve", Permission: "identifier.view"},
			{Section: section, Label: lang.Text{ZH: "节点", EN: "Nodes"}, Path: "/identifier/nodes", Icon: "nodes", Permission: "identifier.view"},
			{Section: section, Label: lang.Text{ZH: "标识", EN: "Identifiers"}, Path: "/identifier/handles", Icon: "identifiers", Permission: "identifier.view"},
		},
	}
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: "identifier.view", Title: lang.Text{ZH: "查看标识和节点", EN: "View identifiers and nodes"}, Roles: everyone},
		{ID: "identifier.apply", Title: lang.Text{ZH: "申请标识前缀", EN: "Apply for a prefix"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "identifier.review", Title: lang.Text{ZH: "审核和管理节点", EN: "Review and manage nodes"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "identifier.register", Title: lang.Text{ZH: "注册和变更标识", EN: "Register and change identifiers"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
	}
}

// Run serves the doors until the context ends.
func (m *Module) Run(ctx context.Context) (err error) {
	if m.broken != nil {
		return m.broken
	}
	if err := m.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.records.Close()) }()
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return m.project(ctx) })
	work.Go(func() error { return m.followNodes(ctx) })
	work.Go(func() error { return m.keepCounts(ctx) })
	work.Go(func() error { return m.recursive.fetchAhead(ctx) })
	if m.settings.Recursive != off {
		work.Go(func() error { return m.keepRecursive(ctx) })
	}
	for _, p := range m.posts {
		work.Go(func() error { return p.engine.Follow(ctx) })
		if p.door.Handle != off {
			work.Go(func() error { return m.keepOpen(ctx, p) })
		}
	}
	return work.Wait()
}
