package kernel

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/health"
)

// hands are clocks that a test sets.
type hands struct {
	mu     sync.Mutex
	passed time.Duration // since the beginning
	wrong  time.Duration // how far this machine's wall clock is off
	others time.Duration // how far the database's is
	away   bool          // whether the database does not answer
}

func (h *hands) set(change func(h *hands)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func (h *hands) now() moment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return moment{noon.Add(h.passed + h.wrong), h.passed}
}

func (h *hands) ask(context.Context) (time.Time, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.away {
		return time.Time{}, errors.New("away")
	}
	return noon.Add(h.passed + h.others), nil
}

func TestAReplicaWhoseClockJumpedDoesNothingUntilItIsRight(t *testing.T) {
	for _, day := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		h := &hands{}
		c := &clock{ask: h.ask, now: h.now, base: h.now()}
		at := func(what string, state health.State, works bool) {
			t.Helper()
			if f := c.check(t.Context()); stateOf(f) != state {
				t.Errorf("%s: %s, %s", what, f.State, f.Note.EN)
			}
			if err := c.right(t.Context()); (err == nil) != works || (err != nil && !fault.Is(err, fault.Unavailable)) {
				t.Errorf("%s: %v", what, err)
			}
		}
		at("in the beginning", health.Good, true)
		h.set(func(h *hands) { h.passed = time.Hour })
		at("an hour on", health.Good, true)
		h.set(func(h *hands) { h.wrong = day })
		if err := c.right(t.Context()); err == nil {
			t.Error("it works before anybody looked at the health page")
		}
		at("after a jump", health.Down, false)
		h.set(func(h *hands) { h.away = true })
		at("with the database away", health.Degraded, false)
		h.set(func(h *hands) { h.away, h.wrong = false, 0 })
		at("set right", health.Good, true)
		h.set(func(h *hands) { h.wrong = 5 * time.Second })
		at("a little off", health.Degraded, true)
		h.set(func(h *hands) { h.wrong, h.others = day, day })
		at("when both have jumped", health.Good, true)
		h.set(func(h *hands) { h.others = 0 })
		at("when the database's goes alone", health.Degraded, true)
	}
}

func stateOf(f health.Finding) health.State {
	if f.State == "" {
		return health.Good
	}
	return f.State
}

func TestAProcessAloneTellsOfAJumpForAWhile(t *testing.T) {
	h := &hands{}
	c := &clock{now: h.now, base: h.now()}
	if f := c.check(t.Context()); f.State != "" {
		t.Errorf("in the beginning: %s", f.Note.EN)
	}
	h.set(func(h *hands) { h.wrong = 24 * time.Hour })
	if f := c.check(t.Context()); f.State != health.Degraded || f.Note.EN != "the clock has jumped by 24h0m0s" || f.Mend.EN == "" {
		t.Errorf("after a jump: %+v", f)
	}
	if err := c.right(t.Context()); err != nil {
		t.Errorf("nobody else could do its work: %v", err)
	}
	h.set(func(h *hands) { h.passed = 2 * time.Hour })
	if f := c.check(t.Context()); f.State != "" {
		t.Errorf("two hours later: %s", f.Note.EN)
	}
}

func TestLoopsRestWhileTheClockIsWrong(t *testing.T) {
	h := &hands{}
	c := &clock{ask: h.ask, now: h.now, base: h.now()}
	ctx, stop := context.WithCancel(t.Context())
	begun, ended, over := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		over <- c.during(ctx, func(ctx context.Context) error {
			begun <- struct{}{}
			<-ctx.Done()
			ended <- struct{}{}
			return nil
		})
	}()
	<-begun
	h.set(func(h *hands) { h.wrong = -time.Hour })
	<-ended
	select {
	case <-begun:
		t.Error("it began again with a wrong clock")
	default:
	}
	h.set(func(h *hands) { h.wrong = 0 })
	<-begun
	stop()
	<-ended
	if err := <-over; err != nil {
		t.Errorf("it ended with %v", err)
	}
	failed := errors.New("broken")
	if err := c.during(t.Context(), func(context.Context) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("a loop that fails by itself: %v", err)
	}
}
