package graphing_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"gonum.org/v1/gonum/graph/network"
	"gonum.org/v1/gonum/graph/path"
	"gonum.org/v1/gonum/graph/simple"

	"linghang/kernel/kerneltest"
	"linghang/lib/graph"
)

// paths are how many shortest ones are asked for, and peerScale as much as gonum answers
// that for within minutes.
const (
	peerScale = 15
	paths     = 5
	tolerance = 1e-6
)

// peer is the same graph as gonum has it: what is there twice or begins where it ends is
// not in it.
type peer struct {
	directed *simple.DirectedGraph
	both     *simple.UndirectedGraph
}

func loadPeer(scale int, from, to []int32) peer {
	p := peer{simple.NewDirectedGraph(), simple.NewUndirectedGraph()}
	for i := range int64(1) << scale {
		p.directed.AddNode(simple.Node(i))
		p.both.AddNode(simple.Node(i))
	}
	for i := range from {
		if from[i] == to[i] {
			continue
		}
		p.directed.SetEdge(simple.Edge{F: simple.Node(from[i]), T: simple.Node(to[i])})
		p.both.SetEdge(simple.Edge{F: simple.Node(from[i]), T: simple.Node(to[i])})
	}
	return p
}

// distinct leaves out what gonum's graphs cannot have.
func distinct(from, to []int32) (f, t []int32) {
	seen := map[[2]int32]bool{}
	for i := range from {
		if k := [2]int32{from[i], to[i]}; from[i] != to[i] && !seen[k] {
			seen[k] = true
			f, t = append(f, from[i]), append(t, to[i])
		}
	}
	return f, t
}

// BenchmarkAlgorithms is one run: algorithms of lib/graph beside the same ones of gonum, on
// the same graph.
func BenchmarkAlgorithms(b *testing.B) {
	if _, given := os.LookupEnv("LINGHANG_BENCH_DIR"); !given {
		b.Skip("run by make bench-graph")
	}
	from, to := distinct(edges(peerScale))
	before := heap()
	began := time.Now()
	s := load(b, peerScale, from, to)
	ours := []any{time.Since(began).Seconds(), heap() - before}
	before, began = heap(), time.Now()
	p := loadPeer(peerScale, from, to)
	theirs := []any{time.Since(began).Seconds(), heap() - before}
	v := s.All()
	r := rand.New(rand.NewPCG(2, 2))
	ends := map[int32]int32{}
	var starts []int32
	for len(starts) < few {
		x, y := from[r.IntN(len(from))], to[r.IntN(len(to))]
		if x != y && ends[x] == 0 {
			ends[x], starts = y, append(starts, x)
		}
	}
	report := fmt.Sprintf("Nodes %d, edges %d (no two alike), %d cores, %d rounds: middle (least–most).\n\n| | lib/graph | gonum 0.17 |\n| --- | --- | --- |\n", 1<<peerScale, len(from), runtime.NumCPU(), rounds)
	report += fmt.Sprintf("| load, s (gonum: directed and undirected) | %.3g | %.3g |\n| memory after it, MiB | %.0f | %.0f |\n", ours[0], theirs[0], ours[1], theirs[1])
	ranked, least := ranking(b, v, p)
	report += ranked
	report += found(b, v, p, starts, ends)
	report += fmt.Sprintf("\nRanks differ by %.2g of the largest at most.\n", least)
	b.Log("\n" + report)
	kerneltest.Report(b, "graph-algorithms", "Algorithms of the graph", "make bench-graph", report)
}

// found times the shortest paths of both.
func found(b *testing.B, v *graph.View, p peer, starts []int32, ends map[int32]int32) string {
	b.Helper()
	ours := measured(b, starts, func(x int32) error {
		found, err := v.ShortestPaths(b.Context(), code(x), code(ends[x]), paths, graph.PathQuery{Direction: graph.Both})
		if err == nil && len(found.List) != paths {
			err = fmt.Errorf("%d paths were found", len(found.List))
		}
		return err
	})
	theirs := measured(b, starts, func(x int32) error {
		if found := path.YenKShortestPaths(p.both, paths, math.Inf(1), simple.Node(x), simple.Node(ends[x])); len(found) != paths {
			return fmt.Errorf("%d paths were found", len(found))
		}
		return nil
	})
	return fmt.Sprintf("| %d shortest paths of two nodes: questions, p50 ms, p99 ms | %v, %v, %v | %v |\n", paths, ours[0], ours[1], ours[2], listed(theirs)[0])
}

// ranking times PageRank of both, and returns by how much they differ.
func ranking(b *testing.B, v *graph.View, p peer) (line string, differ float64) {
	b.Helper()
	var ours, theirs []float64
	var of graph.Ranks
	var peers map[int64]float64
	for range rounds {
		began := time.Now()
		var err error
		of, err = v.PageRank(b.Context(), graph.RankOptions{Tolerance: tolerance, Iterations: 100})
		must(b, err)
		ours = append(ours, time.Since(began).Seconds())
		began = time.Now()
		peers = network.PageRankSparse(p.directed, 0.85, tolerance)
		theirs = append(theirs, time.Since(began).Seconds())
	}
	most := 0.0
	for i, x := range of.Score {
		n, ok := v.Snapshot().Number(code(int32(i)))
		if !ok {
			b.Fatalf("node %d is not there", i)
		}
		differ, most = max(differ, math.Abs(of.Score[n]-peers[int64(i)])), max(most, x)
	}
	return fmt.Sprintf("| PageRank to %.0e, s | %s | %s |\n", tolerance, spread(ours), spread(theirs)), differ / most
}
