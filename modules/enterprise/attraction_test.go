package enterprise

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/attraction"
)

const aLead = `{"name":{"zh":"苏州精密轴承","en":""},"origin":"苏州","industry":"C34","chain":"轨道交通","gap":"轴承","source":"analysis","investment":20000,"next_on":"2026-03-01"}`

func TestALeadIsFollowedUntilItLandsAndCounts(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.enter(t, 1, "青岛精密轴承有限公司", "")
		var d attraction.Detail
		x.do(t, "POST", "/leads", "officer", strings.Replace(aLead, `"C34"`, `"X"`, 1), 0, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", "/leads", "officer", aLead, 0, http.StatusCreated, &d)
		for _, who := range []string{"manager-ours", "viewer-theirs"} {
			x.do(t, "GET", "/leads/"+d.ID, who, "", 0, http.StatusForbidden, nil)
			x.do(t, "GET", "/leads", who, "", 0, http.StatusForbidden, nil)
		}
		x.do(t, "POST", "/leads/"+d.ID+"/steps", "leader", `{"act":"visit","day":"2026-03-02","note":"x"}`, 1, http.StatusForbidden, nil)
		step := func(act, rest string, want int) {
			t.Helper()
			x.do(t, "POST", "/leads/"+d.ID+"/steps", "officer", `{"act":"`+act+`","note":"会谈纪要"`+rest+`}`, d.Version, want, nil)
			x.do(t, "GET", "/leads/"+d.ID, "leader", "", 0, http.StatusOK, &d)
		}
		land := fmt.Sprintf(`,"day":"2026-04-01","code":%q`, e.Code)
		step("land", land, http.StatusConflict)
		step("visit", `,"day":"2026-03-02","next_on":"2026-03-20"`, http.StatusOK)
		step("commit", `,"day":"2026-03-21"`, http.StatusOK)
		step("land", land, http.StatusConflict) // no evidence
		if r := x.Send(t, "POST", "/api/enterprise/leads/"+d.ID+"/evidence?name=licence.txt", "officer", "licence", "Content-Type", "text/plain"); r.Status != http.StatusCreated {
			t.Fatalf("attach: %d %s", r.Status, r.Body)
		}
		step("land", `,"day":"2026-04-01","code":"91370200MA00000000"`, http.StatusUnprocessableEntity)
		step("land", land, http.StatusOK)
		if d.Stage != attraction.Landed || d.EntryID != e.ID || len(d.Steps) != 4 || len(d.Files) != 1 {
			t.Errorf("landed as %+v", d)
		}
		step("lose", "", http.StatusConflict)
		read := func(id string) float64 {
			for _, m := range x.module.Manifest().Measures {
				if m.ID == id {
					v, err := m.Value(t.Context())
					if err != nil || !v.Known {
						t.Fatal(v, err)
					}
					return v.Number
				}
			}
			t.Fatalf("there is no measure %s", id)
			return 0
		}
		if n := read("enterprise.attracted"); n != 1 {
			t.Errorf("attracted: %v", n)
		}

		// The same enterprise lands once; after a merge its survivor has landed.
		first := d
		x.do(t, "POST", "/leads", "officer", aLead, 0, http.StatusCreated, &d)
		step("commit", `,"day":"2026-03-21"`, http.StatusOK)
		x.Send(t, "POST", "/api/enterprise/leads/"+d.ID+"/evidence?name=licence.txt", "officer", "licence", "Content-Type", "text/plain")
		step("land", land, http.StatusConflict)
		survivor := x.enter(t, 2, "精密轴承（青岛）", "")
		var m mergedView
		x.do(t, "POST", "/merges", "officer", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q,"take":[]}`, survivor.ID, e.ID), 0, http.StatusCreated, &m)
		var now attraction.Detail
		if x.do(t, "GET", "/leads/"+first.ID, "officer", "", 0, http.StatusOK, &now); now.EntryID != survivor.ID {
			t.Errorf("after the merge it is %s", now.EntryID)
		}
		x.do(t, "POST", "/merges/"+m.ID+"/undo", "officer", "", 0, http.StatusNoContent, nil)
		if x.do(t, "GET", "/leads/"+first.ID, "officer", "", 0, http.StatusOK, &now); now.EntryID != e.ID {
			t.Errorf("after undoing it is %s", now.EntryID)
		}
	})
}

func TestTheOwnerIsRemindedOnceOfTheNextStep(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		var d attraction.Detail
		x.do(t, "POST", "/leads", "officer", aLead, 0, http.StatusCreated, &d)
		count := func() int {
			return strings.Count(string(x.Get(t, "/api/notify/inbox", "officer").Body), "/enterprise/attraction/"+d.ID)
		}
		for _, day := range []int{28, 1, 2} { // the last of February, then March
			at := time.Date(2026, 3, day, 4, 0, 0, 0, time.UTC)
			if day == 28 {
				at = at.AddDate(0, -1, 0)
			}
			if err := x.module.attraction.Remind(t.Context(), at); err != nil {
				t.Fatal(err)
			}
		}
		kerneltest.Wait(t, "the reminder", func() bool { return count() > 0 })
		if n := count(); n != 1 {
			t.Errorf("reminded %d times", n)
		}
	})
}
