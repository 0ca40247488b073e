// Package share lets organisations share objects by named rules (room: share):
// what, with whom, for what purpose, until when. Nothing is shared without one.
//
// Row access stays the first lock: everybody sees the rows of the organisations
// in their scope. A rule in force adds objects of others, to be read and nothing
// else. A rule is a form that makes a policy in the language Cedar; the security
// administrator may write the policy by hand. An organisation's own rules are
// its manager's; rules about the whole city, and policies written by hand, wait
// for a second person.
//
// Rooms say in their Manifest which objects can be shared (module.Shareable) and
// ask Kit.Shares which of them are shared with who is asking. The answer is
// worked out once for each organisation, kind of objects, number of the rules
// and stamp of the objects; both numbers are asked of the database every time,
// so what ends has ended in every replica (ADR 0015).
//
// Tables: rule, rule_history, rule_set. Tells: nothing. Hears: system.organisation.changed.
package share

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
)

//go:embed migrations/*.sql
var migrations embed.FS

// What is watched: one's own rules, and that something somewhere is shared
// otherwise. The second says not what, so everybody may hear it.
const (
	topicRules   = "share.rules"
	topicObjects = "share.objects"
)

// Kind is a kind of objects that a room lets be shared.
type Kind struct {
	Room string
	module.Shareable
}

func (k Kind) name() string { return k.Room + "/" + k.Noun }

// Room is the room of sharing.
type Room struct {
	kit       *module.Kit
	directory *identity.Directory
	rules     ruleStore
	kinds     func() []Kind
	memory    memory
	now       func() time.Time
}

// New returns the room; kinds are those of all rooms, complete when serving.
func New(kit *module.Kit, directory *identity.Directory, kinds func() []Kind) *Room {
	return &Room{kit: kit, directory: directory, rules: ruleStore{kit.DB}, kinds: kinds, memory: newMemory(), now: time.Now}
}

// Check refuses kinds that rules could not speak of.
func (m *Room) Check() error {
	for _, k := range m.kinds() {
		if k.Noun == "" || k.Permission == "" || k.Walk == nil || k.Stamp == nil {
			return fmt.Errorf("room %s lets %q be shared without saying how", k.Room, k.Noun)
		}
	}
	return nil
}

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	everyone := []identity.Role{identity.SecurityAdministrator, identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return module.Manifest{
		Name: "share", Title: lang.Text{ZH: "数据共享", EN: "Sharing"}, Migrations: dir,
		Permissions: []module.Permission{
			{ID: "share.view", Title: lang.Text{ZH: "查看共享", EN: "View what is shared"}, Roles: everyone},
			{ID: "share.manage", Title: lang.Text{ZH: "管理本机构的共享规则", EN: "Manage the organisation's sharing rules"}, Duty: identity.Security, Roles: []identity.Role{identity.Manager}},
			{ID: "share.city", Title: lang.Text{ZH: "起草全市共享规则、编写策略", EN: "Draft sharing rules of the city, write policies"}, Duty: identity.Security},
			{ID: "share.approve", Title: lang.Text{ZH: "批准全市共享规则", EN: "Approve sharing rules of the city"}, Duty: identity.Security, Roles: []identity.Role{identity.Leader}},
			{ID: "share.explain", Title: lang.Text{ZH: "解释谁能看到什么", EN: "Explain who sees what"}, Duty: identity.Security, Roles: []identity.Role{identity.Auditor, identity.Manager}},
		},
		Personal: personal(), Forget: m.forgetPerson,
		Routes:     m.routes(),
		Subscribes: []module.Subscription{bus.On(m.organisationChanged)},
		Topics:     []module.Topic{{Name: topicRules, Permission: "share.view"}, {Name: topicObjects, Permission: "share.view"}},
		Nav: []module.NavItem{
			{Section: lang.Text{ZH: "数据共享", EN: "Sharing"}, Label: lang.Text{ZH: "共享给我们的", EN: "Shared with us"}, Path: "/sharing", Icon: "shared", Permission: "share.view"},
			{Section: lang.Text{ZH: "数据共享", EN: "Sharing"}, Label: lang.Text{ZH: "共享规则", EN: "Sharing rules"}, Path: "/sharing/rules", Icon: "rules", Permission: "share.view"},
			{Section: lang.Text{ZH: "数据共享", EN: "Sharing"}, Label: lang.Text{ZH: "谁能看到", EN: "Who sees what"}, Path: "/sharing/explain", Icon: "explain", Permission: "share.explain"},
		},
	}
}

// organisationChanged keeps names, and works everything out anew.
func (m *Room) organisationChanged(ctx context.Context, e identity.OrganisationChanged) error {
	o, err := m.directory.Organisation(ctx, e.ID)
	if err != nil {
		o = identity.Organisation{ID: e.ID} // it was removed: there is nobody to share with
	}
	return m.rules.rename(ctx, o.ID, o.Name)
}

// kind returns a kind of objects by its name.
func (m *Room) kind(name string) (Kind, bool) {
	kinds := m.kinds()
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.name() == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// For narrows sharing to the kinds of one room.
func (m *Room) For(room string) module.Shares { return narrowed{m, room} }

type narrowed struct {
	m    *Room
	room string
}

// Shared implements module.Shares.
func (n narrowed) Shared(ctx context.Context, noun string) ([]string, error) {
	set, err := n.m.shared(ctx, n.room+"/"+noun)
	if err != nil {
		return nil, err
	}
	return set.ids, nil
}

// Keys returns what is shared with who is asking, of the kinds that they may
// see, as the city's search names objects: room/noun/id.
func (m *Room) Keys(ctx context.Context) (map[string]bool, error) {
	keys := map[string]bool{}
	id := identity.From(ctx)
	for _, k := range m.kinds() {
		if !id.May(k.Permission) {
			continue
		}
		set, err := m.shared(ctx, k.name())
		if err != nil {
			return nil, err
		}
		for _, object := range set.ids {
			keys[k.name()+"/"+object] = true
		}
	}
	return keys, nil
}

// Concerns implements httpd.Sharing.
func (m *Room) Concerns(topic string) bool {
	return slices.ContainsFunc(m.kinds(), func(k Kind) bool { return k.Topic == topic })
}

// Sees implements httpd.Sharing.
func (m *Room) Sees(ctx context.Context, id identity.Identity, topic, object string) bool {
	for _, k := range m.kinds() {
		if k.Topic != topic || object == "" {
			continue
		}
		set, err := m.shared(identity.With(ctx, id), k.name())
		if err != nil {
			m.kit.Log.Warn("what is shared could not be worked out", "kind", k.name(), "error", err)
			return false
		}
		if _, ok := slices.BinarySearch(set.ids, object); ok {
			return true
		}
	}
	return false
}

func (m *Room) routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /vocabulary", Permission: "share.view", Summary: "What can be shared, by which attributes", Handler: httpd.JSON(m.vocabulary)},
		{Pattern: "GET /partners", Permission: "share.manage", Summary: "An organisation to share with, by its whole name or code", Handler: httpd.JSON(m.partners)},
		{Pattern: "GET /rules", Permission: "share.view", Summary: "Sharing rules within one's scope", Handler: httpd.List(m.list)},
		{Pattern: "POST /rules", Permission: "share.manage", Summary: "Draft a rule", Handler: httpd.Created(m.draft)},
		{Pattern: "GET /rules/{id}", Permission: "share.view", Summary: "One rule, with its versions and what it shares now", Handler: httpd.JSON(m.rule)},
		{Pattern: "PUT /rules/{id}", Permission: "share.manage", Summary: "Change a rule", Handler: httpd.JSON(m.edit)},
		{Pattern: "PUT /rules/{id}/policy", Permission: "share.city", Summary: "Write a rule's policy by hand, or go back to the form's", Handler: httpd.JSON(m.editPolicy)},
		{Pattern: "POST /rules/{id}/submission", Permission: "share.manage", StepUp: true, Summary: "Put a rule in force, or before a second person", Handler: httpd.JSON(m.submit)},
		{Pattern: "POST /rules/{id}/decision", Permission: "share.approve", StepUp: true, Summary: "Approve a proposed rule, or return it", Handler: httpd.JSON(m.decide)},
		{Pattern: "POST /rules/{id}/end", Permission: "share.manage", Summary: "End a rule: what it shared is seen no more, at once", Handler: httpd.JSON(m.end)},
		{Pattern: "POST /check", Permission: "share.view", Summary: "Check a policy and keep nothing", Handler: httpd.JSON(m.check)},
		{Pattern: "GET /objects", Permission: "share.view", Summary: "Objects that are shared with the caller's organisation", Handler: httpd.List(m.withUs)},
		{Pattern: "GET /explanation", Permission: "share.explain", Sensitive: true, Summary: "Whether an organisation sees an object, and why", Handler: httpd.JSON(m.explain)},
	}
}
