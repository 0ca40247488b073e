package record

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"linghang/kernel/fault"
	"linghang/lib/handle/wire"
)

// failing is a disk that can be made to fail.
type failing struct {
	vfs.FS
	with atomic.Pointer[syscall.Errno]
}

func newFailing() *failing {
	f := &failing{}
	f.FS = errorfs.Wrap(vfs.Default, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if errno := f.with.Load(); errno != nil && op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return *errno
		}
		return nil
	}))
	return f
}

func textOf(text string) []byte {
	v := wire.Text(1, "URL", text)
	return v.Append([]byte{0, 0, 0, 1})
}

func put(t testing.TB, s Store, handle, text string) {
	t.Helper()
	if err := tryPut(s, handle, text); err != nil {
		t.Fatalf("put %s: %v", handle, err)
	}
}

func tryPut(s Store, handle, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := s.Apply(ctx, []Change{{Action: wire.ActionCreate, Handle: handle, Was: Any, Values: textOf(text)}})
	return err
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited half a minute until %s", what)
		}
	}
}

func TestAFailingDiskRefusesChangesAndReadingGoesOn(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EIO} {
		t.Run(errno.Error(), func(t *testing.T) {
			disk, dir := newFailing(), t.TempDir()
			s, err := OpenFiles(dir, Options{disk: disk, Memory: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			for i := range 100 {
				put(t, s, fmt.Sprintf("88.1/%d", i), "kept")
			}
			for round := range 3 {
				disk.with.Store(&errno)
				var seen error
				eventually(t, "a change is refused", func() bool { seen = tryPut(s, "88.1/lost", fmt.Sprint(round)); return seen != nil })
				if f := fault.As(seen); f == nil || f.Kind != fault.Unavailable || f.Key != "identifier.record.disk" || !strings.Contains(f.Message, errno.Error()) {
					t.Fatalf("the refusal is %v", seen)
				}
				if err := tryPut(s, "88.1/lost", fmt.Sprint(round)); err == nil {
					t.Fatal("a change was acknowledged on a disk that fails")
				}
				reading(t, s)
				disk.with.Store(nil)
				eventually(t, "changes are taken again", func() bool { return tryPut(s, "88.1/again", fmt.Sprint(round)) == nil })
				reading(t, s)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s, err = OpenFiles(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // nothing is written
			reading(t, s)
			if r, err := s.Load(t.Context(), "88.1/again"); err != nil || r == nil || !strings.Contains(string(r.Values), "2") {
				t.Fatalf("after all: %v %v", r, err)
			}
		})
	}
}

// reading reads in all ways.
func reading(t *testing.T, s *Files) {
	t.Helper()
	for i := range 100 {
		s.memory.forget([]byte(fmt.Sprintf("88.1/%d", i)))
		if r, err := s.Load(t.Context(), fmt.Sprintf("88.1/%d", i)); err != nil || r == nil {
			t.Fatalf("load %d: %v %v", i, r, err)
		}
	}
	n := 0
	for r, err := range s.List(t.Context(), "88.1", "") {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(r.Values), "kept") {
			continue
		}
		n++
	}
	if n != 100 {
		t.Fatalf("%d of 100 records are listed", n)
	}
	log, err := s.Log(t.Context(), 0, 1000)
	if err != nil || len(log) < 100 {
		t.Fatalf("%d logged changes: %v", len(log), err)
	}
}

func TestWhatIsNotOnTheDiskIsNotToldYet(t *testing.T) {
	disk := newFailing()
	s, err := OpenFiles(t.TempDir(), Options{disk: disk})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "88.1/a", "before")
	errno := syscall.EIO
	disk.with.Store(&errno)
	eventually(t, "a change is refused", func() bool { return tryPut(s, "88.1/a", "after") != nil })
	s.memory.forget([]byte("88.1/A"))
	if r, err := s.Load(t.Context(), "88.1/a"); err != nil || r == nil || !strings.Contains(string(r.Values), "before") {
		t.Errorf("loaded %+v: %v", r, err)
	}
	if log, err := s.Log(t.Context(), 0, 10); err != nil || len(log) != 1 {
		t.Errorf("logged %v: %v", log, err)
	}
	if _, err := s.Snapshot(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a snapshot in the middle of a commit: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// stored makes a directory with records in the tree's files and in its log.
func stored(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, err := OpenFiles(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for part := range 4 {
		for i := range 50 {
			put(t, s, fmt.Sprintf("88.%d/%d", part, i), strings.Repeat("text", 50))
		}
		if part < 2 {
			if err := s.tree.Load().db.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// oneOf returns the largest file of the tree with an ending.
func oneOf(t *testing.T, dir, ending string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, treeDir, "*"+ending))
	if err != nil {
		t.Fatal(err)
	}
	best, size := "", int64(-1)
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.Size() > size {
			best, size = f, info.Size()
		}
	}
	if best == "" {
		t.Fatalf("the tree has no %s", ending)
	}
	return best
}

func flip(t *testing.T, path string, at func(size int) int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[at(len(b))] ^= 0xff
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamageIsToldAndNotServed(t *testing.T) {
	middle := func(size int) int { return size / 2 }
	for name, harm := range map[string]func(t *testing.T, dir string){
		"label lost":         func(t *testing.T, dir string) { remove(t, filepath.Join(dir, labelFile)) },
		"label torn":         func(t *testing.T, dir string) { truncate(t, filepath.Join(dir, labelFile)) },
		"tree lost":          func(t *testing.T, dir string) { removeAll(t, filepath.Join(dir, treeDir)) },
		"manifest lost":      func(t *testing.T, dir string) { remove(t, filepath.Join(dir, treeDir, manifest(t, dir))) },
		"table lost":         func(t *testing.T, dir string) { remove(t, oneOf(t, dir, ".sst")) },
		"table torn":         func(t *testing.T, dir string) { truncate(t, oneOf(t, dir, ".sst")) },
		"log flipped inside": func(t *testing.T, dir string) { flip(t, oneOf(t, dir, ".log"), func(int) int { return 5000 }) },
		"table flipped":      func(t *testing.T, dir string) { flip(t, oneOf(t, dir, ".sst"), middle) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := stored(t)
			harm(t, dir)
			s, err := OpenFiles(dir, Options{})
			if err != nil {
				if f := fault.As(err); f == nil || f.Key != "identifier.record.damaged" || len(f.Fields) == 0 || !strings.Contains(f.Message, dir) {
					t.Errorf("the error is %v", err)
				}
				t.Log(err)
				return
			}
			defer s.Close() //nolint:errcheck // it is damaged
			bad := 0
			for part := range 4 {
				for i := range 50 {
					r, err := s.Load(t.Context(), fmt.Sprintf("88.%d/%d", part, i))
					if err != nil {
						bad++
						t.Log(err)
						break
					}
					if r == nil {
						t.Fatalf("88.%d/%d is silently gone", part, i)
					}
				}
			}
			if bad == 0 {
				t.Error("the damage was found by nobody")
			}
		})
	}
}

func manifest(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, treeDir, "MANIFEST-*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the tree has no manifest: %v", err)
	}
	return filepath.Base(files[len(files)-1])
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func removeAll(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()/2)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestADirectoryOfANewerFormatIsRefused(t *testing.T) {
	dir := stored(t)
	if err := os.WriteFile(filepath.Join(dir, labelFile), []byte(`{"format":2,"made":true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenFiles(dir, Options{})
	if f := fault.As(err); f == nil || f.Key != "identifier.record.newer" {
		t.Errorf("opened with %v", err)
	}
}

func TestADirectoryBelongsToOneProcess(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenFiles(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFiles(dir, Options{}); fault.As(err) == nil || fault.As(err).Key != "identifier.record.locked" {
		t.Errorf("opened twice: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenFiles(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), nil, Mark{"x", 1}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("applied to a closed store: %v", err)
	}
	if _, err := s.Load(t.Context(), "88.1/x"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("loaded from a closed store: %v", err)
	}
}

// FuzzStored decodes what may stand in the tree.
func FuzzStored(f *testing.F) {
	r := &Record{Handle: "88.1/a", Change: 7, At: 9, Values: textOf("x")}
	f.Add([]byte("88.1/A"), appendRecord(nil, "88.1/A", r))
	f.Add([]byte("0.NA/88"), appendHome(nil, &Home{Prefix: "0.NA/88", Node: "west", Change: 3}))
	f.Add([]byte{0}, appendLogged(nil, &Logged{Handle: "88.1/a", By: "x"}, 5))
	f.Add([]byte{0}, appendHead(nil, head{4, 5}))
	f.Fuzz(func(t *testing.T, key, b []byte) {
		if r, err := decodeRecord(key, b); err == nil {
			if again, err := decodeRecord(key, appendRecord(nil, string(key), r)); err != nil || again.Change != r.Change || again.Handle != r.Handle {
				t.Errorf("%+v came back as %+v: %v", r, again, err)
			}
		} else if !errors.Is(err, errDamaged) {
			t.Error(err)
		}
		if h, err := decodeHome(key, b); err == nil {
			if again, err := decodeHome(key, appendHome(nil, h)); err != nil || *again != *h {
				t.Errorf("%+v came back as %+v: %v", h, again, err)
			}
		}
		if l, written, err := decodeLogged(1, b); err == nil {
			if again, w, err := decodeLogged(1, appendLogged(nil, &l, written)); err != nil || again != l || w != written {
				t.Errorf("%+v came back as %+v: %v", l, again, err)
			}
		}
		_, _ = decodeHead(b)
		_, _ = decodeNumber(key, b)
	})
}
