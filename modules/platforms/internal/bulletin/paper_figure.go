package bulletin

import (
	"fmt"

	"linghang/kernel/paper"
)

// figures are the key figures large, and the table of all indicators.
func (w *writer) figures() {
	w.head("主要指标", "Key figures")
	var large []paper.Figure
	for _, t := range w.Totals {
		x := w.indicators[t.Code]
		if !x.Key {
			continue
		}
		if t.Value == nil {
			continue
		}
		label := x.Title.EN // units do not fit beside; the table has them
		if w.language != "en" {
			label = x.Title.ZH + "（" + x.Unit.ZH + "）"
		}
		large = append(large, paper.Figure{Label: label, Value: number(*t.Value)})
	}
	if len(large) > 0 {
		w.add(paper.Block{Figures: large})
	}
	t := paper.Table{Title: w.say("指标", "Indicators"), Empty: w.say("没有数据", "No figures"), Columns: w.columns("4 指标|Indicator", "2.7 单位|Unit", "2.6> 数值|Value", "2> 平台数|Platforms", "2.2> 环比|Change", "2.2> 同比|Year", "3.4 口径|Rule")}
	all := paper.Table{Title: w.say("指标汇总", "Totals"), Columns: w.columns("2 代码|Code", "4 指标|Indicator", "2 单位|Unit", "2 数据期|Period", "3> 数值|Value", "2> 平台数|Platforms",
		"3> 上期（可比）|Before, same platforms", "3> 本期（可比）|Now, same platforms", "2> 可比平台数|Same platforms", "2> 环比（%）|Change (%)", "3> 上年同期（可比）|Year before, same platforms", "3> 本期（可比）|Now, same platforms", "2> 可比平台数|Same platforms", "2> 同比（%）|Year (%)",
		"3 口径|Rule", "3 合并|Over platforms", "2> 最高修订|Highest revision", "4 最后收到（UTC+8）|Last received (UTC+8)")}
	for _, s := range w.Totals {
		x := w.indicators[s.Code]
		if s.Platforms > 0 || s.Before.Platforms > 0 {
			t.Rows = append(t.Rows, []paper.Cell{{Text: w.in(x.Title)}, {Text: w.in(x.Unit)}, w.value(s.Value), count(s.Platforms), percent(s.Before.Percent), percent(s.Year.Percent), {Text: w.combined(x)}})
		}
		all.Rows = append(all.Rows, []paper.Cell{
			{Text: x.Code},
			{Text: w.in(x.Title)},
			{Text: w.in(x.Unit)},
			{Text: w.Period},
			w.value(s.Value), count(s.Platforms),
			w.side(s.Before, s.Before.Then), w.side(s.Before, s.Before.Now), count(s.Before.Platforms), percent(s.Before.Percent),
			w.side(s.Year, s.Year.Then), w.side(s.Year, s.Year.Now), count(s.Year.Platforms), percent(s.Year.Percent),
			{Text: w.rule(x.Rule)},
			{Text: w.over(x)},
			count(s.Revision),
			{Text: w.moment(s.Known)},
		})
	}
	w.add(paper.Block{Table: &t}, paper.Block{Sheet: &all})
	w.note("环比、同比只比较两期都有数据的平台（可比口径），平台增减不算增长；“—”为没有数据，不作估计。未列出的指标本期没有平台报送。",
		"Changes compare the platforms that reported in both periods: one more or one less is no growth. What is not known is “—”, and never estimated. Indicators that are not listed were not reported.")
}

// side is a side of a comparison, when there is one.
func (w *writer) side(a Against, v float64) paper.Cell {
	if a.Platforms == 0 {
		return paper.Cell{Text: nothing}
	}
	return w.value(&v)
}

func (w *writer) over(x Indicator) string {
	switch {
	case w.Subject != nil:
		return w.say("单个平台", "one platform")
	case x.Mean:
		return w.say("各平台平均", "mean of platforms")
	default:
		return w.say("各平台之和，未去重", "sum of platforms; what two count is in it twice")
	}
}

// combined is how the value comes about, in short.
func (w *writer) combined(x Indicator) string {
	if w.Subject != nil {
		return w.rule(x.Rule)
	}
	if x.Mean {
		return w.rule(x.Rule) + w.say("，平均", ", mean")
	}
	return w.rule(x.Rule) + w.say("，合计", ", total")
}

// trends are key indicators over a year and more.
func (w *writer) trends() {
	labels := make([]string, len(w.Periods))
	for i, p := range w.Periods {
		labels[len(w.Periods)-1-i] = p
	}
	all := paper.Table{Title: w.say("趋势", "Trends"), Columns: w.columns("2 代码|Code", "4 指标|Indicator", "2 单位|Unit", "2 数据期|Period", "3> 数值|Value", "2> 平台数|Platforms", "2> 最高修订|Highest revision", "4 最后收到（UTC+8）|Last received (UTC+8)")}
	for _, t := range w.Trends {
		x := w.indicators[t.Code]
		c := paper.Chart{Title: w.in(x.Title), Kind: paper.Line, Unit: w.in(x.Unit), Labels: labels}
		s := paper.Series{Name: w.in(x.Title)}
		known := 0
		for i, v := range t.Sums {
			s.Values = append(s.Values, v.Value)
			if v.Value != nil {
				known++
				all.Rows = append(all.Rows, []paper.Cell{{Text: x.Code}, {Text: w.in(x.Title)}, {Text: w.in(x.Unit)}, {Text: labels[i]}, w.value(v.Value), count(v.Platforms), count(v.Revision), {Text: w.moment(v.Known)}})
			}
		}
		if c.Series = []paper.Series{s}; known > 1 {
			w.add(paper.Block{Chart: &c})
		}
	}
	w.add(paper.Block{Sheet: &all})
}

// growths are key indicators by district, industry and class, and who moved most.
func (w *writer) growths() {
	if w.Subject != nil {
		return
	}
	w.head("分区市、行业和类别", "By district, industry and class")
	for _, by := range []struct{ key, zh, en, word string }{
		{"district", "分区市", "By district", "4 区市|District"}, {"industry", "分行业（GB/T 4754）", "By industry (GB/T 4754)", "4 行业|Industry"}, {"class", "分平台类别", "By class", "4 类别|Class"},
	} {
		t := paper.Table{Title: w.say(by.zh, by.en), Empty: w.say("没有数据", "No figures"), Columns: w.columns(by.word, "4 指标|Indicator", "2.7 单位|Unit", "3> 数值|Value", "2> 平台数|Platforms", "2.4> 环比|Change", "2.4> 同比|Year")}
		full := paper.Table{Title: w.say(by.zh+"明细", by.en+", in full"), Columns: w.columns("2 代码|Code", by.word, "2 指标代码|Indicator code", "4 指标|Indicator", "2 单位|Unit", "2 数据期|Period", "3> 数值|Value", "2> 平台数|Platforms", "2> 可比平台数|Same platforms", "2> 环比（%）|Change (%)", "2> 同比（%）|Year (%)", "2> 最高修订|Highest revision", "4 最后收到（UTC+8）|Last received (UTC+8)")}
		for _, g := range w.Growths {
			x := w.indicators[g.Code]
			if g.By != by.key || g.Platforms == 0 && g.Before.Platforms == 0 {
				continue
			}
			word := w.in(g.Word.Title)
			if word == "" {
				word = w.say("跨行业", "Across industries")
			}
			if w.grown(x) {
				t.Rows = append(t.Rows, []paper.Cell{{Text: word}, {Text: w.in(x.Title)}, {Text: w.in(x.Unit)}, w.value(g.Value), count(g.Platforms), percent(g.Before.Percent), percent(g.Year.Percent)})
			}
			full.Rows = append(full.Rows, []paper.Cell{{Text: g.Word.Code}, {Text: word}, {Text: x.Code}, {Text: w.in(x.Title)}, {Text: w.in(x.Unit)}, {Text: w.Period}, w.value(g.Value), count(g.Platforms), count(g.Before.Platforms), percent(g.Before.Percent), percent(g.Year.Percent), count(g.Revision), {Text: w.moment(g.Known)}})
		}
		w.add(paper.Block{Table: &t}, paper.Block{Sheet: &full})
		if by.key == "district" {
			w.districts()
		}
	}
	w.moves()
}

// grown are the indicators whose division is printed: those that come first.
func (w *writer) grown(x Indicator) bool {
	n := 0
	for _, t := range w.Trends {
		if t.Code == x.Code {
			return n < 2
		}
		n++
	}
	return false
}

// districts are bars of the first key indicator.
func (w *writer) districts() {
	if len(w.Trends) == 0 {
		return
	}
	x := w.indicators[w.Trends[0].Code]
	c := paper.Chart{Title: w.say("各区市", "Districts, ") + w.in(x.Title), Kind: paper.Bar, Unit: w.in(x.Unit), Series: []paper.Series{{Name: w.in(x.Title)}}}
	for _, g := range w.Growths {
		if g.By == "district" && g.Code == x.Code && g.Value != nil {
			c.Labels = append(c.Labels, w.in(g.Word.Title))
			c.Series[0].Values = append(c.Series[0].Values, g.Value)
		}
	}
	if len(c.Labels) > 1 {
		w.add(paper.Block{Chart: &c})
	}
}

func (w *writer) moves() {
	t := paper.Table{Title: w.say("升降幅度居前的平台", "Platforms that rose and fell most"), Empty: w.say("没有可比的数据", "Nothing to compare"), Columns: w.columns("4 指标|Indicator", "2 次序|Order", "5 平台|Platform", "3> 本期|Now", "3> 上期|Before", "2.4> 环比|Change")}
	for _, m := range w.Moves {
		order := fmt.Sprintf(w.say("升 %d", "rose %d"), m.Rank)
		if m.Rank < 0 {
			order = fmt.Sprintf(w.say("降 %d", "fell %d"), -m.Rank)
		}
		now, then, p := m.Now, m.Then, m.Percent
		t.Rows = append(t.Rows, []paper.Cell{{Text: w.indicator(m.Code)}, {Text: order}, {Text: w.platform(m.Platform)}, w.value(&now), w.value(&then), percent(&p)})
	}
	w.table(t)
}
