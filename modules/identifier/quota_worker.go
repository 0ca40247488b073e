package identifier

import (
	"context"
	"fmt"
	"iter"
	"time"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
)

// settleQuotas writes down what was used of quotas, and takes in what all replicas have used.
func (m *Module) settleQuotas(ctx context.Context) error {
	m.quotas.turn.Lock()
	defer m.quotas.turn.Unlock()
	day := dayOf(time.Now())
	for h := range m.homes() {
		m.quotas.take(h.Node, h.Created.Swap(0))
	}
	if err := m.quotaRows.add(ctx, day, m.quotas.unwritten); err != nil {
		return err // it is written down the next time
	}
	clear(m.quotas.unwritten)
	written, err := m.quotaRows.all(ctx, day)
	if err != nil {
		return err
	}
	for id, s := range written {
		n, ok := m.hosted.of(id)
		if !ok || s.Identifiers == 0 {
			continue
		}
		if s.handles, err = m.records.Count(ctx, n.Prefix); err != nil {
			return fmt.Errorf("count the handles of %s: %w", n.Prefix, err)
		}
	}
	since := map[string]int64{}
	for h := range m.homes() {
		since[h.Node] += h.Created.Load()
	}
	m.quotas.meet(written, since)
	for h := range m.homes() {
		h.Spent.Store(m.quotas.spent(h.Node, day))
	}
	return nil
}

// homes are those behind all doors.
func (m *Module) homes() iter.Seq[*engine.Home] {
	return func(yield func(*engine.Home) bool) {
		for _, p := range m.posts {
			for _, h := range p.engine.Homes() {
				if !yield(h) {
					return
				}
			}
		}
	}
}

// withinQuota tells why a node may not have what is proposed.
func (m *Module) withinQuota(ctx context.Context, p *engine.Proposal) error {
	if !p.New {
		return nil
	}
	if !wire.IsPrefixHandle(p.Handle) {
		return m.quotas.admit(p.Node, dayOf(time.Now()), p.Look)
	}
	if err := m.quotaRows.room(ctx, p.Node); err != nil {
		return &engine.RefusalError{Code: wire.CodePrefixLimit, Message: err.Error()}
	}
	return nil
}
