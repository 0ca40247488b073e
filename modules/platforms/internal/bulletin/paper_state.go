package bulletin

import (
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/paper"
)

// quality are grades of data quality and what is doubted.
func (w *writer) quality() {
	w.head("数据质量", "Data quality")
	graded := map[string]int{}
	t := paper.Table{Title: w.say("等级", "Grades"), Empty: w.say("没有评定", "No grades"), Columns: w.columns("6 平台|Platform", "2 等级|Grade", "2> 得分|Score", "3 评定日|Day", "2> 口径版本|Definition")}
	for _, g := range w.Grades {
		graded[g.Grade]++
		score := g.Score
		cell := w.value(&score)
		if g.Grade == "none" {
			cell = paper.Cell{Text: nothing}
		}
		t.Rows = append(t.Rows, []paper.Cell{{Text: w.platform(g.Platform)}, {Text: w.grade(g.Grade)}, cell, {Text: g.Day}, count(g.Definition)})
	}
	if w.Subject == nil {
		var counted []string
		for _, g := range []string{"A", "B", "C", "D", "none"} {
			if n := graded[g]; n > 0 {
				counted = append(counted, fmt.Sprintf(w.say("%s %d 个", "%s: %d"), w.grade(g), n))
			}
		}
		if len(counted) > 0 {
			w.add(paper.Say(w.say("各等级平台数：", "Platforms by grade: ") + strings.Join(counted, w.say("，", ", "))))
		}
	}
	w.table(t)
	f := paper.Table{Title: w.say("数据质量问题", "Findings"), Empty: w.say("没有", "None"), Columns: w.columns("4 平台|Platform", "3 类别|Kind", "3 指标|Indicator", "4 数据期|Periods", "2 程度|Severity", "2 状态|State")}
	for _, x := range w.Findings {
		period := x.From
		if x.Until != x.From {
			period += " – " + x.Until
		}
		f.Rows = append(f.Rows, []paper.Cell{{Text: w.platform(x.Platform)}, {Text: w.in(x.Title)}, {Text: w.indicator(x.Code)}, {Text: period}, {Text: w.severity(x.Severity)}, w.state(x.State)})
	}
	w.table(f)
	w.note("等级为本期最后一个评定日的等级，由本市定义，不是官方等级；问题不改动任何数据。", "Grades are those of the last day of the period that has one; they are the city's own and not official. No finding changes a figure.")
}

func (w *writer) grade(g string) string {
	if g == "none" {
		return w.say("未评定", "not graded")
	}
	return g
}

func (w *writer) severity(s string) string {
	return map[string]string{"high": w.say("高", "high"), "medium": w.say("中", "medium"), "low": w.say("低", "low"), "critical": w.say("严重", "critical"), "warning": w.say("警告", "warning"), "info": w.say("提示", "info")}[s]
}

func (w *writer) state(s string) paper.Cell {
	c := paper.Cell{Text: map[string]string{"open": w.say("待说明", "open"), "explained": w.say("已说明", "explained"), "corrected": w.say("已更正", "corrected"), "accepted": w.say("已接受", "accepted")}[s]}
	if s == "open" {
		c.Tone = paper.Warn
	}
	return c
}

// availability is by platform and month, and of all platforms over months.
func (w *writer) availability() {
	w.head("可用率", "Availability")
	months := []string{}
	for _, a := range w.Availability {
		if !slices.Contains(months, a.Month) {
			months = append(months, a.Month)
		}
	}
	slices.Sort(months)
	c := paper.Chart{Title: w.say("平均可用率", "Mean availability"), Kind: paper.Line, Unit: "%", Labels: months, Series: []paper.Series{{Name: w.say("平均可用率", "Mean availability")}}}
	for _, m := range months {
		sum, n := 0.0, 0
		for _, a := range w.Availability {
			if a.Month == m && a.SLA != nil {
				sum += *a.SLA
				n++
			}
		}
		var v *float64
		if n > 0 {
			mean := sum / float64(n)
			v = &mean
		}
		c.Series[0].Values = append(c.Series[0].Values, v)
	}
	if len(months) > 1 {
		w.add(paper.Block{Chart: &c})
	}
	t := paper.Table{Title: w.say("各平台可用率", "Availability of platforms"), Empty: w.say("没有探测", "Nobody looked"), Columns: w.columns("5 平台|Platform", "2 月份|Month", "3> 可用率（%）|SLA (%)", "2> 探测次数|Looks", "2> 成功|Good", "2> 维护中|In maintenance", "2> 故障|Incidents")}
	for _, a := range w.Availability {
		sla := paper.Cell{Text: nothing}
		if a.SLA != nil {
			sla = paper.Cell{Text: fmt.Sprintf("%.3f", *a.SLA), Number: a.SLA}
		}
		t.Rows = append(t.Rows, []paper.Cell{{Text: w.platform(a.Platform)}, {Text: a.Month}, sla, count(a.Looks), count(a.Good), count(a.Stopped), count(a.Incidents)})
	}
	w.table(t)
	w.note("可用率 = 成功次数 ÷（探测次数 − 维护时段内的次数），来自外部探测；平均为各平台可用率的平均。", "Availability = good looks ÷ (looks − those in maintenance), as seen from outside; the mean is over platforms.")
}

func (w *writer) alerts() {
	w.head("告警", "Alerts")
	t := paper.Table{Title: w.say("告警", "Alerts"), Empty: w.say("没有告警", "None"), Columns: w.columns("6 规则|Rule", "2 级别|Severity", "2> 触发次数|Fired", "2> 涉及平台|Platforms", "3> 期末未恢复|Not over at the end")}
	for _, a := range w.Alerts {
		t.Rows = append(t.Rows, []paper.Cell{{Text: w.in(a.Rule)}, {Text: w.severity(a.Severity)}, count(a.Fired), count(a.Platforms), count(a.Lasting)})
	}
	w.table(t)
}

// rankings are those that were published; their method is told beside them.
func (w *writer) rankings() {
	w.head("平台排名", "Rankings")
	for _, r := range w.Rankings {
		t := paper.Table{Title: w.in(r.Name) + " " + r.Month, Columns: w.columns("2> 名次|Rank", "3 名次区间|Interval", "7 平台|Platform", "3> 得分|Score", "3 数据质量|Data quality")}
		for _, p := range r.Places {
			score := p.Score
			t.Rows = append(t.Rows, []paper.Cell{count(p.Rank), {Text: fmt.Sprintf("%d–%d", p.Low, p.High)}, {Text: w.in(p.Name)}, w.value(&score), {Text: w.grade(p.Grade)}})
		}
		w.add(paper.Block{Table: &t}, paper.Block{Note: fmt.Sprintf(w.say("%s；共 %d 个平台参评，%s 发布。本市按所列方法计算，不是官方排名。", "%s; %d platforms were ranked, published %s. Computed by the city by the method told here; not an official ranking."), w.in(r.Method), r.Of, w.moment(r.Published))})
	}
	if len(w.Rankings) == 0 {
		w.note("本期没有已发布的排名。", "No ranking of the period was published.")
	}
}

// reach is penetration, and what platforms serve by their lists.
func (w *writer) reach() {
	w.head("服务企业和普及率", "Enterprises served and penetration")
	if w.Subject == nil {
		t := paper.Table{Title: w.say("平台普及率", "Penetration"), Empty: w.say("没有统计", "Not counted"), Columns: w.columns("2 月份|Month", "3> 普及率（%）|Penetration (%)", "3> 使用平台的企业|Using a platform", "3> 名录框企业|Frame", "3> 服务企业（去重）|Served, each once", "3> 近 90 天活跃|Active in 90 days", "3> 交清单平台|Platforms with a list")}
		for _, r := range w.Reach {
			rate := paper.Cell{Text: nothing}
			if r.Frame > 0 && r.Lists > 0 {
				v := r.Rate
				rate = paper.Cell{Text: fmt.Sprintf("%.2f", v), Number: &v}
			}
			t.Rows = append(t.Rows, []paper.Cell{{Text: r.Month}, rate, count(r.Using), count(r.Frame), count(r.Served), count(r.Active), {Text: fmt.Sprintf("%d / %d", r.Lists, r.Platforms)}})
		}
		w.table(t)
		w.note("普及率 = 名录框中近 90 天有使用平台证据的企业 ÷ 名录框企业；本市算法（第 1 版），非国家公布的公式。", "Penetration = enterprises of the frame with evidence of use in the last 90 days ÷ enterprises of the frame; the city's own formula (version 1), the national one is not published.")
	}
	s := paper.Table{Title: w.say("服务企业清单", "Lists of enterprises served"), Empty: w.say("没有清单", "No lists"), Columns: w.columns("6 平台|Platform", "2 月份|Month", "3> 企业数|Enterprises", "4 收到（UTC+8）|Received (UTC+8)")}
	for _, x := range w.Served {
		s.Rows = append(s.Rows, []paper.Cell{{Text: w.platform(x.Platform)}, {Text: x.Month}, count(x.Enterprises), {Text: w.moment(x.Known)}})
	}
	w.table(s)
}

func (w *writer) awards() {
	w.head("平台培育", "Fostering")
	states := map[string]string{"notice": w.say("公示中", "in public notice"), "contested": w.say("异议待答复", "contested"), "in_force": w.say("有效", "in force"), "expired": w.say("已到期", "expired"), "refused": w.say("异议成立", "refused"), "withdrawn": w.say("已撤销", "withdrawn")}
	t := paper.Table{Title: w.say("培育认定", "Awards"), Empty: w.say("没有认定", "None"), Columns: w.columns("6 平台|Platform", "2 年度|Year", "4 证书编号|Certificate", "3 认定日期|Awarded", "3 有效期至|Valid until", "3 状态|State")}
	for _, a := range w.Awards {
		t.Rows = append(t.Rows, []paper.Cell{{Text: w.in(a.Name)}, {Text: fmt.Sprint(a.Year)}, {Text: a.Certificate}, {Text: a.AwardedOn}, {Text: a.ValidUntil}, {Text: states[a.State]}})
	}
	w.table(t)
}

// ledger is what was corrected and what is missing.
func (w *writer) ledger() {
	w.head("更正和缺报", "What was corrected, and what is missing")
	c := paper.Table{Title: w.say("更正", "Corrections"), Empty: w.say("没有更正", "None"), Columns: w.columns("4 平台|Platform", "4 指标|Indicator", "3 数据期|Period", "3> 原值|Old", "3> 新值|New", "2> 修订|Revision", "4 收到（UTC+8）|Received (UTC+8)")}
	for _, x := range w.Corrections {
		old, now := x.Old, x.New
		c.Rows = append(c.Rows, []paper.Cell{{Text: w.platform(x.Platform)}, {Text: w.indicator(x.Code)}, {Text: x.Period}, w.value(&old), w.value(&now), count(x.Revision), {Text: w.moment(x.Known)}})
	}
	w.table(c)
	m := paper.Table{Title: w.say("缺报", "Missing"), Empty: w.say("没有缺报", "Nothing is missing"), Columns: w.columns("5 平台|Platform", "5 指标|Indicator", "2> 应报期数|Due", "2> 实报期数|Received")}
	for _, x := range w.Missing {
		received := count(x.Received)
		if x.Received == 0 {
			received.Tone = paper.Bad
		}
		m.Rows = append(m.Rows, []paper.Cell{{Text: w.platform(x.Platform)}, {Text: w.indicator(x.Code)}, count(x.Due), received})
	}
	w.table(m)
	w.note("报过一次的指标应持续报送：日指标应报期数为本期天数，月指标为月数，自首次报送起计。", "What was reported once is expected on: of daily indicators the days of the period are due, of monthly ones its months, from the first report on.")
}

// facts are all figures with where they are from, in the workbook.
func (w *writer) facts() {
	t := paper.Table{Title: w.say("数据明细", "Figures"), Columns: w.columns("3 平台代码|Platform code", "4 平台|Platform", "3 指标代码|Indicator code", "4 指标|Indicator", "2 单位|Unit", "2 数据期|Period", "3> 数值|Value", "3 口径|Rule", "2> 期数|Values", "3 末次数据期|Last of them", "2> 修订|Revision", "4 收到（UTC+8）|Received (UTC+8)", "5 报送回执|Receipt")}
	for _, f := range w.Facts {
		x, v := w.indicators[f.Code], f.Value
		t.Rows = append(t.Rows, []paper.Cell{
			{Text: w.code(f.Platform)},
			{Text: w.platform(f.Platform)},
			{Text: f.Code},
			{Text: w.in(x.Title)},
			{Text: w.in(x.Unit)},
			{Text: w.period(f.Back)},
			w.value(&v),
			{Text: w.rule(x.Rule)},
			count(f.Facts),
			{Text: f.Period},
			count(f.Revision),
			{Text: w.moment(f.Known)},
			{Text: f.Submission},
		})
	}
	w.add(paper.Block{Sheet: &t})
}

func (w *writer) notes() {
	w.head("编制说明", "How this report is made")
	for _, t := range w.Definitions {
		w.add(paper.Say(w.in(t)))
	}
}
