package jobshop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// ft06 and ft10 are the instances of Fisher and Thompson (1963), optima 55 and 930.
const (
	ft06 = `2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1`
	ft10 = `0 29 1 78 2 9 3 36 4 49 5 11 6 62 7 56 8 44 9 21
0 43 2 90 4 75 9 11 3 69 1 28 6 46 5 46 7 72 8 30
1 91 0 85 3 39 2 74 8 90 5 10 7 12 6 89 9 45 4 33
1 81 2 95 0 71 4 99 6 9 8 52 7 85 3 98 9 22 5 43
2 14 0 6 1 22 5 61 3 26 4 69 8 21 7 49 9 72 6 53
2 84 1 2 5 52 3 95 8 48 9 72 0 47 6 65 4 6 7 25
1 46 0 37 3 61 2 13 6 32 5 21 9 32 8 89 7 30 4 55
2 31 0 86 1 46 5 74 4 32 6 88 8 19 9 48 7 36 3 79
0 76 1 69 3 76 5 51 2 85 9 11 6 40 7 89 4 26 8 74
1 85 0 13 2 61 6 7 8 64 9 76 5 47 3 52 4 90 7 45`
)

func parse(t testing.TB, text string) Problem {
	t.Helper()
	var p Problem
	for line := range strings.Lines(text) {
		var job []Operation
		fields := strings.Fields(line)
		for i := 0; i < len(fields); i += 2 {
			var w Way
			if _, err := fmt.Sscan(fields[i]+" "+fields[i+1], &w.Machine, &w.Duration); err != nil {
				t.Fatal(err)
			}
			p.Machines = max(p.Machines, int(w.Machine)+1)
			job = append(job, Operation{w})
		}
		p.Jobs = append(p.Jobs, job)
	}
	return p
}

// anyProblem makes a problem of any kind: jobs of different lengths, machines that are passed
// again, operations of no time, releases.
func anyProblem(rng *rand.Rand, jobs, machines, longest, flexible int) Problem {
	p := Problem{Machines: machines}
	for range jobs {
		var job []Operation
		for range rng.IntN(longest + 1) {
			var o Operation
			for range 1 + max(0, rng.IntN(4)-2)*flexible {
				o = append(o, Way{rng.Int32N(int32(machines)), max(0, rng.Int32N(12)-1)})
			}
			job = append(job, o)
		}
		p.Jobs = append(p.Jobs, job)
		p.Release = append(p.Release, max(0, rng.Int32N(20)-10))
	}
	p.Jobs[0] = append(p.Jobs[0], Operation{{0, 1}})
	return p
}

// optimum tries all orders.
func optimum(p Problem) int32 {
	next, free, ready := make([]int, len(p.Jobs)), make([]int32, p.Machines), make([]int32, len(p.Jobs))
	copy(ready, p.Release)
	best := int32(never)
	var try func(span int32)
	try = func(span int32) {
		if span >= best {
			return
		}
		done := true
		for j, job := range p.Jobs {
			if next[j] == len(job) {
				continue
			}
			done = false
			for _, w := range job[next[j]] {
				was, wasFree := ready[j], free[w.Machine]
				end := max(was, wasFree) + w.Duration
				ready[j], free[w.Machine] = end, end
				next[j]++
				try(max(span, end))
				next[j]--
				ready[j], free[w.Machine] = was, wasFree
			}
		}
		if done {
			best = span
		}
	}
	try(0)
	return best
}

// right tells whether a result is a schedule of the problem.
func right(t *testing.T, p Problem, r Result) {
	t.Helper()
	type span struct{ start, end int32 }
	on := make([][]span, p.Machines)
	last := int32(0)
	for j, job := range p.Jobs {
		ready := int32(0)
		if p.Release != nil {
			ready = p.Release[j]
		}
		for k, o := range job {
			w := o[r.Way[j][k]]
			s := span{r.Start[j][k], r.Start[j][k] + w.Duration}
			if s.start < ready {
				t.Fatalf("operation %d of job %d starts at %d before %d", k, j, s.start, ready)
			}
			ready, last = s.end, max(last, s.end)
			for _, other := range on[w.Machine] {
				if s.start < other.end && other.start < s.end {
					t.Fatalf("machine %d does two at a time", w.Machine)
				}
			}
			if w.Duration > 0 {
				on[w.Machine] = append(on[w.Machine], s)
			}
		}
	}
	if last != r.Makespan || r.Bound > r.Makespan {
		t.Fatalf("ends at %d, said %d, bound %d", last, r.Makespan, r.Bound)
	}
}

func TestSmallProblemsAreSolvedToTheOptimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for round := range 150 {
		p := anyProblem(rng, 3, 3, 4, round%2)
		r, err := Solve(t.Context(), p, Options{Seed: uint64(round), Moves: 3000})
		if err != nil {
			t.Fatal(err)
		}
		right(t, p, r)
		if want := optimum(p); r.Makespan != want || r.Bound > want {
			t.Errorf("round %d: %d with bound %d, the optimum is %d: %+v", round, r.Makespan, r.Bound, want, p)
		}
	}
}

func TestKnownOptima(t *testing.T) {
	for text, c := range map[string]struct {
		moves          int64
		optimum, limit int32 // and what is good enough for so few moves
	}{ft06: {20_000, 55, 55}, ft10: {150_000, 930, 940}} {
		p := parse(t, text)
		r, err := Solve(t.Context(), p, Options{Seed: 1, Moves: c.moves})
		if err != nil {
			t.Fatal(err)
		}
		right(t, p, r)
		if r.Makespan < c.optimum || r.Makespan > c.limit {
			t.Errorf("%d, the optimum is %d", r.Makespan, c.optimum)
		}
	}
}

// The preemptive bounds of the two are published.
func TestKnownBounds(t *testing.T) {
	for text, want := range map[string]int32{ft06: 52, ft10: 808} {
		if got := lowerBound(parse(t, text)); got != want {
			t.Errorf("%d, not %d", got, want)
		}
	}
}

// A shop that is larger than its bounds by rules say is proven by the search for proofs, alone and beside others.
func TestSmallShopsAreProven(t *testing.T) {
	p := parse(t, ft06)
	for _, workers := range []int{1, 2} {
		r, err := Solve(t.Context(), p, Options{Seed: 1, Workers: workers, Moves: 1_000_000})
		if err != nil {
			t.Fatal(err)
		}
		if right(t, p, r); r.Makespan != 55 || r.Bound != 55 {
			t.Errorf("%d workers: %d to %d, not 55", workers, r.Bound, r.Makespan)
		}
	}
}

func TestTheSameSeedMakesTheSameSchedule(t *testing.T) {
	p := parse(t, ft10)
	solve := func(seed uint64) Result {
		r, err := Solve(t.Context(), p, Options{Seed: seed, Moves: 20_000})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if a, b := solve(3), solve(3); !reflect.DeepEqual(a, b) {
		t.Errorf("%d and %d after %d and %d moves", a.Makespan, b.Makespan, a.Moves, b.Moves)
	}
	if a, b := solve(3), solve(4); reflect.DeepEqual(a.Start, b.Start) {
		t.Error("another seed makes the same schedule")
	}
}

func TestWorkersShareAndTellOnlyBetterSchedules(t *testing.T) {
	p := parse(t, ft10)
	var told []int32
	r, err := Solve(t.Context(), p, Options{Workers: 3, Moves: 50_000, Progress: func(span, bound int32) {
		if bound < 808 || bound > 930 {
			t.Errorf("bound %d", bound)
		}
		told = append(told, span)
	}})
	if err != nil {
		t.Fatal(err)
	}
	right(t, p, r)
	for i := 1; i < len(told); i++ {
		if told[i] > told[i-1] {
			t.Errorf("%d was told after %d", told[i], told[i-1])
		}
	}
	if len(told) == 0 || told[len(told)-1] != r.Makespan {
		t.Errorf("told %v of %d", told, r.Makespan)
	}
}

func TestThereIsAScheduleWhenTimeIsOverAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := parse(t, ft10)
	r, err := Solve(ctx, p, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	right(t, p, r)
}

func TestWhatIsNoProblem(t *testing.T) {
	for name, p := range map[string]Problem{
		"nothing":  {},
		"no way":   {Machines: 1, Jobs: [][]Operation{{{}}}},
		"machine":  {Machines: 1, Jobs: [][]Operation{{{{1, 1}}}}},
		"duration": {Machines: 1, Jobs: [][]Operation{{{{0, -1}}}}},
		"long":     {Machines: 1, Jobs: [][]Operation{{{{0, maxTime}}, {{0, 1}}}}},
		"release":  {Machines: 1, Jobs: [][]Operation{{{{0, 1}}}}, Release: []int32{-1}},
		"releases": {Machines: 1, Jobs: [][]Operation{{{{0, 1}}}}, Release: []int32{1, 2}},
	} {
		if _, err := Solve(t.Context(), p, Options{}); !errors.Is(err, ErrProblem) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// After any moves the order is topological, and heads and tails are those of a graph
// that is made anew.
func TestMovesKeepTheGraph(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for round := range 60 {
		p := anyProblem(rng, 6, 4, 7, round%2)
		b := newBreeder(p, Options{Seed: uint64(round)}, 0, &pool{})
		b.scatter()
		b.take(b.a.order, b.a.ways)
		fresh := newGraph(p)
		for now := int32(1); now < 60 && b.step(now, b.makespan(), 0); now++ {
			fresh.take(b.order, b.chosen)
			for x := range fresh.nodes {
				if x > 0 && b.nodes[x] != fresh.nodes[x] {
					t.Fatalf("round %d, move %d, node %d: %+v, anew %+v", round, now, x, b.nodes[x], fresh.nodes[x])
				}
			}
			for x := int32(1); x <= b.n; x++ {
				v := b.nodes[x]
				if v.jobBefore <= b.n && v.jobBefore != 0 && b.nodes[v.jobBefore].place >= v.place || v.machineBefore != 0 && b.nodes[v.machineBefore].place >= v.place {
					t.Fatalf("round %d, move %d: the order is not topological", round, now)
				}
			}
		}
	}
}

// The estimate of an exchange of neighbours is the longest way through both, which no
// schedule after it is shorter than.
func TestEstimatesOfExchangesAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	tried := 0
	for round := range 200 {
		p := anyProblem(rng, 5, 3, 6, 0)
		b := newBreeder(p, Options{Seed: uint64(round)}, 0, &pool{})
		b.scatter()
		b.take(b.a.order, b.a.ways)
		path := b.critical(b.makespan())
		for i := 1; i < len(path); i++ {
			u, v := path[i], path[i-1]
			if b.nodes[v].machineBefore != u || b.nodes[u].jobAfter == v {
				continue
			}
			b.take(b.a.order, b.a.ways)
			left, _ := b.estimateLeft(u, v, 0)
			rightward, _ := b.estimateRight(u, v, 0)
			var c choice
			c.freeBest = never
			b.tryRight(u, v, 0, 0, &c)
			if left != rightward {
				t.Errorf("the same exchange is %d and %d", left, rightward)
			}
			if c.frees == 0 {
				continue
			}
			b.moveRight(u, v)
			through := max(b.nodes[u].end+b.nodes[u].tail-b.nodes[u].duration, b.nodes[v].end+b.nodes[v].tail-b.nodes[v].duration)
			if through != left || b.makespan() < left {
				t.Errorf("estimated %d, it is %d of %d", left, through, b.makespan())
			}
			tried++
		}
	}
	if tried < 50 {
		t.Errorf("only %d exchanges were tried", tried)
	}
}

func TestCrossingKeepsWhatBothParentsHave(t *testing.T) {
	p := parse(t, ft10)
	b := newBreeder(p, Options{Seed: 5}, 0, &pool{})
	for range 50 {
		b.scatter()
		copy(b.b.order, b.a.order)
		copy(b.b.ways, b.a.ways)
		b.scatter()
		a := append([]int32(nil), b.a.order...)
		place := func(order []int32) []int {
			list := make([]int, b.n+1)
			for i, x := range order {
				list[x] = i
			}
			return list
		}
		b.cross()
		pa, pb, pc := place(a), place(b.b.order), place(b.a.order)
		for x := int32(1); x <= b.n; x++ {
			for y := int32(1); y <= b.n; y++ {
				if pa[x] < pa[y] && pb[x] < pb[y] && pc[x] > pc[y] {
					t.Fatalf("%d precedes %d in both and not in their child", x, y)
				}
			}
		}
	}
}

// The whole of the search takes no memory but where good schedules are kept: moves on a machine and to others, starts, crossings, and from
// each the search to its end.
func TestMovesAllocateNothing(t *testing.T) {
	flexible := Problem{Machines: 5}
	rng := rand.New(rand.NewPCG(2, 3))
	for range 12 {
		var job []Operation
		for range 5 {
			var o Operation
			for _, m := range rng.Perm(5)[:1+rng.IntN(3)] {
				o = append(o, Way{int32(m), 1 + rng.Int32N(30)})
			}
			job = append(job, o)
		}
		flexible.Jobs = append(flexible.Jobs, job)
	}
	ctx := t.Context()
	for name, p := range map[string]Problem{"ft10": parse(t, ft10), "flexible": flexible} {
		b := newBreeder(p, Options{Seed: 5}, 0, &pool{})
		other := 0
		loop := func() {
			b.scatter()
			b.take(b.a.order, b.a.ways)
			before := b.moves
			b.improve(ctx, 300)
			copy(b.b.order, b.best)
			copy(b.b.ways, b.ways)
			for x := range b.n {
				if b.ways[x+1] != b.a.ways[x+1] {
					other++
				}
			}
			if b.cross(); b.moves == before {
				t.Fatalf("%s: there are no moves", name)
			}
			b.take(b.a.order, b.a.ways)
			b.improve(ctx, 300)
		}
		loop()
		if n := testing.AllocsPerRun(5, loop); n != 0 {
			t.Errorf("%s: %v allocations in a search", name, n)
		}
		if (other > 0) != (name == "flexible") {
			t.Errorf("%s: %d operations went to other machines", name, other)
		}
	}
}

func BenchmarkMove(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := Problem{Machines: 15}
	for range 20 {
		var job []Operation
		for _, m := range rng.Perm(15) {
			job = append(job, Operation{{int32(m), 1 + rng.Int32N(99)}})
		}
		p.Jobs = append(p.Jobs, job)
	}
	s := newBreeder(p, Options{}, 0, &pool{})
	s.scatter()
	s.take(s.a.order, s.a.ways)
	now, span := int32(0), s.makespan()
	b.ReportAllocs()
	for b.Loop() {
		now++
		s.step(now, span, 0)
		span = s.makespan()
	}
}

func ExampleSolve() {
	p := Problem{Machines: 2, Jobs: [][]Operation{{{{0, 3}}, {{1, 2}}}, {{{1, 4}}, {{0, 1}}}}}
	r, err := Solve(context.Background(), p, Options{Moves: 1000})
	fmt.Println(r.Makespan, r.Bound, r.Start, err)
	// Output: 6 6 [[0 4] [0 4]] <nil>
}
