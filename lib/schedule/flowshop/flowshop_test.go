package flowshop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

func anyProblem(rng *rand.Rand, jobs, machines int) Problem {
	p := Problem{Durations: make([][]int32, jobs)}
	for j := range p.Durations {
		for range machines {
			p.Durations[j] = append(p.Durations[j], max(0, rng.Int32N(12)-1))
		}
	}
	return p
}

// span is the makespan of an order by its definition.
func span(p Problem, order []int32) int32 {
	free := make([]int32, len(p.Durations[0]))
	for _, j := range order {
		for k, d := range p.Durations[j] {
			if k > 0 {
				free[k] = max(free[k], free[k-1])
			}
			free[k] += d
		}
	}
	return free[len(free)-1]
}

// optimum tries all orders.
func optimum(p Problem) int32 {
	order := make([]int32, len(p.Durations))
	for j := range order {
		order[j] = int32(j)
	}
	best := int32(1<<31 - 1)
	var try func(k int)
	try = func(k int) {
		if k == len(order) {
			best = min(best, span(p, order))
			return
		}
		for i := k; i < len(order); i++ {
			order[k], order[i] = order[i], order[k]
			try(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	try(0)
	return best
}

func right(t *testing.T, p Problem, r Result) {
	t.Helper()
	if got := span(p, r.Order); got != r.Makespan || r.Bound > got {
		t.Fatalf("makespan %d, said %d, bound %d", got, r.Makespan, r.Bound)
	}
	last := int32(0)
	free := make([]int32, len(p.Durations[0]))
	for _, j := range r.Order {
		end := int32(0)
		for k, d := range p.Durations[j] {
			if start := r.Start[j][k]; start < end || start < free[k] {
				t.Fatalf("job %d starts at %d on machine %d", j, start, k)
			}
			end = r.Start[j][k] + d
			free[k] = end
			last = max(last, end)
		}
	}
	if last != r.Makespan {
		t.Fatalf("ends at %d, said %d", last, r.Makespan)
	}
}

func TestSmallProblemsAreSolvedToTheOptimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for round := range 100 {
		p := anyProblem(rng, 1+rng.IntN(6), 1+rng.IntN(5))
		r, err := Solve(t.Context(), p, Options{Seed: uint64(round), Moves: 4000})
		if err != nil {
			t.Fatal(err)
		}
		right(t, p, r)
		if want := optimum(p); r.Makespan != want || r.Bound > want {
			t.Errorf("round %d: %d with bound %d, the optimum is %d: %v", round, r.Makespan, r.Bound, want, p)
		}
	}
}

// On two machines Johnson's rule is exact, and the bound is the optimum.
func TestTheBoundOfTwoMachinesIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 7))
	for range 100 {
		p := anyProblem(rng, 6, 2)
		if got, want := lowerBound(p), optimum(p); got != want {
			t.Errorf("bound %d, optimum %d: %v", got, want, p)
		}
	}
}

func TestAllPlacesAreTriedAsByDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 7))
	for range 200 {
		n := 1 + rng.IntN(9)
		p := anyProblem(rng, n, 1+rng.IntN(6))
		tb := newTable(p)
		var sequence []int32
		for _, j := range rng.Perm(n)[1:] {
			sequence = append(sequence, int32(j))
		}
		job := int32(n*(n-1)/2) - sum(sequence)
		at, least := tb.place(sequence, job)
		for i := range len(sequence) + 1 {
			with := append(append(append([]int32(nil), sequence[:i]...), job), sequence[i:]...)
			want := span(p, with)
			if tb.spans[i] != want || tb.makespan(with) != want || want < least || i == at && want != least {
				t.Fatalf("place %d: %d, %d, not %d; %d is said to be best with %d", i, tb.spans[i], tb.makespan(with), want, at, least)
			}
		}
	}
}

func sum(list []int32) int32 {
	s := int32(0)
	for _, x := range list {
		s += x
	}
	return s
}

func TestTheSameSeedMakesTheSameOrder(t *testing.T) {
	p := anyProblem(rand.New(rand.NewPCG(1, 7)), 30, 8)
	solve := func(seed uint64) Result {
		r, err := Solve(t.Context(), p, Options{Seed: seed, Moves: 5000})
		if err != nil {
			t.Fatal(err)
		}
		right(t, p, r)
		return r
	}
	if a, b := solve(3), solve(3); !reflect.DeepEqual(a, b) {
		t.Errorf("%d and %d after %d and %d moves", a.Makespan, b.Makespan, a.Moves, b.Moves)
	}
}

func TestWorkersTellOnlyBetterSchedules(t *testing.T) {
	p := anyProblem(rand.New(rand.NewPCG(1, 7)), 30, 8)
	last := int32(1<<31 - 1)
	r, err := Solve(t.Context(), p, Options{Workers: 3, Moves: 5000, Progress: func(span, bound int32) {
		if span >= last || bound > span {
			t.Errorf("%d was told after %d, bound %d", span, last, bound)
		}
		last = span
	}})
	if err != nil || r.Makespan != last {
		t.Errorf("told %d of %d, %v", last, r.Makespan, err)
	}
	right(t, p, r)
}

func TestThereIsAScheduleWhenTimeIsOverAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := anyProblem(rand.New(rand.NewPCG(1, 7)), 30, 8)
	r, err := Solve(ctx, p, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	right(t, p, r)
}

func TestWhatIsNoProblem(t *testing.T) {
	for name, p := range map[string]Problem{
		"nothing":  {},
		"empty":    {Durations: [][]int32{{}}},
		"uneven":   {Durations: [][]int32{{1}, {1, 2}}},
		"negative": {Durations: [][]int32{{-1}}},
		"long":     {Durations: [][]int32{{maxTime}, {1}}},
	} {
		if _, err := Solve(t.Context(), p, Options{}); !errors.Is(err, ErrProblem) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is filled only as far as the sequence was changed is right.
func TestStepsEndWithTheMakespanOfTheirSequence(t *testing.T) {
	for seed := range uint64(5) {
		p := anyProblem(rand.New(rand.NewPCG(seed, 11)), 12, 5)
		g := newGreedy(p, Options{Seed: seed}, 0)
		if got := g.construct(t.Context()); got != span(p, g.next) {
			t.Fatalf("constructed %d, not %d", got, span(p, g.next))
		}
		for range 100 {
			copy(g.now, g.next)
			if got := g.step(t.Context()); got != span(p, g.next) {
				t.Fatalf("%d, not %d", got, span(p, g.next))
			}
		}
	}
}

func TestStepsAllocateNothing(t *testing.T) {
	p := anyProblem(rand.New(rand.NewPCG(1, 7)), 20, 8)
	g := newGreedy(p, Options{}, 0)
	ctx := t.Context()
	g.construct(ctx)
	copy(g.now, g.next)
	if n := testing.AllocsPerRun(20, func() { g.step(ctx) }); n != 0 {
		t.Errorf("%v allocations in a step", n)
	}
}

func BenchmarkPlace(b *testing.B) {
	p := anyProblem(rand.New(rand.NewPCG(1, 7)), 100, 20)
	tb := newTable(p)
	var sequence []int32
	for j := range int32(99) {
		sequence = append(sequence, j)
	}
	b.ReportAllocs()
	for b.Loop() {
		tb.place(sequence, 99)
	}
}

func ExampleSolve() {
	p := Problem{Durations: [][]int32{{3, 2}, {1, 4}, {2, 1}}}
	r, err := Solve(context.Background(), p, Options{Moves: 1000})
	fmt.Println(r.Makespan, r.Bound, r.Order, err)
	// Output: 8 8 [1 2 0] <nil>
}
