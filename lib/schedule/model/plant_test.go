package model

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// plant has one of everything.
func plant() *Model {
	return &Model{
		Resources: []Resource{
			{Name: "reactor", Capacity: 1, Calendar: new(0), Changeover: new(0), Family: new(0), Cleaning: &Cleaning{Duration: 2, Tasks: 3, DirtyHold: 30, CleanHold: 40, Needs: []Need{{1, 1}}}, Down: []Window{{From: 50, Until: 60}}},
			{Name: "skid", Capacity: 1},
			{Name: "steam", Capacity: 9, Calendar: new(1)},
		},
		Jobs: []Job{{Name: "A", Due: new(int64(40)), Deadline: new(int64(90)), Weight: 3}},
		Tasks: []Task{
			{Name: "react", Job: new(0), Family: new(1), Breaks: Pause, Modes: []Mode{{Duration: 5, Needs: []Need{{0, 1}, {2, 4}}, Flows: []Flow{{Tank: 0, Amount: 7}}}}},
			{Name: "pack", Job: new(0), Family: new(1), Pin: &Pin{Mode: new(0)}, Modes: []Mode{{Duration: 4, Flows: []Flow{{Tank: 0, Amount: -7}}}}},
			{Name: "done", Pin: &Pin{Start: new(int64(0)), End: new(int64(3))}, Modes: []Mode{{Duration: 2, Needs: []Need{{0, 1}}}}, Family: new(0)},
			{Name: "wash", Modes: []Mode{{Duration: 9, Power: 3, Recipe: new(0), Batch: 20, Flows: []Flow{{Tank: 1, Family: new(0)}, {Tank: 0, Amount: 8, Family: new(1)}}}}},
		},
		Recipes:     []Recipe{{Name: "washing", Size: 10, Parts: []Part{{0, -5}, {1, 4}}}},
		Precedences: []Precedence{{Before: 0, After: 1, MinLag: 1, MaxLag: new(int64(20)), Blocking: true}},
		Families:    []string{"red", "white"},
		Changeovers: []Changeover{{Duration: [][]int64{{0, 3}, {1, 0}}, Cost: [][]int64{{0, 9}, {2, 0}}, Needs: []Need{{1, 1}}, Cleans: true}},
		Calendars: []Calendar{
			{Name: "days", Weekly: []Shift{{Days: []int{1, 2}, From: "06:00", Until: "22:00"}}, Closed: []string{"2026-10-01"}},
			{Windows: []Window{{From: 0, Until: 10, Capacity: 5}}, Period: 20},
		},
		Tanks:     []Tank{{Name: "T1", Capacity: 20, Heel: 2, Level: 2, Family: new(1), Changeover: new(0), FillRate: 2, Hold: 60, Cost: 2}, {Capacity: 50, Level: 20, Family: new(0)}},
		Campaigns: []Campaign{{Resource: 0, Family: 1, Min: 1, Max: 4}},
		Clock:     &Clock{Zone: "Asia/Shanghai", Start: "2026-11-02T06:00", Unit: 3600},
		Tariff:    &Tariff{Price: 5, Rates: []Rate{{From: 0, Until: 8, Price: 2}}, Period: 24},
		Horizon:   200,
		Now:       2,
		Stops:     []Stop{{Kind: Clean, Resource: new(0), Before: 2, Start: 0, End: 0}},
		Baseline:  &Baseline{Assignments: []Assignment{{0, 0, 5, 10}}, Moved: 1, Time: 1, Mode: 2},
		Objective: [][]Term{{{Term: Tardiness, Weight: 2}}, {{Term: Makespan}, {Term: Stability}, {Term: Inventory}, {Term: Energy}, {Term: Peak, Resource: new(2)}}},
	}
}

func TestAPlantIsTheSameAfterJSON(t *testing.T) {
	var b bytes.Buffer
	if err := plant().Encode(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, plant()) || got.Plant() == "" {
		t.Errorf("got %+v from\n%s", got, b.String())
	}
}

func TestFaultsOfPlantsSayWhereAndWhat(t *testing.T) {
	for want, spoil := range map[string]func(*Model){
		"horizon: is -1":                 func(m *Model) { m.Horizon = -1 },
		`clock.zone: is "Mars"`:          func(m *Model) { m.Clock.Zone = "Mars" },
		`clock.start: is "now"`:          func(m *Model) { m.Clock.Start = "now" },
		"clock.unit: is 0":               func(m *Model) { m.Clock.Unit = 0 },
		"calendars[0].weekly: needs":     func(m *Model) { m.Clock = nil },
		"calendars[1]: is empty":         func(m *Model) { m.Calendars[1] = Calendar{} },
		"calendars[0]: has windows and":  func(m *Model) { m.Calendars[0].Windows = []Window{{From: 1, Until: 2}} },
		"needs a horizon":                func(m *Model) { m.Horizon = 0 },
		"calendars[1].windows[0]: is fr": func(m *Model) { m.Calendars[1].Windows[0].Until = 0 },
		"calendars[1].period: is 5":      func(m *Model) { m.Calendars[1].Period = 5 },
		`.from: is "6:00"`:               func(m *Model) { m.Calendars[0].Weekly[0].From = "6:00" },
		".days: have 8":                  func(m *Model) { m.Calendars[0].Weekly[0].Days[0] = 8 },
		`.closed[0]: is "October"`:       func(m *Model) { m.Calendars[0].Closed[0] = "October" },
		"windows up to the horizon":      func(m *Model) { m.Horizon, m.Calendars[1].Period = MaxTime, 10 },
		"duration: has 1 rows":           func(m *Model) { m.Changeovers[0].Duration = m.Changeovers[0].Duration[:1] },
		"cost[0]: has 1 numbers":         func(m *Model) { m.Changeovers[0].Cost[0] = []int64{1} },
		"duration[0][0]: is -1":          func(m *Model) { m.Changeovers[0].Duration[0][0] = -1 },
		"changeovers[0].needs[0].resource: is 0, which has changeovers": func(m *Model) { m.Changeovers[0].Needs[0].Resource = 0 },
		"cleaning.needs[0].amount: is 2":                                func(m *Model) { m.Resources[0].Cleaning.Needs[0].Amount = 2 },
		"is due after 0 tasks":                                          func(m *Model) { *m.Resources[0].Cleaning = Cleaning{Duration: 2} },
		"cleaning.dirty_hold: is -1":                                    func(m *Model) { m.Resources[0].Cleaning.DirtyHold = -1 },
		"cleaning.clean_hold: is -1":                                    func(m *Model) { m.Resources[0].Cleaning.CleanHold = -1 },
		"tanks[0].hold: is -1":                                          func(m *Model) { m.Tanks[0].Hold = -1 },
		"resources[1].calendar: is 4":                                   func(m *Model) { m.Resources[1].Calendar = new(4) },
		"has a window with capacity 5":                                  func(m *Model) { m.Resources[2].Capacity = 4 },
		"tanks[0].heel: is 20":                                          func(m *Model) { m.Tanks[0].Heel = 20 },
		"tanks[0].level: is 1":                                          func(m *Model) { m.Tanks[0].Level = 1 },
		"flows[0].amount: is 19":                                        func(m *Model) { m.Tasks[0].Modes[0].Flows[0].Amount = 19 },
		"at most 10 can be filled":                                      func(m *Model) { m.Tasks[0].Modes[0].Flows[0].Amount = 11 },
		"flows[0].tank: is 3":                                           func(m *Model) { m.Tasks[0].Modes[0].Flows[0].Tank = 3 },
		"the task needs a family":                                       func(m *Model) { m.Tasks[0].Family = nil },
		"recipes[0].size: is 0":                                         func(m *Model) { m.Recipes[0].Size = 0 },
		"recipes[0].parts: are empty":                                   func(m *Model) { m.Recipes[0].Parts = nil },
		"parts[1].family: is 0 a second":                                func(m *Model) { m.Recipes[0].Parts[1].Family = 0 },
		"parts[1].amount: is 0":                                         func(m *Model) { m.Recipes[0].Parts[1].Amount = 0 },
		"tasks[3].modes[0].recipe: is 1":                                func(m *Model) { m.Tasks[3].Modes[0].Recipe = new(1) },
		"batch: is 20, and there is no recipe":                          func(m *Model) { m.Tasks[3].Modes[0].Recipe = nil },
		"batch: is 0; it is 1":                                          func(m *Model) { m.Tasks[3].Modes[0].Batch = 0 },
		"batch: is 21, of which recipes[0].parts[0] is -5 × 21 / 10, no whole": func(m *Model) { m.Tasks[3].Modes[0].Batch = 21 },
		"flows[1].family: is 7":                               func(m *Model) { m.Tasks[3].Modes[0].Flows[1].Family = new(7) },
		"flows[1].family: is none of recipes[0]":              func(m *Model) { m.Recipes[0].Parts = m.Recipes[0].Parts[:1] },
		"flows: have none of recipes[0].parts[1], which is 8": func(m *Model) { m.Tasks[3].Modes[0].Flows = m.Tasks[3].Modes[0].Flows[:1] },
		"flows: have 7 of recipes[0].parts[1], which is 8":    func(m *Model) { m.Tasks[3].Modes[0].Flows[1].Amount = 7 },
		"flows: have 2 of recipes[0].parts[0] without amount": func(m *Model) { m.Tasks[3].Modes[0].Flows[1] = Flow{Tank: 0, Family: new(0)} },
		"flows: leave -1 of recipes[0].parts[1], which is 8": func(m *Model) {
			m.Tasks[3].Modes[0].Flows[1].Amount = 9
			m.Tasks[3].Modes[0].Flows = append(m.Tasks[3].Modes[0].Flows, Flow{Tank: 1, Family: new(1)})
		},
		"families[0]: is drawn by 10 in the whole plan, and at most 9 can be there": func(m *Model) {
			m.Tasks[1].Pin, m.Tasks[2].Pin, m.Stops, m.Tanks[1].Level = nil, nil, nil, 9
		},
		"families[0]: is drawn by 10 in the whole plan, and at most 8 can be there": func(m *Model) {
			m.Tasks[1].Pin, m.Tasks[2].Pin, m.Stops, m.Tanks[1].Level, m.Tanks[1].Heel = nil, nil, nil, 10, 2
		},
		`breaks: is "maybe"`:                                           func(m *Model) { m.Tasks[0].Breaks = "maybe" },
		"pin.mode: is 2":                                               func(m *Model) { m.Tasks[1].Pin.Mode = new(2) },
		"pin.end: is 1":                                                func(m *Model) { m.Tasks[1].Pin.End = new(int64(1)) },
		"max_lag: is 0":                                                func(m *Model) { m.Precedences[0].MaxLag = new(int64(0)) },
		"campaigns[0].resource: is 2":                                  func(m *Model) { m.Campaigns[0].Resource = 2 },
		"campaigns[0]: has from -1 to 4":                               func(m *Model) { m.Campaigns[0].Min = -1 },
		"which is pinned and not there":                                func(m *Model) { p := m.Tasks[m.Stops[0].Before].Pin; p.End = p.Start },
		"baseline.stops[0]: is of a resource or of a tank":             func(m *Model) { m.Baseline.Stops = []Stop{{}} },
		"stops[0].before: is 0":                                        func(m *Model) { m.Stops[0].Before = 0 },
		"baseline.assignments[0].mode":                                 func(m *Model) { m.Baseline.Assignments[0].Mode = 4 },
		`objective[1][0].term: is "fun"`:                               func(m *Model) { m.Objective[1][0].Term = "fun" },
		"is inventory, and no tank has a cost":                         func(m *Model) { m.Tanks[0].Cost = 0 },
		"is energy, and there is no tariff":                            func(m *Model) { m.Tariff = nil },
		"is energy, and no mode has power":                             func(m *Model) { m.Tasks[3].Modes[0].Power = 0 },
		"is peak, and it is of no resource":                            func(m *Model) { m.Objective[1][4].Resource = nil },
		"resource: is for peak only":                                   func(m *Model) { m.Objective[1][0].Resource = new(0) },
		"tariff.period: is 6":                                          func(m *Model) { m.Tariff.Period = 6 },
		"tariff.rates[0]: is from 8 until 8":                           func(m *Model) { m.Tariff.Rates[0].From = 8 },
		"modes[0].power: is -1":                                        func(m *Model) { m.Tasks[3].Modes[0].Power = -1 },
		"tanks[0].cost: is -1":                                         func(m *Model) { m.Tanks[0].Cost = -1 },
		"objective[0]: can come to 1.2e+27":                            func(m *Model) { m.Objective[0][0].Weight, m.Jobs[0].Weight = MaxCost, MaxCost },
		"and there is no baseline":                                     func(m *Model) { m.Baseline = nil },
		"and no job has a due date":                                    func(m *Model) { m.Jobs[0].Due = nil },
		"jobs[0].deadline: is 9; tasks[1] (pack) cannot end before 12": func(m *Model) { m.Jobs[0].Deadline = new(int64(9)) },
		"horizon: is 8; tasks[1] (pack) cannot":                        func(m *Model) { m.Horizon = 8 },
		"contradict one another": func(m *Model) {
			m.Tasks[0].Breaks = Fit
			m.Tasks = append(m.Tasks, Task{Modes: []Mode{{Duration: 30}}})
			m.Precedences = append(m.Precedences, Precedence{Before: 0, After: 4}, Precedence{Before: 4, After: 1})
		},
	} {
		m := plant()
		spoil(m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

func TestEachPartMakesAPlant(t *testing.T) {
	if what := small().Plant(); what != "" {
		t.Error(what)
	}
	for want, change := range map[string]func(*Model){
		"jobs[1].deadline":    func(m *Model) { m.Jobs[1].Deadline = new(int64(99)) },
		"resources[0] with a": func(m *Model) { m.Resources[0].Down = []Window{{From: 1, Until: 2}} },
		"tasks[0].pin":        func(m *Model) { m.Tasks[0].Pin = &Pin{Mode: new(0)} },
		"precedences[0] with": func(m *Model) { m.Precedences[0].Blocking = true },
		"objective":           func(m *Model) { m.Objective = [][]Term{{{Term: Makespan}}} },
	} {
		m := small()
		change(m)
		if got := m.Plant(); !strings.HasPrefix(got, want) || m.Validate() != nil {
			t.Errorf("%q, not %q: %v", got, want, m.Validate())
		}
	}
}
