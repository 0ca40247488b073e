package service

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linghang/kernel/fault"
)

func TestStatesAndActs(t *testing.T) {
	want := map[State]map[act]State{
		Waiting:   {confirm: Confirmed, object: Objected, lapse: Silent, withdraw: Withdrawn},
		Silent:    {confirm: Confirmed, object: Objected, withdraw: Withdrawn},
		Objected:  {confirm: Confirmed, withdraw: Withdrawn},
		Confirmed: {},
		Withdrawn: {},
	}
	for s, acts := range want {
		for _, a := range []act{confirm, object, lapse, withdraw} {
			if got := s.next(a); got != acts[a] {
				t.Errorf("%s of %s: %q, want %q", a, s, got, acts[a])
			}
		}
	}
}

func TestWhatCountsOfOneEnterprise(t *testing.T) {
	c := func(id, started string, state State) claim {
		return claim{id: id, provider: "P", matter: "training", started: started, window: 90, recorded: int64(id[0]), state: state}
	}
	with := func(x claim, change func(*claim)) claim { change(&x); return x }
	for name, x := range map[string]struct {
		list []claim
		want map[string]standing
	}{
		"confirmed counts":          {[]claim{c("a", "2026-01-01", Confirmed)}, map[string]standing{"a": {counted: true}}},
		"what waits does not":       {[]claim{c("a", "2026-01-01", Waiting)}, map[string]standing{"a": {}}},
		"silence does not":          {[]claim{c("a", "2026-01-01", Silent)}, map[string]standing{"a": {}}},
		"not upheld does not":       {[]claim{with(c("a", "2026-01-01", Confirmed), func(x *claim) { x.verdict = Rejected })}, map[string]standing{"a": {}}},
		"upheld does":               {[]claim{with(c("a", "2026-01-01", Confirmed), func(x *claim) { x.verdict = Upheld })}, map[string]standing{"a": {counted: true}}},
		"89 days apart is one":      {[]claim{c("a", "2026-01-01", Confirmed), c("b", "2026-03-31", Confirmed)}, map[string]standing{"a": {counted: true}, "b": {duplicateOf: "a"}}},
		"90 days apart is two":      {[]claim{c("a", "2026-01-01", Confirmed), c("b", "2026-04-01", Confirmed)}, map[string]standing{"a": {counted: true}, "b": {counted: true}}},
		"recorded first, not begun": {[]claim{c("b", "2026-01-01", Confirmed), c("a", "2026-02-01", Confirmed)}, map[string]standing{"a": {counted: true}, "b": {duplicateOf: "a"}}},
		"another matter is another": {[]claim{c("a", "2026-01-01", Confirmed), with(c("b", "2026-01-01", Confirmed), func(x *claim) { x.matter = "policy" })}, map[string]standing{"a": {counted: true}, "b": {counted: true}}},
		"another provider too":      {[]claim{c("a", "2026-01-01", Confirmed), with(c("b", "2026-01-01", Confirmed), func(x *claim) { x.provider = "Q" })}, map[string]standing{"a": {counted: true}, "b": {counted: true}}},
		"the confirmed one of two":  {[]claim{c("a", "2026-01-01", Silent), c("b", "2026-01-02", Confirmed)}, map[string]standing{"a": {duplicateOf: "b"}, "b": {counted: true}}},
		"withdrawn is nothing":      {[]claim{c("a", "2026-01-01", Withdrawn), c("b", "2026-01-02", Confirmed)}, map[string]standing{"a": {}, "b": {counted: true}}},
		"the window of its own rule": {
			[]claim{c("a", "2026-01-01", Confirmed), with(c("b", "2026-02-01", Confirmed), func(x *claim) { x.window = 10 })}, map[string]standing{"a": {counted: true}, "b": {counted: true}},
		},
	} {
		if diff := cmp.Diff(x.want, settle(x.list), cmp.AllowUnexported(standing{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever is claimed in whatever order, no two that count are one service, and the order
// in which they are given does not matter.
func TestNothingCountsTwice(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 28))
	for range 300 {
		var list []claim
		for i := range 1 + r.IntN(20) {
			day := time.Date(2026, 1, 1+r.IntN(300), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			list = append(list, claim{fmt.Sprint("s", i), []string{"P", "Q"}[r.IntN(2)], []string{"training", "policy"}[r.IntN(2)], day, []int{30, 90}[r.IntN(2)], int64(r.IntN(10)), []State{Waiting, Confirmed, Silent, Objected, Withdrawn}[r.IntN(5)], []string{"", Upheld, Rejected}[r.IntN(3)]})
		}
		got := settle(list)
		shuffled := slices.Clone(list)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(got, settle(shuffled), cmp.AllowUnexported(standing{})); diff != "" {
			t.Fatalf("the order matters: %s", diff)
		}
		for _, a := range list {
			for _, b := range list {
				later := b.recorded > a.recorded || b.recorded == a.recorded && b.id > a.id
				if a.id != b.id && later && got[a.id].counted && got[b.id].counted && b.near(a) {
					t.Fatalf("%+v and %+v both count", a, b)
				}
			}
			if got[a.id].counted && !a.counts() {
				t.Fatalf("%+v counts", a)
			}
		}
	}
}

func TestWhatCannotBeRecordedIsRefused(t *testing.T) {
	good := draft{"E", "P", "服务商", "training", "培训", "2026-03-01", "2026-03-02", []string{"f"}}
	valid := func(code string) bool { return code == "E" || code == "P" }
	if err := good.check(valid, "2026-11-28"); err != nil {
		t.Fatal(err)
	}
	for at, change := range map[string]func(*draft){
		"code": func(d *draft) { d.code = "x" }, "provider": func(d *draft) { d.provider = "x" }, "provider_name": func(d *draft) { d.providerName = "" },
		"matter": func(d *draft) { d.matter = "x" }, "about": func(d *draft) { d.about = strings.Repeat("长", 501) },
		"started_on": func(d *draft) { d.started, d.ended = "2026-11-29", "2026-11-29" }, "ended_on": func(d *draft) { d.ended = "2026-02-28" }, "evidence": func(d *draft) { d.evidence = nil },
	} {
		d := good
		change(&d)
		f := fault.As(d.check(valid, "2026-11-28"))
		if f == nil || f.Fields[0].Location != "body."+at {
			t.Errorf("%s: %v", at, f)
		}
	}
	own := good
	own.provider = "E"
	if own.check(valid, "2026-11-28") == nil {
		t.Error("an enterprise serves itself")
	}
}

// The values are Wilson's, as Brown, Cai and DasGupta (Statistical Science 16, 2001) and
// common tables give them.
func TestWilsonsInterval(t *testing.T) {
	for _, x := range []struct {
		hits, n   int
		low, high float64
	}{{0, 10, 0, 0.277533}, {5, 50, 0.043476, 0.213602}, {10, 10, 0.722467, 1}, {1, 2, 0.094529, 0.905471}} {
		r := wilson(x.hits, x.n)
		if math.Abs(r.Low-x.low) > 2e-5 || math.Abs(r.High-x.high) > 2e-5 {
			t.Errorf("%d of %d: %f to %f, want %f to %f", x.hits, x.n, r.Low, r.High, x.low, x.high)
		}
	}
	if wilson(0, 0) != nil {
		t.Error("nothing has a rate")
	}
}

func TestADrawIsReproducibleAndFair(t *testing.T) {
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = fmt.Sprintf("%04d", i)
	}
	first := draw(ids, "2026Q4", 100)
	if diff := cmp.Diff(first, draw(ids, "2026Q4", 100)); diff != "" {
		t.Error(diff)
	}
	reversed := slices.Clone(ids)
	slices.Reverse(reversed)
	if diff := cmp.Diff(first, draw(reversed, "2026Q4", 100)); diff != "" {
		t.Errorf("the order of the list matters: %s", diff)
	}
	if got := draw(ids, "2026Q4", 5000); len(got) != 1000 {
		t.Errorf("%d of 1000", len(got))
	}
	often := map[string]int{}
	for seed := range 200 {
		for _, id := range draw(ids, fmt.Sprint(seed), 100) {
			often[id]++
		}
	}
	for id, n := range often { // 20 expected of each, standard deviation 4.2
		if n > 45 {
			t.Errorf("%s was drawn %d times of 200", id, n)
		}
	}
	if len(often) != 1000 {
		t.Errorf("only %d of 1000 were ever drawn", len(often))
	}
}

func TestPeriods(t *testing.T) {
	for text, want := range map[string][2]int{"": {0, 99999}, "2026": {20261, 20264}, "2026Q3": {20263, 20263}} {
		first, last, err := period(text)
		if err != nil || first != want[0] || last != want[1] {
			t.Errorf("%s: %d %d %v", text, first, last, err)
		}
	}
	for _, text := range []string{"2026Q5", "1999", "2026-11", "Q1", "2026Q1 "} {
		if _, _, err := period(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for day, want := range map[string]string{"2026-01-01": "2026Q1", "2026-03-31": "2026Q1", "2026-04-01": "2026Q2", "2026-12-31": "2026Q4"} {
		if got := quarterText(quarterOf(day)); got != want {
			t.Errorf("%s: %s", day, got)
		}
	}
}
