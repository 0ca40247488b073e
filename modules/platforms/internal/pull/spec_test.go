package pull

import (
	"math"
	"strings"
	"testing"
	"time"
)

func fine() Spec {
	return Spec{Kind: JSON, URL: "https://platform.example/figures?day={day}", Auth: AuthNone, Table: &Table{Rows: "$[*]", Values: []Value{{Code: "ent_served", Path: "@.n"}}}, Schedule: Schedule{Kind: Day, At: "01:30"}}
}

func TestASpecNamesEveryFault(t *testing.T) {
	f := func(want string, change func(*Spec)) {
		t.Helper()
		s := fine()
		change(&s)
		var fields []string
		for _, w := range s.Check() {
			fields = append(fields, w.Field)
		}
		if got := strings.Join(fields, " "); got != want {
			t.Errorf("the faults are in %q, want %q", got, want)
		}
	}
	prometheus := func(s *Spec) {
		s.Kind, s.URL, s.Rules, s.Schedule = Prometheus, "http://platform.example:9090/metrics", []Rule{{Metric: "a", Code: "b"}}, Schedule{Kind: Every, Every: 15}
	}
	f("", func(*Spec) {})
	f("", prometheus)
	f("url", func(s *Spec) { s.URL = "ftp://platform.example/" })
	f("url", func(s *Spec) { s.URL = "https:///figures" })
	f("url", func(s *Spec) { s.URL = "https://me:secret@platform.example/" })
	f("url", func(s *Spec) { s.URL = "https://platform.example/" + strings.Repeat("a", 1000) })
	f("url", func(s *Spec) { prometheus(s); s.URL += "?d={day}" })
	f("schedule.kind", func(s *Spec) { s.Schedule = Schedule{Kind: Every, Every: 60} })
	f("schedule.every", func(s *Spec) { prometheus(s); s.Schedule.Every = 14 })
	f("schedule.at", func(s *Spec) { s.Schedule.At = "25:00" })
	f("schedule.kind", func(s *Spec) { s.Schedule.Kind = "week" })
	f("user", func(s *Spec) { s.Auth = AuthBasic })
	f("header", func(s *Spec) { s.Auth, s.Header = AuthHeader, "Host" })
	f("header", func(s *Spec) { s.Auth, s.Header = AuthHeader, "X:\r\nY" })
	f("auth", func(s *Spec) { s.Auth = "digest" })
	f("match[1]", func(s *Spec) { prometheus(s); s.Match = []string{"up", " "} })
	f("kind", func(s *Spec) { s.Kind = "xml" })
	f("table.rows", func(s *Spec) { s.Table = nil })
	f("table.rows", func(s *Spec) { s.Table.Rows = "@" })
	f("table.period table.format", func(s *Spec) { s.Table.Period, s.Table.Format = "x", "roman" })
	f("table.dims table.dims.type", func(s *Spec) { s.Table.Dims = map[string]string{"colour": "@.c", "type": "x"} })
	f("table.values", func(s *Spec) { s.Table.Values = nil })
	f("table.values[0].path table.values[0].code table.values[0].factor", func(s *Spec) { s.Table.Values = []Value{{Factor: math.NaN()}} })
	f("rules", func(s *Spec) { prometheus(s); s.Rules = nil })
	f("rules[0].metric rules[0].code rules[0].factor rules[0].combine", func(s *Spec) { prometheus(s); s.Rules = []Rule{{Metric: "a b", Factor: -1, Combine: "mean"}} })
}

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text, CityTime())
	if err != nil {
		panic(err)
	}
	return t
}

func TestWhenASourceIsDue(t *testing.T) {
	next := func(s Schedule, due, now, want string) {
		t.Helper()
		if got := s.Next(at(due), at(now)); !got.Equal(at(want)) {
			t.Errorf("%+v due at %s, at %s: next at %s, want %s", s, due, now, got.In(CityTime()), want)
		}
	}
	minute, day, month := Schedule{Kind: Every, Every: 60}, Schedule{Kind: Day, At: "01:30"}, Schedule{Kind: Month, At: "02:00"}
	next(minute, "2026-11-27 10:00:00", "2026-11-27 10:00:05", "2026-11-27 10:01:00")
	next(minute, "2026-11-27 10:00:00", "2026-11-27 12:00:05", "2026-11-27 12:01:05")
	next(day, "2026-11-27 01:30:00", "2026-11-27 01:30:00", "2026-11-28 01:30:00")
	next(day, "2026-11-20 01:30:00", "2026-11-27 00:30:00", "2026-11-27 01:30:00")
	next(month, "2026-11-01 02:00:00", "2026-11-27 02:00:01", "2026-12-01 02:00:00")
	next(month, "2026-12-01 02:00:00", "2026-12-01 01:00:00", "2026-12-01 02:00:00")
	if got := day.First(at("2026-11-27 09:00:00")); !got.Equal(at("2026-11-28 01:30:00")) {
		t.Errorf("first at %s", got)
	}
}

func TestWhatASourceOwes(t *testing.T) {
	f := func(s Schedule, done, now string, want ...string) {
		t.Helper()
		since := time.Time{}
		if done != "" {
			since = at(done + " 00:00:00")
		}
		var got []string
		for _, p := range s.Owed(since, at(now)) {
			got = append(got, s.Name(p))
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s at %s, done to %s, owes %v, want %v", s.Kind, now, done, got, want)
		}
	}
	day, month := Schedule{Kind: Day, At: "01:30"}, Schedule{Kind: Month, At: "02:00"}
	f(day, "", "2026-11-27 01:30:00", "2026-11-26")
	f(day, "2026-11-26", "2026-11-27 01:30:00")
	f(day, "2026-11-23", "2026-11-27 01:30:00", "2026-11-24", "2026-11-25", "2026-11-26")
	f(month, "2026-08-01", "2026-11-27 02:00:00", "2026-09", "2026-10")
	if got := day.Owed(at("2026-01-01 00:00:00"), at("2026-11-27 01:30:00")); len(got) != PeriodsMost || day.Name(got[len(got)-1]) != "2026-11-26" {
		t.Errorf("after most of a year it owes %d, up to %v", len(got), got[len(got)-1])
	}
	if got := fine().At(at("2026-11-26 00:00:00")).URL; got != "https://platform.example/figures?day=2026-11-26" {
		t.Errorf("the URL is %s", got)
	}
}

func TestFailuresMakeASourceWaitLongerUpToAnHour(t *testing.T) {
	minute, day := Schedule{Kind: Every, Every: 60}, Schedule{Kind: Day, At: "01:30"}
	for failures, want := range map[int]time.Duration{1: 2 * time.Minute, 2: 4 * time.Minute, 6: time.Hour, 1000: time.Hour} {
		if got := minute.Backoff(failures); got != want {
			t.Errorf("after %d failures it waits %s, want %s", failures, got, want)
		}
	}
	if got := day.Backoff(1); got != 15*time.Minute {
		t.Errorf("a daily source waits %s", got)
	}
}

func TestContentIsOfValuesNotOfTheirOrder(t *testing.T) {
	a, b := Row{Origin: "1", Code: "x", Period: "2026-11", Value: 1}, Row{Origin: "2", Code: "y", Period: "2026-11", Value: 2, Dims: map[string]string{"type": "t"}}
	if Content([]Row{a, b}) != Content([]Row{b, {Origin: "9", Code: "x", Period: "2026-11", Value: 1}}) {
		t.Error("another order is another content")
	}
	b.Value = 3
	if Content([]Row{a, b}) == Content([]Row{a, {Code: "y", Period: "2026-11", Value: 2, Dims: map[string]string{"type": "t"}}}) {
		t.Error("another value is the same content")
	}
}
