package main

import (
	"net/http"
	"testing"
)

// enterpriseFixtures are an entry of ours that waits for review, which nobody else is to
// know of, with a file beside its qualification.
func (a *access) enterpriseFixtures(t *testing.T) {
	t.Helper()
	r := a.Send(t, "POST", "/api/enterprise/entries", "manager-ours", `{"code":"91370200264574251E","name":{"zh":"我方企业登记","en":""},"district":"370202","industry":"C36",
		"profile":{"address":"我方企业地址","qualifications":[{"kind":"high_tech"}]},"contacts":[{"name":"我方企业联系人"}]}`)
	if r.Status != http.StatusCreated {
		t.Fatalf("file an entry: %d %s", r.Status, r.Body)
	}
	var entry struct {
		ID      string
		Profile struct{ Qualifications []created }
	}
	r.Decode(t, &entry)
	at := "/api/enterprise/entries/" + entry.ID
	upload := a.Send(t, "POST", at+"/evidence?name=proof.txt&qualification="+entry.Profile.Qualifications[0].ID, "manager-ours", "证书扫描件", "Content-Type", "text/plain")
	if upload.Status != http.StatusCreated {
		t.Fatalf("upload evidence: %d %s", upload.Status, upload.Body)
	}
	var file created
	upload.Decode(t, &file)
	a.fixtures = append(a.fixtures,
		fixture{"/api/enterprise/entries/{id}/evidence/{file}", at + "/evidence/" + file.ID, false},
		fixture{"/api/enterprise/entries/{id}", at, false},
		fixture{"/api/enterprise/codes/{code}", "/api/enterprise/codes/91370200264574251E", false},
		fixture{"/api/enterprise/merges/{id}", "/api/enterprise/merges/none", false},
		fixture{"/api/enterprise/import/template/{format}", "/api/enterprise/import/template/csv", true},
	)
	a.private = append(a.private, entry.ID, file.ID, "我方企业登记", "我方企业地址", "我方企业联系人")
}

// requestFixture is what an enterprise of ours asks about its accepted entry.
func (a *access) requestFixture(t *testing.T, entry, who string) {
	t.Helper()
	id := a.make(t, "/api/enterprise/entries/"+entry+"/requests", who, `{"kind":"correction","changes":[{"field":"address","after":"我方更正后的地址"}],"text":"我方更正理由"}`)
	a.fixtures = append(a.fixtures, fixture{"/api/enterprise/requests/{id}", "/api/enterprise/requests/" + id, false})
	a.private = append(a.private, id, "我方更正后的地址", "我方更正理由")
}
