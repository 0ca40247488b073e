package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/lib/icsdissect/capture"
	"linghang/modules/security/internal/batch"
)

// found is all that a run tells.
type found struct {
	records    []batch.Record
	facts      []batch.Fact
	aggregates []batch.Aggregate
}

func tell(t *testing.T, data []byte) (found, batch.Totals) {
	t.Helper()
	in, err := OpenFile("-", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	in.live = false
	var f found
	totals, err := Tell(t.Context(), in, func(b batch.Batch) {
		f.records, f.facts, f.aggregates = append(f.records, b.Records...), append(f.facts, b.Facts...), append(f.aggregates, b.Aggregates...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, totals
}

func (f found) why(reason string) (n int) {
	for _, r := range f.records {
		if slices.Contains(r.Why, reason) {
			n++
		}
	}
	return n
}

func TestWritesErrorsAndNewsAreToldInFullAndTheRestIsCounted(t *testing.T) {
	f, totals := tell(t, plant(100).Bytes())
	// 10 writes of a register, 2 of a coil; the answers of both are not told again but where they fail.
	if f.why(batch.WhyWrite) != 12 || f.why(batch.WhyError) != 2 || f.why(batch.WhyFirstSeen) != 3 || f.why(batch.WhyCorrected) != 0 {
		t.Errorf("writes %d, errors %d, first seen %d, corrections %d", f.why(batch.WhyWrite), f.why(batch.WhyError), f.why(batch.WhyFirstSeen), f.why(batch.WhyCorrected))
	}
	var requests, responses, exceptions, octets uint64
	for _, a := range f.aggregates {
		requests, responses, exceptions, octets = requests+a.Requests, responses+a.Responses, exceptions+a.Exceptions, octets+a.Octets
		if a.Server != "10.0.0.2" || a.Port != 502 || a.Protocol != "modbus" || a.From.Second()%10 != 0 {
			t.Errorf("%+v", a)
		}
	}
	if requests != 112 || responses != 112 || exceptions != 2 || totals.Units != 224 || totals.Packets != 224 || octets != totals.Octets {
		t.Errorf("%d requests, %d responses, %d exceptions, %d octets, %+v", requests, responses, exceptions, octets, totals)
	}
	for _, r := range f.records {
		if slices.Contains(r.Why, batch.WhyWrite) && r.Function == "write_single_register" && (len(r.Objects) != 1 || r.Objects[0].Address != 4 || r.Client != "10.0.0.3") {
			t.Errorf("%+v", r)
		}
	}
}

// Whoever is seen first is no client for that: a session joined at a reply has its direction.
func TestASessionThatIsJoinedAtAReplyHasItsDirection(t *testing.T) {
	w := newTape()
	station, controller := party{1, 40001}, party{2, 502}
	w.tcp(controller, station, modbus(1, 3, 4, 0, 1, 0, 2))
	for i := range uint16(5) {
		w.tcp(station, controller, modbus(i+2, 6, 0, 4, 0, 1))
		w.tcp(controller, station, modbus(i+2, 6, 0, 4, 0, 1))
	}
	f, _ := tell(t, w.Bytes())
	if f.why(batch.WhyWrite) != 5 {
		t.Errorf("%d writes", f.why(batch.WhyWrite))
	}
	for _, r := range f.records {
		if r.Client != "10.0.0.1" || r.Server != "10.0.0.2" {
			t.Errorf("%s asks %s", r.Client, r.Server)
		}
	}
}

func TestLinesOfJSONTellEverything(t *testing.T) {
	in, err := OpenFile(plant(30).file(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Print(t.Context(), in, &out); err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for line := range strings.Lines(out.String()) {
		var v map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &v); err != nil || len(v) != 1 {
			t.Fatalf("%s: %v", line, err)
		}
		for name := range v {
			names[name]++
		}
	}
	if names["record"] == 0 || names["aggregate"] == 0 || names["totals"] != 1 {
		t.Errorf("%v", names)
	}
}

func TestWhatIsNoCaptureIsRefused(t *testing.T) {
	for _, data := range []string{"", "no capture at all"} {
		if _, err := OpenFile("-", strings.NewReader(data)); err == nil {
			t.Errorf("%q is taken for a capture", data)
		}
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "missing"), nil); err == nil {
		t.Error("a file that is not there is read")
	}
}

// spooled runs a meter over a tape from where the spool is, up to some packets, and keeps
// what it finds in small batches; then the program dies.
func spooled(t *testing.T, dir string, data []byte, upTo int) {
	t.Helper()
	s, err := OpenSpool(dir, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	from, err := s.begin("file x", true)
	if err != nil {
		t.Fatal(err)
	}
	m := newMeter(from)
	c, err := capture.Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	keep := func() {
		for _, stream := range []batch.Stream{batch.Records, batch.Aggregates} {
			b := &batch.Batch{Stream: stream, MadeAt: time.Now().UTC(), Run: "x"}
			if stream == batch.Records {
				b.Records, b.Facts, b.Position, b.Partial = m.takeRecords(3, fullSize)
			} else {
				b.Aggregates, b.Position, b.Partial = m.takeAggregates(1)
			}
			if b.Rows() > 0 {
				if err := s.Add(b, m.sum()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for i := range upTo {
		p, err := c.Next()
		if errors.Is(err, io.EOF) {
			m.finish()
			for len(m.records)+len(m.facts)+len(m.aggregates) > 0 {
				keep()
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		m.packet(p)
		if i%7 == 0 {
			keep()
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAProgramThatDiesAnywhereTellsEverythingOnce(t *testing.T) {
	data := plant(100).Bytes()
	want, totals := tell(t, data)
	dir := t.TempDir()
	for _, upTo := range []int{1, 40, 41, 90, 150, 151, 152, 200, 1 << 30, 1 << 30} {
		spooled(t, dir, data, upTo)
	}
	s, err := OpenSpool(dir, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	var got found
	var last batch.Totals
	next := map[batch.Stream]int64{}
	for {
		w, body, ok, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		b, err := batch.Read(body)
		if err != nil {
			t.Fatal(err)
		}
		if next[b.Stream]++; b.Sequence != next[b.Stream] {
			t.Errorf("%s %d after %d", b.Stream, b.Sequence, next[b.Stream]-1)
		}
		got.records, got.aggregates, last = append(got.records, b.Records...), append(got.aggregates, b.Aggregates...), b.Totals
		if err := s.sent(w); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "record", want.records, got.records)
	same(t, "aggregate", want.aggregates, got.aggregates)
	if last.Packets != totals.Packets || last.Units != totals.Units || last.Starts < 8 {
		t.Errorf("%+v, want %+v", last, totals)
	}
}

// same compares what is told in any order, once and not twice.
func same[T any](t *testing.T, what string, want, got []T) {
	t.Helper()
	text := func(list []T) []string {
		var lines []string
		for _, x := range list {
			lines = append(lines, fmt.Sprintf("%+v", x))
		}
		slices.Sort(lines)
		return lines
	}
	w, g := text(want), text(got)
	if !slices.Equal(w, g) {
		t.Errorf("%d of %ss told, want %d", len(g), what, len(w))
	}
}

func add(t *testing.T, s *Spool, stream batch.Stream, rows int) {
	t.Helper()
	b := &batch.Batch{Stream: stream, MadeAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Input: strings.Repeat("x", 200)}
	for range rows {
		if stream == batch.Records {
			b.Records = append(b.Records, batch.Record{At: b.MadeAt, Why: []string{batch.WhyWrite}, Client: "10.0.0.1", Server: "10.0.0.2"})
		} else {
			b.Aggregates = append(b.Aggregates, batch.Aggregate{From: b.MadeAt, Seconds: 10, Client: "10.0.0.1", Server: "10.0.0.2", Protocol: "modbus", Class: "read", Function: "x"})
		}
	}
	if err := s.Add(b, batch.Totals{}); err != nil {
		t.Fatal(err)
	}
}

func TestAFullSpoolGivesUpTheOldestAggregatesAndCountsThem(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenSpool(dir, 40<<10)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		add(t, s, batch.Records, 2)
		add(t, s, batch.Aggregates, 20)
	}
	kept := map[batch.Stream]int{batch.Records: len(s.list[batch.Records]), batch.Aggregates: len(s.list[batch.Aggregates])}
	if kept[batch.Records] != 10 || kept[batch.Aggregates] == 10 || kept[batch.Aggregates] == 0 {
		t.Fatalf("%v", kept)
	}
	if got := s.at.Base; got.ShedRecords != 0 || got.ShedBatches != uint64(10-kept[batch.Aggregates]) || got.ShedRows != 20*got.ShedBatches {
		t.Errorf("%+v", got)
	}
	if s.list[batch.Aggregates][len(s.list[batch.Aggregates])-1].sequence != 10 {
		t.Error("not the oldest was given up")
	}
	for range 60 { // until only records are left
		add(t, s, batch.Records, 2)
	}
	if got := s.at.Base; len(s.list[batch.Aggregates]) != 0 || got.ShedRows != 200 || got.ShedRecords == 0 || got.ShedRecords != 2*uint64(70-len(s.list[batch.Records])) {
		t.Errorf("%d aggregates, %d records left, %+v", len(s.list[batch.Aggregates]), len(s.list[batch.Records]), got)
	}
	was, used := s.at.Base, s.used
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenSpool(dir, 40<<10); err != nil || s.at.Base != was || s.used != used || used > 40<<10 {
		t.Errorf("after it was opened again: %+v, %d octets, %v", s.at.Base, s.used, err)
	}
}

func TestABatchThatIsOnItsWayIsNotGivenUp(t *testing.T) {
	s, err := OpenSpool(t.TempDir(), 8<<10)
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, batch.Aggregates, 10)
	w, _, _, err := s.next()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		add(t, s, batch.Aggregates, 10)
	}
	if s.list[batch.Aggregates][0] != w {
		t.Error("it was given up while it was sent")
	}
	if err := s.sent(w); err != nil {
		t.Fatal(err)
	}
}

func TestTwoProbesDoNotUseOneSpool(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenSpool(dir, 1<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSpool(dir, 1<<20); err == nil || !strings.Contains(err.Error(), "another probe") {
		t.Errorf("%v", err)
	}
}

func TestAConfigurationIsChecked(t *testing.T) {
	for text, want := range map[string][]string{
		"interface: eth0":                                  {"machine:", "spool:"},
		"machine: m\nspool: s":                             {"interface: give interface or read"},
		"machine: m\nspool: s\ninterface: e\nread: x":      {"interface: give interface or read"},
		"machine: m\nspool: s\nread: x\nbudget: 12 apples": {"budget:"},
		"machine: m\nspool: s\nread: x\nbudget: 1KiB":      {"budget:"},
		"machine: m\nspool: s\nread: x\nsurprise: 1":       {"surprise"},
	} {
		file := filepath.Join(t.TempDir(), "probe.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(file)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%q: %v, want %s", text, err, w)
			}
		}
	}
	c, err := parse([]byte("machine: m\nspool: s\nread: '-'\nbudget: 500MiB"))
	if err != nil || c.budget != 500<<20 {
		t.Errorf("%+v, %v", c, err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("machine: m\nspool: s\nread: x\nbudget: 1GiB"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := parse(text); err == nil && (c.budget < leastBudget || c.Machine == "" || c.Spool == "") {
			t.Errorf("%q gives %+v", text, c)
		}
	})
}
