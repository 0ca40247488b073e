package audit_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// BenchmarkAppend appends entries from many goroutines at once, each a change
// of its own that is answered when it is on the disk, and verifies the chain.
func BenchmarkAppend(b *testing.B) {
	const appenders, each, rounds = 256, 80, 5
	var rates, shared []float64
	for range rounds {
		b.Run("sqlite", func(b *testing.B) {
			if b.N > 1 {
				b.Skip("one run appends them all")
			}
			db := kerneltest.Database(b, sqldb.Config{Dir: b.TempDir()}, identity.Migrations())
			log := audit.NewLog(db)
			commits, start := db.Commits(), time.Now()
			var work sync.WaitGroup
			for range appenders {
				work.Go(func() {
					for i := range each {
						if err := log.Append(b.Context(), audit.NewEntry(b.Context(), "POST /orders/{id}", fmt.Sprint("/orders/", i), "done")); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			work.Wait()
			rates = append(rates, appenders*each/time.Since(start).Seconds())
			shared = append(shared, float64(appenders*each)/float64(db.Commits()-commits))
			if v, err := log.Verify(b.Context()); err != nil || !v.OK || v.Count != appenders*each {
				b.Errorf("the chain: %+v, %v", v, err)
			}
			b.ReportMetric(rates[len(rates)-1], "appends/s")
		})
	}
	rate := kerneltest.SpreadOf(rates)
	kerneltest.Report(b, "audit", "Appends to the audit log", "make bench BENCH=Append",
		fmt.Sprintf("%d goroutines append %d entries each on SQLite, every one answered when it is synced to the disk; the chain is verified afterwards. n = %d.", appenders, each, rate.N), "",
		"| | bar | median (least–most) | |", "| --- | --- | --- | --- |",
		fmt.Sprintf("| durable appends/s | ≥ 10,000 | %s | %s |", rate, kerneltest.Verdict(rate.Median >= 10_000)),
		fmt.Sprintf("| entries to a commit | | %s | |", kerneltest.SpreadOf(shared)))
}
