package engine

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/tally"
)

// Home is a prefix whose home is here, and what was asked about it.
type Home struct {
	Prefix string // the prefix's handle, as it was homed
	Node   string

	Resolutions   tally.Meter
	Registrations tally.Meter  // changes of handles and their values
	Created       atomic.Int64 // handles that were new

	// Spent says that no more is resolved today: more than the node's quota was.
	Spent atomic.Bool

	space  atomic.Pointer[space] // nil is not known
	asking sync.Mutex            // for the prefix's namespace
}

// meter is where a request counts.
func (h *Home) meter(op wire.Op) *tally.Meter {
	switch op {
	case wire.OpCreate, wire.OpDelete, wire.OpAddValues, wire.OpRemoveValues, wire.OpModifyValues:
		return &h.Registrations
	default:
		return &h.Resolutions
	}
}

// homes is what the engine is the home of, by folded prefix handles. It is read
// only: a change makes another.
type homes struct {
	list map[string]*Home
	root *Home // if 0.NA/0.NA is among them
}

// of returns the home of a folded handle, or nil. Whoever is the home of
// 0.NA/88.101 is so of all prefix handles below it, but not of itself; the root
// is of all prefix handles.
func (h *homes) of(key []byte) *Home {
	prefix, _, ok := bytes.Cut(key, []byte{'/'})
	if !ok {
		return h.ofPrefix(key)
	}
	if string(prefix) == wire.NA[:len(wire.NA)-1] {
		return h.ofPrefix(key[len(wire.NA):])
	}
	var room [wire.MaxHandle + len(wire.NA)]byte
	name := append(append(room[:0], wire.NA...), prefix...)
	return h.list[string(name)]
}

// ofPrefix returns the home of the prefix handle of a folded prefix.
func (h *homes) ofPrefix(prefix []byte) *Home {
	var room [wire.MaxHandle + len(wire.NA)]byte
	name := append(append(room[:0], wire.NA...), prefix...)
	for at := bytes.LastIndexByte(name, '.'); at > len(wire.NA); at = bytes.LastIndexByte(name[:at], '.') {
		if home := h.list[string(name[:at])]; home != nil {
			return home
		}
	}
	return h.root
}

// has tells whether a prefix itself, by its folded handle, is homed here.
func (h *homes) has(key string) bool { return h.list[key] != nil }

// refresh reads the homes again.
func (e *Engine) refresh(ctx context.Context) error {
	list, err := e.o.Store.Homes(ctx)
	if err != nil {
		return fmt.Errorf("read the homed prefixes: %w", err)
	}
	e.homes.Store(e.collect(list))
	return nil
}

func (e *Engine) collect(list []record.Home) *homes {
	before := e.homes.Load()
	now := &homes{list: make(map[string]*Home, len(list))}
	for _, h := range list {
		if !e.o.Serves(h.Node) {
			continue
		}
		key := wire.Fold(h.Prefix)
		home := before.list[key]
		if home == nil || home.Node != h.Node {
			home = &Home{Prefix: h.Prefix, Node: h.Node}
		}
		now.list[key] = home
	}
	now.root = now.list[wire.RootHandle]
	return now
}

// Homes returns the prefixes whose home is here, in no order.
func (e *Engine) Homes() []*Home { return slices.Collect(maps.Values(e.homes.Load().list)) }

// Sources returns what was asked from where.
func (e *Engine) Sources() *tally.Sources { return e.sources }

// Refresh reads which prefixes are at home here; call it before the first
// request, and when Serves has another answer.
func (e *Engine) Refresh(ctx context.Context) error { return e.refresh(ctx) }

// followPause is after how long the log is read again that could not be.
const followPause = time.Second

// Follow keeps up with prefixes that are homed by others, until ctx ends. While the
// store is away it is asked again and again.
func (e *Engine) Follow(ctx context.Context) {
	last, err := e.start(ctx)
	for {
		changed := e.o.Store.Changed()
		if err == nil {
			last, err = e.catchUp(ctx, last)
		}
		if err == nil {
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(followPause):
		}
		e.o.Log.WarnContext(ctx, "prefixes that others home are seen later", "error", err)
		last, err = e.start(ctx)
	}
}

// start reads the homes, and where the log of what happens to them goes on.
func (e *Engine) start(ctx context.Context) (uint64, error) {
	last, err := e.o.Store.Last(ctx)
	if err != nil {
		return 0, fmt.Errorf("read where the log ends: %w", err)
	}
	return last, e.refresh(ctx)
}

// catchUp reads the log behind a change and, if a prefix was homed or unhomed,
// the homes.
func (e *Engine) catchUp(ctx context.Context, last uint64) (uint64, error) {
	moved := false
	for {
		list, err := e.o.Store.Log(ctx, last, followed)
		if err != nil {
			return last, fmt.Errorf("follow the log: %w", err)
		}
		for i := range list {
			last = list[i].Number
			moved = moved || list[i].Action == wire.ActionHome || list[i].Action == wire.ActionUnhome
			e.forget(list[i].Handle)
		}
		if len(list) < followed {
			break
		}
	}
	if !moved {
		return last, nil
	}
	return last, e.refresh(ctx)
}

// forget has the namespace of a prefix asked for again whose record was changed.
func (e *Engine) forget(handle string) {
	if !wire.IsPrefixHandle(handle) {
		return
	}
	if home := e.homes.Load().list[wire.Fold(handle)]; home != nil {
		home.space.Store(nil)
	}
}

// followed is how many changes are read at once.
const followed = 1000

// Settle makes a prefix one of a node's, if it is not yet.
func (e *Engine) Settle(ctx context.Context, prefixHandle, name string) error {
	if err := e.refresh(ctx); err != nil {
		return err
	}
	if h := e.homes.Load().list[wire.Fold(prefixHandle)]; h != nil && h.Node == name {
		return nil
	}
	c := record.Change{Action: wire.ActionHome, Handle: prefixHandle, Was: record.Any, Values: []byte(name), By: byNode}
	if _, err := e.o.Store.Apply(ctx, []record.Change{c}); err != nil {
		return fmt.Errorf("save the home of %s: %w", prefixHandle, err)
	}
	return e.refresh(ctx)
}

// byNode is who changes what the node keeps about itself.
const byNode = "node"

// Put writes values of a handle, beside those it has at other indexes, and removes
// those at some, without asking for anybody's rights: what a node says of itself.
func (e *Engine) Put(ctx context.Context, own wire.Values, removed ...int32) error {
	now := uint32(e.o.Now().Unix()) //nolint:gosec // the protocol's time ends in 2106
	for range triesToChange {
		r, err := e.o.Store.Load(ctx, own.Handle)
		if err != nil {
			return fmt.Errorf("load %s: %w", own.Handle, err)
		}
		before, err := decode(r)
		if err != nil {
			return err
		}
		after, changed := merge(before, own.Values, now)
		kept := slices.DeleteFunc(slices.Clone(after), func(v wire.Value) bool { return slices.Contains(removed, v.Index) })
		if !changed && len(kept) == len(after) {
			return nil
		}
		c := record.Change{Action: wire.ActionUpdate, Handle: own.Handle, Values: encode(kept), By: byNode}
		if r == nil {
			c.Action = wire.ActionCreate
		} else {
			c.Was = r.Change
		}
		numbers, err := e.o.Store.Apply(ctx, []record.Change{c})
		if err != nil {
			return fmt.Errorf("save %s: %w", own.Handle, err)
		}
		if numbers[0] != 0 {
			return nil
		}
	}
	return refuse(wire.CodeBusy, "%s is being changed by others", own.Handle)
}

// merge returns values with others in their places, and whether any differs.
func merge(before, others []wire.Value, now uint32) ([]wire.Value, bool) {
	after, changed := slices.Clone(before), false
	for _, v := range others {
		v.Timestamp = now
		switch i := at(after, v.Index); {
		case i < 0:
			after, changed = append(after, v), true
		case !same(&after[i], &v):
			after[i], changed = v, true
		}
	}
	return byIndex(after), changed
}

// Of returns the home of a handle, or nil if it is elsewhere.
func (e *Engine) Of(handle string) *Home { return e.homes.Load().of([]byte(wire.Fold(handle))) }

// Withdraw takes a handle away that the node put there, if it is there.
func (e *Engine) Withdraw(ctx context.Context, handle string) error {
	r, err := e.o.Store.Load(ctx, handle)
	if r == nil || err != nil {
		return err //nolint:wrapcheck // it says all
	}
	c := record.Change{Action: wire.ActionDelete, Handle: r.Handle, Was: record.Any, By: byNode}
	if _, err := e.o.Store.Apply(ctx, []record.Change{c}); err != nil {
		return fmt.Errorf("withdraw %s: %w", handle, err)
	}
	return nil
}
