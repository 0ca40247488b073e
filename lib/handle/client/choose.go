package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"

	"linghang/lib/handle/wire"
)

// target is one server of a site.
type target struct {
	site   *wire.Site
	server *wire.Server
}

// timing is how long a door took lately.
type timing struct {
	average time.Duration
	at      time.Time
}

// How servers are chosen by their times.
const (
	failTime    = 30 * time.Second // for which a server that did not answer is asked last
	failAverage = 3 * time.Second  // that it counts as taking
	halfLife    = 2 * time.Minute  // after which a time counts half, so that others are tried again
	jitter      = 0.15             // that times differ by chance, so that not all clients choose the same
	raceTime    = 300 * time.Millisecond
	maxFailed   = 4096
)

// targets lists the servers that may be asked, the best first: primaries for
// changes, those that failed lately last, the fastest before others. Who was never
// asked is asked once.
func (c *Client) targets(sites []wire.Site, a *ask) []target {
	var list []target
	for i := range sites {
		site := &sites[i]
		if a.admin && !site.Primary {
			continue
		}
		if n, ok := site.ServerFor(a.handle); ok {
			list = append(list, target{site, &site.Servers[n]})
		}
	}
	if len(list) < 2 {
		return list
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.o.Now()
	weights := make(map[*wire.Server]float64, len(list))
	for _, t := range list {
		weights[t.server] = c.weight(t.server, now)
	}
	slices.SortStableFunc(list, func(a, b target) int { return cmp.Compare(weights[a.server], weights[b.server]) })
	return list
}

// weight is how long a server is likely to take, in seconds: its slowest door
// counts, for a slower one is tried when the faster has failed.
func (c *Client) weight(s *wire.Server, now time.Time) float64 {
	weight := 0.0
	for _, i := range s.Interfaces {
		door := netip.AddrPortFrom(s.Address, uint16(i.Port)) //nolint:gosec // as Door has it
		if until, ok := c.failed[door]; ok && now.Before(until) {
			return math.Inf(1)
		}
		t, ok := c.times[door]
		if !ok {
			continue
		}
		age := now.Sub(t.at).Seconds() / halfLife.Seconds()
		weight = max(weight, t.average.Seconds()*math.Exp2(-max(age, 0)))
	}
	return weight * (1 + jitter*(2*rand.Float64()-1)) //nolint:gosec // no secret
}

func (c *Client) remember(door netip.AddrPort, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !failed {
		delete(c.failed, door)
		return
	}
	if len(c.failed) >= maxFailed {
		clear(c.failed)
	}
	c.failed[door] = c.o.Now().Add(failTime)
}

// measure notes how long a door took. One whose answer was not waited for took at
// least as long as another.
func (c *Client) measure(door netip.AddrPort, took time.Duration, fault error, ended bool) {
	switch {
	case fault == nil:
	case !ended:
		took = max(took, failAverage)
	case took < raceTime/2:
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.times[door]
	if !ok {
		if len(c.times) >= maxFailed {
			clear(c.times)
		}
		t.average = took
	}
	t.average += (took - t.average) / 4
	t.at = c.o.Now()
	c.times[door] = t
}

// askSites asks one server after the other until one answers. Of the two families
// of addresses one gets a start of 300 ms only.
func (c *Client) askSites(ctx context.Context, sites []wire.Site, a *ask, w *walk) (*reply, error) {
	list := c.targets(sites, a)
	if len(list) == 0 {
		return nil, fmt.Errorf("%s %s: %w", a.op, a.handle, ErrNoService)
	}
	var faults error
	if n := rival(list); n > 0 && !a.admin && a.each == nil {
		r, err := c.race(ctx, [2]target{list[0], list[n]}, a, w)
		if err == nil {
			return r, nil
		}
		faults = errors.Join(faults, err)
		if final(ctx, a, err) {
			return nil, faults
		}
		list = slices.Delete(list, n, n+1)[1:]
	}
	for i, t := range list {
		r, err := c.askServer(ctx, t, a, w)
		if err == nil && r.message.Code == wire.CodeBusy && !a.admin && a.each == nil && i+1 < len(list) {
			err = failure(r, a) // another may have time
		}
		if err == nil {
			return r, nil
		}
		faults = errors.Join(faults, err)
		if final(ctx, a, err) {
			return nil, faults
		}
	}
	return nil, fmt.Errorf("%s %s: %w: %w", a.op, a.handle, ErrNoServer, faults)
}

// rival returns the number of the best target of the other family of addresses
// than the first, or zero.
func rival(list []target) int {
	for i := range list {
		if list[i].server.Address.Is4() != list[0].server.Address.Is4() {
			return i
		}
	}
	return 0
}

// runner is one side of a race, with what it changes for itself.
type runner struct {
	ask   ask
	walk  walk
	reply *reply
	err   error
}

// race asks two servers, the second when the first has failed or has not answered
// for a while. It returns the first answer, and when both have ended.
func (c *Client) race(ctx context.Context, targets [2]target, a *ask, w *walk) (*reply, error) {
	racing, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	came := make(chan *runner, len(targets))
	start := func(t target) {
		r := &runner{ask: *a, walk: *w}
		r.walk.seen = maps.Clone(w.seen)
		running.Go(func() {
			r.reply, r.err = c.askServer(racing, t, &r.ask, &r.walk)
			came <- r
		})
	}
	start(targets[0])
	timer := time.NewTimer(raceTime)
	defer timer.Stop()
	var faults error
	left := w.left
	for open, next := 1, 1; open > 0; {
		select {
		case <-timer.C:
		case r := <-came:
			open--
			left = min(left, r.walk.left)
			a.heard = a.heard || r.ask.heard
			if r.err == nil {
				w.left, w.seen, *a = left, r.walk.seen, r.ask
				return r.reply, nil
			}
			faults = errors.Join(faults, r.err)
		}
		if next < len(targets) && racing.Err() == nil {
			start(targets[next])
			next, open = next+1, open+1
		}
	}
	w.left = left
	return nil, faults
}
