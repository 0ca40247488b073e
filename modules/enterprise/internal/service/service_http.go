package service

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

// Directory is what the count asks of the room that it is part of.
type Directory interface {
	// Own lists the accepted enterprises of the caller's own organisations.
	Own(ctx context.Context) ([]Enterprise, error)
	// ByCodes returns accepted enterprises by what their codes lead to.
	ByCodes(ctx context.Context, codes []string) (map[string]Enterprise, error)
	// ByIDs returns enterprises by their IDs.
	ByIDs(ctx context.Context, ids []string) (map[string]Enterprise, error)
	// Of returns the enterprise that an organisation is: by its code, or the only one that
	// it keeps; ok is false where there is none, or several.
	Of(ctx context.Context, o identity.Organisation) (e Enterprise, ok bool, err error)
	// Title names a district or an industry.
	Title(kind, code string) lang.Text
}

// People is the register of organisations: who the bureau is, and who others are.
type People interface {
	Root(ctx context.Context) (identity.Organisation, error)
	// Organisation reads one of the register.
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// Permissions that the count asks for.
const (
	mayView   = "enterprise.service.view"
	mayRecord = "enterprise.service.record"
	mayAnswer = "enterprise.service.answer"
	mayCount  = "enterprise.service.count"
	mayAudit  = "enterprise.service.audit"
	maySample = "enterprise.service.sample"
	mayRule   = "enterprise.service.rule"

	noticeAsked    = "enterprise.service.asked"
	noticeAnswered = "enterprise.service.answered"
	noticeSilent   = "enterprise.service.silent"

	topic = "enterprise.services"
)

// Services is the part of the room that counts services.
type Services struct {
	kit       *module.Kit
	people    People
	directory Directory
	providers Providers
	store     store
}

// New returns the part of the room.
func New(kit *module.Kit, people People, directory Directory, providers Providers) *Services {
	return &Services{kit, people, directory, providers, store{kit.DB}}
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看服务记录", EN: "See services to enterprises"}, Roles: everyone},
		{ID: mayRecord, Title: lang.Text{ZH: "登记服务记录", EN: "Record services to enterprises"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: mayAnswer, Title: lang.Text{ZH: "确认本企业接受的服务", EN: "Confirm services to one's own enterprise"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayCount, Title: lang.Text{ZH: "查看服务家次统计", EN: "See the count of services"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: mayAudit, Title: lang.Text{ZH: "抽查服务记录", EN: "Audit samples of services"}, Roles: []identity.Role{identity.Officer, identity.Auditor}},
		{ID: maySample, Title: lang.Text{ZH: "抽取服务样本", EN: "Draw samples of services"}, Roles: []identity.Role{identity.Officer, identity.Auditor}},
		{ID: mayRule, Title: lang.Text{ZH: "制定服务计数规则", EN: "Set the rule of counting services"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Notices are the kinds of notices that the count sends.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeAsked, Title: lang.Text{ZH: "有服务记录待本企业确认", EN: "A service waits for the enterprise's confirmation"}, Gravity: notice.Important, Mail: notice.Daily},
		{ID: noticeAnswered, Title: lang.Text{ZH: "企业对服务记录提出异议", EN: "An enterprise objects to a service"}, Gravity: notice.Important, Mail: notice.Daily},
		{ID: noticeSilent, Title: lang.Text{ZH: "服务记录逾期未确认", EN: "A service was not confirmed in time"}, Gravity: notice.Important, Mail: notice.Daily},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayView}} }

// Nav is the entry of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "服务家次", EN: "Services"}, Path: "/enterprise/services", Icon: "files", Permission: mayView}}
}

// Measures are the count for the plan.
func (m *Services) Measures() []module.Measure {
	read := func(pick func(Totals) int) func(context.Context) (measure.Value, error) {
		return func(ctx context.Context) (measure.Value, error) {
			t, err := m.store.totals(ctx, "")
			return measure.Value{Number: float64(pick(t)), At: time.Now(), Known: err == nil, Synthetic: t.Synthetic}, err
		}
	}
	return []module.Measure{
		{
			ID: "enterprise.services", Title: lang.Text{ZH: "服务企业家次", EN: "Services to enterprises"}, Unit: lang.Text{ZH: "家次", EN: "enterprise-times"}, Page: "/enterprise/services?counted=true",
			Counts: lang.Text{ZH: "一家企业由一个服务方就一个事项服务一次，有佐证且经被服务企业确认；计数规则窗口内同企业同服务方同事项只计一次；待确认、异议、逾期未确认和抽查不属实的不计", EN: "One enterprise served by one provider on one matter, with evidence and confirmed by the enterprise; the same within the rule's window counts once; what waits, was objected to, was not answered or not upheld does not count"},
			Value:  read(func(t Totals) int { return t.Services }),
		},
		{
			ID: "enterprise.served", Title: lang.Text{ZH: "服务企业数", EN: "Enterprises served"}, Unit: lang.Text{ZH: "家", EN: "enterprises"}, Page: "/enterprise/services?counted=true",
			Counts: lang.Text{ZH: "服务家次中的不同企业，每家只计一次", EN: "Distinct enterprises among the services that count, each once"},
			Value:  read(func(t Totals) int { return t.Enterprises }),
		},
	}
}

// Routes are the doors.
func (m *Services) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /services", Permission: mayView, Summary: "Services that one may see", Handler: httpd.List(m.list)},
		{Pattern: "POST /services", Permission: mayRecord, Summary: "Record a service to an enterprise, which is asked to confirm it", Handler: httpd.Created(m.record)},
		{Pattern: "GET /services/{id}", Permission: mayView, Summary: "A service with its evidence", Handler: httpd.JSON(m.read)},
		{Pattern: "POST /services/{id}/confirmation", Permission: mayAnswer, Summary: "Confirm a service to one's own enterprise", Handler: httpd.JSON(m.confirm)},
		{Pattern: "POST /services/{id}/objection", Permission: mayAnswer, Summary: "Object to a service, with a reason", Handler: httpd.JSON(m.object)},
		{Pattern: "POST /services/{id}/withdrawal", Permission: mayRecord, Summary: "Withdraw a service that was not confirmed", Handler: httpd.JSON(m.withdraw)},
		{Pattern: "GET /services/rule", Permission: mayView, Summary: "What counts as one service, with all versions, and the matters", Handler: httpd.JSON(m.readRule)},
		{Pattern: "POST /services/rule", Permission: mayRule, Summary: "Set a new version of the rule, for services recorded from then on; If-Match is the version before", Handler: httpd.JSON(m.setRule)},
		{Pattern: "GET /services/totals", Permission: mayCount, Summary: "How many services and enterprises count in a period, and what auditors found", Handler: httpd.JSON(m.totals)},
		{Pattern: "GET /services/counts", Permission: mayCount, Summary: "What counts, by quarter, district, industry, provider or matter", Handler: httpd.List(m.counts)},
	}, m.evidenceRoutes(), m.importRoutes(), m.sampleRoutes())
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name, id.Organisation.ID}
}

type nothing struct{}

// forCity refuses what is about the whole city to others than the bureau.
func forCity(ctx context.Context) error {
	if identity.From(ctx).Scope.All {
		return nil
	}
	return fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
}

// eyes are the caller's.
func (m *Services) eyes(ctx context.Context) (eyes, error) {
	who := identity.From(ctx)
	e := eyes{all: who.Scope.All, who: who}
	own, err := m.directory.Own(ctx)
	for _, x := range own {
		e.entries = append(e.entries, x.ID)
	}
	return e, err
}

// side is from where somebody looks at a service.
type side string

const (
	served   side = "served" // the enterprise
	provider side = "provider"
	bureau   side = "city"
)

// side tells from where somebody looks; empty: they do not see it.
func (e eyes) side(s Service) side {
	switch {
	case slices.Contains(e.entries, s.EntryID):
		return served
	case s.recorder != "" && (s.recorder == e.who.Organisation.ID || !e.all && e.who.Scope.Allows(s.recorder)):
		return provider
	case e.all:
		return bureau
	default:
		return ""
	}
}

func (m *Services) list(ctx context.Context, in serviceParams) (sqldb.Page[Service], error) {
	as, err := m.eyes(ctx)
	if err != nil {
		return sqldb.Page[Service]{}, err
	}
	return m.store.list(ctx, in, as)
}

// Detail is a service on its own page.
type Detail struct {
	Service
	Side     side     `json:"side" enum:"served,provider,city"`
	Evidence []File   `json:"evidence" nullable:"false"`
	Acts     []string `json:"acts" nullable:"false" doc:"What the caller may do now: confirm, object, withdraw"`
}

// seen returns a service that the caller may see.
func (m *Services) seen(ctx context.Context, id string) (Service, side, error) {
	as, err := m.eyes(ctx)
	if err != nil {
		return Service{}, "", err
	}
	s, err := m.store.get(ctx, m.store.db, id)
	if err != nil {
		return s, "", err
	}
	from := as.side(s)
	if from == "" {
		return Service{}, "", noSuch("service")
	}
	return s, from, nil
}

func (m *Services) read(ctx context.Context, in httpd.Object) (Detail, error) {
	s, from, err := m.seen(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	files, err := m.store.files(ctx, s.ID)
	d := Detail{Service: s, Side: from, Evidence: files, Acts: []string{}}
	id := identity.From(ctx)
	for _, x := range []struct {
		what       act
		of         side
		permission string
	}{{confirm, served, mayAnswer}, {object, served, mayAnswer}, {withdraw, provider, mayRecord}} {
		if x.of == from && id.May(x.permission) && s.State.next(x.what) != "" {
			d.Acts = append(d.Acts, string(x.what))
		}
	}
	return d, err
}

type recordInput struct {
	Body struct {
		Code         string   `json:"code" maxLength:"40" doc:"Unified social credit code of the enterprise; one that was merged leads to the survivor"`
		Provider     string   `json:"provider,omitempty" maxLength:"40" doc:"Of the bureau's records: the code of a registered provider in force, or city; others record for themselves"`
		ProviderName string   `json:"provider_name,omitempty" maxLength:"200"`
		Matter       string   `json:"matter" maxLength:"20"`
		About        string   `json:"about" maxLength:"2000" doc:"What was done; 500 characters at most"`
		StartedOn    string   `json:"started_on" maxLength:"10" doc:"As 2026-03-31"`
		EndedOn      string   `json:"ended_on,omitempty" maxLength:"10" doc:"Empty: the first day"`
		Evidence     []string `json:"evidence" maxItems:"20" nullable:"false" doc:"IDs of files that were uploaded"`
	}
}

func (m *Services) record(ctx context.Context, in recordInput) (Detail, error) {
	who := identity.From(ctx)
	d, err := m.provided(ctx, draft{in.Body.Code, in.Body.Provider, in.Body.ProviderName, in.Body.Matter, in.Body.About, in.Body.StartedOn, in.Body.EndedOn, in.Body.Evidence})
	if err != nil {
		return Detail{}, err
	}
	origin := byForm
	if who.TokenID != "" {
		origin = byAPI
	}
	if err := d.check(identity.ValidUSCC, todayOf(now())); err != nil {
		return Detail{}, err
	}
	standing, err := m.standing(ctx, []draft{d})
	if err == nil {
		err = refused(who.Organisation.Kind != identity.Bureau, d.provider, standing(d.provider))
	}
	if err != nil {
		return Detail{}, err
	}
	if err := m.store.ours(ctx, d.evidence, who.Organisation.ID); err != nil {
		return Detail{}, err
	}
	list, err := m.services(ctx, []draft{d}, origin)
	if err != nil {
		return Detail{}, err
	}
	if list[0].ID == "" {
		return Detail{}, fault.New(fault.Invalid, "enterprise.service.unknown", "the directory has no accepted enterprise %s", d.code).With("code", d.code).At("body.code", "the code of an enterprise that the directory has accepted")
	}
	if err := m.keep(ctx, list); err != nil {
		return Detail{}, err
	}
	return m.read(ctx, httpd.Object{ID: list[0].ID})
}

// provided fills in whose service it is: an organisation's own, or what the bureau says.
func (m *Services) provided(ctx context.Context, d draft) (draft, error) {
	d = d.tidy()
	o := identity.From(ctx).Organisation
	if o.Kind == identity.Bureau {
		return d, forCity(ctx)
	}
	if o.USCC == "" {
		return d, fault.New(fault.Conflict, "enterprise.service.no_code", "your organisation is registered without a unified social credit code; the bureau can add it")
	}
	d.provider, d.providerName = o.USCC, o.Name.ZH
	return d, nil
}

// services makes services of drafts that were checked; one whose enterprise is not in the
// directory has no ID.
func (m *Services) services(ctx context.Context, drafts []draft, origin string) ([]Service, error) {
	codes := make([]string, len(drafts))
	for i, d := range drafts {
		codes[i] = d.code
	}
	found, err := m.directory.ByCodes(ctx, codes)
	if err != nil {
		return nil, err
	}
	rules, err := m.store.rules(ctx, m.store.db)
	if err != nil {
		return nil, err
	}
	root, err := m.people.Root(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bureau: %w", err)
	}
	at, by, list := now(), handOf(ctx), make([]Service, len(drafts))
	own := identity.From(ctx).Organisation
	for i, d := range drafts {
		e, ok := found[d.code]
		if !ok {
			continue
		}
		name := lang.Text{ZH: d.providerName, EN: d.providerName}
		switch d.provider {
		case City:
			name = root.Name
		case own.USCC:
			name = own.Name
		}
		list[i] = d.record(ulid.Make().String(), e, name, origin, "", rules[0], by, at)
	}
	return list, nil
}

// keep keeps services and asks the enterprises.
func (m *Services) keep(ctx context.Context, list []Service) error {
	err := m.store.record(ctx, list, func(ctx context.Context, tx *sqldb.Tx) error { return m.ask(ctx, tx, list) })
	if err == nil {
		m.kit.Notify(topic, "", "")
	}
	return err
}

// ask tells each enterprise, once, that services wait for its word.
func (m *Services) ask(ctx context.Context, tx *sqldb.Tx, list []Service) error {
	byEntry, order := map[string][]Service{}, []string{}
	for _, s := range list {
		if byEntry[s.EntryID] == nil {
			order = append(order, s.EntryID)
		}
		byEntry[s.EntryID] = append(byEntry[s.EntryID], s)
	}
	found, err := m.directory.ByIDs(ctx, order)
	if err != nil {
		return err
	}
	for _, id := range order {
		e, of := found[id], byEntry[id]
		if e.OrganisationID == "" {
			continue // nobody keeps it; who claims it finds what waits
		}
		link, body := "/enterprise/services/"+of[0].ID, of[0].ProviderName
		if len(of) > 1 {
			link = "/enterprise/services?state=waiting"
		}
		err := m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeAsked, Link: link, To: notice.Audience{Organisation: e.OrganisationID, Permission: mayAnswer},
			Title: lang.Text{ZH: fmt.Sprintf("请确认“%s”接受的服务（%d 项）", e.Name.ZH, len(of)), EN: fmt.Sprintf("Please confirm services to %s (%d)", e.Name.EN, len(of))}, Body: body,
		})
		if err != nil {
			return fmt.Errorf("ask the enterprise: %w", err)
		}
	}
	return nil
}

type actInput struct {
	httpd.Object
	httpd.IfMatch
}

type reasonInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Services) confirm(ctx context.Context, in actInput) (Detail, error) {
	return m.act(ctx, in.Object, in.IfMatch, confirm, served, "")
}

func (m *Services) object(ctx context.Context, in reasonInput) (Detail, error) {
	return m.act(ctx, in.Object, in.IfMatch, object, served, in.Body.Reason)
}

func (m *Services) withdraw(ctx context.Context, in reasonInput) (Detail, error) {
	return m.act(ctx, in.Object, in.IfMatch, withdraw, provider, in.Body.Reason)
}

// act does what one side may do with a service.
func (m *Services) act(ctx context.Context, in httpd.Object, match httpd.IfMatch, what act, of side, reason string) (Detail, error) {
	version, err := match.Expected()
	if err != nil {
		return Detail{}, err
	}
	s, from, err := m.seen(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	if from != of {
		return Detail{}, fault.New(fault.Forbidden, "enterprise.service.other_side", "the enterprise answers, and who recorded a service withdraws it")
	}
	err = m.store.change(ctx, s.ID, version, func(s Service) (Service, error) { return s.do(what, reason, handOf(ctx), now()) }, func(ctx context.Context, tx *sqldb.Tx) error {
		if what != object {
			return nil
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeAnswered, Link: "/enterprise/services/" + s.ID, To: notice.Audience{Organisation: s.recorder, Permission: mayRecord},
			Title: lang.Text{ZH: s.Name.ZH + "：对服务记录提出异议", EN: s.Name.EN + " objects to a service"}, Body: lang.Text{ZH: reason, EN: reason},
		})
	})
	if err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, s.ID, "")
	return m.read(ctx, in)
}
