package search

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/module"
)

const (
	batch = 500
	// look is how long a change that another replica kept may go unnoticed.
	look = time.Second
	// underWay is longer than any change takes from its stamp to its commit, clocks of
	// replicas that differ included.
	underWay = time.Minute
)

// Run builds the index and follows the documents, until ctx ends.
func (m *Room) Run(ctx context.Context) error {
	began := time.Now()
	if err := m.follow(ctx); err != nil {
		return err
	}
	if !m.ready.Swap(true) {
		m.kit.Log.Info("the search index is built", "documents", m.index.size(), "took", time.Since(began).Round(time.Millisecond))
	}
	if err := m.walkNew(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if err := m.follow(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-m.changed:
		case <-tick.C:
		}
	}
}

// follow takes in what has changed since.
func (m *Room) follow(ctx context.Context) error {
	for {
		list, err := m.store.after(ctx, m.position.Load(), batch)
		if err != nil {
			return err
		}
		for _, r := range list {
			m.take(r)
		}
		if len(list) < batch {
			return nil
		}
	}
}

func (m *Room) take(r record) {
	switch {
	case r.Removed:
		m.index.remove(r.key())
	case m.index.size() < m.limit:
		m.index.put(r)
	case !m.full.Swap(true):
		m.kit.Log.Error("the search index is full; further documents are not found", "limit", m.limit)
	}
	m.position.Store(r.Position)
}

// walkNew reads the kinds that were never read.
func (m *Room) walkNew(ctx context.Context) error {
	done, err := m.store.walked(ctx)
	if err != nil {
		return err
	}
	for _, k := range m.kinds() {
		if done[k.Room+"/"+k.Noun] {
			continue
		}
		if _, err := m.walk(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// walk reads all documents of a kind from its room. What it reads counts as older than
// every change that may have been stamped, but not committed, when the reading began.
func (m *Room) walk(ctx context.Context, k Kind) (n int, err error) {
	asOf := time.Now().Add(-underWay)
	var list []stamped
	flush := func() error {
		if len(list) == 0 {
			return nil
		}
		err := m.store.keep(ctx, list...)
		n, list = n+len(list), list[:0]
		return err
	}
	err = k.Walk(ctx, func(d module.Document) error {
		list = append(list, stamped{record{Document: bounded(d), Room: k.Room}, asOf.UnixNano()})
		if len(list) < batch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = m.store.settle(ctx, k.Room, k.Noun, asOf)
	}
	m.nudge()
	if err != nil {
		return n, fmt.Errorf("read documents of %s/%s: %w", k.Room, k.Noun, err)
	}
	return n, nil
}

// mend reads everything again, for what a lost message or a changed rule left wrong.
func (m *Room) mend(ctx context.Context) error {
	for _, k := range m.kinds() {
		if _, err := m.walk(ctx, k); err != nil {
			return err
		}
	}
	return m.store.forget(ctx, time.Now().Add(-2*bus.Retention))
}
