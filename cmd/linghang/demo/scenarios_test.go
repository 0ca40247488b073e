package demo

import "testing"

// Every synthetic scenario has a title of its own, and no trade repeats a process for a deed.
func TestSyntheticScenariosDiffer(t *testing.T) {
	rows := scenarioRows(mostScenarios() + 1)
	if len(rows) != mostScenarios() || len(rows) < 3000 {
		t.Fatalf("%d scenarios are made up", len(rows))
	}
	for column, name := range []string{"Chinese titles", "English titles", "Chinese summaries", "English summaries"} {
		seen := map[string]bool{}
		for _, row := range rows {
			if seen[row[column]] {
				t.Errorf("%s: %q is there twice", name, row[column])
			}
			seen[row[column]] = true
		}
	}
	for _, x := range trades() {
		c := crafts()[x.code]
		if len(c.products) != len(x.products) || len(c.processes) < len(x.products) {
			t.Errorf("%s has %d products, %d of them in English, and %d processes", x.code, len(x.products), len(c.products), len(c.processes))
		}
	}
}
