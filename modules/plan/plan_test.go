package plan

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linghang/kernel/fault"
)

func qingdao(t testing.TB) plan {
	t.Helper()
	list, err := readTemplates()
	if err != nil || len(list) != 1 {
		t.Fatalf("templates: %d, %v", len(list), err)
	}
	return list[0]
}

func TestTheTemplateHoldsFourActionsFifteenMeasuresAndEveryTarget(t *testing.T) {
	p := qingdao(t)
	measures := 0
	for _, a := range p.Actions {
		measures += len(a.Measures)
	}
	if len(p.Actions) != 4 || measures != 15 || len(p.Targets) != 23 {
		t.Errorf("%d actions, %d measures, %d targets", len(p.Actions), measures, len(p.Targets))
	}
	for _, x := range p.Targets {
		if x.Source == "" || x.Title.ZH == "" || x.Title.EN == "" || x.Unit.EN == "" || x.Owner.EN == "" {
			t.Errorf("%s is incomplete", x.Code)
		}
	}
}

func TestAPlanExportsToYAMLThatImportsIdentically(t *testing.T) {
	p := qingdao(t)
	first, err := writePlan(p)
	if err != nil {
		t.Fatal(err)
	}
	again, err := readPlan(first)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p, again); d != "" {
		t.Errorf("imported plan differs: %s", d)
	}
	second, err := writePlan(again)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("second export differs (%v)", err)
	}
}

func TestShiftingAPlanMovesDatesByTheirShareOfThePeriod(t *testing.T) {
	p, err := qingdao(t).shift("2026-01-01", "2028-12-31")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range p.Targets {
		if x.Code != "pf.specialised_new" {
			continue
		}
		for i, want := range []day{"2026-12-31", "2027-12-31", "2028-12-31"} {
			if got := x.Milestones[i].Due; got != want {
				t.Errorf("milestone %d moved to %s, want %s", i, got, want)
			}
		}
	}
	if p.From != "2026-01-01" || p.To != "2028-12-31" {
		t.Errorf("period %s to %s", p.From, p.To)
	}
	if _, err := p.shift("2026-01-01", "2025-01-01"); err == nil {
		t.Error("a period that ends before it begins was accepted")
	}
}

const small = `title: {zh: 试, en: Try}
from: 2026-01-01
to: 2026-12-31
actions: [{code: A, title: {zh: 行, en: Act}, measures: [{code: M, title: {zh: 措, en: Do}}]}]
targets: [{code: x.y, measure: M, title: {zh: 目, en: Aim}, unit: {zh: 个, en: it}, direction: at_least, goal: 5, owner: {zh: 局, en: Bureau}, kind: live, formula: platforms.monitored}]
`

func TestAWrongPlanIsRefusedWithThePlaceOfEveryFault(t *testing.T) {
	f := func(old, replacement, location string) {
		t.Helper()
		_, err := readPlan([]byte(strings.Replace(small, old, replacement, 1)))
		e := fault.As(err)
		if e == nil {
			t.Errorf("%q was accepted", replacement)
			return
		}
		for _, x := range e.Fields {
			if x.Location == location {
				return
			}
		}
		t.Errorf("%q: %v names %v, want %s", replacement, err, e.Fields, location)
	}
	if _, err := readPlan([]byte(small)); err != nil {
		t.Fatal(err)
	}
	f("goal: 5", "goal: .nan", "body.targets[0].goal")
	f("direction: at_least", "direction: upwards", "body.targets[0].direction")
	f("measure: M,", "measure: N,", "body.targets[0].measure")
	f("formula: platforms.monitored", "formula: 1 +", "body.targets[0].formula")
	f("formula: platforms.monitored", "formula: ''", "body.targets[0].formula")
	f("to: 2026-12-31", "to: 2025-12-31", "body.from")
	f("to: 2026-12-31", "to: soon", "body.from")
	f("title: {zh: 试, en: Try}", "title: {}", "body.title")
	f("code: x.y", "code: ''", "body.targets[0].code")
	f("kind: live", "kind: guessed", "body.targets[0].kind")
	f("kind: live", "kind: live, colour: red", "body.yaml")
	f("from:", "rules: {on_track_chance: 2}\nfrom:", "body.rules.on_track_chance")
	f("targets:", "extra: 1\ntargets:", "body.yaml")
	f("targets:", "---\ntargets:", "body.yaml")
}

func TestAPlanThatIsTooLargeIsRefused(t *testing.T) {
	if _, err := readPlan(make([]byte, maxDocument+1)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v", err)
	}
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("title: {zh: 1e999}\nfrom: 0000-00-00\nto: 9999-99-99\ntargets: [{goal: -.inf}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := readPlan(text)
		if err != nil {
			return
		}
		out, err := writePlan(p)
		if err != nil {
			t.Fatalf("an accepted plan cannot be written: %v", err)
		}
		if _, err := readPlan(out); err != nil {
			t.Errorf("an exported plan is refused: %v\n%s", err, out)
		}
	})
}
