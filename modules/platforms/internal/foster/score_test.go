package foster

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPointsAddUpByWeights(t *testing.T) {
	two := []Criterion{{Code: "a", Weight: 3, Max: 100, Min: 60}, {Code: "b", Weight: 1, Max: 10}}
	for _, c := range []struct {
		name          string
		points        [][]float64
		total, spread float64
		veto, passed  bool
	}{
		{"full points", [][]float64{{100, 10}, {100, 10}}, 100, 0, false, true},
		{"nothing", [][]float64{{0, 0}, {0, 0}}, 0, 0, true, false},
		{"weights count", [][]float64{{80, 4}}, 70, 0, false, true},
		{"reviewers differ", [][]float64{{60, 10}, {100, 10}}, 85, math.Sqrt(2 * 15 * 15), false, true},
		{"a mean below the minimum is a veto", [][]float64{{59, 10}, {60, 10}}, 69.625, 0.75 * math.Sqrt(0.5), true, false},
		{"the minimum itself is none", [][]float64{{60, 10}, {60, 10}}, 70, 0, false, true},
		{"below the pass mark", [][]float64{{60, 9}, {60, 9}}, 67.5, 0, false, false},
	} {
		r := Score(two, c.points, 70)
		if c.name == "a mean below the minimum is a veto" {
			r.Passed = r.Passed || Score(two, c.points, 0).Passed // it fails whatever the pass mark
		}
		if math.Abs(r.Total-c.total) > 1e-9 || math.Abs(r.Spread-c.spread) > 1e-9 || r.Veto != c.veto || r.Passed != c.passed || r.Reviews != len(c.points) {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
	r := Score(two, [][]float64{{60, 4}, {100, 8}}, 0)
	if a := r.Items[0]; a.Mean != 80 || a.Low != 60 || a.High != 100 || math.Abs(a.Spread-math.Sqrt(800)) > 1e-9 || a.Share != 60 {
		t.Errorf("by criterion: %+v", a)
	}
	if none := Score(two, nil, 0); none.Passed || none.Reviews != 0 || len(none.Items) != 0 {
		t.Errorf("without reviews: %+v", none)
	}
}

// Totals are from 0 to 100, are the same whatever the order of reviewers and the scale
// of weights, and never fall when a reviewer gives more.
func TestTotalsBehave(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		criteria, points := make([]Criterion, 1+r.IntN(6)), make([][]float64, 1+r.IntN(5))
		for k := range criteria {
			criteria[k] = Criterion{Code: fmt.Sprint(k), Weight: float64(1 + r.IntN(50)), Max: float64(1 + r.IntN(200))}
		}
		for i := range points {
			for _, c := range criteria {
				points[i] = append(points[i], r.Float64()*c.Max)
			}
		}
		was := Score(criteria, points, 50)
		shares := 0.0
		for _, x := range was.Items {
			shares += x.Share
		}
		if was.Total < 0 || was.Total > 100+1e-9 || math.Abs(shares-was.Total) > 1e-9 {
			t.Fatalf("total %g, shares %g", was.Total, shares)
		}
		turned := slices.Clone(points)
		slices.Reverse(turned)
		if x := Score(criteria, turned, 50); math.Abs(x.Total-was.Total) > 1e-9 || math.Abs(x.Spread-was.Spread) > 1e-9 {
			t.Fatalf("the order of reviewers counts: %g, %g", x.Total, was.Total)
		}
		scaled := slices.Clone(criteria)
		for k := range scaled {
			scaled[k].Weight *= 7
		}
		if x := Score(scaled, points, 50); math.Abs(x.Total-was.Total) > 1e-9 {
			t.Fatalf("the scale of weights counts: %g, %g", x.Total, was.Total)
		}
		i, k := r.IntN(len(points)), r.IntN(len(criteria))
		points[i][k] = criteria[k].Max
		if x := Score(criteria, points, 50); x.Total < was.Total-1e-9 {
			t.Fatalf("more points are less: %g, %g", x.Total, was.Total)
		}
	}
}

func TestPlaces(t *testing.T) {
	list := Rank([]Ranked{{ID: "veto", Total: 99, Veto: true}, {ID: "b", Total: 80}, {ID: "a", Total: 80 + 1e-12}, {ID: "first", Total: 90}, {ID: "last", Total: 10}})
	got := ""
	for _, x := range list {
		got += fmt.Sprintf("%s %d; ", x.ID, x.Place)
	}
	if want := "first 1; a 2; b 2; last 4; veto 0; "; got != want {
		t.Errorf("places %s, want %s", got, want)
	}
}
