package attraction

import (
	"context"
	"fmt"
	"net/http"
	"strings"
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
)

// Enterprise is what the directory has of a company that has landed.
type Enterprise struct {
	ID, Code  string
	Synthetic bool
}

// Directory is what attraction asks of the room that it is part of.
type Directory interface {
	// Accepted returns the accepted enterprise that a code leads to; none has no ID.
	Accepted(ctx context.Context, code string) (Enterprise, error)
	// Industry tells whether there is such an industry.
	Industry(code string) bool
}

const (
	mayView   = "enterprise.lead.view"
	mayFollow = "enterprise.lead.follow"

	noticeDue = "enterprise.lead.due"

	topic = "enterprise.leads"

	evidenceLimit = 20 << 20 // octets of one file
)

// Attraction is the part of the room that follows companies from elsewhere.
type Attraction struct {
	kit       *module.Kit
	directory Directory
	store     store
}

// New returns the part of the room.
func New(kit *module.Kit, directory Directory) *Attraction {
	return &Attraction{kit, directory, store{kit.DB}}
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看招商引进", EN: "See companies to attract"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: mayFollow, Title: lang.Text{ZH: "跟进招商引进", EN: "Follow companies to attract"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Notices are the kinds of notices that attraction sends.
func Notices() []notice.Kind {
	return []notice.Kind{{ID: noticeDue, Title: lang.Text{ZH: "招商引进跟进提醒", EN: "A lead is to be followed"}, Gravity: notice.Important, Mail: notice.Daily}}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayView}} }

// Nav is the entry of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "招商引进", EN: "Attraction"}, Path: "/enterprise/attraction", Icon: "enterprises", Permission: mayView}}
}

// Measures count what has landed: in all, and in this year.
func (m *Attraction) Measures() []module.Measure {
	unit := lang.Text{ZH: "家", EN: "enterprises"}
	read := func(first func(time.Time) string) func(context.Context) (measure.Value, error) {
		return func(ctx context.Context) (measure.Value, error) {
			at := now()
			n, synthetic, err := m.store.landed(ctx, first(at), todayOf(at))
			return measure.Value{Number: float64(n), At: at, Known: err == nil, Synthetic: synthetic > 0}, err
		}
	}
	return []module.Measure{
		{
			ID: "enterprise.attracted", Title: lang.Text{ZH: "引进企业数", EN: "Enterprises attracted"}, Unit: unit, Page: "/enterprise/attraction?view=list&stage=landed",
			Counts: lang.Text{ZH: "已落地、有佐证且与企业名录中有统一社会信用代码的登记关联的引进企业，同一企业只计一次", EN: "Companies that have landed, with evidence and an entry of the directory with its credit code, each once"},
			Value:  read(func(time.Time) string { return "0001-01-01" }),
		},
		{
			ID: "enterprise.attracted_year", Title: lang.Text{ZH: "当年引进企业数", EN: "Enterprises attracted this year"}, Unit: unit, Page: "/enterprise/attraction?view=list&stage=landed",
			Counts: lang.Text{ZH: "落地日期在当年的引进企业，其余同引进企业数", EN: "Those whose day of landing is in this year"},
			Value:  read(func(at time.Time) string { return todayOf(at)[:4] + "-01-01" }),
		},
	}
}

// Jobs are the work that comes around.
func (m *Attraction) Jobs() []module.Job {
	return []module.Job{{
		Name: "remind_leads", Title: lang.Text{ZH: "提醒招商跟进", EN: "Remind of leads to follow"}, Every: time.Hour,
		Do: func(ctx context.Context) error { return m.Remind(ctx, now()) },
	}}
}

// Remind tells each owner, once, that the day of a lead's next step has come.
func (m *Attraction) Remind(ctx context.Context, at time.Time) error {
	list, err := m.store.due(ctx, todayOf(at))
	if err != nil {
		return err
	}
	for _, l := range list {
		err := m.store.remind(ctx, l, func(tx *sqldb.Tx) error {
			return m.kit.Notices.Send(ctx, tx, notice.Notice{
				Kind: noticeDue, Link: "/enterprise/attraction/" + l.ID, To: notice.Audience{Persons: []string{l.OwnerID}},
				Title: lang.Text{ZH: "请跟进招商线索：" + l.Name.ZH, EN: "Please follow the lead " + l.Name.EN}, Body: lang.Text{ZH: l.NextOn, EN: l.NextOn},
			})
		})
		if err != nil {
			return fmt.Errorf("remind of a lead: %w", err)
		}
	}
	return nil
}

// Routes are the doors.
func (m *Attraction) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /leads", Permission: mayView, Summary: "Companies to attract", Handler: httpd.List(m.list)},
		{Pattern: "POST /leads", Permission: mayFollow, Summary: "Add a lead; who adds it follows it", Handler: httpd.Created(m.add)},
		{Pattern: "GET /leads/stages", Permission: mayView, Summary: "How many leads are in each stage", Handler: httpd.JSON(m.stages)},
		{Pattern: "GET /leads/{id}", Permission: mayView, Summary: "A lead with what became of it", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /leads/{id}", Permission: mayFollow, Summary: "Edit a lead, and take it over", Handler: httpd.JSON(m.edit)},
		{Pattern: "DELETE /leads/{id}", Permission: mayFollow, Summary: "Remove a lead of the demonstration city", Handler: httpd.JSON(m.remove)},
		{Pattern: "POST /leads/{id}/steps", Permission: mayFollow, Summary: "A visit, a commitment, landing or loss; a lost one is taken up again", Handler: httpd.JSON(m.step)},
		{Pattern: "POST /leads/{id}/evidence", Permission: mayFollow, MaxBody: evidenceLimit + 1, Summary: "Upload evidence: ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload))},
		{Pattern: "GET /leads/evidence/{id}", Permission: mayView, Summary: "Download evidence", Handler: httpd.Raw("", http.HandlerFunc(m.serveEvidence))},
	}
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

// forCity keeps what companies plan to the city's bureau.
func forCity(ctx context.Context) error {
	if identity.From(ctx).Scope.All {
		return nil
	}
	return fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
}

func (m *Attraction) list(ctx context.Context, in leadParams) (sqldb.Page[Lead], error) {
	if err := forCity(ctx); err != nil {
		return sqldb.Page[Lead]{}, err
	}
	return m.store.list(ctx, in)
}

type nothing struct{}

type stagesView struct {
	Items []StageCount `json:"items" nullable:"false"`
}

func (m *Attraction) stages(ctx context.Context, _ nothing) (stagesView, error) {
	if err := forCity(ctx); err != nil {
		return stagesView{}, err
	}
	list, err := m.store.stages(ctx)
	return stagesView{list}, err
}

// Detail is a lead on its own page.
type Detail struct {
	Lead
	Files []File   `json:"files" nullable:"false"`
	Steps []Step   `json:"steps" nullable:"false" doc:"The newest first"`
	Acts  []string `json:"acts" nullable:"false" doc:"What the caller may do now: visit, commit, land, lose, reopen"`
}

func (m *Attraction) read(ctx context.Context, in httpd.Object) (d Detail, err error) {
	if err := forCity(ctx); err != nil {
		return d, err
	}
	if d.Lead, err = m.store.get(ctx, m.store.db, in.ID); err != nil {
		return d, err
	}
	if d.Files, err = m.store.files(ctx, in.ID); err != nil {
		return d, err
	}
	d.Acts = []string{}
	if identity.From(ctx).May(mayFollow) {
		d.Acts = d.Stage.acts()
	}
	d.Steps, err = m.store.steps(ctx, in.ID)
	return d, err
}

// leadInput is what somebody enters of a lead.
type leadInput struct {
	Name       lang.Text `json:"name"`
	Origin     string    `json:"origin" maxLength:"100" doc:"Where the company is now"`
	Industry   string    `json:"industry" maxLength:"4" doc:"Division of GB/T 4754"`
	Chain      string    `json:"chain,omitempty" maxLength:"100"`
	Gap        string    `json:"gap,omitempty" maxLength:"100" doc:"Stage of the chain that it would fill"`
	Source     string    `json:"source" enum:"city,partner,analysis,company"`
	Investment float64   `json:"investment,omitempty" doc:"That is planned, in 10 000 CNY"`
	NextOn     string    `json:"next_on,omitempty" maxLength:"10" doc:"Day of the next step"`
	Synthetic  bool      `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	Take       bool      `json:"take,omitempty" doc:"When editing: the caller follows it from now on"`
}

func (in leadInput) put(l Lead) Lead {
	l.Name, l.Origin, l.Industry, l.Chain, l.Gap, l.Source, l.Investment, l.NextOn = in.Name, in.Origin, in.Industry, in.Chain, in.Gap, in.Source, in.Investment, in.NextOn
	return l.tidy()
}

type addInput struct{ Body leadInput }

func (m *Attraction) add(ctx context.Context, in addInput) (Detail, error) {
	if err := forCity(ctx); err != nil {
		return Detail{}, err
	}
	at, who := now(), identity.From(ctx)
	l := in.Body.put(Lead{ID: ulid.Make().String(), Stage: Found, OwnerID: who.PersonID, OwnerName: who.Name, Synthetic: in.Body.Synthetic, CreatedAt: at, UpdatedAt: at, Version: 1})
	if err := l.check(m.directory.Industry); err != nil {
		return Detail{}, err
	}
	if err := m.store.add(ctx, l, handOf(ctx)); err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, l.ID, "")
	return m.read(ctx, httpd.Object{ID: l.ID})
}

type editInput struct {
	httpd.Object
	httpd.IfMatch
	Body leadInput
}

func (m *Attraction) edit(ctx context.Context, in editInput) (Detail, error) {
	who := identity.From(ctx)
	return m.change(ctx, in.Object, in.IfMatch, Step{Kind: edited}, func(l Lead) (Lead, error) {
		l = in.Body.put(l)
		if in.Body.Take {
			l.OwnerID, l.OwnerName = who.PersonID, who.Name
		}
		if l.Stage == Landed || l.Stage == Lost {
			l.NextOn = ""
		}
		return l, l.check(m.directory.Industry)
	})
}

func (m *Attraction) change(ctx context.Context, in httpd.Object, match httpd.IfMatch, how Step, decide func(Lead) (Lead, error)) (Detail, error) {
	if err := forCity(ctx); err != nil {
		return Detail{}, err
	}
	version, err := match.Expected()
	if err != nil {
		return Detail{}, err
	}
	if err := m.store.change(ctx, in.ID, version, handOf(ctx), now(), how, decide); err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, in.ID, "")
	return m.read(ctx, in)
}

type stepInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Act    string `json:"act" enum:"visit,commit,land,lose,reopen"`
		Day    string `json:"day,omitempty" maxLength:"10" doc:"On which it was; of visits, commitments and landing"`
		Note   string `json:"note" maxLength:"2000" doc:"What was agreed, or why it was lost"`
		NextOn string `json:"next_on,omitempty" maxLength:"10" doc:"Day of the next step"`
		Code   string `json:"code,omitempty" maxLength:"18" doc:"Of landing: the unified social credit code of an accepted entry of the directory"`
	}
}

func (m *Attraction) step(ctx context.Context, in stepInput) (Detail, error) {
	d := doing{in.Body.Act, in.Body.Day, strings.TrimSpace(in.Body.Note), in.Body.NextOn, strings.ToUpper(strings.TrimSpace(in.Body.Code))}
	var entry Enterprise
	if d.act == land {
		var err error
		if entry, err = m.directory.Accepted(ctx, d.code); err != nil {
			return Detail{}, err
		}
	}
	return m.change(ctx, in.Object, in.IfMatch, Step{Kind: d.act, Day: d.day, Note: d.note}, func(l Lead) (Lead, error) { return l.do(d, entry, todayOf(now())) })
}

func (m *Attraction) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := forCity(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	l, err := m.store.get(ctx, m.store.db, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !l.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "enterprise.lead.kept", "only leads of the demonstration city can be removed")
	}
	m.kit.Notify(topic, l.ID, "")
	return httpd.Nothing{}, m.store.remove(ctx, l)
}

func (m *Attraction) serveUpload(w http.ResponseWriter, r *http.Request) {
	f, err := m.takeEvidence(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Attraction) takeEvidence(r *http.Request) (File, error) {
	ctx := r.Context()
	if err := forCity(ctx); err != nil {
		return File{}, err
	}
	l, err := m.store.get(ctx, m.store.db, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	by := handOf(ctx)
	f := File{ID: taken.ID, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, By: by.name, At: now(), lead: l.ID, actor: by.actor}
	if err := m.store.attach(ctx, f); err != nil {
		return File{}, err
	}
	m.kit.Notify(topic, l.ID, "")
	return f, nil
}

func (m *Attraction) serveEvidence(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	f, err := m.store.file(ctx, r.PathValue("id"))
	if e := forCity(ctx); e != nil {
		err = e
	}
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}
