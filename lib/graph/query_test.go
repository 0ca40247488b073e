package graph_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"linghang/lib/graph"
)

func directions() []graph.Direction { return []graph.Direction{graph.Out, graph.In, graph.Both} }

// filters are those that the snapshot can be asked for.
func filters(s *graph.Snapshot) []graph.Filter {
	list := []graph.Filter{{}}
	for _, n := range s.NodeTypes() {
		list = append(list, graph.Filter{NodeTypes: []string{n.Type}})
	}
	for _, e := range s.EdgeTypes() {
		list = append(list, graph.Filter{EdgeTypes: []string{e.Type}})
	}
	return list
}

// views calls f with the views of random graphs and the lists that they should be.
func views(t *testing.T, rounds int, f func(r *rand.Rand, v *graph.View, p plain)) {
	t.Helper()
	each(t, rounds, 7, 16, func(r *rand.Rand, p plain, s *graph.Snapshot) {
		for _, filter := range filters(s) {
			v, err := s.View(filter)
			must(t, err)
			f(r, v, p.filtered(filter.NodeTypes, filter.EdgeTypes))
		}
	})
}

func TestNeighboursAreTheEdgesOfTheView(t *testing.T) {
	views(t, 200, func(_ *rand.Rand, v *graph.View, p plain) {
		for _, n := range p.nodes {
			for _, d := range directions() {
				got, err := v.Neighbours(t.Context(), n.ID, graph.NeighbourQuery{Direction: d})
				must(t, err)
				want := map[int]string{}
				for _, f := range p.arcs(n.ID, d) {
					want[f.edge.Number] = f.end
				}
				seen := map[int]string{}
				for _, g := range got.List {
					seen[g.Edge.Number] = g.Node.ID
				}
				if !maps.Equal(seen, want) || len(got.List) != len(want) || got.Truncated {
					t.Errorf("neighbours of %s: got %v, want %v", n.ID, got, want)
				}
			}
		}
	})
}

func TestABallHasWhatIsNearAndWhatIsBetween(t *testing.T) {
	views(t, 200, func(_ *rand.Rand, v *graph.View, p plain) {
		for _, n := range p.nodes {
			for _, d := range directions() {
				for hops := 1; hops < 4; hops++ {
					checkBall(t, v, p, n.ID, graph.BallQuery{Hops: hops, Direction: d})
				}
			}
		}
	})
}

func checkBall(t *testing.T, v *graph.View, p plain, start string, q graph.BallQuery) {
	t.Helper()
	got, err := v.Ball(t.Context(), start, q)
	must(t, err)
	want := p.hops(start, q.Direction)
	maps.DeleteFunc(want, func(_ string, h int) bool { return h > q.Hops })
	seen, counts := map[string]int{}, make([]int, q.Hops+1)
	for _, f := range got.Nodes {
		seen[f.ID] = f.Hops
		counts[f.Hops]++
	}
	if !maps.Equal(seen, want) || got.Truncated {
		t.Errorf("ball around %s: got %v, want %v", start, seen, want)
	}
	edges := 0
	for _, e := range p.edges {
		_, from := want[e.From]
		_, to := want[e.To]
		if from && to {
			edges++
			if !slices.Contains(got.Edges, e) {
				t.Errorf("ball around %s lacks %v", start, e)
			}
		}
	}
	if edges != len(got.Edges) {
		t.Errorf("ball around %s: %d edges, want %d", start, len(got.Edges), edges)
	}
	reached, err := v.Reach(t.Context(), start, q)
	must(t, err)
	if !slices.Equal(reached.ByHops, counts) || reached.Truncated {
		t.Errorf("reach from %s: %v, want %v", start, reached, counts)
	}
}

func TestShortestPathsAreThoseOfAllPaths(t *testing.T) {
	views(t, 120, func(r *rand.Rand, v *graph.View, p plain) {
		if len(p.nodes) == 0 {
			return
		}
		from, to := p.nodes[r.IntN(len(p.nodes))].ID, p.nodes[r.IntN(len(p.nodes))].ID
		for _, d := range directions() {
			for _, l := range []graph.Length{graph.ByHops, graph.ByWeight, graph.ByInverse} {
				all := p.ways(from, to, d, l)
				one, err := v.ShortestPath(t.Context(), from, to, graph.PathQuery{Direction: d, Length: l})
				must(t, err)
				checkPaths(t, p, one, all[:min(1, len(all))], d, l)
				some, err := v.ShortestPaths(t.Context(), from, to, 6, graph.PathQuery{Direction: d, Length: l})
				must(t, err)
				checkPaths(t, p, some, all[:min(6, len(all))], d, l)
			}
		}
	})
}

func checkPaths(t *testing.T, p plain, got graph.Paths, want []float64, d graph.Direction, l graph.Length) {
	t.Helper()
	if len(got.List) != len(want) || got.Truncated {
		t.Errorf("%d ways, want %d", len(got.List), len(want))
		return
	}
	var before [][]graph.Node
	for i, way := range got.List {
		sum := 0.0
		for j, e := range way.Edges {
			a, b := way.Nodes[j].ID, way.Nodes[j+1].ID
			if !slices.Contains(p.arcs(a, d), far{b, e}) {
				t.Errorf("way %d goes from %s to %s by %v", i, a, b, e)
			}
			sum += length(e, l)
		}
		if !near(sum, want[i]) || !near(way.Length, want[i]) {
			t.Errorf("way %d says %v and is %v long, want %v", i, way.Length, sum, want[i])
		}
		if slices.ContainsFunc(before, func(n []graph.Node) bool { return slices.Equal(n, way.Nodes) }) {
			t.Errorf("way %d is there twice", i)
		}
		before = append(before, way.Nodes)
	}
}

func TestAPatternFindsWhatFits(t *testing.T) {
	each(t, 150, 6, 14, func(r *rand.Rand, p plain, s *graph.Snapshot) {
		steps := make([]graph.Step, 1+r.IntN(3))
		for i := range steps {
			steps[i].Direction = directions()[r.IntN(3)]
			if list := s.EdgeTypes(); len(list) > 0 && r.IntN(2) == 0 {
				steps[i].EdgeTypes = []string{list[r.IntN(len(list))].Type}
			}
			if list := s.NodeTypes(); r.IntN(2) == 0 {
				steps[i].To.Types = []string{list[r.IntN(len(list))].Type}
			}
		}
		q := graph.Pattern{Steps: steps}
		if r.IntN(2) == 0 {
			q.Start.IDs = []string{id(r.IntN(len(p.nodes)))}
		}
		got, err := s.All().Match(t.Context(), q)
		must(t, err)
		var have [][]int
		for _, w := range got.List {
			have = append(have, numbers(w.Edges))
		}
		want := p.match(q)
		for _, w := range want {
			if !slices.ContainsFunc(have, func(h []int) bool { return slices.Equal(h, w) }) {
				t.Errorf("%v is missing", w)
			}
		}
		if len(have) != len(want) || got.Truncated {
			t.Errorf("%d ways, want %d", len(have), len(want))
		}
	})
}

func numbers(edges []graph.Edge) []int {
	list := make([]int, len(edges))
	for i, e := range edges {
		list[i] = e.Number
	}
	return list
}

// match returns the numbers of the edges of every way that fits.
func (p plain) match(q graph.Pattern) [][]int {
	types := map[string]string{}
	for _, n := range p.nodes {
		types[n.ID] = n.Type
	}
	var list [][]int
	var walk func(nodes []string, edges []int)
	walk = func(nodes []string, edges []int) {
		if len(edges) == len(q.Steps) {
			list = append(list, edges)
			return
		}
		step := q.Steps[len(edges)]
		for _, f := range p.arcs(nodes[len(nodes)-1], step.Direction) {
			fits := (step.EdgeTypes == nil || slices.Contains(step.EdgeTypes, f.edge.Type)) &&
				(step.To.Types == nil || slices.Contains(step.To.Types, types[f.end]))
			if fits && !slices.Contains(nodes, f.end) {
				walk(append(slices.Clone(nodes), f.end), append(slices.Clone(edges), f.edge.Number))
			}
		}
	}
	for _, n := range p.nodes {
		if q.Start.IDs == nil || slices.Contains(q.Start.IDs, n.ID) {
			walk([]string{n.ID}, nil)
		}
	}
	return list
}

func TestASubgraphHasWhatIsKept(t *testing.T) {
	views(t, 100, func(_ *rand.Rand, v *graph.View, p plain) {
		got, err := v.Subgraph(t.Context(), graph.SubgraphQuery{Keep: func(n graph.Node) bool { return n.ID != "n1" }})
		must(t, err)
		nodes, edges := 0, 0
		for _, n := range p.nodes {
			if n.ID != "n1" {
				nodes++
			}
		}
		for _, e := range p.edges {
			if e.From != "n1" && e.To != "n1" {
				edges++
			}
		}
		if len(got.Nodes) != nodes || len(got.Edges) != edges || got.Truncated {
			t.Errorf("%d nodes and %d edges, want %d and %d", len(got.Nodes), len(got.Edges), nodes, edges)
		}
	})
	s := pairs(4, [][2]int{{0, 1}, {1, 2}, {2, 3}}).build(t)
	got, err := s.All().Subgraph(t.Context(), graph.SubgraphQuery{IDs: []string{"n2", "n1", "n2"}})
	must(t, err)
	if len(got.Nodes) != 2 || got.Nodes[0].ID != "n2" || len(got.Edges) != 1 || got.Edges[0].From != "n1" {
		t.Fatalf("got %+v", got)
	}
}

// wheel is a hub with spokes both ways.
func wheel(spokes int) plain {
	var list [][2]int
	for i := 1; i <= spokes; i++ {
		list = append(list, [2]int{0, i}, [2]int{i, 0})
	}
	return pairs(spokes+1, list)
}

func TestWhatTheLimitCutsOffIsTold(t *testing.T) {
	v := wheel(6000).build(t).All()
	ctx := t.Context()
	f := func(name string, got, want int, truncated bool, err error) {
		t.Helper()
		must(t, err)
		if got != want || !truncated {
			t.Errorf("%s: %d, truncated %v; want %d and true", name, got, truncated, want)
		}
	}
	neighbours, err := v.Neighbours(ctx, "n0", graph.NeighbourQuery{Limit: graph.Limit{Nodes: 10_000}})
	f("never more nodes than can be looked at", len(neighbours.List), graph.MaxAnswer, neighbours.Truncated, err)
	neighbours, err = v.Neighbours(ctx, "n0", graph.NeighbourQuery{Limit: graph.Limit{Work: 7}})
	f("work of neighbours", len(neighbours.List), 7, neighbours.Truncated, err)
	ball, err := v.Ball(ctx, "n1", graph.BallQuery{Hops: 2, Limit: graph.Limit{Nodes: 10}})
	f("nodes of a ball", len(ball.Nodes), 10, ball.Truncated, err)
	ball, err = v.Ball(ctx, "n1", graph.BallQuery{Hops: 2, Limit: graph.Limit{Edges: 3}})
	f("edges of a ball", len(ball.Edges), 3, ball.Truncated, err)
	reached, err := v.Reach(ctx, "n1", graph.BallQuery{Hops: 2, Limit: graph.Limit{Work: 5}})
	f("work of a reach", reached.ByHops[2], 3, reached.Truncated, err) // one edge to the hub, one of four back
	part, err := v.Subgraph(ctx, graph.SubgraphQuery{Limit: graph.Limit{Nodes: 4}})
	f("nodes of a subgraph", len(part.Nodes), 4, part.Truncated, err)
	steps := []graph.Step{{}, {}}
	paths, err := v.Match(ctx, graph.Pattern{Steps: steps, Limit: graph.Limit{Paths: 5}})
	f("ways of a pattern", len(paths.List), 5, paths.Truncated, err)
	paths, err = v.Match(ctx, graph.Pattern{Steps: steps, Limit: graph.Limit{Work: 100}})
	f("work of a pattern", len(paths.List), 0, paths.Truncated, err)
	paths, err = v.ShortestPath(ctx, "n1", "n2", graph.PathQuery{Length: graph.ByWeight, Limit: graph.Limit{Work: 1}})
	f("work of a way", len(paths.List), 0, paths.Truncated, err)
	paths, err = v.ShortestPath(ctx, "n1", "n2", graph.PathQuery{Limit: graph.Limit{Work: 1}})
	f("work of a way by hops", len(paths.List), 0, paths.Truncated, err)
}

func TestNeighboursAreReadOnFromWhereTheyWereCut(t *testing.T) {
	v := wheel(25).build(t).All()
	seen := map[int]bool{}
	for skip := 0; ; skip += 10 {
		got, err := v.Neighbours(t.Context(), "n0", graph.NeighbourQuery{Direction: graph.Both, Skip: skip, Limit: graph.Limit{Nodes: 10}})
		must(t, err)
		for _, n := range got.List {
			seen[n.Edge.Number] = true
		}
		if !got.Truncated {
			break
		}
	}
	if len(seen) != 50 {
		t.Fatalf("%d of 50 edges", len(seen))
	}
}

func TestQuestionsThatMakeNoSenseAreRefused(t *testing.T) {
	s := wheel(3).build(t)
	v, ctx := s.All(), t.Context()
	f := func(name string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	_, err := s.View(graph.Filter{NodeTypes: []string{"nodes"}})
	f("a type of nodes", err, graph.ErrUnknownType)
	_, err = s.View(graph.Filter{EdgeTypes: []string{"edges"}})
	f("a type of edges", err, graph.ErrUnknownType)
	_, err = v.Ball(ctx, "x", graph.BallQuery{})
	f("a node", err, graph.ErrUnknownNode)
	_, err = v.Ball(ctx, "n0", graph.BallQuery{Hops: graph.MaxHops + 1})
	f("hops", err, graph.ErrQuery)
	_, err = v.Reach(ctx, "n0", graph.BallQuery{Direction: 3})
	f("a direction", err, graph.ErrQuery)
	_, err = v.Neighbours(ctx, "n0", graph.NeighbourQuery{Direction: 9})
	f("a direction of neighbours", err, graph.ErrQuery)
	_, err = v.ShortestPath(ctx, "n0", "x", graph.PathQuery{})
	f("an end", err, graph.ErrUnknownNode)
	_, err = v.ShortestPath(ctx, "n0", "n1", graph.PathQuery{Length: 3})
	f("a length", err, graph.ErrQuery)
	_, err = v.ShortestPaths(ctx, "n0", "n1", graph.MaxPaths+1, graph.PathQuery{})
	f("many ways", err, graph.ErrQuery)
	_, err = v.Match(ctx, graph.Pattern{Steps: make([]graph.Step, graph.MaxSteps+1)})
	f("many steps", err, graph.ErrQuery)
	_, err = v.Match(ctx, graph.Pattern{Steps: []graph.Step{{EdgeTypes: []string{"x"}}}})
	f("a type in a step", err, graph.ErrUnknownType)
	_, err = v.Subgraph(ctx, graph.SubgraphQuery{IDs: []string{"x"}})
	f("a node of a subgraph", err, graph.ErrUnknownNode)
}

func TestANodeThatAViewDoesNotShowIsNotThere(t *testing.T) {
	p := plain{nodes: []graph.Node{{ID: "a", Type: "firm"}, {ID: "b", Type: "product"}}}
	v, err := p.build(t).View(graph.Filter{NodeTypes: []string{"firm"}})
	must(t, err)
	if _, err := v.Ball(t.Context(), "b", graph.BallQuery{}); !errors.Is(err, graph.ErrUnknownNode) {
		t.Fatal(err)
	}
	if v.Shows(1) || !v.Shows(0) {
		t.Fatal("the view shows what it should not")
	}
}

func TestQueriesEndWithTheirContext(t *testing.T) {
	v := wheel(6000).build(t).All()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, ball := v.Ball(ctx, "n1", graph.BallQuery{Hops: 2})
	_, way := v.ShortestPath(ctx, "n0", "n2", graph.PathQuery{Length: graph.ByWeight})
	_, match := v.Match(ctx, graph.Pattern{Steps: []graph.Step{{To: graph.Match{IDs: []string{"n0"}}}}})
	for _, err := range []error{ball, way, match} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

func TestManyAskOneSnapshotAtTheSameTime(t *testing.T) {
	v := karate().build(t).All()
	want, err := v.ShortestPaths(t.Context(), "n11", "n16", 8, graph.PathQuery{Direction: graph.Both})
	must(t, err)
	ball, err := v.Ball(t.Context(), "n11", graph.BallQuery{Hops: 2, Direction: graph.Both})
	must(t, err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				got, err := v.ShortestPaths(t.Context(), "n11", "n16", 8, graph.PathQuery{Direction: graph.Both})
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("ways %v, %v", got, err)
				}
				part, err := v.Ball(t.Context(), "n11", graph.BallQuery{Hops: 2, Direction: graph.Both})
				if err != nil || !reflect.DeepEqual(part, ball) {
					t.Errorf("ball %v, %v", part, err)
				}
			}
		})
	}
	all.Wait()
}
