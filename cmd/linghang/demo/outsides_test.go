package demo

import (
	"strings"
	"testing"
)

// Every gap has candidates outside of each kind, all of them marked.
func TestEveryGapHasCandidatesOutside(t *testing.T) {
	at := map[string]int{}
	for i, name := range strings.Fields(outsideColumns) {
		at[name] = i
	}
	made, placed, supplying, names := map[string]int{}, 0, 0, map[string]bool{}
	for _, row := range outsides(2000) {
		if len(row) != len(at) || row[at["synthetic"]] != "yes" || row[at["source"]] == "" || names[row[at["name_zh"]]] {
			t.Errorf("a row is %v", row)
		}
		names[row[at["name_zh"]]] = true
		made[row[at["products"]]]++
		if row[at["positions"]] != "" {
			placed++
		}
		if row[at["supplies"]] != "" {
			supplying++
		}
	}
	for _, c := range chains() {
		if made[c.gap().Product] != outsidesOf {
			t.Errorf("%s has %d candidates for its gap", c.name.EN, made[c.gap().Product])
		}
	}
	if placed != 2*len(chains()) || supplying == 0 {
		t.Errorf("%d are named for a stage, %d supply somebody", placed, supplying)
	}
}
