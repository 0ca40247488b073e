package record

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// tree is an open LSM tree. When its disk fails it is dead for good: what it has
// can still be read, and nothing is written any more.
type tree struct {
	db     *pebble.DB
	fence  *fence
	opened time.Time

	once  sync.Once
	dead  chan struct{}
	cause error // of its death, once dead is closed
	told  func()
}

// Sizes of a tree.
const (
	memTable    = 32 << 20 // octets of changes in memory before they become a file
	filterBits  = 10       // of a filter, per key: one of a hundred absent handles is looked for in vain
	openFiles   = 1000
	blockOctets = 8 << 10
)

// openTree opens the tree in a directory. There must be one if made is set. told
// is called when it dies.
func openTree(dir string, disk vfs.FS, cache int64, made bool, log *slog.Logger, told func()) (*tree, error) {
	t := &tree{fence: &fence{FS: disk}, opened: time.Now(), dead: make(chan struct{}), told: told}
	blocks := pebble.NewCache(cache)
	defer blocks.Unref()
	o := &pebble.Options{
		FS: t.fence, Cache: blocks, ErrorIfNotExists: made, FormatMajorVersion: treeFormat,
		MemTableSize: memTable, MemTableStopWritesThreshold: 4, MaxOpenFiles: openFiles,
		L0CompactionThreshold: 4, L0StopWritesThreshold: 24, LBaseMaxBytes: 64 << 20,
		Logger: treeLog{log, t},
		EventListener: &pebble.EventListener{
			BackgroundError: t.failed,
			DataCorruption: func(d pebble.DataCorruptionInfo) {
				log.Error("records are damaged", "file", d.Path, "from", fmt.Sprintf("%.80q", d.Bounds.Start), "error", d.Details)
			},
		},
	}
	for i := range o.Levels {
		o.Levels[i].BlockSize = blockOctets
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(filterBits)
	}
	err := t.apart(func() (err error) { t.db, err = pebble.Open(dir, o); return err })
	if err != nil {
		t.fence.close()
		return nil, fmt.Errorf("open the records in %s: %w", dir, err)
	}
	return t, nil
}

// apart does what a failing disk may keep for ever, in a goroutine of its own:
// until it is done, or the tree is dead.
func (t *tree) apart(do func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				t.fail(fmt.Errorf("the tree of records: %v", p))
			}
		}()
		done <- do()
	}()
	select {
	case err := <-done:
		return err
	case <-t.dead:
		return t.cause
	}
}

// fail ends the tree's writing.
func (t *tree) fail(err error) {
	t.once.Do(func() {
		t.cause = err
		close(t.dead)
		t.told()
	})
}

// failed is told of what went wrong while the tree was put in order. Damage is
// told to whoever reads it; other records can be written as before.
func (t *tree) failed(err error) {
	if !pebble.IsCorruptionError(err) {
		t.fail(err)
	}
}

// alive tells whether the tree can be written.
func (t *tree) alive() bool {
	select {
	case <-t.dead:
		return false
	default:
		return true
	}
}

// write applies a batch, all or nothing of it.
func (t *tree) write(b *pebble.Batch, o *pebble.WriteOptions) error {
	err := t.apart(func() error { return t.db.Apply(b, o) })
	if err != nil {
		t.fail(err)
	}
	return err
}

// get calls read with what stands under a key, if anything does.
func (t *tree) get(key []byte, read func(value []byte) error) error {
	value, closer, err := t.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(read(value), closer.Close())
}

// record reads the record of a folded handle.
func (t *tree) record(key []byte) (r *Record, err error) {
	err = t.get(keyOf(keyRecord, key), func(value []byte) (err error) {
		r, err = decodeRecord(key, value)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read record %.80q: %w", key, err)
	}
	return r, nil
}

func (t *tree) home(key []byte) (h *Home, err error) {
	err = t.get(keyOf(keyHome, key), func(value []byte) (err error) {
		h, err = decodeHome(key, value)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read home of %.80q: %w", key, err)
	}
	return h, nil
}

// number reads a count or a mark; 0 is none.
func (t *tree) number(key []byte) (n uint64, err error) {
	err = t.get(key, func(value []byte) (err error) {
		n, err = decodeNumber(key, value)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read number %.80q: %w", key, err)
	}
	return n, nil
}

// handles returns how many records there are.
func (t *tree) handles() (n int64, err error) {
	err = each(t.db, []byte{keyCount}, []byte{keyCount + 1}, func(key, value []byte) (bool, error) {
		more, err := decodeNumber(key, value)
		n += int64(more) //nolint:gosec // it counts records
		return true, err
	})
	if err != nil {
		return 0, fmt.Errorf("count the records: %w", err)
	}
	return n, nil
}

func (t *tree) head() (h head, err error) {
	err = t.get([]byte{keyHead}, func(value []byte) (err error) {
		h, err = decodeHead(value)
		return err
	})
	if err != nil {
		return head{}, fmt.Errorf("read how far the records have come: %w", err)
	}
	return h, nil
}

// each calls read with what stands within a range of keys, in order, until it
// says false.
func each(from pebble.Reader, lower, upper []byte, read func(key, value []byte) (bool, error)) (err error) {
	it, err := from.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return fmt.Errorf("begin to read records: %w", err)
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return fmt.Errorf("read what stands under %.80q: %w", it.Key(), err)
		}
		if more, err := read(it.Key(), value); err != nil || !more {
			return err
		}
	}
	return it.Error()
}

// treeLog passes on what a tree says. What it calls fatal ends the tree and not
// the process.
type treeLog struct {
	log  *slog.Logger
	tree *tree
}

// Infof implements pebble.Logger. A tree tells of all its work, which nobody reads.
func (treeLog) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (l treeLog) Errorf(format string, args ...any) {
	l.log.Error("records", "error", fmt.Sprintf(format, args...))
}

// Fatalf implements pebble.Logger; it must not return.
func (l treeLog) Fatalf(format string, args ...any) {
	l.tree.fail(fmt.Errorf(format, args...))
	select {} // the goroutine belongs to what is given up
}
