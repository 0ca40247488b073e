package identifier

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
	"linghang/lib/handle/wire"
)

// State of an import.
const (
	importHeld      = "held" // is looked at; nothing is registered yet
	importRunning   = "running"
	importDone      = "done"
	importFailed    = "failed"
	importCancelled = "cancelled"
)

// batch is a file of identifiers that are registered row by row.
type batch struct {
	ID         string     `json:"id" title:"编号|ID"`
	NodeID     string     `json:"node_id"`
	Name       string     `json:"name" title:"文件|File"`
	TemplateID string     `json:"template_id" doc:"Template that all rows follow; empty where each may name its own"`
	Overwrite  bool       `json:"overwrite" title:"覆盖|Overwrites"`
	JobID      string     `json:"job_id"`
	State      string     `json:"state" enum:"held,running,done,failed,cancelled" title:"状态|State"`
	Rows       int64      `json:"rows" doc:"That were read" title:"行数|Rows"`
	Made       int64      `json:"made" title:"成功|Registered"`
	Refused    int64      `json:"refused" title:"失败|Refused"`
	Progress   float64    `json:"progress" doc:"Of one that runs, 0 to 1"`
	Reason     string     `json:"reason" doc:"Why it failed as a whole" title:"原因|Reason"`
	CreatedAt  time.Time  `json:"created_at" title:"提交时间|Asked for"`
	EndedAt    *time.Time `json:"ended_at,omitempty" title:"结束时间|Ended"`

	file string
}

// badRow is a row that was not registered.
type badRow struct {
	Line    int64     `json:"line" title:"行|Line"`
	Handle  string    `json:"handle" title:"标识|Identifier"`
	Column  string    `json:"column" doc:"Name of the column that is wrong; empty where it is the row" title:"列|Column"`
	Message lang.Text `json:"message" title:"原因|Reason"`
}

// column is what a column of the file becomes: a value at an index.
type column struct {
	index int32
	typ   string
	name  string // as the first line has it
}

// table reads a file of identifiers. Its first column is named handle and has
// identifiers, or suffixes; each other is named by the type of its values, with the
// index before it if that matters: handle,URL,DESC,2000:batch.
type table struct {
	sheet.Sheet
	cells   []string // of the row that was read last, as the file has them
	prefix  string
	model   *model // what rows are held to; nil for nothing
	columns []column
}

const handleColumn = "handle"

const maxColumns = 200

func newTable(s sheet.Sheet, prefix string, o *model) (*table, error) {
	t := &table{Sheet: s, prefix: prefix, model: o}
	head, err := sheet.Head(s)
	if err != nil {
		return nil, err
	}
	if !isHandleColumn(strings.TrimSpace(head[0])) {
		return nil, sheet.Refuse("第一列应名为 handle 或“标识”，而不是 %.40q", "the first column is named handle, not %.40q", head[0])
	}
	seen := map[int32]bool{}
	for i, name := range head[1:] {
		c, err := t.newColumn(i+1, name)
		if err != nil {
			return nil, err
		}
		if seen[c.index] {
			return nil, sheet.Refuse("第 %d 列：序号 %d 已是另一列的", "column %d: the index %d is another column's", i+2, c.index)
		}
		seen[c.index] = true
		t.columns = append(t.columns, c)
	}
	if len(t.columns) == 0 || len(t.columns) > maxColumns {
		return nil, sheet.Refuse("有 %d 列值；应为 1 到 %d 列", "the file has %d columns of values; 1 to %d are read", len(t.columns), maxColumns)
	}
	return t, nil
}

// isHandleColumn tells the name of the first column, in either language.
func isHandleColumn(name string) bool {
	return strings.EqualFold(name, handleColumn) || name == "标识"
}

// newColumn reads the name of the nth column of values.
func (t *table) newColumn(n int, name string) (column, error) {
	if c, ok := t.model.column(strings.Clone(strings.TrimSpace(name))); ok {
		return c, nil
	}
	c := column{index: int32(n), typ: strings.TrimSpace(name), name: strings.Clone(strings.TrimSpace(name))} //nolint:gosec // columns are few
	if index, typ, ok := strings.Cut(c.typ, ":"); ok {
		at, err := strconv.ParseInt(strings.TrimSpace(index), 10, 32)
		if err != nil || at < 1 {
			return c, sheet.Refuse("第 %d 列：%.40q 的冒号前不是大于 0 的序号", "column %d: %.40q has no index above 0 before the colon", n+1, name)
		}
		c.index, c.typ = int32(at), strings.TrimSpace(typ)
	}
	if c.typ == "" {
		return c, sheet.Refuse("第 %d 列没有列名；列名为值的类型", "column %d has no name; name the type of its values", n+1)
	}
	c.typ = strings.Clone(c.typ)
	return c, nil
}

// say is a text in both languages, with the same values in it.
func say(zh, en string, args ...any) lang.Text {
	return lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// rowError says why a row is no identifier.
type rowError struct{ lang.Text }

func (e rowError) Error() string { return e.EN }

func wrongRow(zh, en string, args ...any) error { return rowError{say(zh, en, args...)} }

func notText(cell string) bool { return !utf8.ValidString(cell) }

// row is an identifier of the file; fault says why it is none, and column what of
// it is wrong.
type row struct {
	line   int64
	handle string
	values []wire.Value
	column string
	fault  error
}

// size is how many octets the values have.
func (r *row) size() (octets int) {
	for i := range r.values {
		octets += len(r.values[i].Data)
	}
	return octets
}

// next reads a row. At the end it returns io.EOF.
func (t *table) next() (row, error) {
	cells, line, err := t.Next()
	t.cells = cells
	var parse *csv.ParseError
	var r row
	switch {
	case errors.Is(err, io.EOF):
		return r, io.EOF
	case errors.As(err, &parse):
		r.line, r.fault = int64(parse.Line), parse.Err
		return r, nil
	case err != nil:
		return r, fmt.Errorf("read file: %w", err)
	}
	r.line = line
	t.read(&r, cells)
	return r, t.model.fit(t, &r)
}

// read makes an identifier of cells.
func (t *table) read(r *row, cells []string) {
	if len(cells) == 0 {
		r.column, r.fault = handleColumn, wrongRow("此行为空", "the row is empty")
		return
	}
	r.handle = strings.TrimSpace(cells[0])
	if !strings.Contains(r.handle, "/") {
		r.handle = t.prefix + "/" + r.handle
	}
	if prefix, _ := wire.Split(r.handle); !wire.Equal(prefix, t.prefix) {
		r.column, r.fault = handleColumn, wrongRow("不在前缀 %s 之下", "it is not under the prefix %s", t.prefix)
		return
	}
	if len(cells)-1 > len(t.columns) {
		r.fault = wrongRow("此行有 %d 格，第一行有 %d 格", "the row has %d cells, the first line %d", len(cells), len(t.columns)+1)
		return
	}
	if i := slices.IndexFunc(cells, notText); i >= 0 {
		r.column, r.fault = t.named(i), wrongRow("不是 UTF-8 编码；请另存为“CSV UTF-8”或 XLSX", "it is not in UTF-8; save the file as CSV UTF-8, or as XLSX")
		return
	}
	for i, text := range cells[1:] {
		if text == "" {
			continue
		}
		v, err := (valueInput{Index: t.columns[i].index, Type: t.columns[i].typ, Data: strings.Clone(text)}).value()
		if err != nil {
			r.column, r.fault = t.columns[i].name, err
			return
		}
		r.values = append(r.values, v)
	}
	if len(r.values) == 0 {
		r.fault = wrongRow("没有值", "it has no value")
	}
}

// nameAt is the name of the column whose values stand at an index; empty where
// there is none.
func (t *table) nameAt(index int32) string {
	for _, c := range t.columns {
		if c.index == index {
			return c.name
		}
	}
	return ""
}

// named is the name of a column, counted from the first.
func (t *table) named(i int) string {
	if i == 0 {
		return handleColumn
	}
	return t.columns[i-1].name
}
