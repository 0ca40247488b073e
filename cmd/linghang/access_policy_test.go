package main

import (
	"fmt"
	"net/http"
	"testing"
)

// policyFixtures are a published policy, and an application of the daughter of ours for it,
// with a paper, that was submitted.
func (a *access) policyFixtures(t *testing.T) {
	t.Helper()
	const daughter, door = "daughter.manager", "/api/enterprise"
	policy := a.make(t, door+"/policies", "officer", `{"title":{"zh":"技改补助","en":"Subsidy"},"issuer":{"zh":"市工信局","en":"Bureau"},"level":"city","kind":"subsidy","effective_from":"2020-01-01",
		"opens_at":"2020-01-01T00:00:00Z","closes_at":"2099-01-01T00:00:00Z","papers":[{"code":"licence","title":{"zh":"营业执照","en":"Licence"},"required":false}]}`)
	if r := a.Send(t, "POST", door+"/policies/"+policy+"/publication", "officer", "", "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("publish the policy: %d %s", r.Status, r.Body)
	}
	var own struct{ Items []created }
	a.Get(t, door+"/diagnosis/enterprises", daughter).Decode(t, &own)
	application := a.make(t, door+"/policies/"+policy+"/applications", daughter, fmt.Sprintf(`{"entry_id":%q}`, own.Items[0].ID))
	at := door + "/policy-applications/" + application
	upload := a.Send(t, "POST", at+"/files?paper=licence&name=licence.txt", daughter, "我方政策申报材料", "Content-Type", "text/plain")
	var file created
	if upload.Decode(t, &file); upload.Status != http.StatusCreated {
		t.Fatalf("upload a paper: %d %s", upload.Status, upload.Body)
	}
	if r := a.Send(t, "POST", at+"/submission", daughter, `{"confirmed":true}`, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("submit the application: %d %s", r.Status, r.Body)
	}
	a.fixtures = append(a.fixtures,
		fixture{door + "/policies/{id}", door + "/policies/" + policy, true},
		fixture{door + "/policy-applications/{id}", at, false},
		fixture{door + "/policy-files/{id}", door + "/policy-files/" + file.ID, false},
	)
	a.private = append(a.private, application, file.ID, "我方政策申报材料")
}
