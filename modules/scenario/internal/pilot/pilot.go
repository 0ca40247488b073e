package pilot

import (
	"context"
	"slices"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
)

// People tells who is who in the city.
type People interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
	Person(ctx context.Context, id string) (identity.Person, error)
	Coded(ctx context.Context, uscc string) ([]identity.Organisation, error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
	Erasing(ctx context.Context, person string) (bool, error)
}

// Site is what pilots ask of the room that they are part of.
type Site struct {
	// Now is the server's clock, by which deadlines go.
	Now func() time.Time
	// Related finds relations that this room was not told of; nil: nothing else is known.
	Related Related
}

// Permissions that pilots ask for, and notices that they send.
const (
	mayView     = "scenario.view"
	mayApply    = "scenario.pilot.apply"
	mayManage   = "scenario.pilot.manage"
	mayReview   = "scenario.pilot.review"
	maySeeAll   = "scenario.pilot.results"
	mayObject   = "scenario.pilot.object"
	noticeTask  = "scenario.pilot.assigned"
	noticeNews  = "scenario.pilot.moved"
	noticeDoubt = "scenario.pilot.objected"
	noticeDue   = "scenario.pilot.sealed"

	sealPurpose = "pilot.seal"
)

// Pilots is the part of the room that chooses pilots.
type Pilots struct {
	kit          *module.Kit
	site         Site
	people       People
	calls        callStore
	applications applicationStore
	seals        sealStore
	relations    relationStore
	employed     employmentStore
	reviews      reviewStore
	listings     listingStore
}

// New returns the part of the room.
func New(kit *module.Kit, people People, site Site) *Pilots {
	calls := callStore{kit.DB}
	applications := applicationStore{kit.DB, calls}
	return &Pilots{
		kit: kit, site: site, people: people, calls: calls, applications: applications, seals: sealStore{kit.DB, calls}, relations: relationStore{kit.DB}, employed: employmentStore{kit.DB},
		reviews: reviewStore{kit.DB, calls}, listings: listingStore{kit.DB, calls},
	}
}

// Permissions are what the routes ask for, beside seeing scenarios.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayApply, Title: lang.Text{ZH: "申报试点示范", EN: "Apply to be a pilot"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayManage, Title: lang.Text{ZH: "组织试点示范评选", EN: "Run calls for pilots"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayReview, Title: lang.Text{ZH: "评审试点示范申报", EN: "Review applications of pilots"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Manager, identity.Reporter, identity.Viewer}},
		{ID: maySeeAll, Title: lang.Text{ZH: "查看试点示范评审结果", EN: "See what reviews of pilots came to"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: mayObject, Title: lang.Text{ZH: "对试点公示提出异议", EN: "Object to pilots in their public notice"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
	}
}

// Routes are the doors.
func (m *Pilots) Routes() []module.Route {
	return slices.Concat(m.callRoutes(), m.applicationRoutes(), m.sealRoutes(), m.relationRoutes(), m.assignmentRoutes(), m.reviewRoutes(), m.panelRoutes(), m.listingRoutes())
}

// Notices are the kinds of notices that are sent.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeTask, Title: lang.Text{ZH: "有试点申报待我评审", EN: "Applications of pilots wait for my review"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeNews, Title: lang.Text{ZH: "试点申报有进展", EN: "An application to be a pilot moved on"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeDoubt, Title: lang.Text{ZH: "试点公示的异议和答复", EN: "Objections to pilots in their public notice, and the answers"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeDue, Title: lang.Text{ZH: "试点征集截止并封存", EN: "A call for pilots is over and sealed"}, Gravity: notice.Important, Mail: notice.Daily},
	}
}

// Jobs are the work that comes around.
func (m *Pilots) Jobs() []module.Job {
	return []module.Job{
		{Name: "seal_pilots", Title: lang.Text{ZH: "封存截止的试点申报", EN: "Seal calls for pilots that are over"}, Every: time.Minute, Do: m.sealDue},
		{Name: "employments", Title: lang.Text{ZH: "核对任职记录并清除过期记录", EN: "Compare employments with the register, and forget old ones"}, Every: 24 * time.Hour, Do: m.mendEmployments},
	}
}

// Subscribes are the events that are heard.
func (m *Pilots) Subscribes() []module.Subscription {
	return []module.Subscription{bus.On(m.Follow)}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{
		{Section: section, Label: lang.Text{ZH: "试点示范", EN: "Pilots"}, Path: "/scenario/pilots", Icon: "targets", Permission: mayView},
		{Section: section, Label: lang.Text{ZH: "试点评审", EN: "Reviews of pilots"}, Path: "/scenario/reviews", Icon: "registrations", Permission: mayReview},
	}
}

// Measure is how many pilots were chosen.
func (m *Pilots) Measure() module.Measure {
	return module.Measure{
		ID: "scenario.pilots", Title: lang.Text{ZH: "试点示范数", EN: "Pilots and demonstrations"}, Unit: lang.Text{ZH: "个", EN: "pilots"},
		Counts: lang.Text{
			ZH: "经征集、评审和公示后列入公布名单、且未被撤销的试点示范项目；公示中的不计",
			EN: "Projects on the published lists that came of calls, reviews and public notice, and were not removed; those in public notice do not count",
		},
		Page:  "/scenario/pilots?tab=pilots",
		Value: m.listings.count,
	}
}

// hand is who does something.
type hand struct{ actor, name string }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

// forCity keeps what is the whole city's to who sees all of it.
func forCity[I, O any](call func(ctx context.Context, in I) (O, error)) func(ctx context.Context, in I) (O, error) {
	return func(ctx context.Context, in I) (out O, err error) {
		if !identity.From(ctx).Scope.All {
			return out, fault.New(fault.Forbidden, "scenario.pilot.city", "calls and pilots are the whole city's, and are for who sees all of it")
		}
		return call(ctx, in)
	}
}

// act is something that the caller may do now, or not.
type act struct {
	name string
	may  bool
}

// offered names the acts that may be done.
func offered(list ...act) []string {
	names := []string{}
	for _, a := range list {
		if a.may {
			names = append(names, a.name)
		}
	}
	return names
}

type nothing struct{}
