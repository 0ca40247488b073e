package jobshop

import (
	"cmp"
	"context"
	"slices"

	"linghang/lib/schedule/proof"
)

const (
	step   = 50  // contradictions that are met until others are looked after
	seldom = 8   // searches between two of these steps when they find nothing any more, of a larger shop twice as many each time, and
	rarely = 64  // at most
	few    = 150 // operations, of which proofs are most often found soon
)

// prover searches proofs beside schedules.
type prover struct {
	search *proof.Prover
	start  []int32
	mode   []int32
	rounds int // searches since the last step
	pause  int // searches between two steps
}

// newProver makes a prover, or nil if the shop is too large.
func newProver(g *graph, p Problem, seed uint64, pool *pool) *prover {
	q := proof.Problem{Capacity: make([]int32, p.Machines)}
	for r := range q.Capacity {
		q.Capacity[r] = 1
	}
	for j, job := range p.Jobs {
		for k := range job {
			x := int32(len(q.Tasks)) //nolint:gosec // an operation is a node
			if k > 0 {
				q.Precedences = append(q.Precedences, proof.Precedence{Before: x - 1, After: x})
			}
			release := int32(0)
			if len(p.Release) > 0 {
				release = p.Release[j]
			}
			q.Release = append(q.Release, release)
			var modes []proof.Mode
			for _, o := range g.options[g.from[x+1]:g.from[x+2]] {
				modes = append(modes, proof.Mode{Duration: o.duration, Needs: []proof.Need{{Resource: o.machine, Amount: 1}}})
			}
			q.Tasks = append(q.Tasks, modes)
		}
	}
	span, bound := pool.bounds()
	search := proof.New(q, proof.Options{Seed: seed, Lower: bound, Upper: span})
	if search == nil {
		return nil
	}
	return &prover{search: search, start: make([]int32, len(q.Tasks)), mode: make([]int32, len(q.Tasks)), pause: seldom}
}

// prove searches proofs of a shop of few operations: beside others nothing else while that finds some. Of a larger one, or when it
// finds none, it does a little now and then.
func (b *breeder) prove(ctx context.Context, alone bool) {
	p := b.prover
	if p == nil {
		return
	}
	for !alone && b.soon() && !b.over(ctx) {
		b.seek(ctx)
	}
	if p.rounds++; p.search.Proven() || b.over(ctx) || !b.soon() && p.rounds < p.pause {
		return
	}
	p.rounds = 0
	switch more := b.seek(ctx); {
	case more:
		p.pause = seldom
	case b.n > few:
		p.pause = min(2*p.pause, rarely)
	}
}

// soon tells whether something may well be proven soon.
func (b *breeder) soon() bool {
	return b.n <= few && !b.prover.search.Stalled() && !b.prover.search.Proven()
}

// seek goes on with the search for proofs, shares what it finds, and tells whether that was more than was known.
func (b *breeder) seek(ctx context.Context) (more bool) {
	p := b.prover
	span, bound := b.pool.bounds()
	p.search.Known(span)
	before := p.search.Conflicts()
	_, found := p.search.Step(ctx, step)
	b.moves += p.search.Conflicts() - before
	if found {
		p.search.Schedule(p.start, p.mode)
		b.adopt()
		b.offerPool(b.a.order, b.a.ways, b.makespan())
	}
	b.bound = b.pool.raise(p.search.Lower())
	return found || b.bound > bound
}

// adopt makes a, and the graph, the schedule that was found: operations in the order of their starts.
func (b *breeder) adopt() {
	p := b.prover
	for i := range p.start {
		x := i + 1
		b.a.order[i], b.a.ways[x] = int32(x), b.from[x]+p.mode[i]
	}
	slices.SortFunc(b.a.order, func(x, y int32) int {
		one, other := p.start[x-1], p.start[y-1]
		return cmp.Or(cmp.Compare(one, other), cmp.Compare(one+b.options[b.a.ways[x]].duration, other+b.options[b.a.ways[y]].duration), cmp.Compare(x, y))
	})
	b.take(b.a.order, b.a.ways)
}
