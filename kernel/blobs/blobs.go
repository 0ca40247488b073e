// Package blobs keeps files under the hash of their content, each room in a
// place of its own: a directory, or a bucket of an S3-compatible service that
// several replicas share. What Put acknowledged is kept, and Get notices when
// it is not what was put.
package blobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Config says where files are kept.
type Config struct {
	Dir string // what comes in waits here; without a URL it also stays here
	URL string // s3://KEY:SECRET@host[:port]/bucket[/prefix][?region=…&tls=…&path-style=…]
}

// Shelf is where the files of all rooms are kept.
type Shelf struct {
	dir   string
	place place
}

// Blob is one kept file.
type Blob struct {
	Hash string
	Size int64
}

// place keeps content under names such as plan/ab/abcd….
type place interface {
	// keep takes the file at path, which it may move away.
	keep(ctx context.Context, name, path string, b Blob) error
	// open returns errMissing for a name that nothing is kept under.
	open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	list(ctx context.Context, prefix string) iter.Seq2[entry, error]
	remove(ctx context.Context, name string) error
	check(ctx context.Context) error
}

type entry struct {
	name string
	size int64
}

var (
	errMissing = errors.New("nothing is kept under this name")
	// ErrDamaged is what reading reports of content that is not what was put.
	ErrDamaged = errors.New("the content is not what was put")
)

// Open returns the shelf that cfg names. It reaches nothing yet.
func Open(cfg Config) (*Shelf, error) {
	if cfg.URL == "" {
		return &Shelf{cfg.Dir, directory{cfg.Dir}}, nil
	}
	b, err := newBucket(cfg.URL)
	return &Shelf{cfg.Dir, b}, err
}

// Check reports whether the shelf can be reached.
func (s *Shelf) Check(ctx context.Context) error { return s.place.check(ctx) }

// Room returns the store of a room.
func (s *Shelf) Room(room string) *Store { return &Store{s, room} }

// Store is one room's files.
type Store struct {
	shelf *Shelf
	room  string
}

// Put stores what r holds, at most limit bytes, and returns its SHA-256 in hex
// and its size. Storing the same content again is free.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	staged, err := s.Stage(ctx, r, limit)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, staged.Close()) }()
	return staged.Hash, staged.Size, staged.Keep(ctx)
}

// Staged is content that has come in whole and is not kept yet: it can be read,
// kept or dropped, and nobody else sees it.
type Staged struct {
	Blob
	store *Store
	file  *os.File
}

// Stage takes in what r holds, at most limit bytes. Close it in any case.
func (s *Store) Stage(ctx context.Context, r io.Reader, limit int64) (*Staged, error) {
	dir := filepath.Join(s.shelf.dir, s.room)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make blob directory: %w", err)
	}
	tmp, err := os.CreateTemp(dir, incoming+"*")
	if err != nil {
		return nil, fmt.Errorf("open incoming blob: %w", err)
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(readerOf(ctx, r), limit+1))
	if err == nil && size > limit {
		err = fault.New(fault.TooLarge, "kernel.blob.too_large", "the file is larger than %d bytes", limit).With("limit", limit)
	}
	staged := &Staged{Blob{hex.EncodeToString(sum.Sum(nil)), size}, s, tmp}
	if err == nil {
		err = tmp.Sync()
	}
	if err != nil {
		return nil, fmt.Errorf("store blob: %w", errors.Join(err, staged.Close()))
	}
	return staged, nil
}

// ReadAt implements io.ReaderAt.
func (s *Staged) ReadAt(p []byte, off int64) (int, error) { return s.file.ReadAt(p, off) }

// Keep stores the content for good.
func (s *Staged) Keep(ctx context.Context) error {
	if err := s.store.shelf.place.keep(ctx, s.store.name(s.Hash), s.file.Name(), s.Blob); err != nil {
		return fmt.Errorf("keep blob %s: %w", s.Hash, err)
	}
	return nil
}

// Close drops what was not kept.
func (s *Staged) Close() error {
	err := os.Remove(s.file.Name())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // it was moved to its place
	}
	return errors.Join(s.file.Close(), err)
}

// incoming begins the names of what is not kept yet.
const incoming = "incoming-"

// Sweep removes what came in before the time and was neither kept nor dropped,
// because the process ended.
func (s *Shelf) Sweep(before time.Time) error {
	left, err := filepath.Glob(filepath.Join(s.dir, "*", incoming+"*"))
	if err != nil {
		return fmt.Errorf("look for incoming blobs: %w", err)
	}
	for _, name := range left {
		info, err := os.Stat(name)
		if err == nil && info.ModTime().Before(before) {
			err = os.Remove(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sweep incoming blobs: %w", err)
		}
	}
	return nil
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Get opens the content with the hash. Reading it to its end fails when it is
// not what was put.
func (s *Store) Get(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	missing := fault.New(fault.NotFound, "kernel.not_found", "there is no such file, or it is not yours to see")
	if !hashForm.MatchString(hash) {
		return nil, missing
	}
	f, err := s.shelf.place.open(ctx, s.name(hash))
	if errors.Is(err, errMissing) {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", hash, err)
	}
	return &verified{ReadSeekCloser: f, sum: sha256.New(), hash: hash}, nil
}

// All lists what the room keeps, in no order.
func (s *Store) All(ctx context.Context) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		for e, err := range s.shelf.place.list(ctx, s.room+"/") {
			if err != nil {
				yield(Blob{}, fmt.Errorf("list blobs of %s: %w", s.room, err))
				return
			}
			hash := e.name[strings.LastIndexByte(e.name, '/')+1:]
			if hashForm.MatchString(hash) && !yield(Blob{hash, e.size}, nil) {
				return
			}
		}
	}
}

// Remove forgets the content with the hash, which need not be there.
func (s *Store) Remove(ctx context.Context, hash string) error {
	if !hashForm.MatchString(hash) {
		return nil
	}
	if err := s.shelf.place.remove(ctx, s.name(hash)); err != nil {
		return fmt.Errorf("remove blob %s: %w", hash, err)
	}
	return nil
}

func (s *Store) name(hash string) string { return s.room + "/" + hash[:2] + "/" + hash }

// verified compares the hash of what is read from beginning to end.
type verified struct {
	io.ReadSeekCloser
	sum  hash.Hash // nil after a seek: then not all is read
	hash string
}

// Read implements io.Reader.
func (v *verified) Read(p []byte) (int, error) {
	n, err := v.ReadSeekCloser.Read(p)
	if v.sum == nil {
		return n, err
	}
	_, _ = v.sum.Write(p[:n]) // a hash does not fail
	if errors.Is(err, io.EOF) && hex.EncodeToString(v.sum.Sum(nil)) != v.hash {
		return n, fmt.Errorf("read blob %s: %w", v.hash, ErrDamaged)
	}
	return n, err
}

// Seek implements io.Seeker.
func (v *verified) Seek(offset int64, whence int) (int64, error) {
	v.sum = nil
	return v.ReadSeekCloser.Seek(offset, whence)
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
