package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"linghang/kernel/fault"
)

// Names in a store's directory.
const (
	labelFile = "records.json"
	lockFile  = "lock"
	treeDir   = "tree"
)

// label says what a directory holds.
type label struct {
	Format int    `json:"format"`
	Made   bool   `json:"made"` // the tree was there once: without it, records are lost
	Last   uint64 `json:"last"` // a change that the tree had: one that ends earlier has lost some
}

// hold keeps other processes out of a directory until the file is closed, at the
// latest when the process ends.
func hold(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the directory of the records
	if err != nil {
		return nil, fmt.Errorf("open the lock of the records: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		busy := fault.New(fault.Conflict, "identifier.record.locked", "another process serves the records in %s", dir).
			At("data", "stop the other process, or give this one another directory")
		return nil, errors.Join(busy, f.Close())
	}
	return f, nil
}

// holdSoon waits a little for another process that looks into the directory, as a
// backup does.
func holdSoon(dir string) (lock *os.File, err error) {
	for range 20 {
		if lock, err = hold(dir); !fault.Is(err, fault.Conflict) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return lock, err
}

// readLabel reads what a directory holds, and refuses what this program cannot
// know. A directory without a label must be empty.
func readLabel(dir string) (label, error) {
	text, err := os.ReadFile(filepath.Join(dir, labelFile)) //nolint:gosec // the directory of the records
	if errors.Is(err, fs.ErrNotExist) {
		return label{}, refuseForeign(dir)
	}
	if err != nil {
		return label{}, fmt.Errorf("read the label of the records: %w", err)
	}
	var l label
	if err := json.Unmarshal(text, &l); err != nil || l.Format < 1 {
		return label{}, errStored(dir, fmt.Errorf("%w: %s is no label of records", errDamaged, labelFile))
	}
	if l.Format > format {
		return label{}, fault.New(fault.Conflict, "identifier.record.newer", "the records in %s have format %d, this program reads %d", dir, l.Format, format).
			At("program", "start the version that ran last, or restore the backup made before the upgrade")
	}
	return l, nil
}

func refuseForeign(dir string) error {
	entries, err := os.ReadDir(filepath.Join(dir, treeDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look into the directory of the records: %w", err)
	}
	if len(entries) > 0 {
		return errStored(dir, fmt.Errorf("%w: there is no %s", errDamaged, labelFile))
	}
	return nil
}

// errStored is what an operator is told of records that cannot be opened.
func errStored(dir string, err error) error {
	return caused{fault.New(fault.Conflict, "identifier.record.damaged", "the records in %s cannot be read: %v", dir, err).
		At("data", "restore the last backup; keep the directory for whoever looks into it"), err}
}

// write makes the label appear whole and on the disk, or not at all.
func (l label) write(dir string) error {
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("encode the label of the records: %w", err)
	}
	if err := writeSynced(filepath.Join(dir, labelFile+".new"), append(text, '\n')); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, labelFile+".new"), filepath.Join(dir, labelFile)); err != nil {
		return fmt.Errorf("write the label of the records: %w", err)
	}
	return syncDir(dir)
}

func writeSynced(path string, data []byte) error {
	f, err := os.Create(path) //nolint:gosec // in the directory of the records
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the directory of the records
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
