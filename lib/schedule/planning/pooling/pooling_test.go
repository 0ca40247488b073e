package pooling_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"strings"
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
		{"haverly1", 400},
		{"haverly2", 600},
		{"haverly3", 750},
		{"bental4", 450},
		{"bental5", 3500},
		{"adhya1", 549.80305},
		{"adhya2", 549.80305},
		{"adhya3", 561.044687},
		{"adhya4", 877.64574},
		{"rt2", 4391.8258928},
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

func TestFaultsAndWhatCannotBeBlended(t *testing.T) {
	const small = `{"components":[{"name":"c","max":10,"price":1,"quality":{"s":3}}],"pools":[{"name":"o","size":5}],
 "products":[{"name":"p","min":1,"max":5,"price":2,"quality_max":{"s":2}}],"arcs":[{"from":"c","to":"o"},{"from":"o","to":"p"}]}`
	p, err := pooling.Decode([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pooling.Solve(t.Context(), engine(t), p, pooling.Options{})
	if err != nil || r.Status != highs.Infeasible || r.Blend != nil {
		t.Errorf("%+v, %v: nothing makes less than 3 of 3", r, err)
	}
	for old, c := range map[string][2]string{
		`"name":"p"`: {`"name":"c"`, "to be that of nothing else"},
		`"size":5`:   {`"size":-5`, "pools[0] o: its size -5"},
		`"to":"p"`:   {`"to":"c"`, "arcs[1] o to c: once each"},
		`"min":1`:    {`"min":6`, "products[0] p: min 6, max 5"},
		`"arcs"`:     {`"arc"`, `unknown field "arc"`},
	} {
		if _, err := pooling.Decode([]byte(strings.Replace(small, old, c[0], 1))); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%v, not %q", err, c[1])
		}
	}
}

func TestBlendsAreMixedAgain(t *testing.T) {
	p := problem(t, "haverly1")
	right := []pooling.Flow{{"c2", "o1", 100}, {"o1", "p2", 100}, {"c3", "p2", 100}}
	if profit, err := pooling.Check(p, &pooling.Blend{Flows: right}, 1e-9); err != nil || profit != 400 {
		t.Errorf("%v, %v", profit, err)
	}
	for want, flows := range map[string][]pooling.Flow{
		"pool o1: 100 flows in and 90 out":      {{"c2", "o1", 100}, {"o1", "p2", 90}},
		"there is no such arc":                  {{"c2", "p2", 10}},
		"product p2: q1 is 2 and at most 1.5":   {{"c3", "p2", 100}},
		"flow from c3 to p2: 201":               {{"c3", "p2", 201}},
		"product p1: 110, outside 0 to 100":     {{"c3", "p1", 60}, {"c2", "o1", 50}, {"o1", "p1", 50}},
		"component c1: 301, outside 0 to 300":   {{"c1", "o1", 301}},
		"product p1: q1 is 3 and at most 2.5":   {{"c1", "o1", 10}, {"o1", "p1", 10}},
		"pool o1: 400, outside 0 to 300":        {{"c1", "o1", 200}, {"c2", "o1", 200}},
		"flow from c3 to p2: -1; there is no":   {{"c3", "p2", -1}},
		"product p2: q1 is 1.8 and at most 1.5": {{"c3", "p2", 80}, {"c2", "o1", 20}, {"o1", "p2", 20}},
	} {
		if _, err := pooling.Check(p, &pooling.Blend{Flows: flows}, 1e-9); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
}

// Amounts times three make three times the profit; a dearer product never makes less.
func TestScalingAndPrices(t *testing.T) {
	e := engine(t)
	p := problem(t, "haverly2")
	for k := range p.Components {
		p.Components[k].Max *= 3
	}
	for k := range p.Products {
		p.Products[k].Max *= 3
	}
	p.Pools[0].Size *= 3
	for _, a := range p.Arcs {
		if a.Max != nil {
			*a.Max *= 3
		}
	}
	r, err := pooling.Solve(t.Context(), e, p, pooling.Options{})
	if err != nil || r.Status != highs.Optimal || math.Abs(r.Blend.Profit-1800) > 0.2 {
		t.Errorf("%+v, %v", r, err)
	}
	p.Products[1].Price++
	if more, err := pooling.Solve(t.Context(), e, p, pooling.Options{}); err != nil || more.Blend.Profit < r.Blend.Profit-0.2 {
		t.Errorf("%+v, %v", more, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"haverly1", "rt2"} {
		data, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := pooling.Decode(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pooling.Decode(again); err != nil {
			t.Errorf("what was read is not read again: %v", err)
		}
	})
}
