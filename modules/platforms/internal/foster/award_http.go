package foster

import (
	"cmp"
	"context"
	"fmt"
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

func (m *Fostering) awardRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /foster/applications/{id}/award", Permission: mayManage, Summary: "Award an application, and begin its public notice", Handler: httpd.JSON(m.award)},
		{Pattern: "POST /foster/applications/{id}/refusal", Permission: mayManage, Summary: "Do not award an application, with the reason", Handler: httpd.JSON(m.refuse)},
		{Pattern: "GET /foster/awards", Permission: mayView, Summary: "Awards, those in public notice and those in force", Handler: httpd.List(m.listAwards)},
		{Pattern: "GET /foster/awards/{id}", Permission: mayView, Summary: "An award with its objections and yearly checks", Handler: httpd.JSON(m.readAward)},
		{Pattern: "POST /foster/awards/{id}/objections", Permission: mayObject, Summary: "Object to an award in its public notice", Handler: httpd.JSON(m.objectTo)},
		{Pattern: "POST /foster/objections/{id}/answer", Permission: mayManage, Summary: "Answer an objection: upheld or dismissed", Handler: httpd.JSON(forCity(m.answerObjection))},
		{Pattern: "POST /foster/awards/{id}/checks", Permission: mayManage, Summary: "Note a yearly check", Handler: httpd.JSON(forCity(m.checkAward))},
		{Pattern: "POST /foster/awards/{id}/withdrawal", Permission: mayManage, Summary: "Withdraw an award", Handler: httpd.JSON(forCity(m.withdrawAward))},
	}
}

type awardApplicationInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason      string    `json:"reason" maxLength:"4000"`
		Certificate string    `json:"certificate" maxLength:"100"`
		AwardedOn   string    `json:"awarded_on" maxLength:"10" doc:"2026-10-31"`
		ValidUntil  string    `json:"valid_until" maxLength:"10"`
		NoticeFrom  time.Time `json:"notice_from"`
		NoticeUntil time.Time `json:"notice_until"`
	}
}

func (m *Fostering) award(ctx context.Context, in awardApplicationInput) (ApplicationDetail, error) {
	b, by := in.Body, handOf(ctx)
	w := Award{
		ID: ulid.Make().String(), ApplicationID: in.ID, Certificate: strings.TrimSpace(b.Certificate), AwardedOn: b.AwardedOn, ValidUntil: b.ValidUntil,
		NoticeFrom: b.NoticeFrom.UTC().Truncate(time.Millisecond), NoticeUntil: b.NoticeUntil.UTC().Truncate(time.Millisecond), actor: by.actor, by: by.name, Version: 1,
	}
	if err := w.check(); err != nil {
		return ApplicationDetail{}, err
	}
	on, err := time.Parse(time.DateOnly, w.AwardedOn)
	if err != nil {
		return ApplicationDetail{}, err // check has read it
	}
	w.Year = on.Year()
	var call Call
	return m.cityChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, _ map[string]File) (Application, error) {
		call = c
		return a.decide(Awarded, b.Reason, now())
	}, func(tx *sqldb.Tx, a Application) error {
		if err := m.deserved(ctx, tx, call, a); err != nil {
			return err
		}
		w.CallID, w.PlatformID, w.Platform, w.organisation = a.CallID, a.PlatformID, a.Platform, a.organisation
		return m.awards.insert(ctx, tx, call, w)
	}, m.tellApplicant(ctx, lang.Text{ZH: "拟认定，进入公示", EN: "To be awarded, in public notice"}))
}

// deserved refuses an award that the reviews do not carry.
func (m *Fostering) deserved(ctx context.Context, tx *sqldb.Tx, c Call, a Application) error {
	r, err := m.settled(ctx, tx, c, a)
	if err != nil {
		return err
	}
	if !r.Passed {
		return fault.New(fault.Conflict, "platforms.foster.not_passed", "the application did not pass: %.1f of %.1f, veto %t", r.Total, c.PassMark, r.Veto).
			With("total", r.Total).With("pass", c.PassMark)
	}
	return nil
}

// settled returns what the reviews of an application came to, once all are in.
func (m *Fostering) settled(ctx context.Context, tx *sqldb.Tx, c Call, a Application) (Result, error) {
	reviews, err := m.reviews.of(ctx, tx, a.ID)
	if err != nil {
		return Result{}, err
	}
	r, ready := result(c, reviews)
	if !ready {
		return r, fault.New(fault.Conflict, "platforms.foster.reviews_missing", "%d reviews are in; the call asks for %d, and none may be awaited", r.Reviews, c.Reviewers).With("reviews", r.Reviews).With("wanted", c.Reviewers)
	}
	return r, nil
}

func (m *Fostering) refuse(ctx context.Context, in fosterReasonInput) (ApplicationDetail, error) {
	var call Call
	var lapsed bool
	return m.cityChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, _ map[string]File) (Application, error) {
		at := now()
		call, lapsed = c, a.lapsed(at)
		return a.decide(NotAwarded, in.Body.Reason, at)
	}, func(tx *sqldb.Tx, a Application) error {
		if lapsed { // and so was not reviewed
			return nil
		}
		_, err := m.settled(ctx, tx, call, a)
		return err
	}, m.tellApplicant(ctx, lang.Text{ZH: "未予认定", EN: "Not awarded"}))
}

// listAwards lists awards, which are public within the city; the applications behind
// them are not.
func (m *Fostering) listAwards(ctx context.Context, in awardParams) (sqldb.Page[Award], error) {
	page, err := m.awards.list(ctx, in, now())
	for i, w := range page.Items {
		if !identity.From(ctx).Scope.Allows(w.organisation) {
			page.Items[i].ApplicationID = ""
		}
	}
	return page, err
}

// AwardDetail is an award on its own page.
type AwardDetail struct {
	Award
	Objections []Objection `json:"objections" nullable:"false" doc:"The city sees all, others their own"`
	Checks     []Check     `json:"checks" nullable:"false"`
	Acts       []string    `json:"acts" nullable:"false" doc:"What the caller may do now: object, answer, check, withdraw"`
	Own        bool        `json:"own" doc:"The caller may see the application behind it"`
}

// ETag implements httpd.Versioned.
func (v AwardDetail) ETag() int64 { return v.Version }

func (m *Fostering) readAward(ctx context.Context, in httpd.Object) (AwardDetail, error) {
	at := now()
	w, err := m.awards.read(ctx, m.awards.db, "id", in.ID, at)
	if err != nil {
		return AwardDetail{}, err
	}
	id := identity.From(ctx)
	v := AwardDetail{Award: w, Own: id.Scope.Allows(w.organisation)}
	if v.Objections, err = m.awards.objections(ctx, w.ID); err != nil {
		return v, err
	}
	if v.Checks, err = m.awards.checks(ctx, w.ID); err != nil {
		return v, err
	}
	if !v.Own {
		v.Checks, v.ApplicationID = []Check{}, ""
	}
	if !id.Scope.All {
		for i := range v.Checks {
			v.Checks[i].By = "" // an officer's name is the city's affair
		}
	}
	manages := id.May(mayManage) && id.Scope.All
	v.Acts = offered(
		act{"object", id.May(mayObject) && w.object("?", at) == nil}, act{"answer", manages && w.Open > 0},
		act{"check", manages && (w.State == InForce || w.State == Expired)}, act{"withdraw", manages && w.State != Revoked},
	)
	return v, nil
}

type objectToAwardInput struct {
	httpd.Object
	Body struct {
		From string `json:"from,omitempty" maxLength:"200" doc:"Who objects, as an officer records it; others object for their own organisation"`
		Text string `json:"text" maxLength:"4000"`
	}
}

func (m *Fostering) objectTo(ctx context.Context, in objectToAwardInput) (AwardDetail, error) {
	id, at := identity.From(ctx), now()
	from := id.Organisation.Name.In(id.Language)
	if id.Scope.All {
		from = cmp.Or(strings.TrimSpace(in.Body.From), from)
	}
	o := Objection{ID: ulid.Make().String(), AwardID: in.ID, From: from, Text: strings.TrimSpace(in.Body.Text), At: at, State: "open", organisation: id.Organisation.ID, author: id.Actor()}
	city, err := m.people.Root(ctx)
	if err != nil {
		return AwardDetail{}, fmt.Errorf("find who answers an objection: %w", err)
	}
	err = m.awards.object(ctx, o, func(w Award) error { return w.object(o.Text, at) }, func(tx *sqldb.Tx, w Award, o Objection) error {
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDoubt, Link: awardLink(w), To: notice.Audience{Organisation: city.ID, Permission: mayManage, Except: o.author},
			Title: lang.Text{ZH: "对“" + w.Platform.In("zh") + "”的公示提出了异议", EN: "An objection to the award of " + w.Platform.In("en")},
			Body:  lang.Text{ZH: o.From + "：" + o.Text + "\n答复之前认定不生效。", EN: o.From + ": " + o.Text + "\nThe award does not come into force before it is answered."},
		})
	})
	if err != nil {
		return AwardDetail{}, err
	}
	return m.readAward(ctx, httpd.Object{ID: in.ID})
}

func awardLink(w Award) string { return "/platforms/fostering/awards/" + w.ID }

type answerObjectionInput struct {
	httpd.Object
	Body struct {
		Upheld bool   `json:"upheld" doc:"It is right: the award does not come into force"`
		Answer string `json:"answer" maxLength:"4000"`
	}
}

func (m *Fostering) answerObjection(ctx context.Context, in answerObjectionInput) (AwardDetail, error) {
	by := handOf(ctx)
	o, err := m.awards.answer(ctx, in.ID, func(o Objection) (Objection, error) {
		o, err := o.answer(in.Body.Upheld, in.Body.Answer, now())
		o.answerer, o.answeredName = by.actor, by.name
		return o, err
	}, m.tellAnswer(ctx))
	if err != nil {
		return AwardDetail{}, err
	}
	return m.readAward(ctx, httpd.Object{ID: o.AwardID})
}

// tellAnswer tells who may object for the organisation that did, and the operator when its
// platform is not fostered because of it; the operator does not read the objection.
func (m *Fostering) tellAnswer(ctx context.Context) objected {
	return func(tx *sqldb.Tx, w Award, o Objection) error {
		n := notice.Notice{
			Kind: noticeDoubt, Link: awardLink(w), To: notice.Audience{Organisation: o.organisation, Permission: mayObject, Except: o.answerer},
			Title: lang.Text{ZH: "对“" + w.Platform.In("zh") + "”公示的异议已答复", EN: "Your objection to the award of " + w.Platform.In("en") + " was answered"},
			Body:  lang.Text{ZH: o.Answer, EN: o.Answer},
		}
		if err := m.kit.Notices.Send(ctx, tx, n); err != nil || o.State != "upheld" {
			return err
		}
		n.Kind, n.To = noticeNews, notice.Audience{Organisation: w.organisation, Permission: mayApply, Except: o.answerer}
		n.Title = lang.Text{ZH: "“" + w.Platform.In("zh") + "”的认定不生效", EN: "The award of " + w.Platform.In("en") + " does not come into force"}
		n.Body = lang.Text{ZH: "公示期内的异议经核查成立。", EN: "An objection in its public notice was found right."}
		return m.kit.Notices.Send(ctx, tx, n)
	}
}

type checkAwardInput struct {
	httpd.Object
	Body struct {
		Year    int    `json:"year"`
		Outcome string `json:"outcome" enum:"kept,warned,withdrawn"`
		Reason  string `json:"reason" maxLength:"4000"`
	}
}

func (m *Fostering) checkAward(ctx context.Context, in checkAwardInput) (AwardDetail, error) {
	by, at := handOf(ctx), now()
	c := Check{ID: ulid.Make().String(), AwardID: in.ID, Year: in.Body.Year, Outcome: in.Body.Outcome, Reason: strings.TrimSpace(in.Body.Reason), At: at, By: by.name, actor: by.actor}
	err := m.awards.change(ctx, in.ID, func(w Award) (Award, error) { return w.follow(c, at) }, func(tx *sqldb.Tx) error { return m.awards.keepCheck(ctx, tx, c) })
	if err != nil {
		return AwardDetail{}, err
	}
	return m.readAward(ctx, httpd.Object{ID: in.ID})
}

type withdrawAwardInput struct {
	httpd.Object
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
		On     string `json:"on" maxLength:"10" doc:"From when; 2026-10-31"`
	}
}

func (m *Fostering) withdrawAward(ctx context.Context, in withdrawAwardInput) (AwardDetail, error) {
	err := m.awards.change(ctx, in.ID, func(w Award) (Award, error) { return w.withdraw(in.Body.On, in.Body.Reason, now()) }, func(*sqldb.Tx) error { return nil })
	if err != nil {
		return AwardDetail{}, err
	}
	return m.readAward(ctx, httpd.Object{ID: in.ID})
}

// Awards are those that were made up to a time, as they stand then; of a platform, or
// of all. Awards are public within the city.
func (m *Fostering) Awards(ctx context.Context, platform string, at time.Time) ([]Award, error) {
	return m.awards.until(ctx, platform, at)
}
