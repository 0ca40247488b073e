package enterprise

import (
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// mostRows bounds a file with enterprises.
const mostRows = 20_000

// importColumns are those of a file to fill in. Three of them have to be there.
func importColumns() []sheet.Column[Entry] {
	return []sheet.Column[Entry]{
		{Name: "code", Title: "统一社会信用代码", Note: lang.Text{ZH: "18 位，必填", EN: "18 characters, required"}, Set: sheet.Text(func(e *Entry) *string { return &e.Code })}, // looked at with the row
		{Name: "name_zh", Title: "企业名称", Note: lang.Text{ZH: "必填", EN: "In Chinese, required"}, Set: sheet.Text(func(e *Entry) *string { return &e.Name.ZH })},
		{Name: "name_en", Title: "英文名称", Note: lang.Text{ZH: "选填", EN: "In English"}, Set: sheet.Text(func(e *Entry) *string { return &e.Name.EN })},
		{Name: "district", Title: "区市", Note: lang.Text{ZH: "代码或名称，必填", EN: "Code or name, required"}, Set: word(districts(), func(e *Entry, code string) { e.District = code })},
		{Name: "industry", Title: "行业", Note: lang.Text{ZH: "GB/T 4754 大类，代码或名称，必填", EN: "Division of GB/T 4754, code or name, required"}, Set: word(industries(), func(e *Entry, code string) { e.Industry = code })},
		{Name: "size", Title: "企业规模", Note: lang.Text{ZH: "大型、中型、小型、微型", EN: "large, medium, small, micro"}, Set: word(sizes(), func(e *Entry, code string) { e.Size = code })},
		{Name: "address", Title: "地址", Note: lang.Text{ZH: "选填", EN: "Optional"}, Set: sheet.Text(func(e *Entry) *string { return &e.Profile.Address })},
		{Name: "founded_on", Title: "成立日期", Note: lang.Text{ZH: "例如 2006-03-31", EN: "As 2006-03-31"}, Set: func(e *Entry, text string) *lang.Text {
			e.Profile.FoundedOn, _, _ = strings.Cut(text, "T") // workbooks may have the time of day
			return nil
		}},
		{Name: "capital", Title: "注册资本（万元）", Note: lang.Text{ZH: "数值", EN: "A number, in 10 000 CNY"}, Set: func(e *Entry, text string) *lang.Text {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return sheet.Because("%.30q 不是数值", "%.30q is no number", text)
			}
			e.Profile.Capital = &v
			return nil
		}},
		{Name: "products", Title: "产品", Note: lang.Text{ZH: "多个用分号分隔", EN: "Several with ; between them"}, Set: func(e *Entry, text string) *lang.Text { e.Profile.Products = split(text); return nil }},
		{Name: "technologies", Title: "技术", Note: lang.Text{ZH: "多个用分号分隔", EN: "Several with ; between them"}, Set: func(e *Entry, text string) *lang.Text { e.Profile.Technologies = split(text); return nil }},
		{Name: "website", Title: "网址", Note: lang.Text{ZH: "以 http:// 或 https:// 开头", EN: "Begins with http:// or https://"}, Set: sheet.Text(func(e *Entry) *string { return &e.Profile.Website })},
		{Name: "contact", Title: "联系人", Note: lang.Text{ZH: "选填；邀请企业入驻时使用其邮箱", EN: "Optional; the enterprise is invited by this person's e-mail"}, Set: contact(func(c *Contact) *string { return &c.Name })},
		{Name: "phone", Title: "联系电话", Note: lang.Text{ZH: "选填", EN: "Optional"}, Set: contact(func(c *Contact) *string { return &c.Phone })},
		{Name: "email", Title: "联系邮箱", Note: lang.Text{ZH: "选填", EN: "Optional"}, Set: contact(func(c *Contact) *string { return &c.Email })},
	}
}

// contact sets something of the one contact that a row has.
func contact(field func(c *Contact) *string) func(*Entry, string) *lang.Text {
	return func(e *Entry, text string) *lang.Text {
		if len(e.Contacts) == 0 {
			e.Contacts = []Contact{{}}
		}
		*field(&e.Contacts[0]) = strings.TrimSpace(text)
		return nil
	}
}

func word(terms []Term, set func(e *Entry, code string)) func(*Entry, string) *lang.Text {
	return func(e *Entry, text string) *lang.Text {
		code, ok := find(terms, text)
		if !ok {
			return sheet.Because("没有 %.30q 这个选项", "there is no %.30q to choose", text)
		}
		set(e, code)
		return nil
	}
}

func split(text string) []string {
	return words(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；、\n", r) }))
}

// rowsRead is what a file holds.
type rowsRead struct {
	entries []Entry
	lines   map[string]int64 // of codes
	wrong   []sheet.Finding
}

// readRows reads a file with enterprises. A row that is wrong is told, and no entry.
func readRows(rows sheet.Sheet, validCode func(string) bool, now time.Time) (x rowsRead, err error) {
	x.lines = map[string]int64{}
	table := sheet.Table[Entry]{Columns: importColumns(), Need: []string{"code", "name_zh", "district", "industry"}, Most: mostRows}
	x.wrong, err = table.Read(rows, func(e Entry, line int64, wrong []sheet.Finding) []sheet.Finding {
		e = e.tidy()
		if first, twice := x.lines[e.Code]; twice && e.Code != "" {
			wrong = append(wrong, sheet.Finding{Line: line, Column: "code", Why: *sheet.Because("%s 已在第 %d 行", "%s is in line %d already", e.Code, first)})
		}
		x.lines[e.Code] = line
		if len(wrong) == 0 {
			wrong = sheet.Findings(e.check(validCode(e.Code), now), line, importWords)
		}
		if len(wrong) == 0 {
			x.entries = append(x.entries, e)
		}
		return wrong
	})
	return x, err
}

// importWords are the column of the file at a location, and in Chinese what is wrong there.
func importWords(location, message string) (column, zh string) {
	column = location[strings.LastIndexByte(location, '.')+1:]
	switch {
	case strings.HasPrefix(location, "body.contacts") && column == "name":
		column = "contact"
	case column == "name":
		column = "name_zh"
	}
	said := map[string]string{
		"code": "不是统一社会信用代码（18 位，校验位应相符）", "name_zh": "缺少企业名称", "district": "缺少区市", "industry": "缺少行业", "founded_on": "应为已过去的日期，如 2006-03-31",
		"capital": "应为 0 至 1 000 000 000 万元", "website": "应以 http:// 或 https:// 开头", "products": "技术、产品各最多 50 项",
		"contact": "填写了电话或邮箱，缺少联系人姓名", "phone": "应为电话号码", "email": "应为邮箱地址",
	}
	if zh, ok := said[column]; ok {
		return column, zh
	}
	return column, message
}
