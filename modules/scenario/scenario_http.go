package scenario

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// The notices of the catalogue.
const (
	noticeToReview = "scenario.scenario.to_review"
	noticeDecided  = "scenario.scenario.decided"
)

const topicScenarios = "scenario.scenarios"

func (m *Module) scenarioRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /scenarios", Permission: mayView, Summary: "Scenarios by words and by the taxonomy", Handler: httpd.List(m.listScenarios)},
		{Pattern: "GET /scenarios/facets", Permission: mayView, Summary: "How many scenarios there are of each word of the taxonomy, among those that a search finds", Handler: httpd.JSON(m.countFacets)},
		{Pattern: "POST /scenarios", Permission: mayWrite, Summary: "Write a scenario of one's own organisation; the bureau's are the city's", Handler: httpd.Created(m.writeScenario)},
		{Pattern: "GET /scenarios/{id}", Permission: mayView, Summary: "A scenario with its versions", Handler: httpd.JSON(m.readScenario)},
		{Pattern: "DELETE /scenarios/{id}", Permission: mayReview, Summary: "Remove a scenario of the demonstration city", Handler: httpd.JSON(m.removeScenario)},
		{Pattern: "PUT /scenarios/{id}/draft", Permission: mayWrite, Summary: "Save the draft of a scenario; of a published one this begins its next version", Handler: httpd.JSON(m.saveDraft)},
		{Pattern: "POST /scenarios/{id}/submission", Permission: mayWrite, Summary: "Hand the draft in for review", Handler: httpd.JSON(m.submitDraft)},
		{Pattern: "DELETE /scenarios/{id}/submission", Permission: mayWrite, Summary: "Take what waits for review back to its draft", Handler: httpd.JSON(m.recallDraft)},
		{Pattern: "POST /scenarios/{id}/decision", Permission: mayReview, Summary: "Publish the version that waits for review, or send it back", Handler: httpd.JSON(m.decideScenario)},
		{Pattern: "POST /scenarios/{id}/withdrawal", Permission: mayReview, Summary: "Take a scenario out of the catalogue; it stays readable", Handler: httpd.JSON(m.withdrawScenario)},
		{Pattern: "GET /scenarios/{id}/comparison", Permission: mayView, Summary: "Two versions of a scenario, ?from= and ?to=, and which fields differ", Handler: httpd.JSON(m.compareVersions)},
		{Pattern: "GET /scenarios/{id}/alike", Permission: mayView, Summary: "Published scenarios that are like one, and why", Handler: httpd.JSON(m.listAlike)},
	}
}

// scenarioParams are what scenarios are looked for by. Lists of codes have commas between them.
type scenarioParams struct {
	sqldb.ListParams
	Industry   string `query:"industry" maxLength:"200"`
	Stage      string `query:"stage" maxLength:"300"`
	Mode       string `query:"mode" maxLength:"300"`
	Link       string `query:"link" maxLength:"300"`
	Technology string `query:"technology" maxLength:"300"`
	Value      string `query:"value" maxLength:"300"`
	Maturity   string `query:"maturity" maxLength:"100"`
	Status     string `query:"status" enum:"draft,review,published,withdrawn" doc:"Others than the owner and the bureau know what was published only"`
	Year       string `query:"year" maxLength:"4" doc:"In which its first version was published"`
	Quarter    string `query:"quarter" maxLength:"6" doc:"In which its first version was published, such as 2026Q3"`
	App        string `query:"app" maxLength:"300" doc:"The name of an industrial app that scenarios use"`
	Provider   string `query:"provider" maxLength:"40" doc:"ID of an organisation"`
	Owner      string `query:"owner" maxLength:"40" doc:"ID of an organisation"`
}

// question is what somebody asks.
func (in scenarioParams) question(ctx context.Context) question {
	q := question{text: in.Q, order: in.Sort, filters: map[string][]string{}, sees: []string{everyone}}
	scope := identity.From(ctx).Scope
	if scope.All {
		q.sees = append(q.sees, forBureau)
	}
	q.sees = append(q.sees, scope.IDs...)
	for column, value := range map[string]string{
		axisIndustry: in.Industry, axisStage: in.Stage, axisMode: in.Mode, axisLink: in.Link, axisTechnology: in.Technology, axisValue: in.Value, axisMaturity: in.Maturity,
		columnStatus: in.Status, columnYear: in.Year, columnQuarter: in.Quarter, columnProvider: in.Provider, columnOwner: in.Owner,
	} {
		if value != "" {
			q.filters[column] = split(value)
		}
	}
	if in.App != "" {
		q.filters[columnApp] = []string{in.App} // a name may have commas in it
	}
	return q
}

func (m *Module) listScenarios(ctx context.Context, in scenarioParams) (sqldb.Page[CatalogueRow], error) {
	page := sqldb.Page[CatalogueRow]{Items: []CatalogueRow{}}
	if field := in.Sort; field != "" && !slices.Contains(orders(), strings.TrimPrefix(field, "-")) {
		return page, fault.New(fault.Invalid, "kernel.list.sort", "this list cannot be sorted by %q", field).At("query.sort", "use one of %v", orders())
	}
	begin := 0
	if in.Cursor != "" {
		n, err := strconv.Atoi(in.Cursor)
		if err != nil || n < 0 {
			return page, fault.New(fault.Invalid, "kernel.list.cursor", "the cursor does not belong to this list").At("query.cursor", "start again without a cursor")
		}
		begin = n
	}
	q := in.question(ctx)
	list, err := m.finder.find(ctx, q)
	if err != nil {
		return page, err
	}
	limit := in.Limit
	if limit <= 0 {
		limit = 50
	}
	begin = min(begin, len(list))
	end := min(begin+limit, len(list))
	page.Total = len(list)
	page.Items = append(page.Items, list[begin:end]...)
	if end < len(list) {
		page.NextCursor = strconv.Itoa(end)
	}
	return page, m.finder.mark(ctx, q, page.Items)
}

// facetsView is how many scenarios there are of what.
type facetsView struct {
	Total  int     `json:"total"`
	Facets []facet `json:"facets" nullable:"false"`
}

type facet struct {
	Axis   string  `json:"axis" doc:"An axis of the taxonomy, or status, app, year or quarter"`
	Counts []tally `json:"counts" nullable:"false"`
}

type tally struct {
	Code  string `json:"code"`
	Count int    `json:"count" doc:"As if no filter were on this axis itself"`
}

func (m *Module) countFacets(ctx context.Context, in scenarioParams) (facetsView, error) {
	found, err := m.finder.facets(ctx, in.question(ctx))
	v := facetsView{Total: found.Total, Facets: []facet{}}
	for _, f := range found.Facets {
		x := facet{Axis: f.Column, Counts: []tally{}}
		for _, y := range f.Values {
			x.Counts = append(x.Counts, tally{y.Word, y.Count})
		}
		v.Facets = append(v.Facets, x)
	}
	return v, err
}

// Detail is a scenario on its own page.
type Detail struct {
	ID             string         `json:"id"`
	Owner          lang.Text      `json:"owner"`
	OwnerID        string         `json:"owner_id" doc:"Empty: the city"`
	Status         string         `json:"status" enum:"draft,review,published,withdrawn"`
	Origin         string         `json:"origin" enum:"written,import"`
	Reason         string         `json:"reason" doc:"Why it was withdrawn"`
	TwinID         string         `json:"twin_id" doc:"The scenario that is the same, of one that was withdrawn for it"`
	Shown          Edition        `json:"shown" doc:"The version that is or was published; otherwise the one that is being written"`
	Open           *Edition       `json:"open,omitempty" doc:"The version that is being written or reviewed, for the owner and the bureau"`
	Versions       []Version      `json:"versions" nullable:"false"`
	Pictures       []File         `json:"pictures" nullable:"false"`
	Acts           []string       `json:"acts" nullable:"false" doc:"What the caller may do now: write, submit, recall, decide, withdraw, remove"`
	FirstPublished *time.Time     `json:"first_published,omitempty"`
	Lists          []ListedIn     `json:"lists" nullable:"false" doc:"Released lists that it is in"`
	Proven         []ProvenEffect `json:"proven" nullable:"false" doc:"Effects that openings of the scenario brought"`
	Synthetic      bool           `json:"synthetic"`
	Version        int64          `json:"version"`
}

// ETag implements httpd.Versioned.
func (d Detail) ETag() int64 { return d.Version }

// Version names a version of a scenario.
type Version struct {
	Number     int       `json:"number"`
	Status     string    `json:"status"`
	Taxonomy   string    `json:"taxonomy"`
	AuthorName string    `json:"author_name"`
	WrittenAt  time.Time `json:"written_at"`
	DecidedAt  time.Time `json:"decided_at" doc:"0001-01-01: nobody has decided"`
}

func (m *Module) readScenario(ctx context.Context, in httpd.Object) (Detail, error) {
	s, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	list, err := editions(ctx, m.store.db, s.ID)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{
		ID: s.ID, Owner: s.Owner, OwnerID: s.OrganisationID, Status: s.Status, Origin: s.Origin, Reason: s.Reason, TwinID: s.TwinID, Versions: []Version{}, Synthetic: s.Synthetic, Version: s.Version,
	}
	if !s.FirstPublished.IsZero() {
		d.FirstPublished = &s.FirstPublished
	}
	own := keeps(ctx, s)
	for _, e := range list {
		if e.Number == s.Open {
			if !own {
				continue
			}
			open := e
			d.Open = &open
		}
		if e.Number == s.Current || s.Current == 0 && e.Number == s.Open {
			d.Shown = e
		}
		d.Versions = append(d.Versions, Version{e.Number, e.Status, e.Taxonomy, e.AuthorName, e.WrittenAt, e.DecidedAt})
	}
	d.Acts = acts(identity.From(ctx), s, d.Open, own)
	if d.Pictures, err = m.store.pictures(ctx, s.ID); err != nil {
		return d, err
	}
	if !own { // pictures of a draft are not to be seen
		d.Pictures = slices.DeleteFunc(d.Pictures, func(f File) bool { return !shows(list, s, f.ID) })
	}
	if d.Proven, err = m.opening.Proven(ctx, s.ID); err != nil {
		return d, err
	}
	d.Lists, err = m.store.listedIn(ctx, s.ID)
	return d, err
}

// shows tells whether a version that everybody reads shows a picture.
func shows(list []Edition, s Scenario, picture string) bool {
	return slices.ContainsFunc(list, func(e Edition) bool {
		return e.Number != s.Open && slices.ContainsFunc(e.Content.Pictures, func(p Picture) bool { return p.ID == picture })
	})
}

// acts are what somebody may do with a scenario now.
func acts(id identity.Identity, s Scenario, open *Edition, own bool) []string {
	waits := open != nil && open.Status == inReview
	writes, bureau := own && id.May(mayWrite), id.Scope.All && id.May(mayReview)
	list := []string{}
	for _, x := range []struct {
		name string
		may  bool
	}{
		{"write", writes && !waits && s.Status != withdrawn},
		{"submit", writes && open != nil && !waits},
		{"recall", writes && waits},
		{"decide", bureau && waits},
		{"withdraw", bureau && s.Status == published},
		{"remove", bureau && s.Synthetic},
	} {
		if x.may {
			list = append(list, x.name)
		}
	}
	return list
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

// scenarioInput is a scenario as it is written.
type scenarioInput struct {
	Content
	Synthetic bool `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
}

type scenarioWriteInput struct{ Body scenarioInput }

func (m *Module) writeScenario(ctx context.Context, in scenarioWriteInput) (Detail, error) {
	id, at := identity.From(ctx), now()
	s := Scenario{ID: newID(), OrganisationID: id.Organisation.ID, Owner: id.Organisation.Name, Status: draft, Origin: byHand, Synthetic: in.Body.Synthetic, CreatedAt: at, UpdatedAt: at, Version: 1}
	if id.Scope.All {
		s.OrganisationID = ""
	}
	c, err := m.named(ctx, in.Body.tidy())
	if err != nil {
		return Detail{}, err
	}
	s, e, err := s.write(Edition{}, c, m.taxonomy(), handOf(ctx), at)
	if err != nil {
		return Detail{}, err
	}
	if err := m.store.db.Write(ctx, func(tx *sqldb.Tx) error { return m.store.insert(ctx, tx, s, e) }); err != nil {
		return Detail{}, fmt.Errorf("write a scenario: %w", err)
	}
	return m.changed(ctx, s.ID)
}

// named gives providers the names of their organisations; one without an ID keeps the
// name that was typed.
func (m *Module) named(ctx context.Context, c Content) (Content, error) {
	c.Providers = slices.Clone(c.Providers)
	for i, p := range c.Providers {
		at := fmt.Sprintf("body.providers[%d]", i)
		if p.OrganisationID == "" {
			if trimmed(p.Name) == (lang.Text{}) || length(p.Name) > longestTitle {
				return c, fault.New(fault.Invalid, "scenario.provider", "name the provider").At(at, "an organisation, or a name of up to 120 characters")
			}
			continue
		}
		o, err := m.organisations.Organisation(ctx, p.OrganisationID)
		if err != nil {
			return c, fault.New(fault.Invalid, "scenario.provider", "there is no such organisation").At(at, "an organisation, or a name of up to 120 characters")
		}
		c.Providers[i].Name = o.Name
	}
	return c, nil
}

// changed answers with a scenario after a change, and lets browsers know.
func (m *Module) changed(ctx context.Context, id string) (Detail, error) {
	m.kit.Notify(topicScenarios, id, "")
	return m.readScenario(ctx, httpd.Object{ID: id})
}

type scenarioDraftInput struct {
	httpd.Object
	httpd.IfMatch
	Body Content
}

func (m *Module) saveDraft(ctx context.Context, in scenarioDraftInput) (Detail, error) {
	c, err := m.named(ctx, in.Body.tidy())
	if err != nil {
		return Detail{}, err
	}
	files, err := m.store.pictures(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	for i, p := range c.Pictures {
		if !slices.ContainsFunc(files, func(f File) bool { return f.ID == p.ID }) {
			return Detail{}, fault.New(fault.Invalid, "scenario.picture", "there is no such picture").At(fmt.Sprintf("body.pictures[%d].id", i), "upload the picture to this scenario first")
		}
	}
	return m.change(ctx, in.ID, in.IfMatch, theOpen, func(s Scenario, e Edition) (Scenario, Edition, error) {
		return s.write(e, c, m.taxonomy(), handOf(ctx), now())
	})
}

// change changes a scenario that the caller keeps, and answers with it.
func (m *Module) change(ctx context.Context, id string, match httpd.IfMatch, of which, decide rule, with ...companion) (Detail, error) {
	version, err := match.Expected()
	if err != nil {
		return Detail{}, err
	}
	if err := m.store.change(ctx, id, version, of, decide, with...); err != nil {
		return Detail{}, err
	}
	return m.changed(ctx, id)
}

type actInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Module) submitDraft(ctx context.Context, in actInput) (Detail, error) {
	return m.change(ctx, in.ID, in.IfMatch, theOpen, func(s Scenario, e Edition) (Scenario, Edition, error) { return s.submit(e, m.taxonomy(), now()) },
		func(ctx context.Context, tx *sqldb.Tx, s Scenario, e Edition) error {
			root, err := m.organisations.Root(ctx)
			if err != nil {
				return err
			}
			title := e.Content.Title
			return m.kit.Notices.Send(ctx, tx, notice.Notice{
				Kind: noticeToReview, Link: "/scenario/" + s.ID, To: notice.Audience{Organisation: root.ID, Permission: mayReview, Except: identity.From(ctx).PersonID},
				Title: lang.Text{ZH: title.In("zh") + "：场景待审核", EN: title.In("en") + ": a scenario waits for review"}, Body: s.Owner,
			})
		})
}

func (m *Module) recallDraft(ctx context.Context, in actInput) (Detail, error) {
	return m.change(ctx, in.ID, in.IfMatch, theOpen, func(s Scenario, e Edition) (Scenario, Edition, error) { return s.recall(e, now()) })
}

func city(ctx context.Context) error {
	if identity.From(ctx).Scope.All {
		return nil
	}
	return fault.New(fault.Forbidden, "scenario.city", "this is for the city's bureau")
}

type scenarioDecisionInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Decision string `json:"decision" enum:"published,returned"`
		Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"What to mend; needed when it is sent back"`
	}
}

func (m *Module) decideScenario(ctx context.Context, in scenarioDecisionInput) (Detail, error) {
	if err := city(ctx); err != nil {
		return Detail{}, err
	}
	publish := in.Body.Decision == published
	return m.change(ctx, in.ID, in.IfMatch, theOpen, func(s Scenario, e Edition) (Scenario, Edition, error) {
		return s.decide(e, publish, in.Body.Reason, handOf(ctx), now())
	}, func(ctx context.Context, tx *sqldb.Tx, s Scenario, e Edition) error {
		if s.OrganisationID == "" {
			return nil
		}
		words := lang.Text{ZH: "场景被退回，请修改", EN: "the scenario is sent back; please mend it"}
		if publish {
			words = lang.Text{ZH: "场景已发布", EN: "the scenario is published"}
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDecided, Link: "/scenario/" + s.ID, To: notice.Audience{Organisation: s.OrganisationID, Permission: mayWrite},
			Title: lang.Text{ZH: e.Content.Title.In("zh") + "：" + words.ZH, EN: e.Content.Title.In("en") + ": " + words.EN}, Body: lang.Text{ZH: e.Reason, EN: e.Reason},
		})
	})
}

type scenarioWithdrawalInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Module) withdrawScenario(ctx context.Context, in scenarioWithdrawalInput) (Detail, error) {
	if err := city(ctx); err != nil {
		return Detail{}, err
	}
	return m.change(ctx, in.ID, in.IfMatch, theCurrent, func(s Scenario, e Edition) (Scenario, Edition, error) {
		return s.withdraw(e, in.Body.Reason, "", now())
	})
}

func (m *Module) removeScenario(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := city(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	s, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !s.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "scenario.real", "only scenarios of the demonstration are removed; withdraw this one")
	}
	return httpd.Nothing{}, m.store.remove(ctx, s)
}

type comparisonInput struct {
	httpd.Object
	From int `query:"from" minimum:"0" doc:"Number of a version; 0: the one before"`
	To   int `query:"to" minimum:"0" doc:"Number of a version; 0: the one that is shown"`
}

// Comparison is two versions of a scenario.
type Comparison struct {
	From    Edition  `json:"from"`
	To      Edition  `json:"to"`
	Differs []string `json:"differs" nullable:"false" doc:"Fields of the content"`
}

func (m *Module) compareVersions(ctx context.Context, in comparisonInput) (v Comparison, err error) {
	s, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return v, err
	}
	in.To = cmp.Or(in.To, s.Current, s.Open)
	in.From = cmp.Or(in.From, max(1, in.To-1))
	for _, number := range []int{in.From, in.To} {
		if number == s.Open && !keeps(ctx, s) {
			return v, noSuch()
		}
	}
	if v.From, err = edition(ctx, m.store.db, s.ID, in.From); err != nil {
		return v, err
	}
	if v.To, err = edition(ctx, m.store.db, s.ID, in.To); err != nil {
		return v, err
	}
	v.Differs = v.From.Content.differs(v.To.Content)
	return v, nil
}

type alikeView struct {
	Items []Alike `json:"items" nullable:"false"`
}

func (m *Module) listAlike(ctx context.Context, in httpd.Object) (alikeView, error) {
	s, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return alikeView{}, err
	}
	list, err := m.finder.alike(ctx, s.ID, 6)
	return alikeView{list}, err
}
