// Package proof searches proofs of how short a project can be, and shorter schedules on the way, by package constraint: tasks
// with modes on cumulative resources and machines, precedences and releases. It is what engines that search
// schedules run beside themselves.
//
// The model: a start for each task and a literal for each of its modes, of which one is true; precedences under
// the modes of the first task; resources as Cumulative, and, where activities are too large to be beside one another, as Unary as
// well, with a literal for each pair that says which is first. Such pairs are found over all resources, and taken together to
// cliques (disjunctive sets, Brucker et al., "A branch and bound algorithm for the resource-constrained project
// scheduling problem", European Journal of Operational Research 107, 1998).
//
// The search has two sides and changes between them: that there is no schedule of length T, for T from the lower bound up
// (destructive bounds, Klein, Scholl, "Computing lower bounds by destructive improvement", European Journal
// of Operational Research 112, 1999), and one that is shorter than the best. Where the sides meet the best is proven.
package proof

import (
	"context"

	"linghang/lib/schedule/constraint"
)

// Need is an amount of a resource, taken from start to end.
type Need struct{ Resource, Amount int32 }

// Mode is a way to do a task.
type Mode struct {
	Duration int32
	Needs    []Need
}

// Precedence lets a task start when another has ended and the lag is over.
type Precedence struct{ Before, After, MinLag int32 }

// Problem is a project without circles.
type Problem struct {
	Capacity    []int32 // by resource
	Tasks       [][]Mode
	Precedences []Precedence
	Release     []int32 // by task; nil is 0 for all
}

// Options say where to begin.
type Options struct {
	Seed  uint64
	Lower int32 // no schedule is shorter
	Upper int32 // a schedule of this length is known
}

// Prover is a search that can be gone on with. It is for one goroutine.
type Prover struct {
	kernel   *constraint.Kernel
	span     constraint.Int
	start    []constraint.Int
	mode     [][]constraint.Lit
	lower    int32
	upper    int32 // of the best known
	step     int32
	side     int   // 0: the lower bound is raised
	budget   int64 // conflicts until sides are changed
	spent    int64
	gained   int64 // conflicts there were when something was found last
	patience int64
}

const (
	firstBudget = 300
	patience    = 60_000_000_000 // conflicts by the third power of the tasks
)

// Stalled tells whether it has found nothing for long, for a project of its size, so that others may search rather.
func (p *Prover) Stalled() bool { return p.kernel.Conflicts()-p.gained > p.patience }

// Lower is the length that no schedule is shorter than.
func (p *Prover) Lower() int32 { return p.lower }

// Proven tells whether the best known schedule is as short as can be.
func (p *Prover) Proven() bool { return p.lower >= p.upper }

// Known tells of a schedule that others found.
func (p *Prover) Known(span int32) {
	if span < p.upper {
		p.upper = span
		p.kernel.Clause(p.span.AtMost(span - 1))
	}
}

// Conflicts is how much was searched.
func (p *Prover) Conflicts() int64 { return p.kernel.Conflicts() }

// Step searches for so many contradictions at most, and returns the length of a better schedule if it found one.
// Schedule has it.
func (p *Prover) Step(ctx context.Context, conflicts int64) (span int32, found bool) {
	if p.Proven() {
		return 0, false
	}
	t := p.upper - 1
	if p.side == 0 {
		t = min(t, p.lower+p.step-1)
	}
	before := p.kernel.Conflicts()
	answer := p.kernel.Solve(ctx, []constraint.Lit{p.span.AtMost(t)}, min(conflicts, p.budget-p.spent))
	p.spent += p.kernel.Conflicts() - before
	switch answer {
	case constraint.Refuted:
		p.lower, p.spent, p.gained = t+1, 0, p.kernel.Conflicts()
		if p.step *= 2; len(p.kernel.Core()) == 0 {
			p.lower = p.upper
		}
		p.step = max(1, min(p.step, (p.upper-p.lower)/2))
	case constraint.Satisfied:
		span = p.kernel.Value(p.span)
		p.spent, p.step, p.gained = 0, 1, p.kernel.Conflicts()
		p.Known(span)
		return span, true
	default:
		if p.spent >= p.budget {
			if p.step > 1 {
				p.step, p.spent = 1, 0
				break
			}
			p.spent, p.side = 0, 1-p.side
			if p.side == 0 {
				p.budget += p.budget / 2
			}
		}
	}
	return 0, false
}

// Schedule gives the last schedule that Step found: starts, and modes by their places, by task.
func (p *Prover) Schedule(start, mode []int32) {
	for i, x := range p.start {
		start[i] = p.kernel.Value(x)
		for k, l := range p.mode[i] {
			if p.kernel.Holds(l) {
				mode[i] = int32(k)
			}
		}
	}
}
