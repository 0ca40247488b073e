package cultivation

import (
	"testing"

	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

func TestEvidenceSettlesACriterion(t *testing.T) {
	file := func(states ...string) (list []Proof) {
		for _, s := range states {
			list = append(list, Proof{Rung: "r", Criterion: "c", State: s, Reason: "x"})
		}
		return list
	}
	for _, c := range []struct {
		name     string
		evidence string
		by       criterion.Outcome // the profile
		proofs   []Proof
		want     criterion.Outcome
		proven   string
	}{
		{"none is asked for", evidenceNone, criterion.Met, nil, criterion.Met, ""},
		{"some is welcome", evidenceOptional, criterion.Met, nil, criterion.Met, ""},
		{"some is needed", evidenceRequired, criterion.Met, nil, criterion.Unknown, missing},
		{"needed and waits", evidenceRequired, criterion.Met, file(waiting), criterion.Unknown, waiting},
		{"welcome and waits", evidenceOptional, criterion.Met, file(waiting), criterion.Met, waiting},
		{"needed and accepted", evidenceRequired, criterion.Met, file(accepted), criterion.Met, accepted},
		{"needed and refused", evidenceRequired, criterion.Met, file(refused), criterion.Unmet, refused},
		{"welcome and refused", evidenceOptional, criterion.Met, file(refused), criterion.Unknown, refused},
		{"refused, then another waits", evidenceRequired, criterion.Met, file(refused, waiting), criterion.Unknown, waiting},
		{"refused, then another accepted", evidenceRequired, criterion.Met, file(refused, waiting, accepted), criterion.Met, accepted},
		{"accepted makes nothing met that is not", evidenceRequired, criterion.Unmet, file(accepted), criterion.Unmet, accepted},
		{"accepted does not tell what the profile does not", evidenceOptional, criterion.Unknown, file(accepted), criterion.Unknown, accepted},
		{"of another criterion", evidenceRequired, criterion.Met, []Proof{{Rung: "r", Criterion: "other", State: accepted}}, criterion.Unknown, missing},
		{"of another rung", evidenceRequired, criterion.Met, []Proof{{Rung: "s", Criterion: "c", State: accepted}}, criterion.Unknown, missing},
	} {
		j := Judged{Code: "c", Title: lang.Text{ZH: "条件"}, Outcome: c.by, Evidence: c.evidence, Lacks: []criterion.Lack{}}
		out, got, lacks := settle("r", []Judged{j}, c.proofs)
		if got != c.want || out[0].Proven != c.proven {
			t.Errorf("%s: %s with %q, want %s with %q", c.name, got, out[0].Proven, c.want, c.proven)
		}
		if c.by == criterion.Met && (got == criterion.Met) != (len(lacks) == 0) {
			t.Errorf("%s: %s, and lacks %v", c.name, got, lacks)
		}
	}
}

func TestTheEditionThatHolds(t *testing.T) {
	list := []Ladder{
		{ID: "a", Edition: 1},
		{ID: "b", Edition: 1, Content: Content{EffectiveFrom: "2026-01-01"}},
		{ID: "b", Edition: 2, Content: Content{EffectiveFrom: "2026-07-01"}},
		{ID: "c", Edition: 1, Content: Content{EffectiveFrom: "2027-01-01"}},
	}
	for day, want := range map[string]map[string]int{"2025-12-31": {"a": 1}, "2026-01-01": {"a": 1, "b": 1}, "2026-06-30": {"a": 1, "b": 1}, "2026-07-01": {"a": 1, "b": 2}, "2027-01-01": {"a": 1, "b": 2, "c": 1}} {
		got := map[string]int{}
		for _, l := range inForce(list, day) {
			got[l.ID] = l.Edition
		}
		if len(got) != len(want) {
			t.Errorf("on %s %v hold, want %v", day, got, want)
		}
		for id, n := range want {
			if got[id] != n {
				t.Errorf("on %s %s holds in edition %d, want %d", day, id, got[id], n)
			}
		}
	}
}
