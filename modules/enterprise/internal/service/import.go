package service

import (
	"slices"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// Bounds of a file with services.
const (
	mostRows  = 20_000
	mostWrong = 200 // findings beside what is there that are told before the rest is not looked at
)

func columns() []sheet.Column[draft] {
	return []sheet.Column[draft]{
		{Name: "code", Title: "企业统一社会信用代码", Note: lang.Text{ZH: "必填", EN: "Of the enterprise, required"}, Set: sheet.Text(func(d *draft) *string { return &d.code })},
		{Name: "matter", Title: "事项", Note: lang.Text{ZH: "代码或名称，必填", EN: "Code or name, required"}, Set: func(d *draft, text string) *lang.Text { d.matter = matterNamed(text); return nil }},
		{Name: "about", Title: "服务内容", Note: lang.Text{ZH: "必填", EN: "What was done, required"}, Set: sheet.Text(func(d *draft) *string { return &d.about })},
		{Name: "started_on", Title: "开始日期", Note: lang.Text{ZH: "例如 2026-03-31，必填", EN: "As 2026-03-31, required"}, Set: day(func(d *draft) *string { return &d.started })},
		{Name: "ended_on", Title: "结束日期", Note: lang.Text{ZH: "留空为开始日期", EN: "Empty: the first day"}, Set: day(func(d *draft) *string { return &d.ended })},
		{Name: "provider", Title: "服务方统一社会信用代码", Note: lang.Text{ZH: "仅主管部门填写；city 为市级服务", EN: "For the bureau's files; city: the city itself"}, Set: sheet.Text(func(d *draft) *string { return &d.provider })},
		{Name: "provider_name", Title: "服务方名称", Note: lang.Text{ZH: "仅主管部门填写", EN: "For the bureau's files"}, Set: sheet.Text(func(d *draft) *string { return &d.providerName })},
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

// day sets a day; workbooks may have the time of day, too.
func day(of func(d *draft) *string) func(*draft, string) *lang.Text {
	return func(d *draft, text string) *lang.Text {
		*of(d), _, _ = strings.Cut(text, "T")
		return nil
	}
}

// rowsRead is what a file holds.
type rowsRead struct {
	drafts []draft
	lines  []int64
	wrong  []sheet.Finding
}

// readRows reads a file with services; each row becomes a draft, or findings. fill says
// whose services they are.
func readRows(rows sheet.Sheet, fill func(draft) draft, validCode func(string) bool, today string) (x rowsRead, err error) {
	table := sheet.Table[draft]{Columns: columns(), Need: []string{"code", "matter", "about", "started_on"}, Most: mostRows}
	x.wrong, err = table.Read(rows, func(d draft, line int64, _ []sheet.Finding) []sheet.Finding {
		d = fill(d)
		wrong := sheet.Findings(d.check(validCode, today), line, func(location, _ string) (column, zh string) {
			column = location[strings.LastIndexByte(location, '.')+1:]
			return column, inChinese(column)
		})
		if len(wrong) == 0 {
			x.drafts, x.lines = append(x.drafts, d), append(x.lines, line)
		}
		return wrong
	})
	return x, err
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
