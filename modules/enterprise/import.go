package enterprise

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// Bounds of a file with enterprises.
const (
	mostRows  = 20_000
	mostWrong = 200 // rows that are told before the rest is not looked at
)

// importColumn is a column of the file, by its names in both languages.
type importColumn struct {
	name  string
	title string // in Chinese
	note  lang.Text
	read  func(e *Entry, text string) *lang.Text // nil: it is good
}

// because says in both languages why a cell cannot be taken.
func because(zh, en string, args ...any) *lang.Text {
	return &lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// importColumns are those of a file to fill in. Three of them have to be there.
func importColumns() []importColumn {
	return []importColumn{
		{"code", "统一社会信用代码", lang.Text{ZH: "18 位，必填", EN: "18 characters, required"}, func(e *Entry, text string) *lang.Text {
			e.Code = text
			return nil // looked at with the row
		}},
		{"name_zh", "企业名称", lang.Text{ZH: "必填", EN: "In Chinese, required"}, func(e *Entry, text string) *lang.Text { e.Name.ZH = text; return nil }},
		{"name_en", "英文名称", lang.Text{ZH: "选填", EN: "In English"}, func(e *Entry, text string) *lang.Text { e.Name.EN = text; return nil }},
		{"district", "区市", lang.Text{ZH: "代码或名称，必填", EN: "Code or name, required"}, word(districts(), func(e *Entry, code string) { e.District = code })},
		{"industry", "行业", lang.Text{ZH: "GB/T 4754 大类，代码或名称，必填", EN: "Division of GB/T 4754, code or name, required"}, word(industries(), func(e *Entry, code string) { e.Industry = code })},
		{"size", "企业规模", lang.Text{ZH: "大型、中型、小型、微型", EN: "large, medium, small, micro"}, word(sizes(), func(e *Entry, code string) { e.Size = code })},
		{"address", "地址", lang.Text{ZH: "选填", EN: "Optional"}, func(e *Entry, text string) *lang.Text { e.Profile.Address = text; return nil }},
		{"founded_on", "成立日期", lang.Text{ZH: "例如 2006-03-31", EN: "As 2006-03-31"}, func(e *Entry, text string) *lang.Text {
			e.Profile.FoundedOn, _, _ = strings.Cut(text, "T") // workbooks may have the time of day
			return nil
		}},
		{"capital", "注册资本（万元）", lang.Text{ZH: "数值", EN: "A number, in 10 000 CNY"}, func(e *Entry, text string) *lang.Text {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return because("%.30q 不是数值", "%.30q is no number", text)
			}
			e.Profile.Capital = &v
			return nil
		}},
		{"products", "产品", lang.Text{ZH: "多个用分号分隔", EN: "Several with ; between them"}, func(e *Entry, text string) *lang.Text { e.Profile.Products = split(text); return nil }},
		{"technologies", "技术", lang.Text{ZH: "多个用分号分隔", EN: "Several with ; between them"}, func(e *Entry, text string) *lang.Text { e.Profile.Technologies = split(text); return nil }},
		{"website", "网址", lang.Text{ZH: "以 http:// 或 https:// 开头", EN: "Begins with http:// or https://"}, func(e *Entry, text string) *lang.Text { e.Profile.Website = text; return nil }},
	}
}

func word(terms []Term, set func(e *Entry, code string)) func(*Entry, string) *lang.Text {
	return func(e *Entry, text string) *lang.Text {
		code, ok := find(terms, text)
		if !ok {
			return because("没有 %.30q 这个选项", "there is no %.30q to choose", text)
		}
		set(e, code)
		return nil
	}
}

func split(text string) []string {
	return words(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；、\n", r) }))
}

// Finding says what is wrong with a cell or a row of a file.
type Finding struct {
	Line   int64     `json:"line"`
	Column string    `json:"column" doc:"As the template calls it; empty where it is the row"`
	Why    lang.Text `json:"why"`
}

// rowsRead is what a file holds.
type rowsRead struct {
	entries []Entry
	lines   map[string]int64 // of codes
	wrong   []Finding
}

// readRows reads a file with enterprises. A row that is wrong is told, and no entry.
func readRows(rows sheet.Sheet, validCode func(string) bool, now time.Time) (rowsRead, error) {
	x := rowsRead{lines: map[string]int64{}}
	head, err := sheet.Head(rows)
	if err != nil {
		return x, err
	}
	at, err := columnsOf(head)
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
		if len(x.entries) >= mostRows {
			return x, sheet.Refuse("超过 %d 行", "it has more than %d rows", mostRows)
		}
		x.row(at, cells, line, validCode, now)
	}
	if len(x.entries) == 0 && len(x.wrong) == 0 {
		return x, sheet.Refuse("没有数据行", "it has no rows")
	}
	return x, nil
}

// columnsOf finds the columns of a file by their names.
func columnsOf(head []string) (map[int]importColumn, error) {
	at, there := map[int]importColumn{}, map[string]bool{}
	for i, name := range head {
		for _, c := range importColumns() {
			if name = strings.TrimSpace(name); strings.EqualFold(name, c.name) || name == c.title {
				at[i] = c
				there[c.name] = true
			}
		}
	}
	for _, need := range []string{"code", "name_zh", "district", "industry"} {
		if !there[need] {
			return nil, sheet.Refuse("缺少列 %s；请使用模板中的列名", "the column %s is missing; name the columns as the template does", need)
		}
	}
	return at, nil
}

func (x *rowsRead) row(at map[int]importColumn, cells []string, line int64, validCode func(string) bool, now time.Time) {
	e := Entry{}
	before := len(x.wrong)
	blank := true
	for i, cell := range cells {
		cell = strings.Clone(strings.TrimSpace(cell)) // a row is good until the next one
		c, known := at[i]
		if !known || cell == "" {
			continue
		}
		blank = false
		if why := c.read(&e, cell); why != nil {
			x.wrong = append(x.wrong, Finding{line, c.name, *why})
		}
	}
	if blank {
		return
	}
	e = e.tidy()
	if first, twice := x.lines[e.Code]; twice && e.Code != "" {
		x.wrong = append(x.wrong, Finding{line, "code", *because("%s 已在第 %d 行", "%s is in line %d already", e.Code, first)})
	}
	x.lines[e.Code] = line
	if len(x.wrong) == before {
		x.wrong = append(x.wrong, findings(e.check(validCode(e.Code), now), line)...)
	}
	if len(x.wrong) == before {
		x.entries = append(x.entries, e)
	}
}

// findings are what check finds, at the columns of the file.
func findings(err error, line int64) []Finding {
	f := fault.As(err)
	if f == nil {
		return nil
	}
	var list []Finding
	for _, x := range f.Fields {
		column := x.Location[strings.LastIndexByte(x.Location, '.')+1:]
		if column == "name" {
			column = "name_zh"
		}
		list = append(list, Finding{line, column, lang.Text{ZH: importWords(column, x.Message), EN: x.Message}})
	}
	return list
}

// importWords are in Chinese what is wrong with a column.
func importWords(column, message string) string {
	said := map[string]string{
		"code": "不是统一社会信用代码（18 位，校验位应相符）", "name_zh": "缺少企业名称", "district": "缺少区市", "industry": "缺少行业", "founded_on": "应为已过去的日期，如 2006-03-31",
		"capital": "应为 0 至 1 000 000 000 万元", "website": "应以 http:// 或 https:// 开头", "products": "技术、产品各最多 50 项",
	}
	if zh, ok := said[column]; ok {
		return zh
	}
	return message
}
