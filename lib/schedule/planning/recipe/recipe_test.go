package recipe_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"linghang/lib/schedule/planning/recipe"
)

const small = `{"horizon": 6, "step": 1,
 "states": [{"name": "A", "initial": 10}, {"name": "B", "capacity": 4, "price": 5, "final_min": 3}],
 "units": [{"name": "U"}, {"name": "V"}],
 "utilities": [{"name": "steam", "capacity": 3, "price": 0.5}],
 "tasks": [{"name": "make", "duration": 2, "inputs": [{"state": "A", "share": 1}], "outputs": [{"state": "B", "share": 0.5}],
  "units": [{"unit": "U", "min": 2, "max": 4, "cost": 1}, {"unit": "V", "max": 4, "per_size": 0.5}], "utilities": [{"utility": "steam", "fixed": 1, "per_size": 0.25}]}]}`

func decode(t *testing.T) *recipe.Network {
	t.Helper()
	n, err := recipe.Decode([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPlansAreFollowedThroughTime(t *testing.T) {
	n := decode(t)
	right := []recipe.Batch{{"make", "U", 0, 2, 4}, {"make", "U", 2, 4, 2}, {"make", "V", 4, 6, 2}}
	worth, err := recipe.Check(n, &recipe.Plan{Batches: right}, 1e-9)
	// 4 in stock at 5 each; two batches in U at 1; 2 in V at 0.5; steam of (1+1)·2 + (1+.5)·2 + (1+.5)·2 at 0.5.
	if want := 4*5 - 2*1 - 2*0.5 - (4+3+3)*0.5; err != nil || worth != want {
		t.Errorf("%v, %v; it is worth %v", worth, err, want)
	}
	for want, batches := range map[string][]recipe.Batch{
		"no task is named":                 {{"mak", "U", 0, 2, 4}},
		"the unit cannot do":               {{"make", "W", 0, 2, 4}},
		"does not start at a step":         {{"make", "U", -1, 1, 4}},
		"it ends at 3":                     {{"make", "U", 0, 3, 4}},
		"it ends at 7":                     {{"make", "U", 5, 7, 4}},
		"its size is 1":                    {{"make", "U", 0, 2, 1}},
		"its size is 5":                    {{"make", "V", 0, 2, 5}},
		"starts while make runs until 2":   {{"make", "U", 0, 2, 4}, {"make", "U", 1, 3, 4}},
		"state A: its stock at 4 is -2":    {{"make", "U", 0, 2, 4}, {"make", "U", 2, 4, 4}, {"make", "U", 4, 6, 4}},
		"state B: its stock at 6 is 2":     {{"make", "U", 0, 2, 4}},
		"utility steam: 4 is used at 0":    {{"make", "U", 0, 2, 4}, {"make", "V", 0, 2, 4}},
		"state B: its stock at 4 is 4.125": {{"make", "U", 0, 2, 4}, {"make", "U", 2, 4, 2.25}, {"make", "V", 0, 2, 2}},
	} {
		if _, err := recipe.Check(n, &recipe.Plan{Batches: batches}, 1e-9); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	n.Units[0].Changeovers = []recipe.Changeover{{After: "make", Before: "make", Duration: 1}}
	if _, err := recipe.Check(n, &recipe.Plan{Batches: right}, 1e-9); err == nil || !strings.Contains(err.Error(), "make at 2 starts less than 1 after make, which ended at 2") {
		t.Errorf("%v", err)
	}
	n.Units[0].Changeovers = nil
	wrong := &recipe.Plan{Batches: right, Stocks: []recipe.Profile{{"B", []float64{0, 0, 2, 2, 3, 3, 5}}}}
	if _, err := recipe.Check(n, wrong, 1e-9); err == nil || !strings.Contains(err.Error(), "at 6 it is said to be 5; it is 4") {
		t.Errorf("%v", err)
	}
}

func TestFaultsSayWhere(t *testing.T) {
	for _, c := range []struct{ old, now, want string }{
		{`"step": 1`, `"step": 0`, "horizon: it is 6 with a step of 0"},
		{`"step": 1`, `"step": 4`, "no multiple of the step 4"},
		{`"horizon": 6`, `"horizon": 60000`, "at most 5000 can be"},
		{`"name": "B"`, `"name": "A"`, `states[1]: "A" is the name of another`},
		{`"initial": 10`, `"initial": -1`, "states[0] A: initial: -1 is not between"},
		{`"capacity": 4`, `"capacity": -4`, "states[1] B: -4 is to be 0 or more"},
		{`"share": 1`, `"share": 0`, "tasks[0] make: inputs[0] A: the share 0"},
		{`"state": "B"`, `"state": "C"`, "tasks[0] make: outputs[0] C: no state has this name"},
		{`"min": 2`, `"min": 5`, "units[0] U: batches of 5 to 4"},
		{`"unit": "V"`, `"unit": "U"`, "units[1] U: it is listed twice"},
		{`"utility": "steam"`, `"utility": "heat"`, "utilities[0] heat"},
		{`"duration": 2`, `"duration": 0`, "duration: 0 is to be at least a step"},
		{`"share": 1`, `"share": 1, "after": 1`, "after: it is of outputs only"},
		{`"horizon"`, `"horizont"`, `json: unknown field "horizont"`},
		{`"price": 5`, `"price": "5"`, "line 2: json: cannot unmarshal string"},
		{`}]}]}`, `}]}]}{`, "something follows"},
		{`{"name": "U"}`, `{"name": "U", "changeovers": [{"after": "make", "before": "mix", "duration": 1}]}`, `units[0] U: changeovers[0]: after "make" and before "mix" are to be tasks`},
		{`{"name": "U"}`, `{"name": "U", "changeovers": [{"after": "make", "before": "make", "duration": 0}]}`, "changeovers[0]: duration: 0 is to be at least a step"},
		{`{"name": "U"}`, `{"name": "U", "changeovers": [{"after": "make", "before": "make", "duration": 1}, {"after": "make", "before": "make", "duration": 2}]}`, `changeovers[1]: after "make" and before "make" is listed twice`},
	} {
		if _, err := recipe.Decode([]byte(strings.Replace(small, c.old, c.now, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.now, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(small))
	for _, name := range []string{"kondili", "maravelias", "chu"} {
		data, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := recipe.Decode(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := recipe.Decode(again); err != nil {
			t.Errorf("what was read is not read again: %v", err)
		}
		_, _ = recipe.Check(n, &recipe.Plan{Batches: []recipe.Batch{{Task: "make", Unit: "U", Start: 0, End: 2, Size: 3}}}, 1e-6)
	})
}
