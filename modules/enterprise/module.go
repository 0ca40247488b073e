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
	"linghang/modules/enterprise/internal/cultivation"
	"linghang/modules/enterprise/internal/diagnosis"
	"linghang/modules/enterprise/internal/policy"
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
	Root(ctx context.Context) (identity.Organisation, error)
	diagnosis.People
}

// Module is the room.
type Module struct {
	kit           *module.Kit
	entries       entryStore
	organisations Organisations
	diagnosis     *diagnosis.Diagnosis
	policies      *policy.Policies
	cultivation   *cultivation.Cultivation

	broken error // the binary's own questionnaires cannot be read; Run reports it
}

// New returns the room.
func New(kit *module.Kit, organisations Organisations) *Module {
	m := &Module{kit: kit, entries: entryStore{kit.DB, kit.Search, kit.Shares}, organisations: organisations}
	m.diagnosis, m.broken = diagnosis.New(kit, organisations, m.entries)
	m.policies = policy.New(kit, organisations, m.entries, ruleWords)
	var wrong error
	m.cultivation, wrong = cultivation.New(kit, m.entries, ruleWords)
	m.broken = errors.Join(m.broken, wrong)
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
	section := lang.Text{ZH: "企业服务", EN: "Enterprises"}
	return module.Manifest{
		Name: "enterprise", Title: lang.Text{ZH: "企业综合服务", EN: "Services for enterprises"}, Migrations: dir,
		Permissions: slices.Concat(permissions(), diagnosis.Permissions(), policy.Permissions(), cultivation.Permissions()),
		Routes:      slices.Concat(m.entryRoutes(), m.evidenceRoutes(), m.importRoutes(), m.mergeRoutes(), m.diagnosis.Routes(), m.policies.Routes(), m.cultivation.Routes()),
		Publishes:   []bus.Event{enterpriseevent.Accepted{}, enterpriseevent.Changed{}, enterpriseevent.Merged{}, enterpriseevent.Unmerged{}, enterpriseevent.Diagnosed{}},
		Measures:    slices.Concat(m.diagnosis.Measures(), m.policies.Measures(), m.cultivation.Measures()),
		Personal:    slices.Concat(personal(), diagnosis.Personal(), policy.Personal(), cultivation.Personal()),
		Forget:      m.forgetPerson,
		Finds:       slices.Concat(m.entries.finds(), m.policies.Finds()),
		Shares:      m.entries.shareables(),
		Topics:      []module.Topic{{Name: topicEntries, Permission: "enterprise.view"}},
		Notices: append([]notice.Kind{
			{ID: noticeToReview, Title: lang.Text{ZH: "企业登记待审核", EN: "Entries of enterprises to review"}, Gravity: notice.Info, Mail: notice.Daily},
			{ID: noticeExpiring, Title: lang.Text{ZH: "资质即将到期", EN: "A qualification ends soon"}, Gravity: notice.Important, Mail: notice.Daily},
			{ID: noticeDecided, Title: lang.Text{ZH: "企业登记审核结果", EN: "Decisions on an enterprise's entry"}, Gravity: notice.Important, Mail: notice.AtOnce},
		}, slices.Concat(diagnosis.Notices(), policy.Notices())...),
		Jobs: []module.Job{
			{Name: "tell_ending", Title: lang.Text{ZH: "提醒即将到期的资质", EN: "Tell of qualifications that end soon"}, Every: time.Hour, Do: func(ctx context.Context) error { return m.entries.tellEnding(ctx, time.Now(), m.kit.Notices) }},
			{Name: "forget_accesses", Title: lang.Text{ZH: "清理查阅记录", EN: "Forget old records of access"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.entries.forgetAccesses(ctx, time.Now()) }},
		},
		Nav: append([]module.NavItem{
			{Section: section, Label: lang.Text{ZH: "企业名录", EN: "Directory"}, Path: "/enterprise", Icon: "enterprises", Permission: "enterprise.view"},
			{Section: section, Label: lang.Text{ZH: "本企业", EN: "My enterprise"}, Path: "/enterprise/mine", Icon: "persons", Permission: "enterprise.file"},
			{Section: section, Label: lang.Text{ZH: "登记审核", EN: "Review of entries"}, Path: "/enterprise/review", Icon: "registrations", Permission: "enterprise.review"},
			{Section: section, Label: lang.Text{ZH: "重复企业", EN: "Duplicates"}, Path: "/enterprise/duplicates", Icon: "rules", Permission: "enterprise.review"},
			{Section: section, Label: lang.Text{ZH: "批量导入", EN: "Import"}, Path: "/enterprise/import", Icon: "files", Permission: "enterprise.review"},
		}, slices.Concat(diagnosis.Nav(section), policy.Nav(section), cultivation.Nav(section))...),
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
