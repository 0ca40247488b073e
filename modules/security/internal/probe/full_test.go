//go:build linux

package probe

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

// disk counts what is under a directory as a file system does, in blocks, and has no room
// for more than its size.
type disk struct {
	dir  string
	size int64
}

func (d disk) place(path string, data []byte) error {
	const block = 4 << 10
	blocks := func(n int64) int64 { return (n + block - 1) / block * block }
	used := blocks(int64(len(data)))
	err := filepath.WalkDir(d.dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			used += blocks(info.Size())
		}
		return err
	})
	if err != nil {
		return err
	}
	if used > d.size {
		return fmt.Errorf("write %s: %w", filepath.Base(path), syscall.ENOSPC)
	}
	return place(path, data)
}

type putter = func(path string, data []byte) error

// onSmallDisks runs a test on a disk that counts and, where one may mount it, on a real file
// system. Each has so many octets.
func onSmallDisks(t *testing.T, size int64, run func(t *testing.T, dir string, put putter)) {
	t.Helper()
	t.Run("counted", func(t *testing.T) {
		dir := t.TempDir()
		run(t, dir, disk{dir, size}.place)
	})
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Log("a real file system cannot be mounted here:", err)
		return
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	t.Run("real", func(t *testing.T) { run(t, dir, place) })
}

// fill takes the rest of a disk, as another program does, and returns what to remove.
func fill(t *testing.T, dir string, size int64, put putter) string {
	t.Helper()
	others := filepath.Join(dir, "others")
	if err := os.Mkdir(others, 0o700); err != nil {
		t.Fatal(err)
	}
	n := 0
	for piece := size; piece >= 4<<10; {
		switch err := put(filepath.Join(others, strconv.Itoa(n)), make([]byte, piece)); {
		case err == nil:
			n++
		case errors.Is(err, syscall.ENOSPC):
			piece /= 2
		default:
			t.Fatal(err)
		}
	}
	return others
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
	onSmallDisks(t, 1536<<10, func(t *testing.T, dir string, put putter) {
		s, err := openSpool(filepath.Join(dir, "spool"), 1<<30, put) // the budget does not know how small the disk is
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
		if s, err = openSpool(filepath.Join(dir, "spool"), 1<<30, put); err != nil || s.at.Base != was {
			t.Fatalf("after it was opened again: %+v, want %+v, %v", s.at.Base, was, err)
		}
		if n, m := ledger(t, s); n != 400 || m != 8000 {
			t.Errorf("opened again: %d records, %d aggregates", n, m)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestADiskThatOthersFilledStopsNothingAndIsCounted(t *testing.T) {
	const size = 256 << 10
	onSmallDisks(t, size, func(t *testing.T, dir string, put putter) {
		s, err := openSpool(filepath.Join(dir, "spool"), 1<<30, put)
		if err != nil {
			t.Fatal(err)
		}
		others := fill(t, dir, size, put)
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
		if err != nil && !errors.Is(err, errFull) {
			t.Errorf("logs without room: %v", err)
		}
		if n, m := ledger(t, s); n != 10 || m != 2000 {
			t.Errorf("%d of 10 records and %d of 2000 aggregates are kept or counted", n, m)
		}
		if err := os.RemoveAll(others); err != nil {
			t.Fatal(err)
		}
		add(t, s, batch.Records, 1)
		if n, _ := ledger(t, s); n != 11 || len(s.list[batch.Records]) == 0 {
			t.Errorf("%d records once there is room", n)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatTheCityRefusesIsCountedOnceAlsoOnAFullDisk(t *testing.T) {
	const size = 256 << 10
	onSmallDisks(t, size, func(t *testing.T, dir string, put putter) {
		s, err := openSpool(filepath.Join(dir, "spool"), 1<<30, put)
		if err != nil {
			t.Fatal(err)
		}
		add(t, s, batch.Records, 2)
		add(t, s, batch.Records, 2)
		fill(t, dir, size, put)
		for range 2 {
			w, body, found, err := s.next()
			if err != nil || !found {
				t.Fatalf("%v, %v", found, err)
			}
			if err := s.refused(w, body, []byte("no")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = openSpool(filepath.Join(dir, "spool"), 1<<30, put); err != nil {
			t.Fatal(err)
		}
		if n, _ := s.Left(); n != 0 || s.at.Base.Refused != 2 {
			t.Errorf("%d of 2 are counted, and %d wait", s.at.Base.Refused, n)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
