package graph_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // what the questions are asked of for comparison

	"linghang/lib/graph"
)

// within counts the nodes within three hops, as Reach does.
const within = `WITH RECURSIVE walk(node, hops) AS (
	SELECT ?, 0 UNION SELECT e.dst, w.hops + 1 FROM walk w JOIN edge e ON e.src = w.node WHERE w.hops < 3
) SELECT count(DISTINCT node) FROM walk`

// table loads edges as numbers, which is what SQL does best.
func table(t testing.TB, edges func(f func(from, to int))) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "graph.db"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), "CREATE TABLE edge (src INTEGER, dst INTEGER, n INTEGER, PRIMARY KEY (src, dst, n)) WITHOUT ROWID")
	must(t, err)
	tx, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	insert, err := tx.PrepareContext(t.Context(), "INSERT INTO edge VALUES (?, ?, ?)")
	must(t, err)
	defer func() { must(t, insert.Close()) }()
	n := 0
	edges(func(from, to int) {
		if _, err := insert.ExecContext(t.Context(), from, to, n); err != nil {
			t.Fatal(err)
		}
		n++
	})
	must(t, tx.Commit())
	return db
}

func TestReachIsWhatARecursiveQueryCounts(t *testing.T) {
	small := size{"small", 9, 2000}
	db := table(t, small.each)
	v := small.build(t).All()
	for i := range 50 {
		r, err := v.Reach(t.Context(), code(i), graph.BallQuery{Hops: 3})
		must(t, err)
		var want int
		must(t, db.QueryRowContext(t.Context(), within, i).Scan(&want))
		if got := r.ByHops[0] + r.ByHops[1] + r.ByHops[2] + r.ByHops[3]; got != want {
			t.Errorf("%d nodes within three hops of %d, and SQL says %d", got, i, want)
		}
	}
}

// BenchmarkSQLite is BenchmarkReach in SQL, from the same starts.
func BenchmarkSQLite(b *testing.B) {
	s := sizes()[0]
	v := s.snapshot(b).All()
	begin := time.Now()
	db := table(b, s.each)
	b.Logf("%d edges loaded in %v", s.edges, time.Since(begin).Round(time.Millisecond))
	timed(b, s, v, func(a, _ string) error {
		i, _ := v.Snapshot().Number(a)
		var n int
		return db.QueryRowContext(b.Context(), within, i).Scan(&n)
	})
}
