package security

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// told are the titles of what somebody was told, the newest first.
func (x *town) told(t *testing.T, who string) (titles []string) {
	t.Helper()
	var list struct {
		Items []struct{ Title struct{ ZH string } }
	}
	if r := x.Get(t, "/api/notify/inbox?limit=100", who); r.Status != http.StatusOK {
		t.Fatalf("what %s was told: %d %s", who, r.Status, r.Body)
	} else {
		r.Decode(t, &list)
	}
	for _, n := range list.Items {
		titles = append(titles, n.Title.ZH)
	}
	return titles
}

func (x *town) heard(t *testing.T, who, word string) bool {
	t.Helper()
	return slices.ContainsFunc(x.told(t, who), func(title string) bool { return strings.Contains(title, word) })
}

type handed struct {
	Delegate string
	Mine     bool
	Acts     []string
	Version  int64
	Course   []struct {
		Act  string
		Data struct {
			Part float64
			Who  []string
		}
	}
}

// person is the ID of somebody to whom an assignment may be handed.
func (x *town) person(t *testing.T, assignment, by, name string) string {
	t.Helper()
	var list struct{ Items []struct{ ID, Name string } }
	x.do(t, "GET", "/assignments/"+assignment+"/delegates", by, "", 0, http.StatusOK, &list)
	for _, p := range list.Items {
		if p.Name == name {
			return p.ID
		}
	}
	return ""
}

func TestAssignmentsAreHandedOver(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		for _, who := range []string{"reporter-ours", "viewer-ours"} {
			x.do(t, "GET", "/assignments", who, "", 0, http.StatusOK, nil)
		}
		n := x.issued(t, named(x.Ours.ID, x.Theirs.ID), "")
		a := x.own(t, n.ID, "manager-ours")
		path := "/assignments/" + a.ID
		reporter, manager := x.person(t, a.ID, "manager-ours", "reporter-ours"), x.person(t, a.ID, "manager-ours", "manager-ours")
		if reporter == "" || manager == "" || x.person(t, a.ID, "manager-ours", "viewer-ours") != "" {
			t.Fatalf("it may be handed to %q and %q, and a viewer", reporter, manager)
		}
		if x.person(t, a.ID, "reporter-ours", "manager-ours") != "" {
			t.Error("a reporter may hand it to a manager")
		}
		to := func(id string) string { return fmt.Sprintf(`{"person_id":%q,"note":"请今天处理"}`, id) }
		for name, c := range map[string]struct {
			who, body string
			want      int
		}{
			"another addressee":          {"manager-theirs", to(reporter), http.StatusNotFound},
			"the city":                   {"officer", to(reporter), http.StatusForbidden},
			"a reporter for a manager":   {"reporter-ours", to(manager), http.StatusForbidden},
			"to somebody who is not one": {"manager-ours", to("01M00000000000000000000000"), http.StatusUnprocessableEntity},
		} {
			if body := x.do(t, "POST", path+"/delegation", c.who, c.body, 2, c.want, nil); strings.Contains(body, "reporter-ours") {
				t.Errorf("%s learns a name: %s", name, body)
			}
		}
		var h handed
		x.do(t, "POST", path+"/delegation", "manager-ours", to(reporter), 2, http.StatusOK, &h)
		if h.Delegate != "reporter-ours" || h.Mine {
			t.Errorf("it is handed to %+v", h)
		}
		kerneltest.Wait(t, "the reporter to be told", func() bool { return x.heard(t, "reporter-ours", "转由您办理") })
		if x.do(t, "GET", path, "reporter-ours", "", 0, http.StatusOK, &h); !h.Mine {
			t.Errorf("the reporter sees %+v", h)
		}
		for who, want := range map[string]int{"reporter-ours": 1, "manager-ours": 0} {
			var mine struct{ Items []numbered }
			if x.do(t, "GET", "/assignments?only=mine", who, "", 0, http.StatusOK, &mine); len(mine.Items) != want {
				t.Errorf("%s sees to %d", who, len(mine.Items))
			}
		}
		// Who sees to it is reminded first, and the others when the time is nearly over.
		who := func(part float64) (circles []string) {
			kerneltest.Wait(t, fmt.Sprintf("the step at %g", part), func() bool {
				x.do(t, "GET", path, "officer", "", 0, http.StatusOK, &h)
				for _, e := range h.Course {
					if e.Data.Part == part {
						circles = e.Data.Who
					}
				}
				return circles != nil
			})
			return circles
		}
		x.clock.Turn(time.Hour + time.Minute)
		if got := who(0.5); !slices.Equal(got, []string{"delegate"}) {
			t.Errorf("at half the time %v are told", got)
		}
		kerneltest.Wait(t, "the reporter to be reminded", func() bool { return x.heard(t, "reporter-ours", "签收截止") })
		if x.heard(t, "manager-ours", "签收截止") {
			t.Error("the manager is reminded before who sees to it had time")
		}
		x.clock.Turn(time.Hour)
		if got := who(1); !slices.Equal(got, []string{"delegate", "answerers", "managers"}) {
			t.Errorf("at its end %v are told", got)
		}
		x.do(t, "GET", path, "reporter-ours", "", 0, http.StatusOK, &h)
		x.do(t, "POST", path+"/delegation", "reporter-ours", `{"person_id":""}`, h.Version, http.StatusOK, &h)
		if h.Delegate != "" || h.Mine {
			t.Errorf("given back it is %+v", h)
		}
		x.do(t, "POST", path+"/delegation", "reporter-ours", `{"person_id":""}`, h.Version, http.StatusForbidden, nil)
		x.do(t, "POST", path+"/delegation", "reporter-ours", to(reporter), h.Version, http.StatusOK, &h)
		x.do(t, "POST", path+"/delegation", "manager-ours", to(reporter), h.Version, http.StatusConflict, nil)
	})
}

type shifts struct {
	Shifts, Next, Left []shift
	Gaps               []struct{ From, Until time.Time }
	Persons            []struct{ ID, Name string }
}

type shift struct {
	ID, Name, State string
	From            time.Time
	Acts            []string
}

func TestWhoIsOnDutyIsToldFirst(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		for _, who := range []string{"officer", "officer-2"} {
			x.do(t, "GET", "/duty", who, "", 0, http.StatusOK, nil)
		}
		var d shifts
		x.do(t, "GET", "/duty", "leader", "", 0, http.StatusOK, &d)
		if len(d.Gaps) != 0 || len(d.Persons) != 2 {
			t.Fatalf("without shifts: %+v", d)
		}
		id := map[string]string{}
		for _, p := range d.Persons {
			id[p.Name] = p.ID
		}
		x.do(t, "GET", "/duty", "manager-ours", "", 0, http.StatusForbidden, nil)
		plan := func(from time.Time, hours, count int) string {
			return fmt.Sprintf(`{"persons":[%q,%q],"from":%q,"hours":%d,"count":%d}`, id["officer-2"], id["officer"], from.Format(time.RFC3339), hours, count)
		}
		now := x.clock.Now()
		x.do(t, "POST", "/shifts", "officer-2", plan(now, 0, 4), 0, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", "/shifts", "leader", plan(now.Add(-time.Hour), 12, 4), 0, http.StatusCreated, &d)
		if len(d.Shifts) != 1 || d.Shifts[0].Name != "officer-2" || len(d.Next) != 1 || d.Next[0].Name != "officer" || len(d.Gaps) != 1 {
			t.Fatalf("planned: %+v", d)
		}
		x.do(t, "POST", "/shifts", "leader", plan(now, 12, 1), 0, http.StatusConflict, nil)
		kerneltest.Wait(t, "who is on duty to be told of it", func() bool { return x.heard(t, "officer-2", "排班 2 次") })

		n := x.issued(t, named(x.Ours.ID), "")
		a := x.own(t, n.ID, "manager-ours")
		x.clock.Turn(3*time.Hour + time.Minute) // one and a half times the two hours that there are
		kerneltest.Wait(t, "it to be escalated", func() bool { return x.heard(t, "officer-2", "逾期未签收") })
		if x.heard(t, "officer", "逾期未签收") {
			t.Error("who is not on duty is told before it is twice overdue")
		}
		if body := x.do(t, "GET", "/assignments/"+a.ID, "officer", "", 0, http.StatusOK, nil); !strings.Contains(body, `"who":["answerers","managers","duty"]`) {
			t.Errorf("the course does not say who was told: %s", body)
		}

		one := "/shifts/" + d.Shifts[0].ID
		x.do(t, "DELETE", one, "leader", "", 0, http.StatusConflict, nil)
		x.do(t, "POST", one+"/handover", "officer", `{"note":"x"}`, 0, http.StatusForbidden, nil)
		x.do(t, "POST", one+"/handover", "officer-2", `{"note":" "}`, 0, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", one+"/handover", "officer-2", `{"note":"一份通报逾期未签收"}`, 0, http.StatusOK, &d)
		kerneltest.Wait(t, "who comes next to be told", func() bool { return x.heard(t, "officer", "已交班") })
		x.do(t, "POST", one+"/takeover", "officer-2", "{}", 0, http.StatusForbidden, nil)
		x.do(t, "GET", "/duty", "officer", "", 0, http.StatusOK, &d)
		if len(d.Left) != 1 || !slices.Contains(d.Left[0].Acts, "take_over") {
			t.Errorf("what is left: %+v", d.Left)
		}
		x.do(t, "POST", one+"/takeover", "officer", "{}", 0, http.StatusOK, &d)
		if len(d.Left) != 0 {
			t.Errorf("taken over, there is left %+v", d.Left)
		}

		coming := "/shifts/" + d.Next[0].ID
		x.do(t, "POST", coming+"/exchange", "leader", fmt.Sprintf(`{"person_id":%q}`, "01M00000000000000000000000"), 0, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", coming+"/exchange", "leader", fmt.Sprintf(`{"person_id":%q}`, id["officer-2"]), 0, http.StatusOK, &d)
		if d.Next[0].Name != "officer-2" {
			t.Errorf("exchanged: %+v", d.Next)
		}
		x.do(t, "DELETE", coming, "leader", "", 0, http.StatusOK, &d)
		if len(d.Gaps) != 2 {
			t.Errorf("without it nobody is there %+v", d.Gaps)
		}
		x.Audited(t, d.Next[0].ID)
	})
}

// A bureau between the city and an enterprise is told, may press for it, and decides nothing.
func TestBureausOfDistrictsAreTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		add := func(parent, kind, zh string) string {
			var o struct{ ID string }
			r := x.Send(t, "POST", "/api/system/organisations", "administrator", fmt.Sprintf(`{"parent_id":%q,"kind":%q,"name":{"zh":%q,"en":""}}`, parent, kind, zh))
			if r.Decode(t, &o); r.Status != http.StatusCreated {
				t.Fatalf("create organisation: %d %s", r.Status, r.Body)
			}
			return o.ID
		}
		bureau := add("", "bureau", "市北区工信局")
		plant := add(bureau, "enterprise", "市北工厂")
		for login, at := range map[string]string{"shibei.officer": bureau, "plant.manager": plant} {
			role := map[bool]string{true: "officer", false: "manager"}[at == bureau]
			r := x.Send(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":%q,"name":%q,"password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":%q}]}`, login, login, at, role))
			if r.Status != http.StatusCreated {
				t.Fatalf("create person: %d %s", r.Status, r.Body)
			}
			x.SignIn(t, login)
		}
		n := x.issued(t, named(plant, x.Ours.ID), "")
		a, ours := x.own(t, n.ID, "plant.manager"), x.own(t, n.ID, "manager-ours")
		if got := x.own(t, n.ID, "shibei.officer"); got.ID != a.ID {
			t.Errorf("the district sees %+v", got)
		}
		x.clock.Turn(3*time.Hour + time.Minute)
		kerneltest.Wait(t, "the district to be told", func() bool { return x.heard(t, "shibei.officer", "市北工厂逾期未签收") })
		if x.heard(t, "shibei.officer", "我方") {
			t.Error("the district is told of an enterprise that is not its own")
		}
		var h handed
		x.do(t, "GET", "/assignments/"+a.ID, "shibei.officer", "", 0, http.StatusOK, &h)
		if !slices.Equal(h.Acts, []string{"urge"}) {
			t.Errorf("the district may %v", h.Acts)
		}
		x.do(t, "POST", "/assignments/"+a.ID+"/urging", "shibei.officer", `{"reason":"请尽快签收"}`, h.Version, http.StatusOK, nil)
		x.do(t, "POST", "/assignments/"+ours.ID+"/urging", "shibei.officer", `{"reason":"请尽快签收"}`, 2, http.StatusNotFound, nil)
		x.do(t, "POST", "/assignments/"+a.ID+"/closing", "shibei.officer", "{}", h.Version+1, http.StatusForbidden, nil)
	})
}
