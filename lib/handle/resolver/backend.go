package resolver

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"linghang/lib/handle/wire"
)

// door is how a server is spoken to.
type door struct {
	address  netip.AddrPort
	protocol wire.Protocol
}

// String returns the door as udp 192.0.2.1:2641.
func (d door) String() string { return d.protocol.String() + " " + d.address.String() }

// backend is what is known of a door.
type backend struct {
	rate atomic.Int64

	mu       sync.Mutex
	open     int           // questions
	failures int           // in a row
	wait     time.Duration // before it is asked again
	next     time.Time
	sick     bool // it did not answer when it was looked after
	average  time.Duration
	latency  Extremes
	failed   uint64
	refused  uint64
	used     time.Time
}

// backends are the servers that were asked lately. They implement client.Guard:
// a server that is silent is asked again only now and then, and none is asked
// more than the policy says, or takes all questions for itself.
type backends struct {
	each int
	now  func() time.Time
	rate func() Rate

	mu   sync.Mutex
	list map[door]*backend
}

// When a server that does not answer is left alone.
const (
	failuresToRest = 3
	firstRest      = time.Second
	longestRest    = 30 * time.Second
	maxBackends    = 4096
)

func newBackends(each int, now func() time.Time, rate func() Rate) *backends {
	return &backends{each: each, now: now, rate: rate, list: map[door]*backend{}}
}

func (t *backends) get(d door) *backend {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.list[d]
	if b == nil {
		if len(t.list) >= maxBackends {
			t.forget()
		}
		b = &backend{}
		t.list[d] = b
	}
	return b
}

// forget drops one that was not used for long, of a few.
func (t *backends) forget() {
	var oldest door
	var since time.Time
	tried := 0
	for d, b := range t.list {
		b.mu.Lock()
		used, open := b.used, b.open
		b.mu.Unlock()
		if open == 0 && (tried == 0 || used.Before(since)) {
			oldest, since = d, used
			tried++
		}
		if tried == 16 {
			break
		}
	}
	delete(t.list, oldest)
}

// Enter implements client.Guard.
func (t *backends) Enter(address netip.AddrPort, protocol wire.Protocol) error {
	d, now := door{address, protocol}, t.now()
	b := t.get(d)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = now
	if b.failures >= failuresToRest && now.Before(b.next) {
		b.refused++
		return fmt.Errorf("%s: %w", d, errSilent)
	}
	if b.open >= t.each {
		b.refused++
		return fmt.Errorf("%s: %w", d, errBusy)
	}
	if r := t.rate(); r.PerSecond > 0 && !takeFrom(&b.rate, r, now.UnixNano()) {
		b.refused++
		return fmt.Errorf("%s: %w", d, errBusy)
	}
	if b.failures >= failuresToRest {
		b.next = now.Add(b.wait) // this one tries, the others wait for it
	}
	b.open++
	return nil
}

// Leave implements client.Guard.
func (t *backends) Leave(address netip.AddrPort, protocol wire.Protocol, took time.Duration, err error) {
	now := t.now()
	b := t.get(door{address, protocol})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = max(b.open-1, 0)
	switch {
	case err == nil:
		b.failures, b.wait, b.sick = 0, 0, false
		b.latency.add(took, now)
		if b.average == 0 {
			b.average = took
		}
		b.average += (took - b.average) / 8
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && took < time.Second:
		// Whoever asked gave up. It says nothing of the server.
	default:
		b.failed++
		if b.failures++; b.failures >= failuresToRest {
			b.wait = min(max(2*b.wait, firstRest), longestRest)
			b.next = now.Add(b.wait)
		}
	}
}

// judge notes whether a server answered when it was looked after.
func (t *backends) judge(d door, well bool) {
	b := t.get(d)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sick = !well
}

// wake lets a server be asked that is left alone.
func (t *backends) wake(d door) {
	b := t.get(d)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next = time.Time{}
}

// health tells whether a server is likely to answer, and how fast it was.
func (t *backends) health(d door) (well bool, average time.Duration) {
	b := t.get(d)
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.sick && (b.failures < failuresToRest || !t.now().Before(b.next)), b.average
}

// state returns what is known of all, the first address first. With anew the
// extremes begin again.
func (t *backends) state(anew bool) []BackendState {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]BackendState, 0, len(t.list))
	for d, b := range t.list {
		b.mu.Lock()
		list = append(list, BackendState{
			Address: d.address, Protocol: d.protocol, InFlight: b.open, Failed: b.failed, Refused: b.refused,
			Resting: b.failures >= failuresToRest && t.now().Before(b.next), Sick: b.sick, Average: b.average, Latency: b.latency,
		})
		if anew {
			b.latency = Extremes{}
		}
		b.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b BackendState) int {
		if c := a.Address.Compare(b.Address); c != 0 {
			return c
		}
		return int(a.Protocol) - int(b.Protocol)
	})
	return list
}
