package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// pilotFixtures are an open call for pilots, and an application of ours in it with a file.
func (a *access) pilotFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/scenario/pilot"
	now := time.Now()
	call := a.make(t, door+"/calls", "officer", fmt.Sprintf(`{"year":2026,"title":{"zh":"试点","en":""},"fields":["轮胎"],"blind":true,"opens_at":%q,"closes_at":%q,"notice_days":5,"reviewers":2,"pass_mark":0,"quota":1,
		"criteria":[{"code":"all","title":{"zh":"总体","en":""},"weight":1,"max":10,"min":0}],"conditions":[],"ties":[]}`, now.Add(-time.Hour).Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339)))
	if r := a.Send(t, "POST", door+"/calls/"+call+"/opening", "officer", "", "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("open the call: %d %s", r.Status, r.Body)
	}
	application := a.make(t, door+"/applications", "manager-ours", fmt.Sprintf(`{"call_id":%q}`, call))
	var f created
	upload := a.Send(t, "POST", door+"/applications/"+application+"/files?name=proof.txt", "manager-ours", "我方试点佐证", "Content-Type", "text/plain")
	if upload.Decode(t, &f); upload.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", upload.Status, upload.Body)
	}
	r := a.Send(t, "POST", door+"/applications/"+application+"/submission", "manager-ours", fmt.Sprintf(`{"project":"我方试点项目","fields":["轮胎"],"answers":[{"code":"all","text":"我方试点说明","files":[%q]}]}`, f.ID), "If-Match", `"1"`)
	if r.Status != http.StatusOK {
		t.Fatalf("submit: %d %s", r.Status, r.Body)
	}
	relation := a.make(t, door+"/relations", "officer", `{"from":"91370200264574251E","to":"91370200163562681G","to_name":"被持股方","kind":"shareholding","share":60}`)
	a.fixtures = append(a.fixtures,
		fixture{door + "/calls/{id}/seals/{stage}", door + "/calls/" + call + "/seals/applications", true},
		fixture{door + "/calls/{id}", door + "/calls/" + call, true},
		fixture{door + "/applications/{id}", door + "/applications/" + application, false},
		fixture{door + "/files/{id}", door + "/files/" + f.ID, false},
		fixture{door + "/reviews/{id}", door + "/reviews/none", false},
		fixture{door + "/assignments/{id}", door + "/assignments/none", false},
		fixture{door + "/objections/{id}", door + "/objections/none", false},
		fixture{door + "/pilots/{id}", door + "/pilots/none", false},
		fixture{door + "/declarations/{id}", door + "/declarations/none", false},
		fixture{door + "/relations/{id}", door + "/relations/" + relation, false},
	)
	a.private = append(a.private, application, f.ID, "我方试点项目", "我方试点说明", "我方试点佐证", "被持股方")
}
