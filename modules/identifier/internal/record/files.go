package record

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"linghang/kernel/fault"
	"linghang/lib/handle/wire"
)

// treeFormat is what the tree is written in. Whoever raises it raises format.
const treeFormat = pebble.FormatWALSyncChunks

// Options say how a store works; all has a use when it is zero.
type Options struct {
	Memory int64        // octets of records in memory, 256 MiB
	Cache  int64        // octets of the tree's blocks in memory, 64 MiB (Files)
	Filter int64        // octets at most of what tells absent handles, 64 MiB: enough for 40 million handles (Files)
	Log    *slog.Logger // nothing

	disk vfs.FS // for tests: a disk that fails
}

func (o Options) orDefault() Options {
	if o.Memory == 0 {
		o.Memory = 256 << 20
	}
	if o.Cache == 0 {
		o.Cache = 64 << 20
	}
	if o.Filter == 0 {
		o.Filter = 64 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.disk == nil {
		o.disk = vfs.Default
	}
	return o
}

// Files keeps records in a directory, which belongs to one process at a time. One
// writer makes what waits in one commit and syncs it to the disk before it
// acknowledges. When the disk fails or is full, changes are refused and reading
// goes on; the store begins again by itself when the disk does.
type Files struct {
	dir    string
	o      Options
	lock   *os.File
	memory *memory
	queue  queue
	bell   bell
	tree   atomic.Pointer[tree]
	last   atomic.Uint64 // number of the last change that is on the disk
	closed atomic.Bool

	// pending is the commit that is on its way to the disk: others see what was
	// before it, until it is there.
	pending atomic.Pointer[draft]

	turn    chan struct{} // held while there is a pending commit
	trouble chan struct{} // a tree has died
	head    head          // the writer's
	holding bool          // the writer holds the turn
	deaths  int           // in a row, the writer's

	filter  atomic.Pointer[filter] // nil until it knows all handles
	filling atomic.Pointer[filter] // what takes its place, while it comes to know them
	wanted  chan struct{}          // a filter

	stop     context.CancelFunc // ends works
	works    sync.WaitGroup     // who makes checkpoints, and who makes filters
	labelled uint64             // what the label says, of who makes checkpoints and then of Close
}

// OpenFiles opens the store in a directory, and makes it when there is none.
func OpenFiles(dir string, o Options) (_ *Files, err error) {
	o = o.orDefault()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the records: %w", err)
	}
	f := &Files{dir: dir, o: o, queue: newQueue(), turn: make(chan struct{}, 1), trouble: make(chan struct{}, 1), wanted: make(chan struct{}, 1)}
	if f.lock, err = holdSoon(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.lock.Close())
		}
	}()
	l, err := readLabel(dir)
	if err != nil {
		return nil, err
	}
	if l.Format == 0 {
		if err := (label{Format: format}).write(dir); err != nil {
			return nil, err
		}
	}
	if err := f.open(l.Made); err != nil {
		return nil, errStored(dir, err)
	}
	if err := f.checked(l); err != nil {
		return nil, errors.Join(err, f.tree.Load().db.Close())
	}
	f.memory = newMemory(o.Memory)
	ctx, stop := context.WithCancel(context.Background()) //nolint:forbidigo // it ends with the store, by Close
	f.stop = stop
	go f.queue.run(f.commit, f.trouble, f.mend)
	f.works.Go(func() { f.checkpoints(ctx) })
	f.works.Go(func() { f.filters(ctx) })
	return f, nil
}

// checked refuses a tree that ends earlier than its label says: what keeps the
// list of its files is torn then.
func (f *Files) checked(l label) error {
	if f.head.last < l.Last {
		return errStored(f.dir, fmt.Errorf("%w: change %d was there, the last is now %d", errDamaged, l.Last, f.head.last))
	}
	return f.relabel()
}

// relabel writes down how far the tree has come.
func (f *Files) relabel() error {
	last := f.last.Load()
	if last == f.labelled && last > 0 {
		return nil
	}
	f.labelled = last
	return label{Format: format, Made: true, Last: last}.write(f.dir)
}

// open opens a tree and takes it.
func (f *Files) open(made bool) error {
	t, err := openTree(filepath.Join(f.dir, treeDir), f.o.disk, f.o.Cache, made, f.o.Log, func() {
		select {
		case f.trouble <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return err
	}
	h, err := t.head()
	if err != nil {
		return errors.Join(err, t.db.Close())
	}
	f.head = h
	f.last.Store(h.last)
	f.tree.Store(t)
	return nil
}

// Quick implements Store.
func (f *Files) Quick(key []byte) (*Record, bool) {
	if f.closed.Load() {
		return nil, false // the directory may be another process's by now
	}
	hash := f.memory.hash(key)
	if r, known := f.memory.look(hash, key); known {
		return r, true
	}
	filter := f.filter.Load()
	return nil, filter != nil && !filter.may(hash)
}

// Ahead implements Store.
func (f *Files) Ahead(handles [][]byte) { f.memory.ahead(handles) }

// Load implements Store.
func (f *Files) Load(_ context.Context, handle string) (*Record, error) {
	key := []byte(wire.Fold(handle))
	if r, known := f.Quick(key); known {
		return r, nil
	}
	if f.closed.Load() {
		return nil, errStopping()
	}
	since := f.memory.since(key)
	r, err := f.tree.Load().record(key)
	if err != nil {
		return nil, err
	}
	return f.memory.keep(key, f.settled(key, r), since), nil
}

// settled returns what a record is as far as the disk has it, given what the tree
// told before.
func (f *Files) settled(key []byte, r *Record) *Record {
	if d := f.pending.Load(); d != nil {
		if t, ok := d.records[string(key)]; ok {
			return t.before
		}
	}
	return r
}

// List implements Store.
func (f *Files) List(ctx context.Context, prefix, after string) iter.Seq2[*Record, error] {
	s := spanOf(prefix)
	if after != "" {
		s = s.behind(after)
	}
	return func(yield func(*Record, error) bool) {
		if f.closed.Load() {
			yield(nil, errStopping())
			return
		}
		for r, err := range records(ctx, f.tree.Load().db, s) {
			if err == nil {
				if r = f.settled([]byte(wire.Fold(r.Handle)), r); r == nil {
					continue // it is being created
				}
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// records reads the records of a span.
func records(ctx context.Context, from pebble.Reader, s span) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		lower, upper := within(keyRecord, s)
		stopped := false
		err := each(from, lower, upper, func(key, value []byte) (bool, error) {
			if err := ctx.Err(); err != nil {
				return false, fmt.Errorf("read records: %w", err)
			}
			r, err := decodeRecord(key[1:], value)
			if err != nil {
				return false, err
			}
			stopped = !yield(r, nil)
			return !stopped, nil
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// Count implements Store.
func (f *Files) Count(_ context.Context, prefix string) (int64, error) {
	if f.closed.Load() {
		return 0, errStopping()
	}
	n, err := f.tree.Load().number(keyOf(keyCount, wire.Fold(prefix)))
	return int64(n), err //nolint:gosec // it counts records
}

// Homes implements Store.
func (f *Files) Homes(context.Context) ([]Home, error) {
	if f.closed.Load() {
		return nil, errStopping()
	}
	return homes(f.tree.Load().db, f.pending.Load)
}

// homes reads the prefixes that have a home, as they were before a commit that
// is pending.
func homes(from pebble.Reader, pending func() *draft) ([]Home, error) {
	found := map[string]*Home{}
	err := each(from, []byte{keyHome}, []byte{keyHome + 1}, func(key, value []byte) (bool, error) {
		h, err := decodeHome(key[1:], value)
		found[string(key[1:])] = h
		return true, err
	})
	if err != nil {
		return nil, err
	}
	if d := pending(); d != nil {
		for key, turn := range d.homes {
			found[key] = turn.before
		}
	}
	list := make([]Home, 0, len(found))
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if h := found[key]; h != nil {
			list = append(list, *h)
		}
	}
	return list, nil
}

// Log implements Store.
func (f *Files) Log(_ context.Context, after uint64, limit int) (list []Logged, err error) {
	last := f.last.Load()
	if after >= last || limit < 1 {
		return nil, nil
	}
	if f.closed.Load() {
		return nil, errStopping()
	}
	err = each(f.tree.Load().db, logKey(after+1), logKey(last+1), func(key, value []byte) (bool, error) {
		l, _, err := decodeLogged(numberOf(key), value)
		if err != nil {
			return false, err
		}
		list = append(list, l)
		return len(list) < limit, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the log of changes: %w", err)
	}
	if len(list) == 0 || list[0].Number != after+1 {
		return nil, ErrForgotten
	}
	return list, nil
}

// First implements Store.
func (f *Files) First(context.Context) (uint64, error) {
	if f.closed.Load() {
		return 0, errStopping()
	}
	last := f.last.Load()
	first := last + 1
	err := each(f.tree.Load().db, logKey(0), logKey(last+1), func(key, _ []byte) (bool, error) {
		first = numberOf(key)
		return false, nil
	})
	return first, err
}

// Last implements Store.
func (f *Files) Last(context.Context) (uint64, error) { return f.last.Load(), nil }

// Changed implements Store.
func (f *Files) Changed() <-chan struct{} { return f.bell.next() }

// Mark implements Store.
func (f *Files) Mark(_ context.Context, name string) (uint64, error) {
	if f.closed.Load() {
		return 0, errStopping()
	}
	return f.tree.Load().number(keyOf(keyMark, name))
}

// Snapshot implements Store. It is taken between two commits.
func (f *Files) Snapshot(ctx context.Context) (*Snapshot, error) {
	if f.closed.Load() {
		return nil, errStopping()
	}
	t := f.tree.Load()
	var pinned *pebble.Snapshot
	s := &Snapshot{}
	err := f.between(ctx, t, func() error {
		pinned = t.db.NewSnapshot()
		s.Number, s.close = f.last.Load(), pinned.Close
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.records = func(ctx context.Context, within span) iter.Seq2[*Record, error] { return records(ctx, pinned, within) }
	if s.Homes, err = homes(pinned, func() *draft { return nil }); err != nil {
		return nil, errors.Join(err, pinned.Close())
	}
	return s, nil
}

// between does something to a tree between two commits.
func (f *Files) between(ctx context.Context, t *tree, do func() error) error {
	if !t.alive() {
		return f.refusal(t.cause)
	}
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-t.dead:
		return f.refusal(t.cause)
	case <-ctx.Done():
		return fmt.Errorf("wait for the writer of records: %w", ctx.Err())
	}
	err := t.apart(do)
	if !t.alive() {
		return f.refusal(t.cause)
	}
	return err
}

// Close implements Store. A tree whose disk has failed is left as after a crash:
// what was acknowledged is there.
func (f *Files) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	f.stop()
	f.queue.close()
	f.works.Wait()
	t := f.tree.Load()
	var err error
	if t.alive() {
		err = errors.Join(t.apart(t.db.Close), f.relabel())
	}
	t.fence.close()
	return errors.Join(err, f.lock.Close())
}

// refusal is what whoever wants a change is told while the disk fails.
func (f *Files) refusal(cause error) error {
	return caused{fault.New(fault.Unavailable, "identifier.record.disk",
		"the disk of the records does not take changes (%v); they are taken again when it does", cause).After(5), cause}
}
