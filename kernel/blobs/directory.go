package blobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// directory keeps content as files, each synced with the directories it is in.
type directory struct{ dir string }

func (d directory) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d directory) keep(_ context.Context, name, path string, _ Blob) error {
	to := d.path(name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("make blob directory: %w", err)
	}
	if err := os.Rename(path, to); err != nil {
		return err
	}
	// The file in its directory, and that directory in the room's.
	return errors.Join(syncDir(filepath.Dir(to)), syncDir(filepath.Dir(filepath.Dir(to))))
}

func (d directory) open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	f, err := os.Open(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errMissing
	}
	return f, err
}

func (d directory) list(ctx context.Context, prefix string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		err := filepath.WalkDir(d.path(prefix), func(path string, f fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // nothing was put yet, or it was removed meanwhile
			}
			if err := errors.Join(err, ctx.Err()); err != nil || f.IsDir() {
				return err
			}
			rel, err := filepath.Rel(d.dir, path)
			if err != nil {
				return fmt.Errorf("place %s: %w", path, err)
			}
			info, err := f.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if !yield(entry{filepath.ToSlash(rel), info.Size()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(entry{}, err)
		}
	}
}

func (d directory) remove(_ context.Context, name string) error {
	err := os.Remove(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (d directory) check(context.Context) error {
	_, err := os.Stat(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it is made with the first file
	}
	return err
}

// syncDir makes a rename survive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a directory that this package made
	if err != nil {
		return fmt.Errorf("open blob directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
