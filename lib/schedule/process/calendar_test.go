package process_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// What the engine says is open the checker does, unit by unit, wherever shifts begin and end within one.
func TestWindowsAreThoseOfTheChecker(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 1))
	clock := func() string { return fmt.Sprintf("%02d:%02d", rng.IntN(24), 10*rng.IntN(6)) }
	for round := range 40 {
		m := &model.Model{
			Clock: &model.Clock{Zone: "Europe/Berlin", Start: "2026-10-24T05:20", Unit: []int64{600, 3600, 5400}[round%3]}, Horizon: 70,
			Calendars: make([]model.Calendar, 1),
			Resources: []model.Resource{{Capacity: 2, Calendar: new(0)}},
			Tasks:     []model.Task{{Modes: []model.Mode{{Duration: 1, Needs: []model.Need{{Resource: 0, Amount: 1}}}, {Duration: 1, Needs: []model.Need{{Resource: 0, Amount: 2}}}}}},
		}
		for range 1 + rng.IntN(4) {
			m.Calendars[0].Weekly = append(m.Calendars[0].Weekly, model.Shift{Days: []int{6, 7, 1, 2}, From: clock(), Until: clock(), Capacity: rng.Int64N(3)})
		}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		windows, err := process.Windows(m, 0)
		if err != nil {
			t.Fatal(err)
		}
		for at := range m.Horizon {
			open := int64(0)
			for _, w := range windows {
				if w.From <= at && at < w.Until {
					open += w.Capacity
				}
			}
			for mode := range 2 {
				err := check.Schedule(m, &model.Schedule{Makespan: at + 1, Assignments: []model.Assignment{{Mode: mode, Start: at, End: at + 1}}})
				if (err == nil) != (open > int64(mode)) {
					t.Fatalf("round %d: %d is open at %d, and %d are there: %v: %+v", round, open, at, mode+1, err, m.Calendars[0])
				}
			}
		}
	}
}
