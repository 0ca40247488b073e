package resolver_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func networks(list ...string) (p []netip.Prefix) {
	for _, n := range list {
		p = append(p, netip.MustParsePrefix(n))
	}
	return p
}

func TestSourcesAreServedByTheNarrowestNetwork(t *testing.T) {
	policy := resolver.Policy{
		Allow: []resolver.Group{
			{Name: "city", Networks: networks("10.0.0.0/8", "2001:db8::/32")},
			{Name: "lab", Networks: networks("10.1.2.0/24"), Rate: resolver.Rate{PerSecond: 1, Burst: 2}},
		},
		Block: []resolver.Group{{Name: "guests", Networks: networks("10.1.0.0/16", "2001:db8:1::/48", "10.255.255.0/24")}},
	}
	h := newHouse(t, with(policy))
	for source, served := range map[string]bool{
		"10.0.0.1": true, "10.1.0.1": false, "10.1.2.3": true, "10.1.3.1": false, "10.2.0.0": true, "10.0.255.255": true,
		"11.0.0.0": false, "9.255.255.255": false, "10.255.254.255": true, "10.255.255.255": false,
		"2001:db8::1": true, "2001:db8:1::1": false, "2001:db8:2::": true, "2001:db9::": false, "::1": false, "::ffff:10.0.0.1": true,
	} {
		req := question(product, recurse, nil)
		req.Remote = netip.AddrPortFrom(netip.MustParseAddr(source), 99)
		res := answer(t, h.r, req)
		if got := res.Code == wire.CodeSuccess; got != served || !got && res.Code != wire.CodeNoPermission {
			t.Errorf("%s: %s", source, texts(t, res))
		}
	}
	lab := question(product, recurse, nil)
	lab.Remote = netip.MustParseAddrPort("10.1.2.4:99")
	answer(t, h.r, lab)
	if res := answer(t, h.r, lab); res.Code != wire.CodeBusy {
		t.Errorf("beyond the group's rate: %s", texts(t, res))
	}
}

func TestWhatAQueryMayAskForIsLimited(t *testing.T) {
	h := newHouse(t)
	many := make([]int32, 17)
	var types []string
	for i := range 17 {
		types = append(types, fmt.Sprint("T", i))
	}
	for name, c := range map[string]struct {
		req  *server.Request
		want wire.Code
	}{
		"128 characters":     {question("88.101.5/"+strings.Repeat("标", 119), recurse, nil), wire.CodeNotFound},
		"129 characters":     {question("88.101.5/"+strings.Repeat("标", 120), recurse, nil), wire.CodeInvalidHandle},
		"17 indexes":         {question(product, recurse, many), wire.CodeProtocolError},
		"16 indexes":         {question(product, recurse, many[:16]), wire.CodeValuesNotFound},
		"17 types":           {question(product, recurse, nil, types...), wire.CodeProtocolError},
		"a type of 21":       {question(product, recurse, nil, strings.Repeat("x", 21)), wire.CodeProtocolError},
		"a type of 20":       {question(product, recurse, nil, strings.Repeat("x", 20)), wire.CodeValuesNotFound},
		"more than a packet": {question("88.101.5/"+strings.Repeat("标", 119), recurse, many[:16]), wire.CodeProtocolError},
		"an empty handle":    {question("", recurse, nil), wire.CodeInvalidHandle},
		"an empty segment":   {question("88..1/x", recurse, nil), wire.CodeInvalidHandle},
	} {
		if res := answer(t, h.r, c.req); res.Code != c.want {
			t.Errorf("%s: %s", name, texts(t, res))
		}
	}
	wide := h.resolver(func(o *resolver.Options) {
		o.Limits = resolver.Limits{HandleRunes: 2048, Indexes: 100, Types: 100, TypeOctets: 100, QueryOctets: 4096}
	})
	long := "88.101.5/" + strings.Repeat("x", 1000)
	h.enterprise.put(long, wire.Text(1, wire.TypeURL, "u"))
	for range 2 {
		if res := answer(t, wide, question(long, recurse, many[:16], wire.TypeURL)); res.Code != wire.CodeSuccess {
			t.Errorf("with wider limits: %s", texts(t, res))
		}
	}
}

func TestRatesRefuseAndRecover(t *testing.T) {
	for name, c := range map[string]struct {
		policy         resolver.Policy
		code, national wire.Code
		handle         func(i int) string
	}{
		"of a source": {
			resolver.Policy{SourceRate: resolver.Rate{PerSecond: 5}},
			wire.CodeBusy, wire.CodeDailyLimit,
			func(i int) string { return fmt.Sprintf("88.101.5/r%d", i) },
		},
		"of a handle": {
			resolver.Policy{HandleRate: resolver.Rate{PerSecond: 5}},
			wire.CodeBusy, wire.CodePrefixLimit,
			func(int) string { return product },
		},
	} {
		for _, national := range []bool{false, true} {
			c.policy.National = national
			want := c.code
			if national {
				want = c.national
			}
			h := newHouse(t, with(c.policy))
			refused := 0
			for i := range 10 {
				if res := answer(t, h.r, question(c.handle(i), recurse, nil)); res.Code == want {
					refused++
				}
			}
			if refused != 5 {
				t.Errorf("%s: %d of 10 refused", name, refused)
			}
			h.clock.pass(2 * time.Second)
			if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeSuccess {
				t.Errorf("%s, two seconds later: %s", name, texts(t, res))
			}
		}
	}
}

func TestServersAreNotAskedMoreThanThePolicySays(t *testing.T) {
	h := newHouse(t, with(resolver.Policy{BackendRate: resolver.Rate{PerSecond: 3}}), func(o *resolver.Options) {
		o.Client.Protocols = []wire.Protocol{wire.UDP}
	})
	busy := 0
	for i := range 20 {
		if res := answer(t, h.r, question(fmt.Sprintf("88.101.5/b%d", i), recurse, nil)); res.Code == wire.CodeBusy {
			busy++
		}
	}
	if n := h.enterprise.all(); busy < 10 || n != 20-busy {
		t.Errorf("%d refused, asked %d times", busy, n)
	}
	if n := h.r.Snapshot(); n.Refused.Backend != uint64(busy) {
		t.Errorf("counted %+v", n.Refused)
	}
	h.clock.pass(time.Minute)
	answer(t, h.r, question(product, recurse, nil))
	same(t, "what is kept needs no server", texts(t, answer(t, h.r, question(product, recurse, nil, "URL"))), []string{"1 URL http://a.example/T001"})
}

func TestHandlesAndPrefixesAreBlocked(t *testing.T) {
	h := newHouse(t, with(resolver.Policy{BlockHandles: []string{"88.101.5/bad"}, BlockPrefixes: []string{"88.102"}}))
	for handle, blocked := range map[string]bool{
		product: false, "88.101.5/BAD": true, "88.102/x": true, "88.102.7/x": true, "0.NA/88.102": true, "0.na/88.102.9": true, "88.1020/x": false, "88/x": false,
	} {
		res := answer(t, h.r, question(handle, recurse, nil))
		if got := res.Code == wire.CodeNoPermission; got != blocked {
			t.Errorf("%s: %s", handle, texts(t, res))
		}
		if got := h.r.Lookup(t.Context(), handle, resolver.Query{}).Code == wire.CodeNoPermission; got != blocked {
			t.Errorf("%s: looked up", handle)
		}
	}
}

func TestAnswersAreForced(t *testing.T) {
	h := newHouse(t, with(resolver.Policy{Answers: []resolver.Forced{
		{Handle: "88.101.5/gone", Code: wire.CodeNotFound},
		{Handle: product, Index: 1, Code: wire.CodeSuccess, Values: []wire.Value{wire.Text(1, wire.TypeURL, "forced")}},
		{Handle: product, Type: "email", Code: wire.CodeNoPermission},
	}}))
	for _, c := range []struct {
		handle  string
		indexes []int32
		types   []string
		want    string
	}{
		{"88.101.5/gone", nil, nil, "100 "},
		{"88.101.5/GONE", []int32{3}, nil, "100 "},
		{product, []int32{1}, nil, "1 URL forced"},
		{product, []int32{2}, nil, "2 EMAIL a@example"},
		{product, nil, []string{"EMAIL"}, "401 "},
		{product, nil, nil, "1 URL http://a.example/T001|2 EMAIL a@example"},
	} {
		res := answer(t, h.r, question(c.handle, recurse, c.indexes, c.types...))
		if got := strings.Join(texts(t, res), "|"); got != c.want {
			t.Errorf("%s %v %v: %s", c.handle, c.indexes, c.types, got)
		}
	}
	if n := h.r.Snapshot().Forced; n != 4 {
		t.Errorf("%d forced answers", n)
	}
}

func TestSitesAreForced(t *testing.T) {
	h := newHouse(t)
	stub := newNode(t)
	stub.put(product, wire.Text(1, wire.TypeURL, "stub"))
	stub.put("0.NA/88.101.6", at(1, wire.TypeSite, stub.site))
	stub.put("88.101.6/x", wire.Text(1, wire.TypeURL, "below"))
	answer(t, h.r, question(product, recurse, nil))
	set := func(sites ...resolver.ForcedSite) {
		if err := h.r.SetPolicy(resolver.Policy{Sites: sites}); err != nil {
			t.Fatal(err)
		}
	}
	set(resolver.ForcedSite{Prefix: "88.101.5", Sites: []wire.Site{stub.site}}, resolver.ForcedSite{Prefix: "88.101", Below: true, Sites: []wire.Site{stub.site}})
	same(t, "a stub", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL stub"})
	same(t, "below", texts(t, answer(t, h.r, question("88.101.6/x", recurse, nil))), []string{"1 URL below"})
	set()
	same(t, "no more", texts(t, answer(t, h.r, question(product, recurse, nil, "URL"))), []string{"1 URL http://a.example/T001"})
}

func TestAPolicyWithAFaultChangesNothing(t *testing.T) {
	h := newHouse(t, with(resolver.Policy{BlockHandles: []string{product}}))
	site := []wire.Site{h.root.site}
	upstreams := []resolver.Upstream{{Address: netip.MustParseAddrPort("192.0.2.1:2641")}}
	var sixteen []resolver.Keep
	for i := range 17 {
		sixteen = append(sixteen, resolver.Keep{Code: wire.Code(700 + i), For: time.Second})
	}
	for name, p := range map[string]resolver.Policy{
		"rate":              {SourceRate: resolver.Rate{PerSecond: -1}},
		"group's rate":      {Allow: []resolver.Group{{Rate: resolver.Rate{Burst: -1}}}},
		"network":           {Block: []resolver.Group{{Networks: []netip.Prefix{{}}}}},
		"too many codes":    {Keep: sixteen},
		"success":           {Keep: []resolver.Keep{{Code: wire.CodeSuccess, For: time.Second}}},
		"for two hours":     {Keep: []resolver.Keep{{Code: wire.CodeNotFound, For: 2 * time.Hour}}},
		"trust of nobody":   {Trust: resolver.Trust{On: true}},
		"handle":            {BlockHandles: []string{"88./x"}},
		"prefix":            {BlockPrefixes: []string{"88/x"}},
		"case":              {CaseSensitive: []string{""}},
		"forced nothing":    {Answers: []resolver.Forced{{Handle: product, Code: wire.CodeSuccess}}},
		"forced challenge":  {Answers: []resolver.Forced{{Handle: product, Code: wire.CodeAuthNeeded}}},
		"forced secret":     {Answers: []resolver.Forced{{Handle: product, Code: wire.CodeSuccess, Values: []wire.Value{secret(1, "x")}}}},
		"forced handle":     {Answers: []resolver.Forced{{Handle: "/", Code: wire.CodeNotFound}}},
		"no site":           {Sites: []resolver.ForcedSite{{Prefix: "88"}}},
		"no server":         {Sites: []resolver.ForcedSite{{Prefix: "88", Sites: []wire.Site{{}}}}},
		"two sites":         {Sites: []resolver.ForcedSite{{Prefix: "88", Sites: site}, {Prefix: "88", Sites: site}}},
		"site of no prefix": {Sites: []resolver.ForcedSite{{Prefix: ".", Sites: site}}},
		"no upstream":       {Forward: []resolver.Forwarders{{Prefixes: []string{"*"}}}},
		"forwarded twice":   {Forward: []resolver.Forwarders{{Prefixes: []string{"*", "*"}, Upstreams: upstreams}}},
		"every second":      {Forward: []resolver.Forwarders{{Upstreams: upstreams, Every: time.Second}}},
		"no balance":        {Forward: []resolver.Forwarders{{Upstreams: upstreams, Balance: 9}}},
		"no protocol":       {Forward: []resolver.Forwarders{{Upstreams: []resolver.Upstream{{Address: upstreams[0].Address, Protocol: 9}}}}},
		"no address":        {Forward: []resolver.Forwarders{{Upstreams: []resolver.Upstream{{}}}}},
		"no prefix":         {Forward: []resolver.Forwarders{{Upstreams: upstreams, Prefixes: []string{"/"}}}},
	} {
		if err := h.r.SetPolicy(p); err == nil {
			t.Errorf("%s: taken", name)
		}
		if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeNoPermission {
			t.Errorf("%s: the old one does not hold", name)
		}
	}
	if p := h.r.Policy(); len(p.BlockHandles) != 1 {
		t.Errorf("policy %+v", p)
	}
}

// Two handles are forced to the same text by every policy: whoever sees a policy
// half would see two texts.
func TestAPolicyChangesAtOnce(t *testing.T) {
	force := func(text string) resolver.Policy {
		var p resolver.Policy
		for i := range int32(2) {
			p.Answers = append(p.Answers, resolver.Forced{
				Handle: product, Index: i + 1, Code: wire.CodeSuccess, Values: []wire.Value{wire.Text(1, wire.TypeURL, text), wire.Text(2, wire.TypeEmail, text)},
			})
		}
		p.SourceRate.PerSecond = 1_000_000
		return p
	}
	h := newHouse(t, with(force("0")))
	stop := make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				var res server.Response
				if !h.r.Resolve(question(product, recurse, []int32{1, 2}), &res) {
					t.Error("a forced answer takes time")
					return
				}
				if got := texts(t, &res); len(got) != 2 || got[0][6:] != got[1][8:] {
					t.Errorf("half a policy: %q", got)
					return
				}
			}
		})
	}
	for i := range 200 {
		if err := h.r.SetPolicy(force(fmt.Sprint(i))); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	asking.Wait()
}

func TestWithoutStaleAnswersASilentServiceIsAFailure(t *testing.T) {
	for _, off := range []bool{false, true} {
		h := newHouse(t, hurried, func(o *resolver.Options) { o.Policy.NoStale = off })
		h.enterprise.put(product, lasting(wire.Text(1, wire.TypeURL, "old"), 60))
		if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeSuccess {
			t.Fatal(res.Code)
		}
		h.network.silence(h.enterprise.site, true)
		h.clock.pass(61 * time.Second)
		if res := answer(t, h.r, question(product, recurse, nil)); (res.Code == wire.CodeSuccess) == off {
			t.Errorf("without stale answers %v: %s", off, res.Code)
		}
	}
}
