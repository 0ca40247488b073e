package identity_test

import (
	"fmt"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// BenchmarkMay asks whether somebody may, as every request does.
func BenchmarkMay(b *testing.B) {
	const asked, rounds = 1_000_000, 7
	v := settle(b, kerneltest.Database(b, sqldb.Config{Dir: b.TempDir()}, identity.Migrations()))
	who := identity.From(v.admin)
	var times []float64
	for range rounds {
		allowed, start := 0, time.Now()
		for range asked {
			if who.May("a.view") {
				allowed++
			}
			if who.May("a.nothing") {
				b.Fatal("a permission that nobody has was held")
			}
		}
		times = append(times, float64(time.Since(start).Nanoseconds())/asked/2)
		if allowed != 0 && allowed != asked {
			b.Fatalf("the answer changed: %d of %d", allowed, asked)
		}
	}
	s := kerneltest.SpreadOf(times)
	b.ReportMetric(s.Median, "ns/check")
	kerneltest.Report(b, "permission", "The check of a permission", "make bench BENCH=May",
		fmt.Sprintf("Whether a signed-in person holds a permission, and one that nobody holds; %d questions each, n = %d.", asked, s.N), "",
		"| | bar | median (least–most) | |", "| --- | --- | --- | --- |",
		fmt.Sprintf("| ns a check | ≤ 1,000 | %s | %s |", s, kerneltest.Verdict(s.Median <= 1000)))
}
