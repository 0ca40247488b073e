package plan

import (
	"context"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) planRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /templates", Permission: "plan.view", Summary: "Plans to begin with", Handler: httpd.JSON(m.listTemplates)},
		{Pattern: "GET /plans", Permission: "plan.view", Summary: "Plans within one's scope", Handler: httpd.List(m.listPlans)},
		{Pattern: "POST /plans", Permission: "plan.manage", Summary: "Begin a plan from a template or from YAML", Handler: httpd.Created(m.createPlan)},
		{Pattern: "GET /plans/{id}", Permission: "plan.view", Summary: "One plan", Handler: httpd.JSON(m.readPlan)},
		{Pattern: "PUT /plans/{id}", Permission: "plan.manage", Summary: "Change a plan's title, note and rules", Handler: httpd.JSON(m.editPlan)},
		{Pattern: "DELETE /plans/{id}", Permission: "plan.manage", Summary: "Remove a plan of the demonstration city", Handler: httpd.JSON(m.removePlan)},
		{Pattern: "GET /plans/{id}/board", Permission: "plan.view", Summary: "The whole plan with values, forecasts and statuses", Handler: httpd.JSON(m.readBoard)},
		{Pattern: "GET /plans/{id}/targets", Permission: "plan.view", Summary: "The plan's targets as a list", Handler: httpd.List(m.listTargets)},
		{Pattern: "GET /plans/{id}/yaml", Permission: "plan.view", Summary: "The plan as YAML, which POST /plans takes", Handler: httpd.Raw("", http.HandlerFunc(m.serveYAML))},
		{Pattern: "GET /plans/{id}/export", Permission: "plan.view", Summary: "The plan as a workbook: targets, actions, values", Handler: httpd.Raw("", http.HandlerFunc(m.serveWorkbook))},
	}
}

type nothing struct{}

// TemplateView is a plan to begin with.
type TemplateView struct {
	ID       string    `json:"id"`
	Title    lang.Text `json:"title"`
	Note     lang.Text `json:"note"`
	From     day       `json:"from"`
	To       day       `json:"to"`
	Actions  int       `json:"actions"`
	Measures int       `json:"measures"`
	Targets  int       `json:"targets"`
	Source   lang.Text `json:"source"`
}

type templatesView struct {
	Items []TemplateView `json:"items" nullable:"false"`
}

func (m *Module) listTemplates(context.Context, nothing) (templatesView, error) {
	v := templatesView{Items: []TemplateView{}}
	for _, p := range m.templates {
		measures := 0
		for _, a := range p.Actions {
			measures += len(a.Measures)
		}
		v.Items = append(v.Items, TemplateView{p.Template, p.Title, p.Note, p.From, p.To, len(p.Actions), measures, len(p.Targets), p.Source})
	}
	return v, m.broken
}

// View is a plan without its parts.
type View struct {
	ID        string    `json:"id" title:"编号|ID"`
	Title     lang.Text `json:"title" title:"名称|Title"`
	Note      lang.Text `json:"note" title:"说明|Note"`
	Source    lang.Text `json:"source" title:"来源|Source"`
	Template  string    `json:"template" title:"模板|Template"`
	From      day       `json:"from" title:"开始|From"`
	To        day       `json:"to" title:"结束|To"`
	Targets   int       `json:"targets" title:"目标数|Targets"`
	Synthetic bool      `json:"synthetic" title:"合成数据|Synthetic"`
	Rules     rules     `json:"rules"`
	CreatedAt time.Time `json:"created_at" title:"创建时间|Created"`
	Version   int64     `json:"version"`
}

// ETag implements httpd.Versioned.
func (v View) ETag() int64 { return v.Version }

func viewPlan(p listed) View {
	return View{
		ID: p.ID, Title: p.Title, Note: p.Note, Source: p.Source, Template: p.Template, From: p.From, To: p.To, Targets: p.targets,
		Synthetic: p.Synthetic, Rules: p.Rules, CreatedAt: p.CreatedAt, Version: p.Version,
	}
}

func (m *Module) listPlans(ctx context.Context, in sqldb.ListParams) (sqldb.Page[View], error) {
	page, err := m.plans.list(ctx, in)
	views := sqldb.Page[View]{Items: make([]View, len(page.Items)), NextCursor: page.NextCursor, Total: page.Total}
	for i, p := range page.Items {
		views.Items[i] = viewPlan(p)
	}
	return views, err
}

type createInput struct {
	Body struct {
		Template  string    `json:"template,omitempty" maxLength:"60" doc:"Id of a template; or yaml"`
		YAML      string    `json:"yaml,omitempty" maxLength:"524288" doc:"A plan as exported; or template"`
		Title     lang.Text `json:"title,omitzero" doc:"Default: as in the template or the YAML"`
		From      day       `json:"from,omitempty" maxLength:"10" doc:"Moves the plan to another period; with to"`
		To        day       `json:"to,omitempty" maxLength:"10"`
		Synthetic bool      `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	}
}

func (m *Module) createPlan(ctx context.Context, in createInput) (View, error) {
	b := in.Body
	p, err := m.begin(b.Template, b.YAML)
	if err != nil {
		return View{}, err
	}
	if b.From != "" || b.To != "" {
		if p, err = p.shift(b.From, b.To); err != nil {
			return View{}, err
		}
	}
	if b.Title.ZH != "" || b.Title.EN != "" {
		p.Title = b.Title
	}
	id := identity.From(ctx)
	p.ID, p.OrganisationID, p.CreatedAt, p.Version = ulid.Make().String(), id.Organisation.ID, time.Now().UTC(), 1
	p.Synthetic = p.Synthetic || b.Synthetic
	if err := p.check(); err != nil {
		return View{}, err
	}
	if err := m.plans.insert(ctx, p, id.Actor()); err != nil {
		return View{}, err
	}
	m.notify(p, target{})
	return viewPlan(listed{p, len(p.Targets)}), nil
}

// begin finds what a plan is made from.
func (m *Module) begin(template, text string) (plan, error) {
	if (template == "") == (text == "") {
		return plan{}, fault.New(fault.Invalid, "plan.plan.origin", "a plan begins from a template or from YAML").
			At("body.template", "give template or yaml, and not both")
	}
	if text != "" {
		return readPlan([]byte(text))
	}
	for _, p := range m.templates {
		if p.Template == template {
			return p, nil
		}
	}
	return plan{}, fault.New(fault.Invalid, "plan.template.unknown", "there is no template %q", template).At("body.template", "see GET /api/plan/templates")
}

func (m *Module) readPlan(ctx context.Context, in httpd.Object) (View, error) {
	p, err := m.plans.read(ctx, in.ID)
	return viewPlan(listed{p, len(p.Targets)}), err
}

// managed returns a plan that the caller may change: owners of single targets may not.
func (m *Module) managed(ctx context.Context, id string) (plan, error) {
	p, err := m.plans.read(ctx, id)
	if err != nil {
		return p, err
	}
	return p, manages(ctx, p)
}

func manages(ctx context.Context, p plan) error {
	if identity.From(ctx).Scope.Allows(p.OrganisationID) {
		return nil
	}
	return fault.New(fault.Forbidden, "plan.plan.owner", "only the organisation that made the plan can change it")
}

type editPlanInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Title lang.Text `json:"title"`
		Note  lang.Text `json:"note,omitzero"`
		Rules rules     `json:"rules"`
	}
}

func (m *Module) editPlan(ctx context.Context, in editPlanInput) (View, error) {
	version, err := in.Expected()
	if err != nil {
		return View{}, err
	}
	before, err := m.managed(ctx, in.ID)
	if err != nil {
		return View{}, err
	}
	p := before
	p.Title, p.Note, p.Rules = in.Body.Title, in.Body.Note, in.Body.Rules
	if err := p.check(); err != nil {
		return View{}, err
	}
	if err := m.plans.update(ctx, before, p, version); err != nil {
		return View{}, err
	}
	m.notify(p, target{})
	p.Version = version + 1
	return viewPlan(listed{p, len(p.Targets)}), nil
}

// removePlan takes away demonstration data only: a real plan is part of the record.
func (m *Module) removePlan(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	p, err := m.managed(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !p.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "plan.plan.kept", "only plans of the demonstration city can be removed")
	}
	m.notify(p, target{})
	return httpd.Nothing{}, m.plans.remove(ctx, p)
}

// notify tells browsers of the plan's organisation and of the target's owner.
func (m *Module) notify(p plan, t target) {
	m.kit.Notify(topicBoard, p.ID, p.OrganisationID)
	if t.OwnerID != "" && t.OwnerID != p.OrganisationID {
		m.kit.Notify(topicBoard, p.ID, t.OwnerID)
	}
}

// trendPoints is how many points of its history a target shows.
const trendPoints = 240

// facts reads what the board of these targets is made of. The ids say whose
// history is read: the plan's, or one target's.
func (m *Module) facts(ctx context.Context, planID, targetID string, targets []target) (facts, error) {
	needed := map[string]bool{}
	for _, t := range targets {
		if t.Kind == kindLive {
			for _, id := range formulaOf(t.Formula).measures {
				needed[id] = true
			}
		}
	}
	ids := make([]string, 0, len(needed))
	for id := range needed {
		ids = append(ids, id)
	}
	x := facts{read: m.readings.read(ctx, ids, sampleEvery), rooms: m.readings.rooms()}
	var err error
	if x.trends, err = m.values.trend(ctx, planID, targetID, trendPoints); err != nil {
		return x, err
	}
	x.approved, err = m.values.approved(ctx, planID, targetID)
	return x, err
}

func (m *Module) board(ctx context.Context, id string) (Board, plan, error) {
	p, err := m.plans.read(ctx, id)
	if err != nil {
		return Board{}, p, err
	}
	x, err := m.facts(ctx, p.ID, "", p.Targets)
	if err != nil {
		return Board{}, p, err
	}
	return p.board(x, time.Now()), p, nil
}

func (m *Module) readBoard(ctx context.Context, in httpd.Object) (Board, error) {
	b, _, err := m.board(ctx, in.ID)
	return b, err
}

func (m *Module) serveYAML(w http.ResponseWriter, r *http.Request) {
	p, err := m.plans.read(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	text, err := writePlan(p)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.Attach(w, "application/yaml; charset=utf-8", "plan-"+p.ID+".yaml")
	_, _ = w.Write(text) // who has gone needs no answer
}
