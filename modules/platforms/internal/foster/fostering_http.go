package foster

import (
	"context"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
)

// People tells who may review, whose people they are, and who the city is.
type People interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Seers(ctx context.Context, in identity.SeerParams) ([]identity.Seer, error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
}

// Site is what fostering asks of the room that it is part of.
type Site struct {
	Classes   []string // of platforms
	Indicator func(code string) (title, unit lang.Text, ok bool)
	// Availability is that of a platform since a day, in percent; nil: it was not looked at.
	Availability func(ctx context.Context, platform, since string) (*float64, error)
}

// Permissions that fostering asks for.
const (
	mayView     = "platforms.view"
	mayApply    = "platforms.foster.apply"
	mayManage   = "platforms.foster.manage"
	mayReview   = "platforms.foster.review"
	maySeeAll   = "platforms.foster.results"
	mayObject   = "platforms.foster.object"
	noticeTask  = "platforms.foster.assigned"
	noticeNews  = "platforms.foster.moved"
	noticeDoubt = "platforms.foster.objected"
)

// Fostering is the part of the room that fosters platforms.
type Fostering struct {
	kit          *module.Kit
	site         Site
	people       People
	calls        callStore
	applications applicationStore
	reviews      reviewStore
	awards       awardStore
	figures      figureStore
	outputs      outputStore
}

// New returns the part of the room.
func New(kit *module.Kit, people People, site Site) *Fostering {
	calls := callStore{kit.DB}
	applications := applicationStore{kit.DB, calls}
	return &Fostering{
		kit: kit, site: site, people: people, calls: calls, applications: applications,
		reviews: reviewStore{kit.DB, calls, applications}, awards: awardStore{kit.DB}, figures: figureStore{kit.DB, site}, outputs: outputStore{kit.DB},
	}
}

// Permissions are what the routes ask for, beside seeing platforms.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayApply, Title: lang.Text{ZH: "申报平台培育", EN: "Apply for fostering"}, Roles: []identity.Role{identity.Manager}},
		{ID: mayManage, Title: lang.Text{ZH: "组织平台培育", EN: "Run calls for fostering and decide"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayReview, Title: lang.Text{ZH: "评审培育申报", EN: "Review applications for fostering"}, Roles: []identity.Role{identity.Officer, identity.Leader}},
		{ID: maySeeAll, Title: lang.Text{ZH: "查看培育评审结果", EN: "See what reviews of applications came to"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: mayReportOutput, Title: lang.Text{ZH: "报送新增产值", EN: "Report new output"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayReviewOutput, Title: lang.Text{ZH: "审核新增产值", EN: "Review new output"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayObject, Title: lang.Text{ZH: "对公示提出异议", EN: "Object to awards in their public notice"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
	}
}

// Routes are the doors.
func (m *Fostering) Routes() []module.Route {
	return slices.Concat(m.callRoutes(), m.applicationRoutes(), m.reviewRoutes(), m.awardRoutes(), m.outputRoutes())
}

// Notices are the kinds of notices that fostering sends.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeTask, Title: lang.Text{ZH: "有培育申报待我评审", EN: "An application waits for my review"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeNews, Title: lang.Text{ZH: "培育申报有进展", EN: "An application for fostering moved on"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeDoubt, Title: lang.Text{ZH: "培育公示的异议和答复", EN: "Objections to awards in their public notice, and the answers"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeOutput, Title: lang.Text{ZH: "新增产值审核结果", EN: "A figure of new output was reviewed"}, Gravity: notice.Important, Mail: notice.Daily},
	}
}

// Measure is how many platforms were fostered.
func (m *Fostering) Measure() module.Measure {
	return module.Measure{
		ID: "platforms.specialised_new", Title: lang.Text{ZH: "新培育特色型专业型平台数", EN: "Specialised platforms newly fostered"}, Unit: lang.Text{ZH: "个", EN: "platforms"},
		Counts: lang.Text{
			ZH: "获得培育认定、公示期满无未决或成立的异议、且未被撤销的平台，同一平台只计一次；只计已设年度目标的认定年度，未设任何目标时计全部年度；有效期届满不扣减",
			EN: "Platforms with an award whose public notice is over without an open or upheld objection and that was not withdrawn, each once; of awards of years that have a goal, or of all years while none has; an award that ran out still counts",
		},
		Page:  "/platforms/fostering",
		Value: m.awards.fostered,
	}
}

type nothing struct{}

// hand is who does something.
type hand struct{ actor, name string }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

// forCity keeps calls and awards to who sees the whole city: they are the city's.
func forCity[I, O any](call func(ctx context.Context, in I) (O, error)) func(ctx context.Context, in I) (O, error) {
	return func(ctx context.Context, in I) (out O, err error) {
		if !identity.From(ctx).Scope.All {
			return out, fault.New(fault.Forbidden, "platforms.foster.city", "calls and awards are the whole city's, and are for who sees all of it")
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
