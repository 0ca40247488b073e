package lots_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/lots"
)

func engine(t testing.TB) *highs.Engine {
	t.Helper()
	e := highs.New(highs.Limits{})
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	return e
}

// wagnerWhitin is the cost of the best plan of one product without capacity, by dynamic programming (Wagner and
// Whitin, "Dynamic version of the economic lot size model", Management Science 5, 1958).
func wagnerWhitin(q lots.Product) float64 {
	best := make([]float64, len(q.Demand)+1)
	for t := 1; t <= len(q.Demand); t++ {
		best[t] = math.Inf(1)
		if q.Demand[t-1] == 0 {
			best[t] = best[t-1]
		}
		for s := range t { // the last lot is made in s for s to t−1
			cost := best[s] + q.SetupCost
			for u := s; u < t; u++ {
				cost += q.Demand[u] * (q.Cost + q.Holding*float64(u-s))
			}
			best[t] = min(best[t], cost)
		}
	}
	return best[len(q.Demand)]
}

func product(r *rand.Rand, periods int) lots.Product {
	q := lots.Product{Name: "p", Use: 1, SetupCost: float64(20 + r.IntN(80)), Cost: float64(r.IntN(3)), Holding: 1 + r.Float64()}
	for range periods {
		q.Demand = append(q.Demand, float64(r.IntN(4)*r.IntN(15)))
	}
	return q
}

func TestOneProductAsWagnerAndWhitin(t *testing.T) {
	e := engine(t)
	r := rand.New(rand.NewPCG(4, 2))
	for n := range 15 {
		p := &lots.Problem{Capacity: make([]float64, 10)}
		for k := range p.Capacity {
			p.Capacity[k] = 1e4
		}
		p.Products = []lots.Product{product(r, 10)}
		got, err := lots.Solve(t.Context(), e, p, highs.Options{Gap: 1e-7})
		want := wagnerWhitin(p.Products[0])
		if err != nil || got.Status != highs.Optimal || math.Abs(got.Plan.Cost-want) > 1e-5*max(1, want) {
			t.Errorf("%d: %+v, %v; it costs %v", n, got, err, want)
		}
	}
}

func several(r *rand.Rand, products, periods int, capacity float64) *lots.Problem {
	p := &lots.Problem{}
	for range periods {
		p.Capacity = append(p.Capacity, capacity)
	}
	for range products {
		q := product(r, periods)
		q.Setup, q.Initial = 3, float64(r.IntN(20))
		q.Name += strconv.Itoa(len(p.Products))
		p.Products = append(p.Products, q)
	}
	return p
}

func TestCapacityLatenessAndWindows(t *testing.T) {
	e := engine(t)
	p := several(rand.New(rand.NewPCG(8, 8)), 3, 8, 90)
	o := highs.Options{Gap: 1e-6}
	strict, err := lots.Solve(t.Context(), e, p, o)
	if err != nil || strict.Status != highs.Optimal {
		t.Fatalf("%+v, %v", strict, err)
	}
	rolled, err := lots.Roll(t.Context(), e, p, 5, 2, o)
	if err != nil || rolled.Plan == nil || rolled.Plan.Cost < strict.Plan.Cost-1e-4 || rolled.Status != highs.Limit {
		t.Errorf("windows: %+v, %v; the best costs %v", rolled, err, strict.Plan.Cost)
	}
	late := 0.5
	for i := range p.Products {
		p.Products[i].Late = &late
	}
	free, err := lots.Solve(t.Context(), e, p, o)
	if err != nil || free.Status != highs.Optimal || free.Plan.Cost > strict.Plan.Cost+1e-4 {
		t.Errorf("late allowed: %+v, %v; strictly it costs %v", free, err, strict.Plan.Cost)
	}
	for k := range p.Capacity {
		p.Capacity[k] = 2
	}
	if none, err := lots.Solve(t.Context(), e, p, o); err != nil || none.Status != highs.Infeasible || none.Plan != nil {
		t.Errorf("no capacity: %+v, %v", none, err)
	}
	p.Products[0].Demand = p.Products[0].Demand[1:]
	if _, err := lots.Solve(t.Context(), e, p, o); err == nil {
		t.Error("a demand of too few periods was taken")
	}
}
