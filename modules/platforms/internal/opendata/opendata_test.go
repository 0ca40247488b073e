package opendata

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func figures(counts map[string]int) (list []Figure) {
	for area, n := range counts {
		for i := range n {
			list = append(list, Figure{Platform: fmt.Sprint(area, i), Area: area, Code: "dev", Period: "2026-10", Value: 1})
		}
	}
	return list
}

func hidden(t Table) string {
	var list []string
	for _, r := range t.Rows {
		if r.Suppressed {
			list = append(list, r.Area)
		}
	}
	return strings.Join(list, " ")
}

func TestSmallCellsAndThoseThatWouldTellThemAreSuppressed(t *testing.T) {
	for _, c := range []struct {
		counts map[string]int
		want   string
	}{
		{map[string]int{"a": 3, "b": 4}, ""},
		{map[string]int{"a": 2, "b": 5, "c": 4}, "a c"}, // the total would tell a alone
		{map[string]int{"a": 1, "b": 1, "c": 4, "d": 9}, "a b c"},
		{map[string]int{"a": 2, "b": 1, "c": 4}, "a b"}, // together three
		{map[string]int{"a": 2}, "a"},
		{map[string]int{"": 5}, ""},
	} {
		if got := hidden(Tabulate(nil, []Indicator{{Code: "dev"}}, figures(c.counts))); got != c.want {
			t.Errorf("%v: %q, want %q", c.counts, got, c.want)
		}
	}
}

// Whatever comes in: no row of fewer than three platforms is told, what is suppressed
// is of three and more together and not one area alone, and the order does not matter.
func TestNothingOfFewerThanThreeIsEverTold(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 7))
		counts := map[string]int{}
		for i := range 1 + r.IntN(6) {
			counts[string(rune('a'+i))] = 1 + r.IntN(6)
		}
		list := figures(counts)
		table := Tabulate(nil, []Indicator{{Code: "dev"}}, list)
		areas, platforms := 0, 0
		for _, row := range table.Rows {
			if row.Suppressed {
				areas++
				platforms += counts[row.Area]
			} else if counts[row.Area] < Least || *row.Platforms != counts[row.Area] || *row.Value != float64(counts[row.Area]) {
				t.Fatalf("%v: %+v", counts, row)
			}
			if row.Suppressed != (row.Value == nil) || row.Suppressed != (row.Platforms == nil) {
				t.Fatalf("%v: a suppressed row tells something: %+v", counts, row)
			}
		}
		if areas > 0 && areas < len(counts) && (areas == 1 || platforms < Least) {
			t.Fatalf("%v: the rest tells what is suppressed: %d areas, %d platforms", counts, areas, platforms)
		}
		r.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
		if again := Tabulate(nil, []Indicator{{Code: "dev"}}, list); !reflect.DeepEqual(again, table) {
			t.Fatalf("%v: the order matters", counts)
		}
	}
}

func TestCSVHasNamesAndNoValueOfWhatIsSuppressed(t *testing.T) {
	var b strings.Builder
	table := Tabulate([]Word{{Code: "a"}}, []Indicator{{Code: "dev", Mean: true}}, figures(map[string]int{"a": 2}))
	if err := table.CSV(&b); err != nil {
		t.Fatal(err)
	}
	if want := "2026-10,a,,,dev,,,,,,,true\n"; !strings.HasSuffix(b.String(), want) || !strings.HasPrefix(b.String(), "\uFEFFperiod,area,") {
		t.Errorf("%q", b.String())
	}
}
