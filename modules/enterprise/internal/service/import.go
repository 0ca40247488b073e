package service

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// Bounds of a file with services.
const (
	mostRows  = 20_000
	mostWrong = 200 // findings that are told before the rest is not looked at
)

// column is one of the file, by its names in both languages.
type column struct {
	name, title string
	note        lang.Text
	set         func(d *draft, text string)
}

func columns() []column {
	return []column{
		{"code", "企业统一社会信用代码", lang.Text{ZH: "必填", EN: "Of the enterprise, required"}, func(d *draft, text string) { d.code = text }},
		{"matter", "事项", lang.Text{ZH: "代码或名称，必填", EN: "Code or name, required"}, func(d *draft, text string) { d.matter = matterNamed(text) }},
		{"about", "服务内容", lang.Text{ZH: "必填", EN: "What was done, required"}, func(d *draft, text string) { d.about = text }},
		{"started_on", "开始日期", lang.Text{ZH: "例如 2026-03-31，必填", EN: "As 2026-03-31, required"}, func(d *draft, text string) { d.started, _, _ = strings.Cut(text, "T") }}, // workbooks may have the time of day
		{"ended_on", "结束日期", lang.Text{ZH: "留空为开始日期", EN: "Empty: the first day"}, func(d *draft, text string) { d.ended, _, _ = strings.Cut(text, "T") }},
		{"provider", "服务方统一社会信用代码", lang.Text{ZH: "仅主管部门填写；city 为市级服务", EN: "For the bureau's files; city: the city itself"}, func(d *draft, text string) { d.provider = text }},
		{"provider_name", "服务方名称", lang.Text{ZH: "仅主管部门填写", EN: "For the bureau's files"}, func(d *draft, text string) { d.providerName = text }},
	}
}

// matterNamed is a matter's code, by code or by name; what is none stays as it is.
func matterNamed(text string) string {
	i := slices.IndexFunc(matters(), func(m Matter) bool {
		return strings.EqualFold(m.Code, text) || m.Title.ZH == text || strings.EqualFold(m.Title.EN, text)
	})
	if i < 0 {
		return text
	}
	return matters()[i].Code
}

// Finding says what is wrong with a cell or a row of a file.
type Finding struct {
	Line   int64     `json:"line"`
	Column string    `json:"column" doc:"As the template calls it; empty where it is the row"`
	Why    lang.Text `json:"why"`
}

// read is what a file holds.
type rowsRead struct {
	drafts []draft
	lines  []int64
	wrong  []Finding
}

// readRows reads a file with services; each row becomes a draft, or findings. fill says
// whose services they are.
func readRows(rows sheet.Sheet, fill func(draft) draft, validCode func(string) bool, today string) (rowsRead, error) {
	x := rowsRead{}
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
		if len(x.drafts) >= mostRows {
			return x, sheet.Refuse("超过 %d 行", "it has more than %d rows", mostRows)
		}
		x.row(at, cells, line, fill, validCode, today)
	}
	if len(x.drafts) == 0 && len(x.wrong) == 0 {
		return x, sheet.Refuse("没有数据行", "it has no rows")
	}
	return x, nil
}

func columnsOf(head []string) (map[int]column, error) {
	at, there := map[int]column{}, map[string]bool{}
	for i, name := range head {
		name = strings.TrimSpace(name)
		for _, c := range columns() {
			if strings.EqualFold(name, c.name) || name == c.title {
				at[i], there[c.name] = c, true
			}
		}
	}
	for _, need := range []string{"code", "matter", "about", "started_on"} {
		if !there[need] {
			return nil, sheet.Refuse("缺少列 %s；请使用模板中的列名", "the column %s is missing; name the columns as the template does", need)
		}
	}
	return at, nil
}

func (x *rowsRead) row(at map[int]column, cells []string, line int64, fill func(draft) draft, validCode func(string) bool, today string) {
	d, blank := draft{}, true
	for i, cell := range cells {
		cell = strings.Clone(strings.TrimSpace(cell)) // a row is good until the next one
		c, known := at[i]
		if !known || cell == "" {
			continue
		}
		blank = false
		c.set(&d, cell)
	}
	if blank {
		return
	}
	d = fill(d)
	found := findings(d.check(validCode, today), line)
	if len(found) > 0 {
		x.wrong = append(x.wrong, found...)
		return
	}
	x.drafts, x.lines = append(x.drafts, d), append(x.lines, line)
}

// findings are what check finds, at the columns of the file.
func findings(err error, line int64) []Finding {
	f := fault.As(err)
	if f == nil {
		return nil
	}
	var list []Finding
	for _, x := range f.Fields {
		name := x.Location[strings.LastIndexByte(x.Location, '.')+1:]
		list = append(list, Finding{line, name, lang.Text{ZH: inChinese(name), EN: x.Message}})
	}
	return list
}

// inChinese says what is wrong with a column.
func inChinese(name string) string {
	switch name {
	case "code":
		return "不是统一社会信用代码（18 位，校验位应相符）"
	case "provider":
		return "应为服务方的统一社会信用代码或 city；企业不能服务自己"
	case "provider_name":
		return "缺少服务方名称"
	case "matter":
		return "没有此事项"
	case "about":
		return "请说明服务内容，最多 500 字"
	case "started_on":
		return "应为 2020 年以来已过去的日期，如 2026-03-31"
	case "ended_on":
		return "应为已过去的日期，不早于开始日期"
	default:
		return "请先上传佐证文件"
	}
}

// together tells which services of a file are one with an earlier one of the same file.
func together(list []Service) map[int]int {
	seen, twice := map[[3]string][]int{}, map[int]int{}
	for i, s := range list {
		key := [3]string{s.EntryID, s.Provider, s.Matter}
		j := slices.IndexFunc(seen[key], func(j int) bool { return s.claim().near(list[j].claim()) })
		if j >= 0 && s.ID != "" {
			twice[i] = seen[key][j]
			continue
		}
		seen[key] = append(seen[key], i)
	}
	return twice
}
