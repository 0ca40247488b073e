package diagnosis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/paper"
	"linghang/modules/enterprise/internal/assessment"
)

// document is a diagnosis as a report in a language.
func (v Detail) document(language string, benchmarks []Benchmark) paper.Document {
	p := page{v, language}
	d := paper.Document{Title: p.say("数字化诊断报告", "Diagnosis report"), Subtitle: v.Name.In(language) + " · " + v.Questionnaire.Title.In(language), About: p.about()}
	d.Blocks = append(d.Blocks, paper.Block{Figures: p.figures()})
	d.Blocks = append(d.Blocks, p.axes(benchmarks)...)
	if len(v.Result.Tallies) > 0 {
		d.Blocks = append(d.Blocks, p.tallies())
	}
	d.Blocks = append(d.Blocks, p.gap()...)
	if v.Review != nil && v.Review.State == Given {
		d.Blocks = append(d.Blocks, p.review()...)
	}
	d.Blocks = append(d.Blocks, p.marks())
	return d
}

// page writes parts of a report in a language.
type page struct {
	Detail
	language string
}

func (p page) say(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(p.language) }

func (p page) about() []paper.Fact {
	list := []paper.Fact{{Label: p.say("依据", "By"), Value: p.Questionnaire.Document.In(p.language)}}
	if p.SubmittedAt != nil {
		list = append(list, paper.Fact{Label: p.say("提交时间（UTC）", "Submitted (UTC)"), Value: p.SubmittedAt.Format(time.DateTime)}, paper.Fact{Label: p.say("提交凭证（SHA-256）", "Digest (SHA-256)"), Value: p.Digest})
	}
	if p.ReviewedAt != nil {
		list = append(list, paper.Fact{Label: p.say("专家评审", "Reviewed by an expert"), Value: p.ReviewedAt.Format(time.DateTime)})
	}
	if p.Synthetic {
		list = append(list, paper.Fact{Label: p.say("数据", "Data"), Value: p.say("合成数据，仅供演示", "Synthetic, of the demonstration")})
	}
	return list
}

func (p page) level(n int) string {
	if n == 0 {
		return p.say("未达一级", "Below level 1")
	}
	return p.Questionnaire.Levels[n-1].Title.In(p.language)
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func (p page) figures() []paper.Figure {
	list := []paper.Figure{
		{Label: p.say("等级", "Level"), Value: p.level(p.Result.Level)},
		{Label: p.say("得分", "Score"), Value: number(p.Result.Score) + " / " + number(p.Result.Most)},
	}
	if p.Self != nil {
		list = append(list, paper.Figure{Label: p.say("自评", "By its own answers"), Value: p.level(p.Self.Level) + " · " + number(p.Self.Score)})
	}
	return list
}

// axes are the chart and the table of the radar, with medians where they may be told.
func (p page) axes(benchmarks []Benchmark) []paper.Block {
	chart := paper.Chart{Title: p.say("各方面得分率", "By aspect"), Kind: "bar", Unit: "%", Series: []paper.Series{{Name: p.say("本企业", "This enterprise")}}}
	table := paper.Table{Title: p.say("各方面得分率（%）", "By aspect (%)"), Columns: []paper.Column{{Title: p.say("方面", "Aspect"), Width: 4}, {Title: p.say("本企业", "This enterprise"), Width: 2, Right: true}}}
	names := map[string]string{"industry": p.say("同行业中位数", "Median of the industry"), "district": p.say("同区市中位数", "Median of the district")}
	told := []Benchmark{}
	for _, b := range benchmarks {
		if b.Enterprises > 0 {
			told = append(told, b)
			table.Columns = append(table.Columns, paper.Column{Title: fmt.Sprintf("%s (%d)", names[b.Of], b.Enterprises), Width: 3, Right: true})
			chart.Series = append(chart.Series, paper.Series{Name: names[b.Of]})
		}
	}
	for i, a := range p.Result.Axes {
		chart.Labels = append(chart.Labels, a.Title.In(p.language))
		row := []paper.Cell{{Text: a.Title.In(p.language)}}
		values := []float64{a.Percent}
		for _, b := range told {
			values = append(values, b.Axes[i].Median)
		}
		for n, x := range values {
			row = append(row, paper.Cell{Text: fmt.Sprintf("%.1f", x), Number: &x})
			chart.Series[n].Values = append(chart.Series[n].Values, &x)
		}
		table.Rows = append(table.Rows, row)
	}
	return []paper.Block{{Chart: &chart}, {Table: &table}}
}

func (p page) tallies() paper.Block {
	table := paper.Table{Title: p.say("第一部分得分", "Part 1"), Columns: []paper.Column{{Title: p.say("维度与指标", "Dimension and indicator"), Width: 5}, {Title: p.say("得分", "Score"), Width: 2, Right: true}, {Title: p.say("满分", "At most"), Width: 2, Right: true}}}
	for _, t := range p.Result.Tallies {
		title := t.Title.In(p.language)
		if t.Of != "" {
			title = "　" + title
		}
		table.Rows = append(table.Rows, []paper.Cell{{Text: title}, {Text: number(t.Score), Number: &t.Score}, {Text: number(t.Most), Number: &t.Most}})
	}
	return paper.Block{Table: &table}
}

// gap says what lacks to the next level, and the fewest steps that close it.
func (p page) gap() []paper.Block {
	g := p.Result.Next
	if g == nil {
		return []paper.Block{paper.Say(p.say("已达到最高等级。", "This is the highest level."))}
	}
	table := paper.Table{Title: p.say("距下一等级："+p.level(g.Level), "To the next level: "+p.level(g.Level)), Columns: []paper.Column{{Title: p.say("要求", "Asked for"), Width: 5}, {Title: p.say("现有", "Have"), Width: 2, Right: true}, {Title: p.say("需要", "Need"), Width: 2, Right: true}}, Empty: p.say("无差距", "Nothing lacks")}
	row := func(title string, s *assessment.Short) {
		if s != nil {
			table.Rows = append(table.Rows, []paper.Cell{{Text: title}, {Text: number(s.Have), Number: &s.Have}, {Text: number(s.Need), Number: &s.Need}})
		}
	}
	row(p.say("得分", "Score"), g.Score)
	row(p.say("达到相应等级的场景数", "Scenarios of the grade"), g.Scenarios)
	row(p.say("其中约束性场景（★）", "Of them constraining (★)"), g.Starred)
	blocks := []paper.Block{{Table: &table}}
	if len(g.Steps) == 0 {
		return blocks
	}
	steps := paper.Table{Title: p.say("改进建议（步数最少的办法）", "Advice: the fewest steps"), Columns: []paper.Column{{Title: p.say("问题或场景", "Question or scenario"), Width: 5}, {Title: p.say("现在", "Now"), Width: 2, Right: true}, {Title: p.say("目标", "Then"), Width: 2, Right: true}, {Title: p.say("步数", "Steps"), Width: 2, Right: true}}}
	for _, s := range g.Steps {
		title := s.Title.In(p.language)
		if s.Starred {
			title += " ★"
		}
		n := float64(s.Steps)
		steps.Rows = append(steps.Rows, []paper.Cell{{Text: title}, {Text: number(s.Have), Number: &s.Have}, {Text: number(s.Want), Number: &s.Want}, {Text: strconv.Itoa(s.Steps), Number: &n}})
	}
	return append(blocks, paper.Block{Table: &steps})
}

// review lists what the expert changed; both values stand.
func (p page) review() []paper.Block {
	table := paper.Table{
		Title:   p.say("专家更正的答案", "Answers that the expert changed"),
		Columns: []paper.Column{{Title: p.say("问题", "Question"), Width: 4}, {Title: p.say("企业自答", "Own answer"), Width: 4}, {Title: p.say("专家答案", "Expert's answer"), Width: 4}, {Title: p.say("理由", "Reason"), Width: 4}},
		Empty:   p.say("专家未更正任何答案", "The expert changed none"),
	}
	answers := sheetOf(p.Answers)
	for _, v := range p.Verdicts {
		q, ok := p.Questionnaire.Question(v.Question)
		if ok && v.Kind == changed {
			table.Rows = append(table.Rows, []paper.Cell{{Text: q.Title.In(p.language)}, {Text: p.answer(q, answers[v.Question])}, {Text: p.answer(q, v.Answer)}, {Text: v.Reason}})
		}
	}
	blocks := []paper.Block{{Table: &table}}
	if p.Review.Note != "" {
		blocks = append(blocks, paper.Say(p.Review.Note))
	}
	return blocks
}

func (p page) answer(q assessment.Question, a assessment.Answer) string {
	if a.Number != nil {
		return number(*a.Number)
	}
	titles := []string{}
	for _, o := range q.Options {
		if slices.Contains(a.Options, o.Code) {
			titles = append(titles, o.Title.In(p.language))
		}
	}
	return strings.Join(titles, p.say("；", "; "))
}

// marks say what the questionnaire rests on.
func (p page) marks() paper.Block {
	words := map[assessment.Checked]string{
		assessment.Official: p.say("已与官方文本核对", "official text"), assessment.Secondary: p.say("来自二手资料", "secondary source"),
		assessment.Unchecked: p.say("未核对", "not checked"), assessment.Own: p.say("本系统规则", "this system's own rule"),
	}
	table := paper.Table{Title: p.say("依据与核对情况", "What this rests on"), Columns: []paper.Column{{Title: p.say("部分", "Part"), Width: 3}, {Title: p.say("核对", "Checked"), Width: 2}, {Title: p.say("来源", "Source"), Width: 7}}}
	for _, m := range p.Questionnaire.Sorted() {
		table.Rows = append(table.Rows, []paper.Cell{{Text: m.Title.In(p.language)}, {Text: words[m.Checked]}, {Text: m.Source.In(p.language)}})
	}
	return paper.Block{Table: &table}
}
