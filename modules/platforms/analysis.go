package platforms

import (
	"maps"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/trend"
)

// trendMonth is a month of an indicator of some platforms.
type trendMonth struct {
	Month     string   `json:"month" doc:"2026-10" title:"月份|Month"`
	Value     *float64 `json:"value" doc:"Of those that reported; null: nobody did" title:"数值|Value"`
	Platforms int      `json:"platforms" title:"报送平台数|Platforms that reported"`
	Monthly   *float64 `json:"monthly" doc:"Growth over the month before, of platforms that reported in both" title:"环比（%）|Month over month (%)"`
	Yearly    *float64 `json:"yearly" doc:"Growth over the same month of the year before, of platforms that reported in both" title:"同比（%）|Year over year (%)"`
	Sum       *float64 `json:"sum" doc:"Since January; null for what stands at a time" title:"本年累计|Since January"`
	SumYearly *float64 `json:"sum_yearly" doc:"Growth of that over the year before, of platforms that reported in all months of both" title:"累计同比（%）|Since January, year over year (%)"`
	Linked    *float64 `json:"linked" doc:"As if the platforms of the last month had reported throughout" title:"同口径序列|Linked series"`
}

// seasonsView are the seasons of a series, or how many months are lacking for them.
type seasonsView struct {
	Lacking        int       `json:"lacking" doc:"Months that are missing for seasons"`
	Months         int       `json:"months" doc:"Months that they are told of"`
	Multiplicative bool      `json:"multiplicative" doc:"Indices are per cent of the year's mean; else they are added to it"`
	Indices        []float64 `json:"indices" nullable:"false" doc:"By month of the year, from January; empty: too few months"`
}

// trendView is how an indicator of some platforms goes.
type trendView struct {
	Code      string         `json:"code"`
	Title     lang.Text      `json:"title"`
	Unit      lang.Text      `json:"unit"`
	Rule      string         `json:"rule" enum:"last,sum,rise,mean" doc:"How a month's value comes of the facts"`
	Across    string         `json:"across" enum:"sum,mean" doc:"How platforms come together"`
	Platforms int            `json:"platforms" doc:"How many are looked at"`
	Months    []trendMonth   `json:"months" nullable:"false" doc:"From the first with a figure to the last month that is over"`
	First     string         `json:"first" doc:"The month that the linked series begins with; empty: there is none"`
	Last      string         `json:"last" doc:"The month that it ends with: the last one for which not fewer platforms have reported than for the one before"`
	Changed   bool           `json:"changed" doc:"Platforms came or went in the linked series"`
	Seasons   seasonsView    `json:"seasons"`
	Forecast  trend.Forecast `json:"forecast"`
	Synthetic bool           `json:"synthetic"`
}

// accumulates tells whether months of an indicator add up to a year.
func (x indicator) accumulates() bool { return x.monthRule() == "sum" || x.monthRule() == "rise" }

// trend makes of what platforms reported how it goes.
func (x indicator) trend(s span, members []member, values map[string]map[int]rankInput) trendView {
	v := trendView{Code: x.Code, Title: x.Title, Unit: x.Unit, Rule: x.monthRule(), Across: x.Across, Platforms: len(members), Months: []trendMonth{}, Synthetic: synthetic(members)}
	reported := trend.Panel{}
	first, last := s.months, -1
	for id, months := range values {
		reported[id] = map[int]float64{}
		for n, in := range months {
			reported[id][n] = in.Value
			first, last = min(first, n), max(last, n)
		}
	}
	start := int(s.first.Month()) - 1
	totals := reported.Totals(s.months, start, x.Across == acrossMean)
	if last > 0 && totals[last].Platforms < totals[last-1].Platforms {
		last-- // the last month is not complete yet
	}
	series, from := reported.Linked(last+1, x.Across == acrossMean)
	for n := first; n < s.months; n++ {
		t := totals[n]
		m := trendMonth{Month: monthOf(s.at(n)), Value: t.Value, Platforms: t.Platforms, Monthly: t.Monthly, Yearly: t.Yearly}
		if x.accumulates() {
			m.Sum, m.SumYearly = t.Sum, t.SumYearly
		}
		if n >= from && n <= last {
			m.Linked = &series[n-from]
			v.Changed = v.Changed || n > from && t.Platforms != totals[n-1].Platforms
		}
		v.Months = append(v.Months, m)
	}
	if len(series) > 0 {
		v.First, v.Last = monthOf(s.at(from)), monthOf(s.at(last))
	}
	v.Seasons = seasonsOf(series, start+from)
	v.Forecast = trend.Extend(series)
	return v
}

func seasonsOf(series []float64, start int) seasonsView {
	s, ok := trend.Decompose(series, start%trend.Year)
	if !ok {
		return seasonsView{Lacking: trend.SeasonLeast - len(series), Months: len(series), Indices: []float64{}}
	}
	return seasonsView{Months: s.Months, Multiplicative: s.Multiplicative, Indices: s.Indices[:]}
}

// forecastRow is a forecast of a month in a list.
type forecastRow struct {
	Month          string   `json:"month" title:"月份|Month"`
	Value          float64  `json:"value" title:"预测值|Forecast"`
	Low80          float64  `json:"low80" title:"80% 下限|80% low"`
	High80         float64  `json:"high80" title:"80% 上限|80% high"`
	Low95          float64  `json:"low95" title:"95% 下限|95% low"`
	High95         float64  `json:"high95" title:"95% 上限|95% high"`
	YardstickValue float64  `json:"yardstick_value" title:"基准预测值|Yardstick"`
	Trials         int      `json:"trials" title:"回测次数|Trials"`
	MAE            *float64 `json:"mae" title:"MAE|MAE"`
	MAPE           *float64 `json:"mape" title:"MAPE（%）|MAPE (%)"`
	MASE           *float64 `json:"mase" title:"MASE|MASE"`
	YardstickMAE   *float64 `json:"yardstick_mae" title:"基准 MAE|MAE of the yardstick"`
	YardstickMAPE  *float64 `json:"yardstick_mape" title:"基准 MAPE（%）|MAPE of the yardstick (%)"`
	YardstickMASE  *float64 `json:"yardstick_mase" title:"基准 MASE|MASE of the yardstick"`
}

// forecastRows are the steps of a forecast by the months that they are of.
func (v trendView) forecastRows() []forecastRow {
	list := []forecastRow{}
	last, err := time.ParseInLocation("2006-01", v.Last, cityTime())
	if err != nil {
		return list // there is no series, and so no steps
	}
	for h, s := range v.Forecast.Steps {
		list = append(list, forecastRow{
			monthOf(last.AddDate(0, h+1, 0)), s.Value, s.Low80, s.High80, s.Low95, s.High95, s.YardstickValue, s.Errors.Trials,
			s.Errors.MAE, s.Errors.MAPE, s.Errors.MASE, s.Yardstick.MAE, s.Yardstick.MAPE, s.Yardstick.MASE,
		})
	}
	return list
}

// cohortRow is what platforms of a class, a district or an industry come to in a month.
type cohortRow struct {
	Code         string    `json:"code" doc:"Of the class, district or industry; all: the total; others: those that are too small to be told apart; empty: across industries" title:"代码|Code"`
	Title        lang.Text `json:"title" title:"分组|Cohort"`
	Platforms    int       `json:"platforms" title:"报送平台数|Platforms that reported"`
	Value        float64   `json:"value" doc:"Sum or mean, as the catalogue says" title:"数值|Value"`
	Mean         float64   `json:"mean" title:"平均|Mean"`
	Median       *float64  `json:"median" doc:"Null to who does not see each platform" title:"中位数|Median"`
	Share        *float64  `json:"share" doc:"Per cent of the total; null where there is no total" title:"占比（%）|Share (%)"`
	Paired       int       `json:"paired" doc:"Platforms that reported in both months" title:"可比平台数|Platforms compared"`
	Growth       *float64  `json:"growth" doc:"Per cent, of platforms that reported in both months" title:"增长（%）|Growth (%)"`
	Contribution *float64  `json:"contribution" doc:"Percentage points of the total's growth; null where there is no total" title:"拉动（百分点）|Contribution (points)"`

	before, after float64
	values        []float64
}

const (
	cohortAll    = "all"
	cohortOthers = "others"
)

// grouping is what platforms are put together by.
type grouping string

const (
	byClass    grouping = "class"
	byDistrict grouping = "district"
	byIndustry grouping = "industry"
)

func (g grouping) of(p member) string {
	switch g {
	case byDistrict:
		return p.District
	case byIndustry:
		return p.Industry
	default:
		return p.Class
	}
}

// terms are the names of cohorts, in their order.
func (g grouping) terms() []term {
	switch g {
	case byDistrict:
		return districts()
	case byIndustry:
		return append(slices.Clone(industries()), term{"", lang.Text{ZH: "跨行业", EN: "Across industries"}})
	default:
		return classes()
	}
}

// cohorts puts the figures of two months together by a grouping. Where veiled, cohorts of
// fewer than three platforms are told together with the next smallest ones, and growth
// only if it is of three in every cohort: nothing tells of one platform.
func (x indicator) cohorts(g grouping, members []member, now, before map[string]float64, veiled bool) []cohortRow {
	by := map[string]*cohortRow{}
	for _, p := range members {
		v, ok := now[p.ID]
		if !ok {
			continue
		}
		row := by[g.of(p)]
		if row == nil {
			row = &cohortRow{Code: g.of(p)}
			by[row.Code] = row
		}
		row.values = append(row.values, v)
		if was, ok := before[p.ID]; ok {
			row.Paired++
			row.before, row.after = row.before+was, row.after+v
		}
	}
	rows := []cohortRow{}
	for _, t := range g.terms() {
		if row := by[t.Code]; row != nil {
			row.Title = t.Title
			rows = append(rows, *row)
		}
	}
	if veiled {
		rows = together(rows)
	}
	if len(rows) == 0 {
		return rows
	}
	return x.measured(rows, veiled)
}

// together joins cohorts that are too small to be told, until the rest is large enough.
func together(rows []cohortRow) []cohortRow {
	slices.SortStableFunc(rows, func(a, b cohortRow) int { return len(b.values) - len(a.values) })
	others := cohortRow{Code: cohortOthers, Title: lang.Text{ZH: "其他（合并）", EN: "Others, together"}}
	for len(rows) > 0 {
		last := rows[len(rows)-1]
		if len(last.values) >= fewest && (len(others.values) == 0 || len(others.values) >= fewest) {
			break
		}
		others.join(last)
		rows = rows[:len(rows)-1]
	}
	if len(others.values) >= fewest {
		rows = append(rows, others)
	}
	return rows
}

func (r *cohortRow) join(o cohortRow) {
	r.values = append(r.values, o.values...)
	r.Paired, r.before, r.after = r.Paired+o.Paired, r.before+o.before, r.after+o.after
}

// measured computes the figures of cohorts, and of all of them in a last row.
func (x indicator) measured(rows []cohortRow, veiled bool) []cohortRow {
	all := cohortRow{Code: cohortAll, Title: lang.Text{ZH: "合计", EN: "All"}}
	growth := true
	for _, r := range rows {
		all.join(r)
		growth = growth && (!veiled || r.Paired >= fewest)
	}
	total := addedUp(all.values)
	rows = append(rows, all)
	for i := range rows {
		r := &rows[i]
		r.Platforms = len(r.values)
		sum := addedUp(r.values)
		r.Mean = sum / float64(r.Platforms)
		if !veiled {
			m := medianOf(r.values)
			r.Median = &m
		}
		if growth && r.before > 0 {
			v := 100 * (r.after/r.before - 1)
			r.Growth = &v
		}
		if r.Value = sum; x.Across == acrossMean {
			r.Value = r.Mean
			continue
		}
		if total > 0 {
			v := 100 * sum / total
			r.Share = &v
		}
		if growth && all.before > 0 {
			v := 100 * (r.after - r.before) / all.before
			r.Contribution = &v
		}
	}
	return rows
}

func addedUp(values []float64) float64 {
	sum := 0.0
	for _, v := range slices.Sorted(slices.Values(values)) { // the same whatever the order
		sum += v
	}
	return sum
}

func medianOf(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return s[(n-1)/2]/2 + s[n/2]/2
}

// figuresOf are the figures of a month of a span, by platform.
func figuresOf(values map[string]map[int]rankInput, month int) map[string]float64 {
	list := map[string]float64{}
	for id := range maps.Keys(values) {
		if in, ok := values[id][month]; ok {
			list[id] = in.Value
		}
	}
	return list
}

// analysed refuses an indicator that has no values of months.
func (c *catalogue) analysed(code string) (indicator, error) {
	if !c.ranks(code) {
		return indicator{}, fault.New(fault.Invalid, "platforms.analysis.indicator", "%q is no indicator with figures of days or months", code).At("query.code", "choose an indicator of days or months from the catalogue")
	}
	return c.byCode[code], nil
}
