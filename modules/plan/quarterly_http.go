package plan

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/kernel/sqldb"
)

// reports declares the reports that this room can make.
func (m *Module) reports() []module.Report {
	return []module.Report{{
		ID: "plan.quarterly", Title: lang.Text{ZH: "行动计划季度报告", EN: "Quarterly report on the action plan"}, Permission: "plan.view",
		About: lang.Text{
			ZH: "总体情况、需要关注的目标、各项目标的变化、本季度生效的数值和对目标的调整、数据来源",
			EN: "Overview, what needs attention, how every target moved, values and changes of the quarter, sources",
		},
		Parameters: []module.Parameter{
			{Name: "plan", Title: lang.Text{ZH: "计划", EN: "Plan"}, Choices: m.planChoices},
			{Name: "quarter", Title: lang.Text{ZH: "季度", EN: "Quarter"}, Choices: m.quarterChoices},
		},
		Build: m.buildQuarterly,
	}}
}

func (m *Module) planChoices(ctx context.Context) ([]module.Choice, error) {
	page, err := m.plans.list(ctx, sqldb.ListParams{Limit: 100})
	var list []module.Choice
	for _, p := range page.Items {
		list = append(list, module.Choice{Value: p.ID, Title: p.Title})
	}
	return list, err
}

// quarterChoices are those that have begun within the plans that the caller
// sees, newest first.
func (m *Module) quarterChoices(ctx context.Context) ([]module.Choice, error) {
	page, err := m.plans.list(ctx, sqldb.ListParams{Limit: 100})
	if err != nil || len(page.Items) == 0 {
		return nil, err
	}
	first, last := quarterOf(time.Now()), quarterOf(time.Time{})
	for _, p := range page.Items {
		if q := quarterOf(p.From.begin()); q.begin().Before(first.begin()) {
			first = q
		}
		if q := quarterOf(p.To.end().Add(-time.Hour)); q.begin().After(last.begin()) {
			last = q
		}
	}
	if now := quarterOf(time.Now()); now.begin().Before(last.begin()) {
		last = now
	}
	var list []module.Choice
	for q := last; !q.begin().Before(first.begin()); q = q.before() {
		list = append(list, module.Choice{Value: q.String(), Title: q.title()})
	}
	return list, nil
}

// buildQuarterly reads the plan as of the end of the quarter, and as it began.
func (m *Module) buildQuarterly(ctx context.Context, r module.ReportRequest) (paper.Document, error) {
	q, err := readQuarter(r.Values["quarter"])
	if err != nil {
		return paper.Document{}, err
	}
	p, err := m.plans.read(ctx, r.Values["plan"])
	if err != nil {
		return paper.Document{}, err
	}
	if q.begin().After(r.At) {
		return paper.Document{}, fault.New(fault.Invalid, "plan.quarter", "%s has not begun", q).At("body.values.quarter", "choose a quarter that has begun")
	}
	out := quarterly{plan: p, quarter: q, until: q.end()}
	if r.At.Before(out.until) {
		out.until = r.At
	}
	if out.now, err = m.boardAt(ctx, p, out.until); err != nil {
		return paper.Document{}, err
	}
	r.Progress(0.3)
	if out.then, err = m.boardAt(ctx, p, q.begin()); err != nil {
		return paper.Document{}, err
	}
	r.Progress(0.5)
	if out.values, err = m.values.counted(ctx, p.ID, q.begin(), out.until); err != nil {
		return paper.Document{}, err
	}
	if out.changes, err = m.targets.changedWithin(ctx, p.ID, q.begin(), out.until); err != nil {
		return paper.Document{}, err
	}
	return out.document(r.Language), nil
}

// boardAt is the board made of what counted before a time. Live values are read
// from the history that the sampler keeps.
func (m *Module) boardAt(ctx context.Context, p plan, end time.Time) (Board, error) {
	newest, trends, err := m.values.until(ctx, p.ID, end)
	if err != nil {
		return Board{}, err
	}
	b := p.board(facts{rooms: m.readings.rooms(), trends: trends, approved: newest}, end)
	for i := range b.Targets {
		t := &b.Targets[i]
		if v, ok := newest[t.ID]; ok && t.Value != nil {
			b.Sources[t.Source]--
			t.Source, t.How.Formula = v.Source, v.Formula
			b.Sources[t.Source]++
		}
	}
	return b, nil
}
