package stn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/recipe"
	"linghang/lib/schedule/planning/stn"
)

func engine(t testing.TB) *highs.Engine {
	t.Helper()
	e := highs.New(highs.Limits{})
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	return e
}

func network(t testing.TB, name string) *recipe.Network {
	t.Helper()
	data, err := os.ReadFile("../recipe/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := recipe.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPublishedOptima(t *testing.T) {
	e := engine(t)
	for _, c := range []struct {
		file    string
		horizon int64
		want    float64
		gap     float64
	}{
		{"kondili.json", 10, 2744.375, 0},
		{"kondili.json", 24, 4969.39, 1e-4},
		{"maravelias.json", 6, 100, 0},
		{"chu.json", 894, -106500, 0},
		{"chu.json", 1218, -206500, 0},
	} {
		n := network(t, c.file)
		n.Horizon = c.horizon
		if c.want == -206500 { // the larger orders of the same plant
			for k := range n.States {
				if s := &n.States[k]; s.FinalMin != nil {
					twice := 2 * *s.FinalMin
					s.FinalMin, s.FinalMax = &twice, &twice
				}
			}
		}
		if c.horizon > 1000 && os.Getenv("LINGHANG_PLANNING_LONG") == "" {
			continue // minutes of a processor: make soak
		}
		r, err := stn.Plan(t.Context(), e, n, highs.Options{Gap: c.gap, Time: 0})
		if err != nil {
			t.Errorf("%s %d: %v", c.file, c.horizon, err)
			continue
		}
		t.Logf("%s %d: %s %v, bound %v, %v s, %d batches", c.file, c.horizon, r.Status, r.Plan.Objective, r.Bound, r.Seconds, len(r.Plan.Batches))
		if r.Status != highs.Optimal || math.Abs(r.Plan.Objective-c.want) > c.gap*math.Abs(c.want)+1e-3 {
			t.Errorf("%s %d: %s %v, and it is %v", c.file, c.horizon, r.Status, r.Plan.Objective, c.want)
		}
	}
}

// random makes a small plant of two stages with recycle, and a demand that it may not be able to meet.
func random(r *rand.Rand) *recipe.Network {
	capacity := float64(5 + r.IntN(10))
	n := &recipe.Network{
		Horizon: int64(6 + r.IntN(5)), Step: 1,
		States: []recipe.State{
			{Name: "raw", Initial: float64(20 + r.IntN(40)), Price: float64(r.IntN(2))},
			{Name: "mid", Capacity: &capacity},
			{Name: "good", Price: float64(5 + r.IntN(10))},
			{Name: "waste", Price: -1},
		},
		Units:     []recipe.Unit{{Name: "U"}, {Name: "V"}},
		Utilities: []recipe.Utility{{Name: "steam", Capacity: float64(4 + r.IntN(8)), Price: 0.1}},
		Tasks: []recipe.Task{
			{
				Name: "one", Duration: int64(1 + r.IntN(2)), Inputs: []recipe.Flow{{State: "raw", Share: 1}}, Outputs: []recipe.Flow{{State: "mid", Share: 0.9}, {State: "waste", Share: 0.1}},
				Units: []recipe.Equipment{{Unit: "U", Min: float64(r.IntN(3)), Max: 8, Cost: 1}}, Utilities: []recipe.Use{{Utility: "steam", Fixed: 1, PerSize: 0.25}},
			},
			{
				Name: "two", Duration: int64(1 + r.IntN(3)), Inputs: []recipe.Flow{{State: "mid", Share: 0.8}, {State: "raw", Share: 0.2}}, Outputs: []recipe.Flow{{State: "good", Share: 0.8}, {State: "mid", Share: 0.1}},
				Units: []recipe.Equipment{{Unit: "V", Min: 2, Max: 6, Cost: 2}, {Unit: "U", Max: 5}}, Utilities: []recipe.Use{{Utility: "steam", PerSize: 0.5}},
			},
		},
	}
	if r.IntN(2) == 0 {
		n.States[2].Demands = []recipe.Amount{{At: n.Horizon - 1, Amount: float64(r.IntN(40))}}
	}
	return n
}

func scaled(n *recipe.Network, by float64) *recipe.Network {
	data, _ := json.Marshal(n)
	m := &recipe.Network{}
	_ = json.Unmarshal(data, m)
	for k := range m.States {
		s := &m.States[k]
		s.Initial *= by
		if s.Capacity != nil {
			*s.Capacity *= by
		}
		for i := range s.Demands {
			s.Demands[i].Amount *= by
		}
	}
	m.Utilities[0].Capacity *= by
	for k := range m.Tasks {
		t := &m.Tasks[k]
		t.Utilities[0].Fixed *= by
		for i := range t.Units {
			t.Units[i].Min, t.Units[i].Max, t.Units[i].Cost = t.Units[i].Min*by, t.Units[i].Max*by, t.Units[i].Cost*by
		}
	}
	return m
}

// Amounts times four are worth four times as much; a further unit never makes a plan worse.
func TestPlansOfRandomPlants(t *testing.T) {
	e := engine(t)
	r := rand.New(rand.NewPCG(2, 7))
	infeasible := 0
	for n := range 5 {
		plant := random(r)
		o := highs.Options{Gap: 1e-6}
		one, err := stn.Plan(t.Context(), e, plant, o)
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		four, err := stn.Plan(t.Context(), e, scaled(plant, 4), o)
		if err != nil || four.Status != one.Status {
			t.Fatalf("%d: %s, and fourfold %+v, %v", n, one.Status, four, err)
		}
		plant.Units = append(plant.Units, recipe.Unit{Name: "W"})
		plant.Tasks[1].Units = append(plant.Tasks[1].Units, recipe.Equipment{Unit: "W", Min: 1, Max: 6, Cost: 3})
		more, err := stn.Plan(t.Context(), e, plant, o)
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		if one.Status == highs.Infeasible {
			infeasible++
			continue
		}
		v := one.Plan.Objective
		if math.Abs(four.Plan.Objective-4*v) > 1e-3*max(1, math.Abs(v)) {
			t.Errorf("%d: %v, and fourfold %v", n, v, four.Plan.Objective)
		}
		if more.Plan == nil || more.Plan.Objective < v-1e-4*max(1, math.Abs(v)) {
			t.Errorf("%d: %v, and with a further unit %+v", n, v, more)
		}
		if one.Bound < v-1e-3 || one.Gap > 1e-3 {
			t.Errorf("%d: worth %v with bound %v", n, v, one.Bound)
		}
	}
	if infeasible == 0 || infeasible > 4 {
		t.Errorf("%d of 5 are infeasible: the test tries too little", infeasible)
	}
}

func TestACancelledPlanIsTheBestSoFar(t *testing.T) {
	n := network(t, "kondili.json")
	n.Horizon = 40
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := stn.Plan(ctx, engine(t), n, highs.Options{Gap: 1e-9, Progress: func(p highs.Progress) {
		if !math.IsInf(p.Objective, 0) {
			cancel()
		}
	}})
	if err != nil || r.Status != highs.Limit || r.Plan == nil || r.Bound < r.Plan.Objective {
		t.Errorf("%+v, %v", r, err)
	}
}

func ExamplePlan() {
	data, err := os.ReadFile("../recipe/testdata/maravelias.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := recipe.Decode(data)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	e := highs.New(highs.Limits{})
	defer func() { _ = e.Close(ctx) }()
	r, err := stn.Plan(ctx, e, n, highs.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %.0f\n", r.Status, r.Plan.Objective)
	// Output: optimal 100
}

// What lies between batches of two tasks in a unit is kept, by direction, also when it is longer than they are and when a plan is first
// sought on longer steps.
func TestChangeoversLieBetweenBatches(t *testing.T) {
	e := engine(t)
	for name, c := range map[string]struct {
		horizon, fine int64 // the same plant in finer steps
		changeovers   []recipe.Changeover
		want          float64
	}{
		"none":       {8, 1, nil, 40},
		"both":       {8, 1, []recipe.Changeover{{After: "a", Before: "b", Duration: 2}, {After: "b", Before: "a", Duration: 2}}, 30},
		"one way":    {9, 1, []recipe.Changeover{{After: "a", Before: "b", Duration: 5}, {After: "b", Before: "a", Duration: 1}}, 40},
		"long":       {9, 1, []recipe.Changeover{{After: "a", Before: "b", Duration: 5}, {After: "b", Before: "a", Duration: 5}}, 20},
		"too long":   {8, 1, []recipe.Changeover{{After: "a", Before: "b", Duration: 5}, {After: "b", Before: "a", Duration: 5}}, 0},
		"itself":     {9, 1, []recipe.Changeover{{After: "a", Before: "a", Duration: 1}, {After: "b", Before: "b", Duration: 1}}, 40},
		"fine steps": {9, 10, []recipe.Changeover{{After: "a", Before: "b", Duration: 5}, {After: "b", Before: "a", Duration: 1}}, 40},
	} {
		least := 10.0
		n := &recipe.Network{
			Horizon: c.horizon * c.fine, Step: 1, Units: []recipe.Unit{{Name: "U"}},
			States: []recipe.State{{Name: "raw", Initial: 100}, {Name: "A", Price: 1, FinalMin: &least}, {Name: "B", Price: 1, FinalMin: &least}},
		}
		for i, task := range []string{"a", "b"} {
			n.Tasks = append(n.Tasks, recipe.Task{
				Name: task, Duration: 2 * c.fine, Inputs: []recipe.Flow{{State: "raw", Share: 1}},
				Outputs: []recipe.Flow{{State: n.States[1+i].Name, Share: 1}}, Units: []recipe.Equipment{{Unit: "U", Max: 10}},
			})
		}
		for _, change := range c.changeovers {
			change.Duration *= c.fine
			n.Units[0].Changeovers = append(n.Units[0].Changeovers, change)
		}
		r, err := stn.Plan(t.Context(), e, n, highs.Options{Gap: 1e-6})
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want == 0:
			if r.Status != highs.Infeasible {
				t.Errorf("%s: %+v", name, r)
			}
		case r.Status != highs.Optimal || math.Abs(r.Plan.Objective-c.want) > 1e-4:
			t.Errorf("%s: %s %+v, and it is worth %v", name, r.Status, r.Plan, c.want)
		}
	}
}
