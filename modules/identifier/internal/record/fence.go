package record

import (
	"io"
	"os"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// fence stands between a tree and the disk. A tree whose disk has failed is left
// as it is, with what works on it; another is opened in its place. From then on
// the first must not touch the files: what it begins never comes back.
type fence struct {
	vfs.FS
	mu   sync.RWMutex
	shut bool
}

// pass runs what changes files.
func (f *fence) pass(change func() error) error {
	f.mu.RLock()
	if f.shut {
		f.mu.RUnlock()
		select {} // whoever waits here has been given up
	}
	defer f.mu.RUnlock()
	return change()
}

// close waits for what is under way and lets nothing more pass.
func (f *fence) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shut = true
}

func (f *fence) file(open func() (vfs.File, error)) (file vfs.File, err error) {
	err = f.pass(func() error {
		inner, err := open()
		if err == nil {
			file = &fencedFile{inner, f}
		}
		return err
	})
	return file, err
}

// Lock implements vfs.FS. The store has locked the directory itself.
func (f *fence) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// Create implements vfs.FS.
func (f *fence) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return f.file(func() (vfs.File, error) { return f.FS.Create(name, category) })
}

// OpenReadWrite implements vfs.FS.
func (f *fence) OpenReadWrite(name string, category vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return f.file(func() (vfs.File, error) { return f.FS.OpenReadWrite(name, category, opts...) })
}

// ReuseForWrite implements vfs.FS.
func (f *fence) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return f.file(func() (vfs.File, error) { return f.FS.ReuseForWrite(oldname, newname, category) })
}

// Link implements vfs.FS.
func (f *fence) Link(oldname, newname string) error {
	return f.pass(func() error { return f.FS.Link(oldname, newname) })
}

// Remove implements vfs.FS.
func (f *fence) Remove(name string) error {
	return f.pass(func() error { return f.FS.Remove(name) })
}

// RemoveAll implements vfs.FS.
func (f *fence) RemoveAll(name string) error {
	return f.pass(func() error { return f.FS.RemoveAll(name) })
}

// Rename implements vfs.FS.
func (f *fence) Rename(oldname, newname string) error {
	return f.pass(func() error { return f.FS.Rename(oldname, newname) })
}

// MkdirAll implements vfs.FS.
func (f *fence) MkdirAll(dir string, perm os.FileMode) error {
	return f.pass(func() error { return f.FS.MkdirAll(dir, perm) })
}

// fencedFile is a file that was opened for writing.
type fencedFile struct {
	vfs.File
	fence *fence
}

// Write implements vfs.File.
func (f *fencedFile) Write(p []byte) (n int, err error) {
	err = f.fence.pass(func() error { n, err = f.File.Write(p); return err })
	return n, err
}

// WriteAt implements vfs.File.
func (f *fencedFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.fence.pass(func() error { n, err = f.File.WriteAt(p, at); return err })
	return n, err
}

// Preallocate implements vfs.File.
func (f *fencedFile) Preallocate(offset, length int64) error {
	return f.fence.pass(func() error { return f.File.Preallocate(offset, length) })
}

// Sync implements vfs.File.
func (f *fencedFile) Sync() error { return f.fence.pass(f.File.Sync) }

// SyncData implements vfs.File.
func (f *fencedFile) SyncData() error { return f.fence.pass(f.File.SyncData) }

// SyncTo implements vfs.File.
func (f *fencedFile) SyncTo(length int64) (full bool, err error) {
	err = f.fence.pass(func() error { full, err = f.File.SyncTo(length); return err })
	return full, err
}
