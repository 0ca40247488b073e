package need

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
	"linghang/modules/enterprise/internal/provider"
)

// Permissions that needs ask for, and the kinds of notices that they send.
const (
	mayView     = "enterprise.need.view"
	mayAct      = "enterprise.need.act"
	mayConclude = "enterprise.need.conclude"
	mayDecide   = "enterprise.need.decide"

	noticeInvited  = "enterprise.need.invited"
	noticeToAct    = "enterprise.need.to_act"
	noticeNews     = "enterprise.need.news"
	noticeDispute  = "enterprise.need.dispute"
	noticeDeadline = "enterprise.need.deadline"

	topic = "enterprise.needs"
)

// Providers is what needs ask of the providers.
type Providers interface {
	Words() provider.Words
	Serving(ctx context.Context, now time.Time) ([]provider.Provider, error)
	Named(ctx context.Context, ids []string) ([]provider.Provider, error)
}

// Needs is the part of the room in which enterprises find help.
type Needs struct {
	kit       *module.Kit
	city      provider.City
	directory Grounds
	providers Providers
	past      Past
	graph     Graph
	catalogue Catalogue
	matcher   *matcher
	demand    *demand
	store     store
}

// Around is what needs ask of the rest of the city.
type Around struct {
	Past      Past
	Graph     Graph
	Catalogue Catalogue
}

// New returns the part of the room; without trade terms it cannot match.
func New(kit *module.Kit, city provider.City, directory Grounds, providers Providers, around Around) (*Needs, error) {
	words := providers.Words()
	m := &Needs{kit: kit, city: city, directory: directory, providers: providers, past: around.Past, graph: around.Graph, catalogue: around.Catalogue, store: store{kit.DB, kit.Search, words}}
	analyser, err := newAnalyser()
	if err != nil {
		return m, err
	}
	if m.matcher, err = newMatcher(words, analyser, kit.WordVectors); err != nil {
		return m, err
	}
	m.demand, err = newDemand(words, analyser, kit.WordVectors)
	return m, err
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: mayView, Title: lang.Text{ZH: "查看需求", EN: "See needs"}, Roles: everyone},
		{ID: mayAct, Title: lang.Text{ZH: "办理本单位的需求、邀请、方案和交付", EN: "Work on one's own needs, invitations, offers and deliveries"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayConclude, Title: lang.Text{ZH: "发布需求、选定方案、确认协议、验收、评价和提起争议", EN: "Publish needs, choose offers, confirm agreements, accept, rate and dispute"}, Roles: []identity.Role{identity.Manager}},
		{ID: mayDecide, Title: lang.Text{ZH: "裁定协议争议", EN: "Decide disputes about agreements"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Notices are the kinds of notices that needs send.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeInvited, Title: lang.Text{ZH: "收到需求邀请", EN: "An invitation to a need"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeToAct, Title: lang.Text{ZH: "需求或协议待办理", EN: "A need or an agreement waits for you"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeNews, Title: lang.Text{ZH: "需求或协议有进展", EN: "News of a need or an agreement"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeDispute, Title: lang.Text{ZH: "协议争议", EN: "A dispute about an agreement"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeDeadline, Title: lang.Text{ZH: "需求或协议到期", EN: "A time of a need or an agreement is over"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// Nav is the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "供需对接", EN: "Needs and offers"}, Path: "/enterprise/needs", Icon: "sharing", Permission: mayView}}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayView}} }

// Measures count agreements.
func (m *Needs) Measures() []module.Measure {
	return []module.Measure{{
		ID: "enterprise.agreements", Title: lang.Text{ZH: "本年供需对接达成协议数", EN: "Agreements of needs this year"}, Unit: lang.Text{ZH: "项", EN: "agreements"}, Page: "/enterprise/needs?agreed=true",
		Counts: lang.Text{ZH: "本年（北京时间）服务商确认了企业所选方案的需求，一项需求计一次；之后争议终止的仍计入", EN: "Needs of which a provider confirmed the offer that the enterprise chose, in this year (China's time), each once; those that a dispute ended later count too"},
		Value: func(ctx context.Context) (measure.Value, error) {
			from, to := period(now().In(china()).Year(), 0)
			n, synthetic, err := m.store.counted(ctx, from, to)
			return measure.Value{Number: float64(n), At: now(), Known: err == nil, Synthetic: synthetic > 0}, err
		},
	}}
}

// Routes are the doors.
func (m *Needs) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /needs", Permission: mayView, Summary: "Needs that one may see", Handler: httpd.List(m.list)},
		{Pattern: "POST /needs", Permission: mayAct, Summary: "Begin a need of an own enterprise", Handler: httpd.Created(m.begin)},
		{Pattern: "GET /needs/{id}", Permission: mayView, Summary: "A need, as far as one may see it", Handler: httpd.JSON(m.readNeed)},
		{Pattern: "PUT /needs/{id}", Permission: mayAct, Summary: "Edit a draft", Handler: httpd.JSON(m.edit)},
		{Pattern: "DELETE /needs/{id}", Permission: mayAct, Summary: "Discard a draft", Handler: httpd.JSON(m.discard)},
		{Pattern: "POST /needs/{id}/publication", Permission: mayConclude, Summary: "Publish a draft", Handler: httpd.JSON(m.publish)},
		{Pattern: "POST /needs/{id}/closing", Permission: mayConclude, Summary: "End the time for offers now; they are opened", Handler: httpd.JSON(m.close)},
		{Pattern: "POST /needs/{id}/withdrawal", Permission: mayConclude, Summary: "Withdraw a need, with a reason", Handler: httpd.JSON(m.withdraw)},
		{Pattern: "GET /providers/{id}/record", Permission: mayView, Summary: "How many agreements a provider has made, and how enterprises rate it", Handler: httpd.JSON(m.readRecord)},
	}, m.offerRoutes(), m.demandRoutes(), m.agreementRoutes())
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Posting is a need as lists show it.
type Posting struct {
	ID           string     `json:"id"`
	Title        string     `json:"title" title:"需求|Need"`
	Name         lang.Text  `json:"name" doc:"Of the enterprise" title:"企业|Enterprise"`
	District     string     `json:"district" title:"区市|District"`
	Industry     string     `json:"industry" title:"行业|Industry"`
	Scenario     string     `json:"scenario" title:"场景|Scenario"`
	Confidential bool       `json:"confidential" title:"保密|Confidential"`
	State        State      `json:"state" enum:"draft,open,chosen,agreed,disputed,completed,terminated,withdrawn,lapsed" title:"状态|State"`
	ReplyUntil   time.Time  `json:"reply_until" title:"方案截止|Offers until"`
	Replying     bool       `json:"replying" doc:"The time for offers goes on"`
	AgreedAt     *time.Time `json:"agreed_at,omitempty" title:"达成协议|Agreed"`
	Mine         bool       `json:"mine"`
	Synthetic    bool       `json:"synthetic" title:"合成数据|Synthetic"`
	CreatedAt    time.Time  `json:"created_at" title:"创建时间|Begun"`
	Version      int64      `json:"version"`
}

func row(n Need, own bool, at time.Time) Posting {
	return Posting{
		ID: n.ID, Title: n.Body.Title, Name: n.Name, District: n.District, Industry: n.Industry, Scenario: n.Body.Scenario, Confidential: n.Body.Confidential, State: n.State, ReplyUntil: n.Body.ReplyUntil,
		Replying: n.replying(at), AgreedAt: n.AgreedAt, Mine: own, Synthetic: n.Synthetic, CreatedAt: n.CreatedAt, Version: n.Version,
	}
}

func (m *Needs) list(ctx context.Context, in listParams) (sqldb.Page[Posting], error) {
	page, err := m.store.list(ctx, in)
	views, who, at := sqldb.Page[Posting]{Items: []Posting{}, NextCursor: page.NextCursor, Total: page.Total}, identity.From(ctx), now()
	for _, n := range page.Items {
		views.Items = append(views.Items, row(n, mine(who, n.OrganisationID), at))
	}
	return views, err
}

type needBeginInput struct {
	Body struct {
		EntryID string `json:"entry_id" maxLength:"26"`
		Need    Body   `json:"need"`
	}
}

func (m *Needs) begin(ctx context.Context, in needBeginInput) (Detail, error) {
	list, err := m.directory.OwnEnterprises(ctx)
	if err != nil {
		return Detail{}, err
	}
	i := slices.IndexFunc(list, func(e provider.Enterprise) bool { return e.ID == in.Body.EntryID })
	if i < 0 {
		return Detail{}, fault.New(fault.Invalid, "enterprise.need.not_own", "this is no accepted enterprise of yours").At("body.entry_id", "choose an enterprise of yours that the directory has accepted")
	}
	body := in.Body.Need.tidy()
	if err := body.check(m.providers.Words()); err != nil {
		return Detail{}, err
	}
	e := list[i]
	if err := m.checkInvite(ctx, e.OrganisationID, body.Invite); err != nil {
		return Detail{}, err
	}
	n := Need{
		ID: ulid.Make().String(), EntryID: e.ID, OrganisationID: e.OrganisationID, Code: e.Code, Name: e.Name, District: e.District, Industry: e.Industry, Synthetic: e.Synthetic,
		Body: body, State: Draft, CreatedAt: now(), Version: 1,
	}
	if err := m.store.insert(ctx, n, handOf(ctx)); err != nil {
		return Detail{}, err
	}
	return m.readNeed(ctx, httpd.Object{ID: n.ID})
}

// changed answers with a need after a change, and tells browsers of it.
func (m *Needs) changed(ctx context.Context, id string, err error) (Detail, error) {
	if err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, id, "")
	return m.readNeed(ctx, httpd.Object{ID: id})
}

type needEditInput struct {
	httpd.Object
	httpd.IfMatch
	Body Body
}

func (m *Needs) edit(ctx context.Context, in needEditInput) (Detail, error) {
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	body := in.Body.tidy()
	if err := body.check(m.providers.Words()); err != nil {
		return Detail{}, err
	}
	err = m.store.change(ctx, in.ID, func(_ *sqldb.Tx, n Need, v sight, _ time.Time) (Need, remark, error) {
		if n.Version != version {
			return n, remark{}, stale()
		}
		n, err := n.move(Edit, v.side())
		if err == nil {
			err = m.checkInvite(ctx, n.OrganisationID, body.Invite)
		}
		n.Body = body
		return n, remark{kind: Edit, side: Owner}, err
	})
	return m.changed(ctx, in.ID, err)
}

func (m *Needs) discard(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.store.discard(ctx, in.ID)
}

// onlyOwner refuses others than the enterprise.
func onlyOwner(v sight) error {
	if !v.owner {
		return fault.New(fault.Forbidden, "enterprise.need.owner_only", "only the enterprise itself does this")
	}
	return nil
}

func (m *Needs) publish(ctx context.Context, in httpd.Object) (Detail, error) {
	serving, err := m.providers.Serving(ctx, now())
	if err != nil {
		return Detail{}, err
	}
	err = m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if err := onlyOwner(v); err != nil {
			return n, remark{}, err
		}
		n, err := n.publish(at)
		if err != nil {
			return n, remark{}, err
		}
		if err := note(ctx, tx, n.ID, remark{kind: Publish, side: Owner}, at); err != nil {
			return n, remark{}, err
		}
		return m.inviteWanted(ctx, tx, n, v, serving, at)
	})
	return m.changed(ctx, in.ID, err)
}

func (m *Needs) close(ctx context.Context, in httpd.Object) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if err := onlyOwner(v); err != nil {
			return n, remark{}, err
		}
		n, err := n.close(at)
		if err == nil {
			err = provider.Spare(ctx, tx, n.ID, at)
		}
		return n, remark{kind: Close, side: Owner}, err
	})
	return m.changed(ctx, in.ID, err)
}

type needReasonInput struct {
	httpd.Object
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Needs) withdraw(ctx context.Context, in needReasonInput) (Detail, error) {
	err := m.store.change(ctx, in.ID, func(tx *sqldb.Tx, n Need, v sight, at time.Time) (Need, remark, error) {
		if err := onlyOwner(v); err != nil {
			return n, remark{}, err
		}
		n, err := n.move(Withdraw, Owner)
		if err != nil {
			return n, remark{}, err
		}
		if n.Reason = in.Body.Reason; n.Reason == "" {
			return n, remark{}, needReason()
		}
		if err := provider.Spare(ctx, tx, n.ID, at); err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: Withdraw, side: Owner, reason: n.Reason}, m.tellOffering(ctx, tx, n, lang.Text{ZH: "已撤回", EN: "was withdrawn"})
	})
	return m.changed(ctx, in.ID, err)
}

// tell tells the people of an organisation of a need.
func (m *Needs) tell(ctx context.Context, tx *sqldb.Tx, kind, organisation, permission string, n Need, what lang.Text, body string) error {
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: kind, Link: "/enterprise/needs/" + n.ID, To: notice.Audience{Organisation: organisation, Permission: permission},
		Title: lang.Text{ZH: "需求“" + n.Body.Title + "”" + what.ZH, EN: "The need " + n.Body.Title + " " + what.EN}, Body: lang.Text{ZH: body, EN: body},
	})
}

// tellOffering tells those who were invited and those who offered.
func (m *Needs) tellOffering(ctx context.Context, tx *sqldb.Tx, n Need, what lang.Text) error {
	to := map[string]bool{}
	invited, err := invitations(ctx, tx, n.ID)
	if err != nil {
		return err
	}
	for _, i := range invited {
		if i.State != declined {
			to[i.organisation] = true
		}
	}
	offers, err := proposals(ctx, tx, n.ID)
	if err != nil {
		return err
	}
	for _, p := range offers {
		if p.State == Submitted && p.ID != n.ProposalID {
			to[p.organisation] = true
		}
	}
	for organisation := range to {
		if err := m.tell(ctx, tx, noticeNews, organisation, mayAct, n, what, ""); err != nil {
			return err
		}
	}
	return nil
}

func (m *Needs) readRecord(ctx context.Context, in httpd.Object) (Record, error) {
	list, err := m.providers.Named(ctx, []string{in.ID})
	if err != nil {
		return Record{}, err
	}
	if who := identity.From(ctx); !list[0].Serving(now()) && !who.Scope.All && !mine(who, list[0].OrganisationID) {
		return Record{}, noSuch("provider")
	}
	return m.store.recordOf(ctx, in.ID, now())
}

// partnerOf returns the offer that was chosen.
func partnerOf(ctx context.Context, db reader, n Need) (Proposal, error) {
	list, err := proposals(ctx, db, n.ID)
	if err != nil {
		return Proposal{}, err
	}
	i := slices.IndexFunc(list, func(p Proposal) bool { return p.ID == n.ProposalID && n.ProposalID != "" })
	if i < 0 {
		return Proposal{}, fmt.Errorf("the need %s has no chosen offer", n.ID)
	}
	return list[i], nil
}
