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
	rules := explain.Conflict(t.Context(), m, 30)
	var words []string
	for _, r := range rules {
		words = append(words, r.Words(m, "en")+" "+r.Words(m, "zh"))
	}
	if got := fmt.Sprint(words); got != "[the changeovers of mixer mixer 的换产 the calendar of mixer mixer 的日历 the deadline of second second 的最后期限]" {
		t.Error(got)
	}
	m.Jobs[1].Deadline = nil
	if rules := explain.Conflict(t.Context(), m, 30); rules != nil {
		t.Errorf("%v conflict in a model with a schedule", rules)
	}
}
