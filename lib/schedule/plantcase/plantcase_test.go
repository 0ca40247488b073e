package plantcase

import (
	"testing"

	"linghang/lib/schedule"
)

// BenchmarkPlant is the time to a first plan of the case.
func BenchmarkFirst(b *testing.B) {
	m := Model(300, 1)
	for b.Loop() {
		r, err := schedule.Solve(b.Context(), m, schedule.Options{First: true, Moves: 1000})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Objective[0]), "tardiness")
	}
}
