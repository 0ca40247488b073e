package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// startReplicas runs two processes of the program on one PostgreSQL and one
// NATS cluster, with a city set up.
func startReplicas(t *testing.T) (*natsCluster, []*house) {
	t.Helper()
	cluster, dsn := startNATS(t), kerneltest.PostgresDatabase(t)
	key := filepath.Join(t.TempDir(), "master.key")
	replicas := make([]*house, 2)
	for i := range replicas {
		h := &house{t: t, data: t.TempDir(), args: []string{"--database-url", dsn, "--nats-url", cluster.url, "--master-key-file", key}}
		if i > 0 {
			h.cookie = replicas[0].cookie
		}
		h.open()
		if i == 0 {
			h.setUp()
		}
		replicas[i] = h
	}
	return cluster, replicas
}

// watch opens the live notices of a replica and passes on their ids.
func (h *house) watch(ctx context.Context, topic string) <-chan string {
	h.t.Helper()
	r := h.request("GET", "/api/live?topics="+topic, "").WithContext(ctx)
	resp, err := http.DefaultClient.Do(r) //nolint:bodyclose // the goroutine that reads it closes it
	if err != nil || resp.StatusCode != http.StatusOK {
		h.t.Fatalf("watch %s: %v %v", topic, resp, err)
	}
	ids := make(chan string, 1000)
	go func() {
		defer func() { _ = resp.Body.Close() }()
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				ids <- data
			}
		}
	}()
	return ids
}

// applied counts the events that this process handled, from its own metrics.
func (h *house) applied() (n int) {
	h.t.Helper()
	resp, err := http.Get(h.url + "/metrics")
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "linghang_events_handled{") && strings.Contains(lines.Text(), `outcome="applied"`) {
			var v float64
			_, _ = fmt.Sscan(lines.Text()[strings.LastIndex(lines.Text(), " ")+1:], &v)
			n += int(v)
		}
	}
	return n
}

// Two replicas take the load in turn. They are killed and nodes of the bus are
// too; whatever was acknowledged is there afterwards, once.
func TestReplicasShareTheWorkAndLoseNothingAcknowledged(t *testing.T) {
	if os.Getenv("LINGHANG_CHAOS") == "" {
		t.Skip("killing nodes of a cluster takes minutes: make chaos runs it")
	}
	cluster, replicas := startReplicas(t)
	var keys []issued
	for i := range senders {
		keys = append(keys, replicas[i%2].platform(fmt.Sprintf("sender-%d", i)))
	}
	checkNotices(t, replicas)

	way := &line{}
	way.to(replicas[0].url, replicas[1].url)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var work sync.WaitGroup
	var acknowledged atomic.Int64
	reported := make([]int64, senders)
	for i := range senders {
		work.Go(func() { reported[i] = report(ctx, t, way, keys[i], &acknowledged) })
	}
	registered := 0
	work.Go(func() { registered = register(ctx, t, way, replicas[0].cookie) })
	more := func(what string) {
		t.Helper()
		target := acknowledged.Load() + 60
		kerneltest.Wait(t, "sixty more reports to be acknowledged "+what, func() bool { return acknowledged.Load() >= target })
	}

	for round := range 4 {
		dying, node := replicas[round%2], cluster.nodes[round%3]
		more("by both replicas")
		dying.kill()
		way.to(replicas[(round+1)%2].url)
		more("by the one that is left")
		node.kill()
		more("with a node of the bus gone")
		dying.start()
		node.start()
		way.to(replicas[0].url, replicas[1].url)
	}
	more("by both replicas")
	kerneltest.Wait(t, "both replicas to have handled events", func() bool { return replicas[0].applied() > 0 && replicas[1].applied() > 0 })
	stop()
	work.Wait()

	for i, k := range keys {
		replicas[i%2].checkLedger(k, reported[i])
	}
	checkSameSeries(t, replicas, keys[0])
	if err := replicas[1].stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	// What a killed replica had taken off the bus comes back after a while.
	replicas[0].waitForRegistrations(time.Minute)
	replicas[0].checkAudit(registered, senders+len(replicas))
	t.Logf("%d kills of replicas and as many of bus nodes: %d reports and %d registrations acknowledged, all found once", 4, acknowledged.Load(), registered)
}

// checkNotices changes something in one replica and sees it in the other.
func checkNotices(t *testing.T, replicas []*house) {
	t.Helper()
	for i, h := range replicas {
		ctx, stop := context.WithCancel(t.Context())
		notices := replicas[1-i].watch(ctx, "platforms.list")
		p := h.platform(fmt.Sprintf("noticed-%d", i))
		kerneltest.Wait(t, "a notice in the other replica", func() bool {
			select {
			case data := <-notices:
				return strings.Contains(data, p.Platform)
			default:
				return false
			}
		})
		stop()
	}
}

// checkSameSeries waits until both replicas draw the same curve: each projects
// the whole ledger for itself.
func checkSameSeries(t *testing.T, replicas []*house, k issued) {
	t.Helper()
	path := fmt.Sprintf("/api/platforms/%s/series?code=dev_online&step=60&from=%s&to=%s", k.Platform,
		time.Now().UTC().Add(-time.Hour).Truncate(time.Minute).Format(time.RFC3339), time.Now().UTC().Add(time.Minute).Truncate(time.Minute).Format(time.RFC3339))
	curve := func(h *house) string {
		var v struct {
			Points [][2]float64 `json:"points"`
		}
		h.call("GET", path, "", &v)
		return fmt.Sprint(v.Points)
	}
	kerneltest.Wait(t, "both replicas to draw the same curve", func() bool {
		c := curve(replicas[0])
		return c != "[]" && c == curve(replicas[1])
	})
}

// waiting is what the process says of events that are on their way.
func (h *house) waiting() string {
	resp, err := http.Get(h.url + "/metrics")
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	var lines []string
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "linghang_outbox") || strings.HasPrefix(line, "linghang_events") || strings.HasPrefix(line, "linghang_letters") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// waitForRegistrations waits until the audit log has an entry of every platform.
func (h *house) waitForRegistrations(limit time.Duration) {
	h.t.Helper()
	var platforms struct {
		Total int `json:"total"`
	}
	h.call("GET", "/api/platforms?limit=1", "", &platforms)
	for end := time.Now().Add(limit); h.registrations() < platforms.Total; {
		if time.Now().After(end) {
			h.t.Fatalf("waited %s for the audit log to have %d registrations, it has %d; what waits:\n%s", limit, platforms.Total, h.registrations(), h.waiting())
		}
		<-time.After(200 * time.Millisecond)
	}
}
