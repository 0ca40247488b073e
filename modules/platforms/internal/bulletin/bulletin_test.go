package bulletin

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"linghang/kernel/lang"
)

func sample() Data {
	return Data{
		Kind: Month, Period: "2026-10", Periods: []string{"2026-10", "2026-09"},
		Platforms: []Platform{
			{ID: "a", Name: lang.Text{ZH: "甲"}, District: Word{Code: "1", Title: lang.Text{ZH: "一区"}}},
			{ID: "b", Name: lang.Text{ZH: "乙"}, District: Word{Code: "1", Title: lang.Text{ZH: "一区"}}},
			{ID: "c", Name: lang.Text{ZH: "丙"}, District: Word{Code: "2", Title: lang.Text{ZH: "二区"}}},
		},
		Indicators: []Indicator{{Code: "dev", Rule: "last", Key: true}, {Code: "kinds", Rule: "last", Mean: true}},
	}
}

func facts() []Fact {
	return []Fact{
		{Platform: "a", Code: "dev", Back: 0, Value: 110, Facts: 1, Revision: 1},
		{Platform: "a", Code: "dev", Back: 1, Value: 100, Facts: 1, Revision: 1},
		{Platform: "b", Code: "dev", Back: 0, Value: 90, Facts: 1, Revision: 3},
		{Platform: "b", Code: "dev", Back: 1, Value: 100, Facts: 1, Revision: 1},
		{Platform: "c", Code: "dev", Back: 0, Value: 1000, Facts: 1, Revision: 1},
		{Platform: "a", Code: "kinds", Back: 0, Value: 3, Facts: 1, Revision: 1},
		{Platform: "b", Code: "kinds", Back: 0, Value: 5, Facts: 1, Revision: 1},
	}
}

func TestAPlatformMoreIsNoGrowth(t *testing.T) {
	d := sample()
	d.Add(facts())
	dev := d.Totals[0]
	if *dev.Value != 1200 || dev.Platforms != 3 || dev.Revision != 3 || dev.Before.Platforms != 2 || *dev.Before.Percent != 0 {
		t.Errorf("total %+v", dev)
	}
	if kinds := d.Totals[1]; *kinds.Value != 4 || kinds.Before.Percent != nil {
		t.Errorf("a mean: %+v", kinds)
	}
	if len(d.Moves) != 2 || d.Moves[0].Platform != "a" || d.Moves[1].Platform != "b" || d.Moves[1].Rank != -1 {
		t.Errorf("moves %+v", d.Moves)
	}
	for _, g := range d.Growths {
		if g.By == "district" && g.Word.Code == "2" && (*g.Value != 1000 || g.Before.Percent != nil) {
			t.Errorf("a district: %+v", g)
		}
	}
}

func TestTheOrderInWhichFactsComeDoesNotMatter(t *testing.T) {
	texts := map[string]bool{}
	for seed := range uint64(20) {
		list := facts()
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
		d := sample()
		d.Add(list)
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		texts[string(text)] = true
	}
	if len(texts) != 1 {
		t.Errorf("%d outcomes of the same facts", len(texts))
	}
}

func TestDifferencesSayWhatAndWhy(t *testing.T) {
	old, now := sample(), sample()
	old.Add(facts())
	list := facts()
	list[0].Value, list[0].Revision, list[0].Known = 120, 2, time.Unix(1, 0)
	list = append(list[:4], Fact{Platform: "c", Code: "kinds", Value: 1, Facts: 1, Revision: 1})
	now.Grades = []Grade{{Platform: "a", Grade: "B"}}
	now.Add(list)
	changes, err := Compare(old, now)
	if err != nil {
		t.Fatal(err)
	}
	why := map[string]Why{}
	for _, c := range changes {
		why[c.Part+" "+c.Platform+" "+c.Code] = c.Why
	}
	for name, want := range map[string]Why{"fact a dev": Corrected, "fact c dev": Gone, "fact c kinds": Added, "fact a kinds": Gone, "grades  ": Moved} {
		if why[name] != want {
			t.Errorf("%s: %q, want %q", name, why[name], want)
		}
	}
	if again, err := Compare(now, now); err != nil || len(again) != 0 {
		t.Errorf("the same differs: %v, %v", again, err)
	}
}

func TestNumbersAreReadByPeople(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234.5: "-1,234.5", 12.345: "12.35", 0.1: "0.1"} {
		if got := number(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
