package resolver_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// door returns where a site is spoken to by a protocol.
func door(t testing.TB, site wire.Site, p wire.Protocol) netip.AddrPort {
	t.Helper()
	d, ok := site.Servers[0].Door(wire.ServiceQuery, p)
	if !ok {
		t.Fatalf("the site has no %s", p)
	}
	return d
}

// forwarded is a house with further recursive nodes that are asked for 88.
func forwarded(t *testing.T, balance resolver.Balance, protocols ...wire.Protocol) (h *house, upstreams []*resolver.Resolver, sites []wire.Site) {
	t.Helper()
	h = newHouse(t, hurried)
	f := resolver.Forwarders{Name: "carrier", Prefixes: []string{"88"}, Balance: balance}
	for _, p := range protocols {
		up := h.resolver()
		site, _ := start(t, up)
		upstreams, sites = append(upstreams, up), append(sites, site)
		u := resolver.Upstream{Address: door(t, site, p), Protocol: p}
		if p == wire.HTTPS {
			u.PublicKey = site.Servers[0].PublicKey
		}
		f.Upstreams = append(f.Upstreams, u)
	}
	if err := h.r.SetPolicy(resolver.Policy{Forward: []resolver.Forwarders{f}}); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		h.enterprise.put(fmt.Sprintf("88.101.5/f%d", i), wire.Text(1, wire.TypeURL, "u"))
	}
	return h, upstreams, sites
}

func (h *house) askMany(from, to int) {
	h.t.Helper()
	for i := from; i < to; i++ {
		if res := answer(h.t, h.r, question(fmt.Sprintf("88.101.5/f%d", i), recurse, nil)); res.Code != wire.CodeSuccess {
			h.t.Fatalf("f%d: %s", i, texts(h.t, res))
		}
	}
}

func asked(r *resolver.Resolver) uint64 {
	s := r.Snapshot()
	return s.Misses + s.Hits
}

func TestQuestionsAreForwardedByEveryProtocol(t *testing.T) {
	for _, p := range []wire.Protocol{wire.UDP, wire.TCP, wire.HTTP, wire.HTTPS} {
		t.Run(p.String(), func(t *testing.T) {
			h, up, _ := forwarded(t, resolver.RoundRobin, p)
			h.askMany(0, 5)
			h.askMany(0, 5)
			if n := asked(up[0]); n != 5 {
				t.Errorf("the forwarder was asked %d times", n)
			}
			same(t, "not there", texts(t, answer(t, h.r, question("88.101.5/none", recurse, nil))), []string{"100 "})
			if res := answer(t, h.r, question("77/x", recurse, nil)); res.Code != wire.CodeNotFound || asked(up[0]) != 6 {
				t.Errorf("another prefix: %s, %d", texts(t, res), asked(up[0]))
			}
		})
	}
}

func TestAForwarderOverHTTPSIsTrustedByItsKeyOnly(t *testing.T) {
	h := newHouse(t, hurried)
	site, _ := start(t, h.resolver())
	for name, key := range map[string][]byte{"no key": nil, "another key": {1, 2, 3}} {
		err := h.r.SetPolicy(resolver.Policy{Forward: []resolver.Forwarders{{Prefixes: []string{"*"}, Upstreams: []resolver.Upstream{
			{Address: door(t, site, wire.HTTPS), Protocol: wire.HTTPS, PublicKey: key},
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		if res := answer(t, h.r, question("88.101.5/"+name, recurse, nil)); res.Code != wire.CodeError {
			t.Errorf("%s: %s", name, texts(t, res))
		}
	}
}

func TestForwardersShareTheWork(t *testing.T) {
	for balance, name := range map[resolver.Balance]string{resolver.RoundRobin: "in turn", resolver.ByHash: "by hash"} {
		t.Run(name, func(t *testing.T) {
			h, up, _ := forwarded(t, balance, wire.UDP, wire.UDP, wire.UDP)
			h.askMany(0, 30)
			first := [3]uint64{}
			for i := range up {
				if first[i] = asked(up[i]); first[i] < 3 || balance == resolver.RoundRobin && first[i] != 10 {
					t.Errorf("forwarder %d was asked %d times", i, first[i])
				}
			}
			h.r.Delete(resolver.Filter{})
			h.askMany(0, 30)
			for i := range up {
				if n := asked(up[i]); balance == resolver.ByHash && n != 2*first[i] {
					t.Errorf("forwarder %d was asked %d and %d times for the same", i, first[i], n-first[i])
				}
			}
		})
	}
}

func TestTheFastestForwarderIsPreferred(t *testing.T) {
	h, up, sites := forwarded(t, resolver.ByLatency, wire.UDP, wire.UDP)
	h.network.slow(sites[0], 60*time.Millisecond)
	h.askMany(0, 40)
	if n, m := asked(up[0]), asked(up[1]); n+m != 40 || m < 24 { // two and a half of a hundred go to the slow one
		t.Errorf("the slow one was asked %d times, the fast one %d", n, m)
	}
}

func TestASilentForwarderIsPassedOver(t *testing.T) {
	h, up, sites := forwarded(t, resolver.RoundRobin, wire.UDP, wire.UDP)
	h.network.silence(sites[0], true)
	h.askMany(0, 10)
	if n := asked(up[1]); n != 10 {
		t.Errorf("the other was asked %d times", n)
	}
	h.r.CheckForwarders(t.Context())
	sick := func() (n int) {
		for _, b := range h.r.Snapshot().Backends {
			if b.Sick {
				n++
			}
		}
		return n
	}
	if sick() != 1 {
		t.Errorf("%d forwarders are sick", sick())
	}
	h.network.silence(sites[0], false)
	h.r.CheckForwarders(t.Context())
	if sick() != 0 {
		t.Errorf("%d forwarders are still sick", sick())
	}
	h.askMany(10, 20)
	if n := asked(up[0]); n < 5 {
		t.Errorf("after it healed it was asked %d times", n)
	}
}

func TestForwardersAreLookedAfter(t *testing.T) {
	h, up, _ := forwarded(t, resolver.RoundRobin, wire.UDP)
	h.run()
	until(t, "the forwarder to be asked whether it is there", func() bool { return up[0].Snapshot().Heartbeats > 0 })
}

func TestForwardersInACircleEnd(t *testing.T) {
	h := newHouse(t)
	other := h.resolver()
	site, _ := start(t, other)
	circle := func(r *resolver.Resolver, to wire.Site) {
		p := resolver.Policy{Forward: []resolver.Forwarders{{Prefixes: []string{"*"}, Upstreams: []resolver.Upstream{{Address: door(t, to, wire.UDP)}}}}}
		if err := r.SetPolicy(p); err != nil {
			t.Fatal(err)
		}
	}
	circle(h.r, site)
	circle(other, h.front)
	began := time.Now()
	if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeRecursionLimit {
		t.Errorf("answered %s", texts(t, res))
	}
	if took := time.Since(began); took > 7*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestTheNextForwarderIsAskedWhenOneIsBusy(t *testing.T) {
	h := newHouse(t)
	busy, _ := start(t, server.HandlerFunc(func(_ context.Context, _ *server.Request, res *server.Response) {
		res.Fail(wire.CodeBusy, "")
	}))
	well, _ := start(t, h.resolver())
	p := resolver.Policy{Forward: []resolver.Forwarders{{Prefixes: []string{"*"}, Upstreams: []resolver.Upstream{
		{Address: door(t, busy, wire.UDP)}, {Address: door(t, well, wire.UDP)},
	}}}}
	if err := h.r.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		h.enterprise.put(fmt.Sprintf("88.101.5/f%d", i), wire.Text(1, wire.TypeURL, "u"))
	}
	h.askMany(0, 4)
}
