package clock

import (
	"os"
	"slices"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

// said is an announcement for 2027; its days are a test's, not the State Council's.
func said(change func(*CalendarSaid)) CalendarSaid {
	s := CalendarSaid{From: "2027-01-01", Until: "2027-12-31", Source: "测试", Off: []string{"2027-10-01", "2027-01-01"}, Work: []string{"2027-01-03"}}
	if change != nil {
		change(&s)
	}
	return s
}

func TestACalendarThatCannotBeIsRefusedWhereItIs(t *testing.T) {
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	good, err := said(nil).check(now)
	if err != nil || good.Off[0] != "2027-01-01" {
		t.Fatalf("%+v %v", good, err)
	}
	for field, change := range map[string]func(*CalendarSaid){
		"body.source": func(s *CalendarSaid) { s.Source = " " },
		"body.from":   func(s *CalendarSaid) { s.From = "2027-1-1" },
		"body.until":  func(s *CalendarSaid) { s.Until = "2026-12-31" },
		"body.off":    func(s *CalendarSaid) { s.Off = []string{"2027-01-01"} }, // the first of October is missing
		"body.work":   func(s *CalendarSaid) { s.Work = []string{"2027-01-04"} },
	} {
		_, err := said(change).check(now)
		if f := fault.As(err); f == nil || !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Location == field }) {
			t.Errorf("%s: %v", field, err)
		}
	}
	for what, change := range map[string]func(*CalendarSaid){
		"a day twice":          func(s *CalendarSaid) { s.Off = append(s.Off, "2027-01-01") },
		"a day of other years": func(s *CalendarSaid) { s.Off = append(s.Off, "2028-01-03") },
		"no day":               func(s *CalendarSaid) { s.Off = append(s.Off, "2027-02-30") },
		"off and worked in":    func(s *CalendarSaid) { s.Off = append(s.Off, "2027-01-03") },
		"three years":          func(s *CalendarSaid) { s.Until = "2029-12-31" },
		"what is over":         func(s *CalendarSaid) { s.From, s.Until = "2026-01-01", "2026-11-29" },
	} {
		if _, err := said(change).check(now); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}

func TestTheEndOfTheCalendarIsKnown(t *testing.T) {
	base := Calendar{Until: "2026-12-31"}
	entry := func(from, until string) CalendarEntry {
		return CalendarEntry{CalendarSaid: CalendarSaid{From: from, Until: until}}
	}
	for _, c := range []struct {
		today string
		list  []CalendarEntry
		reach Reach
		until string
	}{
		{"2026-11-30", nil, Far, "2026-12-31"},
		{"2026-12-01", nil, Soon, "2026-12-31"},
		{"2026-12-31", nil, Soon, "2026-12-31"},
		{"2027-01-01", nil, Ended, "2026-12-31"},
		{"2026-12-20", []CalendarEntry{entry("2028-01-01", "2028-12-31"), entry("2027-01-01", "2027-12-31")}, Far, "2028-12-31"},
		{"2026-12-20", []CalendarEntry{entry("2027-02-01", "2027-12-31")}, Soon, "2026-12-31"}, // January is not known
		{"2027-03-01", []CalendarEntry{entry("2027-02-01", "2027-12-31")}, Far, "2027-12-31"},
	} {
		now, _ := time.ParseInLocation(time.DateOnly, c.today, cityTime())
		got := base.over(c.list, now)
		if reach, _ := got.reach(now); reach != c.reach || got.Until != c.until {
			t.Errorf("%s: %s until %s, want %s until %s", c.today, reach, got.Until, c.reach, c.until)
		}
	}
}

func TestRunningClocksFollowACalendar(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		d := newDesk(t, db)
		d.turn(time.Date(2026, 12, 31, 2, 0, 0, 0, time.UTC).Sub(d.Now())) // Thursday
		begin := func(object string) (k Clock) {
			t.Helper()
			err := db.Write(t.Context(), func(tx *sqldb.Tx) (err error) {
				k, _, err = d.Begin(t.Context(), tx, Start{Object: object, OrganisationID: "ours", Obligation: "notice.acknowledge", Level: rating.Ordinary, At: d.Now()})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		due := func(object string) string {
			t.Helper()
			list, err := d.Of(t.Context(), object)
			if err != nil || len(list[object]) != 1 {
				t.Fatalf("%v %v", list, err)
			}
			return list[object][0].DueAt.In(cityTime()).Format("2006-01-02 15:04")
		}
		begin("one")
		put := begin("put off")
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := d.PutOff(t.Context(), tx, "put off", put.Obligation, put.DueAt.Add(time.Hour), "agreed")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := due("one"); got != "2027-01-02 00:00" { // New Year's Day counts: nobody has announced anything
			t.Errorf("before: %s", got)
		}
		e := CalendarEntry{ID: "1", CalendarSaid: said(nil), CreatedAt: d.Now(), Hand: second.Hand{}.Set(identity.Identity{PersonID: "a", Name: "A"})}
		err = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if err := insertCalendar(t.Context(), tx, e); err != nil {
				return err
			}
			if c, err := d.calendar(t.Context(), tx); err != nil || c.Until != "2026-12-31" {
				t.Errorf("what nobody confirmed holds: %+v %v", c, err)
			}
			confirmed := e
			var err error
			if confirmed.Hand, err = e.Confirm(identity.Identity{PersonID: "b", Name: "B"}, d.Now()); err != nil {
				return err
			}
			if err := confirmCalendar(t.Context(), tx, e, confirmed); err != nil {
				return err
			}
			c, err := d.calendar(t.Context(), tx)
			if err != nil {
				return err
			}
			return d.realign(t.Context(), tx, confirmed, c, d.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		begin("another")
		for object, want := range map[string]string{"one": "2027-01-04 00:00", "another": "2027-01-04 00:00", "put off": "2027-01-02 01:00"} { // the Sunday is worked in
			if got := due(object); got != want {
				t.Errorf("%s: %s, want %s", object, got, want)
			}
		}
	})
}
