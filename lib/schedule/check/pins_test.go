package check

import (
	"strings"
	"testing"

	"linghang/lib/schedule/model"
)

// pinned is a plan of which every task and every stop is pinned where it is, from a time on.
func pinned(now int64, waive bool) (*model.Model, *model.Schedule) {
	m, s := works()
	m.Now = now
	for i := range m.Tasks {
		a := &s.Assignments[i]
		m.Tasks[i].Pin = &model.Pin{Mode: new(0), Start: &a.Start, Waive: waive}
		if m.Tasks[i].Breaks != model.Pause {
			m.Tasks[i].Pin.End = &a.End
		}
	}
	m.Stops = s.Stops
	s.Objective = nil
	return m, s
}

// Pins are judged from now on; what has begun is not, and what has a waiver is told.
func TestPinsAreJudgedFromNowOn(t *testing.T) {
	at := func(s *model.Schedule, task int, start, end int64) {
		s.Assignments[task].Start, s.Assignments[task].End = start, end
	}
	for want, spoil := range map[string]func(*model.Model, *model.Schedule){
		"capacity: resource 0 has 1 and 2 is taken": func(m *model.Model, s *model.Schedule) {
			m.Resources[0].Cleaning, m.Resources[0].Changeover, m.Campaigns, s.Stops, m.Stops = nil, nil, nil, s.Stops[2:], s.Stops[2:]
			m.Tasks[4].Modes[0].Needs = []model.Need{{Resource: 0, Amount: 1}}
			at(s, 4, 40, 44)
		},
		"capacity: resource 3 has 1 and 2 is taken at 2": func(m *model.Model, s *model.Schedule) {
			m.Tasks = append(m.Tasks, m.Tasks[4])
			s.Assignments = append(s.Assignments, model.Assignment{Task: 5, Start: 2, End: 6})
			m.Tasks[5].Pin = &model.Pin{Start: &s.Assignments[5].Start, End: &s.Assignments[5].End, Waive: m.Tasks[4].Pin.Waive}
		},
		"release: task 0 starts at 0; job 0 is released at 3":       func(m *model.Model, _ *model.Schedule) { m.Jobs[0].Release = 3 },
		"deadline: task 1 ends at 33":                               func(m *model.Model, _ *model.Schedule) { m.Jobs[0].Deadline = new(int64(32)) },
		"horizon: task 3 ends at 54":                                func(m *model.Model, _ *model.Schedule) { m.Horizon = 53 },
		"precedence: task 1 starts at 5":                            func(m *model.Model, _ *model.Schedule) { m.Precedences[0].MinLag = 1 },
		"lag: task 3 starts at 48":                                  func(m *model.Model, _ *model.Schedule) { m.Precedences[1].MaxLag = new(int64(3)) },
		"calendar: task 3 starts at 55":                             func(m *model.Model, s *model.Schedule) { at(s, 3, 55, 61); m.Precedences[1].MaxLag = nil },
		"calendar: task 0 is from 0 to 5; of these":                 func(m *model.Model, _ *model.Schedule) { m.Resources[0].Down = []model.Window{{From: 3, Until: 4}} },
		"calendar: stops[0] (clean before task 2) is from 31 to 33": func(m *model.Model, _ *model.Schedule) { m.Resources[2].Down = []model.Window{{From: 32, Until: 33}} },
		"changeover: task 2 starts at 39, and no changeover of 3": func(m *model.Model, s *model.Schedule) {
			s.Stops = []model.Stop{s.Stops[0], s.Stops[2]}
			m.Stops = s.Stops
		},
		"tank: task 2 starts at 39, and no changeover of 3":            func(m *model.Model, s *model.Schedule) { s.Stops = s.Stops[:2]; m.Stops = s.Stops },
		"cleaning: task 2 is the 2th on resource 0":                    func(m *model.Model, s *model.Schedule) { s.Stops = s.Stops[1:]; m.Stops = s.Stops },
		"cleaning: task 2 ends at 44":                                  func(m *model.Model, _ *model.Schedule) { m.Resources[0].Cleaning.Time = 10 },
		"cleaning: resource 0 waits from 5 to 31":                      func(m *model.Model, _ *model.Schedule) { m.Resources[0].Cleaning.DirtyHold = 25 },
		"cleaning: task 2 starts at 39 on resource 0, which was clean": func(m *model.Model, _ *model.Schedule) { m.Resources[0].Cleaning.CleanHold = 5 },
		"campaign: from task 0 on 1 tasks of family 0": func(m *model.Model, _ *model.Schedule) {
			m.Campaigns[0] = model.Campaign{Resource: 0, Family: 0, Min: 2}
		},
		"tank: tank 0 holds up to 13":                          func(m *model.Model, _ *model.Schedule) { m.Tanks[0].Level, m.Tanks[0].Heel = 3, 3 },
		"with another product in tank 0, in which there are 4": func(m *model.Model, _ *model.Schedule) { m.Tasks[1].Modes[0].Flows[0].Amount = -8 },
		"hold: task 3 starts at 48 and draws":                  func(m *model.Model, _ *model.Schedule) { m.Tanks[0].Hold = 3 },
	} {
		m, s := pinned(0, false)
		spoil(m, s)
		s.Makespan = s.Assignments[3].End
		if err := Schedule(m, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
		if err := Pins(m, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("of the pinned tasks alone: %v, not %s", err, want)
		}
		m, s = pinned(70, false)
		spoil(m, s)
		s.Makespan = s.Assignments[3].End
		if err := Schedule(m, s); err != nil {
			t.Errorf("in the past: %v", err)
		}
		m, s = pinned(0, true)
		spoil(m, s)
		s.Makespan = s.Assignments[3].End
		if err := Schedule(m, s); err != nil {
			t.Errorf("with a waiver: %v", err)
		}
		if told := Waived(m, s); !strings.Contains(ViolationsError(told).Error(), want) {
			t.Errorf("%v are told with a waiver, not %s", told, want)
		}
	}
}

// Nobody can keep better what is between a task that has begun and a pinned one before it, and somebody can if it is the other way round.
func TestWhatHasBegunLeavesOthersJudged(t *testing.T) {
	for _, c := range []struct {
		now  int64
		want string
	}{{0, "precedence"}, {11, ""}} {
		m := &model.Model{Tasks: make([]model.Task, 2), Precedences: []model.Precedence{{Before: 0, After: 1}}, Now: c.now, Horizon: 99}
		for i, start := range []int64{20, 10} {
			m.Tasks[i] = model.Task{Modes: []model.Mode{{Duration: 5}}, Pin: &model.Pin{Start: &start}}
		}
		s := &model.Schedule{Makespan: 25, Assignments: []model.Assignment{{Task: 0, Start: 20, End: 25}, {Task: 1, Start: 10, End: 15}}}
		if err := Schedule(m, s); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("it is %d: %v", c.now, err)
		}
	}
}

// Of pinned tasks alone it is not asked what others may mend.
func TestOthersMayMendWhatIsPinned(t *testing.T) {
	m, s := pinned(0, false)
	m.Tasks[2].Pin, m.Stops = nil, nil // it fills what the pinned task 3 draws
	m.Campaigns = append(m.Campaigns, model.Campaign{Resource: 0, Family: 0, Min: 2})
	alone := *s
	alone.Assignments, alone.Stops = append(s.Assignments[:2:2], s.Assignments[3:]...), nil
	if err := Pins(m, &alone); err != nil {
		t.Error(err)
	}
	m.Tasks[3].Pin.Start = new(int64(1))
	if err := Pins(m, &alone); err == nil || !strings.Contains(err.Error(), "task 3 starts at 48 and not at 1") {
		t.Error(err)
	}
}
