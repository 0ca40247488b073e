package scenario

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// opened is what tests read of an opening.
type opened struct {
	ID           string
	State        string
	Side         string
	Acts         []string
	Applications int
	Version      int64
	Terms        struct{ Data, Site string }
	Own, Theirs  *struct{ Grade int }
}

type applied struct {
	ID, State, Digest string
	OrganisationID    string `json:"organisation_id"`
}

// opening is an opening of ours with a deadline an hour ahead, with a clock that tests turn.
func (x *town) opening(t *testing.T) (o opened, turn func(time.Duration)) {
	t.Helper()
	at := time.Now().Truncate(time.Second)
	x.module.opening.Clock = func() time.Time { return at }
	s := x.published(t, row("空压站节能", "Saving energy of compressors", "联控多台空压机减少空载"))
	x.do(t, "POST", "/openings", "manager-ours", fmt.Sprintf(`{"scenario_id":%q,"title":"空压站改造","what":"联控六台空压机","data":"secret-data","site":"secret-site","schedule":"","budget_from":10,"budget_to":30,
		"confidential":["data","site"],"deadline":%q}`, s.ID, at.Add(time.Hour).Format(time.RFC3339)), 0, http.StatusCreated, &o)
	return o, func(d time.Duration) { at = at.Add(d) }
}

// application is the only one that somebody sees of an opening.
func (x *town) application(t *testing.T, opening, who string) applied {
	t.Helper()
	var list struct{ Items []applied }
	if x.do(t, "GET", opening+"/applications", who, "", 0, http.StatusOK, &list); len(list.Items) != 1 {
		t.Fatalf("%s sees %d applications", who, len(list.Items))
	}
	return list.Items[0]
}

const offer = `{"approach":"secret-approach","team":"三人","price":20,"days":60}`

func TestOpenings(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, x *town){
		"drafts are nobody else's":                        draftsAreHidden,
		"what is confidential is not told":                confidentialIsHidden,
		"applications are sealed until the deadline":      applicationsAreSealed,
		"nothing is taken after the deadline":             nothingAfterTheDeadline,
		"carried out, evaluated, and proven at its place": carriedOut,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newTown(t, o)) })
		})
	}
}

func draftsAreHidden(t *testing.T, x *town) {
	o, _ := x.opening(t)
	at := "/openings/" + o.ID
	x.do(t, "GET", at, "officer", "", 0, http.StatusOK, nil)
	x.do(t, "GET", at, "manager-theirs", "", 0, http.StatusNotFound, nil)
	if body := x.do(t, "GET", "/openings", "manager-theirs", "", 0, http.StatusOK, nil); strings.Contains(body, o.ID) {
		t.Errorf("a stranger sees a draft: %s", body)
	}
	x.do(t, "PUT", at+"/application", "manager-theirs", offer, 0, http.StatusNotFound, nil)
	x.do(t, "POST", at+"/opening", "manager-theirs", `{}`, o.Version, http.StatusNotFound, nil)
}

func confidentialIsHidden(t *testing.T, x *town) {
	o, _ := x.opening(t)
	at := "/openings/" + o.ID
	x.do(t, "POST", at+"/opening", "manager-ours", `{}`, o.Version, http.StatusOK, &o)
	for _, path := range []string{at, "/openings", "/openings?export=csv"} {
		if body := x.do(t, "GET", path, "manager-theirs", "", 0, http.StatusOK, nil); strings.Contains(body, "secret-") {
			t.Errorf("%s tells what is confidential: %s", path, body)
		}
	}
	if body := x.do(t, "GET", at, "officer", "", 0, http.StatusOK, nil); !strings.Contains(body, "secret-data") {
		t.Errorf("the city does not see it: %s", body)
	}
	x.do(t, "PUT", at, "manager-ours", `{"title":"x","what":"x","data":"","site":"","schedule":"","budget_from":0,"budget_to":0,"confidential":[],"deadline":"2099-01-01T00:00:00Z"}`, o.Version, http.StatusConflict, nil)
	x.do(t, "POST", at+"/cancellation", "manager-theirs", `{"reason":"我要"}`, o.Version, http.StatusForbidden, nil)
}

func applicationsAreSealed(t *testing.T, x *town) {
	o, turn := x.opening(t)
	at := "/openings/" + o.ID
	x.do(t, "POST", at+"/opening", "manager-ours", `{}`, o.Version, http.StatusOK, &o)
	x.do(t, "PUT", at+"/application", "manager-ours", offer, 0, http.StatusForbidden, nil)
	x.do(t, "PUT", at+"/application", "officer", offer, 0, http.StatusForbidden, nil)
	var a applied
	x.do(t, "PUT", at+"/application", "manager-theirs", offer, 0, http.StatusOK, &a)
	// Before the deadline nobody but who applied reads it, whichever door they try.
	for _, who := range []string{"manager-ours", "officer", "leader"} {
		if body := x.do(t, "GET", at+"/applications", who, "", 0, http.StatusOK, nil); strings.Contains(body, "secret-approach") || strings.Contains(body, a.ID) {
			t.Errorf("%s reads a sealed application: %s", who, body)
		}
	}
	x.Audited(t, a.ID)
	if log := string(x.Get(t, "/api/system/audit?limit=500", "auditor").Body); strings.Contains(log, "secret-approach") {
		t.Error("the log of changes tells what was offered")
	}
	body := x.do(t, "POST", at+"/choice", "manager-ours", fmt.Sprintf(`{"application_id":%q,"reason":"x","milestones":[{"title":"a","due":"2099-01-01"}]}`, a.ID), o.Version, http.StatusConflict, nil)
	if strings.Contains(body, "secret-approach") {
		t.Errorf("a choice that is too early tells what was offered: %s", body)
	}
	turn(time.Hour)
	for _, who := range []string{"manager-ours", "officer"} {
		if body := x.do(t, "GET", at+"/applications", who, "", 0, http.StatusOK, nil); !strings.Contains(body, "secret-approach") {
			t.Errorf("%s does not read it after the deadline: %s", who, body)
		}
	}
	// A competitor never does.
	competitor := x.competitor(t)
	if body := x.do(t, "GET", at+"/applications", competitor, "", 0, http.StatusOK, nil); strings.Contains(body, "secret-approach") || strings.Contains(body, a.ID) {
		t.Errorf("a competitor reads it: %s", body)
	}
}

func nothingAfterTheDeadline(t *testing.T, x *town) {
	o, turn := x.opening(t)
	at := "/openings/" + o.ID
	x.do(t, "POST", at+"/opening", "manager-ours", `{}`, o.Version, http.StatusOK, &o)
	var before, after applied
	x.do(t, "PUT", at+"/application", "manager-theirs", offer, 0, http.StatusOK, &before)
	turn(time.Hour - time.Millisecond)
	x.do(t, "PUT", at+"/application", "manager-theirs", strings.Replace(offer, "20", "19", 1), 0, http.StatusOK, &before)
	turn(time.Millisecond) // the deadline itself is too late
	x.do(t, "PUT", at+"/application", "manager-theirs", strings.Replace(offer, "20", "1", 1), 0, http.StatusConflict, nil)
	x.do(t, "PUT", at+"/application", x.competitor(t), offer, 0, http.StatusConflict, nil)
	after = x.application(t, at, "manager-ours")
	if before.Digest == "" || after != before {
		t.Errorf("it was %+v and is %+v", before, after)
	}
}

func carriedOut(t *testing.T, x *town) {
	o, turn := x.opening(t)
	at := "/openings/" + o.ID
	x.do(t, "POST", at+"/opening", "manager-ours", `{}`, o.Version, http.StatusOK, &o)
	var a, lost applied
	competitor := x.competitor(t)
	x.do(t, "PUT", at+"/application", "manager-theirs", offer, 0, http.StatusOK, &a)
	x.do(t, "PUT", at+"/application", competitor, offer, 0, http.StatusOK, &lost)
	turn(time.Hour)
	x.do(t, "POST", at+"/choice", "manager-ours", fmt.Sprintf(`{"application_id":%q,"reason":"方案最完整","milestones":[{"title":"安装","due":"2099-01-01"},{"title":"验收","due":"2099-02-01"}]}`, a.ID), o.Version, http.StatusOK, &o)
	lost = x.application(t, at, competitor)
	if o.State != "running" || lost.State != "not_chosen" {
		t.Fatalf("%+v, %+v", o, lost)
	}
	if body := x.do(t, "GET", at, competitor, "", 0, http.StatusOK, nil); strings.Contains(body, "secret-data") || strings.Contains(body, "方案最完整") {
		t.Errorf("who was not chosen sees what is confidential: %s", body)
	}
	if body := x.do(t, "GET", at, "manager-theirs", "", 0, http.StatusOK, nil); !strings.Contains(body, "secret-data") {
		t.Errorf("the chosen provider does not see the data: %s", body)
	}
	x.do(t, "POST", at+"/milestones/1/report", competitor, `{"text":"我做完了"}`, o.Version, http.StatusForbidden, nil)
	x.do(t, "POST", at+"/milestones/1/acceptance", "manager-ours", `{"accepted":true}`, o.Version, http.StatusConflict, nil)
	for n := range 2 {
		x.do(t, "POST", fmt.Sprintf("%s/milestones/%d/report", at, n+1), "manager-theirs", `{"text":"完成"}`, o.Version, http.StatusOK, &o)
		x.do(t, "POST", fmt.Sprintf("%s/milestones/%d/acceptance", at, n+1), "manager-theirs", `{"accepted":true}`, o.Version, http.StatusForbidden, nil)
		if n == 1 {
			x.do(t, "POST", at+"/completion", "manager-ours", `{"effects":[]}`, o.Version, http.StatusConflict, nil)
		}
		x.do(t, "POST", fmt.Sprintf("%s/milestones/%d/acceptance", at, n+1), "manager-ours", `{"accepted":true}`, o.Version, http.StatusOK, &o)
	}
	x.do(t, "POST", at+"/completion", "manager-ours", `{"effects":[{"kind":"none","name":"","value":1,"unit":"","evidence":""}]}`, o.Version, http.StatusUnprocessableEntity, nil)
	x.do(t, "POST", at+"/completion", "manager-ours", `{"effects":[{"kind":"green","name":"电耗","value":80,"before":100,"unit":"kWh","evidence":"电表读数"}]}`, o.Version, http.StatusOK, &o)
	x.do(t, "POST", at+"/evaluation", "manager-ours", `{"grade":5,"text":"准时"}`, o.Version, http.StatusOK, &o)
	x.do(t, "POST", at+"/evaluation", "manager-ours", `{"grade":1,"text":"改主意"}`, o.Version, http.StatusConflict, nil)
	o.Own = nil
	if x.do(t, "GET", at, "manager-theirs", "", 0, http.StatusOK, &o); o.Own != nil {
		t.Errorf("the provider reads its evaluation before its own is given: %+v", o.Own)
	}
	x.do(t, "POST", at+"/evaluation", "manager-theirs", `{"grade":4,"text":"配合好"}`, o.Version, http.StatusOK, &o)
	if o.Own == nil || o.Theirs == nil {
		t.Errorf("both are given and not shown: %+v", o)
	}
	var page struct{ Items []CatalogueRow }
	x.do(t, "GET", "/scenarios?q=空压站", "viewer-theirs", "", 0, http.StatusOK, &page)
	if body := x.do(t, "GET", "/scenarios/"+page.Items[0].ID, "viewer-theirs", "", 0, http.StatusOK, nil); !strings.Contains(body, "电表读数") {
		t.Errorf("the scenario does not have the effect: %s", body)
	}
	for _, m := range x.module.Manifest().Measures {
		v, err := m.Value(t.Context())
		if want := map[string]float64{"scenario.opened": 1, "scenario.enterprises_opened": 1, "scenario.published": 1, "scenario.published_this_year": 1}[m.ID]; err != nil || v.Number != want || !v.Known {
			t.Errorf("%s is %v (%v), not %v", m.ID, v.Number, err, want)
		}
	}
}
