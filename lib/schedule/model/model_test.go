package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func small() *Model {
	a, b := 0, 1
	return &Model{
		Name:      "small",
		Resources: []Resource{{Name: "oven", Capacity: 1}, {Name: "people", Capacity: 3}},
		Jobs:      []Job{{Name: "A"}, {Name: "B", Release: 2}},
		Tasks: []Task{
			{Name: "A1", Job: &a, Modes: []Mode{{Duration: 3, Needs: []Need{{0, 1}}}, {Duration: 2, Needs: []Need{{1, 2}}}}},
			{Name: "A2", Job: &a, Modes: []Mode{{}}},
			{Name: "B1", Job: &b, Modes: []Mode{{Duration: 4, Needs: []Need{{0, 1}, {1, 1}}}}},
		},
		Precedences: []Precedence{{Before: 0, After: 1, MinLag: 5}},
	}
}

func TestAModelIsTheSameAfterJSON(t *testing.T) {
	var b bytes.Buffer
	if err := small().Encode(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, small()) {
		t.Errorf("got %+v from\n%s", got, b.String())
	}
}

func TestFaultsSayWhereAndWhat(t *testing.T) {
	far := 7
	for name, c := range map[string]struct {
		spoil func(*Model)
		want  string
	}{
		"no tasks":          {func(m *Model) { m.Tasks = nil }, "tasks: are empty"},
		"no modes":          {func(m *Model) { m.Tasks[1].Modes = nil }, "tasks[1].modes: are empty"},
		"negative duration": {func(m *Model) { m.Tasks[0].Modes[1].Duration = -4 }, "tasks[0].modes[1].duration: is -4"},
		"negative release":  {func(m *Model) { m.Jobs[1].Release = -1 }, "jobs[1].release: is -1"},
		"release too late":  {func(m *Model) { m.Jobs[1].Release = 1 << 40 }, "jobs[1].release: is 1099511627776"},
		"no such resource":  {func(m *Model) { m.Tasks[2].Modes[0].Needs[1].Resource = 9 }, "tasks[2].modes[0].needs[1].resource: is 9; there are 2 resources"},
		"twice":             {func(m *Model) { m.Tasks[2].Modes[0].Needs[1] = Need{0, 1} }, "tasks[2].modes[0].needs[1].resource: is 0 a second time"},
		"too much":          {func(m *Model) { m.Tasks[2].Modes[0].Needs[1].Amount = 4 }, "tasks[2].modes[0].needs[1].amount: is 4; it is 1 to 3"},
		"nothing":           {func(m *Model) { m.Tasks[2].Modes[0].Needs[1].Amount = 0 }, "needs[1].amount: is 0"},
		"no capacity":       {func(m *Model) { m.Resources[1].Capacity = 0 }, "resources[1].capacity: is 0"},
		"no such job":       {func(m *Model) { m.Tasks[0].Job = &far }, "tasks[0].job: is 7; there are 2 jobs"},
		"no such task":      {func(m *Model) { m.Precedences[0].After = 3 }, "precedences[0].after: is 3; there are 3 tasks"},
		"negative lag":      {func(m *Model) { m.Precedences[0].MinLag = -1 }, "precedences[0].min_lag: is -1"},
		"itself":            {func(m *Model) { m.Precedences[0].After = 0 }, "precedences: form a circle: tasks[0] (A1) after tasks[0] (A1)"},
		"circle": {
			func(m *Model) {
				m.Precedences = append(m.Precedences, Precedence{Before: 1, After: 2}, Precedence{Before: 2, After: 0})
			},
			"precedences: form a circle: tasks[0] (A1) after tasks[2] (B1) after tasks[1] (A2) after tasks[0] (A1)",
		},
		"overflow by durations": {func(m *Model) { m.Tasks[0].Modes[1].Duration, m.Tasks[2].Modes[0].Duration = MaxTime-3, 2 }, "tasks[2]: takes the sum of the latest release and the longest durations to 1073741824"},
		"overflow by lags":      {func(m *Model) { m.Precedences[0].MinLag = MaxTime }, "precedences[0]: takes the sum of releases, durations and lags"},
		"order of many":         {func(m *Model) { m.SameOrder = []int{1} }, "same_order[0]: is 1, whose capacity is 3"},
		"order of modes":        {func(m *Model) { m.SameOrder = []int{0} }, "tasks[0]: is on resource 0 of same_order"},
		"order of none":         {func(m *Model) { m.SameOrder = []int{5} }, "same_order[0]: is 5; there are 2 resources"},
		"order of some": {func(m *Model) {
			m.Resources[1].Capacity, m.Tasks[0].Modes, m.SameOrder = 1, m.Tasks[0].Modes[:1], []int{0, 1}
		}, "jobs[0]: passes 1 of the 2 resources of same_order"},
		"long name": {func(m *Model) { m.Tasks[0].Name = strings.Repeat("x", 300) }, "tasks[0].name: has 300 octets"},
	} {
		m := small()
		c.spoil(m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
}

func TestZeroDurationsAreNoFault(t *testing.T) {
	m := small()
	for i := range m.Tasks {
		for k := range m.Tasks[i].Modes {
			m.Tasks[i].Modes[k].Duration = 0
		}
	}
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func TestManyFaultsAreBounded(t *testing.T) {
	m := small()
	for range 100 {
		m.Resources = append(m.Resources, Resource{})
	}
	if faults, ok := errors.AsType[FaultsError](m.Validate()); !ok || len(faults) != maxFaults {
		t.Errorf("%d faults", len(faults))
	}
}

func TestJSONThatIsNoModelIsToldByLine(t *testing.T) {
	for data, want := range map[string]string{
		"{\n\n\"tasks\": [{]}":                       "line 3",
		"{\n\"tasks\": 3}":                           "line 2",
		"{\"deadline\": 3}":                          `unknown field "deadline"`,
		`{"resources": [], "tasks": []}`:             "tasks: are empty",
		`{"tasks": [{"modes": [{}]}]} {}`:            "something follows",
		`{"tasks": [{"modes": [{"duration":1.5}]}]}`: "duration",
	} {
		if _, err := Decode([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %s", data, err, want)
		}
	}
}

func TestAScheduleIsReadAloneOrInAnAnswer(t *testing.T) {
	s := Schedule{Makespan: 5, Assignments: []Assignment{{0, 1, 2, 5}}}
	for _, v := range []any{s, map[string]any{"makespan": 5, "status": "optimal", "schedule": s}} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeSchedule(data)
		if err != nil || !reflect.DeepEqual(*got, s) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for data, want := range map[string]string{
		"{}":                                     "it has no makespan and assignments",
		"[":                                      "line 1",
		`{"makespan": 3}`:                        "it has no makespan and assignments",
		"{\"makespan\": 3,\n\"assignments\": 4}": "line 2",
		`{"makespan": 3, "assignments": []} {`:   "something follows the schedule",
	} {
		if _, err := DecodeSchedule([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %s", data, err, want)
		}
	}
}

func FuzzDecodeSchedule(f *testing.F) {
	f.Add([]byte(`{"makespan": 5, "assignments": [{"task": 0, "mode": 1, "start": 2, "end": 5}], "stops": [{"kind": "clean", "resource": 0, "before": 0, "start": 0, "end": 2}], "objective": [5]}`))
	f.Add([]byte(`{"status": "optimal", "schedule": {"makespan": 5, "assignments": []}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := DecodeSchedule(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(map[string]any{"schedule": s})
		if err != nil {
			t.Fatal(err)
		}
		same, err := DecodeSchedule(again)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := json.Marshal(map[string]any{"schedule": same}); err != nil || string(data) != string(again) {
			t.Errorf("%s became %s, %v", again, data, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := small().Encode(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Clone(b.Bytes()))
	f.Add([]byte(`{"tasks":[{"modes":[{}]}],"precedences":[{}]}`))
	b.Reset()
	if err := plant().Encode(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Clone(b.Bytes()))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		if len(m.Order()) != len(m.Tasks) {
			t.Error("a model with a circle was taken")
		}
		var b bytes.Buffer
		if err := m.Encode(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(b.Bytes()); err != nil {
			t.Errorf("what was written is not read: %v", err)
		}
	})
}
