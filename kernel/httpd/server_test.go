package httpd_test

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/live"
)

// serve runs a door with the handler at /try until the returned stop is called;
// stop returns once the server has ended.
func serve(t *testing.T, h http.Handler, grace time.Duration) (address string, stop func()) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httpd.New(httpd.Config{Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	s.Handle("/try", h)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, grace) }()
	return "http://" + l.Addr().String() + "/try", func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	}
}

func get(t *testing.T, address string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Body.Close() })
	return a
}

func TestEventStreamsEndAtOnceWhenTheServerStops(t *testing.T) {
	hub := live.NewHub(slog.New(slog.DiscardHandler))
	address, stop := serve(t, httpd.Events(hub, nil, nil), time.Minute)
	a := get(t, address) //nolint:bodyclose // get closes it
	lines := bufio.NewReader(a.Body)
	if first, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(first, "retry:") {
		t.Fatalf("stream begins with %q, %v", first, err)
	}
	start := time.Now()
	stop()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("stopping took %s with a stream open", took)
	}
}

func TestRunningRequestsFinishWhenTheServerStops(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	address, stop := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-leave
		if r.Context().Err() != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}), time.Minute)
	status := make(chan int, 1)
	go func() { status <- get(t, address).StatusCode }() //nolint:bodyclose // get closes it
	<-entered
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	host := strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/try")
	for { // until the door is closed, which is the first thing that stopping does
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(leave)
	<-stopped
	if got := <-status; got != http.StatusOK {
		t.Errorf("a request that was running answered %d", got)
	}
}

func TestTopicsOneMayNotWatchAreLeftOut(t *testing.T) {
	hub := live.NewHub(slog.New(slog.DiscardHandler))
	events := httpd.Events(hub, []live.Topic{{Name: "open.list", Permission: identity.Public}, {Name: "closed.list", Permission: "closed.view"}}, nobodyShares{})
	for _, query := range []string{"", "?topics=closed.list,open.list,unheard.of"} {
		address, stop := serve(t, events, time.Minute)
		a := get(t, address+query) //nolint:bodyclose // get closes it
		if a.StatusCode != http.StatusOK {
			t.Fatalf("%q answered %d", query, a.StatusCode)
		}
		lines := bufio.NewScanner(a.Body)
		lines.Scan() // the stream has begun: its watcher is registered
		hub.Notify(live.Notice{Topic: "closed.list", Kind: "changed"})
		hub.Notify(live.Notice{Topic: "open.list", Kind: "changed"})
		for lines.Scan() {
			if topic, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				if topic != "open.list" {
					t.Errorf("%q told of %s", query, topic)
				}
				break
			}
		}
		stop()
	}
}

type nobodyShares struct{}

func (nobodyShares) Concerns(string) bool { return false }

func (nobodyShares) Sees(context.Context, identity.Identity, string, string) bool { return false }
