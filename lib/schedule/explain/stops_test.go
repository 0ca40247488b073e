package explain_test

import (
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/explain"
	"linghang/lib/schedule/model"
)

// What binds a task through cleanings, holds, skids and campaigns is named, in both languages, and where it leads to.
func TestWhatBindsThroughStopsIsNamed(t *testing.T) {
	skid := []model.Need{{Resource: 1, Amount: 1}}
	two := func(c *model.Cleaning) *model.Model {
		return &model.Model{
			Resources: []model.Resource{{Name: "mixer", Capacity: 1, Cleaning: c}, {Name: "skid", Capacity: 1}},
			Jobs:      []model.Job{{Name: "first", Due: new(int64(1))}, {Name: "second", Release: 100, Due: new(int64(1))}},
			Tasks:     []model.Task{{Name: "one", Job: new(0), Modes: on(10, 0)}, {Name: "two", Job: new(1), Modes: on(10, 0)}},
		}
	}
	at := func(starts ...int64) (s *model.Schedule) {
		s = &model.Schedule{}
		for i, start := range starts {
			s.Assignments = append(s.Assignments, model.Assignment{Task: i, Start: start, End: start + 10})
			s.Makespan = max(s.Makespan, start+10)
		}
		return s
	}
	for name, c := range map[string]struct {
		make   func() (*model.Model, *model.Schedule, int)
		en, zh string
		then   explain.Code
	}{
		"dirty hold": {func() (*model.Model, *model.Schedule, int) {
			m := two(&model.Cleaning{Duration: 5, DirtyHold: 7, Needs: skid})
			m.Resources[1].Down = []model.Window{{From: 0, Until: 500}}
			return m, at(83, 100), 0
		}, "one starts at 83, because two or its cleaning cannot start earlier and mixer cannot be left dirty longer", "one 于 83 开始：two 或其清洗不能更早开始，而 mixer 用后放置不能超过时限", explain.Release},
		"clean hold": {func() (*model.Model, *model.Schedule, int) {
			m, s := two(&model.Cleaning{Duration: 5, CleanHold: 7}), at(20, 100)
			s.Stops = []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 0, Start: 15, End: 20}, {Kind: model.Clean, Resource: new(0), Before: 1, Start: 90, End: 95}}
			return m, s, 0
		}, "one starts at 20: mixer was clean for longer than it may wait, and is clean again then", "one 于 20 开始：mixer 洁净放置超过时限，再次清洗此时完成", ""},
		"busy skid": {func() (*model.Model, *model.Schedule, int) {
			m := two(&model.Cleaning{Duration: 5, Tasks: 1, Needs: skid})
			m.Jobs[1].Release = 5
			m.Tasks = append(m.Tasks, model.Task{Name: "rinse", Modes: on(10, 1)})
			s := at(0, 45, 30)
			s.Stops = []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 1, Start: 40, End: 45}}
			return m, s, 1
		}, "two starts at 45: its changeover or cleaning needs skid, which is in use for rinse before", "two 于 45 开始：换产或清洗所需的 skid 此前被 rinse 占用", explain.Choice},
		"skid at another machine": {func() (*model.Model, *model.Schedule, int) {
			m := two(&model.Cleaning{Duration: 5, Tasks: 1, Needs: skid})
			m.Jobs[1].Release = 5
			m.Resources = append(m.Resources, m.Resources[0])
			m.Tasks = append(m.Tasks, model.Task{Name: "three", Modes: on(10, 2)}, model.Task{Name: "four", Modes: on(10, 2)})
			s := at(0, 20, 0, 60)
			s.Stops = []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 1, Start: 15, End: 20}, {Kind: model.Clean, Resource: new(2), Before: 3, Start: 10, End: 15}}
			return m, s, 1
		}, "two starts at 20: its changeover or cleaning needs skid, which is in use for four before", "two 于 20 开始：换产或清洗所需的 skid 此前被 four 占用", explain.Choice},
		"closed skid": {func() (*model.Model, *model.Schedule, int) {
			m := two(&model.Cleaning{Duration: 5, Tasks: 1, Needs: skid})
			m.Jobs[1].Release = 5
			m.Resources[1].Down = []model.Window{{From: 12, Until: 40}}
			s := at(0, 45)
			s.Stops = []model.Stop{{Kind: model.Clean, Resource: new(0), Before: 1, Start: 40, End: 45}}
			return m, s, 1
		}, "two starts at 45: its changeover or cleaning needs skid, which is closed before", "two 于 45 开始：换产或清洗所需的 skid 此前停工", ""},
		"campaign": {func() (*model.Model, *model.Schedule, int) {
			m := two(nil)
			m.Families = []string{"red", "white"}
			m.Campaigns = []model.Campaign{{Resource: 0, Family: 0, Max: 1}}
			m.Tasks[0].Family, m.Tasks[1].Family = new(0), new(1)
			m.Tasks = append(m.Tasks, model.Task{Name: "three", Job: new(0), Family: new(0), Modes: on(10, 0)})
			return m, at(0, 100, 110), 0
		}, "three starts at 110: the length of campaigns on mixer has it come after two", "three 于 110 开始：mixer 阶段性生产的批数要求排在 two 之后", explain.Release},
		"no campaign": {func() (*model.Model, *model.Schedule, int) {
			m := two(nil)
			m.Families = []string{"red", "white"}
			m.Campaigns = []model.Campaign{{Resource: 0, Family: 0, Max: 2}}
			m.Tasks[0].Family, m.Tasks[1].Family = new(0), new(1)
			m.Tasks = append(m.Tasks, model.Task{Name: "three", Job: new(0), Family: new(0), Modes: on(10, 0)})
			return m, at(0, 100, 110), 0
		}, "three starts at 110: two has mixer until then", "three 于 110 开始：此前 mixer 被 two 占用", explain.Release},
	} {
		m, s, job := c.make()
		m.Horizon = 1000
		if err := m.Validate(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := check.Schedule(m, s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		chain, err := explain.Why(m, s, job)
		if err != nil || len(chain) < 2 {
			t.Fatalf("%s: %+v, %v", name, chain, err)
		}
		if en, zh := chain[1].Words(m, "en"), chain[1].Words(m, "zh"); en != c.en || zh != c.zh {
			t.Errorf("%s: %s; %s", name, en, zh)
		}
		if c.then != "" && (len(chain) < 3 || chain[2].Code != c.then) || c.then == "" && len(chain) > 2 {
			t.Errorf("%s leads to %+v", name, chain[2:])
		}
	}
}
