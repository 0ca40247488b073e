package provider

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
)

// Permissions that providers ask for, and the kinds of notices that they send.
const (
	mayView   = "enterprise.provider.view"
	mayFile   = "enterprise.provider.file"
	mayReview = "enterprise.provider.review"

	noticeToReview = "enterprise.provider.to_review"
	noticeDecided  = "enterprise.provider.decided"
	noticeEnding   = "enterprise.provider.ending"
	noticeCheck    = "enterprise.provider.check"

	topic = "enterprise.providers"
)

// Directory is what providers ask of the room that they are part of.
type Directory interface {
	// OwnEnterprises lists the accepted enterprises of the caller's own organisations.
	OwnEnterprises(ctx context.Context) ([]Enterprise, error)
}

// City tells who reviews.
type City interface {
	Root(ctx context.Context) (identity.Organisation, error)
}

// Providers is the part of the room that keeps providers.
type Providers struct {
	kit       *module.Kit
	city      City
	directory Directory
	store     store
}

// New returns the part of the room.
func New(kit *module.Kit, city City, directory Directory, words Words) *Providers {
	words.Technologies, words.Staff, words.Pricing = Technologies(), StaffKinds(), Pricings()
	return &Providers{kit: kit, city: city, directory: directory, store: store{kit.DB, kit.Search, words}}
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看服务商", EN: "See service providers"}, Roles: everyone},
		{ID: mayFile, Title: lang.Text{ZH: "申报和维护本单位服务商资料", EN: "Register and keep one's own provider"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayReview, Title: lang.Text{ZH: "审核和暂停服务商", EN: "Review and suspend providers"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Notices are the kinds of notices that providers send.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeToReview, Title: lang.Text{ZH: "服务商申报待审核", EN: "Providers to review"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeDecided, Title: lang.Text{ZH: "服务商审核、暂停与恢复", EN: "Decisions on a provider"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeEnding, Title: lang.Text{ZH: "服务商资格即将到期", EN: "The registration as a provider ends soon"}, Gravity: notice.Important, Mail: notice.Daily},
		{ID: noticeCheck, Title: lang.Text{ZH: "服务商应答检验", EN: "A check whether a provider answers"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// Nav is the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "服务商", EN: "Service providers"}, Path: "/enterprise/providers", Icon: "organisations", Permission: mayView}}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayView}} }

// Jobs check who answers, and tell of ends.
func (m *Providers) Jobs() []module.Job {
	return []module.Job{
		{Name: "check_providers", Title: lang.Text{ZH: "检验服务商是否应答", EN: "Check whether providers answer"}, Every: time.Hour, Do: func(ctx context.Context) error { return m.store.check(ctx, now(), m.kit.Notices) }},
		{Name: "tell_providers", Title: lang.Text{ZH: "提醒服务商续期", EN: "Tell providers to renew"}, Every: time.Hour, Do: func(ctx context.Context) error { return m.store.tellEnding(ctx, now(), m.kit.Notices) }},
	}
}

// Measures count providers, and those that are online.
func (m *Providers) Measures() []module.Measure {
	unit := lang.Text{ZH: "家", EN: "providers"}
	count := func(only bool) func(context.Context) (measure.Value, error) {
		return func(ctx context.Context) (measure.Value, error) {
			n, synthetic, err := m.store.counted(ctx, only, now())
			return measure.Value{Number: float64(n), At: now(), Known: err == nil, Synthetic: synthetic > 0}, err
		}
	}
	return []module.Measure{
		{
			ID: "enterprise.providers", Title: lang.Text{ZH: "服务商数", EN: "Service providers"}, Unit: unit, Page: "/enterprise/providers?status=in_force", Value: count(false),
			Counts: lang.Text{ZH: "审核通过、在一年有效期内且未被暂停的服务商", EN: "Providers that were accepted, whose year is not over and that are not suspended"},
		},
		{
			ID: "enterprise.providers_online", Title: lang.Text{ZH: "在线服务商数", EN: "Service providers online"}, Unit: unit, Page: "/enterprise/providers?online=true", Value: count(true),
			Counts: lang.Text{ZH: "有效的服务商中，近90天内已答复或已到期的邀请和应答检验有八成以上在其承诺时间内答复，且至少有一次；没有被询问过的不计", EN: "Of the providers in force, those that answered four of five requests (invitations and checks of the last 90 days that were answered or are due) within the time that they promise, one at least; those that were never asked do not count"},
		},
	}
}

// Routes are the doors.
func (m *Providers) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /providers/words", Permission: mayView, Summary: "Scenarios, industries, technologies, districts, kinds of staff and of prices", Handler: httpd.JSON(m.listWords)},
		{Pattern: "GET /providers", Permission: mayView, Summary: "Service providers that one may see, with how they answer", Handler: httpd.List(m.list)},
		{Pattern: "GET /providers/mine", Permission: mayView, Summary: "Own enterprises, and the providers that they are", Handler: httpd.JSON(m.listOwn)},
		{Pattern: "POST /providers", Permission: mayFile, Summary: "Register an own enterprise as a service provider", Handler: httpd.Created(m.register)},
		{Pattern: "GET /providers/{id}", Permission: mayView, Summary: "A service provider, as far as one may see it", Handler: httpd.JSON(m.readProvider)},
		{Pattern: "PUT /providers/{id}", Permission: mayFile, Summary: "File a registration again, a change, or the yearly renewal", Handler: httpd.JSON(m.file)},
		{Pattern: "POST /providers/{id}/decision", Permission: mayReview, Summary: "Accept what waits, send it back, or refuse it", Handler: httpd.JSON(m.decide)},
		{Pattern: "POST /providers/{id}/suspension", Permission: mayReview, Summary: "Suspend a provider, with a reason", Handler: httpd.JSON(m.suspend)},
		{Pattern: "DELETE /providers/{id}/suspension", Permission: mayReview, Summary: "End a suspension", Handler: httpd.JSON(m.resume)},
		{Pattern: "GET /providers/{id}/requests", Permission: mayView, Summary: "What a provider was asked, and when it answered; for the provider and the bureau", Handler: httpd.List(m.listRequests)},
		{Pattern: "POST /providers/{id}/checks", Permission: mayFile, Summary: "Answer the check that is open", Handler: httpd.JSON(m.answerCheck)},
	}, m.evidenceRoutes())
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

type nothing struct{}

func (m *Providers) listWords(context.Context, nothing) (Words, error) { return m.store.words, nil }

// Listing is a provider as lists show it.
type Listing struct {
	ID           string     `json:"id"`
	Code         string     `json:"code" title:"统一社会信用代码|Unified social credit code"`
	Name         lang.Text  `json:"name" title:"名称|Name"`
	District     string     `json:"district" doc:"Of its seat" title:"所在区市|District"`
	Status       string     `json:"status" enum:"applied,returned,refused,in_force,expired,suspended" title:"状态|Status"`
	Filing       Filing     `json:"filing" enum:",change,renewal" doc:"What waits for the bureau beside it; for the provider and the bureau" title:"待审事项|Waiting"`
	Scenarios    []string   `json:"scenarios" nullable:"false" title:"场景|Scenarios"`
	Technologies []string   `json:"technologies" nullable:"false" title:"技术|Technologies"`
	Promise      int        `json:"promise" doc:"Hours within which it answers" title:"承诺应答（小时）|Promise (hours)"`
	Answering    Answering  `json:"answering"`
	ValidUntil   *time.Time `json:"valid_until,omitempty" title:"有效期至|Valid until"`
	FiledAt      time.Time  `json:"filed_at" title:"申报时间|Filed"`
	Mine         bool       `json:"mine" doc:"Of the caller's own organisation"`
	Synthetic    bool       `json:"synthetic" title:"合成数据|Synthetic"`
	Version      int64      `json:"version"`
}

// row is a provider as who asks may see it; all: the provider itself or the bureau.
func row(p Provider, requests []Enquiry, own, all bool, at time.Time) Listing {
	v := Listing{
		ID: p.ID, Code: p.Code, Name: p.Name, District: p.District, Status: p.Status(at), Scenarios: p.Profile.Codes("scenario"), Technologies: p.Profile.Codes("technology"), Promise: p.Profile.Promise,
		Answering: answering(requests, p.Serving(at), at), ValidUntil: p.ValidUntil, FiledAt: p.FiledAt, Mine: own, Synthetic: p.Synthetic, Version: p.Version,
	}
	if all {
		v.Filing = p.Filing
	}
	return v
}

func (m *Providers) list(ctx context.Context, in listParams) (sqldb.Page[Listing], error) {
	at := now()
	page, err := m.store.list(ctx, in, at)
	views := sqldb.Page[Listing]{Items: []Listing{}, NextCursor: page.NextCursor, Total: page.Total}
	if err != nil {
		return views, err
	}
	views.Items, err = m.rows(ctx, page.Items, at)
	return views, err
}

func (m *Providers) rows(ctx context.Context, list []Provider, at time.Time) ([]Listing, error) {
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	requests, err := requestsOf(ctx, m.store.db, ids, at.AddDate(0, 0, -onlineDays))
	if err != nil {
		return nil, err
	}
	who, rows := identity.From(ctx), []Listing{}
	for _, p := range list {
		own := mine(who, p.OrganisationID)
		rows = append(rows, row(p, requests[p.ID], own, own || who.Scope.All, at))
	}
	return rows, nil
}

// Own is an own enterprise, and the provider that it is.
type Own struct {
	Enterprise
	ProviderID string `json:"provider_id" doc:"Empty: it has not registered"`
	Status     string `json:"status" doc:"Of the provider"`
}

type ownView struct {
	Items []Own `json:"items" nullable:"false"`
}

func (m *Providers) listOwn(ctx context.Context, _ nothing) (ownView, error) {
	list, err := m.directory.OwnEnterprises(ctx)
	if err != nil {
		return ownView{}, err
	}
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = e.ID
	}
	of, err := m.store.ofEntries(ctx, ids)
	v := ownView{[]Own{}}
	for _, e := range list {
		o := Own{Enterprise: e}
		if p, ok := of[e.ID]; ok {
			o.ProviderID, o.Status = p.ID, p.Status(now())
		}
		v.Items = append(v.Items, o)
	}
	return v, err
}

type providerRegisterInput struct {
	Body struct {
		EntryID string  `json:"entry_id" maxLength:"26"`
		Profile Profile `json:"profile"`
	}
}

func (m *Providers) register(ctx context.Context, in providerRegisterInput) (Detail, error) {
	list, err := m.directory.OwnEnterprises(ctx)
	if err != nil {
		return Detail{}, err
	}
	i := slices.IndexFunc(list, func(e Enterprise) bool { return e.ID == in.Body.EntryID })
	if i < 0 {
		return Detail{}, fault.New(fault.Invalid, "enterprise.provider.not_own", "this is no accepted enterprise of yours").At("body.entry_id", "choose an enterprise of yours that the directory has accepted")
	}
	e, at := list[i], now()
	profile := in.Body.Profile.tidy(newID)
	if err := profile.check(m.store.words, at); err != nil {
		return Detail{}, err
	}
	p := Provider{
		ID: newID(), EntryID: e.ID, OrganisationID: e.OrganisationID, Code: e.Code, Name: e.Name, District: e.District, Industry: e.Industry, Synthetic: e.Synthetic,
		State: Applied, Profile: profile, FiledAt: at, Version: 1,
	}
	if err := m.store.insert(ctx, p, func(tx *sqldb.Tx) error { return m.tellBureau(ctx, tx, p) }); err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, p.ID, p.OrganisationID)
	return m.readProvider(ctx, httpd.Object{ID: p.ID})
}

func newID() string { return ulid.Make().String() }

// tellBureau tells the bureau that a provider waits; one of the demonstration troubles nobody.
func (m *Providers) tellBureau(ctx context.Context, tx *sqldb.Tx, p Provider) error {
	if p.Synthetic {
		return nil
	}
	root, err := m.city.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the bureau: %w", err)
	}
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: noticeToReview, Link: "/enterprise/providers/" + p.ID, To: notice.Audience{Organisation: root.ID, Permission: mayReview},
		Title: lang.Text{ZH: "服务商“" + p.Name.In("zh") + "”待审核", EN: "The provider " + p.Name.In("en") + " waits for review"},
	})
}

// Detail is a provider on its own page.
type Detail struct {
	Listing
	EntryID        string     `json:"entry_id"`
	Profile        Profile    `json:"profile" doc:"What was accepted, or, before anything was, what was applied with"`
	Filed          *Profile   `json:"filed,omitempty" doc:"What waits; for the provider and the bureau"`
	FilingReturned bool       `json:"filing_returned"`
	Reason         string     `json:"reason" doc:"Of the last decision or the suspension; for the provider and the bureau"`
	DecidedName    string     `json:"decided_name"`
	DecidedAt      *time.Time `json:"decided_at,omitempty"`
	Evidence       []File     `json:"evidence" nullable:"false" doc:"Of cases; for the provider and the bureau"`
	Check          *Enquiry   `json:"check,omitempty" doc:"That the provider has not answered"`
	Acts           []string   `json:"acts" nullable:"false" doc:"What the caller may do now: file, renew, answer, decide, suspend, resume"`
}

// ETag implements httpd.Versioned.
func (d Detail) ETag() int64 { return d.Version }

func (m *Providers) readProvider(ctx context.Context, in httpd.Object) (Detail, error) {
	at := now()
	p, all, err := m.store.read(ctx, in.ID, at)
	if err != nil {
		return Detail{}, err
	}
	rows, err := m.rows(ctx, []Provider{p}, at)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Listing: rows[0], EntryID: p.EntryID, Profile: p.Profile, Evidence: []File{}, Acts: []string{}}
	if !all {
		return d, nil
	}
	d.Filed, d.FilingReturned, d.Reason, d.DecidedName, d.DecidedAt = p.Filed, p.FilingReturned, p.Reason, p.DecidedName, p.DecidedAt
	if d.Evidence, err = m.store.files(ctx, p.ID); err != nil {
		return d, err
	}
	if d.Mine {
		if d.Check, err = m.store.openCheck(ctx, p.ID); err != nil {
			return d, err
		}
	}
	d.Acts = d.acts(p, identity.From(ctx), at)
	return d, nil
}

// acts are what the caller may do now.
func (d Detail) acts(p Provider, who identity.Identity, at time.Time) []string {
	list := []string{}
	for _, x := range []struct {
		name, permission string
		may              bool
	}{
		{"file", mayFile, d.Mine && (p.State == Applied || p.State == Returned || p.State == InForce)},
		{"renew", mayFile, d.Mine && p.State == InForce && !at.Before(p.ValidUntil.Add(-renewFrom))},
		{"answer", mayFile, d.Check != nil},
		{"decide", mayReview, who.Scope.All && p.waits()},
		{"suspend", mayReview, who.Scope.All && p.State == InForce},
		{"resume", mayReview, who.Scope.All && p.State == Suspended},
	} {
		if x.may && who.May(x.permission) {
			list = append(list, x.name)
		}
	}
	return list
}

func (m *Providers) listRequests(ctx context.Context, in requestParams) (sqldb.Page[Enquiry], error) {
	_, all, err := m.store.read(ctx, in.ID, now())
	if err != nil {
		return sqldb.Page[Enquiry]{}, err
	}
	if !all {
		return sqldb.Page[Enquiry]{}, fault.New(fault.Forbidden, "enterprise.provider.not_yours", "this is for the provider itself, and for the bureau")
	}
	return m.store.requests(ctx, in)
}

// forOwn returns a provider to its own people only.
func (m *Providers) forOwn(ctx context.Context, id string) (Provider, error) {
	p, _, err := m.store.read(ctx, id, now())
	if err != nil {
		return p, err
	}
	if !mine(identity.From(ctx), p.OrganisationID) {
		return p, fault.New(fault.Forbidden, "enterprise.provider.not_yours", "this is for the provider itself, and for the bureau")
	}
	return p, nil
}

func (m *Providers) answerCheck(ctx context.Context, in httpd.Object) (Detail, error) {
	p, err := m.forOwn(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	if err := m.store.answerChecks(ctx, p.ID); err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, p.ID, p.OrganisationID)
	return m.readProvider(ctx, in)
}
