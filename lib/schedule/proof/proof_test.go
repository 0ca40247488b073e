package proof_test

import (
	"math/rand/v2"
	"testing"

	"linghang/lib/schedule/internal/exhaustive"
	"linghang/lib/schedule/proof"
)

// upper is the length of a schedule of one task after the other.
func upper(p proof.Problem) int32 {
	sum := int32(10)
	for _, modes := range p.Tasks {
		longest := int32(0)
		for _, m := range modes {
			longest = max(longest, m.Duration)
		}
		sum += longest
	}
	for _, a := range p.Precedences {
		sum += a.MinLag
	}
	return sum
}

// prove searches until the best is proven, looks at every schedule on the way, and returns the length of the best.
func prove(t *testing.T, p proof.Problem, seed uint64) int32 {
	t.Helper()
	best := upper(p)
	prover := proof.New(p, proof.Options{Seed: seed, Upper: best})
	start, mode := make([]int32, len(p.Tasks)), make([]int32, len(p.Tasks))
	for !prover.Proven() {
		span, found := prover.Step(t.Context(), 100)
		if prover.Conflicts() > 100_000 {
			t.Fatalf("it is not proven: %d to %d", prover.Lower(), best)
		}
		if !found {
			continue
		}
		if span >= best {
			t.Errorf("%d is no better than %d", span, best)
		}
		best = span
		prover.Schedule(start, mode)
		fits(t, p, start, mode, span)
	}
	if prover.Lower() != best {
		t.Errorf("it is said to be proven, but %d is above %d", best, prover.Lower())
	}
	return best
}

// fits looks at a schedule moment by moment.
func fits(t *testing.T, p proof.Problem, start, mode []int32, span int32) {
	t.Helper()
	load := map[[2]int32]int32{}
	for i, list := range p.Tasks {
		m := list[mode[i]]
		if start[i] < p.Release[i] || start[i]+m.Duration > span {
			t.Fatalf("task %d is from %d to %d of %d", i, start[i], start[i]+m.Duration, span)
		}
		for at := start[i]; at < start[i]+m.Duration; at++ {
			for _, n := range m.Needs {
				if load[[2]int32{n.Resource, at}] += n.Amount; load[[2]int32{n.Resource, at}] > p.Capacity[n.Resource] {
					t.Fatalf("resource %d has too little at %d", n.Resource, at)
				}
			}
		}
	}
	for _, a := range p.Precedences {
		if end := start[a.Before] + p.Tasks[a.Before][mode[a.Before]].Duration; start[a.After] < end+a.MinLag {
			t.Fatalf("task %d starts at %d, and task %d ends at %d", a.After, start[a.After], a.Before, end)
		}
	}
}

func TestSmallProjectsAreProven(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for round := range 150 {
		p := exhaustive.Project(rng, 1+rng.IntN(5), 4)
		got := prove(t, p, uint64(round))
		if want := exhaustive.Optimum(p, got+1); got != want {
			t.Fatalf("round %d: %d is proven, and the optimum is %d: %+v", round, got, want, p)
		}
	}
}

// What is proven is so under other names and seeds, in other units, and, without releases, backwards.
func TestProvenOptimaStay(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for round := range 40 {
		p := exhaustive.Project(rng, 8+rng.IntN(8), 4)
		if round%2 == 0 {
			clear(p.Release)
		}
		want := prove(t, p, 1)
		if got := prove(t, changed(p, rng.Perm(len(p.Tasks)), []int{2, 0, 1}, 1, false), 2); got != want {
			t.Errorf("round %d: relabelled %d, not %d", round, got, want)
		}
		if got := prove(t, changed(p, rng.Perm(len(p.Tasks)), []int{0, 1, 2}, 6, false), 3); got != 6*want {
			t.Errorf("round %d: scaled %d, not %d", round, got, 6*want)
		}
		if round%2 == 0 {
			if got := prove(t, changed(p, rng.Perm(len(p.Tasks)), []int{0, 1, 2}, 1, true), 4); got != want {
				t.Errorf("round %d: reversed %d, not %d", round, got, want)
			}
		}
	}
}

// changed is a problem with other tasks, resources and times.
func changed(p proof.Problem, task, resource []int, by int32, reverse bool) proof.Problem {
	n := len(p.Tasks)
	c := proof.Problem{Capacity: make([]int32, len(p.Capacity)), Tasks: make([][]proof.Mode, n), Release: make([]int32, n)}
	for r, capacity := range p.Capacity {
		c.Capacity[resource[r]] = capacity
	}
	for i, modes := range p.Tasks {
		c.Release[task[i]] = p.Release[i] * by
		for _, m := range modes {
			way := proof.Mode{Duration: m.Duration * by}
			for _, need := range m.Needs {
				way.Needs = append(way.Needs, proof.Need{Resource: int32(resource[need.Resource]), Amount: need.Amount})
			}
			c.Tasks[task[i]] = append(c.Tasks[task[i]], way)
		}
	}
	for _, a := range p.Precedences {
		a.Before, a.After, a.MinLag = int32(task[a.Before]), int32(task[a.After]), a.MinLag*by
		if reverse {
			a.Before, a.After = a.After, a.Before
		}
		c.Precedences = append(c.Precedences, a)
	}
	return c
}

// Schedules that others find are the least that is wanted from then on.
func TestKnownSchedulesAreNotFoundAgain(t *testing.T) {
	p := exhaustive.Project(rand.New(rand.NewPCG(3, 9)), 12, 4)
	want := prove(t, p, 1)
	prover := proof.New(p, proof.Options{Upper: upper(p)})
	prover.Known(want)
	for !prover.Proven() {
		if span, found := prover.Step(t.Context(), 100); found {
			t.Errorf("%d was found, and %d was known", span, want)
		}
	}
	if prover.Lower() != want {
		t.Errorf("%d, not %d", prover.Lower(), want)
	}
}

func TestWhatIsTooLargeHasNoProver(t *testing.T) {
	one := []proof.Mode{{Duration: 1, Needs: []proof.Need{{Resource: 0, Amount: 1}}}}
	p := proof.Problem{Capacity: []int32{1}}
	for range 150 {
		p.Tasks = append(p.Tasks, one)
	}
	if proof.New(p, proof.Options{Upper: 200}) != nil {
		t.Error("it has too many pairs")
	}
	if p.Tasks = make([][]proof.Mode, 10_000); proof.New(p, proof.Options{Upper: 200}) != nil {
		t.Error("it has too many tasks")
	}
}
