// Package graphing_test measures the graph beside the same questions in PostgreSQL.
package graphing_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/graph"
)

// rounds is how often each thing is measured; the middle and the spread are told.
const rounds = 3

// PostgreSQL is asked few of the questions, each for so many seconds at most.
const (
	few      = 5
	patience = 30
	canceled = "57014" // query_canceled
)

// edges are drawn as R-MAT graphs are (D. Chakrabarti, Y. Zhan, C. Faloutsos 2004), with the
// parameters of Graph500: 2^scale nodes, ten times as many edges, the same ones each time.
func edges(scale int) (from, to []int32) {
	n := 10 << scale
	r := rand.New(rand.NewPCG(uint64(scale), 500))
	names := r.Perm(1 << scale)
	from, to = make([]int32, n), make([]int32, n)
	for i := range n {
		a, b := 0, 0
		for range scale {
			x := r.Float64()
			a, b = a<<1, b<<1
			switch {
			case x < 0.57:
			case x < 0.76:
				b |= 1
			case x < 0.95:
				a |= 1
			default:
				a, b = a|1, b|1
			}
		}
		from[i], to[i] = int32(names[a]), int32(names[b])
	}
	return from, to
}

func code(i int32) string { return fmt.Sprintf("9131%014d", i) }

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func load(b *testing.B, scale int, from, to []int32) *graph.Snapshot {
	b.Helper()
	builder := graph.NewBuilder(graph.Options{})
	codes := make([]string, 1<<scale)
	for i := range codes {
		codes[i] = code(int32(i))
		must(b, builder.AddNode(codes[i], "enterprise"))
	}
	for i := range from {
		_, err := builder.AddEdge(codes[from[i]], codes[to[i]], "supplies", 1)
		must(b, err)
	}
	s, err := builder.Build(b.Context())
	must(b, err)
	return s
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// spread is the middle of some figures, with the least and the most.
func spread(list []float64) string {
	slices.Sort(list)
	return fmt.Sprintf("%.3g (%.3g–%.3g)", list[len(list)/2], list[0], list[len(list)-1])
}

// asked returns the middle and the 99th of a hundred of the milliseconds of questions.
func asked(b *testing.B, starts []int32, ask func(start int32) error) (middle, late float64) {
	b.Helper()
	var times []float64
	for _, s := range starts {
		began := time.Now()
		must(b, ask(s))
		times = append(times, float64(time.Since(began).Microseconds())/1000)
	}
	slices.Sort(times)
	return times[len(times)/2], times[len(times)*99/100]
}

// measured asks in rounds and returns both figures with their spread.
func measured(b *testing.B, starts []int32, ask func(start int32) error) []any {
	b.Helper()
	var middles, lates []float64
	for range rounds {
		middle, late := asked(b, starts, ask)
		middles, lates = append(middles, middle), append(lates, late)
	}
	return []any{len(starts), spread(middles), spread(lates)}
}

// listed is what was measured, with commas.
func listed(x []any) []any { return []any{fmt.Sprintf("%v, %v, %v", x...)} }

func tables(b *testing.B, from, to []int32) (*sql.DB, float64) {
	b.Helper()
	_ = sqldb.Config{} // the driver pgx is the one of sqldb
	db, err := sql.Open("pgx", kerneltest.Postgres(b))
	must(b, err)
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	run := func(query string, args ...any) {
		_, err := db.Exec(query, args...)
		must(b, err)
	}
	run(`DROP TABLE IF EXISTS bench_edge`)
	run(`CREATE UNLOGGED TABLE bench_edge (src INT NOT NULL, dst INT NOT NULL)`)
	b.Cleanup(func() { _, _ = db.Exec(`DROP TABLE IF EXISTS bench_edge`) })
	began := time.Now()
	for i := 0; i < len(from); i += 200_000 {
		end := min(len(from), i+200_000)
		run(`INSERT INTO bench_edge SELECT * FROM unnest($1::int[], $2::int[])`, from[i:end], to[i:end])
	}
	run(`CREATE INDEX bench_edge_src ON bench_edge (src, dst)`)
	run(`CREATE INDEX bench_edge_dst ON bench_edge (dst, src)`)
	took := time.Since(began).Seconds()
	run(`ANALYZE bench_edge`)
	run(fmt.Sprintf(`SET statement_timeout = '%ds'`, patience))
	return db, took
}

const ball = `WITH RECURSIVE walk(node, hops) AS (
	SELECT $1::int, 0 UNION SELECT e.dst, w.hops + 1 FROM walk w JOIN bench_edge e ON e.src = w.node WHERE w.hops < 3
) SELECT count(*) FROM (SELECT DISTINCT node FROM walk LIMIT 5000) AS found`

const common = `WITH near AS (
	SELECT dst AS node FROM bench_edge WHERE src = $1 UNION SELECT src FROM bench_edge WHERE dst = $1
), second AS (
	SELECT n.node AS via, e.dst AS node FROM near n JOIN bench_edge e ON e.src = n.node UNION SELECT n.node, e.src FROM near n JOIN bench_edge e ON e.dst = n.node
) SELECT count(*) FROM (
	SELECT s.node FROM second s WHERE s.node <> $1 AND s.node NOT IN (SELECT node FROM near) GROUP BY s.node ORDER BY count(*) DESC LIMIT 10
) AS found`

// BenchmarkGraph is one run: the graph in memory, and the same in PostgreSQL.
func BenchmarkGraph(b *testing.B) {
	scale := 20
	if text := os.Getenv("LINGHANG_GRAPH_SCALE"); text != "" {
		var err error
		scale, err = strconv.Atoi(text)
		must(b, err)
	}
	from, to := edges(scale)
	var loads []float64
	var s *graph.Snapshot
	before := heap()
	for range rounds {
		began := time.Now()
		s = load(b, scale, from, to)
		loads = append(loads, time.Since(began).Seconds())
	}
	size := heap() - before
	v := s.All()
	r := rand.New(rand.NewPCG(1, 1))
	starts := make([]int32, 1000)
	for i := range starts {
		starts[i] = from[r.IntN(len(from))] // as often as it has edges: hubs are asked more
	}
	report := fmt.Sprintf("Nodes %d, edges %d, %d cores, %d rounds: middle (least–most).\n\n| | graph in memory | PostgreSQL |\n| --- | --- | --- |\n", 1<<scale, len(from), runtime.NumCPU(), rounds)
	ball3 := func(x int32) error {
		_, err := v.Ball(b.Context(), code(x), graph.BallQuery{Hops: 3})
		return err
	}
	hops, sameHops := measured(b, starts, ball3), measured(b, starts[:few], ball3)
	began := time.Now()
	links, err := v.Links(b.Context())
	must(b, err)
	prepared := time.Since(began).Seconds()
	missing := func(x int32) error {
		_, err := links.Near(b.Context(), code(x), graph.CommonNeighbours, 10)
		return err
	}
	near, sameNear := measured(b, starts[:100], missing), measured(b, starts[:few], missing)
	db, loaded := tables(b, from, to)
	gaveUp := 0
	count := func(query string) func(x int32) error {
		return func(x int32) error {
			var n int
			err := db.QueryRow(query, x).Scan(&n)
			var told interface{ SQLState() string }
			if errors.As(err, &told) && told.SQLState() == canceled {
				gaveUp++ // its time is the least that the question takes
				return nil
			}
			return err
		}
	}
	sqlHops, sqlNear := measured(b, starts[:few], count(ball)), measured(b, starts[:few], count(common))
	report += fmt.Sprintf("| load, s | %s | %.3g (once) |\n| memory after it, MiB | %.0f | – |\n", spread(loads), loaded, size)
	row := func(what string, ours, theirs []any) {
		report += fmt.Sprintf("| %s | %v, %v, %v | %s |\n", what, ours[0], ours[1], ours[2], fmt.Sprint(theirs...))
	}
	row("three hops, up to 5000 nodes: questions, p50 ms, p99 ms", hops, []any{"–"})
	row("the same, of the same nodes", sameHops, listed(sqlHops))
	row("missing links of a node by common neighbours: questions, p50 ms, p99 ms", near, []any{"–"})
	row("the same, of the same nodes", sameNear, listed(sqlNear))
	report += fmt.Sprintf("\nMissing links take %.3g s once, before the first question.\n", prepared)
	report += fmt.Sprintf("\nPostgreSQL gave up %d of %d questions after %d s, which count as that long.\n", gaveUp, 2*rounds*few, patience)
	b.Log("\n" + report)
	kerneltest.Report(b, "graph", "The graph", "make bench-graph", report)
}
