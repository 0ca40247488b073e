package main

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// platformFixtures are what a platform of ours in trial has, of which the others see
// whether it is up: a target, maintenance, and a counter that fell.
func (a *access) platformFixtures(t *testing.T) []fixture {
	t.Helper()
	id := a.make(t, "/api/platforms", "manager-ours", `{"name":{"zh":"试运行平台","en":"Trial"},"code":"trial","class":"industry","district":"370202"}`)
	for i, to := range []string{"reviewed", "trial"} {
		if r := a.Send(t, "POST", "/api/platforms/"+id+"/status", "officer", fmt.Sprintf(`{"to":%q,"reason":""}`, to), "If-Match", fmt.Sprintf(`"%d"`, i+1)); r.Status != http.StatusOK {
			t.Fatalf("move to %s: %d %s", to, r.Status, r.Body)
		}
	}
	at := "/api/platforms/" + id + "/availability"
	target := a.make(t, at+"/targets", "manager-ours", `{"name":"portal","spec":{"kind":"tcp","address":"platform.example:443","interval":3600,"timeout":1},"enabled":false}`)
	window := a.make(t, at+"/windows", "manager-ours", fmt.Sprintf(`{"from":%q,"to":%q,"reason":"test"}`, time.Now().Add(time.Hour).Format(time.RFC3339), time.Now().Add(2*time.Hour).Format(time.RFC3339)))
	source := a.make(t, "/api/platforms/"+id+"/sources", "manager-ours", `{"name":"figures","spec":{"kind":"json","url":"https://platform.example/figures","auth":"none","table":{"rows":"$[*]","values":[{"code":"ent_served","path":"@.n"}]},"schedule":{"kind":"month","at":"01:30"}}}`)
	now := time.Now().UTC()
	history := "code,period,value\n"
	for _, back := range []time.Month{1, 2} { // months that are over: early in a month, the last one is not published yet
		history += "txn_amount," + time.Date(now.Year(), now.Month()-back, 1, 0, 0, 0, 0, time.UTC).Format("2006-01") + ",100\n"
	}
	for i := 9; i > 0; i-- {
		history += fmt.Sprintf("data_volume,%s,%d\n", time.Now().UTC().AddDate(0, 0, -i-1).Format(time.DateOnly), 1000*i)
	}
	if r := a.Send(t, "POST", "/api/platforms/"+id+"/backfill", "manager-ours", history, "Content-Type", "text/csv"); r.Status != http.StatusOK {
		t.Fatalf("back-fill: %d %s", r.Status, r.Body)
	}
	if r := a.Send(t, "POST", "/api/platforms/quality/checks", "officer", ""); r.Status >= 300 {
		t.Fatalf("check: %d %s", r.Status, r.Body)
	}
	var found struct{ Items []created }
	if a.Get(t, "/api/platforms/quality/findings", "manager-ours").Decode(t, &found); len(found.Items) == 0 {
		t.Fatal("a counter fell, and there is no finding")
	}
	var document created
	if r := a.Send(t, "POST", "/api/platforms/"+id+"/documents?name=contract.txt&kind=contract", "manager-ours", "contract", "Content-Type", "text/plain"); r.Status != http.StatusCreated {
		t.Fatalf("document: %d %s", r.Status, r.Body)
	} else {
		r.Decode(t, &document)
	}
	alert, rule, silence, route := a.alertFixtures(t)
	rota, override, policy := a.dutyFixtures(t)
	ranking, standing := a.rankingFixtures(t)
	index, indexRun := a.indexFixtures(t, id)
	call, application, file, review, award, objection := a.fosterFixtures(t)
	report := a.bulletinFixture(t, id)
	figure, proof := a.outputFixtures(t, id)
	return []fixture{
		{"/api/platforms/prometheus/api/v1/label/{name}", "/api/platforms/prometheus/api/v1/label/platform", true},
		{"/api/platforms/bulletin/reports/{id}", "/api/platforms/bulletin/reports/" + report, false},
		{"/api/platforms/open/data/{slug}", "/api/platforms/open/data/access", true},
		{"/api/platforms/open/datasets/{id}", "/api/platforms/open/datasets/" + a.openFixture(t), true},
		{"/api/platforms/bulletin/plans/{id}", "/api/platforms/bulletin/plans/month", true},
		{"/api/platforms/reach/surveys/{id}", "/api/platforms/reach/surveys/" + a.surveyFixture(t), true},
		{"/api/platforms/reach/templates/{kind}", "/api/platforms/reach/templates/frame", true},
		{"/api/platforms/output/figures/{id}", "/api/platforms/output/figures/" + figure, false},
		{"/api/platforms/output/files/{id}", "/api/platforms/output/files/" + proof, false},
		{"/api/platforms/foster/calls/{id}", "/api/platforms/foster/calls/" + call, true},
		{"/api/platforms/foster/applications/{id}", "/api/platforms/foster/applications/" + application, false},
		{"/api/platforms/foster/files/{id}", "/api/platforms/foster/files/" + file, false},
		{"/api/platforms/foster/reviews/{id}", "/api/platforms/foster/reviews/" + review, false},
		{"/api/platforms/foster/awards/{id}", "/api/platforms/foster/awards/" + award, true},
		{"/api/platforms/foster/objections/{id}", "/api/platforms/foster/objections/" + objection, false},
		{"/api/platforms/rank/methods/{id}", "/api/platforms/rank/methods/" + ranking, true},
		{"/api/platforms/rank/results/{id}", "/api/platforms/rank/results/" + standing, true},
		{"/api/platforms/index/definitions/{id}", "/api/platforms/index/definitions/" + index, true},
		{"/api/platforms/index/results/{id}", "/api/platforms/index/results/" + indexRun, true},
		{"/api/platforms/alerting/alerts/{id}", "/api/platforms/alerting/alerts/" + alert, false},
		{"/api/platforms/alerting/rules/{id}", "/api/platforms/alerting/rules/" + rule, true},
		{"/api/platforms/alerting/silences/{id}", "/api/platforms/alerting/silences/" + silence, true},
		{"/api/platforms/alertmanager/api/v2/silence/{id}", "/api/platforms/alertmanager/api/v2/silence/" + silence, true},
		{"/api/platforms/alerting/routes/{id}", "/api/platforms/alerting/routes/" + route, true},
		{"/api/platforms/alerting/rotas/{id}/overrides/{override}", "/api/platforms/alerting/rotas/" + rota + "/overrides/" + override, false},
		{"/api/platforms/alerting/rotas/{id}", "/api/platforms/alerting/rotas/" + rota, false},
		{"/api/platforms/alerting/policies/{id}", "/api/platforms/alerting/policies/" + policy, true},
		{"/api/platforms/{id}/availability/targets/{target}", at + "/targets/" + target, false},
		{"/api/platforms/{id}/availability/windows/{window}", at + "/windows/" + window, false},
		{"/api/platforms/{id}/documents/{document}", "/api/platforms/" + id + "/documents/" + document.ID, false},
		{"/api/platforms/{id}/sources/{source}", "/api/platforms/" + id + "/sources/" + source, false},
		{"/api/platforms/quality/findings/{id}", "/api/platforms/quality/findings/" + found.Items[0].ID, false},
	}
}

// alertFixtures are an alert of a platform of ours, and what officers keep about alerts.
func (a *access) alertFixtures(t *testing.T) (alert, rule, silence, route string) {
	t.Helper()
	const at = "/api/platforms/alerting"
	rule = a.make(t, at+"/rules", "officer", `{"code":"fallen","kind":"change","name":{"zh":"下降","en":"Fallen"},"severity":"info","enabled":true,"for":0,"keep":0,"platforms":[],
		"indicator":"data_volume","direction":"fall","limit":1,"summary":{"zh":"我方指标下降","en":"fell"}}`)
	silence = a.make(t, at+"/silences", "officer", fmt.Sprintf(`{"matchers":[{"name":"alertname","op":"=","value":"none"}],"to":%q,"reason":"test"}`, time.Now().Add(time.Hour).Format(time.RFC3339)))
	route = a.make(t, at+"/routes", "officer", `{"name":{"zh":"某","en":"Some"},"matchers":[{"name":"alertname","op":"=","value":"none"}],"group_by":[],"wait":0,"interval":60,"repeat":60,"operator":true,"office":false,"persons":[]}`)
	var page struct{ Items []created }
	kerneltest.Wait(t, "the rule to be evaluated", func() bool {
		a.Get(t, at+"/alerts", "manager-ours").Decode(t, &page)
		return len(page.Items) > 0
	})
	a.private = append(a.private, "我方指标下降", page.Items[0].ID)
	return page.Items[0].ID, rule, silence, route
}

// dutyFixtures are a rota of ours with somebody who stands in, and a policy that tells it.
func (a *access) dutyFixtures(t *testing.T) (rota, override, policy string) {
	t.Helper()
	const at = "/api/platforms/alerting"
	var people struct{ Items []struct{ ID, Name string } }
	a.Get(t, at+"/people?organisation="+a.Ours.ID, "officer").Decode(t, &people)
	if len(people.Items) == 0 {
		t.Fatal("nobody may be on duty")
	}
	rota = a.make(t, at+"/rotas", "officer", fmt.Sprintf(`{"name":{"zh":"我方值班表","en":"Rota of ours"},"zone":"Asia/Shanghai","organisation_id":%q,"layers":[{"members":[{"id":%q}],"handover":"daily","at":"09:00","begins":"2026-01-01"}]}`, a.Ours.ID, people.Items[0].ID))
	override = a.make(t, at+"/rotas/"+rota+"/overrides", "officer", fmt.Sprintf(`{"to":%q,"reason":"test"}`, time.Now().Add(time.Hour).Format(time.RFC3339)))
	policy = a.make(t, at+"/policies", "officer", fmt.Sprintf(`{"name":{"zh":"策略","en":"Policy"},"steps":[{"after":5,"rotas":[%q],"persons":[],"route":false}],"repeat":0,"pause":0,"limit":0}`, rota))
	a.private = append(a.private, "我方值班表", rota)
	return rota, override, policy
}

// rankingFixtures are a way to rank platforms, and what came out, published.
func (a *access) rankingFixtures(t *testing.T) (ranking, standing string) {
	t.Helper()
	ranking = a.make(t, "/api/platforms/rank/methods", "officer", `{"name":{"zh":"排名","en":"Ranking"},"class":"industry","method":{"items":[{"code":"data_volume","per":"","reverse":false,"log":false,"weight":1},
		{"code":"ent_served","per":"","reverse":false,"log":false,"weight":1}],"trim":0,"scaling":"minmax","weighting":"hand","judgements":[],"lambda":0.6,"cap":0,"trust":false,"error":0.02}}`)
	standing = a.make(t, "/api/platforms/rank/results", "officer", fmt.Sprintf(`{"ranking_id":%q,"month":%q}`, ranking, time.Now().UTC().AddDate(0, 0, -9).Format("2006-01")))
	if r := a.Send(t, "POST", "/api/platforms/rank/results/"+standing+"/state", "officer", `{"to":"published","reason":""}`, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("publish a ranking: %d %s", r.Status, r.Body)
	}
	return ranking, standing
}

// indexFixtures are a development index, and what came out, published.
func (a *access) indexFixtures(t *testing.T, platform string) (index, run string) {
	t.Helper()
	month := time.Now().UTC().AddDate(0, 0, -9).Format("2006-01")
	if r := a.Send(t, "POST", "/api/platforms/"+platform+"/backfill", "officer", "code,period,value\napp_total,"+month+"-01,5\n", "Content-Type", "text/csv"); r.Status != http.StatusOK {
		t.Fatalf("back-fill: %d %s", r.Status, r.Body)
	}
	index = a.make(t, "/api/platforms/index/definitions", "officer", fmt.Sprintf(`{"name":{"zh":"指数","en":"Index"},"sample":{"class":"","district":"","industry":""},"definition":{"base":%q,"mean":"arithmetic",
		"dimensions":[{"name":{"zh":"资源","en":"Resources"},"weight":100,"items":[{"code":"app_total","weight":100}]}]}}`, month))
	run = a.make(t, "/api/platforms/index/results", "officer", fmt.Sprintf(`{"index_id":%q,"month":%q}`, index, month))
	if r := a.Send(t, "POST", "/api/platforms/index/results/"+run+"/state", "officer", `{"to":"published","reason":""}`, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("publish an index: %d %s", r.Status, r.Body)
	}
	return index, run
}

// bulletinFixture is a released report of a platform of ours.
func (a *access) bulletinFixture(t *testing.T, platform string) string {
	t.Helper()
	const at = "/api/platforms/bulletin/reports"
	id := a.make(t, at, "officer", fmt.Sprintf(`{"kind":"month","period":%q,"platform":%q}`, time.Now().AddDate(0, 0, -32).Format("2006-01"), platform))
	var b struct {
		State   string
		Version int
	}
	kerneltest.Wait(t, "the report to be made", func() bool {
		a.Get(t, at+"/"+id, "officer").Decode(t, &b)
		return b.State == "draft"
	})
	if r := a.Send(t, "POST", at+"/"+id+"/release", "officer", "{}", "If-Match", fmt.Sprintf("%q", strconv.Itoa(b.Version))); r.Status != http.StatusOK {
		t.Fatalf("release a report: %d %s", r.Status, r.Body)
	}
	a.private = append(a.private, id)
	return id
}

// openFixture is a dataset that is open.
func (a *access) openFixture(t *testing.T) string {
	t.Helper()
	id := a.make(t, "/api/platforms/open/datasets", "officer", `{"slug":"access","spec":{"title":{"zh":"数据集","en":"Dataset"},"description":{"zh":"说明","en":"About"},"indicators":["txn_amount"],"by":"city","frequency":"month","periods":3,
		"licence":{"zh":"许可","en":"Licence"},"licence_url":"","contact":"data@bureau.test"}}`)
	if r := a.Send(t, "POST", "/api/platforms/open/datasets/"+id+"/publication", "officer", `{"note":{"zh":"首次发布","en":"First"}}`, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("publish a dataset: %d %s", r.Status, r.Body)
	}
	return id
}

// surveyFixture is a survey of which enterprises use a platform.
func (a *access) surveyFixture(t *testing.T) string {
	t.Helper()
	r := a.Send(t, "POST", "/api/platforms/reach/surveys?month=2026-10", "officer", "stratum,population,asked,answered,using\nall,100,40,30,12\n", "Content-Type", "text/csv")
	var c created
	if r.Decode(t, &c); r.Status != http.StatusOK || c.ID == "" {
		t.Fatalf("survey: %d %s", r.Status, r.Body)
	}
	return c.ID
}
