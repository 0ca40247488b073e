package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/paper"
)

// quarter is a quarter of a year, written 2024Q1.
type quarter struct{ year, n int }

func readQuarter(text string) (quarter, error) {
	year, n, _ := strings.Cut(text, "Q")
	y, err1 := strconv.Atoi(year)
	q, err2 := strconv.Atoi(n)
	if err1 != nil || err2 != nil || len(year) != 4 || q < 1 || q > 4 {
		return quarter{}, fault.New(fault.Invalid, "plan.quarter", "%.20q is no quarter", text).At("body.values.quarter", "write it as 2024Q1")
	}
	return quarter{y, q}, nil
}

func quarterOf(t time.Time) quarter {
	t = t.In(cityTime())
	return quarter{t.Year(), (int(t.Month())-1)/3 + 1}
}

func (q quarter) begin() time.Time {
	return time.Date(q.year, time.Month(q.n*3-2), 1, 0, 0, 0, 0, cityTime())
}
func (q quarter) end() time.Time { return q.begin().AddDate(0, 3, 0) }
func (q quarter) before() quarter {
	if q.n == 1 {
		return quarter{q.year - 1, 4}
	}
	return quarter{q.year, q.n - 1}
}
func (q quarter) String() string { return fmt.Sprintf("%dQ%d", q.year, q.n) }

func (q quarter) title() lang.Text {
	return lang.Text{ZH: fmt.Sprintf("%d年第%d季度", q.year, q.n), EN: fmt.Sprintf("Q%d %d", q.n, q.year)}
}

// quarterly is what the quarterly report is made of.
type quarterly struct {
	plan    plan
	quarter quarter
	until   time.Time // end of the quarter, or now
	now     Board     // as of until
	then    Board     // as the quarter began
	values  []value   // that began to count in the quarter, newest first
	changes []namedChange
}

type namedChange struct {
	Change
	target lang.Text
}

// statusTitle says a status to people.
func statusTitle(s status) lang.Text {
	switch s {
	case reached:
		return lang.Text{ZH: "已达成", EN: "Reached"}
	case onTrack:
		return lang.Text{ZH: "正常", EN: "On track"}
	case atRisk:
		return lang.Text{ZH: "有风险", EN: "At risk"}
	case late:
		return lang.Text{ZH: "滞后", EN: "Late"}
	case missed:
		return lang.Text{ZH: "未达成", EN: "Missed"}
	default:
		return lang.Text{ZH: "尚未测算", EN: "Not measured yet"}
	}
}

func toneOf(s status) paper.Tone {
	switch s {
	case reached, onTrack:
		return paper.Good
	case atRisk:
		return paper.Warn
	case late, missed:
		return paper.Bad
	case notMeasured:
	}
	return paper.Plain
}

// writer writes the report in one language.
type writer struct {
	quarterly
	language string
}

func (w writer) say(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(w.language) }

// document is the quarterly report.
func (q quarterly) document(language string) paper.Document {
	w := writer{q, language}
	day := func(t time.Time) string { return t.In(cityTime()).Format("2006-01-02") }
	d := paper.Document{
		Title:    w.say("行动计划季度报告", "Quarterly report on the action plan"),
		Subtitle: q.plan.Title.In(language) + " · " + q.quarter.title().In(language),
		About: []paper.Fact{
			{Label: w.say("报告期", "Quarter"), Value: day(q.quarter.begin()) + " – " + day(q.quarter.end().Add(-time.Hour))},
			{Label: w.say("数据截至", "Data up to"), Value: q.until.In(cityTime()).Format("2006-01-02 15:04")},
			{Label: w.say("计划期", "Period of the plan"), Value: string(q.plan.From) + " – " + string(q.plan.To)},
			{Label: w.say("计划来源", "Source of the plan"), Value: q.plan.Source.In(language)},
		},
	}
	if q.plan.Synthetic {
		d.About = append(d.About, paper.Fact{Label: w.say("注意", "Note"), Value: w.say("本计划为演示用合成数据", "This plan holds synthetic demonstration data")})
	}
	for _, part := range [][]paper.Block{w.overview(), w.behind(), w.targets(), w.movement(), w.edits(), w.sources()} {
		d.Blocks = append(d.Blocks, part...)
	}
	return d
}

func (w writer) overview() []paper.Block {
	figures := []paper.Figure{{Label: w.say("目标总数", "Targets"), Value: strconv.Itoa(len(w.now.Targets))}}
	for _, s := range statuses() {
		figures = append(figures, paper.Figure{Label: statusTitle(s).In(w.language), Value: strconv.Itoa(w.now.Counts[s]), Tone: toneOf(s)})
	}
	figures = append(figures, paper.Figure{Label: w.say("计划期已过", "Period elapsed"), Value: share(w.now.Elapsed)})
	chart := paper.Chart{Title: w.say("各行动的目标状态", "Targets of each action by status"), Kind: paper.Bar, Unit: w.say("项", "targets")}
	for _, a := range w.now.Actions {
		chart.Labels = append(chart.Labels, a.Title.In(w.language))
	}
	for _, s := range statuses() {
		if w.now.Counts[s] == 0 {
			continue
		}
		series := paper.Series{Name: statusTitle(s).In(w.language)}
		for _, a := range w.now.Actions {
			n := float64(a.Counts[s])
			series.Values = append(series.Values, &n)
		}
		chart.Series = append(chart.Series, series)
	}
	return []paper.Block{paper.Head(1, w.say("一、总体情况", "1. Overview")), {Figures: figures}, paper.Say(w.summary()), {Chart: &chart}}
}

// summary is the overview in words.
func (w writer) summary() string {
	moved := 0
	for i, t := range w.now.Targets {
		if before := w.then.Targets[i]; before.Status != t.Status {
			moved++
		}
	}
	good := w.now.Counts[reached] + w.now.Counts[onTrack]
	behind := w.now.Counts[atRisk] + w.now.Counts[late] + w.now.Counts[missed]
	return w.say(
		fmt.Sprintf("截至报告期末，%d项目标中，%d项已达成或进展正常，%d项有风险、滞后或未达成，%d项尚未测算。与季度初相比，%d项目标的状态有变化；本季度有%d个数值生效。",
			len(w.now.Targets), good, behind, w.now.Counts[notMeasured], moved, len(w.values)),
		fmt.Sprintf("Of %d targets, %d are reached or on track at the end of the quarter, %d are at risk, late or missed, and %d are not measured yet. The status of %d changed since the quarter began; %d values began to count in it.",
			len(w.now.Targets), good, behind, w.now.Counts[notMeasured], moved, len(w.values)))
}

func share(part float64) string {
	return strconv.FormatFloat(math.Round(part*1000)/10, 'f', -1, 64) + "%"
}

// figure writes a number as people read it.
func figure(v float64) string {
	text := strconv.FormatFloat(math.Round(math.Abs(v)*100)/100, 'f', -1, 64)
	whole, rest, dot := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		whole += "." + rest
	}
	if v < 0 {
		return "-" + whole
	}
	return whole
}

func numberCell(v *float64) paper.Cell {
	if v == nil {
		return paper.Cell{Text: "—"}
	}
	return paper.Cell{Text: figure(*v), Number: v}
}

func (w writer) goal(t TargetView) string {
	unit := t.Unit.In(w.language)
	sign := map[direction]string{atLeast: "≥", atMost: "≤", moreThan: ">", about: "≈"}[t.Direction]
	if t.Direction == between {
		return figure(t.Goal) + "–" + figure(t.GoalHigh) + " " + unit
	}
	return strings.TrimSpace(sign + " " + figure(t.Goal) + " " + unit)
}

// behind lists what needs attention, the gravest first.
func (w writer) behind() []paper.Block {
	table := paper.Table{
		Title: w.say("有风险、滞后或未达成的目标", "Targets at risk, late or missed"), Empty: w.say("没有", "None"),
		Columns: []paper.Column{
			{Title: w.say("目标", "Target"), Width: 34},
			{Title: w.say("现值", "Value"), Width: 14, Right: true},
			{Title: w.say("目标值", "Goal"), Width: 18, Right: true},
			{Title: w.say("期末预测", "Forecast"), Width: 14, Right: true},
			{Title: w.say("达成概率", "Chance"), Width: 12, Right: true},
			{Title: w.say("状态", "Status"), Width: 13},
			{Title: w.say("责任部门", "Owner"), Width: 24},
		},
	}
	list := slices.DeleteFunc(slices.Clone(w.now.Targets), func(t TargetView) bool { return t.Status != atRisk && t.Status != late && t.Status != missed })
	slices.SortStableFunc(list, func(a, b TargetView) int {
		return cmp.Compare(slices.Index(statuses(), b.Status), slices.Index(statuses(), a.Status))
	})
	for _, t := range list {
		chance := "—"
		if t.Forecast.Chance != nil {
			chance = share(*t.Forecast.Chance)
		}
		table.Rows = append(table.Rows, []paper.Cell{
			{Text: t.Title.In(w.language)},
			numberCell(t.Value),
			{Text: w.goal(t)},
			numberCell(t.Forecast.Value),
			{Text: chance},
			{Text: statusTitle(t.Status).In(w.language), Tone: toneOf(t.Status)},
			{Text: t.Owner.In(w.language)},
		})
	}
	return []paper.Block{
		paper.Head(1, w.say("二、需要关注的目标", "2. What needs attention")),
		{Table: &table},
		{Note: w.say("预测按历史数值的Theil–Sen直线外推到计划期末；数据不足时不作预测。", "Forecasts extend the Theil–Sen line through the history to the end of the period; with too little data there is none.")},
	}
}

// targets lists every target, action by action.
func (w writer) targets() []paper.Block {
	blocks := []paper.Block{paper.Head(1, w.say("三、各项目标", "3. All targets"))}
	for _, a := range w.now.Actions {
		table := paper.Table{
			Title: a.Title.In(w.language), Empty: w.say("没有数字目标", "No numeric targets"),
			Columns: []paper.Column{
				{Title: w.say("目标", "Target"), Width: 38},
				{Title: w.say("季初", "Start"), Width: 14, Right: true},
				{Title: w.say("期末", "End"), Width: 14, Right: true},
				{Title: w.say("本季变化", "Change"), Width: 14, Right: true},
				{Title: w.say("目标值", "Goal"), Width: 20, Right: true},
				{Title: w.say("完成", "Done"), Width: 11, Right: true},
				{Title: w.say("状态", "Status"), Width: 14},
			},
		}
		for i, t := range w.now.Targets {
			if t.ActionCode != a.Code {
				continue
			}
			before := w.then.Targets[i].Value
			var change *float64
			done := "—"
			if t.Value != nil && before != nil {
				c := round(*t.Value-*before, 6)
				change = &c
			}
			if t.Value != nil && t.Goal != 0 {
				done = share(*t.Value / t.Goal)
			}
			table.Rows = append(table.Rows, []paper.Cell{
				{Text: t.Title.In(w.language)},
				numberCell(before), numberCell(t.Value), numberCell(change),
				{Text: w.goal(t)},
				{Text: done},
				{Text: statusTitle(t.Status).In(w.language), Tone: toneOf(t.Status)},
			})
		}
		blocks = append(blocks, paper.Block{Table: &table})
	}
	return blocks
}

// chartTargets is how many targets the chart of progress shows.
const chartTargets = 6

// movement draws how far targets have come, month by month.
func (w writer) movement() []paper.Block {
	chart := paper.Chart{Title: w.say("完成程度的变化", "Progress month by month"), Kind: paper.Line, Unit: w.say("目标值的%", "% of the goal")}
	var ends []time.Time
	for at := w.quarter.begin().AddDate(-1, 3, 0); !at.After(w.quarter.end()); at = at.AddDate(0, 1, 0) {
		chart.Labels = append(chart.Labels, at.Add(-time.Hour).Format("2006-01"))
		ends = append(ends, at)
	}
	list := slices.DeleteFunc(slices.Clone(w.now.Targets), func(t TargetView) bool { return len(t.Trend) < 2 || t.Goal == 0 })
	slices.SortStableFunc(list, func(a, b TargetView) int { return cmp.Compare(len(b.Trend), len(a.Trend)) })
	for _, t := range list[:min(len(list), chartTargets)] {
		series := paper.Series{Name: t.Title.In(w.language), Values: make([]*float64, len(ends))}
		for i, end := range ends {
			for _, p := range t.Trend {
				if int64(p[0]) < end.UnixMilli() && !end.After(w.until.AddDate(0, 1, 0)) {
					done := round(p[1]/t.Goal*100, 2)
					series.Values[i] = &done
				}
			}
		}
		chart.Series = append(chart.Series, series)
	}
	blocks := []paper.Block{paper.Head(1, w.say("四、进展与本季度生效的数值", "4. Progress, and values of the quarter"))}
	if len(chart.Series) > 0 {
		blocks = append(blocks, paper.Block{Chart: &chart})
	}
	return append(blocks, w.valuesTable())
}

// valueRows is how many values of the quarter are listed.
const valueRows = 60

func (w writer) valuesTable() paper.Block {
	table := paper.Table{
		Title: w.say("人工填报并批准的数值", "Values that were reported and approved"), Empty: w.say("本季度没有人工填报的数值生效", "No reported value began to count in this quarter"),
		Columns: []paper.Column{
			{Title: w.say("目标", "Target"), Width: 34},
			{Title: w.say("数值", "Value"), Width: 14, Right: true},
			{Title: w.say("数据时间", "Valid at"), Width: 17},
			{Title: w.say("填报", "Reported by"), Width: 16},
			{Title: w.say("批准", "Approved by"), Width: 16},
			{Title: w.say("说明", "Note"), Width: 32},
		},
	}
	titles := map[string]TargetView{}
	for _, t := range w.now.Targets {
		titles[t.ID] = t
	}
	for _, v := range w.values {
		if v.Source != sourceReported || len(table.Rows) >= valueRows {
			continue
		}
		table.Rows = append(table.Rows, []paper.Cell{
			{Text: titles[v.TargetID].Title.In(w.language)},
			numberCell(&v.Number),
			{Text: v.ValidAt.In(cityTime()).Format("2006-01-02")},
			{Text: v.Reported.name},
			{Text: v.Decided.name},
			{Text: v.Note},
		})
	}
	return paper.Block{Table: &table}
}

func (w writer) edits() []paper.Block {
	table := paper.Table{
		Title: w.say("本季度对目标的调整", "Changes made to targets in the quarter"), Empty: w.say("本季度没有调整", "Nothing was changed in this quarter"),
		Columns: []paper.Column{
			{Title: w.say("时间", "Time"), Width: 17},
			{Title: w.say("目标", "Target"), Width: 32},
			{Title: w.say("字段", "Field"), Width: 14},
			{Title: w.say("调整前", "Before"), Width: 20},
			{Title: w.say("调整后", "After"), Width: 20},
			{Title: w.say("理由", "Reason"), Width: 30},
		},
	}
	for _, c := range w.changes {
		table.Rows = append(table.Rows, []paper.Cell{
			{Text: c.At.In(cityTime()).Format("2006-01-02")}, {Text: c.target.In(w.language)}, {Text: c.Field}, {Text: c.Before}, {Text: c.After}, {Text: c.Reason + " (" + c.Name + ")"},
		})
	}
	return []paper.Block{paper.Head(1, w.say("五、目标的调整", "5. Changes to targets")), {Table: &table}}
}

// sources says where every figure comes from.
func (w writer) sources() []paper.Block {
	table := paper.Table{
		Title:   w.say("数据来源", "Sources of the figures"),
		Columns: []paper.Column{{Title: w.say("目标", "Target"), Width: 34}, {Title: w.say("取数方式", "Kind"), Width: 14}, {Title: w.say("来源", "Source"), Width: 52}, {Title: w.say("截至", "As of"), Width: 18}},
	}
	for _, t := range w.now.Targets {
		kind, from, at := w.say("人工填报", "Reported"), t.How.Note, "—"
		switch {
		case t.Value == nil:
			from = w.say("尚无数据", "No data yet")
		case t.Source == sourceLive:
			kind, from = w.say("实时测算", "Live"), t.How.Formula
		case t.How.Note == "" && len(t.How.Evidence) > 0:
			from = t.How.Evidence[0].Name + " (SHA-256 " + t.How.Evidence[0].SHA256[:12] + "…)"
		}
		if t.How.AsOf != nil {
			at = t.How.AsOf.In(cityTime()).Format("2006-01-02")
		}
		table.Rows = append(table.Rows, []paper.Cell{{Text: t.Title.In(w.language)}, {Text: kind}, {Text: from}, {Text: at}})
	}
	return []paper.Block{
		paper.Head(1, w.say("六、数据来源与口径", "6. Sources and rules")),
		{Table: &table},
		{Note: w.say("状态规则：已达成目标值为“已达成”；有预测时按达成概率，无预测时按进度与直线的比值判定。计划期结束仍未达成为“未达成”。更正过的数值以更正后的为准。",
			"Rules: a target is reached when its goal is met; with a forecast the chance of reaching it decides, without one the pace against a straight line. When the period is over without the goal, it is missed. Corrected values count as corrected.")},
	}
}
