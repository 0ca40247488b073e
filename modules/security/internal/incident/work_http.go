package incident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

func (m *Incidents) workRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /incidents/{id}/state", Permission: mayView, Summary: "Bring an incident to another state: triaged, confirmed with a level, rejected, contained, eradicated, recovered, closed, or reopened", Handler: httpd.JSON(m.move)},
		{Pattern: "POST /incidents/{id}/level", Permission: mayHandle, Summary: "Change the level: up at once, down by a second person", Handler: httpd.JSON(m.relevel)},
		{Pattern: "POST /incidents/{id}/response", Permission: mayHandle, Summary: "Start, change or end a response level (应急响应)", Handler: httpd.JSON(m.respond)},
		{Pattern: "POST /incidents/{id}/handler", Permission: mayHandle, Summary: "Take an incident over, with a note of how it stands", Handler: httpd.JSON(m.takeOver)},
		{Pattern: "POST /incidents/{id}/merge", Permission: mayHandle, Summary: "Let it go on as another incident of the same enterprise", Handler: httpd.JSON(m.merge)},
		{Pattern: "POST /incidents/{id}/separation", Permission: mayHandle, Summary: "Undo a merge", Handler: httpd.JSON(m.separate)},
		{Pattern: "PUT /incidents/{id}/closing", Permission: mayView, Summary: "Write down cause, impact, measures, what was affected, and the risk that remains", Handler: httpd.JSON(m.conclude)},
		{Pattern: "POST /incidents/{id}/review", Permission: mayView, Summary: "Write down what was learnt, and what is to be done", Handler: httpd.JSON(m.learn)},
		{Pattern: "POST /incidents/{id}/actions/{action}/outcome", Permission: mayView, Summary: "Say that an action of the review is done", Handler: httpd.JSON(m.finishAction)},
	}
}

type moveIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		To         State        `json:"to" enum:"triaged,confirmed,rejected,contained,eradicated,recovered,closed"`
		Reason     string       `json:"reason" maxLength:"2000"`
		Level      rating.Level `json:"level,omitempty" minimum:"0" maximum:"4" doc:"With confirmed: 1 to 4"`
		Resolution string       `json:"resolution,omitempty" maxLength:"20" doc:"With rejected: false_positive, duplicate or test"`
		At         *time.Time   `json:"at,omitempty" doc:"When it happened; now if nothing is said"`
	}
}

func (m *Incidents) move(ctx context.Context, in moveIncidentInput) (Detail, error) {
	b := in.Body
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{owner, city}, decide: func(ctx context.Context, tx *sqldb.Tx, i Case, from side) (Case, CaseEvent, error) {
		if err := i.stillPlayed(ctx, tx); err != nil {
			return i, CaseEvent{}, err
		}
		now := m.now()
		s := step{to: b.To, level: b.Level, resolution: b.Resolution, reason: b.Reason, at: orNow(b.At, now), now: now}
		after, err := i.move(s, identity.From(ctx), from)
		to := string(s.to)
		if s.to == Confirmed && after.Level.Known() {
			to = fmt.Sprintf("%s:%d", s.to, after.Level)
		}
		return after, CaseEvent{Kind: "state", From: string(i.State), To: to, Text: strings.TrimSpace(b.Reason), At: s.at}, err
	}, with: m.tellMoved})
}

// tellMoved tells the other side that an incident came to another state.
func (m *Incidents) tellMoved(ctx context.Context, tx *sqldb.Tx, _, i Case) error {
	to := notice.Audience{Organisation: i.OrganisationID, Permission: mayReport}
	if lookAt(identity.From(ctx), i.OrganisationID) == owner {
		to = notice.Audience{Organisation: i.bureau, Permission: mayHandle}
	}
	return m.tell(ctx, tx, noticeChanged, "", i, to, stateText(i.State))
}

func stateText(s State) lang.Text {
	return map[State]lang.Text{
		Fresh: {ZH: "待研判", EN: "to be judged"}, Triaged: {ZH: "已受理研判", EN: "triaged"}, Confirmed: {ZH: "已确认", EN: "confirmed"}, Rejected: {ZH: "未认定为事件", EN: "rejected"},
		Contained: {ZH: "已遏制", EN: "contained"}, Eradicated: {ZH: "已根除", EN: "eradicated"}, Recovered: {ZH: "已恢复", EN: "recovered"}, Closed: {ZH: "已关闭", EN: "closed"},
		Reviewed: {ZH: "已复盘", EN: "reviewed"}, Merged: {ZH: "已并入其他事件", EN: "merged into another one"},
	}[s]
}

type levelIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Level  rating.Level `json:"level" minimum:"0" maximum:"4" doc:"1 to 4; of a response 0 ends it"`
		Reason string       `json:"reason" maxLength:"2000"`
	}
}

func (m *Incidents) relevel(ctx context.Context, in levelIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{city}, decide: func(ctx context.Context, _ *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		after, err := i.relevel(in.Body.Level, in.Body.Reason, identity.From(ctx))
		return after, CaseEvent{Kind: "level", From: fmt.Sprint(int(i.Level)), To: fmt.Sprint(int(in.Body.Level)), Text: strings.TrimSpace(in.Body.Reason)}, err
	}, with: func(ctx context.Context, tx *sqldb.Tx, _, i Case) error {
		t := i.Level.Text()
		return m.tell(ctx, tx, noticeChanged, "", i, notice.Audience{Organisation: i.OrganisationID, Permission: mayReport}, lang.Text{ZH: "级别调整为" + t.ZH, EN: "it is " + t.EN + " now"})
	}})
}

func (m *Incidents) respond(ctx context.Context, in levelIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{city}, decide: func(_ context.Context, _ *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		after, err := i.respond(in.Body.Level, in.Body.Reason, m.now())
		return after, CaseEvent{Kind: "response", From: fmt.Sprint(int(i.Response)), To: fmt.Sprint(int(in.Body.Level)), Text: strings.TrimSpace(in.Body.Reason)}, err
	}, with: func(ctx context.Context, tx *sqldb.Tx, _, i Case) error {
		what := lang.Text{ZH: "应急响应结束", EN: "the response is ended"}
		if t := i.Response.Text(); i.Response.Known() {
			what = lang.Text{ZH: "启动应急响应：" + t.ZH, EN: "a response is started: " + t.EN}
		}
		return m.tell(ctx, tx, noticeChanged, "", i, notice.Audience{Organisation: i.OrganisationID, Permission: mayReport}, what)
	}})
}

type takeOverIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Note string `json:"note" maxLength:"2000" doc:"How it stands, and what is next"`
	}
}

func (m *Incidents) takeOver(ctx context.Context, in takeOverIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{city}, decide: func(ctx context.Context, _ *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		after, err := i.takeOver(in.Body.Note, identity.From(ctx))
		return after, CaseEvent{Kind: "handler", From: i.HandlerName, To: after.HandlerName, Text: strings.TrimSpace(in.Body.Note)}, err
	}})
}

type mergeIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Into   string `json:"into" maxLength:"40" doc:"ID of the incident that it goes on as"`
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Incidents) merge(ctx context.Context, in mergeIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{city}, decide: func(ctx context.Context, tx *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		if err := wantReason(in.Body.Reason); err != nil {
			return i, CaseEvent{}, err
		}
		into, _, err := m.store.seen(ctx, tx, in.Body.Into, m.now())
		if err != nil {
			return i, CaseEvent{}, fault.New(fault.Invalid, "security.incident.merge", "it cannot go on as that one").At("body.into", "another incident of the same enterprise and drill")
		}
		after, err := i.mergeInto(into)
		return after, CaseEvent{Kind: "merge", From: i.Number, To: into.Number, Text: strings.TrimSpace(in.Body.Reason)}, err
	}, with: func(ctx context.Context, tx *sqldb.Tx, before, after Case) error {
		now := m.now()
		return m.store.note(ctx, tx, after.MergedInto, CaseEvent{At: now, WrittenAt: now, Kind: "merge", From: before.Number, Text: strings.TrimSpace(in.Body.Reason)})
	}})
}

type reasonIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Incidents) separate(ctx context.Context, in reasonIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{city}, decide: func(ctx context.Context, tx *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		if err := wantReason(in.Body.Reason); err != nil {
			return i, CaseEvent{}, err
		}
		if err := i.stillPlayed(ctx, tx); err != nil {
			return i, CaseEvent{}, err
		}
		after, err := i.takeApart()
		return after, CaseEvent{Kind: "merge", From: string(i.State), To: string(after.State), Text: strings.TrimSpace(in.Body.Reason)}, err
	}})
}

type concludeIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body Closing
}

func (m *Incidents) conclude(ctx context.Context, in concludeIncidentInput) (Detail, error) {
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{owner, city}, decide: func(ctx context.Context, _ *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		after, err := i.conclude(in.Body, identity.From(ctx))
		return after, CaseEvent{Kind: "closing", Text: strings.TrimSpace(in.Body.Cause)}, err
	}})
}

// NewAction is what a review says is to be done.
type NewAction struct {
	What        string `json:"what" maxLength:"1000"`
	Responsible string `json:"responsible" maxLength:"80" doc:"Who answers for it"`
	Due         string `json:"due" maxLength:"10"`
}

type learnIncidentInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Review
		Actions []NewAction `json:"actions" maxItems:"50"`
	}
}

func (m *Incidents) learn(ctx context.Context, in learnIncidentInput) (Detail, error) {
	actions := make([]Action, len(in.Body.Actions))
	for n, a := range in.Body.Actions {
		actions[n] = Action{ID: ulid.Make().String(), Number: n + 1, What: strings.TrimSpace(a.What), Responsible: strings.TrimSpace(a.Responsible), Due: a.Due}
	}
	return m.change(ctx, change{object: in.Object, match: in.IfMatch, may: []side{owner, city}, decide: func(ctx context.Context, tx *sqldb.Tx, i Case, _ side) (Case, CaseEvent, error) {
		if err := checkActions(actions); err != nil {
			return i, CaseEvent{}, err
		}
		after, err := i.learn(in.Body.Review, m.now())
		if err != nil {
			return i, CaseEvent{}, err
		}
		earlier, err := m.store.actions(ctx, tx, i.ID) // of a review before it was reopened
		if err != nil {
			return i, CaseEvent{}, err
		}
		if len(earlier)+len(actions) > mostActions {
			return i, CaseEvent{}, fault.New(fault.Conflict, "security.incident.many", "an incident has at most %d of these", mostActions)
		}
		for _, a := range actions {
			a.Number += len(earlier)
			if err := m.store.addAction(ctx, tx, i.ID, a); err != nil {
				return i, CaseEvent{}, err
			}
		}
		return after, CaseEvent{Kind: "review", From: string(Closed), To: string(Reviewed), Text: strings.TrimSpace(in.Body.Lessons)}, nil
	}, with: m.tellMoved})
}

type outcomeIncidentInput struct {
	ID     string `path:"id" maxLength:"40"`
	Action string `path:"action" maxLength:"40"`
	Body   struct {
		Note string `json:"note" maxLength:"4000" doc:"What was done"`
	}
}

func (m *Incidents) finishAction(ctx context.Context, in outcomeIncidentInput) (Detail, error) {
	err := m.add(ctx, in.ID, []side{owner, city}, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		if blank(in.Body.Note) {
			return fault.New(fault.Invalid, "security.incident.outcome", "say how the action ends").At("body.note", "what was done, in 4000 characters at most")
		}
		what, err := m.store.finishAction(ctx, tx, i.ID, in.Action, strings.TrimSpace(in.Body.Note), now)
		if err != nil {
			return err
		}
		return m.store.note(ctx, tx, i.ID, CaseEvent{At: now, WrittenAt: now, Kind: "review", To: "done", Text: what + "：" + strings.TrimSpace(in.Body.Note)})
	})
	if err != nil {
		return Detail{}, err
	}
	return m.read(ctx, httpd.Object{ID: in.ID})
}
