package plan

import (
	"slices"
	"testing"

	"linghang/kernel/fault"
)

func TestReporterReviewerAndApproverAreThreePersons(t *testing.T) {
	who := func(actor string) hand { return hand{actor, actor, began} }
	reported := value{State: stateReported, Reported: who("person:a")}
	reviewed, err := reported.review(who("person:b"), "")
	if err != nil {
		t.Fatal(err)
	}
	f := func(name string, err error, want fault.Kind) {
		t.Helper()
		if (want == "" && err != nil) || (want != "" && !fault.Is(err, want)) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	do := func(_ value, err error) error { return err }
	f("reporter reviews", do(reported.review(who("person:a"), "")), fault.Forbidden)
	f("token reviews", do(reported.review(who("token:x"), "")), fault.Forbidden)
	f("nobody reviews", do(reported.review(who("nobody"), "")), fault.Forbidden)
	f("approval without review", do(reported.approve(who("person:c"), "")), fault.Conflict)
	f("second review", do(reviewed.review(who("person:c"), "")), fault.Conflict)
	f("reporter approves", do(reviewed.approve(who("person:a"), "")), fault.Forbidden)
	f("reviewer approves", do(reviewed.approve(who("person:b"), "")), fault.Forbidden)
	f("token approves", do(reviewed.approve(who("token:x"), "")), fault.Forbidden)
	f("third person approves", do(reviewed.approve(who("person:c"), "")), "")
	f("return without a reason", do(reported.giveBack(who("person:b"), " ")), fault.Invalid)
	f("reporter returns", do(reported.giveBack(who("person:a"), "x")), fault.Forbidden)
	f("return", do(reviewed.giveBack(who("person:c"), "x")), "")
	approved, _ := reviewed.approve(who("person:c"), "")
	if approved.KnownAt.IsZero() || !reviewed.KnownAt.IsZero() {
		t.Error("only an approved value is known")
	}
	f("return after approval", do(approved.giveBack(who("person:d"), "x")), fault.Conflict)
	if got := reported.steps(who("person:b"), true, true); !slices.Equal(got, []string{"review", "return"}) {
		t.Errorf("steps %v", got)
	}
	if got := reported.steps(who("person:a"), true, true); len(got) != 0 {
		t.Errorf("the reporter's steps %v", got)
	}
}
