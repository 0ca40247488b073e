package constraint

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// toy is a random question, which is asked of the kernel and answered by trying everything.
type toy struct {
	most       []int32 // by variable: it is 0 to most
	clauses    [][]Lit
	after      []arc // of variables, not signed
	unary      []Activity
	cumulative []Activity
	capacity   int32
	assumed    []Lit
}

func anyLit(rng *rand.Rand, t *toy) Lit {
	x := Int(1 + rng.IntN(len(t.most)))
	v := rng.Int32N(t.most[x-1] + 2)
	if rng.IntN(2) == 0 {
		return x.AtLeast(v)
	}
	return x.AtMost(v - 1)
}

func anyToy(rng *rand.Rand) (*Kernel, *toy) {
	k, t := New(Options{Seed: rng.Uint64()}), &toy{capacity: 1 + rng.Int32N(4)}
	k.strict = true
	starts, bools := 2+rng.IntN(3), 2+rng.IntN(3)
	for i := range starts + bools {
		most := int32(1)
		if i < starts {
			most = 3 + rng.Int32N(5)
		}
		t.most = append(t.most, most)
		if x := k.Int(0, most); rng.IntN(3) > 0 {
			k.Decide(x)
		}
	}
	for range rng.IntN(6) {
		var c []Lit
		for range 1 + rng.IntN(4) {
			c = append(c, anyLit(rng, t))
		}
		t.clauses = append(t.clauses, c)
	}
	when := func() Lit {
		if rng.IntN(2) == 0 {
			return Always()
		}
		return Int(1 + starts + rng.IntN(bools)).AtLeast(rng.Int32N(2)) // sometimes true anyway
	}
	for range rng.IntN(4) {
		t.after = append(t.after, arc{1 + rng.Int32N(int32(starts)), 1 + rng.Int32N(int32(starts)), rng.Int32N(5) - 2, when()})
	}
	activity := func() Activity {
		return Activity{Int(1 + rng.IntN(starts)), rng.Int32N(4), rng.Int32N(4), when()}
	}
	for range rng.IntN(5) {
		t.unary = append(t.unary, activity())
	}
	for range rng.IntN(6) {
		t.cumulative = append(t.cumulative, activity())
	}
	for range rng.IntN(4) {
		t.assumed = append(t.assumed, anyLit(rng, t))
	}
	for _, c := range t.clauses {
		k.Clause(c...)
	}
	for _, a := range t.after {
		k.After(Int(a.from), Int(a.to), a.by, a.when)
	}
	k.Cumulative(t.capacity, t.cumulative)
	k.Unary(t.unary)
	for i, a := range t.unary {
		for _, b := range t.unary[:i] {
			if a.Duration == 0 || b.Duration == 0 {
				continue
			}
			if one, other := k.Bool(), k.Bool(); true {
				k.Decide(one.Int())
				k.After(a.Start, b.Start, a.Duration, one)
				k.After(b.Start, a.Start, b.Duration, other)
				k.Clause(a.Present.Not(), b.Present.Not(), one, other)
			}
		}
	}
	return k, t
}

// holds tells whether values, by variable and beginning with one that is 1, are a solution.
func (t *toy) holds(v []int32, assumed []Lit) bool {
	is := func(l Lit) bool {
		if l.of&1 == 0 {
			return v[l.of>>1] >= l.least
		}
		return -v[l.of>>1] >= l.least
	}
	for _, c := range t.clauses {
		if !slices.ContainsFunc(c, is) {
			return false
		}
	}
	for _, a := range t.after {
		if is(a.when) && v[a.to] < v[a.from]+a.by {
			return false
		}
	}
	for at := range int32(12) {
		one, all := int32(0), int32(0)
		for _, a := range t.unary {
			if s := v[a.Start]; is(a.Present) && s <= at && at < s+a.Duration {
				one++
			}
		}
		for _, a := range t.cumulative {
			if s := v[a.Start]; is(a.Present) && s <= at && at < s+a.Duration {
				all += a.Demand
			}
		}
		if one > 1 || all > t.capacity {
			return false
		}
	}
	return !slices.ContainsFunc(assumed, func(l Lit) bool { return !is(l) })
}

// possible tries everything.
func (t *toy) possible(assumed []Lit) bool {
	v := make([]int32, len(t.most)+1)
	v[0] = 1
	var try func(i int) bool
	try = func(i int) bool {
		if i == len(v) {
			return t.holds(v, assumed)
		}
		for v[i] = 0; v[i] <= t.most[i-1]; v[i]++ {
			if try(i + 1) {
				return true
			}
		}
		return false
	}
	return try(1)
}

func TestAnswersAreRight(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 8))
	refuted, cores := 0, 0
	for round := range 4000 {
		k, toy := anyToy(rng)
		for ask := range 3 { // what was learned does not spoil the next answer
			assumed := toy.assumed
			if ask == 1 {
				assumed = nil
			}
			answer := k.Solve(t.Context(), assumed, 1<<40)
			if want := toy.possible(assumed); answer == Unknown || (answer == Satisfied) != want {
				t.Fatalf("round %d: answer %d, and it is %v that there is a solution: %+v", round, answer, want, toy)
			}
			if answer == Satisfied {
				if v := k.value[:len(toy.most)+1]; !toy.holds(v, assumed) {
					t.Fatalf("round %d: %v is no solution of %+v", round, v, toy)
				}
				continue
			}
			refuted++
			core := slices.Clone(k.Core())
			if len(core) > 0 {
				cores++
			}
			if slices.ContainsFunc(core, func(l Lit) bool { return !slices.Contains(assumed, l) }) || toy.possible(core) {
				t.Fatalf("round %d: %v is not why %v cannot be", round, core, assumed)
			}
		}
	}
	if refuted < 500 || cores < 200 {
		t.Errorf("only %d were refuted, %d by assumptions", refuted, cores)
	}
}

// shop is a question that takes long: a job shop of 20 jobs and 15 machines, and a time that is hardly enough if it is.
func shop(seed uint64) *Kernel {
	const n, machines, time = 20, 15, 1355
	rng := rand.New(rand.NewPCG(1, 1))
	k := New(Options{Seed: seed})
	on := make([][]Activity, machines)
	for range n {
		var last Activity
		for at, machine := range rng.Perm(machines) {
			a := Activity{k.Int(0, time), 1 + rng.Int32N(99), 1, Always()}
			k.Clause(a.Start.AtMost(time - a.Duration))
			if at > 0 {
				k.After(last.Start, a.Start, last.Duration, Always())
			}
			last = a
			on[machine] = append(on[machine], a)
		}
	}
	for _, list := range on {
		k.Unary(list)
		for i, a := range list {
			for _, b := range list[:i] {
				k.Decide(k.Before(a, b).Int())
			}
		}
	}
	return k
}

func TestTheSameSeedSearchesTheSame(t *testing.T) {
	ask := func(seed uint64) []Lit {
		k := shop(seed)
		if a := k.Solve(t.Context(), nil, 200); a != Unknown {
			t.Fatalf("answer %d", a)
		}
		return k.clauses.lits[k.clauses.given:]
	}
	a, b := ask(1), ask(1)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed learns something else")
	}
	if reflect.DeepEqual(a, ask(2)) {
		t.Error("another seed learns the same")
	}
}

func TestTheSearchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := shop(1)
	if a := k.Solve(ctx, nil, 1<<40); a != Unknown {
		t.Errorf("answer %d", a)
	}
}

// What is learned is bounded, and nothing is allocated once as much as may be was.
func TestMemoryIsBounded(t *testing.T) {
	k := shop(1)
	k.clauses.most = 10_000
	ask := func() {
		k.Solve(t.Context(), nil, 150)
		if n := len(k.clauses.lits) - k.clauses.given; n > k.clauses.most+150*len(k.low) {
			t.Fatalf("%d literals are kept", n)
		}
	}
	for range 15 {
		ask()
	}
	if k.broken {
		t.Fatal("it is answered already")
	}
	before := k.Conflicts()
	if n := testing.AllocsPerRun(5, ask); n > 50 {
		t.Errorf("%v allocations in 150 contradictions", n)
	}
	if k.Conflicts() == before {
		t.Error("nothing was searched")
	}
	if len(k.clauses.lits)-k.clauses.given > 2*k.clauses.most {
		t.Errorf("%d literals are kept", len(k.clauses.lits)-k.clauses.given)
	}
}

// Going down to a contradiction and back allocates nothing.
func TestPropagationAllocatesNothing(t *testing.T) {
	k := shop(1)
	k.Solve(t.Context(), nil, 200)
	if !k.settle() {
		t.Fatal("it is answered already")
	}
	deep := 0
	if n := testing.AllocsPerRun(50, func() {
		for k.propagate() {
			l, answer := k.choose(nil)
			if answer != Unknown {
				break
			}
			k.levels = append(k.levels, int32(len(k.trail)))
			k.post(l, reason{by: decided})
		}
		deep += len(k.trail)
		k.retreat(0)
	}); n != 0 || deep == 0 {
		t.Errorf("%v allocations, %d changes", n, deep)
	}
}

func TestPlainContradictions(t *testing.T) {
	k := New(Options{})
	x, y := k.Int(0, 5), k.Int(0, 5)
	k.After(x, y, 6, Always())
	if a := k.Solve(t.Context(), nil, 10); a != Refuted || len(k.Core()) != 0 {
		t.Errorf("answer %d, core %v", a, k.Core())
	}
	k = New(Options{})
	x = k.Int(0, 5)
	k.Clause(x.AtLeast(3))
	if a := k.Solve(t.Context(), []Lit{x.AtMost(2)}, 10); a != Refuted {
		t.Errorf("answer %d", a)
	}
	if a := k.Solve(t.Context(), []Lit{x.AtMost(4)}, 10); a != Satisfied || k.Value(x) != 3 || !k.Holds(x.AtLeast(3)) || k.Holds(x.AtMost(2)) {
		t.Errorf("answer %d, x is %d", a, k.Value(x))
	}
}
