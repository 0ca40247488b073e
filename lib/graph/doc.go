// Package graph is a property graph in memory: a Builder takes nodes with a type
// and directed edges with a type and a weight and makes an immutable Snapshot in
// compressed sparse rows of both directions. A View is a snapshot seen through a
// filter of types; queries and algorithms are asked of views, by any number of
// goroutines at the same time.
//
// Where a node or an edge is from, and when it is valid, is kept by the caller: an
// edge has a number, counted from 0 in the order of adding, and every answer that
// names an edge names its number.
//
// Queries return at most what a Limit allows and say so if there is more
// (Truncated): Neighbours, Ball (all within k hops), Reach (how many there are),
// ShortestPath and ShortestPaths, Match (patterns of up to MaxSteps typed steps),
// Subgraph.
//
//   - Shortest paths are searched from both ends, by weight with Dijkstra's algorithm
//     (E. W. Dijkstra: A note on two problems in connexion with graphs, Numerische
//     Mathematik 1, 1959).
//   - k shortest simple paths: J. Y. Yen: Finding the k shortest loopless paths in a
//     network, Management Science 17 (11), 1971, with the start of deviations of
//     E. L. Lawler, 1972.
//   - PageRank: x = (1−d)·t + d·(Pᵀx + m·t), with P the edges' weights divided by the
//     sum of those that leave the same node, m what nodes without an edge hold, and t
//     even or the personalisation (S. Brin, L. Page: The anatomy of a large-scale
//     hypertextual web search engine, 1998).
//   - Links that may be missing: |Γ(u)∩Γ(v)|; Σ 1/ln k over the common neighbours
//     (L. Adamic, E. Adar: Friends and neighbors on the web, 2003); Σ 1/k (T. Zhou,
//     L. Lü, Y.-C. Zhang: Predicting missing links via local information, 2009).
//
// Package chain reads an industrial chain with it.
package graph

import "errors"

// What building and asking report, with the place in the text.
var (
	ErrName        = errors.New("an identifier or type must have 1 octet to the limit")
	ErrDuplicate   = errors.New("the node was added before")
	ErrUnknownNode = errors.New("there is no such node")
	ErrUnknownType = errors.New("there is no such type")
	ErrTooMany     = errors.New("there is more than the limit allows")
	ErrWeight      = errors.New("a weight must be a finite number that is not negative")
	ErrQuery       = errors.New("the question cannot be answered as it is put")
)

// Options bound what a Builder takes. All have a use when they are zero.
type Options struct {
	MaxNodes int // 4 000 000
	MaxEdges int // 50 000 000
	MaxTypes int // of nodes, and as many of edges, 256; never more than 65 535
	MaxName  int // octets of an identifier or a type, 256
}

func (o Options) withDefaults() Options {
	o.MaxNodes = min(or(o.MaxNodes, 4_000_000), highest)
	o.MaxEdges = min(or(o.MaxEdges, 50_000_000), highest)
	o.MaxTypes = min(or(o.MaxTypes, 256), 65_535)
	o.MaxName = or(o.MaxName, 256)
	return o
}

const (
	none    = 1<<32 - 1 // no node and no edge, where numbers of 32 bits are kept
	highest = none / 2  // of nodes, edges, and octets of identifiers: rows of both directions have twice as much
)

// or returns a limit, or what it is if it was not given.
func or(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Node is a node as the caller knows it.
type Node struct {
	ID   string
	Type string
}

// Edge is an edge as the caller knows it, in its own direction however it was walked.
type Edge struct {
	From, To string
	Type     string
	Weight   float64
	Number   int // from 0 in the order of adding
}
