package check

import (
	"testing"

	"linghang/lib/schedule/model"
)

// Of each pair of machines of works of any size, and of the blocks of one family there.
const (
	blockTasks = 4  // of each of both machines
	blockTime  = 50 // from the begin of a block to that of the next
)

// large is works of so many pairs of a mixer and a filler with a tank between, that make so many blocks of one family after the other in
// one timetable: changed over, cleaned and changed again in between, at hours at which they are open. The first half has happened.
func large(pairs, blocks int) (*model.Model, *model.Schedule) {
	skid, steam := 2*pairs, 2*pairs+1
	m := &model.Model{
		Families:    []string{"red", "white"},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 3}, {3, 0}}, Cost: [][]int64{{0, 7}, {5, 0}}, Needs: []model.Need{{Resource: skid, Amount: 1}}}},
		Calendars:   []model.Calendar{{Windows: []model.Window{{From: 0, Until: 90}}, Period: 2 * blockTime}, {Windows: []model.Window{{From: 0, Until: blockTime}, {From: blockTime, Until: 95, Capacity: int64(2 * pairs)}}, Period: 2 * blockTime}},
		Now:         int64(blockTime * (blocks / 2)),
		Horizon:     int64(blockTime * (blocks + 1)),
		Baseline:    &model.Baseline{Moved: 1, Time: 1},
		Objective:   [][]model.Term{{{Term: model.Stability}}, {{Term: model.ChangeoverCost}, {Term: model.ChangeoverTime}}, {{Term: model.Inventory}, {Term: model.Peak, Resource: &steam}}},
	}
	for range 2 * pairs {
		m.Resources = append(m.Resources, model.Resource{Capacity: 1, Changeover: new(0), Family: new(0), Calendar: new(0), Cleaning: &model.Cleaning{Duration: 2, Tasks: blockTasks, Time: 70, DirtyHold: 20, CleanHold: 60, Needs: []model.Need{{Resource: skid, Amount: 1}}}})
	}
	m.Resources = append(m.Resources, model.Resource{Capacity: int64(2 * pairs)}, model.Resource{Capacity: int64(3 * pairs), Calendar: new(1)})
	s := &model.Schedule{}
	for p := range pairs {
		m.Tanks = append(m.Tanks, model.Tank{Capacity: 10 * blockTasks, Family: new(0), Changeover: new(0), Hold: 10, Cost: 1})
		m.Campaigns = append(m.Campaigns, model.Campaign{Resource: 2 * p, Family: 1, Min: blockTasks, Max: blockTasks})
		for b := range blocks {
			block(m, s, p, b)
		}
	}
	for k := range s.Stops {
		if at := s.Assignments[s.Stops[k].Before].Start; at < m.Now {
			m.Stops = append(m.Stops, s.Stops[k])
		}
	}
	m.Baseline.Assignments, m.Baseline.Stops = s.Assignments, s.Stops
	s.Objective = []int64{0, int64(len(s.Stops)), 0}
	for _, stop := range s.Stops {
		s.Objective[1] += stop.End - stop.Start - 1
		if stop.Kind == model.Change {
			s.Objective[1] += 7 - 2*int64(1-*m.Tasks[stop.Before].Family)
		}
	}
	s.Objective[2] = int64(pairs*blocks*blockTasks)*10*5 + int64(2*pairs) // each batch waits for 5 in its tank; and both machines of all pairs work at a time
	return m, s
}

// block is the tasks of a pair in a block, and the stops before them.
func block(m *model.Model, s *model.Schedule, pair, b int) {
	begin, family := int64(b*blockTime), b%2
	stop := func(kind model.StopKind, r, tank *int, task int, from, until int64) {
		if b > 0 {
			s.Stops = append(s.Stops, model.Stop{Kind: kind, Resource: r, Tank: tank, Before: task, Start: from - blockTime, End: until - blockTime})
		}
	}
	for k := range int64(blockTasks) {
		for side, amount := range []int64{10, -10} {
			i, r, start := len(m.Tasks), 2*pair+side, begin+5*k+int64(10*side)
			if free := begin + 20 + int64(10*side); k == 0 {
				stop(model.Clean, &r, nil, i, free, free+2)
				stop(model.Change, &r, nil, i, free+2, free+5)
				if side == 0 {
					stop(model.Change, nil, &pair, i, begin+30, begin+33)
				} else {
					m.Precedences = append(m.Precedences, model.Precedence{Before: i - 1, After: i, MaxLag: new(int64(10))})
				}
			}
			t := model.Task{Family: &family, Modes: []model.Mode{{Duration: 5, Needs: []model.Need{{Resource: r, Amount: 1}, {Resource: len(m.Resources) - 1, Amount: 1}}, Flows: []model.Flow{{Tank: pair, Amount: amount}}}}}
			if start < m.Now {
				t.Pin = &model.Pin{Mode: new(0), Start: &start}
			}
			m.Tasks = append(m.Tasks, t)
			s.Assignments = append(s.Assignments, model.Assignment{Task: i, Start: start, End: start + 5})
			s.Makespan = max(s.Makespan, start+5)
		}
	}
}

func TestLargeWorksAreRight(t *testing.T) {
	m, s := large(3, 7)
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Schedule(m, s); err != nil {
		t.Error(err)
	}
}

func BenchmarkHundredThousandOfAPlant(b *testing.B) {
	m, s := large(50, 250)
	for b.Loop() {
		if err := Schedule(m, s); err != nil {
			b.Fatal(err)
		}
	}
}
