package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"linghang/lib/graph"
)

// plain is a graph as lists, for oracles that look at everything.
type plain struct {
	nodes []graph.Node
	edges []graph.Edge
}

func id(i int) string { return fmt.Sprintf("n%d", i) }

// random makes small graphs with edges to themselves, several between two nodes, and
// nodes without any.
func random(r *rand.Rand, nodes, edges int) plain {
	var p plain
	for i := range nodes {
		p.nodes = append(p.nodes, graph.Node{ID: id(i), Type: []string{"firm", "product"}[r.IntN(2)]})
	}
	for range edges {
		p.edges = append(p.edges, graph.Edge{
			From: id(r.IntN(nodes)), To: id(r.IntN(nodes)), Type: []string{"makes", "buys"}[r.IntN(2)],
			Weight: float64(r.IntN(5)), Number: len(p.edges),
		})
	}
	return p
}

// pairs makes a graph of one type with weights 1 from pairs of numbers.
func pairs(nodes int, list [][2]int) plain {
	var p plain
	for i := range nodes {
		p.nodes = append(p.nodes, graph.Node{ID: id(i), Type: "node"})
	}
	for i, e := range list {
		p.edges = append(p.edges, graph.Edge{From: id(e[0]), To: id(e[1]), Type: "edge", Weight: 1, Number: i})
	}
	return p
}

func (p plain) build(t testing.TB) *graph.Snapshot {
	t.Helper()
	b := graph.NewBuilder(graph.Options{})
	for _, n := range p.nodes {
		if err := b.AddNode(n.ID, n.Type); err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range p.edges {
		number, err := b.AddEdge(e.From, e.To, e.Type, e.Weight)
		if err != nil || number != i {
			t.Fatalf("edge %d has number %d: %v", i, number, err)
		}
	}
	s, err := b.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// filtered is what a view of some types shows.
func (p plain) filtered(nodeTypes, edgeTypes []string) plain {
	var f plain
	shown := map[string]bool{}
	for _, n := range p.nodes {
		if nodeTypes == nil || slices.Contains(nodeTypes, n.Type) {
			f.nodes = append(f.nodes, n)
			shown[n.ID] = true
		}
	}
	for _, e := range p.edges {
		if (edgeTypes == nil || slices.Contains(edgeTypes, e.Type)) && shown[e.From] && shown[e.To] {
			f.edges = append(f.edges, e)
		}
	}
	return f
}

// far is an edge seen from one of its ends.
type far struct {
	end  string
	edge graph.Edge
}

func (p plain) arcs(from string, d graph.Direction) []far {
	var list []far
	for _, e := range p.edges {
		if e.From == from && d != graph.In {
			list = append(list, far{e.To, e})
		}
		if e.To == from && (d == graph.In || d == graph.Both && e.From != from) {
			list = append(list, far{e.From, e})
		}
	}
	return list
}

func length(e graph.Edge, l graph.Length) float64 {
	switch l {
	case graph.ByWeight:
		return e.Weight
	case graph.ByInverse:
		return 1 / e.Weight
	default:
		return 1
	}
}

// ways returns the lengths of all simple ways, each by its nodes, sorted.
func (p plain) ways(from, to string, d graph.Direction, l graph.Length) []float64 {
	var list []float64
	var walk func(at string, seen []string, sum float64)
	walk = func(at string, seen []string, sum float64) {
		if at == to {
			list = append(list, sum)
			return
		}
		best := map[string]float64{}
		for _, f := range p.arcs(at, d) {
			if x, ok := best[f.end]; !ok || length(f.edge, l) < x {
				best[f.end] = length(f.edge, l)
			}
		}
		for end, x := range best {
			if !slices.Contains(seen, end) && !math.IsInf(x, 1) {
				walk(end, append(slices.Clone(seen), end), sum+x)
			}
		}
	}
	walk(from, []string{from}, 0)
	slices.Sort(list)
	return list
}

// hops returns how far each node is that can be reached.
func (p plain) hops(from string, d graph.Direction) map[string]int {
	far := map[string]int{from: 0}
	for round := 1; round <= len(p.nodes); round++ {
		for at, h := range far {
			if h != round-1 {
				continue
			}
			for _, f := range p.arcs(at, d) {
				if _, ok := far[f.end]; !ok {
					far[f.end] = round
				}
			}
		}
	}
	return far
}

// each calls f with random graphs and their snapshots.
func each(t *testing.T, rounds, nodes, edges int, f func(r *rand.Rand, p plain, s *graph.Snapshot)) {
	t.Helper()
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := random(r, 1+r.IntN(nodes), r.IntN(edges+1))
		f(r, p, p.build(t))
		if t.Failed() {
			t.Fatalf("with seed %d: %v", seed, p)
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }
