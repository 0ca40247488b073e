package graph_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"linghang/lib/graph"
)

// size is a graph of the R-MAT kind (D. Chakrabarti, Y. Zhan, C. Faloutsos: R-MAT, a
// recursive model for graph mining, 2004) with the parameters of Graph500.
type size struct {
	name         string
	scale, edges int
}

func sizes() []size {
	return []size{{"131k-1M", 17, 1_000_000}, {"1M-10M", 20, 10_000_000}}
}

func (s size) nodes() int { return 1 << s.scale }

// each calls f with the ends of edges, the same ones each time.
func (s size) each(f func(from, to int)) {
	r := rand.New(rand.NewPCG(uint64(s.scale), 500))
	names := r.Perm(s.nodes()) // hubs are not the first nodes
	for range s.edges {
		from, to := 0, 0
		for range s.scale {
			x := r.Float64()
			from, to = from<<1, to<<1
			switch {
			case x < 0.57:
			case x < 0.76:
				to |= 1
			case x < 0.95:
				from |= 1
			default:
				from, to = from|1, to|1
			}
		}
		f(names[from], names[to])
	}
}

// code is an identifier as long as that of an enterprise.
func code(i int) string { return fmt.Sprintf("9131%014d", i) }

func (s size) build(b testing.TB) *graph.Snapshot {
	b.Helper()
	codes := make([]string, s.nodes())
	builder := graph.NewBuilder(graph.Options{})
	for i := range codes {
		codes[i] = code(i)
		must(b, builder.AddNode(codes[i], []string{"firm", "product", "technology"}[i%3]))
	}
	n := 0
	s.each(func(from, to int) {
		if _, err := builder.AddEdge(codes[from], codes[to], []string{"makes", "buys", "owns"}[n%3], float64(n%100)+0.5); err != nil {
			b.Fatal(err)
		}
		n++
	})
	snapshot, err := builder.Build(b.Context())
	must(b, err)
	return snapshot
}

// starts are nodes that some edge leaves.
func (s size) starts(b *testing.B, v *graph.View) []int {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	var list []int
	for len(list) < 1000 {
		i := r.IntN(s.nodes())
		near, err := v.Neighbours(b.Context(), code(i), graph.NeighbourQuery{Limit: graph.Limit{Nodes: 1}})
		must(b, err)
		if len(near.List) > 0 {
			list = append(list, i)
		}
	}
	return list
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// percentiles reports what half and all but a hundredth of the times stay below.
func percentiles(b *testing.B, times []time.Duration) {
	b.Helper()
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(times[len(times)/2]), "p50-ms")
	b.ReportMetric(ms(times[len(times)*99/100]), "p99-ms")
}

// built keeps the last graph for the benchmarks that follow each other on it.
var built struct {
	size     size
	snapshot *graph.Snapshot
}

func (s size) snapshot(b *testing.B) *graph.Snapshot {
	b.Helper()
	if built.size != s {
		built.snapshot = nil
		before, begin := heap(), time.Now()
		built.size, built.snapshot = s, s.build(b)
		took := time.Since(begin)
		b.Logf("%d nodes, %d edges: drawn and built in %v, heap %d MiB, %d cores", s.nodes(), s.edges,
			took.Round(time.Millisecond), (heap()-before)>>20, runtime.NumCPU())
	}
	return built.snapshot
}

// eachSize calls f with each size as a benchmark.
func eachSize(b *testing.B, f func(b *testing.B, s size, v *graph.View)) {
	b.Helper()
	for _, s := range sizes() {
		b.Run(s.name, func(b *testing.B) {
			v := s.snapshot(b).All()
			b.ResetTimer()
			f(b, s, v)
		})
	}
}

// BenchmarkBuild is the time from the first node to the snapshot, and what stays.
func BenchmarkBuild(b *testing.B) {
	for _, s := range sizes() {
		b.Run(s.name, func(b *testing.B) {
			built.size, built.snapshot = size{}, nil
			before := heap()
			for b.Loop() {
				built.snapshot = nil
				built.size, built.snapshot = s, s.build(b)
			}
			b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
		})
	}
}

func timed(b *testing.B, s size, v *graph.View, ask func(a, z string) error) {
	b.Helper()
	starts := s.starts(b, v)
	var times []time.Duration
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		a, z := code(starts[i%len(starts)]), code(starts[(i+1)%len(starts)])
		begin := time.Now()
		must(b, ask(a, z))
		times = append(times, time.Since(begin))
	}
	percentiles(b, times)
}

// BenchmarkBall is a three-hop question with its answer of up to 5 000 nodes.
func BenchmarkBall(b *testing.B) {
	eachSize(b, func(b *testing.B, s size, v *graph.View) {
		cut, asked := 0, 0
		timed(b, s, v, func(a, _ string) error {
			part, err := v.Ball(b.Context(), a, graph.BallQuery{Hops: 3})
			asked++
			if part.Truncated {
				cut++
			}
			return err
		})
		b.ReportMetric(float64(cut)/float64(asked), "truncated")
	})
}

// BenchmarkReach counts everything within three hops.
func BenchmarkReach(b *testing.B) {
	eachSize(b, func(b *testing.B, s size, v *graph.View) {
		nodes, asked := 0, 0
		timed(b, s, v, func(a, _ string) error {
			r, err := v.Reach(b.Context(), a, graph.BallQuery{Hops: 3})
			for _, n := range r.ByHops {
				nodes += n
			}
			asked++
			return err
		})
		b.ReportMetric(float64(nodes)/float64(asked), "nodes")
	})
}

// BenchmarkPath is a shortest way between two nodes, by hops and by weight.
func BenchmarkPath(b *testing.B) {
	for name, length := range map[string]graph.Length{"hops": graph.ByHops, "weight": graph.ByWeight} {
		b.Run(name, func(b *testing.B) {
			eachSize(b, func(b *testing.B, s size, v *graph.View) {
				timed(b, s, v, func(a, z string) error {
					_, err := v.ShortestPath(b.Context(), a, z, graph.PathQuery{Length: length})
					return err
				})
			})
		})
	}
}

// BenchmarkPageRank is one iteration, with what comes before the first among twenty.
func BenchmarkPageRank(b *testing.B) {
	eachSize(b, func(b *testing.B, _ size, v *graph.View) {
		for b.Loop() {
			_, err := v.PageRank(b.Context(), graph.RankOptions{Iterations: 20, Tolerance: 1e-300})
			must(b, err)
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/20, "ms/iteration")
	})
}
