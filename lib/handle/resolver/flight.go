package resolver

import (
	"context"
	"fmt"
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// flightKey tells equal questions. How often one was passed on is a part of it:
// nodes that forward to each other in a circle must not wait for themselves.
type flightKey struct {
	key           string
	past, trusted bool
	fresh, ahead  bool
	recursion     uint8
}

// flight is a question that is being asked, for all who ask it.
type flight struct {
	done   chan struct{}
	out    outcome
	cancel context.CancelFunc
	here   int // who waits for it, under the lock of flights
}

// flights are the questions that are open. There are no more than recursions,
// and those that are part of one.
type flights struct {
	mu   sync.Mutex
	list map[flightKey]*flight
}

// enter joins a flight, or begins one.
func (t *flights) enter(k flightKey) (f *flight, leads bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f = t.list[k]; f != nil && f.here > 0 {
		f.here++
		return f, false
	}
	f = &flight{done: make(chan struct{}), here: 1}
	if t.list == nil {
		t.list = map[flightKey]*flight{}
	}
	t.list[k] = f
	return f, true
}

// leave ends waiting for a flight. One for which nobody waits ends.
func (t *flights) leave(f *flight) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.here--; f.here == 0 && f.cancel != nil {
		f.cancel()
	}
}

func (t *flights) end(k flightKey, f *flight) {
	t.mu.Lock()
	if t.list[k] == f {
		delete(t.list, k)
	}
	t.mu.Unlock()
	close(f.done)
}

// join asks a question, or waits for an equal one that is being asked.
func (r *Resolver) join(ctx context.Context, p *rules, q *question, old *entry) outcome {
	limit := r.o.Deadline
	if old != nil && old.code == wire.CodeSuccess && !q.past && !q.ahead && !old.fresh(r.o.Now().UnixMilli()) {
		limit = min(limit, r.o.StaleWait)
	}
	if q.alone {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return r.answer(ctx, p, q, old)
	}
	k := flightKey{q.key, q.past, q.trusted, q.fresh, q.ahead, q.recursion}
	f, leads := r.flights.enter(k)
	if leads {
		return r.lead(ctx, p, q, old, k, f, limit)
	}
	r.counts.coalesced.Add(1)
	defer r.flights.leave(f)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-f.done:
		return f.out
	case <-timer.C:
		return r.giveUp(p, q, old, context.DeadlineExceeded)
	case <-ctx.Done():
		return r.giveUp(p, q, old, ctx.Err())
	}
}

// giveUp answers one who has waited long enough.
func (r *Resolver) giveUp(p *rules, q *question, old *entry, why error) outcome {
	fault := fmt.Errorf("wait for the equal question of another client: %w", why)
	code, message, _ := r.judge(p, q, fault)
	return r.fallBack(q, old, code, message, fault)
}

// lead asks for all who wait. It goes on when the one who began has gone, and
// somebody else waits.
func (r *Resolver) lead(ctx context.Context, p *rules, q *question, old *entry, k flightKey, f *flight, limit time.Duration) outcome {
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	r.flights.mu.Lock()
	f.cancel = cancel
	r.flights.mu.Unlock()
	gone := context.AfterFunc(ctx, func() { r.flights.leave(f) })
	f.out = r.answer(asking, p, q, old)
	r.flights.end(k, f)
	if gone() {
		r.flights.leave(f)
	}
	if f.out.stale && limit < r.o.Deadline && old.queued.CompareAndSwap(false, true) {
		r.fetchLater(old) // with more time than somebody waits for
	}
	return f.out
}
