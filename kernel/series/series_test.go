package series_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/fault"
	"linghang/kernel/series"
)

func open(t *testing.T, dir string) *series.Engine {
	t.Helper()
	e := series.New(series.Config{Dir: dir})
	if err := e.Open(slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	return e
}

func sample(name, platform string, at time.Time, v float64) series.Sample {
	return series.Sample{Name: name, Labels: []series.Label{{Name: "platform", Value: platform}}, At: at.UnixMilli(), Value: v}
}

func put(t *testing.T, s *series.Store, samples ...series.Sample) series.Refused {
	t.Helper()
	refused, err := s.Append(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	return refused
}

func ask(t *testing.T, s *series.Store, query string, at time.Time) string {
	t.Helper()
	lines, err := s.Instant(t.Context(), query, at)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var values []string
	for _, l := range lines {
		for _, p := range l.Points {
			values = append(values, fmt.Sprint(p.Value))
		}
	}
	return strings.Join(values, " ")
}

func TestARoomReadsItsOwnSeriesHoweverItAsks(t *testing.T) {
	e := open(t, t.TempDir())
	defer func() { _ = e.Close() }()
	ours, theirs := e.Room("platforms"), e.Room("plan")
	now := time.Now().Truncate(time.Second)
	put(t, ours, sample("iip_x", "a", now, 1))
	put(t, theirs, sample("iip_x", "a", now, 2))
	// A label of the same name as the room's is not the caller's to set.
	put(t, theirs, series.Sample{Name: "iip_y", Labels: []series.Label{{Name: "room", Value: "platforms"}}, At: now.UnixMilli(), Value: 3})
	for _, query := range []string{
		`iip_x`, `{__name__=~".+"}`, `iip_x{room="plan"} or iip_x`, `sum(iip_x)`, `max_over_time(iip_x[5m])`, `max_over_time(iip_x[5m:1s])`, `iip_x and on() (iip_x > 0)`, `iip_x{room=~".*"}`,
	} {
		if got := ask(t, ours, query, now); got != "1" {
			t.Errorf("%s gives %q", query, got)
		}
	}
	if got := ask(t, ours, `iip_y`, now); got != "" {
		t.Errorf("a series of another room: %s", got)
	}
	if got := ask(t, theirs, `iip_y`, now); got != "3" {
		t.Errorf("their own: %q", got)
	}
}

func TestAppendCountsWhatTheProjectionDoesNotTake(t *testing.T) {
	e := open(t, t.TempDir())
	defer func() { _ = e.Close() }()
	s := e.Room("platforms")
	now := time.Now().Truncate(time.Second)
	if got := put(t, s, sample("x", "a", now, 1), sample("x", "a", now.Add(-time.Hour), 2), sample("x", "a", now, 1)); got != (series.Refused{}) {
		t.Errorf("late within the window, and a repeat: %+v", got)
	}
	if got := put(t, s, sample("x", "a", now, 5), sample("x", "a", now.Add(-25*time.Hour), 2), sample("x", "b", now, 1)); got != (series.Refused{TooOld: 1, Duplicate: 1}) {
		t.Errorf("a contradiction and a day late: %+v", got)
	}
	if got := ask(t, s, `sum(x)`, now); got != "2" {
		t.Errorf("sum is %s", got)
	}
}

func TestSeriesSurviveARestartAndCanBeDeleted(t *testing.T) {
	dir := t.TempDir()
	now := time.Now().Truncate(time.Second)
	e := open(t, dir)
	put(t, e.Room("platforms"), sample("x", "a", now, 1), sample("x", "b", now, 2))
	put(t, e.Room("plan"), sample("x", "a", now, 4))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = open(t, dir)
	defer func() { _ = e.Close() }()
	if got := ask(t, e.Room("platforms"), `sum(x)`, now); got != "3" {
		t.Errorf("after a restart: %s", got)
	}
	if err := e.Room("platforms").Delete(t.Context(), "platform", "a"); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, e.Room("platforms"), `sum(x)`, now); got != "2" {
		t.Errorf("after deleting: %s", got)
	}
	if got := ask(t, e.Room("plan"), `sum(x)`, now); got != "4" {
		t.Errorf("another room after deleting: %s", got)
	}
}

func TestBadQueriesAndRangesAreTheCallersFault(t *testing.T) {
	e := open(t, t.TempDir())
	defer func() { _ = e.Close() }()
	s := e.Room("platforms")
	now := time.Now()
	if _, err := s.Instant(t.Context(), `sum(`, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("half a query: %v", err)
	}
	for _, step := range []time.Duration{0, time.Second} {
		if _, err := s.Range(t.Context(), `x`, now.Add(-24*time.Hour), now, step); !fault.Is(err, fault.Invalid) {
			t.Errorf("step %s: %v", step, err)
		}
	}
	put(t, s, sample("x", "a", now, 1))
	lines, err := s.Range(t.Context(), `x`, now.Add(-time.Minute), now.Add(time.Minute), 30*time.Second)
	if err != nil || len(lines) != 1 || len(lines[0].Points) != 3 || lines[0].Labels["platform"] != "a" {
		t.Errorf("a range: %+v, %v", lines, err)
	}
}
