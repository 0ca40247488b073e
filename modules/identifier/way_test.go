package identifier

import (
	"slices"
	"testing"
)

func TestTheNodesThatWereAskedAreNamedByWhatLedToThem(t *testing.T) {
	place := func(handle string, code int) stepView { return stepView{Kind: "ask", Handle: handle, Code: code} }
	known := func(handle string) stepView { return stepView{Kind: "cache", Handle: handle, Code: 1} }
	for _, c := range []struct {
		name  string
		steps []stepView
		want  []string
	}{
		{"from the root down", []stepView{place("0.NA/88.101.5", 303), place("0.NA/88.101.5", 1), place("88.101.5/a", 1)}, []string{"0.NA", "88.101", "88.101.5"}},
		{"what was known is not asked", []stepView{known("0.NA/88.101."), place("0.NA/88.101.5", 1), place("88.101.5/a", 1)}, []string{"", "88.101", "88.101.5"}},
		{"a server is silent, another of the same site answers", []stepView{place("0.NA/88.101.5", 0), place("0.NA/88.101.5", 1)}, []string{"0.NA", "0.NA"}},
		{"another service is not named", []stepView{place("0.NA/88.101.5", 1), place("88.101.5/a", 302), place("88.101.5/a", 1)}, []string{"0.NA", "88.101.5", ""}},
		{"anew after 301", []stepView{known("0.NA/88.101.5"), place("88.101.5/a", 301), place("0.NA/88.101.5", 1)}, []string{"", "88.101.5", "0.NA"}},
		{"an alias", []stepView{place("0.NA/88.101.5", 1), place("88.101.5/a", 1), place("0.NA/88.101.5", 1), place("88.101.5/b", 1)}, []string{"0.NA", "88.101.5", "0.NA", "88.101.5"}},
		{"a prefix of one segment has none above", []stepView{place("0.NA/88", 303), place("0.NA/88", 1)}, []string{"0.NA", ""}},
		{"the record of a prefix elsewhere is looked for from the root", []stepView{known("0.NA/88.101.5"), place("0.NA/88.701", 1), place("0.NA/88.701", 1)}, []string{"", "0.NA", "0.NA"}},
		{"values that were known", []stepView{known("88.101.5/a")}, []string{""}},
	} {
		if got := prefixesAsked(c.steps); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
