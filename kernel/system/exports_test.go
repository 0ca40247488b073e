package system_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/export"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

const organisations = "/api/system/organisations?export=csv"

// releases is a city in which one person takes two rows away alone; it has three organisations.
func releases(t *testing.T, o kerneltest.Options) *kerneltest.City {
	t.Helper()
	o.ExportAlone = 2
	c := kerneltest.Start(t, none, o)
	for _, who := range []string{"officer", "leader", "auditor", "security_administrator"} {
		c.Cookie(t, who)
	}
	return c
}

func askFor(t *testing.T, c *kerneltest.City, who, path string) (r export.LargeExport) {
	t.Helper()
	said := c.Send(t, "POST", "/api/system/exports", who, fmt.Sprintf(`{"path":%q,"reason":"annual report"}`, path))
	if said.Status != http.StatusCreated {
		t.Fatalf("ask for %s: %d %s", path, said.Status, said.Body)
	}
	said.Decode(t, &r)
	return r
}

func decideOn(t *testing.T, c *kerneltest.City, r export.LargeExport, who, body string) kerneltest.Reply {
	t.Helper()
	return c.Send(t, "POST", "/api/system/exports/"+r.ID+"/decision", who, body)
}

func approve(t *testing.T, c *kerneltest.City, r export.LargeExport) {
	t.Helper()
	if said := decideOn(t, c, r, "security_administrator", `{"approve":true}`); said.Status != http.StatusOK {
		t.Fatalf("approve: %d %s", said.Status, said.Body)
	}
}

func TestALargeDownloadNeedsASecondPersonAndGoesOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := releases(t, o)
		refused(t, c.Get(t, organisations, "officer"), http.StatusForbidden, "kernel.export.second")
		if r := c.Get(t, organisations+"&q="+url.QueryEscape("我方"), "officer"); r.Status != http.StatusOK {
			t.Errorf("a small download: %d %s", r.Status, r.Body)
		}
		r := askFor(t, c, "officer", organisations+"&lang=en")
		if r.Rows != 3 || r.State != export.Open || r.Path != "/api/system/organisations" || r.Query != "" {
			t.Errorf("it is asked for %+v", r)
		}
		refused(t, c.Get(t, organisations, "officer"), http.StatusForbidden, "kernel.export.second")
		if said := decideOn(t, c, r, "leader", `{"approve":true}`); said.Status != http.StatusForbidden {
			t.Errorf("whose duty it is not decides: %d %s", said.Status, said.Body)
		}
		approve(t, c, r)
		refused(t, decideOn(t, c, r, "security_administrator", `{"approve":true}`), http.StatusConflict, "system.export.state")
		refused(t, c.Get(t, organisations, "leader"), http.StatusForbidden, "kernel.export.second")
		refused(t, c.Get(t, organisations+"&other=1", "officer"), http.StatusForbidden, "kernel.export.second")

		got := c.Get(t, organisations, "officer")
		if got.Status != http.StatusOK || strings.Count(string(got.Body), "\n") != 3 {
			t.Fatalf("the approved download: %d %s", got.Status, got.Body)
		}
		refused(t, c.Get(t, organisations, "officer"), http.StatusForbidden, "kernel.export.second")
		for action, want := range map[string]string{
			"POST /api/system/exports": `rows=3`, "POST /api/system/exports/{id}/decision": "state=approved", "GET /api/system/organisations": "used_rows=3",
		} {
			if said := changesOf(changeOf(t, c, action)); !strings.Contains(said, want) {
				t.Errorf("the record of %s: %s, want %s", action, said, want)
			}
		}
	})
}

// changesOf is what an entry says that fields became.
func changesOf(e audit.Entry) string {
	var b strings.Builder
	for _, change := range e.Changes {
		for _, f := range change.Fields {
			fmt.Fprintf(&b, "%s=%s ", f.Name, f.After)
		}
	}
	return b.String()
}

func TestWhoTakesTheirOwnRowsAwayNeedsNobody(t *testing.T) {
	c := releases(t, kerneltest.Options{})
	for _, who := range []string{"manager-ours", "reporter-ours", "viewer-ours"} {
		c.Cookie(t, who)
	}
	if r := c.Get(t, "/api/system/persons?export=csv", "manager-ours"); r.Status != http.StatusOK || strings.Count(string(r.Body), "\n") != 3 {
		t.Errorf("three persons of an enterprise: %d %s", r.Status, r.Body)
	}
	alone := func(who string) (s struct {
		Alone int `json:"export_alone"`
	},
	) {
		c.Get(t, "/api/system/session", who).Decode(t, &s)
		return s
	}
	if ours, officer := alone("manager-ours").Alone, alone("officer").Alone; ours != 0 || officer != 2 {
		t.Errorf("an enterprise is told %d, an officer %d", ours, officer)
	}
	refused(t, c.Send(t, "POST", "/api/system/exports", "manager-ours", `{"path":"/api/system/persons","reason":"x"}`), http.StatusConflict, "system.export.free")
}

func TestWhatCannotBeAskedForIsRefused(t *testing.T) {
	c := releases(t, kerneltest.Options{})
	asks := func(who, body string) kerneltest.Reply { return c.Send(t, "POST", "/api/system/exports", who, body) }
	for _, path := range []string{"https://elsewhere.test/api/system/organisations", "//elsewhere.test/api", "organisations", "/api/system/session", "/api/nowhere"} {
		refused(t, asks("officer", fmt.Sprintf(`{"path":%q,"reason":"x"}`, path)), http.StatusUnprocessableEntity, "system.export.path")
	}
	refused(t, asks("officer", `{"path":"/api/system/organisations?q=Our","reason":"x"}`), http.StatusConflict, "system.export.free")
	refused(t, asks("officer", `{"path":"/api/system/organisations","reason":" "}`), http.StatusUnprocessableEntity, "system.export.reason")
	refused(t, asks("officer", `{"path":"/api/system/audit","reason":"x"}`), http.StatusForbidden, "kernel.permission")

	own := askFor(t, c, "security_administrator", organisations)
	refused(t, decideOn(t, c, own, "security_administrator", `{"approve":true}`), http.StatusConflict, "system.export.four_eyes")
	r := askFor(t, c, "officer", organisations)
	refused(t, asks("officer", `{"path":"/api/system/organisations?export=xlsx","reason":"x"}`), http.StatusConflict, "system.export.twice")
	refused(t, decideOn(t, c, r, "security_administrator", `{"approve":false}`), http.StatusUnprocessableEntity, "system.export.answer")
	if said := decideOn(t, c, r, "security_administrator", `{"approve":false,"answer":"too much"}`); said.Status != http.StatusOK {
		t.Errorf("return: %d %s", said.Status, said.Body)
	}
	refused(t, c.Get(t, organisations, "officer"), http.StatusForbidden, "kernel.export.second")
	refused(t, c.Send(t, "POST", "/api/system/my-exports/"+r.ID+"/withdrawal", "officer", ""), http.StatusConflict, "system.export.state")
	refused(t, c.Send(t, "POST", "/api/system/my-exports/"+own.ID+"/withdrawal", "officer", ""), http.StatusNotFound, "kernel.not_found")

	for i := range 20 {
		r = askFor(t, c, "officer", fmt.Sprintf("/api/system/organisations?other=%d", i))
	}
	refused(t, asks("officer", `{"path":"/api/system/organisations?other=x","reason":"x"}`), http.StatusConflict, "system.export.many")
	if said := c.Send(t, "POST", "/api/system/my-exports/"+r.ID+"/withdrawal", "officer", ""); said.Status != http.StatusOK {
		t.Errorf("withdraw: %d %s", said.Status, said.Body)
	}
	askFor(t, c, "officer", "/api/system/organisations?other=x")
	count := func(who, list string) int {
		var page sqldb.Page[export.LargeExport]
		c.Get(t, "/api/system/"+list, who).Decode(t, &page)
		return page.Total
	}
	if n := count("auditor", "exports"); n != 23 {
		t.Errorf("an auditor sees %d requests", n)
	}
	if n := count("officer", "my-exports?state=open"); n != 20 {
		t.Errorf("the officer has %d open requests", n)
	}
	if n := count("officer", "my-exports?address="+url.QueryEscape("/api/system/organisations?lang=zh&other=x&export=csv")); n != 1 {
		t.Errorf("the officer has %d requests of one list", n)
	}
	if n := count("leader", "my-exports"); n != 0 {
		t.Errorf("the leader has %d requests", n)
	}
}

func TestAnApprovalEnds(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := releases(t, o)
		r := askFor(t, c, "officer", organisations)
		approve(t, c, r)
		age(t, c, 24*time.Hour)
		refused(t, c.Get(t, organisations, "officer"), http.StatusForbidden, "kernel.export.second")
		r = askFor(t, c, "officer", organisations) // the one that is over does not stand in the way
		age(t, c, 7*24*time.Hour)
		refused(t, decideOn(t, c, r, "security_administrator", `{"approve":true}`), http.StatusConflict, "system.export.state")
		var page sqldb.Page[export.LargeExport]
		c.Get(t, "/api/system/exports?state=expired", "auditor").Decode(t, &page)
		if len(page.Items) != 2 || page.Items[0].State != export.Expired {
			t.Errorf("expired: %+v", page)
		}
	})
}

// age lets so much time go by for what is open.
func age(t *testing.T, c *kerneltest.City, by time.Duration) {
	t.Helper()
	for _, db := range c.Databases() {
		if db.Room() != "system" {
			continue
		}
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE export_request SET expires_at = expires_at - $1 WHERE expires_at > $2`, by.Milliseconds(), time.Now().UnixMilli())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneApprovalIsOneDownloadHoweverManyCome(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := releases(t, o)
		approve(t, c, askFor(t, c, "officer", organisations))
		var (
			wg   sync.WaitGroup
			mu   sync.Mutex
			went int
		)
		for range 6 {
			wg.Go(func() {
				if r := c.Get(t, organisations, "officer"); r.Status == http.StatusOK {
					mu.Lock()
					went++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if went != 1 {
			t.Errorf("%d downloads went by one approval", went)
		}
	})
}

func TestATokenGoesByTheApprovalOfItsOwner(t *testing.T) {
	c := releases(t, kerneltest.Options{})
	said := c.Send(t, "POST", "/api/system/tokens", "administrator", fmt.Sprintf(`{"name":"program","organisation_id":%q,"permissions":["system.organisation.view"]}`, c.Bureau.ID))
	var token struct{ Secret string }
	said.Decode(t, &token)
	take := func() kerneltest.Reply {
		return c.Send(t, "GET", organisations, "", "", "Authorization", "Bearer "+token.Secret)
	}
	refused(t, take(), http.StatusForbidden, "kernel.export.second")
	refused(t, c.Send(t, "POST", "/api/system/exports", "", `{"path":"/api/system/organisations","reason":"x"}`, "Authorization", "Bearer "+token.Secret), http.StatusForbidden, "system.export.person")
	approve(t, c, askFor(t, c, "administrator", organisations))
	if r := take(); r.Status != http.StatusOK {
		t.Errorf("by the approval of its owner: %d %s", r.Status, r.Body)
	}
	refused(t, take(), http.StatusForbidden, "kernel.export.second")
}
