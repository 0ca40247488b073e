package resolver

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// filled returns a node that knows n handles 88.101.5/0, /1, ….
func filled(t testing.TB, n, mib int, p Policy) *Resolver {
	t.Helper()
	r, err := New(Options{CacheMiB: mib, Policy: p, Client: client.Options{Root: []wire.Site{{Servers: []wire.Server{{}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i := range n {
		q := r.ask(r.policy.Load(), fmt.Sprintf("88.101.5/%d", i))
		r.cache.put(newEntry(&record{
			handle: q.handle, key: q.key, hash: q.hash, code: wire.CodeSuccess, stored: now, until: now.Add(24 * time.Hour),
			values: []wire.Value{
				wire.Text(1, wire.TypeURL, fmt.Sprintf("http://a.example/products/%d", i)), wire.Text(2, wire.TypeDescription, "a part of a machine"),
			},
		}), now.UnixMilli(), time.Hour)
	}
	return r
}

func quickRequest(handle string, indexes []int32, types ...string) *server.Request {
	return &server.Request{
		Header: wire.Header{Op: wire.OpResolve, Flags: wire.FlagRecurse | wire.FlagPublicOnly}, Query: wire.NewQuery(handle, indexes, types),
		Remote: netip.MustParseAddrPort("192.0.2.1:4000"),
	}
}

// strict is a policy that looks at everything.
func strict() Policy {
	return Policy{
		Allow:         []Group{{Name: "all", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}}},
		Block:         []Group{{Name: "one", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.128/25")}}},
		BlockHandles:  []string{"88.101.5/blocked"},
		BlockPrefixes: []string{"88.102"},
		CaseSensitive: []string{"89"},
		Answers:       []Forced{{Handle: "88.101.5/forced", Code: wire.CodeSuccess, Values: []wire.Value{wire.Text(1, wire.TypeURL, "u")}}},
		SourceRate:    Rate{PerSecond: 1_000_000_000},
		HandleRate:    Rate{PerSecond: 1_000_000_000},
	}
}

func TestWhatIsKnownIsAnsweredWithoutMemory(t *testing.T) {
	r := filled(t, 10, 1, strict())
	for name, c := range map[string]struct {
		req  *server.Request
		code wire.Code
	}{
		"whole":      {quickRequest("88.101.5/1", nil), wire.CodeSuccess},
		"by index":   {quickRequest("88.101.5/2", []int32{2}), wire.CodeSuccess},
		"by type":    {quickRequest("88.101.5/3", nil, "url", "DESC."), wire.CodeSuccess},
		"no value":   {quickRequest("88.101.5/4", []int32{9}), wire.CodeValuesNotFound},
		"forced":     {quickRequest("88.101.5/forced", nil), wire.CodeSuccess},
		"blocked":    {quickRequest("88.101.5/BLOCKED", nil), wire.CodeNoPermission},
		"below one":  {quickRequest("88.102.4/x", nil), wire.CodeNoPermission},
		"heartbeat":  {quickRequest("0", nil), wire.CodeNotFound},
		"too many":   {quickRequest("88.101.5/5", make([]int32, 17)), wire.CodeProtocolError},
		"not served": {&server.Request{Query: wire.NewQuery("88.101.5/1", nil, nil), Remote: netip.MustParseAddrPort("192.0.2.200:1")}, wire.CodeNoPermission},
	} {
		res := server.Response{Body: make([]byte, 0, 1024)}
		if n := testing.AllocsPerRun(500, func() {
			body := res.Body[:0]
			res = server.Response{Body: body}
			if !r.Resolve(c.req, &res) || res.Code != c.code || !res.Foreign {
				t.Fatalf("%s: %s", name, res.Code)
			}
		}); n != 0 {
			t.Errorf("%s: %g allocations", name, n)
		}
	}
	// Nor does a record that is served after its time take memory.
	now := time.Now()
	stale := newEntry(&record{
		handle: "88.101.5/OLD", key: "88.101.5/OLD", hash: r.ask(r.policy.Load(), "88.101.5/OLD").hash, code: wire.CodeSuccess,
		values: []wire.Value{wire.Text(1, wire.TypeURL, "u")}, stored: now.Add(-time.Hour), until: now.Add(-time.Minute),
	})
	stale.retry.Store(now.Add(time.Hour).UnixMilli())
	r.cache.put(stale, now.UnixMilli(), time.Hour)
	old := quickRequest("88.101.5/old", nil)
	body := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(500, func() {
		res := server.Response{Body: body}
		if !r.Resolve(old, &res) || res.Code != wire.CodeSuccess {
			t.Fatal("not answered")
		}
	}); n != 0 {
		t.Errorf("after its time: %g allocations", n)
	}
	// What is not known is found out to be so without memory, too.
	var res server.Response
	miss := quickRequest("88.101.5/unknown", nil)
	if n := testing.AllocsPerRun(500, func() {
		if r.Resolve(miss, &res) {
			t.Fatal("answered")
		}
	}); n != 0 {
		t.Errorf("not known: %g allocations", n)
	}
}
