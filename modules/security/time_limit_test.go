package security

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

type limitVersion struct {
	ID, State, Obligation, From, Reason string
	Level, Version, Minutes             int
	WorkingDays                         int    `json:"working_days"`
	SetBy                               string `json:"set_by"`
	ConfirmedBy                         string `json:"confirmed_by"`
	ReturnReason                        string `json:"return_reason"`
	MayConfirm                          bool   `json:"may_confirm"`
	Basis                               struct{ ZH string }
}

type limitList struct {
	Limits []struct {
		Obligation string
		Level      int
		Default    struct{ Minutes int }
		Holds      *limitVersion
		Coming     []limitVersion
	}
	Waiting []limitVersion
	Today   string
	May     bool
}

// holds is what the city set for acknowledging notices of level Ⅲ, and how many come.
func (l limitList) holds() (*limitVersion, int) {
	for _, x := range l.Limits {
		if x.Obligation == "notice.acknowledge" && x.Level == 3 {
			return x.Holds, len(x.Coming)
		}
	}
	return nil, 0
}

func TestATimeLimitOfTheCityNeedsTwoPersons(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		const path = "/time-limits"
		read := func(who string) (l limitList) {
			t.Helper()
			x.do(t, "GET", path, who, "", 0, http.StatusOK, &l)
			return l
		}
		refused := func(method, path, who, body string, status int, words string) {
			t.Helper()
			if said := x.do(t, method, path, who, body, 0, status, nil); !strings.Contains(said, words) {
				t.Errorf("%s %s as %s says %s, not %s", method, path, who, said, words)
			}
		}
		length := func(assignment string) (string, string) {
			t.Helper()
			var a struct {
				Clocks []struct {
					Obligation string
					StartedAt  time.Time `json:"started_at"`
					DueAt      time.Time `json:"due_at"`
					Pack       string
					Basis      struct{ ZH string }
				}
			}
			x.do(t, "GET", "/assignments/"+assignment, "manager-ours", "", 0, http.StatusOK, &a)
			return a.Clocks[0].DueAt.Sub(a.Clocks[0].StartedAt).String(), a.Clocks[0].Pack + " " + a.Clocks[0].Basis.ZH
		}
		today := read("officer").Today
		body := func(minutes int, from string) string {
			return fmt.Sprintf(`{"obligation":"notice.acknowledge","level":3,"minutes":%d,"from":%q,"reason":"演练复盘：两小时太长"}`, minutes, from)
		}
		before := x.own(t, x.issued(t, named(x.Ours.ID), "").ID, "manager-ours")

		// What cannot be is refused, and nothing is kept.
		refused("POST", path, "manager-ours", body(45, today), http.StatusForbidden, "kernel.permission")
		refused("POST", path, "leader", body(45, today), http.StatusForbidden, "kernel.permission")
		refused("POST", path, "officer", body(4, today), http.StatusUnprocessableEntity, "body.minutes")
		refused("POST", path, "officer", body(45, "2026-01-01"), http.StatusUnprocessableEntity, "body.from")
		refused("POST", path, "officer", strings.Replace(body(45, today), "notice.acknowledge", "incident.report", 1), http.StatusConflict, "security.time_limit.legal")
		if l := read("officer"); len(l.Waiting) != 0 || len(l.Limits) != 25 || !l.May {
			t.Errorf("%+v", l)
		}

		// A proposal holds for nobody, and who proposed it does not confirm it.
		var l limitList
		x.do(t, "POST", path, "officer", body(45, today), 0, http.StatusCreated, &l)
		if len(l.Waiting) != 1 || l.Waiting[0].MayConfirm || l.Waiting[0].SetBy == "" {
			t.Fatalf("%+v", l.Waiting)
		}
		id := l.Waiting[0].ID
		refused("POST", path, "administrator", body(50, today), http.StatusConflict, "security.time_limit.waiting")
		refused("POST", path+"/"+id+"/confirmation", "officer", "{}", http.StatusForbidden, "security.second.own_hand")
		if holds, _ := read("officer").holds(); holds != nil {
			t.Errorf("what nobody confirmed holds: %+v", holds)
		}
		during := x.own(t, x.issued(t, named(x.Ours.ID), "").ID, "manager-ours")
		if !read("administrator").Waiting[0].MayConfirm {
			t.Error("the second person may not confirm it")
		}
		x.do(t, "POST", path+"/"+id+"/confirmation", "administrator", "{}", 0, http.StatusOK, &l)
		if holds, _ := l.holds(); holds == nil || holds.Version != 1 || holds.Minutes != 45 || holds.ConfirmedBy == "" || len(l.Waiting) != 0 {
			t.Errorf("%+v", l)
		}
		refused("POST", path+"/"+id+"/confirmation", "administrator", "{}", http.StatusConflict, "security.second.confirmed")
		refused("POST", path+"/"+id+"/return", "administrator", `{"reason":"晚了"}`, http.StatusConflict, "security.time_limit.confirmed")
		x.Audited(t, id)

		// What is issued afterwards has it; what runs keeps its own.
		after := x.own(t, x.issued(t, named(x.Ours.ID), "").ID, "manager-ours")
		for assignment, want := range map[string]string{before.ID: "2h0m0s", during.ID: "2h0m0s", after.ID: "45m0s"} {
			if got, by := length(assignment); got != want || (got == "45m0s") != strings.Contains(by, "limit/"+id+" 本市规定：Ⅲ级通报45分钟内签收（本市时限第1版）") {
				t.Errorf("%s by %s, want %s", got, by, want)
			}
		}

		// What is of a later day comes; what is returned stays to be read, with its reason.
		tomorrow := x.clock.Now().Add(32 * time.Hour).UTC().Format(time.DateOnly)
		x.do(t, "POST", path, "administrator", body(30, tomorrow), 0, http.StatusCreated, &l)
		x.do(t, "POST", path+"/"+l.Waiting[0].ID+"/confirmation", "officer", "{}", 0, http.StatusOK, &l)
		if holds, coming := l.holds(); coming != 1 || holds == nil || holds.Minutes != 45 {
			t.Errorf("%+v, and %d come", holds, coming)
		}
		x.do(t, "POST", path, "officer", body(20, tomorrow), 0, http.StatusCreated, &l)
		third := path + "/" + l.Waiting[0].ID
		refused("POST", third+"/return", "administrator", `{"reason":" "}`, http.StatusUnprocessableEntity, "body.reason")
		x.do(t, "POST", third+"/return", "administrator", `{"reason":"与值班安排不符"}`, 0, http.StatusOK, &l)
		refused("POST", third+"/confirmation", "administrator", "{}", http.StatusConflict, "security.time_limit.returned")
		refused("POST", path+"/01M00000000000000000000000/confirmation", "administrator", "{}", http.StatusNotFound, "kernel.not_found")
		if len(l.Waiting) != 0 {
			t.Errorf("%+v waits", l.Waiting)
		}
		var h struct{ Items []limitVersion }
		x.do(t, "GET", path+"/history?obligation=notice.acknowledge&level=3", "leader", "", 0, http.StatusOK, &h)
		if len(h.Items) != 3 || h.Items[0].State != "returned" || h.Items[0].ReturnReason == "" || h.Items[1].State != "coming" || h.Items[2].State != "holds" {
			t.Errorf("%+v", h.Items)
		}

		// An enterprise reads what holds, not who decided it or what waits.
		x.do(t, "POST", path, "officer", body(25, tomorrow), 0, http.StatusCreated, nil)
		own := read("manager-ours")
		if holds, _ := own.holds(); holds == nil || holds.SetBy != "" || holds.ConfirmedBy != "" || holds.Reason != "" || len(own.Waiting) != 0 || own.May {
			t.Errorf("%+v", own)
		}
		x.do(t, "GET", path+"/history?obligation=notice.acknowledge&level=3", "manager-ours", "", 0, http.StatusOK, &h)
		if len(h.Items) != 2 || h.Items[0].SetBy != "" {
			t.Errorf("%+v", h.Items)
		}
	})
}
