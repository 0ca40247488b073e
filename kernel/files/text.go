package files

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"linghang/kernel/fault"
)

// checkText reads text to its end: what is no text would be something else.
func (c content) checkText() error {
	buf := make([]byte, 64<<10)
	for at := int64(0); at < c.size; {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		n, err := c.ReadAt(buf[:min(int64(len(buf)), c.size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if !printable(buf[:n]) {
			return fault.New(fault.Unsupported, "files.text", "the file begins as text and goes on as something else").
				At("body", "save it as text in UTF-8")
		}
		at += int64(n)
	}
	return nil
}

// maxCell is the longest cell of a table, as spreadsheet programs have it.
const maxCell = 32_767

// checkCSV refuses cells that a spreadsheet program would calculate.
func (c content) checkCSV() error {
	r := csv.NewReader(io.NewSectionReader(c, 0, c.size))
	r.ReuseRecord, r.LazyQuotes, r.FieldsPerRecord = true, true, -1
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.New(fault.Invalid, "files.csv", "the file is no CSV: %v", err).At("body", "save it as CSV in UTF-8")
		}
		line, _ := r.FieldPos(0)
		for i, cell := range record {
			if line == 1 && i == 0 {
				cell = strings.TrimPrefix(cell, "\ufeff")
			}
			if len(cell) > maxCell {
				return fault.New(fault.Invalid, "files.csv", "line %d, column %d has more than %d characters", line, i+1, maxCell).
					At("body", "close the quotation marks")
			}
			if calculated(cell) {
				return fault.New(fault.Invalid, "files.formula", "line %d, column %d begins as a formula: %.40q", line, i+1, cell).
					With("line", line).With("column", i+1).At("body", "save values, not formulas; put an apostrophe before text that begins with = + - @")
			}
		}
		if line%1000 == 0 && c.ctx.Err() != nil {
			return c.ctx.Err()
		}
	}
}

// calculated tells cells that a spreadsheet program would take for a formula.
func calculated(cell string) bool {
	if cell == "" {
		return false
	}
	switch first, _ := utf8.DecodeRuneInString(cell); first {
	case '=', '@', '\t', '\r', '＝', '＠':
		return true
	case '+', '-', '＋', '－':
		number := strings.TrimSuffix(strings.ReplaceAll(cell, ",", ""), "%")
		_, err := strconv.ParseFloat(number, 64)
		return err != nil && strings.Trim(cell, "-－") != "" // a dash stands for "nothing"
	}
	return false
}
