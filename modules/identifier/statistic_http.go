package identifier

import (
	"context"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) statisticRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /statistics", Permission: "identifier.view", Summary: "What chosen nodes were asked, by day, and how many identifiers they have", Handler: httpd.JSON(m.readStatistics)},
		{Pattern: "GET /statistics/days", Permission: "identifier.view", Summary: "What each chosen node was asked, day by day, with exact extremes", Handler: httpd.List(m.listNodeDays)},
		{Pattern: "GET /statistics/sources", Permission: "identifier.sources", Summary: "From which addresses was asked, for the city", Handler: httpd.List(m.listSources)},
	}
}

// StatisticChoice is what one chooses before numbers are shown.
type StatisticChoice struct {
	Node  string `query:"node" maxLength:"26" doc:"ID of one node; default: all that the caller may see"`
	Below bool   `query:"below" doc:"The nodes that it allocates to with it"`
	Role  string `query:"role" enum:"root,secondary,enterprise"`
	From  string `query:"from" maxLength:"10" doc:"First day (UTC+8), as 2026-01-01; default: 29 days before the last"`
	To    string `query:"to" maxLength:"10" doc:"Last day; default: today"`
}

// choose checks a choice, and that the caller may see the node.
func (m *Module) choose(ctx context.Context, in StatisticChoice) (selection, period, error) {
	p, err := periodOf(in.From, in.To, time.Now())
	if err != nil {
		return selection{}, p, err
	}
	if in.Node != "" {
		if _, err := m.visible(ctx, in.Node); err != nil {
			return selection{}, p, err
		}
	}
	return selection{node: in.Node, role: in.Role, below: in.Below, scope: identity.From(ctx).Scope}, p, nil
}

func (m *Module) readStatistics(ctx context.Context, in StatisticChoice) (statistics, error) {
	of, p, err := m.choose(ctx, in)
	if err != nil {
		return statistics{}, err
	}
	s := statistics{From: p.first(), To: p.last(), Totals: []total{}, Sources: identity.From(ctx).May("identifier.sources")}
	if s.Nodes, s.Synthetic, err = m.statistics.nodes(ctx, of); err != nil {
		return s, err
	}
	sums, err := m.statistics.days(ctx, of, p, true)
	if err != nil {
		return s, err
	}
	for _, c := range sums {
		s.Totals = append(s.Totals, total{c.Kind, c.CountView})
	}
	counts, err := m.statistics.days(ctx, of, p, false)
	if err != nil {
		return s, err
	}
	before, added, err := m.statistics.identifiers(ctx, of, p)
	if err != nil {
		return s, err
	}
	s.fill(p, counts, before, added)
	s.Busiest, err = m.statistics.busiest(ctx, of, p)
	return s, err
}

func (m *Module) listNodeDays(ctx context.Context, in nodeDayParams) (sqldb.Page[nodeDay], error) {
	_, p, err := m.choose(ctx, in.StatisticChoice)
	if err != nil {
		return sqldb.Page[nodeDay]{}, err
	}
	return m.statistics.list(ctx, m.nodes, in, p)
}

type sourceParams struct {
	sqldb.ListParams
	Door string `query:"door" maxLength:"40"`
	From string `query:"from" maxLength:"10" doc:"First day (UTC+8); default: 29 days before the last"`
	To   string `query:"to" maxLength:"10" doc:"Last day; default: today"`
}

func (m *Module) listSources(ctx context.Context, in sourceParams) (sqldb.Page[source], error) {
	p, err := periodOf(in.From, in.To, time.Now())
	if err != nil {
		return sqldb.Page[source]{}, err
	}
	return m.statistics.sources(ctx, in, p)
}
