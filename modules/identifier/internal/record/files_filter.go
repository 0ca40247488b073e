package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// filterAgain is how long whoever makes filters rests when the disk has failed.
const filterAgain = 5 * time.Second

// filters makes a filter at first, and a greater one whenever there are more
// handles than the last was made for, until the store is closed.
func (f *Files) filters(ctx context.Context) {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-rest.C:
		case <-f.wanted:
		case <-ctx.Done():
			return
		}
		if err := f.newFilter(ctx); err != nil && ctx.Err() == nil {
			f.o.Log.Error("make a filter of the handles", "error", err)
			rest.Reset(filterAgain)
		}
	}
}

// newFilter makes a filter and lets it come to know all handles. Those that are
// created meanwhile it knows from the writer: it begins to be filled before the
// tree's state is pinned, which happens between two commits.
func (f *Files) newFilter(ctx context.Context) error {
	t := f.tree.Load()
	n, err := t.handles()
	if err != nil {
		return err
	}
	fresh := newFilter(2*n, f.o.Filter)
	f.filling.Store(fresh)
	defer f.filling.Store(nil)
	var pinned *pebble.Snapshot
	if err := f.between(ctx, t, func() error { pinned = t.db.NewSnapshot(); return nil }); err != nil {
		return err
	}
	err = t.apart(func() error {
		lower, upper := within(keyRecord, everything())
		err := each(pinned, lower, upper, func(key, _ []byte) (bool, error) {
			fresh.add(f.memory.hash(key[1:]))
			return true, ctx.Err()
		})
		return errors.Join(err, pinned.Close())
	})
	if err != nil {
		return fmt.Errorf("read all handles: %w", err)
	}
	f.filter.Store(fresh)
	return nil
}

// announce makes the filters know the handles that a draft creates, before anybody
// can find them in the tree.
func (f *Files) announce(d *draft) {
	filling, filter := f.filling.Load(), f.filter.Load() // in this order: it is the filter before it is no longer filled
	for key, turn := range d.records {
		if turn.before != nil || turn.after == nil {
			continue
		}
		hash := f.memory.hash([]byte(key))
		if filling != nil {
			filling.add(hash)
		}
		if filter != nil {
			filter.add(hash)
		}
	}
	if filling != nil || filter == nil || !filter.crowded() {
		return
	}
	select {
	case f.wanted <- struct{}{}:
	default:
	}
}
