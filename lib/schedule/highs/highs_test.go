package highs_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/schedule/highs"
)

// cache names the folder in which the tests share what was compiled.
const cache = "HIGHS_TEST_CACHE"

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "highs")
	if err != nil {
		panic(err)
	}
	if err := os.Setenv(cache, dir); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir) // in the folder of temporary files
	os.Exit(code)
}

func engine(t testing.TB, l highs.Limits) *highs.Engine {
	t.Helper()
	l.Cache = os.Getenv(cache)
	e := highs.New(l)
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

// random makes a small programme with whole variables of 0 to 3, so that all can be tried.
func random(r *rand.Rand) *highs.Model {
	m := &highs.Model{Maximise: r.IntN(2) == 0, Offset: float64(r.IntN(7) - 3)}
	for range 2 + r.IntN(4) {
		m.Column(highs.Column{Cost: float64(r.IntN(21) - 10), Upper: float64(1 + r.IntN(3)), Integer: true})
	}
	for range 1 + r.IntN(4) {
		row := highs.Row{Lower: math.Inf(-1), Upper: math.Inf(1)}
		for range 1 + r.IntN(len(m.Columns)+1) { // the same column may come twice
			row.Terms = append(row.Terms, highs.Term{Column: r.IntN(len(m.Columns)), Coefficient: float64(r.IntN(11) - 5)})
		}
		at := float64(r.IntN(15) - 5)
		switch r.IntN(3) {
		case 0:
			row.Lower = at
		case 1:
			row.Upper = at
		default:
			row.Lower, row.Upper = at-float64(r.IntN(2)), at
		}
		m.Row(row)
	}
	return m
}

// brute tries all values.
func brute(m *highs.Model) (best float64, feasible bool) {
	x := make([]float64, len(m.Columns))
	var try func(j int)
	try = func(j int) {
		if j == len(x) {
			if m.Check(x, 1e-9) != nil {
				return
			}
			if v := m.Objective(x); !feasible || (v > best) == m.Maximise && v != best {
				best, feasible = v, true
			}
			return
		}
		for v := m.Columns[j].Lower; v <= m.Columns[j].Upper; v++ {
			x[j] = v
			try(j + 1)
		}
	}
	try(0)
	return best, feasible
}

// alone leaves a test of one goroutine out where races are looked for: it takes minutes there.
func alone(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("one goroutine")
	}
}

func TestWholeProgrammesAsByTryingAll(t *testing.T) {
	alone(t)
	e := engine(t, highs.Limits{})
	r := rand.New(rand.NewPCG(7, 7))
	infeasible := 0
	for n := range 120 {
		m := random(r)
		want, feasible := brute(m)
		got, err := e.Solve(t.Context(), m, highs.Options{})
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		if !feasible {
			infeasible++
			if got.Status != highs.Infeasible || got.X != nil {
				t.Errorf("%d: %s %v, and nothing satisfies it", n, got.Status, got.X)
			}
			continue
		}
		if got.Status != highs.Optimal || math.Abs(got.Objective-want) > 1e-6 || math.Abs(got.Bound-want) > 1e-3*max(1, math.Abs(want)) {
			t.Errorf("%d: %s %v (bound %v), and it is %v", n, got.Status, got.Objective, got.Bound, want)
		}
	}
	if infeasible < 10 || infeasible > 90 {
		t.Errorf("%d of 120 are infeasible: the test tries too little", infeasible)
	}
}

// relaxed is a random linear programme with finite bounds, which is feasible at its middle.
func relaxed(r *rand.Rand) *highs.Model {
	m := &highs.Model{Maximise: r.IntN(2) == 0}
	for range 5 + r.IntN(20) {
		m.Column(highs.Column{Cost: r.NormFloat64(), Lower: -r.Float64(), Upper: r.Float64()})
	}
	for range 3 + r.IntN(12) {
		var row highs.Row
		sum := 0.0
		for j, c := range m.Columns {
			if r.IntN(3) == 0 {
				a := r.NormFloat64()
				sum += a * (c.Lower + c.Upper) / 2
				row.Terms = append(row.Terms, highs.Term{Column: j, Coefficient: a})
			}
		}
		row.Lower, row.Upper = sum-0.1*r.Float64(), sum+0.1*r.Float64()
		m.Row(row)
	}
	return m
}

// The dual of min c·x, l ≤ x ≤ u, L ≤ Ax ≤ U: with reduced costs d = c − Aᵀy, the sum of each
// d and y at the bound that its sign asks for is a bound of the objective, and the optimum is where both meet.
func TestDualsProveTheOptimum(t *testing.T) {
	alone(t)
	e := engine(t, highs.Limits{})
	r := rand.New(rand.NewPCG(3, 1))
	for n := range 40 {
		m := relaxed(r)
		got, err := e.Solve(t.Context(), m, highs.Options{})
		if err != nil || got.Status != highs.Optimal {
			t.Fatalf("%d: %v, %v", n, got, err)
		}
		reduced := make([]float64, len(m.Columns))
		for j, c := range m.Columns {
			reduced[j] = c.Cost
		}
		dual := 0.0
		add := func(price, lower, upper float64) {
			if (price > 0) != m.Maximise {
				dual += price * lower
			} else {
				dual += price * upper
			}
		}
		for i, row := range m.Rows {
			for _, term := range row.Terms {
				reduced[term.Column] -= got.RowDual[i] * term.Coefficient
			}
			add(got.RowDual[i], row.Lower, row.Upper)
		}
		for j, c := range m.Columns {
			if math.Abs(reduced[j]-got.ReducedCost[j]) > 1e-6 {
				t.Errorf("%d: reduced cost of column %d is %v, and follows to be %v", n, j, got.ReducedCost[j], reduced[j])
			}
			add(reduced[j], c.Lower, c.Upper)
		}
		if math.Abs(dual-got.Objective) > 1e-5 {
			t.Errorf("%d: objective %v, and the duals prove %v", n, got.Objective, dual)
		}
	}
}

func TestScalingTheObjectiveScalesTheOptimum(t *testing.T) {
	alone(t)
	e := engine(t, highs.Limits{})
	r := rand.New(rand.NewPCG(5, 5))
	for range 20 {
		m := random(r)
		one, err := e.Solve(t.Context(), m, highs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		m.Offset *= 8
		for j := range m.Columns {
			m.Columns[j].Cost *= 8
		}
		eight, err := e.Solve(t.Context(), m, highs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if one.Status != eight.Status || one.Status == highs.Optimal && math.Abs(8*one.Objective-eight.Objective) > 1e-4 {
			t.Errorf("%s %v, and eightfold %s %v", one.Status, one.Objective, eight.Status, eight.Objective)
		}
	}
}

func TestWhatHasNoEndOrNoSolution(t *testing.T) {
	alone(t)
	e := engine(t, highs.Limits{})
	inf := math.Inf(1)
	for _, c := range []struct {
		name string
		m    highs.Model
		want highs.Status
	}{
		{"unbounded line", highs.Model{Maximise: true, Columns: []highs.Column{{Cost: 1, Upper: inf}}}, highs.Unbounded},
		{"unbounded whole", highs.Model{
			Columns: []highs.Column{{Cost: -1, Upper: inf, Integer: true}, {Upper: inf}},
			Rows:    []highs.Row{{Lower: 0, Upper: 1, Terms: []highs.Term{{0, 1}, {1, -1}}}},
		}, highs.Unbounded},
		{"infeasible and its relaxation has no end", highs.Model{
			Columns: []highs.Column{{Cost: -1, Upper: inf}, {Upper: 1, Integer: true}},
			Rows:    []highs.Row{{Lower: 1, Upper: 1, Terms: []highs.Term{{1, 2}}}},
		}, highs.Infeasible},
		{"bounds that cross", highs.Model{Columns: []highs.Column{{Lower: 2, Upper: 1}}}, highs.Infeasible},
		{"rows that contradict", highs.Model{
			Columns: []highs.Column{{Lower: -inf, Upper: inf}},
			Rows:    []highs.Row{{Lower: 1, Upper: inf, Terms: []highs.Term{{0, 1}}}, {Lower: -inf, Upper: 0, Terms: []highs.Term{{0, 1}}}},
		}, highs.Infeasible},
		{"nothing", highs.Model{}, highs.Optimal},
		{"nothing, and a row", highs.Model{Rows: []highs.Row{{Lower: 1, Upper: inf}}}, highs.Infeasible},
		{"no rows", highs.Model{Columns: []highs.Column{{Cost: 1, Lower: -2, Upper: 3}}}, highs.Optimal},
	} {
		r, err := e.Solve(t.Context(), &c.m, highs.Options{})
		if err != nil || r.Status != c.want {
			t.Errorf("%s: %+v, %v", c.name, r, err)
		}
	}
}

func TestABoundOfNothingIsNotBelowIt(t *testing.T) {
	alone(t)
	m := &highs.Model{Maximise: true}
	m.Column(highs.Column{Cost: -1, Upper: 3, Integer: true})
	r, err := engine(t, highs.Limits{}).Solve(t.Context(), m, highs.Options{})
	if err != nil || r.Bound != 0 || math.Signbit(r.Bound) {
		t.Errorf("bound %v, %v", r, err)
	}
}

func TestFaultsSayWhere(t *testing.T) {
	e := engine(t, highs.Limits{})
	for want, m := range map[string]*highs.Model{
		"columns[0] x: cost: NaN":       {Columns: []highs.Column{{Name: "x", Cost: math.NaN()}}},
		"columns[0] : a bound is not":   {Columns: []highs.Column{{Lower: math.NaN()}}},
		"the lower bound is +∞":         {Columns: []highs.Column{{Lower: math.Inf(1), Upper: math.Inf(1)}}},
		"rows[0] r: column 1 is none":   {Columns: []highs.Column{{}}, Rows: []highs.Row{{Name: "r", Terms: []highs.Term{{1, 1}}}}},
		"rows[0] : coefficient +Inf is": {Columns: []highs.Column{{}}, Rows: []highs.Row{{Terms: []highs.Term{{0, math.Inf(1)}}}}},
	} {
		if _, err := e.Solve(t.Context(), m, highs.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	if _, err := e.Solve(t.Context(), &highs.Model{}, highs.Options{Gap: math.NaN()}); err == nil {
		t.Error("a gap that is no number was taken")
	}
}

// market is a market split instance (Cornuéjols and Dawande, 1998): small, and far beyond any time here.
func market() *highs.Model {
	r := rand.New(rand.NewPCG(1, 2))
	m := &highs.Model{}
	const n, rows = 50, 6
	for range n {
		m.Column(highs.Column{Upper: 1, Integer: true})
	}
	for range rows {
		row, sum := highs.Row{}, 0.0
		for j := range n {
			a := float64(r.IntN(100))
			sum += a
			row.Terms = append(row.Terms, highs.Term{Column: j, Coefficient: a})
		}
		for _, sign := range []float64{1, -1} {
			row.Terms = append(row.Terms, highs.Term{Column: m.Column(highs.Column{Cost: 1, Upper: 1e4}), Coefficient: sign})
		}
		row.Lower, row.Upper = math.Floor(sum/2), math.Floor(sum/2)
		m.Row(row)
	}
	return m
}

func TestTheBestSoFarComesWhenItIsCancelled(t *testing.T) {
	e := engine(t, highs.Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	m := market()
	told := 0
	r, err := e.Solve(ctx, m, highs.Options{Progress: func(p highs.Progress) {
		told++
		if p.Bound > p.Objective || p.Seconds < 0 {
			t.Errorf("progress %+v", p)
		}
		if !math.IsInf(p.Objective, 1) && p.Nodes > 0 {
			cancel()
		}
	}})
	if err != nil || r.Status != highs.Limit || r.X == nil || m.Check(r.X, 1e-5) != nil || r.Bound > r.Objective || told == 0 {
		t.Errorf("%+v, %v after %d lines", r, err, told)
	}
	if _, err := e.Solve(ctx, m, highs.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v when it was cancelled before", err)
	}
}

func TestLimitsEndTheSearch(t *testing.T) {
	alone(t)
	e := engine(t, highs.Limits{})
	m := market()
	for _, o := range []highs.Options{{Time: 300 * time.Millisecond}, {Nodes: 5}} {
		r, err := e.Solve(t.Context(), m, o)
		if err != nil || r.Status != highs.Limit {
			t.Errorf("%+v, %v", r, err)
		}
	}
	a, err := e.Solve(t.Context(), m, highs.Options{Nodes: 20, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.Solve(t.Context(), m, highs.Options{Nodes: 20, Seed: 3})
	if err != nil || a.Objective != b.Objective || a.Nodes != b.Nodes {
		t.Errorf("the same seed: %v and %v, %v", a.Objective, b.Objective, err)
	}
}

func TestMemoryIsBoundedAndItsWantIsSaid(t *testing.T) {
	alone(t)
	e := engine(t, highs.Limits{Memory: 32 << 20, Instances: 1})
	m := &highs.Model{}
	for range 200_000 {
		m.Column(highs.Column{Cost: 1, Upper: 1})
	}
	for i := range 200_000 {
		m.AtLeast("", 1, highs.Term{Column: i, Coefficient: 1}, highs.Term{Column: (i * 7919) % 200_000, Coefficient: 2})
	}
	if _, err := e.Solve(t.Context(), m, highs.Options{}); err == nil || !strings.Contains(err.Error(), "32 MiB are not enough") {
		t.Errorf("%v", err)
	}
	r, err := e.Solve(t.Context(), random(rand.New(rand.NewPCG(1, 1))), highs.Options{})
	if err != nil || r.Memory > 32<<20 {
		t.Errorf("the next one: %+v, %v", r, err)
	}
}

func TestManyAtATime(t *testing.T) {
	e := engine(t, highs.Limits{Instances: 3})
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 9))
			for range 3 {
				m := random(r)
				want, feasible := brute(m)
				got, err := e.Solve(t.Context(), m, highs.Options{})
				if err != nil || feasible != (got.Status == highs.Optimal) || feasible && math.Abs(got.Objective-want) > 1e-6 {
					t.Errorf("%+v, %v; it is %v", got, err, want)
				}
			}
		})
	}
	group.Wait()
}

func TestAClosedEngineSaysSo(t *testing.T) {
	e := highs.New(highs.Limits{Cache: t.TempDir()})
	m := &highs.Model{Columns: []highs.Column{{Cost: 1, Upper: 1}}}
	if _, err := e.Solve(t.Context(), m, highs.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Solve(t.Context(), m, highs.Options{}); err == nil || !strings.Contains(err.Error(), "the solver is closed") {
		t.Errorf("%v", err)
	}
}
