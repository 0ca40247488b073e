package reach

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// MostRows is how many enterprises a list may have.
const MostRows = 100_000

// mostWrong is how many wrong rows are told before the rest is not looked at.
const mostWrong = 100

// Enterprise is a row of a frame: an industrial enterprise of a month, by its
// unified social credit code (GB 32100-2015).
type Enterprise struct {
	Code     string
	Industry string // division of GB/T 4754
	Size     string // large, medium, small, micro
	District string
}

// Use is a row of a list of a platform: an enterprise that it serves, by what this
// is known, and when it was seen last.
type Use struct {
	Code     string
	Evidence string // login, api, device, paid
	Last     time.Time
}

// Wrong says why a row cannot be taken.
type Wrong struct {
	Line   int64     `json:"line"`
	Column string    `json:"column"`
	Why    lang.Text `json:"why"`
}

// Word finds the code of a word of a vocabulary: industry, size or district.
type Word func(dim, word string) (code string, ok bool)

// columnNames are the columns of all lists by what they are called, in both languages.
func columnNames() map[string]string {
	return map[string]string{
		"uscc": "uscc", "统一社会信用代码": "uscc", "industry": "industry", "行业": "industry", "size": "size", "企业规模": "size", "规模": "size", "district": "district", "区市": "district",
		"evidence": "evidence", "使用证据": "evidence", "last": "last", "最近使用日期": "last",
		"stratum": "stratum", "层": "stratum", "population": "population", "总体": "population", "asked": "asked", "调查数": "asked", "answered": "answered", "答复数": "answered", "using": "using", "使用数": "using",
	}
}

// evidences of use by what they are called.
func evidences() map[string]string {
	return map[string]string{
		"login": "login", "登录": "login", "api": "api", "接口调用": "api", "device": "device", "设备数据": "device", "paid": "paid", "付费服务": "paid",
	}
}

// reader reads rows by the names of their columns, and gathers what is wrong.
type reader struct {
	rows  sheet.Sheet
	at    map[string]int
	seen  map[string]int64 // the line of each code
	cells []string
	line  int64
	wrong []Wrong
}

func newReader(rows sheet.Sheet, needs ...string) (*reader, error) {
	head, err := sheet.Head(rows)
	if err != nil {
		return nil, err
	}
	r := &reader{rows: rows, at: map[string]int{}, seen: map[string]int64{}}
	names := columnNames()
	for i, name := range head {
		if column, ok := names[strings.ToLower(strings.TrimSpace(name))]; ok {
			r.at[column] = i
		}
	}
	for _, need := range needs {
		if _, ok := r.at[need]; !ok {
			return nil, sheet.Refuse("缺少列 %s；第一行应为列名：%s", "the column %s is missing; the first row names the columns: %s", need, strings.Join(needs, ","))
		}
	}
	return r, nil
}

// text is what a row has in a column.
func (r *reader) text(column string) string {
	if i := r.at[column]; i < len(r.cells) {
		return strings.TrimSpace(r.cells[i])
	}
	return ""
}

func (r *reader) refuse(column, zh, en string, args ...any) {
	r.doubt(column, lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)})
}

func (r *reader) doubt(column string, why lang.Text) {
	r.wrong = append(r.wrong, Wrong{r.line, column, why})
}

// code is the code of the enterprise of a row, which has to be right and its only one.
func (r *reader) code() string {
	code := strings.ToUpper(r.text("uscc"))
	if !identity.ValidUSCC(code) {
		r.refuse("uscc", "%.30q 不是统一社会信用代码（18 位，校验位应相符）", "%.30q is no unified social credit code: 18 characters with a check character", code)
		return ""
	}
	code = strings.Clone(code) // a row is good until the next one
	if before, twice := r.seen[code]; twice {
		r.refuse("uscc", "%s 已在第 %d 行", "%s is in line %d already", code, before)
		return ""
	}
	r.seen[code] = r.line
	return code
}

func (r *reader) word(dim string, word Word) string {
	text := r.text(dim)
	code, ok := word(dim, text)
	if !ok {
		r.refuse(dim, "没有 %.30q 这个词；见指标目录的词表", "there is no %.30q in the vocabulary", text)
	}
	return code
}

// ReadFrame reads a frame. When a row is wrong, the list is empty.
func ReadFrame(rows sheet.Sheet, word Word) ([]Enterprise, []Wrong, error) {
	r, err := newReader(rows, "uscc", "industry", "size", "district")
	if err != nil {
		return nil, nil, err
	}
	return read(r, MostRows, func() Enterprise {
		return Enterprise{r.code(), r.word("industry", word), r.word("size", word), r.word("district", word)}
	})
}

// ReadUses reads what a platform serves. When a row is wrong, the list is empty.
func ReadUses(rows sheet.Sheet, now time.Time) ([]Use, []Wrong, error) {
	r, err := newReader(rows, "uscc", "evidence", "last")
	if err != nil {
		return nil, nil, err
	}
	kinds := evidences()
	return read(r, MostRows, func() Use {
		u := Use{Code: r.code(), Evidence: kinds[strings.ToLower(r.text("evidence"))]}
		if u.Evidence == "" {
			r.refuse("evidence", "%.30q 不是使用证据：登录、接口调用、设备数据、付费服务", "%.30q is no evidence of use: login, api, device, paid", r.text("evidence"))
		}
		day, _, _ := strings.Cut(r.text("last"), "T") // workbooks may have the time of day
		var err error
		if u.Last, err = time.ParseInLocation(time.DateOnly, day, now.Location()); err != nil || u.Last.After(now) {
			r.refuse("last", "%.30q 应为不晚于今天的日期，如 2026-11-01", "%.30q is no day until today, as 2026-11-01", r.text("last"))
		}
		return u
	})
}

// read makes an item of each row, most of them at most. What is wrong of a row it has
// told the reader: then there is no list.
func read[T any](r *reader, most int, item func() T) ([]T, []Wrong, error) {
	var list []T
	for len(r.wrong) < mostWrong {
		cells, line, err := r.rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read row: %w", err)
		}
		if len(list) >= most {
			return nil, nil, sheet.Refuse("超过 %d 行", "it has more than %d rows", most)
		}
		r.cells, r.line = cells, line
		list = append(list, item())
	}
	switch {
	case len(r.wrong) > 0:
		return nil, r.wrong, nil
	case len(list) == 0:
		return nil, nil, sheet.Refuse("没有数据行", "it has no rows")
	}
	return slices.Clip(list), nil, nil
}
