package atlas

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"linghang/lib/graph"
)

// keptDays is how many days' snapshots are kept beside each other.
const keptDays = 4

// memory is what a replica holds of the graph.
type memory struct {
	store elementStore

	mu    sync.Mutex
	seq   int64
	nodes map[string]Node
	edges map[string]Edge
	days  []*city // the one asked last comes last

	last  *city // of today, for who asks often
	until time.Time
}

// recentFor is how old the graph may be that recent returns.
const recentFor = time.Minute

// city is the graph on one day. It does not change.
type city struct {
	day       string
	seq       int64
	nodes     map[string]Node
	edges     []Edge // by the numbers of the snapshot
	aliases   map[string]string
	hidden    map[string]bool // nodes that are for the bureau only
	snapshot  *graph.Snapshot
	public    *graph.View
	whole     *graph.View
	history   []Edge // all, whenever they hold
	loose     []Edge // those of which an end is not there, yet or any more
	restraint []bool // by number: edges for the bureau only

	// What is asked of the whole history, worked out when it is asked for first.
	bondsOnce, techniquesOnce, tallyOnce sync.Once
	bound                                *bonds
	technical                            [][]int32
	tallied                              tally
}

// now is the graph of today.
func (m *memory) now(ctx context.Context) (*city, error) { return m.on(ctx, today(time.Now())) }

// recent is the graph of today as it was known within the last minute: who asks often
// does not wait while changes are taken in.
func (m *memory) recent(ctx context.Context) (*city, error) {
	at := time.Now()
	m.mu.Lock()
	last, until := m.last, m.until
	m.mu.Unlock()
	if last != nil && at.Before(until) && last.day == today(at) {
		return last, nil
	}
	c, err := m.now(ctx)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last, m.until = c, at.Add(recentFor)
	return c, nil
}

// on is the graph as it is known now of a day.
func (m *memory) on(ctx context.Context, day string) (*city, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.refresh(ctx); err != nil {
		return nil, err
	}
	for i, c := range m.days {
		if c.day == day && c.seq == m.seq {
			m.days = append(slices.Delete(m.days, i, i+1), c)
			return c, nil
		}
	}
	c, err := newCity(ctx, day, m.seq, m.nodes, m.edges)
	if err != nil {
		return nil, fmt.Errorf("make the graph of %s: %w", day, err)
	}
	m.days = slices.DeleteFunc(m.days, func(c *city) bool { return c.seq != m.seq })
	if len(m.days) >= keptDays {
		m.days = m.days[1:]
	}
	m.days = append(m.days, c)
	return c, nil
}

// refresh reads what changed since the last time.
func (m *memory) refresh(ctx context.Context) error {
	seq, err := m.store.seq(ctx)
	if err != nil || (seq == m.seq && m.nodes != nil) {
		return err
	}
	nodes, edges, whole, err := m.store.changed(ctx, m.seq, seq)
	if err != nil {
		return err
	}
	whole = whole || m.nodes == nil
	// Maps are copied: days that were made from them are being read.
	n, e := maps.Clone(m.nodes), m.edges
	if whole {
		n, e = map[string]Node{}, map[string]Edge{}
	}
	for _, id := range nodes {
		delete(n, id)
	}
	for _, id := range edges {
		delete(e, id)
	}
	if err := m.store.eachNode(ctx, nodes, whole, func(x Node) { n[x.ID] = x }); err != nil {
		m.nodes = nil // what was deleted is to be read again
		return err
	}
	if err := m.store.eachEdge(ctx, edges, whole, func(x Edge) { e[x.ID] = x }); err != nil {
		m.nodes = nil
		return err
	}
	m.seq, m.nodes, m.edges = seq, n, e
	return nil
}

// restricted marks a type that is for the bureau only.
const restricted = "!"

func newCity(ctx context.Context, day string, seq int64, nodes map[string]Node, edges map[string]Edge) (*city, error) {
	c := &city{day: day, seq: seq, nodes: nodes, hidden: map[string]bool{}}
	c.aliases = aliases(nodes)
	c.history = make([]Edge, 0, len(edges))
	for _, e := range edges {
		e.Src, e.Dst = c.resolve(e.Src), c.resolve(e.Dst)
		src, begins := nodes[e.Src]
		dst, ends := nodes[e.Dst]
		if !begins || !ends {
			c.loose = append(c.loose, e)
			continue
		}
		e.Synthetic = e.Synthetic || src.Synthetic || dst.Synthetic
		c.history = append(c.history, e)
	}
	slices.SortFunc(c.history, func(a, b Edge) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return c, c.build(ctx)
}

// aliases are nodes that stand for others: a place in a chain that enterprises name for
// the stage that it is, an organisation for the enterprise that it is in the directory.
func aliases(nodes map[string]Node) map[string]string {
	list := map[string]string{}
	var organisations []Node
	for _, n := range nodes {
		switch n.Kind {
		case kindStage:
			for _, name := range stageNames(nodes, n) {
				list[name] = n.ID
			}
		case kindOrganisation:
			organisations = append(organisations, n)
		}
	}
	if len(organisations) == 0 {
		return list
	}
	enterprises := map[string]string{}
	for _, n := range nodes {
		if n.Kind == kindEnterprise {
			enterprises["code "+n.Props["code"]] = n.ID
			enterprises["organisation "+n.Props["organisation"]] = n.ID
		}
	}
	for _, n := range organisations {
		id, ok := enterprises["organisation "+n.ID[len(kindOrganisation)+1:]]
		if !ok && n.Props["code"] != "" {
			id, ok = enterprises["code "+n.Props["code"]]
		}
		if ok {
			list[n.ID] = id
		}
	}
	return list
}

// stageNames are the places that stand for a stage.
func stageNames(nodes map[string]Node, n Node) (list []string) {
	chain, ok := nodes[n.Props["chain"]]
	if !ok {
		return nil
	}
	for _, c := range []string{chain.Name.ZH, chain.Name.EN} {
		for _, s := range []string{n.Name.ZH, n.Name.EN} {
			if c != "" && s != "" {
				list = append(list, kindPosition+"/"+positionKey(c, s))
			}
		}
	}
	return list
}

// resolve is the node that one stands for, or itself.
func (c *city) resolve(id string) string {
	if other, ok := c.aliases[id]; ok {
		return other
	}
	return id
}

// build makes the snapshot. Edges are added in the order of their IDs, so that two
// replicas answer alike.
func (c *city) build(ctx context.Context) error {
	b := graph.NewBuilder(graph.Options{MaxName: 2000})
	shown, known := c.gather()
	for _, id := range slices.Sorted(maps.Keys(c.nodes)) {
		n := c.nodes[id]
		if isHeld(n.Kind) && !known[id] {
			continue
		}
		c.hidden[id] = n.See != seePublic || isTerm(n.Kind) && !shown[id]
		if err := b.AddNode(id, mark(n.Kind, c.hidden[id])); err != nil {
			return err
		}
	}
	for i, e := range c.edges {
		if _, err := b.AddEdge(e.Src, e.Dst, mark(e.Kind, c.restraint[i]), e.Weight); err != nil {
			return err
		}
	}
	var err error
	if c.snapshot, err = b.Build(ctx); err != nil {
		return err
	}
	c.whole = c.snapshot.All()
	c.public, err = c.view(false, nil, nil)
	return err
}

// gather takes the edges of the day. It returns which nodes have any, and which have one
// that everybody may see.
func (c *city) gather() (shown, known map[string]bool) {
	shown, known = map[string]bool{}, map[string]bool{}
	for _, e := range c.history {
		if !e.holds(c.day) {
			continue
		}
		c.edges = append(c.edges, e)
		open := c.open(e)
		c.restraint = append(c.restraint, !open)
		for _, id := range []string{e.Src, e.Dst} {
			known[id] = true
			shown[id] = shown[id] || open
		}
	}
	return shown, known
}

func mark(kind string, hidden bool) string {
	if hidden {
		return kind + restricted
	}
	return kind
}

// view shows what somebody may see of some kinds; nil kinds are all.
func (c *city) view(bureau bool, nodes, edges []string) (*graph.View, error) {
	if nodes == nil {
		nodes = nodeKinds()
	}
	if edges == nil {
		edges = edgeKinds()
	}
	return c.snapshot.View(graph.Filter{NodeTypes: present(nodes, bureau, c.snapshot.NodeTypes()), EdgeTypes: present(edges, bureau, c.snapshot.EdgeTypes())})
}

// present are the types of some kinds that a snapshot has: it refuses others.
func present(kinds []string, bureau bool, has []graph.TypeCount) []string {
	list := []string{}
	for _, k := range kinds {
		for _, t := range []string{k, k + restricted} {
			if (t == k || bureau) && slices.ContainsFunc(has, func(x graph.TypeCount) bool { return x.Type == t }) {
				list = append(list, t)
			}
		}
	}
	return list
}

// byOwner are the edges of the whole history by who says them.
func (c *city) byOwner() map[string][]Edge {
	list := map[string][]Edge{}
	for _, edges := range [][]Edge{c.history, c.loose} {
		for _, e := range edges {
			list[e.Owner] = append(list[e.Owner], e)
		}
	}
	return list
}

// knows tells whether the graph has already what an owner says, given its edges.
func (c *city) knows(t told, had []Edge) bool {
	for _, n := range t.nodes {
		had, ok := c.nodes[n.ID]
		if !ok || n.Owner != "" && (had.Name != n.Name || !maps.Equal(had.Props, n.Props) || had.Synthetic != n.Synthetic) {
			return false
		}
	}
	if _, there := c.nodes[t.gone]; there {
		return false
	}
	for i, e := range t.edges {
		t.edges[i].Src, t.edges[i].Dst = c.resolve(e.Src), c.resolve(e.Dst)
	}
	d := compare(had, t.edges, t.forget, c.day)
	return len(d.add)+len(d.end)+len(d.forget) == 0
}

func sortedKeys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
