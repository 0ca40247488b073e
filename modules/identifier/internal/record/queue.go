package record

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// request is one Apply on its way through the writer.
type request struct {
	ctx     context.Context //nolint:containedctx // a queued call carries its caller's context across goroutines
	changes []Change
	marks   []Mark
	numbers []uint64
	done    chan error
	taken   atomic.Bool // by the writer, or by the caller who gave up: whoever is first
}

func (r *request) octets() int {
	n := 0
	for i := range r.changes {
		n += len(r.changes[i].Values)
	}
	return n
}

// What shares a commit at most, so that the first does not wait for too many others.
const (
	queueMost     = 1024 // requests that wait
	groupRequests = 512
	groupChanges  = 4096
	groupOctets   = 8 << 20
)

// queue hands changes to the one writer of a store, which makes those that wait
// in one commit.
type queue struct {
	requests chan *request
	closing  chan struct{}
	stopped  chan struct{}
	once     sync.Once
}

func newQueue() queue {
	return queue{requests: make(chan *request, queueMost), closing: make(chan struct{}), stopped: make(chan struct{})}
}

// apply waits for the commit of changes. Whoever gives up while they are queued
// changes nothing; whoever gives up later is told what became of them all the same.
func (q *queue) apply(ctx context.Context, changes []Change, marks []Mark) ([]uint64, error) {
	if err := check(changes, marks); err != nil {
		return nil, err
	}
	r := &request{ctx: ctx, changes: changes, marks: marks, done: make(chan error, 1)}
	select {
	case <-q.closing:
		return nil, errStopping()
	default:
	}
	select {
	case q.requests <- r:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the writer of records: %w", ctx.Err())
	case <-q.closing:
		return nil, errStopping()
	}
	select {
	case err := <-r.done:
		return r.numbers, err
	case <-ctx.Done():
		if r.taken.CompareAndSwap(false, true) {
			return nil, fmt.Errorf("wait for the writer of records: %w", ctx.Err())
		}
	case <-q.stopped:
		if r.taken.CompareAndSwap(false, true) {
			return nil, errStopping()
		}
	}
	err := <-r.done // the writer reads the changes until then
	return r.numbers, err
}

// run is the writer: it hands those that wait together to commit, until the
// queue is closed and empty. In between it mends what is in trouble.
func (q *queue) run(commit func([]*request) error, trouble <-chan struct{}, mend func()) {
	defer close(q.stopped)
	for {
		select {
		case r := <-q.requests:
			q.commit(r, commit)
		case <-trouble:
			mend()
		case <-q.closing:
			for {
				select {
				case r := <-q.requests:
					q.commit(r, commit)
				default:
					return
				}
			}
		}
	}
}

func (q *queue) commit(first *request, commit func([]*request) error) {
	group := q.gather(first)
	if len(group) == 0 {
		return
	}
	answer(group, commit(group))
}

// gather takes what waits, and leaves out whoever has gone.
func (q *queue) gather(first *request) (group []*request) {
	changes, octets := 0, 0
	for r := first; r != nil; {
		if r.taken.CompareAndSwap(false, true) {
			group = append(group, r)
			changes, octets = changes+len(r.changes), octets+r.octets()
		}
		r = nil
		if len(group) < groupRequests && changes < groupChanges && octets < groupOctets {
			select {
			case r = <-q.requests:
			default:
			}
		}
	}
	return group
}

func answer(group []*request, err error) {
	for _, r := range group {
		if err != nil {
			r.numbers = nil
		}
		r.done <- err
	}
}

// close lets the writer finish what is queued, and waits for it.
func (q *queue) close() {
	q.once.Do(func() { close(q.closing) })
	<-q.stopped
}

// bell wakes those who follow.
type bell struct {
	mu   sync.Mutex
	rung chan struct{}
}

// next returns a channel that is closed when the bell is rung next.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}
