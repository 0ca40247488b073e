package diagnosis

import (
	"context"
	"fmt"
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
	"linghang/modules/enterprise/internal/assessment"
)

// People tells who may review, and whose people they are.
type People interface {
	Seers(ctx context.Context, in identity.SeerParams) ([]identity.Seer, error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
}

// Directory is what diagnosis asks of the room that it is part of.
type Directory interface {
	// Own lists the accepted enterprises of the caller's own organisations.
	Own(ctx context.Context) ([]Enterprise, error)
	// Told notes in the access log of an enterprise that the caller was given its answers.
	Told(ctx context.Context, entry string) error
}

// Permissions that diagnosis asks for.
const (
	mayView     = "enterprise.diagnosis.view"
	mayAnswer   = "enterprise.diagnosis.answer"
	maySubmit   = "enterprise.diagnosis.submit"
	mayReview   = "enterprise.diagnosis.review"
	mayAssign   = "enterprise.diagnosis.assign"
	mayOverview = "enterprise.diagnosis.overview"

	noticeTask = "enterprise.diagnosis.assigned"
	noticeNews = "enterprise.diagnosis.reviewed"
)

// Diagnosis is the part of the room that diagnoses enterprises.
type Diagnosis struct {
	kit       *module.Kit
	people    People
	directory Directory
	library   *assessment.Library
	store     store
}

// New returns the part of the room, without questionnaires when those of the binary
// cannot be read.
func New(kit *module.Kit, people People, directory Directory) (*Diagnosis, error) {
	l, err := assessment.NewLibrary()
	if err != nil {
		l = &assessment.Library{}
	}
	return &Diagnosis{kit: kit, people: people, directory: directory, library: l, store: store{kit.DB}}, err
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看数字化诊断", EN: "See diagnoses"}, Roles: everyone},
		{ID: mayAnswer, Title: lang.Text{ZH: "填写数字化诊断", EN: "Answer diagnoses"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: maySubmit, Title: lang.Text{ZH: "提交数字化诊断", EN: "Submit diagnoses"}, Roles: []identity.Role{identity.Manager}},
		{ID: mayReview, Title: lang.Text{ZH: "评审数字化诊断", EN: "Review diagnoses that one is assigned to"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Manager}},
		{ID: mayAssign, Title: lang.Text{ZH: "指派诊断专家", EN: "Assign experts to diagnoses"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayOverview, Title: lang.Text{ZH: "查看诊断总览", EN: "See the overview of diagnoses"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
	}
}

// Notices are the kinds of notices that diagnosis sends.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeTask, Title: lang.Text{ZH: "有数字化诊断待我评审", EN: "A diagnosis waits for my review"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeNews, Title: lang.Text{ZH: "数字化诊断已评审", EN: "A diagnosis was reviewed"}, Gravity: notice.Important, Mail: notice.Daily},
	}
}

// Nav is the entry of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "数字化诊断", EN: "Diagnosis"}, Path: "/enterprise/diagnosis", Icon: "diagnosis", Permission: mayView}}
}

// Measures count diagnosed enterprises, in all and by level.
func (m *Diagnosis) Measures() []module.Measure {
	unit := lang.Text{ZH: "家", EN: "enterprises"}
	count := func(template string, level int) func(context.Context) (measure.Value, error) {
		return func(ctx context.Context) (measure.Value, error) {
			n, synthetic, err := m.store.counted(ctx, template, level)
			return measure.Value{Number: float64(n), At: time.Now(), Known: err == nil, Synthetic: synthetic > 0}, err
		}
	}
	list := []module.Measure{{
		ID: "enterprise.diagnosed", Title: lang.Text{ZH: "完成数字化诊断的企业数", EN: "Enterprises that were diagnosed"}, Unit: unit, Page: "/enterprise/diagnosis",
		Counts: lang.Text{ZH: "至少提交过一次数字化诊断的企业，同一企业只计一次；草稿不计", EN: "Enterprises that submitted a diagnosis at least once, each once; drafts do not count"}, Value: count("", -1),
	}}
	t, ok := m.library.Newest("sme-2024")
	if !ok {
		return list
	}
	for _, l := range t.Levels {
		list = append(list, module.Measure{
			ID: fmt.Sprintf("enterprise.diagnosed_l%d", l.Level), Title: lang.Text{ZH: "数字化水平" + l.Title.ZH + "的企业数", EN: "Enterprises at digital " + lower(l.Title.EN)}, Unit: unit, Page: "/enterprise/diagnosis",
			Counts: lang.Text{ZH: "最近一次提交的中小企业数字化水平评测为该等级的企业（经专家评审的以评审结果为准）", EN: "Enterprises whose newest submitted assessment of the SME digital level is at this level, by the expert's review where there is one"}, Value: count(t.ID, l.Level),
		})
	}
	return list
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}

// Routes are the doors.
func (m *Diagnosis) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /diagnosis/templates", Permission: mayView, Summary: "Questionnaires in their newest edition, with what each of their parts rests on", Handler: httpd.JSON(m.listTemplates)},
		{Pattern: "GET /diagnosis/enterprises", Permission: mayView, Summary: "Own enterprises that can be diagnosed", Handler: httpd.JSON(m.listOwn)},
		{Pattern: "GET /diagnosis/sheets", Permission: mayView, Summary: "Diagnoses that one may see", Handler: httpd.List(m.listSheets)},
		{Pattern: "POST /diagnosis/sheets", Permission: mayAnswer, Summary: "Begin a diagnosis of an own enterprise, empty or from the last answers", Handler: httpd.Created(m.beginSheet)},
		{Pattern: "GET /diagnosis/sheets/{id}", Permission: mayView, Summary: "A diagnosis with its result, and its answers, evidence and review where one may see them", Handler: httpd.JSON(m.readSheet)},
		{Pattern: "DELETE /diagnosis/sheets/{id}", Permission: mayAnswer, Summary: "Discard a draft", Handler: httpd.JSON(m.discardSheet)},
		{Pattern: "PUT /diagnosis/sheets/{id}/answers/{question}", Permission: mayAnswer, Summary: "Save one answer; If-Match is its version, 0 of one that was never given", Handler: httpd.JSON(m.saveAnswer)},
		{Pattern: "POST /diagnosis/sheets/{id}/submission", Permission: maySubmit, Summary: "Submit a diagnosis; it does not change any more", Handler: httpd.JSON(m.submitSheet)},
		{Pattern: "GET /diagnosis/sheets/{id}/benchmarks", Permission: mayView, Summary: "Medians and quartiles of the industry and the district, from 5 enterprises on", Handler: httpd.JSON(m.readBenchmarks)},
		{Pattern: "GET /diagnosis/overview", Permission: mayOverview, Summary: "Diagnosed enterprises by level, industry and district", Handler: httpd.JSON(m.readOverview)},
	}, m.evidenceRoutes(), m.reviewRoutes(), m.paperRoutes())
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

type nothing struct{}

type templatesView struct {
	Items []*assessment.Template `json:"items" nullable:"false"`
}

func (m *Diagnosis) listTemplates(context.Context, nothing) (templatesView, error) {
	return templatesView{m.library.All()}, nil
}

type enterprisesView struct {
	Items []Enterprise `json:"items" nullable:"false"`
}

func (m *Diagnosis) listOwn(ctx context.Context, _ nothing) (enterprisesView, error) {
	list, err := m.directory.Own(ctx)
	return enterprisesView{list}, err
}

// ownEnterprise returns one of the caller's own enterprises.
func (m *Diagnosis) ownEnterprise(ctx context.Context, id string) (Enterprise, error) {
	list, err := m.directory.Own(ctx)
	if err != nil {
		return Enterprise{}, err
	}
	i := slices.IndexFunc(list, func(e Enterprise) bool { return e.ID == id })
	if i < 0 {
		return Enterprise{}, fault.New(fault.Invalid, "enterprise.diagnosis.not_own", "this is no accepted enterprise of yours").At("body.entry_id", "choose an enterprise of yours that the directory has accepted")
	}
	return list[i], nil
}

func (m *Diagnosis) listSheets(ctx context.Context, in sheetParams) (sqldb.Page[Sheet], error) {
	return m.store.list(ctx, in)
}

type beginInput struct {
	Body struct {
		EntryID  string `json:"entry_id" maxLength:"26"`
		Template string `json:"template" maxLength:"40"`
		Repeat   bool   `json:"repeat,omitempty" doc:"Begin with the answers of the last one"`
	}
}

func (m *Diagnosis) beginSheet(ctx context.Context, in beginInput) (Detail, error) {
	t, ok := m.library.Newest(in.Body.Template)
	if !ok {
		return Detail{}, fault.New(fault.Invalid, "enterprise.diagnosis.template", "there is no questionnaire %q", in.Body.Template).At("body.template", "choose one of the questionnaires")
	}
	e, err := m.ownEnterprise(ctx, in.Body.EntryID)
	if err != nil {
		return Detail{}, err
	}
	by, at, answers := handOf(ctx), now(), []Answered(nil)
	if in.Body.Repeat {
		if answers, err = m.store.last(ctx, e.ID, t); err != nil {
			return Detail{}, err
		}
	}
	for i := range answers {
		answers[i].Version = 1
	}
	x := Sheet{ID: ulid.Make().String(), EntryID: e.ID, Name: e.Name, District: e.District, Industry: e.Industry, Synthetic: e.Synthetic, Template: t.ID, Edition: t.Edition, State: Draft, BegunAt: at, BegunName: by.name, begunBy: by.actor, organisation: e.OrganisationID}
	if err := m.store.begin(ctx, x, answers); err != nil {
		return Detail{}, err
	}
	return m.readSheet(ctx, httpd.Object{ID: x.ID})
}

// Detail is a diagnosis on its own page.
type Detail struct {
	Sheet
	Questionnaire *assessment.Template `json:"questionnaire"`
	Side          side                 `json:"side" enum:"own,expert,city" doc:"From where the caller looks"`
	Answers       []Answered           `json:"answers" nullable:"false" doc:"The enterprise's own; empty where they are not shared"`
	Evidence      []File               `json:"evidence" nullable:"false"`
	Lacking       []assessment.Lack    `json:"lacking" nullable:"false" doc:"Of a draft: what keeps it from being submitted"`
	Result        assessment.Result    `json:"result" doc:"By the expert's answers where the review is given"`
	Self          *assessment.Result   `json:"self,omitempty" doc:"By the enterprise's own answers, where a review changed some"`
	Review        *Review              `json:"review,omitempty"`
	Verdicts      []Verdict            `json:"verdicts" nullable:"false" doc:"Before the review is given only the expert sees them"`
	Acts          []string             `json:"acts" nullable:"false" doc:"What the caller may do now: answer, submit, discard, repeat, assign, release, review"`
}

// ETag implements httpd.Versioned.
func (v Detail) ETag() int64 { return v.Version }

func (m *Diagnosis) readSheet(ctx context.Context, in httpd.Object) (Detail, error) {
	x, from, err := m.store.read(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	v, err := m.detail(ctx, x, from)
	if err != nil {
		return Detail{}, err
	}
	v.Acts = v.acts(identity.From(ctx))
	return v, nil
}

func (m *Diagnosis) detail(ctx context.Context, x Sheet, from side) (Detail, error) {
	v := Detail{Sheet: x, Side: from, Answers: []Answered{}, Evidence: []File{}, Lacking: []assessment.Lack{}, Verdicts: []Verdict{}}
	var ok bool
	if v.Questionnaire, ok = m.library.Edition(x.Template, x.Edition); !ok {
		return v, fault.New(fault.NotFound, "enterprise.diagnosis.edition", "this release has no edition %d of the questionnaire %s", x.Edition, x.Template)
	}
	answers, err := m.store.answers(ctx, m.store.db, x.ID)
	if err != nil {
		return v, err
	}
	files, err := m.store.files(ctx, m.store.db, x.ID)
	if err != nil {
		return v, err
	}
	verdicts, err := m.store.verdicts(ctx, m.store.db, x.ID)
	if err != nil {
		return v, err
	}
	if v.Review, err = m.store.review(ctx, m.store.db, x.ID); err != nil {
		return v, err
	}
	sheet, given := sheetOf(answers), v.Review != nil && v.Review.State == Given
	v.Result = v.Questionnaire.Evaluate(sheet)
	if given {
		self := v.Result
		v.Self, v.Result = &self, v.Questionnaire.Evaluate(reviewed(sheet, verdicts))
	}
	if x.State == Draft {
		count := map[string]int{}
		for _, f := range files {
			count[f.Question]++
		}
		v.Lacking = v.Questionnaire.Lacking(sheet, count)
	}
	if from == city && x.Share != ShareAnswers {
		return v.veil(), nil
	}
	v.Answers, v.Evidence = answers, files
	if from == expert || given {
		v.Verdicts = verdicts
	}
	return v, m.told(ctx, x, from)
}

// told notes that somebody else than the enterprise was given its answers.
func (m *Diagnosis) told(ctx context.Context, x Sheet, from side) error {
	if from == own {
		return nil
	}
	return m.directory.Told(ctx, x.EntryID)
}

// veil leaves what the bureau sees of a result whose answers are not shared: levels and
// scores, not what was chosen.
func (v Detail) veil() Detail {
	v.Result.Findings = []assessment.Finding{}
	v.Result.Tallies = slices.DeleteFunc(v.Result.Tallies, func(t assessment.Tally) bool { return t.Of != "" }) // an indicator may be one question
	if v.Result.Next != nil {
		next := *v.Result.Next
		next.Nearest, next.Steps = []assessment.Near{}, []assessment.Step{}
		v.Result.Next = &next
	}
	v.Self = nil
	return v
}

// acts are what the caller may do now.
func (v Detail) acts(id identity.Identity) []string {
	draft, waits := v.State == Draft, v.Review != nil && v.Review.State == Assigned
	list := []string{}
	for _, x := range []struct {
		name, permission string
		of               side
		may              bool
	}{
		{"answer", mayAnswer, own, draft},
		{"submit", maySubmit, own, draft},
		{"discard", mayAnswer, own, draft},
		{"repeat", mayAnswer, own, !draft},
		{"assign", mayAssign, city, v.Review == nil && v.Share == ShareAnswers},
		{"release", mayAssign, city, waits},
		{"review", mayReview, expert, waits},
	} {
		if x.may && x.of == v.Side && id.May(x.permission) {
			list = append(list, x.name)
		}
	}
	return list
}

// forOwn returns a sheet to the people of its enterprise only.
func (m *Diagnosis) forOwn(ctx context.Context, id string) (Sheet, *assessment.Template, error) {
	x, from, err := m.store.read(ctx, id)
	if err != nil {
		return x, nil, err
	}
	if from != own {
		return x, nil, fault.New(fault.Forbidden, "enterprise.diagnosis.own", "only the enterprise's own people do this")
	}
	t, ok := m.library.Edition(x.Template, x.Edition)
	if !ok {
		return x, nil, noSuch("questionnaire")
	}
	return x, t, nil
}

type answerInput struct {
	httpd.Object
	httpd.IfMatch
	Question string `path:"question" maxLength:"60"`
	Body     struct {
		Answer *assessment.Answer `json:"answer,omitempty" doc:"Missing: taken back"`
	}
}

func (m *Diagnosis) saveAnswer(ctx context.Context, in answerInput) (Answered, error) {
	x, t, err := m.forOwn(ctx, in.ID)
	if err != nil {
		return Answered{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Answered{}, err
	}
	q, ok := t.Question(in.Question)
	if !ok {
		return Answered{}, noSuch("question")
	}
	by := handOf(ctx)
	a := Answered{Question: q.Code, Version: version + 1, Name: by.name, actor: by.actor, At: now()}
	if in.Body.Answer != nil {
		if a.Answer, err = q.Check(*in.Body.Answer); err != nil {
			return Answered{}, err
		}
	}
	return a, m.store.answer(ctx, x.ID, a)
}

type submitInput struct {
	httpd.Object
	Body struct {
		Share Share `json:"share" enum:"result,answers" doc:"What the bureau may see: the result, or the answers and evidence, too, so that an expert can review them"`
	}
}

func (m *Diagnosis) submitSheet(ctx context.Context, in submitInput) (Detail, error) {
	x, t, err := m.forOwn(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	e, err := m.ownEnterprise(ctx, x.EntryID)
	if err != nil {
		return Detail{}, err
	}
	err = m.store.submit(ctx, x.ID, func(x Sheet, answers []Answered, files []File) (Sheet, error) {
		return x.submit(t, e, answers, files, in.Body.Share, handOf(ctx), now())
	})
	if err != nil {
		return Detail{}, err
	}
	return m.readSheet(ctx, in.Object)
}

func (m *Diagnosis) discardSheet(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	x, _, err := m.forOwn(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.store.discard(ctx, x.ID)
}

type benchmarksView struct {
	Items []Benchmark `json:"items" nullable:"false"`
}

func (m *Diagnosis) readBenchmarks(ctx context.Context, in httpd.Object) (benchmarksView, error) {
	x, _, err := m.store.read(ctx, in.ID)
	if err != nil {
		return benchmarksView{}, err
	}
	if x.State == Draft {
		return benchmarksView{[]Benchmark{}}, nil
	}
	all, err := m.store.standings(ctx, x.Template)
	if err != nil {
		return benchmarksView{}, err
	}
	return benchmarksView{[]Benchmark{benchmark("industry", x.Industry, x, all), benchmark("district", x.District, x, all)}}, nil
}

type overviewInput struct {
	Template string `query:"template" maxLength:"40" default:"sme-2024"`
}

func (m *Diagnosis) readOverview(ctx context.Context, in overviewInput) (Overview, error) {
	if !identity.From(ctx).Scope.All {
		return Overview{}, fault.New(fault.Forbidden, "enterprise.diagnosis.city", "the overview is for who sees the whole city")
	}
	t, ok := m.library.Newest(in.Template)
	if !ok {
		return Overview{}, noSuch("questionnaire")
	}
	all, err := m.store.standings(ctx, t.ID)
	if err != nil {
		return Overview{}, err
	}
	return survey(t, all), nil
}
