package opening

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
	"linghang/modules/scenario/scenarioevent"
)

// Catalogue is what openings ask of the room that they are part of.
type Catalogue interface {
	// Published returns a scenario that is in the catalogue: its title, the organisations
	// of its providers, and whether it is synthetic. It reports NotFound.
	Published(ctx context.Context, id string) (title lang.Text, providers []string, synthetic bool, err error)
	// KnowsValue tells whether the taxonomy has a word of the axis value.
	KnowsValue(code string) bool
}

// Permissions that openings ask for.
const (
	mayView  = "scenario.view"
	mayOpen  = "scenario.open"
	mayApply = "scenario.apply"

	noticeOpened  = "scenario.opening.opened"
	noticeSettled = "scenario.opening.settled"
	noticeStep    = "scenario.opening.step"
)

// Openings is the part of the room in which scenarios are opened.
type Openings struct {
	kit       *module.Kit
	catalogue Catalogue
	store     store

	// Clock is the server's, by which deadlines are told. It is read inside of the
	// transaction that it decides about.
	Clock func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, catalogue Catalogue, clock func() time.Time) *Openings {
	return &Openings{kit: kit, catalogue: catalogue, store: store{kit.DB}, Clock: clock}
}

// Permissions are what the routes ask for, beside seeing scenarios.
func Permissions() []module.Permission {
	own := []identity.Role{identity.Manager, identity.Reporter}
	return []module.Permission{
		{ID: mayOpen, Title: lang.Text{ZH: "开放本企业的场景", EN: "Open scenarios at one's own enterprise"}, Roles: own},
		{ID: mayApply, Title: lang.Text{ZH: "申请承接开放的场景", EN: "Apply to carry out what is opened"}, Roles: own},
	}
}

// Notices are the kinds of notices that openings send.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeOpened, Title: lang.Text{ZH: "有企业开放了本机构提供的场景", EN: "A scenario that one provides was opened"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeSettled, Title: lang.Text{ZH: "场景开放的遴选结果", EN: "Who was chosen for an opening"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeStep, Title: lang.Text{ZH: "场景开放的实施进展", EN: "Steps of carrying out an opening"}, Gravity: notice.Info, Mail: notice.Daily},
	}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "scenario_opening", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "title", "created_at"}},
		{Table: "scenario_application", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "opening_id", "submitted_at"}},
	}
}

// Measures count what was opened, and who was served.
func (m *Openings) Measures() []module.Measure {
	count := func(query string) func(context.Context) (measure.Value, error) {
		return func(ctx context.Context) (measure.Value, error) {
			n, synthetic, err := m.store.counts(ctx, query)
			return measure.Value{Number: float64(n), At: time.Now(), Known: err == nil, Synthetic: synthetic > 0}, err
		}
	}
	return []module.Measure{
		{
			ID: "scenario.opened", Title: lang.Text{ZH: "开放的场景数", EN: "Openings of scenarios"}, Unit: lang.Text{ZH: "个", EN: "openings"}, Page: "/scenario/openings",
			Counts: lang.Text{ZH: "企业向服务商开放、未取消的场景；草稿不计", EN: "Scenarios that enterprises opened to providers and did not cancel; drafts do not count"}, Value: count(countOpened),
		},
		{
			ID: "scenario.enterprises_opened", Title: lang.Text{ZH: "场景开放服务企业数", EN: "Enterprises served by openings"}, Unit: lang.Text{ZH: "家", EN: "enterprises"}, Page: "/scenario/openings?state=completed",
			Counts: lang.Text{
				ZH: "其开放的场景已实施完成、全部里程碑由企业验收并填报成效的企业；同一企业只计一次",
				EN: "Enterprises of which an opening is completed, with every milestone accepted by the enterprise and effects given; each enterprise once",
			}, Value: count(countServed),
		},
	}
}

// Proven returns the effects that openings of a scenario brought.
func (m *Openings) Proven(ctx context.Context, scenario string) ([]Proven, error) {
	return m.store.proven(ctx, scenario)
}

// Routes are the doors.
func (m *Openings) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /openings", Permission: mayView, Summary: "What enterprises open, and one's own drafts", Handler: httpd.List(m.listOpenings)},
		{Pattern: "POST /openings", Permission: mayOpen, Summary: "Begin to open a published scenario at one's own enterprise", Handler: httpd.Created(m.begin)},
		{Pattern: "GET /openings/{id}", Permission: mayView, Summary: "An opening, as far as one may see it", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /openings/{id}", Permission: mayOpen, Summary: "Edit a draft", Handler: httpd.JSON(m.edit)},
		{Pattern: "POST /openings/{id}/opening", Permission: mayOpen, Summary: "Open a draft to providers", Handler: httpd.JSON(m.open)},
		{Pattern: "POST /openings/{id}/cancellation", Permission: mayOpen, Summary: "Cancel an opening before somebody is chosen", Handler: httpd.JSON(m.cancel)},
		{Pattern: "GET /openings/{id}/applications", Permission: mayView, Summary: "Applications: one's own; for the enterprise and the city all, after the deadline", Handler: httpd.JSON(m.listApplications)},
		{Pattern: "PUT /openings/{id}/application", Permission: mayApply, Summary: "Apply, or change the application, until the deadline by the server's clock", Handler: httpd.JSON(m.apply)},
		{Pattern: "DELETE /openings/{id}/application", Permission: mayApply, Summary: "Withdraw the application", Handler: httpd.JSON(m.withdraw)},
		{Pattern: "POST /openings/{id}/choice", Permission: mayOpen, Summary: "Choose an application, with milestones, after the deadline", Handler: httpd.JSON(m.choose)},
		{Pattern: "POST /openings/{id}/milestones/{number}/report", Permission: mayApply, Summary: "Report that a milestone is reached", Handler: httpd.JSON(m.report)},
		{Pattern: "POST /openings/{id}/milestones/{number}/acceptance", Permission: mayOpen, Summary: "Accept a milestone, or send it back", Handler: httpd.JSON(m.accept)},
		{Pattern: "POST /openings/{id}/completion", Permission: mayOpen, Summary: "Complete an opening with its effects, which stand at the scenario from then on", Handler: httpd.JSON(m.complete)},
		{Pattern: "POST /openings/{id}/evaluation", Permission: mayView, Summary: "Evaluate the other side, once", Handler: httpd.JSON(m.evaluate)},
	}
}

func (m *Openings) now() time.Time { return m.Clock().UTC().Truncate(time.Millisecond) }

func (m *Openings) listOpenings(ctx context.Context, in openingParams) (sqldb.Page[Opening], error) {
	page, err := m.store.list(ctx, in)
	for i, o := range page.Items {
		page.Items[i] = o.as(lookAt(ctx, o))
	}
	return page, err
}

// Detail is an opening on its own page.
type Detail struct {
	Opening
	Side         side       `json:"side" enum:"stranger,city,provider,owner" doc:"From where the caller looks"`
	Hidden       []string   `json:"hidden" nullable:"false" doc:"What is confidential and not shown"`
	Accepts      bool       `json:"accepts" doc:"Applications are taken now, by the server's clock"`
	Now          time.Time  `json:"now" doc:"The server's clock"`
	Applications int        `json:"applications" doc:"How many were submitted"`
	Acts         []string   `json:"acts" nullable:"false" doc:"What the caller may do now: edit, open, cancel, apply, withdraw, choose, report, accept, complete, evaluate"`
	Own          *Verdict   `json:"own,omitempty" doc:"What the enterprise says of the provider; of the other side once both are given"`
	Theirs       *Verdict   `json:"theirs,omitempty" doc:"What the provider says of the enterprise; of the other side once both are given"`
	Given        givenSides `json:"given" doc:"Which sides have evaluated"`
}

type givenSides struct {
	Owner    bool `json:"owner"`
	Provider bool `json:"provider"`
}

// ETag implements httpd.Versioned.
func (d Detail) ETag() int64 { return d.Version }

func (m *Openings) read(ctx context.Context, in httpd.Object) (Detail, error) {
	o, from, err := m.store.seen(ctx, m.store.db, in.ID)
	if err != nil {
		return Detail{}, err
	}
	at, id := m.now(), identity.From(ctx)
	d := Detail{Opening: o.as(from), Side: from, Hidden: []string{}, Accepts: o.accepts(at), Now: at, Given: givenSides{o.own != nil, o.theirs != nil}}
	if from == stranger {
		d.Hidden = append(d.Hidden, o.Terms.Confidential...)
	}
	both := o.own != nil && o.theirs != nil
	if both || from == owner {
		d.Own = o.own
	}
	if both || from == provider {
		d.Theirs = o.theirs
	}
	if d.Applications, err = m.store.submitted(ctx, o.ID); err != nil {
		return d, err
	}
	a, applied, err := applicationOf(ctx, m.store.db, o.ID, id.Organisation.ID)
	d.Acts = o.acts(id, from, applied && a.State == Submitted, at)
	return d, err
}

// acts are what somebody may do with an opening now.
func (o Opening) acts(id identity.Identity, from side, applied bool, now time.Time) []string {
	done, reported := o.progress()
	list := []string{}
	for _, x := range []struct {
		name, permission string
		of               []side
		may              bool
	}{
		{"edit", mayOpen, []side{owner}, o.State == Draft},
		{"open", mayOpen, []side{owner}, o.State == Draft},
		{"cancel", mayOpen, []side{owner}, o.State == Draft || o.State == Open},
		{"apply", mayApply, []side{stranger}, o.accepts(now)},
		{"withdraw", mayApply, []side{stranger}, applied && o.State == Open},
		{"choose", mayOpen, []side{owner}, o.State == Open && o.over(now)},
		{"report", mayApply, []side{provider}, o.State == Running && !done},
		{"accept", mayOpen, []side{owner}, o.State == Running && reported},
		{"complete", mayOpen, []side{owner}, o.State == Running && done},
		{"evaluate", mayOpen, []side{owner}, o.evaluable(o.own)},
		{"evaluate", mayApply, []side{provider}, o.evaluable(o.theirs)},
	} {
		if x.may && slices.Contains(x.of, from) && id.May(x.permission) {
			list = append(list, x.name)
		}
	}
	return list
}

// progress tells whether every milestone is accepted, and whether one waits for it.
func (o Opening) progress() (done, reported bool) {
	done = true
	for _, m := range o.Milestones {
		done = done && m.AcceptedAt != nil
		reported = reported || m.ReportedAt != nil && m.AcceptedAt == nil
	}
	return done, reported
}

// evaluable tells whether a side may evaluate, of which this is what it said.
func (o Opening) evaluable(said *Verdict) bool { return o.State == Completed && said == nil }

type beginOpeningInput struct {
	Body struct {
		Terms
		ScenarioID string `json:"scenario_id" maxLength:"40"`
		Synthetic  bool   `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	}
}

func (m *Openings) begin(ctx context.Context, in beginOpeningInput) (Detail, error) {
	id, at := identity.From(ctx), m.now()
	if id.Scope.All {
		return Detail{}, fault.New(fault.Forbidden, "scenario.opening.bureau", "enterprises open scenarios; the bureau does not")
	}
	title, _, synthetic, err := m.catalogue.Published(ctx, in.Body.ScenarioID)
	if err != nil {
		return Detail{}, fault.New(fault.Invalid, "scenario.opening.scenario", "there is no such scenario in the catalogue").At("body.scenario_id", "a published scenario")
	}
	o := Opening{
		ID: ulid.Make().String(), ScenarioID: in.Body.ScenarioID, Scenario: title, OrganisationID: id.Organisation.ID, Enterprise: id.Organisation.Name, State: Draft,
		Milestones: []Milestone{}, Effects: []Effect{}, Synthetic: in.Body.Synthetic || synthetic, createdAt: at,
	}
	if o, err = o.edit(in.Body.Terms, at); err != nil {
		return Detail{}, err
	}
	if err := m.store.insert(ctx, o, id.Actor(), id.Name); err != nil {
		return Detail{}, err
	}
	return m.read(ctx, httpd.Object{ID: o.ID})
}

type actInput struct {
	httpd.Object
	httpd.IfMatch
}

// change changes an opening, and answers with it.
func (m *Openings) change(ctx context.Context, in actInput, may []side, decide func(ctx context.Context, tx *sqldb.Tx, o Opening) (Opening, error), with ...companion) (Detail, error) {
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	if err := m.store.change(ctx, in.ID, version, may, decide, with...); err != nil {
		return Detail{}, err
	}
	return m.read(ctx, in.Object)
}

type editOpeningInput struct {
	httpd.Object
	httpd.IfMatch
	Body Terms
}

func (m *Openings) edit(ctx context.Context, in editOpeningInput) (Detail, error) {
	return m.change(ctx, actInput{in.Object, in.IfMatch}, []side{owner}, func(_ context.Context, _ *sqldb.Tx, o Opening) (Opening, error) { return o.edit(in.Body, m.now()) })
}

func (m *Openings) open(ctx context.Context, in actInput) (Detail, error) {
	return m.change(ctx, in, []side{owner}, func(_ context.Context, _ *sqldb.Tx, o Opening) (Opening, error) { return o.open(m.now()) }, m.tellOpened)
}

// tellOpened tells the providers of the scenario, and other rooms.
func (m *Openings) tellOpened(ctx context.Context, tx *sqldb.Tx, o Opening) error {
	_, providers, _, err := m.catalogue.Published(ctx, o.ScenarioID)
	if err != nil {
		return err
	}
	for _, p := range providers {
		if p == "" || p == o.OrganisationID {
			continue
		}
		if err := m.send(ctx, tx, noticeOpened, p, mayApply, o, lang.Text{ZH: "场景开放，可申请承接", EN: "a scenario is opened; you may apply"}, ""); err != nil {
			return err
		}
	}
	return emit(ctx, tx, scenarioevent.Opened{OpeningID: o.ID, ScenarioID: o.ScenarioID, Organisation: o.OrganisationID, Synthetic: o.Synthetic, At: *o.OpenedAt})
}

// send tells an organisation something of an opening.
func (m *Openings) send(ctx context.Context, tx *sqldb.Tx, kind, to, permission string, o Opening, what lang.Text, body string) error {
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: kind, Link: "/scenario/openings/" + o.ID, To: notice.Audience{Organisation: to, Permission: permission, Except: identity.From(ctx).PersonID},
		Title: lang.Text{ZH: o.Terms.Title + "：" + what.ZH, EN: o.Terms.Title + ": " + what.EN}, Body: lang.Text{ZH: body, EN: body},
	})
}

type cancelOpeningInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Openings) cancel(ctx context.Context, in cancelOpeningInput) (Detail, error) {
	return m.change(ctx, actInput{in.Object, in.IfMatch}, []side{owner}, func(_ context.Context, _ *sqldb.Tx, o Opening) (Opening, error) { return o.cancel(in.Body.Reason) },
		func(ctx context.Context, tx *sqldb.Tx, o Opening) error {
			others, err := settle(ctx, tx, o.ID, "")
			if err != nil {
				return err
			}
			return m.tellAll(ctx, tx, others, o, lang.Text{ZH: "开放已取消", EN: "the opening is cancelled"}, o.Reason)
		})
}

func (m *Openings) tellAll(ctx context.Context, tx *sqldb.Tx, to []string, o Opening, what lang.Text, body string) error {
	for _, x := range to {
		if err := m.send(ctx, tx, noticeSettled, x, mayApply, o, what, body); err != nil {
			return err
		}
	}
	return nil
}

type openingChoiceInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		ApplicationID string      `json:"application_id" maxLength:"40"`
		Reason        string      `json:"reason" maxLength:"1000"`
		Milestones    []Milestone `json:"milestones" maxItems:"30"`
	}
}

func (m *Openings) choose(ctx context.Context, in openingChoiceInput) (Detail, error) {
	return m.change(ctx, actInput{in.Object, in.IfMatch}, []side{owner}, func(ctx context.Context, tx *sqldb.Tx, o Opening) (Opening, error) {
		a := Application{}
		if o.over(m.now()) { // nothing of an application is told before
			found, err := applicationByID(ctx, tx, in.Body.ApplicationID)
			if err != nil && fault.As(err) == nil {
				return o, err
			}
			a = found
		}
		return o.choose(a, in.Body.Reason, in.Body.Milestones, m.now())
	}, func(ctx context.Context, tx *sqldb.Tx, o Opening) error {
		others, err := settle(ctx, tx, o.ID, o.application)
		if err != nil {
			return err
		}
		if err := m.tellAll(ctx, tx, []string{o.ProviderID}, o, lang.Text{ZH: "贵机构被选定承接", EN: "your organisation is chosen"}, o.Reason); err != nil {
			return err
		}
		return m.tellAll(ctx, tx, others, o, lang.Text{ZH: "已选定其他机构", EN: "another organisation is chosen"}, "")
	})
}

type milestoneReportInput struct {
	httpd.Object
	httpd.IfMatch
	Number int `path:"number" minimum:"1" maximum:"30"`
	Body   struct {
		Text string `json:"text" maxLength:"2000"`
	}
}

func (m *Openings) report(ctx context.Context, in milestoneReportInput) (Detail, error) {
	return m.change(ctx, actInput{in.Object, in.IfMatch}, []side{provider}, func(_ context.Context, _ *sqldb.Tx, o Opening) (Opening, error) {
		return o.report(in.Number, in.Body.Text, m.now())
	}, func(ctx context.Context, tx *sqldb.Tx, o Opening) error {
		return m.send(ctx, tx, noticeStep, o.OrganisationID, mayOpen, o, lang.Text{ZH: "里程碑待验收", EN: "a milestone waits to be accepted"}, o.Milestones[in.Number-1].Title)
	})
}

type milestoneAcceptInput struct {
	httpd.Object
	httpd.IfMatch
	Number int `path:"number" minimum:"1" maximum:"30"`
	Body   struct {
		Accepted bool   `json:"accepted"`
		Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"Needed when it is sent back"`
	}
}

func (m *Openings) accept(ctx context.Context, in milestoneAcceptInput) (Detail, error) {
	what := lang.Text{ZH: "里程碑已验收", EN: "a milestone is accepted"}
	if !in.Body.Accepted {
		what = lang.Text{ZH: "里程碑被退回", EN: "a milestone is sent back"}
	}
	return m.change(ctx, actInput{in.Object, in.IfMatch}, []side{owner}, func(_ context.Context, _ *sqldb.Tx, o Opening) (Opening, error) {
		return o.accept(in.Number, in.Body.Accepted, in.Body.Reason, m.now())
	}, func(ctx context.Context, tx *sqldb.Tx, o Opening) error {
		return m.send(ctx, tx, noticeStep, o.ProviderID, mayApply, o, what, o.Milestones[in.Number-1].Title)
	})
}

type completeOpeningInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Effects []Effect `json:"effects" maxItems:"30"`
	}
}

func (m *Openings) complete(ctx context.Context, in completeOpeningInput) (Detail, error) {
	return m.change(ctx, actInput{in.Object, in.IfMatch}, []side{owner}, func(_ context.Context, _ *sqldb.Tx, o Opening) (Opening, error) {
		return o.complete(in.Body.Effects, m.catalogue.KnowsValue, m.now())
	}, func(ctx context.Context, tx *sqldb.Tx, o Opening) error {
		if err := m.send(ctx, tx, noticeStep, o.ProviderID, mayApply, o, lang.Text{ZH: "实施已完成，请评价", EN: "carried out; please evaluate"}, ""); err != nil {
			return err
		}
		return emit(ctx, tx, scenarioevent.Completed{OpeningID: o.ID, ScenarioID: o.ScenarioID, Organisation: o.OrganisationID, Provider: o.ProviderID, StartOn: dayOf(*o.ChosenAt), Synthetic: o.Synthetic, At: *o.CompletedAt})
	})
}

// dayOf is the day in the city.
func dayOf(t time.Time) string {
	return t.In(time.FixedZone("UTC+8", 8*60*60)).Format(time.DateOnly)
}

type evaluateOpeningInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Grade int    `json:"grade" minimum:"1" maximum:"5"`
		Text  string `json:"text" maxLength:"2000"`
	}
}

func (m *Openings) evaluate(ctx context.Context, in evaluateOpeningInput) (Detail, error) {
	id := identity.From(ctx)
	return m.change(ctx, actInput{in.Object, in.IfMatch}, []side{owner, provider}, func(ctx context.Context, _ *sqldb.Tx, o Opening) (Opening, error) {
		from := lookAt(ctx, o)
		if need := map[side]string{owner: mayOpen, provider: mayApply}[from]; !id.May(need) {
			return o, fault.New(fault.Forbidden, "kernel.permission", "this needs the permission %s", need).With("permission", need)
		}
		return o.evaluate(from, Verdict{Grade: in.Body.Grade, Text: in.Body.Text, At: m.now()})
	})
}

func emit(ctx context.Context, tx *sqldb.Tx, e interface{ Subject() string }) error {
	if err := tx.Emit(ctx, e); err != nil {
		return fmt.Errorf("tell of %s: %w", e.Subject(), err)
	}
	return nil
}
