package pilot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// evidenceLimit bounds one file of evidence.
const evidenceLimit = 20 << 20

func (m *Pilots) applicationRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /pilot/applications", Permission: mayView, Summary: "Applications that one may see", Handler: httpd.List(m.listApplications)},
		{Pattern: "POST /pilot/applications", Permission: mayApply, Summary: "Begin an application", Handler: httpd.Created(m.beginApplication)},
		{Pattern: "GET /pilot/applications/{id}", Permission: mayView, Summary: "An application with its files and what the city found", Handler: httpd.JSON(m.readApplication)},
		{Pattern: "PUT /pilot/applications/{id}", Permission: mayApply, Summary: "Save answers; they need not be complete", Handler: httpd.JSON(m.saveApplication)},
		{Pattern: "POST /pilot/applications/{id}/submission", Permission: mayApply, Summary: "Submit an application; its commitment proves what was submitted", Handler: httpd.JSON(m.submitApplication)},
		{Pattern: "GET /pilot/applications/{id}/submission", Permission: mayView, Summary: "The document that the commitment is of", Handler: raw(m.serveSubmission)},
		{Pattern: "DELETE /pilot/applications/{id}/submission", Permission: mayApply, Summary: "Take a submitted application back before the deadline, to change it", Handler: httpd.JSON(m.recallApplication)},
		{Pattern: "POST /pilot/applications/{id}/withdrawal", Permission: mayApply, Summary: "Withdraw an application", Handler: httpd.JSON(m.withdrawApplication)},
		{Pattern: "POST /pilot/applications/{id}/supplement", Permission: mayApply, Summary: "Hand in the supplement that the city asked for", Handler: httpd.JSON(m.supplementApplication)},
		{Pattern: "POST /pilot/applications/{id}/eligibility", Permission: mayManage, Summary: "Find an application eligible or not, or ask for a supplement", Handler: httpd.JSON(m.judgeApplication)},
		{
			Pattern: "POST /pilot/applications/{id}/files", Permission: mayApply, Summary: "Upload a file; its name in the parameter name, part says of what", MaxBody: evidenceLimit + 1,
			Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.upload)),
		},
		{Pattern: "GET /pilot/files/{id}", Permission: mayView, Summary: "Download a file", Handler: raw(m.serveFile)},
	}
}

func (m *Pilots) listApplications(ctx context.Context, in applicationParams) (sqldb.Page[Candidature], error) {
	return m.applications.list(ctx, in)
}

type beginPilotApplicationInput struct {
	Body struct {
		CallID string `json:"call_id" maxLength:"26"`
	}
}

func (m *Pilots) beginApplication(ctx context.Context, in beginPilotApplicationInput) (ApplicationDetail, error) {
	call, err := m.calls.view(ctx, in.Body.CallID)
	if err != nil {
		return ApplicationDetail{}, err
	}
	o := identity.From(ctx).Organisation
	a := Application{
		ID: ulid.Make().String(), CallID: in.Body.CallID, Organisation: o.Name, USCC: o.USCC, Alias: draw("A"), State: Draft, Synthetic: o.Synthetic || call.Synthetic,
		CreatedAt: m.site.Now().UTC().Truncate(time.Millisecond), organisation: o.ID,
	}
	city, err := m.people.Root(ctx)
	if err != nil {
		return ApplicationDetail{}, err
	}
	err = m.applications.begin(ctx, a, func(c Call) error {
		if o.ID == city.ID {
			return fault.New(fault.Conflict, "scenario.pilot.city_applies", "the city does not apply to itself")
		}
		if !c.accepts(m.site.Now()) {
			return notAccepting()
		}
		return nil
	})
	if err != nil {
		return ApplicationDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: a.ID})
}

// ApplicationDetail is an application on its own page.
type ApplicationDetail struct {
	Application
	Call    Call       `json:"call"`
	Accepts bool       `json:"accepts" doc:"The call takes applications now, by the server's clock"`
	Side    side       `json:"side" enum:"applicant,city" doc:"From where the caller looks"`
	Files   []File     `json:"files" nullable:"false"`
	Acts    []string   `json:"acts" nullable:"false" doc:"What the caller may do now: save, submit, recall, withdraw, supplement, judge"`
	Said    []Said     `json:"said" nullable:"false" doc:"What reviewers said, without who said it, once it is decided"`
	Reviews []Reviewed `json:"reviews" nullable:"false" doc:"For the city"`
}

// ETag implements httpd.Versioned.
func (v ApplicationDetail) ETag() int64 { return v.Version }

// Said is what reviewers said by one criterion.
type Said struct {
	Code    string   `json:"code"`
	Mean    float64  `json:"mean"`
	Reasons []string `json:"reasons" nullable:"false"`
}

// Reviewed is a review as the city sees it.
type Reviewed struct {
	ID       string      `json:"id"`
	Reviewer string      `json:"reviewer" audit:"-"`
	Alias    string      `json:"alias"`
	Expert   bool        `json:"expert"`
	State    ReviewState `json:"state" enum:"assigned,submitted,recused"`
	Note     string      `json:"note"`
}

func (m *Pilots) readApplication(ctx context.Context, in httpd.Object) (ApplicationDetail, error) {
	a, from, err := m.applications.read(ctx, in.ID)
	if err != nil {
		return ApplicationDetail{}, err
	}
	v := ApplicationDetail{Application: a.shown(from == city), Side: from, Files: []File{}, Said: []Said{}, Reviews: []Reviewed{}}
	if v.Call, err = m.calls.read(ctx, m.calls.db, a.CallID); err != nil {
		return v, err
	}
	if from != city {
		v.Call.Meeting = ""
	}
	files, err := m.applications.files(ctx, m.applications.db, a.ID)
	if err != nil {
		return v, err
	}
	for _, f := range files {
		v.Files = append(v.Files, f)
	}
	slices.SortFunc(v.Files, func(a, b File) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	reviews, err := m.reviews.of(ctx, m.reviews.db, a.ID)
	if err != nil {
		return v, err
	}
	if a.State == Selected || a.State == Unselected {
		v.Said = said(v.Call, reviews)
	}
	if from == city {
		if v.Reviews, err = m.reviewed(ctx, a, reviews); err != nil {
			return v, err
		}
	}
	v.Accepts, v.Acts = v.Call.accepts(m.site.Now()), v.acts(ctx, m.site.Now())
	return v, nil
}

func (m *Pilots) reviewed(ctx context.Context, a Application, reviews []Review) ([]Reviewed, error) {
	pool, err := m.reviews.pool(ctx, m.reviews.db, a.CallID)
	list := []Reviewed{}
	for _, r := range reviews {
		x := Reviewed{ID: r.ID, Expert: r.Expert, State: r.State, Note: r.Note}
		if k := slices.IndexFunc(pool, func(p Reviewer) bool { return p.PersonID == r.person }); k >= 0 {
			x.Reviewer, x.Alias = pool[k].Name, pool[k].Alias
		}
		list = append(list, x)
	}
	return list, err
}

// said is what reviewers gave and said, in an order that does not tell who.
func said(c Call, reviews []Review) []Said {
	list := []Said{}
	for _, y := range c.Criteria {
		x, n := Said{Code: y.Code, Reasons: []string{}}, 0
		for _, r := range reviews {
			for _, p := range r.Marks {
				if r.State == Given && p.Code == y.Code {
					x.Mean += p.Points
					x.Reasons = append(x.Reasons, p.Reason)
					n++
				}
			}
		}
		if n == 0 {
			continue
		}
		x.Mean /= float64(n)
		slices.Sort(x.Reasons)
		list = append(list, x)
	}
	return list
}

// acts are what the caller may do now.
func (v *ApplicationDetail) acts(ctx context.Context, at time.Time) []string {
	id := identity.From(ctx)
	if v.Side == applicant && id.May(mayApply) {
		editable := v.editable(v.Call, at) == nil
		_, gone := v.withdraw()
		return offered(
			act{"save", editable}, act{"submit", editable}, act{"recall", v.State == Submitted && v.Call.accepts(at)},
			act{"withdraw", gone == nil}, act{"supplement", v.addable(at) == nil},
		)
	}
	checkable := v.Call.State == CallChecking && (v.State == Submitted || v.State == Eligible || v.State == Ineligible || v.State == Returned && v.addable(at) != nil)
	return offered(act{"judge", v.Side == city && id.May(mayManage) && checkable})
}

type savePilotApplicationInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Project string   `json:"project" maxLength:"200"`
		Fields  []string `json:"fields" nullable:"false" maxItems:"100"`
		Answers []Answer `json:"answers" nullable:"false" maxItems:"40"`
	}
}

func (m *Pilots) saveApplication(ctx context.Context, in savePilotApplicationInput) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, files map[string]File) (Application, error) {
		return a.answer(c, in.Body.Project, in.Body.Fields, in.Body.Answers, files, m.site.Now())
	})
}

func (m *Pilots) submitApplication(ctx context.Context, in savePilotApplicationInput) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, files map[string]File) (Application, error) {
		a, err := a.answer(c, in.Body.Project, in.Body.Fields, in.Body.Answers, files, m.site.Now())
		if err != nil {
			return a, err
		}
		return a.submit(c, files, newSalt(), m.site.Now())
	})
}

func (m *Pilots) recallApplication(ctx context.Context, in pilotVersioned) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, _ map[string]File) (Application, error) { return a.recall(c, m.site.Now()) })
}

func (m *Pilots) withdrawApplication(ctx context.Context, in pilotVersioned) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(_ Call, a Application, _ map[string]File) (Application, error) { return a.withdraw() })
}

type supplementPilotInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Text string `json:"text" maxLength:"20000"`
	}
}

func (m *Pilots) supplementApplication(ctx context.Context, in supplementPilotInput) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, files map[string]File) (Application, error) {
		return a.add(c, in.Body.Text, files, m.site.Now())
	})
}

// applicantChanges is a change by the applicant's people.
func (m *Pilots) applicantChanges(ctx context.Context, id string, match httpd.IfMatch, decide decision) (ApplicationDetail, error) {
	_, from, err := m.applications.read(ctx, id)
	if err != nil {
		return ApplicationDetail{}, err
	}
	if from != applicant {
		return ApplicationDetail{}, notYours()
	}
	version, err := match.Expected()
	if err != nil {
		return ApplicationDetail{}, err
	}
	if err := m.applications.change(ctx, id, version, decide); err != nil {
		return ApplicationDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: id})
}

func notYours() error {
	return fault.New(fault.Conflict, "scenario.pilot.not_applicant", "only the applicant does this")
}

type judgePilotInput struct {
	httpd.Object
	httpd.IfMatch
	Body Verdict
}

func (m *Pilots) judgeApplication(ctx context.Context, in judgePilotInput) (ApplicationDetail, error) {
	_, from, err := m.applications.read(ctx, in.ID)
	if err != nil {
		return ApplicationDetail{}, err
	}
	if from != city {
		return ApplicationDetail{}, fault.New(fault.Conflict, "scenario.pilot.own_application", "whose people apply does not decide about it")
	}
	version, err := in.Expected()
	if err != nil {
		return ApplicationDetail{}, err
	}
	err = m.applications.change(ctx, in.ID, version, func(c Call, a Application, _ map[string]File) (Application, error) {
		return a.judge(c, in.Body, m.site.Now())
	}, func(tx *sqldb.Tx, a Application) error {
		switch a.State {
		case Returned:
			return m.tellApplicant(ctx, tx, a, lang.Text{ZH: "需要补正", EN: "A supplement is asked for"})
		case Ineligible:
			return m.tellApplicant(ctx, tx, a, lang.Text{ZH: "未通过形式审查", EN: "Not eligible"})
		default:
			return nil
		}
	})
	if err != nil {
		return ApplicationDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: in.ID})
}

// tellApplicant tells those who can apply for the organisation that something happened.
func (m *Pilots) tellApplicant(ctx context.Context, tx *sqldb.Tx, a Application, what lang.Text) error {
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: noticeNews, Link: "/scenario/pilots/applications/" + a.ID, To: notice.Audience{Organisation: a.organisation, Permission: mayApply},
		Title: lang.Text{ZH: "试点申报“" + a.Project + "”：" + what.ZH, EN: "Application " + a.Project + ": " + what.EN}, Body: lang.Text{ZH: a.Reason, EN: a.Reason},
	})
}

// upload takes a file for an application. The time counts twice: before the file is read,
// and when it is there; a file that comes in over the deadline is too late.
func (m *Pilots) upload(w http.ResponseWriter, r *http.Request) {
	f, err := m.receive(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Pilots) receive(r *http.Request) (File, error) {
	ctx := r.Context()
	a, from, err := m.applications.read(ctx, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	if from != applicant {
		return File{}, notYours()
	}
	c, err := m.calls.read(ctx, m.calls.db, a.CallID)
	if err != nil {
		return File{}, err
	}
	part := cmp.Or(r.URL.Query().Get("part"), partAnswer)
	if part != partAnswer && part != partSupplement {
		return File{}, fault.New(fault.Invalid, "scenario.pilot.part", "there is no part %q", part).At("query.part", "answer or supplement")
	}
	if err := a.takes(part, c, m.site.Now()); err != nil {
		return File{}, err
	}
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	if c.Blind {
		if err := m.keepsBlind(ctx, a, taken.SHA256); err != nil {
			return File{}, err
		}
	}
	by := handOf(ctx)
	f := File{
		ID: taken.ID, Part: part, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, At: m.site.Now().UTC().Truncate(time.Millisecond),
		application: a.ID, actor: by.actor, by: by.name,
	}
	return f, m.applications.attach(ctx, a.CallID, f, func(c Call, a Application) error { return a.takes(part, c, m.site.Now()) })
}

// keepsBlind refuses a document whose properties name the applicant: reviewers get it as it is.
func (m *Pilots) keepsBlind(ctx context.Context, a Application, hash string) error {
	file, err := m.kit.Blobs.Get(ctx, hash)
	if err != nil {
		return fmt.Errorf("look into a file: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(file, evidenceLimit))
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("look into a file: %w", err)
	}
	if tells(data, []string{a.Organisation.ZH, a.Organisation.EN, a.USCC}) {
		return fault.New(fault.Invalid, "scenario.pilot.file_names", "the reviews are blind, and the properties of this file name your organisation").At("body", "remove author, company and other properties from the document, and upload it again")
	}
	return nil
}

func (m *Pilots) serveFile(w http.ResponseWriter, r *http.Request) error {
	f, err := m.applications.file(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
	return nil
}

// serveSubmission answers the very bytes that the commitment is of.
func (m *Pilots) serveSubmission(w http.ResponseWriter, r *http.Request) error {
	a, _, err := m.applications.read(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if a.document == "" {
		return fault.New(fault.NotFound, "scenario.pilot.not_submitted", "the application was not submitted")
	}
	httpd.ServeFile(w, "application-"+a.ID+".json", "application/json", int64(len(a.document)), strings.NewReader(a.document))
	return nil
}
