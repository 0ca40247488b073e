package foster

import (
	"cmp"
	"context"
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

func (m *Fostering) applicationRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /foster/applications", Permission: mayView, Summary: "Applications that one may see", Handler: httpd.List(m.listApplications)},
		{Pattern: "POST /foster/applications", Permission: mayApply, Summary: "Begin an application for a platform", Handler: httpd.Created(m.beginApplication)},
		{Pattern: "GET /foster/applications/{id}", Permission: mayView, Summary: "An application with its evidence, the city's figures, and what its reviews came to", Handler: httpd.JSON(m.readApplication)},
		{Pattern: "PUT /foster/applications/{id}", Permission: mayApply, Summary: "Save answers; they need not be complete", Handler: httpd.JSON(m.saveApplication)},
		{Pattern: "POST /foster/applications/{id}/submission", Permission: mayApply, Summary: "Submit an application; its digest proves what was submitted", Handler: httpd.JSON(m.submitApplication)},
		{Pattern: "GET /foster/applications/{id}/submission", Permission: mayView, Summary: "What was submitted, in the form that the digest is of", Handler: httpd.Raw("", http.HandlerFunc(m.serveSubmission))},
		{Pattern: "DELETE /foster/applications/{id}/submission", Permission: mayApply, Summary: "Take a submitted application back before the deadline, to change it", Handler: httpd.JSON(m.recallApplication)},
		{Pattern: "POST /foster/applications/{id}/withdrawal", Permission: mayApply, Summary: "Withdraw an application", Handler: httpd.JSON(m.withdrawApplication)},
		{Pattern: "POST /foster/applications/{id}/return", Permission: mayManage, Summary: "Return an application for a supplement", Handler: httpd.JSON(m.returnApplication)},
		{
			Pattern: "POST /foster/applications/{id}/files", Permission: mayApply, Summary: "Upload a file of evidence; its name in the parameter name", MaxBody: evidenceLimit + 1,
			Handler: httpd.Raw("application/octet-stream", serveUpload(m.upload)),
		},
		{Pattern: "GET /foster/files/{id}", Permission: mayView, Summary: "Download a file of evidence", Handler: httpd.Raw("", m.serveFile(m.applications.file))},
	}
}

func (m *Fostering) listApplications(ctx context.Context, in applicationParams) (sqldb.Page[AppliedRow], error) {
	return m.applications.list(ctx, in)
}

type beginApplicationInput struct {
	Body struct {
		CallID     string `json:"call_id" maxLength:"26"`
		PlatformID string `json:"platform_id" maxLength:"26"`
	}
}

func (m *Fostering) beginApplication(ctx context.Context, in beginApplicationInput) (ApplicationDetail, error) {
	if _, err := m.calls.view(ctx, in.Body.CallID); err != nil {
		return ApplicationDetail{}, err
	}
	t, err := m.applications.target(ctx, in.Body.PlatformID)
	if err != nil {
		return ApplicationDetail{}, err
	}
	id, at := ulid.Make().String(), now()
	err = m.applications.begin(ctx, id, in.Body.CallID, t, func(c Call) error {
		if !c.accepts(at) {
			return fault.New(fault.Conflict, "platforms.foster.not_accepting", "the call takes no applications now")
		}
		if !slices.Contains(c.Classes, t.class) {
			return fault.New(fault.Invalid, "platforms.foster.class", "platforms of the class %s may not apply", t.class).With("class", t.class).At("body.platform_id", "choose a platform of a class that the call allows")
		}
		if t.status != "trial" && t.status != "in_service" {
			return fault.New(fault.Invalid, "platforms.foster.status", "a platform that is %s may not apply", t.status).At("body.platform_id", "choose a platform in trial or in service")
		}
		return nil
	}, at)
	if err != nil {
		return ApplicationDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: id})
}

// ApplicationDetail is an application on its own page.
type ApplicationDetail struct {
	Application
	Call    Call     `json:"call"`
	Accepts bool     `json:"accepts" doc:"The call takes applications now, by the server's clock"`
	Side    side     `json:"side" enum:"applicant,city,reviewer" doc:"From where the caller looks"`
	Files   []File   `json:"files" nullable:"false"`
	Figures Figures  `json:"figures" doc:"What the city itself knows of the platform"`
	Acts    []string `json:"acts" nullable:"false" doc:"What the caller may do now: save, submit, recall, withdraw, return, assign, award, refuse, review"`
	Reviews []Review `json:"reviews" nullable:"false" doc:"Who reviews; for the city only, without points until an own review is submitted"`
	Mine    *Review  `json:"mine,omitempty" doc:"The caller's own review"`
	Outcome *Outcome `json:"outcome,omitempty"`
	Ready   bool     `json:"ready" doc:"Enough reviews are in, and none is awaited"`
	Award   *Award   `json:"award,omitempty"`
}

// ETag implements httpd.Versioned.
func (v ApplicationDetail) ETag() int64 { return v.Version }

// Outcome is what the reviews came to. Applicants see means and reasons without
// names; spreads, lows and highs, which tell what one of two gave, are for the city.
type Outcome struct {
	Reviews int           `json:"reviews"`
	Total   float64       `json:"total" doc:"0 to 100, by the weights"`
	Spread  *float64      `json:"spread,omitempty" doc:"Standard deviation of the reviewers' totals; for the city only"`
	Veto    bool          `json:"veto"`
	Passed  bool          `json:"passed"`
	Items   []OutcomeItem `json:"items" nullable:"false"`
}

// OutcomeItem is what the reviews came to by one criterion.
type OutcomeItem struct {
	Code    string   `json:"code"`
	Mean    float64  `json:"mean"`
	Spread  *float64 `json:"spread,omitempty" doc:"Standard deviation of the points; for the city only"`
	Low     *float64 `json:"low,omitempty" doc:"For the city only"`
	High    *float64 `json:"high,omitempty" doc:"For the city only"`
	Share   float64  `json:"share" doc:"What it gives to the total"`
	Veto    bool     `json:"veto"`
	Reasons []string `json:"reasons" nullable:"false" doc:"What reviewers said, without who said it"`
}

func outcome(r Result, reviews []Review, full bool) *Outcome {
	o := &Outcome{Reviews: r.Reviews, Total: r.Total, Veto: r.Veto, Passed: r.Passed, Items: []OutcomeItem{}}
	if full {
		o.Spread = &r.Spread
	}
	for _, t := range r.Items {
		x := OutcomeItem{Code: t.Code, Mean: t.Mean, Share: t.Share, Veto: t.Veto, Reasons: said(reviews, t.Code)}
		if full {
			x.Spread, x.Low, x.High = &t.Spread, &t.Low, &t.High
		}
		o.Items = append(o.Items, x)
	}
	return o
}

func (m *Fostering) readApplication(ctx context.Context, in httpd.Object) (ApplicationDetail, error) {
	a, from, err := m.applications.read(ctx, in.ID)
	if err != nil {
		return ApplicationDetail{}, err
	}
	v := ApplicationDetail{Application: a, Side: from, Files: []File{}, Reviews: []Review{}}
	if v.Call, err = m.calls.read(ctx, m.calls.db, a.CallID); err != nil {
		return v, err
	}
	files, err := m.applications.files(ctx, m.applications.db, a.ID)
	if err != nil {
		return v, err
	}
	for _, f := range files {
		v.Files = append(v.Files, f)
	}
	slices.SortFunc(v.Files, func(a, b File) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	if v.Figures, err = m.figures.of(ctx, a.PlatformID, now()); err != nil {
		return v, err
	}
	reviews, err := m.reviews.of(ctx, m.reviews.db, a.ID)
	if err != nil {
		return v, err
	}
	v.show(ctx, reviews)
	w, err := m.awards.read(ctx, m.awards.db, "application_id", a.ID, now())
	if err == nil {
		v.Award = &w
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return v, err
	}
	v.Accepts, v.Acts = v.Call.accepts(now()), v.acts(ctx, now())
	return v, nil
}

// show shows of the reviews what the caller may know.
func (v *ApplicationDetail) show(ctx context.Context, reviews []Review) {
	r, ready := result(v.Call, reviews)
	if v.Side == applicant { // whose members do not review it
		if v.State.decided() && r.Reviews > 0 {
			v.Outcome = outcome(r, reviews, false)
		}
		return
	}
	v.Ready = ready
	who := identity.From(ctx).PersonID
	if i := slices.IndexFunc(reviews, func(x Review) bool { return who != "" && x.PersonID == who }); i >= 0 {
		v.Mine = &reviews[i]
	}
	given := v.Mine != nil && v.Mine.State == Given
	if !given && (v.Side != city || !identity.From(ctx).May(maySeeAll)) {
		return
	}
	if blinded(ctx, reviews) {
		v.Reviews = covered(reviews, who)
		return
	}
	v.Reviews = reviews
	if r.Reviews > 0 {
		v.Outcome = outcome(r, reviews, true)
	}
}

// covered are reviews without what others than the person said.
func covered(reviews []Review, person string) []Review {
	list := slices.Clone(reviews)
	for i := range list {
		if list[i].PersonID != person {
			list[i].Marks, list[i].Note = []Mark{}, ""
		}
	}
	return list
}

// acts are what the caller may do now.
func (v *ApplicationDetail) acts(ctx context.Context, at time.Time) []string {
	id := identity.From(ctx)
	reviews := act{"review", v.Mine != nil && v.Mine.State == Assigned && v.State == InReview}
	switch {
	case v.Side == applicant && id.May(mayApply):
		editable := v.editable(v.Call, at) == nil
		return offered(
			act{"save", editable}, act{"submit", editable}, act{"recall", v.State == Submitted && v.Call.accepts(at)}, act{"withdraw", !v.State.decided() && v.State != Withdrawn},
		)
	case v.Side == city && id.May(mayManage):
		return offered(
			act{"return", v.State == Submitted}, act{"assign", v.Call.over(at) && (v.State == Submitted || v.State == InReview)}, act{"award", v.State == InReview && v.Ready}, act{"refuse", v.State == InReview && v.Ready || v.lapsed(at)}, reviews,
		)
	default:
		return offered(reviews)
	}
}

type saveApplicationInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Answers []Answer `json:"answers" nullable:"false" maxItems:"40"`
	}
}

func (m *Fostering) saveApplication(ctx context.Context, in saveApplicationInput) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, files map[string]File) (Application, error) {
		return a.answer(c, in.Body.Answers, files, now())
	})
}

type versionedInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Fostering) submitApplication(ctx context.Context, in saveApplicationInput) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, files map[string]File) (Application, error) {
		a, err := a.answer(c, in.Body.Answers, files, now())
		if err != nil {
			return a, err
		}
		return a.submit(c, files, now())
	})
}

func (m *Fostering) recallApplication(ctx context.Context, in versionedInput) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, _ map[string]File) (Application, error) { return a.recall(c, now()) })
}

func (m *Fostering) withdrawApplication(ctx context.Context, in versionedInput) (ApplicationDetail, error) {
	return m.applicantChanges(ctx, in.ID, in.IfMatch, func(_ Call, a Application, _ map[string]File) (Application, error) { return a.withdraw() })
}

// applicantChanges is a change by the applicant's people.
func (m *Fostering) applicantChanges(ctx context.Context, id string, match httpd.IfMatch, decide func(Call, Application, map[string]File) (Application, error)) (ApplicationDetail, error) {
	version, err := m.own(ctx, id, match)
	if err != nil {
		return ApplicationDetail{}, err
	}
	if err := m.applications.change(ctx, id, version, decide); err != nil {
		return ApplicationDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: id})
}

// own makes sure that the caller is of the applicant, and returns the version that they read.
func (m *Fostering) own(ctx context.Context, id string, match httpd.IfMatch) (int64, error) {
	_, from, err := m.applications.read(ctx, id)
	if err != nil {
		return 0, err
	}
	if from != applicant {
		return 0, notYours()
	}
	return match.Expected()
}

func notYours() error {
	return fault.New(fault.Conflict, "platforms.foster.not_applicant", "only the applicant does this")
}

type returnApplicationInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string    `json:"reason" maxLength:"4000" doc:"What is to be supplemented"`
		Until  time.Time `json:"until"`
	}
}

func (m *Fostering) returnApplication(ctx context.Context, in returnApplicationInput) (ApplicationDetail, error) {
	return m.cityChanges(ctx, in.ID, in.IfMatch, func(_ Call, a Application, _ map[string]File) (Application, error) {
		return a.giveBack(in.Body.Reason, in.Body.Until, now())
	}, m.tellApplicant(ctx, lang.Text{ZH: "需要补正", EN: "A supplement is asked for"}))
}

// cityChanges is a change by an officer of the city.
func (m *Fostering) cityChanges(ctx context.Context, id string, match httpd.IfMatch, decide func(Call, Application, map[string]File) (Application, error), also ...func(*sqldb.Tx, Application) error) (ApplicationDetail, error) {
	_, from, err := m.applications.read(ctx, id)
	if err != nil {
		return ApplicationDetail{}, err
	}
	if from != city {
		return ApplicationDetail{}, fault.New(fault.Conflict, "platforms.foster.own_application", "whose people apply does not decide about it")
	}
	version, err := match.Expected()
	if err != nil {
		return ApplicationDetail{}, err
	}
	if err := m.applications.change(ctx, id, version, decide, also...); err != nil {
		return ApplicationDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: id})
}

// tellApplicant tells those who can apply for the organisation that something happened.
func (m *Fostering) tellApplicant(ctx context.Context, what lang.Text) func(*sqldb.Tx, Application) error {
	return func(tx *sqldb.Tx, a Application) error {
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeNews, Link: "/platforms/fostering/applications/" + a.ID, To: notice.Audience{Organisation: a.organisation, Permission: mayApply},
			Title: lang.Text{ZH: "“" + a.Platform.In("zh") + "”的培育申报：" + what.ZH, EN: "Application of " + a.Platform.In("en") + ": " + what.EN},
			Body:  lang.Text{ZH: a.Reason, EN: a.Reason},
		})
	}
}

// serveUpload answers with what became of an uploaded file.
func serveUpload(take func(*http.Request) (File, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := take(r)
		httpd.Answer(w, r, http.StatusCreated, f, err)
	}
}

// receive takes the body as evidence of an application or a platform.
func (m *Fostering) receive(r *http.Request, of string) (File, error) {
	ctx := r.Context()
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	by := handOf(ctx)
	return File{ID: taken.ID, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, At: now().Truncate(time.Millisecond), application: of, actor: by.actor, by: by.name}, nil
}

func (m *Fostering) upload(r *http.Request) (File, error) {
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
	if err := a.editable(c, now()); err != nil {
		return File{}, err
	}
	f, err := m.receive(r, a.ID)
	if err != nil {
		return File{}, err
	}
	return f, m.applications.attach(ctx, f)
}

// serveFile answers with the content of a file that the caller may read.
func (m *Fostering) serveFile(find func(ctx context.Context, id string) (File, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := find(r.Context(), r.PathValue("id"))
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
	}
}

// serveSubmission answers the very bytes that the digest is of.
func (m *Fostering) serveSubmission(w http.ResponseWriter, r *http.Request) {
	a, _, err := m.applications.read(r.Context(), r.PathValue("id"))
	if err == nil && a.submission == "" {
		err = fault.New(fault.NotFound, "platforms.foster.not_submitted", "the application was not submitted")
	}
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeFile(w, "application-"+a.ID+".json", "application/json", int64(len(a.submission)), strings.NewReader(a.submission))
}
