package process_test

import (
	"errors"
	"strings"
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

// filling is a mixer, a filler that is pinned from now on, and a tank between.
func filling() *model.Model {
	on := func(r int, amount int64) []model.Mode {
		return []model.Mode{{Duration: 10, Needs: []model.Need{{Resource: r, Amount: 1}}, Flows: []model.Flow{{Amount: amount}}}}
	}
	return &model.Model{
		Families:    []string{"a", "b"},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 9}, {9, 0}}}},
		Resources:   []model.Resource{{Capacity: 1}, {Capacity: 1, Changeover: new(0)}},
		Tanks:       []model.Tank{{Capacity: 20, Hold: 100}},
		Tasks: []model.Task{
			{Family: new(0), Modes: on(0, 10)},
			{Family: new(0), Modes: on(0, 10)},
			{Family: new(0), Modes: on(1, -10), Pin: &model.Pin{Start: new(int64(40))}},
			{Family: new(0), Modes: on(1, -10)},
		},
		Horizon: 500,
	}
}

// What others have to do for a pinned task they do in time, if they can.
func TestOthersServeWhatIsPinned(t *testing.T) {
	m := filling()
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 200})
	if err != nil {
		t.Fatal(err)
	}
	if err := check.Schedule(m, r.Schedule); err != nil || r.Schedule.Assignments[2].Start != 40 || r.Schedule.Assignments[3].Start < 50 {
		t.Errorf("%+v: %v", r.Schedule, err)
	}
	for name, spoil := range map[string]func(*model.Model){
		"nothing is there yet":     func(m *model.Model) { m.Tasks[2].Pin.Start = new(int64(9)) },
		"what is there is too old": func(m *model.Model) { m.Tanks[0].Level, m.Tasks[2].Pin.Start = 10, new(int64(101)) },
		"another product is there": func(m *model.Model) { m.Tanks[0].Family, m.Tanks[0].Level = new(1), 5 },
	} {
		m := filling()
		spoil(m)
		if err := m.Validate(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, err := process.Solve(t.Context(), m, process.Options{Moves: 200})
		if _, none := errors.AsType[*process.NotFoundError](err); !none {
			t.Errorf("%s: %v", name, err)
		}
	}
	m = filling() // a waiver lets it stay, and it is told
	m.Tanks[0].Family, m.Tanks[0].Level, m.Tasks[2].Pin, m.Tasks = new(0), 10, &model.Pin{Start: new(int64(101)), Waive: true}, m.Tasks[:3]
	if r, err = process.Solve(t.Context(), m, process.Options{Moves: 200}); err != nil {
		t.Fatal(err)
	}
	if told := check.Waived(m, r.Schedule); len(told) != 1 || told[0].Rule != "hold" {
		t.Errorf("%v are told of %+v", told, r.Schedule)
	}
	m.Tanks[0].Family = nil // of another product: what comes is after it
	if r, err = process.Solve(t.Context(), m, process.Options{Moves: 200}); err != nil {
		t.Fatal(err)
	}
	if err := check.Schedule(m, r.Schedule); err != nil {
		t.Error(err)
	}
	m.Tanks[0].Level, m.Tasks[2].Pin.Start = 0, new(int64(9)) // but what others have to do for it they have to
	if _, err := process.Solve(t.Context(), m, process.Options{Moves: 200}); err == nil {
		t.Error("it draws what is not there")
	}
}

// What pinned tasks break by themselves is told before anything is searched.
func TestPinnedTasksThatBreakRulesAreRefused(t *testing.T) {
	for want, spoil := range map[string]func(*model.Model){
		"changeover: task 3 starts at 58, and no changeover of 9 is before it and after 50": func(m *model.Model) { m.Tasks[3].Pin.Start = new(int64(58)) },
		"calendar: task 2 starts at 40, when something that it needs is closed": func(m *model.Model) {
			m.Clock = &model.Clock{Zone: "Asia/Shanghai", Start: "2026-11-02T00:00", Unit: 60}
			m.Calendars = []model.Calendar{{Weekly: []model.Shift{{Days: []int{1}, From: "00:41", Until: "14:00"}}}}
			m.Resources[1].Calendar = new(0)
		},
		"stops[0] (change before task 3) is from 50 to 59; of these what it needs is open for 8": func(m *model.Model) {
			m.Stops = []model.Stop{{Kind: model.Change, Resource: new(1), Before: 3, Start: 50, End: 59}}
			m.Resources[1].Down = []model.Window{{From: 55, Until: 56}}
		},
	} {
		m := filling()
		m.Tasks[3].Family, m.Tasks[3].Modes[0].Flows, m.Tasks[3].Pin = new(1), nil, &model.Pin{Start: new(int64(59))}
		spoil(m)
		if err := m.Validate(); err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		_, err := process.Solve(t.Context(), m, process.Options{})
		if none, is := errors.AsType[*process.NotFoundError](err); !is || none.Pins == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
	m := filling()
	m.Tasks[3].Family, m.Tasks[3].Modes[0].Flows, m.Tasks[3].Pin = new(1), nil, &model.Pin{Start: new(int64(59))}
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 50})
	if err != nil {
		t.Fatal(err)
	}
	if err := check.Schedule(m, r.Schedule); err != nil || len(r.Schedule.Stops) != 1 {
		t.Errorf("%+v: %v", r.Schedule, err)
	}
}
