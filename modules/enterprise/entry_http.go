package enterprise

import (
	"context"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

func (m *Module) entryRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /vocabulary", Permission: "enterprise.view", Summary: "Industries, districts, sizes, statuses, kinds of sites and of qualifications", Handler: httpd.JSON(m.vocabulary)},
		{Pattern: "GET /summary", Permission: "enterprise.view", Summary: "How many enterprises there are, by district and by industry", Handler: httpd.JSON(m.summary)},
		{Pattern: "GET /entries", Permission: "enterprise.view", Summary: "The directory: what is public of each enterprise", Handler: httpd.List(m.listEntries)},
		{Pattern: "POST /entries", Permission: "enterprise.file", Summary: "File the entry of one's own enterprise; the bureau enters any", Handler: httpd.Created(m.file)},
		{Pattern: "GET /entries/mine", Permission: "enterprise.view", Summary: "The entry of one's own organisation, and whether the bureau has one to claim", Handler: httpd.JSON(m.mine)},
		{Pattern: "GET /entries/detailed", Permission: "enterprise.view", Summary: "The directory with what one may see beyond the public; each enterprise is told of it in its access log", Handler: httpd.List(m.listDetailed)},
		{Pattern: "GET /entries/{id}", Permission: "enterprise.view", Summary: "One enterprise, as far as one may see it", Handler: httpd.JSON(m.readEntry)},
		{Pattern: "PUT /entries/{id}", Permission: "enterprise.file", Summary: "Edit an entry; one that was sent back is submitted again", Handler: httpd.JSON(m.editEntry)},
		{Pattern: "DELETE /entries/{id}", Permission: "enterprise.review", Summary: "Remove an enterprise of the demonstration city", Handler: httpd.JSON(m.removeEntry)},
		{Pattern: "POST /entries/{id}/decision", Permission: "enterprise.review", Summary: "Accept an entry, send it back, or refuse it", Handler: httpd.JSON(m.decideEntry)},
		{Pattern: "POST /entries/{id}/claim", Permission: "enterprise.file", Summary: "Take over the entry that the bureau made of one's own enterprise, by its code", Handler: httpd.JSON(m.claimEntry)},
		{Pattern: "PUT /entries/{id}/consent", Permission: "enterprise.file", Summary: "Choose who may see which fields", Handler: httpd.JSON(m.chooseConsent)},
		{Pattern: "GET /entries/{id}/history", Permission: "enterprise.view", Summary: "What became of an entry; for the enterprise and the bureau", Handler: httpd.List(m.listHistory)},
		{Pattern: "GET /entries/{id}/accesses", Permission: "enterprise.view", Summary: "Who was given what is not public; for the enterprise and the bureau", Handler: httpd.List(m.listAccesses)},
	}
}

type nothing struct{}

type vocabularyView struct {
	Industries     []Term `json:"industries" nullable:"false"`
	Districts      []Term `json:"districts" nullable:"false"`
	Sizes          []Term `json:"sizes" nullable:"false"`
	Statuses       []Term `json:"statuses" nullable:"false"`
	SiteKinds      []Term `json:"site_kinds" nullable:"false"`
	RevenueBands   []Term `json:"revenue_bands" nullable:"false"`
	Qualifications []Term `json:"qualifications" nullable:"false"`
}

func (m *Module) vocabulary(context.Context, nothing) (vocabularyView, error) {
	return vocabularyView{industries(), districts(), sizes(), statuses(), siteKinds(), revenueBands(), qualificationKinds()}, nil
}

type summaryView struct {
	Total      int     `json:"total" doc:"Accepted entries"`
	Waiting    int     `json:"waiting" doc:"Entries that wait for the bureau; 0 for others"`
	Districts  []Tally `json:"districts" nullable:"false"`
	Industries []Tally `json:"industries" nullable:"false"`
}

func (m *Module) summary(ctx context.Context, _ nothing) (v summaryView, err error) {
	if v.Districts, err = m.entries.tallies(ctx, "district"); err != nil {
		return v, err
	}
	if v.Industries, err = m.entries.tallies(ctx, "industry"); err != nil {
		return v, err
	}
	for _, t := range v.Districts {
		v.Total += t.Entries
	}
	if identity.From(ctx).Scope.All {
		v.Waiting, err = m.entries.waiting(ctx)
	}
	return v, err
}

// EntryView is an enterprise as lists show it.
type EntryView struct {
	ID             string    `json:"id"`
	Code           string    `json:"code" title:"统一社会信用代码|Unified social credit code"`
	Name           lang.Text `json:"name" title:"名称|Name"`
	District       string    `json:"district" title:"区市|District"`
	Industry       string    `json:"industry" title:"行业|Industry"`
	Size           string    `json:"size" doc:"Empty: not told, or not to be seen" title:"企业规模|Size"`
	Status         string    `json:"status" enum:"submitted,returned,accepted,refused,merged,removed" title:"状态|Status"`
	Origin         string    `json:"origin" enum:"self,bureau,import" title:"来源|Origin"`
	Qualifications []string  `json:"qualifications" nullable:"false" doc:"Kinds that are valid today" title:"资质|Qualifications"`
	Mine           bool      `json:"mine" doc:"Of the caller's own organisation"`
	Claimed        bool      `json:"claimed" doc:"An organisation keeps it" title:"企业维护|Kept by the enterprise"`
	Synthetic      bool      `json:"synthetic" title:"合成数据|Synthetic"`
	SubmittedAt    time.Time `json:"submitted_at" title:"提交时间|Submitted"`
	Version        int64     `json:"version"`
}

func viewEntry(ctx context.Context, e Entry, held []string) EntryView {
	if held == nil {
		held = []string{}
	}
	id := identity.From(ctx)
	return EntryView{
		ID: e.ID, Code: e.Code, Name: e.Name, District: e.District, Industry: e.Industry, Size: e.Size, Status: e.Status, Origin: e.Origin, Qualifications: held,
		Mine: e.OrganisationID != "" && e.OrganisationID == id.Organisation.ID, Claimed: e.OrganisationID != "", Synthetic: e.Synthetic, SubmittedAt: e.SubmittedAt, Version: e.Version,
	}
}

// isOwn tells whether somebody of the enterprise itself asks.
func isOwn(ctx context.Context, e Entry) bool {
	scope := identity.From(ctx).Scope
	return e.OrganisationID != "" && (e.OrganisationID == identity.From(ctx).Organisation.ID || !scope.All && scope.Allows(e.OrganisationID))
}

// listEntries is the directory that everybody reads: of others nothing but what is
// public, even for the bureau, so that nobody looks at more in passing.
func (m *Module) listEntries(ctx context.Context, in entryParams) (sqldb.Page[EntryView], error) {
	today, _ := dates(time.Now())
	page, err := m.entries.list(ctx, in, sight{scope: identity.From(ctx).Scope, public: true}, today)
	views := sqldb.Page[EntryView]{Items: []EntryView{}, NextCursor: page.NextCursor, Total: page.Total}
	if err != nil {
		return views, err
	}
	held, err := m.entries.held(ctx, page.Items, today)
	for _, e := range page.Items {
		n := stranger
		if isOwn(ctx, e) {
			n = keeper
		}
		kinds := held[e.ID]
		if !n.shows(e.Consent.Qualifications) {
			kinds = nil
		}
		if !n.shows(e.Consent.Size) {
			e.Size = ""
		}
		views.Items = append(views.Items, viewEntry(ctx, e, kinds))
	}
	return views, err
}

// EntryDetail is an enterprise on its own page, as far as who asks may see it.
type EntryDetail struct {
	EntryView
	Profile        Profile    `json:"profile"`
	Contacts       []Contact  `json:"contacts" nullable:"false"`
	Evidence       []Evidence `json:"evidence" nullable:"false"`
	Hidden         []string   `json:"hidden" nullable:"false" doc:"Groups of fields that the caller is not shown"`
	Consent        *Consent   `json:"consent,omitempty" doc:"For the enterprise and the bureau"`
	Reason         string     `json:"reason" doc:"Of the last decision"`
	DecidedBy      string     `json:"decided_by"`
	DecidedAt      *time.Time `json:"decided_at,omitempty"`
	Expiring       []string   `json:"expiring" nullable:"false" doc:"IDs of qualifications that end within 60 days"`
	Expired        []string   `json:"expired" nullable:"false" doc:"IDs of qualifications that have ended"`
	Near           string     `json:"near" enum:"stranger,partner,keeper" doc:"How near the caller is to the enterprise"`
	UpdatedAt      time.Time  `json:"updated_at"`
	OrganisationID string     `json:"organisation_id" doc:"For the enterprise and the bureau"`
	MayAsk         bool       `json:"may_ask" doc:"The caller may ask the bureau to correct or delete this entry"`
}

// ETag implements httpd.Versioned.
func (d EntryDetail) ETag() int64 { return d.Version }

func (m *Module) readEntry(ctx context.Context, in httpd.Object) (EntryDetail, error) {
	e, err := whole(ctx, m.entries.db, in.ID)
	if err != nil {
		return EntryDetail{}, err
	}
	n, err := m.entries.near(ctx, e)
	if err != nil {
		return EntryDetail{}, err
	}
	if groups := e.given(n); len(groups) > 0 && !isOwn(ctx, e) {
		if err := m.entries.noteAccess(ctx, wayPage, []given{{e.ID, groups}}, time.Now()); err != nil {
			return EntryDetail{}, err
		}
	}
	return detail(ctx, e, n, time.Now()), nil
}

// detail is what somebody so near is answered about an entry.
func detail(ctx context.Context, e Entry, n nearness, now time.Time) EntryDetail {
	consent, hidden := e.Consent, e.Consent.hidden(n)
	e = e.as(n)
	today, soon := dates(now)
	id := identity.From(ctx)
	d := EntryDetail{
		MayAsk:  e.mayAsk(id.Organisation, isOwn(ctx, e)) && id.May("enterprise.file"),
		Profile: e.Profile, Contacts: e.Contacts, Evidence: e.Evidence, Hidden: hidden, Reason: e.Reason, DecidedBy: e.DecidedBy, Expiring: []string{}, Expired: []string{},
		Near: []string{"stranger", "partner", "keeper"}[n], UpdatedAt: e.UpdatedAt,
	}
	if d.Contacts == nil {
		d.Contacts = []Contact{}
	}
	if d.Evidence == nil {
		d.Evidence = []Evidence{}
	}
	if n == keeper {
		d.Consent, d.OrganisationID = &consent, e.OrganisationID
		if !e.DecidedAt.IsZero() {
			d.DecidedAt = &e.DecidedAt
		}
	}
	var held []string
	for _, q := range e.Profile.Qualifications {
		switch q.state(today, soon) {
		case "expiring":
			d.Expiring = append(d.Expiring, q.ID)
		case "expired":
			d.Expired = append(d.Expired, q.ID)
			continue
		}
		held = append(held, q.Kind)
	}
	d.EntryView = viewEntry(ctx, e, words(held))
	return d
}

// entryInput is what filing or editing asks for.
type entryInput struct {
	Code      string    `json:"code,omitempty" maxLength:"40" doc:"Unified social credit code, GB 32100-2015; kept as it is when editing"`
	Name      lang.Text `json:"name"`
	District  string    `json:"district" maxLength:"6"`
	Industry  string    `json:"industry" maxLength:"4" doc:"Division of GB/T 4754-2017"`
	Size      string    `json:"size,omitempty" maxLength:"10"`
	Profile   Profile   `json:"profile,omitzero"`
	Contacts  []Contact `json:"contacts,omitempty" maxItems:"20"`
	Synthetic bool      `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
}

func (in entryInput) entry() Entry {
	return Entry{Code: in.Code, Name: in.Name, District: in.District, Industry: in.Industry, Size: in.Size, Profile: in.Profile, Contacts: in.Contacts}.tidy()
}

type fileInput struct{ Body entryInput }

// file enters an enterprise. What the bureau enters is accepted at once; what an
// organisation files of itself waits for review.
func (m *Module) file(ctx context.Context, in fileInput) (EntryDetail, error) {
	id, now := identity.From(ctx), time.Now().UTC().Truncate(time.Millisecond)
	e := in.Body.entry()
	e.ID, e.Consent, e.Synthetic, e.SubmittedAt, e.CreatedAt, e.UpdatedAt, e.Version = newID(), usualConsent(), in.Body.Synthetic, now, now, now, 1
	e.Profile = e.Profile.identified(nil, newID)
	if err := e.check(identity.ValidUSCC(e.Code), now); err != nil {
		return EntryDetail{}, err
	}
	if id.May("enterprise.review") && id.Scope.All {
		e.Status, e.Origin, e.DecidedAt, e.DecidedBy, e.decider = accepted, byBureau, now, id.Name, id.Actor()
		events := []bus.Event{enterpriseevent.Accepted{EntryID: e.ID, Code: e.Code, District: e.District, Industry: e.Industry, At: now}}
		if err := m.entries.insert(ctx, e, step{kind: stepEntered}, events); err != nil {
			return EntryDetail{}, err
		}
		m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
		return detail(ctx, e, keeper, now), nil
	}
	if err := ownCode(id.Organisation, e.Code); err != nil {
		return EntryDetail{}, err
	}
	e.Status, e.Origin, e.OrganisationID, e.Synthetic = submitted, bySelf, id.Organisation.ID, e.Synthetic || id.Organisation.Synthetic
	if err := m.entries.insert(ctx, e, step{kind: stepFiled}, nil, m.toReview(ctx)); err != nil {
		return EntryDetail{}, err
	}
	m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
	return detail(ctx, e, keeper, now), nil
}

// ownCode refuses the code of another: an organisation whose code is known files that.
func ownCode(o identity.Organisation, code string) error {
	if o.Kind == identity.Bureau {
		return fault.New(fault.Forbidden, "enterprise.entry.bureau", "the bureau's reviewers enter enterprises; others of the bureau do not")
	}
	if o.USCC == "" || o.USCC == code {
		return nil
	}
	return fault.New(fault.Conflict, "enterprise.entry.other_code", "your organisation is registered with the code %s", o.USCC).With("code", o.USCC).
		At("body.code", "the code that your organisation is registered with")
}

// toReview tells the bureau that an entry waits; one of the demonstration troubles nobody.
func (m *Module) toReview(ctx context.Context) companion {
	return func(_ context.Context, tx *sqldb.Tx, e Entry) error {
		if e.Status != submitted || e.Synthetic {
			return nil
		}
		root, err := m.organisations.Root(ctx)
		if err != nil {
			return err
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeToReview, Link: "/enterprise/entries/" + e.ID, To: notice.Audience{Organisation: root.ID, Permission: "enterprise.review", Except: identity.From(ctx).PersonID},
			Title: lang.Text{ZH: e.Name.In("zh") + "：企业登记待审核", EN: e.Name.In("en") + ": its entry waits for review"},
			Body:  lang.Text{ZH: e.Code, EN: e.Code},
		})
	}
}

type entryEditInput struct {
	httpd.Object
	httpd.IfMatch
	Body entryInput
}

func (m *Module) editEntry(ctx context.Context, in entryEditInput) (EntryDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return EntryDetail{}, err
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	return m.change(ctx, in.ID, version, step{kind: stepEdited}, func(e Entry) (Entry, []bus.Event, error) {
		typed := in.Body.entry()
		typed.Code = e.Code
		if err := typed.check(true, now); err != nil {
			return e, nil, err
		}
		typed.Profile = typed.Profile.identified(e.Profile.Qualifications, newID)
		return e.edit(typed, now)
	}, m.toReview(ctx))
}

// change changes an entry that the caller keeps, and answers with it.
func (m *Module) change(ctx context.Context, id string, version int64, how step, decide func(Entry) (Entry, []bus.Event, error), with ...companion) (EntryDetail, error) {
	e, err := m.entries.change(ctx, id, version, how, decide, with...)
	if err != nil {
		return EntryDetail{}, err
	}
	m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
	return detail(ctx, e, keeper, time.Now()), nil
}

type entryDecisionInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Decision string `json:"decision" enum:"accepted,returned,refused"`
		Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"Why, and what to mend; needed unless it is accepted"`
	}
}

func (m *Module) decideEntry(ctx context.Context, in entryDecisionInput) (EntryDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return EntryDetail{}, err
	}
	if !identity.From(ctx).Scope.All {
		return EntryDetail{}, fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	id, now := identity.From(ctx), time.Now().UTC().Truncate(time.Millisecond)
	how := step{kind: in.Body.Decision, reason: in.Body.Reason, fields: "status"}
	return m.change(ctx, in.ID, version, how, func(e Entry) (Entry, []bus.Event, error) {
		return e.decide(in.Body.Decision, in.Body.Reason, decider{id.Name, id.Actor()}, now)
	}, m.tellDecision(ctx))
}

// tellDecision tells the enterprise what the bureau decided.
func (m *Module) tellDecision(ctx context.Context) companion {
	words := map[string]lang.Text{
		accepted: {ZH: "企业登记已通过审核", EN: "the entry is accepted"}, returned: {ZH: "企业登记被退回，请修改", EN: "the entry is sent back; please mend it"}, refused: {ZH: "企业登记未通过审核", EN: "the entry is refused"},
	}
	return func(_ context.Context, tx *sqldb.Tx, e Entry) error {
		if e.OrganisationID == "" {
			return nil
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDecided, Link: "/enterprise/entries/" + e.ID, To: notice.Audience{Organisation: e.OrganisationID, Permission: "enterprise.file"},
			Title: lang.Text{ZH: e.Name.In("zh") + "：" + words[e.Status].ZH, EN: e.Name.In("en") + ": " + words[e.Status].EN}, Body: lang.Text{ZH: e.Reason, EN: e.Reason},
		})
	}
}

type mineView struct {
	ID       string    `json:"id" doc:"Of the entry of one's own organisation; empty: there is none"`
	Status   string    `json:"status"`
	Claim    string    `json:"claim" doc:"ID of an entry with the code of one's own organisation, which nobody keeps; empty: there is none"`
	Code     string    `json:"code" doc:"That one's own organisation is registered with"`
	District string    `json:"district" doc:"That one's own organisation is registered in"`
	Name     lang.Text `json:"name" doc:"Of one's own organisation"`
	May      bool      `json:"may" doc:"One's own organisation may file an entry"`
}

func (m *Module) mine(ctx context.Context, _ nothing) (mineView, error) {
	o := identity.From(ctx).Organisation
	v := mineView{Code: o.USCC, District: o.District, Name: o.Name, May: o.Kind != identity.Bureau && identity.From(ctx).May("enterprise.file")}
	e, ok, err := m.entries.mine(ctx)
	if err != nil || ok {
		v.ID, v.Status = e.ID, e.Status
		return v, err
	}
	if o.USCC == "" || !v.May {
		return v, nil
	}
	id, ok, err := m.entries.byCode(ctx, o.USCC)
	if err != nil || !ok {
		return v, err
	}
	if e, err = whole(ctx, m.entries.db, id); err == nil && e.OrganisationID == "" {
		v.Claim = id
	}
	return v, err
}

// claimEntry gives an entry that the bureau made to the organisation of its code: the
// bureau has seen the licence when it let the organisation in.
func (m *Module) claimEntry(ctx context.Context, in httpd.Object) (EntryDetail, error) {
	o := identity.From(ctx).Organisation
	e, err := whole(ctx, m.entries.db, in.ID)
	if err != nil {
		return EntryDetail{}, err
	}
	if e.OrganisationID != "" || o.Kind == identity.Bureau || o.USCC == "" || o.USCC != e.Code {
		return EntryDetail{}, fault.New(fault.Forbidden, "enterprise.entry.claim", "an organisation takes over the entry with its own code, which nobody keeps yet")
	}
	e, err = m.entries.claim(ctx, e, o.ID)
	if err != nil {
		return EntryDetail{}, err
	}
	m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
	return detail(ctx, e, keeper, time.Now()), nil
}

type entryConsentInput struct {
	httpd.Object
	httpd.IfMatch
	Body Consent
}

func (m *Module) chooseConsent(ctx context.Context, in entryConsentInput) (EntryDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return EntryDetail{}, err
	}
	return m.change(ctx, in.ID, version, step{kind: stepConsent}, func(e Entry) (Entry, []bus.Event, error) {
		if e.OrganisationID != "" && !isOwn(ctx, e) {
			return e, nil, fault.New(fault.Forbidden, "enterprise.consent.not_yours", "the enterprise itself chooses who may see what")
		}
		e.Consent = in.Body
		if e.Status != accepted {
			return e, nil, e.Consent.check()
		}
		return e, []bus.Event{enterpriseevent.Changed{EntryID: e.ID, Code: e.Code, At: time.Now().UTC().Truncate(time.Millisecond)}}, e.Consent.check()
	})
}

func (m *Module) removeEntry(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	e, err := m.entries.kept(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !e.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "enterprise.entry.kept", "only enterprises of the demonstration city can be removed")
	}
	m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
	return httpd.Nothing{}, m.entries.remove(ctx, e)
}

func (m *Module) listHistory(ctx context.Context, in historyParams) (sqldb.Page[Step], error) {
	if _, err := m.entries.kept(ctx, in.ID); err != nil {
		return sqldb.Page[Step]{}, err
	}
	return m.entries.history(ctx, in)
}

func (m *Module) listAccesses(ctx context.Context, in historyParams) (sqldb.Page[Access], error) {
	if _, err := m.entries.kept(ctx, in.ID); err != nil {
		return sqldb.Page[Access]{}, err
	}
	return m.entries.accesses(ctx, in)
}
