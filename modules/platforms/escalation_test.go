package platforms

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
	"linghang/modules/platforms/internal/duty"
)

// on is a city with persons who may be on duty.
type on struct {
	*watch
	ids map[string]string // of persons by login
}

func newOn(t *testing.T, o kerneltest.Options) *on {
	t.Helper()
	x := &on{newWatch(t, o), map[string]string{}}
	x.Cookie(t, "officer")
	var v dutyPeopleView
	x.Get(t, "/api/platforms/alerting/people", "officer").Decode(t, &v)
	for _, p := range v.Items {
		x.ids[p.Name] = p.ID
	}
	if x.ids["officer"] == "" || x.ids["manager-ours"] == "" || x.ids["manager-theirs"] == "" {
		t.Fatalf("people %+v", v)
	}
	return x
}

// rota makes a rota whose first turn was yesterday, daily.
func (x *on) rota(t *testing.T, name, organisation string, members ...string) Rota {
	t.Helper()
	var list []string
	for _, m := range members {
		list = append(list, fmt.Sprintf(`{"id":%q,"name":""}`, x.ids[m]))
	}
	body := fmt.Sprintf(`{"name":{"zh":%q,"en":""},"zone":"","organisation_id":%q,"layers":[{"members":[%s],"handover":"weekly","at":"00:00","begins":%q}]}`,
		name, organisation, strings.Join(list, ","), x.now.AddDate(0, 0, -1).Format(time.DateOnly))
	var r Rota
	x.send(t, "POST", "/rotas", "officer", body, 0, http.StatusCreated).Decode(t, &r)
	return r
}

// policy makes a policy, and a route for all alerts of the rule api_slow that uses it.
func (x *on) policy(t *testing.T, steps string, more string) (p Policy, route AlertRoute) {
	t.Helper()
	x.send(t, "POST", "/policies", "officer", fmt.Sprintf(`{"name":{"zh":"升级","en":""},"steps":[%s],%s}`, steps, more), 0, http.StatusCreated).Decode(t, &p)
	body := fmt.Sprintf(`{"name":{"zh":"接口","en":""},"matchers":[{"name":"alertname","op":"=","value":"api_slow"}],"group_by":["alertname"],"wait":0,"interval":60,"repeat":86400,"operator":false,"office":false,"persons":[],"policy":%q}`, p.ID)
	x.send(t, "POST", "/routes", "officer", body, 0, http.StatusCreated).Decode(t, &route)
	return p, route
}

func (x *on) slow(t *testing.T, platforms ...string) {
	t.Helper()
	for _, id := range platforms {
		x.latest(t, id, "api_p95", x.now, 2500)
	}
	x.set(t, "api_slow", func(r *alert.Rule) { r.For = 0 })
}

// steps are the steps of a policy that were told of an alert, the oldest first.
func (x *on) steps(t *testing.T, id string) (list []string) {
	t.Helper()
	for _, n := range slices.Backward(x.detail(t, id, "officer").Notices) {
		if n.Step == nil {
			continue
		}
		text := fmt.Sprintf("%d.%d", n.Step.Round, n.Step.Step)
		for _, p := range n.Persons {
			text += " " + p.Person + p.Gap
		}
		list = append(list, text)
	}
	return list
}

const minutely = `"repeat":0,"pause":0,"limit":0`

func TestAnAlertThatNobodyTakesEscalatesUntilSomebodyDoes(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newOn(t, o)
		r := x.rota(t, "值班", "", "officer")
		_, _ = x.policy(t, fmt.Sprintf(`{"after":5,"rotas":[%q],"persons":[],"route":false},{"after":10,"rotas":[],"persons":[{"id":%q,"name":""}],"route":false}`, r.ID, x.ids["manager-ours"]), `"repeat":1,"pause":20,"limit":60`)
		x.slow(t, x.ours, x.theirs)
		x.pass(t, time.Second)
		list := x.alerts(t, "officer", "")
		ours := list[slices.IndexFunc(list, func(a Alert) bool { return a.PlatformID == x.ours })]
		d := x.detail(t, ours.ID, "manager-ours")
		if e := d.Escalates; e == nil || e.Step != 1 || e.Steps != 2 || e.DueAt.Sub(x.now) != 5*time.Minute || len(d.Duty) != 1 || d.Duty[0].Person.Name != "officer" {
			t.Fatalf("it escalates %+v, on duty %+v", e, d.Duty)
		}
		x.pass(t, 5*time.Minute)
		x.told(t, "officer", "升级第 1 步，无人认领", "2 条")
		x.pass(t, 10*time.Minute)
		x.told(t, "manager-ours", "升级第 2 步", "平台-ours")
		if body := string(x.Get(t, "/api/notify/inbox", "manager-ours").Body); strings.Contains(body, "平台-theirs") {
			t.Error("who does not see a platform is told of its alert")
		}
		theirs := list[slices.IndexFunc(list, func(a Alert) bool { return a.PlatformID == x.theirs })]
		if got := fmt.Sprint(x.steps(t, ours.ID)); got != "[1.1 officer 1.2 manager-ours]" {
			t.Errorf("steps %s", got)
		}
		if got := fmt.Sprint(x.steps(t, theirs.ID)); got != "[1.1 officer 1.2 unable]" {
			t.Errorf("steps of the other %s", got)
		}
		x.send(t, "POST", "/alerts/"+ours.ID+"/claim", "manager-ours", "", 1, http.StatusOK)
		x.pass(t, 25*time.Minute)
		if d = x.detail(t, ours.ID, "officer"); d.Escalates != nil || len(x.steps(t, ours.ID)) != 2 {
			t.Errorf("it escalates though somebody took it: %+v %v", d.Escalates, x.steps(t, ours.ID))
		}
		if got := fmt.Sprint(x.steps(t, theirs.ID)); got != "[1.1 officer 1.2 unable 2.1 officer]" {
			t.Errorf("a second round: %s", got)
		}
		claimed := time.Now()
		x.now = claimed.Add(55 * time.Minute).UTC().Truncate(time.Second)
		x.pass(t, 0)
		if n := len(x.steps(t, ours.ID)); n != 2 {
			t.Errorf("%d steps before the time is over", n)
		}
		x.pass(t, 6*time.Minute)
		x.pass(t, 5*time.Minute)
		if got := x.steps(t, ours.ID); len(got) != 3 || got[2] != "1.1 officer" {
			t.Errorf("after the time in which it should have been over: %v", got)
		}
		x.told(t, "officer", "认领后超时未结束")
		x.pass(t, 10*time.Hour)
		for range 5 {
			x.pass(t, 10*time.Hour)
		}
		if n := len(x.steps(t, theirs.ID)); n != 4 {
			t.Errorf("%d steps in the end: %v", n, x.steps(t, theirs.ID))
		}
		if d = x.detail(t, theirs.ID, "officer"); d.Escalates == nil || d.Escalates.Step != 0 || d.Escalates.DueAt != nil {
			t.Errorf("in the end %+v", d.Escalates)
		}
		x.latest(t, x.theirs, "api_p95", x.now, 1)
		x.pass(t, time.Minute)
		x.pass(t, time.Minute)
		if runs, err := x.room.escalations.runs(t.Context()); err != nil || len(runs) != 1 {
			t.Errorf("runs %+v, %v", runs, err)
		}
	})
}

// Two replicas, of which each may die after any change: what is kept decides, so
// that each step is told once, whoever tells it and however late.
func TestEachStepIsToldOnceByWhicheverReplica(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newOn(t, o)
		r := x.rota(t, "值班", "", "officer")
		step := func(after int) string {
			return fmt.Sprintf(`{"after":%d,"rotas":[%q],"persons":[],"route":false}`, after, r.ID)
		}
		x.policy(t, step(0)+","+step(1)+","+step(2), `"repeat":1,"pause":3,"limit":0`)
		x.slow(t, x.ours)
		second := *x.room // another replica has nothing but the database in common
		both := func(at time.Time) {
			var wg sync.WaitGroup
			for _, m := range []*Module{x.room, &second, x.room, &second} {
				wg.Go(func() {
					if err := m.evaluateAlerts(context.WithoutCancel(t.Context()), at); err != nil {
						t.Error(err)
					}
					if err := m.tellAlerts(context.WithoutCancel(t.Context()), at); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		for range 60 {
			x.now = x.now.Add(15 * time.Second)
			both(x.now)
		}
		list := x.alerts(t, "officer", "")
		if got := fmt.Sprint(x.steps(t, list[0].ID)); got != "[1.1 officer 1.2 officer 1.3 officer 2.1 officer 2.2 officer 2.3 officer]" {
			t.Fatalf("steps %s", got)
		}
		var inbox struct {
			Items []struct{ Title struct{ ZH string } }
		}
		kerneltest.Wait(t, "all to arrive", func() bool {
			x.Get(t, "/api/notify/inbox?limit=100", "officer").Decode(t, &inbox)
			n := 0
			for _, i := range inbox.Items {
				if strings.Contains(i.Title.ZH, "升级") {
					n++
				}
			}
			return n == 6
		})
	})
}

// A replica that ends within a change has told nothing and noted nothing; the next
// goes on with the same step.
func TestWhatEndsWithinAStepIsDoneByTheNext(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newOn(t, o)
		r := x.rota(t, "值班", "", "officer")
		p, route := x.policy(t, fmt.Sprintf(`{"after":0,"rotas":[%q],"persons":[],"route":false}`, r.ID), minutely)
		x.slow(t, x.ours)
		if err := x.room.evaluateAlerts(t.Context(), x.now); err != nil {
			t.Fatal(err)
		}
		a := x.alerts(t, "officer", "")[0]
		stored, err := x.room.alerts.get(t.Context(), x.room.kit.DB, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		moves, due := movesOf([]gathering{{key: "k", route: route.Route, firing: []Alert{stored}}}, map[string]Policy{p.ID: p}, nil, x.now)
		if moved, err := x.room.escalations.move(t.Context(), moves); err != nil || !moved[a.ID] || len(due) != 1 {
			t.Fatalf("it does not begin: %v %v %v", moved, due, err)
		}
		// It ended here. What was begun is gone on with, once.
		dead, stop := context.WithCancel(t.Context())
		stop()
		e := &escalation{policy: p, route: route.Route, alerts: []Alert{stored}, runs: map[string]duty.Run{a.ID: due[0].run}}
		if err := x.room.tellStep(dead, e, x.now); err == nil {
			t.Fatal("a step was told by who had ended")
		}
		for range 3 {
			x.pass(t, time.Minute)
		}
		if got := x.steps(t, a.ID); len(got) != 1 {
			t.Errorf("steps %v", got)
		}
		// The first wakes up again, and finds it told.
		if n, err := x.room.escalations.step(t.Context(), *e, x.now, x.room.kit.Notices); err != nil || n != 0 {
			t.Errorf("told again: %d, %v", n, err)
		}
	})
}

func TestSilencedAlertsDoNotEscalateAndGapsAreTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newOn(t, o)
		lost := x.rota(t, "离岗", "", "officer")
		x.exec(t, `UPDATE duty_member SET person_id = 'GONE', person_name = $1 WHERE owner_id = $2`, sqldb.ErasedName, lost.ID)
		empty := x.rota(t, "空岗", "", "officer")
		x.exec(t, `UPDATE duty_member SET person_id = '', person_name = '' WHERE owner_id = $1`, empty.ID)
		x.policy(t, fmt.Sprintf(`{"after":5,"rotas":[%q,%q],"persons":[],"route":false},{"after":30,"rotas":[],"persons":[],"route":true},{"after":40,"rotas":[],"persons":[{"id":%q,"name":""}],"route":false}`, lost.ID, empty.ID, x.ids["officer"]), minutely)
		x.slow(t, x.ours)
		var s AlertSilence
		x.send(t, "POST", "/silences", "officer", fmt.Sprintf(`{"matchers":[{"name":"alertname","op":"=","value":"api_slow"}],"to":%q,"reason":"压测"}`, x.now.Add(5*time.Hour).Format(time.RFC3339)), 0, http.StatusCreated).Decode(t, &s)
		for range 10 {
			x.pass(t, 5*time.Minute)
		}
		a := x.alerts(t, "officer", "")[0]
		if got := x.steps(t, a.ID); len(got) != 0 || a.Quiet != "silenced" {
			t.Fatalf("a silenced alert escalates: %v", got)
		}
		x.send(t, "DELETE", "/silences/"+s.ID, "officer", "", 0, http.StatusNoContent)
		x.exec(t, `UPDATE alert_silence SET to_at = 1`)
		x.pass(t, time.Second)
		x.pass(t, 5*time.Minute)
		x.pass(t, 15*time.Second) // nobody was reached: the next step follows at once
		got := x.steps(t, a.ID)
		if len(got) != 2 || !strings.Contains(got[0], "unable") || !strings.Contains(got[0], "nobody") || got[1] != "1.2" {
			t.Errorf("steps %v", got)
		}
		x.pass(t, 30*time.Minute)
		x.send(t, "POST", "/alerts/"+a.ID+"/close", "officer", `{"reason":"完成"}`, 1, http.StatusOK)
		x.pass(t, time.Hour)
		if got := x.steps(t, a.ID); len(got) != 2 {
			t.Errorf("a closed alert escalates: %v", got)
		}
	})
}

func TestARouteTellsWhoIsOnDuty(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newOn(t, o)
		r := x.rota(t, "他方值班", x.Theirs.ID, "manager-theirs", "officer")
		body := fmt.Sprintf(`{"name":{"zh":"接口","en":""},"matchers":[{"name":"alertname","op":"=","value":"api_slow"}],"group_by":["alertname"],"wait":0,"interval":60,"repeat":86400,"operator":false,"office":false,"persons":[],"rotas":[%q]}`, r.ID)
		if reply := x.send(t, "POST", "/routes", "officer", strings.Replace(body, r.ID, "none", 1), 0, http.StatusUnprocessableEntity); !strings.Contains(string(reply.Body), "body.rotas") {
			t.Errorf("%s", reply.Body)
		}
		if reply := x.send(t, "POST", "/routes", "officer", strings.Replace(body, `"rotas":`, `"policy":"none","rotas":`, 1), 0, http.StatusUnprocessableEntity); !strings.Contains(string(reply.Body), "body.policy") {
			t.Errorf("%s", reply.Body)
		}
		x.send(t, "POST", "/routes", "officer", body, 0, http.StatusCreated)
		x.send(t, "DELETE", "/rotas/"+r.ID, "officer", "", 0, http.StatusConflict)
		x.slow(t, x.ours, x.theirs)
		x.pass(t, time.Second)
		x.told(t, "manager-theirs", "平台-theirs")
		if body := string(x.Get(t, "/api/notify/inbox", "manager-theirs").Body); strings.Contains(body, "平台-ours") {
			t.Error("who is on duty is told of a platform that they do not see")
		}
		list := x.alerts(t, "officer", "")
		for _, a := range list {
			n := x.detail(t, a.ID, "officer").Notices[0]
			gap := map[string]string{x.ours: gapUnable, x.theirs: ""}[a.PlatformID]
			if len(n.Persons) != 1 || n.Persons[0].Gap != gap || (n.Persons[0].Person == "") != (gap != "") || n.Told[0] != "duty" {
				t.Errorf("%s: %+v", a.Platform.ZH, n)
			}
		}
		ours := list[slices.IndexFunc(list, func(a Alert) bool { return a.PlatformID == x.ours })]
		if d := x.detail(t, ours.ID, "manager-ours"); len(d.Duty) != 0 {
			t.Errorf("another operator's rota is shown: %+v", d.Duty)
		}
	})
}

func TestWhoMakesChangesAndSeesRotas(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newOn(t, o)
		city, ours := x.rota(t, "市级", "", "officer"), x.rota(t, "我方", x.Ours.ID, "manager-ours", "officer")
		stranger := fmt.Sprintf(`{"name":{"zh":"乱","en":""},"zone":"Asia/Shanghai","organisation_id":%q,"layers":[{"members":[{"id":%q,"name":""}],"handover":"daily","at":"09:00","begins":"2026-01-01"}]}`, x.Ours.ID, x.ids["manager-theirs"])
		if r := x.send(t, "POST", "/rotas", "officer", stranger, 0, http.StatusUnprocessableEntity); !strings.Contains(string(r.Body), "body.layers[0].members") {
			t.Errorf("%s", r.Body)
		}
		x.send(t, "POST", "/rotas", "manager-ours", stranger, 0, http.StatusForbidden)
		var v rotasView
		x.Get(t, "/api/platforms/alerting/rotas", "viewer-ours").Decode(t, &v)
		if len(v.Items) != 1 || v.Items[0].ID != ours.ID || v.Items[0].Now.Person.Name != "manager-ours" || v.Items[0].Organisation.Name.ZH == "" {
			t.Errorf("an operator sees %+v", v.Items)
		}
		x.send(t, "GET", "/rotas/"+city.ID, "viewer-ours", "", 0, http.StatusNotFound)
		x.send(t, "GET", "/rotas/"+ours.ID+"?from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z", "officer", "", 0, http.StatusBadRequest)
		until := time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339)
		body := fmt.Sprintf(`{"to":%q,"reason":"换班"}`, until)
		path := "/rotas/" + ours.ID + "/overrides"
		x.send(t, "POST", path, "viewer-ours", body, 0, http.StatusForbidden)
		x.send(t, "POST", path, "manager-theirs", body, 0, http.StatusNotFound)
		x.send(t, "POST", path, "manager-ours", strings.Replace(body, `{`, fmt.Sprintf(`{"person_id":%q,`, x.ids["officer"]), 1), 0, http.StatusForbidden)
		x.send(t, "POST", path, "officer", strings.Replace(body, "换班", " ", 1), 0, http.StatusUnprocessableEntity)
		var mine, by RotaOverride
		x.send(t, "POST", path, "officer", body, 0, http.StatusCreated).Decode(t, &by)
		x.send(t, "DELETE", path+"/"+by.ID, "manager-ours", "", 0, http.StatusForbidden)
		var d rotaDetail
		x.Get(t, "/api/platforms/alerting/rotas/"+ours.ID, "manager-ours").Decode(t, &d)
		if d.Now.Person.Name != "officer" || !d.Now.Override || len(d.Overrides) != 1 || d.Overrides[0].MayEnd || !d.MayStandIn || d.MayEdit || len(d.Schedules) != 1 {
			t.Errorf("detail %+v", d)
		}
		x.send(t, "POST", path, "manager-ours", body, 0, http.StatusCreated).Decode(t, &mine)
		x.Get(t, "/api/platforms/alerting/rotas/"+ours.ID, "manager-ours").Decode(t, &d)
		if d.Now.Person.Name != "manager-ours" {
			t.Errorf("the newest override does not hold: %+v", d.Now)
		}
		x.send(t, "DELETE", path+"/"+mine.ID, "manager-ours", "", 0, http.StatusNoContent)
		x.send(t, "DELETE", path+"/"+mine.ID, "manager-ours", "", 0, http.StatusConflict)
		edited := strings.NewReplacer("乱", "我方二", x.ids["manager-theirs"], x.ids["manager-ours"]).Replace(stranger)
		x.send(t, "PUT", "/rotas/"+ours.ID, "officer", edited, 1, http.StatusOK)
		x.send(t, "PUT", "/rotas/"+ours.ID, "officer", edited, 1, http.StatusPreconditionFailed)
		p, route := x.policy(t, fmt.Sprintf(`{"after":0,"rotas":[%q],"persons":[],"route":false}`, ours.ID), minutely)
		x.send(t, "PUT", "/policies/"+p.ID, "officer", fmt.Sprintf(`{"name":{"zh":"升级二","en":""},"steps":[{"after":3,"rotas":[%q],"persons":[],"route":true}],%s}`, ours.ID, minutely), 1, http.StatusOK)
		x.send(t, "GET", "/policies", "manager-ours", "", 0, http.StatusForbidden)
		x.send(t, "DELETE", "/policies/"+p.ID, "officer", "", 0, http.StatusConflict)
		x.send(t, "DELETE", "/rotas/"+ours.ID, "officer", "", 0, http.StatusConflict)
		x.send(t, "DELETE", "/routes/"+route.ID, "officer", "", 0, http.StatusNoContent)
		x.send(t, "DELETE", "/policies/"+p.ID, "officer", "", 0, http.StatusNoContent)
		x.send(t, "DELETE", "/rotas/"+ours.ID, "officer", "", 0, http.StatusNoContent)
		for _, id := range []string{ours.ID, p.ID, by.ID} {
			x.Audited(t, id)
		}
		var left int
		if err := x.room.kit.DB.QueryRow(identity.With(t.Context(), identity.Identity{}), `SELECT COUNT(*) FROM duty_member WHERE owner_id <> $1`, city.ID).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d members are left, %v", left, err)
		}
	})
}

// What other rooms read of rotas: who is on duty when, with the times in which nobody is.
func TestOtherRoomsReadWhoIsOnDuty(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newOn(t, o)
		city := x.rota(t, "市级", "", "officer")
		x.rota(t, "我方", x.Ours.ID, "manager-ours")
		list, err := x.room.DutyRotas(t.Context(), x.Bureau.ID)
		if err != nil || len(list) != 1 || list[0].ID != city.ID || list[0].Name.ZH != "市级" {
			t.Fatalf("rotas of the city: %+v, %v", list, err)
		}
		now := time.Now().UTC()
		shifts, err := x.room.DutyShifts(t.Context(), city.ID, now, now.Add(time.Hour))
		if err != nil || len(shifts) == 0 || shifts[0].PersonID != x.ids["officer"] || shifts[0].Name != "officer" || !shifts[0].From.Equal(now) {
			t.Fatalf("on duty are %+v, %v", shifts, err)
		}
		// Before the first turn nobody is.
		if shifts, err = x.room.DutyShifts(t.Context(), city.ID, now.AddDate(-20, 0, 0), now.AddDate(-20, 0, 1)); err != nil || len(shifts) != 1 || shifts[0].PersonID != "" {
			t.Errorf("twenty years ago: %+v, %v", shifts, err)
		}
		if shifts, err = x.room.DutyShifts(t.Context(), "none", now, now.Add(time.Hour)); err != nil || shifts != nil {
			t.Errorf("of no rota: %+v, %v", shifts, err)
		}
	})
}
