package blobs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/blobs"
	"linghang/kernel/fault"
	"linghang/kernel/kerneltest"
)

// eachPlace runs the test on a directory and on a bucket of a real S3 server.
func eachPlace(t *testing.T, test func(t *testing.T, cfg blobs.Config)) {
	t.Run("directory", func(t *testing.T) { test(t, blobs.Config{Dir: t.TempDir()}) })
	t.Run("s3", func(t *testing.T) {
		if testing.Short() {
			t.Skip("needs a built S3 server")
		}
		test(t, blobs.Config{Dir: t.TempDir(), URL: kerneltest.S3(t)})
	})
}

func open(t *testing.T, cfg blobs.Config) *blobs.Shelf {
	t.Helper()
	s, err := blobs.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatWasPutIsFoundByItsHashInItsRoomOnly(t *testing.T) {
	eachPlace(t, func(t *testing.T, cfg blobs.Config) {
		shelf := open(t, cfg)
		s, other := shelf.Room("plan"), shelf.Room("platforms")
		content := bytes.Repeat([]byte("evidence "), 1_000_000)
		hash, size, err := s.Put(t.Context(), bytes.NewReader(content), 1<<24)
		if err != nil || size != int64(len(content)) || len(hash) != 64 {
			t.Fatalf("put: %s, %d, %v", hash, size, err)
		}
		again, _, err := s.Put(t.Context(), bytes.NewReader(content), 1<<24)
		if err != nil || again != hash {
			t.Errorf("the same again: %s, %v", again, err)
		}
		// Another replica shares the bucket, with a directory of its own.
		beside := cfg
		if cfg.URL != "" {
			beside.Dir = t.TempDir()
		}
		f, err := open(t, beside).Room("plan").Get(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil || !bytes.Equal(got, content) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		if _, err := other.Get(t.Context(), hash); !fault.Is(err, fault.NotFound) {
			t.Errorf("another room: %v", err)
		}
		if err := shelf.Check(t.Context()); err != nil {
			t.Errorf("check: %v", err)
		}
	})
}

func TestAPartOfAFileIsReadByItsPosition(t *testing.T) {
	eachPlace(t, func(t *testing.T, cfg blobs.Config) {
		s := open(t, cfg).Room("plan")
		hash, _, err := s.Put(t.Context(), strings.NewReader("0123456789"), 100)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Get(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // only read
		if _, err := f.Seek(7, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f); err != nil || string(got) != "789" {
			t.Errorf("from the seventh: %q, %v", got, err)
		}
	})
}

func TestAllListsTheRoomAndRemoveForgets(t *testing.T) {
	eachPlace(t, func(t *testing.T, cfg blobs.Config) {
		shelf := open(t, cfg)
		s := shelf.Room("plan")
		if got := all(t, s); len(got) != 0 {
			t.Errorf("an empty room holds %v", got)
		}
		var want []string
		for _, text := range []string{"a", "b", "c"} {
			hash, _, err := s.Put(t.Context(), strings.NewReader(text), 10)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, hash)
		}
		if _, _, err := shelf.Room("platforms").Put(t.Context(), strings.NewReader("d"), 10); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		if got := all(t, s); !slices.Equal(got, want) {
			t.Errorf("the room holds %v, not %v", got, want)
		}
		for range 2 { // the second finds nothing, which is no failure
			if err := s.Remove(t.Context(), want[0]); err != nil {
				t.Errorf("remove: %v", err)
			}
		}
		if got := all(t, s); !slices.Equal(got, want[1:]) {
			t.Errorf("the room holds %v, not %v", got, want[1:])
		}
	})
}

func all(t *testing.T, s *blobs.Store) []string {
	t.Helper()
	var hashes []string
	for b, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, b.Hash)
	}
	slices.Sort(hashes)
	return hashes
}

func TestNoNameReachesOutsideTheStore(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, blobs.Config{Dir: dir}).Room("plan")
	for _, name := range []string{"", "../secret", "secret", strings.Repeat("0", 64), strings.Repeat("A", 64), "../../" + strings.Repeat("0", 58)} {
		if f, err := s.Get(t.Context(), name); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v, %v", name, f, err)
		}
	}
}

func TestDamagedContentIsNoticedWhenItIsRead(t *testing.T) {
	dir := t.TempDir()
	s := open(t, blobs.Config{Dir: dir}).Room("plan")
	hash, _, err := s.Put(t.Context(), strings.NewReader("as it was"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plan", hash[:2], hash), []byte("as it is"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := s.Get(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	if _, err := io.ReadAll(f); err == nil {
		t.Error("damage went unnoticed")
	}
}

func files(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
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
	eachPlace(t, func(t *testing.T, cfg blobs.Config) {
		s := open(t, cfg).Room("plan")
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
		if n := files(t, cfg.Dir) + len(all(t, s)); n != 0 {
			t.Errorf("%d files are left", n)
		}
		if _, _, err := s.Put(t.Context(), strings.NewReader("ten bytes!"), 10); err != nil {
			t.Errorf("exactly the limit: %v", err)
		}
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAnAddressThatCannotWorkIsRefusedWithoutItsSecret(t *testing.T) {
	for _, address := range []string{
		"s3://", "s3://host/bucket", "s3://KEY@host/bucket", "https://KEY:canary-7f3a@host/bucket", "s3://KEY:canary-7f3a@host",
		"s3://KEY:canary-7f3a@host/bucket?tls=perhaps", "s3://KEY:canary-7f3a@host/bucket?colour=red", "s3://KEY:canary-7f3a@ho st/bucket",
	} {
		_, err := blobs.Open(blobs.Config{Dir: t.TempDir(), URL: address})
		if !errors.Is(err, blobs.ErrURL) {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("the refusal tells the secret: %v", err)
		}
	}
}

func TestAServiceThatIsGoneOrRefusesTheKeyIsAnErrorWithoutItsSecret(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a built S3 server")
	}
	right := kerneltest.S3(t)
	for name, address := range map[string]string{
		"wrong key": strings.Replace(right, kerneltest.S3Secret, "canary-wrong", 1),
		"no bucket": strings.Replace(right, "/linghang/city", "/elsewhere/city", 1),
		"gone":      "s3://linghang:canary-gone@127.0.0.1:1/linghang?tls=false",
	} {
		shelf := open(t, blobs.Config{Dir: t.TempDir(), URL: address})
		_, _, err := shelf.Room("plan").Put(t.Context(), strings.NewReader("x"), 10)
		for _, err := range []error{err, shelf.Check(t.Context())} {
			if err == nil {
				t.Errorf("%s: nothing failed", name)
				continue
			}
			if fault.KindOf(err) != fault.Internal || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
