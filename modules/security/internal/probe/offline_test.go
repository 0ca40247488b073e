package probe

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

// How long the city is away, and what a plant does meanwhile: each 10 seconds four controllers
// are polled, each 5 minutes an engineer writes, each hour Suricata has an alert.
const (
	awayHours   = 72
	controllers = 4
	writesEach  = 30 // windows
	windowsHour = int(time.Hour / windowLength)
)

// away is a city that cannot be reached until it is there, and then keeps what comes.
type away struct {
	t          *testing.T
	there      atomic.Bool
	last       map[batch.Stream]int64
	missing    map[batch.Stream]int64
	records    []batch.Record
	logs       []batch.Log
	aggregates []batch.Aggregate
	totals     batch.Totals
}

func (c *away) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !c.there.Load() {
		panic(http.ErrAbortHandler)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		c.t.Error(err)
		return
	}
	body, err := io.ReadAll(z)
	if err != nil {
		c.t.Error(err)
		return
	}
	b, err := batch.Read(body)
	if err != nil {
		c.t.Error(err)
		return
	}
	if b.Sequence <= c.last[b.Stream] {
		c.t.Errorf("%s %d comes after %d", b.Stream, b.Sequence, c.last[b.Stream])
	}
	c.missing[b.Stream] += b.Sequence - c.last[b.Stream] - 1
	c.last[b.Stream] = b.Sequence
	c.records, c.logs, c.aggregates = append(c.records, b.Records...), append(c.logs, b.Logs...), append(c.aggregates, b.Aggregates...)
	if b.Totals.ShedBatches >= c.totals.ShedBatches {
		c.totals = b.Totals
	}
	_, _ = io.WriteString(w, `{"state":"taken"}`)
}

// hour writes an hour of the plant's traffic as a capture.
func hour(n int, seq map[string]uint32) []byte {
	t := newTape()
	t.seq = seq
	start := t.at.Add(time.Duration(n) * time.Hour)
	engineer := party{100, 40100}
	for window := range windowsHour {
		t.at = start.Add(time.Duration(window) * windowLength)
		id := uint16(n*windowsHour + window)
		for c := range controllers {
			station, controller := party{1, uint16(40001 + c)}, party{byte(11 + c), 502}
			t.tcp(station, controller, modbus(id, 3, 0, 0, 0, 2))
			t.tcp(controller, station, modbus(id, 3, 4, 0, 1, 0, 2))
		}
		if window%writesEach == writesEach-1 {
			controller := party{11, 502}
			t.tcp(engineer, controller, modbus(id, 6, 0, 4, byte(id>>8), byte(id)))
			t.tcp(controller, engineer, modbus(id, 6, 0, 4, byte(id>>8), byte(id)))
		}
	}
	return t.Bytes()
}

// plantAway runs a probe for 72 hours of the capture's time while nobody takes its batches, as
// it does when it listens: what was found is kept after every so many windows. It returns what
// waits then, in octets.
func plantAway(t *testing.T, dir string, s *Spool, p *Probe, hours, every int) (octets int64) {
	t.Helper()
	tape := make([][]byte, 0, hours)
	seq := map[string]uint32{}
	for n := range hours {
		data := hour(n, seq)
		if n > 0 {
			data = data[24:] // one capture has one head
		}
		tape = append(tape, data)
	}
	readers := make([]io.Reader, 0, len(tape))
	for _, data := range tape {
		readers = append(readers, bytes.NewReader(data))
	}
	in, err := OpenFile("-", io.MultiReader(readers...))
	if err != nil {
		t.Fatal(err)
	}
	in.live = false // times are those of the capture
	if _, err := s.begin(in.key, false); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	defer close(done)
	r := begin(in, start{}, done)
	defer r.tick.Stop()
	k := keeping{p: p, r: r, run: "72 h"}
	eve := filepath.Join(dir, "eve.json")
	l := p.newLogging(LogConfig{Format: "eve", File: eve})
	defer l.file.Close()
	var window, lastHour time.Time
	for packet := range r.pump.packets {
		if w := packet.Time.Truncate(windowLength); !w.Before(window.Add(time.Duration(every) * windowLength)) {
			window, k.last = w, time.Time{}
			if err := k.take(false); err != nil {
				t.Fatal(err)
			}
		}
		if h := packet.Time.Truncate(time.Hour); h.After(lastHour) {
			lastHour = h
			appendTo(t, eve, fmt.Sprintf(`{"timestamp":%q,"event_type":"alert","src_ip":"10.0.0.100","dest_ip":"10.0.0.11","dest_port":502,"proto":"TCP","alert":{"gid":1,"signature_id":7,"signature":"write","severity":1}}`+"\n", h.Format("2006-01-02T15:04:05.000000-0700")))
			if _, fault, err := l.step(h); fault != nil || err != nil {
				t.Fatal(fault, err)
			}
			if sent, _, err := p.deliverAll(t.Context()); sent != 0 || err == nil {
				t.Fatalf("%d batches were sent to nobody, %v", sent, err)
			}
		}
		r.read(packet)
	}
	if err := r.end(k.take); err != nil {
		t.Fatal(err)
	}
	_, octets = s.Left()
	return octets
}

// unsynced places files without waiting for the disk: this is about what is kept, not about power.
func unsynced(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// offline runs the plant with a budget, lets the city be there again, and tells what it has.
func offline(t *testing.T, budget int64) (c *away, octets int64) {
	t.Helper()
	c = &away{t: t, last: map[batch.Stream]int64{}, missing: map[batch.Stream]int64{}}
	server := httptest.NewServer(c)
	defer server.Close()
	server.Config.ErrorLog = nil
	dir := t.TempDir()
	s, err := openSpool(filepath.Join(dir, "spool"), budget, unsynced)
	if err != nil {
		t.Fatal(err)
	}
	p := &Probe{spool: s, version: "1", log: slog.New(slog.DiscardHandler), send: sender{file: identityFile(t), client: server.Client(), url: server.URL}}
	octets = plantAway(t, dir, s, p, awayHours, 12)
	if octets > budget {
		t.Errorf("%d octets wait, the budget is %d", octets, budget)
	}
	c.there.Store(true)
	if _, _, err := p.deliverAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Left(); n != 0 {
		t.Errorf("%d batches are left", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return c, octets
}

// nothingGrave checks that alerts and writes are there, all of them and each once.
func (c *away) nothingGrave(t *testing.T) {
	t.Helper()
	writes := map[string]int{}
	for _, r := range c.records {
		if slices.Contains(r.Why, batch.WhyWrite) {
			writes[r.At.Format(time.RFC3339Nano)+" "+r.Objects[0].Value]++
		}
	}
	if want := awayHours * windowsHour / writesEach; len(writes) != want {
		t.Errorf("%d writes, want %d", len(writes), want)
	}
	for w, n := range writes {
		if n != 1 {
			t.Errorf("the write %s came %d times", w, n)
		}
	}
	at := map[time.Time]bool{}
	for _, l := range c.logs {
		at[l.At] = true
	}
	if len(c.logs) != awayHours || len(at) != awayHours {
		t.Errorf("%d alerts of %d hours, want %d", len(c.logs), len(at), awayHours)
	}
	if c.totals.ShedRecords != 0 || c.totals.Refused != 0 || c.missing[batch.Records]+c.missing[batch.Logs] != 0 {
		t.Errorf("%+v, missing %v", c.totals, c.missing)
	}
}

// rowsAway are the aggregates of 72 hours: of polls, and of the engineer's writes.
const rowsAway int = awayHours*windowsHour*controllers + awayHours*windowsHour/writesEach

func TestADayThreeTimesOverWithoutACityLosesNothingWithinTheBudget(t *testing.T) {
	c, octets := offline(t, 256<<20)
	c.nothingGrave(t)
	var units uint64
	for _, a := range c.aggregates {
		units += a.Requests + a.Responses
	}
	// Goal: at most 1 %. There is no reason for any.
	if len(c.aggregates) != rowsAway || units != uint64(2*rowsAway) || c.missing[batch.Aggregates] != 0 || c.totals.ShedBatches != 0 {
		t.Errorf("%d of %d aggregates, %d units, missing %v, %+v", len(c.aggregates), rowsAway, units, c.missing, c.totals)
	}
	t.Logf("72 hours of %d conversations are %d octets on the disk, %d batches", controllers, octets, c.last[batch.Aggregates])
}

// What an hour takes up on the disk is in the guide; kept each 10 seconds, as a probe does.
func TestAnHourWithoutACityTakesUpWhatTheGuideSays(t *testing.T) {
	dir := t.TempDir()
	s, err := openSpool(filepath.Join(dir, "spool"), 256<<20, unsynced)
	if err != nil {
		t.Fatal(err)
	}
	p := &Probe{spool: s, version: "1", log: slog.New(slog.DiscardHandler), send: sender{file: identityFile(t), client: http.DefaultClient, url: "http://127.0.0.1:1"}}
	octets := plantAway(t, dir, s, p, 1, 1)
	if mib := float64(octets) / (1 << 20); mib < 0.3 || mib > 1 {
		t.Errorf("%.2f MiB an hour", mib)
	}
	t.Logf("an hour of %d conversations: %d octets", controllers, octets)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestADayThreeTimesOverWithTooSmallABudgetGivesUpTheOldestAggregatesAndCountsThem(t *testing.T) {
	const budget = 8 << 20
	c, _ := offline(t, budget)
	c.nothingGrave(t)
	if c.totals.ShedRows == 0 || len(c.aggregates)+int(c.totals.ShedRows) != rowsAway || int64(c.totals.ShedBatches) != c.missing[batch.Aggregates] {
		t.Errorf("%d aggregates came and %d were given up, of %d; %d batches are missing, %d were given up", len(c.aggregates), c.totals.ShedRows, rowsAway, c.missing[batch.Aggregates], c.totals.ShedBatches)
	}
	// What came is the newest, without a hole.
	first := c.aggregates[0].From
	if want := int(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).Add(awayHours*time.Hour).Sub(first) / windowLength); len(c.aggregates) < want*controllers {
		t.Errorf("%d aggregates from %s on, with holes", len(c.aggregates), first)
	}
	t.Logf("of 72 hours the newest %s are there: %d of %d aggregates", time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC).Sub(first), len(c.aggregates), rowsAway)
}
