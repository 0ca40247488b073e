package scenario

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// mostRows bounds a file with scenarios.
const mostRows = 5000

// split cuts a list at what people write between its parts.
func split(text string) []string {
	return tidied(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;；、，\n", r) }))
}

// importColumns are those of a file to fill in.
func importColumns(t *Taxonomy) []sheet.Column[Content] {
	several := lang.Text{ZH: "代码或名称，多个用分号分隔", EN: "Codes or names, several with ; between them"}
	list := []sheet.Column[Content]{
		{Name: "title_zh", Title: "场景名称", Note: lang.Text{ZH: "必填", EN: "In Chinese, required"}, Set: sheet.Text(func(c *Content) *string { return &c.Title.ZH })},
		{Name: "title_en", Title: "英文名称", Note: lang.Text{ZH: "选填", EN: "In English"}, Set: sheet.Text(func(c *Content) *string { return &c.Title.EN })},
		{Name: "summary_zh", Title: "简介", Note: lang.Text{ZH: "必填，500 字以内", EN: "In Chinese, required, 500 characters at most"}, Set: sheet.Text(func(c *Content) *string { return &c.Summary.ZH })},
		{Name: "summary_en", Title: "英文简介", Note: lang.Text{ZH: "选填", EN: "In English"}, Set: sheet.Text(func(c *Content) *string { return &c.Summary.EN })},
		{Name: "text_zh", Title: "正文", Note: lang.Text{ZH: "选填，8000 字以内", EN: "In Chinese, 8000 characters at most"}, Set: sheet.Text(func(c *Content) *string { return &c.Text.ZH })},
		{Name: "text_en", Title: "英文正文", Note: lang.Text{ZH: "选填", EN: "In English"}, Set: sheet.Text(func(c *Content) *string { return &c.Text.EN })},
		{Name: "industries", Title: "行业", Note: lang.Text{ZH: "GB/T 4754 大类，代码或名称，多个用分号分隔", EN: "Divisions of GB/T 4754, codes or names, with ; between them"}, Set: words(t, axisIndustry, func(c *Content) *[]string { return &c.Industries })},
		{Name: "stages", Title: "业务环节", Note: several, Set: words(t, axisStage, func(c *Content) *[]string { return &c.Stages })},
		{Name: "modes", Title: "新模式", Note: several, Set: words(t, axisMode, func(c *Content) *[]string { return &c.Modes })},
		{Name: "links", Title: "十六场景", Note: several, Set: words(t, axisLink, func(c *Content) *[]string { return &c.Links })},
		{Name: "technologies", Title: "技术", Note: several, Set: words(t, axisTechnology, func(c *Content) *[]string { return &c.Technologies })},
		{Name: "values", Title: "价值", Note: several, Set: words(t, axisValue, func(c *Content) *[]string { return &c.Values })},
		{Name: "maturity", Title: "成熟度", Note: lang.Text{ZH: "代码或名称，必填", EN: "Code or name, required"}, Set: func(c *Content, text string) *lang.Text {
			code, why := find(t, axisMaturity, text)
			c.Maturity = code
			return why
		}},
		{Name: "cost_from", Title: "投入下限（万元）", Note: lang.Text{ZH: "数值", EN: "A number, in 10 000 CNY"}, Set: number(func(c *Content, v float64) { cost(c).From = v })},
		{Name: "cost_to", Title: "投入上限（万元）", Note: lang.Text{ZH: "数值", EN: "A number, in 10 000 CNY"}, Set: number(func(c *Content, v float64) { cost(c).To = v })},
		{Name: "cost_evidence", Title: "投入依据", Note: lang.Text{ZH: "有投入时必填", EN: "Required where there is a cost"}, Set: func(c *Content, text string) *lang.Text { cost(c).Evidence = text; return nil }},
		{Name: "providers", Title: "服务商", Note: lang.Text{ZH: "名称，多个用分号分隔", EN: "Names, with ; between them"}, Set: func(c *Content, text string) *lang.Text {
			for _, name := range split(text) {
				c.Providers = append(c.Providers, Provider{Name: lang.Text{ZH: name, EN: name}})
			}
			return nil
		}},
		{Name: "apps", Title: "工业应用", Note: lang.Text{ZH: "名称，多个用分号分隔", EN: "Names, with ; between them"}, Set: func(c *Content, text string) *lang.Text { c.Apps = split(text); return nil }},
		{Name: "standards", Title: "标准", Note: lang.Text{ZH: "编号，多个用分号分隔", EN: "Numbers, with ; between them"}, Set: func(c *Content, text string) *lang.Text { c.Standards = split(text); return nil }},
	}
	return append(list, effectColumns(t)...)
}

// effectColumns are those of one figure of effect.
func effectColumns(t *Taxonomy) []sheet.Column[Content] {
	return []sheet.Column[Content]{
		{Name: "effect_kind", Title: "成效类别", Note: lang.Text{ZH: "价值的代码或名称", EN: "A word of the axis value"}, Set: func(c *Content, text string) *lang.Text {
			code, why := find(t, axisValue, text)
			effect(c).Kind = code
			return why
		}},
		{Name: "effect_name", Title: "成效指标", Note: lang.Text{ZH: "例如 停机时间下降", EN: "As: fewer hours of standstill"}, Set: func(c *Content, text string) *lang.Text {
			effect(c).Name = lang.Text{ZH: text, EN: text}
			return nil
		}},
		{Name: "effect_value", Title: "成效数值", Note: lang.Text{ZH: "数值", EN: "A number"}, Set: number(func(c *Content, v float64) { effect(c).Value = v })},
		{Name: "effect_unit", Title: "成效单位", Note: lang.Text{ZH: "例如 %", EN: "As %"}, Set: func(c *Content, text string) *lang.Text { effect(c).Unit = text; return nil }},
		{Name: "effect_evidence", Title: "成效依据", Note: lang.Text{ZH: "有成效时必填", EN: "Required where there is an effect"}, Set: func(c *Content, text string) *lang.Text { effect(c).Evidence = text; return nil }},
	}
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
		return "", sheet.Because("分类目录中没有 %.30q", "the taxonomy has no %.30q", word)
	}
	return terms[i].Code, nil
}

func number(set func(c *Content, v float64)) func(*Content, string) *lang.Text {
	return func(c *Content, text string) *lang.Text {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return sheet.Because("%.30q 不是数值", "%.30q is no number", text)
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

// rowsRead is what a file holds.
type rowsRead struct {
	contents []Content
	lines    []int64 // of each
	wrong    []sheet.Finding
}

// readRows reads a file with scenarios. A row that is wrong is told, and no content.
func readRows(rows sheet.Sheet, t *Taxonomy) (x rowsRead, err error) {
	table := sheet.Table[Content]{Columns: importColumns(t), Need: []string{"title_zh", "summary_zh", "industries", "stages", "modes", "values", "maturity"}, Most: mostRows}
	x.wrong, err = table.Read(rows, func(c Content, line int64, wrong []sheet.Finding) []sheet.Finding {
		if len(wrong) > 0 {
			return wrong
		}
		c = c.tidy()
		if err := c.check(t, true); err != nil {
			return sheet.Findings(err, line, importWords)
		}
		x.contents, x.lines = append(x.contents, c), append(x.lines, line)
		return nil
	})
	return x, err
}

// importWords are the column of the file at a location, and in Chinese what is wrong there.
func importWords(location, message string) (column, zh string) {
	said := map[string]string{
		"title": "缺少场景名称，或超过 120 字", "summary": "缺少简介", "text": "简介不超过 500 字，正文不超过 8000 字", "industries": "至少一个行业，最多 20 个", "stages": "至少一个业务环节，最多 20 个",
		"modes": "至少一种新模式，最多 20 个", "values": "至少一种价值，最多 20 个", "maturity": "缺少成熟度", "cost": "投入应为 0 至 10 000 000 万元，且下限不大于上限", "cost.evidence": "请说明投入依据",
		"effects[0].kind": "缺少成效类别", "effects[0].name": "缺少成效指标", "effects[0].value": "应为数值", "effects[0].evidence": "请说明成效依据",
	}
	column = strings.TrimPrefix(location, "body.")
	return column, cmp.Or(said[column], message)
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
