package engine

import (
	"context"
	"fmt"
	"net/netip"

	"linghang/lib/handle/wire"
)

// Read returns what everybody may read of some handles with one home, nil for those
// that are not there. It is for what asks in the name of somebody outside, and counts
// as one resolution, which succeeded if any of them is there.
func (e *Engine) Read(ctx context.Context, handles []string, from netip.Addr) ([][]wire.Value, error) {
	list := make([][]wire.Value, len(handles))
	if len(handles) == 0 {
		return list, nil
	}
	began := e.o.Now()
	home, err := e.at(handles[0])
	if err != nil {
		return nil, err
	}
	if home.Spent.Load() {
		return nil, refuse(wire.CodeDailyLimit, "the quota of %s for today is used up; ask again tomorrow", home.Prefix)
	}
	found := false
	for i, handle := range handles {
		r, err := e.o.Store.Load(ctx, handle)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", handle, err)
		}
		if r == nil {
			continue
		}
		values, err := decode(r)
		if err != nil {
			return nil, err
		}
		found, list[i] = true, public(values)
	}
	now := e.o.Now()
	home.Resolutions.Add(now, now.Sub(began), found)
	e.sources.Add(from)
	return list, nil
}

func public(values []wire.Value) []wire.Value {
	list := make([]wire.Value, 0, len(values))
	for i := range values {
		if values[i].Permissions&wire.PublicRead != 0 {
			list = append(list, values[i])
		}
	}
	return list
}
