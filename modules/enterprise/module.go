package enterprise

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
	"linghang/kernel/notice"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/enterprise/internal/attraction"
	"linghang/modules/enterprise/internal/cultivation"
	"linghang/modules/enterprise/internal/diagnosis"
	"linghang/modules/enterprise/internal/need"
	"linghang/modules/enterprise/internal/policy"
	"linghang/modules/enterprise/internal/provider"
	"linghang/modules/enterprise/internal/service"
)

//go:embed migrations/*.sql
var migrations embed.FS

const topicEntries = "enterprise.entries"

// The notices of the directory.
const (
	noticeToReview = "enterprise.entry.to_review"
	noticeDecided  = "enterprise.entry.decided"
	noticeExpiring = "enterprise.qualification.expiring"
)

// Organisations is the register of organisations: who reviews what enterprises file.
type Organisations interface {
	service.People
	diagnosis.People
	// InvitedCodes says of each code what became of its latest invitation.
	InvitedCodes(ctx context.Context, codes []string) (map[string]identity.Invitation, error)
}

// Graph is what the graph of industry knows of who could help an enterprise.
type Graph interface{ need.Graph }

// Fit is what it knows of one.
type Fit = need.Fit

// Module is the room.
type Module struct {
	kit           *module.Kit
	entries       entryStore
	organisations Organisations
	inviting      Inviting
	diagnosis     *diagnosis.Diagnosis
	services      *service.Services
	attraction    *attraction.Attraction
	providers     *provider.Providers
	needs         *need.Needs
	policies      *policy.Policies
	cultivation   *cultivation.Cultivation

	broken error // the binary's own questionnaires cannot be read; Run reports it
}

// Catalogue is the catalogue of scenarios.
type Catalogue interface{ need.Catalogue }

// New returns the room.
func New(kit *module.Kit, organisations Organisations, inviting Inviting, graph Graph, catalogue Catalogue) *Module {
	m := &Module{kit: kit, entries: entryStore{kit.DB, kit.Search, kit.Shares}, organisations: organisations, inviting: inviting}
	m.diagnosis, m.broken = diagnosis.New(kit, organisations, m.entries)
	m.attraction = attraction.New(kit, landedEntries{servedEntries{m.entries}})
	w, noWords := vocabularies()
	m.providers = provider.New(kit, organisations, m.entries, w)
	m.services = service.New(kit, organisations, servedEntries{m.entries}, m.providers)
	var noNeeds error
	m.needs, noNeeds = need.New(kit, organisations, placedEntries{m.entries}, m.providers, need.Around{Past: m.services, Graph: graph, Catalogue: catalogue})
	m.policies = policy.New(kit, organisations, m.entries, ruleWords)
	var noLadders error
	m.cultivation, noLadders = cultivation.New(kit, m.entries, ruleWords)
	m.broken = errors.Join(m.broken, noWords, noNeeds, noLadders)
	return m
}

// Run implements module.Runner.
func (m *Module) Run(ctx context.Context) error {
	if m.broken != nil {
		return m.broken
	}
	m.needs.Run(ctx)
	return nil
}

// routes are those of the directory and of the parts of the room.
func (m *Module) routes() []module.Route {
	return slices.Concat(
		m.entryRoutes(), m.invitationRoutes(), m.siteRoutes(), m.evidenceRoutes(), m.importRoutes(), m.mergeRoutes(), m.requestRoutes(),
		m.diagnosis.Routes(), m.providers.Routes(), m.needs.Routes(), m.policies.Routes(), m.cultivation.Routes(), m.services.Routes(), m.attraction.Routes(),
	)
}

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "企业服务", EN: "Enterprises"}
	return module.Manifest{
		Name: "enterprise", Title: lang.Text{ZH: "企业综合服务", EN: "Services for enterprises"}, Migrations: dir,
		Permissions: slices.Concat(permissions(), diagnosis.Permissions(), provider.Permissions(), need.Permissions(), policy.Permissions(), cultivation.Permissions(), service.Permissions(), attraction.Permissions()),
		Routes:      m.routes(),
		Publishes: []bus.Event{
			enterpriseevent.Accepted{},
			enterpriseevent.Changed{},
			enterpriseevent.Merged{},
			enterpriseevent.Unmerged{},
			enterpriseevent.Diagnosed{},
			enterpriseevent.AgreementAccepted{},
			enterpriseevent.AgreementClosed{},
			enterpriseevent.ProviderChanged{},
		},
		Subscribes: []module.Subscription{bus.On(m.founded), bus.On(m.services.Reviewed), bus.On(m.services.Closed), bus.On(m.services.CarriedOut)},
		Measures:   slices.Concat(m.measures(), m.diagnosis.Measures(), m.providers.Measures(), m.needs.Measures(), m.policies.Measures(), m.cultivation.Measures(), m.services.Measures(), m.attraction.Measures()),
		Personal:   slices.Concat(personal(), diagnosis.Personal(), provider.Personal(), need.Personal(), policy.Personal(), cultivation.Personal(), service.Personal(), attraction.Personal()),
		Forget:     m.forgetPerson,
		Finds:      slices.Concat(m.entries.finds(), m.providers.Finds(), m.needs.Finds(), m.policies.Finds()),
		Shares:     m.entries.shareables(),
		Topics:     slices.Concat([]module.Topic{{Name: topicEntries, Permission: "enterprise.view"}}, provider.Topics(), need.Topics(), service.Topics(), attraction.Topics()),
		Notices: slices.Concat([]notice.Kind{
			{ID: noticeToReview, Title: lang.Text{ZH: "企业登记待审核", EN: "Entries of enterprises to review"}, Gravity: notice.Info, Mail: notice.Daily},
			{ID: noticeExpiring, Title: lang.Text{ZH: "资质即将到期", EN: "A qualification ends soon"}, Gravity: notice.Important, Mail: notice.Daily},
			{ID: noticeDecided, Title: lang.Text{ZH: "企业登记审核结果", EN: "Decisions on an enterprise's entry"}, Gravity: notice.Important, Mail: notice.AtOnce},
		}, requestNotices(), diagnosis.Notices(), provider.Notices(), need.Notices(), policy.Notices(), cultivation.Notices(), service.Notices(), attraction.Notices()),
		Jobs: slices.Concat([]module.Job{
			{Name: "tell_ending", Title: lang.Text{ZH: "提醒即将到期的资质", EN: "Tell of qualifications that end soon"}, Every: time.Hour, Do: func(ctx context.Context) error { return m.entries.tellEnding(ctx, time.Now(), m.kit.Notices) }},
			{Name: "forget_accesses", Title: lang.Text{ZH: "清理查阅记录", EN: "Forget old records of access"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.entries.forgetAccesses(ctx, time.Now()) }},
			{Name: "remind_requests", Title: lang.Text{ZH: "提醒待处理的更正、删除请求", EN: "Remind of requests about entries"}, Every: time.Hour, Do: func(ctx context.Context) error { return m.remindBureau(ctx, time.Now()) }},
		}, m.providers.Jobs(), m.needs.Jobs(), m.services.Jobs(), m.attraction.Jobs()),
		Nav: slices.Concat([]module.NavItem{
			{Section: section, Label: lang.Text{ZH: "企业名录", EN: "Directory"}, Path: "/enterprise", Icon: "enterprises", Permission: "enterprise.view"},
			{Section: section, Label: lang.Text{ZH: "本企业", EN: "My enterprise"}, Path: "/enterprise/mine", Icon: "persons", Permission: "enterprise.file"},
			{Section: section, Label: lang.Text{ZH: "登记审核", EN: "Review of entries"}, Path: "/enterprise/review", Icon: "registrations", Permission: "enterprise.review"},
			{Section: section, Label: lang.Text{ZH: "重复企业", EN: "Duplicates"}, Path: "/enterprise/duplicates", Icon: "rules", Permission: "enterprise.review"},
			{Section: section, Label: lang.Text{ZH: "批量导入", EN: "Import"}, Path: "/enterprise/import", Icon: "files", Permission: "enterprise.review"},
			{Section: section, Label: lang.Text{ZH: "邀请入驻", EN: "Invitations"}, Path: "/enterprise/invitations", Icon: "invitations", Permission: "enterprise.review"},
			{Section: section, Label: lang.Text{ZH: "更正与删除", EN: "Corrections"}, Path: "/enterprise/requests", Icon: "registrations", Permission: "enterprise.file"},
		}, diagnosis.Nav(section), provider.Nav(section), need.Nav(section), policy.Nav(section), cultivation.Nav(section), service.Nav(section), attraction.Nav(section)),
	}
}

func permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: "enterprise.view", Title: lang.Text{ZH: "查看企业名录", EN: "View the directory of enterprises"}, Roles: everyone},
		{ID: "enterprise.file", Title: lang.Text{ZH: "申报和维护本企业登记", EN: "File and keep the entry of one's own enterprise"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: "enterprise.review", Title: lang.Text{ZH: "审核、录入和导入企业", EN: "Review, enter and import enterprises"}, Roles: []identity.Role{identity.Officer}},
	}
}
