package resolver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func TestAChainIsFollowedAndTheRecordKeptWhole(t *testing.T) {
	for _, p := range []wire.Protocol{wire.UDP, wire.TCP, wire.HTTP, wire.HTTPS} {
		t.Run(p.String(), func(t *testing.T) {
			h := newHouse(t)
			c := h.client(p)
			for range 2 {
				for _, q := range []struct {
					query client.Query
					want  string
				}{
					{client.Query{}, "1 URL http://a.example/T001|2 EMAIL a@example"},
					{client.Query{Indexes: []int32{2}}, "2 EMAIL a@example"},
					{client.Query{Types: []string{"url"}}, "1 URL http://a.example/T001"},
				} {
					a, err := c.Resolve(t.Context(), product, q.query)
					if err != nil {
						t.Fatal(err)
					}
					var got []string
					for _, v := range a.Values {
						got = append(got, fmt.Sprintf("%d %s %s", v.Index, v.Type, v.Data))
					}
					if strings.Join(got, "|") != q.want || a.Authoritative || a.Handle != product {
						t.Errorf("%+v: %s of %s, authoritative %v", q.query, got, a.Handle, a.Authoritative)
					}
				}
			}
			if h.root.all() != 1 || h.secondary.all() != 1 || h.enterprise.count(product) != 1 {
				t.Errorf("asked %d, %d and %d times", h.root.all(), h.secondary.all(), h.enterprise.all())
			}
		})
	}
}

func TestLettersAreFoldedAndTheAnswerHasTheHandleAsAskedFor(t *testing.T) {
	h := newHouse(t)
	for _, handle := range []string{product, "88.101.5/t001"} {
		res := answer(t, h.r, question(handle, recurse, nil))
		if v, err := wire.DecodeValues(res.Body); err != nil || v.Handle != handle {
			t.Errorf("asked for %s: %s, %v", handle, v.Handle, err)
		}
	}
	if n := h.enterprise.all(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	sensitive := h.resolver(with(resolver.Policy{CaseSensitive: []string{"88.101"}}))
	for _, handle := range []string{product, "88.101.5/t001", product} {
		answer(t, sensitive, question(handle, recurse, nil))
	}
	if n := h.enterprise.all(); n != 3 {
		t.Errorf("with case: asked %d times", n)
	}
}

func TestPrefixesAreResolvedToo(t *testing.T) {
	h := newHouse(t)
	for _, handle := range []string{enterpriseHandle, "88.101.5"} {
		if res := answer(t, h.r, question(handle, recurse, nil, wire.TypeSite)); res.Code != wire.CodeSuccess {
			t.Errorf("%s: %s", handle, texts(t, res))
		}
	}
	if n := h.secondary.all(); n != 1 {
		t.Errorf("the secondary was asked %d times", n)
	}
}

func TestCodesOfTheFarSideAreKept(t *testing.T) {
	h := newHouse(t)
	for handle, want := range map[string]string{
		"88.101.5/none": "100 ",
		"88.101.9/x":    "100 resolve 0.NA/88.101.9",
		"77/x":          "100 ",
	} {
		res := answer(t, h.r, question(handle, recurse, nil))
		if got := texts(t, res)[0]; !strings.HasPrefix(got, want[:4]) {
			t.Errorf("%s: %s, want %s", handle, got, want)
		}
	}
	same(t, "an index that is not there", texts(t, answer(t, h.r, question(product, recurse, []int32{9}))), []string{"200 "})
	same(t, "an index that is secret", texts(t, answer(t, h.r, question(product, recurse&^wire.FlagPublicOnly, []int32{3}))), []string{"200 "})
	h.enterprise.put("88.101.5/secret", secret(1, "x"))
	same(t, "only secrets", texts(t, answer(t, h.r, question("88.101.5/secret", recurse, nil))), []string{"200 "})
	for far, near := range map[wire.Code]wire.Code{
		wire.CodeError: wire.CodeError, wire.CodeBusy: wire.CodeBusy, wire.CodeNotResponsible: wire.CodeNotResponsible,
		wire.CodeReadOnly: wire.CodeReadOnly, wire.CodeInvalidHandle: wire.CodeInvalidHandle, wire.CodeAuthNeeded: wire.CodeAuthUnable,
		wire.CodeSiteOutdated: wire.CodeSiteOutdated, wire.CodeDailyLimit: wire.CodeDailyLimit,
	} {
		h.enterprise.setHook(always(far))
		res := answer(t, h.r, question(fmt.Sprintf("88.101.5/code%d", far), recurse, nil))
		if res.Code != near {
			t.Errorf("%d became %s", far, texts(t, res))
		}
	}
}

func TestOnlyResolutionIsDone(t *testing.T) {
	h := newHouse(t)
	c := h.client(wire.TCP)
	if _, err := c.Create(t.Context(), "88.101.5/new", nil, 0); client.CodeOf(err) != wire.CodeUnsupported {
		t.Errorf("create: %v", err)
	}
	if site, err := c.SiteInfo(t.Context(), h.front); err != nil || site.Serial != 7 {
		t.Errorf("site info: %+v, %v", site, err)
	}
	same(t, "without recursion", texts(t, answer(t, h.r, question(product, wire.FlagPublicOnly, nil))), []string{"301 this node has no handles; ask for recursion"})
	answer(t, h.r, question(product, recurse, nil))
	if res := answer(t, h.r, question(product, wire.FlagPublicOnly, nil)); res.Code != wire.CodeSuccess {
		t.Errorf("what is known, without recursion: %s", texts(t, res))
	}
	same(t, "heartbeat", texts(t, answer(t, h.r, question("0", recurse, nil))), []string{"100 "})
	if n := h.r.Snapshot(); n.Heartbeats != 1 || n.Refused.Unsuited != 2 {
		t.Errorf("counted %+v", n)
	}
}

func TestAuthoritativeQueriesGoPastWhatIsKept(t *testing.T) {
	h := newHouse(t)
	answer(t, h.r, question(product, recurse, nil))
	h.enterprise.put(product, wire.Text(1, wire.TypeURL, "new"))
	same(t, "kept", texts(t, answer(t, h.r, question(product, recurse, nil, "URL"))), []string{"1 URL http://a.example/T001"})
	res := answer(t, h.r, question(product, recurse|wire.FlagAuthoritative, nil))
	same(t, "authoritative", texts(t, res), []string{"1 URL new"})
	same(t, "kept anew", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL new"})
}

func TestThatThereIsNoneIsKeptForSeconds(t *testing.T) {
	h := newHouse(t)
	for range 3 {
		answer(t, h.r, question("88.101.5/none", recurse, nil))
		answer(t, h.r, question("88.101.77/a", recurse, nil))
		answer(t, h.r, question("88.101.77/b", recurse, nil))
	}
	if n, m := h.enterprise.count("88.101.5/none"), h.secondary.count("0.NA/88.101.77"); n != 1 || m > 2 {
		t.Errorf("asked %d times for the handle, %d for the prefix", n, m)
	}
	h.enterprise.put("88.101.5/none", wire.Text(1, wire.TypeURL, "x"))
	h.clock.pass(29 * time.Second)
	same(t, "before its time", texts(t, answer(t, h.r, question("88.101.5/none", recurse, nil))), []string{"100 "})
	h.clock.pass(2 * time.Second)
	same(t, "after its time", texts(t, answer(t, h.r, question("88.101.5/none", recurse, nil))), []string{"1 URL x"})

	none := h.resolver(with(resolver.Policy{Keep: []resolver.Keep{{Code: wire.CodeBusy, For: time.Second}}}))
	before := h.enterprise.count("88.101.5/other")
	for range 3 {
		answer(t, none, question("88.101.5/other", recurse, nil))
	}
	if n := h.enterprise.count("88.101.5/other") - before; n != 3 {
		t.Errorf("without a rule for it: asked %d times", n)
	}
}

func TestTheSmallestTTLHoldsAndWhatIsLeftIsTold(t *testing.T) {
	h := newHouse(t)
	absolute := wire.Text(3, wire.TypeDescription, "x")
	absolute.TTLType, absolute.TTL = wire.TTLAbsolute, int32(time.Now().Add(50*time.Second).Unix())
	h.enterprise.put("88.101.5/ttl", lasting(wire.Text(1, wire.TypeURL, "a"), 100), lasting(wire.Text(2, wire.TypeEmail, "b"), 1000), absolute)
	h.enterprise.put("88.101.5/zero", lasting(wire.Text(1, wire.TypeURL, "a"), 0))
	ttls := func() (list []string) {
		res := answer(t, h.r, question("88.101.5/ttl", recurse, nil))
		v, err := wire.DecodeValues(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range v.Values[:2] {
			list = append(list, fmt.Sprint(v.TTL))
		}
		return list
	}
	same(t, "at once", ttls(), []string{"100", "1000"})
	h.clock.pass(40 * time.Second)
	same(t, "later", ttls(), []string{"60", "960"})
	h.clock.pass(20 * time.Second)
	same(t, "after the absolute one", ttls(), []string{"100", "1000"})
	if n := h.enterprise.count("88.101.5/ttl"); n != 2 {
		t.Errorf("asked %d times", n)
	}
	for range 2 {
		res := answer(t, h.r, question("88.101.5/zero", recurse, nil))
		if v, err := wire.DecodeValues(res.Body); err != nil || v.Values[0].TTL != 0 {
			t.Errorf("TTL 0 became %+v, %v", v, err)
		}
	}
	if n := h.enterprise.count("88.101.5/zero"); n != 2 {
		t.Errorf("what may not be kept was asked for %d times", n)
	}
}

func TestAPopularRecordIsFetchedBeforeItsEnd(t *testing.T) {
	h := newHouse(t)
	h.run()
	for _, handle := range []string{product, "88.101.5/rare"} {
		h.enterprise.put(handle, lasting(wire.Text(1, wire.TypeURL, "first"), 100))
		answer(t, h.r, question(handle, recurse, nil))
	}
	for range 3 {
		answer(t, h.r, question(product, recurse, nil))
	}
	h.enterprise.put(product, lasting(wire.Text(1, wire.TypeURL, "second"), 100))
	h.clock.pass(80 * time.Second)
	same(t, "long before", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL first"})
	h.clock.pass(11 * time.Second)
	same(t, "near its end", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL first"})
	answer(t, h.r, question("88.101.5/rare", recurse, nil))
	until(t, "the record to be fetched", func() bool { return h.enterprise.count(product) == 2 })
	until(t, "the record to be kept", func() bool {
		return texts(t, answer(t, h.r, question(product, recurse, nil)))[0] == "1 URL second"
	})
	h.clock.pass(50 * time.Second)
	same(t, "after the first one's end", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL second"})
	if n := h.enterprise.count("88.101.5/rare"); n != 1 {
		t.Errorf("what is rarely asked for was fetched %d times", n)
	}
	if n := h.r.Snapshot(); n.Prefetches != 1 || n.Misses != 2 {
		t.Errorf("counted %+v", n)
	}
}

func TestEqualQuestionsAreAskedOnce(t *testing.T) {
	h := newHouse(t)
	answer(t, h.r, question("88.101.5/none", recurse, nil)) // the way is known
	open := make(chan struct{})
	h.enterprise.setHook(func(*server.Request, *server.Response) bool {
		<-open
		return false
	})
	var asking sync.WaitGroup
	for i := range 50 {
		asking.Go(func() {
			types := []string{"URL", "EMAIL"}[i%2]
			if res := answer(t, h.r, question(product, recurse, nil, types)); res.Code != wire.CodeSuccess || len(texts(t, res)) != 1 {
				t.Errorf("answered %s", texts(t, res))
			}
		})
	}
	until(t, "all to wait", func() bool { return h.r.Snapshot().Coalesced == 49 })
	close(open)
	asking.Wait()
	if n := h.enterprise.count(product); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestWhoGoesAwayDoesNotEndItForOthers(t *testing.T) {
	h := newHouse(t)
	answer(t, h.r, question("88.101.5/none", recurse, nil))
	open := make(chan struct{})
	h.enterprise.setHook(func(*server.Request, *server.Response) bool {
		<-open
		return false
	})
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	asking.Go(func() {
		var res server.Response
		h.r.Handle(ctx, question(product, recurse, nil), &res)
	})
	until(t, "the first to ask", func() bool { return h.enterprise.count(product) == 1 })
	asking.Go(func() {
		if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeSuccess {
			t.Errorf("the second: %s", texts(t, res))
		}
	})
	until(t, "the second to wait", func() bool { return h.r.Snapshot().Coalesced == 1 })
	cancel()
	close(open)
	asking.Wait()
	if n := h.enterprise.count(product); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestPlacesAreAskedForAgainWhenTheyAreOutOfDate(t *testing.T) {
	h := newHouse(t)
	answer(t, h.r, question(product, recurse, nil))
	// The enterprise moves: the old place says so.
	moved := newNode(t)
	moved.put("88.101.5/T002", wire.Text(1, wire.TypeURL, "there"))
	h.secondary.put(enterpriseHandle, at(1, wire.TypeSite, moved.site))
	h.enterprise.setHook(always(wire.CodeSiteOutdated))
	same(t, "moved", texts(t, answer(t, h.r, question("88.101.5/T002", recurse, nil))), []string{"1 URL there"})
	if n := h.secondary.count(enterpriseHandle); n != 2 {
		t.Errorf("the secondary was asked %d times", n)
	}
	// A higher serial: the answer is good, and the place is asked for again after it.
	newer := moved.site
	newer.Serial = 9
	moved.srv.SetSite(&newer)
	h.clock.pass(2 * time.Minute)
	for range 3 {
		answer(t, h.r, question("88.101.5/T002", recurse|wire.FlagAuthoritative, nil))
	}
	if n := h.secondary.count(enterpriseHandle); n != 3 {
		t.Errorf("after the higher serial: the secondary was asked %d times", n)
	}
}

func TestTheRootIsFollowedWhereItGoes(t *testing.T) {
	h := newHouse(t)
	moved := newNode(t)
	moved.put(secondaryHandle, at(1, wire.TypeSitePrefix, h.secondary.site))
	h.root.put(wire.RootHandle, at(1, wire.TypeSite, moved.site))
	h.root.setHook(func(req *server.Request, res *server.Response) bool {
		if string(req.Query.Handle) == wire.RootHandle {
			return false
		}
		res.Fail(wire.CodeSiteOutdated, "")
		return true
	})
	if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeSuccess {
		t.Errorf("answered %s", texts(t, res))
	}
	if moved.all() != 1 {
		t.Errorf("the root's new place was asked %d times", moved.all())
	}
}

func TestTheRootMayBeChanged(t *testing.T) {
	h := newHouse(t)
	answer(t, h.r, question(product, recurse, nil))
	other := newNode(t)
	other.put(enterpriseHandle, at(1, wire.TypeSite, other.site))
	other.put("88.101.5/T002", wire.Text(1, wire.TypeURL, "at the other root"))
	if err := h.r.SetRoot(nil); err == nil {
		t.Error("no root is taken for one")
	}
	if err := h.r.SetRoot([]wire.Site{other.site}); err != nil {
		t.Fatal(err)
	}
	same(t, "another tree", texts(t, answer(t, h.r, question("88.101.5/T002", recurse, nil))), []string{"1 URL at the other root"})
	same(t, "what was kept", texts(t, answer(t, h.r, question(product, recurse, nil, "URL"))), []string{"1 URL http://a.example/T001"})
}

func TestPrefixesBelowOneThatIsKnownSpareTheRoot(t *testing.T) {
	h := newHouse(t)
	for i := range 20 {
		prefix := fmt.Sprintf("88.101.%d", 100+i)
		h.secondary.put(wire.NA+prefix, at(1, wire.TypeSite, h.enterprise.site))
		h.enterprise.put(prefix+"/x", wire.Text(1, wire.TypeURL, "u"))
		if res := answer(t, h.r, question(prefix+"/x", recurse, nil)); res.Code != wire.CodeSuccess {
			t.Fatalf("%s: %s", prefix, texts(t, res))
		}
	}
	if n := h.root.all(); n != 1 {
		t.Errorf("the root was asked %d times", n)
	}
	// One that the root has itself is found all the same.
	h.root.put("0.NA/88.101.200", at(1, wire.TypeSite, h.enterprise.site))
	h.enterprise.put("88.101.200/x", wire.Text(1, wire.TypeURL, "u"))
	if res := answer(t, h.r, question("88.101.200/x", recurse, nil)); res.Code != wire.CodeSuccess {
		t.Errorf("the root's own: %s", texts(t, res))
	}
}

func TestANodeNeedsARootAndSoundOptions(t *testing.T) {
	if _, err := resolver.New(resolver.Options{}); !errors.Is(err, client.ErrNoService) {
		t.Errorf("without a root: %v", err)
	}
	if _, err := resolver.New(resolver.Options{CacheMiB: -1}); err == nil {
		t.Error("with a negative cache")
	}
}

func TestTheBusiestSecondIsTold(t *testing.T) {
	h := newHouse(t)
	for _, n := range []int{3, 7, 5} {
		for i := range n {
			answer(t, h.r, question(fmt.Sprintf("88.101.5/n%d", i), recurse, nil))
		}
		h.clock.pass(10 * time.Second)
	}
	s := h.r.Turn()
	if began := h.clock.began.Truncate(time.Second); s.Requests != 15 || s.Busiest.Requests != 7 || !s.Busiest.At.Equal(began.Add(10*time.Second)) {
		t.Errorf("%d requests, the busiest second %+v", s.Requests, s.Busiest)
	}
	if s = h.r.Snapshot(); s.Busiest.Requests != 0 || s.Requests != 15 {
		t.Errorf("after the turn %+v", s.Busiest)
	}
}

func TestPlacesHaveATimeOfTheirOwn(t *testing.T) {
	h := newHouse(t)
	for _, wait := range []time.Duration{0, 59 * time.Minute, 2 * time.Minute} {
		h.clock.pass(wait)
		answer(t, h.r, question(product, recurse|wire.FlagAuthoritative, nil))
	}
	if n := h.secondary.count(enterpriseHandle); n != 2 {
		t.Errorf("where the enterprise is was asked for %d times", n)
	}
}

func TestCountsTellExtremesWithTheirSecond(t *testing.T) {
	h := newHouse(t)
	answer(t, h.r, question(product, recurse, nil))
	answer(t, h.r, question(product, recurse, nil))
	answer(t, h.r, question("88.101.5/none", recurse, nil))
	n := h.r.Turn()
	if n.Hits != 1 || n.Misses != 2 || n.InFlight != 0 || n.Peak != 1 || n.Latency.Count != 1 || n.Cache.Records != 2 || n.Places != 2 {
		t.Errorf("counted %+v", n)
	}
	if n.Latency.Min <= 0 || n.Latency.Min != n.Latency.Max || n.Latency.MaxAt.Nanosecond() != 0 || len(n.Backends) != 3 {
		t.Errorf("latency %+v, %d back ends", n.Latency, len(n.Backends))
	}
	for _, b := range n.Backends {
		if b.Latency.Count == 0 || b.Latency.Min > b.Latency.Max || b.Latency.MinAt.IsZero() || b.Protocol != wire.UDP {
			t.Errorf("back end %+v", b)
		}
	}
	if n = h.r.Snapshot(); n.Latency.Count != 0 || n.Misses != 2 || n.Backends[0].Latency.Count != 0 {
		t.Errorf("after the turn %+v", n)
	}
}

func TestRecursionWithAuthenticationAsksWhoTheClientIs(t *testing.T) {
	h := newHouse(t)
	req := question(product, recurse|wire.FlagRecurseWithAuth, nil)
	answer(t, h.r, question(product, recurse, nil))
	if res := answer(t, h.r, req); res.Code != wire.CodeAuthNeeded {
		t.Errorf("a stranger: %s", texts(t, res))
	}
	req.Identity = wire.Reference{Handle: "88.101.5/ADMIN", Index: 300}
	if res := answer(t, h.r, req); res.Code != wire.CodeSuccess {
		t.Errorf("somebody who is known: %s", texts(t, res))
	}
}
