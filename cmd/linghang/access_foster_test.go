package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// outputFixtures are a figure of new output of a platform of ours, and its evidence.
func (a *access) outputFixtures(t *testing.T, platform string) (figure, file string) {
	t.Helper()
	at := "/api/platforms/" + platform + "/output"
	var f struct{ ID string }
	r := a.Send(t, "POST", at+"/files?name=audit.txt", "manager-ours", "审计报告", "Content-Type", "text/plain")
	if r.Decode(t, &f); r.Status != http.StatusCreated {
		t.Fatalf("evidence: %d %s", r.Status, r.Body)
	}
	figure = a.make(t, at+"/figures", "manager-ours", fmt.Sprintf(`{"uscc":"91370200264574251E","enterprise":"我方客户","year":%d,"amount":12.5,"project":"我方项目","basis":"同比","file_id":%q}`, time.Now().Year()-1, f.ID))
	a.private = append(a.private, figure, f.ID, "我方客户", "我方项目")
	return figure, f.ID
}

// fosterFixtures are a call that is over, our application with its evidence, what a
// reviewer gave it, the award that came of it, and an objection that the city recorded.
func (a *access) fosterFixtures(t *testing.T) (call, application, file, review, award, objection string) {
	t.Helper()
	const at = "/api/platforms/foster"
	now := time.Now()
	post := func(path, who, body, version string) []byte {
		t.Helper()
		r := a.Send(t, "POST", at+path, who, body, "If-Match", version)
		if r.Status >= 300 {
			t.Fatalf("POST %s as %s: %d %s", path, who, r.Status, r.Body)
		}
		return r.Body
	}
	platform := a.make(t, "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"专业平台","en":"Specialised"},"code":"specialised","class":"specialised","district":"370202","operator_id":%q,"operator_name":{"zh":"运营方","en":"Op"}}`, a.Ours.ID))
	call = a.make(t, at+"/calls", "officer", fmt.Sprintf(`{"year":2026,"title":{"zh":"征集","en":"Call"},"classes":["specialised"],"opens_at":%q,"closes_at":%q,"reviewers":2,"pass_mark":0,"limit":1,
		"criteria":[{"code":"all","title":{"zh":"总体","en":"All"},"evidence":{"zh":"","en":""},"weight":1,"max":10,"min":0}]}`, now.Add(-time.Hour).Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339)))
	post("/calls/"+call+"/state", "officer", `{"to":"open"}`, `"1"`)
	application = a.make(t, at+"/applications", "manager-ours", fmt.Sprintf(`{"call_id":%q,"platform_id":%q}`, call, platform))
	var f struct{ ID string }
	if r := a.Send(t, "POST", at+"/applications/"+application+"/files?name=proof.txt", "manager-ours", "proof", "Content-Type", "text/plain"); r.Status == http.StatusCreated {
		r.Decode(t, &f)
	}
	post("/applications/"+application+"/submission", "manager-ours", fmt.Sprintf(`{"answers":[{"code":"all","points":9,"text":"我方申报内容","files":[%q]}]}`, f.ID), `"1"`)
	post("/calls/"+call+"/state", "officer", `{"to":"closed"}`, `"2"`)
	a.Cookie(t, "leader")
	var people struct {
		Items []struct {
			PersonID string `json:"person_id"`
			Name     string
		}
	}
	a.Get(t, at+"/applications/"+application+"/reviewers", "officer").Decode(t, &people)
	chosen := []string{}
	for _, p := range people.Items {
		if p.Name == "officer" || p.Name == "leader" {
			chosen = append(chosen, p.PersonID)
		}
	}
	persons, _ := json.Marshal(chosen)
	post("/applications/"+application+"/reviewers", "officer", fmt.Sprintf(`{"persons":%s}`, persons), `"2"`)
	for _, who := range []string{"officer", "leader"} {
		var v struct{ Mine struct{ ID string } }
		a.Get(t, at+"/applications/"+application, who).Decode(t, &v)
		review = v.Mine.ID
		post("/reviews/"+review+"/submission", who, `{"marks":[{"code":"all","points":8,"reason":"评审意见"}]}`, `"1"`)
	}
	var v struct{ Award struct{ ID string } }
	kerneltest.Reply{Body: post("/applications/"+application+"/award", "officer", fmt.Sprintf(`{"reason":"好","certificate":"1","awarded_on":"2026-01-01","valid_until":"2099-01-01","notice_from":%q,"notice_until":%q}`,
		now.Add(-time.Hour).Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339)), `"3"`)}.Decode(t, &v)
	var w struct{ Objections []created }
	kerneltest.Reply{Body: post("/awards/"+v.Award.ID+"/objections", "officer", `{"from":"某企业","text":"异议内容"}`, "")}.Decode(t, &w)
	a.private = append(a.private, application, f.ID, review, "我方申报内容", "评审意见", "某企业", "异议内容")
	return call, application, f.ID, review, v.Award.ID, w.Objections[0].ID
}
