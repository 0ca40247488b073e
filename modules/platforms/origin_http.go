package platforms

import (
	"cmp"
	"context"
	"slices"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) originRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /{id}/origin", Permission: "platforms.view", Summary: "Where a figure of a platform is from: definition, what was reported for its periods, senders, times and corrections", Handler: httpd.JSON(m.readOrigin)},
		{Pattern: "GET /analysis/figures", Permission: "platforms.view", Summary: "What each platform gives to an indicator's value of a month or a quarter, of the platforms that one may see", Handler: httpd.List(m.listMonthFigures)},
	}
}

type originInput struct {
	httpd.Object
	Code     string    `query:"code" required:"true" maxLength:"60"`
	Industry string    `query:"industry" maxLength:"64"`
	District string    `query:"district" maxLength:"64"`
	Size     string    `query:"size" maxLength:"64"`
	Type     string    `query:"type" maxLength:"64"`
	At       time.Time `query:"at" doc:"The day or month; default: the newest figure"`
	Month    string    `query:"month" maxLength:"7" doc:"The value of this month or quarter, as analyses and reports use it: 2026-10, 2026Q3"`
}

func (in originInput) asked() asked {
	return asked{in.Code, dims{in.Industry, in.District, in.Size, in.Type}, in.At, in.Month}
}

func (m *Module) readOrigin(ctx context.Context, in originInput) (Origin, error) {
	p, own, err := m.platforms.view(ctx, in.ID)
	if err != nil {
		return Origin{}, err
	}
	a := in.asked()
	if err := a.check(m.catalogue); err != nil {
		return Origin{}, err
	}
	v := Origin{
		PlatformID: p.ID, Platform: p.Name, Operator: p.Operator, Synthetic: p.Synthetic, Indicator: m.catalogue.byCode[a.code], Catalogue: m.catalogue.Version,
		Dims: a.dims, Month: a.month, Rule: "reported", Own: own,
	}
	if a.month != "" {
		err = m.originOfMonth(ctx, &v)
	} else {
		err = m.originOfPeriod(ctx, &v, a)
	}
	if err != nil {
		return Origin{}, err
	}
	if len(v.Periods) == 0 {
		return Origin{}, noFigure(a)
	}
	if !own {
		for _, p := range v.Periods {
			for i, r := range p.Revisions {
				p.Revisions[i] = r.veiled()
			}
		}
	}
	return v, nil
}

// originOfPeriod tells of a figure as it was reported.
func (m *Module) originOfPeriod(ctx context.Context, v *Origin, a asked) error {
	var newest *Value
	if a.at.IsZero() {
		values, err := m.ledger.values(ctx, v.PlatformID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(values, func(x Value) bool { return x.Code == a.code && x.Dims == a.dims })
		if i < 0 {
			return noFigure(a)
		}
		newest = &values[i]
		a.at = newest.At
	}
	list, more, err := m.ledger.revisions(ctx, v.PlatformID, a.code, a.dims.key(), a.at, a.at.Add(time.Millisecond))
	if err != nil {
		return err
	}
	v.Periods, v.More = inPeriods(list), more
	if len(list) > 0 {
		v.Value = &list[0].Value
		return nil
	}
	if newest == nil {
		return nil
	}
	brought, err := m.ledger.receipts(ctx, []string{newest.Receipt})
	s, found := brought[newest.Receipt]
	if err != nil || !found {
		return err
	}
	v.Value = &newest.Value
	v.Periods = []originPeriod{{At: newest.At, Moment: true, Revisions: []originRevision{s.brought(newest.Value, newest.Revision)}}}
	return nil
}

// originOfMonth tells of the value of a month or a quarter: the facts that it comes of,
// and for a counter those of the period before, from which its rise begins.
func (m *Module) originOfMonth(ctx context.Context, v *Origin) error {
	s, err := readBegun(v.Month, time.Now())
	if err != nil {
		return err
	}
	x := v.Indicator
	values, err := m.periodValues(ctx, x, []member{{ID: v.PlatformID}}, s)
	if err != nil {
		return err
	}
	if in, ok := values[v.PlatformID]; ok {
		v.Value = &in.Value
	}
	v.Rule = x.monthRule()
	from := s.from
	if v.Rule == "rise" {
		from = s.back(1).from
	}
	list, more, err := m.ledger.revisions(ctx, v.PlatformID, x.Code, "", from, s.until)
	v.Periods, v.More = inPeriods(list), more
	return err
}

type monthFigureParams struct {
	Month    string `query:"month" maxLength:"7" required:"true" doc:"A month or a quarter: 2026-10, 2026Q3"`
	Code     string `query:"code" maxLength:"60" required:"true" doc:"The indicator"`
	Platform string `query:"platform" maxLength:"26" doc:"This platform only"`
	Class    string `query:"class" maxLength:"40"`
	District string `query:"district" maxLength:"40"`
	Industry string `query:"industry" maxLength:"40"`
	sqldb.ListParams
}

// monthFigure is what a platform gives to a value of a month or a quarter.
type monthFigure struct {
	PlatformID   string    `json:"platform_id"`
	Platform     lang.Text `json:"platform" title:"平台|Platform"`
	Synthetic    bool      `json:"synthetic" title:"演示数据|Synthetic"`
	Value        float64   `json:"value" title:"数值|Value"`
	Rule         string    `json:"rule" enum:"last,sum,rise,mean" doc:"How it comes of the facts" title:"月值规则|Rule"`
	Facts        int       `json:"facts" title:"数据条数|Facts"`
	Period       time.Time `json:"period" doc:"Of the last of them" title:"数据期|Period"`
	Revision     int64     `json:"revision" title:"修订|Revision"`
	Known        time.Time `json:"known" doc:"When the last of them came in" title:"接收时间|Received"`
	SubmissionID string    `json:"submission_id" title:"回执|Receipt"`
}

// listMonthFigures is one page: there are no more platforms than fit.
func (m *Module) listMonthFigures(ctx context.Context, in monthFigureParams) (sqldb.Page[monthFigure], error) {
	page := sqldb.Page[monthFigure]{Items: []monthFigure{}}
	x, err := m.catalogue.analysed(in.Code)
	if err != nil {
		return page, err
	}
	period, err := readBegun(in.Month, time.Now())
	if err != nil {
		return page, err
	}
	members, err := trendParams{in.Code, in.Platform, in.Class, in.District, in.Industry}.members(ctx, m)
	if err != nil {
		return page, err
	}
	values, err := m.periodValues(ctx, x, members, period)
	if err != nil {
		return page, err
	}
	for _, p := range members {
		if v, ok := values[p.ID]; ok {
			page.Items = append(page.Items, monthFigure{p.ID, p.Name, p.synthetic, v.Value, v.Rule, v.Facts, v.Period, v.Revision, v.Known, v.SubmissionID})
		}
	}
	slices.SortStableFunc(page.Items, func(a, b monthFigure) int { return cmp.Compare(b.Value, a.Value) })
	page.Total = len(page.Items)
	return page, nil
}
