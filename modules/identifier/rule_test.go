package identifier

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
)

// rule makes a rule of the recursive node.
func (h *house) rule(t *testing.T, body string) (r RuleView) {
	t.Helper()
	h.do(t, "POST", "/recursive/rules", "officer", body, http.StatusCreated, &r)
	return r
}

// asked resolves the identifier as the page does, by who manages the recursive node.
func (h *house) asked(t *testing.T) (res resolution) {
	t.Helper()
	h.do(t, "GET", "/resolve?handle="+url.QueryEscape("88.101.5/T001"), "officer", "", http.StatusOK, &res)
	return res
}

// hit is the first rule that a resolution followed.
func hit(res resolution) ruleHit {
	for _, s := range res.Steps {
		if s.Rule != nil {
			return *s.Rule
		}
	}
	return ruleHit{}
}

func TestRulesOfTheRecursiveNodeHoldAtOnceAndAreTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		if res := h.asked(t); res.Code != 1 || hit(res).ID != "" {
			t.Fatalf("without rules: %+v", res)
		}
		block := h.rule(t, `{"kind":"block_prefix","prefix":"88.101","note":"by order"}`)
		if res := h.asked(t); wire.Code(res.Code) != wire.CodeNoPermission || hit(res).Note != "by order" {
			t.Errorf("a blocked prefix: %d, %+v", res.Code, hit(res))
		}
		h.do(t, "DELETE", "/recursive/rules/"+block.ID, "officer", "", http.StatusNoContent, nil)
		forced := h.rule(t, `{"kind":"answer","handle":"88.101.5/T001","code":1,"values":[{"index":1,"type":"URL","data":"http://notice.example/"}]}`)
		if res := h.asked(t); len(res.Values) != 1 || res.Values[0].Data != "http://notice.example/" || hit(res).ID != forced.ID {
			t.Errorf("a forced answer: %+v", res)
		}
		body := `{"kind":"block_handle","handle":"88.101.5/t001"}`
		r := h.Send(t, "PUT", "/api/identifier/recursive/rules/"+forced.ID, "officer", body, "If-Match", `"1"`)
		if r.Status != http.StatusOK {
			t.Fatalf("edit: %d %s", r.Status, r.Body)
		}
		if res := h.asked(t); wire.Code(res.Code) != wire.CodeNoPermission {
			t.Errorf("after the edit: %+v", res)
		}
		if r = h.Send(t, "PUT", "/api/identifier/recursive/rules/"+forced.ID, "officer", body, "If-Match", `"1"`); r.Status != http.StatusPreconditionFailed {
			t.Errorf("an edit of what was changed: %d %s", r.Status, r.Body)
		}
		h.do(t, "GET", "/recursive/rules", "manager-ours", "", http.StatusForbidden, nil)
		kerneltest.Wait(t, "the audit log to have the rule", func() bool {
			log := h.Get(t, "/api/system/audit?action="+url.QueryEscape("POST /api/identifier/recursive/rules"), "auditor")
			return strings.Contains(string(log.Body), "by order")
		})
	})
}

func TestAStubAndAForwarderLeadElsewhere(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
	site := string(h.Get(t, "/api/identifier/nodes/"+h.enterprise.ID+"/siteinfo.json", "officer").Body)
	body, err := json.Marshal(map[string]string{"kind": "site", "prefix": "88.101.5", "site": site})
	if err != nil {
		t.Fatal(err)
	}
	stub := h.rule(t, string(body))
	if res := h.asked(t); res.Code != 1 || hit(res).ID != stub.ID {
		t.Errorf("by a stub: %+v", res)
	}
	h.do(t, "POST", "/recursive/rules", "officer", string(body), http.StatusConflict, nil) // two stubs
	h.do(t, "DELETE", "/recursive/rules/"+stub.ID, "officer", "", http.StatusNoContent, nil)
	door := wire.Site{}
	for _, p := range h.module.posts {
		door = p.where()
	}
	upstream := fmt.Sprintf("tcp://%s:%d", door.Servers[0].Address, door.Servers[0].Interfaces[1].Port)
	forward := h.rule(t, fmt.Sprintf(`{"kind":"forward","prefix":"88.101","upstreams":[%q]}`, upstream))
	if res := h.asked(t); res.Code != 1 || hit(res).ID != forward.ID {
		t.Errorf("by a forwarder: %+v", res)
	}
}

func TestWhatIsWrongWithARuleIsToldByItsPart(t *testing.T) {
	h := city(t, kerneltest.Options{})
	for body, part := range map[string]string{
		`{"kind":"block_handle","handle":"nothing"}`:                                                        "body.handle",
		`{"kind":"block_prefix","prefix":"88/1"}`:                                                           "body.prefix",
		`{"kind":"allow_source","networks":["192.0.2.0/24","a.example"]}`:                                   "body.networks[1]",
		`{"kind":"block_source"}`:                                                                           "body.networks",
		`{"kind":"answer","handle":"88.1/a","code":1}`:                                                      "body.values",
		`{"kind":"answer","handle":"88.1/a"}`:                                                               "body.code",
		`{"kind":"answer","handle":"88.1/a","code":1,"values":[{"index":1,"type":"HS_SECKEY","data":"x"}]}`: "",
		`{"kind":"site","prefix":"88.1","site":"{}"}`:                                                       "body.site",
		`{"kind":"forward","prefix":"88.1","upstreams":["192.0.2.1:3641"]}`:                                 "body.upstreams[0]",
		`{"kind":"forward","prefix":"*"}`:                                                                   "body.upstreams",
	} {
		r := h.Send(t, "POST", "/api/identifier/recursive/rules", "officer", body)
		if r.Status < 400 || r.Status >= 500 || !strings.Contains(string(r.Body), fmt.Sprintf("%q", part)) && part != "" {
			t.Errorf("%s: %d %s", body, r.Status, r.Body)
		}
	}
	var page struct{ Total int }
	if h.do(t, "GET", "/recursive/rules", "officer", "", http.StatusOK, &page); page.Total != 0 {
		t.Errorf("%d rules were made", page.Total)
	}
}

func TestSettingsAndSourcesHoldForClientsAtOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		r, err := h.module.recursive.resolver()
		if err != nil {
			t.Fatal(err)
		}
		var s RecursiveSettings
		h.do(t, "GET", "/recursive/settings", "officer", "", http.StatusOK, &s)
		if s.Missing != 1 || !s.Stale || !s.Prefetch {
			t.Fatalf("at first %+v", s)
		}
		s.HandleRate, s.National, s.Stale = 7, true, false
		body, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		match := fmt.Sprintf("%q", fmt.Sprint(s.Version))
		if res := h.Send(t, "PUT", "/api/identifier/recursive/settings", "officer", string(body), "If-Match", match); res.Status != http.StatusOK {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		if p := r.Policy(); p.HandleRate.PerSecond != 7 || !p.National || !p.NoStale {
			t.Errorf("the policy is %+v", p)
		}
		if res := h.Send(t, "PUT", "/api/identifier/recursive/settings", "officer", string(body), "If-Match", match); res.Status != http.StatusPreconditionFailed {
			t.Errorf("settings that somebody changed meanwhile: %d %s", res.Status, res.Body)
		}
		h.rule(t, `{"kind":"allow_source","networks":["198.51.100.0/24"],"rate":5}`)
		if p := r.Policy(); len(p.Allow) != 1 || p.Allow[0].Rate.PerSecond != 5 {
			t.Errorf("sources are %+v", p.Allow)
		}
	})
}

func TestReplicasFollowRulesAndForget(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		h.asked(t)
		var cache cacheView
		has := func() bool {
			h.do(t, "GET", "/recursive/cache?prefix=88.101", "officer", "", http.StatusOK, &cache)
			return slices.ContainsFunc(cache.Items, func(r remembered) bool { return r.Handle == "88.101.5/T001" })
		}
		if !has() {
			t.Fatalf("it remembers %+v", cache.Items)
		}
		h.do(t, "DELETE", "/recursive/cache", "officer", "", http.StatusUnprocessableEntity, nil)
		// As another replica would: nothing of this process is told.
		if err := h.module.rules.forget(sqldb.Alone(t.Context()), forgetting{Prefix: "88.101"}); err != nil {
			t.Fatal(err)
		}
		kerneltest.Wait(t, "the prefix to be forgotten", func() bool { return !has() })
		h.asked(t)
		h.do(t, "DELETE", "/recursive/cache?handle=88.101.5%2FT001", "officer", "", http.StatusNoContent, nil)
		if has() {
			t.Error("it still remembers what it was told to forget")
		}
	})
}
