package stn_test

import (
	"context"
	"math"
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
		if testing.Short() && c.horizon > 1000 {
			continue // a minute of a processor
		}
		r, err := stn.Plan(t.Context(), e, n, highs.Options{Gap: c.gap, Time: 0})
		if err != nil {
			t.Errorf("%s %d: %v", c.file, c.horizon, err)
			continue
		}
		t.Logf("%s %d: %s %v, bound %v, %v s, %d batches", c.file, c.horizon, r.Status, r.Plan.Objective, r.Bound, r.Seconds, len(r.Plan.Batches))
		if r.Status != highs.Optimal || math.Abs(r.Plan.Objective-c.want) > 1e-4*math.Abs(c.want)+1e-3 {
			t.Errorf("%s %d: %s %v, and it is %v", c.file, c.horizon, r.Status, r.Plan.Objective, c.want)
		}
	}
}
