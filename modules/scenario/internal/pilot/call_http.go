package pilot

import (
	"context"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Pilots) callRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /pilot/calls", Permission: mayView, Summary: "Calls for pilots", Handler: httpd.List(m.listCalls)},
		{Pattern: "POST /pilot/calls", Permission: mayManage, Summary: "Draft a call", Handler: httpd.Created(forCity(m.addCall))},
		{Pattern: "GET /pilot/calls/{id}", Permission: mayView, Summary: "A call with its criteria, its seals and what is in public notice", Handler: httpd.JSON(m.readCall)},
		{Pattern: "PUT /pilot/calls/{id}", Permission: mayManage, Summary: "Change a draft; of an open call, its text, or put off its deadline", Handler: httpd.JSON(forCity(m.editCall))},
		{Pattern: "DELETE /pilot/calls/{id}", Permission: mayManage, Summary: "Remove a draft, or a call of the demonstration city with its applications", Handler: httpd.JSON(forCity(m.removeCall))},
		{Pattern: "POST /pilot/calls/{id}/opening", Permission: mayManage, Summary: "Open a call, which freezes its criteria", Handler: httpd.JSON(forCity(m.openCall))},
	}
}

func (m *Pilots) listCalls(ctx context.Context, in callParams) (sqldb.Page[Announced], error) {
	return m.calls.list(ctx, in)
}

// CallInput is what a call is made of.
type CallInput struct {
	Year       int         `json:"year"`
	Title      lang.Text   `json:"title"`
	Text       string      `json:"text,omitempty" maxLength:"20000"`
	Fields     []string    `json:"fields" nullable:"false" maxItems:"100"`
	Blind      bool        `json:"blind"`
	OpensAt    time.Time   `json:"opens_at"`
	ClosesAt   time.Time   `json:"closes_at"`
	NoticeDays int         `json:"notice_days"`
	Reviewers  int         `json:"reviewers"`
	PassMark   float64     `json:"pass_mark"`
	Quota      int         `json:"quota"`
	Criteria   []Criterion `json:"criteria" nullable:"false" maxItems:"40"`
	Conditions []Condition `json:"conditions" nullable:"false" maxItems:"40"`
	Ties       []string    `json:"ties" nullable:"false" maxItems:"40"`
	Synthetic  bool        `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
}

// apply puts what was sent into a call, and checks it.
func (in CallInput) apply(c Call) (Call, error) {
	c.Year, c.Title, c.Text, c.Fields, c.Blind, c.OpensAt, c.ClosesAt = in.Year, in.Title, in.Text, in.Fields, in.Blind, in.OpensAt, in.ClosesAt
	c.NoticeDays, c.Reviewers, c.PassMark, c.Quota, c.Criteria, c.Conditions, c.Ties = in.NoticeDays, in.Reviewers, in.PassMark, in.Quota, in.Criteria, in.Conditions, in.Ties
	c = c.tidy()
	return c, c.check()
}

type addPilotCallInput struct{ Body CallInput }

func (m *Pilots) addCall(ctx context.Context, in addPilotCallInput) (CallDetail, error) {
	c, err := in.Body.apply(Call{ID: ulid.Make().String(), State: CallDraft, Synthetic: in.Body.Synthetic, CreatedAt: m.site.Now().UTC().Truncate(time.Millisecond), Version: 1})
	if err != nil {
		return CallDetail{}, err
	}
	if err := m.calls.insert(ctx, c); err != nil {
		return CallDetail{}, err
	}
	return m.readCall(ctx, httpd.Object{ID: c.ID})
}

// Notable is an application that the panel chose, as everybody may see it.
type Notable struct {
	ApplicationID string    `json:"application_id"`
	Organisation  lang.Text `json:"organisation"`
	Project       string    `json:"project"`
}

// CallDetail is a call on its own page.
type CallDetail struct {
	Announced
	Accepts    bool        `json:"accepts" doc:"The call takes applications now, by the server's clock"`
	Now        time.Time   `json:"now" doc:"The server's clock"`
	Acts       []string    `json:"acts" nullable:"false" doc:"What the caller may do now: edit, open, remove, apply, check, reviewers, assign, decide, object, publish"`
	Own        string      `json:"own" doc:"The caller's own application; empty: none"`
	Inside     bool        `json:"inside" doc:"The caller reviews in this blind call and sees pseudonyms only"`
	Seals      []Seal      `json:"seals" nullable:"false"`
	Noticed    []Notable   `json:"noticed" nullable:"false" doc:"What the panel chose, from the public notice on"`
	Objections []Objection `json:"objections" nullable:"false" doc:"The city sees all, others their own"`
}

// ETag implements httpd.Versioned.
func (v CallDetail) ETag() int64 { return v.Version }

func (m *Pilots) readCall(ctx context.Context, in httpd.Object) (CallDetail, error) {
	v := CallDetail{Now: m.site.Now().UTC(), Noticed: []Notable{}, Objections: []Objection{}}
	var err error
	if v.Announced, err = m.calls.view(ctx, in.ID); err != nil {
		return v, err
	}
	if v.Seals, err = m.seals.of(ctx, in.ID); err != nil {
		return v, err
	}
	if v.Inside, err = m.inside(ctx, v.Call); err != nil {
		return v, err
	}
	if v.Own, err = m.applications.own(ctx, in.ID); err != nil {
		return v, err
	}
	if v.State == CallNoticed || v.State == CallPublished {
		if v.Noticed, err = m.applications.noticed(ctx, in.ID); err != nil {
			return v, err
		}
		if v.Objections, err = m.listings.objections(ctx, in.ID); err != nil {
			return v, err
		}
	}
	v.Accepts = v.accepts(v.Now)
	v.Acts = v.acts(ctx)
	return v, nil
}

// others tells whether anybody else's application was chosen.
func (v CallDetail) others() bool {
	return slices.ContainsFunc(v.Noticed, func(x Notable) bool { return x.ApplicationID != v.Own })
}

func (v CallDetail) acts(ctx context.Context) []string {
	id := identity.From(ctx)
	own := offered(act{"apply", id.May(mayApply) && v.Accepts && v.Own == "" && !id.Scope.All}, act{"object", id.May(mayObject) && v.noticed(v.Now) && v.others()})
	if !id.May(mayManage) || !id.Scope.All || v.Inside {
		return own
	}
	checking, reviewing := v.State == CallChecking, v.State == CallReviewing
	return append(own, offered(
		act{"edit", v.State == CallDraft || v.State == CallOpen && v.Now.Before(v.ClosesAt)}, act{"open", v.State == CallDraft}, act{"remove", v.removable()},
		act{"check", checking}, act{"reviewers", v.State == CallOpen || checking || reviewing}, act{"assign", checking || reviewing}, act{"decide", reviewing},
		act{"publish", v.State == CallNoticed && !v.noticed(v.Now)},
	)...)
}

type editPilotCallInput struct {
	httpd.Object
	httpd.IfMatch
	Body CallInput
}

func (m *Pilots) editCall(ctx context.Context, in editPilotCallInput) (CallDetail, error) {
	return m.changeCall(ctx, in.ID, in.IfMatch, func(_ *sqldb.Tx, c Call) (Call, error) {
		to, err := in.Body.apply(c)
		if err != nil {
			return c, err
		}
		return c.edit(to, m.site.Now())
	})
}

type pilotVersioned struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Pilots) openCall(ctx context.Context, in pilotVersioned) (CallDetail, error) {
	return m.changeCall(ctx, in.ID, in.IfMatch, func(_ *sqldb.Tx, c Call) (Call, error) { return c.open(m.site.Now()) })
}

// changeCall is a change by somebody of the city who does not review in the call.
func (m *Pilots) changeCall(ctx context.Context, id string, match httpd.IfMatch, decide func(tx *sqldb.Tx, c Call) (Call, error)) (CallDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return CallDetail{}, err
	}
	if err := m.calls.change(ctx, id, version, decide); err != nil {
		return CallDetail{}, err
	}
	return m.readCall(ctx, httpd.Object{ID: id})
}

func (m *Pilots) removeCall(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.calls.remove(ctx, in.ID)
}
