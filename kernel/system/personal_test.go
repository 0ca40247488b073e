package system_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

type asked struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Version int64  `json:"version"`
}

func ask(t *testing.T, c *kerneltest.City, who, body string) asked {
	t.Helper()
	var a asked
	r := c.Send(t, "POST", "/api/system/me/requests", who, body)
	if r.Status != http.StatusCreated {
		t.Fatalf("ask: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &a)
	return a
}

func ruling(t *testing.T, c *kerneltest.City, a asked, body string) kerneltest.Reply {
	t.Helper()
	return c.Send(t, "POST", "/api/system/personal-requests/"+a.ID+"/decision", "security_administrator", body, "If-Match", fmt.Sprintf(`"%d"`, a.Version))
}

// found says where the words still are: in the files of the data directory, or
// in any text of any table.
func found(t *testing.T, c *kerneltest.City, dir string, words ...string) (places []string) {
	t.Helper()
	places = kerneltest.Traces(t, dir, words...)
	for _, db := range c.Databases() {
		if db.Dialect() == sqldb.Postgres {
			places = append(places, foundRows(t, db, words)...)
		}
	}
	return places
}

func foundRows(t *testing.T, db *sqldb.DB, words []string) (places []string) {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE'`, db.Room())
	if err != nil {
		t.Fatal(err)
	}
	tables, err := sqldb.All(rows, func(r sqldb.Row) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for _, w := range words {
			var n int
			if err := db.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table+` x WHERE CAST(x AS TEXT) LIKE $1`, "%"+w+"%").Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				places = append(places, db.Room()+"."+table+": "+w)
			}
		}
	}
	return places
}

func TestAPersonIsErasedEverywhereAndTheAuditLogHolds(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		o.Data = t.TempDir()
		c := kerneltest.Start(t, noRooms, o)
		c.Cookie(t, "security_administrator")
		c.Cookie(t, "auditor")
		i := invite(t, c, "manager-ours", `{"role":"viewer","email":"lisi.unique@ours.test"}`)
		body := strings.Replace(strings.Replace(account("lisi.unique"), "李四", "李四独一", 1), `"language"`, `"email":"lisi.unique@ours.test","language"`, 1)
		if r := c.Send(t, "POST", "/api/system/invitation/account", "", body, "X-Invitation-Secret", secretOf(i.Link)); r.Status != http.StatusOK {
			t.Fatalf("join: %d %s", r.Status, r.Body)
		}
		c.SignIn(t, "lisi.unique")
		if r := c.Send(t, "POST", "/api/view/views", "lisi.unique", `{"list":"/api/system/organisations","name":"mine","query":"q=a","shared":true}`); r.Status >= 300 {
			t.Logf("view: %d %s", r.Status, r.Body)
		}
		copied := ask(t, c, "lisi.unique", `{"kind":"copy"}`)
		if r := c.Get(t, "/api/system/me/copy", "lisi.unique"); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("a copy before it was granted: %d", r.Status)
		}
		if r := ruling(t, c, copied, `{"decision":"approve","reason":""}`); faultOf(t, r) != "system.personal.reason" {
			t.Errorf("no reason: %d %s", r.Status, r.Body)
		}
		if r := ruling(t, c, copied, `{"decision":"approve","reason":"本人申请"}`); r.Status != http.StatusOK {
			t.Fatalf("grant the copy: %d %s", r.Status, r.Body)
		}
		for _, format := range []string{"json", "html"} {
			if r := c.Get(t, "/api/system/me/copy?format="+format, "lisi.unique"); !strings.Contains(string(r.Body), "李四独一") || !strings.Contains(string(r.Body), "session") {
				t.Errorf("the copy as %s: %d %.300s", format, r.Status, r.Body)
			}
		}
		if r := c.Send(t, "POST", "/api/system/me/requests", "manager-ours", `{"kind":"erasure"}`); faultOf(t, r) != "system.manager.last" {
			t.Errorf("the last manager asks to be erased: %d %s", r.Status, r.Body)
		}
		if r := c.Send(t, "POST", "/api/system/me/requests", "security_administrator", `{"kind":"erasure"}`); faultOf(t, r) != "system.personal.duty" {
			t.Errorf("who holds a duty alone asks to be erased: %d %s", r.Status, r.Body)
		}
		erase := ask(t, c, "lisi.unique", `{"kind":"erasure","detail":"离职"}`)
		if r := ruling(t, c, erase, `{"decision":"approve","reason":"已离职"}`); r.Status != http.StatusOK {
			t.Fatalf("grant erasure: %d %s", r.Status, r.Body)
		}
		kerneltest.Wait(t, "the erasure", func() bool {
			return strings.Contains(string(c.Get(t, "/api/system/personal-requests?kind=erasure&state=done", "security_administrator").Body), erase.ID)
		})
		if r := c.Send(t, "POST", "/api/system/sign-in", "", `{"login":"lisi.unique","password":"correct horse battery staple"}`); r.Status != http.StatusUnauthorized {
			t.Errorf("the erased person signs in: %d %s", r.Status, r.Body)
		}
		log := string(c.Get(t, "/api/system/audit?limit=500", "auditor").Body)
		if !strings.Contains(log, `"erased":true`) {
			t.Error("the log does not say that somebody was erased")
		}
		if strings.Contains(log, "李四独一") {
			t.Error("the log names who was erased")
		}
		if r := c.Get(t, "/api/system/audit/verification", "auditor"); !strings.Contains(string(r.Body), `"ok":true`) {
			t.Errorf("the chain: %s", r.Body)
		}
		if places := found(t, c, o.Data, "李四独一", "lisi.unique@ours.test"); len(places) > 0 {
			t.Errorf("the person is erased, and there is something in %v", places)
		}
	})
}

func TestWithdrawingConsentClosesTheAccountAndAsksForErasure(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	i := invite(t, c, "manager-ours", `{"role":"viewer"}`)
	if r := c.Send(t, "POST", "/api/system/invitation/account", "", account("li.si"), "X-Invitation-Secret", secretOf(i.Link)); r.Status != http.StatusOK {
		t.Fatalf("join: %d %s", r.Status, r.Body)
	}
	c.SignIn(t, "li.si")
	if r := c.Get(t, "/api/system/me/consents", "li.si"); !strings.Contains(string(r.Body), `"how":"invitation"`) {
		t.Errorf("the consent: %s", r.Body)
	}
	if r := c.Send(t, "POST", "/api/system/me/consents/withdrawal", "manager-ours", ""); faultOf(t, r) != "system.manager.last" {
		t.Errorf("the last manager withdraws: %d %s", r.Status, r.Body)
	}
	if r := c.Send(t, "POST", "/api/system/me/consents/withdrawal", "li.si", ""); r.Status != http.StatusOK {
		t.Fatalf("withdraw: %d %s", r.Status, r.Body)
	}
	if r := c.Get(t, "/api/system/session", "li.si"); r.Status != http.StatusUnauthorized {
		t.Errorf("the session goes on: %d", r.Status)
	}
	if r := c.Get(t, "/api/system/personal-requests?state=open", "administrator"); !strings.Contains(string(r.Body), `"kind":"erasure"`) {
		t.Errorf("nothing was asked: %s", r.Body)
	}
}

func TestEachPurposeHasItsOwnConsent(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	i := invite(t, c, "manager-ours", `{"role":"viewer"}`)
	if r := c.Send(t, "POST", "/api/system/invitation/account", "", account("li.si"), "X-Invitation-Secret", secretOf(i.Link)); r.Status != http.StatusOK {
		t.Fatalf("join: %d %s", r.Status, r.Body)
	}
	c.SignIn(t, "li.si")
	type consent struct {
		Purpose   string `json:"purpose"`
		Version   string `json:"version"`
		Withdrawn string `json:"withdrawn_at"`
	}
	says := func(want ...consent) {
		t.Helper()
		var state struct {
			Consents []consent `json:"consents"`
		}
		c.Get(t, "/api/system/me/consents", "li.si").Decode(t, &state)
		if len(state.Consents) != len(want) {
			t.Fatalf("got %+v, want %+v", state.Consents, want)
		}
		for i, w := range want {
			if got := state.Consents[i]; got.Purpose != w.Purpose || (got.Withdrawn == "") != (w.Withdrawn == "") {
				t.Errorf("consent %d: %+v, want %+v", i, got, w)
			}
		}
	}
	says(consent{Purpose: "account"})
	if r := c.Send(t, "POST", "/api/system/me/consents", "li.si", `{"purpose":"notifications","version":"1999-1"}`); faultOf(t, r) != "system.consent.version" {
		t.Errorf("another version: %d %s", r.Status, r.Body)
	}
	mailed := func() string {
		t.Helper()
		list, err := c.Directory().Members(t.Context(), c.Ours.ID, false, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			if m.Name == "李四" {
				return m.Email
			}
		}
		return "nobody"
	}
	if r := c.Send(t, "PUT", "/api/system/me", "li.si", `{"name":"李四","language":"zh","email":"li@ours.test"}`); r.Status >= 300 {
		t.Fatalf("edit: %d %s", r.Status, r.Body)
	}
	if got := mailed(); got != "li@ours.test" {
		t.Errorf("before, mail goes to %q", got)
	}
	if r := c.Send(t, "POST", "/api/system/me/consents/notifications/withdrawal", "li.si", ""); r.Status >= 300 {
		t.Errorf("no more mail: %d %s", r.Status, r.Body)
	}
	if got := mailed(); got != "" {
		t.Errorf("mail still goes to %q", got)
	}
	says(consent{Purpose: "notifications", Withdrawn: "yes"}, consent{Purpose: "account"})
	if r := c.Get(t, "/api/system/session", "li.si"); r.Status != http.StatusOK {
		t.Errorf("the account: %d", r.Status)
	}
	if r := c.Send(t, "POST", "/api/system/me/consents", "li.si", `{"purpose":"notifications","version":"2026-1"}`); r.Status >= 300 {
		t.Errorf("agree again: %d %s", r.Status, r.Body)
	}
	if got := mailed(); got != "li@ours.test" {
		t.Errorf("afterwards, mail goes to %q", got)
	}
	says(consent{Purpose: "notifications"}, consent{Purpose: "account"})
}
