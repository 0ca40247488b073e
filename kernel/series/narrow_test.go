package series_test

import (
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/series"
)

func TestAQueryIsNarrowedToWhatTheCallerMaySee(t *testing.T) { eachStore(t, testOnly) }

func testOnly(t *testing.T, e *series.Engine, settle func()) {
	now := time.Now().Add(-time.Minute)
	s := e.Room("only")
	for _, p := range []string{"a", "b", "a.c"} {
		if _, err := s.Append(t.Context(), []series.Sample{sample(now, 1, series.Label{Name: "p", Value: p})}); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	f := func(want int, query string, values ...string) {
		t.Helper()
		lines, err := s.Instant(t.Context(), query, now, series.Only{Label: "p", Values: values})
		if err != nil || len(lines) != want {
			t.Errorf("%s of %v: %d series, %v, want %d", query, values, len(lines), err, want)
		}
	}
	f(1, "x", "a")
	f(2, "x", "a", "b")
	f(2, "x", "b", "a.c") // a dot is a dot
	f(1, "x", "b", "a?c")
	f(0, "x")
	f(0, `x{p="b"}`, "a")
	f(1, `x{p="b"} or x`, "a")
	f(1, `max_over_time(x{p=~".*"}[5m])`, "a")
}

func TestAConditionTellsWhatItMeasures(t *testing.T) {
	s := series.New(series.Config{}).Room("r")
	f := func(query string, want series.Condition) {
		t.Helper()
		if got, err := s.Condition(query); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", query, got, err, want)
		}
	}
	f("x > 5", series.Condition{Measured: "x", Op: ">", Bound: 5})
	f("((rate(x[5m]) <= -2))", series.Condition{Measured: "rate(x[5m])", Op: "<=", Bound: -2})
	f("x", series.Condition{Measured: "x"})
	f("x > y", series.Condition{Measured: "x > y"})
	f("x > 5 and y < 3", series.Condition{Measured: "x > 5 and y < 3"})
	f("5 < x", series.Condition{Measured: "5 < x"})
	f("x > bool 5", series.Condition{Measured: "x > bool 5"})
	for _, bad := range []string{"", "x[5m]", "1", "scalar(x)", `"text"`, "sum("} {
		if _, err := s.Condition(bad); fault.As(err) == nil || fault.As(err).Kind != fault.Invalid {
			t.Errorf("%q is a condition: %v", bad, err)
		}
	}
}
