package project

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"linghang/lib/schedule/internal/exhaustive"
)

// fits tells whether starts and modes are a schedule, moment by moment, and its makespan.
func fits(p Problem, start, mode []int32) (int32, error) {
	span := int32(0)
	load := map[[2]int32]int32{}
	for i, list := range p.Tasks {
		m := list[mode[i]]
		if p.Release != nil && start[i] < p.Release[i] || start[i] < 0 {
			return 0, fmt.Errorf("task %d starts at %d", i, start[i])
		}
		for at := start[i]; at < start[i]+m.Duration; at++ {
			for _, n := range m.Needs {
				load[[2]int32{n.Resource, at}] += n.Amount
			}
		}
		span = max(span, start[i]+m.Duration)
	}
	for at, l := range load {
		if l > p.Capacity[at[0]] {
			return 0, fmt.Errorf("%d is taken of resource %d at %d", l, at[0], at[1])
		}
	}
	for _, a := range p.Precedences {
		if end := start[a.Before] + p.Tasks[a.Before][mode[a.Before]].Duration; start[a.After] < end+a.MinLag {
			return 0, fmt.Errorf("task %d starts at %d, and task %d ends at %d", a.After, start[a.After], a.Before, end)
		}
	}
	return span, nil
}

func TestSmallProjectsAreSolvedToTheOptimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for round := range 80 {
		p := exhaustive.Project(rng, 1+rng.IntN(5), 3)
		r, err := Solve(t.Context(), p, Options{Seed: uint64(round), Moves: 3000})
		if err != nil {
			t.Fatal(err)
		}
		span, err := fits(p, r.Start, r.Mode)
		if err != nil || span != r.Makespan {
			t.Fatalf("round %d: %v, %d, said %d", round, err, span, r.Makespan)
		}
		if want := exhaustive.Optimum(p, r.Makespan+1); r.Makespan != want || r.Bound != want {
			t.Errorf("round %d: %d with bound %d, the optimum is %d: %+v", round, r.Makespan, r.Bound, want, p)
		}
	}
}

func TestLargerProjectsFit(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for round := range 20 {
		p := exhaustive.Project(rng, 40, 3)
		r, err := Solve(t.Context(), p, Options{Seed: uint64(round), Moves: 1500, Workers: 1 + round%2})
		if err != nil {
			t.Fatal(err)
		}
		if span, err := fits(p, r.Start, r.Mode); err != nil || span != r.Makespan || r.Bound > span {
			t.Fatalf("round %d: %v, %d, said %d", round, err, span, r.Makespan)
		}
	}
}

// Lists that are bred and mutated stay in an order that precedences allow.
func TestChildrenKeepPrecedences(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	for round := range 30 {
		p := exhaustive.Project(rng, 20, 3)
		in, err := newInstance(p)
		if err != nil {
			t.Fatal(err)
		}
		s := newSolver(in, Options{Seed: uint64(round)}, 0)
		a, b := in.newIndividual(), in.newIndividual()
		for range 20 {
			s.sample(a)
			s.sample(b)
			s.decode(t.Context(), b)
			s.cross(a, b)
			s.mutate()
			place := map[int32]int{}
			for k, i := range s.child.list {
				place[i] = k
			}
			if len(place) != 20 {
				t.Fatalf("%v is no list of all tasks", s.child.list)
			}
			for _, arc := range p.Precedences {
				if place[arc.Before] > place[arc.After] {
					t.Fatalf("%d is after %d in %v", arc.Before, arc.After, s.child.list)
				}
			}
		}
	}
}

// Without releases, shifting to the right and to the left never makes a schedule longer.
func TestJustificationNeverHurts(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 9))
	for round := range 50 {
		p := exhaustive.Project(rng, 25, 3)
		p.Release = nil
		in, err := newInstance(p)
		if err != nil {
			t.Fatal(err)
		}
		s := newSolver(in, Options{Seed: uint64(round)}, 0)
		v := in.newIndividual()
		s.sample(v)
		before := s.generate(t.Context(), &in.forward, v.list, v.modes, v.start)
		if s.decode(t.Context(), v); v.span > before {
			t.Errorf("%d became %d", before, v.span)
		}
	}
}

func TestTheSameSeedMakesTheSameSchedule(t *testing.T) {
	p := exhaustive.Project(rand.New(rand.NewPCG(5, 9)), 30, 3)
	solve := func() Result {
		r, err := Solve(t.Context(), p, Options{Seed: 3, Moves: 2000})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if a, b := solve(), solve(); !reflect.DeepEqual(a, b) {
		t.Errorf("%d and %d", a.Makespan, b.Makespan)
	}
}

func TestThereIsAScheduleWhenTimeIsOverAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := exhaustive.Project(rand.New(rand.NewPCG(6, 9)), 30, 3)
	r, err := Solve(ctx, p, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fits(p, r.Start, r.Mode); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoProject(t *testing.T) {
	task := []Mode{{Duration: 1}}
	for name, p := range map[string]Problem{
		"nothing":  {},
		"no mode":  {Tasks: [][]Mode{{}}},
		"negative": {Tasks: [][]Mode{{{Duration: -1}}}},
		"need":     {Tasks: [][]Mode{{{Needs: []Need{{Resource: 0, Amount: 1}}}}}},
		"too much": {Capacity: []int32{2}, Tasks: [][]Mode{{{Needs: []Need{{Resource: 0, Amount: 3}}}}}},
		"release":  {Tasks: [][]Mode{task}, Release: []int32{-1}},
		"releases": {Tasks: [][]Mode{task}, Release: []int32{1, 1}},
		"task":     {Tasks: [][]Mode{task}, Precedences: []Precedence{{Before: 0, After: 1, MinLag: 0}}},
		"lag":      {Tasks: [][]Mode{task, task}, Precedences: []Precedence{{Before: 0, After: 1, MinLag: -1}}},
		"circle":   {Tasks: [][]Mode{task, task}, Precedences: []Precedence{{Before: 0, After: 1, MinLag: 0}, {Before: 1, After: 0, MinLag: 0}}},
		"long":     {Tasks: [][]Mode{{{Duration: maxTime}}, task}},
	} {
		if _, err := Solve(t.Context(), p, Options{Moves: 1}); !errors.Is(err, ErrProblem) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBreedingAllocatesNothing(t *testing.T) {
	in, err := newInstance(exhaustive.Project(rand.New(rand.NewPCG(7, 9)), 40, 3))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	s := newSolver(in, Options{}, 0)
	for len(s.people) < members {
		s.sample(s.child)
		s.decode(ctx, s.child)
		s.people = append(s.people, s.child)
		s.child = in.newIndividual()
	}
	if n := testing.AllocsPerRun(100, func() {
		s.breed()
		s.decode(ctx, s.child)
		s.keep()
	}); n != 0 {
		t.Errorf("%v allocations in a step", n)
	}
}

func ExampleSolve() {
	work := func(duration, people int32) []Mode {
		return []Mode{{Duration: duration, Needs: []Need{{Resource: 0, Amount: people}}}}
	}
	p := Problem{Capacity: []int32{3}, Tasks: [][]Mode{work(4, 2), work(2, 2), work(3, 1)}, Precedences: []Precedence{{Before: 1, After: 2, MinLag: 1}}}
	r, err := Solve(context.Background(), p, Options{Moves: 1000})
	fmt.Println(r.Makespan, r.Bound, r.Start, err)
	// Output: 6 6 [2 0 3] <nil>
}
