package highs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Options say how long and how to search. The zero value is until it is solved, with
// HiGHS's own gap.
type Options struct {
	Time  time.Duration // 0 is no limit
	Nodes int           // of the search tree; 0 is no limit. Unlike time, it stops at the same place everywhere
	Gap   float64       // relative gap at which a solution counts as optimal; 0 is 1e-4, as HiGHS has it
	Seed  int32         // ≥ 0
	// Start is a solution to begin with, one value for each column, or nil. What breaks the model is not used.
	Start []float64
	// Progress is told how far a mixed integer programme is, from the goroutine of Solve.
	Progress func(Progress)
}

// Status says what is known.
type Status string

// Statuses.
const (
	Optimal    Status = "optimal"    // within the gap that was asked for
	Infeasible Status = "infeasible" // proven: nothing satisfies the model
	Unbounded  Status = "unbounded"  // proven: the objective has no end
	Limit      Status = "limit"      // stopped before; there may be a solution
)

// Result is what was found. X is nil if nothing was; then Objective is not a number.
type Result struct {
	Status    Status
	Objective float64
	Bound     float64 // nothing is better; infinite if nothing is known
	Gap       float64 // |Objective − Bound| / max(|Objective|, 1e-9), or infinite
	X         []float64
	Activity  []float64 // of rows
	// Of linear programmes only: what a unit more of a row's bound, or of a column, is worth.
	RowDual, ReducedCost []float64
	Nodes                int64
	Seconds              float64
	Memory               int64 // octets of the instance at the end
}

// tolerance is what HiGHS keeps to, with room for the rounding of our own sums.
const tolerance = 1e-5

// grace is how long HiGHS has to end by itself after the context has.
const grace = 3 * time.Second

// Solve solves a model. If ctx ends first, it returns what is known by then with status Limit,
// or the context's error if the solver could not be stopped in order.
func (e *Engine) Solve(ctx context.Context, m *Model, o Options) (*Result, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("the model cannot be solved:\n%w", err)
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a free solver: %w", context.Cause(ctx))
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("solve a model: %w", context.Cause(ctx))
	}
	if o.Start != nil && len(o.Start) != len(m.Columns) {
		return nil, fmt.Errorf("the solution to begin with has %d values for %d columns", len(o.Start), len(m.Columns))
	}
	if len(m.Columns) == 0 {
		return empty(m), nil
	}
	r, err := e.solve(ctx, m, o)
	if err != nil {
		return nil, fmt.Errorf("solve a model of %d columns and %d rows: %w", len(m.Columns), len(m.Rows), err)
	}
	return r, nil
}

func (o Options) validate() error {
	if o.Time < 0 || o.Nodes < 0 || o.Seed < 0 || !(o.Gap >= 0 && o.Gap < math.Inf(1)) || o.Nodes > math.MaxInt32 {
		return errors.New("the time, the nodes, the gap and the seed are to be 0 or more")
	}
	return nil
}

// empty solves a model without columns.
func empty(m *Model) *Result {
	for _, r := range m.Rows {
		if r.Lower > 0 || r.Upper < 0 {
			return &Result{Status: Infeasible, Objective: math.NaN(), Bound: m.worst(), Gap: math.Inf(1)}
		}
	}
	return &Result{Status: Optimal, Objective: m.Offset, Bound: m.Offset, X: []float64{}, Activity: make([]float64, len(m.Rows))}
}

// worst is the bound that an infeasible model has.
func (m *Model) worst() float64 {
	if m.Maximise {
		return math.Inf(-1)
	}
	return math.Inf(1)
}

// solve runs one model in an instance of its own, and a second time if HiGHS cannot say whether
// it is infeasible or unbounded: without the objective it is feasible only in the latter case.
func (e *Engine) solve(ctx context.Context, m *Model, o Options) (*Result, error) {
	r, known, err := e.attempt(ctx, m, o)
	if err != nil || known {
		return r, err
	}
	plain := &Model{Columns: append([]Column(nil), m.Columns...), Rows: m.Rows}
	for j := range plain.Columns {
		plain.Columns[j].Cost = 0
	}
	again, _, err := e.attempt(ctx, plain, o)
	if err != nil {
		return nil, err
	}
	r.Seconds += again.Seconds
	switch again.Status {
	case Infeasible:
		r.Status, r.Bound = Infeasible, m.worst()
	case Optimal:
		r.Status, r.Bound = Unbounded, -m.worst()
	default:
		r.Status = Limit
	}
	return r, nil
}

// attempt is one run of HiGHS. It is not known what the status is if the model is infeasible or
// unbounded.
func (e *Engine) attempt(ctx context.Context, m *Model, o Options) (r *Result, known bool, err error) {
	state := &run{start: time.Now()}
	if o.Progress != nil {
		state.log = &progressLog{tell: o.Progress}
	}
	inside, kill := context.WithCancelCause(context.WithValue(context.WithoutCancel(ctx), runKey{}, state))
	defer kill(nil)
	stop := context.AfterFunc(ctx, func() {
		state.late.Store(true)
		timer := time.AfterFunc(grace, func() { state.dead.Store(true); kill(context.Cause(ctx)) })
		context.AfterFunc(inside, func() { timer.Stop() })
	})
	defer stop()
	defer func() { // a panic of a host function is made an error by wazero; one of ours here is not
		if p := recover(); p != nil {
			r, known, err = nil, false, fmt.Errorf("HiGHS broke off: %v", p)
		}
	}()
	i, err := e.instantiate(inside)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = i.module.Close(context.WithoutCancel(ctx)) }()
	r, known, err = i.solve(inside, m, o)
	if err != nil {
		if cause := context.Cause(inside); cause != nil {
			return nil, false, cause
		}
		if state.grow > 0 {
			return nil, false, fmt.Errorf("%d MiB are not enough for it: %w", e.limits.Memory>>20, err)
		}
		return nil, false, err
	}
	r.Seconds = time.Since(state.start).Seconds()
	r.Memory = int64(i.memory.Size())
	return r, known, nil
}
