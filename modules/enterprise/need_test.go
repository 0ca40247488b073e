package enterprise

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/need"
	"linghang/modules/enterprise/internal/provider"
	"linghang/modules/enterprise/internal/service"
	"linghang/modules/scenario/scenarioevent"
)

const rival = "rival.manager"

// market is a city with an enterprise of ours that needs something, and two providers:
// theirs, and that of a rival.
type market struct {
	*town
	entry, theirs, rivals string
}

func newMarket(t *testing.T, o kerneltest.Options) *market {
	t.Helper()
	x := &market{town: newTown(t, o)}
	var org struct{ ID string }
	x.send(t, "POST", "/api/system/organisations", "administrator", `{"kind":"provider","name":{"zh":"对手公司","en":"Rival"}}`, &org)
	x.send(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":%q,"name":%q,"password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"manager"}]}`, rival, rival, org.ID), nil)
	x.SignIn(t, rival)
	x.entry = x.enter(t, "manager-ours", "91370200264574251", "C35")
	x.theirs = x.provides(t, "manager-theirs", x.enter(t, "manager-theirs", "91370200264574252", "I65"), "机器视觉质量检验，外观缺陷检测")
	x.rivals = x.provides(t, rival, x.enter(t, rival, "91370200264574253", "I65"), "质量追溯与检验管理系统")
	return x
}

func (x *market) send(t *testing.T, method, path, who, body string, v any) {
	t.Helper()
	r := x.Send(t, method, path, who, body)
	if r.Status >= 300 {
		t.Fatalf("%s %s as %s: %d %s", method, path, who, r.Status, r.Body)
	}
	if v != nil {
		r.Decode(t, v)
	}
}

func (x *market) enter(t *testing.T, who, body, industry string) string {
	t.Helper()
	var e struct {
		ID      string
		Version int64
	}
	x.do(t, "POST", "/entries", who, fmt.Sprintf(`{"code":%q,"name":{"zh":"企业%s","en":"Company %s"},"district":"370212","industry":%q}`, identity.CompleteUSCC(body), who, who, industry), 0, http.StatusCreated, &e)
	x.do(t, "POST", "/entries/"+e.ID+"/decision", "officer", `{"decision":"accepted"}`, e.Version, http.StatusOK, nil)
	return e.ID
}

func (x *market) provides(t *testing.T, who, entry, offer string) string {
	t.Helper()
	var p provider.Detail
	x.do(t, "POST", "/providers", who, fmt.Sprintf(`{"entry_id":%q,"profile":{"offer":%q,"capabilities":[{"scenario":"quality","text":%q,"industries":["C35"],"technologies":["vision"],"pricing":"project","price_from":10,"price_to":50}],"promise":24,"capacity":5}}`, entry, offer, offer), 0, http.StatusCreated, &p)
	x.do(t, "POST", "/providers/"+p.ID+"/decision", "officer", `{"decision":"accepted"}`, p.Version, http.StatusOK, nil)
	return p.ID
}

// publish publishes a need of ours.
func (x *market) publish(t *testing.T, confidential bool) string {
	t.Helper()
	var d need.Detail
	until := time.Now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
	x.do(t, "POST", "/needs", "manager-ours", fmt.Sprintf(`{"entry_id":%q,"need":{"title":"轮胎外观缺陷检测","text":"secret-need：成型线终检靠人工","scenario":"quality","technologies":["vision"],"budget_from":20,"budget_to":40,"confidential":%v,"reply_until":%q}}`, x.entry, confidential, until), 0, http.StatusCreated, &d)
	x.do(t, "POST", "/needs/"+d.ID+"/publication", "manager-ours", "", 0, http.StatusOK, nil)
	return d.ID
}

func (x *market) see(t *testing.T, id, who string) (d need.Detail) {
	t.Helper()
	x.do(t, "GET", "/needs/"+id, who, "", 0, http.StatusOK, &d)
	return d
}

func plan(text string, price int) string {
	day := func(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	return fmt.Sprintf(`{"plan":{"text":%q,"price":%d,"start_on":%q,"milestones":[{"title":"上线","due_on":%q,"share":60},{"title":"验收","due_on":%q,"share":40}]}}`, text, price, day(5), day(30), day(60))
}

// offer puts an offer in as a new one.
func (x *market) offer(t *testing.T, id, of, who, body string, version string, want int) {
	t.Helper()
	r := x.Send(t, "PUT", "/api/enterprise/needs/"+id+"/proposals/"+of, who, body, "If-Match", `"`+version+`"`)
	if r.Status != want {
		t.Fatalf("offer as %s: %d %s, want %d", who, r.Status, r.Body, want)
	}
}

// agree brings a need of ours to an agreement with theirs.
func (x *market) agree(t *testing.T, id string) {
	t.Helper()
	x.offer(t, id, x.theirs, "manager-theirs", plan("offer-of-theirs", 30), "0", http.StatusOK)
	x.do(t, "POST", "/needs/"+id+"/closing", "manager-ours", "", 0, http.StatusOK, nil)
	d := x.see(t, id, "manager-ours")
	i := slices.IndexFunc(d.Proposals, func(p need.Proposal) bool { return p.ProviderID == x.theirs })
	x.do(t, "POST", "/needs/"+id+"/choice", "manager-ours", fmt.Sprintf(`{"proposal_id":%q}`, d.Proposals[i].ID), 0, http.StatusOK, nil)
	d = x.see(t, id, "manager-theirs")
	x.do(t, "POST", "/needs/"+id+"/confirmation", "manager-theirs", fmt.Sprintf(`{"accept":true,"digest":%q}`, d.Digest), 0, http.StatusOK, nil)
}

func TestANeedIsMatchedOfferedForAgreedAcceptedAndRated(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		id := x.publish(t, false)
		at := "/needs/" + id

		// Found by words and by what it can do, with reasons.
		var s struct {
			Items   []need.Suggested
			Weights need.Weights
		}
		x.do(t, "GET", at+"/suggestions", "manager-ours", "", 0, http.StatusOK, &s)
		if len(s.Items) != 2 || s.Items[0].ProviderID != x.theirs || s.Weights.Learned || !s.Items[0].New || !slices.Contains(s.Items[0].Found, "外观缺陷检测") {
			t.Fatalf("%+v", s)
		}
		codes := []string{}
		for _, r := range s.Items[0].Reasons {
			codes = append(codes, r.Code)
		}
		for _, want := range []string{"words", "taxonomy", "price", "load"} {
			if !slices.Contains(codes, want) {
				t.Errorf("no reason %s in %v", want, codes)
			}
		}
		x.do(t, "GET", at+"/suggestions", "manager-theirs", "", 0, http.StatusForbidden, nil)

		x.do(t, "POST", at+"/invitations", "manager-ours", fmt.Sprintf(`{"provider_ids":[%q]}`, x.theirs), 0, http.StatusOK, nil)
		x.do(t, "POST", at+"/invitations", "manager-ours", fmt.Sprintf(`{"provider_ids":[%q,%q]}`, x.rivals, x.theirs), 0, http.StatusConflict, nil)
		if d := x.see(t, id, "manager-ours"); len(d.Invitations) != 1 {
			t.Errorf("one of two cannot be invited, and there are %d invitations", len(d.Invitations))
		}
		x.do(t, "POST", at+"/dismissals", "manager-ours", fmt.Sprintf(`{"provider_id":%q}`, x.rivals), 0, http.StatusOK, &s)
		if len(s.Items) != 1 || !s.Items[0].Invited {
			t.Errorf("%+v", s.Items)
		}

		// An answer in time makes the provider online, and nobody else.
		x.do(t, "POST", at+"/answers", "manager-theirs", fmt.Sprintf(`{"provider_id":%q,"accept":true}`, x.theirs), 0, http.StatusNoContent, nil)
		x.do(t, "POST", at+"/answers", "manager-theirs", fmt.Sprintf(`{"provider_id":%q,"accept":true}`, x.theirs), 0, http.StatusConflict, nil)
		x.do(t, "POST", at+"/answers", rival, fmt.Sprintf(`{"provider_id":%q,"accept":true}`, x.theirs), 0, http.StatusForbidden, nil)
		if online := x.measured(t, "enterprise.providers_online"); online != 1 {
			t.Errorf("%v providers are online", online)
		}

		// Two offer; each sees its own, and the enterprise none before the time is over.
		x.offer(t, id, x.theirs, "manager-theirs", plan("offer-of-theirs", 30), "0", http.StatusOK)
		x.offer(t, id, x.rivals, rival, plan("offer-of-rival", 20), "0", http.StatusOK)
		x.offer(t, id, x.rivals, rival, plan("offer-of-rival", 25), "0", http.StatusPreconditionFailed)
		x.offer(t, id, x.rivals, rival, plan("offer-of-rival", 25), "1", http.StatusOK)
		x.offer(t, id, x.theirs, rival, plan("as theirs", 1), "1", http.StatusForbidden)
		if d := x.see(t, id, "manager-ours"); d.Offers != 2 || len(d.Proposals) != 0 {
			t.Errorf("the enterprise sees %+v", d.Proposals)
		}
		proposal := x.see(t, id, "manager-theirs").Proposals[0].ID
		x.do(t, "POST", at+"/choice", "manager-ours", fmt.Sprintf(`{"proposal_id":%q}`, proposal), 0, http.StatusConflict, nil)
		x.do(t, "POST", at+"/closing", "manager-ours", "", 0, http.StatusOK, nil)
		x.offer(t, id, x.rivals, rival, plan("too late", 1), "2", http.StatusConflict)

		x.do(t, "POST", at+"/choice", "manager-theirs", fmt.Sprintf(`{"proposal_id":%q}`, proposal), 0, http.StatusForbidden, nil)
		x.do(t, "POST", at+"/choice", "manager-ours", fmt.Sprintf(`{"proposal_id":%q}`, proposal), 0, http.StatusOK, nil)
		d := x.see(t, id, "manager-theirs")
		x.do(t, "POST", at+"/confirmation", rival, fmt.Sprintf(`{"accept":true,"digest":%q}`, d.Digest), 0, http.StatusForbidden, nil)
		x.do(t, "POST", at+"/confirmation", "manager-theirs", `{"accept":true,"digest":"other"}`, 0, http.StatusPreconditionFailed, nil)
		x.do(t, "POST", at+"/confirmation", "manager-theirs", fmt.Sprintf(`{"accept":true,"digest":%q}`, d.Digest), 0, http.StatusOK, nil)
		if n := x.measured(t, "enterprise.agreements"); n != 1 {
			t.Errorf("%v agreements", n)
		}
		x.carriedOut(t, id)
	})
}

// carriedOut delivers, accepts and rates.
func (x *market) carriedOut(t *testing.T, id string) {
	t.Helper()
	at := "/needs/" + id
	x.do(t, "POST", at+"/milestones/1/decision", "manager-ours", `{"accept":true}`, 0, http.StatusConflict, nil)
	x.do(t, "POST", at+"/milestones/1/delivery", rival, `{"note":"x"}`, 0, http.StatusForbidden, nil)
	x.do(t, "POST", at+"/milestones/1/delivery", "reporter-theirs", `{"note":"已上线"}`, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/milestones/1/decision", "manager-ours", `{"accept":false}`, 0, http.StatusUnprocessableEntity, nil)
	x.do(t, "POST", at+"/milestones/1/decision", "manager-ours", `{"accept":false,"reason":"误报多"}`, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/milestones/1/delivery", "reporter-theirs", `{"note":"已改进"}`, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/milestones/1/decision", "manager-theirs", `{"accept":true}`, 0, http.StatusForbidden, nil)
	x.do(t, "POST", at+"/milestones/1/decision", "manager-ours", `{"accept":true}`, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/ratings", "manager-ours", `{"stars":5}`, 0, http.StatusConflict, nil)
	x.do(t, "POST", at+"/milestones/2/delivery", "reporter-theirs", `{"note":"终验"}`, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/milestones/2/decision", "manager-ours", `{"accept":true}`, 0, http.StatusOK, nil)

	// The enterprise has accepted the work: that is a service that counts, once.
	kerneltest.Wait(t, "the service is counted", func() bool {
		var list struct {
			Items []service.Service `json:"items"`
		}
		x.do(t, "GET", "/services?matter=matchmaking", "officer", "", 0, http.StatusOK, &list)
		return len(list.Items) == 1 && list.Items[0].Counted && list.Items[0].State == service.Confirmed && list.Items[0].Source == "need/"+id && list.Items[0].Provider == identity.CompleteUSCC("91370200264574252")
	})

	// Blind until both have rated.
	x.do(t, "POST", at+"/ratings", "manager-ours", `{"stars":5,"text":"rating-of-ours"}`, 0, http.StatusOK, nil)
	x.do(t, "POST", at+"/ratings", "manager-ours", `{"stars":1}`, 0, http.StatusConflict, nil)
	var r need.Record
	x.do(t, "GET", "/providers/"+x.theirs+"/record", "viewer-ours", "", 0, http.StatusOK, &r)
	if d := x.see(t, id, "manager-theirs"); len(d.Ratings) != 0 || d.State != need.Completed || r.Ratings != 0 || r.Completed != 1 {
		t.Errorf("%+v, %+v", d.Ratings, r)
	}
	x.do(t, "POST", at+"/ratings", rival, `{"stars":1}`, 0, http.StatusForbidden, nil)
	x.do(t, "POST", at+"/ratings", "manager-theirs", `{"stars":4}`, 0, http.StatusOK, nil)
	x.do(t, "GET", "/providers/"+x.theirs+"/record", "viewer-ours", "", 0, http.StatusOK, &r)
	if d := x.see(t, id, "manager-theirs"); len(d.Ratings) != 2 || r.Ratings != 1 || *r.Stars != 5 {
		t.Errorf("%+v, %+v", d.Ratings, r)
	}
}

const (
	searchDoor = "/api/search?q=终检靠人工"
	auditDoor  = "/api/system/audit?limit=500"
)

// doors are all the ways by which somebody may read of needs.
func doors(id string) []string {
	return []string{
		"/needs/" + id, "/needs", "/needs?export=csv", "/needs?export=xlsx", "/needs?q=轮胎", "/needs?mine=own", "/needs?mine=invited", "/needs?mine=offered", "/needs?state=open", "/needs/" + id + "/suggestions",
		"/providers?q=终检靠人工", "/providers", "/needs?agreed=true",
	}
}

func TestAConfidentialNeedAndACompetitorsOfferLeakByNoDoor(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		id := x.publish(t, true)
		at := "/needs/" + id
		x.Audited(t, id)
		blind := func(who string, marks ...string) {
			t.Helper()
			for _, path := range append(doors(id), searchDoor, auditDoor) {
				if !strings.HasPrefix(path, "/api/") {
					path = "/api/enterprise" + path
				}
				body := string(x.Get(t, path, who).Body)
				if path == auditDoor {
					body = strings.ReplaceAll(body, id, "") // that something was done is audited, not what it says
				}
				for _, mark := range marks {
					if strings.Contains(body, mark) {
						t.Errorf("%s learns %s from %s: %s", who, mark, path, body)
					}
				}
			}
		}
		for _, who := range []string{"manager-theirs", "viewer-theirs", rival, "officer", "leader", "auditor", "administrator"} {
			blind(who, "secret-need", "轮胎外观缺陷", id)
		}
		// Nor can who does not know it act on it.
		x.offer(t, id, x.rivals, rival, plan("uninvited", 1), "0", http.StatusNotFound)
		x.do(t, "POST", at+"/answers", rival, fmt.Sprintf(`{"provider_id":%q,"accept":true}`, x.rivals), 0, http.StatusNotFound, nil)
		x.do(t, "POST", at+"/choice", rival, `{"proposal_id":"x"}`, 0, http.StatusNotFound, nil)
		x.do(t, "POST", at+"/closing", rival, "", 0, http.StatusNotFound, nil)
		x.do(t, "POST", at+"/withdrawal", "manager-theirs", `{"reason":"x"}`, 0, http.StatusNotFound, nil)
		x.do(t, "POST", at+"/disputes", rival, `{"text":"x"}`, 0, http.StatusNotFound, nil)

		// The invited read it, and offer only when they have accepted; who declined does not read it any more.
		x.do(t, "POST", at+"/invitations", "manager-ours", fmt.Sprintf(`{"provider_ids":[%q,%q]}`, x.theirs, x.rivals), 0, http.StatusOK, nil)
		x.offer(t, id, x.theirs, "manager-theirs", plan("offer-of-theirs", 30), "0", http.StatusForbidden)
		x.do(t, "POST", at+"/answers", "manager-theirs", fmt.Sprintf(`{"provider_id":%q,"accept":true}`, x.theirs), 0, http.StatusNoContent, nil)
		x.offer(t, id, x.theirs, "manager-theirs", plan("offer-of-theirs", 30), "0", http.StatusOK)
		if d := x.see(t, id, rival); d.Text == "" || len(d.Proposals) != 0 || len(d.Invitations) != 1 || d.Offers != 0 {
			t.Errorf("the invited rival sees %+v", d)
		}
		blind(rival, "offer-of-theirs", x.see(t, id, "manager-theirs").Proposals[0].ID)
		x.do(t, "POST", at+"/answers", rival, fmt.Sprintf(`{"provider_id":%q,"accept":false,"reason":"无产能"}`, x.rivals), 0, http.StatusNoContent, nil)
		blind(rival, "secret-need", "轮胎外观缺陷", id)
		blind("officer", "secret-need", "offer-of-theirs", id)
	})
}

func TestADisputeIsDecidedByTheBureauOnly(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		id := x.publish(t, false)
		at := "/needs/" + id
		x.agree(t, id)
		ruling := func(who, decision string, want int) {
			t.Helper()
			x.do(t, "POST", at+"/disputes/decision", who, fmt.Sprintf(`{"decision":%q,"reason":"已核实"}`, decision), 0, want, nil)
		}
		ruling("officer", "terminate", http.StatusConflict)
		if d := x.see(t, id, "officer"); d.Terms != nil || len(d.Milestones) != 0 || len(d.Proposals) != 0 {
			t.Errorf("the bureau sees %+v before there is a dispute", d)
		}
		if d := x.see(t, id, rival); d.Terms != nil || len(d.Milestones) != 0 || d.Digest != "" {
			t.Errorf("a stranger sees %+v", d)
		}
		x.do(t, "POST", at+"/disputes", rival, `{"text":"x"}`, 0, http.StatusForbidden, nil)
		x.do(t, "POST", at+"/disputes", "manager-ours", `{"text":"拖延交付"}`, 0, http.StatusOK, nil)
		x.do(t, "POST", at+"/milestones/1/delivery", "manager-theirs", `{"note":"x"}`, 0, http.StatusConflict, nil)
		x.do(t, "POST", at+"/disputes/reply", "manager-ours", `{"text":"自答"}`, 0, http.StatusConflict, nil)
		x.do(t, "POST", at+"/disputes/reply", "manager-theirs", `{"text":"等待现场条件"}`, 0, http.StatusOK, nil)
		ruling("manager-ours", "terminate", http.StatusForbidden)
		ruling("officer", "continue", http.StatusOK)
		if d := x.see(t, id, "officer"); d.State != need.Agreed || d.Terms == nil || d.Disputes[0].Reply == "" {
			t.Errorf("%+v", d)
		}
		x.do(t, "POST", at+"/disputes", "manager-theirs", `{"text":"拒绝验收"}`, 0, http.StatusOK, nil)
		ruling("officer", "terminate", http.StatusOK)
		if d := x.see(t, id, "manager-ours"); d.State != need.Terminated || d.RateUntil == nil || !slices.Contains(d.Acts, need.Rate) || len(d.Disputes) != 2 {
			t.Errorf("%+v", d)
		}
	})
}

func TestWhatTheBureauHoldsForCompletedIsNoConfirmationOfTheEnterprise(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		id := x.publish(t, false)
		x.agree(t, id)
		x.do(t, "POST", "/needs/"+id+"/disputes", "manager-theirs", `{"text":"拒绝验收"}`, 0, http.StatusOK, nil)
		x.do(t, "POST", "/needs/"+id+"/disputes/decision", "officer", `{"decision":"fulfil","reason":"已核实"}`, 0, http.StatusOK, nil)

		var s service.Service
		kerneltest.Wait(t, "the service is recorded", func() bool {
			var list struct {
				Items []service.Service `json:"items"`
			}
			x.do(t, "GET", "/services?matter=matchmaking", "officer", "", 0, http.StatusOK, &list)
			if len(list.Items) == 1 {
				s = list.Items[0]
			}
			return len(list.Items) == 1
		})
		if s.Counted || s.State != service.Waiting || s.AnsweredAt != nil {
			t.Errorf("%+v", s)
		}
		at := "/services/" + s.ID
		x.do(t, "POST", at+"/objection", "manager-ours", `{"reason":"未完成"}`, s.Version, http.StatusOK, &s)
		if s.Counted || s.State != service.Objected {
			t.Errorf("%+v", s)
		}
		x.do(t, "POST", at+"/confirmation", "manager-ours", "", s.Version, http.StatusOK, &s)
		if !s.Counted || s.State != service.Confirmed {
			t.Errorf("%+v", s)
		}
	})
}

func TestAnOpenedScenarioThatWasCarriedOutIsAService(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		done := scenarioevent.Completed{OpeningID: "O1", Organisation: x.Ours.ID, Provider: x.Theirs.ID, StartOn: "2026-03-02", At: time.Date(2026, 4, 1, 2, 0, 0, 0, time.UTC)}
		for range 2 { // an event may come again
			if err := x.module.services.CarriedOut(t.Context(), done); err != nil {
				t.Fatal(err)
			}
		}
		done.OpeningID, done.Provider = "O2", x.Bureau.ID // who is not in the directory is no provider
		if err := x.module.services.CarriedOut(t.Context(), done); err != nil {
			t.Fatal(err)
		}
		var list struct {
			Items []service.Service `json:"items"`
		}
		x.do(t, "GET", "/services", "officer", "", 0, http.StatusOK, &list)
		if len(list.Items) != 1 {
			t.Fatalf("%+v", list.Items)
		}
		if s := list.Items[0]; !s.Counted || s.State != service.Confirmed || s.Source != "opening/O1" || s.StartedOn != "2026-03-02" || s.EndedOn != "2026-04-01" || s.EntryID != x.entry || s.Provider != identity.CompleteUSCC("91370200264574252") {
			t.Errorf("%+v", s)
		}
	})
}

// back moves what a column says into the past, as if time had gone by.
func (x *town) back(t *testing.T, query string, args ...any) {
	t.Helper()
	err := x.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (x *market) job(t *testing.T, name string) {
	t.Helper()
	for _, j := range x.module.Manifest().Jobs {
		if j.Name == name {
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("no job %s", name)
}

func TestTimeEndsWhatNobodyDid(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		id := x.publish(t, false)
		x.offer(t, id, x.theirs, "manager-theirs", plan("offer-of-theirs", 30), "0", http.StatusOK)
		x.do(t, "POST", "/needs/"+id+"/closing", "manager-ours", "", 0, http.StatusOK, nil)
		x.do(t, "POST", "/needs/"+id+"/choice", "manager-ours", fmt.Sprintf(`{"proposal_id":%q}`, x.see(t, id, "manager-ours").Proposals[0].ID), 0, http.StatusOK, nil)
		digest := x.see(t, id, "manager-theirs").Digest

		// Not confirmed in time: refused before the job has run, and open again after it.
		x.back(t, `UPDATE need SET confirm_until = 1000 WHERE id = $1`, id)
		x.do(t, "POST", "/needs/"+id+"/confirmation", "manager-theirs", fmt.Sprintf(`{"accept":true,"digest":%q}`, digest), 0, http.StatusConflict, nil)
		x.job(t, "watch_needs")
		if d := x.see(t, id, "manager-ours"); d.State != need.Open || d.Terms != nil || !slices.Contains(d.Acts, need.Choose) {
			t.Errorf("%s, %v", d.State, d.Acts)
		}
		// Nobody chosen in sixty days.
		x.back(t, `UPDATE need SET reply_until = 1000 WHERE id = $1`, id)
		x.job(t, "watch_needs")
		if d := x.see(t, id, "manager-ours"); d.State != need.Lapsed || len(d.Acts) != 0 {
			t.Errorf("%s, %v", d.State, d.Acts)
		}
	})
}

func TestAProviderIsOnlineWhileItAnswersInTime(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		online := func(want float64, why string) {
			t.Helper()
			if n := x.measured(t, "enterprise.providers_online"); n != want {
				t.Errorf("%s: %v are online, want %v", why, n, want)
			}
			var list struct{ Total float64 }
			if x.do(t, "GET", "/providers?online=true", "viewer-ours", "", 0, http.StatusOK, &list); list.Total != want {
				t.Errorf("%s: the list has %v, want %v", why, list.Total, want)
			}
		}
		online(0, "nobody was asked")
		x.job(t, "check_providers")
		if r := x.Get(t, "/api/enterprise/providers/"+x.theirs+"/requests", "manager-theirs"); !strings.Contains(string(r.Body), `"total":0`) {
			t.Errorf("asked on the day of the acceptance: %s", r.Body)
		}
		x.back(t, `UPDATE provider SET accepted_at = accepted_at - 86400000`)
		x.job(t, "check_providers")
		x.job(t, "check_providers") // asked once a month
		online(0, "nobody has answered")
		x.do(t, "POST", "/providers/"+x.theirs+"/checks", rival, "", 0, http.StatusForbidden, nil)
		x.do(t, "POST", "/providers/"+x.theirs+"/checks", "manager-theirs", "", 0, http.StatusOK, nil)
		x.do(t, "POST", "/providers/"+x.theirs+"/checks", "manager-theirs", "", 0, http.StatusNotFound, nil)
		online(1, "one has answered in time")
		x.do(t, "POST", "/providers/"+x.rivals+"/checks", rival, "", 0, http.StatusOK, nil)
		x.back(t, `UPDATE provider_request SET due_at = answered_at - 1 WHERE provider_id = $1`, x.rivals)
		online(1, "the other answered late")
		x.back(t, `UPDATE provider SET valid_until = 1000 WHERE id = $1`, x.theirs)
		online(0, "its year is over")
		if r := x.Get(t, "/api/enterprise/providers/"+x.theirs, "viewer-ours"); r.Status != http.StatusNotFound {
			t.Errorf("who is over is seen: %d", r.Status)
		}

		// It renews, and is there again.
		var p provider.Detail
		x.do(t, "GET", "/providers/"+x.theirs, "manager-theirs", "", 0, http.StatusOK, &p)
		x.do(t, "PUT", "/providers/"+x.theirs, "manager-theirs", `{"renew":true,"profile":{"offer":"检验","capabilities":[{"scenario":"quality","text":"检验"}],"promise":24}}`, p.Version, http.StatusOK, &p)
		x.do(t, "POST", "/providers/"+x.theirs+"/decision", "officer", `{"decision":"accepted"}`, p.Version, http.StatusOK, &p)
		online(1, "it was renewed")
	})
}
