package identifier

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/kernel/sqldb"
)

// reports declares the reports that this room can make.
func (m *Module) reports() []module.Report {
	return []module.Report{{
		ID: "identifier.monthly", Title: lang.Text{ZH: "标识解析节点月度报告", EN: "Monthly report of an identifier node"}, Permission: "identifier.view",
		About: lang.Text{
			ZH: "近六个月可用率、注册和解析时延、注册到可解析的时间、运行时间、计划停机、突发事件及原因和处置",
			EN: "Availability over six months, times of registration and resolution, until a registration resolves, running hours, planned stops, emergencies with cause and cure",
		},
		Parameters: []module.Parameter{
			{Name: "node", Title: lang.Text{ZH: "节点", EN: "Node"}, Choices: m.nodeChoices},
			{Name: "month", Title: lang.Text{ZH: "月份", EN: "Month"}, Choices: monthChoices},
		},
		Build: m.buildMonthly,
	}}
}

// choicesMost bounds what one chooses among; the pages of nodes have the reports of all.
const choicesMost = 10_000

// nodeChoices are nodes that the caller sees and that answer, secondary nodes first.
func (m *Module) nodeChoices(ctx context.Context) ([]module.Choice, error) {
	var list []module.Choice
	for _, r := range []role{secondaryNode, rootNode, enterpriseNode} {
		for cursor := ""; ; {
			page, err := m.nodes.list(ctx, nodeParams{ListParams: sqldb.ListParams{Limit: 500, Cursor: cursor}, Role: string(r)})
			if err != nil {
				return nil, err
			}
			for _, n := range page.Items {
				if n.State.resolves() {
					list = append(list, module.Choice{Value: n.ID, Title: lang.Text{ZH: n.Prefix + " " + n.Name.ZH, EN: n.Prefix + " " + n.Name.EN}})
				}
			}
			if cursor = page.NextCursor; cursor == "" || len(list) >= choicesMost {
				break
			}
		}
	}
	return list, nil
}

const monthFormat = "2006-01"

// reportMonths is over how many months availability is told.
const reportMonths = 6

// monthChoices are the month before this one, this one so far, and those before.
func monthChoices(context.Context) ([]module.Choice, error) {
	now := time.Now().In(chinaTime())
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, chinaTime())
	var list []module.Choice
	for _, back := range []int{1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} {
		name := first.AddDate(0, -back, 0).Format(monthFormat)
		list = append(list, module.Choice{Value: name, Title: lang.Text{ZH: name, EN: name}})
	}
	return list, nil
}

func (m *Module) buildMonthly(ctx context.Context, in module.ReportRequest) (paper.Document, error) {
	first, err := time.ParseInLocation(monthFormat, in.Values["month"], chinaTime())
	if err != nil || first.After(in.At) {
		return paper.Document{}, fault.New(fault.Invalid, "identifier.month", "%q is no month that has begun", in.Values["month"]).At("body.values.month", "as 2026-01")
	}
	n, err := m.visible(ctx, in.Values["node"])
	if err != nil {
		return paper.Document{}, err
	}
	return m.monthlyOf(ctx, n, first, in)
}

// monthlyOf is the report of a node and the month that begins at first.
func (m *Module) monthlyOf(ctx context.Context, n node, first time.Time, in module.ReportRequest) (paper.Document, error) {
	r := monthly{node: n, month: first.Format(monthFormat), from: first, until: first.AddDate(0, 1, 0)}
	if r.until.After(in.At) {
		r.until = in.At
	}
	last := r.until.Add(-time.Millisecond)
	var err error
	if r.months, err = m.probes.months(ctx, n.ID, dayOf(first.AddDate(0, 1-reportMonths, 0)), dayOf(last)); err != nil {
		return paper.Document{}, err
	}
	begun, err := m.probes.firstDay(ctx, n.ID, dayOf(first), dayOf(last))
	if err != nil {
		return paper.Document{}, err
	}
	if r.seen = begun != ""; r.seen {
		day, err := time.ParseInLocation(time.DateOnly, begun, chinaTime())
		if err == nil && day.After(r.from) {
			r.from = day
		}
	}
	in.Progress(0.3)
	of := selection{node: n.ID, scope: identity.From(ctx).Scope}
	if r.counts, err = m.statistics.days(ctx, of, period{first, startOf(last)}, true); err != nil {
		return paper.Document{}, err
	}
	if r.outages, err = m.events.within(ctx, n.ID, first, r.until); err != nil {
		return paper.Document{}, err
	}
	if r.stops, err = m.events.stops(ctx, n.ID, first, r.until); err != nil {
		return paper.Document{}, err
	}
	return r.document(in.Language), nil
}
