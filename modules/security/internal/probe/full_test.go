//go:build linux

package probe

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

// small mounts a file system of so many octets, which a test may fill.
func small(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skip("a small file system cannot be mounted here:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// ledger sums what waits in a spool and what it gave up.
func ledger(t *testing.T, s *Spool) (records, aggregates uint64) {
	t.Helper()
	for stream, list := range s.list {
		for _, w := range list {
			text, err := os.ReadFile(filepath.Join(s.dir, w.name()))
			if err != nil {
				t.Fatal(err)
			}
			b, err := batch.Read(text)
			if err != nil {
				t.Fatal(err)
			}
			if stream == batch.Records {
				records += uint64(len(b.Records))
			} else {
				aggregates += uint64(len(b.Aggregates))
			}
		}
	}
	return records + s.at.Base.ShedRecords, aggregates + s.at.Base.ShedRows
}

func TestAFullDiskLosesTheOldestAndCountsThemExactly(t *testing.T) {
	dir := small(t, "size=1536k")
	s, err := OpenSpool(filepath.Join(dir, "spool"), 1<<30) // the budget does not know how small the disk is
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		add(t, s, batch.Records, 2)
		add(t, s, batch.Aggregates, 40)
	}
	if n, m := ledger(t, s); n != 400 || m != 8000 {
		t.Errorf("%d of 400 records and %d of 8000 aggregates are kept or counted", n, m)
	}
	if s.at.Base.ShedRows == 0 || s.at.Base.ShedRecords != 0 {
		t.Errorf("%+v", s.at.Base)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	was := s.at.Base
	if s, err = OpenSpool(filepath.Join(dir, "spool"), 1<<30); err != nil || s.at.Base != was {
		t.Fatalf("after it was opened again: %+v, want %+v, %v", s.at.Base, was, err)
	}
	if n, m := ledger(t, s); n != 400 || m != 8000 {
		t.Errorf("opened again: %d records, %d aggregates", n, m)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestADiskThatOthersFilledStopsNothingAndIsCounted(t *testing.T) {
	dir := small(t, "size=256k")
	s, err := OpenSpool(filepath.Join(dir, "spool"), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	hog := filepath.Join(dir, "hog")
	if err := os.WriteFile(hog, bytes.Repeat([]byte("x"), 1<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	for range 5 {
		add(t, s, batch.Records, 2)
		add(t, s, batch.Aggregates, 400)
	}
	logs := &batch.Batch{Stream: batch.Logs, MadeAt: time.Now().UTC(), Feeds: []batch.Feed{{Name: string(bytes.Repeat([]byte("x"), 200)), Format: "eve", Lines: 1}}}
	for range 20 {
		if err = s.Add(logs, batch.Totals{}); err != nil {
			break
		}
	}
	if n, m := ledger(t, s); n != 10 || m != 2000 {
		t.Errorf("%d of 10 records and %d of 2000 aggregates are kept or counted", n, m)
	}
	if err := os.Remove(hog); err != nil {
		t.Fatal(err)
	}
	add(t, s, batch.Records, 1)
	if n, _ := ledger(t, s); n != 11 || len(s.list[batch.Records]) == 0 {
		t.Errorf("%d records once there is room", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
