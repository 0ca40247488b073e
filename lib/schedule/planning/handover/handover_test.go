package handover_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"linghang/lib/schedule"
	"linghang/lib/schedule/check"
	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/handover"
	"linghang/lib/schedule/planning/recipe"
	"linghang/lib/schedule/planning/stn"
)

// The plan's own times are a schedule that the scheduling checker passes, and an engine finds one that is no longer, whose
// batches still have their material in time.
func TestPlansAreTimedAgain(t *testing.T) {
	e := highs.New(highs.Limits{})
	defer func() { _ = e.Close(context.Background()) }()
	for _, name := range []string{"maravelias", "kondili", "kondili with changeovers"} {
		data, err := os.ReadFile("../recipe/testdata/" + strings.Fields(name)[0] + ".json")
		if err != nil {
			t.Fatal(err)
		}
		n, err := recipe.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "changeovers") {
			for _, other := range n.Tasks {
				for _, task := range n.Tasks {
					both := func(unit string) bool {
						does := func(e recipe.Equipment) bool { return e.Unit == unit }
						return task.Name != other.Name && slices.ContainsFunc(task.Units, does) && slices.ContainsFunc(other.Units, does)
					}
					for k := range n.Units {
						if u := &n.Units[k]; both(u.Name) {
							u.Changeovers = append(u.Changeovers, recipe.Changeover{After: task.Name, Before: other.Name, Duration: 1})
						}
					}
				}
			}
		}
		r, err := stn.Plan(t.Context(), e, n, highs.Options{Gap: 0.02})
		if err != nil || r.Plan == nil {
			t.Fatalf("%+v, %v", r, err)
		}
		m, own, err := handover.Model(n, r.Plan)
		if err != nil {
			t.Fatal(err)
		}
		if err := check.Schedule(m, own); err != nil {
			t.Errorf("%s: the plan's own times: %v", name, err)
		}
		timed, err := schedule.Solve(t.Context(), m, schedule.Options{Moves: 20_000, Workers: 1})
		if err != nil || timed.Makespan > own.Makespan {
			t.Fatalf("%s: %+v, %v", name, timed, err)
		}
		for _, a := range timed.Schedule.Assignments {
			b := &r.Plan.Batches[a.Task]
			b.Start, b.End = a.Start, a.End
		}
		r.Plan.Stocks = nil
		if _, err := recipe.Check(n, r.Plan, 1e-5); err != nil {
			t.Errorf("%s: timed again: %v", name, err)
		}
	}
}
