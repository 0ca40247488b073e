package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// incidentFixtures are an incident of ours with a task, evidence and a review's action, to
// which theirs is not let in.
func (a *access) incidentFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/security/incidents"
	incident := a.make(t, door, "manager-ours", fmt.Sprintf(`{"title":"我方事件标题","summary":"我方事件经过","category":"malware","kind":"other","tlp":"amber","importance":"important","loss":"serious","harm":"","aware_at":%q}`, time.Now().Add(-time.Minute).Format(time.RFC3339)))
	at := door + "/" + incident
	var d struct {
		Tasks []created
	}
	r := a.Send(t, "POST", at+"/playbook", "officer", `{"playbook":"account"}`)
	if r.Decode(t, &d); r.Status != http.StatusOK || len(d.Tasks) == 0 {
		t.Fatalf("give tasks: %d %s", r.Status, r.Body)
	}
	var proof created
	r = a.Send(t, "POST", at+"/evidence?name=log.txt&what=log", "manager-ours", "我方事件证据", "Content-Type", "text/plain")
	if r.Decode(t, &proof); r.Status != http.StatusCreated {
		t.Fatalf("upload evidence: %d %s", r.Status, r.Body)
	}
	a.fixtures = append(a.fixtures,
		fixture{door + "/{id}/evidence/{evidence}", at + "/evidence/" + proof.ID, false},
		fixture{door + "/{id}/tasks/{task}", at + "/tasks/" + d.Tasks[0].ID, false},
		fixture{door + "/{id}/guests/{guest}", at + "/guests/none", false},
		fixture{door + "/{id}/actions/{action}", at + "/actions/none", false},
		fixture{door + "/{id}", at, false},
	)
	a.private = append(a.private, incident, proof.ID, d.Tasks[0].ID, "我方事件标题", "我方事件经过", "我方事件证据")
}
