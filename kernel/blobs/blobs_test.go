package blobs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/blobs"
	"linghang/kernel/fault"
)

func TestWhatWasPutIsFoundByItsHashInItsRoomOnly(t *testing.T) {
	dir := t.TempDir()
	s, other := blobs.Room(dir, "plan"), blobs.Room(dir, "platforms")
	content := bytes.Repeat([]byte("evidence "), 10_000)
	hash, size, err := s.Put(t.Context(), bytes.NewReader(content), 1<<20)
	if err != nil || size != int64(len(content)) || len(hash) != 64 {
		t.Fatalf("put: %s, %d, %v", hash, size, err)
	}
	again, _, err := s.Put(t.Context(), bytes.NewReader(content), 1<<20)
	if err != nil || again != hash {
		t.Errorf("the same again: %s, %v", again, err)
	}
	f, err := s.Get(hash)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil || !bytes.Equal(got, content) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if _, err := other.Get(hash); !fault.Is(err, fault.NotFound) {
		t.Errorf("another room: %v", err)
	}
}

func TestNoNameReachesOutsideTheStore(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := blobs.Room(dir, "plan")
	for _, name := range []string{"", "../secret", "secret", strings.Repeat("0", 64), strings.Repeat("A", 64), "../../" + strings.Repeat("0", 58)} {
		if f, err := s.Get(name); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v, %v", name, f, err)
		}
	}
}

func files(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatWasNotPutWholeLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	s := blobs.Room(dir, "plan")
	if _, _, err := s.Put(t.Context(), strings.NewReader("eleven byte"), 10); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, _, err := s.Put(t.Context(), io.MultiReader(strings.NewReader("half"), broken{}), 100); err == nil {
		t.Error("a broken upload was kept")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Put(gone, strings.NewReader("x"), 100); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who has gone: %v", err)
	}
	if n := files(t, dir); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if _, _, err := s.Put(t.Context(), strings.NewReader("ten bytes!"), 10); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
