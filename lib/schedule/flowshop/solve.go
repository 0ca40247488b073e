package flowshop

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"linghang/lib/schedule/onemachine"
	"linghang/lib/schedule/team"
)

// stall is after how many steps without a better sequence a worker goes on from the best
// of all workers.
const stall = 400

// maxPairs is how many jobs are looked at for bounds of two machines; where there are
// more, those of one machine have to do.
const maxPairs = 20_000_000

// shared is what workers share: the best sequence.
type shared struct {
	mutex    sync.Mutex
	order    []int32
	span     int32
	bound    int32
	progress func(makespan, bound int32)
}

// offer keeps a sequence if it is the best, and says whether none can be better.
func (s *shared) offer(order []int32, span int32) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.order == nil || span < s.span {
		s.order, s.span = append(s.order[:0], order...), span
		if s.progress != nil {
			s.progress(span, s.bound)
		}
	}
	return s.span <= s.bound
}

func (s *shared) best(into []int32) int32 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	copy(into, s.order)
	return s.span
}

// Solve searches until the context ends, the moves are made or the bound is reached, and
// returns the best schedule; there always is one. It errs for what is no flow shop only.
func Solve(ctx context.Context, p Problem, o Options) (Result, error) {
	if err := p.validate(); err != nil {
		return Result{}, err
	}
	s := &shared{bound: lowerBound(p), progress: o.Progress}
	moves := team.Run(o.Workers, func(w int) int64 {
		g := newGreedy(p, o, w)
		g.run(ctx, s)
		return g.moves
	})
	r := Result{Order: s.order, Makespan: s.span, Bound: s.bound, Start: starts(p, s.order), Moves: moves}
	return r, nil
}

func (g *greedy) run(ctx context.Context, s *shared) {
	span := g.construct(ctx)
	done := s.offer(g.next, span)
	span = g.settle(ctx, span)
	done = s.offer(g.next, span) || done
	copy(g.now, g.next)
	best, since := span, 0
	for !done && !g.over(ctx) {
		found := g.step(ctx)
		since++
		if found < best {
			best, since = found, 0
			done = s.offer(g.next, found)
		}
		if g.accepts(found - span) {
			copy(g.now, g.next)
			span = found
		}
		if since >= stall {
			span, since = s.best(g.now), 0
			best = span
		}
	}
}

// starts are the earliest of an order.
func starts(p Problem, order []int32) [][]int32 {
	list := make([][]int32, len(p.Durations))
	free := make([]int32, len(p.Durations[0]))
	var setups *spacing
	if p.Setups != nil {
		setups = newSpacing(p)
	}
	for i, job := range order {
		if setups != nil {
			for k, d := range setups.at(order, i, job) {
				free[k] += d
			}
		}
		list[job] = pass(p.Durations[job], free, p.NoWait)
	}
	return list
}

// pass sends a job over machines from when they are free on, and returns its starts; the machines are free after it then.
func pass(durations, free []int32, noWait bool) []int32 {
	starts := make([]int32, len(free))
	end := int32(0)
	if noWait {
		come := int32(0)
		for k, d := range durations {
			end = max(end, free[k]-come)
			come += d
		}
	}
	for k, d := range durations {
		start := end
		if !noWait {
			start = max(end, free[k])
		}
		end = start + d
		starts[k], free[k] = start, end
	}
	return starts
}

// lowerBound returns the largest bound of one machine and of two.
func lowerBound(p Problem) int32 {
	m := len(p.Durations[0])
	bound := int32(0)
	heads, tails := make([][]int32, len(p.Durations)), make([][]int32, len(p.Durations))
	for j, job := range p.Durations {
		heads[j], tails[j] = make([]int32, m), make([]int32, m)
		for k := 1; k < m; k++ {
			heads[j][k] = heads[j][k-1] + job[k-1]
			tails[j][m-1-k] = tails[j][m-k] + job[m-k]
		}
		bound = max(bound, heads[j][m-1]+job[m-1])
	}
	if p.NoWait {
		bound = max(bound, newWaitless(p).bound())
	}
	list := make([]onemachine.Window, len(p.Durations))
	for k := range m {
		for j, job := range p.Durations {
			list[j] = onemachine.Window{Head: heads[j][k], Duration: job[k], Tail: tails[j][k]}
		}
		bound = max(bound, onemachine.Preemptive(list))
		if p.Setups != nil && p.Setups[k] != nil {
			bound = max(bound, setUp(p, list, p.Setups[k]))
		}
		if int64(m)*int64(m)*int64(len(list)) > maxPairs {
			continue
		}
		for l := k + 1; l < m; l++ {
			bound = max(bound, johnson(p, heads, tails, k, l))
		}
	}
	return bound
}

// setUp is the bound of a machine that is set up before all jobs but the first at least.
func setUp(p Problem, list []onemachine.Window, s *Setup) int32 {
	head, tail := list[0].Head, list[0].Tail
	var sum, most int32
	for j, w := range list {
		head, tail = min(head, w.Head), min(tail, w.Tail)
		least := int32(1<<31 - 1)
		for i := range list {
			if i != j {
				least = min(least, s.Between[p.Families[i]][p.Families[j]])
			}
		}
		sum += w.Duration
		if len(list) > 1 {
			sum, most = sum+least, max(most, least)
		}
	}
	return head + sum - most + tail
}

// johnson is the bound of two machines, with the sum between them as lag of each job.
func johnson(p Problem, heads, tails [][]int32, u, v int) int32 {
	order := make([]int32, len(p.Durations))
	first, last := int32(1<<30), int32(1<<30)
	for j := range order {
		order[j] = int32(j)
		first, last = min(first, heads[j][u]), min(last, tails[j][v])
	}
	// What a job takes up to the second machine, and from the first one's end on.
	a := func(j int32) int32 { return heads[j][v] - heads[j][u] }
	b := func(j int32) int32 { return tails[j][u] - tails[j][v] }
	slices.SortFunc(order, func(i, j int32) int {
		early, other := a(i) <= b(i), a(j) <= b(j)
		switch {
		case early != other && early:
			return -1
		case early != other:
			return 1
		case early:
			return cmp.Compare(a(i), a(j))
		default:
			return cmp.Compare(b(j), b(i))
		}
	})
	var one, two int32
	for _, j := range order {
		one += p.Durations[j][u]
		two = max(two, one+a(j)-p.Durations[j][u]) + p.Durations[j][v]
	}
	return first + two + last
}
