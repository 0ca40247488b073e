// Package blobs keeps files under the hash of their content, each room in a
// place of its own. What Put acknowledged is on the disk.
package blobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"linghang/kernel/fault"
)

// Store is one room's files.
type Store struct{ dir string }

// Room returns the store of a room below dir; the directory is made when needed.
func Room(dir, room string) *Store { return &Store{dir: filepath.Join(dir, room)} }

// Put stores what r holds, at most limit bytes, and returns its SHA-256 in hex
// and its size. Storing the same content again is free.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return "", 0, fmt.Errorf("make blob directory: %w", err)
	}
	tmp, err := os.CreateTemp(s.dir, "incoming-*")
	if err != nil {
		return "", 0, fmt.Errorf("open incoming blob: %w", err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // it was renamed away when all went well
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(readerOf(ctx, r), limit+1))
	if err == nil && size > limit {
		err = fault.New(fault.TooLarge, "kernel.blob.too_large", "the file is larger than %d bytes", limit).With("limit", limit)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	hash = hex.EncodeToString(sum.Sum(nil))
	path := s.path(hash)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", 0, fmt.Errorf("make blob directory: %w", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return "", 0, fmt.Errorf("keep blob: %w", err)
	}
	// The file in its directory, and that directory in the room's.
	return hash, size, errors.Join(syncDir(filepath.Dir(path)), syncDir(s.dir))
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Get opens the content with the hash.
func (s *Store) Get(hash string) (io.ReadSeekCloser, error) {
	missing := fault.New(fault.NotFound, "kernel.not_found", "there is no such file, or it is not yours to see")
	if !hashForm.MatchString(hash) {
		return nil, missing
	}
	f, err := os.Open(s.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return f, nil
}

func (s *Store) path(hash string) string { return filepath.Join(s.dir, hash[:2], hash) }

// syncDir makes a rename survive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a directory that this package made
	if err != nil {
		return fmt.Errorf("open blob directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

type contextReader struct {
	done <-chan struct{}
	r    io.Reader
}

func readerOf(ctx context.Context, r io.Reader) io.Reader { return contextReader{ctx.Done(), r} }

// Read stops when the caller has gone.
func (c contextReader) Read(p []byte) (int, error) {
	select {
	case <-c.done:
		return 0, context.Canceled
	default:
		return c.r.Read(p)
	}
}
