package pooling_test

import (
	"context"
	"math"
	"os"
	"testing"

	"linghang/lib/schedule/highs"
	"linghang/lib/schedule/planning/pooling"
)

func engine(t testing.TB) *highs.Engine {
	t.Helper()
	e := highs.New(highs.Limits{})
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	return e
}

func problem(t testing.TB, name string) *pooling.Problem {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pooling.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPublishedOptima(t *testing.T) {
	e := engine(t)
	for _, c := range []struct {
		name string
		want float64
	}{
		{"haverly1", 400}, {"haverly2", 600}, {"haverly3", 750}, {"bental4", 450}, {"bental5", 3500},
		{"adhya1", 549.80305}, {"adhya2", 549.80305}, {"adhya3", 561.044687}, {"adhya4", 877.64574}, {"rt2", 4391.8258928},
	} {
		p := problem(t, c.name)
		r, err := pooling.Solve(t.Context(), e, p, pooling.Options{Gap: 1e-3})
		if err != nil || r.Blend == nil {
			t.Errorf("%s: %+v, %v", c.name, r, err)
			continue
		}
		t.Logf("%s: %s %v, bound %v, %d rounds, %.1f s", c.name, r.Status, r.Blend.Profit, r.Bound, r.Rounds, r.Seconds)
		if r.Status != highs.Optimal || math.Abs(r.Blend.Profit-c.want) > 1e-3*c.want || r.Bound < c.want*(1-1e-6) {
			t.Errorf("%s: %s %v with bound %v after %d rounds, and it is %v", c.name, r.Status, r.Blend.Profit, r.Bound, r.Rounds, c.want)
		}
	}
}
