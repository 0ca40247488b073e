package identifier

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/probe"
)

func TestTheCityLooksAtItsNodesAndTellsHowTheyDo(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		if err := h.module.probeNodes(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, n := range []nodeDetail{h.root, h.secondary, h.enterprise} {
			var v probesView
			h.do(t, "GET", "/nodes/"+n.ID+"/probes", "viewer-ours", "", http.StatusOK, &v)
			if v.Health != up || len(v.Probes) != 1 || v.Probes[0].Down || v.Probes[0].Fault != "" || len(v.Months) != 1 || v.Months[0].Good < 1 || *v.Months[0].SLA != 100 {
				t.Errorf("%s is seen as %+v", n.Prefix, v)
			}
		}
	})
}

// A registration is made, resolved and taken back, and is no use of the node.
func TestAProbeLeavesNothingBehind(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		targets, nodes, err := h.module.targets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		checker := probe.NewChecker()
		defer func() { _ = checker.Close() }()
		for i, n := range nodes {
			if n.ID != h.enterprise.ID {
				continue
			}
			r := checker.Resolve(t.Context(), &targets[i])
			r.At = nextDue(n.ID)
			h.module.tryRegistration(t.Context(), checker, &targets[i], n, &r)
			if r.Made == nil || !r.Made.OK || r.Made.VisibleMs <= 0 || r.Asked < 3 {
				t.Fatalf("the registration came to %+v, %+v", r, r.Made)
			}
			again, err := h.module.records.Load(t.Context(), n.Prefix+"/"+probe.Suffix)
			if err != nil || again != nil {
				t.Errorf("left behind: %+v, %v", again, err)
			}
		}
	})
}

// A node may have an identifier of its own that is named as those of probes are.
func TestAProbeTakesNothingOfTheNode(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	h.move(t, "manager-ours", "trial", http.StatusOK)
	handle := h.enterprise.Prefix + "/" + probe.Suffix
	h.do(t, "PUT", "/handle", "reporter-theirs", fmt.Sprintf(`{"handle":%q,"values":[{"index":1,"type":"URL","data":"http://a.example"}]}`, handle), http.StatusOK, nil)
	targets, nodes, err := h.module.targets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checker := probe.NewChecker()
	defer func() { _ = checker.Close() }()
	for i, n := range nodes {
		if n.ID != h.enterprise.ID {
			continue
		}
		r := checker.Resolve(t.Context(), &targets[i])
		r.At = nextDue(n.ID)
		h.module.tryRegistration(t.Context(), checker, &targets[i], n, &r)
		if r.Made != nil {
			t.Errorf("the registration came to %+v", r.Made)
		}
	}
	h.resolves(t, handle, wire.CodeSuccess)
}

func nextDue(id string) time.Time {
	at := time.Now()
	for !due(id, at) {
		at = at.Add(time.Minute)
	}
	return at
}

func TestAnEventBeginsAndEndsByWhatMostProbesSee(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "POST", "/probes", "manager-ours", `{"name":"elsewhere"}`, http.StatusForbidden, nil)
		var elsewhere prober
		h.do(t, "POST", "/probes", "officer", fmt.Sprintf(`{"name":"elsewhere","organisation_id":%q}`, h.Ours.ID), http.StatusCreated, &elsewhere)
		h.do(t, "GET", "/probes/"+elsewhere.ID+"/targets", "manager-theirs", "", http.StatusNotFound, nil)
		var targets targetsView
		h.do(t, "GET", "/probes/"+elsewhere.ID+"/targets", "manager-ours", "", http.StatusOK, &targets)
		if len(targets.Items) != 3 {
			t.Fatalf("targets are %+v", targets)
		}
		at := time.Now().UTC().Add(-10 * time.Minute)
		look := func(ok bool) {
			at = at.Add(time.Minute)
			body, _ := json.Marshal(map[string]any{"results": []probe.Result{{NodeID: h.enterprise.ID, At: at, UDP: &probe.Outcome{OK: ok, Ms: 3, Fault: "no answer"}, Asked: 1}}})
			h.do(t, "POST", "/probes/"+elsewhere.ID+"/results", "manager-ours", string(body), http.StatusOK, nil)
			if err := h.module.judge(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		events := func() (page sqldb.Page[event]) {
			h.do(t, "GET", "/events?sort=number", "manager-theirs", "", http.StatusOK, &page)
			return page
		}
		look(true)
		look(false)
		look(false)
		if n := len(events().Items); n != 0 {
			t.Fatalf("%d events after two lost answers", n)
		}
		look(false)
		look(false)
		list := events().Items
		if len(list) != 1 || list[0].Kind != abnormal || list[0].Number != 1 || list[0].Reason != "UDP: no answer" || !list[0].Yours {
			t.Fatalf("events are %+v", list)
		}
		h.do(t, "GET", "/nodes/"+h.enterprise.ID, "viewer-ours", "", http.StatusOK, &h.enterprise)
		if h.enterprise.Health != down {
			t.Errorf("the node is %s", h.enterprise.Health)
		}
		var districts districtsView
		h.do(t, "GET", "/districts", "viewer-theirs", "", http.StatusOK, &districts)
		if want := []districtCount{{Code: "", Secondary: 1, Enterprise: 1, Down: 1}}; !slices.Equal(districts.Items, want) {
			t.Errorf("by district: %+v", districts.Items)
		}
		body := `{"cause":"network","reason":"a cable was cut","cure":"spliced"}`
		if r := h.Send(t, "PUT", "/api/identifier/events/1", "manager-theirs", body, "If-Match", `"1"`); r.Status != http.StatusOK {
			t.Errorf("explain: %d %s", r.Status, r.Body)
		}
		if r := h.Send(t, "PUT", "/api/identifier/events/1", "viewer-theirs", body, "If-Match", `"2"`); r.Status != http.StatusForbidden {
			t.Errorf("explain as a viewer: %d %s", r.Status, r.Body)
		}
		look(true)
		look(true)
		list = events().Items
		if len(list) != 2 || list[1].Kind != recovered || list[1].Ends != 1 || list[1].Cause != "network" || list[0].EndedBy != 2 || list[0].Cure != "spliced" {
			t.Errorf("events are %+v", list)
		}
		h.do(t, "POST", "/probes/"+elsewhere.ID+"/results", "manager-ours", fmt.Sprintf(`{"results":[{"node_id":%q,"at":"2020-01-01T00:00:00Z","asked":1,"asked_above":0}]}`, h.enterprise.ID), http.StatusUnprocessableEntity, nil)
	})
}

func TestAPlannedStopBeginsNoEvent(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	n := node{ID: "n"}
	seen := map[string][]standingView{"n": {{Down: true, standing: probe.Standing{Down: true, At: now}}}}
	for _, c := range []struct {
		stopped map[string]bool
		open    map[string]event
		want    int
	}{{nil, nil, 1}, {map[string]bool{"n": true}, nil, 0}, {nil, map[string]event{"n": {Number: 1}}, 0}, {nil, map[string]event{"n": {Number: 1}, "gone": {Number: 2, NodeID: "gone"}}, 1}} {
		if got := verdicts([]node{n}, seen, c.open, c.stopped, now); len(got) != c.want {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	for _, s := range []stop{{From: now.Add(-time.Hour), To: now, Reason: "x"}, {From: now, To: now, Reason: "x"}, {From: now, To: now.Add(time.Hour)}, {From: now, To: now.AddDate(0, 1, 0), Reason: "x"}} {
		if s.check(now) == nil {
			t.Errorf("%+v is a planned stop", s)
		}
	}
}
