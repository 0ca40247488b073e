package incident

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/rating"
)

func people() (handler, second identity.Identity) {
	return identity.Identity{PersonID: "1", Name: "一"}, identity.Identity{PersonID: "2", Name: "二"}
}

func known(state State, level rating.Level) Case {
	at := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	return Case{ID: "a", OrganisationID: "x", State: state, Level: level, levelSetter: "person:1", handler: "person:1", Origin: byEnterprise, Said: Said{Title: "t", Summary: "s", Category: "malware", Kind: "other", TLP: rating.Amber, AwareAt: at}, Times: Times{ReportedAt: at, ReceivedAt: at}}
}

// keyOf is why something is refused; empty when it is not.
func keyOf(err error) string {
	if f := fault.As(err); f != nil {
		return strings.TrimPrefix(f.Key, "security.incident.")
	}
	return ""
}

// Only the ways that are listed lead from one state to another, for the sides that they are of.
func TestOnlyTheWaysThatAreListed(t *testing.T) {
	all := []State{Fresh, Triaged, Confirmed, Rejected, Contained, Eradicated, Recovered, Closed, Reviewed, Merged}
	_, who := people()
	now := known(Fresh, 0).AwareAt.Add(time.Hour)
	for _, from := range all {
		for _, to := range all {
			for _, s := range []side{owner, city, guest, stranger} {
				i := known(from, rating.Ordinary)
				i.closing, i.closingWriter = &Closing{}, "person:9"
				_, err := i.move(step{to: to, level: rating.Large, resolution: "test", reason: "x", at: now, now: now}, who, s)
				open := slices.ContainsFunc(ways(), func(w way) bool { return w.from == from && w.to == to && slices.Contains(w.of, s) })
				if (err == nil) != open {
					t.Errorf("%s to %s by %s: %v", from, to, s, err)
				}
			}
		}
	}
}

func TestFourEyes(t *testing.T) {
	handler, other := people()
	f := func(level rating.Level, who identity.Identity, writer, want string) {
		t.Helper()
		i := known(Recovered, level)
		i.closing, i.closingWriter = &Closing{}, writer
		at := i.AwareAt.Add(time.Hour)
		if _, err := i.move(step{to: Closed, reason: "x", at: at, now: at}, who, city); keyOf(err) != want {
			t.Errorf("level %d, written by %s: %v, not %q", level, writer, err, want)
		}
	}
	f(rating.Large, handler, "person:9", "four_eyes")
	f(rating.Large, other, "person:2", "four_eyes")
	f(rating.Large, other, "person:9", "")
	f(rating.Ordinary, handler, "person:1", "")
	f(rating.Extreme, identity.Identity{TokenID: "1"}, "person:9", "four_eyes") // a program is nobody's second
	lower := func(who identity.Identity, to rating.Level, want string) {
		t.Helper()
		if _, err := known(Confirmed, rating.Large).relevel(to, "x", who); keyOf(err) != want {
			t.Errorf("to level %d: %v, not %q", to, err, want)
		}
	}
	lower(handler, rating.Ordinary, "lower")
	lower(other, rating.Ordinary, "")
	lower(handler, rating.Major, "")
	lower(handler, rating.Large, "level")
	lower(other, 5, "level")
}

func TestOnlyTheOriginatorOpensIt(t *testing.T) {
	i := known(Triaged, 0)
	wider, stricter := i.Said, i.Said
	wider.TLP, stricter.TLP = rating.Clear, rating.Red
	now := i.AwareAt.Add(time.Hour)
	if _, err := i.correct(wider, city, now); keyOf(err) != "tlp" {
		t.Errorf("the city lets more people see it: %v", err)
	}
	if _, err := i.correct(wider, owner, now); err != nil {
		t.Error(err)
	}
	if _, err := i.correct(stricter, city, now); err != nil {
		t.Error(err)
	}
	later := i.Said
	later.AwareAt = i.AwareAt.Add(time.Minute)
	if _, err := known(Confirmed, rating.Large).correct(later, owner, now); keyOf(err) != "aware" {
		t.Errorf("the beginning of a legal time limit is moved: %v", err)
	}
}

func TestStagesInTheirOrder(t *testing.T) {
	f := func(done, next string, want bool) {
		t.Helper()
		list := []Report{{Obligation: toPassOn, Stage: Final}} // of another obligation: counts not
		for stage := range strings.FieldsSeq(done) {
			list = append(list, Report{Obligation: toReport, Stage: stage})
		}
		if err := nextStage(Report{Obligation: toReport, Stage: next}, list); (err == nil) != want {
			t.Errorf("%s after %q: %v", next, done, err)
		}
	}
	f("", First, true)
	f("", Final, false)
	f("first", First, false)
	f("first", FollowUp, true)
	f("first follow_up follow_up", Final, true)
	f("first", Accepted, false)
	f("first final", Accepted, true)
	f("first final accepted", FollowUp, false)
}

func TestFirstReportsMayLeaveTheRestOpen(t *testing.T) {
	s, err := readShelf()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	items := s.asked("malware", at)
	if n := len(missing(items, map[string]string{}, First)); n != 3 {
		t.Errorf("a first report asks for %d items", n)
	}
	facts := map[string]string{"system": "x", "impact": "x", "measures": "x"}
	if n := len(missing(items, facts, First)); n != 0 {
		t.Errorf("a first report asks for %d more", n)
	}
	if n := len(missing(items, facts, Final)); n != 6 {
		t.Errorf("a final report asks for %d more", n)
	}
	if n := len(s.asked("attack", at)); n != len(items)-1 {
		t.Errorf("a ransom is asked of what is no malware: %d items", n)
	}
	if n := len(s.asked("malware", at.AddDate(-1, 0, 0))); n != 0 {
		t.Errorf("before the rules hold %d items are asked", n)
	}
}

func TestSpread(t *testing.T) {
	list := make([]float64, 100)
	for i := range list {
		list[i] = float64(100 - i)
	}
	if got := spread(list); got != (Spread{100, 50, 90, 99}) {
		t.Errorf("%+v", got)
	}
	if got := spread([]float64{7}); got != (Spread{1, 7, 7, 7}) {
		t.Errorf("%+v", got)
	}
	if got := spread(nil); got != (Spread{}) {
		t.Errorf("%+v", got)
	}
}

func TestGather(t *testing.T) {
	now := known(Fresh, 0).AwareAt.Add(24 * time.Hour)
	due, early, late := now.Add(-time.Hour), now.Add(-2*time.Hour), now
	made := func(met *time.Time) Case {
		i := known(Confirmed, rating.Large)
		i.ReportDueAt, i.ReportMetAt = &due, met
		return i
	}
	coming := made(nil)
	soon := now.Add(time.Hour)
	coming.ReportDueAt = &soon // neither made nor late: not counted yet
	g := gather("", []Case{made(&early), made(&late), made(nil), coming, known(Rejected, 0), known(Merged, 0)}, now)
	if g.Reports != 3 || g.OnTime != 1 || g.Incidents != 4 || g.Rejected != 1 || g.Organisations != 1 || g.Open[3].Count != 4 {
		t.Errorf("%+v", g)
	}
}

// Figures of parts have what the part is called; what has no part is left out, and counted.
func TestPartsOfFigures(t *testing.T) {
	of := func(industry string, state State) Case {
		i := known(state, rating.Large)
		i.Industry = industry
		return i
	}
	list := []Case{of("C38", Confirmed), of("C29", Confirmed), of("C38", Rejected), of("", Confirmed), of("", Merged), of("C38", Closed), of("I65", Confirmed)}
	now := known(Fresh, 0).AwareAt.Add(time.Hour)
	parts := groups(list, byIndustry(), now)
	said := ""
	for _, g := range parts {
		said += fmt.Sprintf("%s %s %d; ", g.Key, g.Name.EN, g.Incidents)
	}
	if said != "C29 Rubber and plastics 1; C38 Electrical machinery 2; I65 I65 1; " {
		t.Errorf("%s", said)
	}
	if n := unsaid(gather("", list, now), parts); n != 1 {
		t.Errorf("%d do not say", n)
	}
}

// A drill climbs no stairs, whatever fires.
func TestWhoIsTold(t *testing.T) {
	f := func(obligation string, part float64, drill string, want int) {
		t.Helper()
		i := known(Confirmed, rating.Large)
		i.Drill = drill
		if got := told(i, clock.Fired{Clock: clock.Clock{Obligation: obligation}, Part: part}); len(got) != want {
			t.Errorf("%s at %g of drill %q: %+v", obligation, part, drill, got)
		}
	}
	f(toReport, 0.5, "", 1)
	f(toReport, 1, "", 2)
	f(toReport, 2, "", 3)
	f(toPassOn, 0.5, "", 1)
	f(toPassOn, 1, "", 2)
	f(toReview, 2, "", 2)
	f(toReport, 2, "d", 1)
	f(toPassOn, 2, "d", 1)
}
