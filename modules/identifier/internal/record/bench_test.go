package record_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// eachBench runs a benchmark on Files and on SQLite. The disk is the one that
// TMPDIR lies on.
func eachBench(b *testing.B, o record.Options, bench func(b *testing.B, s record.Store)) {
	b.Run("files", func(b *testing.B) {
		s := must(record.OpenFiles(b.TempDir(), o))(b)
		bench(b, s)
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("sqlite", func(b *testing.B) {
		s := must(record.OpenRows(context.Background(), kerneltest.Database(b, sqldb.Config{Dir: b.TempDir()}, os.DirFS("../../migrations")), o))(b)
		bench(b, s)
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	})
}

// product encodes a record of about 230 octets as an enterprise registers it.
func product(i int) []byte {
	list := []wire.Value{
		wire.Text(1, "URL", "https://trace.example/88.101.5/T"+strconv.Itoa(i)),
		wire.Text(2, "DESC", "传感器 "+strconv.Itoa(i)),
		{Index: 100, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: "HS_ADMIN", Data: make([]byte, 30)},
	}
	v := wire.Values{Values: list}
	return v.Append(nil)[4:]
}

func named(i int) string { return fmt.Sprintf("88.101.%d/T%09d", i%1000, i) }

// fill creates records in batches of a thousand.
func fill(b *testing.B, s record.Store, n int) {
	b.Helper()
	for i := 0; i < n; {
		changes := make([]record.Change, 0, 1000)
		for ; i < n && len(changes) < 1000; i++ {
			changes = append(changes, record.Change{Action: wire.ActionCreate, Handle: named(i), Values: product(i), By: "300:0.NA/88.101", From: "192.0.2.1", Via: "tcp"})
		}
		apply(b, s, changes...)
	}
}

func BenchmarkQuick(b *testing.B) {
	s := must(record.OpenFiles(b.TempDir(), record.Options{}))(b)
	defer s.Close() //nolint:errcheck // a benchmark
	// Hot handles are in the processor's caches, hits and misses all over the memory.
	const n = 100_000
	fill(b, s, n)
	hits, misses := make([][]byte, n), make([][]byte, n)
	for i := range n {
		hits[i], misses[i] = []byte(wire.Fold(named(i))), []byte(wire.Fold(named(i)+"x"))
	}
	for name, keys := range map[string][][]byte{"hot": hits[:1000], "hit": hits, "miss": misses} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			spent := processor(b)
			for i := 0; b.Loop(); i += 7919 {
				s.Quick(keys[i%len(keys)])
			}
			b.ReportMetric(float64((processor(b)-spent).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}

func BenchmarkApplySingle(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			eachBench(b, record.Options{}, func(b *testing.B, s record.Store) {
				var next atomic.Int64
				var wg sync.WaitGroup
				spent := processor(b)
				b.ResetTimer()
				for range callers {
					wg.Go(func() {
						for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
							apply(b, s, record.Change{Action: wire.ActionCreate, Handle: named(int(i)), Values: product(int(i)), By: "300:0.NA/88.101", From: "192.0.2.1", Via: "tcp"})
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
				b.ReportMetric(float64((processor(b)-spent).Microseconds())/float64(b.N), "cpu-us/change")
			})
		})
	}
}

func BenchmarkApplyBulk(b *testing.B) {
	eachBench(b, record.Options{}, func(b *testing.B, s record.Store) {
		spent := processor(b)
		fill(b, s, 1000*b.N)
		b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "changes/s")
		b.ReportMetric(float64((processor(b)-spent).Microseconds())/(1000*float64(b.N)), "cpu-us/change")
	})
}

// processor returns the processor time that the process has had: what an
// operation costs, on a machine that others use too.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLoad loads records that are not in memory, at random, out of
// LINGHANG_BENCH_RECORDS (100,000).
func BenchmarkLoad(b *testing.B) {
	n := 100_000
	if text, ok := os.LookupEnv("LINGHANG_BENCH_RECORDS"); ok {
		n = must(strconv.Atoi(text))(b)
	}
	eachBench(b, record.Options{Memory: 1 << 20}, func(b *testing.B, s record.Store) {
		start := time.Now()
		if strings.Contains(b.Name(), "sqlite") && n > 1_000_000 {
			b.Skip("the tree is what keeps so many")
		}
		fill(b, s, n)
		b.Logf("%d records in %v, %d MB resident", n, time.Since(start).Round(time.Second), resident(b))
		for name, suffix := range map[string]string{"present": "", "absent": "x"} {
			b.Run(name, func(b *testing.B) {
				spent := processor(b)
				for b.Loop() {
					handle := named(rand.IntN(n)) + suffix
					if r := load(b, s, handle); (r == nil) != (suffix != "") {
						b.Fatalf("%s: %v", handle, r)
					}
				}
				b.ReportMetric(float64((processor(b)-spent).Microseconds())/float64(b.N), "cpu-us/op")
				b.ReportMetric(float64(resident(b)), "MB-resident")
			})
		}
	})
}

// resident returns the megabytes that the process holds.
func resident(b *testing.B) int {
	b.Helper()
	text := must(os.ReadFile("/proc/self/statm"))(b)
	pages := must(strconv.Atoi(strings.Fields(string(text))[1]))(b)
	return pages * os.Getpagesize() >> 20
}

// BenchmarkMemory tells how many octets a record takes in memory.
func BenchmarkMemory(b *testing.B) {
	const n = 200_000
	for b.Loop() {
		s := must(record.OpenFiles(b.TempDir(), record.Options{Memory: 1 << 30}))(b)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		fill(b, s, n)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "octets/record")
		runtime.KeepAlive(s)
	}
}
