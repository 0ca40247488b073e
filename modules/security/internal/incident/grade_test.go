package incident

import (
	"testing"

	"linghang/modules/security/internal/rating"
)

func TestPropose(t *testing.T) {
	f := func(importance Importance, loss Loss, harm Harm, want rating.Level, reasons int) {
		t.Helper()
		if got := Propose(importance, loss, harm); got.Level != want || len(got.Reasons) != reasons {
			t.Errorf("%s, %s, %s: %+v, not level %d with %d reasons", importance, loss, harm, got, want, reasons)
		}
	}
	f("special", "extreme", "", rating.Extreme, 1)
	f("special", "serious", "", rating.Major, 1)
	f("special", "large", "", rating.Large, 1)
	f("special", "small", "", rating.Ordinary, 1)
	f("important", "extreme", "", rating.Major, 1)
	f("important", "serious", "", rating.Large, 1)
	f("important", "large", "", rating.Ordinary, 1)
	f("general", "extreme", "", rating.Large, 1)
	f("general", "serious", "", rating.Ordinary, 1)
	f("general", "small", "", rating.Ordinary, 1)
	// Harm alone, and the graver of both.
	f("", "", "extreme", rating.Extreme, 1)
	f("", "", "ordinary", rating.Ordinary, 1)
	f("general", "small", "major", rating.Major, 2)
	f("special", "extreme", "ordinary", rating.Extreme, 2)
	// What is not known counts for nothing, and is said.
	f("", "", "", rating.Unrated, 1)
	f("special", "", "", rating.Unrated, 2)
	f("", "extreme", "large", rating.Large, 2)
	f("none", "none", "none", rating.Unrated, 1)
}

// A graver element never gives a lighter level.
func TestProposeIsMonotonous(t *testing.T) {
	level := func(i, l, h int) rating.Level { return Propose(importances()[i], losses()[l], harms()[h]).Level }
	for i := range importances() {
		for l := range losses() {
			for h := range harms() {
				here := level(i, l, h)
				if i > 0 && here.GraverThan(level(i-1, l, h)) || l > 0 && here.GraverThan(level(i, l-1, h)) || h > 0 && here.GraverThan(level(i, l, h-1)) {
					t.Errorf("%s, %s, %s gives %d, which is graver than with something graver", importances()[i], losses()[l], harms()[h], here)
				}
			}
		}
	}
}
