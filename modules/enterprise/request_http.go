package enterprise

import (
	"context"
	"fmt"
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

// The notices of requests.
const (
	noticeAsked    = "enterprise.request.asked"
	noticeAnswered = "enterprise.request.answered"
)

func (m *Module) requestRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /requests", Permission: "enterprise.view", Summary: "Requests to correct or delete entries: all to the bureau, an organisation's own to itself", Handler: httpd.List(m.listRequests)},
		{Pattern: "POST /entries/{id}/requests", Permission: "enterprise.file", Summary: "Ask the bureau to correct the entry of one's own enterprise, or to delete it", Handler: httpd.Created(m.askBureau)},
		{Pattern: "GET /requests/{id}", Permission: "enterprise.view", Summary: "One request", Handler: httpd.JSON(m.readRequest)},
		{Pattern: "POST /requests/{id}/decision", Permission: "enterprise.review", Summary: "Do what was asked, or refuse it, and say why", Handler: httpd.JSON(m.decideRequest)},
		{Pattern: "POST /requests/{id}/withdrawal", Permission: "enterprise.file", Summary: "Take a request back", Handler: httpd.JSON(m.withdrawRequest)},
	}
}

func requestNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeAsked, Title: lang.Text{ZH: "更正、删除请求待处理", EN: "Requests to correct or delete an entry"}, Gravity: notice.Important, Mail: notice.Daily},
		{ID: noticeAnswered, Title: lang.Text{ZH: "更正、删除请求的处理结果", EN: "Answers to requests about an entry"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// mayAsk tells whether somebody may ask about an entry: the enterprise itself, because it
// keeps the entry or because its organisation is registered with the entry's code.
func (e Entry) mayAsk(o identity.Organisation, own bool) bool {
	return e.Status == accepted && o.Kind != identity.Bureau && (own || o.USCC != "" && o.USCC == e.Code)
}

// shown is a request as the caller sees it.
func (r Request) shown(who identity.Identity, now time.Time) Request {
	r.Acts = []string{}
	if r.State != requestOpen {
		return r
	}
	r.Overdue = now.After(r.DueAt)
	if who.Scope.All && who.May("enterprise.review") {
		r.Acts = append(r.Acts, "decide")
	}
	if r.asks(who) && who.May("enterprise.file") {
		r.Acts = append(r.Acts, "withdraw")
	}
	return r
}

func (m *Module) listRequests(ctx context.Context, in requestParams) (sqldb.Page[Request], error) {
	page, err := m.entries.requests(ctx, in)
	for i, r := range page.Items {
		page.Items[i] = r.shown(identity.From(ctx), time.Now())
	}
	return page, err
}

func (m *Module) readRequest(ctx context.Context, in httpd.Object) (Request, error) {
	q, err := m.entries.request(ctx, in.ID)
	return q.shown(identity.From(ctx), time.Now()), err
}

type requestInput struct {
	httpd.Object
	Body struct {
		Kind    string `json:"kind" enum:"correction,deletion"`
		Changes []struct {
			Field string `json:"field" enum:"code,name_zh,name_en,district,industry,size,address,founded_on,capital,website,description"`
			After string `json:"after" maxLength:"2000"`
		} `json:"changes,omitempty" maxItems:"11" doc:"Of a correction: what each field is to say"`
		Text string `json:"text" maxLength:"2000" doc:"Why, and what proves it"`
	}
}

func (m *Module) askBureau(ctx context.Context, in requestInput) (Request, error) {
	who := identity.From(ctx)
	e, err := whole(ctx, m.entries.db, in.ID)
	if err != nil {
		return Request{}, err
	}
	if !e.mayAsk(who.Organisation, isOwn(ctx, e)) {
		return Request{}, fault.New(fault.Forbidden, "enterprise.request.not_yours", "the enterprise itself asks: it keeps the entry, or is registered with its code")
	}
	text := strings.TrimSpace(in.Body.Text)
	if text == "" {
		return Request{}, fault.New(fault.Invalid, "enterprise.request.reason", "say why").At("body.text", "say why, so that the bureau can decide")
	}
	now, err := m.entries.db.Clock(ctx)
	if err != nil {
		return Request{}, err
	}
	now = now.UTC().Truncate(time.Millisecond)
	q := Request{
		ID: newID(), EntryID: e.ID, Kind: in.Body.Kind, Code: e.Code, Name: e.Name, Changes: []Correction{}, Text: text, State: requestOpen, FiledAt: now, FiledName: who.Name,
		DueAt: now.Add(decideWithin), Synthetic: e.Synthetic, Version: 1, OrganisationID: who.Organisation.ID, filedBy: who.Actor(),
	}
	if q.Kind == askCorrection {
		var wanted []Correction
		for _, c := range in.Body.Changes {
			wanted = append(wanted, Correction{Field: c.Field, After: c.After})
		}
		after, changes, err := e.correct(wanted, identity.ValidUSCC, now)
		if err != nil {
			return Request{}, err
		}
		if err := ownCode(who.Organisation, after.Code); err != nil {
			return Request{}, err
		}
		q.Changes = changes
	}
	if err := m.entries.ask(ctx, q, func(tx *sqldb.Tx) error { return m.tellBureau(ctx, tx, q, "") }); err != nil {
		return Request{}, err
	}
	m.kit.Notify(topicEntries, q.EntryID, q.OrganisationID)
	return q.shown(who, now), nil
}

// tellBureau tells the bureau of a request, or reminds it.
func (m *Module) tellBureau(ctx context.Context, tx *sqldb.Tx, q Request, reminder string) error {
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return err
	}
	what := map[string]lang.Text{askCorrection: {ZH: "请求更正登记", EN: "asks for a correction of its entry"}, askDeletion: {ZH: "请求删除登记", EN: "asks for its entry to be deleted"}}[q.Kind]
	switch reminder {
	case "soon":
		what = lang.Text{ZH: what.ZH + "，3 天内到期", EN: what.EN + "; it is to be decided within 3 days"}
	case "over":
		what = lang.Text{ZH: what.ZH + "，已超过处理期限", EN: what.EN + "; the time to decide is over"}
	}
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: noticeAsked, Link: "/enterprise/requests/" + q.ID, To: notice.Audience{Organisation: root.ID, Permission: "enterprise.review"},
		Title: lang.Text{ZH: q.Name.In("zh") + "：" + what.ZH, EN: q.Name.In("en") + " " + what.EN}, Body: lang.Text{ZH: q.Code, EN: q.Code},
	})
}

type requestDecisionInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Decision string `json:"decision" enum:"done,refused" doc:"done: what was asked is done, all of it"`
		Reason   string `json:"reason" maxLength:"2000" doc:"Why; the enterprise reads it"`
	}
}

func (m *Module) decideRequest(ctx context.Context, in requestDecisionInput) (Request, error) {
	version, err := in.Expected()
	if err != nil {
		return Request{}, err
	}
	who := identity.From(ctx)
	if !who.Scope.All {
		return Request{}, fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	q, err := m.entries.settle(ctx, in.ID, version, func(tx *sqldb.Tx, q Request, now time.Time) (Request, error) {
		q, err := q.answer(in.Body.Decision == requestDone, in.Body.Reason, decider{who.Name, who.Actor()}, now)
		if err != nil {
			return q, err
		}
		if q.State == requestDone {
			do := m.entries.carryOut
			if q.Kind == askDeletion {
				do = m.entries.erase
			}
			if q, err = do(ctx, tx, q, now); err != nil {
				return q, err
			}
		}
		return q, m.tellAnswer(ctx, tx, q)
	})
	if err != nil {
		return Request{}, err
	}
	m.kit.Notify(topicEntries, q.EntryID, q.OrganisationID)
	return q.shown(who, time.Now()), nil
}

// tellAnswer tells the enterprise what became of its request.
func (m *Module) tellAnswer(ctx context.Context, tx *sqldb.Tx, q Request) error {
	what := map[string]lang.Text{
		askCorrection + requestDone: {ZH: "登记已按请求更正", EN: "the entry was corrected as asked"}, askCorrection + requestRefused: {ZH: "更正请求未获同意", EN: "the correction was refused"},
		askDeletion + requestDone: {ZH: "登记已按请求删除", EN: "the entry was deleted as asked"}, askDeletion + requestRefused: {ZH: "删除请求未获同意", EN: "the deletion was refused"},
	}[q.Kind+q.State]
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: noticeAnswered, Link: "/enterprise/requests/" + q.ID, To: notice.Audience{Organisation: q.OrganisationID, Permission: "enterprise.file"},
		Title: lang.Text{ZH: q.Name.In("zh") + "：" + what.ZH, EN: q.Name.In("en") + ": " + what.EN}, Body: lang.Text{ZH: q.Answer, EN: q.Answer},
	})
}

type requestWithdrawInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Module) withdrawRequest(ctx context.Context, in requestWithdrawInput) (Request, error) {
	version, err := in.Expected()
	if err != nil {
		return Request{}, err
	}
	who := identity.From(ctx)
	q, err := m.entries.settle(ctx, in.ID, version, func(_ *sqldb.Tx, q Request, now time.Time) (Request, error) {
		if !q.asks(who) {
			return q, fault.New(fault.NotFound, "kernel.not_found", "there is no such request, or it is not yours to see")
		}
		return q.withdraw(decider{who.Name, who.Actor()}, now)
	})
	if err != nil {
		return Request{}, err
	}
	m.kit.Notify(topicEntries, q.EntryID, q.OrganisationID)
	return q.shown(who, time.Now()), nil
}

// remindBureau reminds of requests whose time ends, and of those whose time is over, once each.
func (m *Module) remindBureau(ctx context.Context, now time.Time) error {
	list, err := m.entries.dueRequests(ctx, now)
	if err != nil {
		return err
	}
	for _, q := range list {
		which := q.reminder(now)
		err := m.entries.remindOf(ctx, q, which, func(tx *sqldb.Tx) error { return m.tellBureau(ctx, tx, q, which) })
		if err != nil {
			return fmt.Errorf("remind of a request: %w", err)
		}
	}
	return nil
}
