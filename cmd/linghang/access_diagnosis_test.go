package main

import (
	"fmt"
	"net/http"
	"testing"
)

// diagnosisFixtures are a submitted diagnosis of a daughter of ours, which shares its
// answers, with a file of evidence.
func (a *access) diagnosisFixtures(t *testing.T) {
	t.Helper()
	const daughter = "daughter.manager"
	organisation := a.make(t, "/api/system/organisations", "administrator", fmt.Sprintf(`{"kind":"enterprise","name":{"zh":"我方子公司","en":"Our daughter"},"parent_id":%q}`, a.Ours.ID))
	a.make(t, "/api/system/persons", "administrator", fmt.Sprintf(`{"login":%q,"name":%q,"password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"manager"}]}`, daughter, daughter, organisation))
	a.SignIn(t, daughter)
	entry := a.make(t, "/api/enterprise/entries", daughter, `{"code":"91370200163562681G","name":{"zh":"我方子公司企业","en":""},"district":"370212","industry":"C35"}`)
	if r := a.Send(t, "POST", "/api/enterprise/entries/"+entry+"/decision", "officer", `{"decision":"accepted"}`, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("accept the entry: %d %s", r.Status, r.Body)
	}
	a.requestFixture(t, entry, daughter)
	const door = "/api/enterprise/diagnosis"
	sheet := a.make(t, door+"/sheets", daughter, fmt.Sprintf(`{"entry_id":%q,"template":"sme-2024"}`, entry))
	at := door + "/sheets/" + sheet
	upload := a.Send(t, "POST", at+"/evidence?question=systems&name=proof.txt", daughter, "我方诊断佐证", "Content-Type", "text/plain")
	var file created
	if upload.Decode(t, &file); upload.Status != http.StatusCreated {
		t.Fatalf("upload evidence: %d %s", upload.Status, upload.Body)
	}
	a.answerAll(t, at, daughter)
	a.make(t, at+"/submission", daughter, `{"share":"answers"}`)
	a.fixtures = append(a.fixtures,
		fixture{door + "/sheets/{id}/answers/{question}", at + "/answers/systems", false},
		fixture{door + "/sheets/{id}/verdicts/{question}", at + "/verdicts/systems", false},
		fixture{door + "/sheets/{id}", at, false},
		fixture{door + "/evidence/{id}", door + "/evidence/" + file.ID, false},
	)
	a.private = append(a.private, sheet, file.ID, "我方诊断佐证")
}

// asked is as much of a diagnosis as one needs to answer it.
type asked struct {
	Questionnaire struct {
		Pages []struct {
			Groups []struct{ Questions []question }
		}
	}
}

type question struct {
	Code    string
	Options []struct{ Code string }
}

// answerAll answers all questions but raw figures with their first option.
func (a *access) answerAll(t *testing.T, at, who string) {
	t.Helper()
	var d asked
	a.Get(t, at, who).Decode(t, &d)
	for _, p := range d.Questionnaire.Pages {
		for _, g := range p.Groups {
			for _, q := range g.Questions {
				if len(q.Options) == 0 {
					continue
				}
				if r := a.Send(t, "PUT", at+"/answers/"+q.Code, who, fmt.Sprintf(`{"answer":{"options":[%q]}}`, q.Options[0].Code), "If-Match", `"0"`); r.Status != http.StatusOK {
					t.Fatalf("answer %s: %d %s", q.Code, r.Status, r.Body)
				}
			}
		}
	}
}
