package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"linghang/kernel/fault"
)

// lockFile is held by whoever adds to an archive or takes from it.
const lockFile = "lock"

// hold keeps others from changing an archive until the file is closed, at the
// latest when the process ends.
func hold(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the archive that was named
	if err != nil {
		return nil, fmt.Errorf("open the lock of the archive: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		busy := fault.New(fault.Conflict, "kernel.backup.busy", "another backup or prune is at work on this archive").At("directory", "wait until it has ended")
		return nil, errors.Join(busy, f.Close())
	}
	return f, nil
}

// Pruned is what Prune took away.
type Pruned struct {
	Backups []string `json:"backups"`
	Pieces  int      `json:"pieces"`
	Bytes   int64    `json:"bytes"`
}

// Prune removes backups, and the pieces that none of those that stay needs.
// pieces names what a backup needs, in the caller's words. A backup that cannot
// be read stops it before anything is removed; what an earlier prune or backup
// left behind when it was cut off goes too.
func (r *Reader) Prune(gone, stay []string, pieces func(list []byte) ([]string, error)) (p Pruned, err error) {
	lock, err := hold(r.dir)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	there, err := r.Backups()
	if err != nil {
		return p, err
	}
	if len(there) != len(gone)+len(stay) {
		return p, fault.New(fault.Conflict, "kernel.backup.busy", "the archive has changed meanwhile").At("directory", "begin again")
	}
	needed, err := r.needed(stay, pieces)
	if err != nil {
		return p, err
	}
	// The lists go first: a backup that is listed has all its pieces.
	for _, id := range gone {
		if err := os.Remove(filepath.Join(r.dir, "backups", id)); err != nil {
			return p, fmt.Errorf("remove backup %s: %w", id, err)
		}
		p.Backups = append(p.Backups, id)
	}
	if err := syncDir(filepath.Join(r.dir, "backups")); len(gone) > 0 && err != nil {
		return p, err
	}
	return p, p.sweep(filepath.Join(r.dir, "pieces"), needed)
}

// needed names the pieces of the backups that stay.
func (r *Reader) needed(stay []string, pieces func(list []byte) ([]string, error)) (map[string]bool, error) {
	needed := map[string]bool{}
	for _, id := range stay {
		list, err := r.List(id)
		if err != nil {
			return nil, err
		}
		names, err := pieces(list)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			needed[n] = true
		}
	}
	return needed, nil
}

// sweep removes the pieces that nothing needs.
func (p *Pruned) sweep(dir string, needed map[string]bool) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || needed[d.Name()] || !nameForm.MatchString(d.Name()) && !strings.HasPrefix(d.Name(), "incoming-") {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return fmt.Errorf("look at piece %s: %w", d.Name(), err)
		}
		if err := os.Remove(path); err != nil { //nolint:gosec // the archive is the operator's, and held by its lock
			return fmt.Errorf("remove piece %s: %w", d.Name(), err)
		}
		p.Pieces, p.Bytes = p.Pieces+1, p.Bytes+info.Size()
		return nil
	})
}
