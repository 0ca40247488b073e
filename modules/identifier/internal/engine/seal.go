package engine

import (
	"bytes"
	"context"
	"fmt"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// sealed returns values as a record keeps them, sealed by the node of their handle.
func (e *Engine) sealed(ctx context.Context, home *Home, handle string, values []wire.Value) ([]byte, error) {
	if e.o.Seal == nil || wire.IsPrefixHandle(handle) {
		return encode(values), nil
	}
	after, err := e.o.Seal(ctx, home.Node, handle, values)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", handle, err)
	}
	now := uint32(e.o.Now().Unix()) //nolint:gosec // the protocol's time ends in 2106
	for i := range after {
		if after[i].Timestamp == 0 { // the signature
			after[i].Timestamp = now
		}
	}
	return encode(after), nil
}

// sealedAtOnce is how many records SealAll looks at before it saves.
const sealedAtOnce = 500

// SealAll seals what there is of a prefix ("88.101.5") again: after its node has
// begun to sign, to sign otherwise, or to sign no more. Progress is told how many
// handles were looked at. It may be repeated; what is sealed right is not written.
func (e *Engine) SealAll(ctx context.Context, prefix string, progress func(n int64)) error {
	var seen int64
	var changes []record.Change
	save := func() error {
		if _, err := e.o.Store.Apply(ctx, changes); err != nil { // what was changed meanwhile was sealed then
			return fmt.Errorf("save signatures: %w", err)
		}
		changes = changes[:0]
		return nil
	}
	for r, err := range e.o.Store.List(ctx, prefix, "") {
		if err != nil {
			return fmt.Errorf("list %s: %w", prefix, err)
		}
		c, err := e.sealAgain(ctx, r)
		if err != nil {
			return err
		}
		if c != nil {
			changes = append(changes, *c)
		}
		if seen++; seen%sealedAtOnce > 0 {
			continue
		}
		if err := save(); err != nil {
			return err
		}
		progress(seen)
	}
	return save()
}

// sealAgain returns the change that seals a record, nil if it is sealed.
func (e *Engine) sealAgain(ctx context.Context, r *record.Record) (*record.Change, error) {
	home := e.home([]byte(wire.Fold(r.Handle)))
	if home == nil {
		return nil, nil
	}
	values, err := decode(r)
	if err != nil {
		return nil, err
	}
	after, err := e.sealed(ctx, home, r.Handle, values)
	if err != nil || bytes.Equal(after, r.Values) {
		return nil, err
	}
	return &record.Change{Action: wire.ActionUpdate, Handle: r.Handle, Was: r.Change, Values: after, By: byNode}, nil
}
