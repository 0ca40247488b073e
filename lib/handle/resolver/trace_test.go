package resolver_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
)

func lines(tr *resolver.Trace) (list []string) {
	for _, s := range tr.Steps {
		list = append(list, fmt.Sprintf("%s %s %d", s.Kind, s.Handle, s.Code))
	}
	return list
}

func TestATraceTellsEveryHop(t *testing.T) {
	h := newHouse(t)
	tr := h.r.Trace(t.Context(), product, resolver.Query{})
	same(t, "from the root", lines(tr), []string{"ask 0.NA/88.101.5 303", "ask 0.NA/88.101.5 1", "ask 88.101.5/T001 1"})
	first, last := tr.Steps[0], tr.Steps[2]
	if first.Server != door(t, h.root.site, wire.UDP).String() || first.Protocol != "udp" || first.Took <= 0 || first.Node != "a node of the tests" ||
		first.Serial != 7 || first.Why != "where the service is" || first.Signed || first.SignedWhy == "" {
		t.Errorf("first step %+v", first)
	}
	if where := door(t, h.secondary.site, wire.UDP); !strings.Contains(strings.Join(first.LeadsTo, "|"), fmt.Sprintf("HS_SITE.PREFIX udp 127.0.0.1 port %d", where.Port())) {
		t.Errorf("the referral leads to %q", first.LeadsTo)
	}
	if last.Why != "the values" || last.CodeText != "success" || tr.Code != wire.CodeSuccess || len(tr.Values) != 2 || tr.Cached || tr.Took < last.Took {
		t.Errorf("last step %+v of %+v", last, tr.Answer)
	}
	same(t, "from what is kept", lines(h.r.Trace(t.Context(), product, resolver.Query{})), []string{"cache 88.101.5/T001 1"})
	same(t, "past the record", lines(h.r.Trace(t.Context(), product, resolver.Query{PastCache: true})), []string{"cache 0.NA/88.101.5 1", "ask 88.101.5/T001 1"})
	same(t, "past everything", lines(h.r.Trace(t.Context(), product, resolver.Query{Fresh: true})),
		[]string{"ask 0.NA/88.101.5 303", "ask 0.NA/88.101.5 1", "ask 88.101.5/T001 1"})
	if tr = h.r.Trace(t.Context(), "88.101.5/none", resolver.Query{}); tr.Code != wire.CodeNotFound || tr.Message == "" || len(tr.Steps) != 2 {
		t.Errorf("not there: %+v", tr)
	}
}

func TestATraceTellsThePolicyAndTheSilent(t *testing.T) {
	h := newHouse(t, hurried, with(resolver.Policy{
		BlockPrefixes: []string{"66"}, Answers: []resolver.Forced{{Handle: "67/x", Code: wire.CodeNotFound}},
	}))
	if err := h.r.SetPolicy(resolver.Policy{
		BlockPrefixes: []string{"66"}, Answers: []resolver.Forced{{Handle: "67/x", Code: wire.CodeNotFound}},
		Sites: []resolver.ForcedSite{{Prefix: "88.101.5", Sites: []wire.Site{h.enterprise.site}}},
	}); err != nil {
		t.Fatal(err)
	}
	same(t, "blocked", lines(h.r.Trace(t.Context(), "66/x", resolver.Query{})), []string{"policy 66/x 401"})
	same(t, "forced", lines(h.r.Trace(t.Context(), "67/x", resolver.Query{})), []string{"policy 67/x 100"})
	same(t, "forced site", lines(h.r.Trace(t.Context(), product, resolver.Query{})), []string{"policy 0.NA/88.101.5 1", "ask 88.101.5/T001 1"})
	h.network.silence(h.enterprise.site, true)
	tr := h.r.Trace(t.Context(), "88.101.5/other", resolver.Query{})
	if tr.Code != wire.CodeError || !strings.Contains(tr.Message, door(t, h.enterprise.site, wire.UDP).String()) || tr.Steps[1].Fault == "" || tr.Steps[1].Code != 0 {
		t.Errorf("silent: %+v", tr)
	}
}

func TestATraceIsOneJSONDocument(t *testing.T) {
	h := newHouse(t)
	h.enterprise.put("88.101.5/alias", wire.Text(1, wire.TypeAlias, product))
	binary := wire.Text(9, "BINARY", "\xff\x00")
	h.enterprise.put(product, wire.Text(1, wire.TypeURL, "u"), binary)
	octets, err := json.Marshal(h.r.Trace(t.Context(), "88.101.5/alias", resolver.Query{}))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Asked, Handle string
		Aliases       []string
		Code          int
		Values        []struct {
			Index int
			Type  string
			Data  struct{ Format, Value string }
		}
		Steps []map[string]any
	}
	if err := json.Unmarshal(octets, &got); err != nil {
		t.Fatal(err)
	}
	if got.Asked != "88.101.5/alias" || got.Handle != product || len(got.Aliases) != 1 || got.Code != 1 || len(got.Steps) != 5 {
		t.Errorf("%s", octets)
	}
	if v := got.Values; len(v) != 2 || v[0].Data.Value != "u" || v[1].Data.Format != "base64" || v[1].Data.Value != "/wA=" {
		t.Errorf("values %+v", v)
	}
	empty, err := json.Marshal(h.r.Trace(t.Context(), "88.101.5/none", resolver.Query{}))
	if err != nil || !strings.Contains(string(empty), `"values":[]`) {
		t.Errorf("%s, %v", empty, err)
	}
}
