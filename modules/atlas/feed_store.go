package atlas

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

// hear takes over what one owner says, all of it.
func (s elementStore) hear(ctx context.Context, tx *sqldb.Tx, t told, now time.Time) error {
	w, err := s.begin(ctx, tx)
	if err != nil {
		return err
	}
	for _, n := range t.nodes {
		if err := w.put(ctx, n); err != nil {
			return err
		}
	}
	return w.become(ctx, t.owner, t.edges, t.forget, today(now))
}

// follow takes over what the directory shows of an enterprise now. What it does not show
// any more is forgotten with all it had.
func (m *Module) follow(ctx context.Context, entryID, event string) error {
	shown, err := m.enterprises.Shown(ctx, entryID)
	if err != nil {
		return fmt.Errorf("ask what is shown of %s: %w", entryID, err)
	}
	return m.take(ctx, shown, event)
}

func (m *Module) take(ctx context.Context, shown enterpriseevent.Shown, event string) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	return m.elements.db.Write(ctx, func(tx *sqldb.Tx) error {
		if !shown.Gone {
			return m.elements.hear(ctx, tx, ofEntry(shown, event, now), now)
		}
		w, err := m.elements.begin(ctx, tx)
		if err != nil {
			return err
		}
		return w.drop(ctx, enterpriseNode(shown.EntryID))
	})
}

func (m *Module) onAccepted(ctx context.Context, e enterpriseevent.Accepted) error {
	return m.follow(ctx, e.EntryID, e.Subject())
}

func (m *Module) onChanged(ctx context.Context, e enterpriseevent.Changed) error {
	return m.follow(ctx, e.EntryID, e.Subject())
}

// onMerged follows both: the other is not shown any more.
func (m *Module) onMerged(ctx context.Context, e enterpriseevent.Merged) error {
	return m.both(ctx, e.EntryID, e.OtherID, e.Subject())
}

func (m *Module) onUnmerged(ctx context.Context, e enterpriseevent.Unmerged) error {
	return m.both(ctx, e.EntryID, e.OtherID, e.Subject())
}

// both follows two entries in one change: one event is handled in one.
func (m *Module) both(ctx context.Context, one, other, event string) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	var list []enterpriseevent.Shown
	for _, id := range []string{one, other} {
		shown, err := m.enterprises.Shown(ctx, id)
		if err != nil {
			return fmt.Errorf("ask what is shown of %s: %w", id, err)
		}
		list = append(list, shown)
	}
	return m.elements.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, shown := range list {
			if !shown.Gone {
				if err := m.elements.hear(ctx, tx, ofEntry(shown, event, now), now); err != nil {
					return err
				}
				continue
			}
			w, err := m.elements.begin(ctx, tx)
			if err != nil {
				return err
			}
			if err := w.drop(ctx, enterpriseNode(shown.EntryID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// gather walks the directory, for what was entered before this room was there and for
// whatever an event did not tell. What is the same already changes nothing.
func (m *Module) gather(ctx context.Context) error {
	c, err := m.memory.now(ctx)
	if err != nil {
		return err
	}
	shown, had := map[string]bool{}, c.byOwner()
	err = m.enterprises.EachShown(ctx, func(s enterpriseevent.Shown) error {
		shown[enterpriseNode(s.EntryID)] = true
		if c.knows(ofEntry(s, "", s.UpdatedAt), had[enterpriseNode(s.EntryID)]) {
			return nil
		}
		return m.follow(ctx, s.EntryID, "")
	})
	if err != nil {
		return fmt.Errorf("walk the directory: %w", err)
	}
	for _, n := range c.nodes {
		if n.Kind == kindEnterprise && !shown[n.ID] {
			if err := m.follow(ctx, n.ID[len(kindEnterprise)+1:], ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeAll takes over what several owners say, all or none.
func (s elementStore) takeAll(ctx context.Context, list []told, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, t := range list {
			if err := s.hear(ctx, tx, t, now); err != nil {
				return err
			}
		}
		return nil
	})
}
