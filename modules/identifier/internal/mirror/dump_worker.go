package mirror

import (
	"context"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// dump takes everything that the primary has. What it has no more is what was
// written before the dump began, and not again since.
func (m *Mirror) dump(ctx context.Context, from client.Source) (err error) {
	start, err := m.o.Store.Last(ctx)
	if err != nil {
		return fmt.Errorf("read where the log ends: %w", err)
	}
	if err := m.begin(ctx, start+1); err != nil {
		return err
	}
	b := batch{m: m}
	var number, date uint64
	err = m.o.Client.Dump(ctx, from, wire.DumpQuery{Receiver: m.wants()}, func(r wire.DumpRecord) error {
		switch r.Kind {
		case wire.DumpSource:
			number, date = r.Transaction, r.Date
			m.state.set(func(l *Lag) { l.Connected = true })
			return nil
		case wire.DumpHomed:
			return b.put(ctx, record.Change{Action: wire.ActionHome, Handle: r.Handle, Was: record.Any, Values: []byte(m.o.Node), By: byPrimary})
		default:
			m.state.set(func(l *Lag) { l.Dumped++ })
			return b.put(ctx, record.Change{Action: wire.ActionUpdate, Handle: r.Handle, Was: record.Any, Values: encode(r.Values), By: byPrimary})
		}
	})
	if err != nil {
		return fmt.Errorf("dump the primary: %w", err)
	}
	gone, err := m.vanish(ctx, &b, start)
	if err != nil {
		return err
	}
	marks := []record.Mark{{Name: markPosition, Position: number}, {Name: markDate, Position: date}, {Name: markWhole, Position: 1}, {Name: markDump}, {Name: markKey, Position: keyOf(from)}}
	if err := b.write(ctx, marks...); err != nil {
		return err
	}
	if err := m.o.Settled(ctx); err != nil {
		return err
	}
	now := m.o.Now()
	m.state.set(func(l *Lag) {
		l.Whole, l.begun, l.key, l.Position, l.date, l.Primary = true, 0, keyOf(from), number, date, number
		l.Dumps++
		l.contact(now, number)
	})
	m.whole.Store(true)
	m.o.Log.InfoContext(ctx, "the primary was dumped", "handles", m.state.get().Dumped, "transaction", number, "gone", gone)
	return nil
}

// begin writes down that a dump begins: until it is whole another is taken.
func (m *Mirror) begin(ctx context.Context, number uint64) error {
	if _, err := m.o.Store.Apply(ctx, nil, record.Mark{Name: markDump, Position: number}); err != nil {
		return fmt.Errorf("begin a dump: %w", err)
	}
	m.state.set(func(l *Lag) { l.begun, l.Dumped = number, 0 })
	return nil
}

// vanish takes away what the dump did not bring, and returns how much that is.
func (m *Mirror) vanish(ctx context.Context, b *batch, start uint64) (gone int, err error) {
	if err := b.write(ctx); err != nil {
		return 0, err
	}
	s, err := m.o.Store.Snapshot(ctx)
	if err != nil {
		return 0, fmt.Errorf("look for what the primary has no more: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, h := range s.Homes {
		if h.Change > start {
			continue
		}
		gone++
		if err := b.put(ctx, record.Change{Action: wire.ActionUnhome, Handle: h.Prefix, Was: h.Change, By: byPrimary}); err != nil {
			return gone, err
		}
	}
	for r, err := range s.Records(ctx) {
		if err != nil {
			return gone, fmt.Errorf("look for what the primary has no more: %w", err)
		}
		if r.Change > start {
			continue
		}
		gone++
		b.changes = append(b.changes, record.Change{Action: wire.ActionDelete, Handle: r.Handle, Was: r.Change, By: byPrimary})
		if len(b.changes) < batchMost {
			continue
		}
		if err := b.write(ctx); err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// saying tells a change that the store refuses from a store that is in trouble.
func saying(err error) error {
	if fault.Is(err, fault.Invalid) {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	return fmt.Errorf("keep what the primary sent: %w", err)
}
