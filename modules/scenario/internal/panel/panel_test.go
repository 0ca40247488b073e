package panel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func draw(r *rand.Rand, items, reviewers, each int) (marks []Mark, worth map[string]float64) {
	worth = map[string]float64{}
	for i := range items {
		id := fmt.Sprintf("i%03d", i)
		worth[id] = 40 + 50*r.Float64()
		for _, j := range r.Perm(reviewers)[:each] {
			marks = append(marks, Mark{fmt.Sprintf("r%02d", j), id, worth[id] + r.NormFloat64()*3})
		}
	}
	return marks, worth
}

func order1(c Calibration) []string {
	var list []Entry
	for _, x := range c.Items {
		list = append(list, Entry{ID: x.Item, Total: x.Calibrated})
	}
	var ids []string
	for _, p := range Rank(list, 1) {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestAConstantShiftOfAReviewerChangesNoPlace(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		marks, _ := draw(r, 30, 8, 3)
		before, err := Calibrate(marks)
		if err != nil || before.Groups != 1 {
			t.Fatalf("seed %d: %d groups, %v", seed, before.Groups, err)
		}
		shifted, by := slices.Clone(marks), r.Float64()*60-30
		for k := range shifted {
			if shifted[k].Reviewer == "r03" {
				shifted[k].Total += by
			}
		}
		after, err := Calibrate(shifted)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(order1(before), order1(after)) {
			t.Errorf("seed %d: a shift by %g changes places", seed, by)
		}
		sum := 0.0
		for j, e := range after.Effects {
			sum += e.Effect * float64(e.Reviews)
			want := before.Effects[j].Effect - before.Effects[3].Effect
			if e.Reviewer != "r03" && math.Abs(e.Effect-after.Effects[3].Effect-(want-by)) > 1e-8 {
				t.Errorf("seed %d: %s is %g from r03, want %g", seed, e.Reviewer, e.Effect-after.Effects[3].Effect, want-by)
			}
		}
		if math.Abs(sum) > 1e-7 {
			t.Errorf("seed %d: the effects add up to %g", seed, sum)
		}
	}
}

func TestCalibrationFindsTheWorthBehindHarshReviewers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	marks, worth := draw(r, 60, 10, 3)
	for k := range marks {
		if marks[k].Reviewer < "r03" {
			marks[k].Total -= 25
		}
	}
	c, err := Calibrate(marks)
	if err != nil {
		t.Fatal(err)
	}
	raw, calibrated := 0.0, 0.0
	mean := 0.0
	for _, x := range c.Items {
		mean += (x.Calibrated - worth[x.Item]) / float64(len(c.Items))
	}
	for _, x := range c.Items {
		was, is := x.Raw-worth[x.Item]-mean, x.Calibrated-worth[x.Item]-mean
		raw, calibrated = raw+was*was, calibrated+is*is
	}
	if calibrated > raw/4 {
		t.Errorf("squared error %g calibrated, %g raw", calibrated, raw)
	}
}

func TestCalibrationOfMarksThatFitExactly(t *testing.T) {
	c, err := Calibrate([]Mark{{"a", "x", 80}, {"b", "x", 70}, {"a", "y", 60}, {"b", "y", 50}, {"b", "z", 70}})
	if err != nil {
		t.Fatal(err)
	}
	// a is 10 above b; a has two marks and b three, so that effects are 6 and −4.
	want := map[string]float64{"x": 74, "y": 54, "z": 74}
	for _, x := range c.Items {
		if math.Abs(x.Calibrated-want[x.Item]) > 1e-9 {
			t.Errorf("%s is %g, want %g", x.Item, x.Calibrated, want[x.Item])
		}
	}
	if len(c.Thin()) != 1 || c.Thin()[0] != "a" {
		t.Errorf("thin: %v", c.Thin())
	}
}

func TestWhatNoReviewerJoinsIsTold(t *testing.T) {
	c, err := Calibrate([]Mark{{"a", "x", 80}, {"b", "x", 70}, {"c", "y", 60}, {"d", "y", 50}})
	if err != nil || c.Groups != 2 || c.Items[0].Group == c.Items[1].Group {
		t.Errorf("%+v %v", c, err)
	}
	for _, bad := range [][]Mark{{{"a", "x", math.NaN()}}, {{"a", "x", 1}, {"a", "x", 2}}} {
		if _, err := Calibrate(bad); err == nil {
			t.Errorf("%v is calibrated", bad)
		}
	}
	if c, err := Calibrate(nil); err != nil || c.Groups != 0 {
		t.Errorf("nothing: %+v %v", c, err)
	}
}

func TestRank(t *testing.T) {
	f := func(quota int, list []Entry, want string) {
		t.Helper()
		got := ""
		for _, p := range Rank(list, quota) {
			mark := ""
			if p.Within {
				mark = "+"
			}
			if p.OnLine {
				mark = "?"
			}
			got += fmt.Sprintf("%s%d%s ", p.ID, p.Place, mark)
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(1, []Entry{{ID: "a", Total: 1}, {ID: "b", Total: 2}, {ID: "c", Total: 9, Barred: true}}, "b1+ a2 c0 ")
	f(2, []Entry{{ID: "a", Total: 3}, {ID: "b", Total: 2}, {ID: "c", Total: 2}}, "a1+ b2? c2? ")
	f(2, []Entry{{ID: "a", Total: 3}, {ID: "b", Total: 2, Ties: []float64{1}}, {ID: "c", Total: 2 + 1e-12, Ties: []float64{5}}}, "a1+ c2+ b3 ")
	f(3, []Entry{{ID: "a", Total: 2}, {ID: "b", Total: 2}, {ID: "c", Total: 2}}, "a1+ b1+ c1+ ")
	f(0, []Entry{{ID: "a", Total: 2}}, "a1 ")
	f(5, nil, "")
}

func TestAssignment(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		var items []Item
		var judges []Judge
		for j := range 12 {
			judges = append(judges, Judge{ID: fmt.Sprintf("r%02d", j), Fields: []string{fmt.Sprint(j % 4)}, Capacity: 10})
		}
		for i := range 40 {
			items = append(items, Item{ID: fmt.Sprintf("i%02d", i), Fields: []string{fmt.Sprint(i % 4)}})
		}
		barred := map[[2]string]bool{}
		for range 60 {
			barred[[2]string{items[r.IntN(40)].ID, judges[r.IntN(12)].ID}] = true
		}
		pairs, lacks := Assign(items, judges, 3, func(i, j string) bool { return barred[[2]string{i, j}] })
		load, have := map[string]int{}, map[string]int{}
		for _, p := range pairs {
			if barred[[2]string{p.Item, p.Judge}] {
				t.Fatalf("seed %d: %v is barred", seed, p)
			}
			load[p.Judge]++
			have[p.Item]++
		}
		if len(lacks) > 0 { // 120 places for 120 wants: only moving makes it fit
			t.Errorf("seed %d: lacks %v", seed, lacks)
		}
		for id, n := range load {
			if n > 10 {
				t.Errorf("seed %d: %s has %d", seed, id, n)
			}
		}
	}
}

func TestAssignmentKeepsAndLacks(t *testing.T) {
	pairs, lacks := Assign([]Item{{ID: "x", Has: []string{"a"}}, {ID: "y"}}, []Judge{{ID: "a", Capacity: 1}, {ID: "b", Capacity: 2}}, 2, func(i, j string) bool { return i == "y" && j == "b" })
	if len(pairs) != 1 || pairs[0] != (Pair{"x", "b", false}) || len(lacks) != 1 || lacks[0] != (Lack{"y", 0}) {
		t.Errorf("%v %v", pairs, lacks)
	}
}

func TestGroupsAreJoinedByOneReviewMore(t *testing.T) {
	var items []Item
	var judges []Judge
	for i := range 40 {
		items = append(items, Item{ID: fmt.Sprintf("i%02d", i), Fields: []string{fmt.Sprint(i % 4)}})
	}
	for j := range 12 {
		judges = append(judges, Judge{ID: fmt.Sprintf("r%02d", j), Fields: []string{fmt.Sprint(j % 4)}, Capacity: 12})
	}
	pairs, lacks := Assign(items, judges, 3, func(string, string) bool { return false })
	if len(pairs) != 123 || len(lacks) != 0 { // four fields, three bridges
		t.Fatalf("%d pairs, %v", len(pairs), lacks)
	}
	var marks []Mark
	for _, p := range pairs {
		marks = append(marks, Mark{p.Judge, p.Item, 50})
	}
	if c, err := Calibrate(marks); err != nil || c.Groups != 1 {
		t.Errorf("%d groups, %v", c.Groups, err)
	}
}

func TestConflict(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	day := func(y int) time.Time { return time.Date(y, 6, 1, 0, 0, 0, 0, time.UTC) }
	works := Relation{From: "p", To: "E", Kind: Employment}
	holds := func(a, b string, share float64) Relation {
		return Relation{From: a, To: b, Kind: Shareholding, Share: share}
	}
	f := func(name string, want Kind, hops int, list ...Relation) {
		t.Helper()
		c := NewRelations(list).Conflict("p", "A", now)
		if want == "" {
			if c != nil {
				t.Errorf("%s: %+v", name, c)
			}
			return
		}
		if c == nil || c.Kind != want || len(c.Path) != hops || c.Path[0].From != "p" || c.Path[hops-1].To != "A" {
			t.Errorf("%s: %+v", name, c)
		}
	}
	f("nobody", "", 0)
	f("employee", Employment, 1, Relation{From: "p", To: "A", Kind: Employment})
	f("left two years ago", Employment, 1, Relation{From: "p", To: "A", Kind: Employment, Until: day(2025)})
	f("left long ago", "", 0, Relation{From: "p", To: "A", Kind: Employment, Until: day(2021)})
	f("not yet", "", 0, Relation{From: "p", To: "A", Kind: Employment, Since: day(2028)})
	f("child of the employer", Employment, 2, works, holds("E", "A", 1))
	f("grandchild", Employment, 3, works, holds("E", "B", 0.6), holds("B", "A", 0.6))
	f("parent of the employer", Employment, 2, works, holds("A", "E", 0.51))
	f("sister", Employment, 3, works, holds("H", "E", 0.9), holds("H", "A", 0.9))
	f("two holders of one company are not tied", "", 0, works, holds("E", "B", 0.5), holds("A", "B", 0.5))
	f("a small holding", "", 0, works, holds("E", "A", 0.04))
	f("diluted in a chain", "", 0, works, holds("E", "B", 0.2), holds("B", "A", 0.2))
	f("share not known", Employment, 2, works, holds("E", "A", 0))
	f("sold", "", 0, works, Relation{From: "E", To: "A", Kind: Shareholding, Share: 1, Until: day(2025)})
	f("own share", Shareholding, 1, holds("p", "A", 0.01))
	f("own share through another", Shareholding, 2, holds("p", "B", 0.5), holds("B", "A", 0.5))
	f("cooperated", Cooperation, 1, Relation{From: "p", To: "A", Kind: Cooperation, Since: day(2025)})
	f("said by the other", Cooperation, 1, Relation{From: "A", To: "p", Kind: Cooperation, Since: day(2025)})
	f("cooperated long ago", "", 0, Relation{From: "p", To: "A", Kind: Cooperation, Since: day(2020)})
	f("employer cooperated", Cooperation, 2, works, Relation{From: "A", To: "E", Kind: Cooperation, Since: day(2025)})
	f("a ring ends", "", 0, works, holds("E", "B", 1), holds("B", "E", 1))
}

func BenchmarkACallOf400(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	var items []Item
	var judges []Judge
	for j := range 80 {
		judges = append(judges, Judge{ID: fmt.Sprintf("r%02d", j), Fields: []string{fmt.Sprint(j % 8)}, Capacity: 30})
	}
	for i := range 400 {
		items = append(items, Item{ID: fmt.Sprintf("i%03d", i), Fields: []string{fmt.Sprint(r.IntN(8))}})
	}
	for b.Loop() {
		pairs, lacks := Assign(items, judges, 5, func(i, j string) bool { return (len(i)+int(i[3])*int(j[2]))%17 == 0 })
		if len(lacks) > 0 {
			b.Fatal(lacks)
		}
		marks := make([]Mark, len(pairs))
		for k, p := range pairs {
			marks[k] = Mark{p.Judge, p.Item, 50 + r.Float64()*40}
		}
		if c, err := Calibrate(marks); err != nil || c.Groups != 1 {
			b.Fatal(c.Groups, err)
		}
	}
}
