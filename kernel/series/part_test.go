package series_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/series"
)

// A range that several cores evaluate comes to what one core makes of it, and is
// refused where that one refuses it.
func TestPartsOfARangeComeToTheWhole(t *testing.T) {
	const steps, every = 240, 15 * time.Second
	start := time.Now().Add(-steps * every).Truncate(time.Minute)
	one, several := filled(t, 1, start, steps, every), filled(t, 3, start, steps, every)
	for _, query := range []string{
		`x`, `{__name__=~"x|y"}`, `sum by (a) (x)`, `rate(x[1m])`, `sum by (a) (rate(x[5m]))`, `x offset 5m`, `x @ start()`, `x @ end()`,
		`max_over_time(x[2m]) - ignoring(b) group_left min by (a) (x)`, `topk(2, x)`, `absent(x{a="9"})`, `absent(x{a="0"} > 200)`,
		`avg_over_time(sum(x)[10m:1m])`, `sum_over_time(x[10m:1m] @ end())`, `quantile by (a) (0.9, x)`, `rate({__name__=~"x|y"}[1m])`, `rate({__name__=~"early|late"}[1m])`,
		`label_replace(x, "c", "$1", "a", "(.*)")`, `label_join(x{b="1"}, "a", "")`, `changes(y[5m])`, `time()`, `vector(1)`, `1`,
		`x > 5 or y`, `histogram_quantile(0.5, x)`, `x * on (a) x`, `timestamp(x)`, `-x`, `count_values("v", x)`, `predict_linear(x[5m], 60)`,
	} {
		for _, step := range []time.Duration{every, 20 * time.Second, 7 * time.Minute} {
			want, got := answered(t, one, query, start, step), answered(t, several, query, start, step)
			if got != want {
				t.Errorf("%s in steps of %s: several cores answer\n%s, one answers\n%s", query, step, got, want)
			}
		}
	}
}

// filled has counters that begin again, one of which is silent for a while, and two
// series that follow each other.
func filled(t *testing.T, workers int, start time.Time, steps int, every time.Duration) *series.Store {
	t.Helper()
	e := series.New(series.Config{Dir: t.TempDir(), Workers: workers})
	if err := e.Open(slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	s := e.Room("r")
	for i := range steps {
		at := start.Add(time.Duration(i) * every).UnixMilli()
		var list []series.Sample
		for n := range 9 {
			labels := []series.Label{{Name: "a", Value: fmt.Sprint(n % 3)}, {Name: "b", Value: fmt.Sprint(n / 3)}}
			list = append(list, series.Sample{Name: "x", Labels: labels, At: at, Value: math.Mod(float64(i*(n+1)), 97)})
			half := "early"
			if i >= steps/2 {
				half = "late"
			}
			list = append(list, series.Sample{Name: half, Labels: labels, At: at, Value: 1})
			if i < steps/3 || i > steps/2 {
				list = append(list, series.Sample{Name: "y", Labels: labels, At: at, Value: float64(i / 7)})
			}
		}
		if _, err := s.Append(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func answered(t *testing.T, s *series.Store, query string, start time.Time, step time.Duration) string {
	t.Helper()
	a, err := s.Reader().QueryRange(t.Context(), query, start, start.Add(time.Hour), step, series.QueryOptions{})
	if err != nil {
		return err.Error()
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
