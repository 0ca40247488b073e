package clock

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

func theBook(t *testing.T) Book {
	t.Helper()
	book, err := ReadBook()
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestTheWordsOfEachDefaultAreMadeFromItsValues(t *testing.T) {
	list := theBook(t).defaults(moment(t, "2026-12-01 10:00"))
	if len(list) != 25 {
		t.Errorf("%d time limits can be set, want 25", len(list))
	}
	for _, r := range list {
		got := basisOf(lang.Text{ZH: "本市默认时限：", EN: "City default: "}, r.Obligation, r.Level, LimitTime{Minutes: r.Minutes, WorkingDays: r.WorkingDays})
		if got != r.Basis {
			t.Errorf("%s %d: %v, want %v", r.Obligation, r.Level, got, r.Basis)
		}
		if titleOf(r.Obligation).ZH == r.Obligation {
			t.Errorf("%s has no name", r.Obligation)
		}
	}
}

func TestALengthOfTimeIsSaidInWords(t *testing.T) {
	for _, c := range []struct {
		time   LimitTime
		zh, en string
	}{
		{LimitTime{Minutes: 1}, "1分钟", "1 minute"},
		{LimitTime{Minutes: 45}, "45分钟", "45 minutes"},
		{LimitTime{Minutes: 60}, "1小时", "1 hour"},
		{LimitTime{Minutes: 90}, "1小时30分钟", "1 hour 30 minutes"},
		{LimitTime{Minutes: 1440}, "24小时", "24 hours"},
		{LimitTime{Minutes: 1440 * 4}, "4日", "4 days"},
		{LimitTime{Minutes: 1440*4 + 60}, "97小时", "97 hours"},
		{LimitTime{WorkingDays: 1}, "1个工作日", "1 working day"},
		{LimitTime{WorkingDays: 12}, "12个工作日", "12 working days"},
	} {
		if got := wordsOf(c.time); got != (lang.Text{ZH: c.zh, EN: c.en}) {
			t.Errorf("%+v: %v", c.time, got)
		}
	}
}

// limitSaid is a time limit as somebody proposes it.
func limitSaid(change func(*LimitSaid)) LimitSaid {
	s := LimitSaid{Obligation: "notice.acknowledge", Level: rating.Major, LimitTime: LimitTime{Minutes: 20}, From: "2026-12-01", Reason: "演练复盘"}
	if change != nil {
		change(&s)
	}
	return s
}

func TestATimeLimitThatCannotBeIsRefusedWhereItIs(t *testing.T) {
	book, now := theBook(t), moment(t, "2026-12-01 00:30") // still the day before in UTC
	good, err := limitSaid(nil).check(book, now)
	if err != nil || good.Basis.ZH != "本市规定：Ⅱ级通报20分钟内签收" || good.Basis.EN != "Set by the city: acknowledge level Ⅱ within 20 minutes" || !slices.Equal(good.Steps, []float64{0.5, 1, 2, 4, 8}) {
		t.Fatalf("%+v %v", good, err)
	}
	for what, change := range map[string]func(*LimitSaid){
		"in working days":        func(s *LimitSaid) { s.Minutes, s.WorkingDays = 0, 250 },
		"the shortest":           func(s *LimitSaid) { s.Minutes = 5 },
		"the longest":            func(s *LimitSaid) { s.Minutes = 365 * 24 * 60 },
		"with steps and a basis": func(s *LimitSaid) { s.Steps, s.Basis = []float64{0.9, 1, 50}, lang.Text{ZH: "办法", EN: "measures"} },
		"of any level":           func(s *LimitSaid) { s.Obligation, s.Level = "incident.review", rating.Unrated },
		"in two years":           func(s *LimitSaid) { s.From = "2028-12-01" },
	} {
		if _, err := limitSaid(change).check(book, now); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, c := range map[string]struct {
		field  string
		change func(*LimitSaid)
	}{
		"neither":                    {"body.minutes", func(s *LimitSaid) { s.Minutes = 0 }},
		"both":                       {"body.minutes", func(s *LimitSaid) { s.WorkingDays = 1 }},
		"too short":                  {"body.minutes", func(s *LimitSaid) { s.Minutes = 4 }},
		"negative":                   {"body.minutes", func(s *LimitSaid) { s.Minutes = -60 }},
		"too long":                   {"body.minutes", func(s *LimitSaid) { s.Minutes = 365*24*60 + 1 }},
		"too many working days":      {"body.working_days", func(s *LimitSaid) { s.Minutes, s.WorkingDays = 0, 251 }},
		"negative working days":      {"body.working_days", func(s *LimitSaid) { s.Minutes, s.WorkingDays = 0, -1 }},
		"steps that fall":            {"body.steps", func(s *LimitSaid) { s.Steps = []float64{1, 0.5} }},
		"a step at the beginning":    {"body.steps", func(s *LimitSaid) { s.Steps = []float64{0} }},
		"thirteen steps":             {"body.steps", func(s *LimitSaid) { s.Steps = []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13} }},
		"yesterday":                  {"body.from", func(s *LimitSaid) { s.From = "2026-11-30" }},
		"no day":                     {"body.from", func(s *LimitSaid) { s.From = "2026-12-32" }},
		"too far ahead":              {"body.from", func(s *LimitSaid) { s.From = "2028-12-03" }},
		"no reason":                  {"body.reason", func(s *LimitSaid) { s.Reason = "  " }},
		"a long reason":              {"body.reason", func(s *LimitSaid) { s.Reason = strings.Repeat("长", 401) }},
		"a basis in Chinese only":    {"body.basis.en", func(s *LimitSaid) { s.Basis.ZH = "办法" }},
		"a basis in English only":    {"body.basis.zh", func(s *LimitSaid) { s.Basis.EN = "measures" }},
		"what nobody owes":           {"body.obligation", func(s *LimitSaid) { s.Obligation = "notice.sing" }},
		"a level that has no own":    {"body.obligation", func(s *LimitSaid) { s.Obligation = "incident.review" }},
		"no level where each has it": {"body.obligation", func(s *LimitSaid) { s.Level = rating.Unrated }},
	} {
		_, err := limitSaid(c.change).check(book, now)
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Location != c.field {
			t.Errorf("%s: %+v", what, err)
		}
	}
	for _, obligation := range []string{"incident.report", "incident.pass_on", "incident.summary"} {
		_, err := limitSaid(func(s *LimitSaid) { s.Obligation = obligation }).check(book, now)
		if f := fault.As(err); f == nil || f.Key != "security.time_limit.legal" || !strings.Contains(f.Message, "Measures for reporting") {
			t.Errorf("%s: %v", obligation, err)
		}
	}
}

// version is what was confirmed at a moment, for a day.
func version(t *testing.T, n int, obligation string, level rating.Level, minutes int, from, confirmed string) LimitEntry {
	t.Helper()
	at := moment(t, confirmed).UTC()
	e := LimitEntry{ID: fmt.Sprintf("%s/%d/%d", obligation, level, n), Version: n, LimitSaid: LimitSaid{Obligation: obligation, Level: level, LimitTime: LimitTime{Minutes: minutes, Basis: lang.Text{ZH: "规定", EN: "set"}}, From: from}, Hand: second.Hand{Confirmed: true, ConfirmedAt: &at}}
	if err := e.begin(); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWhichTimeHoldsWhen(t *testing.T) {
	const what = "notice.acknowledge"
	book := theBook(t)
	book.Limits = []LimitEntry{
		version(t, 1, what, rating.Major, 20, "2026-12-01", "2026-12-02 10:00"), // confirmed after its day
		version(t, 2, what, rating.Major, 40, "2026-12-10", "2026-12-03 10:00"),
		version(t, 3, what, rating.Major, 45, "2026-12-10", "2026-12-04 10:00"), // in place of the one before
		version(t, 4, what, rating.Major, 10, "2026-12-06", "2026-12-05 10:00"), // until the tenth
		version(t, 1, what, rating.Large, 5, "2026-12-01", "2026-12-01 10:00"),
		version(t, 1, "incident.review", rating.Unrated, 60, "2026-12-01", "2026-12-01 10:00"),
		version(t, 1, "incident.report", rating.Major, 5, "2026-12-01", "2026-12-01 10:00"), // however it came there
		{ID: "waits", LimitSaid: LimitSaid{Obligation: what, Level: rating.Major, LimitTime: LimitTime{Minutes: 7}, From: "2026-12-01"}},
	}
	for _, c := range []struct {
		obligation string
		level      rating.Level
		at         string
		minutes    int
		pack       string
	}{
		{what, rating.Major, "2026-12-02 09:59", 30, "house-2026"},
		{what, rating.Major, "2026-12-02 10:00", 20, "limit/notice.acknowledge/2/1"},
		{what, rating.Major, "2026-12-05 23:59", 20, "limit/notice.acknowledge/2/1"},
		{what, rating.Major, "2026-12-06 00:00", 10, "limit/notice.acknowledge/2/4"},
		{what, rating.Major, "2026-12-10 00:00", 45, "limit/notice.acknowledge/2/3"},
		{what, rating.Extreme, "2026-12-10 00:00", 15, "house-2026"},
		{"incident.review", rating.Large, "2026-12-10 00:00", 60, "limit/incident.review/0/1"},
		{"incident.report", rating.Major, "2026-12-10 00:00", 240, "report-2025-11"}, // a law's is nobody's to set
	} {
		r, p, found := book.Find(c.obligation, "", c.level, moment(t, c.at))
		if !found || r.Minutes != c.minutes || p.ID != c.pack || r.Legal != (c.obligation == "incident.report") {
			t.Errorf("%s %d at %s: %d minutes of %s", c.obligation, c.level, c.at, r.Minutes, p.ID)
		}
	}
	if r, _, _ := book.Find(what, "", rating.Major, moment(t, "2026-12-10 00:00")); r.Basis.ZH != "规定（本市时限第3版）" || r.Basis.EN != "set (the city's time limit, version 3)" {
		t.Errorf("the basis does not tell the version: %v", r.Basis)
	}
	stand(book.Limits, moment(t, "2026-12-05 12:00"))
	for i, want := range []LimitState{LimitHolds, LimitOver, LimitComing, LimitComing, LimitHolds, LimitHolds, LimitHolds, LimitWaits} {
		if got := book.Limits[i].State; got != want {
			t.Errorf("%s is %s, want %s", book.Limits[i].ID, got, want)
		}
	}
}

// Whatever is confirmed: what holds is one version at most, what is said of it is what clocks go
// by, and what had begun before a confirmation is under the same rule after it.
func TestWhatHadBegunKeepsItsRule(t *testing.T) {
	seed := theBook(t)
	r := rand.New(rand.NewPCG(1, 2))
	start := moment(t, "2026-12-01 08:00")
	for range 300 {
		book := seed
		var list []LimitEntry
		at := start
		for n := 1; n <= 8; n++ {
			at = at.Add(time.Duration(r.IntN(72)) * time.Hour)
			level := rating.Level(1 + r.IntN(2))
			e := version(t, n, "notice.handle", level, 5+r.IntN(5000), day(at.AddDate(0, 0, r.IntN(9)-3)), at.Format("2006-01-02 15:04"))
			begun := at.Add(-time.Duration(1+r.IntN(200*60)) * time.Minute)
			_, before, _ := book.Find("notice.handle", "", level, begun)
			list = append(list, e)
			book.Limits = list
			if _, after, _ := book.Find("notice.handle", "", level, begun); after.ID != before.ID {
				t.Fatalf("what began at %s goes over from %s to %s, confirmed at %s", begun, before.ID, after.ID, at)
			}
		}
		now := start.Add(time.Duration(r.IntN(400)) * time.Hour)
		stand(list, now)
		for _, level := range []rating.Level{1, 2} {
			_, pack, _ := book.Find("notice.handle", "", level, now)
			var holds []string
			for _, e := range list {
				if e.Level == level && e.State == LimitHolds {
					holds = append(holds, e.pack())
				}
			}
			if len(holds) > 1 || len(holds) == 1 && holds[0] != pack.ID || len(holds) == 0 && pack.ID != "house-2026" {
				t.Fatalf("level %d: %v hold, and clocks go by %s", level, holds, pack.ID)
			}
		}
	}
}

// Whatever the city sets: a graver level shortens what remains and never extends it.
func TestAGraverLevelNeverExtends(t *testing.T) {
	seed := theBook(t)
	r := rand.New(rand.NewPCG(3, 4))
	start := moment(t, "2026-12-01 08:00")
	obligations := []string{"notice.acknowledge", "notice.feedback", "notice.handle", "notice.verify"}
	shorter := 0
	for range 500 {
		book := seed
		for _, o := range obligations {
			for level := rating.Extreme; level <= rating.Ordinary; level++ {
				for n := range r.IntN(3) {
					e := version(t, n+1, o, level, 5+r.IntN(20000), day(start.AddDate(0, 0, r.IntN(3))), start.Format("2006-01-02 15:04"))
					if r.IntN(3) == 0 {
						e.Minutes, e.WorkingDays = 0, 1+r.IntN(20)
					}
					book.Limits = append(book.Limits, e)
				}
			}
		}
		now := start.Add(time.Duration(r.IntN(100)) * time.Hour)
		c := &Clocks{Now: func() time.Time { return now.Add(time.Duration(r.IntN(100)) * time.Hour) }}
		o, level := obligations[r.IntN(len(obligations))], rating.Level(2+r.IntN(3))
		rule, pack, _ := book.Find(o, "", level, now)
		k, err := c.begun(Start{Object: "a", Obligation: o, Level: level, At: now}, rule, pack, book.Calendar)
		if err != nil {
			t.Fatal(err)
		}
		graver := rating.Level(1 + r.IntN(int(level)-1))
		raised := c.raised(k, graver, book, book.Calendar)
		switch {
		case raised.DueAt.After(k.DueAt):
			t.Fatalf("%s from %d to %d is due at %s, was at %s", o, level, graver, raised.DueAt, k.DueAt)
		case raised.DueAt.Before(k.DueAt):
			shorter++
		case raised.Pack != k.Pack || raised.Basis != k.Basis:
			t.Fatalf("%s keeps its end and not its basis: %+v", o, raised)
		}
	}
	if shorter < 50 {
		t.Errorf("only %d of 500 were shortened", shorter)
	}
}

// confirmedLimit proposes and confirms a time limit at the desk's time.
func (d *desk) confirmedLimit(t *testing.T, s LimitSaid) LimitEntry {
	t.Helper()
	s, err := s.check(d.book, d.Now())
	if err != nil {
		t.Fatal(err)
	}
	e := LimitEntry{ID: fmt.Sprintf("%s-%d-%s", s.Obligation, s.Level, d.Now().Format("02150405")), LimitSaid: s, CreatedAt: d.Now(), Hand: second.Hand{}.Set(identity.Identity{PersonID: "a", Name: "A"})}
	d.write(t, func(tx *sqldb.Tx) error {
		if err := insertLimit(t.Context(), tx, e); err != nil {
			return err
		}
		if book, err := d.rules(t.Context(), tx); err != nil || slices.ContainsFunc(book.Limits, func(l LimitEntry) bool { return l.ID == e.ID }) {
			t.Errorf("what nobody confirmed is among the rules: %v", err)
		}
		after := e
		var err error
		if after.Hand, err = e.Confirm(identity.Identity{PersonID: "b", Name: "B"}, d.Now()); err != nil {
			return err
		}
		if after.Version, err = nextVersion(t.Context(), tx, e.Obligation, e.Level); err != nil {
			return err
		}
		if err := settleLimit(t.Context(), tx, e, after); err != nil {
			return err
		}
		e = after
		return nil
	})
	return e
}

func (d *desk) one(t *testing.T, object string) Clock {
	t.Helper()
	list, err := d.Of(t.Context(), object)
	if err != nil || len(list[object]) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	return list[object][0]
}

func TestClocksGoByTheCitysTimeFromItsDayOn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.begin(t, grave("before"))
		first := d.confirmedLimit(t, limitSaid(func(s *LimitSaid) { s.Minutes, s.From = 60, "2026-03-02" }))
		d.turn(time.Second)
		d.begin(t, grave("after"))
		var all []Clock
		d.write(t, func(tx *sqldb.Tx) (err error) {
			s := grave("of many")
			s.At = d.Now()
			all, err = d.BeginAll(t.Context(), tx, []Start{s})
			return err
		})
		second := d.confirmedLimit(t, limitSaid(func(s *LimitSaid) { s.Minutes, s.From = 5, "2026-03-03" }))
		for object, want := range map[string]struct {
			length time.Duration
			pack   string
		}{"before": {30 * time.Minute, "house-2026"}, "after": {time.Hour, first.pack()}, "of many": {time.Hour, first.pack()}} {
			k := d.one(t, object)
			if k.DueAt.Sub(k.StartedAt) != want.length || k.Pack != want.pack {
				t.Errorf("%s: %s by %s", object, k.DueAt.Sub(k.StartedAt), k.Pack)
			}
		}
		if all[0].Basis.ZH != "本市规定：Ⅱ级通报1小时内签收（本市时限第1版）" {
			t.Errorf("it says %q", all[0].Basis.ZH)
		}
		d.turn(24 * time.Hour)
		d.begin(t, grave("next day"))
		if k := d.one(t, "next day"); k.DueAt.Sub(k.StartedAt) != 5*time.Minute || k.Pack != second.pack() || second.Version != 2 {
			t.Errorf("on the next day: %+v", k)
		}
		// What runs by an older version keeps it, however the time is put off or the level raised.
		d.write(t, func(tx *sqldb.Tx) error {
			if err := d.Relevel(t.Context(), tx, rating.Extreme, "after"); err != nil {
				return err
			}
			_, err := d.PutOff(t.Context(), tx, "of many", "notice.acknowledge", all[0].DueAt.Add(48*time.Hour), "agreed")
			return err
		})
		if k := d.one(t, "after"); k.DueAt.Sub(k.StartedAt) != 15*time.Minute || k.Pack != "house-2026" {
			t.Errorf("raised: %s by %s", k.DueAt.Sub(k.StartedAt), k.Pack)
		}
		if k := d.one(t, "of many"); k.Pack != first.pack() || len(k.steps) != len(first.Steps) {
			t.Errorf("put off: %+v", k)
		}
	})
}

func TestACalendarMovesTheCitysOwnWorkingDays(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.turn(time.Date(2026, 12, 31, 2, 0, 0, 0, time.UTC).Sub(d.Now())) // Thursday
		own := d.confirmedLimit(t, limitSaid(func(s *LimitSaid) { s.Minutes, s.WorkingDays, s.From = 0, 1, "2026-12-31" }))
		d.begin(t, grave("a"))
		d.confirmedLimit(t, limitSaid(func(s *LimitSaid) { s.Minutes, s.WorkingDays, s.From, s.Level = 0, 9, "2026-12-31", rating.Extreme }))
		calendar := d.book.Calendar.over([]CalendarEntry{{CalendarSaid: said(nil)}}, d.Now())
		d.write(t, func(tx *sqldb.Tx) error {
			// Raised to a level with a longer time: it keeps its end, and follows the calendar by the rule that it runs by.
			if err := d.Relevel(t.Context(), tx, rating.Extreme, "a"); err != nil {
				return err
			}
			return d.realign(t.Context(), tx, CalendarEntry{CalendarSaid: said(nil)}, calendar, d.Now())
		})
		if k := d.one(t, "a"); k.Pack != own.pack() || k.DueAt.In(cityTime()).Format("2006-01-02 15:04") != "2027-01-04 00:00" {
			t.Errorf("due at %s by %s", k.DueAt.In(cityTime()), k.Pack)
		}
	})
}
