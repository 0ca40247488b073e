package identifier

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/handle/wire"
)

// State of an import.
const (
	importRunning = "running"
	importDone    = "done"
	importFailed  = "failed"
)

// batch is a file of identifiers that are registered row by row.
type batch struct {
	ID        string     `json:"id" title:"编号|ID"`
	NodeID    string     `json:"node_id"`
	Name      string     `json:"name" title:"文件|File"`
	Overwrite bool       `json:"overwrite" title:"覆盖|Overwrites"`
	JobID     string     `json:"job_id"`
	State     string     `json:"state" enum:"running,done,failed" title:"状态|State"`
	Rows      int64      `json:"rows" doc:"That were read" title:"行数|Rows"`
	Made      int64      `json:"made" title:"成功|Registered"`
	Refused   int64      `json:"refused" title:"失败|Refused"`
	Reason    string     `json:"reason" doc:"Why it failed as a whole" title:"原因|Reason"`
	CreatedAt time.Time  `json:"created_at" title:"提交时间|Asked for"`
	EndedAt   *time.Time `json:"ended_at,omitempty" title:"结束时间|Ended"`

	file string
}

// badRow is a row that was not registered.
type badRow struct {
	Line    int64  `json:"line" title:"行|Line"`
	Handle  string `json:"handle" title:"标识|Identifier"`
	Message string `json:"message" title:"原因|Reason"`
}

// column is what a column of the file becomes: a value at an index.
type column struct {
	index int32
	typ   string
}

// table reads a file of identifiers. Its first column is named handle and has
// identifiers, or suffixes; each other is named by the type of its values, with the
// index before it if that matters: handle,URL,DESC,2000:batch.
type table struct {
	csv     *csv.Reader
	prefix  string
	columns []column
}

const handleColumn = "handle"

func newTable(r io.Reader, prefix string) (*table, error) {
	t := &table{csv: csv.NewReader(r), prefix: prefix}
	t.csv.ReuseRecord, t.csv.FieldsPerRecord, t.csv.LazyQuotes = true, -1, true
	head, err := t.csv.Read()
	if err != nil {
		return nil, badTable("the file has no first line with the names of its columns")
	}
	if name := strings.TrimPrefix(strings.TrimSpace(head[0]), "\ufeff"); !strings.EqualFold(name, handleColumn) {
		return nil, badTable("the first column is named handle, not %.40q", name)
	}
	seen := map[int32]bool{}
	for i, name := range head[1:] {
		c := column{int32(i + 1), strings.TrimSpace(name)}
		if index, typ, ok := strings.Cut(c.typ, ":"); ok {
			n, err := strconv.ParseInt(index, 10, 32)
			if err != nil || n < 1 {
				return nil, badTable("column %d: %.40q has no index above 0 before the colon", i+2, name)
			}
			c = column{int32(n), typ}
		}
		switch {
		case c.typ == "":
			return nil, badTable("column %d has no name; name the type of its values", i+2)
		case seen[c.index]:
			return nil, badTable("column %d: the index %d is another column's", i+2, c.index)
		}
		seen[c.index] = true
		t.columns = append(t.columns, c)
	}
	if len(t.columns) == 0 || len(t.columns) > maxColumns {
		return nil, badTable("the file has %d columns of values; 1 to %d are read", len(t.columns), maxColumns)
	}
	return t, nil
}

const maxColumns = 200

func badTable(format string, args ...any) error {
	return fault.New(fault.Invalid, "identifier.import.table", "the file cannot be read: "+format, args...)
}

// row is an identifier of the file; fault says why it is none.
type row struct {
	line   int64
	handle string
	values []wire.Value
	fault  error
}

// next reads a row. At the end it returns io.EOF.
func (t *table) next() (row, error) {
	cells, err := t.csv.Read()
	line, _ := t.csv.FieldPos(0)
	r := row{line: int64(line)}
	if errors.Is(err, io.EOF) {
		return r, io.EOF
	}
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		r.line, r.fault = int64(parse.Line), parse.Err
		return r, nil
	case err != nil:
		return r, fmt.Errorf("read file: %w", err)
	}
	r.handle = strings.TrimSpace(cells[0])
	if !strings.Contains(r.handle, "/") {
		r.handle = t.prefix + "/" + r.handle
	}
	if prefix, _ := wire.Split(r.handle); !wire.Equal(prefix, t.prefix) {
		r.fault = fmt.Errorf("it is not under the prefix %s", t.prefix)
		return r, nil
	}
	if len(cells)-1 > len(t.columns) {
		r.fault = fmt.Errorf("the row has %d cells, the first line %d", len(cells), len(t.columns)+1)
		return r, nil
	}
	for i, text := range cells[1:] {
		if text == "" {
			continue
		}
		v, err := (valueInput{Index: t.columns[i].index, Type: t.columns[i].typ, Data: strings.Clone(text)}).value()
		if err != nil {
			r.fault = err
			return r, nil //nolint:nilerr // it is the row's
		}
		r.values = append(r.values, v)
	}
	if len(r.values) == 0 {
		r.fault = errors.New("it has no value")
	}
	return r, nil
}
