package identifier

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/probe"
)

func TestAlarmsBeginGoOnAndEnd(t *testing.T) {
	now := time.Now()
	bounds := thresholds{ResolutionMs: 100, Availability: 99.9, Quota: 90, ContractDays: 0}
	read := map[string][]gauge{
		"slow":    {{alarmSlow, 100}},
		"slower":  {{alarmSlow, 300}},
		"quick":   {{alarmSlow, 99.9}, {alarmAvailability, 99.9}},
		"failing": {{alarmAvailability, 99.8}},
		"over":    {{alarmContract, -5}}, // no threshold
		"full":    {{alarmRequests, 90}, {alarmIdentifiers, 89}},
	}
	lasting := map[alarmKey]alarm{}
	for i, key := range []alarmKey{{"slower", alarmSlow}, {"quick", alarmSlow}, {"gone", alarmSlow}, {"full", alarmIdentifiers}, {"unseen", alarmSlow}, {"over", alarmContract}} {
		lasting[key] = alarm{ID: fmt.Sprint(i), NodeID: key.node, Kind: key.kind, Value: 200, Bound: 100, Since: now.Add(-time.Hour)}
	}
	answering := map[string]bool{"slow": true, "slower": true, "quick": true, "failing": true, "over": true, "full": true, "unseen": true}
	begin, goOn, end := bounds.compare(read, lasting, answering, now)
	names := func(list []alarm) string {
		var s []string
		for _, a := range list {
			s = append(s, fmt.Sprintf("%s %s %g", a.NodeID, a.Kind, a.Value))
		}
		slices.Sort(s)
		return strings.Join(s, ", ")
	}
	for _, c := range []struct{ got, want string }{
		{names(begin), "failing availability 99.8, full requests 90, slow slow 100"},
		{names(goOn), "slower slow 300"},
		{names(end), "full identifiers 200, gone slow 200, over contract 200, quick slow 200"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestWhoeverOperatesANodeIsToldOfAlarms(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		id, now := h.enterprise.ID, time.Now().UTC()
		h.quota(t, id, "manager-ours", `{"identifiers":2,"registrations":0,"requests":0,"prefixes":0}`, 0, http.StatusOK)
		var looks []look
		for i := range fewestToday {
			looks = append(looks, look{result: &probe.Result{NodeID: id, At: now.Add(time.Duration(i) * time.Millisecond), UDP: &probe.Outcome{OK: true, Ms: 250}}})
		}
		if err := h.module.probes.insert(t.Context(), prober{ID: "p", Name: "p", CreatedAt: now}); err != nil {
			t.Fatal(err)
		}
		if err := h.module.probes.note(t.Context(), "p", nil, looks); err != nil {
			t.Fatal(err)
		}
		for _, suffix := range []string{"a", "b"} {
			h.do(t, "PUT", "/handle", "reporter-theirs", put(suffix), http.StatusOK, nil)
		}
		raise := func() {
			t.Helper()
			if err := h.module.raiseAlarms(t.Context(), time.Now().UTC()); err != nil {
				t.Fatal(err)
			}
		}
		raise()
		raise() // a second time nothing begins
		alarms := func(who, query string) (list []alarm) {
			t.Helper()
			var page sqldb.Page[alarm]
			h.do(t, "GET", "/alarms?sort=kind"+query, who, "", http.StatusOK, &page)
			return page.Items
		}
		list := alarms("manager-theirs", "&lasts=true")
		if len(list) != 2 || list[0].Kind != alarmIdentifiers || list[0].Value != 100 || list[0].Bound != 90 || list[1].Kind != alarmSlow || list[1].Value != 250 || list[1].Prefix != "88.101.5" {
			t.Fatalf("alarms %+v", list)
		}
		if above := alarms("manager-ours", ""); len(above) != 2 { // whoever allocates the prefix
			t.Errorf("above: %+v", above)
		}
		h.do(t, "GET", "/alarms", "viewer-theirs", "", http.StatusForbidden, nil)
		for _, who := range []string{"manager-theirs", "manager-ours"} {
			kerneltest.Wait(t, "the notices for "+who, func() bool {
				r := h.Get(t, "/api/notify/inbox", who)
				return strings.Contains(string(r.Body), noticeAlarm) && strings.Contains(string(r.Body), "配额已用 100.0%") && strings.Contains(string(r.Body), "250.0 毫秒")
			})
		}

		note := func(who string, version, want int) {
			t.Helper()
			r := h.Send(t, "PUT", "/api/identifier/alarms/"+list[0].ID, who, `{"note":"已申请扩容"}`, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
			if r.Status != want {
				t.Errorf("note by %s: %d %s, want %d", who, r.Status, r.Body, want)
			}
		}
		note("manager-theirs", 1, http.StatusOK)
		note("manager-ours", 1, http.StatusPreconditionFailed)
		h.quota(t, id, "manager-ours", `{"identifiers":20,"registrations":0,"requests":0,"prefixes":0}`, 1, http.StatusOK)
		raise()
		ended := alarms("manager-theirs", "&lasts=false")
		if len(ended) != 1 || ended[0].Kind != alarmIdentifiers || ended[0].EndedAt == nil || ended[0].Note != "已申请扩容" {
			t.Errorf("ended: %+v", ended)
		}
		if list := alarms("manager-theirs", "&node="+h.secondary.ID); len(list) != 0 {
			t.Errorf("of the node above: %+v", list)
		}
	})
}
