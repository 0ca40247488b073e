package probe

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linghang/modules/security/internal/batch"
)

// exceptions are so many answers of a controller that refuses, in one packet.
func (t *tape) exceptions(from, to party, n int) {
	var all []byte
	for i := range n {
		all = append(all, modbus(uint16(i), 0x83, 2)...)
	}
	t.tcp(from, to, all)
}

// crowded has packets of more records than a batch holds, between others.
func crowded() *tape {
	w := newTape()
	station, controller := party{1, 40001}, party{2, 502}
	for i := range uint16(3) {
		w.tcp(station, controller, modbus(i, 6, 0, 4, 0, byte(i)))
		w.exceptions(controller, station, batch.MaxRecords+500+int(i))
		w.at = w.at.Add(windowLength)
	}
	w.tcp(station, controller, modbus(9, 5, 0, 9, 0xff, 0))
	return w
}

// errDied is how a program dies that has written so much.
var errDied = errors.New("killed")

// collected reads a file into a spool as a probe does, until it has put so many files there.
func collected(t *testing.T, dir, file string, puts int) error {
	t.Helper()
	s, err := openSpool(dir, 1<<30, func(path string, data []byte) error {
		if puts--; puts < 0 {
			return errDied
		}
		return unsynced(path, data)
	})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // only the lock
	in, err := OpenFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return (&Probe{spool: s, version: "1"}).collect(t.Context(), in)
}

// waits reads all that is in a spool.
func waits(t *testing.T, dir string) (f found, batches []*batch.Batch) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := batch.Read(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		batches = append(batches, b)
		f.records, f.facts, f.aggregates = append(f.records, b.Records...), append(f.facts, b.Facts...), append(f.aggregates, b.Aggregates...)
	}
	return f, batches
}

func TestRecordsOfOnePacketGoInPartsAndTheProbeGoesOn(t *testing.T) {
	w := crowded()
	want, _ := tell(t, w.Bytes())
	if n := want.why(batch.WhyError); n < 3*batch.MaxRecords {
		t.Fatalf("%d errors", n)
	}
	dir := t.TempDir()
	if err := collected(t, dir, w.file(t), 1<<30); err != nil {
		t.Fatal(err)
	}
	got, _ := waits(t, dir)
	same(t, "record", want.records, got.records)
}

func TestAProgramThatDiesWithinAPacketTellsEverythingOfItOnce(t *testing.T) {
	w := crowded()
	want, totals := tell(t, w.Bytes())
	dir, file := t.TempDir(), w.file(t)
	deaths := 0
	for puts := 4; ; puts = 4 + deaths%3 { // between any two batches, and between a batch and what is noted of it
		err := collected(t, dir, file, puts)
		if err == nil {
			break
		}
		if !errors.Is(err, errDied) || deaths > 100 {
			t.Fatalf("after %d deaths: %v", deaths, err)
		}
		deaths++
	}
	got, batches := waits(t, dir)
	same(t, "record", want.records, got.records)
	same(t, "aggregate", want.aggregates, got.aggregates)
	last := batches[len(batches)-1].Totals
	if deaths < 3 || last.Packets != totals.Packets || last.Limited != totals.Limited {
		t.Errorf("%d deaths, %+v, want %+v", deaths, last, totals)
	}
	for _, b := range batches {
		if strings.Contains(string(b.Stream), "records") && len(b.Records) > batch.MaxRecords {
			t.Errorf("%d records", len(b.Records))
		}
	}
}
