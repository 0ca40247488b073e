package client_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func texts(values []wire.Value) []string {
	var list []string
	for _, v := range values {
		list = append(list, fmt.Sprintf("%d %s %s", v.Index, v.Type, v.Data))
	}
	return list
}

func TestAHandleIsFoundFromTheRootDown(t *testing.T) {
	h := newHouse(t)
	for _, p := range []wire.Protocol{wire.UDP, wire.TCP, wire.HTTP, wire.HTTPS} {
		t.Run(p.String(), func(t *testing.T) {
			var mu sync.Mutex
			var hops []string
			c := h.ask(t, only(p), func(o *client.Options) {
				o.Trace = func(hop client.Hop) {
					mu.Lock()
					defer mu.Unlock()
					hops = append(hops, fmt.Sprintf("%s %s %s", hop.Handle, hop.Code, hop.Protocol))
				}
			})
			a, err := c.Resolve(t.Context(), product, client.Query{})
			if err != nil {
				t.Fatal(err)
			}
			if got := texts(a.Values); !slices.Equal(got, []string{"1 URL http://a.example/T001"}) || !a.Authoritative {
				t.Errorf("values %v", got)
			}
			want := []string{
				enterpriseHandle + " prefix referral " + p.String(), enterpriseHandle + " success " + p.String(),
				product + " success " + p.String(),
			}
			if !slices.Equal(hops, want) {
				t.Errorf("hops %v", hops)
			}
		})
	}
}

func TestAnswersMayBeSigned(t *testing.T) {
	h := newHouse(t)
	if _, err := h.ask(t).Resolve(t.Context(), product, client.Query{Signed: true}); err != nil {
		t.Error(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*server.Options){
		"another key": func(o *server.Options) { o.Key = other },
		"no key":      func(o *server.Options) { o.Key = nil },
	} {
		n := start(t, newStore(), change)
		n.put(product, wire.Text(1, wire.TypeURL, "x"))
		c := client.New(client.Options{Resolver: []wire.Site{n.site}, Protocols: []wire.Protocol{wire.TCP}})
		if _, err := c.Resolve(t.Context(), product, client.Query{Signed: true}); !errors.Is(err, auth.ErrProof) && !errors.Is(err, auth.ErrUnsigned) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Resolve(t.Context(), product, client.Query{}); err != nil {
			t.Errorf("%s, not asked: %v", name, err)
		}
	}
}

func TestSecretValuesNeedAnAdministrator(t *testing.T) {
	h := newHouse(t)
	nobody, somebody := h.ask(t), h.ask(t, h.admin(t))
	if _, err := nobody.Resolve(t.Context(), product, client.Query{Indexes: []int32{2}}); client.CodeOf(err) != wire.CodeValuesNotFound {
		t.Errorf("public only: %v", err)
	}
	if _, err := nobody.Resolve(t.Context(), product, client.Query{Indexes: []int32{2}, Private: true}); client.CodeOf(err) != wire.CodeAuthNeeded {
		t.Errorf("without an identity: %v", err)
	}
	a, err := somebody.Resolve(t.Context(), product, client.Query{Indexes: []int32{2}, Private: true})
	if err != nil || len(a.Values) != 1 || string(a.Values[0].Data) != "for administrators" {
		t.Errorf("as administrator: %+v, %v", a, err)
	}
	wrong := h.ask(t, h.admin(t), func(o *client.Options) {
		id := *o.Identity
		id.Secret = []byte("another secret")
		o.Identity = &id
	})
	if _, err := wrong.Resolve(t.Context(), product, client.Query{Private: true}); client.CodeOf(err) != wire.CodeAuthFailed {
		t.Errorf("with another secret: %v", err)
	}
}

func TestHandlesAreChanged(t *testing.T) {
	for _, p := range []wire.Protocol{wire.TCP, wire.HTTP, wire.HTTPS} {
		for _, keep := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s keeping %d", p, keep), func(t *testing.T) {
				h := newHouse(t)
				changeAll(t, h.ask(t, only(wire.UDP, p), h.admin(t), func(o *client.Options) { o.KeepIdle = keep }), h)
			})
		}
	}
}

// changeAll tries every change of a handle.
func changeAll(t *testing.T, c *client.Client, h *house) {
	t.Helper()
	const handle = "88.101.5/new"
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	created, err := c.Create(t.Context(), handle, []wire.Value{wire.Text(1, wire.TypeURL, "a")}, 0)
	must("create", err)
	if created != handle {
		t.Errorf("created %s", created)
	}
	if _, err := c.Create(t.Context(), handle, nil, 0); client.CodeOf(err) != wire.CodeExists {
		t.Errorf("create again: %v", err)
	}
	_, err = c.Create(t.Context(), handle, []wire.Value{wire.Text(1, wire.TypeURL, "b")}, wire.FlagOverwrite)
	must("overwrite", err)
	must("add", c.AddValues(t.Context(), handle, []wire.Value{wire.Text(2, wire.TypeEmail, "c")}, 0))
	var fault *client.Error
	if err := c.AddValues(t.Context(), handle, []wire.Value{wire.Text(2, wire.TypeEmail, "c")}, 0); !errors.As(err, &fault) ||
		fault.Code != wire.CodeValueExists || !slices.Equal(fault.Indexes, []int32{2}) {
		t.Errorf("add again: %v", err)
	}
	must("modify", c.ModifyValues(t.Context(), handle, []wire.Value{wire.Text(2, wire.TypeEmail, "d")}))
	must("remove", c.RemoveValues(t.Context(), handle, []int32{1}))
	if got := texts(h.enterprise.values(handle)); !slices.Equal(got, []string{"2 EMAIL d"}) {
		t.Errorf("values %v", got)
	}
	for _, stem := range []string{"88.101.5/", "88.101.5/p-"} {
		if minted, err := c.Create(t.Context(), stem, nil, wire.FlagMint); err != nil || !strings.HasPrefix(minted, stem+"minted") {
			t.Errorf("minted %s of %s, %v", minted, stem, err)
		}
	}
	must("delete", c.Delete(t.Context(), handle))
	if _, err := c.Resolve(t.Context(), handle, client.Query{}); client.CodeOf(err) != wire.CodeNotFound {
		t.Errorf("resolve what was deleted: %v", err)
	}
}

func TestASessionMeetsOneChallenge(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypting %v", encrypt), func(t *testing.T) {
			h := newHouse(t)
			var mu sync.Mutex
			challenges := 0
			c := h.ask(t, h.admin(t), func(o *client.Options) {
				o.Encrypt = encrypt
				o.Trace = func(hop client.Hop) {
					mu.Lock()
					defer mu.Unlock()
					if hop.Code == wire.CodeAuthNeeded {
						challenges++
					}
				}
			})
			if err := c.OpenSession(t.Context(), product, time.Hour); err != nil {
				t.Fatal(err)
			}
			changeAll(t, c, h)
			if challenges != 1 {
				t.Errorf("%d challenges", challenges)
			}
			if err := c.CloseSession(t.Context(), product); err != nil {
				t.Error(err)
			}
			if err := c.Delete(t.Context(), product); err != nil || challenges != 2 {
				t.Errorf("after the session: %v, %d challenges", err, challenges)
			}
		})
	}
}

func TestListsAreCalledWhole(t *testing.T) {
	h := newHouse(t)
	for i := range 120 {
		h.enterprise.put(fmt.Sprintf("88.101.5/L%03d", i))
	}
	for _, p := range []wire.Protocol{wire.TCP, wire.HTTP} {
		c := h.ask(t, only(wire.UDP, p), h.admin(t), func(o *client.Options) { o.KeepIdle = 1 })
		var got []string
		for handle, err := range c.List(t.Context(), enterpriseHandle) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, handle)
		}
		if len(got) != 122 || !slices.IsSorted(got) {
			t.Errorf("%s: %d handles", p, len(got))
		}
		n := 0
		for _, err := range c.List(t.Context(), enterpriseHandle) {
			if n++; n == 60 || err != nil {
				break
			}
		}
		if n != 60 {
			t.Errorf("%s: stopped after %d", p, n)
		}
	}
}

func TestPrefixesAreHomed(t *testing.T) {
	h := newHouse(t)
	c := h.ask(t, h.admin(t))
	if err := c.Home(t.Context(), h.enterprise.site, "0.NA/88.101.6"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for handle, err := range c.ListHomed(t.Context(), h.enterprise.site) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, handle)
	}
	if !slices.Equal(got, []string{"0.NA/88.101.5", "0.NA/88.101.6"}) {
		t.Errorf("homed %v", got)
	}
	if err := c.Unhome(t.Context(), h.enterprise.site, "0.NA/88.101.6"); err != nil {
		t.Error(err)
	}
	site, err := c.SiteInfo(t.Context(), h.enterprise.site)
	if err != nil || site.Serial != 7 || len(site.Servers) != 1 {
		t.Errorf("site %+v, %v", site, err)
	}
}

func TestTheHomeOfASecretVerifiesProofs(t *testing.T) {
	h := newHouse(t)
	var o client.Options
	h.admin(t)(&o)
	challenge := wire.Challenge{Digest: wire.DigestFor(wire.Current(), []byte("request")), Nonce: []byte("0123456789abcdef")}
	answer, err := o.Identity.Answer(wire.Current(), &challenge)
	if err != nil {
		t.Fatal(err)
	}
	c := h.ask(t)
	v := wire.Verification{Identity: answer.Identity, Nonce: challenge.Nonce, Sum: challenge.Digest.Sum, Proof: answer.Proof}
	if right, err := c.Verify(t.Context(), &v); err != nil || !right {
		t.Errorf("%v, %v", right, err)
	}
	v.Nonce = []byte("0123456789abcdeF")
	if right, err := c.Verify(t.Context(), &v); err != nil || right {
		t.Errorf("another nonce: %v, %v", right, err)
	}
}

func TestAliasesAreFollowed(t *testing.T) {
	h := newHouse(t)
	h.enterprise.put("88.101.5/alias", wire.Text(1, wire.TypeAlias, "88.101.5/second"))
	h.enterprise.put("88.101.5/second", wire.Text(1, wire.TypeAlias, product))
	c := h.ask(t)
	a, err := c.Resolve(t.Context(), "88.101.5/alias", client.Query{Types: []string{"url"}})
	if err != nil || a.Handle != product || len(a.Aliases) != 2 || len(a.Values) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err = c.Resolve(t.Context(), "88.101.5/alias", client.Query{KeepAlias: true}); err != nil || len(a.Values) != 1 {
		t.Errorf("kept: %+v, %v", a, err)
	}
	h.enterprise.put("88.101.5/second", wire.Text(1, wire.TypeAlias, "88.101.5/ALIAS"))
	if _, err = c.Resolve(t.Context(), "88.101.5/alias", client.Query{}); !errors.Is(err, client.ErrLoop) {
		t.Errorf("in a circle: %v", err)
	}
	for i := range 20 {
		h.enterprise.put(fmt.Sprintf("88.101.5/chain%d", i), wire.Text(1, wire.TypeAlias, fmt.Sprintf("88.101.5/chain%d", i+1)))
	}
	if _, err = c.Resolve(t.Context(), "88.101.5/chain0", client.Query{}); !errors.Is(err, client.ErrTooFar) {
		t.Errorf("a long chain: %v", err)
	}
}

func TestServicesAndReferralsInACircleEnd(t *testing.T) {
	h := newHouse(t)
	h.root.put("0.NA/66", wire.Text(1, wire.TypeService, "67/svc"))
	h.root.put("0.NA/67", wire.Text(1, wire.TypeService, "66/svc"))
	c := h.ask(t)
	if _, err := c.Resolve(t.Context(), "66/x", client.Query{}); !errors.Is(err, client.ErrTooFar) {
		t.Errorf("services: %v", err)
	}
	// A secondary that refers to itself.
	h.secondary.put(secondaryHandle, h.secondary.siteValue(1, wire.TypeSitePrefix))
	if _, err := c.Resolve(t.Context(), "88.101.77/x", client.Query{}); !errors.Is(err, client.ErrLoop) {
		t.Errorf("referrals: %v", err)
	}
	// Two that refer to each other.
	h.secondary.put(secondaryHandle, h.enterprise.siteValue(1, wire.TypeSitePrefix))
	h.enterprise.put(secondaryHandle, h.secondary.siteValue(1, wire.TypeSitePrefix))
	if _, err := c.Resolve(t.Context(), "88.101.77/x", client.Query{}); !errors.Is(err, client.ErrLoop) {
		t.Errorf("two that refer to each other: %v", err)
	}
}

func TestAServiceHandleLeadsToTheSites(t *testing.T) {
	h := newHouse(t)
	h.secondary.put("0.NA/88.101.9", wire.Text(1, wire.TypeService, "88.101.5/svc"))
	h.enterprise.put("88.101.5/svc", h.enterprise.siteValue(1, wire.TypeSite))
	h.enterprise.put("88.101.9/x", wire.Text(1, wire.TypeURL, "u"))
	if a, err := h.ask(t).Resolve(t.Context(), "88.101.9/x", client.Query{}); err != nil || len(a.Values) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	h.root.put("0.NA/55", wire.Text(1, wire.TypeService, wire.RootHandle))
	h.root.put("55/x", wire.Text(1, wire.TypeURL, "u"))
	if a, err := h.ask(t).Resolve(t.Context(), "55/x", client.Query{}); err != nil || len(a.Values) != 1 {
		t.Errorf("at the root: %+v, %v", a, err)
	}
}

// places is a cache for the test.
type places struct {
	mu   sync.Mutex
	list map[string][]wire.Value
}

func (p *places) Load(handle string) ([]wire.Value, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.list[handle]
	return v, ok
}

func (p *places) Store(handle string, values []wire.Value, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(time.Now()) {
		p.list[handle] = values
	}
}

func TestPlacesAreAskedForOnceWithACache(t *testing.T) {
	h := newHouse(t)
	var mu sync.Mutex
	hops := 0
	c := h.ask(t, func(o *client.Options) {
		o.Cache = &places{list: map[string][]wire.Value{}}
		o.Trace = func(client.Hop) {
			mu.Lock()
			defer mu.Unlock()
			hops++
		}
	})
	for range 3 {
		if _, err := c.Resolve(t.Context(), product, client.Query{}); err != nil {
			t.Fatal(err)
		}
	}
	if hops != 5 {
		t.Errorf("%d hops", hops)
	}
}

func TestADeadServerIsAskedLast(t *testing.T) {
	h := newHouse(t)
	dead := h.enterprise.site
	dead.Servers = slices.Clone(dead.Servers)
	dead.Servers[0].Interfaces = []wire.Interface{{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: 1}}
	value := wire.Text(9, wire.TypeSite, "")
	value.Data = dead.Append(nil)
	h.secondary.put(enterpriseHandle, value, h.enterprise.siteValue(1, wire.TypeSite))
	var mu sync.Mutex
	failed := 0
	c := h.ask(t, func(o *client.Options) {
		o.Trace = func(hop client.Hop) {
			mu.Lock()
			defer mu.Unlock()
			if hop.Fault != nil {
				failed++
			}
		}
	})
	for range 3 {
		if _, err := c.Resolve(t.Context(), product, client.Query{}); err != nil {
			t.Fatal(err)
		}
	}
	if failed != 1 {
		t.Errorf("the dead server was asked %d times", failed)
	}
}

func TestLargeAnswersComeByTCP(t *testing.T) {
	h := newHouse(t)
	large := strings.Repeat("x", 100_000)
	h.enterprise.put("88.101.5/large", wire.Text(1, wire.TypeDescription, large))
	h.enterprise.put("88.101.5/middle", wire.Text(1, wire.TypeDescription, large[:3000]))
	waits := func(o *client.Options) { o.Waits = []time.Duration{50 * time.Millisecond} }
	if _, err := h.ask(t, waits).Resolve(t.Context(), "88.101.5/large", client.Query{}); err != nil {
		t.Error(err)
	}
	if _, err := h.ask(t, waits, only(wire.UDP)).Resolve(t.Context(), "88.101.5/large", client.Query{}); !errors.Is(err, client.ErrNoServer) {
		t.Errorf("by UDP: %v", err)
	}
	if a, err := h.ask(t, only(wire.UDP)).Resolve(t.Context(), "88.101.5/middle", client.Query{}); err != nil || len(a.Values[0].Data) != 3000 {
		t.Errorf("in fragments: %v", err)
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	c := client.New(client.Options{Resolver: []wire.Site{{Version: wire.Current(), Servers: []wire.Server{{}}}}})
	if _, err := c.Resolve(t.Context(), "88/x", client.Query{}); !errors.Is(err, client.ErrNoServer) {
		t.Errorf("a server without doors: %v", err)
	}
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.ask(t).Resolve(ctx, product, client.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if _, err := client.New(client.Options{}).Resolve(t.Context(), product, client.Query{}); !errors.Is(err, client.ErrNoService) {
		t.Errorf("without a root: %v", err)
	}
	if _, err := h.ask(t).Resolve(t.Context(), "88./x", client.Query{}); !errors.Is(err, wire.ErrHandle) {
		t.Errorf("no handle: %v", err)
	}
}
