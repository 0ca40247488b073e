package platforms

import (
	"context"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) analysisRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /analysis/trend", Permission: "platforms.view", Summary: "How an indicator of a platform or a cohort goes: growth, seasons and a forecast with its errors; of the platforms that one may see", Handler: httpd.JSON(m.readTrend)},
		{Pattern: "GET /analysis/trend/months", Permission: "platforms.view", Summary: "The months of an indicator of a platform or a cohort as a list", Handler: httpd.List(m.listTrend)},
		{Pattern: "GET /analysis/trend/forecast", Permission: "platforms.view", Summary: "The forecast of an indicator of a platform or a cohort as a list, with its errors beside those of the yardstick", Handler: httpd.List(m.listForecast)},
		{Pattern: "GET /analysis/cohorts", Permission: "platforms.view", Summary: "What platforms of each class, district or industry come to in a month, with shares and contributions to growth", Handler: httpd.List(m.listCohorts)},
	}
}

// trendMonths is how far back an indicator is looked at.
const trendMonths = 120

type trendParams struct {
	Code     string `query:"code" maxLength:"60" required:"true" doc:"The indicator"`
	Platform string `query:"platform" maxLength:"26" doc:"This platform only"`
	Class    string `query:"class" maxLength:"40"`
	District string `query:"district" maxLength:"40"`
	Industry string `query:"industry" maxLength:"40"`
}

// members are the platforms that are asked for and may be seen.
func (in trendParams) members(ctx context.Context, m *Module) ([]member, error) {
	c := cohort{in.Class, in.District, in.Industry}
	f := fault.New(fault.Invalid, "platforms.analysis.cohort", "there is no such cohort")
	if c.check(f, "query."); len(f.Fields) > 0 {
		return nil, f
	}
	if in.Platform != "" {
		if _, err := m.platforms.read(ctx, in.Platform); err != nil {
			return nil, err
		}
	}
	list, err := m.development.members(ctx, c)
	scope := identity.From(ctx).Scope
	return slices.DeleteFunc(list, func(p member) bool {
		return !scope.Allows(p.owner) && p.ID != in.Platform || in.Platform != "" && p.ID != in.Platform
	}), err
}

// over are so many months until the last one that is over.
func over(months int, now time.Time) span {
	return span{monthly.start(now).AddDate(0, -months, 0), months}
}

func (m *Module) readTrend(ctx context.Context, in trendParams) (trendView, error) {
	x, err := m.catalogue.analysed(in.Code)
	if err != nil {
		return trendView{}, err
	}
	members, err := in.members(ctx, m)
	if err != nil {
		return trendView{}, err
	}
	s := over(trendMonths, time.Now())
	values, err := m.panel(ctx, []string{x.Code}, members, s)
	if err != nil {
		return trendView{}, err
	}
	return x.trend(s, members, values[x.Code]), nil
}

type trendListParams struct {
	Code     string `query:"code" maxLength:"60" required:"true" doc:"The indicator"`
	Platform string `query:"platform" maxLength:"26" doc:"This platform only"`
	Class    string `query:"class" maxLength:"40"`
	District string `query:"district" maxLength:"40"`
	Industry string `query:"industry" maxLength:"40"`
	sqldb.ListParams
}

func (in trendListParams) trend() trendParams {
	return trendParams{in.Code, in.Platform, in.Class, in.District, in.Industry}
}

// listTrend is one page: there are no more months than fit.
func (m *Module) listTrend(ctx context.Context, in trendListParams) (sqldb.Page[trendMonth], error) {
	v, err := m.readTrend(ctx, in.trend())
	return sqldb.Page[trendMonth]{Items: v.Months, Total: len(v.Months)}, err
}

// listForecast is one page: a forecast has twelve months.
func (m *Module) listForecast(ctx context.Context, in trendListParams) (sqldb.Page[forecastRow], error) {
	v, err := m.readTrend(ctx, in.trend())
	rows := v.forecastRows()
	return sqldb.Page[forecastRow]{Items: rows, Total: len(rows)}, err
}

type cohortParams struct {
	Code  string   `query:"code" maxLength:"60" required:"true" doc:"The indicator"`
	Month string   `query:"month" maxLength:"7" required:"true" doc:"2026-10"`
	By    grouping `query:"by" enum:"class,district,industry" required:"true"`
	Over  string   `query:"over" enum:"month,year" default:"year" doc:"Growth over the month before, or over the same month of the year before"`
	sqldb.ListParams
}

// listCohorts is one page: there are no more cohorts than fit.
func (m *Module) listCohorts(ctx context.Context, in cohortParams) (sqldb.Page[cohortRow], error) {
	page := sqldb.Page[cohortRow]{Items: []cohortRow{}}
	x, err := m.catalogue.analysed(in.Code)
	if err != nil {
		return page, err
	}
	month, err := readMonthAt("query.month", in.Month, time.Now())
	if err != nil {
		return page, err
	}
	members, err := m.development.members(ctx, cohort{})
	if err != nil {
		return page, err
	}
	back := 12
	if in.Over == "month" {
		back = 1
	}
	s := span{month.AddDate(0, -back, 0), back + 1}
	values, err := m.panel(ctx, []string{x.Code}, members, s)
	if err != nil {
		return page, err
	}
	page.Items = x.cohorts(in.By, members, figuresOf(values[x.Code], back), figuresOf(values[x.Code], 0), !identity.From(ctx).Scope.All)
	page.Total = len(page.Items)
	return page, nil
}
