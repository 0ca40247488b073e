package highs

import (
	"errors"
	"fmt"
	"math"
)

// Limits of a model.
const (
	MaxColumns = 1 << 20
	MaxRows    = 1 << 20
	MaxTerms   = 1 << 24 // of all rows together
)

// Model is: minimise (or maximise) Offset + Σ cost·x, subject to lower ≤ Σ coefficient·x ≤ upper
// for each row and lower ≤ x ≤ upper for each column. Bounds may be infinite.
type Model struct {
	Maximise bool
	Offset   float64
	Columns  []Column
	Rows     []Row
}

// Column is a variable. The zero value is the variable that is 0.
type Column struct {
	Name         string
	Cost         float64
	Lower, Upper float64
	Integer      bool
}

// Row is a constraint. Terms of the same column add up.
type Row struct {
	Name         string
	Lower, Upper float64
	Terms        []Term
}

// Term is a coefficient of a row.
type Term struct {
	Column      int
	Coefficient float64
}

// Inf is positive infinity if sign ≥ 0 and negative infinity otherwise.
func Inf(sign int) float64 { return math.Inf(sign) }

// Column adds a variable and returns its place.
func (m *Model) Column(c Column) int {
	m.Columns = append(m.Columns, c)
	return len(m.Columns) - 1
}

// Row adds a constraint and returns its place.
func (m *Model) Row(r Row) int {
	m.Rows = append(m.Rows, r)
	return len(m.Rows) - 1
}

// AtMost adds Σ terms ≤ bound.
func (m *Model) AtMost(name string, bound float64, terms ...Term) int {
	return m.Row(Row{Name: name, Lower: Inf(-1), Upper: bound, Terms: terms})
}

// AtLeast adds Σ terms ≥ bound.
func (m *Model) AtLeast(name string, bound float64, terms ...Term) int {
	return m.Row(Row{Name: name, Lower: bound, Upper: Inf(1), Terms: terms})
}

// Equal adds Σ terms = value.
func (m *Model) Equal(name string, value float64, terms ...Term) int {
	return m.Row(Row{Name: name, Lower: value, Upper: value, Terms: terms})
}

// Validate says what keeps the model from being solved: each fault names its place.
func (m *Model) Validate() error {
	if len(m.Columns) > MaxColumns || len(m.Rows) > MaxRows {
		return fmt.Errorf("the model has %d columns and %d rows; at most %d and %d can be", len(m.Columns), len(m.Rows), MaxColumns, MaxRows)
	}
	var faults []error
	if !finite(m.Offset) {
		faults = append(faults, fmt.Errorf("offset: %v is no finite number", m.Offset))
	}
	for j, c := range m.Columns {
		if !finite(c.Cost) {
			faults = append(faults, fmt.Errorf("columns[%d] %s: cost: %v is no finite number", j, c.Name, c.Cost))
		}
		if why := badBounds(c.Lower, c.Upper); why != "" {
			faults = append(faults, fmt.Errorf("columns[%d] %s: %s", j, c.Name, why))
		}
	}
	terms := 0
	for i, r := range m.Rows {
		if terms += len(r.Terms); terms > MaxTerms {
			return fmt.Errorf("the model has more than %d terms", MaxTerms)
		}
		if why := badBounds(r.Lower, r.Upper); why != "" {
			faults = append(faults, fmt.Errorf("rows[%d] %s: %s", i, r.Name, why))
		}
		for _, t := range r.Terms {
			if t.Column < 0 || t.Column >= len(m.Columns) {
				faults = append(faults, fmt.Errorf("rows[%d] %s: column %d is none of %d", i, r.Name, t.Column, len(m.Columns)))
			}
			if !finite(t.Coefficient) {
				faults = append(faults, fmt.Errorf("rows[%d] %s: coefficient %v is no finite number", i, r.Name, t.Coefficient))
			}
		}
		if len(faults) > 20 {
			break
		}
	}
	return errors.Join(faults...)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// badBounds lets lower > upper pass: such a model is infeasible, which the solver says.
func badBounds(lower, upper float64) string {
	switch {
	case math.IsNaN(lower) || math.IsNaN(upper):
		return "a bound is not a number"
	case math.IsInf(lower, 1):
		return "the lower bound is +∞"
	case math.IsInf(upper, -1):
		return "the upper bound is −∞"
	}
	return ""
}

// integer tells whether a column is to be whole.
func (m *Model) integer() bool {
	for _, c := range m.Columns {
		if c.Integer {
			return true
		}
	}
	return false
}

// sparse is the rows as three lists, with the terms of a column added up.
func (m *Model) sparse() (start, index []int32, value []float64) {
	last := make([]int32, len(m.Columns)) // 1 + where the column's term of this row is
	for _, r := range m.Rows {
		begin := len(index)
		start = append(start, int32(begin)) //nolint:gosec // Validate bounds it
		for _, t := range r.Terms {
			if at := int(last[t.Column]) - 1; at >= begin {
				value[at] += t.Coefficient
				continue
			}
			index, value = append(index, int32(t.Column)), append(value, t.Coefficient) //nolint:gosec // Validate bounds it
			last[t.Column] = int32(len(index))                                          //nolint:gosec // Validate bounds it
		}
	}
	return start, index, value
}
