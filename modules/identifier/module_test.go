package identifier

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// house is a city with a root, a secondary node of ours and an enterprise node of
// theirs below it.
type house struct {
	*kerneltest.City
	module                      *Module
	root, secondary, enterprise nodeDetail
}

// city starts a house whose door is at a free port.
func city(t *testing.T, o kerneltest.Options, doors ...string) *house {
	t.Helper()
	doors = append([]string{`{"name": "main", "handle": "127.0.0.1:0", "http": "127.0.0.1:0", "mirrors": ["301:88.101.5/MIRROR"]}`}, doors...)
	return cityWith(t, o, fmt.Sprintf(`"doors": [%s]`, strings.Join(doors, ",")))
}

// cityWith starts a house with more settings, members of a JSON object.
func cityWith(t *testing.T, o kerneltest.Options, settings string) *house {
	t.Helper()
	o.Rooms = map[string]json.RawMessage{"identifier": fmt.Appendf(nil, `{"recursive": "127.0.0.1:0", "probe": false, %s}`, settings)}
	h := &house{}
	h.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		h.module = New(k.Kit("identifier"), k.Directory())
		return []module.Module{h.module}
	}, o)
	return h
}

func (h *house) do(t *testing.T, method, path, who, body string, want int, into any) {
	t.Helper()
	r := h.Send(t, method, "/api/identifier"+path, who, body)
	if r.Status != want {
		t.Fatalf("%s %s as %q: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	if into != nil {
		r.Decode(t, into)
	}
}

func (h *house) foundRoot(t *testing.T) {
	t.Helper()
	h.do(t, "POST", "/nodes", "officer", `{"role":"root","name":{"zh":"根节点","en":""},"hosting":"hosted"}`, http.StatusCreated, &h.root)
	kerneltest.Wait(t, "the root to be at home", func() bool {
		h.do(t, "GET", "/nodes/"+h.root.ID, "officer", "", http.StatusOK, &h.root)
		return h.root.Site != ""
	})
}

func (h *house) found(t *testing.T) {
	t.Helper()
	h.foundRoot(t)
	body := fmt.Sprintf(`{"role":"secondary","prefix":"88.101","above_id":%q,"name":{"zh":"二级节点","en":""},"hosting":"hosted","operator_id":%q,"operator_name":{"zh":"我方","en":"Ours"}}`, h.root.ID, h.Ours.ID)
	h.do(t, "POST", "/nodes", "officer", body, http.StatusCreated, &h.secondary)
	body = fmt.Sprintf(`{"role":"enterprise","prefix":"88.101.5","above_id":%q,"name":{"zh":"企业","en":""},"hosting":"hosted"}`, h.secondary.ID)
	h.do(t, "POST", "/nodes", "manager-theirs", body, http.StatusCreated, &h.enterprise)
}

const url1 = `{"handle":"88.101.5/T001","values":[{"index":1,"type":"URL","data":"http://a.example/T001"},{"index":2,"type":"HS_SECKEY","data":"a secret"}]}`

func TestAPrefixIsAppliedForAllocatedAndUsed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		if h.enterprise.State != applied || len(h.enterprise.Transitions) != 0 {
			t.Fatalf("an application is %s, may become %v", h.enterprise.State, h.enterprise.Transitions)
		}
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusNotFound, nil) // nothing is allocated yet
		h.move(t, "manager-theirs", "trial", http.StatusForbidden)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		var saved handleDetail
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, &saved)
		if len(saved.List) != 3 || !saved.Yours {
			t.Errorf("registered %+v", saved)
		}
		h.do(t, "PUT", "/handle", "reporter-ours", url1, http.StatusForbidden, nil)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusConflict, nil) // it exists
		h.do(t, "GET", "/handle?handle=88.101.5/t001", "viewer-ours", "", http.StatusOK, &saved)
		if slices.ContainsFunc(saved.List, func(v valueView) bool { return v.Type == "HS_SECKEY" }) || saved.Yours {
			t.Errorf("others are shown %+v", saved)
		}
		h.resolves(t, "88.101.5/T001", wire.CodeSuccess)
		h.move(t, "manager-ours", "suspended", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", strings.Replace(url1, "T001", "T002", 1), http.StatusForbidden, nil)
		h.resolves(t, "88.101.5/T001", wire.CodeSuccess)
		h.move(t, "manager-ours", "revoked", http.StatusOK)
		h.resolves(t, "88.101.5/T001", wire.CodeNotFound)
	})
}

// move moves the enterprise node to another state.
func (h *house) move(t *testing.T, who, to string, want int) {
	t.Helper()
	path := "/api/identifier/nodes/" + h.enterprise.ID
	r := h.Send(t, "POST", path+"/state", who, fmt.Sprintf(`{"to":%q,"reason":"as agreed"}`, to), "If-Match", fmt.Sprintf("%q", fmt.Sprint(h.enterprise.Version)))
	if r.Status != want {
		t.Fatalf("move to %s as %s: %d %s, want %d", to, who, r.Status, r.Body, want)
	}
	if want == http.StatusOK {
		r.Decode(t, &h.enterprise)
	}
}

// resolves resolves a handle by the pages' way and by a client of its own.
func (h *house) resolves(t *testing.T, handle string, want wire.Code) {
	t.Helper()
	var res resolution
	h.do(t, "GET", "/resolve?fresh=true&handle="+url.QueryEscape(handle), "viewer-ours", "", http.StatusOK, &res)
	if wire.Code(res.Code) != want || len(res.Steps) == 0 {
		t.Errorf("resolved to %d %s by %+v, want %d", res.Code, res.Meaning, res.Steps, want)
	}
	c := client.New(client.Options{Root: h.rootSite(t)})
	defer func() { _ = c.Close() }()
	_, err := c.Resolve(t.Context(), handle, client.Query{Signed: true})
	if code := client.CodeOf(err); err != nil && code != want || err == nil && want != wire.CodeSuccess {
		t.Errorf("a client resolved: %v, want code %d", err, want)
	}
}

func TestANodeIsFoundByTheCitysSearchOnceItAnswers(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		found := func(who string) bool {
			r := h.Get(t, "/api/search?q="+url.QueryEscape(h.enterprise.Prefix), who)
			return strings.Contains(string(r.Body), "/identifier/nodes/"+h.enterprise.ID)
		}
		kerneltest.Wait(t, "the application to be found by who made it", func() bool { return found("manager-theirs") })
		if found("viewer-ours") {
			t.Error("others find an application")
		}
		h.move(t, "manager-ours", "trial", http.StatusOK)
		kerneltest.Wait(t, "the node to be found by everybody", func() bool { return found("viewer-ours") })
	})
}

// rootSite is what a client is given of the root.
func (h *house) rootSite(t *testing.T) []wire.Site {
	t.Helper()
	site, err := hjson.ParseSite(h.Get(t, "/api/identifier/nodes/"+h.root.ID+"/siteinfo.json", "viewer-ours").Body)
	if err != nil {
		t.Fatal(err)
	}
	return []wire.Site{site}
}

func TestWhatWasRegisteredIsFoundAndRecorded(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		var page sqldb.Page[HandleView]
		kerneltest.Wait(t, "the identifier to be found", func() bool {
			h.do(t, "GET", "/handles?value="+url.QueryEscape("http://a.example/T001"), "viewer-ours", "", http.StatusOK, &page)
			return len(page.Items) == 1
		})
		if page.Items[0].Handle != "88.101.5/T001" || page.Items[0].NodeID != h.enterprise.ID {
			t.Errorf("found %+v", page.Items[0])
		}
		h.do(t, "GET", "/handles?value=a%20secret", "reporter-theirs", "", http.StatusOK, &page)
		if len(page.Items) != 0 {
			t.Error("a secret was found by its value")
		}
		var log struct {
			Items []struct {
				Actor   string `json:"actor"`
				Action  string `json:"action"`
				Changes []any  `json:"changes"`
			} `json:"items"`
		}
		kerneltest.Wait(t, "the registration to be in the audit log", func() bool {
			h.Get(t, "/api/system/audit?action="+url.QueryEscape("PUT /api/identifier/handle"), "auditor").Decode(t, &log)
			return len(log.Items) > 0
		})
		if len(log.Items) != 1 || len(log.Items[0].Changes) == 0 {
			t.Errorf("the audit log has %+v", log)
		}
	})
}

func TestWhatNodesAreAskedIsCounted(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		for range 3 {
			h.resolves(t, "88.101.5/T001", wire.CodeSuccess) // each resolves twice
		}
		h.resolves(t, "88.101.5/NONE", wire.CodeNotFound)
		h.module.writeCounts(t.Context())
		h.resolves(t, "88.101.5/T001", wire.CodeSuccess)
		h.module.writeCounts(t.Context()) // adds to the day's
		var page sqldb.Page[dayCount]
		h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/counts", "viewer-ours", "", http.StatusOK, &page)
		byKind := map[string]dayCount{}
		for _, c := range page.Items {
			byKind[c.Kind] = c
		}
		asked, made := byKind[resolutions], byKind[registrations]
		if asked.Requests != 10 || asked.Succeeded != 8 || made.Requests != 1 || made.Succeeded != 1 {
			t.Errorf("counted %+v", page.Items)
		}
		if asked.Peak < 1 || asked.MostMs < asked.LeastMs || asked.MostAt.IsZero() || asked.MeanMs > asked.MostMs {
			t.Errorf("extremes %+v", asked)
		}
		for _, test := range []struct {
			role role
			from scale
			want float64
		}{
			{enterpriseNode, scale{1, 8}, 1},
			{enterpriseNode, scale{1, 9}, 0},
			{enterpriseNode, scale{2, 1}, 0},
			{secondaryNode, scale{1, 8}, 1}, // with what is below it
		} {
			kerneltest.Wait(t, "the identifier to be projected", func() bool {
				var found sqldb.Page[HandleView]
				h.do(t, "GET", "/handles", "viewer-ours", "", http.StatusOK, &found)
				return slices.ContainsFunc(found.Items, func(v HandleView) bool { return v.Handle == "88.101.5/T001" })
			})
			v, err := h.module.counts.inScaledUse(t.Context(), test.role, test.from, time.Now())
			if err != nil || v.Number != test.want {
				t.Errorf("%s from %+v: %v, %v, want %v", test.role, test.from, v.Number, err, test.want)
			}
		}
	})
}

// The root answers at one door and its secondary node at another: who administers
// the secondary node's prefix is found all the same.
func TestAdministratorsAreFoundBehindAnotherDoor(t *testing.T) {
	h := city(t, kerneltest.Options{}, `{"name": "second", "handle": "127.0.0.1:0", "http": "127.0.0.1:0"}`)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	octets, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	h.foundRoot(t)
	body := fmt.Sprintf(`{"role":"secondary","prefix":"88.101","above_id":%q,"name":{"zh":"二级节点","en":""},"hosting":"hosted","door":"second","public_key":%q}`, h.root.ID, base64.StdEncoding.EncodeToString(octets))
	kerneltest.Wait(t, "the second door to be open", func() bool {
		return h.module.post("second") != nil && len(h.module.post("second").where().Servers) > 0
	})
	h.do(t, "POST", "/nodes", "officer", body, http.StatusCreated, &h.secondary)
	c := client.New(client.Options{Root: h.rootSite(t), Identity: &auth.Identity{Reference: wire.Reference{Handle: "0.NA/88.101", Index: 300}, Key: key}})
	defer func() { _ = c.Close() }()
	if _, err := c.Create(t.Context(), "88.101/T001", []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}, 0); err != nil {
		t.Error(err)
	}
	h.resolves(t, "88.101/T001", wire.CodeSuccess)
}

// A node's prefix is one, however its letters are written; one that was refused may
// be applied for again.
func TestAPrefixIsAllocatedOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		apply := func(prefix string, want int) {
			body := fmt.Sprintf(`{"role":"enterprise","prefix":%q,"above_id":%q,"name":{"zh":"又一个","en":""},"hosting":"hosted"}`, prefix, h.secondary.ID)
			h.do(t, "POST", "/nodes", "manager-theirs", body, want, &h.enterprise)
		}
		apply("88.101.ab", http.StatusCreated)
		apply("88.101.AB", http.StatusConflict)
		h.do(t, "GET", "/nodes?q=88.101.ab", "manager-theirs", "", http.StatusOK, nil)
		var page sqldb.Page[NodeView]
		h.do(t, "GET", "/nodes?q=88.101.ab", "manager-theirs", "", http.StatusOK, &page)
		h.do(t, "GET", "/nodes/"+page.Items[0].ID, "manager-theirs", "", http.StatusOK, &h.enterprise)
		h.move(t, "manager-ours", "refused", http.StatusOK)
		apply("88.101.AB", http.StatusCreated)
	})
}

// The contract is for whoever decides about a node to change, not for who has it.
func TestAnOperatorDoesNotProlongItsContract(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	edit := func(who, until string, want int) {
		r := h.Send(t, "PUT", "/api/identifier/nodes/"+h.enterprise.ID, who, `{"name":{"zh":"企业","en":""},"hosting":"hosted"`+until+`}`,
			"If-Match", fmt.Sprintf("%q", fmt.Sprint(h.enterprise.Version)))
		if r.Status != want {
			t.Fatalf("edit as %s: %d %s", who, r.Status, r.Body)
		}
		if want == http.StatusOK {
			r.Decode(t, &h.enterprise)
		}
	}
	const until, later = `,"valid_until":"2030-01-01T00:00:00Z"`, `,"valid_until":"2040-01-01T00:00:00Z"`
	edit("manager-theirs", until, http.StatusForbidden)
	edit("officer", until, http.StatusOK)
	edit("manager-theirs", later, http.StatusForbidden)
	edit("manager-theirs", until, http.StatusOK)
	edit("manager-theirs", "", http.StatusOK)
	if h.enterprise.ValidUntil == nil || h.enterprise.ValidUntil.Year() != 2030 {
		t.Errorf("the node is valid until %s", h.enterprise.ValidUntil)
	}
}

// A search that hands out what is gone would lead nowhere.
func TestARemovedNodeIsNotFound(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.foundRoot(t)
	var n nodeDetail
	h.do(t, "POST", "/nodes", "officer", fmt.Sprintf(`{"role":"secondary","prefix":"88.102","above_id":%q,"name":{"zh":"海岛节点","en":""},"hosting":"hosted","synthetic":true}`, h.root.ID), http.StatusCreated, &n)
	hits := func() bool {
		return strings.Contains(string(h.Get(t, "/api/search?q="+url.QueryEscape("海岛节点"), "officer").Body), n.ID)
	}
	kerneltest.Wait(t, "the node to be found", hits)
	h.do(t, "DELETE", "/nodes/"+n.ID, "officer", "", http.StatusNoContent, nil)
	kerneltest.Wait(t, "the node not to be found", func() bool { return !hits() })
}

// What fails while the room opens is given back: it opens at the next time.
func TestTheRoomOpensAfterItFailed(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	dir := h.module.kit.Dir
	kit := *h.module.kit
	kit.Metrics, kit.Dir = prometheus.NewRegistry(), filepath.Join(t.TempDir(), filepath.Base(dir))
	m := New(&kit, h.Directory())
	m.settings = h.module.settings
	ended, end := context.WithCancel(t.Context())
	end()
	for range 2 {
		if err := m.open(ended); err == nil {
			t.Fatal("it opened although its context has ended")
		}
	}
	if err := m.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(m.posts) != 1 {
		t.Errorf("it has %d doors, one is configured", len(m.posts))
	}
	if err := m.records.Close(); err != nil {
		t.Error(err)
	}
}

func TestAnAddressOfAllNeedsTheOneOfOthers(t *testing.T) {
	for handle, public := range map[string]string{"0.0.0.0:2641": "", ":2641": "", "[::]:2641": ""} {
		s := defaults()
		s.Doors[0].Handle, s.Doors[0].Public = handle, public
		if s.check() == nil {
			t.Errorf("%s was taken without a public address", handle)
		}
		s.Doors[0].Public = "192.0.2.1"
		if err := s.check(); err != nil {
			t.Error(err)
		}
	}
}
