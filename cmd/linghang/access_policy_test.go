package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"
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

// cultivationFixtures are a ladder that the bureau published, and evidence of the daughter
// of ours beside its criterion.
func (a *access) cultivationFixtures(t *testing.T) {
	t.Helper()
	const daughter, door = "daughter.manager", "/api/enterprise/cultivation"
	var ladder struct{ Ladder string }
	drafted := a.Send(t, "POST", door+"/definitions", "officer", `{"title":{"zh":"本市梯度","en":"Ladder"},"checked":"own","source":{"zh":"办法","en":"Rules"},"effective_from":"2020-01-01",
		"rungs":[{"code":"first","title":{"zh":"第一级","en":"First"},"criteria":[{"code":"lead","title":{"zh":"说明","en":"Lead"},"evidence":"required"}]}]}`)
	if drafted.Decode(t, &ladder); drafted.Status != http.StatusCreated {
		t.Fatalf("draft a ladder: %d %s", drafted.Status, drafted.Body)
	}
	if r := a.Send(t, "POST", door+"/definitions/"+ladder.Ladder+"/publication", "leader", "", "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("publish the ladder: %d %s", r.Status, r.Body)
	}
	var own struct{ Items []created }
	a.Get(t, "/api/enterprise/diagnosis/enterprises", daughter).Decode(t, &own)
	upload := a.Send(t, "POST", fmt.Sprintf("%s/proofs?entry=%s&ladder=%s&year=%d&rung=first&criterion=lead&name=licence.txt", door, own.Items[0].ID, ladder.Ladder, time.Now().Year()), daughter, "我方梯度培育佐证", "Content-Type", "text/plain")
	var proof created
	if upload.Decode(t, &proof); upload.Status != http.StatusCreated {
		t.Fatalf("give evidence: %d %s", upload.Status, upload.Body)
	}
	a.fixtures = append(a.fixtures, fixture{door + "/definitions/{id}", door + "/definitions/" + ladder.Ladder, false}, fixture{door + "/proofs/{id}", door + "/proofs/" + proof.ID, false})
	a.private = append(a.private, proof.ID, "我方梯度培育佐证")
}
