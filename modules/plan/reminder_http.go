package plan

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// ReminderView is something that the owner of a target has to do.
type ReminderView struct {
	ID        string     `json:"id" doc:"Of an explicit reminder, which can be marked as done; empty for what the plan itself asks"`
	Kind      string     `json:"kind" enum:"overdue_milestone,not_reported,reminder" title:"类型|Kind"`
	PlanID    string     `json:"plan_id"`
	PlanTitle lang.Text  `json:"plan_title" title:"计划|Plan"`
	TargetID  string     `json:"target_id"`
	Code      string     `json:"code" title:"代码|Code"`
	Title     lang.Text  `json:"title" title:"目标|Target"`
	Owner     lang.Text  `json:"owner" title:"责任部门|Owner"`
	OwnerID   string     `json:"owner_id"`
	Due       day        `json:"due" title:"期限|Due"`
	Overdue   bool       `json:"overdue" title:"逾期|Overdue"`
	What      lang.Text  `json:"what" doc:"The milestone" title:"里程碑|Milestone"`
	Note      string     `json:"note" title:"内容|Note"`
	From      string     `json:"from" doc:"Who reminds" title:"提醒人|From"`
	CreatedAt *time.Time `json:"created_at,omitempty" title:"时间|At"`
}

// asks lists what the plan itself asks of owners: milestones that are overdue
// and values that are due. A target that is measured needs no report.
func (p plan) asks(views map[string]TargetView, now time.Time) []ReminderView {
	list := []ReminderView{}
	for _, t := range p.Targets {
		v := views[t.ID]
		about := ReminderView{PlanID: p.ID, PlanTitle: p.Title, TargetID: t.ID, Code: t.Code, Title: t.Title, Owner: t.Owner, OwnerID: t.OwnerID}
		for _, s := range t.Milestones {
			if s.overdue(t, p.Rules, v.Value, now) {
				r := about
				r.Kind, r.Due, r.Overdue, r.What = "overdue_milestone", s.Due, true, s.Title
				list = append(list, r)
			}
		}
		if due, ok := p.reportDue(t, v, now); ok && !now.Before(due.begin()) {
			r := about
			r.Kind, r.Due, r.Overdue = "not_reported", due, !now.Before(due.end())
			list = append(list, r)
		}
	}
	return list
}

// reportDue is the day on which the next value of a target must be reported;
// ok is false for targets that need none.
func (p plan) reportDue(t target, v TargetView, now time.Time) (day, bool) {
	from, to := p.period(t)
	if t.Kind != kindReported || now.Before(from) || v.Status == reached {
		return "", false
	}
	last := from
	if v.Source == sourceReported && v.How.AsOf.After(last) {
		last = *v.How.AsOf
	}
	if !last.Before(to.Add(-24 * time.Hour)) {
		return "", false
	}
	due := last.AddDate(0, 0, p.Rules.ReportEveryDays)
	if due.After(to) {
		due = to
	}
	return dayOf(due), true
}

type reminderParams struct {
	sqldb.ListParams
	Mine bool   `query:"mine" doc:"Only targets that the caller's organisation owns"`
	Kind string `query:"kind" enum:"overdue_milestone,not_reported,reminder"`
	Plan string `query:"plan" maxLength:"40"`
}

func (m *Module) reminders(ctx context.Context, in reminderParams) (sqldb.Page[ReminderView], error) {
	none := sqldb.Page[ReminderView]{}
	plans, err := m.plans.list(ctx, sqldb.ListParams{Limit: 500})
	if err != nil {
		return none, err
	}
	now, list := time.Now(), []ReminderView{}
	for _, p := range plans.Items {
		if in.Plan != "" && in.Plan != p.ID {
			continue
		}
		of, err := m.remindersOf(ctx, p.ID, now)
		if err != nil {
			return none, err
		}
		list = append(list, of...)
	}
	mine, q := identity.From(ctx).Organisation.ID, strings.ToLower(strings.TrimSpace(in.Q))
	list = slices.DeleteFunc(list, func(r ReminderView) bool {
		text := strings.ToLower(strings.Join([]string{r.Code, r.Title.ZH, r.Title.EN, r.Owner.ZH, r.Owner.EN, r.Note}, "\n"))
		return (in.Mine && r.OwnerID != mine) || (in.Kind != "" && r.Kind != in.Kind) || !strings.Contains(text, q)
	})
	field, down := strings.CutPrefix(in.Sort, "-")
	by := map[string]func(a, b ReminderView) int{
		"":      func(a, b ReminderView) int { return cmp.Compare(a.Due, b.Due) },
		"due":   func(a, b ReminderView) int { return cmp.Compare(a.Due, b.Due) },
		"code":  func(a, b ReminderView) int { return cmp.Compare(a.Code, b.Code) },
		"kind":  func(a, b ReminderView) int { return cmp.Compare(a.Kind, b.Kind) },
		"owner": func(a, b ReminderView) int { return cmp.Compare(a.Owner.ZH, b.Owner.ZH) },
	}[field]
	if by == nil {
		return none, fault.New(fault.Invalid, "kernel.list.sort", "this list cannot be sorted by %q", field).At("query.sort", "use one of due, code, kind, owner")
	}
	slices.SortStableFunc(list, by)
	if down {
		slices.Reverse(list)
	}
	return pageOf(list, in.ListParams)
}

func (m *Module) remindersOf(ctx context.Context, planID string, now time.Time) ([]ReminderView, error) {
	b, p, err := m.board(ctx, planID)
	if err != nil {
		return nil, err
	}
	views := map[string]TargetView{}
	for _, v := range b.Targets {
		views[v.ID] = v
	}
	list := p.asks(views, now)
	notes, err := m.targets.notes(ctx, planID)
	for _, n := range notes {
		v, ok := views[n.TargetID]
		if !ok {
			continue // another owner's
		}
		list = append(list, viewNote(n, p, v, now))
	}
	return list, err
}

func viewNote(n note, p plan, v TargetView, now time.Time) ReminderView {
	return ReminderView{
		ID: n.ID, Kind: "reminder", PlanID: p.ID, PlanTitle: p.Title, TargetID: v.ID, Code: v.Code, Title: v.Title, Owner: v.Owner, OwnerID: v.OwnerID,
		Due: n.Due, Overdue: n.Due != "" && !now.Before(n.Due.end()), Note: n.Note, From: n.Name, CreatedAt: &n.CreatedAt,
	}
}

type remindInput struct {
	httpd.Object
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"1000"`
		Due  day    `json:"due,omitempty" maxLength:"10"`
	}
}

func (m *Module) remind(ctx context.Context, in remindInput) (ReminderView, error) {
	p, t, err := m.plans.planOf(ctx, in.ID)
	if err != nil {
		return ReminderView{}, err
	}
	if err := manages(ctx, p); err != nil {
		return ReminderView{}, err
	}
	f := fault.New(fault.Invalid, "plan.reminder.invalid", "the reminder is incomplete or wrong")
	if _, ok := in.Body.Due.start(); in.Body.Due != "" && !ok {
		_ = f.At("body.due", "a date such as 2024-12-31, or none")
	}
	if strings.TrimSpace(in.Body.Note) == "" {
		_ = f.At("body.note", "say what is to be done")
	}
	if len(f.Fields) > 0 {
		return ReminderView{}, f
	}
	id := identity.From(ctx)
	n := note{ulid.Make().String(), t.ID, in.Body.Note, in.Body.Due, time.Now().UTC(), id.Actor(), id.Name}
	if err := m.targets.addNote(ctx, n, m.telling(reminded(t, n)...)); err != nil {
		return ReminderView{}, err
	}
	m.notify(p, t)
	return viewNote(n, p, TargetView{ID: t.ID, Code: t.Code, Title: t.Title, Owner: t.Owner, OwnerID: t.OwnerID}, time.Now()), nil
}

func (m *Module) reminderDone(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	targetID, err := m.targets.targetOf(ctx, "reminder", in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	p, t, err := m.plans.planOf(ctx, targetID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	m.notify(p, t)
	return httpd.Nothing{}, m.targets.done(ctx, in.ID, time.Now().UTC())
}
