package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

// pipe is a connection by TCP on which several queries are on their way. It has
// no goroutine: of those who wait for an answer one reads for all, and hands over
// when it has its own.
type pipe struct {
	ready  chan struct{} // is closed when it is open, or has failed
	conn   net.Conn
	in     *bufio.Reader // of who reads
	opened time.Time

	mu       sync.Mutex
	waiting  map[uint32]*waiter
	reader   *waiter
	answered int
	fault    error

	write   sync.Mutex
	pending []byte // that goes with the next writing
	spare   []byte
	writing bool
}

// waiter is a query that waits for its answer.
type waiter struct {
	parcel *parcel
	done   chan error
	turn   chan struct{} // it is the one who reads
}

// pipeError is a fault of the connection, and of no answer.
type pipeError struct{ fault error }

// Error tells the fault.
func (e *pipeError) Error() string { return "connection with several queries: " + e.fault.Error() }

// Unwrap returns the fault.
func (e *pipeError) Unwrap() error { return e.fault }

var (
	errPipeFull = errors.New("too many queries wait")
	errTimeout  = errors.New("no answer in time")
)

const (
	maxWaiting = 1024             // queries on one connection
	maxPiped   = 256              // servers with such connections
	singleTime = 10 * time.Minute // for which a server that closes after an answer is asked one by one
	pipeYouth  = 5 * time.Second
)

// sendPiped exchanges a parcel on a connection that others use too.
func (c *Client) sendPiped(ctx context.Context, p *parcel, door netip.AddrPort) error {
	pp, err := c.pipeTo(ctx, door)
	if err != nil {
		return err
	}
	w := &waiter{p, make(chan error, 1), make(chan struct{}, 1)}
	leads, err := pp.enter(w)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(c.o.Timeout)
	if err := pp.send(whole(p), deadline); err != nil {
		pp.fail(err)
	}
	if leads {
		err = pp.read(ctx, w, deadline, c.o.Timeout)
	} else {
		err = pp.wait(ctx, w, deadline, c.o.Timeout)
	}
	c.dropPipe(door, pp)
	return err
}

// pipeTo returns the connection to a server on which the fewest wait, or opens
// one.
func (c *Client) pipeTo(ctx context.Context, door netip.AddrPort) (*pipe, error) {
	pp, fresh := c.choosePipe(door)
	if !fresh {
		select {
		case <-pp.ready:
			return pp, nil
		case <-ctx.Done():
			return nil, ctx.Err() //nolint:wrapcheck // the caller's own
		}
	}
	defer close(pp.ready)
	conn, err := c.dialTCP(ctx, door)
	if err != nil {
		pp.fail(err)
		c.dropPipe(door, pp)
		return nil, err
	}
	pp.mu.Lock()
	defer pp.mu.Unlock()
	pp.conn, pp.in = conn, bufio.NewReader(conn)
	if pp.fault != nil {
		_ = conn.Close() // the client was closed in the meantime
	}
	return pp, nil
}

// choosePipe returns a connection, and whether it must be opened first.
func (c *Client) choosePipe(door netip.AddrPort) (pp *pipe, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fewest := 0
	for _, other := range c.pipes[door] {
		if n := other.load(); pp == nil || n < fewest {
			pp, fewest = other, n
		}
	}
	if pp != nil && (fewest == 0 || len(c.pipes[door]) >= c.o.Pipeline) {
		return pp, false
	}
	if len(c.pipes) >= maxPiped {
		c.closeUnused()
	}
	pp = &pipe{ready: make(chan struct{}), opened: time.Now(), waiting: map[uint32]*waiter{}}
	c.pipes[door] = append(c.pipes[door], pp)
	return pp, true
}

// closeUnused closes the connections to a server on which nobody waits.
func (c *Client) closeUnused() {
	for door, list := range c.pipes {
		if slices.ContainsFunc(list, func(pp *pipe) bool { return pp.load() > 0 }) {
			continue
		}
		for _, pp := range list {
			pp.fail(net.ErrClosed)
		}
		delete(c.pipes, door)
		return
	}
}

// dropPipe forgets a connection that has failed, and remembers a server that
// closes after one answer.
func (c *Client) dropPipe(door netip.AddrPort, pp *pipe) {
	pp.mu.Lock()
	failed, single := pp.fault != nil, pp.answered <= 1 && errors.Is(pp.fault, io.EOF) && time.Since(pp.opened) < pipeYouth
	pp.mu.Unlock()
	if !failed {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.pipes[door]
	for i := range list {
		if list[i] == pp {
			c.pipes[door] = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	if len(c.pipes[door]) == 0 {
		delete(c.pipes, door)
	}
	if single {
		if len(c.single) >= maxFailed {
			clear(c.single)
		}
		c.single[door] = c.o.Now().Add(singleTime)
	}
}

// piped tells whether a server may be sent several queries on one connection.
func (c *Client) piped(p *parcel, door netip.AddrPort) bool {
	if c.o.Pipeline <= 0 || !p.alone {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	until, ok := c.single[door]
	return !ok || !c.o.Now().Before(until)
}

func (pp *pipe) load() int {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	return len(pp.waiting)
}

// enter adds one who waits, and tells whether it is the one who reads.
func (pp *pipe) enter(w *waiter) (leads bool, err error) {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	id := w.parcel.envelope.Request
	switch {
	case pp.fault != nil:
		return false, &pipeError{pp.fault}
	case len(pp.waiting) >= maxWaiting || pp.waiting[id] != nil:
		return false, &pipeError{errPipeFull}
	}
	pp.waiting[id] = w
	if pp.reader == nil {
		pp.reader = w
	}
	return pp.reader == w, nil
}

// take returns who waits for the answer to a request, and nobody else does then.
func (pp *pipe) take(id uint32) *waiter {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	w := pp.waiting[id]
	if w != nil {
		delete(pp.waiting, id)
		pp.answered++
	}
	return w
}

// leave ends waiting; another reads if it was this one. It returns false if the
// answer is just being read.
func (pp *pipe) leave(w *waiter) bool {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	id := w.parcel.envelope.Request
	there := pp.waiting[id] == w
	if there {
		delete(pp.waiting, id)
	}
	if pp.reader == w {
		pp.reader = nil
		for _, next := range pp.waiting {
			pp.reader = next
			next.turn <- struct{}{}
			break
		}
	}
	return there
}

// fail ends the connection for all.
func (pp *pipe) fail(fault error) {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	if pp.fault != nil {
		return
	}
	pp.fault = fault
	for _, w := range pp.waiting {
		w.done <- &pipeError{fault}
	}
	clear(pp.waiting)
	pp.reader = nil
	if pp.conn != nil {
		_ = pp.conn.Close() // the fault is told
	}
}

// send writes a message, with those that others bring in the meantime.
func (pp *pipe) send(octets []byte, deadline time.Time) error {
	pp.write.Lock()
	defer pp.write.Unlock()
	pp.pending = append(pp.pending, octets...)
	if pp.writing {
		return nil
	}
	pp.writing = true
	defer func() { pp.writing = false }()
	if err := pp.conn.SetWriteDeadline(deadline); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	for len(pp.pending) > 0 {
		batch := pp.pending
		pp.pending = pp.spare[:0]
		pp.write.Unlock()
		_, err := pp.conn.Write(batch)
		pp.write.Lock()
		pp.spare = batch
		if err != nil {
			return fmt.Errorf("send message: %w", err)
		}
	}
	return nil
}

// wait waits for an answer that somebody else reads, or for the turn to read.
func (pp *pipe) wait(ctx context.Context, w *waiter, deadline time.Time, patience time.Duration) error {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	var why error
	select {
	case err := <-w.done:
		return err
	case <-w.turn:
		return pp.read(ctx, w, deadline, patience)
	case <-ctx.Done():
		why = ctx.Err()
	case <-timer.C:
		why = errTimeout
	}
	if !pp.leave(w) {
		return <-w.done // it has come, or the connection is gone
	}
	return why
}

// read reads answers for all until its own has come.
func (pp *pipe) read(ctx context.Context, w *waiter, deadline time.Time, patience time.Duration) error {
	defer pp.leave(w)
	stop := context.AfterFunc(ctx, func() { _ = pp.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for {
		select {
		case err := <-w.done: // the connection is gone
			return err
		default:
		}
		if err := pp.await(ctx, deadline); err != nil {
			if _, broken := errors.AsType[*pipeError](err); broken {
				pp.fail(errors.Unwrap(err))
			}
			return err
		}
		_ = pp.conn.SetReadDeadline(time.Now().Add(patience)) // reading tells if it is closed
		e, message, err := readMessage(pp.in)
		if err != nil {
			pp.fail(err)
			return &pipeError{err}
		}
		owner := pp.take(e.Request)
		if owner == nil {
			continue // it has given up
		}
		more, err := owner.parcel.each(&e, message)
		if more && err == nil {
			err = fmt.Errorf("a part of an answer: %w", ErrForged)
		}
		if owner == w {
			return err
		}
		owner.done <- err
	}
}

// await waits for the first octet of an answer. Between answers, giving up breaks
// nothing.
func (pp *pipe) await(ctx context.Context, deadline time.Time) error {
	for {
		_ = pp.conn.SetReadDeadline(deadline) // reading tells if it is closed
		if ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // the caller's own
		}
		_, err := pp.in.Peek(1)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return &pipeError{fmt.Errorf("wait for an answer: %w", err)}
		case !time.Now().Before(deadline):
			return errTimeout
		}
		// One who read before has given up, and ended the wait of this one too.
	}
}
