package plantcase

import (
	"testing"

	"linghang/lib/schedule"
)

// A breakdown of any reactor moves the batches that it hits and hardly any other, after few schedules, which do not depend on
// how fast the machine is.
func TestBreakdownsMoveLittle(t *testing.T) {
	const now, frozen = 3 * day, 3*day + 4*hour
	m := Model(300, 1)
	r, err := schedule.Solve(t.Context(), m, schedule.Options{Seed: 0, Moves: 1500})
	if err != nil {
		t.Fatal(err)
	}
	within5 := 0
	for reactor := range reactors {
		next, gave, err := schedule.Replan(m, schedule.Running{Plan: r.Schedule, Now: now, Frozen: frozen, Down: []schedule.Down{{Resource: reactor, From: now, Until: now + 4*hour}}})
		if err != nil {
			t.Fatal(err)
		}
		again, err := schedule.Solve(t.Context(), next, schedule.Options{Seed: 1, Moves: 150})
		if err != nil {
			t.Fatal(err)
		}
		all, near, within := schedule.Moved(r.Schedule, again.Schedule, frozen, frozen+day)
		t.Logf("reactor %d: %d of %d tasks moved, %d of %d in the day after the frozen zone, gave way: %v", reactor+1, all, len(m.Tasks), near, within, gave)
		if 100*near <= 5*within {
			within5++
		}
		if within < 60 || 100*near > 6*within || all > 24 {
			t.Errorf("reactor %d: %d tasks moved, %d of %d in the day after the frozen zone", reactor+1, all, near, within)
		}
	}
	if within5 < reactors-1 {
		t.Errorf("at %d of %d breakdowns no more than 5 %% of the tasks in the day after the frozen zone moved", within5, reactors)
	}
}
