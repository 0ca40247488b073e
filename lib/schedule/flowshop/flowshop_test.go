package flowshop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
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

// anyKind is a problem with setups, without waiting, with both or none.
func anyKind(rng *rand.Rand, jobs, machines int) Problem {
	p := anyProblem(rng, jobs, machines)
	p.NoWait = rng.IntN(2) == 0
	if rng.IntN(3) == 0 {
		return p
	}
	families := 1 + rng.IntN(4)
	row := func() (list []int32) {
		for range families {
			list = append(list, max(0, rng.Int32N(9)-2))
		}
		return list
	}
	for range jobs {
		p.Families = append(p.Families, int32(rng.IntN(families)))
	}
	p.Setups = make([]*Setup, machines)
	for k := range p.Setups {
		if rng.IntN(4) == 0 {
			continue
		}
		p.Setups[k] = &Setup{}
		for range families {
			p.Setups[k].Between = append(p.Setups[k].Between, row())
		}
		if rng.IntN(2) == 0 {
			p.Setups[k].First = row()
		}
	}
	return p
}

// ready is when a machine can take the job at a place of an order, if the one before left it at a time.
func ready(p Problem, order []int32, at, machine int, left int32) int32 {
	if p.Setups == nil || p.Setups[machine] == nil {
		return left
	}
	s, family := p.Setups[machine], p.Families[order[at]]
	switch {
	case at > 0:
		return left + s.Between[p.Families[order[at-1]]][family]
	case s.First != nil:
		return s.First[family]
	}
	return left
}

// span is the makespan of an order by its definition.
func span(p Problem, order []int32) int32 {
	free := make([]int32, len(p.Durations[0]))
	for i, j := range order {
		for k := range free {
			free[k] = ready(p, order, i, k, free[k])
		}
		for start := int32(0); ; start++ {
			if at, fits := passes(p, j, free, start); fits {
				copy(free, at)
				break
			}
		}
	}
	return slices.Max(free)
}

// passes sends a job off at a time, and tells whether it finds all machines free, if it cannot wait, and when it leaves them.
func passes(p Problem, job int32, free []int32, start int32) (left []int32, fits bool) {
	for k, d := range p.Durations[job] {
		if start < free[k] && p.NoWait {
			return nil, false
		}
		start = max(start, free[k]) + d
		left = append(left, start)
	}
	return left, true
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
	for i, j := range r.Order {
		end := r.Start[j][0]
		for k, d := range p.Durations[j] {
			if start := r.Start[j][k]; start < end || start < ready(p, r.Order, i, k, free[k]) || p.NoWait && start != end {
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

// So are those with setups and those in which jobs do not wait.
func TestSmallProblemsOfEveryKindAreSolvedToTheOptimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for round := range 200 {
		p := anyKind(rng, 1+rng.IntN(6), 1+rng.IntN(5))
		r, err := Solve(t.Context(), p, Options{Seed: uint64(round), Moves: 4000})
		if err != nil {
			t.Fatal(err)
		}
		right(t, p, r)
		if want := optimum(p); r.Makespan != want || r.Bound > want {
			t.Errorf("round %d: %d with bound %d, the optimum is %d: %+v", round, r.Makespan, r.Bound, want, p)
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
		"machines": {Durations: [][]int32{{1}}, Families: []int32{0}, Setups: []*Setup{nil, nil}},
		"families": {Durations: [][]int32{{1}}, Setups: []*Setup{nil}},
		"family":   {Durations: [][]int32{{1}}, Families: []int32{1}, Setups: []*Setup{{Between: [][]int32{{0}}}}},
		"square":   {Durations: [][]int32{{1}}, Families: []int32{0}, Setups: []*Setup{{Between: [][]int32{{0, 1}}}}},
		"back":     {Durations: [][]int32{{1}}, Families: []int32{0}, Setups: []*Setup{{Between: [][]int32{{-1}}}}},
		"tables":   {Durations: [][]int32{{1, 1}}, Families: []int32{0}, Setups: []*Setup{{Between: [][]int32{{0}}}, {Between: [][]int32{{0, 0}, {0, 0}}}}},
		"setups":   {Durations: [][]int32{{1}}, Families: []int32{0}, Setups: []*Setup{{Between: [][]int32{{maxTime}}}}},
	} {
		if _, err := Solve(t.Context(), p, Options{}); !errors.Is(err, ErrProblem) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is filled only as far as the sequence was changed is right.
func TestStepsEndWithTheMakespanOfTheirSequence(t *testing.T) {
	for seed := range uint64(12) {
		p := anyKind(rand.New(rand.NewPCG(seed, 11)), 12, 5)
		g := newGreedy(p, Options{Seed: seed}, 0)
		if got := g.construct(t.Context()); got != span(p, g.next) {
			t.Fatalf("constructed %d, not %d", got, span(p, g.next))
		}
		for range 100 {
			copy(g.now, g.next)
			if got := g.step(t.Context()); got != span(p, g.next) || got != g.makespan(g.next) {
				t.Fatalf("%d, not %d, by the table %d", got, span(p, g.next), g.makespan(g.next))
			}
		}
	}
}

func TestStepsAllocateNothing(t *testing.T) {
	plain, setUp := anyProblem(rand.New(rand.NewPCG(1, 7)), 20, 8), Problem{}
	for rng := rand.New(rand.NewPCG(1, 8)); setUp.Setups == nil || setUp.NoWait; {
		setUp = anyKind(rng, 20, 8)
	}
	waitless := setUp
	waitless.NoWait = true
	for name, p := range map[string]Problem{"plain": plain, "with setups": setUp, "without waiting": waitless} {
		g := newGreedy(p, Options{}, 0)
		ctx := t.Context()
		g.construct(ctx)
		copy(g.now, g.next)
		if n := testing.AllocsPerRun(20, func() { g.step(ctx) }); n != 0 {
			t.Errorf("%s: %v allocations in a step", name, n)
		}
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
