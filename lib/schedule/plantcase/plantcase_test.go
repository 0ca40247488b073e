package plantcase

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"linghang/lib/schedule"
)

// BenchmarkFirst is the time to a first plan of the case that keeps all rules.
func BenchmarkFirst(b *testing.B) {
	m := Model(300, 1)
	for b.Loop() {
		r, err := schedule.Solve(b.Context(), m, schedule.Options{First: true, Moves: 1000})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Objective[0]), "tardiness")
	}
}

// BenchmarkPlant is a search of LINGHANG_SCHEDULE_TIME (60 s), and then, for each of the
// reactors, a breakdown of four hours on the third day and 2 s of replanning, or, on a machine that
// is busy with other things, LINGHANG_SCHEDULE_MOVES schedules of each worker.
func BenchmarkPlant(b *testing.B) {
	limit, err := time.ParseDuration(cmp.Or(os.Getenv("LINGHANG_SCHEDULE_TIME"), "60s"))
	if err != nil {
		b.Fatal(err)
	}
	m := Model(300, 1)
	for b.Loop() {
		var first []int64
		r, err := schedule.Solve(b.Context(), m, schedule.Options{Time: limit, Seed: 1, Workers: 2, Progress: func(p schedule.Progress) {
			if first == nil {
				first = p.Objective
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("first %v, after %v %v, %d schedules", first, limit, r.Objective, r.Moves)
		for reactor := range reactors {
			b.Log(breakdown(b, r, reactor))
		}
	}
}

func breakdown(b *testing.B, r *schedule.Result, reactor int) string {
	b.Helper()
	const now, frozen = 3 * day, 3*day + 4*hour
	m := Model(300, 1)
	begin := time.Now()
	next, gave, err := schedule.Replan(m, schedule.Running{Plan: r.Schedule, Now: now, Frozen: frozen, Down: []schedule.Down{{Resource: reactor, From: now, Until: now + 4*hour}}})
	if err != nil {
		b.Fatal(err)
	}
	o := schedule.Options{Time: 1900 * time.Millisecond, Seed: 1, Workers: 2}
	if moves := os.Getenv("LINGHANG_SCHEDULE_MOVES"); moves != "" {
		o.Time = 0
		if o.Moves, err = strconv.ParseInt(moves, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	again, err := schedule.Solve(b.Context(), next, o)
	if err != nil {
		b.Fatal(err)
	}
	all, near, within := schedule.Moved(r.Schedule, again.Schedule, frozen, frozen+day)
	return fmt.Sprintf("reactor %d down: after %v and %d schedules %d of %d tasks moved, %d of %d in the day after the frozen zone (%.1f %%), gave way %v, first at %v", reactor+1,
		time.Since(begin).Round(time.Millisecond), again.Moves, all, len(m.Tasks), near, within, 100*float64(near)/float64(max(1, within)), gave, again.BestAfter)
}
