package jobshop

import (
	"cmp"
	"context"
	"slices"

	"linghang/lib/schedule/team"
)

const (
	patience = 4_000      // moves without a better one, after which a search ends
	members  = 30         // of the pool
	looks    = 20_000_000 // at operations while a first order is made by a rule
)

// Solve searches until the context ends, the moves are made or the bound is reached, and
// returns the best schedule; there always is one. It errs for what is no job shop only.
func Solve(ctx context.Context, p Problem, o Options) (Result, error) {
	if err := p.validate(); err != nil {
		return Result{}, err
	}
	shared := &pool{span: never, bound: lowerBound(p), size: members, progress: o.Progress}
	moves := team.Run(o.Workers, func(w int) int64 {
		b := newBreeder(p, o, w, shared)
		b.run(ctx, p, o, w)
		return b.moves
	})
	result := Result{Makespan: shared.span, Bound: shared.bound, Moves: moves}
	result.Start, result.Way = read(p, shared.best, shared.ways)
	return result, nil
}

// read reads the schedule from a selection.
func read(p Problem, order, chosen []int32) (start, way [][]int32) {
	g := newGraph(p)
	g.take(order, chosen)
	start, way = make([][]int32, len(p.Jobs)), make([][]int32, len(p.Jobs))
	x := int32(0)
	for j, job := range p.Jobs {
		start[j], way[j] = make([]int32, len(job)), make([]int32, len(job))
		for k := range job {
			x++
			start[j][k], way[j][k] = g.nodes[x].end-g.nodes[x].duration, g.options[g.chosen[x]].way
		}
	}
	return start, way
}

// breeder is one worker: it fills the pool and crosses its members.
type breeder struct {
	*searcher
	prover *prover // of the last worker
	pool   *pool
	a, b   selection
	key    []int64
	before []int32
	ready  []int32 // next operations of jobs
	free   []int32 // by machine, and by node the end, while an order is made
	ended  []int32
}

func newBreeder(p Problem, o Options, worker int, shared *pool) *breeder {
	s := newSearcher(p, o, worker)
	s.bound = shared.bound
	return &breeder{
		searcher: s, pool: shared, a: selection{make([]int32, s.n), make([]int32, s.n+1)}, b: selection{make([]int32, s.n), make([]int32, s.n+1)},
		key: make([]int64, s.n+1), before: make([]int32, s.n+1), ready: make([]int32, len(s.last)), free: make([]int32, p.Machines), ended: make([]int32, len(s.nodes)),
	}
}

// run searches; the last worker searches proofs as well.
func (b *breeder) run(ctx context.Context, p Problem, o Options, worker int) {
	for first := true; ; first = false {
		switch {
		case first && worker == 0:
			b.dispatch()
		case b.pool.parents(&b.random, b.a, b.b):
			b.cross()
		default:
			b.scatter()
		}
		b.take(b.a.order, b.a.ways)
		if first {
			b.offerPool(b.a.order, b.a.ways, b.makespan()) // so that there is a schedule whatever happens
		}
		span := b.improve(ctx, patience)
		b.offerPool(b.best, b.ways, span)
		if first && worker >= o.Workers-1 && !b.over(ctx) {
			b.prover = newProver(b.graph, p, o.Seed, b.pool)
		}
		b.prove(ctx, o.Workers <= 1)
		if b.over(ctx) {
			return
		}
	}
}

func (b *breeder) over(ctx context.Context) bool {
	if ctx.Err() != nil || b.most > 0 && b.moves >= b.most {
		return true
	}
	span, bound := b.pool.bounds()
	b.bound = bound
	return span <= bound
}

// offerPool gives a selection to the pool.
func (b *breeder) offerPool(order, ways []int32, span int32) {
	clear(b.latest)
	for _, x := range order {
		m := b.options[ways[x]].machine
		b.before[x] = b.latest[m]
		b.latest[m] = x
	}
	b.pool.add(order, ways, b.before, span)
}

// open makes the first operations of jobs ready and returns how many there are.
func (b *breeder) open() int32 {
	k := int32(0)
	for _, x := range b.last {
		for b.nodes[x].jobBefore <= b.n {
			x = b.nodes[x].jobBefore
		}
		b.ready[k] = x
		k++
	}
	clear(b.free)
	return k
}

// pass puts ready operation j at a place of a and returns how many are ready then.
func (b *breeder) pass(at int, j, k int32) int32 {
	x := b.ready[j]
	b.a.order[at], b.a.ways[x] = x, b.soonest(x)
	if next := b.nodes[x].jobAfter; next != 0 {
		b.ready[j] = next
		return k
	}
	b.ready[j] = b.ready[k-1]
	return k - 1
}

// scatter makes a at random: of the jobs' next operations one is next, by the option by
// which it ends first.
func (b *breeder) scatter() {
	k := b.open()
	for at := range b.a.order {
		k = b.pass(at, b.random.Below32(k), k)
	}
}

// dispatch makes a by a rule: of the jobs' next operations the one that can start first is
// next, of those the one with the most work left in its job. It is a fair start where there
// is no time for many moves. Of very many jobs some are looked at.
func (b *breeder) dispatch() {
	rest := make([]int32, b.n+1)
	for x := b.n; x > 0; x-- {
		rest[x] = b.options[b.from[x]].duration + rest[b.nodes[x].jobAfter]
	}
	k := b.open()
	width := max(32, looks/b.n)
	for at := range b.a.order {
		chosen, earliest := int32(0), int32(never)
		from := b.random.Below32(max(1, k-width+1))
		for j := from; j < min(k, from+width); j++ {
			x := b.ready[j]
			start := int32(never)
			for _, o := range b.options[b.from[x]:b.from[x+1]] {
				start = min(start, b.free[o.machine])
			}
			start = max(start, b.readiness(x))
			if start < earliest || start == earliest && rest[x] > rest[b.ready[chosen]] {
				chosen, earliest = j, start
			}
		}
		k = b.pass(at, chosen, k)
	}
}

// readiness is when x can start for its job, while an order is made.
func (b *breeder) readiness(x int32) int32 {
	if before := b.nodes[x].jobBefore; before <= b.n {
		return b.ended[before]
	}
	return b.nodes[b.nodes[x].jobBefore].end // of a release
}

// soonest returns the option by which x ends first, of equal ones one at random.
func (b *breeder) soonest(x int32) int32 {
	ready := b.readiness(x)
	best, end, ties := int32(0), int32(never), int32(0)
	for k := b.from[x]; k < b.from[x+1]; k++ {
		o := b.options[k]
		at := max(ready, b.free[o.machine]) + o.duration
		if at > end {
			continue
		}
		if at < end {
			ties = 0
		}
		if ties++; b.random.Below32(ties) == 0 {
			best = k
		}
		end = at
	}
	b.free[b.options[best].machine], b.ended[x] = end, end
	return best
}

// cross makes a something between a and b: the places of an operation in both are
// mixed, so that what precedes in both, as in every job, precedes still; its option is
// that of one of them.
func (b *breeder) cross() {
	share := int64(b.random.Below32(401) + 300) // of a, in thousandths
	for i, x := range b.a.order {
		b.key[x] = share * int64(i)
	}
	for i, x := range b.b.order {
		b.key[x] += (1000 - share) * int64(i)
		if b.a.ways[x] != b.b.ways[x] && int64(b.random.Below32(1000)) >= share {
			b.a.ways[x] = b.b.ways[x]
		}
	}
	slices.SortFunc(b.a.order, func(x, y int32) int { return cmp.Or(cmp.Compare(b.key[x], b.key[y]), cmp.Compare(x, y)) })
}
