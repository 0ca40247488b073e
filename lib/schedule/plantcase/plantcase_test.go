package plantcase

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"linghang/lib/schedule"
)

var update = flag.Bool("update", false, "write the published case anew")

// The published case is the one that is measured.
func TestThePublishedCaseIsThatOfThisPackage(t *testing.T) {
	const file = "testdata/plant-300.json"
	var b strings.Builder
	if err := Model(300, 1).Encode(&b); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(published, []byte(b.String())) {
		t.Errorf("%s is another case, or not there: %v; go test -update writes it", file, err)
	}
}

// BenchmarkFirst is the time to a first plan of the case that keeps all rules.
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
