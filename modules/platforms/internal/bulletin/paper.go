package bulletin

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/paper"
)

// Edition is which version a report is, and what is new in it.
type Edition struct {
	Number  int64
	Reason  string // why it was made, by a person; empty: by itself
	Changes []Change
}

// printed bounds how many rows of a table are on paper; the workbook has all.
const printed = 40

// writer puts Data into words of a language.
type writer struct {
	Data
	language   string
	platforms  map[string]Platform
	indicators map[string]Indicator
	blocks     []paper.Block
}

// Document is the report in a language.
func (d Data) Document(e Edition, language string) paper.Document {
	w := &writer{Data: d, language: language, platforms: map[string]Platform{}, indicators: map[string]Indicator{}}
	for _, p := range d.Platforms {
		w.platforms[p.ID] = p
	}
	for _, x := range d.Indicators {
		w.indicators[x.Code] = x
	}
	w.news(e)
	w.figures()
	w.trends()
	w.growths()
	w.quality()
	w.availability()
	w.alerts()
	w.rankings()
	w.reach()
	w.awards()
	w.ledger()
	w.facts()
	w.notes()
	return paper.Document{Title: w.title(), Subtitle: w.subtitle(e), About: w.about(e), Blocks: w.blocks}
}

func (w *writer) say(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(w.language) }

func (w *writer) in(t lang.Text) string { return t.In(w.language) }

func (w *writer) add(b ...paper.Block) { w.blocks = append(w.blocks, b...) }

func (w *writer) head(zh, en string) { w.add(paper.Head(1, w.say(zh, en))) }

func (w *writer) note(zh, en string) { w.add(paper.Block{Note: w.say(zh, en)}) }

// table prints the first rows, and has all of them in the workbook when there are more.
func (w *writer) table(t paper.Table) {
	rows := len(t.Rows)
	if rows <= printed {
		w.add(paper.Block{Table: &t})
		return
	}
	all := t
	short := t
	short.Rows = t.Rows[:printed]
	short.Title = t.Title + w.say("（节选）", " (excerpt)")
	w.add(paper.Block{Table: &short}, paper.Block{Sheet: &all},
		paper.Block{Note: fmt.Sprintf(w.say("仅列前 %d 行，共 %d 行，全部见 XLSX。", "The first %d rows of %d; all of them are in the XLSX."), printed, rows)})
}

func (w *writer) title() string {
	kind := w.say("平台监测月报", "Monthly monitoring report of platforms")
	if w.Kind == Quarter {
		kind = w.say("平台监测季报", "Quarterly monitoring report of platforms")
	}
	return kind
}

func (w *writer) subtitle(e Edition) string {
	about := w.say("全市", "The city")
	if w.Subject != nil {
		about = w.in(w.Subject.Name)
	}
	return about + " · " + w.Period + " · " + fmt.Sprintf(w.say("第 %d 版", "version %d"), e.Number)
}

func (w *writer) about(e Edition) []paper.Fact {
	list := []paper.Fact{{Label: w.say("统计时间（UTC+8）", "Period (UTC+8)"), Value: w.From + " – " + w.Until}}
	if p := w.Subject; p != nil {
		list = append(list,
			paper.Fact{Label: w.say("平台代码", "Code"), Value: p.Code},
			paper.Fact{Label: w.say("运营单位", "Operator"), Value: w.in(p.Operator)},
			paper.Fact{Label: w.say("类别、行业、区市", "Class, industry, district"), Value: strings.Join(filled(w.in(p.Class.Title), w.in(p.Industry.Title), w.in(p.District.Title)), " · ")},
		)
	} else {
		list = append(list, paper.Fact{Label: w.say("纳入平台", "Platforms that count"), Value: fmt.Sprintf(w.say("%d 个", "%d"), len(w.Platforms))})
	}
	if e.Reason != "" {
		list = append(list, paper.Fact{Label: w.say("本版原因", "Why this version"), Value: e.Reason})
	}
	if w.Synthetic {
		list = append(list, paper.Fact{Label: w.say("数据", "Data"), Value: w.say("含合成数据，仅供演示", "Some of it synthetic, of the demonstration")})
	}
	return list
}

func filled(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// news tells what differs from the version before.
func (w *writer) news(e Edition) {
	if e.Number < 2 {
		return
	}
	w.head("与上一版的差异", "What differs from the version before")
	t := paper.Table{Title: w.say("差异", "Differences"), Empty: w.say("没有差异", "None"), Columns: w.columns("3 平台|Platform", "3 内容|What", "2 数据期|Period", "2> 原值|Old", "2> 新值|New", "3 原因|Why", "3 收到时间|Received")}
	for _, c := range e.Changes {
		t.Rows = append(t.Rows, []paper.Cell{{Text: w.platform(c.Platform)}, {Text: w.part(c)}, {Text: c.Period}, w.value(c.Old), w.value(c.New), {Text: w.why(c)}, {Text: w.moment(c.Known)}})
	}
	w.table(t)
	if w.Subject != nil {
		return
	}
	w.note("上一版不作改动，仍可下载和核验。", "The version before stays as it is; it can be downloaded and checked.")
}

func (w *writer) part(c Change) string {
	if c.Part == "fact" {
		return w.indicator(c.Code)
	}
	return map[string]string{
		"platforms": w.say("纳入平台", "Platforms that count"), "grades": w.say("数据质量等级", "Data quality grades"), "findings": w.say("数据质量问题", "Findings"),
		"availability": w.say("可用率", "Availability"), "alerts": w.say("告警", "Alerts"), "rankings": w.say("平台排名", "Rankings"), "reach": w.say("平台普及率", "Penetration"),
		"served": w.say("服务企业清单", "Lists of enterprises served"), "awards": w.say("平台培育", "Fostering"), "definitions": w.say("指标和口径", "Indicators and definitions"),
	}[c.Part]
}

func (w *writer) why(c Change) string {
	switch c.Why {
	case Corrected:
		return fmt.Sprintf(w.say("更正报送，第 %d 次修订", "corrected, revision %d"), c.Revision)
	case Added:
		return w.say("上一版之后补报", "reported after the version before")
	case Gone:
		return w.say("不再计入", "does not count any more")
	default:
		return w.say("情况有变化", "it is different now")
	}
}

// columns are titles as "3 平台|Platform": the width, > for numbers, both languages.
func (w *writer) columns(list ...string) []paper.Column {
	columns := make([]paper.Column, len(list))
	for i, text := range list {
		size, title, _ := strings.Cut(text, " ")
		zh, en, _ := strings.Cut(title, "|")
		number := strings.TrimSuffix(size, ">")
		wide, err := strconv.ParseFloat(number, 64)
		if err != nil {
			wide = 1
		}
		columns[i] = paper.Column{Title: w.say(zh, en), Width: wide, Right: number != size}
	}
	return columns
}

func (w *writer) platform(id string) string {
	if p, ok := w.platforms[id]; ok {
		return w.in(p.Name)
	}
	if id != "" && w.Subject != nil && w.Subject.ID == id {
		return w.in(w.Subject.Name)
	}
	return id
}

func (w *writer) code(id string) string {
	if p, ok := w.platforms[id]; ok {
		return p.Code
	}
	return id
}

func (w *writer) indicator(code string) string {
	if x, ok := w.indicators[code]; ok {
		return w.in(x.Title)
	}
	return code
}

const nothing = "—"

// number writes a value as people read it: whole ones with separators, others with up
// to two digits.
func number(v float64) string {
	digits := 2
	if v == math.Trunc(v) {
		digits = 0
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', digits, 64)
	whole, rest, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest = strings.TrimRight(rest, "0"); rest != "" {
		whole += "." + rest
	}
	if v < 0 {
		return "-" + whole
	}
	return whole
}

func (w *writer) value(v *float64) paper.Cell {
	if v == nil {
		return paper.Cell{Text: nothing}
	}
	return paper.Cell{Text: number(*v), Number: v}
}

func count[T int | int64](n T) paper.Cell {
	v := float64(n)
	return paper.Cell{Text: number(v), Number: &v}
}

// percent is a growth; green and red are not for growth, which is neither good nor bad
// by itself.
func percent(v *float64) paper.Cell {
	if v == nil {
		return paper.Cell{Text: nothing}
	}
	return paper.Cell{Text: fmt.Sprintf("%+.1f%%", *v), Number: v}
}

func (w *writer) moment(at time.Time) string {
	if at.IsZero() {
		return nothing
	}
	return at.In(time.FixedZone("Asia/Shanghai", 8*3600)).Format("2006-01-02 15:04")
}

func (w *writer) rule(rule string) string {
	end := w.say("月末值", "the last of the month")
	if w.Kind == Quarter {
		end = w.say("季末值", "the last of the quarter")
	}
	return map[string]string{"last": end, "sum": w.say("各期之和", "sum"), "mean": w.say("各期平均", "mean"), "rise": w.say("累计值的增量", "rise of a counter")}[rule]
}
