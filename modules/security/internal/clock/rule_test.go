package clock

import (
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/rating"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, cityTime())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWhenItIsDue(t *testing.T) {
	book, err := ReadBook()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, obligation, kind string
		level                  rating.Level
		start, due             string // in the city's time
	}{
		{"an operator of critical infrastructure reports a significant incident within an hour", "incident.report", "cii", rating.Large, "2026-03-01 23:30", "2026-03-02 00:30"},
		{"another operator within four", "incident.report", "other", rating.Large, "2026-03-01 23:30", "2026-03-02 03:30"},
		{"an operator whose kind is not known as another one", "incident.report", "", rating.Extreme, "2026-03-01 10:00", "2026-03-01 14:00"},
		{"a central organ within two", "incident.report", "central", rating.Major, "2026-03-01 10:00", "2026-03-01 12:00"},
		{"legal clocks know no holidays", "incident.report", "cii", rating.Extreme, "2026-10-01 08:00", "2026-10-01 09:00"},
		{"the protection department passes on within half an hour", "incident.pass_on", "cii", rating.Major, "2026-03-01 10:00", "2026-03-01 10:30"},
		{"the province within an hour", "incident.pass_on", "other", rating.Major, "2026-03-01 10:00", "2026-03-01 11:00"},
		{"the summary follows within thirty days", "incident.summary", "other", rating.Large, "2026-03-01 10:00", "2026-03-31 10:00"},
		{"a grave notice is acknowledged within a quarter of an hour", "notice.acknowledge", "", rating.Extreme, "2026-10-01 08:00", "2026-10-01 08:15"},
		{"an ordinary one until the end of the next day that is worked in", "notice.acknowledge", "", rating.Ordinary, "2026-03-02 08:00", "2026-03-04 00:00"},
		{"begun on a Friday until the end of Monday", "notice.acknowledge", "", rating.Ordinary, "2026-03-06 17:00", "2026-03-10 00:00"},
		{"begun late in the evening of the city, which is another day elsewhere", "notice.acknowledge", "", rating.Ordinary, "2026-03-04 00:30", "2026-03-06 00:00"},
		{"over the National Day holidays, with the Saturday that is worked in", "notice.verify", "", rating.Large, "2026-09-30 10:00", "2026-10-10 00:00"},
		{"five working days over that Saturday", "notice.feedback", "", rating.Ordinary, "2026-09-30 10:00", "2026-10-14 00:00"},
		{"a Sunday before the holiday that is worked in", "notice.acknowledge", "", rating.Ordinary, "2026-09-19 10:00", "2026-09-21 00:00"},
		{"review within ten working days, whatever the level", "incident.review", "", rating.Large, "2026-03-02 10:00", "2026-03-17 00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := moment(t, c.start)
			rule, _, found := book.Find(c.obligation, c.kind, c.level, start)
			if !found {
				t.Fatal("no rule")
			}
			if due := rule.Due(start, book.Calendar); !due.Equal(moment(t, c.due)) {
				t.Errorf("due at %s, not %s", due.In(cityTime()).Format("2006-01-02 15:04"), c.due)
			}
		})
	}
}

func TestWhatIsNotOwed(t *testing.T) {
	book, err := ReadBook()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, obligation string
		level            rating.Level
		at               string
	}{
		{"ordinary incidents need not be reported upward", "incident.report", rating.Ordinary, "2026-03-01 10:00"},
		{"before the measures were in force", "incident.report", rating.Extreme, "2025-10-31 23:59"},
		{"what no rule knows", "notice.sing", rating.Extreme, "2026-03-01 10:00"},
	} {
		if _, _, found := book.Find(c.obligation, "", c.level, moment(t, c.at)); found {
			t.Errorf("%s: a rule was found", c.name)
		}
	}
}

// A later pack replaces what it has rules for, and leaves the rest as it was.
func TestLaterPacks(t *testing.T) {
	older := Pack{ID: "older", From: "2026-01-01", Rules: []Rule{{Obligation: "a", Minutes: 60}, {Obligation: "b", Minutes: 60}}}
	newer := Pack{ID: "newer", From: "2026-07-01", Rules: []Rule{{Obligation: "a", Minutes: 30}}}
	book := Book{Packs: []Pack{older, newer}}
	for _, c := range []struct{ obligation, at, pack string }{
		{"a", "2026-06-30 23:59", "older"},
		{"a", "2026-07-01 00:00", "newer"},
		{"b", "2026-07-01 00:00", "older"},
	} {
		if _, p, _ := book.Find(c.obligation, "", rating.Large, moment(t, c.at)); p.ID != c.pack {
			t.Errorf("%s at %s is of %q, not %q", c.obligation, c.at, p.ID, c.pack)
		}
	}
}

func TestPacksThatAreRefused(t *testing.T) {
	const basis = `"basis": {"zh": "办法", "en": "measures"}`
	for _, c := range []struct{ name, text, says string }{
		{"no day", `{"id": "x", "from": "soon", "rules": []}`, "no day"},
		{"neither minutes nor days", `{"id": "x", "from": "2026-01-01", "rules": [{"obligation": "a", ` + basis + `}]}`, "minutes or working days"},
		{"minutes, and given", `{"id": "x", "from": "2026-01-01", "rules": [{"obligation": "a", "minutes": 1, "given": true, ` + basis + `}]}`, "given the end"},
		{"both", `{"id": "x", "from": "2026-01-01", "rules": [{"obligation": "a", "minutes": 1, "working_days": 1, ` + basis + `}]}`, "minutes or working days"},
		{"rests on nothing", `{"id": "x", "from": "2026-01-01", "rules": [{"obligation": "a", "minutes": 1}]}`, "rests on"},
		{"steps that do not rise", `{"id": "x", "from": "2026-01-01", "rules": [{"obligation": "a", "minutes": 1, "steps": [0.5, 0.5], ` + basis + `}]}`, "rise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := readPack([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("said %v, which does not tell of %q", err, c.says)
			}
		})
	}
}
