// Package columns reads values from tables whose columns say what they are: code
// and value, any of industry, district, size and type, and a period where there is
// one. It is how queries and files are mapped to indicators wherever they are read:
// by the agent of a platform, and by the city.
package columns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Names of columns.
const (
	Code   = "code"
	Value  = "value"
	Period = "period"
)

// Dimensions are the columns that break a value down.
func Dimensions() []string { return []string{"industry", "district", "size", "type"} }

// Table knows which column is which.
type Table struct{ names []string }

// Row is what a row says.
type Row struct {
	Code, Period string
	Dims         map[string]string // without those that are empty
	Value        float64
}

// Why a head or a row cannot be read.
const (
	WrongColumn = "column" // a column that means nothing, or is there twice
	WrongAbsent = "absent" // there is no such column, or nothing in it
	WrongNumber = "number" // what is in it is no number
)

// Error is what is wrong with a head or a row.
type Error struct{ Column, Why, Found string }

// Error implements error.
func (w *Error) Error() string {
	switch w.Why {
	case WrongColumn:
		return fmt.Sprintf("the column %q is none of code, value, industry, district, size, type, or is there twice", w.Found)
	case WrongNumber:
		return fmt.Sprintf("%q is no number", w.Found)
	default:
		return "there is no column " + w.Column
	}
}

// Of reads the head of a table; more are columns that this table may have besides.
// An error is a *Error.
func Of(head []string, more ...string) (Table, error) {
	known := slices.Concat([]string{Code, Value}, Dimensions(), more)
	var t Table
	for _, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(known, name) || slices.Contains(t.names, name) {
			return t, &Error{name, WrongColumn, name}
		}
		t.names = append(t.names, name)
	}
	for _, name := range []string{Code, Value} {
		if !slices.Contains(t.names, name) {
			return t, &Error{name, WrongAbsent, strings.Join(t.names, ", ")}
		}
	}
	return t, nil
}

// Read takes a row with a cell for each column. there is false when it has no value,
// as of an empty table: it says nothing then. An error is a *Error.
func (t Table) Read(cells []string) (r Row, there bool, err error) {
	for at, name := range t.names {
		cell := ""
		if at < len(cells) {
			cell = strings.TrimSpace(cells[at])
		}
		switch {
		case name == Code:
			r.Code = cell
		case name == Period:
			r.Period = cell
		case name == Value:
			if cell == "" {
				return r, false, nil
			}
			if r.Value, err = strconv.ParseFloat(cell, 64); err != nil {
				return r, false, &Error{name, WrongNumber, cell}
			}
		case cell != "":
			if r.Dims == nil {
				r.Dims = map[string]string{}
			}
			r.Dims[name] = cell
		}
	}
	if r.Code == "" {
		return r, false, &Error{Code, WrongAbsent, ""}
	}
	return r, true, nil
}
