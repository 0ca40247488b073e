package highs

import (
	"fmt"
	"math"
)

// Objective is the value of the objective at x, one value for each column.
func (m *Model) Objective(x []float64) float64 {
	sum := m.Offset
	for j, c := range m.Columns {
		sum += c.Cost * x[j]
	}
	return sum
}

// Activity is Σ coefficient·x of each row.
func (m *Model) Activity(x []float64) []float64 {
	list := make([]float64, len(m.Rows))
	for i, r := range m.Rows {
		for _, t := range r.Terms {
			list[i] += t.Coefficient * x[t.Column]
		}
	}
	return list
}

// Check says where x breaks the model by more than the tolerance: absolutely in columns,
// and relatively to the largest of 1, the bound and the terms in rows. Nil is: it is feasible.
func (m *Model) Check(x []float64, tolerance float64) error {
	if len(x) != len(m.Columns) {
		return fmt.Errorf("%d values for %d columns", len(x), len(m.Columns))
	}
	for j, c := range m.Columns {
		scale := max(1, math.Abs(x[j])*1e-3)
		switch {
		case math.IsNaN(x[j]):
			return fmt.Errorf("columns[%d] %s is not a number", j, c.Name)
		case x[j] < c.Lower-tolerance*scale, x[j] > c.Upper+tolerance*scale:
			return fmt.Errorf("columns[%d] %s is %v, outside %v to %v", j, c.Name, x[j], c.Lower, c.Upper)
		case c.Integer && math.Abs(x[j]-math.Round(x[j])) > tolerance:
			return fmt.Errorf("columns[%d] %s is %v, and is to be whole", j, c.Name, x[j])
		}
	}
	for i, r := range m.Rows {
		sum, scale := 0.0, 1.0
		for _, t := range r.Terms {
			sum += t.Coefficient * x[t.Column]
			scale = max(scale, math.Abs(t.Coefficient*x[t.Column]), math.Abs(t.Coefficient))
		}
		if sum < r.Lower-tolerance*scale || sum > r.Upper+tolerance*scale {
			return fmt.Errorf("rows[%d] %s is %v, outside %v to %v", i, r.Name, sum, r.Lower, r.Upper)
		}
	}
	return nil
}
