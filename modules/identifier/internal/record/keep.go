package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/module"
)

// Keep is what a backup saves and brings back of the store in a directory. A
// directory that another process serves is copied with its help: whoever wants a
// copy leaves a note in it, and the server makes a checkpoint, in which files are
// linked and not copied.
func Keep(dir string) module.Keep {
	return module.Keep{
		Name: "records",
		Save: func(ctx context.Context, put func(string, io.Reader) error) error { return saveFiles(ctx, dir, put) },
		Restore: func(ctx context.Context, files iter.Seq2[string, io.Reader]) error {
			return restoreFiles(ctx, dir, files)
		},
	}
}

// Names of what stands in checkpointDir: a note, what becomes of it, and why it
// cannot be done.
const (
	checkpointDir = "checkpoints"
	noteEnding    = ".wanted"
	failedEnding  = ".failed"
)

// Times of checkpoints.
const (
	noteEvery      = 200 * time.Millisecond // the server looks for notes
	checkpointMost = 2 * time.Minute        // it takes at most, from note to copy
	checkpointOld  = 6 * time.Hour          // after which whoever wanted it is gone
)

func saveFiles(ctx context.Context, dir string, put func(string, io.Reader) error) (err error) {
	if _, err := os.Stat(filepath.Join(dir, labelFile)); errors.Is(err, fs.ErrNotExist) {
		return nil // no records are kept here
	}
	copied, err := checkpointOf(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(copied)) }()
	return putFiles(ctx, dir, copied, put)
}

// putFiles puts the label first: whoever brings the files back reads it before
// all others.
func putFiles(ctx context.Context, dir, tree string, put func(string, io.Reader) error) error {
	if _, err := readLabel(dir); err != nil {
		return err
	}
	if err := putFile(filepath.Join(dir, labelFile), labelFile, put); err != nil {
		return err
	}
	entries, err := os.ReadDir(tree)
	if err != nil {
		return fmt.Errorf("list the records: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || e.Name() == "LOCK" {
			continue
		}
		if err := errors.Join(ctx.Err(), putFile(filepath.Join(tree, e.Name()), treeDir+"/"+e.Name(), put)); err != nil {
			return err
		}
	}
	return nil
}

func putFile(path, name string, put func(string, io.Reader) error) error {
	f, err := os.Open(path) //nolint:gosec // a file of the records
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	return errors.Join(put(name, f), f.Close())
}

// checkpointOf returns where a checkpoint is that the process that serves a
// directory has made, or this one if nobody serves it.
func checkpointOf(ctx context.Context, dir string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, checkpointMost)
	defer cancel()
	copied := filepath.Join(dir, checkpointDir, ulid.Make().String())
	if err := os.MkdirAll(filepath.Dir(copied), 0o700); err != nil {
		return "", fmt.Errorf("ask for a checkpoint: %w", err)
	}
	if err := writeSynced(copied+noteEnding, nil); err != nil {
		return "", err
	}
	tick := time.NewTicker(noteEvery / 4)
	defer tick.Stop()
	for {
		if _, err := os.Stat(copied); err == nil {
			return copied, nil
		}
		if why, err := os.ReadFile(copied + failedEnding); err == nil { //nolint:gosec // in the directory of the records
			return "", errors.Join(fault.New(fault.Unavailable, "identifier.record.checkpoint", "the records cannot be copied: %s", why).After(30), os.Remove(copied+failedEnding))
		}
		if lock, err := hold(dir); err == nil {
			return copied, errors.Join(linkTree(dir, copied), lock.Close(), os.Remove(copied+noteEnding))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", errors.Join(fault.New(fault.Unavailable, "identifier.record.checkpoint",
				"the process that serves the records in %s made no checkpoint of them in %v", dir, checkpointMost).After(30), ctx.Err(), os.Remove(copied+noteEnding))
		}
	}
}

// linkTree makes a checkpoint of a tree that nobody has open. A tree that is opened
// afterwards writes new files and leaves these as they are.
func linkTree(dir, copied string) error {
	if _, err := os.Stat(copied); err == nil {
		return nil // whoever served it has made one after all
	}
	if err := os.Mkdir(copied, 0o700); err != nil {
		return fmt.Errorf("make a checkpoint: %w", err)
	}
	entries, err := os.ReadDir(filepath.Join(dir, treeDir))
	if err != nil {
		return fmt.Errorf("make a checkpoint: %w", err)
	}
	for _, e := range entries {
		if err := vfs.LinkOrCopy(vfs.Default, filepath.Join(dir, treeDir, e.Name()), filepath.Join(copied, e.Name())); err != nil {
			return fmt.Errorf("make a checkpoint: %w", err)
		}
	}
	return nil
}

// checkpoints makes those that others have asked for, until the store is closed.
func (f *Files) checkpoints(ctx context.Context) {
	tick := time.NewTicker(noteEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		entries, err := os.ReadDir(filepath.Join(f.dir, checkpointDir))
		if err != nil {
			continue // nobody has asked yet
		}
		for _, e := range entries {
			if err := f.answerNote(ctx, e); err != nil {
				f.o.Log.Error("make a checkpoint of the records", "error", err)
			}
		}
	}
}

// answerNote does what an entry in the directory of checkpoints asks for.
func (f *Files) answerNote(ctx context.Context, e fs.DirEntry) error {
	path := filepath.Join(f.dir, checkpointDir, e.Name())
	copied, wanted := strings.CutSuffix(path, noteEnding)
	if !wanted {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > checkpointOld {
			return os.RemoveAll(path)
		}
		return nil
	}
	if err := errors.Join(f.checkpoint(ctx, copied), f.relabel()); err != nil {
		return errors.Join(err, writeSynced(copied+failedEnding, []byte(err.Error())), os.Remove(path))
	}
	return os.Remove(path)
}

// checkpoint makes a copy of the tree appear whole at a place, as of between two
// commits. What is in memory becomes a file before, so that little of the copy is
// a log, which is another each time.
func (f *Files) checkpoint(ctx context.Context, place string) error {
	t := f.tree.Load()
	if !t.alive() {
		return f.refusal(t.cause)
	}
	if err := t.apart(t.db.Flush); err != nil {
		return fmt.Errorf("write what is in memory: %w", err)
	}
	making := place + ".making"
	if err := f.between(ctx, t, func() error { return t.db.Checkpoint(making) }); err != nil {
		return errors.Join(fmt.Errorf("make a checkpoint: %w", err), os.RemoveAll(making))
	}
	if err := os.Rename(making, place); err != nil {
		return fmt.Errorf("make a checkpoint: %w", err)
	}
	return nil
}

// restoreFiles brings back what saveFiles has put, and opens it once: what cannot
// be opened is not restored.
func restoreFiles(ctx context.Context, dir string, files iter.Seq2[string, io.Reader]) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look into the directory of the records: %w", err)
	}
	if len(entries) > 0 {
		return fault.New(fault.Conflict, "identifier.record.not_empty", "the directory %s is not empty", dir).At("data", "name a directory that is empty or does not exist")
	}
	if err := os.MkdirAll(filepath.Join(dir, treeDir), 0o700); err != nil {
		return fmt.Errorf("make the directory of the records: %w", err)
	}
	if err := bringFiles(ctx, dir, files); err != nil {
		return err
	}
	if err := errors.Join(syncDir(filepath.Join(dir, treeDir)), syncDir(dir)); err != nil {
		return err
	}
	s, err := OpenFiles(dir, Options{Memory: 1 << 20})
	if err != nil {
		return err
	}
	return s.Close()
}

// bringFiles writes the label first and goes on only if this program can read what
// it tells of.
func bringFiles(ctx context.Context, dir string, files iter.Seq2[string, io.Reader]) error {
	labelled := false
	for name, content := range files {
		folder, _ := filepath.Split(name)
		if !labelled && name != labelFile || labelled && folder != treeDir+"/" {
			return fault.New(fault.Conflict, "identifier.record.foreign", "the backup has %q where records are expected", name)
		}
		if err := errors.Join(ctx.Err(), restoreFile(filepath.Join(dir, filepath.FromSlash(name)), content)); err != nil {
			return err
		}
		if labelled {
			continue
		}
		labelled = true
		if _, err := readLabel(dir); err != nil {
			return err
		}
	}
	if !labelled {
		return fault.New(fault.Conflict, "identifier.record.foreign", "the backup has no records")
	}
	return nil
}

func restoreFile(path string, content io.Reader) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in the directory of the records
	if err != nil {
		return fmt.Errorf("restore records: %w", err)
	}
	_, err = io.Copy(out, content)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("restore records: %w", err)
	}
	return nil
}
