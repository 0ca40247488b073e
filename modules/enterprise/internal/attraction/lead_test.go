package attraction

import (
	"slices"
	"testing"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

func TestStagesAndActs(t *testing.T) {
	want := map[Stage]map[string]Stage{
		Found:     {visit: Visited, commit: Committed, lose: Lost},
		Visited:   {visit: Visited, commit: Committed, lose: Lost},
		Committed: {visit: Committed, land: Landed, lose: Lost},
		Landed:    {},
		Lost:      {reopen: Found},
	}
	for s, acts := range want {
		for _, a := range []string{visit, commit, land, lose, reopen} {
			if got := s.next(a); got != acts[a] {
				t.Errorf("%s of %s: %q, want %q", a, s, got, acts[a])
			}
			if slices.Contains(s.acts(), a) != (acts[a] != "") {
				t.Errorf("%s is offered in %s: %v", a, s, s.acts())
			}
		}
	}
}

func TestLandingNeedsAnEntryEvidenceAndADay(t *testing.T) {
	l := Lead{Stage: Committed, Evidence: 1, NextOn: "2026-12-01"}
	e := Enterprise{ID: "E", Code: "C"}
	good := doing{act: land, day: "2026-11-01", note: "注册完成"}
	after, err := l.do(good, e, "2026-11-28")
	if err != nil || after.Stage != Landed || after.EntryID != "E" || after.Code != "C" || after.LandedOn != "2026-11-01" || after.NextOn != "" {
		t.Fatalf("%+v %v", after, err)
	}
	for name, x := range map[string]struct {
		lead  Lead
		do    doing
		entry Enterprise
		kind  fault.Kind
	}{
		"no entry":      {l, good, Enterprise{}, fault.Invalid},
		"no evidence":   {Lead{Stage: Committed}, good, e, fault.Conflict},
		"in the future": {l, doing{act: land, day: "2026-11-29", note: "x"}, e, fault.Invalid},
		"no note":       {l, doing{act: land, day: "2026-11-01", note: " "}, e, fault.Invalid},
		"too early":     {Lead{Stage: Visited, Evidence: 1}, good, e, fault.Conflict},
		"twice":         {after, good, e, fault.Conflict},
	} {
		if _, err := x.lead.do(x.do, x.entry, "2026-11-28"); !fault.Is(err, x.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	lost, err := l.do(doing{act: lose, note: "选址他处"}, Enterprise{}, "2026-11-28")
	if err != nil || lost.Reason != "选址他处" || lost.NextOn != "" {
		t.Errorf("%+v %v", lost, err)
	}
}

func TestWhatCannotBeFollowedIsRefused(t *testing.T) {
	good := Lead{Name: lang.Text{ZH: "甲"}, Origin: "苏州", Industry: "C35"}.tidy()
	known := func(code string) bool { return code == "C35" }
	if err := good.check(known); err != nil || good.Name.EN != "甲" {
		t.Fatal(err, good.Name)
	}
	for at, change := range map[string]func(*Lead){
		"name": func(l *Lead) { l.Name.ZH = "" }, "origin": func(l *Lead) { l.Origin = "" }, "industry": func(l *Lead) { l.Industry = "X" },
		"investment": func(l *Lead) { l.Investment = -1 }, "next_on": func(l *Lead) { l.NextOn = "soon" },
	} {
		l := good
		change(&l)
		if f := fault.As(l.check(known)); f == nil || f.Fields[0].Location != "body."+at {
			t.Errorf("%s: %v", at, f)
		}
	}
}
