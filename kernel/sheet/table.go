package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// mostWrong is how many findings are told before the rest of a file is not looked at.
const mostWrong = 200

// Column is one of a table whose rows become T, by its names in both languages.
type Column[T any] struct {
	Name  string    // in English, as findings call it
	Title string    // in Chinese
	Note  lang.Text // what it takes, for a file to fill in
	Set   func(row *T, text string) *lang.Text
}

// Text sets a text as it is.
func Text[T any](of func(row *T) *string) func(*T, string) *lang.Text {
	return func(row *T, text string) *lang.Text {
		*of(row) = text
		return nil
	}
}

// Because says in both languages why a cell cannot be taken.
func Because(zh, en string, args ...any) *lang.Text {
	return &lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// Finding says what is wrong with a cell or a row of a file.
type Finding struct {
	Line   int64     `json:"line"`
	Column string    `json:"column" doc:"As the template calls it; empty where it is the row"`
	Why    lang.Text `json:"why"`
}

// Findings are what err has at its fields, of the row in line; say names the column of
// a location, and says in Chinese what the message says.
func Findings(err error, line int64, say func(location, message string) (column, zh string)) []Finding {
	f := fault.As(err)
	if f == nil {
		return nil
	}
	var list []Finding
	for _, x := range f.Fields {
		column, zh := say(x.Location, x.Message)
		list = append(list, Finding{line, column, lang.Text{ZH: zh, EN: x.Message}})
	}
	return list
}

// Table is how files are read whose rows become T.
type Table[T any] struct {
	Columns []Column[T]
	Need    []string // columns that have to be there
	Most    int      // rows
}

// Read reads a file. Rows that are not blank go to take with what is wrong with their
// cells; it returns all that is wrong with the row. Text is good as long as it is held.
func (t Table[T]) Read(rows Sheet, take func(row T, line int64, found []Finding) []Finding) (wrong []Finding, err error) {
	at, err := t.find(rows)
	if err != nil {
		return nil, err
	}
	good := 0
	for len(wrong) < mostWrong {
		cells, line, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		if good >= t.Most {
			return nil, Refuse("超过 %d 行", "it has more than %d rows", t.Most)
		}
		row, found, blank := fill(at, cells, line)
		if blank {
			continue
		}
		if found = take(row, line, found); len(found) == 0 {
			good++
		}
		wrong = append(wrong, found...)
	}
	if good == 0 && len(wrong) == 0 {
		return nil, Refuse("没有数据行", "it has no rows")
	}
	return wrong, nil
}

// find finds the columns of a file by their names.
func (t Table[T]) find(rows Sheet) (map[int]Column[T], error) {
	head, err := Head(rows)
	if err != nil {
		return nil, err
	}
	at, there := map[int]Column[T]{}, map[string]bool{}
	for i, name := range head {
		name = strings.TrimSpace(name)
		for _, c := range t.Columns {
			if strings.EqualFold(name, c.Name) || name == c.Title {
				at[i], there[c.Name] = c, true
			}
		}
	}
	for _, need := range t.Need {
		if !there[need] {
			return nil, Refuse("缺少列 %s；请使用模板中的列名", "the column %s is missing; name the columns as the template does", need)
		}
	}
	return at, nil
}

func fill[T any](at map[int]Column[T], cells []string, line int64) (row T, found []Finding, blank bool) {
	blank = true
	for i, cell := range cells {
		c, known := at[i]
		cell = strings.Clone(strings.TrimSpace(cell)) // a row is good until the next one
		if !known || cell == "" {
			continue
		}
		blank = false
		if strings.ContainsRune(cell, 0) || !utf8.ValidString(cell) { // PostgreSQL keeps no such text
			found = append(found, Finding{line, c.Name, *Because("含有不是文字的字符", "it has signs that are no text")})
			continue
		}
		if why := c.Set(&row, cell); why != nil {
			found = append(found, Finding{line, c.Name, *why})
		}
	}
	return row, found, blank
}
