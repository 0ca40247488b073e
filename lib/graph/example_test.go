package graph_test

import (
	"context"
	"fmt"

	"linghang/lib/graph"
)

// Who makes what the valve is made from, and how far from here.
func Example() {
	b := graph.NewBuilder(graph.Options{})
	for _, n := range []graph.Node{{"阀门", "product"}, {"铸件", "product"}, {"甲厂", "firm"}, {"乙厂", "firm"}} {
		if err := b.AddNode(n.ID, n.Type); err != nil {
			fmt.Println(err)
		}
	}
	for _, e := range []graph.Edge{{From: "铸件", To: "阀门", Type: "part-of"}, {From: "甲厂", To: "阀门", Type: "makes"}, {From: "乙厂", To: "铸件", Type: "makes"}} {
		if _, err := b.AddEdge(e.From, e.To, e.Type, 1); err != nil {
			fmt.Println(err)
		}
	}
	ctx := context.Background()
	s, err := b.Build(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	makers, err := s.All().Match(ctx, graph.Pattern{Start: graph.Match{IDs: []string{"阀门"}}, Steps: []graph.Step{
		{Direction: graph.In, EdgeTypes: []string{"part-of"}},
		{Direction: graph.In, EdgeTypes: []string{"makes"}, To: graph.Match{Types: []string{"firm"}}},
	}})
	fmt.Println(makers.List[0].Nodes[2].ID, err)
	path, err := s.All().ShortestPath(ctx, "甲厂", "乙厂", graph.PathQuery{Direction: graph.Both})
	fmt.Println(path.List[0].Length, err)
	_, err = b.AddEdge("甲厂", "丙厂", "buys-from", 1)
	fmt.Println(err)
	// Output:
	// 乙厂 <nil>
	// 3 <nil>
	// add edge 0 from "甲厂" to "丙厂": there is no such node: "甲厂"
}
