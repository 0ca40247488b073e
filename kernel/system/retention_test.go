package system_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/audit"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
)

func TestAuditorsDecideTogetherHowLongTheLogIsKept(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, none, o)
		c.Cookie(t, "officer")
		second := find(t, c, "officer", "administrator")
		if r := edit(t, c, second, "administrator", identity.Auditor); r.Status != http.StatusOK {
			t.Fatalf("name a second auditor: %d %s", r.Status, r.Body)
		}
		c.Cookie(t, "auditor")
		state := func() (s audit.RetentionState) {
			t.Helper()
			c.Get(t, "/api/system/audit/retention", "auditor").Decode(t, &s)
			return s
		}
		if s := state(); s.Days != 0 || s.Least != 180 || s.Proposal != nil {
			t.Errorf("at first: %+v", s)
		}
		propose := func(who, body string) kerneltest.Reply {
			t.Helper()
			return c.Send(t, "POST", "/api/system/audit/retention", who, body)
		}
		refused(t, propose("auditor", `{"days":100,"reason":"room"}`), http.StatusUnprocessableEntity, "system.audit.retention.invalid")
		if r := propose("security_administrator", `{"days":365,"reason":"room"}`); r.Status != http.StatusForbidden {
			t.Errorf("who is no auditor: %d %s", r.Status, r.Body)
		}
		var p audit.Retention
		propose("auditor", `{"days":365,"reason":"room"}`).Decode(t, &p)
		decide := func(who, body string) kerneltest.Reply {
			t.Helper()
			return c.Send(t, "POST", "/api/system/audit/retention/"+p.ID+"/decision", who, body)
		}
		refused(t, decide("auditor", `{"approve":true}`), http.StatusConflict, "system.audit.retention.four_eyes")
		if r := decide("officer", `{"approve":true,"answer":"fine"}`); r.Status != http.StatusOK {
			t.Errorf("the second person confirms: %d %s", r.Status, r.Body)
		}
		if s := state(); s.Days != 365 || len(s.History) != 1 || s.History[0].DecidedByName == "" {
			t.Errorf("afterwards: %+v", s)
		}
		entry := changeOf(t, c, "POST /api/system/audit/retention/{id}/decision")
		if entry.Permission != "system.audit.retain" || entry.Session == "" || entry.Factors != "pwd" || len(entry.Changes) != 1 || entry.Changes[0].Fields[0].After != "in_force" {
			t.Errorf("the record of it: %+v", entry)
		}
	})
}

// changeOf returns the newest entry of an action.
func changeOf(t *testing.T, c *kerneltest.City, action string) audit.Entry {
	t.Helper()
	var page struct {
		Items []audit.Entry `json:"items"`
	}
	c.Get(t, "/api/system/audit?outcome=done&limit=200", "auditor").Decode(t, &page)
	for _, e := range page.Items {
		if e.Action == action {
			return e
		}
	}
	t.Fatalf("there is no entry of %s", action)
	return audit.Entry{}
}

func TestTheLogTellsWhatWasChangedAndNoSecret(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, none, o)
		c.Cookie(t, "auditor")
		text := func(e audit.Entry) string {
			data, err := json.Marshal(e.Changes)
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		r := c.Send(t, "POST", "/api/system/persons", "administrator", `{"login":"new.one","name":"新人","email":"new@ours.test","password":"correct horse battery staple",
			"memberships":[{"organisation_id":"`+c.Ours.ID+`","role":"viewer"}]}`)
		var p member
		r.Decode(t, &p)
		says := text(changeOf(t, c, "POST /api/system/persons"))
		for _, w := range []string{`"act":"added"`, `"after":"新人"`, `"after":"new@ours.test"`, c.Ours.ID + ` viewer`} {
			if !strings.Contains(says, w) {
				t.Errorf("the record of a new person lacks %s: %s", w, says)
			}
		}
		if strings.Contains(says, "correct horse") {
			t.Errorf("the record tells the password: %s", says)
		}
		if r := edit(t, c, p, "administrator", identity.Leader); r.Status != http.StatusOK {
			t.Fatalf("edit: %d %s", r.Status, r.Body)
		}
		says = text(changeOf(t, c, "PUT /api/system/persons/{id}"))
		if !strings.Contains(says, `"before":"[\"`+c.Ours.ID+` viewer\"]"`) || !strings.Contains(says, ` leader`) || strings.Contains(says, `"name":"name"`) {
			t.Errorf("the record of another role: %s", says)
		}
		if r := c.Send(t, "POST", "/api/system/persons/"+p.ID+"/password", "administrator", `{"password":"another horse battery staple"}`); r.Status >= 300 {
			t.Fatalf("password: %d %s", r.Status, r.Body)
		}
		says = text(changeOf(t, c, "POST /api/system/persons/{id}/password"))
		if !strings.Contains(says, `"name":"password","hidden":true`) || strings.Contains(says, "horse") {
			t.Errorf("the record of another password: %s", says)
		}
		if r := c.Send(t, "PUT", "/api/system/organisations/"+c.Ours.ID, "administrator", `{"name":{"zh":"新名","en":"New name"}}`, "If-Match", `"1"`); r.Status != http.StatusOK {
			t.Fatalf("organisation: %d %s", r.Status, r.Body)
		}
		if says = text(changeOf(t, c, "PUT /api/system/organisations/{id}")); !strings.Contains(says, `"name":"name.zh"`) || !strings.Contains(says, `"after":"新名"`) {
			t.Errorf("the record of another name: %s", says)
		}
		if r := c.Get(t, "/api/system/audit/verification", "auditor"); !strings.Contains(string(r.Body), `"ok":true`) {
			t.Errorf("the chain: %s", r.Body)
		}
	})
}
