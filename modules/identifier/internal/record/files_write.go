package record

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Apply implements Store.
func (f *Files) Apply(ctx context.Context, changes []Change, marks ...Mark) ([]uint64, error) {
	if t := f.tree.Load(); !t.alive() {
		return nil, f.refusal(t.cause)
	}
	return f.queue.apply(ctx, changes, marks)
}

// commit makes the changes of a group and syncs them to the disk. When it cannot,
// they stay pending until a tree tells what became of them.
func (f *Files) commit(group []*request) error {
	t := f.tree.Load()
	if !t.alive() {
		return f.refusal(t.cause)
	}
	d := newDraft(group, time.Now().UnixMilli())
	if err := f.look(t, d); err != nil {
		return err
	}
	d.make(group)
	if d.idle() {
		return nil
	}
	batch := t.db.NewBatch()
	if err := f.encode(t, batch, d); err != nil {
		return errors.Join(err, batch.Close())
	}
	f.turn <- struct{}{}
	f.announce(d)
	f.pending.Store(d)
	if err := t.write(batch, pebble.Sync); err != nil {
		f.holding = true
		return f.refusal(err)
	}
	f.head = d.head
	f.last.Store(d.last)
	f.pending.Store(nil)
	for key, turn := range d.records {
		if turn.after != turn.before {
			f.memory.renew([]byte(key), turn.after, d.last)
		}
	}
	<-f.turn
	f.bell.ring()
	return errors.Join(batch.Close())
}

// look tells a draft of what is there.
func (f *Files) look(t *tree, d *draft) error {
	d.begin(f.head)
	records, homes := d.keys()
	for _, key := range records {
		r, known := f.Quick([]byte(key))
		if !known {
			var err error
			if r, err = t.record([]byte(key)); err != nil {
				return err
			}
		}
		d.found(key, r)
	}
	for _, key := range homes {
		h, err := t.home([]byte(key))
		if err != nil {
			return err
		}
		d.foundHome(key, h)
	}
	return nil
}

// encode writes what a draft leaves into a batch.
func (f *Files) encode(t *tree, b *pebble.Batch, d *draft) error {
	var buf []byte
	var errs []error
	set := func(key, value []byte) { errs = append(errs, b.Set(key, value, nil)); buf = value[:0] }
	for key, turn := range d.records {
		switch turn.after {
		case turn.before:
		case nil:
			errs = append(errs, b.Delete(keyOf(keyRecord, key), nil))
		default:
			set(keyOf(keyRecord, key), appendRecord(buf, key, turn.after))
		}
	}
	for key, turn := range d.homes {
		switch turn.after {
		case turn.before:
		case nil:
			errs = append(errs, b.Delete(keyOf(keyHome, key), nil))
		default:
			set(keyOf(keyHome, key), appendHome(buf, turn.after))
		}
	}
	for prefix, more := range d.counts {
		key := keyOf(keyCount, prefix)
		n, err := t.number(key)
		errs = append(errs, err)
		set(key, binary.BigEndian.AppendUint64(buf, n+uint64(more))) //nolint:gosec // it wraps around to less
	}
	for i := range d.log {
		set(logKey(d.log[i].Number), appendLogged(buf, &d.log[i], d.written))
	}
	for name, position := range d.marks {
		set(keyOf(keyMark, name), binary.BigEndian.AppendUint64(buf, position))
	}
	set([]byte{keyHead}, appendHead(buf, d.head))
	return errors.Join(errs...)
}

// How a tree is opened again after its disk has failed.
const (
	mendFirst = 200 * time.Millisecond
	mendLast  = 5 * time.Second
	mendCalm  = 10 * time.Minute // a tree that lived so long died of something new
	mendMost  = 8                // deaths in a row after which only a restart helps: each leaves memory behind
)

// mend opens another tree in the place of one that is dead, as soon as the disk
// takes something again. Meanwhile it refuses changes.
func (f *Files) mend() {
	t := f.tree.Load()
	if t.alive() {
		return
	}
	f.o.Log.Error("the records cannot be written", "error", t.cause)
	t.fence.close()
	if f.deaths++; time.Since(t.opened) > mendCalm {
		f.deaths = 1
	}
	wait := mendFirst
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case r := <-f.queue.requests:
			if r.taken.CompareAndSwap(false, true) {
				r.done <- f.refusal(t.cause)
			}
			continue
		case <-f.queue.closing:
			return
		case <-timer.C:
		}
		if f.deaths > mendMost {
			continue // the timer has fired for the last time
		}
		if err := f.again(); err == nil {
			f.o.Log.Info("the records can be written again")
			return
		}
		wait = min(2*wait, mendLast)
		timer.Reset(wait)
	}
}

// again opens another tree, which tells what became of the pending commit.
func (f *Files) again() error {
	if err := probe(f.o.disk, filepath.Join(f.dir, "probe")); err != nil {
		return err
	}
	if err := f.open(true); err != nil {
		return err
	}
	d := f.pending.Swap(nil)
	if d != nil {
		for key := range d.records {
			f.memory.forget([]byte(key))
		}
	}
	if f.holding {
		f.holding = false
		<-f.turn
	}
	f.bell.ring()
	return nil
}

// probeOctets is what must fit on the disk before a tree is tried again.
const probeOctets = 4 << 20

// probe tries whether a disk takes something.
func probe(disk vfs.FS, path string) (err error) {
	file, err := disk.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return fmt.Errorf("try the disk: %w", err)
	}
	_, err = file.Write(make([]byte, probeOctets))
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close(), disk.Remove(path))
}

// Trim implements Store.
func (f *Files) Trim(ctx context.Context, before time.Time) error {
	first, err := f.First(ctx)
	if err != nil {
		return err
	}
	t := f.tree.Load()
	if !t.alive() {
		return f.refusal(t.cause)
	}
	last := f.last.Load()
	// When changes were logged never goes back from one to the next.
	n := sort.Search(int(last+1-first), func(i int) bool { //nolint:gosec // changes in the log
		if err != nil {
			return true
		}
		number := first + uint64(i) //nolint:gosec // not negative
		var written int64
		failed := t.get(logKey(number), func(value []byte) (err error) {
			_, written, err = decodeLogged(number, value)
			return err
		})
		err = errors.Join(err, failed)
		return written >= before.UnixMilli()
	})
	if err != nil || n == 0 {
		return err
	}
	batch := t.db.NewBatch()
	if err := batch.DeleteRange(logKey(first), logKey(first+uint64(n)), nil); err != nil { //nolint:gosec // not negative
		return errors.Join(err, batch.Close())
	}
	if err := t.write(batch, pebble.NoSync); err != nil {
		return f.refusal(err)
	}
	return batch.Close()
}
