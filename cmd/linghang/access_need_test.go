package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// needFixtures are a provider that waits for review with evidence of a case, and a
// confidential need, both of the daughter of ours, and an open need, which everybody reads.
func (a *access) needFixtures(t *testing.T) {
	t.Helper()
	const daughter, door = "daughter.manager", "/api/enterprise"
	var own struct{ Items []created }
	a.Get(t, door+"/providers/mine", daughter).Decode(t, &own)
	r := a.Send(t, "POST", door+"/providers", daughter, fmt.Sprintf(`{"entry_id":%q,"profile":{"offer":"我方服务内容","capabilities":[{"scenario":"quality","text":"检验"}],"cases":[{"title":"我方案例","year":2025,"scenario":"quality"}],"promise":24}}`, own.Items[0].ID))
	if r.Status != http.StatusCreated {
		t.Fatalf("register a provider: %d %s", r.Status, r.Body)
	}
	var p struct {
		ID      string
		Profile struct{ Cases []created }
	}
	r.Decode(t, &p)
	upload := a.Send(t, "POST", door+"/providers/"+p.ID+"/evidence?name=case.txt&case="+p.Profile.Cases[0].ID, daughter, "我方案例佐证", "Content-Type", "text/plain")
	var file created
	if upload.Decode(t, &file); upload.Status != http.StatusCreated {
		t.Fatalf("upload evidence: %d %s", upload.Status, upload.Body)
	}
	publish := func(title string, confidential bool) string {
		t.Helper()
		need := a.make(t, door+"/needs", daughter, fmt.Sprintf(`{"entry_id":%q,"need":{"title":%q,"text":"需求内容","scenario":"quality","confidential":%v,"reply_until":%q}}`, own.Items[0].ID, title, confidential, time.Now().Add(72*time.Hour).UTC().Format(time.RFC3339)))
		if r := a.Send(t, "POST", door+"/needs/"+need+"/publication", daughter, ""); r.Status != http.StatusOK {
			t.Fatalf("publish a need: %d %s", r.Status, r.Body)
		}
		return need
	}
	secret, need := publish("我方保密需求", true), publish("公开的需求", false)
	a.fixtures = append(a.fixtures,
		fixture{door + "/provider-evidence/{id}", door + "/provider-evidence/" + file.ID, false},
		fixture{door + "/invitees/{id}", door + "/invitees/" + a.acceptedProvider(t), true},
		fixture{door + "/providers/{id}", door + "/providers/" + p.ID, false},
		fixture{door + "/needs/{id}/proposals/{provider}", door + "/needs/" + need + "/proposals/" + p.ID, false},
		fixture{door + "/needs/{id}/milestones/{number}", door + "/needs/" + need + "/milestones/1", false},
		fixture{door + "/needs/{id}/suggestions", door + "/needs/" + need + "/suggestions", false},
		fixture{door + "/needs/{id}/scenarios", door + "/needs/" + need + "/scenarios", true},
		fixture{door + "/needs/{id}", door + "/needs/" + need, true},
	)
	a.private = append(a.private, p.ID, file.ID, secret, "我方服务内容", "我方案例", "我方保密需求")
}

// acceptedProvider is a provider of theirs that the bureau accepted: everybody may know of it.
func (a *access) acceptedProvider(t *testing.T) string {
	t.Helper()
	const door = "/api/enterprise"
	accept := func(at string) {
		t.Helper()
		if r := a.Send(t, "POST", at+"/decision", "officer", `{"decision":"accepted"}`, "If-Match", `"1"`); r.Status != http.StatusOK {
			t.Fatalf("accept %s: %d %s", at, r.Status, r.Body)
		}
	}
	entry := a.make(t, door+"/entries", "manager-theirs", `{"code":"91370200264574252H","name":{"zh":"公开的服务商","en":""},"district":"370212","industry":"I65"}`)
	accept(door + "/entries/" + entry)
	provider := a.make(t, door+"/providers", "manager-theirs", fmt.Sprintf(`{"entry_id":%q,"profile":{"offer":"检测","capabilities":[{"scenario":"quality","text":"检测"}],"promise":24}}`, entry))
	accept(door + "/providers/" + provider)
	return provider
}
