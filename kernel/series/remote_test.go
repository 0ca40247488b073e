package series_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/fault"
	"linghang/kernel/kerneltest"
	"linghang/kernel/series"
)

// keeper keeps positions in memory.
type keeper struct {
	mu        sync.Mutex
	positions map[string]int64
	elsewhere bool
}

func (k *keeper) Position(_ context.Context, room, mark string) (int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.positions[room+mark], nil
}

func (k *keeper) KeepPosition(_ context.Context, room, mark string, position int64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.positions[room+mark] = position
	return nil
}

func (k *keeper) Mine() bool { return !k.elsewhere }

func elsewhere(t testing.TB, address string, k *keeper) *series.Engine {
	t.Helper()
	k.positions = map[string]int64{}
	e := series.New(series.Config{URL: address + "/api/v1/write", ReadURL: address + "/", Keeper: k})
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

// eachStore runs a test on the embedded store and on a real VictoriaMetrics.
// settle waits until everything that was written can be found.
func eachStore(t *testing.T, test func(t *testing.T, e *series.Engine, settle func())) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { test(t, open(t, t.TempDir()), func() {}) })
	t.Run("victoria-metrics", func(t *testing.T) {
		v := kerneltest.StartVictoria(t)
		test(t, elsewhere(t, v.URL, &keeper{}), v.Settle)
	})
}

func TestAStoreThatIsKilledLosesNothing(t *testing.T) {
	v := kerneltest.StartVictoria(t)
	e := elsewhere(t, v.URL, &keeper{})
	s, start := e.Room("r"), time.Now().Add(-time.Hour).Truncate(time.Second)
	const last = 600
	kills, again := []int64{100, 250, 400}, 0
	for position := begin(t, s); position < last; {
		killed := len(kills) > 0 && position >= kills[0]
		if killed { // as a power cut does, while it holds samples in memory
			v.Kill()
			kills = kills[1:]
		}
		next := position + 10
		samples := []series.Sample{{Name: "mark", At: time.Now().UnixMilli(), Value: float64(next)}}
		for i := position + 1; i <= next; i++ {
			samples = append(samples, sample(start.Add(time.Duration(i)*time.Second), float64(i)))
		}
		_, err := s.Append(t.Context(), samples)
		switch since, why := e.Away(); {
		case killed && (!errors.Is(err, series.ErrAgain) || since.IsZero() || why == nil):
			t.Fatalf("the store is gone, and writing to it says %v; away since %s: %v", err, since, why)
		case killed:
			v.Start()
			position, again = begin(t, s), again+1
		case errors.Is(err, series.ErrAgain): // on the first connection to the one that was started
			position, again = begin(t, s), again+1
		case err != nil:
			t.Fatal(err)
		default:
			position = next
		}
	}
	v.Settle()
	if got := value(t, s, "sum(count_over_time(x[2h]))", time.Now()); got != last {
		t.Errorf("%v of %d samples are there", got, last)
	}
	if since, _ := e.Away(); !since.IsZero() || again < 3 {
		t.Errorf("away since %s, begun again %d times", since, again)
	}
}

func begin(t *testing.T, s *series.Store) int64 {
	t.Helper()
	if !s.Await(t.Context()) {
		t.Fatal("it is nobody's turn")
	}
	position, err := s.Position(t.Context(), "mark")
	if err != nil {
		t.Fatal(err)
	}
	return position
}

func TestAReplicaWhoseTurnItIsNotWritesNothing(t *testing.T) {
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ }))
	defer srv.Close()
	e := elsewhere(t, srv.URL, &keeper{elsewhere: true})
	if _, err := e.Room("r").Append(t.Context(), []series.Sample{sample(time.Now(), 1)}); !errors.Is(err, series.ErrAgain) || calls != 0 {
		t.Errorf("%v after %d calls", err, calls)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if e.Room("r").Await(ctx) {
		t.Error("it became this replica's turn")
	}
}

func TestWhatAStoreAnswersIsActedUpon(t *testing.T) {
	status, body := 0, ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	defer srv.Close()
	s := elsewhere(t, srv.URL, &keeper{}).Room("r")
	f := func(answer int, again bool) {
		t.Helper()
		status = answer
		if _, err := s.Append(t.Context(), []series.Sample{sample(time.Now(), 1)}); errors.Is(err, series.ErrAgain) != again {
			t.Errorf("after %d: %v", answer, err)
		}
	}
	f(204, false)
	f(503, true)
	f(429, true)
	f(401, true) // a wrong password is mended by people, and nothing is lost meanwhile
	f(400, false)
	g := func(answer int, text string, kind fault.Kind) {
		t.Helper()
		status, body = answer, text
		if _, err := s.Instant(t.Context(), "x", time.Now()); fault.KindOf(err) != kind || err == nil {
			t.Errorf("%d %.40s: %v", answer, text, err)
		}
	}
	g(200, "<html>", fault.Unavailable)
	g(422, `{"status":"error","error":"too many samples"}`, fault.Invalid)
	g(500, `{"status":"error","error":"broken"}`, fault.Internal)
	g(200, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}}`, fault.Internal)
	status, body = 200, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1.5,"NaN"]}]}}`
	lines, err := s.Instant(t.Context(), "x", time.Now())
	if err != nil || len(lines) != 1 || lines[0].Points[0].At != 1500 || !math.IsNaN(lines[0].Points[0].Value) {
		t.Errorf("%v, %v", lines, err)
	}
}

// Queries that try to leave the room, against the real store elsewhere, whose
// language is larger than the embedded one's.
func TestAQueryStaysInItsRoomElsewhere(t *testing.T) {
	v, now := kerneltest.StartVictoria(t), time.Now().Add(-time.Minute)
	e := elsewhere(t, v.URL, &keeper{})
	for room, n := range map[string]float64{"ours": 1, "theirs": 777_777} {
		if _, err := e.Room(room).Append(t.Context(), []series.Sample{sample(now, n)}); err != nil {
			t.Fatal(err)
		}
	}
	v.Settle()
	for _, query := range []string{
		"x", `{room="theirs"}`, `{room="theirs" or room="ours"}`, `x{room="ours" or room="theirs"}`, `{__name__=~".+"}`, `x or {room=~".*"}`, `label_replace(x, "room", "theirs", "", "")`,
		`x{a="\"} or {room=\"theirs"}`, "x{a=`}` } or {room=\"theirs\"}", `max_over_time({room="theirs"}[1h:1m])`, `WITH (q = {room="theirs"}) q`, `union(x, {room="theirs"})`, `{room="theirs"} keep_metric_names`,
		"x # {room=\"theirs\"}", "x\n}or{room=\"theirs\"", `{"x", room="theirs"}`, `x{"room"="theirs"}`,
	} {
		lines, err := e.Room("ours").Instant(t.Context(), query, now)
		if err != nil {
			continue // refused
		}
		for _, l := range lines {
			for _, p := range l.Points {
				if p.Value == 777_777 {
					t.Errorf("%s reaches another room", query)
				}
			}
		}
	}
	if _, err := e.Room("ours").Instant(t.Context(), strings.Repeat("(", 3)+"x", now); !fault.Is(err, fault.Invalid) {
		t.Errorf("a query that cannot be read: %v", err)
	}
}
