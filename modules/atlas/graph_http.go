package atlas

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/lib/graph"
)

func (m *Module) graphRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /graph/summary", Permission: "atlas.view", Summary: "How many nodes and edges of which kinds there are on a day, and since when", Handler: httpd.JSON(m.summary)},
		{Pattern: "GET /graph/nodes", Permission: "atlas.view", Summary: "Find nodes by name", Handler: httpd.JSON(m.findNodes)},
		{Pattern: "GET /graph/node", Permission: "atlas.view", Summary: "A node with its edges and who says so: ?id=", Handler: httpd.JSON(m.readNode)},
		{Pattern: "GET /graph/around", Permission: "atlas.view", Summary: "What is within some hops of a node", Handler: httpd.JSON(m.around)},
		{Pattern: "GET /graph/part", Permission: "atlas.view", Summary: "The most important nodes of some kinds, with the edges between them", Handler: httpd.JSON(m.part)},
		{Pattern: "GET /query", Permission: "atlas.view", Summary: "Ways that follow a row of steps, as enterprise -makes-> product <-makes- outside", Handler: httpd.JSON(m.query)},
	}
}

// KindCount is how many there are of a kind.
type KindCount struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// GraphSummary is how large the graph is, as far as the caller may see it.
type GraphSummary struct {
	Day   string      `json:"day"`
	Graph int64       `json:"graph"`
	First string      `json:"first" doc:"The first day from which an edge holds; empty: there is none"`
	Nodes []KindCount `json:"nodes" nullable:"false"`
	Edges []KindCount `json:"edges" nullable:"false"`
}

type summaryInput struct{ OnDay }

func (m *Module) summary(ctx context.Context, in summaryInput) (GraphSummary, error) {
	c, err := in.city(ctx, m)
	if err != nil {
		return GraphSummary{}, err
	}
	bureau := identity.From(ctx).Scope.All
	v := GraphSummary{Day: c.day, Graph: c.seq, Nodes: counts(c.snapshot.NodeTypes(), bureau), Edges: counts(c.snapshot.EdgeTypes(), bureau)}
	for _, e := range c.history {
		if (bureau || c.open(e)) && (v.First == "" || e.From < v.First) {
			v.First = e.From
		}
	}
	return v, nil
}

func counts(types []graph.TypeCount, bureau bool) []KindCount {
	list := []KindCount{}
	for _, t := range types {
		kind, hidden := strings.CutSuffix(t.Type, restricted)
		if hidden && !bureau {
			continue
		}
		i := slices.IndexFunc(list, func(k KindCount) bool { return k.Kind == kind })
		if i < 0 {
			i, list = len(list), append(list, KindCount{Kind: kind})
		}
		list[i].Count += t.Count
	}
	slices.SortFunc(list, func(a, b KindCount) int { return strings.Compare(a.Kind, b.Kind) })
	return list
}

type findInput struct {
	Q     string `query:"q" maxLength:"100" doc:"Part of a name"`
	Kind  string `query:"kind" maxLength:"20"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	OnDay
}

type nodesView struct {
	Items []NodeRef `json:"items" nullable:"false"`
}

func (m *Module) findNodes(ctx context.Context, in findInput) (nodesView, error) {
	c, err := in.city(ctx, m)
	v := nodesView{Items: []NodeRef{}}
	if err != nil {
		return v, err
	}
	var kinds []string
	if in.Kind != "" {
		kinds = []string{in.Kind}
	}
	hits := c.named(normal(in.Q), identity.From(ctx).Scope.All, kinds...)
	for _, h := range hits[:min(len(hits), in.Limit)] {
		v.Items = append(v.Items, c.ref(h.id))
	}
	return v, nil
}

// NodeDetail is a node with all its edges that the caller may see.
type NodeDetail struct {
	Node      NodeRef `json:"node"`
	Source    string  `json:"source"`
	Note      string  `json:"note" doc:"Of an enterprise outside, for those who may see it"`
	Region    string  `json:"region"`
	Edges     []Hop   `json:"edges" nullable:"false"`
	Truncated bool    `json:"truncated"`
}

type nodeInput struct {
	ID string `query:"id" maxLength:"600"`
	OnDay
}

func (m *Module) readNode(ctx context.Context, in nodeInput) (NodeDetail, error) {
	c, err := in.city(ctx, m)
	if err != nil {
		return NodeDetail{}, err
	}
	bureau := identity.From(ctx).Scope.All
	if in.ID == "" {
		return NodeDetail{}, missingField("id", "the ID of a node")
	}
	if c.known(in.ID, "id", bureau) != nil {
		return NodeDetail{}, fault.New(fault.NotFound, "kernel.not_found", "there is no such node, or it is not yours to see")
	}
	n := c.nodes[in.ID]
	v := NodeDetail{Node: c.ref(in.ID), Source: n.Source, Note: n.Props["note"], Region: n.Props["region"], Edges: []Hop{}}
	numbers, err := c.edgesOf(ctx, in.ID, bureau)
	v.Truncated = len(numbers) > mostItems
	for _, number := range numbers[:min(len(numbers), mostItems)] {
		v.Edges = append(v.Edges, c.hop(number, bureau))
	}
	return v, err
}

// Picture is a part of the graph for drawing: nodes, and edges between them by their
// places in the list.
type Picture struct {
	Day       string        `json:"day"`
	Nodes     []PictureNode `json:"nodes" nullable:"false"`
	Edges     []PictureEdge `json:"edges" nullable:"false"`
	Truncated bool          `json:"truncated" doc:"There is more than was asked for"`
}

// PictureNode is a node to draw.
type PictureNode struct {
	NodeRef
	Hops       int  `json:"hops" doc:"From the node that was asked about"`
	Restricted bool `json:"restricted"`
}

// PictureEdge is an edge to draw.
type PictureEdge struct {
	From       int    `json:"from" doc:"Place in nodes"`
	To         int    `json:"to" doc:"Place in nodes"`
	Kind       string `json:"kind"`
	Restricted bool   `json:"restricted"`
	Synthetic  bool   `json:"synthetic"`
}

func (c *city) picture(p graph.Part) Picture {
	v := Picture{Day: c.day, Nodes: []PictureNode{}, Edges: []PictureEdge{}, Truncated: p.Truncated}
	at := map[string]int{}
	for _, n := range p.Nodes {
		at[n.ID] = len(v.Nodes)
		v.Nodes = append(v.Nodes, PictureNode{c.ref(n.ID), n.Hops, c.hidden[n.ID]})
	}
	for _, e := range p.Edges {
		v.Edges = append(v.Edges, PictureEdge{at[e.From], at[e.To], c.edges[e.Number].Kind, c.restraint[e.Number], c.edges[e.Number].Synthetic})
	}
	return v
}

type aroundInput struct {
	Node  string   `query:"node" maxLength:"600"`
	Hops  int      `query:"hops" minimum:"1" maximum:"4" default:"1"`
	Kinds []string `query:"kinds" maxItems:"20" doc:"Kinds of edges; all but those to districts, industries, stages of the process and modes if none"`
	Limit int      `query:"limit" minimum:"1" maximum:"5000" default:"500"`
	OnDay
}

// drawn are the kinds of edges that pictures show unless others are asked for: districts,
// industries, stages of the process and modes would join everything.
func drawn(kinds []string) ([]string, error) {
	if len(kinds) == 0 {
		return without(edgeKinds(), edgeIn, edgeOf, edgeSuits, edgeStep, edgeMode), nil
	}
	for _, k := range kinds {
		if !slices.Contains(edgeKinds(), k) {
			return nil, missingField("kinds", "kinds of edges of the graph")
		}
	}
	return kinds, nil
}

func (m *Module) around(ctx context.Context, in aroundInput) (Picture, error) {
	c, err := in.city(ctx, m)
	if err != nil {
		return Picture{}, err
	}
	bureau := identity.From(ctx).Scope.All
	if err := c.known(in.Node, "node", bureau); err != nil {
		return Picture{}, err
	}
	kinds, err := drawn(in.Kinds)
	if err != nil {
		return Picture{}, err
	}
	v, err := c.view(bureau, nil, kinds)
	if err != nil {
		return Picture{}, err
	}
	p, err := v.Ball(ctx, in.Node, graph.BallQuery{Hops: in.Hops, Direction: graph.Both, Limit: graph.Limit{Nodes: in.Limit, Edges: 4 * in.Limit, Work: 2_000_000}})
	if err != nil {
		return Picture{}, fmt.Errorf("look around %s: %w", in.Node, err)
	}
	return c.picture(p), nil
}

type partInput struct {
	Nodes []string `query:"nodes" maxItems:"20" doc:"Kinds of nodes; all but districts, industries, stages of the process, modes and places in no chain if none"`
	Limit int      `query:"limit" minimum:"1" maximum:"5000" default:"1000"`
	OnDay
}

// part returns the nodes with the highest PageRank among those of some kinds.
func (m *Module) part(ctx context.Context, in partInput) (Picture, error) {
	c, err := in.city(ctx, m)
	if err != nil {
		return Picture{}, err
	}
	kinds := in.Nodes
	if len(kinds) == 0 {
		kinds = without(nodeKinds(), append(meetingPlaces(), kindPosition)...)
	}
	v, err := c.view(identity.From(ctx).Scope.All, kinds, nil)
	if err != nil {
		return Picture{}, err
	}
	ranks, err := v.PageRank(ctx, graph.RankOptions{Direction: graph.Both, Tolerance: 1e-6, Iterations: 50})
	if err != nil {
		return Picture{}, fmt.Errorf("rank nodes: %w", err)
	}
	top := v.Top(ranks.Score, in.Limit)
	ids := make([]string, 0, len(top))
	for _, t := range top {
		ids = append(ids, t.ID)
	}
	p, err := v.Subgraph(ctx, graph.SubgraphQuery{IDs: ids, Limit: graph.Limit{Nodes: in.Limit, Edges: 4 * in.Limit}})
	if err != nil {
		return Picture{}, fmt.Errorf("take the part: %w", err)
	}
	out := c.picture(p)
	total := 0
	for _, t := range c.snapshot.NodeTypes() {
		if slices.Contains(kinds, strings.TrimSuffix(t.Type, restricted)) && (identity.From(ctx).Scope.All || !strings.HasSuffix(t.Type, restricted)) {
			total += t.Count
		}
	}
	out.Truncated = out.Truncated || total > len(out.Nodes)
	return out, nil
}

type queryInput struct {
	Q     string `query:"q" maxLength:"2000" doc:"Steps between kinds of nodes; a name in quotes picks one"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	OnDay
}

type queryView struct {
	Day       string `json:"day"`
	Graph     int64  `json:"graph"`
	Ways      []Way  `json:"ways" nullable:"false"`
	Truncated bool   `json:"truncated"`
}

// Way is one that follows the steps.
type Way struct {
	Nodes []NodeRef `json:"nodes" nullable:"false"`
	Edges []Hop     `json:"edges" nullable:"false"`
}

func (m *Module) query(ctx context.Context, in queryInput) (queryView, error) {
	q, err := parseQuery(in.Q)
	if err != nil {
		return queryView{}, err
	}
	c, err := in.city(ctx, m)
	if err != nil {
		return queryView{}, err
	}
	bureau := identity.From(ctx).Scope.All
	within, stop := context.WithTimeout(ctx, answerWithin)
	defer stop()
	v := c.public
	if bureau {
		v = c.whole
	}
	found, err := v.Match(within, c.pattern(q, bureau, in.Limit))
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return queryView{}, tooLong()
	}
	if err != nil {
		return queryView{}, fmt.Errorf("follow the steps: %w", err)
	}
	out := queryView{Day: c.day, Graph: c.seq, Ways: []Way{}, Truncated: found.Truncated}
	for _, p := range found.List {
		w := Way{Nodes: []NodeRef{}, Edges: []Hop{}}
		for _, n := range p.Nodes {
			w.Nodes = append(w.Nodes, c.ref(n.ID))
		}
		for _, e := range p.Edges {
			w.Edges = append(w.Edges, c.hop(e.Number, bureau))
		}
		out.Ways = append(out.Ways, w)
	}
	return out, nil
}
