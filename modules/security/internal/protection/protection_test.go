package protection

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

// at is a time of the city.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, cityTime())
	if err != nil {
		t.Fatal(err)
	}
	return when.UTC()
}

func keyOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Key
	}
	return ""
}

func wanted() Wanted {
	return Wanted{Title: "国庆重保", From: "2026-09-28", Until: "2026-10-08", Time: "17:00", Note: "无事件也须报告", Organisations: []string{"b", "a", "b", ""}}
}

func TestPeriodsThatAreRefused(t *testing.T) {
	now := at(t, "2026-09-20 10:00")
	w, err := wanted().check(now)
	if err != nil || !slices.Equal(w.Organisations, []string{"a", "b"}) {
		t.Fatalf("%+v, %v", w, err)
	}
	many := make([]string, mostParties+1)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for name, c := range map[string]struct {
		change func(*Wanted)
		now    string
		field  string
	}{
		"no title":                  {func(w *Wanted) { w.Title = " " }, "", "body.title"},
		"a note too long":           {func(w *Wanted) { w.Note = strings.Repeat("字", longestNote+1) }, "", "body.note"},
		"nobody":                    {func(w *Wanted) { w.Organisations = []string{""} }, "", "body.organisations"},
		"too many":                  {func(w *Wanted) { w.Organisations = many }, "", "body.organisations"},
		"no time":                   {func(w *Wanted) { w.Time = "" }, "", "body.time"},
		"a time of no clock":        {func(w *Wanted) { w.Time = "24:01" }, "", "body.time"},
		"a short hour":              {func(w *Wanted) { w.Time = "7:30" }, "", "body.time"},
		"too soon after midnight":   {func(w *Wanted) { w.Time = "00:59" }, "", "body.time"},
		"no day":                    {func(w *Wanted) { w.From = "2026-09-31" }, "", "body.from"},
		"yesterday":                 {func(*Wanted) {}, "2026-09-29 00:00", "body.from"},
		"today, whose time is over": {func(*Wanted) {}, "2026-09-28 17:00", "body.from"},
		"the year after the next":   {func(w *Wanted) { w.From, w.Until = "2028-01-01", "2028-01-02" }, "", "body.from"},
		"ends before it begins":     {func(w *Wanted) { w.Until = "2026-09-27" }, "", "body.until"},
		"61 days":                   {func(w *Wanted) { w.Until = "2026-11-27" }, "", "body.until"},
	} {
		w, when := wanted(), now
		if c.change(&w); c.now != "" {
			when = at(t, c.now)
		}
		_, err := w.check(when)
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Location != c.field {
			t.Errorf("%s: %v, want a refusal of %s", name, err, c.field)
		}
	}
	for name, c := range map[string]struct {
		change func(*Wanted)
		now    string
	}{
		"60 days":                       {func(w *Wanted) { w.Until = "2026-11-26" }, "2026-09-20 10:00"},
		"one day":                       {func(w *Wanted) { w.Until = w.From }, "2026-09-20 10:00"},
		"the end of the day":            {func(w *Wanted) { w.Time = "24:00" }, "2026-09-28 23:59"},
		"today, a minute before":        {func(*Wanted) {}, "2026-09-28 16:59"},
		"an hour after midnight":        {func(w *Wanted) { w.Time = "01:00" }, "2026-09-20 10:00"},
		"today of the city, not of UTC": {func(*Wanted) {}, "2026-09-28 00:10"},
	} {
		w := wanted()
		c.change(&w)
		if _, err := w.check(at(t, c.now)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDaysOfAPeriod(t *testing.T) {
	p := Period{Asked: Asked{From: "2026-09-29", Until: "2026-10-01", Time: "24:00"}}
	for _, c := range []struct {
		now, begun string
		state      State
		begin      []string
	}{
		{"2026-09-28 23:59", "", Coming, nil},
		{"2026-09-29 00:00", "", Running, []string{"2026-09-29"}},
		{"2026-09-29 12:00", "2026-09-29", Running, nil},
		{"2026-09-30 00:01", "2026-09-29", Running, []string{"2026-09-30"}},
		{"2026-10-01 23:59", "2026-09-29", Running, []string{"2026-09-30", "2026-10-01"}},
		{"2026-10-02 00:00", "2026-10-01", Over, nil},
		{"2026-10-09 08:00", "", Over, []string{"2026-09-29", "2026-09-30", "2026-10-01"}},
	} {
		p.BegunDay = c.begun
		if got := p.toBegin(at(t, c.now)); p.at(at(t, c.now)) != c.state || !slices.Equal(got, c.begin) {
			t.Errorf("at %s, begun until %q, it is %s and %v begin", c.now, c.begun, p.at(at(t, c.now)), got)
		}
	}
	if got := due("2026-10-01", "24:00"); !got.Equal(at(t, "2026-10-02 00:00")) {
		t.Errorf("the end of the day is %s", got)
	}
}

func TestEnding(t *testing.T) {
	p := Period{Asked: Asked{From: "2026-09-29", Until: "2026-10-01", Time: "17:00"}}
	for name, c := range map[string]struct{ now, reason, want string }{
		"without a reason": {"2026-09-30 10:00", " ", "security.protection.reason"},
		"once it is over":  {"2026-10-01 17:00", "done", "security.protection.over"},
		"before it begins": {"2026-09-01 10:00", "postponed", ""},
		"while it runs":    {"2026-09-30 10:00", "the danger is over", ""},
	} {
		x, err := p.end("person:a", "a", c.reason, at(t, c.now))
		if keyOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
			continue
		}
		if err == nil && (x.State != Ended || x.toBegin(at(t, "2026-10-01 10:00")) != nil) {
			t.Errorf("%s: %+v", name, x)
		}
		if _, twice := x.end("person:a", "a", "again", at(t, c.now)); err == nil && keyOf(twice) != "security.protection.over" {
			t.Errorf("%s, ended twice: %v", name, twice)
		}
	}
}

func TestWhatIsReported(t *testing.T) {
	something := Said{Happened: true, Events: 2, Handled: 1, What: "两次暴力破解，已封禁"}
	open := Duty{state: Owed, DueAt: at(t, "2026-09-30 17:00"), closesAt: at(t, "2026-10-08 17:00")}
	reported, cancelled := open, open
	reported.state, cancelled.state = Nothing, Cancelled
	for name, c := range map[string]struct {
		duty     Duty
		said     Said
		now      string
		want     string
		standing Standing
		late     bool
	}{
		"nothing, in time":           {open, Said{}, "2026-09-30 17:00", "", Nothing, false},
		"something, in time":         {open, something, "2026-09-30 09:00", "", Something, false},
		"late":                       {open, Said{}, "2026-09-30 17:01", "", Nothing, true},
		"made up for":                {open, something, "2026-10-08 16:00", "", Something, true},
		"after that":                 {open, Said{}, "2026-10-08 17:01", "security.protection.closed", "", false},
		"corrected":                  {reported, something, "2026-09-30 16:59", "", Something, false},
		"corrected after its time":   {reported, something, "2026-09-30 17:01", "security.protection.kept", "", false},
		"ended before":               {cancelled, Said{}, "2026-09-30 10:00", "security.protection.cancelled", "", false},
		"nothing, with words":        {open, Said{What: "x"}, "2026-09-30 10:00", "security.protection.said", "", false},
		"something, without words":   {open, Said{Happened: true, Events: 1}, "2026-09-30 10:00", "security.protection.said", "", false},
		"something, none of it":      {open, Said{Happened: true, What: "x"}, "2026-09-30 10:00", "security.protection.said", "", false},
		"more dealt with than there": {open, Said{Happened: true, Events: 1, Handled: 2, What: "x"}, "2026-09-30 10:00", "security.protection.said", "", false},
	} {
		d, err := c.duty.report(c.said, "person:a", "a", at(t, c.now))
		if keyOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
			continue
		}
		if err == nil && (d.Standing != c.standing || d.Late != c.late || d.Reports != c.duty.Reports+1 || d.Said != c.said) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestWhoReports(t *testing.T) {
	d := Duty{state: Owed, DueAt: at(t, "2026-09-30 17:00"), closesAt: at(t, "2026-10-08 17:00")}
	if got := d.as(identity.Identity{}, at(t, "2026-09-30 10:00")).Acts; len(got) != 0 {
		t.Errorf("who may not answer may %v", got)
	}
	for standing, now := range map[Standing]string{Owed: "2026-09-30 17:00", Missing: "2026-09-30 17:01"} {
		if got := d.standing(at(t, now)); got != standing {
			t.Errorf("at %s it is %s", now, got)
		}
	}
}

func TestSidesAreApart(t *testing.T) {
	real, demo := identity.Organisation{ID: "a"}, identity.Organisation{ID: "b", Synthetic: true}
	for _, c := range []struct {
		list      []identity.Organisation
		synthetic bool
		want      string
	}{
		{[]identity.Organisation{real, real}, false, ""},
		{[]identity.Organisation{demo, demo}, true, ""},
		{[]identity.Organisation{real, demo}, false, "security.protection.mixed"},
		{[]identity.Organisation{demo, real}, false, "security.protection.mixed"},
	} {
		if synthetic, err := side(c.list); synthetic != c.synthetic || keyOf(err) != c.want {
			t.Errorf("%+v: %v, %v", c.list, synthetic, err)
		}
	}
}

func TestFigures(t *testing.T) {
	if s := (Figures{}).shared().Share; s != nil {
		t.Errorf("of nothing %g %% are on time", *s)
	}
	if s := (Figures{Counted: 4, OnTime: 3}).shared().Share; s == nil || *s != 75 {
		t.Errorf("three of four are %v", s)
	}
}

// Whoever is on duty is told; all officers, where nobody is.
func TestWhoOfTheCityIsTold(t *testing.T) {
	p := New(&module.Kit{}, register{}, clock.New(&module.Kit{}, time.Now), func(context.Context, *sqldb.Tx, time.Time) ([]string, error) { return []string{"on-duty"}, nil }, nil, time.Now)
	to, err := p.city(t.Context(), nil, time.Now())
	if err != nil || !slices.Equal(to.Persons, []string{"on-duty"}) || to.Organisation != "" {
		t.Errorf("while somebody is on duty %+v, %v", to, err)
	}
	p.onDuty = func(context.Context, *sqldb.Tx, time.Time) ([]string, error) { return nil, nil }
	if to, err = p.city(t.Context(), nil, time.Now()); err != nil || len(to.Persons) != 0 || to.Organisation != "root" || to.Permission != mayWrite {
		t.Errorf("while nobody is on duty %+v, %v", to, err)
	}
}

type register struct{ Organisations }

// Root implements Organisations.
func (register) Root(context.Context) (identity.Organisation, error) {
	return identity.Organisation{ID: "root"}, nil
}
