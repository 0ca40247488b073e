package policy

import (
	"context"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/criterion"
)

// People tells who is told of what waits for the city.
type People interface {
	Root(ctx context.Context) (identity.Organisation, error)
}

// Permissions that policies ask for.
const (
	mayView   = "enterprise.policy.view"
	mayEdit   = "enterprise.policy.edit"
	mayFill   = "enterprise.policy.fill"
	maySubmit = "enterprise.policy.submit"
	mayReview = "enterprise.policy.review"
	mayDecide = "enterprise.policy.decide"
	mayReach  = "enterprise.policy.reach"

	noticeToReview = "enterprise.policy.to_review"
	noticeToDecide = "enterprise.policy.to_decide"
	noticeNews     = "enterprise.policy.news"
)

// Policies is the part of the room that keeps policies.
type Policies struct {
	kit       *module.Kit
	people    People
	directory criterion.Directory
	words     criterion.Vocabulary
	store     store

	// Now is the clock by which days of announcements and payments are told; nil: the server's.
	Now func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, people People, directory criterion.Directory, words criterion.Vocabulary) *Policies {
	return &Policies{kit: kit, people: people, directory: directory, words: words, store: store{kit.DB, kit.Search}}
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看政策库", EN: "See the library of policies"}, Roles: everyone},
		{ID: mayEdit, Title: lang.Text{ZH: "编辑和发布政策", EN: "Edit and publish policies"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayFill, Title: lang.Text{ZH: "填写政策申报", EN: "Fill in applications for policies"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: maySubmit, Title: lang.Text{ZH: "提交和撤回政策申报", EN: "Submit and withdraw applications for policies"}, Roles: []identity.Role{identity.Manager}},
		{ID: mayReview, Title: lang.Text{ZH: "审查政策申报、公示和登记兑付", EN: "Review applications, announce grants and record payments"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayDecide, Title: lang.Text{ZH: "审定政策申报", EN: "Decide on applications for policies"}, Roles: []identity.Role{identity.Officer, identity.Leader}},
		{ID: mayReach, Title: lang.Text{ZH: "查看政策适合的企业数", EN: "See how many enterprises a policy fits"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
	}
}

// Notices are the kinds of notices that policies send.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeToReview, Title: lang.Text{ZH: "政策申报待审查", EN: "An application for a policy waits for review"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeToDecide, Title: lang.Text{ZH: "政策申报待审定", EN: "An application for a policy waits for decision"}, Gravity: notice.Important, Mail: notice.Daily},
		{ID: noticeNews, Title: lang.Text{ZH: "政策申报有进展", EN: "An application for a policy moved on"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// Nav is the entry of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "惠企政策", EN: "Policies"}, Path: "/enterprise/policies", Icon: "templates", Permission: mayView}}
}

// Measures count policies, and what was granted.
func (m *Policies) Measures() []module.Measure {
	of := func(pick func(enterprises int, granted, paid int64) float64) func(context.Context) (measure.Value, error) {
		return func(ctx context.Context) (measure.Value, error) {
			n, synthetic, granted, paid, err := m.store.counted(ctx)
			return measure.Value{Number: pick(n, granted, paid), At: time.Now(), Known: err == nil, Synthetic: synthetic > 0}, err
		}
	}
	money := lang.Text{ZH: "万元", EN: "10 000 CNY"}
	return []module.Measure{
		{
			ID: "enterprise.policies", Title: lang.Text{ZH: "已发布的惠企政策数", EN: "Published policies"}, Unit: lang.Text{ZH: "项", EN: "policies"}, Page: "/enterprise/policies",
			Counts: lang.Text{ZH: "政策库中已发布、未撤销的政策，每项计一次，不论版本", EN: "Policies of the library that are published and not withdrawn, each once whatever its edition"},
			Value: func(ctx context.Context) (measure.Value, error) {
				n, synthetic, err := m.store.published(ctx)
				return measure.Value{Number: float64(n), At: time.Now(), Known: err == nil, Synthetic: synthetic > 0}, err
			},
		},
		{
			ID: "enterprise.policy_enterprises", Title: lang.Text{ZH: "享受政策的企业数", EN: "Enterprises that were granted a policy"}, Unit: lang.Text{ZH: "家", EN: "enterprises"}, Page: "/enterprise/policies?tab=applications&state=granted",
			Counts: lang.Text{ZH: "至少有一项申报获批准的企业，同一企业只计一次", EN: "Enterprises of which an application was granted, each once"}, Value: of(func(n int, _, _ int64) float64 { return float64(n) }),
		},
		{
			ID: "enterprise.policy_granted", Title: lang.Text{ZH: "政策批准金额", EN: "Amount granted by policies"}, Unit: money, Page: "/enterprise/policies?tab=applications&state=granted",
			Counts: lang.Text{ZH: "获批准申报的批准金额之和，不论是否兑付", EN: "Sum of what was granted, whether paid or not"}, Value: of(func(_ int, granted, _ int64) float64 { return float64(granted) / 100 }),
		},
		{
			ID: "enterprise.policy_paid", Title: lang.Text{ZH: "政策兑付金额", EN: "Amount paid by policies"}, Unit: money, Page: "/enterprise/policies?tab=applications&state=granted",
			Counts: lang.Text{ZH: "已登记凭证的兑付金额之和", EN: "Sum of payments that are recorded with a voucher"}, Value: of(func(_ int, _, paid int64) float64 { return float64(paid) / 100 }),
		},
	}
}

// Routes are the doors.
func (m *Policies) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /rules/fields", Permission: mayView, Summary: "What the conditions of policies and ladders may speak of", Handler: httpd.JSON(m.listFields)},
		{Pattern: "GET /policies", Permission: mayView, Summary: "The library of policies", Handler: httpd.List(m.listPolicies)},
		{Pattern: "POST /policies", Permission: mayEdit, Summary: "Draft a policy", Handler: httpd.Created(m.draftPolicy)},
		{Pattern: "GET /policy-facets", Permission: mayView, Summary: "How many policies are in force, by level, kind and district", Handler: httpd.JSON(m.readFacets)},
		{Pattern: "GET /policy-fits", Permission: mayView, Summary: "Which policies in force fit an own enterprise, and what is missing", Handler: httpd.JSON(m.listFits)},
		{Pattern: "GET /policies/{id}", Permission: mayView, Summary: "One policy", Handler: httpd.JSON(m.readPolicy)},
		{Pattern: "PUT /policies/{id}", Permission: mayEdit, Summary: "Change a policy; of a published one this makes a new edition", Handler: httpd.JSON(m.changePolicy)},
		{Pattern: "DELETE /policies/{id}", Permission: mayEdit, Summary: "Discard a draft, or remove a policy of the demonstration city", Handler: httpd.JSON(m.discardPolicy)},
		{Pattern: "POST /policies/{id}/publication", Permission: mayEdit, Summary: "Publish a draft", Handler: httpd.JSON(m.publishPolicy)},
		{Pattern: "POST /policies/{id}/withdrawal", Permission: mayEdit, Summary: "Withdraw a published policy", Handler: httpd.JSON(m.withdrawPolicy)},
		{Pattern: "GET /policies/{id}/editions", Permission: mayView, Summary: "What a policy was, each time that it was published", Handler: httpd.JSON(m.listEditions)},
		{Pattern: "GET /policies/{id}/fit", Permission: mayView, Summary: "What the conditions of a policy come to for an own enterprise, part by part", Handler: httpd.JSON(m.readFit)},
		{Pattern: "GET /policies/{id}/reach", Permission: mayReach, Summary: "How many enterprises a policy fits, by district, and what keeps others from it", Handler: httpd.JSON(m.readReach)},
	}, m.applicationRoutes())
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func (m *Policies) now() time.Time {
	if m.Now == nil {
		return now()
	}
	return m.Now().UTC().Truncate(time.Millisecond)
}

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

type nothing struct{}

type fieldsView struct {
	Items []criterion.Field `json:"items" nullable:"false"`
}

func (m *Policies) listFields(context.Context, nothing) (fieldsView, error) {
	return fieldsView{criterion.Fields()}, nil
}

func (m *Policies) listPolicies(ctx context.Context, in policyParams) (sqldb.Page[Policy], error) {
	page, err := m.store.policies(ctx, in, now())
	for i := range page.Items {
		page.Items[i].Text = lang.Text{} // read with the policy itself
	}
	return page, err
}

type facetsView struct {
	Levels    []Facet `json:"levels" nullable:"false"`
	Kinds     []Facet `json:"kinds" nullable:"false"`
	Districts []Facet `json:"districts" nullable:"false"`
}

func (m *Policies) readFacets(ctx context.Context, _ nothing) (v facetsView, err error) {
	today := dayOf(now())
	if v.Levels, err = m.store.facets(ctx, "level", today); err != nil {
		return v, err
	}
	if v.Kinds, err = m.store.facets(ctx, "kind", today); err != nil {
		return v, err
	}
	v.Districts, err = m.store.facets(ctx, "district", today)
	return v, err
}

// forCity refuses those who are not of the city's bureau.
func forCity(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	return nil
}

type draftInput struct{ Body Content }

func (m *Policies) draftPolicy(ctx context.Context, in draftInput) (Policy, error) {
	if err := forCity(ctx); err != nil {
		return Policy{}, err
	}
	c := in.Body.tidy()
	if err := c.check(m.words); err != nil {
		return Policy{}, err
	}
	at := now()
	p := Policy{ID: ulid.Make().String(), Content: c, State: Draft, CreatedAt: at, UpdatedAt: at}
	return m.store.put(ctx, 0, p.ID, func(Policy) (Policy, error) { return p, nil }, handOf(ctx))
}

func (m *Policies) readPolicy(ctx context.Context, in httpd.Object) (Policy, error) {
	return m.store.seen(ctx, in.ID)
}

type changeInput struct {
	httpd.Object
	httpd.IfMatch
	Body Content
}

func (m *Policies) changePolicy(ctx context.Context, in changeInput) (Policy, error) {
	c := in.Body.tidy()
	return m.change(ctx, in.ID, in.IfMatch, func(p Policy) (Policy, error) {
		if err := c.check(m.words); err != nil {
			return p, err
		}
		c.Synthetic = p.Synthetic
		p.Content, p.UpdatedAt = c, now()
		switch p.State {
		case Draft:
			return p, nil
		case Published:
			return p.publish(p.UpdatedAt)
		default:
			return p, fault.New(fault.Conflict, "enterprise.policy.withdrawn", "the policy was withdrawn")
		}
	})
}

// change changes a policy that the bureau keeps.
func (m *Policies) change(ctx context.Context, id string, match httpd.IfMatch, decide func(Policy) (Policy, error)) (Policy, error) {
	if err := forCity(ctx); err != nil {
		return Policy{}, err
	}
	version, err := match.Expected()
	if err != nil {
		return Policy{}, err
	}
	return m.store.put(ctx, version, id, decide, handOf(ctx))
}

type policyAct struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Policies) publishPolicy(ctx context.Context, in policyAct) (Policy, error) {
	return m.change(ctx, in.ID, in.IfMatch, func(p Policy) (Policy, error) {
		if p.State != Draft {
			return p, fault.New(fault.Conflict, "enterprise.policy.not_draft", "only a draft is published")
		}
		return p.publish(now())
	})
}

func (m *Policies) withdrawPolicy(ctx context.Context, in policyAct) (Policy, error) {
	return m.change(ctx, in.ID, in.IfMatch, func(p Policy) (Policy, error) {
		if p.State != Published {
			return p, fault.New(fault.Conflict, "enterprise.policy.not_published", "only a published policy is withdrawn")
		}
		p.State, p.UpdatedAt = Withdrawn, now()
		return p, nil
	})
}

func (m *Policies) discardPolicy(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := forCity(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	p, err := m.store.policy(ctx, m.store.db, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if p.State != Draft && !p.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "enterprise.policy.kept", "what was published is withdrawn, not removed")
	}
	return httpd.Nothing{}, m.store.removePolicy(ctx, p)
}

type editionsView struct {
	Items []Edition `json:"items" nullable:"false"`
}

func (m *Policies) listEditions(ctx context.Context, in httpd.Object) (editionsView, error) {
	if _, err := m.store.seen(ctx, in.ID); err != nil {
		return editionsView{}, err
	}
	list, err := m.store.editions(ctx, in.ID)
	return editionsView{list}, err
}
