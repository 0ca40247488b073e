package httpd

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"reflect"

	"linghang/kernel/sqldb"
)

// Table is a list as files: the columns, the text and the bounds are those of its
// download, for those who put several lists together.
type Table struct {
	columns []column
	first   listPage
	next    pages
}

// TablePage is how many rows page of OpenTable should return at most.
const TablePage = 500

// OpenTable reads the first page of a list, and refuses more rows than a download holds.
func OpenTable[T any](page func(cursor string) (sqldb.Page[T], error)) (*Table, error) {
	next := func(cursor string) (listPage, error) {
		p, err := page(cursor)
		if err != nil {
			return listPage{}, err
		}
		return plain(p)
	}
	first, err := next("")
	if err != nil {
		return nil, err
	}
	return &Table{columnsOf(reflect.TypeFor[T](), ""), first, next}, first.fits()
}

// plain is a page as the wire has it.
func plain[T any](p sqldb.Page[T]) (list listPage, err error) {
	data, err := json.Marshal(p)
	if err != nil {
		return list, fmt.Errorf("write page: %w", err)
	}
	return decodePage(data)
}

// Write writes the rows as CSV, and those same rows as a workbook: what changes
// meanwhile is in both or in neither. The workbook is opened when the CSV is written.
func (t *Table) Write(text io.Writer, workbook func() (io.Writer, error), language string) (rows int, err error) {
	var kept [][]any
	err = writeCSV(text, t.columns, language, func(yield func([]any, error) bool) {
		for cells, err := range walk(t.columns, language, t.first, t.next) {
			kept = append(kept, cells)
			if !yield(cells, err) {
				return
			}
		}
	})
	if err != nil {
		return 0, err
	}
	w, err := workbook()
	if err != nil {
		return 0, err
	}
	return len(kept), writeXLSX(w, t.columns, language, each(kept))
}

func each(rows [][]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, cells := range rows {
			if !yield(cells, nil) {
				return
			}
		}
	}
}
