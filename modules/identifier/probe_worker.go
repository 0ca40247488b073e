package identifier

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/prefix"
	"linghang/modules/identifier/internal/probe"
	"linghang/modules/identifier/internal/record"
)

const (
	noticeAbnormal  = "identifier.node.abnormal"
	noticeRecovered = "identifier.node.recovered"

	// probeEvery is how often the city looks at each node, registerEvery how many looks
	// lie between two registrations.
	probeEvery    = time.Minute
	registerEvery = 60
	// probedAtOnce is how many nodes are looked at at the same time.
	probedAtOnce = 32
	// looksKept is how long looks are kept: a report tells of six months.
	looksKept = 400 * 24 * time.Hour

	viaProbe = "probe"
)

func (m *Module) probeJobs() []module.Job {
	return []module.Job{
		{Name: "probe_nodes", Title: lang.Text{ZH: "拨测标识节点", EN: "Look at identifier nodes from outside"}, Every: probeEvery, Do: m.lookAround, Limit: 10 * time.Minute},
		{Name: "forget_looks", Title: lang.Text{ZH: "清理拨测记录", EN: "Forget old looks at nodes"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.probes.forget(ctx, time.Now().Add(-looksKept)) }},
	}
}

func eventNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeAbnormal, Title: lang.Text{ZH: "标识节点异常", EN: "An identifier node became abnormal"}, Gravity: notice.Urgent, Mail: notice.AtOnce},
		{ID: noticeRecovered, Title: lang.Text{ZH: "标识节点恢复", EN: "An identifier node recovered"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// targets returns the nodes that can be looked at, with where they are.
func (m *Module) targets(ctx context.Context) ([]probe.Target, []node, error) {
	nodes, err := m.nodes.answering(ctx)
	if err != nil {
		return nil, nil, err
	}
	known, err := m.probes.known(ctx)
	if err != nil {
		return nil, nil, err
	}
	sites := map[string]*wire.Site{}
	for _, n := range nodes {
		octets, err := m.siteOf(n)
		if err != nil || octets == nil {
			continue // a site that cannot be read is told where it is edited; a closed door by its health
		}
		site, err := wire.DecodeSite(octets)
		if err != nil {
			continue
		}
		sites[n.ID] = &site
	}
	list := make([]probe.Target, 0, len(nodes))
	for _, n := range nodes {
		site := sites[n.ID]
		if site == nil {
			site = &wire.Site{} // nothing to ask is no answer
		}
		t := probe.Target{NodeID: n.ID, Prefix: n.Prefix, Site: *site, Handle: known[n.ID]}
		switch {
		case n.Role == rootNode:
			t.Handle = n.prefixHandle()
		case n.AboveID != "":
			t.Above = sites[n.AboveID]
		}
		list = append(list, t)
	}
	return list, nodes, nil
}

// lookAround is the city's own probe, unless the operator wants none.
func (m *Module) lookAround(ctx context.Context) error {
	if !m.settings.Probe {
		return nil
	}
	return m.probeNodes(ctx)
}

// probeNodes looks at every node that answers, and judges what all probes saw.
func (m *Module) probeNodes(ctx context.Context) error {
	if m.ready() != nil {
		return nil // at the next time
	}
	if err := m.probes.insert(ctx, prober{ID: cityProbe, Name: "本平台 (this city)", CreatedAt: time.Now()}); err != nil {
		return err
	}
	targets, nodes, err := m.targets(ctx)
	if err != nil {
		return err
	}
	checker := probe.NewChecker()
	defer func() { _ = checker.Close() }() // nothing was sent
	results := make([]probe.Result, len(targets))
	work, within := errgroup.WithContext(ctx)
	work.SetLimit(probedAtOnce)
	for i := range targets {
		work.Go(func() error {
			results[i] = checker.Resolve(within, &targets[i])
			m.tryRegistration(within, checker, &targets[i], nodes[i], &results[i])
			return within.Err() //nolint:wrapcheck // whoever ended it knows
		})
	}
	if err := work.Wait(); err != nil {
		return fmt.Errorf("look at nodes: %w", err)
	}
	if err := m.report(ctx, cityProbe, results, nodes); err != nil {
		return err
	}
	return m.judge(ctx)
}

// due tells whether a node's turn to register has come: each has its own minute.
func due(id string, now time.Time) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int64(h.Sum32()%registerEvery) == now.Unix()/60%registerEvery
}

// tryRegistration registers, resolves and removes an identifier of a node that is
// hosted here and takes some.
func (m *Module) tryRegistration(ctx context.Context, c *probe.Checker, t *probe.Target, n node, r *probe.Result) {
	hostedNow, ok := m.hosted.of(n.ID)
	if !ok || !hostedNow.State.changes() || n.Role == rootNode || !r.Resolves() || !due(n.ID, r.At) {
		return
	}
	if free, _, err := m.ofProbes(ctx, t.Prefix+"/"+probe.Suffix); err != nil || !free {
		return // the name is the node's own; a store that is away is told otherwise
	}
	apply := func(c record.Change) error {
		free, was, err := m.ofProbes(ctx, c.Handle)
		if err != nil || !free {
			return err
		}
		c.Was, c.By, c.Via = was, "probe", viaProbe
		_, err = m.records.Apply(ctx, []record.Change{c})
		return err //nolint:wrapcheck // it says all
	}
	save := func(_ context.Context, handle string) error {
		admin := wire.Admin{Rights: wire.RightsAll, Reference: prefix.Administrator(n.prefixHandle())}
		values := append(probe.Values(), wire.Value{Index: prefix.AdminIndex, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: wire.TypeAdmin, Data: admin.Append(nil)})
		whole := wire.Values{Handle: handle, Values: values}
		return apply(record.Change{Action: wire.ActionCreate, Handle: handle, Values: whole.Append(nil)[len(wire.AppendBytes(nil, handle)):]})
	}
	remove := func(_ context.Context, handle string) error {
		return apply(record.Change{Action: wire.ActionDelete, Handle: handle})
	}
	c.Register(ctx, t, r, save, remove)
}

// ofProbes tells whether a probe may put something at a handle, or remove it: there
// is nothing, or what a probe has left there. was is the change that is replaced.
func (m *Module) ofProbes(ctx context.Context, handle string) (free bool, was uint64, err error) {
	r, err := m.records.Load(ctx, handle)
	if err != nil || r == nil {
		return err == nil, 0, err
	}
	values, err := valuesOf(r)
	return probe.Registered(values), r.Change, err
}

// report takes what a probe saw.
func (m *Module) report(ctx context.Context, probeID string, results []probe.Result, nodes []node) error {
	standings, err := m.probes.standings(ctx, "")
	if err != nil {
		return err
	}
	above, byID := map[string]string{}, map[string]bool{}
	for _, n := range nodes {
		above[n.ID], byID[n.ID] = n.AboveID, true
	}
	first, last := spanOf(results)
	stops, err := m.events.stops(ctx, "", first, last.Add(time.Millisecond))
	if err != nil {
		return err
	}
	var looks []look
	for i := range results {
		r := &results[i]
		if !byID[r.NodeID] {
			return fault.New(fault.Invalid, "identifier.probe.node", "no node %s answers", r.NodeID).At(fmt.Sprintf("body.results[%d].node_id", i), "read the targets again")
		}
		before := probe.Standing{}
		if at := slices.IndexFunc(standings[r.NodeID], func(v standingView) bool { return v.Probe == probeID }); at >= 0 {
			before = standings[r.NodeID][at].standing
		}
		if !r.At.After(before.At) {
			continue // it was reported before
		}
		stopped := slices.ContainsFunc(stops, func(p stop) bool { return p.NodeID == r.NodeID && p.lasts(r.At) })
		looks = append(looks, look{r, before.After(r), stopped})
	}
	return m.probes.note(ctx, probeID, above, looks)
}

// spanOf is when the first and the last of some looks were.
func spanOf(results []probe.Result) (first, last time.Time) {
	for i := range results {
		at := results[i].At
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return first, last
}

// stoppedAt tells which nodes are in a planned stop.
func (m *Module) stoppedAt(ctx context.Context, at time.Time) (map[string]bool, error) {
	stops, err := m.events.stops(ctx, "", at, at.Add(time.Millisecond))
	if err != nil {
		return nil, err
	}
	list := map[string]bool{}
	for _, s := range stops {
		list[s.NodeID] = true
	}
	return list, nil
}

// judge begins and ends events by what all probes saw.
func (m *Module) judge(ctx context.Context) error {
	nodes, err := m.nodes.answering(ctx)
	if err != nil {
		return err
	}
	standings, err := m.probes.standings(ctx, "")
	if err != nil {
		return err
	}
	open, err := m.events.open(ctx)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	stopped, err := m.stoppedAt(ctx, now)
	if err != nil {
		return err
	}
	list := verdicts(nodes, standings, open, stopped, now)
	if len(list) == 0 {
		return nil
	}
	byID := map[string]node{}
	for _, n := range nodes {
		byID[n.ID] = n
	}
	made, err := m.events.insert(ctx, list, m.kit.Notices, func(list []event) []notice.Notice { return noticesOf(list, byID) })
	for _, e := range made {
		m.kit.Notify(topicNodes, e.NodeID, "")
	}
	return err
}

// noticesOf tells who operates a node of each event, and who operates nodes above
// of all of theirs together.
func noticesOf(list []event, byID map[string]node) []notice.Notice {
	var notices []notice.Notice
	type group struct{ kind, organisation string }
	together := map[group][]event{}
	for _, e := range list {
		n, ok := byID[e.NodeID]
		if !ok {
			continue
		}
		own := n.Operator.ID
		notices = append(notices, eventNotice(e.Kind, own, []event{e}))
		for told := map[string]bool{own: true}; n.AboveID != ""; {
			if n, ok = byID[n.AboveID]; !ok {
				break
			}
			if !told[n.Operator.ID] {
				told[n.Operator.ID] = true
				g := group{e.Kind, n.Operator.ID}
				together[g] = append(together[g], e)
			}
		}
	}
	for g, events := range together {
		notices = append(notices, eventNotice(g.kind, g.organisation, events))
	}
	return notices
}

// namedMost is how many nodes a notice names.
const namedMost = 5

func eventNotice(kind, organisation string, list []event) notice.Notice {
	n := notice.Notice{
		Kind: noticeAbnormal, Link: "/identifier/events", Key: fmt.Sprintf("%s %d %s", kind, list[0].Number, organisation),
		To: notice.Audience{Organisation: organisation, Permission: "identifier.apply"},
	}
	zh, en := "异常", "abnormal"
	if kind == recovered {
		n.Kind, zh, en = noticeRecovered, "恢复", "recovered"
	}
	if len(list) == 1 {
		e := list[0]
		n.Link = "/identifier/nodes/" + e.NodeID
		n.Title = lang.Text{ZH: fmt.Sprintf("节点 %s %s：%s", e.Prefix, e.NameZH, zh), EN: fmt.Sprintf("Node %s %s: %s", e.Prefix, e.NameEN, en)}
		n.Body = lang.Text{ZH: fmt.Sprintf("事件 %d，%s。%s", e.Number, e.At.In(chinaTime()).Format(time.DateTime), e.Reason), EN: fmt.Sprintf("Event %d, %s (UTC+8). %s", e.Number, e.At.In(chinaTime()).Format(time.DateTime), e.Reason)}
		return n
	}
	n.Title = lang.Text{ZH: fmt.Sprintf("%d 个标识节点%s", len(list), zh), EN: fmt.Sprintf("%d identifier nodes %s", len(list), en)}
	for _, e := range list[:min(len(list), namedMost)] {
		n.Body.ZH += fmt.Sprintf("%s %s；", e.Prefix, e.NameZH)
		n.Body.EN += fmt.Sprintf("%s %s; ", e.Prefix, e.NameEN)
	}
	return n
}
