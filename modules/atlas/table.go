package atlas

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// Bounds of a file.
const (
	mostRows  = 20_000
	mostWrong = 200 // rows that are told before the rest is not looked at
)

func because(zh, en string, args ...any) lang.Text {
	return lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// column is a column of a file, by its names in both languages.
type column struct {
	name, title string
	need        bool
}

// row is a row of a file by the English names of its columns.
type row struct {
	line  int64
	cells map[string]string
}

// readTable reads the rows of a file that has some columns.
func readTable(rows sheet.Sheet, columns []column) ([]row, error) {
	head, err := sheet.Head(rows)
	if err != nil {
		return nil, err
	}
	at, err := columnsOf(head, columns)
	if err != nil {
		return nil, err
	}
	var list []row
	for {
		cells, line, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		r := row{line, map[string]string{}}
		for i, cell := range cells {
			if cell = strings.TrimSpace(cell); cell != "" && at[i] != "" {
				r.cells[at[i]] = strings.Clone(cell) // a row is good until the next one
			}
		}
		if len(r.cells) == 0 {
			continue
		}
		if len(list) >= mostRows {
			return nil, sheet.Refuse("超过 %d 行", "it has more than %d rows", mostRows)
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		return nil, sheet.Refuse("没有数据行", "it has no rows")
	}
	return list, nil
}

// columnsOf finds the columns of a file by their names in either language.
func columnsOf(head []string, columns []column) (map[int]string, error) {
	at, there := map[int]string{}, map[string]bool{}
	for i, name := range head {
		for _, c := range columns {
			if name = strings.TrimSpace(name); strings.EqualFold(name, c.name) || name == c.title {
				at[i], there[c.name] = c.name, true
			}
		}
	}
	for _, c := range columns {
		if c.need && !there[c.name] {
			return nil, sheet.Refuse("缺少列 %s", "the column %s is missing", c.name)
		}
	}
	return at, nil
}

// several are the words of a cell.
func several(text string) []string {
	var list []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；、\n", r) }) {
		if w = strings.Join(strings.Fields(w), " "); w != "" {
			list = append(list, w)
		}
	}
	return list
}

// chainColumns are those of a file with the stages of a chain.
func chainTable() []column {
	return []column{
		{"id", "编号", false},
		{"name_zh", "环节", true},
		{"name_en", "英文名称", false},
		{"product", "产品", false},
		{"feeds", "下游环节", false},
		{"final", "终端需求（万元）", false},
		{"end", "终端产品", false},
		{"note", "说明", false},
	}
}

// readChain reads the stages of a chain from a file: a row each. What a stage feeds is
// named by identifier or name, with its share after a colon.
func readChain(rows sheet.Sheet) (Content, []sheet.Finding, error) {
	list, err := readTable(rows, chainTable())
	if err != nil {
		return Content{}, nil, err
	}
	c := Content{Stages: []Stage{}, Links: []Link{}}
	var wrong []sheet.Finding
	names := map[string]string{}
	for i, r := range list {
		s := Stage{ID: r.cells["id"], Name: lang.Text{ZH: r.cells["name_zh"], EN: r.cells["name_en"]}, Product: r.cells["product"], Note: r.cells["note"]}
		if s.ID == "" {
			s.ID = fmt.Sprintf("s%d", i+1)
		}
		if text := r.cells["final"]; text != "" {
			if s.Final, err = strconv.ParseFloat(text, 64); err != nil || s.Final < 0 || s.Final > 1e12 {
				wrong = append(wrong, sheet.Finding{Line: r.line, Column: "final", Why: because("%.30q 不是金额", "%.30q is no amount", text)})
			}
		}
		s.End = strings.ContainsAny(strings.ToLower(r.cells["end"]), "yt1是")
		for _, n := range []string{s.ID, s.Name.ZH, s.Name.EN} {
			if n != "" {
				names[normal(n)] = s.ID
			}
		}
		c.Stages = append(c.Stages, s)
	}
	for i, r := range list {
		links, found := readFeeds(r, c.Stages[i].ID, names)
		c.Links = append(c.Links, links...)
		wrong = append(wrong, found...)
	}
	return c, wrong[:min(len(wrong), mostWrong)], nil
}

func readFeeds(r row, from string, names map[string]string) (links []Link, wrong []sheet.Finding) {
	for _, word := range several(r.cells["feeds"]) {
		l := Link{From: from}
		name, share := word, ""
		if i := strings.LastIndexAny(word, ":："); i >= 0 {
			name, share = word[:i], strings.TrimLeft(word[i:], ":：")
		}
		to, ok := names[normal(name)]
		if !ok {
			wrong = append(wrong, sheet.Finding{Line: r.line, Column: "feeds", Why: because("没有环节 %.60q", "there is no stage %.60q", name)})
			continue
		}
		l.To = to
		if share != "" {
			var err error
			if l.Share, err = strconv.ParseFloat(strings.TrimSpace(share), 64); err != nil || !(l.Share >= 0 && l.Share <= 1) {
				wrong = append(wrong, sheet.Finding{Line: r.line, Column: "feeds", Why: because("%.30q 不是 0 到 1 的份额", "%.30q is no share from 0 to 1", share)})
				continue
			}
		}
		links = append(links, l)
	}
	return links, wrong
}

// chainRows are the rows of a chain for a file, as readChain reads them.
func chainRows(c Content) [][]any {
	feeds := map[string][]string{}
	for _, l := range c.Links {
		text := l.To
		if l.Share > 0 {
			text += ":" + strconv.FormatFloat(l.Share, 'g', -1, 64)
		}
		feeds[l.From] = append(feeds[l.From], text)
	}
	var rows [][]any
	for _, s := range c.Stages {
		end, final := "", ""
		if s.End {
			end = "yes"
		}
		if s.Final > 0 {
			final = strconv.FormatFloat(s.Final, 'g', -1, 64)
		}
		rows = append(rows, []any{s.ID, s.Name.ZH, s.Name.EN, s.Product, strings.Join(feeds[s.ID], ";"), final, end, s.Note})
	}
	return rows
}
