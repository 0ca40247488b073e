package project

import (
	"context"

	"linghang/lib/schedule/proof"
)

// step is how many contradictions are met until the others are looked after.
const step = 200

// prover searches proofs beside schedules.
type prover struct {
	solver *solver
	search *proof.Prover
	best   *individual
}

// newProver makes a prover for a worker, or nil if the project is too large.
func newProver(s *solver, p Problem, seed uint64, best *shared) *prover {
	search := proof.New(p, proof.Options{Seed: seed, Lower: best.bound, Upper: best.best()})
	if search == nil {
		return nil
	}
	return &prover{solver: s, search: search, best: s.newIndividual()}
}

// step goes on with the search for proofs, and shares what it finds.
func (p *prover) step(ctx context.Context, best *shared) {
	p.search.Known(best.best())
	before := p.search.Conflicts()
	span, found := p.search.Step(ctx, step)
	p.solver.moves += p.search.Conflicts() - before
	if found {
		v := p.best
		p.search.Schedule(v.start, v.modes)
		for i := range v.modes {
			v.modes[i] += p.solver.modeFirst[i]
		}
		v.span = span
		best.offer(v)
	}
	best.raise(p.search.Lower())
}
