package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// link is a wire between the program and a server, which can be cut.
type link struct {
	address string
	target  string

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]struct{}
}

func newLink(t *testing.T, target string) *link {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &link{address: l.Addr().String(), target: target, conns: map[net.Conn]struct{}{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go k.carry(c)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); k.sever() })
	return k
}

func (k *link) carry(near net.Conn) {
	far, err := net.Dial("tcp", k.target)
	if err != nil || !k.add(near, far) {
		_ = near.Close()
		if far != nil {
			_ = far.Close()
		}
		return
	}
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(far, near); _ = far.Close(); _ = near.Close() })
	both.Go(func() { _, _ = io.Copy(near, far); _ = far.Close(); _ = near.Close() })
	both.Wait()
	k.mu.Lock()
	delete(k.conns, near)
	delete(k.conns, far)
	k.mu.Unlock()
}

func (k *link) add(conns ...net.Conn) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cut {
		return false
	}
	for _, c := range conns {
		k.conns[c] = struct{}{}
	}
	return true
}

// sever breaks what runs over the wire and lets nothing through until mend.
func (k *link) sever() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cut = true
	for c := range k.conns {
		_ = c.Close()
	}
}

func (k *link) mend() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cut = false
}

// through puts a wire in front of the server of each address in a list.
func through(t *testing.T, list string) (wired string, links []*link) {
	t.Helper()
	var addresses []string
	for address := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		k := newLink(t, u.Host)
		u.Host = k.address
		addresses, links = append(addresses, u.String()), append(links, k)
	}
	return strings.Join(addresses, ","), links
}

// storm is two replicas under steady load, everything they stand on, and a
// count of what was done to them.
type storm struct {
	t        *testing.T
	cluster  *natsCluster
	postgres *kerneltest.PostgresServer
	victoria *kerneltest.Victoria
	wires    map[string][]*link
	replicas []*house
	way      *line

	acknowledged atomic.Int64
	table        map[string]*blow
}

// blow is what one kind of failure did.
type blow struct {
	count   int
	longest time.Duration // until reports were acknowledged again, by whichever replica
}

// full reports whether the long form is asked for.
func full() bool { return os.Getenv("LINGHANG_CHAOS") != "" }

func brew(t *testing.T) *storm {
	t.Helper()
	s := &storm{t: t, cluster: startNATS(t), postgres: kerneltest.StartPostgresServer(t), victoria: kerneltest.StartVictoria(t), wires: map[string][]*link{}, way: &line{}, table: map[string]*blow{}}
	for i := range 2 {
		database, k := through(t, s.postgres.DSN)
		s.wires["PostgreSQL"] = append(s.wires["PostgreSQL"], k...)
		bus, k := through(t, s.cluster.url)
		s.wires["NATS"] = append(s.wires["NATS"], k...)
		series, k := through(t, s.victoria.URL)
		s.wires["VictoriaMetrics"] = append(s.wires["VictoriaMetrics"], k...)
		h := &house{t: t, data: t.TempDir(), args: []string{"--database-url", database, "--nats-url", bus, "--series-url", series + "/api/v1/write", "--series-read-url", series}}
		if full() {
			h.hand = newHand(t)
		}
		if i > 0 {
			h.cookie = s.replicas[0].cookie
			h.args = append(h.args, "--master-key-file", filepath.Join(s.replicas[0].data, "keys", "master.key"))
		}
		h.open()
		if i == 0 {
			h.setUp()
		}
		s.replicas = append(s.replicas, h)
	}
	s.both()
	return s
}

func (s *storm) both() { s.way.to(s.replicas[0].url, s.replicas[1].url) }

// strike does something and waits until work goes on; the time is kept.
func (s *storm) strike(name string, do func()) {
	s.t.Helper()
	b := s.table[name]
	if b == nil {
		b = &blow{}
		s.table[name] = b
	}
	b.count++
	before := time.Now()
	do()
	target := s.acknowledged.Load() + 10
	s.within(time.Minute, "reports to be acknowledged after: "+name, func() bool { return s.acknowledged.Load() >= target })
	b.longest = max(b.longest, time.Since(before))
}

func (s *storm) within(limit time.Duration, what string, done func() bool) {
	s.t.Helper()
	for end := time.Now().Add(limit); !done(); {
		if time.Now().After(end) {
			s.t.Fatalf("waited %s for %s", limit, what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// shows waits until a replica's health page has a component in a state.
func (s *storm) shows(h *house, component string, good bool) {
	s.t.Helper()
	s.within(time.Minute, fmt.Sprintf("health to show %s good=%v", component, good), func() bool {
		state := h.component(component)
		return state != "" && (state == "good") == good
	})
}

func (s *storm) killReplica() {
	i := rand.IntN(2)
	s.strike("replica killed (kill -9)", func() {
		s.replicas[i].kill()
		s.way.to(s.replicas[1-i].url)
		s.replicas[i].start()
		s.both()
	})
}

func (s *storm) cutLink() {
	names := []string{"PostgreSQL", "NATS", "VictoriaMetrics"}
	name := names[rand.IntN(3)]
	k := s.wires[name][rand.IntN(len(s.wires[name]))]
	s.strike("link to "+name+" cut", func() {
		k.sever()
		<-time.After(time.Duration(200+rand.IntN(1500)) * time.Millisecond) // this long the wire is broken
		k.mend()
	})
}

func (s *storm) restartPostgres() {
	s.strike("PostgreSQL gone and back", func() {
		s.postgres.Kill()
		s.shows(s.replicas[0], "database", false)
		s.postgres.Start()
		s.shows(s.replicas[0], "database", true)
	})
}

func (s *storm) restartNode() {
	n := s.cluster.nodes[rand.IntN(3)]
	s.strike("NATS node gone and back", func() { n.kill(); <-time.After(time.Second); n.start() })
}

func (s *storm) restartVictoria() {
	s.strike("VictoriaMetrics gone and back", func() {
		s.victoria.Kill()
		s.within(time.Minute, "a replica to show that the store is gone", func() bool {
			return s.replicas[0].component("series") != "good" || s.replicas[1].component("series") != "good"
		})
		s.victoria.Start()
	})
}

// moveClock makes the clock of one replica a day wrong, and right again.
func (s *storm) moveClock() {
	h, day, name := s.replicas[rand.IntN(2)], 24*time.Hour, "clock of a replica a day ahead"
	if rand.IntN(2) == 0 {
		day, name = -day, "clock of a replica a day behind"
	}
	s.strike(name, func() {
		h.hand.set(day)
		s.shows(h, "clock", false)
		h.hand.set(0)
		s.shows(h, "clock", true)
	})
}

// Two replicas under steady load, and everything they stand on fails, one after
// the other. Whatever was acknowledged is there afterwards, once, and nothing
// had to be restarted by hand.
func TestChaos(t *testing.T) {
	kills, cuts := 4, 3
	if full() {
		kills, cuts = 100, 20
	}
	if testing.Short() {
		t.Skip("it kills processes for a minute")
	}
	began, s := time.Now(), brew(t)
	var keys []issued
	for i := range senders {
		keys = append(keys, s.replicas[i%2].platform(fmt.Sprintf("sender-%d", i)))
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var work sync.WaitGroup
	reported := make([]int64, senders)
	for i := range senders {
		work.Go(func() { reported[i] = report(ctx, t, s.way, keys[i], &s.acknowledged) })
	}
	registered := 0
	work.Go(func() { registered = register(ctx, t, s.way, s.replicas[0].cookie) })

	blows := []func(){s.restartPostgres, s.restartNode, s.restartVictoria}
	for range kills {
		blows = append(blows, s.killReplica)
	}
	for range cuts {
		blows = append(blows, s.cutLink)
	}
	if full() {
		blows = append(blows, s.moveClock, s.moveClock, s.moveClock, s.moveClock)
	}
	rand.Shuffle(len(blows), func(i, j int) { blows[i], blows[j] = blows[j], blows[i] })
	for _, strike := range blows {
		strike()
	}
	stop()
	work.Wait()
	for _, h := range s.replicas {
		for _, component := range []string{"database", "bus", "series"} {
			s.shows(h, component, true)
		}
	}
	for i, k := range keys {
		s.replicas[i%2].checkLedger(k, reported[i])
	}
	checkSameSeries(t, s.replicas, keys[0])
	if err := s.replicas[1].stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	// While replicas were killed every few seconds, hardly any kept the turn to send
	// for long: what waits in the outboxes is sent now.
	s.replicas[0].waitForRegistrations(4 * time.Minute)
	s.replicas[0].checkAudit(registered, senders)
	text := s.report(time.Since(began), registered)
	t.Log("\n" + text)
	if path := os.Getenv("LINGHANG_CHAOS_REPORT"); full() && path != "" && !t.Failed() {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(filepath.Clean(path), []byte(text), 0o644)); err != nil {
			t.Error(err)
		}
	}
}

// report is the table of what happened, as kept in docs/benchmarks.
func (s *storm) report(took time.Duration, registered int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Chaos: what was done to two replicas, and what came of it\n\nWritten by `make chaos` on %s. Two replicas, PostgreSQL, three NATS nodes and VictoriaMetrics on one\n"+
		"machine, under steady load by %d reporting platforms and one registering administrator, for %s.\n\n", time.Now().UTC().Format(time.DateOnly), senders, took.Round(time.Second))
	b.WriteString("| failure | times | longest until work went on |\n| --- | ---: | ---: |\n")
	names := make([]string, 0, len(s.table))
	for name := range s.table {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare[string])
	for _, name := range names {
		fmt.Fprintf(&b, "| %s | %d | %.1f s |\n", name, s.table[name].count, s.table[name].longest.Seconds())
	}
	fmt.Fprintf(&b, "\n%d reports and %d registrations were acknowledged. Every one is in the ledger and in the audit log, once; the chain of the\n"+
		"audit log holds; both replicas draw the same curves; nothing was restarted by hand.\n", s.acknowledged.Load(), registered)
	return b.String()
}
