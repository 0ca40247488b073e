package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// kept returns a client that keeps places, and how it is told of hops.
func kept(t *testing.T, h *house, change ...func(*client.Options)) (*client.Client, *asked, *places) {
	t.Helper()
	var hops asked
	cache := &places{list: map[string][]wire.Value{}}
	o := append([]func(*client.Options){func(o *client.Options) { o.Cache, o.Trace = cache, hops.trace }}, change...)
	return h.ask(t, o...), &hops, cache
}

func TestPrefixesBelowOneThatIsKeptSpareTheRoot(t *testing.T) {
	h := newHouse(t)
	c, hops, _ := kept(t, h)
	resolve := func(prefix string) {
		t.Helper()
		h.enterprise.put(prefix+"/x", wire.Text(1, wire.TypeURL, "u"))
		if _, err := c.Resolve(t.Context(), prefix+"/x", client.Query{}); err != nil {
			t.Errorf("%s: %v", prefix, err)
		}
	}
	for i := range 10 {
		prefix := fmt.Sprintf("88.101.%d", 20+i)
		h.secondary.put(wire.NA+prefix, h.enterprise.siteValue(1, wire.TypeSite))
		resolve(prefix)
	}
	root := udpDoor(t, h.root.site)
	if n := hops.count(root); n != 1 {
		t.Errorf("the root was asked %d times", n)
	}
	// What the root has itself, below the prefix, is found there.
	h.root.put("0.NA/88.101.77", h.enterprise.siteValue(1, wire.TypeSite))
	resolve("88.101.77")
	if n := hops.count(root); n != 2 {
		t.Errorf("the root was asked %d times", n)
	}
	if _, err := c.Resolve(t.Context(), "0.NA/88.101.78", client.Query{}); client.CodeOf(err) != wire.CodeNotFound {
		t.Errorf("what nobody has: %v", err)
	}
}

func TestAPlaceThatIsOutOfDateIsLookedForOnceMore(t *testing.T) {
	h := newHouse(t)
	outdated := newStore()
	old := start(t, outdated, func(o *server.Options) { o.Handler = coded(wire.CodeSiteOutdated) })
	h.secondary.put(enterpriseHandle, old.siteValue(1, wire.TypeSite))
	c, hops, _ := kept(t, h)
	if _, err := c.Resolve(t.Context(), product, client.Query{}); client.CodeOf(err) != wire.CodeSiteOutdated || hops.count(udpDoor(t, old.site)) != 2 {
		t.Errorf("one that always says so: %v, asked %d times", err, hops.count(udpDoor(t, old.site)))
	}
	h.secondary.put(enterpriseHandle, h.enterprise.siteValue(1, wire.TypeSite))
	if _, err := c.Resolve(t.Context(), product, client.Query{}); err != nil {
		t.Errorf("moved: %v", err)
	}
}

func coded(code wire.Code) server.Handler {
	return server.HandlerFunc(func(_ context.Context, _ *server.Request, res *server.Response) { res.Fail(code, "") })
}

func TestAnAnswerAboutAnotherPlaceIsRefused(t *testing.T) {
	h := newHouse(t)
	liar := start(t, newStore(), func(o *server.Options) {
		o.Handler = server.HandlerFunc(func(_ context.Context, _ *server.Request, res *server.Response) {
			v := wire.Values{Handle: "0.NA/99", Values: []wire.Value{h.enterprise.siteValue(1, wire.TypeSite)}}
			res.Code, res.Body = wire.CodeSuccess, v.Append(res.Body)
		})
	})
	c, _, cache := kept(t, h, func(o *client.Options) { o.Root = []wire.Site{liar.site} })
	if _, err := c.Resolve(t.Context(), product, client.Query{}); !errors.Is(err, client.ErrForged) || len(cache.list) != 0 {
		t.Errorf("%v, kept %v", err, cache.list)
	}
}

func TestServersThatAreNotAcceptedAreNotAsked(t *testing.T) {
	h := newHouse(t)
	c, hops, _ := kept(t, h, func(o *client.Options) { o.Accept = func(a netip.Addr) bool { return !a.IsLoopback() } })
	_, err := c.Resolve(t.Context(), product, client.Query{})
	if !errors.Is(err, client.ErrForbidden) || !strings.Contains(err.Error(), "127.0.0.1") || hops.count(udpDoor(t, h.secondary.site)) != 0 {
		t.Errorf("%v", err)
	}
}

func TestForcedPlacesAreNotLookedFor(t *testing.T) {
	h := newHouse(t)
	h.secondary.put("0.NA/88.101.6", h.enterprise.siteValue(1, wire.TypeSite))
	h.enterprise.put("88.101.6/x", wire.Text(1, wire.TypeURL, "u"))
	c, hops, _ := kept(t, h, func(o *client.Options) {
		o.Accept = func(netip.Addr) bool { return false }
		o.Forced = func(place string) []wire.Value {
			switch place {
			case enterpriseHandle:
				return []wire.Value{h.enterprise.siteValue(1, wire.TypeSite)}
			case secondaryHandle + ".":
				return []wire.Value{h.secondary.siteValue(1, wire.TypeSitePrefix)}
			}
			return nil
		}
	})
	if _, err := c.Resolve(t.Context(), product, client.Query{}); err != nil || hops.count(udpDoor(t, h.root.site)) != 0 {
		t.Errorf("%v", err)
	}
	if _, err := c.Resolve(t.Context(), "88.101.6/x", client.Query{}); !errors.Is(err, client.ErrForbidden) || hops.count(udpDoor(t, h.root.site)) != 0 {
		t.Errorf("where a forced one leads is a stranger's word: %v", err)
	}
}

func TestACallIsTracedWithWhatWasKnown(t *testing.T) {
	h := newHouse(t)
	c, _, _ := kept(t, h)
	var mu sync.Mutex
	var got []string
	ctx := client.WithTrace(t.Context(), func(h client.Hop) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprintf("%s %d %v %d", h.Handle, h.Code, h.Cached, len(h.Leads)))
	})
	for range 2 {
		if _, err := c.Resolve(ctx, product, client.Query{Signed: true}); err != nil {
			t.Fatal(err)
		}
	}
	if want := enterpriseHandle + " 303 false 1|" + enterpriseHandle + " 1 false 0|" + product + " 1 false 0|" +
		"0.NA/88.101.5 1 true 1|" + product + " 1 false 0"; strings.Join(got, "|") != want {
		t.Errorf("hops %q", got)
	}
}

// gate lets nobody but one server be asked.
type gate struct {
	mu    sync.Mutex
	open  netip.AddrPort
	count map[string]int
}

var errShut = errors.New("the gate is shut")

func (g *gate) Enter(door netip.AddrPort, _ wire.Protocol) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if door != g.open {
		g.count["refused"]++
		return errShut
	}
	g.count["entered"]++
	return nil
}

func (g *gate) Leave(_ netip.AddrPort, _ wire.Protocol, took time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil && took > 0 {
		g.count["left"]++
	}
}

func TestAGuardIsAskedBeforeEachExchange(t *testing.T) {
	h := newHouse(t)
	g := &gate{open: udpDoor(t, h.root.site), count: map[string]int{}}
	c, _, _ := kept(t, h, func(o *client.Options) { o.Guard = g })
	_, err := c.Resolve(t.Context(), product, client.Query{})
	if !errors.Is(err, errShut) || !errors.Is(err, client.ErrNoServer) || g.count["entered"] != 1 || g.count["left"] != 1 || g.count["refused"] != 4 {
		t.Errorf("%v, %v", err, g.count)
	}
}

func TestTheRootIsFollowedOnlyIfItsAnswerIsSigned(t *testing.T) {
	h := newHouse(t)
	moved := start(t, newStore())
	moved.put("0.NA/77", h.enterprise.siteValue(1, wire.TypeSite))
	h.root.put(wire.RootHandle, moved.siteValue(1, wire.TypeSite))
	h.enterprise.put("77/x", wire.Text(1, wire.TypeURL, "u"))
	c := h.ask(t)
	if err := c.RefreshRoot(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Resolve(t.Context(), "77/x", client.Query{}); err != nil {
		t.Errorf("at the new root: %v", err)
	}
	unsigned := start(t, newStore(), func(o *server.Options) { o.Key = nil })
	unsigned.put(wire.RootHandle, moved.siteValue(1, wire.TypeSite))
	c = h.ask(t, func(o *client.Options) { o.Root = []wire.Site{unsigned.site} })
	if err := c.RefreshRoot(t.Context()); err == nil {
		t.Error("an answer without a signature is taken")
	}
	if _, err := c.Resolve(t.Context(), "77/x", client.Query{}); client.CodeOf(err) != wire.CodeNotFound {
		t.Errorf("at the old root: %v", err)
	}
}

func TestAServerIsAskedAsTheCallerSays(t *testing.T) {
	h := newHouse(t)
	c := h.ask(t)
	if _, err := c.ResolveAt(t.Context(), []wire.Site{h.root.site}, product, client.Query{}); client.CodeOf(err) != wire.CodeNotFound {
		t.Errorf("at the root: %v", err)
	}
	if a, err := c.ResolveAt(t.Context(), []wire.Site{h.enterprise.site}, product, client.Query{Recursion: 3}); err != nil || len(a.Values) != 1 {
		t.Errorf("at the enterprise: %+v, %v", a, err)
	}
	if _, err := c.ResolveAt(t.Context(), []wire.Site{h.enterprise.site}, product, client.Query{Recursion: 11}); client.CodeOf(err) != wire.CodeRecursionLimit {
		t.Errorf("passed on too often: %v", err)
	}
}
