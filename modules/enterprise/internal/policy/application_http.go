package policy

import (
	"context"
	"encoding/json"
	"fmt"
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
	"linghang/modules/enterprise/internal/criterion"
)

// fileLimit bounds one file, in octets.
const fileLimit = 20 << 20

func (m *Policies) applicationRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /policy-applications", Permission: mayView, Summary: "Applications for policies that one may see", Handler: httpd.List(m.listApplications)},
		{Pattern: "POST /policies/{id}/applications", Permission: mayFill, Summary: "Begin an application of an own enterprise", Handler: httpd.Created(m.beginApplication)},
		{Pattern: "GET /policy-applications/{id}", Permission: mayView, Summary: "An application with its form, files, payments and what became of it", Handler: httpd.JSON(m.readApplication)},
		{Pattern: "PUT /policy-applications/{id}", Permission: mayFill, Summary: "Save the answers of an application", Handler: httpd.JSON(m.fillApplication)},
		{Pattern: "POST /policy-applications/{id}/submission", Permission: maySubmit, Summary: "Submit an application, or what was to be supplemented; confirmed says that the profile was looked at", Handler: httpd.JSON(m.submitApplication)},
		{Pattern: "POST /policy-applications/{id}/withdrawal", Permission: maySubmit, Summary: "Take an application back while nothing was decided", Handler: httpd.JSON(m.withdrawApplication)},
		{Pattern: "POST /policy-applications/{id}/review", Permission: mayReview, Summary: "Send an application back to be supplemented, or on to the decision with an advice", Handler: httpd.JSON(m.reviewApplication)},
		{Pattern: "POST /policy-applications/{id}/decision", Permission: mayDecide, Summary: "Grant or reject an application; another person than who reviewed it", Handler: httpd.JSON(m.decideApplication)},
		{Pattern: "POST /policy-applications/{id}/payments", Permission: mayReview, Summary: "Record a payment of a grant", Handler: httpd.JSON(m.payApplication)},
		{Pattern: "POST /policy-applications/{id}/files", Permission: mayFill, MaxBody: fileLimit + 1, Summary: "Upload a paper: ?paper= which it is, ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload))},
		{Pattern: "GET /policy-files/{id}", Permission: mayView, Summary: "Download a paper", Handler: httpd.Raw("", http.HandlerFunc(m.serveFile))},
		{Pattern: "DELETE /policy-files/{id}", Permission: mayFill, Summary: "Remove a paper from an application that may still be changed; its content is kept", Handler: httpd.JSON(m.removeFile)},
		{Pattern: "POST /policies/{id}/announcement", Permission: mayReview, Summary: "Announce all grants of a policy that were not yet announced", Handler: httpd.JSON(m.announceGrants)},
		{Pattern: "GET /policy-grants", Permission: mayView, Summary: "Grants that are or were announced", Handler: httpd.List(m.listGrants)},
	}
}

func (m *Policies) listApplications(ctx context.Context, in applicationParams) (sqldb.Page[Claim], error) {
	return m.store.applications(ctx, in)
}

func (m *Policies) listGrants(ctx context.Context, in grantParams) (sqldb.Page[Allotment], error) {
	return m.store.grants(ctx, in, dayOf(m.now()))
}

// ClaimDetail is an application on its own page.
type ClaimDetail struct {
	Claim
	Side      side              `json:"side" enum:"applicant,city"`
	Of        Policy            `json:"of" doc:"The policy as it is now"`
	Answers   []Answer          `json:"answers" nullable:"false"`
	Files     []File            `json:"files" nullable:"false"`
	Lacking   []string          `json:"lacking" nullable:"false" doc:"Codes of questions and papers that keep it from being submitted"`
	Profile   []criterion.Line  `json:"profile" nullable:"false" doc:"What the form is filled with: as it is now while it may be changed, as it was when it was submitted"`
	Result    *criterion.Result `json:"result,omitempty" doc:"Of the conditions today, while it may be changed"`
	Submitted *Snapshot         `json:"submitted,omitempty" doc:"What was submitted last"`
	Advice    string            `json:"advice" doc:"Of who reviewed it; for the bureau"`
	Reviewer  string            `json:"reviewer" doc:"For the bureau"`
	Payments  []Payment         `json:"payments" nullable:"false"`
	Steps     []Step            `json:"steps" nullable:"false" doc:"The newest first"`
	Acts      []string          `json:"acts" nullable:"false" doc:"What the caller may do now: fill, submit, withdraw, review, decide, pay"`
}

// ETag implements httpd.Versioned.
func (v ClaimDetail) ETag() int64 { return v.Version }

func (m *Policies) readApplication(ctx context.Context, in httpd.Object) (ClaimDetail, error) {
	a, from, err := m.store.read(ctx, in.ID)
	if err != nil {
		return ClaimDetail{}, err
	}
	v := ClaimDetail{Claim: a, Side: from, Answers: append([]Answer{}, a.answers...), Lacking: []string{}, Profile: []criterion.Line{}}
	if v.Of, err = m.store.policy(ctx, m.store.db, a.PolicyID); err != nil {
		return v, err
	}
	if v.Files, err = m.store.files(ctx, m.store.db, a.ID); err != nil {
		return v, err
	}
	if v.Payments, err = m.store.payments(ctx, a.ID); err != nil {
		return v, err
	}
	if v.Steps, err = m.store.steps(ctx, a.ID); err != nil {
		return v, err
	}
	if a.submission != "" {
		v.Submitted = &Snapshot{}
		if err := json.Unmarshal([]byte(a.submission), v.Submitted); err != nil {
			return v, fmt.Errorf("read submission: %w", err)
		}
		v.Profile = v.Submitted.Profile
	}
	if from == city {
		v.Advice, v.Reviewer = a.advice, a.reviewedName
		v.Files = slices.DeleteFunc(v.Files, func(f File) bool { return a.SubmittedAt == nil || f.At.After(*a.SubmittedAt) })
		if a.State == Returned && v.Submitted != nil { // what is being supplemented is not yet the city's to see
			v.Answers = v.Submitted.Answers
		}
	}
	at, err := m.store.db.Clock(ctx)
	if err != nil {
		return v, err
	}
	if err := m.fillDetail(ctx, &v, at); err != nil {
		return v, err
	}
	v.Acts = v.acts(identity.From(ctx), at)
	return v, nil
}

// fillDetail adds what the applicant is to see before it submits: its profile as it is
// now, and what the conditions come to.
func (m *Policies) fillDetail(ctx context.Context, v *ClaimDetail, at time.Time) error {
	if v.Side != applicant || v.State != Begun && v.State != Returned {
		return nil
	}
	v.Lacking = v.lacking(v.Of, v.Files)
	s, err := m.directory.SubjectOf(ctx, v.EntryID)
	if fault.Is(err, fault.NotFound) {
		return nil // the directory has it no longer as an accepted one
	}
	if err != nil {
		return err
	}
	r := v.Of.Conditions.Evaluate(s.Given.On(cityDay(at)), m.words)
	v.Profile, v.Result = s.Lines, &r
	return nil
}

// acts are what the caller may do now.
func (v ClaimDetail) acts(id identity.Identity, at time.Time) []string {
	open := v.editable(v.Of, at) == nil
	list := []string{}
	for _, x := range []struct {
		name, permission string
		of               side
		may              bool
	}{
		{"fill", mayFill, applicant, open},
		{"submit", maySubmit, applicant, open},
		{"withdraw", maySubmit, applicant, v.State == Begun || v.State == Submitted || v.State == Returned || v.State == Reviewed},
		{"review", mayReview, city, v.State == Submitted},
		{"decide", mayDecide, city, v.State == Reviewed && v.reviewedBy != id.Actor()},
		{"pay", mayReview, city, v.State == Granted && v.AnnouncedUntil != "" && v.AnnouncedUntil < dayOf(at) && v.Paid < v.Amount},
	} {
		if x.may && x.of == v.Side && id.May(x.permission) {
			list = append(list, x.name)
		}
	}
	return list
}

type policyBeginInput struct {
	httpd.Object
	Body struct {
		EntryID string `json:"entry_id" maxLength:"26"`
	}
}

func (m *Policies) beginApplication(ctx context.Context, in policyBeginInput) (ClaimDetail, error) {
	p, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return ClaimDetail{}, err
	}
	s, err := m.ownSubject(ctx, in.Body.EntryID)
	if err != nil {
		return ClaimDetail{}, err
	}
	at, err := m.store.db.Clock(ctx)
	if err != nil {
		return ClaimDetail{}, err
	}
	if !p.accepts(at) {
		return ClaimDetail{}, fault.New(fault.Conflict, "enterprise.policy.closed", "the policy takes no applications now")
	}
	a := Claim{ID: ulid.Make().String(), PolicyID: p.ID, Edition: p.Edition, EntryID: s.ID, Name: s.Name, Code: s.Code, District: s.District, Industry: s.Industry, Synthetic: s.Synthetic, State: Begun, CreatedAt: at.UTC().Truncate(time.Millisecond), organisation: s.OrganisationID}
	if err := m.store.begin(ctx, a, handOf(ctx)); err != nil {
		return ClaimDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: a.ID})
}

// changeApplication changes an application from one side.
func (m *Policies) changeApplication(ctx context.Context, id string, match httpd.IfMatch, from side, kind, text string, decide func(Claim, basis) (Claim, error), also func(*sqldb.Tx, Claim) error) (ClaimDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return ClaimDetail{}, err
	}
	_, is, err := m.store.read(ctx, id)
	if err != nil {
		return ClaimDetail{}, err
	}
	if is != from {
		return ClaimDetail{}, fault.New(fault.Forbidden, "enterprise.policy.side", "this is for the %s", map[side]string{applicant: "enterprise itself", city: "city's bureau"}[from])
	}
	if _, err := m.store.change(ctx, id, version, kind, text, handOf(ctx), decide, also); err != nil {
		return ClaimDetail{}, err
	}
	return m.readApplication(ctx, httpd.Object{ID: id})
}

type policyFillInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Answers []Answer `json:"answers" maxItems:"50"`
	}
}

func (m *Policies) fillApplication(ctx context.Context, in policyFillInput) (ClaimDetail, error) {
	return m.changeApplication(ctx, in.ID, in.IfMatch, applicant, "filled", "", func(a Claim, b basis) (Claim, error) {
		return a.fill(b.policy, in.Body.Answers, b.now)
	}, nil)
}

type policySubmitInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Confirmed bool `json:"confirmed" doc:"The applicant has looked at what the profile fills in, and confirms it"`
	}
}

func (m *Policies) submitApplication(ctx context.Context, in policySubmitInput) (ClaimDetail, error) {
	if !in.Body.Confirmed {
		return ClaimDetail{}, fault.New(fault.Invalid, "enterprise.policy.unconfirmed", "what the profile fills in is not confirmed").At("body.confirmed", "look at the profile and confirm it")
	}
	a, _, err := m.store.read(ctx, in.ID)
	if err != nil {
		return ClaimDetail{}, err
	}
	s, err := m.ownSubject(ctx, a.EntryID)
	if err != nil {
		return ClaimDetail{}, err
	}
	by := handOf(ctx)
	return m.changeApplication(ctx, in.ID, in.IfMatch, applicant, "submitted", "", func(a Claim, b basis) (Claim, error) {
		return a.submit(b.policy, s, b.files, by, m.words, b.now)
	}, m.tellCity(ctx, noticeToReview, mayReview, lang.Text{ZH: "政策申报待审查", EN: "an application waits for review"}))
}

func (m *Policies) withdrawApplication(ctx context.Context, in policyAct) (ClaimDetail, error) {
	return m.changeApplication(ctx, in.ID, in.IfMatch, applicant, "withdrawn", "", func(a Claim, _ basis) (Claim, error) { return a.retract() }, nil)
}

type policyReviewInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Outcome         string     `json:"outcome" enum:"returned,reviewed"`
		Note            string     `json:"note" maxLength:"4000" doc:"What is to be supplemented, which the enterprise reads; or the advice to who decides"`
		SupplementUntil *time.Time `json:"supplement_until,omitempty"`
	}
}

func (m *Policies) reviewApplication(ctx context.Context, in policyReviewInput) (ClaimDetail, error) {
	by := handOf(ctx)
	also, shown := m.tellCity(ctx, noticeToDecide, mayDecide, lang.Text{ZH: "政策申报待审定", EN: "an application waits for decision"}), ""
	if in.Body.Outcome == "returned" {
		also, shown = m.tellApplicant(ctx, lang.Text{ZH: "政策申报需补正", EN: "the application is to be supplemented"}), in.Body.Note
	}
	return m.changeApplication(ctx, in.ID, in.IfMatch, city, in.Body.Outcome, shown, func(a Claim, b basis) (Claim, error) {
		return a.review(in.Body.Outcome, in.Body.Note, in.Body.SupplementUntil, by, b.now)
	}, also)
}

type policyDecisionInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Outcome string  `json:"outcome" enum:"granted,rejected"`
		Reason  string  `json:"reason,omitempty" maxLength:"4000" doc:"Why; needed of a rejection"`
		Amount  float64 `json:"amount,omitempty" minimum:"0" maximum:"100000000" doc:"In 10 000 CNY"`
	}
}

func (m *Policies) decideApplication(ctx context.Context, in policyDecisionInput) (ClaimDetail, error) {
	by, said := handOf(ctx), lang.Text{ZH: "政策申报已批准", EN: "the application was granted"}
	if in.Body.Outcome == "rejected" {
		said = lang.Text{ZH: "政策申报未获批准", EN: "the application was rejected"}
	}
	return m.changeApplication(ctx, in.ID, in.IfMatch, city, in.Body.Outcome, in.Body.Reason, func(a Claim, b basis) (Claim, error) {
		return a.decide(b.policy, in.Body.Outcome, in.Body.Reason, in.Body.Amount, by, b.now)
	}, m.tellApplicant(ctx, said))
}

// tellCity tells the bureau that something waits for it.
func (m *Policies) tellCity(ctx context.Context, kind, permission string, said lang.Text) func(*sqldb.Tx, Claim) error {
	return func(tx *sqldb.Tx, a Claim) error {
		root, err := m.people.Root(ctx)
		if err != nil {
			return err
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: kind, Link: "/enterprise/policy-applications/" + a.ID, To: notice.Audience{Organisation: root.ID, Permission: permission, Except: identity.From(ctx).PersonID},
			Title: lang.Text{ZH: a.Name.In("zh") + "：" + said.ZH, EN: a.Name.In("en") + ": " + said.EN}, Body: a.Policy,
		})
	}
}

// tellApplicant tells the enterprise that its application moved on.
func (m *Policies) tellApplicant(ctx context.Context, said lang.Text) func(*sqldb.Tx, Claim) error {
	return func(tx *sqldb.Tx, a Claim) error {
		body := a.Policy
		if a.Reason != "" {
			body = lang.Text{ZH: a.Policy.ZH + "。" + a.Reason, EN: a.Policy.EN + ". " + a.Reason}
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeNews, Link: "/enterprise/policy-applications/" + a.ID, To: notice.Audience{Organisation: a.organisation, Permission: mayFill},
			Title: lang.Text{ZH: a.Name.In("zh") + "：" + said.ZH, EN: a.Name.In("en") + ": " + said.EN}, Body: body,
		})
	}
}

type policyPaymentInput struct {
	httpd.Object
	Body struct {
		Day     string  `json:"day" maxLength:"10" doc:"As 2026-03-31"`
		Amount  float64 `json:"amount" doc:"In 10 000 CNY"`
		Voucher string  `json:"voucher" maxLength:"100" doc:"Number of the voucher"`
	}
}

func (m *Policies) payApplication(ctx context.Context, in policyPaymentInput) (ClaimDetail, error) {
	_, from, err := m.store.read(ctx, in.ID)
	if err != nil || from != city {
		return ClaimDetail{}, noSuch("application")
	}
	y := Payment{ID: ulid.Make().String(), Day: in.Body.Day, Amount: in.Body.Amount, Voucher: strings.TrimSpace(in.Body.Voucher), At: m.now()}
	f := fault.New(fault.Invalid, "enterprise.policy.payment", "the payment is incomplete or wrong")
	if !isDay(y.Day) || y.Day > dayOf(y.At) {
		_ = f.At("body.day", "a day that has been, as 2026-03-31")
	}
	if hundredths(y.Amount) <= 0 || y.Amount > 1e8 {
		_ = f.At("body.amount", "more than 0, in 10 000 CNY")
	}
	if y.Voucher == "" {
		_ = f.At("body.voucher", "the number of the voucher")
	}
	if len(f.Fields) > 0 {
		return ClaimDetail{}, f
	}
	err = m.store.pay(ctx, in.ID, y, handOf(ctx), m.tellApplicant(ctx, lang.Text{ZH: "政策资金已兑付", EN: "a payment was made"}))
	if err != nil {
		return ClaimDetail{}, err
	}
	return m.readApplication(ctx, in.Object)
}

type policyAnnounceInput struct {
	httpd.Object
	Body struct {
		From  string `json:"from" maxLength:"10" doc:"Day, today or later"`
		Until string `json:"until" maxLength:"10" doc:"The last day"`
	}
}

type announcedView struct {
	Grants int `json:"grants" doc:"How many were announced"`
}

func (m *Policies) announceGrants(ctx context.Context, in policyAnnounceInput) (announcedView, error) {
	if err := forCity(ctx); err != nil {
		return announcedView{}, err
	}
	p, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return announcedView{}, err
	}
	at := m.now()
	f := fault.New(fault.Invalid, "enterprise.policy.announcement", "these are no days of an announcement")
	if !isDay(in.Body.From) || in.Body.From < dayOf(at) {
		_ = f.At("body.from", "today or a later day")
	}
	if !isDay(in.Body.Until) || in.Body.Until < in.Body.From {
		_ = f.At("body.until", "a day that is not before the first one")
	}
	if len(f.Fields) > 0 {
		return announcedView{}, f
	}
	n, err := m.store.announce(ctx, p.ID, in.Body.From, in.Body.Until, handOf(ctx), at)
	return announcedView{n}, err
}
