package plan

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) targetRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /targets/{id}", Permission: "plan.view", Summary: "One target with its changes and milestones", Handler: httpd.JSON(m.readTarget)},
		{Pattern: "PUT /targets/{id}", Permission: "plan.manage", Summary: "Change a target; the reason is kept", Handler: httpd.JSON(m.editTarget)},
		{Pattern: "GET /targets/{id}/history", Permission: "plan.view", Summary: "Every value, or what was known at a time", Handler: httpd.List(m.history)},
		{Pattern: "GET /targets/{id}/milestones", Permission: "plan.view", Summary: "Milestones of a target", Handler: httpd.JSON(m.milestones)},
		{Pattern: "POST /targets/{id}/milestones", Permission: "plan.manage", Summary: "Add a milestone", Handler: httpd.Created(m.addMilestone)},
		{Pattern: "PUT /milestones/{id}", Permission: "plan.manage", Summary: "Change a milestone, or mark it done", Handler: httpd.JSON(m.editMilestone)},
		{Pattern: "DELETE /milestones/{id}", Permission: "plan.manage", Summary: "Remove a milestone", Handler: httpd.JSON(m.removeMilestone)},
		{Pattern: "GET /reminders", Permission: "plan.view", Summary: "What owners have to do", Handler: httpd.List(m.reminders)},
		{Pattern: "POST /targets/{id}/reminders", Permission: "plan.remind", Summary: "Remind the owner of a target", Handler: httpd.Created(m.remind)},
		{Pattern: "POST /reminders/{id}/done", Permission: "plan.report", Summary: "Mark a reminder as done", Handler: httpd.JSON(m.reminderDone)},
	}
}

type targetParams struct {
	httpd.Object
	sqldb.ListParams
	Status string `query:"status" enum:"reached,on_track,at_risk,late,not_measured,missed"`
	Source string `query:"source" enum:"live,reported,none"`
	Action string `query:"action" maxLength:"60"`
	Owner  string `query:"owner" maxLength:"300" doc:"Name of the department"`
}

func (in targetParams) keeps(v TargetView) bool {
	q := strings.ToLower(strings.TrimSpace(in.Q))
	text := strings.ToLower(strings.Join([]string{v.Code, v.Title.ZH, v.Title.EN, v.Owner.ZH, v.Owner.EN}, "\n"))
	return (in.Status == "" || string(v.Status) == in.Status) && (in.Source == "" || v.Source == in.Source) &&
		(in.Action == "" || v.ActionCode == in.Action) && (in.Owner == "" || v.Owner.ZH == in.Owner || v.Owner.EN == in.Owner) && strings.Contains(text, q)
}

// orders of the list of targets; the first is the plan's own.
func (in targetParams) compare() (func(a, b TargetView) int, error) {
	field, down := strings.CutPrefix(in.Sort, "-")
	var by func(a, b TargetView) int
	switch field {
	case "", "plan":
		by = func(TargetView, TargetView) int { return 0 }
	case "code":
		by = func(a, b TargetView) int { return cmp.Compare(a.Code, b.Code) }
	case "title":
		by = func(a, b TargetView) int { return cmp.Compare(a.Title.ZH, b.Title.ZH) }
	case "status":
		by = func(a, b TargetView) int {
			return cmp.Compare(slices.Index(statuses(), a.Status), slices.Index(statuses(), b.Status))
		}
	case "progress":
		by = func(a, b TargetView) int { return cmp.Compare(a.progress(), b.progress()) }
	case "chance":
		by = func(a, b TargetView) int { return cmp.Compare(number(a.Forecast.Chance), number(b.Forecast.Chance)) }
	case "goal":
		by = func(a, b TargetView) int { return cmp.Compare(a.Goal, b.Goal) }
	case "owner":
		by = func(a, b TargetView) int { return cmp.Compare(a.Owner.ZH, b.Owner.ZH) }
	default:
		return nil, fault.New(fault.Invalid, "kernel.list.sort", "this list cannot be sorted by %q", field).
			At("query.sort", "use one of plan, code, title, status, progress, chance, goal, owner")
	}
	if down {
		return func(a, b TargetView) int { return by(b, a) }, nil
	}
	return by, nil
}

// number sorts what is unknown before everything else.
func number(v *float64) float64 {
	if v == nil {
		return -maxNumber
	}
	return *v
}

func (v TargetView) progress() float64 {
	if v.Value == nil || v.Goal == 0 {
		return number(nil)
	}
	return *v.Value / v.Goal
}

func (m *Module) listTargets(ctx context.Context, in targetParams) (sqldb.Page[TargetView], error) {
	by, err := in.compare()
	if err != nil {
		return sqldb.Page[TargetView]{}, err
	}
	b, _, err := m.board(ctx, in.ID)
	if err != nil {
		return sqldb.Page[TargetView]{}, err
	}
	list := slices.DeleteFunc(b.Targets, func(v TargetView) bool { return !in.keeps(v) })
	slices.SortStableFunc(list, by)
	return pageOf(list, in.ListParams)
}

// pageOf cuts a page out of a computed list; its cursor is a position.
func pageOf[T any](list []T, in sqldb.ListParams) (sqldb.Page[T], error) {
	start := 0
	if in.Cursor != "" {
		n, err := strconv.Atoi(in.Cursor)
		if err != nil || n < 0 {
			return sqldb.Page[T]{}, fault.New(fault.Invalid, "kernel.list.cursor", "the cursor does not belong to this list").At("query.cursor", "start again without a cursor")
		}
		start = min(n, len(list))
	}
	page := sqldb.Page[T]{Items: list[start:], Total: len(list)}
	if limit := max(1, min(in.Limit, 500)); len(page.Items) > limit {
		page.Items, page.NextCursor = page.Items[:limit], strconv.Itoa(start+limit)
	}
	return page, nil
}

// MilestoneView is a step on the way to a target.
type MilestoneView struct {
	ID      string     `json:"id"`
	Title   lang.Text  `json:"title"`
	Due     day        `json:"due"`
	Goal    *float64   `json:"goal"`
	DoneAt  *time.Time `json:"done_at"`
	State   string     `json:"state" enum:"met,overdue,open"`
	Version int64      `json:"version"`
}

// ETag implements httpd.Versioned.
func (v MilestoneView) ETag() int64 { return v.Version }

func viewMilestone(m milestone, t target, r rules, v *float64, now time.Time) MilestoneView {
	view := MilestoneView{ID: m.ID, Title: m.Title, Due: m.Due, Goal: m.Goal, State: "open", Version: m.Version}
	if m.DoneAt.UnixMilli() > 0 {
		view.DoneAt = &m.DoneAt
	}
	switch {
	case m.met(t, r, v):
		view.State = "met"
	case m.overdue(t, r, v, now):
		view.State = "overdue"
	}
	return view
}

// TargetDetail is a target on its own page.
type TargetDetail struct {
	TargetView
	Plan       View            `json:"plan"`
	Milestones []MilestoneView `json:"milestones" nullable:"false"`
	Changes    []Change        `json:"changes" nullable:"false"`
	MayManage  bool            `json:"may_manage" doc:"The caller's organisation made the plan"`
}

// ETag implements httpd.Versioned.
func (d TargetDetail) ETag() int64 { return d.Version }

func (m *Module) readTarget(ctx context.Context, in httpd.Object) (TargetDetail, error) {
	p, t, err := m.plans.planOf(ctx, in.ID)
	if err != nil {
		return TargetDetail{}, err
	}
	x, err := m.facts(ctx, "", t.ID, []target{t})
	if err != nil {
		return TargetDetail{}, err
	}
	now := time.Now()
	d := TargetDetail{
		TargetView: p.view(t, x, now), Plan: viewPlan(listed{p, len(p.Targets)}), Milestones: []MilestoneView{}, MayManage: manages(ctx, p) == nil,
	}
	for _, s := range t.Milestones {
		d.Milestones = append(d.Milestones, viewMilestone(s, t, p.Rules, d.Value, now))
	}
	d.Changes, err = m.targets.changes(ctx, t.ID)
	return d, err
}

type editTargetInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Goal     float64   `json:"goal"`
		GoalHigh float64   `json:"goal_high,omitempty"`
		Baseline float64   `json:"baseline,omitempty"`
		Owner    lang.Text `json:"owner"`
		OwnerID  string    `json:"owner_id,omitempty" maxLength:"26" doc:"Organisation that also sees and reports it"`
		Kind     string    `json:"kind" enum:"live,reported"`
		Formula  string    `json:"formula,omitempty" maxLength:"500"`
		Reason   string    `json:"reason" minLength:"1" maxLength:"500" doc:"Why; kept with the change"`
	}
}

func (m *Module) editTarget(ctx context.Context, in editTargetInput) (TargetDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return TargetDetail{}, err
	}
	p, before, err := m.plans.planOf(ctx, in.ID)
	if err != nil {
		return TargetDetail{}, err
	}
	if err := manages(ctx, p); err != nil {
		return TargetDetail{}, err
	}
	b, t := in.Body, before
	t.Goal, t.GoalHigh, t.Baseline, t.Owner, t.OwnerID, t.Kind, t.Formula = b.Goal, b.GoalHigh, b.Baseline, b.Owner, b.OwnerID, b.Kind, b.Formula
	f := fault.New(fault.Invalid, "plan.target.invalid", "the target is incomplete or wrong")
	if t.check(f, "body"); strings.TrimSpace(b.Reason) == "" {
		_ = f.At("body.reason", "say why the target is changed")
	}
	if b.OwnerID != "" && b.OwnerID != before.OwnerID && !identity.From(ctx).Scope.Allows(b.OwnerID) {
		_ = f.At("body.owner_id", "there is no such organisation, or it is not yours to see")
	}
	if len(f.Fields) > 0 {
		return TargetDetail{}, f
	}
	changes, id := differences(before, t), identity.From(ctx)
	for i := range changes {
		changes[i].At, changes[i].Actor, changes[i].Name, changes[i].Reason = time.Now().UTC(), id.Actor(), id.Name, b.Reason
	}
	if err := m.targets.update(ctx, before, edited{t, b.Reason}, version, changes); err != nil {
		return TargetDetail{}, err
	}
	m.notify(p, t)
	return m.readTarget(ctx, in.Object)
}

type milestonesView struct {
	Items []MilestoneView `json:"items" nullable:"false"`
}

func (m *Module) milestones(ctx context.Context, in httpd.Object) (milestonesView, error) {
	d, err := m.readTarget(ctx, in)
	return milestonesView{d.Milestones}, err
}

type milestoneBody struct {
	Title lang.Text `json:"title"`
	Due   day       `json:"due" maxLength:"10"`
	Goal  *float64  `json:"goal,omitempty" doc:"Value that shows that the step was taken"`
	Done  bool      `json:"done,omitempty" doc:"Somebody says that the step was taken"`
}

func (b milestoneBody) apply(m milestone, now time.Time) (milestone, error) {
	m.Title, m.Due, m.Goal = b.Title, b.Due, b.Goal
	switch {
	case !b.Done:
		m.DoneAt = time.Time{}
	case m.DoneAt.UnixMilli() <= 0:
		m.DoneAt = now
	}
	f := fault.New(fault.Invalid, "plan.milestone.invalid", "the milestone is incomplete or wrong")
	if m.check(f, "body"); len(f.Fields) > 0 {
		return m, f
	}
	return m, nil
}

type addMilestoneInput struct {
	httpd.Object
	Body milestoneBody
}

func (m *Module) addMilestone(ctx context.Context, in addMilestoneInput) (MilestoneView, error) {
	p, t, err := m.plans.planOf(ctx, in.ID)
	if err != nil {
		return MilestoneView{}, err
	}
	if err := manages(ctx, p); err != nil {
		return MilestoneView{}, err
	}
	if len(t.Milestones) >= maxMilestones {
		return MilestoneView{}, fault.New(fault.Conflict, "plan.milestone.many", "a target has at most %d milestones", maxMilestones).With("limit", maxMilestones)
	}
	step, err := in.Body.apply(milestone{ID: ulid.Make().String(), TargetID: t.ID, Version: 1}, time.Now().UTC())
	if err != nil {
		return MilestoneView{}, err
	}
	if err := m.targets.addMilestone(ctx, step); err != nil {
		return MilestoneView{}, err
	}
	m.notify(p, t)
	return viewMilestone(step, t, p.Rules, nil, time.Now()), nil
}

// milestoneOf returns a milestone that the caller may change.
func (m *Module) milestoneOf(ctx context.Context, id string) (plan, target, milestone, error) {
	targetID, err := m.targets.targetOf(ctx, "milestone", id)
	if err != nil {
		return plan{}, target{}, milestone{}, err
	}
	p, t, err := m.plans.planOf(ctx, targetID)
	if err != nil {
		return p, t, milestone{}, err
	}
	for _, s := range t.Milestones {
		if s.ID == id {
			return p, t, s, manages(ctx, p)
		}
	}
	return p, t, milestone{}, noSuch("milestone")
}

type editMilestoneInput struct {
	httpd.Object
	httpd.IfMatch
	Body milestoneBody
}

func (m *Module) editMilestone(ctx context.Context, in editMilestoneInput) (MilestoneView, error) {
	version, err := in.Expected()
	if err != nil {
		return MilestoneView{}, err
	}
	p, t, step, err := m.milestoneOf(ctx, in.ID)
	if err != nil {
		return MilestoneView{}, err
	}
	before := step
	if step, err = in.Body.apply(step, time.Now().UTC()); err != nil {
		return MilestoneView{}, err
	}
	if err := m.targets.updateMilestone(ctx, before, step, version); err != nil {
		return MilestoneView{}, err
	}
	m.notify(p, t)
	step.Version = version + 1
	return viewMilestone(step, t, p.Rules, nil, time.Now()), nil
}

func (m *Module) removeMilestone(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	p, t, step, err := m.milestoneOf(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	m.notify(p, t)
	return httpd.Nothing{}, m.targets.removeMilestone(ctx, step)
}
