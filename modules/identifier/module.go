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

	"linghang/kernel/bus"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/identifierevent"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/station"
	"linghang/modules/identifier/internal/vouch"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	topicNodes   = "identifier.nodes"
	topicHandles = "identifier.handles"
	topicImports = "identifier.imports"
)

// Module is the room.
type Module struct {
	kit           *module.Kit
	settings      settings
	nodes         nodeStore
	doors         doorStore
	edits         editStore
	projection    projectionStore
	counts        countStore
	imports       importStore
	templates     templateStore
	codes         codeStore
	labels        labelStore
	typeface      func() (*paper.Typeface, error)
	statistics    statisticStore
	probes        probeStore
	events        eventStore
	versions      versionStore
	custodies     custodyStore
	tables        tableStore
	particulars   particularsStore
	organisations Organisations
	metrics       metrics
	bridges       bridgeClient
	records       record.Store
	posts         []*post
	hosted        hostedNodes
	quotaRows     quotaStore
	quotas        quotas
	companies     companyStore
	alarms        alarmStore
	signers       *signers
	anchors       []trust.Root // roots of trust that the settings name
	settling      sync.Mutex
	opened        chan struct{} // closed when the records are open
	recursive     recursive
	rules         ruleStore
	elsewhere     []wire.Site // the root that the settings name
	broken        error       // the settings cannot be acted upon; Run reports it
}

// New returns the room; organisations are those that operate nodes.
func New(kit *module.Kit, organisations Organisations) *Module {
	m := &Module{
		kit: kit, settings: defaults(), opened: make(chan struct{}), nodes: nodeStore{kit.DB, kit.Search}, doors: doorStore{kit.DB, kit.Seal},
		edits: editStore{kit.DB}, projection: projectionStore{kit.DB}, counts: countStore{kit.DB}, imports: importStore{kit.DB}, templates: templateStore{kit.DB, kit.Search}, codes: codeStore{kit.DB}, labels: labelStore{kit.DB},
		statistics: statisticStore{kit.DB}, rules: ruleStore{kit.DB}, probes: probeStore{kit.DB}, events: eventStore{kit.DB}, tables: tableStore{kit.DB}, versions: versionStore{kit.DB}, custodies: custodyStore{kit.DB}, particulars: particularsStore{kit.DB, kit.Seal}, organisations: organisations,
		metrics: newMetrics(kit.Metrics), bridges: newBridgeClient(), signers: &signers{db: kit.DB, ring: kit.Seal, kept: map[string]*vouch.Signer{}},
	}
	m.quotaRows, m.quotas.unwritten = quotaStore{kit.DB}, map[string]int64{}
	m.companies, m.alarms = companyStore{kit.DB}, alarmStore{kit.DB}
	m.typeface = sync.OnceValues(m.openTypeface)
	m.recursive.settings = usualSettings()
	m.recursive.m, m.recursive.run = m, make(chan *resolver.Resolver, 1)
	m.broken = errors.Join(kit.Config(&m.settings), m.settings.check())
	if m.settings.Root != "" {
		site, err := station.LoadSite(m.settings.Root)
		m.elsewhere, m.broken = []wire.Site{site}, errors.Join(m.broken, err)
	}
	for _, file := range m.settings.Trust {
		root, err := vouch.LoadRoot(file)
		m.anchors, m.broken = append(m.anchors, root), errors.Join(m.broken, err)
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
		Publishes:   []bus.Event{identifierevent.NodeChanged{}},
		Permissions: permissions(),
		Routes: slices.Concat(
			m.nodeRoutes(), m.quotaRoutes(), m.handleRoutes(), m.importRoutes(), m.templateRoutes(), m.codeRoutes(), m.labelRoutes(),
			m.statisticRoutes(), m.probeRoutes(), m.tableRoutes(), m.signedTableRoutes(), m.particularsRoutes(), m.versionRoutes(), m.custodyRoutes(), m.bridgeRoutes(), m.ruleRoutes(), m.companyRoutes(), m.digitalLinkRoutes(), m.alarmRoutes(),
		),
		Sealed:   sealedColumns(),
		Personal: personal(),
		Finds:    append(m.nodes.finds(), m.templates.find()),
		Forget:   m.forgetPerson,
		Measures: m.measureList(),
		Keeps:    []module.Keep{record.Keep(recordsDir(m.kit))},
		Topics:   []module.Topic{{Name: topicNodes, Permission: "identifier.view"}, {Name: topicHandles, Permission: "identifier.view"}, {Name: topicImports, Permission: "identifier.register"}},
		Notices:  slices.Concat(eventNotices(), monthlyNotices(), custodyNotices(), alarmNotices()),
		Reports:  m.reports(),
		Jobs: append([]module.Job{
			{Name: "finish_edits", Title: lang.Text{ZH: "完成中断的标识变更", EN: "Finish interrupted edits of identifiers"}, Every: time.Minute, Do: m.finishEdits},
			{Name: jobImport, Title: lang.Text{ZH: "导入标识", EN: "Import identifiers"}, Run: m.runImport, AtOnce: 2, Limit: 6 * time.Hour},
			{Name: jobCodes, Title: lang.Text{ZH: "按编码规则注册标识", EN: "Register identifiers by a code rule"}, Run: m.runCodes, AtOnce: 2, Limit: 6 * time.Hour},
			{Name: jobLabels, Title: lang.Text{ZH: "打印标签", EN: "Print labels"}, Run: m.printLabels, AtOnce: 2, Limit: 30 * time.Minute},
			{Name: "forget_labels", Title: lang.Text{ZH: "清理旧标签", EN: "Forget old sheets of labels"}, Every: time.Hour, Do: m.forgetLabels},
			{Name: jobSign, Title: lang.Text{ZH: "为节点的标识签名", EN: "Sign the identifiers of a node"}, Run: m.signAll, AtOnce: 2, Limit: 12 * time.Hour},
			{Name: "renew_certificates", Title: lang.Text{ZH: "续签节点证书", EN: "Renew certificates of nodes"}, Every: 24 * time.Hour, Do: m.renewCertificates},
			{Name: "forget_imports", Title: lang.Text{ZH: "清理未开始的导入", EN: "Give up imports that nobody began"}, Every: time.Hour, Do: m.forgetImports},
			{Name: "trim_log", Title: lang.Text{ZH: "清理标识变更日志", EN: "Forget old changes of identifiers"}, Every: 24 * time.Hour, Do: m.trimLog},
			{Name: "forget_sources", Title: lang.Text{ZH: "清理解析来源", EN: "Forget from where nodes were asked"}, Every: 24 * time.Hour, Do: m.forgetSources},
		}, slices.Concat(m.probeJobs(), m.versionJobs(), m.custodyJobs(), m.alarmJobs())...),
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "标识解析", EN: "Resolve"}, Path: "/identifier/resolve", Icon: "resolve", Permission: "identifier.view"},
			{Section: section, Label: lang.Text{ZH: "节点", EN: "Nodes"}, Path: "/identifier/nodes", Icon: "nodes", Permission: "identifier.view"},
			{Section: section, Label: lang.Text{ZH: "标识", EN: "Identifiers"}, Path: "/identifier/handles", Icon: "identifiers", Permission: "identifier.view"},
			{Section: section, Label: lang.Text{ZH: "元数据模板", EN: "Templates"}, Path: "/identifier/templates", Icon: "catalogue", Permission: "identifier.view"},
			{Section: section, Label: lang.Text{ZH: "编码规则", EN: "Code rules"}, Path: "/identifier/rules", Icon: "codes", Permission: "identifier.register"},
			{Section: section, Label: lang.Text{ZH: "标签", EN: "Labels"}, Path: "/identifier/labels", Icon: "labels", Permission: "identifier.register"},
			{Section: section, Label: lang.Text{ZH: "递归节点", EN: "Recursive node"}, Path: "/identifier/recursive", Icon: "rules", Permission: "identifier.recursive"},
			{Section: section, Label: lang.Text{ZH: "统计", EN: "Statistics"}, Path: "/identifier/statistics", Icon: "target", Permission: "identifier.view"},
			{Section: section, Label: lang.Text{ZH: "拨测与事件", EN: "Probes and events"}, Path: "/identifier/events", Icon: "health", Permission: "identifier.view"},
		},
	}
}

// openTypeface reads the type that labels are set in.
func (m *Module) openTypeface() (*paper.Typeface, error) {
	data, err := paper.Font(m.settings.Font)
	if err != nil {
		return nil, err
	}
	return paper.NewTypeface(data)
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: "identifier.view", Title: lang.Text{ZH: "查看标识和节点", EN: "View identifiers and nodes"}, Roles: everyone},
		{ID: "identifier.apply", Title: lang.Text{ZH: "申请标识前缀", EN: "Apply for a prefix"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "identifier.review", Title: lang.Text{ZH: "审核和管理节点", EN: "Review and manage nodes"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "identifier.template", Title: lang.Text{ZH: "管理元数据模板和编码规则", EN: "Manage metadata templates and code rules"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		// Addresses say something about persons, and belong to the doors, which are the city's.
		{ID: "identifier.sources", Title: lang.Text{ZH: "查看解析来源地址", EN: "See from which addresses was asked"}, Roles: []identity.Role{identity.Officer}},
		{ID: "identifier.probe", Title: lang.Text{ZH: "报送拨测结果", EN: "Report what probes see"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "identifier.recursive", Title: lang.Text{ZH: "管理递归节点", EN: "Manage the recursive node"}, Roles: []identity.Role{identity.Officer}},
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
	work.Go(func() error { return m.keepRules(ctx) })
	work.Go(func() error { return m.recursive.fetchAhead(ctx) })
	if m.settings.Recursive != off {
		work.Go(func() error { return m.keepRecursive(ctx) })
	}
	for _, of := range m.settings.MirrorOf {
		work.Go(func() error { return m.keepMirror(ctx, of) })
	}
	for _, p := range m.posts {
		work.Go(func() error { p.engine.Follow(ctx); return nil })
		if p.door.Handle != off {
			work.Go(func() error { return m.keepOpen(ctx, p) })
		}
	}
	return work.Wait()
}
