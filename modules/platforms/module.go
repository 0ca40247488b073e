package platforms

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/bus"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/modules/platforms/internal/foster"
	"linghang/modules/platforms/platformsevent"
)

//go:embed migrations/*.sql
var migrations embed.FS

const topicList = "platforms.list"

const noticeSilent = "platforms.platform.silent"

// Module is the room.
type Module struct {
	kit       *module.Kit
	catalogue *catalogue
	platforms platformStore
	keys      keyStore
	keyring   *keyring
	ledger    ledger
	measures  measureStore
	gate      *gate
	projector *projector
	metrics   metrics

	findings       findingStore
	findingMetrics findingMetrics
	rankings       rankingStore
	development    developmentStore
	reach          reachStore
	fostering      *foster.Fostering
	people         People

	bulletins       bulletinStore
	bulletinFigures bulletinFigureStore
	open            openStore
	openDoor        *httpd.Buckets

	probes       probeStore
	availability availabilityStore
	prober       *prober

	sources sourceStore
	puller  *puller

	alertRules   alertRuleStore
	alerts       alertStore
	alertTells   alertTellStore
	alertSamples alertSampleStore
	alertMetrics alertMetrics
	alertsRest   bool // a test says when
	began        time.Time

	rotas       rotaStore
	policies    policyStore
	escalations escalationStore

	broken error // the binary's own data or the settings cannot be read; Run reports it
}

// New returns the room; people tells who may review what operators apply for.
func New(kit *module.Kit, people People) *Module {
	m := &Module{
		kit: kit, platforms: platformStore{kit.DB, kit.Search, kit.Remarks, kit.Shares}, keys: keyStore{kit.DB, kit.Seal}, measures: measureStore{kit.DB},
		metrics: newMetrics(kit.Metrics), findings: findingStore{kit.DB}, findingMetrics: newFindingMetrics(kit.Metrics),
		rankings: rankingStore{kit.DB}, development: developmentStore{kit.DB}, reach: reachStore{kit.DB, kit.Seal},
		probes: probeStore{kit.DB}, availability: availabilityStore{kit.DB},
		sources:    sourceStore{kit.DB, kit.Seal},
		alertRules: alertRuleStore{kit.DB}, alerts: alertStore{kit.DB, kit.Remarks}, alertTells: alertTellStore{kit.DB}, alertSamples: alertSampleStore{kit.DB},
		alertMetrics: newAlertMetrics(kit.Metrics), began: time.Now().UTC(),
		rotas: rotaStore{kit.DB}, policies: policyStore{kit.DB}, escalations: escalationStore{kit.DB},
		people: people, bulletins: bulletinStore{kit.DB}, open: openStore{kit.DB}, openDoor: httpd.NewBuckets(openRate),
	}
	m.keyring = newKeyring(m.keys)
	set := defaults()
	var read error
	m.catalogue, read = readCatalogue(catalogueText)
	m.broken = errors.Join(read, kit.Config(&set), set.check())
	m.bulletinFigures = bulletinFigureStore{kit.DB, m.catalogue}
	m.fostering = foster.New(kit, people, m.fosterSite())
	m.gate = newGate(set.Limits)
	m.ledger = ledger{kit.DB, m.catalogue, newRollStore(kit.DB), int64(set.Limits.Series)}
	m.projector, read = newProjector(m)
	m.broken = errors.Join(m.broken, read)
	m.prober, read = newProber(set)
	m.broken = errors.Join(m.broken, read)
	m.puller, read = newPuller(set, kit.Metrics)
	m.broken = errors.Join(m.broken, read)
	return m
}

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "平台监测", EN: "Platforms"}
	return module.Manifest{
		Name: "platforms", Title: lang.Text{ZH: "平台监测分析", EN: "Platform monitoring"}, Migrations: dir,
		Permissions: slices.Concat(permissions(), foster.Permissions()),
		Routes: slices.Concat(
			m.registryRoutes(), m.gateRoutes(), m.availabilityRoutes(), m.findingRoutes(), m.sourceRoutes(), m.alertRoutes(), m.rotaRoutes(), m.rankingRoutes(),
			m.reachRoutes(), m.queryRoutes(), m.alertmanagerRoutes(), m.uploadRoutes(), m.developmentRoutes(), m.analysisRoutes(), m.originRoutes(), m.pageRoutes(), m.fostering.Routes(),
			m.bulletinRoutes(), m.openRoutes(),
		),
		Publishes: []bus.Event{platformsevent.Registered{}, platformsevent.StatusChanged{}, platformsevent.FirstReported{}, platformsevent.Changed{}},
		Measures:  m.measureList(),
		Sealed:    sealedColumns(),
		Personal:  slices.Concat(submissionPersonal(), pagePersonal(), findingPersonal(), alertPersonal(), dutyPersonal(), rankingPersonal(), developmentPersonal(), reachPersonal(), foster.Personal(), bulletinPersonal(), openPersonal()),
		Forget:    m.forgetPerson,
		Finds:     m.platforms.finds(),
		Shares:    m.platforms.shareables(),
		Remarks:   append(m.platforms.remarkable(), m.alerts.remarkable()...),
		Topics:    []module.Topic{{Name: topicList, Permission: "platforms.view"}, {Name: topicAlerts, Permission: "platforms.alert.view"}, {Name: topicBulletins, Permission: "platforms.view"}},
		MQTT:      m.mqttTopics(),
		Notices: append([]notice.Kind{
			{ID: noticeSilent, Title: lang.Text{ZH: "平台停止报送", EN: "A platform fell silent"}, Gravity: notice.Important, Mail: notice.AtOnce},
		}, slices.Concat(availabilityNotices(), findingNotices(), sourceNotices(), alertNotices(), foster.Notices(), bulletinNotices())...),
		Jobs: append([]module.Job{
			{Name: "forget_payloads", Title: lang.Text{ZH: "清理报送原文", EN: "Forget old payloads of reports"}, Every: 24 * time.Hour, Do: m.forgetPayloads},
			{Name: "tell_silent", Title: lang.Text{ZH: "检查停止报送的平台", EN: "Look for platforms that fell silent"}, Every: time.Minute, Do: m.tellSilent},
		}, slices.Concat(m.probeJobs(), m.findingJobs(), m.sourceJobs(), m.alertJobs(), m.reachJobs(), m.bulletinJobs(), m.openJobs())...),
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "平台一览", EN: "Platforms"}, Path: "/platforms", Icon: "platforms", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "登记平台", EN: "Register a platform"}, Path: "/platforms/new", Icon: "add", Permission: "platforms.register"},
			{Section: section, Label: lang.Text{ZH: "运行状态", EN: "Status"}, Path: "/platforms/status", Icon: "health", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "平台排名", EN: "Rankings"}, Path: "/platforms/rankings", Icon: "ranking", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "平台分析", EN: "Analysis"}, Path: "/platforms/analysis", Icon: "analysis", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "平台普及率", EN: "Penetration"}, Path: "/platforms/penetration", Icon: "penetration", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "平台培育", EN: "Fostering"}, Path: "/platforms/fostering", Icon: "fostering", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "新增产值", EN: "New output"}, Path: "/platforms/output", Icon: "output", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "监测报告", EN: "Monitoring reports"}, Path: "/platforms/reports", Icon: "bulletins", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "数据开放", EN: "Open data"}, Path: "/platforms/open", Icon: "open-data", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "指标目录", EN: "Indicator catalogue"}, Path: "/platforms/catalogue", Icon: "catalogue", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "数据质量", EN: "Data quality"}, Path: "/platforms/quality", Icon: "quality", Permission: "platforms.view"},
			{Section: section, Label: lang.Text{ZH: "告警", EN: "Alerts"}, Path: "/platforms/alerts", Icon: "alerts", Permission: "platforms.alert.view"},
			{Section: section, Label: lang.Text{ZH: "告警规则", EN: "Alert rules"}, Path: "/platforms/alert-rules", Icon: "alert-rules", Permission: "platforms.alert.rules"},
			{Section: section, Label: lang.Text{ZH: "值班", EN: "On call"}, Path: "/platforms/on-call", Icon: "on-call", Permission: "platforms.alert.view"},
			{Section: section, Label: lang.Text{ZH: "告警静默", EN: "Silences"}, Path: "/platforms/silences", Icon: "silences", Permission: "platforms.alert.rules"},
		},
	}
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: "platforms.view", Title: lang.Text{ZH: "查看平台", EN: "View platforms"}, Roles: everyone},
		{ID: "platforms.register", Title: lang.Text{ZH: "登记和编辑平台", EN: "Register and edit platforms"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "platforms.review", Title: lang.Text{ZH: "审核平台状态", EN: "Decide on a platform's status"}, Roles: []identity.Role{identity.Officer}},
		{ID: "platforms.key", Title: lang.Text{ZH: "管理报送密钥", EN: "Manage reporting keys"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "platforms.explain", Title: lang.Text{ZH: "说明数据质量问题", EN: "Explain doubts about figures"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: "platforms.source", Title: lang.Text{ZH: "管理采集源", EN: "Manage sources that the city reads"}, Roles: []identity.Role{identity.Manager}},
		{ID: "platforms.backfill", Title: lang.Text{ZH: "补报数据", EN: "Back-fill data"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: "platforms.publish", Title: lang.Text{ZH: "生成和发布监测报告、开放数据", EN: "Make and release monitoring reports and open data"}, Roles: []identity.Role{identity.Officer}},
		{ID: "platforms.alert.view", Title: lang.Text{ZH: "查看告警", EN: "View alerts"}, Roles: everyone},
		{ID: "platforms.alert.handle", Title: lang.Text{ZH: "处理告警", EN: "Take care of alerts"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: "platforms.alert.rules", Title: lang.Text{ZH: "查看告警规则和静默", EN: "View alert rules and silences"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: "platforms.alert.edit", Title: lang.Text{ZH: "编辑告警规则、静默、通知路由和值班表", EN: "Edit alert rules, silences, routes and rotas"}, Roles: []identity.Role{identity.Officer}},
	}
}

func (m *Module) measureList() []module.Measure {
	platforms := lang.Text{ZH: "个", EN: "platforms"}
	return []module.Measure{
		{
			ID: "platforms.monitored", Title: lang.Text{ZH: "实时监测平台数", EN: "Platforms monitored in real time"}, Unit: platforms,
			Counts: lang.Text{ZH: "试运行或正式运行、且数据按期到达的平台", EN: "Platforms in trial or in service whose data arrives when due"},
			Page:   "/platforms?freshness=reporting",
			Value:  m.measures.monitored,
		},
		m.fostering.Measure(),
		m.fostering.OutputMeasure(),
		{
			ID: "platforms.enterprises_served", Title: lang.Text{ZH: "平台服务企业数", EN: "Enterprises served by platforms"}, Unit: lang.Text{ZH: "家", EN: "enterprises"},
			Counts: lang.Text{
				ZH: "试运行或正式运行平台最新服务企业清单中的企业，按统一社会信用代码去重；只报数量、未交清单的平台不计",
				EN: "Enterprises in the newest lists of platforms in trial or in service, each once by its unified social credit code; platforms that sent a figure and no list do not count",
			},
			Page:  "/platforms/penetration",
			Value: m.reach.measure(func(r Reach) (float64, bool) { return float64(r.Served), r.Lists > 0 }),
		},
		{
			ID: "platforms.penetration", Title: lang.Text{ZH: "平台普及率", EN: "Platform penetration"}, Unit: lang.Text{ZH: "%", EN: "%"},
			Counts: lang.Text{
				ZH: "企业名录框中近 90 天有使用平台证据（登录、接口调用、设备数据、付费服务）的企业，除以名录框企业数；本市算法，非国家公布的公式",
				EN: "Enterprises of the frame with evidence in the last 90 days that they use a platform (login, API call, device datum, paid service), by the enterprises of the frame; the city's own formula, the national one is not published",
			},
			Page:  "/platforms/penetration",
			Value: m.reach.measure(func(r Reach) (float64, bool) { return r.Rate, r.Frame > 0 && r.Lists > 0 }),
		},
		{
			ID: "platforms.devices_connected", Title: lang.Text{ZH: "工业设备连接数", EN: "Devices connected"}, Unit: lang.Text{ZH: "台套", EN: "devices"},
			Counts: lang.Text{ZH: "试运行或正式运行平台最新报送的设备连接数之和", EN: "Sum of the newest figures of platforms in trial or in service"},
			Page:   "/platforms?sort=-dev_connected",
			Value:  m.measures.total("dev_connected"),
		},
		{
			ID: "platforms.available", Title: lang.Text{ZH: "平台平均可用率", EN: "Mean availability of platforms"}, Unit: lang.Text{ZH: "%", EN: "%"},
			Counts: lang.Text{
				ZH: "试运行或正式运行、本月有探测的平台各自可用率的平均；可用率为成功次数除以维护时段以外的探测次数",
				EN: "Mean over platforms in trial or in service that were probed this month; of each, good looks by looks outside of maintenance",
			},
			Page:  "/platforms/status",
			Value: m.availability.available,
		},
	}
}

// Run keeps the time series up with the ledger and notices silence, until ctx ends.
func (m *Module) Run(ctx context.Context) error {
	if m.broken != nil {
		return m.broken
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return m.projector.run(ctx) })
	g.Go(func() error { return m.watch(ctx) })
	g.Go(func() error { return m.probePlatforms(ctx) })
	g.Go(func() error { return m.pullSources(ctx) })
	return g.Wait()
}

// payloadKept is how long the ledger can rebuild the time series.
const payloadKept = 90 * 24 * time.Hour

func (m *Module) forgetPayloads(ctx context.Context) error {
	return m.ledger.forget(ctx, time.Now().Add(-payloadKept))
}
