package explain

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linghang/lib/schedule/constraint"
	"linghang/lib/schedule/model"
)

const until = 9 // the time of random models, in which everything is tried

// anyModel has most that the kernel knows, on a few tasks in a short time.
func anyModel(rng *rand.Rand) *model.Model {
	m := &model.Model{Horizon: until, Now: max(0, rng.Int64N(4)-2), Resources: []model.Resource{{Capacity: 1}, {Capacity: 2 + rng.Int64N(2)}}, Jobs: []model.Job{{}, {}}}
	for j := range m.Jobs {
		m.Jobs[j].Release = max(0, rng.Int64N(5)-2)
		if rng.IntN(2) == 0 {
			m.Jobs[j].Deadline = new(3 + rng.Int64N(6))
		}
	}
	for r := range m.Resources {
		switch rng.IntN(4) {
		case 0:
			from := rng.Int64N(6)
			m.Resources[r].Down = []model.Window{{From: from, Until: from + 1 + rng.Int64N(2)}}
		case 1:
			m.Calendars = append(m.Calendars, model.Calendar{Windows: []model.Window{{From: rng.Int64N(2), Until: 4, Capacity: 1}, {From: 4 + rng.Int64N(2), Until: 8}}})
			m.Resources[r].Calendar = new(len(m.Calendars) - 1)
		}
	}
	for i := range 2 + rng.IntN(2) {
		t := model.Task{}
		if rng.IntN(3) > 0 {
			t.Job = new(rng.IntN(2))
		}
		for range 1 + rng.IntN(2) {
			r := rng.IntN(2)
			t.Modes = append(t.Modes, model.Mode{Duration: rng.Int64N(4), Needs: []model.Need{{Resource: r, Amount: 1 + rng.Int64N(m.Resources[r].Capacity)}}})
		}
		switch rng.IntN(6) {
		case 0:
			t.Pin = &model.Pin{Mode: new(0)}
		case 1:
			t.Breaks = model.Cross
		}
		m.Tasks = append(m.Tasks, t)
		if i == 0 || rng.IntN(2) == 0 {
			continue
		}
		p := model.Precedence{Before: rng.IntN(i), After: i, MinLag: max(0, rng.Int64N(4)-2), Blocking: rng.IntN(3) == 0}
		if rng.IntN(2) == 0 {
			p.MaxLag = new(p.MinLag + rng.Int64N(3))
		}
		m.Precedences = append(m.Precedences, p)
	}
	return m
}

// trial is a schedule of a model, looked at rule by rule, by what package model says.
type trial struct {
	m     *model.Model
	start []int64
	mode  []int
}

func (x *trial) end(i int) int64 { return x.start[i] + x.m.Tasks[i].Modes[x.mode[i]].Duration }

// open is what is open of a resource at a time.
func (x *trial) open(r int, t int64) int64 {
	resource := &x.m.Resources[r]
	for _, w := range resource.Down {
		if w.From <= t && t < w.Until {
			return 0
		}
	}
	if resource.Calendar == nil {
		return resource.Capacity
	}
	for _, w := range x.m.Calendars[*resource.Calendar].Windows {
		if w.From <= t && t < w.Until {
			if w.Capacity > 0 {
				return w.Capacity
			}
			return resource.Capacity
		}
	}
	return 0
}

// keeps tells whether the schedule keeps a rule, and, of one of amounts, what is open as well if closing counts; blocking says
// which precedences keep machines.
func (x *trial) keeps(r Rule, ends []int64, blocking []bool, closing []bool) bool {
	m := x.m
	switch r.Kind {
	case Today:
		return slices.Min(x.start) >= m.Now
	case Horizon:
		for i := range m.Tasks {
			if x.end(i) > m.Horizon {
				return false
			}
		}
	case Pin:
		return x.mode[r.Index] == *m.Tasks[r.Index].Pin.Mode
	case Precedence:
		p := m.Precedences[r.Index]
		return x.start[p.After] >= x.end(p.Before)+p.MinLag
	case MaxLag:
		p := m.Precedences[r.Index]
		return x.start[p.After] <= x.end(p.Before)+*p.MaxLag
	case Released, Deadline, KeptJob:
		for i := range m.Tasks {
			if j := m.Tasks[i].Job; j != nil && *j == r.Index && (r.Kind == Released && x.start[i] < m.Jobs[*j].Release ||
				r.Kind == Deadline && x.end(i) > *m.Jobs[*j].Deadline || r.Kind == KeptJob && x.end(i) > ends[*j]) {
				return false
			}
		}
	case KeptTask:
		return x.end(r.Index) <= ends[len(m.Jobs)+r.Index]
	case Closing:
		return x.opens(r.Index)
	case Amount:
		return x.amounts(r.Index, blocking, closing[r.Index])
	default: // blocking is of amounts
	}
	return true
}

func (x *trial) opens(r int) bool {
	for i := range x.m.Tasks {
		t := &x.m.Tasks[i]
		last := x.end(i)
		if t.Breaks == model.Cross {
			last = min(last, x.start[i]+1)
		}
		for at := x.start[i]; at < last; at++ {
			if t.Modes[x.mode[i]].Needs[0].Resource == r && x.open(r, at) == 0 {
				return false
			}
		}
	}
	return true
}

func (x *trial) amounts(r int, blocking []bool, closing bool) bool {
	for at := range int64(3 * until) {
		taken := int64(0)
		for i := range x.m.Tasks {
			n := x.m.Tasks[i].Modes[x.mode[i]].Needs[0]
			held := x.end(i)
			for e, p := range x.m.Precedences {
				if p.Before == i && blocking[e] && x.m.Resources[r].Capacity == 1 && held > x.start[i] {
					held = max(held, x.start[p.After])
				}
			}
			if n.Resource == r && x.start[i] <= at && at < held {
				taken += n.Amount
			}
		}
		most := x.m.Resources[r].Capacity
		if open := x.open(r, at); closing && open > 0 && most > 1 {
			most = open
		}
		if taken > most {
			return false
		}
	}
	return true
}

// find looks for a schedule that keeps rules, in which a task starts before a time, by trying everything.
func find(m *model.Model, rules []Rule, ends []int64, task int, before int64) *trial {
	x := &trial{m: m, start: make([]int64, len(m.Tasks)), mode: make([]int, len(m.Tasks))}
	blocking, closing := make([]bool, len(m.Precedences)), make([]bool, len(m.Resources))
	for _, r := range rules {
		switch r.Kind {
		case Blocking:
			blocking[r.Index] = true
		case Closing:
			closing[r.Index] = true
		default:
		}
	}
	var try func(i int) bool
	try = func(i int) bool {
		if i == len(m.Tasks) {
			return !slices.ContainsFunc(rules, func(r Rule) bool { return !x.keeps(r, ends, blocking, closing) })
		}
		for x.mode[i] = range m.Tasks[i].Modes {
			for x.start[i] = 0; x.start[i] <= 2*until; x.start[i]++ {
				if i == task && x.start[i] >= before {
					break
				}
				if try(i + 1) {
					return true
				}
			}
		}
		return false
	}
	if try(0) {
		return x
	}
	return nil
}

// all are the rules of a model, and those that keep a schedule if there is one.
func all(m *model.Model, keep bool) (rules []Rule) {
	rules = append(rules, Rule{Today, 0}, Rule{Horizon, 0})
	for r := range m.Resources {
		rules = append(rules, Rule{Amount, r})
		if m.Resources[r].Calendar != nil || len(m.Resources[r].Down) > 0 {
			rules = append(rules, Rule{Closing, r})
		}
	}
	for e, p := range m.Precedences {
		rules = append(rules, Rule{Precedence, e})
		if p.MaxLag != nil {
			rules = append(rules, Rule{MaxLag, e})
		}
		if p.Blocking {
			rules = append(rules, Rule{Blocking, e})
		}
	}
	for j := range m.Jobs {
		rules = append(rules, Rule{Released, j})
		if m.Jobs[j].Deadline != nil {
			rules = append(rules, Rule{Deadline, j})
		}
		if keep {
			rules = append(rules, Rule{KeptJob, j})
		}
	}
	for i := range m.Tasks {
		if m.Tasks[i].Pin != nil {
			rules = append(rules, Rule{Pin, i})
		}
		if keep && m.Tasks[i].Job == nil {
			rules = append(rules, Rule{KeptTask, i})
		}
	}
	return rules
}

// Each set of rules that keeps a task from an earlier start really does, without any one of them it would start earlier, and
// where none is told there is a schedule in which it does. So it is with rules that conflict.
func TestObstaclesBindAndAreAllNeeded(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	bound, free, conflicts, kinds := 0, 0, 0, map[Kind]bool{}
	for round := range 250 {
		m := anyModel(rng)
		x := find(m, all(m, false), nil, -1, 0)
		if x == nil {
			conflicts++
			a := newAsker(m, func(Kind) bool { return true })
			rules, answer, minimal := a.least(t.Context(), 10_000)
			if answer != constraint.Refuted || !minimal || !a.whole {
				t.Fatalf("round %d: it is not refuted: %d", round, answer)
			}
			needed(t, m, rules, nil, -1, 0, kinds)
			continue
		}
		// Something random that is right, and perhaps late.
		task := rng.IntN(len(m.Tasks))
		s := &model.Schedule{}
		ends := make([]int64, len(m.Jobs)+len(m.Tasks))
		for i := range m.Tasks {
			s.Assignments = append(s.Assignments, model.Assignment{Task: i, Mode: x.mode[i], Start: x.start[i], End: x.end(i)})
			ends[len(m.Jobs)+i] = x.end(i)
			if j := m.Tasks[i].Job; j != nil {
				ends[*j] = max(ends[*j], x.end(i))
			}
		}
		o, err := Earlier(t.Context(), m, s, task, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		y := find(m, all(m, true), ends, task, x.start[task])
		if y == nil {
			bound++
			if o.Answer != Bound || !o.Minimal {
				t.Fatalf("round %d: %+v, and it cannot start earlier: %+v", round, o, m)
			}
			needed(t, m, o.Rules, ends, task, x.start[task], kinds)
			continue
		}
		free++
		if o.Answer != Free || *o.Start >= x.start[task] {
			t.Fatalf("round %d: %+v, and it can start at %d", round, o, y.start[task])
		}
	}
	if bound < 40 || free < 20 || conflicts < 20 || len(kinds) < 9 {
		t.Errorf("%d were bound, %d free, %d conflicts, by %v", bound, free, conflicts, kinds)
	}
}

// needed holds that there is nothing with all rules, and something without each.
func needed(t *testing.T, m *model.Model, rules []Rule, ends []int64, task int, before int64, kinds map[Kind]bool) {
	t.Helper()
	if x := find(m, rules, ends, task, before); x != nil {
		t.Fatalf("%v do not keep it from %+v", rules, x)
	}
	for k, r := range rules {
		kinds[r.Kind] = true
		if x := find(m, slices.Delete(slices.Clone(rules), k, k+1), ends, task, before); x == nil {
			t.Fatalf("%v is not needed among %v of %+v", r, rules, m)
		}
		for _, language := range []string{"zh", "en"} {
			if words := r.Words(m, language); words == "" || strings.Contains(words, "%!") {
				t.Errorf("%v has the words %q", r, words)
			}
		}
	}
}

func TestWhatIsInTheWay(t *testing.T) {
	on := func(r int, d int64) []model.Mode {
		return []model.Mode{{Duration: d, Needs: []model.Need{{Resource: r, Amount: 1}}}}
	}
	m := &model.Model{
		Resources:   []model.Resource{{Name: "saw", Capacity: 1}, {Name: "drill", Capacity: 1}},
		Jobs:        []model.Job{{Name: "door"}, {Name: "table"}, {Name: "shelf"}},
		Tasks:       []model.Task{{Name: "saw door", Job: new(0), Modes: on(0, 4)}, {Name: "drill door", Job: new(0), Modes: on(1, 2)}, {Name: "saw table", Job: new(1), Modes: on(0, 3)}, {Name: "drill shelf", Job: new(2), Modes: on(1, 1)}},
		Precedences: []model.Precedence{{Before: 0, After: 1}},
	}
	s := &model.Schedule{Makespan: 9, Assignments: []model.Assignment{{Task: 0, Start: 0, End: 4}, {Task: 1, Start: 4, End: 6}, {Task: 2, Start: 4, End: 7}, {Task: 3, Start: 8, End: 9}}}
	for task, want := range []string{"bound []", "bound [the order saw door → drill door]", "bound [the capacity of saw door ends no later than planned]", "free []"} {
		o, err := Earlier(t.Context(), m, s, task, 1000)
		if err != nil {
			t.Fatal(err)
		}
		words := []string{}
		for _, r := range o.Rules {
			words = append(words, r.Words(m, "en"))
		}
		if got := fmt.Sprint(o.Answer, " ", words); got != want {
			t.Errorf("task %d: %s", task, got)
		}
	}
	m.Tanks = []model.Tank{{Capacity: 1}}
	if o, err := Earlier(t.Context(), m, s, 3, 1000); err != nil || o.Answer != Open {
		t.Errorf("%+v %v", o, err)
	}
	if _, err := Earlier(t.Context(), m, s, 4, 1000); err == nil {
		t.Error("there is no task 4")
	}
	s.Assignments = s.Assignments[:3]
	if _, err := Earlier(t.Context(), m, s, 0, 1000); err == nil {
		t.Error("the schedule has no task 3")
	}
}
