package system

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// The kinds of notices about personal data.
const (
	noticeAsked   = "system.personal.asked"
	noticeDecided = "system.personal.decided"
	noticeErased  = "system.personal.erased"
)

// Persons is what the kernel does for a person in all rooms.
type Persons struct {
	Gather func(ctx context.Context, s identity.Subject) (map[string]map[string][]map[string]string, error)
	Erase  func(ctx context.Context, s identity.Subject, again bool, progress func(fraction float64)) error // again: it was begun before
	Flush  func(ctx context.Context) error
}

func (m *Room) personalRoutes() []module.Route {
	const decide = identity.DecidePersonal
	return []module.Route{
		{Pattern: "GET /me/consents", Permission: identity.SignedIn, Owing: alone(), Summary: "For what something about one is kept, with the texts, and what one agreed to", Handler: httpd.JSON(m.consents)},
		{Pattern: "POST /me/consents", Permission: identity.SignedIn, Owing: alone(), Summary: "Agree to the text in force for a purpose", Handler: httpd.JSON(m.agree)},
		{Pattern: "POST /me/consents/withdrawal", Permission: identity.SignedIn, Owing: alone(), StepUp: true, Summary: "Take one's consent back: the account is closed at once, and erasure is asked for", Handler: httpd.JSON(m.withdrawConsent)},
		{Pattern: "POST /me/consents/notifications/withdrawal", Permission: identity.SignedIn, Owing: alone(), Summary: "No more notices by e-mail; nothing else changes", Handler: httpd.JSON(m.stopMail)},
		{Pattern: "GET /me/requests", Permission: identity.SignedIn, Owing: alone(), Summary: "What one asked about one's data", Handler: httpd.JSON(m.ownRequests)},
		{Pattern: "POST /me/requests", Permission: identity.SignedIn, Owing: alone(), StepUp: true, Summary: "Ask for a copy, a correction, or to be erased", Handler: httpd.Created(m.askPersonal)},
		{Pattern: "DELETE /me/requests/{id}", Permission: identity.SignedIn, Owing: alone(), Summary: "Take an open request back", Handler: httpd.JSON(m.withdrawRequest)},
		{Pattern: "GET /me/copy", Permission: identity.SignedIn, Owing: alone(), StepUp: true, Sensitive: true, Summary: "The copy that was granted, as JSON, or with ?format=html to read and print", Handler: httpd.Raw("", http.HandlerFunc(m.copyOf))},
		{Pattern: "GET /personal-requests", Permission: decide, Sensitive: true, Summary: "What persons ask about their data, by due date", Handler: httpd.List(m.directory.PersonalRequests)},
		{Pattern: "POST /personal-requests/{id}/decision", Permission: decide, StepUp: true, Summary: "Grant or refuse, with a reason that the person is told", Handler: httpd.JSON(m.decidePersonal)},
	}
}

func personalNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeAsked, Title: lang.Text{ZH: "个人信息请求待办理", EN: "Requests about personal data"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeDecided, Title: lang.Text{ZH: "个人信息请求办理结果", EN: "Decisions on one's personal data"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeErased, Title: lang.Text{ZH: "个人信息擦除完成", EN: "Persons that were erased"}, Gravity: notice.Info, Mail: notice.Daily},
	}
}

// personal is where the system's own database keeps something about persons.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "membership", Person: "person_id", Show: []string{"organisation_id", "role"}, Drop: true},
		{Table: "session", Person: "person_id", Show: []string{"created_at", "last_seen_at", "ip", "user_agent"}, Drop: true},
		{Table: "consent", Person: "person_id", Show: []string{"purpose", "version", "at", "how", "withdrawn_at"}, Drop: true},
		{Table: "job", Person: "owner", Columns: []string{"owner_name"}, Show: []string{"kind", "state", "created_at"}},
		{Table: "export_request", Person: "person_id", Columns: []string{"reason"}, Show: []string{"path", "query", "state", "asked_at"}},
		{Table: "invitation", Person: "person_id", Columns: []string{"email"}, Show: []string{"organisation_id", "role", "created_at"}},
	}
}

func kindText(kind string) lang.Text {
	return map[string]lang.Text{
		identity.AskCopy: {ZH: "查阅复制", EN: "a copy"}, identity.AskCorrection: {ZH: "更正", EN: "a correction"}, identity.AskErasure: {ZH: "删除", EN: "erasure"},
	}[kind]
}

func (m *Room) consents(ctx context.Context, _ nothing) (identity.ConsentState, error) {
	if err := person(ctx); err != nil {
		return identity.ConsentState{}, err
	}
	return m.directory.Consents(ctx)
}

type agreeInput struct {
	Body struct {
		Purpose string `json:"purpose,omitempty" enum:"registration,account,notifications" default:"account"`
		Version string `json:"version" maxLength:"20"`
	}
}

func (m *Room) stopMail(ctx context.Context, _ nothing) (httpd.Nothing, error) {
	if err := person(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.directory.StopMail(ctx)
}

func (m *Room) agree(ctx context.Context, in agreeInput) (httpd.Nothing, error) {
	if err := person(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.directory.Agree(ctx, in.Body.Purpose, in.Body.Version)
}

func (m *Room) withdrawConsent(ctx context.Context, _ nothing) (identity.PersonalRequest, error) {
	if err := person(ctx); err != nil {
		return identity.PersonalRequest{}, err
	}
	tell, err := m.tellDeciders(ctx)
	if err != nil {
		return identity.PersonalRequest{}, err
	}
	return m.directory.WithdrawConsent(ctx, tell)
}

type ownRequestsView struct {
	Items []identity.PersonalRequest `json:"items" nullable:"false"`
}

func (m *Room) ownRequests(ctx context.Context, _ nothing) (ownRequestsView, error) {
	list, err := m.directory.OwnPersonalRequests(ctx)
	return ownRequestsView{list}, err
}

type askInput struct{ Body identity.PersonalInput }

func (m *Room) askPersonal(ctx context.Context, in askInput) (identity.PersonalRequest, error) {
	if err := person(ctx); err != nil {
		return identity.PersonalRequest{}, err
	}
	tell, err := m.tellDeciders(ctx)
	if err != nil {
		return identity.PersonalRequest{}, err
	}
	return m.directory.AskPersonal(ctx, in.Body, tell)
}

// tellDeciders tells those who decide; the person is not named, for a notice
// outlives them.
func (m *Room) tellDeciders(ctx context.Context) (func(identity.PersonalRequest) func(context.Context, *sqldb.Tx) error, error) {
	root, err := m.directory.Root(ctx)
	if err != nil {
		return nil, err
	}
	return func(r identity.PersonalRequest) func(context.Context, *sqldb.Tx) error {
		kind, day := kindText(r.Kind), r.DueAt.Format("2006-01-02")
		return m.telling(notice.Notice{
			Kind: noticeAsked, Link: "/system/personal-requests", To: notice.Audience{Organisation: root.ID, Permission: identity.DecidePersonal},
			Title: lang.Text{ZH: "个人信息请求（" + kind.ZH + "）待办理，期限 " + day, EN: "A request for " + kind.EN + " of personal data, due " + day},
		})
	}, nil
}

func (m *Room) withdrawRequest(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.WithdrawPersonal(ctx, in.ID)
}

type personalDecisionInput struct {
	httpd.Object
	httpd.IfMatch
	Body identity.PersonalDecision
}

func (m *Room) decidePersonal(ctx context.Context, in personalDecisionInput) (identity.PersonalRequest, error) {
	version, err := in.Expected()
	if err != nil {
		return identity.PersonalRequest{}, err
	}
	r, err := m.directory.DecidePersonalRequest(ctx, in.ID, version, in.Body, func(r identity.PersonalRequest) func(context.Context, *sqldb.Tx) error {
		return func(ctx context.Context, tx *sqldb.Tx) error {
			kind := kindText(r.Kind)
			n := notice.Notice{Kind: noticeDecided, Link: "/profile", To: notice.Audience{Persons: []string{r.PersonID}}, Body: lang.Text{ZH: r.Reason, EN: r.Reason}}
			n.Title = lang.Text{ZH: "您的个人信息请求（" + kind.ZH + "）已同意", EN: "Your request for " + kind.EN + " is granted"}
			if r.State == identity.AskedRefused {
				n.Title = lang.Text{ZH: "您的个人信息请求（" + kind.ZH + "）未获同意", EN: "Your request for " + kind.EN + " is refused"}
			}
			if err := m.kit.Notices.Send(ctx, tx, n); err != nil || r.State != identity.AskedDoing {
				return err
			}
			_, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: "erase", Input: erasure{r.PersonID, r.ID}})
			return err
		}
	})
	if err != nil {
		return r, err
	}
	return m.directory.PersonalRequest(ctx, in.ID)
}

// erasure is the input of the job that erases a person.
type erasure struct {
	PersonID  string `json:"person_id"`
	RequestID string `json:"request_id"`
}

// erase erases a person in all rooms. Every step may be done again: after a
// crash the job begins anew and ends the same.
func (m *Room) erase(ctx context.Context, t *jobs.Task) (any, error) {
	var in erasure
	if err := t.Decode(&in); err != nil {
		return nil, err
	}
	s, err := m.directory.Subject(ctx, in.PersonID)
	if fault.Is(err, fault.NotFound) {
		return nil, m.erased(ctx, in, ownerOf(t)) // the row is gone; the rest may not be
	}
	if err != nil {
		return nil, err
	}
	if err := m.directory.CloseAccount(ctx, s.ID); err != nil {
		return nil, err
	}
	if err := m.directory.ForgetSubject(ctx, s); err != nil {
		return nil, err
	}
	progress := func(fraction float64) {
		t.Progress(fraction, lang.Text{ZH: "正在擦除个人信息", EN: "Erasing personal data"})
	}
	if err := m.persons.Erase(ctx, s, t.Attempt > 1, progress); err != nil {
		return nil, err
	}
	if err := m.directory.RemovePerson(ctx, s.ID); err != nil {
		return nil, err
	}
	return nil, m.erased(ctx, in, ownerOf(t))
}

// erased flushes the journals and ends the request: who reads that it is done
// may rely on it.
func (m *Room) erased(ctx context.Context, in erasure, owner string) error {
	if err := m.persons.Flush(ctx); err != nil {
		return err
	}
	return m.directory.EndErasure(ctx, in.RequestID, m.telling(notice.Notice{
		Kind: noticeErased, Link: "/system/personal-requests", To: notice.Audience{Persons: []string{owner}},
		Title: lang.Text{ZH: "个人信息擦除已完成", EN: "A person was erased"}, Key: "erased " + in.RequestID,
	}))
}

func ownerOf(t *jobs.Task) string {
	const prefix = "person:"
	if len(t.Owner) > len(prefix) {
		return t.Owner[len(prefix):]
	}
	return ""
}

// personalCopy is all that is kept about a person.
type personalCopy struct {
	Form     string                                    `json:"form"`
	City     lang.Text                                 `json:"city"`
	MadeAt   time.Time                                 `json:"made_at"`
	Person   identity.Person                           `json:"person"`
	Phones   []string                                  `json:"phones"`
	Consents []identity.Consent                        `json:"consents"`
	Requests []identity.PersonalRequest                `json:"requests"`
	Rooms    map[string]map[string][]map[string]string `json:"rooms"`
}

//go:embed personal.html
var personalHTML string

func (m *Room) copyOf(w http.ResponseWriter, r *http.Request) {
	c, err := m.makeCopy(r.Context())
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	name := "personal-data-" + c.MadeAt.Format("2006-01-02")
	if r.URL.Query().Get("format") != "html" {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.json"`, name))
		_ = json.NewEncoder(w).Encode(c) // who has gone needs no answer
		return
	}
	page, err := template.New("copy").Funcs(template.FuncMap{"when": func(t time.Time) string { return t.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05") }}).Parse(personalHTML)
	if err != nil {
		httpd.Refuse(w, r, fmt.Errorf("parse the copy: %w", err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.html"`, name))
	if err := page.Execute(w, c); err != nil {
		m.kit.Log.Error("a copy of personal data broke off", "error", err)
	}
}

// granted reports whether a copy may be fetched.
func granted(r identity.PersonalRequest) bool {
	return r.Kind == identity.AskCopy && r.State == identity.AskedDone && r.DoneAt != nil && time.Since(*r.DoneAt) < identity.CopyFor
}

func (m *Room) makeCopy(ctx context.Context) (c personalCopy, err error) {
	c = personalCopy{Form: "linghang-personal-data-1", MadeAt: time.Now().UTC()}
	if c.Requests, err = m.directory.OwnPersonalRequests(ctx); err != nil {
		return c, err
	}
	if !slices.ContainsFunc(c.Requests, granted) {
		return c, fault.New(fault.Invalid, "system.personal.copy", "there is no copy to fetch; one can be fetched for seven days after it was granted").
			At("path", "ask for a copy first")
	}
	id := identity.From(ctx).PersonID
	s, err := m.directory.Subject(ctx, id)
	if err != nil {
		return c, err
	}
	c.Phones = s.Phones
	if c.City, err = m.directory.City(ctx); err != nil {
		return c, err
	}
	if c.Person, err = m.directory.Person(ctx, id); err != nil {
		return c, err
	}
	state, err := m.directory.Consents(ctx)
	if err != nil {
		return c, err
	}
	c.Consents = state.Consents
	c.Rooms, err = m.persons.Gather(ctx, s)
	return c, err
}
