package security

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
)

// inbox are the titles of what somebody was told, the newest first.
func (x *town) inbox(t *testing.T, who string) (titles []string) {
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
	return slices.ContainsFunc(x.inbox(t, who), func(title string) bool { return strings.Contains(title, word) })
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

// turns are one rota of the city's bureau, as another room keeps them.
type turns struct {
	mu     sync.Mutex
	city   string
	shifts []Shift
}

// Rotas implements Rotas.
func (r *turns) Rotas(_ context.Context, organisation string) ([]Rota, error) {
	if organisation != r.city {
		return nil, nil
	}
	return []Rota{{ID: "security-rota", Name: lang.Text{ZH: "安全值班", EN: "Security"}}}, nil
}

// Shifts implements Rotas.
func (r *turns) Shifts(_ context.Context, rota string, from, until time.Time) (list []Shift, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.shifts {
		if rota == "security-rota" && s.From.Before(until) && s.Until.After(from) {
			list = append(list, s)
		}
	}
	return list, nil
}

// member is the ID of somebody.
func (x *town) member(t *testing.T, name string) string {
	t.Helper()
	var me struct{ Person struct{ ID string } }
	if x.Get(t, "/api/system/session", name).Decode(t, &me); me.Person.ID == "" {
		t.Fatalf("%s has no ID", name)
	}
	return me.Person.ID
}

type onDuty struct {
	Rota        *struct{ ID string }
	Rotas       []struct{ ID string }
	Shifts      []struct{ Name string }
	Left        []struct{ ID, Note, TakenBy string }
	MayHandOver bool `json:"may_hand_over"`
}

func TestWhoIsOnDutyIsToldFirst(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		first, second, viewer := x.member(t, "officer-1"), x.member(t, "officer-2"), x.member(t, "viewer")
		now := x.clock.Now()
		x.rota.city = x.Bureau.ID
		x.rota.shifts = []Shift{
			{PersonID: first, Name: "officer-1", From: now.Add(-time.Hour), Until: now.Add(8 * time.Hour)},
			{PersonID: viewer, Name: "viewer", From: now.Add(8 * time.Hour), Until: now.Add(9 * time.Hour)},
			{PersonID: second, Name: "officer-2", From: now.Add(9 * time.Hour), Until: now.Add(240 * time.Hour)},
		}
		var d onDuty
		if x.do(t, "GET", "/duty", "officer-1", "", 0, http.StatusOK, &d); d.Rota != nil || len(d.Rotas) != 1 || d.MayHandOver {
			t.Fatalf("before a rota is chosen: %+v", d)
		}
		x.do(t, "GET", "/duty", "manager-ours", "", 0, http.StatusForbidden, nil)
		x.do(t, "PUT", "/duty", "officer-1", `{"rota_id":"other"}`, 0, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", "/handovers", "officer-1", `{"note":"没有值班表"}`, 0, http.StatusForbidden, nil)
		if x.do(t, "PUT", "/duty", "leader", `{"rota_id":"security-rota"}`, 0, http.StatusOK, &d); d.Rota == nil || len(d.Shifts) != 3 || d.MayHandOver {
			t.Fatalf("with a rota: %+v", d)
		}

		n := x.issued(t, named(x.Ours.ID), "")
		a := x.own(t, n.ID, "manager-ours")
		x.clock.Turn(3*time.Hour + time.Minute) // one and a half times the two hours that there are
		kerneltest.Wait(t, "it to be escalated", func() bool { return x.heard(t, "officer-1", "逾期未签收") })
		if x.heard(t, "officer-2", "逾期未签收") {
			t.Error("who is not on duty is told before it is twice overdue")
		}
		if body := x.do(t, "GET", "/assignments/"+a.ID, "officer", "", 0, http.StatusOK, nil); !strings.Contains(body, `"who":["answerers","managers","duty"]`) {
			t.Errorf("the course does not say who was told: %s", body)
		}

		x.do(t, "POST", "/handovers", "officer-2", `{"note":"还没有轮到"}`, 0, http.StatusForbidden, nil)
		x.do(t, "POST", "/handovers", "officer-1", `{"note":" "}`, 0, http.StatusUnprocessableEntity, nil)
		if x.do(t, "POST", "/handovers", "officer-1", `{"note":"一份通报逾期未签收"}`, 0, http.StatusCreated, &d); len(d.Left) != 1 {
			t.Fatalf("handed over: %+v", d)
		}
		kerneltest.Wait(t, "who comes next to be told", func() bool { return x.heard(t, "officer-2", "已交班") })
		one := "/handovers/" + d.Left[0].ID + "/taking"
		x.do(t, "POST", one, "officer-1", "{}", 0, http.StatusForbidden, nil)
		x.do(t, "POST", one, "officer-2", "{}", 0, http.StatusOK, &d)
		x.do(t, "POST", one, "officer", "{}", 0, http.StatusConflict, nil)
		if len(d.Left) != 0 {
			t.Errorf("taken over, there is left %+v", d.Left)
		}
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
		// What is the city's to set is not a district's.
		today := x.clock.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
		for path, body := range map[string]string{
			"/time-limits": fmt.Sprintf(`{"obligation":"notice.acknowledge","level":4,"working_days":2,"from":%q,"reason":"区级"}`, today),
			"/calendar":    `{"from":"2027-01-01","until":"2027-12-31","source":"区级","off":["2027-01-01"],"work":[]}`,
			"/drills":      fmt.Sprintf(`{"title":"区级演练","plan":"通知","pace":1,"organisations":[%q]}`, plant),
		} {
			x.do(t, "POST", path, "shibei.officer", body, 0, http.StatusForbidden, nil)
		}
	})
}
