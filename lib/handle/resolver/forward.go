package resolver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// group is a Forwarders with what is known of it.
type group struct {
	*Forwarders
	upstreams []upstream
	turn      atomic.Uint64
}

type upstream struct {
	door
	site wire.Site
}

func newGroup(f *Forwarders) *group {
	g := &group{Forwarders: f}
	for i, u := range f.Upstreams {
		g.upstreams = append(g.upstreams, upstream{door{u.Address, u.Protocol}, wire.Site{
			Version: wire.Current(), Serial: wire.SerialUnknown, Attributes: []wire.Attribute{{Name: "desc", Value: f.Name}},
			Servers: []wire.Server{{
				ID: uint32(i + 1), Address: u.Address.Addr(), PublicKey: u.PublicKey,
				Interfaces: []wire.Interface{{Service: wire.ServiceQuery, Protocol: u.Protocol, Port: uint32(u.Address.Port())}},
			}},
		}})
	}
	return g
}

// exploring is how often in a hundred an upstream is tried that is not known to
// be the fastest.
const exploring = 5

// order returns the upstreams in the order in which they are asked for a key:
// those that are not well at the end.
func (g *group) order(key string, b *backends) []*upstream {
	list := make([]*upstream, len(g.upstreams))
	for i := range list {
		list[i] = &g.upstreams[i]
	}
	well := make(map[*upstream]bool, len(list))
	average := make(map[*upstream]time.Duration, len(list))
	for _, u := range list {
		well[u], average[u] = b.health(u.door)
	}
	switch g.Balance {
	case ByHash:
		weight := func(u *upstream) uint64 {
			h := fnv.New64a() // the same after a restart: it is what the upstream's cache lives on
			_, _ = h.Write([]byte(key + " " + u.String()))
			return h.Sum64()
		}
		slices.SortFunc(list, func(a, b *upstream) int { return cmp.Compare(weight(a), weight(b)) })
	case ByLatency:
		slices.SortStableFunc(list, func(a, b *upstream) int { return cmp.Compare(average[a], average[b]) })
		if n := len(list); rand.IntN(100) < exploring { //nolint:gosec // no secret
			i := rand.IntN(n) //nolint:gosec // no secret
			list[0], list[i] = list[i], list[0]
		}
	default:
		n := int(g.turn.Add(1) % uint64(len(list))) //nolint:gosec // below the length
		list = append(list[n:], list[:n]...)
	}
	slices.SortStableFunc(list, func(a, b *upstream) int {
		switch {
		case well[a] == well[b]:
			return 0
		case well[a]:
			return -1
		default:
			return 1
		}
	})
	return list
}

// forward asks the upstreams, one after the other until one knows.
func (r *Resolver) forward(ctx context.Context, g *group, q *question) ([]wire.Value, error) {
	var faults error
	for _, u := range g.order(q.key, r.backends) {
		a, err := r.client.ResolveAt(ctx, []wire.Site{u.site}, q.handle, client.Query{
			KeepAlias: true, Authoritative: q.past, Recurse: true, Recursion: q.recursion + 1,
		})
		if err == nil {
			return a.Values, nil
		}
		faults = errors.Join(faults, fmt.Errorf("forwarders %s: %w", g.Name, err))
		if code := client.CodeOf(err); code != 0 && code != wire.CodeError && code != wire.CodeBusy || ctx.Err() != nil {
			break
		}
	}
	return nil, faults
}

// Run does what nobody waits for, until the context ends: it fetches records that
// will be asked for again, and looks after forwarders and the root.
func (r *Resolver) Run(ctx context.Context) error {
	var working sync.WaitGroup
	for range r.o.PrefetchWorker {
		working.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case handle := <-r.again:
					r.fetchAgain(ctx, handle)
				}
			}
		})
	}
	working.Go(func() { r.watch(ctx) })
	working.Wait()
	return nil
}

// fetchAgain fetches a record before it is asked for.
func (r *Resolver) fetchAgain(ctx context.Context, handle string) {
	p := r.policy.Load()
	q := r.ask(p, handle)
	q.ahead = true
	old := r.cache.find(q.hash, []byte(q.key))
	q.trusted = old != nil && old.checked && p.Trust.On
	r.counts.prefetches.Add(1)
	r.resolve(ctx, p, q)
	if old != nil {
		old.queued.Store(false) // if it is still there, it may be asked for again
	}
}

// rootEvery is how often the root is asked where it is.
const rootEvery = time.Hour

// watch looks after the forwarders and the root, each at its time.
func (r *Resolver) watch(ctx context.Context) {
	next := map[*group]time.Time{}
	root := r.o.Now().Add(rootEvery)
	for {
		p, now := r.policy.Load(), r.o.Now()
		soonest := now.Add(minEvery)
		times := map[*group]time.Time{}
		for _, g := range p.groups {
			at := next[g]
			if !now.Before(at) {
				r.examine(ctx, g)
				at = now.Add(orElse(g.Every, usualEvery))
			}
			times[g] = at
			if at.Before(soonest) {
				soonest = at
			}
		}
		next = times
		if !now.Before(root) {
			_ = r.client.RefreshRoot(ctx) // it goes on with the one it knows
			root = now.Add(rootEvery)
		}
		timer := time.NewTimer(max(soonest.Sub(now), time.Second))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-r.changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// CheckForwarders asks every forwarder whether it is there.
func (r *Resolver) CheckForwarders(ctx context.Context) {
	for _, g := range r.policy.Load().groups {
		r.examine(ctx, g)
	}
}

// examineTime is how long a forwarder that is looked after may take.
const examineTime = 5 * time.Second

// examine asks the upstreams of a group for the heartbeat: any answer will do.
func (r *Resolver) examine(ctx context.Context, g *group) {
	ctx, cancel := context.WithTimeout(ctx, examineTime)
	defer cancel()
	var asking sync.WaitGroup
	for i := range g.upstreams {
		u := &g.upstreams[i]
		asking.Go(func() {
			r.backends.wake(u.door)
			_, err := r.client.ResolveAt(ctx, []wire.Site{u.site}, heartbeat, client.Query{KeepAlias: true, Recurse: true})
			answered := err == nil || client.CodeOf(err) != 0 || errors.Is(err, client.ErrForged)
			r.backends.judge(u.door, answered)
		})
	}
	asking.Wait()
}
