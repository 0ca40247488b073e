package scenario

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/scenario/internal/pilot"
)

func TestAReviewerWhoTurnsOutToBePartialDoesNotCount(t *testing.T) {
	x := newContest(t, kerneltest.Options{})
	c := x.open(t)
	a := x.apply(t, c.ID, "child.manager", "项目甲")
	x.seal(t, c.ID)
	x.judge(t, a.ID, eligible, http.StatusOK)
	// Whoever runs a blind call does not review in it, and whoever reviews runs nothing.
	x.persons["officer"] = x.me(t, "officer")
	x.pool(t, c.ID, http.StatusUnprocessableEntity, "officer")
	x.person(t, "second.officer", x.Bureau.ID, "officer")
	x.pool(t, c.ID, http.StatusOK, "expert.one", "expert.two", "second.officer")
	for _, path := range []string{"/applications/" + a.ID, "/calls/" + c.ID + "/panel", "/calls/" + c.ID + "/reviewers", "/calls/" + c.ID + "/check"} {
		x.do(t, "GET", pilotDoor+path, "second.officer", "", 0, http.StatusForbidden, nil)
	}
	if body := x.do(t, "GET", pilotDoor+"/applications", "second.officer", "", 0, http.StatusOK, nil); strings.Contains(body, a.ID) {
		t.Errorf("who reviews lists applications: %s", body)
	}
	// The city enters that expert.two holds a share: the application goes to the others.
	x.do(t, "POST", pilotDoor+"/relations", "officer", fmt.Sprintf(`{"from":"person:%s","to":"organisation:%s","kind":"shareholding","share":2}`, x.persons["expert.two"], x.child), 0, http.StatusCreated, nil)
	var v pilot.Assignment
	x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/assignment", "officer", "", x.call(t, c.ID).Version, http.StatusOK, &v)
	if v.Assigned != 2 || v.Conflicts != 1 {
		t.Fatalf("assigned %+v", v)
	}
	x.review(t, "expert.one", func(string) float64 { return 80 })
	x.review(t, "second.officer", func(string) float64 { return 80 })
	if !x.panel(t, c.ID).Ready {
		t.Error("not ready")
	}
	// expert.one is found to have worked for the parent: silently, the review does not count.
	x.do(t, "POST", pilotDoor+"/relations", "officer", fmt.Sprintf(`{"from":"person:%s","to":"organisation:%s","kind":"employment","until":%q}`, x.persons["expert.one"], x.Ours.ID, time.Now().AddDate(0, -2, 0).Format(time.DateOnly)), 0, http.StatusCreated, nil)
	if p := x.panel(t, c.ID); p.Ready || p.Items[0].Reviews != 1 {
		t.Errorf("a partial review counts: %+v", p.Items)
	}
	x.decide(t, c.ID, http.StatusConflict, pilot.Choice{ApplicationID: a.ID, Selected: true})
	for _, bad := range []string{`{"to":"913702002645742510","to_name":"x","kind":"employment"}`, `{"to":"91370200264574251E","to_name":"x","kind":"shareholding","since":"2026"}`} {
		x.do(t, "POST", pilotDoor+"/declarations", "expert.one", bad, 0, http.StatusUnprocessableEntity, nil)
	}
	x.do(t, "POST", pilotDoor+"/declarations", "expert.one", `{"to":"91370200264574251E","to_name":"某公司","kind":"cooperation","since":"2025-01-01"}`, 0, http.StatusCreated, nil)
	if body := x.do(t, "GET", pilotDoor+"/declarations", "expert.three", "", 0, http.StatusOK, nil); strings.Contains(body, "某公司") {
		t.Errorf("another's interests: %s", body)
	}
}

func (x *contest) me(t *testing.T, who string) string {
	t.Helper()
	x.Cookie(t, who)
	var list struct{ Items []struct{ ID, Login string } }
	x.Get(t, "/api/system/persons?limit=500", "administrator").Decode(t, &list)
	for _, p := range list.Items {
		if p.Login == who {
			return p.ID
		}
	}
	t.Fatalf("there is no %s", who)
	return ""
}
