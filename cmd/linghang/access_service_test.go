package main

import (
	"fmt"
	"net/http"
	"testing"
)

// serviceFixtures are a service to a daughter of ours, with evidence, and a company that
// the bureau wants to attract.
func (a *access) serviceFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/enterprise"
	upload := func(path, content string) string {
		t.Helper()
		r := a.Send(t, "POST", door+path+"?name=proof.txt", "officer", content, "Content-Type", "text/plain")
		var file created
		if r.Decode(t, &file); r.Status != http.StatusCreated {
			t.Fatalf("upload evidence: %d %s", r.Status, r.Body)
		}
		return file.ID
	}
	proof := upload("/services/evidence", "我方服务佐证")
	service := a.make(t, door+"/services", "officer", fmt.Sprintf(`{"code":"91370200163562681G","provider":"city","matter":"policy","about":"我方服务内容","started_on":"2026-03-02","evidence":[%q]}`, proof))
	if r := a.Send(t, "POST", door+"/services/"+service+"/confirmation", "daughter.manager", "", "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("confirm the service: %d %s", r.Status, r.Body)
	}
	sample := a.make(t, door+"/services/samples", "officer", `{"size":1}`)
	lead := a.make(t, door+"/leads", "officer", `{"name":{"zh":"外地企业","en":""},"origin":"苏州","industry":"C34","source":"city"}`)
	file := upload("/leads/"+lead+"/evidence", "招商佐证")
	a.fixtures = append(a.fixtures,
		fixture{door + "/services/template/{format}", door + "/services/template/csv", true},
		fixture{door + "/services/evidence/{id}", door + "/services/evidence/" + proof, false},
		fixture{door + "/services/samples/{id}/verdicts/{service}", door + "/services/samples/" + sample + "/verdicts/" + service, false},
		fixture{door + "/services/samples/{id}", door + "/services/samples/" + sample, false},
		fixture{door + "/services/{id}", door + "/services/" + service, false},
		fixture{door + "/leads/evidence/{id}", door + "/leads/evidence/" + file, false},
		fixture{door + "/leads/{id}", door + "/leads/" + lead, false},
	)
	a.private = append(a.private, service, sample, proof, "我方服务佐证", "我方服务内容", lead, file, "招商佐证")
}
