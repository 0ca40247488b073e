package cultivation

import (
	"testing"

	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

func anyWord(_, code string) (lang.Text, bool) { return lang.Text{ZH: code, EN: code}, true }

func TestLaddersSayWhatTheyRestOn(t *testing.T) {
	list, err := read(ladders, anyWord)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v %v", list, err)
	}
	for _, l := range list {
		if l.Checked == "official" {
			t.Errorf("%s is shown as official, and nobody has compared it", l.ID)
		}
	}
	for _, wrong := range []string{`[{"id":"x","checked":"own","source":{"zh":"甲"},"rungs":[]}]`, `[{"id":"x","checked":"maybe","source":{"zh":"甲"},"rungs":[{"code":"a","conditions":{}}]}]`, `[{"id":"x","title":{"zh":"甲"},"checked":"own","source":{"zh":"甲"},"rungs":[{"code":"a","title":{"zh":"甲"},"criteria":[{"code":"b","title":{"zh":"乙"},"evidence":"none","conditions":{"field":"height","op":">=","number":1}}]}]}]`, `{`} {
		if _, err := read([]byte(wrong), anyWord); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}

// Every threshold of the gazelle's bands, at its bound and just below.
func TestTheBandsOfGazelles(t *testing.T) {
	list, err := read(ladders, anyWord)
	if err != nil {
		t.Fatal(err)
	}
	gazelle := list[1].Rungs[1]
	for _, c := range []struct {
		revenue, growth, rights float64
		want                    criterion.Outcome
	}{
		{999, 50, 1, criterion.Unmet},
		{1000, 20, 1, criterion.Met},
		{1000, 19.99, 1, criterion.Unmet},
		{9999, 20, 1, criterion.Met},
		{10000, 15, 1, criterion.Met},
		{10000, 14.99, 1, criterion.Unmet},
		{49999, 15, 1, criterion.Met},
		{50000, 10, 1, criterion.Met},
		{50000, 9.99, 1, criterion.Unmet},
		{1000, 20, 0, criterion.Unknown}, // rights of class II may do
	} {
		f := criterion.Facts{On: "2026-03-31", Numbers: map[string]criterion.Range{
			criterion.Revenue: criterion.Exactly(c.revenue, "2025"), criterion.RevenueGrowth2: criterion.Exactly(c.growth, "2025"), criterion.RightsOne: criterion.Exactly(c.rights, "2025"),
		}}
		if got, _ := together(gazelle.judge(f, anyWord)); got != c.want {
			t.Errorf("revenue %v, growth %v, rights %v: %s, want %s", c.revenue, c.growth, c.rights, got, c.want)
		}
	}
}
