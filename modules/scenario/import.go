package scenario

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// Bounds of a file with scenarios.
const (
	mostRows  = 5000
	mostWrong = 200 // rows that are told before the rest is not looked at
)

// importColumn is a column of the file, by its names in both languages.
type importColumn struct {
	name  string
	title string // in Chinese
	note  lang.Text
	read  func(c *Content, text string) *lang.Text // nil: it is good
}

// because says in both languages why a cell cannot be taken.
func because(zh, en string, args ...any) *lang.Text {
	return &lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// split cuts a list at what people write between its parts.
func split(text string) []string {
	return tidied(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;；、，\n", r) }))
}

// importColumns are those of a file to fill in.
func importColumns(t *Taxonomy) []importColumn {
	several := lang.Text{ZH: "代码或名称，多个用分号分隔", EN: "Codes or names, several with ; between them"}
	list := []importColumn{
		{"title_zh", "场景名称", lang.Text{ZH: "必填", EN: "In Chinese, required"}, plain(func(c *Content) *string { return &c.Title.ZH })},
		{"title_en", "英文名称", lang.Text{ZH: "选填", EN: "In English"}, plain(func(c *Content) *string { return &c.Title.EN })},
		{"summary_zh", "简介", lang.Text{ZH: "必填，500 字以内", EN: "In Chinese, required, 500 characters at most"}, plain(func(c *Content) *string { return &c.Summary.ZH })},
		{"summary_en", "英文简介", lang.Text{ZH: "选填", EN: "In English"}, plain(func(c *Content) *string { return &c.Summary.EN })},
		{"text_zh", "正文", lang.Text{ZH: "选填，8000 字以内", EN: "In Chinese, 8000 characters at most"}, plain(func(c *Content) *string { return &c.Text.ZH })},
		{"text_en", "英文正文", lang.Text{ZH: "选填", EN: "In English"}, plain(func(c *Content) *string { return &c.Text.EN })},
		{"industries", "行业", lang.Text{ZH: "GB/T 4754 大类，代码或名称，多个用分号分隔", EN: "Divisions of GB/T 4754, codes or names, with ; between them"}, words(t, axisIndustry, func(c *Content) *[]string { return &c.Industries })},
		{"stages", "业务环节", several, words(t, axisStage, func(c *Content) *[]string { return &c.Stages })},
		{"modes", "新模式", several, words(t, axisMode, func(c *Content) *[]string { return &c.Modes })},
		{"links", "十六场景", several, words(t, axisLink, func(c *Content) *[]string { return &c.Links })},
		{"technologies", "技术", several, words(t, axisTechnology, func(c *Content) *[]string { return &c.Technologies })},
		{"values", "价值", several, words(t, axisValue, func(c *Content) *[]string { return &c.Values })},
		{"maturity", "成熟度", lang.Text{ZH: "代码或名称，必填", EN: "Code or name, required"}, func(c *Content, text string) *lang.Text {
			code, why := find(t, axisMaturity, text)
			c.Maturity = code
			return why
		}},
		{"cost_from", "投入下限（万元）", lang.Text{ZH: "数值", EN: "A number, in 10 000 CNY"}, number(func(c *Content, v float64) { cost(c).From = v })},
		{"cost_to", "投入上限（万元）", lang.Text{ZH: "数值", EN: "A number, in 10 000 CNY"}, number(func(c *Content, v float64) { cost(c).To = v })},
		{"cost_evidence", "投入依据", lang.Text{ZH: "有投入时必填", EN: "Required where there is a cost"}, func(c *Content, text string) *lang.Text { cost(c).Evidence = text; return nil }},
		{"providers", "服务商", lang.Text{ZH: "名称，多个用分号分隔", EN: "Names, with ; between them"}, func(c *Content, text string) *lang.Text {
			for _, name := range split(text) {
				c.Providers = append(c.Providers, Provider{Name: lang.Text{ZH: name, EN: name}})
			}
			return nil
		}},
		{"apps", "工业应用", lang.Text{ZH: "名称，多个用分号分隔", EN: "Names, with ; between them"}, func(c *Content, text string) *lang.Text { c.Apps = split(text); return nil }},
		{"standards", "标准", lang.Text{ZH: "编号，多个用分号分隔", EN: "Numbers, with ; between them"}, func(c *Content, text string) *lang.Text { c.Standards = split(text); return nil }},
	}
	return append(list, effectColumns(t)...)
}

// effectColumns are those of one figure of effect.
func effectColumns(t *Taxonomy) []importColumn {
	return []importColumn{
		{"effect_kind", "成效类别", lang.Text{ZH: "价值的代码或名称", EN: "A word of the axis value"}, func(c *Content, text string) *lang.Text {
			code, why := find(t, axisValue, text)
			effect(c).Kind = code
			return why
		}},
		{"effect_name", "成效指标", lang.Text{ZH: "例如 停机时间下降", EN: "As: fewer hours of standstill"}, func(c *Content, text string) *lang.Text {
			effect(c).Name = lang.Text{ZH: text, EN: text}
			return nil
		}},
		{"effect_value", "成效数值", lang.Text{ZH: "数值", EN: "A number"}, number(func(c *Content, v float64) { effect(c).Value = v })},
		{"effect_unit", "成效单位", lang.Text{ZH: "例如 %", EN: "As %"}, func(c *Content, text string) *lang.Text { effect(c).Unit = text; return nil }},
		{"effect_evidence", "成效依据", lang.Text{ZH: "有成效时必填", EN: "Required where there is an effect"}, func(c *Content, text string) *lang.Text { effect(c).Evidence = text; return nil }},
	}
}

func plain(of func(c *Content) *string) func(*Content, string) *lang.Text {
	return func(c *Content, text string) *lang.Text { *of(c) = text; return nil }
}

func words(t *Taxonomy, axis string, of func(c *Content) *[]string) func(*Content, string) *lang.Text {
	return func(c *Content, text string) *lang.Text {
		for _, word := range split(text) {
			code, why := find(t, axis, word)
			if why != nil {
				return why
			}
			*of(c) = append(*of(c), code)
		}
		return nil
	}
}

// find returns the code of a word, by code or by name.
func find(t *Taxonomy, axis, word string) (string, *lang.Text) {
	terms := t.axis(axis).Terms
	i := slices.IndexFunc(terms, func(x Term) bool {
		return strings.EqualFold(x.Code, word) || x.Title.ZH == word || strings.EqualFold(x.Title.EN, word)
	})
	if i < 0 {
		return "", because("分类目录中没有 %.30q", "the taxonomy has no %.30q", word)
	}
	return terms[i].Code, nil
}

func number(set func(c *Content, v float64)) func(*Content, string) *lang.Text {
	return func(c *Content, text string) *lang.Text {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return because("%.30q 不是数值", "%.30q is no number", text)
		}
		set(c, v)
		return nil
	}
}

func cost(c *Content) *Cost {
	if c.Cost == nil {
		c.Cost = &Cost{}
	}
	return c.Cost
}

func effect(c *Content) *Effect {
	if len(c.Effects) == 0 {
		c.Effects = append(c.Effects, Effect{})
	}
	return &c.Effects[0]
}

// Finding says what is wrong with a cell or a row of a file.
type Finding struct {
	Line   int64     `json:"line"`
	Column string    `json:"column" doc:"As the template calls it"`
	Why    lang.Text `json:"why"`
}

// rowsRead is what a file holds.
type rowsRead struct {
	contents []Content
	lines    []int64 // of each
	wrong    []Finding
}

// readRows reads a file with scenarios. A row that is wrong is told, and no content.
func readRows(rows sheet.Sheet, t *Taxonomy) (rowsRead, error) {
	x := rowsRead{}
	head, err := sheet.Head(rows)
	if err != nil {
		return x, err
	}
	at, err := columnsOf(head, t)
	if err != nil {
		return x, err
	}
	for len(x.wrong) < mostWrong {
		cells, line, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return x, fmt.Errorf("read row: %w", err)
		}
		if len(x.contents) >= mostRows {
			return x, sheet.Refuse("超过 %d 行", "it has more than %d rows", mostRows)
		}
		x.row(at, cells, line, t)
	}
	if len(x.contents) == 0 && len(x.wrong) == 0 {
		return x, sheet.Refuse("没有数据行", "it has no rows")
	}
	return x, nil
}

// columnsOf finds the columns of a file by their names.
func columnsOf(head []string, t *Taxonomy) (map[int]importColumn, error) {
	at, there := map[int]importColumn{}, map[string]bool{}
	columns := importColumns(t)
	for i, name := range head {
		name = strings.TrimSpace(name)
		for _, c := range columns {
			if strings.EqualFold(name, c.name) || name == c.title {
				at[i] = c
				there[c.name] = true
			}
		}
	}
	for _, need := range []string{"title_zh", "summary_zh", "industries", "stages", "modes", "values", "maturity"} {
		if !there[need] {
			return nil, sheet.Refuse("缺少列 %s；请使用模板中的列名", "the column %s is missing; name the columns as the template does", need)
		}
	}
	return at, nil
}

func (x *rowsRead) row(at map[int]importColumn, cells []string, line int64, t *Taxonomy) {
	c, before, blank := Content{}, len(x.wrong), true
	for i, cell := range cells {
		cell = strings.Clone(strings.TrimSpace(cell)) // a row is good until the next one
		column, known := at[i]
		if !known || cell == "" {
			continue
		}
		blank = false
		if why := column.read(&c, cell); why != nil {
			x.wrong = append(x.wrong, Finding{line, column.name, *why})
		}
	}
	if blank || len(x.wrong) > before {
		return
	}
	c = c.tidy()
	if err := c.check(t, true); err != nil {
		x.wrong = append(x.wrong, findings(err, line)...)
		return
	}
	x.contents, x.lines = append(x.contents, c), append(x.lines, line)
}

// findings are what check finds, at the columns of the file.
func findings(err error, line int64) []Finding {
	f := fault.As(err)
	if f == nil {
		return nil
	}
	said := map[string]string{
		"title": "缺少场景名称，或超过 120 字", "summary": "缺少简介", "text": "简介不超过 500 字，正文不超过 8000 字", "industries": "至少一个行业，最多 20 个", "stages": "至少一个业务环节，最多 20 个",
		"modes": "至少一种新模式，最多 20 个", "values": "至少一种价值，最多 20 个", "maturity": "缺少成熟度", "cost": "投入应为 0 至 10 000 000 万元，且下限不大于上限", "cost.evidence": "请说明投入依据",
		"effects[0].kind": "缺少成效类别", "effects[0].name": "缺少成效指标", "effects[0].value": "应为数值", "effects[0].evidence": "请说明成效依据",
	}
	var list []Finding
	for _, x := range f.Fields {
		column := strings.TrimPrefix(x.Location, "body.")
		zh, ok := said[column]
		if !ok {
			zh = x.Message
		}
		list = append(list, Finding{line, column, lang.Text{ZH: zh, EN: x.Message}})
	}
	return list
}

// sifted is what of a file would be published.
type sifted struct {
	contents []Content
	lines    []int64
	told     []told
	known    int
}

// sift leaves out rows that say what the catalogue or a row before says already, and
// lines that are to be skipped.
func sift(read rowsRead, known []told, skip map[string]bool) sifted {
	said := map[[2]string]bool{}
	for _, x := range known {
		said[[2]string{x.title, x.summary}] = true
	}
	var out sifted
	for i, c := range read.contents {
		line := read.lines[i]
		x := tell(strconv.FormatInt(line, 10), c)
		switch key := [2]string{x.title, x.summary}; {
		case skip[x.key]:
		case said[key]:
			out.known++
		default:
			said[key] = true
			out.contents, out.lines, out.told = append(out.contents, c), append(out.lines, line), append(out.told, x)
		}
	}
	return out
}
