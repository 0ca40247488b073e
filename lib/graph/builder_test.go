package graph_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"linghang/lib/graph"
)

func TestABuilderRefusesWhatIsNoGraphAndAddsNothing(t *testing.T) {
	small := graph.Options{MaxNodes: 4, MaxEdges: 2, MaxTypes: 2, MaxName: 8}
	f := func(name string, add func(b *graph.Builder) error, want error, text string) {
		t.Run(name, func(t *testing.T) {
			b := graph.NewBuilder(small)
			must(t, b.AddNode("a", "firm"))
			must(t, b.AddNode("b", "firm"))
			err := add(b)
			if !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
				t.Fatalf("got %v, want %v with %q", err, want, text)
			}
			if _, err := b.AddEdge("a", "b", "buys", 1); err != nil {
				t.Fatalf("a good edge afterwards: %v", err)
			}
			s, err := b.Build(t.Context())
			must(t, err)
			if s.Nodes() > 4 || s.Edges() > 2 {
				t.Fatalf("%d nodes and %d edges", s.Nodes(), s.Edges())
			}
		})
	}
	edge := func(from, to, kind string, w float64) func(b *graph.Builder) error {
		return func(b *graph.Builder) error { _, err := b.AddEdge(from, to, kind, w); return err }
	}
	node := func(id, kind string) func(b *graph.Builder) error {
		return func(b *graph.Builder) error { return b.AddNode(id, kind) }
	}
	f("a node twice", node("a", "firm"), graph.ErrDuplicate, `"a"`)
	f("a node without identifier", node("", "firm"), graph.ErrName, "has 0")
	f("a long identifier", node("123456789", "firm"), graph.ErrName, "of 8: the identifier has 9")
	f("a node without type", node("c", ""), graph.ErrName, "the type has 0")
	f("an edge without type", edge("a", "b", "", 1), graph.ErrName, "edge 0")
	f("an edge from nowhere", edge("x", "b", "buys", 1), graph.ErrUnknownNode, `edge 0 from "x" to "b"`)
	f("an edge to nowhere", edge("a", "x", "buys", 1), graph.ErrUnknownNode, `: "x"`)
	f("a weight that is no number", edge("a", "b", "buys", math.NaN()), graph.ErrWeight, "not NaN")
	f("an infinite weight", edge("a", "b", "buys", math.Inf(1)), graph.ErrWeight, "not +Inf")
	f("a negative weight", edge("a", "b", "buys", -1), graph.ErrWeight, "not -1")
	f("too many nodes", func(b *graph.Builder) error {
		must(t, errors.Join(b.AddNode("c", "firm"), b.AddNode("d", "firm")))
		return b.AddNode("e", "firm")
	}, graph.ErrTooMany, "4 nodes")
	f("too many types of nodes", func(b *graph.Builder) error {
		must(t, b.AddNode("c", "product"))
		return b.AddNode("d", "city")
	}, graph.ErrTooMany, `"city" is another`)
}

func TestThereAreNoMoreEdgesOrTypesOfThemThanTheLimit(t *testing.T) {
	b := graph.NewBuilder(graph.Options{MaxEdges: 2, MaxTypes: 1})
	must(t, b.AddNode("a", "firm"))
	_, err := b.AddEdge("a", "a", "x", 1)
	must(t, err)
	if _, err = b.AddEdge("a", "a", "y", 1); !errors.Is(err, graph.ErrTooMany) {
		t.Fatalf("a second type: %v", err)
	}
	_, err = b.AddEdge("a", "a", "x", 1)
	must(t, err)
	if _, err = b.AddEdge("a", "a", "x", 1); !errors.Is(err, graph.ErrTooMany) {
		t.Fatalf("a third edge: %v", err)
	}
}

func TestASnapshotTellsWhatWasAdded(t *testing.T) {
	p := plain{
		nodes: []graph.Node{{ID: "阀门", Type: "product"}, {ID: "甲", Type: "firm"}, {ID: "乙", Type: "firm"}},
		edges: []graph.Edge{{From: "甲", To: "阀门", Type: "makes", Weight: 2.5}, {From: "乙", To: "甲", Type: "buys", Weight: 1}},
	}
	s := p.build(t)
	if s.Nodes() != 3 || s.Edges() != 2 {
		t.Fatalf("%d nodes, %d edges", s.Nodes(), s.Edges())
	}
	if i, ok := s.Number("乙"); !ok || i != 2 || s.Node(i) != p.nodes[2] {
		t.Fatalf("乙 is %d, %v", i, ok)
	}
	if _, ok := s.Number("丙"); ok {
		t.Fatal("丙 was not added")
	}
	if got := s.NodeTypes(); !slices.Equal(got, []graph.TypeCount{{Type: "product", Count: 1}, {Type: "firm", Count: 2}}) {
		t.Fatalf("types of nodes %v", got)
	}
	if got := s.EdgeTypes(); !slices.Equal(got, []graph.TypeCount{{Type: "makes", Count: 1}, {Type: "buys", Count: 1}}) {
		t.Fatalf("types of edges %v", got)
	}
}

func TestManyNodesAreFoundAgain(t *testing.T) {
	p := pairs(100_000, nil)
	for i := range 200_000 { // more than one batch
		p.edges = append(p.edges, graph.Edge{From: id(i % 100_000), To: id((i * 7) % 100_000), Type: "edge", Weight: float64(i)})
	}
	s := p.build(t)
	for i := 0; i < 100_000; i += 997 {
		if n, ok := s.Number(id(i)); !ok || n != i {
			t.Fatalf("%s is %d, %v", id(i), n, ok)
		}
		near, err := s.All().Neighbours(t.Context(), id(i), graph.NeighbourQuery{})
		must(t, err)
		for _, n := range near.List {
			if e := p.edges[n.Edge.Number]; e.From != n.Edge.From || e.To != n.Edge.To || e.Weight != n.Edge.Weight {
				t.Fatalf("edge %+v was added as %+v", n.Edge, e)
			}
		}
		if len(near.List) != 2 {
			t.Fatalf("%s has %d edges", id(i), len(near.List))
		}
	}
}

func TestBuildingStopsWithItsContext(t *testing.T) {
	b := graph.NewBuilder(graph.Options{})
	must(t, b.AddNode("a", "firm"))
	_, err := b.AddEdge("a", "a", "x", 1)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Build(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
