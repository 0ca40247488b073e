package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"linghang/lib/schedule/check"
	"linghang/lib/schedule/explain"
	"linghang/lib/schedule/model"
	"linghang/lib/schedule/plantcase"
	"linghang/lib/schedule/process"
)

func on(d int64, resources ...int) []model.Mode {
	mode := model.Mode{Duration: d}
	for _, r := range resources {
		mode.Needs = append(mode.Needs, model.Need{Resource: r, Amount: 1})
	}
	return []model.Mode{mode}
}

// late is a plant in which job 1 waits for a changeover after job 0, which waits for a shift.
func late() *model.Model {
	return &model.Model{
		Families:    []string{"red", "white"},
		Resources:   []model.Resource{{Name: "mixer", Capacity: 1, Changeover: new(0), Calendar: new(0)}, {Name: "line", Capacity: 1}},
		Changeovers: []model.Changeover{{Duration: [][]int64{{0, 4}, {4, 0}}}},
		Calendars:   []model.Calendar{{Windows: []model.Window{{From: 10, Until: 100}}}},
		Jobs:        []model.Job{{Name: "first"}, {Name: "second", Due: new(int64(20))}},
		Tasks: []model.Task{
			{Name: "mix red", Job: new(0), Family: new(0), Modes: on(6, 0), Pin: &model.Pin{Mode: new(0)}},
			{Name: "mix white", Job: new(1), Family: new(1), Modes: on(6, 0)},
			{Name: "fill white", Job: new(1), Family: new(1), Modes: on(3, 1)},
		},
		Precedences: []model.Precedence{{Before: 1, After: 2}, {Before: 0, After: 1}},
		Objective:   [][]model.Term{{{Term: model.Tardiness}}},
	}
}

func TestTheChainOfALateJobLeadsToItsRoot(t *testing.T) {
	m := late()
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 20})
	if err != nil {
		t.Fatal(err)
	}
	chain, err := explain.Why(m, r.Schedule, 1)
	if err != nil {
		t.Fatal(err)
	}
	var en, zh []string
	for _, l := range chain {
		en, zh = append(en, l.Words(m, "en")), append(zh, l.Words(m, "zh"))
	}
	want := `fill white ends at 29, 9 after its due date of 20
fill white starts at 26: it waits for mix white
mix white starts at 20: the changeover of mixer after mix red ends then
mix red starts at 10: mixer is closed before`
	if got := strings.Join(en, "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := strings.Join(zh, "\n"); !strings.HasPrefix(got, "fill white 于 29 结束，比交货期 20 晚 9") || !strings.HasSuffix(got, "此前 mixer 停工") {
		t.Errorf("got\n%s", got)
	}
}

// What is mixed waits for the line, because it does not keep longer.
func TestAHoldIsAReasonAndARule(t *testing.T) {
	m := &model.Model{
		Resources:   []model.Resource{{Name: "mixer", Capacity: 1, Cleaning: &model.Cleaning{Duration: 1, CleanHold: 500}}, {Name: "line", Capacity: 1, Down: []model.Window{{From: 0, Until: 100}}}},
		Tanks:       []model.Tank{{Name: "tank", Capacity: 40, Hold: 30}},
		Jobs:        []model.Job{{Name: "milk", Due: new(int64(90))}},
		Tasks:       []model.Task{{Name: "mix", Job: new(0), Modes: on(10, 0)}, {Name: "fill", Job: new(0), Modes: on(20, 1)}},
		Precedences: []model.Precedence{{Before: 0, After: 1}},
	}
	m.Tasks[0].Modes[0].Flows, m.Tasks[1].Modes[0].Flows = []model.Flow{{Amount: 5}}, []model.Flow{{Amount: -5}}
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 20})
	if err != nil {
		t.Fatal(err)
	}
	if r.Schedule.Assignments[0].Start != 60 {
		t.Fatalf("%+v", r.Schedule)
	}
	chain, err := explain.Why(m, r.Schedule, 0)
	if err != nil || len(chain) < 2 {
		t.Fatal(chain, err)
	}
	m.Tasks[0].Job = nil // its own chain now
	m.Jobs, m.Tasks[0].Job = append(m.Jobs, model.Job{}), new(1)
	if chain, err = explain.Why(m, r.Schedule, 1); err != nil || len(chain) == 0 || chain[0].Code != explain.Hold {
		t.Fatal(chain, err)
	}
	if en, zh := chain[0].Words(m, "en"), chain[0].Words(m, "zh"); en != "mix starts at 60, because fill cannot start earlier and what is in tank cannot wait longer" || zh == "" {
		t.Error(en, zh)
	}
	free := *r.Schedule
	free.Assignments = []model.Assignment{{Task: 0, Start: 55, End: 65}, {Task: 1, Start: 100, End: 120}}
	for code, term := range map[explain.Code]model.TermKind{explain.Cheaper: model.Inventory, explain.Choice: model.Makespan} {
		m.Objective = [][]model.Term{{{Term: term}}}
		if chain, err = explain.Why(m, &free, 1); err != nil || chain[0].Code != code || chain[0].Words(m, "zh") == "" {
			t.Error(chain, err)
		}
	}
	m.Objective = nil
	m.Jobs[1].Deadline = new(int64(20))
	rules, _ := explain.Conflict(t.Context(), m, 20)
	var words []string
	for _, rule := range rules {
		words = append(words, rule.Words(m, "en"))
	}
	if got := strings.Join(words, ", "); got != "the calendar of line, the tank tank, the hold of tank tank, the deadline of jobs[1]" {
		t.Error(got)
	}
}

// What begins to fill a tank just when something else there gets too old has nothing to do with it.
func TestAHoldIsForThoseThatDraw(t *testing.T) {
	m := &model.Model{
		Resources: []model.Resource{{Capacity: 1}},
		Tanks:     []model.Tank{{Capacity: 40, Hold: 30}},
		Jobs:      []model.Job{{Due: new(int64(1))}},
		Tasks:     []model.Task{{Job: new(0), Modes: on(10, 0)}, {Modes: on(10, 0)}},
	}
	m.Tasks[0].Modes[0].Flows, m.Tasks[1].Modes[0].Flows = []model.Flow{{Amount: 5}}, []model.Flow{{Amount: 5}}
	s := &model.Schedule{Makespan: 55, Assignments: []model.Assignment{{Task: 0, Start: 5, End: 15}, {Task: 1, Start: 45, End: 55}}}
	if chain, err := explain.Why(m, s, 0); err != nil || len(chain) != 2 || chain[1].Code != explain.Choice {
		t.Error(chain, err)
	}
}

// In a plant every chain ends, and all its links have words.
func TestEveryChainEnds(t *testing.T) {
	m := plantcase.Model(40, 5)
	r, err := process.Solve(t.Context(), m, process.Options{Moves: 20})
	if err != nil || check.Schedule(m, r.Schedule) != nil {
		t.Fatal(err)
	}
	codes := map[explain.Code]int{}
	for j := range m.Jobs {
		chain, err := explain.Why(m, r.Schedule, j)
		if err != nil || len(chain) == 0 {
			t.Fatal(j, err)
		}
		for _, l := range chain {
			codes[l.Code]++
			for _, language := range []string{"zh", "en"} {
				if l.Words(m, language) == "" {
					t.Errorf("%+v has no words", l)
				}
			}
		}
	}
	if len(codes) < 6 {
		t.Errorf("only %v", codes)
	}
	if _, err := explain.Why(m, r.Schedule, 99); err == nil {
		t.Error("a job that is not there was explained")
	}
}

func TestAConflictIsSmall(t *testing.T) {
	m := late()
	m.Jobs[1].Deadline = new(int64(25))
	m.Tasks[0].Pin = nil
	m.Resources[1].Down = []model.Window{{From: 200, Until: 210}}
	rules, _ := explain.Conflict(t.Context(), m, 30)
	var words []string
	for _, r := range rules {
		words = append(words, r.Words(m, "en")+" "+r.Words(m, "zh"))
	}
	if got := fmt.Sprint(words); got != "[the changeovers of mixer mixer 的换产 the calendar of mixer mixer 的日历 the deadline of second second 的最后期限]" {
		t.Error(got)
	}
	m.Jobs[1].Deadline = nil
	if rules, _ := explain.Conflict(t.Context(), m, 30); rules != nil {
		t.Errorf("%v conflict in a model with a schedule", rules)
	}
}
