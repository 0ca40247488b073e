package identifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/audit"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// projectedAtOnce is how many changes are projected in one commit; actsAtOnce how
// many of them by one actor the audit log names one by one.
const (
	projectedAtOnce = 500
	actsAtOnce      = 20
)

// project keeps what can be searched, and the audit log, up with the log of
// changes, until ctx ends.
func (m *Module) project(ctx context.Context) error {
	for ctx.Err() == nil {
		changed := m.records.Changed()
		more, err := m.projectSome(ctx)
		switch {
		case errors.Is(err, errOvertaken), more:
			continue
		case err != nil && ctx.Err() == nil:
			m.kit.Log.WarnContext(ctx, "changes of identifiers wait to be found and recorded", "error", err)
			if !pause(ctx, time.Second) {
				return nil
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// projectSome projects the next changes and tells whether there may be more.
func (m *Module) projectSome(ctx context.Context) (more bool, err error) {
	from, err := m.projection.position(ctx)
	if err != nil {
		return false, err
	}
	list, err := m.records.Log(ctx, from, projectedAtOnce)
	if errors.Is(err, record.ErrForgotten) {
		return m.skip(ctx, from)
	}
	if err != nil {
		return false, fmt.Errorf("read the log of changes: %w", err)
	}
	if len(list) == 0 {
		return false, nil
	}
	if err := m.meetStrangers(ctx, list); err != nil {
		return false, err
	}
	seen := map[string]bool{}
	var rows []projected
	for i := range list {
		key := wire.Fold(list[i].Handle)
		if seen[key] || list[i].Action == wire.ActionHome || list[i].Action == wire.ActionUnhome {
			continue
		}
		seen[key] = true
		p, err := m.projectOne(ctx, key, &list[i])
		if err != nil {
			return false, err
		}
		rows = append(rows, p)
	}
	to := list[len(list)-1].Number
	if err := m.projection.save(ctx, from, to, rows, acts(list)); err != nil {
		return false, err
	}
	m.kit.Notify(topicHandles, "", "")
	return len(list) == projectedAtOnce, nil
}

// skip goes on where the log begins: what was before is forgotten.
func (m *Module) skip(ctx context.Context, from uint64) (bool, error) {
	first, err := m.records.First(ctx)
	if err != nil {
		return false, fmt.Errorf("read where the log begins: %w", err)
	}
	m.kit.Log.WarnContext(ctx, "changes of identifiers were forgotten before they were projected", "from", from, "to", first)
	return true, m.projection.save(ctx, from, first-1, nil, nil)
}

func (m *Module) projectOne(ctx context.Context, key string, l *record.Logged) (projected, error) {
	p := projected{id: key, handle: l.Handle, at: l.At, change: l.Number}
	r, err := m.records.Load(ctx, l.Handle)
	if err != nil {
		return p, fmt.Errorf("load %s: %w", l.Handle, err)
	}
	if r == nil {
		p.gone = true
		return p, nil
	}
	if n, err := m.owner(l.Handle); err == nil {
		p.nodeID = n.ID
	}
	p.handle, p.at, p.change = r.Handle, r.At, r.Change
	p.values, err = valuesOf(r)
	return p, err
}

// meetStrangers looks for nodes that another replica has founded, if the home of a
// changed handle is not known.
func (m *Module) meetStrangers(ctx context.Context, list []record.Logged) error {
	if !slices.ContainsFunc(list, func(l record.Logged) bool { _, err := m.owner(l.Handle); return err != nil }) {
		return nil
	}
	m.settling.Lock()
	defer m.settling.Unlock()
	_, err := m.meet(ctx)
	return err
}

// acts are the entries of the audit log for changes that came by the protocol.
// Of many by one actor the range is told; each of them is in the log of changes.
func acts(list []record.Logged) []audit.Entry {
	type actor struct{ by, from string }
	count := map[actor]int{}
	for i := range list {
		count[actor{list[i].By, list[i].From}]++
	}
	var entries []audit.Entry
	told := map[actor]bool{}
	for i := range list {
		l := &list[i]
		a := actor{l.By, l.From}
		if l.Via == viaPeople || l.Via == viaProbe || told[a] {
			continue
		}
		e := audit.Entry{
			ID: ulid.Make().String(), At: time.UnixMilli(l.At).UTC(), Actor: "handle:" + l.By, ActorName: l.By,
			Action: "identifier " + actionName(l.Action), Object: "identifier:" + l.Handle, Outcome: "done", IP: l.From, Detail: fmt.Sprintf("change %d, %s", l.Number, l.Via),
		}
		if count[a] > actsAtOnce {
			told[a] = true
			e.Action, e.Object = "identifier changes", "identifier:"+l.Handle+" …"
			e.Detail = fmt.Sprintf("%d changes from %d to %d, %s", count[a], l.Number, lastOf(list, l), l.Via)
		}
		entries = append(entries, e)
	}
	return entries
}

func lastOf(list []record.Logged, first *record.Logged) (number uint64) {
	for i := range list {
		if list[i].By == first.By && list[i].From == first.From {
			number = list[i].Number
		}
	}
	return number
}

func actionName(a wire.Action) string {
	switch a {
	case wire.ActionCreate:
		return "created"
	case wire.ActionDelete:
		return "removed"
	case wire.ActionUpdate:
		return "changed"
	case wire.ActionHome:
		return "prefix homed"
	case wire.ActionUnhome:
		return "prefix unhomed"
	default:
		return "changed"
	}
}

// trimLog forgets changes that everybody who follows them has seen long ago.
func (m *Module) trimLog(ctx context.Context) error {
	if m.ready() != nil {
		return nil //nolint:nilerr // at the next time
	}
	if err := m.records.Trim(ctx, time.Now().Add(-record.LogKept)); err != nil {
		return fmt.Errorf("trim the log of changes: %w", err)
	}
	return nil
}

// editAge is how old an edit is that whoever recorded it did not make: the process
// ended in between.
const editAge = time.Minute

// finishEdits makes edits that a crash came between.
func (m *Module) finishEdits(ctx context.Context) error {
	if m.ready() != nil {
		return nil //nolint:nilerr // at the next time
	}
	list, err := m.edits.pending(ctx, time.Now().Add(-editAge))
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := m.makeEdit(ctx, d); err != nil {
			m.kit.Log.WarnContext(ctx, "an edit that was interrupted could not be made", "handle", d.Handle, "error", err)
		}
	}
	return nil
}
