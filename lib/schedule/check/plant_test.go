package check

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/lib/schedule/model"
)

// works is two batches that are mixed, stored and filled, and a schedule of it that is right.
func works() (*model.Model, *model.Schedule) {
	on := func(r int, d, flow int64) []model.Mode {
		mode := model.Mode{Duration: d, Needs: []model.Need{{Resource: r, Amount: 1}}}
		if flow != 0 {
			mode.Flows = []model.Flow{{Tank: 0, Amount: flow}}
		}
		return []model.Mode{mode}
	}
	m := &model.Model{
		Families: []string{"red", "white"},
		Resources: []model.Resource{
			{Capacity: 1, Changeover: new(0), Family: new(0), Cleaning: &model.Cleaning{Duration: 2, Tasks: 1, Time: 20, Needs: []model.Need{{Resource: 2, Amount: 1}}}},
			{Capacity: 1, Calendar: new(0)},
			{Capacity: 1},
			{Capacity: 3, Calendar: new(1)},
		},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 3}, {3, 0}}, Cost: [][]int64{{0, 7}, {5, 0}}, Needs: []model.Need{{Resource: 2, Amount: 1}}}},
		Calendars:   []model.Calendar{{Windows: []model.Window{{From: 0, Until: 20}}, Period: 30}, {Windows: []model.Window{{From: 0, Until: 50, Capacity: 1}, {From: 50, Until: 90}}}},
		Tanks:       []model.Tank{{Capacity: 12, Heel: 2, Level: 2, Family: new(0), Changeover: new(0)}},
		Campaigns:   []model.Campaign{{Resource: 0, Family: 1, Max: 1}},
		Jobs:        []model.Job{{Due: new(int64(20)), Deadline: new(int64(60))}, {Due: new(int64(30)), Weight: 2}},
		Tasks: []model.Task{
			{Job: new(0), Family: new(0), Modes: on(0, 5, 10)},
			{Job: new(0), Family: new(0), Breaks: model.Pause, Modes: on(1, 18, -10)},
			{Job: new(1), Family: new(1), Modes: on(0, 5, 10)},
			{Job: new(1), Family: new(1), Breaks: model.Cross, Modes: on(1, 6, -10)},
			{Modes: on(3, 4, 0)},
		},
		Precedences: []model.Precedence{{Before: 0, After: 1, Blocking: true}, {Before: 2, After: 3, MaxLag: new(int64(4))}},
		Horizon:     90,
		Objective:   [][]model.Term{{{Term: model.Tardiness}, {Term: model.Tardy}}, {{Term: model.Makespan}, {Term: model.ChangeoverTime}, {Term: model.ChangeoverCost}}},
	}
	s := &model.Schedule{
		Makespan: 54, Objective: []int64{16 + 48 + 1 + 2, 54 + 8 + 7 + 7},
		Assignments: []model.Assignment{{Task: 0, Start: 0, End: 5}, {Task: 1, Start: 5, End: 33}, {Task: 2, Start: 39, End: 44}, {Task: 3, Start: 48, End: 54}, {Task: 4, Start: 0, End: 4}},
		Stops: []model.Stop{
			{Kind: model.Clean, Resource: new(0), Before: 2, Start: 31, End: 33},
			{Kind: model.Change, Resource: new(0), Before: 2, Start: 33, End: 36},
			{Kind: model.Change, Tank: new(0), Before: 2, Start: 36, End: 39},
		},
	}
	s.Objective[0] = (33 - 20) + 2*(54-30) + 1 + 2
	return m, s
}

func TestARightPlanOfAPlantHasNoViolation(t *testing.T) {
	m, s := works()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
}

// What waits up to the last moment keeps its holds; a unit less is in the table below.
func TestHoldsReachToTheirLastMoment(t *testing.T) {
	m, s := works()
	m.Resources[0].Cleaning.DirtyHold, m.Resources[0].Cleaning.CleanHold, m.Tanks[0].Hold = 31-5, 39-33, 48-44
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
}

// A dirty hold that was over before now asks for a cleaning, at any time; one that ends now for one in time.
func TestADirtyHoldThatIsOverAsksForACleaning(t *testing.T) {
	for _, c := range []struct {
		now, clean int64 // 0: not cleaned
		want       string
	}{
		{10, 20, ""},
		{9, 9, ""},
		{9, 10, "cleaning: resource 0 waits from 4 to 10 for task 1 or a cleaning; it can wait dirty for 5"},
		{10, 0, "cleaning: resource 0 waits from 4 to 30 for task 1 or a cleaning"},
	} {
		need := []model.Need{{Resource: 0, Amount: 1}}
		m := &model.Model{
			Resources: []model.Resource{{Capacity: 1, Cleaning: &model.Cleaning{Duration: 3, DirtyHold: 5}}},
			Tasks:     []model.Task{{Modes: []model.Mode{{Duration: 4, Needs: need}}, Pin: &model.Pin{Start: new(int64(0)), Mode: new(0)}}, {Modes: []model.Mode{{Duration: 4, Needs: need}}}},
			Now:       c.now,
		}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		s := &model.Schedule{Makespan: 34, Assignments: []model.Assignment{{Task: 0, Start: 0, End: 4}, {Task: 1, Start: 30, End: 34}}}
		if c.clean > 0 {
			s.Stops = []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 1, Start: c.clean, End: c.clean + 3}}
		}
		if err := Schedule(m, s); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("at %d, cleaned at %d: %v, not %q", c.now, c.clean, err, c.want)
		}
	}
}

// What was there first is drawn first: the fill that ended first, and not the one that began first.
func TestTheOldestIsDrawnFirst(t *testing.T) {
	flow := func(d, amount int64) model.Task {
		return model.Task{Modes: []model.Mode{{Duration: d, Flows: []model.Flow{{Amount: amount}}}}}
	}
	m := &model.Model{
		Tanks: []model.Tank{{Capacity: 10, Hold: 11}},
		Tasks: []model.Task{flow(20, 5), flow(5, 5), flow(1, -5), flow(1, -5)},
	}
	s := &model.Schedule{Makespan: 32, Assignments: []model.Assignment{{Task: 0, Start: 0, End: 20}, {Task: 1, Start: 5, End: 10}, {Task: 2, Start: 21, End: 22}, {Task: 3, Start: 31, End: 32}}}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
	for task, since := range map[int]string{2: "since 10", 3: "since 20"} {
		late := *s
		late.Assignments = slices.Clone(s.Assignments)
		late.Assignments[task].Start++
		late.Assignments[task].End++
		late.Makespan = late.Assignments[3].End
		if err := Schedule(m, &late); err == nil || !strings.Contains(err.Error(), since) {
			t.Errorf("%v, not %s", err, since)
		}
	}
}

func TestEveryRuleOfPlantsIsLookedAt(t *testing.T) {
	at := func(s *model.Schedule, task int, start, end int64) {
		s.Assignments[task].Start, s.Assignments[task].End = start, end
	}
	for want, spoil := range map[string]func(*model.Model, *model.Schedule){
		"lag: task 3 starts at 50":                        func(_ *model.Model, s *model.Schedule) { at(s, 3, 50, 56) },
		"capacity: resource 0 has 1 and 2 is taken at 5":  func(_ *model.Model, s *model.Schedule) { at(s, 1, 10, 38); s.Stops[0].Start, s.Stops[0].End = 5, 7 },
		"calendar: task 1 starts at 25":                   func(_ *model.Model, s *model.Schedule) { at(s, 1, 25, 48) },
		"calendar: task 1 is from 5 to 34":                func(_ *model.Model, s *model.Schedule) { at(s, 1, 5, 34) },
		"calendar: task 3 starts at 55":                   func(_ *model.Model, s *model.Schedule) { at(s, 3, 55, 61) },
		"calendar: task 1 is from 5 to 23; of these what": func(m *model.Model, s *model.Schedule) { m.Tasks[1].Breaks = ""; at(s, 1, 5, 23) },
		"capacity: resource 3 has 1 and 2 is taken at 2": func(m *model.Model, s *model.Schedule) {
			m.Tasks = append(m.Tasks, m.Tasks[4])
			s.Assignments = append(s.Assignments, model.Assignment{Task: 5, Start: 2, End: 6})
		},
		"changeover: task 2 starts at 39, and no changeover of 3":                                    func(_ *model.Model, s *model.Schedule) { s.Stops = append(s.Stops[:1:1], s.Stops[2]) },
		"tank: task 2 starts at 39, and no changeover of 3":                                          func(_ *model.Model, s *model.Schedule) { s.Stops = s.Stops[:2] },
		"cleaning: task 2 is the 2th on resource 0":                                                  func(_ *model.Model, s *model.Schedule) { s.Stops = s.Stops[1:] },
		"cleaning: task 2 ends at 44 on resource 0, which was clean at 33":                           func(m *model.Model, _ *model.Schedule) { m.Resources[0].Cleaning.Time = 10 },
		"cleaning: stops[0] takes 1":                                                                 func(_ *model.Model, s *model.Schedule) { s.Stops[0].Start = 32 },
		"capacity: resource 2 has 1 and 2 is taken at 35":                                            func(_ *model.Model, s *model.Schedule) { s.Stops[2].Start, s.Stops[2].End = 35, 38 },
		"cleaning: resource 0 waits from 5 to 31 for task 2 or a cleaning; it can wait dirty for 25": func(m *model.Model, _ *model.Schedule) { m.Resources[0].Cleaning.DirtyHold = 25 },
		"cleaning: task 2 starts at 39 on resource 0, which was clean at 33 and can wait for 5":      func(m *model.Model, _ *model.Schedule) { m.Resources[0].Cleaning.CleanHold = 5 },
		"hold: task 3 starts at 48 and draws from tank 0 what is there since 44":                     func(m *model.Model, _ *model.Schedule) { m.Tanks[0].Hold = 3 },
		"campaign: from task 0 on 1 tasks of family 0": func(m *model.Model, _ *model.Schedule) {
			m.Campaigns[0] = model.Campaign{Resource: 0, Family: 0, Min: 2}
		},
		"tank: tank 0 holds up to 13 at 0":                     func(m *model.Model, _ *model.Schedule) { m.Tanks[0].Level, m.Tanks[0].Heel = 3, 3 },
		"tank: tank 0 holds as little as -8 at 3":              func(_ *model.Model, s *model.Schedule) { at(s, 1, 3, 31) },
		"with another product in tank 0, in which there are 4": func(m *model.Model, _ *model.Schedule) { m.Tasks[1].Modes[0].Flows[0].Amount = -8 },
		"horizon: task 3 ends at 54":                           func(m *model.Model, _ *model.Schedule) { m.Horizon = 50 },
		"deadline: task 1 ends at 33":                          func(m *model.Model, _ *model.Schedule) { m.Jobs[0].Deadline = new(int64(32)) },
		"now: task 0 starts at 0":                              func(m *model.Model, _ *model.Schedule) { m.Now = 1 },
		"now: stops[0] starts at 31":                           func(m *model.Model, _ *model.Schedule) { m.Now = 32 },
		"pin: task 0 starts at 0 and not at 1":                 func(m *model.Model, _ *model.Schedule) { m.Tasks[0].Pin = &model.Pin{Start: new(int64(1))} },
		"pin: task 0 ends at 5 and not at 6": func(m *model.Model, _ *model.Schedule) {
			m.Tasks[0].Pin = &model.Pin{Start: new(int64(0)), End: new(int64(6))}
		},
		"pin: stops[0] of the model": func(m *model.Model, _ *model.Schedule) {
			m.Stops = []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 2, Start: 30, End: 32}}
		},
		"objective: level 0 is said to be 1":                    func(_ *model.Model, s *model.Schedule) { s.Objective[0] = 1 },
		"objective: has 1 levels":                               func(_ *model.Model, s *model.Schedule) { s.Objective = s.Objective[:1] },
		"stops: stops[0] is not of one":                         func(_ *model.Model, s *model.Schedule) { s.Stops[0].Tank = new(0) },
		"stops: stops[0] is before task 9":                      func(_ *model.Model, s *model.Schedule) { s.Stops[0].Before = 9 },
		`stops: stops[0] is a "clean" where there is none`:      func(_ *model.Model, s *model.Schedule) { s.Stops[0].Resource = new(1) },
		"stops: stops[0] is from 31 to 40":                      func(_ *model.Model, s *model.Schedule) { s.Stops[0].End = 40 },
		"stops: stops[0] is of resource 0, where task 3 is not": func(_ *model.Model, s *model.Schedule) { s.Stops[0].Before = 3 },
	} {
		m, s := works()
		spoil(m, s)
		if err := Schedule(m, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// The clock is put forward on 29 March 2026 and back on 25 October in Berlin: nights have 7
// and 9 hours.
func TestShiftsFollowTheClock(t *testing.T) {
	for start, length := range map[string]int64{"2026-03-28T20:00": 7, "2026-10-24T20:00": 9, "2026-06-20T20:00": 8} {
		m := &model.Model{
			Clock: &model.Clock{Zone: "Europe/Berlin", Start: start, Unit: 3600}, Horizon: 24,
			Calendars: []model.Calendar{{Weekly: []model.Shift{{Days: []int{6}, From: "22:00", Until: "06:00"}}}},
			Resources: []model.Resource{{Capacity: 1, Calendar: new(0)}},
			Tasks:     []model.Task{{Modes: []model.Mode{{Duration: length, Needs: []model.Need{{Resource: 0, Amount: 1}}}}}},
		}
		s := &model.Schedule{Makespan: 2 + length, Assignments: []model.Assignment{{Start: 2, End: 2 + length}}}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		if err := Schedule(m, s); err != nil {
			t.Errorf("%s: %v", start, err)
		}
		m.Tasks[0].Modes[0].Duration++
		s.Makespan, s.Assignments[0].End = 3+length, 3+length
		if err := Schedule(m, s); err == nil {
			t.Errorf("%s: a night has more than %d hours", start, length)
		}
	}
}

// A shift that begins or ends within a unit does not have that unit; two that take over from one another within it do, with
// what both have.
func TestShiftsHaveWholeUnits(t *testing.T) {
	m := &model.Model{
		Clock: &model.Clock{Zone: "Asia/Shanghai", Start: "2026-11-02T05:30", Unit: 3600}, Horizon: 48,
		Calendars: []model.Calendar{{Weekly: []model.Shift{{Days: []int{1}, From: "06:00", Until: "14:00"}, {Days: []int{1}, From: "14:00", Until: "22:15", Capacity: 1}}}},
		Resources: []model.Resource{{Capacity: 2, Calendar: new(0)}},
		Tasks:     []model.Task{{Modes: []model.Mode{{Duration: 1, Needs: []model.Need{{Resource: 0, Amount: 1}}}}}},
	}
	for start, want := range map[int64]string{0: "starts at 0", 1: "", 7: "", 8: "", 9: "", 15: "", 16: "starts at 16"} {
		err := Schedule(m, &model.Schedule{Makespan: start + 1, Assignments: []model.Assignment{{Start: start, End: start + 1}}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("from %d to %d: %v", start, start+1, err)
		}
	}
	m.Tasks[0].Modes[0].Needs[0].Amount = 2
	for start, right := range map[int64]bool{1: true, 7: true, 8: false, 9: false} {
		if err := Schedule(m, &model.Schedule{Makespan: start + 1, Assignments: []model.Assignment{{Start: start, End: start + 1}}}); (err == nil) != right {
			t.Errorf("two from %d to %d: %v", start, start+1, err)
		}
	}
}

func TestStopsWithoutAPlantAreRefused(t *testing.T) {
	m, s := shop()
	s.Makespan, s.Stops = 11, []model.Stop{{Kind: model.Clean, Resource: new(0)}}
	if err := Schedule(m, s); err == nil || !strings.Contains(err.Error(), "stops: there are 1") {
		t.Error(err)
	}
}

// A stop that the baseline has and that began before now stands for any task that it is good for, and no other does.
func TestStopsThatHaveBegunStand(t *testing.T) {
	for want, change := range map[string]func(*model.Model, *model.Schedule){
		"": func(*model.Model, *model.Schedule) {},
		"stops[0] starts at 31; it is 35 already": func(m *model.Model, _ *model.Schedule) { m.Baseline.Stops = m.Baseline.Stops[1:] },
		"stops[1] starts at 33; it is 35 already": func(m *model.Model, _ *model.Schedule) { m.Baseline.Stops[1].Before = 0 },
		"stops[1] starts at 33":                   func(m *model.Model, _ *model.Schedule) { m.Baseline.Stops[1].End++ },
	} {
		m, s := works()
		m.Now = 35
		for _, i := range []int{0, 1, 4} {
			m.Tasks[i].Pin = &model.Pin{Mode: new(0), Start: &s.Assignments[i].Start, End: &s.Assignments[i].End}
		}
		m.Baseline = &model.Baseline{Stops: slices.Clone(s.Stops)}
		m.Baseline.Stops[0].Before = 0 // a cleaning is good for any task
		change(m, s)
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		err := Schedule(m, s)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, not %q", err, want)
		}
	}
}

// What flows for no time at one moment flows in the order in which it can, whatever the places of tasks are.
func TestTheLastOfAProductFlowsBeforeTheFirstOfTheNext(t *testing.T) {
	for _, first := range []int{0, 1} {
		m := &model.Model{
			Families:    []string{"a", "b"},
			Changeovers: []model.Changeover{{Duration: [][]int64{{0, 0}, {0, 0}}}},
			Tanks:       []model.Tank{{Capacity: 9, Level: 5, Family: new(0), Changeover: new(0)}},
			Tasks:       make([]model.Task, 2),
			Horizon:     9,
		}
		m.Tasks[first] = model.Task{Family: new(0), Modes: []model.Mode{{Flows: []model.Flow{{Tank: 0, Amount: -5}}}}}
		m.Tasks[1-first] = model.Task{Family: new(1), Modes: []model.Mode{{Flows: []model.Flow{{Tank: 0, Amount: 7}}}}}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		if err := Schedule(m, &model.Schedule{Makespan: 4, Assignments: []model.Assignment{{Task: 0, Start: 4, End: 4}, {Task: 1, Start: 4, End: 4}}}); err != nil {
			t.Errorf("with task %d first: %v", first, err)
		}
	}
}

// Whatever a schedule says, it is judged.
func FuzzSchedule(f *testing.F) {
	m, s := works()
	far, stop := *s, *s // ends that no calendar reaches
	far.Assignments, stop.Stops = slices.Clone(s.Assignments), slices.Clone(s.Stops)
	far.Assignments[1].End, stop.Stops[0].End = 9e18, 9e18
	later := far
	later.Assignments = slices.Clone(far.Assignments)
	later.Assignments[1].Start, later.Assignments[1].End = 1e9, model.MaxTime
	for _, seed := range []*model.Schedule{s, &far, &stop, &later, {Makespan: 1, Assignments: s.Assignments[:2], Stops: []model.Stop{{Kind: "other", Tank: new(3)}}}} {
		data, err := json.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, int64(0))
		f.Add(data, int64(35))
	}
	f.Fuzz(func(t *testing.T, data []byte, now int64) {
		changed, err := model.DecodeSchedule(data)
		if err != nil {
			return
		}
		m := *m
		if m.Now = now; now > 0 {
			m.Baseline = &model.Baseline{Stops: s.Stops}
		}
		if m.Validate() != nil {
			return
		}
		if err := Schedule(&m, changed); err == nil && changed.Makespan < 54 {
			t.Errorf("a schedule of %d is right: %s", changed.Makespan, data)
		}
	})
}

// What a file says may be far beyond all calendars; it is told so at once, and nothing is unfolded up to there.
func TestTimesFarAwayAreRefusedAtOnce(t *testing.T) {
	for want, spoil := range map[string]func(*model.Model, *model.Schedule){
		"stops: stops[0] is from 31 to 9000000000000000000":           func(_ *model.Model, s *model.Schedule) { s.Stops[0].End = 9e18 },
		"times: task 1 starts at 5 and ends at 9000000000000000000":   func(_ *model.Model, s *model.Schedule) { s.Assignments[1].End = 9e18 },
		"times: task 1 starts at 5 and ends at 4":                     func(_ *model.Model, s *model.Schedule) { s.Assignments[1].End = 4 },
		"horizon: task 3 ends at 1000000006, after the horizon of 90": func(_ *model.Model, s *model.Schedule) { at := &s.Assignments[3]; at.Start, at.End = 1e9, 1e9+6 },
		"calendar: task 3 starts at 1000000000, when something":       func(_ *model.Model, s *model.Schedule) { at := &s.Assignments[3]; at.Start, at.End = 1e9, 1e9+6 },
		"calendar: task 1 is from 5 to 1073741823 and rests while":    func(_ *model.Model, s *model.Schedule) { s.Assignments[1].End = model.MaxTime },
		"pin: task 4 starts at 0 and not at 1000000000": func(m *model.Model, _ *model.Schedule) {
			m.Tasks[4].Pin = &model.Pin{Start: new(int64(1e9)), Waive: true}
		},
		"calendar: task 1 is from 1000000000 to 1000000018 and rests whi": pinnedFarAway,
	} {
		m, s := works()
		m.Calendars[0] = model.Calendar{Windows: []model.Window{{From: 0, Until: 1}}, Period: 1}
		if strings.HasPrefix(want, "calendar: task 1 is from 5") {
			m.Calendars[0] = model.Calendar{Windows: []model.Window{{From: 0, Until: 20}}, Period: 30}
		}
		spoil(m, s)
		if err := m.Validate(); err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		if err := Schedule(m, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// pinnedFarAway pins what rests after the horizon, up to which its calendar comes again.
func pinnedFarAway(m *model.Model, s *model.Schedule) {
	m.Tasks[1].Pin = &model.Pin{Start: new(int64(1e9)), Waive: true}
	s.Assignments[1].Start, s.Assignments[1].End = 1e9, 1e9+18
}

// Shifts of a day, of each day up to the horizon, agree with looking each minute up in the calendar.
func TestCalendarsAgreeWithLookingEveryMinuteUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 1))
	clock := func() string { return fmt.Sprintf("%02d:%02d", rng.IntN(24), 15*rng.IntN(4)) }
	for round := range 60 {
		minutes := []int64{15, 60, 90}[round%3]
		m := &model.Model{Horizon: 24 * 60 * 6 / minutes, Clock: &model.Clock{Zone: "Europe/Berlin", Start: "2026-10-22T05:15", Unit: 60 * minutes}, Calendars: make([]model.Calendar, 1), Resources: []model.Resource{{Capacity: 4, Calendar: new(0)}}, Tasks: []model.Task{{Modes: []model.Mode{{}}}}}
		c := &m.Calendars[0]
		for k := range 1 + rng.IntN(4) {
			c.Weekly = append(c.Weekly, model.Shift{Days: []int{1 + k, 5, 7}, From: clock(), Until: clock(), Capacity: rng.Int64N(5)})
		}
		c.Closed = []string{"2026-10-25"}
		if from := rng.Int64N(90); rng.IntN(2) == 0 {
			m.Resources[0].Down = []model.Window{{From: from, Until: from + 3}, {From: from + 3, Until: from + 9}}
		}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		e := &examiner{m: m}
		e.openings()
		zero := e.begin()
		for at := range m.Horizon {
			want := int64(4)
			for minute := range minutes {
				want = min(want, onShift(c, zero.Add(time.Duration(at*minutes+minute)*time.Minute)))
			}
			for _, w := range m.Resources[0].Down {
				if w.From <= at && at < w.Until {
					want = 0
				}
			}
			if got, next := e.open[0].from(at); got != want || next <= at {
				t.Fatalf("round %d: %d at %d up to %d, not %d: %+v", round, got, at, next, want, c)
			}
		}
	}
}

// onShift is what a calendar leaves of a capacity of 4 at a minute.
func onShift(c *model.Calendar, now time.Time) (most int64) {
	clock := now.Format("15:04")
	for _, s := range c.Weekly {
		for back := range 2 {
			day := now.AddDate(0, 0, -back)
			if day.Format(time.DateOnly) == c.Closed[0] || !slices.Contains(s.Days, (int(day.Weekday())+6)%7+1) {
				continue
			}
			open := back == 0 && clock >= s.From && clock < s.Until
			if s.Until <= s.From {
				open = back == 0 && clock >= s.From || back == 1 && clock < s.Until
			}
			switch {
			case !open:
			case s.Capacity == 0:
				most = 4
			default:
				most = max(most, s.Capacity)
			}
		}
	}
	return most
}
