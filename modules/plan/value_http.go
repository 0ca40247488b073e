package plan

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// evidenceLimit bounds one file of evidence.
const evidenceLimit = 20 << 20

func (m *Module) valueRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /evidence", Permission: "plan.report", Summary: "Upload a file of evidence; its name in the parameter name", MaxBody: evidenceLimit + 1,
			Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload)),
		},
		{Pattern: "GET /evidence/{id}", Permission: "plan.view", Summary: "Download a file of evidence", Handler: httpd.Raw("", http.HandlerFunc(m.serveEvidence))},
		{Pattern: "GET /values", Permission: "plan.view", Summary: "Reported values, by default those that wait for review or approval", Handler: httpd.List(m.listValues)},
		{Pattern: "POST /targets/{id}/values", Permission: "plan.report", Summary: "Report a value with its evidence", Handler: httpd.Created(m.report)},
		{Pattern: "POST /values/{id}/review", Permission: "plan.review", Summary: "Review a value that somebody else reported", Handler: httpd.JSON(m.review)},
		{Pattern: "POST /values/{id}/approve", Permission: "plan.approve", Summary: "Approve a reviewed value: from now on it counts", Handler: httpd.JSON(m.approve)},
		{Pattern: "POST /values/{id}/return", Permission: "plan.review", Summary: "Return a value to its reporter, with the reason", Handler: httpd.JSON(m.giveBack)},
	}
}

// EvidenceView is a file that shows that a reported value is true.
type EvidenceView struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	MediaType  string    `json:"media_type"`
	Size       int64     `json:"size"`
	SHA256     string    `json:"sha256"`
	UploadedBy string    `json:"uploaded_by"`
	UploadedAt time.Time `json:"uploaded_at"`
}

func viewEvidence(list []evidence) []EvidenceView {
	views := make([]EvidenceView, len(list))
	for i, e := range list {
		views[i] = EvidenceView{e.ID, e.Name, e.MediaType, e.Size, e.SHA256, e.Uploaded.name, e.Uploaded.at}
	}
	return views
}

func (m *Module) serveUpload(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	f, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	e := evidence{
		ID: f.ID, OrganisationID: identity.From(ctx).Organisation.ID, Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256, Uploaded: handOf(ctx),
	}
	httpd.Answer(w, r, http.StatusCreated, viewEvidence([]evidence{e})[0], m.values.addEvidence(ctx, e))
}

func (m *Module) serveEvidence(w http.ResponseWriter, r *http.Request) {
	e, err := m.values.evidence(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: e.SHA256, Name: e.Name, MediaType: e.MediaType, Size: e.Size})
}

// Step is somebody who handled a value, and when.
type Step struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

func viewHand(h hand) *Step {
	if h.actor == "" {
		return nil
	}
	return &Step{h.name, h.at}
}

// ValueView is one value of a target.
type ValueView struct {
	ID         string         `json:"id" title:"编号|ID"`
	PlanID     string         `json:"plan_id"`
	TargetID   string         `json:"target_id"`
	Code       string         `json:"code" title:"代码|Code"`
	Title      lang.Text      `json:"title" title:"目标|Target"`
	Value      float64        `json:"value" title:"值|Value"`
	Unit       lang.Text      `json:"unit" title:"单位|Unit"`
	Goal       float64        `json:"goal"`
	ValidAt    time.Time      `json:"valid_at" doc:"The time that the value is about" title:"数据时间|Valid at"`
	KnownAt    *time.Time     `json:"known_at" doc:"When it began to count" title:"生效时间|Known at"`
	Source     string         `json:"source" enum:"live,reported" title:"来源|Source"`
	State      string         `json:"state" enum:"live,reported,reviewed,approved,returned" title:"状态|State"`
	Synthetic  bool           `json:"synthetic" title:"合成数据|Synthetic"`
	Formula    string         `json:"formula"`
	Note       string         `json:"note" title:"说明|Note"`
	Reported   *Step          `json:"reported,omitempty"`
	ReportedBy string         `json:"reported_by" title:"填报人|Reporter"`
	Reviewed   *Step          `json:"reviewed,omitempty"`
	ReviewedBy string         `json:"reviewed_by" title:"审核人|Reviewer"`
	Decided    *Step          `json:"decided,omitempty" doc:"Approved or returned"`
	DecidedBy  string         `json:"decided_by" title:"批准人|Approver"`
	Decision   string         `json:"decision_note" title:"审批意见|Decision"`
	Evidence   []EvidenceView `json:"evidence" nullable:"false"`
	Steps      []string       `json:"steps" nullable:"false" doc:"What the caller may do now: review, approve, return"`
}

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name, time.Now().UTC()}
}

func viewValue(ctx context.Context, v value, t target) ValueView {
	id := identity.From(ctx)
	view := ValueView{
		ID: v.ID, PlanID: t.PlanID, TargetID: v.TargetID, Code: t.Code, Title: t.Title, Value: v.Number, Unit: t.Unit, Goal: t.Goal, ValidAt: v.ValidAt,
		Source: v.Source, State: v.State, Synthetic: v.Synthetic, Formula: v.Formula, Note: v.Note,
		Reported: viewHand(v.Reported), ReportedBy: v.Reported.name, Reviewed: viewHand(v.Reviewed), ReviewedBy: v.Reviewed.name,
		Decided: viewHand(v.Decided), DecidedBy: v.Decided.name, Decision: v.DecisionNote, Evidence: viewEvidence(v.Evidence),
		Steps: v.steps(handOf(ctx), id.May("plan.review"), id.May("plan.approve")),
	}
	if v.KnownAt.UnixMilli() > 0 {
		view.KnownAt = &v.KnownAt
	}
	return view
}

func (m *Module) listValues(ctx context.Context, in valueParams) (sqldb.Page[ValueView], error) {
	page, err := m.values.reportedValues(ctx, in)
	if err != nil {
		return sqldb.Page[ValueView]{}, err
	}
	ids := map[string]bool{}
	for _, v := range page.Items {
		ids[v.TargetID] = true
	}
	targets, err := m.plans.some(ctx, ids)
	return viewValues(ctx, page, func(v value) target { return targets[v.TargetID] }), err
}

func viewValues(ctx context.Context, page sqldb.Page[value], of func(value) target) sqldb.Page[ValueView] {
	views := sqldb.Page[ValueView]{Items: make([]ValueView, len(page.Items)), NextCursor: page.NextCursor, Total: page.Total}
	for i, v := range page.Items {
		views.Items[i] = viewValue(ctx, v, of(v))
	}
	return views
}

type historyInput struct {
	httpd.Object
	sqldb.ListParams
	KnownAt time.Time `query:"known_at" doc:"Answer what was known then; default: every value"`
}

func (m *Module) history(ctx context.Context, in historyInput) (sqldb.Page[ValueView], error) {
	_, t, err := m.plans.planOf(ctx, in.ID)
	if err != nil {
		return sqldb.Page[ValueView]{}, err
	}
	page, err := m.values.history(ctx, t.ID, in.KnownAt, in.ListParams)
	return viewValues(ctx, page, func(value) target { return t }), err
}

type reportInput struct {
	httpd.Object
	Body struct {
		Value    float64   `json:"value"`
		ValidAt  time.Time `json:"valid_at" doc:"The time that the value is about"`
		Note     string    `json:"note,omitempty" maxLength:"2000" doc:"Where the value comes from"`
		Evidence []string  `json:"evidence,omitempty" maxItems:"20" doc:"Ids of uploaded files"`
	}
}

// report stores a value that does not count until a second person has reviewed
// and a third has approved it. A live target takes reports too: they stand in
// while its measure has no value.
func (m *Module) report(ctx context.Context, in reportInput) (ValueView, error) {
	p, t, err := m.plans.planOf(ctx, in.ID)
	if err != nil {
		return ValueView{}, err
	}
	b, now := in.Body, time.Now().UTC()
	if err := checkReport(b.Value, b.ValidAt, now); err != nil {
		return ValueView{}, err
	}
	if strings.TrimSpace(b.Note) == "" && len(b.Evidence) == 0 {
		return ValueView{}, fault.New(fault.Invalid, "plan.value.evidence", "a reported value needs its evidence").At("body.evidence", "upload a file, or name the published source in the note")
	}
	v := value{
		ID: ulid.Make().String(), TargetID: t.ID, Number: b.Value, ValidAt: b.ValidAt.UTC().Truncate(time.Millisecond), Source: sourceReported, State: stateReported,
		Synthetic: p.Synthetic, Note: b.Note, OrganisationID: identity.From(ctx).Organisation.ID, Reported: handOf(ctx),
	}
	for i, id := range b.Evidence {
		e, err := m.values.evidence(ctx, id)
		if fault.Is(err, fault.NotFound) {
			return ValueView{}, fault.New(fault.Invalid, "plan.value.evidence_unknown", "there is no evidence %s", id).At(place("body.evidence", i), "upload the file first")
		}
		if err != nil {
			return ValueView{}, err
		}
		v.Evidence = append(v.Evidence, e)
	}
	if err := m.values.report(ctx, v, b.Evidence, m.telling(awaiting(ctx, p, t, v))); err != nil {
		return ValueView{}, err
	}
	m.notify(p, t)
	return viewValue(ctx, v, t), nil
}

type decideInput struct {
	httpd.Object
	Body struct {
		Note string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (m *Module) review(ctx context.Context, in decideInput) (ValueView, error) {
	return m.decide(ctx, in.ID, func(v value) (value, error) { return v.review(handOf(ctx), in.Body.Note) })
}

func (m *Module) approve(ctx context.Context, in decideInput) (ValueView, error) {
	return m.decide(ctx, in.ID, func(v value) (value, error) { return v.approve(handOf(ctx), in.Body.Note) })
}

func (m *Module) giveBack(ctx context.Context, in decideInput) (ValueView, error) {
	return m.decide(ctx, in.ID, func(v value) (value, error) {
		if v.State == stateReviewed && !identity.From(ctx).May("plan.approve") {
			return v, fault.New(fault.Forbidden, "kernel.permission", "this needs the permission %s", "plan.approve").With("permission", "plan.approve")
		}
		return v.giveBack(handOf(ctx), in.Body.Note)
	})
}

// decide moves a value on. Its judges are of the plan's organisation: an owner
// who reports its own target does not judge it.
func (m *Module) decide(ctx context.Context, id string, step func(value) (value, error)) (ValueView, error) {
	v, err := m.values.get(ctx, id)
	if err != nil {
		return ValueView{}, err
	}
	p, t, err := m.plans.planOf(ctx, v.TargetID)
	if err != nil {
		return ValueView{}, err
	}
	if err := manages(ctx, p); err != nil {
		return ValueView{}, err
	}
	files := v.Evidence
	if v, err = m.values.change(ctx, id, step, func(v value) telling { return m.telling(awaiting(ctx, p, t, v)) }); err != nil {
		return ValueView{}, err
	}
	v.Evidence = files
	m.notify(p, t)
	return viewValue(ctx, v, t), nil
}
