package flowshop

import (
	"cmp"
	"context"
	"math"
	"slices"

	"linghang/lib/schedule/team"
)

const (
	taken       = 2   // jobs at a time
	temperature = 0.7 // of accepting a worse sequence, in tenths of the mean duration
)

// greedy is one worker.
type greedy struct {
	placer
	random  team.Random
	n       int
	now     []int32 // the sequence that changes are made to
	next    []int32 // while it is changed
	jobs    []int32 // in the order in which they are tried again
	out     []int32 // that were taken
	degrees float64 // the temperature
	moves   int64
	most    int64
}

func newGreedy(p Problem, o Options, worker int) *greedy {
	n := len(p.Durations)
	g := &greedy{placer: newPlacer(p, team.NewRandom(o.Seed, uint64(worker)|1<<32)), random: team.NewRandom(o.Seed, uint64(worker)), n: n, now: make([]int32, n), next: make([]int32, 0, n), jobs: make([]int32, 0, n), out: make([]int32, 0, n), most: o.Moves} //nolint:gosec // workers count from 0
	sum := 0.0
	for _, job := range p.Durations {
		for _, d := range job {
			sum += float64(d)
		}
	}
	g.degrees = temperature * sum / float64(n*len(p.Durations[0])) / 10
	return g
}

// over says whether the search is to end.
func (g *greedy) over(ctx context.Context) bool {
	return g.most > 0 && g.moves >= g.most || ctx.Err() != nil
}

// construct makes a sequence from nothing: jobs by their sums, the longest first, each in
// its best place (Nawaz, Enscore, Ham 1983).
// When the time is over, what is left goes to the end.
func (g *greedy) construct(ctx context.Context) int32 {
	sums := make([]int32, g.n)
	order := make([]int32, g.n)
	for j := range order {
		order[j] = int32(j)
		for _, d := range g.of(order[j]) {
			sums[j] += d
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(sums[b], sums[a]) })
	g.next = g.next[:0]
	g.forget()
	span := int32(0)
	for i, job := range order {
		if ctx.Err() != nil {
			g.next = append(g.next, order[i:]...)
			return g.makespan(g.next)
		}
		span = g.insert(job)
	}
	return span
}

// insert puts a job into its best place in next.
func (g *greedy) insert(job int32) int32 {
	at, span := g.place(g.next, job)
	g.next = g.next[:len(g.next)+1]
	copy(g.next[at+1:], g.next[at:])
	g.next[at] = job
	g.changed(at)
	g.moves++
	return span
}

// remove takes a job out of next.
func (g *greedy) remove(job int32) {
	at := slices.Index(g.next, job)
	copy(g.next[at:], g.next[at+1:])
	g.next = g.next[:len(g.next)-1]
	g.changed(at)
}

// settle tries every job of next in all places, in random order, until none finds a
// better one; a place that is as good is taken, too.
func (g *greedy) settle(ctx context.Context, span int32) int32 {
	for better := true; better; {
		better = false
		g.jobs = append(g.jobs[:0], g.next...)
		for i := len(g.jobs) - 1; i >= 0; i-- {
			k := g.random.Below(i + 1)
			g.jobs[i], g.jobs[k] = g.jobs[k], g.jobs[i]
			if g.over(ctx) {
				return span
			}
			g.remove(g.jobs[i])
			if s := g.insert(g.jobs[i]); s < span {
				span, better = s, true
			}
		}
	}
	return span
}

// step takes jobs out, improves what is left, puts them back and improves all. It
// returns the makespan of next.
func (g *greedy) step(ctx context.Context) int32 {
	g.next = append(g.next[:0], g.now...)
	g.forget()
	g.out = g.out[:0]
	for range min(taken, g.n-1) {
		job := g.next[g.random.Below(len(g.next))]
		g.remove(job)
		g.out = append(g.out, job)
	}
	span := g.settle(ctx, g.makespan(g.next))
	for _, job := range g.out {
		span = g.insert(job)
	}
	return g.settle(ctx, span)
}

// accepts says whether a sequence that is no better goes on.
func (g *greedy) accepts(worse int32) bool {
	return worse <= 0 || g.degrees > 0 && g.random.Unit() < math.Exp(-float64(worse)/g.degrees)
}
