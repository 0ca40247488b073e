package identifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/record"
)

// open opens the records, and builds the doors behind which they are. After an
// error it may be tried again.
func (m *Module) open(ctx context.Context) (err error) {
	m.records, err = openRecords(ctx, m.kit, record.Options{Memory: m.settings.Memory << 20, Log: m.kit.Log})
	if err != nil {
		return fmt.Errorf("open the records: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.records.Close())
			m.posts = nil
		}
	}()
	for _, d := range m.settings.Doors {
		p := &post{door: d}
		if p.key, err = m.doors.key(ctx, d.Name); err != nil {
			return err
		}
		p.engine = engine.New(engine.Options{
			Store: m.records, Name: d.Name, Serves: m.serves(d), Remote: m.remote, Guard: m.guard, Seal: m.seal, Mirrors: d.mirrors(),
			Log: m.kit.Log.With("door", d.Name),
		})
		m.posts = append(m.posts, p)
	}
	if err := errors.Join(m.settleAll(ctx), m.settleQuotas(ctx)); err != nil {
		return err
	}
	close(m.opened)
	return nil
}

// ready refuses while the records are being opened.
func (m *Module) ready() error {
	select {
	case <-m.opened:
		return nil
	default:
		return fault.New(fault.Unavailable, "identifier.opening", "the identifiers are being opened; try again in a moment").After(1)
	}
}

// serves tells which nodes answer at a door.
func (m *Module) serves(d door) func(id string) bool {
	return func(id string) bool {
		n, ok := m.hosted.of(id)
		return ok && n.Door == d.Name
	}
}

// remoteTime bounds how long a handle that is elsewhere is looked for.
const remoteTime = 5 * time.Second

// remote finds a handle whose home is not behind the door that is asked: at
// another door, or by resolving it from the root.
func (m *Module) remote(ctx context.Context, handle string) ([]wire.Value, error) {
	if _, err := m.owner(handle); err == nil {
		r, err := m.records.Load(ctx, handle)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", handle, err)
		}
		return valuesOf(r)
	}
	r, err := m.recursive.resolver()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, remoteTime)
	defer cancel()
	a := r.Lookup(ctx, handle, resolver.Query{PastCache: true, KeepAlias: true}) // a key that was taken away holds no longer
	switch {
	case a.Code == wire.CodeSuccess && !a.Stale:
		return a.Values, nil
	case a.Code == wire.CodeNotFound, a.Code == wire.CodeValuesNotFound:
		return nil, nil
	default:
		return nil, fault.New(fault.Unavailable, "identifier.handle.unanswered", "%s: %s %s", handle, a.Code, a.Message)
	}
}

// guard refuses changes to handles of a node that takes none, or has no room.
func (m *Module) guard(ctx context.Context, p *engine.Proposal) error {
	n, ok := m.hosted.of(p.Node)
	if !ok || !n.State.changes() {
		return &engine.RefusalError{Code: wire.CodeReadOnly, Message: "the node of " + p.Prefix + " takes no changes now; ask who operates it"}
	}
	return m.withinQuota(ctx, p)
}

// settleAll brings the doors up to date with the nodes: what is at home where,
// and the handles of their prefixes.
func (m *Module) settleAll(ctx context.Context) error {
	m.settling.Lock()
	defer m.settling.Unlock()
	list, err := m.meet(ctx)
	if err != nil {
		return err
	}
	for _, n := range list {
		if err := m.settle(ctx, n); err != nil {
			return fmt.Errorf("settle the node %s: %w", n.Prefix, err)
		}
	}
	gone, err := m.nodes.inState(ctx, revoked)
	if err != nil {
		return err
	}
	for _, n := range gone {
		if err := m.withdraw(ctx, n); err != nil {
			return fmt.Errorf("withdraw the node %s: %w", n.Prefix, err)
		}
	}
	return nil
}

// meet reads which nodes there are.
func (m *Module) meet(ctx context.Context) ([]node, error) {
	list, err := m.nodes.answering(ctx)
	if err != nil {
		return nil, err
	}
	m.hosted.set(slices.DeleteFunc(slices.Clone(list), func(n node) bool { return !n.serves() }))
	for _, p := range m.posts {
		if err := p.engine.Refresh(ctx); err != nil {
			return nil, err //nolint:wrapcheck // it says all
		}
	}
	roots, err := m.trusted(ctx)
	if err != nil {
		return nil, err
	}
	return list, m.recursive.trust(roots)
}

// settleOne is settleAll for a node that was changed.
func (m *Module) settleOne(ctx context.Context, n node) error {
	m.settling.Lock()
	defer m.settling.Unlock()
	if _, err := m.meet(ctx); err != nil {
		return err
	}
	switch {
	case n.State.resolves():
		return m.settle(ctx, n)
	case n.State == revoked:
		return m.withdraw(ctx, n)
	default:
		return nil
	}
}

// nodesPause is how often it is looked for nodes that another replica changed.
const nodesPause = time.Second

// followNodes keeps up with nodes that other replicas change, until ctx ends.
func (m *Module) followNodes(ctx context.Context) error {
	seen := ""
	for pause(ctx, nodesPause) {
		stamp, err := m.nodes.stamp(ctx)
		if err == nil && stamp != seen {
			m.settling.Lock()
			_, err = m.meet(ctx)
			m.settling.Unlock()
		}
		if err != nil {
			m.kit.Log.WarnContext(ctx, "nodes that others change are seen later", "error", err)
			continue
		}
		seen = stamp
	}
	return nil
}

// withdraw takes the handle of a revoked node's prefix from the node above it: its
// handles stay, and resolve no more.
func (m *Module) withdraw(ctx context.Context, n node) error {
	above, ok := m.hosted.of(n.AboveID)
	if !ok {
		return nil
	}
	p := m.post(above.Door)
	if p == nil {
		return nil
	}
	return p.engine.Withdraw(ctx, n.prefixHandle())
}

// settle makes the prefix of a hosted node at home here, and any node's known to
// the node above.
func (m *Module) settle(ctx context.Context, n node) error {
	if n.Hosting == alone {
		return m.register(ctx, n)
	}
	p := m.post(n.Door)
	if p == nil {
		return nil // its door is not configured in this process
	}
	if err := p.engine.Settle(ctx, n.prefixHandle(), n.ID); err != nil {
		return err
	}
	return m.register(ctx, n)
}

// register writes the handle of a node's prefix at the node above it, if that is
// hosted here.
func (m *Module) register(ctx context.Context, n node) error {
	above := n
	if n.Role != rootNode {
		var ok bool
		if above, ok = m.hosted.of(n.AboveID); !ok {
			return nil
		}
	}
	site, err := m.siteOf(n)
	if site == nil || err != nil {
		return err
	}
	values, err := n.record(site)
	if err != nil {
		return err
	}
	p := m.post(above.Door)
	if p == nil {
		return nil
	}
	said, removed, err := m.certify(ctx, &above, &n)
	if err != nil {
		return err
	}
	values.Values = append(values.Values, said...)
	return p.engine.Put(ctx, values, removed...)
}

// siteOf returns the HS_SITE of a node; none while its door is closed.
func (m *Module) siteOf(n node) ([]byte, error) {
	if n.Hosting == alone {
		site, err := hjson.ParseSite([]byte(n.Site))
		if err != nil {
			return nil, fmt.Errorf("read the site of %s: %w", n.Prefix, err)
		}
		return site.Append(nil), nil
	}
	p := m.post(n.Door)
	if p == nil {
		return nil, nil
	}
	site := p.where()
	if len(site.Servers) == 0 {
		return nil, nil
	}
	return site.Append(nil), nil
}

func (m *Module) post(name string) *post {
	for _, p := range m.posts {
		if p.door.Name == name {
			return p
		}
	}
	return nil
}

// clear takes the identifiers of a node that was removed, and the handle of its
// prefix, out of the records.
func (m *Module) clear(ctx context.Context, n node) error {
	m.settling.Lock()
	defer m.settling.Unlock()
	changes := []record.Change{{Action: wire.ActionUnhome, Handle: n.prefixHandle(), Was: record.Any, By: "node"}}
	for r, err := range m.records.List(ctx, n.Prefix, "") {
		if err != nil {
			return fmt.Errorf("list the identifiers of %s: %w", n.Prefix, err)
		}
		changes = append(changes, record.Change{Action: wire.ActionDelete, Handle: r.Handle, Was: record.Any, By: "node"})
		if len(changes) < clearedAtOnce {
			continue
		}
		if _, err := m.records.Apply(ctx, changes); err != nil {
			return fmt.Errorf("remove the identifiers of %s: %w", n.Prefix, err)
		}
		changes = nil
	}
	changes = append(changes, record.Change{Action: wire.ActionDelete, Handle: n.prefixHandle(), Was: record.Any, By: "node"})
	if _, err := m.records.Apply(ctx, changes); err != nil {
		return fmt.Errorf("remove the identifiers of %s: %w", n.Prefix, err)
	}
	_, err := m.meet(ctx)
	return err
}

// clearedAtOnce is how many identifiers are removed in one commit.
const clearedAtOnce = 1000
