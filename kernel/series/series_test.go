package series_test

import (
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/fault"
	"linghang/kernel/series"
)

func open(t testing.TB, dir string) *series.Engine {
	t.Helper()
	e := series.New(series.Config{Dir: dir})
	if err := e.Open(slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return e
}

func sample(at time.Time, value float64, labels ...series.Label) series.Sample {
	return series.Sample{Name: "x", Labels: labels, At: at.UnixMilli(), Value: value}
}

func value(t *testing.T, s *series.Store, query string, at time.Time) float64 {
	t.Helper()
	lines, err := s.Instant(t.Context(), query, at)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if len(lines) == 0 {
		return math.NaN()
	}
	return lines[0].Points[0].Value
}

func TestARoomSeesItsOwnSeriesOnly(t *testing.T) { eachStore(t, testRooms) }

func testRooms(t *testing.T, e *series.Engine, settle func()) {
	now := time.Now().Add(-time.Minute).Truncate(time.Minute) // subqueries step on whole minutes
	ours, theirs := e.Room("ours"), e.Room("theirs")
	for i, s := range []*series.Store{ours, theirs} {
		// A label named room does not move a sample into another room.
		if _, err := s.Append(t.Context(), []series.Sample{sample(now, float64(i+1), series.Label{Name: "room", Value: "ours"}, series.Label{Name: "n", Value: "1"})}); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	f := func(query string, want float64) {
		t.Helper()
		if got := value(t, ours, query, now); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%s is %v, want %v", query, got, want)
		}
	}
	f("x", 1)
	f("count({__name__=~\".+\"})", 1)
	f("sum(max_over_time(x[1h]))", 1)
	f("sum(max_over_time(x[1h:1m]))", 1)
	f("sum(x) + count(x offset 0s)", 2)
	f(`x{room="theirs"}`, math.NaN())
	f(`count({room=~"theirs|ours"})`, 1)
	f(`sum(x or {room="theirs"})`, 1)
	if _, err := ours.Instant(t.Context(), "x{", now); !fault.Is(err, fault.Invalid) {
		t.Errorf("a query that cannot be read: %v", err)
	}
	if err := ours.Delete(t.Context(), "n", "1"); err != nil {
		t.Fatal(err)
	}
	f("x", math.NaN())
	if got := value(t, theirs, "x", now); got != 2 {
		t.Errorf("deleting in one room left %v in the other", got)
	}
}

func TestWhatTheProjectionLeavesOutIsCounted(t *testing.T) {
	s, now := open(t, t.TempDir()).Room("r"), time.Now()
	refused, err := s.Append(t.Context(), []series.Sample{
		sample(now, 1), sample(now.Add(-time.Hour), 2), // late, within the window
		sample(now, 3), // contradicts
		sample(now, 1), // repeats
		sample(now.Add(-series.OutOfOrder).Add(-48*time.Hour), 4), // too old
	})
	if err != nil || refused.Duplicate != 1 || refused.TooOld != 1 {
		t.Errorf("refused %+v, %v", refused, err)
	}
	again, err := s.Append(t.Context(), []series.Sample{sample(now, 3)})
	if err != nil || again.Duplicate != 1 {
		t.Errorf("a contradiction in a later batch: %+v, %v", again, err)
	}
	if got := value(t, s, "x", now); got != 1 {
		t.Errorf("the first value at a time became %v", got)
	}
	if got := value(t, s, "x", now.Add(-time.Hour)); got != 2 {
		t.Errorf("the late value is %v", got)
	}
}

func TestSeriesOutliveARestart(t *testing.T) {
	dir, now := t.TempDir(), time.Now().Truncate(time.Minute)
	e := series.New(series.Config{Dir: dir})
	if err := e.Open(slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, err := e.Room("r").Append(t.Context(), []series.Sample{sample(now.Add(time.Duration(i-10)*time.Minute), float64(i))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir).Room("r")
	lines, err := s.Range(t.Context(), "x", now.Add(-10*time.Minute), now.Add(-time.Minute), time.Minute)
	if err != nil || len(lines) != 1 || len(lines[0].Points) != 10 || lines[0].Points[9].Value != 9 {
		t.Errorf("after a restart: %v, %v", lines, err)
	}
}

func TestARangeHasItsPointsAndABound(t *testing.T) { eachStore(t, testRange) }

func testRange(t *testing.T, e *series.Engine, settle func()) {
	s, now := e.Room("r"), time.Now().Truncate(time.Minute)
	for i := range 10 {
		if _, err := s.Append(t.Context(), []series.Sample{sample(now.Add(time.Duration(i-10)*time.Minute), float64(i))}); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	lines, err := s.Range(t.Context(), "x", now.Add(-10*time.Minute), now.Add(-time.Minute), time.Minute)
	if err != nil || len(lines) != 1 || len(lines[0].Points) != 10 || lines[0].Points[9].Value != 9 || lines[0].Points[0].At != now.Add(-10*time.Minute).UnixMilli() {
		t.Errorf("the range is %v, %v", lines, err)
	}
	if lines, err := s.Instant(t.Context(), "1 + 1", now); err != nil || len(lines) != 1 || lines[0].Points[0].Value != 2 {
		t.Errorf("a sum without series is %v, %v", lines, err)
	}
	f := func(from, to time.Time, step time.Duration) {
		t.Helper()
		if _, err := s.Range(t.Context(), "x", from, to, step); !fault.Is(err, fault.Invalid) {
			t.Errorf("from %s to %s by %s: %v", from, to, step, err)
		}
	}
	f(now.Add(-24*time.Hour), now, time.Second)
	f(now, now.Add(-time.Hour), time.Minute)
	f(now.Add(-time.Hour), now, 0)
}

func FuzzAQueryStaysInItsRoom(f *testing.F) {
	for _, query := range []string{"x", "sum(x) by (room)", `{room="theirs"}`, "max_over_time(x[1h:1m])", "x or on() vector(1)", `label_replace(x, "room", "a", "", "")`} {
		f.Add(query)
	}
	now := time.Now()
	e := open(f, f.TempDir())
	for _, room := range []string{"ours", "theirs"} {
		v := map[string]float64{"ours": 1, "theirs": 777_777}[room]
		if _, err := e.Room(room).Append(f.Context(), []series.Sample{sample(now, v)}); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, query string) {
		lines, err := e.Room("ours").Instant(t.Context(), query, now)
		if err != nil {
			return
		}
		for _, l := range lines {
			if l.Labels["__name__"] == "x" && l.Points[0].Value == 777_777 {
				t.Errorf("%q reaches another room", query)
			}
		}
	})
}
