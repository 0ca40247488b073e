package jobshop

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

const (
	patience = 4_000 // moves without a better one, after which a search ends
	members  = 30    // of the pool
)

// Solve searches until the context ends, the moves are made or the bound is reached, and
// returns the best schedule; there always is one. It errs for what is no job shop only.
func Solve(ctx context.Context, p Problem, o Options) (Result, error) {
	if err := p.validate(); err != nil {
		return Result{}, err
	}
	shared := &pool{span: never, bound: lowerBound(p), size: members, progress: o.Progress}
	workers := max(1, o.Workers)
	made := make([]int64, workers)
	var group sync.WaitGroup
	for w := range workers {
		work := func() {
			b := newBreeder(p, o, w, shared)
			b.run(ctx)
			made[w] = b.moves
		}
		if w == workers-1 {
			work() // on the caller's goroutine
			break
		}
		group.Go(work)
	}
	group.Wait()
	result := Result{Makespan: shared.span, Bound: shared.bound}
	for _, n := range made {
		result.Moves += n
	}
	result.Start = starts(p, shared.best)
	return result, nil
}

// starts reads the schedule from an order.
func starts(p Problem, order []int32) [][]int32 {
	g := newGraph(p)
	g.take(order)
	list := make([][]int32, len(p.Jobs))
	x := int32(0)
	for j, job := range p.Jobs {
		list[j] = make([]int32, len(job))
		for k := range job {
			x++
			list[j][k] = g.nodes[x].end - g.nodes[x].duration
		}
	}
	return list
}

// breeder is one worker: it fills the pool and crosses its members.
type breeder struct {
	*searcher
	pool   *pool
	a, b   []int32
	key    []int64
	before []int32
	next   []int32
	ready  []int32
}

func newBreeder(p Problem, o Options, worker int, shared *pool) *breeder {
	s := newSearcher(p, o, worker)
	s.bound = shared.bound
	return &breeder{
		searcher: s, pool: shared, a: make([]int32, s.n), b: make([]int32, s.n), key: make([]int64, s.n+1),
		before: make([]int32, s.n+1), next: make([]int32, len(s.last)), ready: make([]int32, len(s.last)),
	}
}

func (b *breeder) run(ctx context.Context) {
	for first := true; ; first = false {
		if b.pool.parents(&b.random, b.a, b.b) {
			b.cross()
		} else {
			b.scatter()
		}
		b.take(b.a)
		if first {
			b.offer(b.a, b.makespan()) // so that there is a schedule whatever happens
		}
		span := b.improve(ctx, patience)
		b.offer(b.best, span)
		if ctx.Err() != nil || b.most > 0 && b.moves >= b.most || b.solved() {
			return
		}
	}
}

func (b *breeder) solved() bool {
	b.pool.mutex.Lock()
	defer b.pool.mutex.Unlock()
	return b.pool.span <= b.bound
}

// offer gives an order to the pool.
func (b *breeder) offer(order []int32, span int32) {
	clear(b.latest)
	for _, x := range order {
		m := b.machine[x]
		b.before[x] = b.latest[m]
		b.latest[m] = x
	}
	b.pool.add(order, b.before, span)
}

// scatter makes a an order at random: of the jobs' next operations one is next.
func (b *breeder) scatter() {
	k := int32(0)
	for _, x := range b.last {
		for b.nodes[x].jobBefore <= b.n {
			x = b.nodes[x].jobBefore
		}
		b.ready[k] = x
		k++
	}
	for i := range b.a {
		j := b.random.below(k)
		x := b.ready[j]
		b.a[i] = x
		if next := b.nodes[x].jobAfter; next != 0 {
			b.ready[j] = next
		} else {
			k--
			b.ready[j] = b.ready[k]
		}
	}
}

// cross makes a an order between a and b: the places of an operation in both are
// mixed, so that what precedes in both, as in every job, precedes still.
func (b *breeder) cross() {
	share := int64(b.random.below(401) + 300) // of a, in thousandths
	for i, x := range b.a {
		b.key[x] = share * int64(i)
	}
	for i, x := range b.b {
		b.key[x] += (1000 - share) * int64(i)
	}
	slices.SortFunc(b.a, func(x, y int32) int { return cmp.Or(cmp.Compare(b.key[x], b.key[y]), cmp.Compare(x, y)) })
}
