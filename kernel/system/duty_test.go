package system_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"linghang/kernel"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func none(*kernel.Kernel) []module.Module { return nil }

type member struct {
	ID          string                `json:"id"`
	Login       string                `json:"login"`
	Name        string                `json:"name"`
	Version     int64                 `json:"version"`
	Memberships []identity.Membership `json:"memberships"`
}

func find(t *testing.T, c *kerneltest.City, login, as string) member {
	t.Helper()
	var page struct {
		Items []member `json:"items"`
	}
	c.Get(t, "/api/system/persons?q="+login, as).Decode(t, &page)
	i := slices.IndexFunc(page.Items, func(m member) bool { return m.Login == login })
	if i < 0 {
		t.Fatalf("there is no %s", login)
	}
	return page.Items[i]
}

// edit gives a person exactly the roles, in organisations of the bureau.
func edit(t *testing.T, c *kerneltest.City, m member, as string, roles ...identity.Role) kerneltest.Reply {
	t.Helper()
	list := ""
	for i, r := range roles {
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf(`{"organisation_id":%q,"role":%q}`, c.Bureau.ID, r)
	}
	return c.Send(t, "PUT", "/api/system/persons/"+m.ID, as, fmt.Sprintf(`{"login":%q,"name":%q,"memberships":[%s]}`, m.Login, m.Name, list),
		"If-Match", fmt.Sprintf("%q", fmt.Sprint(m.Version)))
}

func refused(t *testing.T, r kerneltest.Reply, status int, key string) {
	t.Helper()
	var p struct {
		Key string `json:"key"`
	}
	r.Decode(t, &p)
	if r.Status != status || p.Key != key {
		t.Errorf("got %d %s, want %d %s", r.Status, r.Body, status, key)
	}
}

func provisional(t *testing.T, c *kerneltest.City, who string) string {
	t.Helper()
	var s struct {
		Provisional []identity.Duty `json:"provisional"`
	}
	c.Get(t, "/api/system/session", who).Decode(t, &s)
	return fmt.Sprint(s.Provisional)
}

func TestTheFirstAdministratorStandsInUntilTheOthersAreNamed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, none, o)
		if got := provisional(t, c, "administrator"); got != "[security audit]" {
			t.Errorf("stands in for %s", got)
		}
		if r := c.Get(t, "/api/system/audit", "administrator"); r.Status != http.StatusOK {
			t.Errorf("audit: %d", r.Status)
		}
		c.Cookie(t, "auditor")
		c.Cookie(t, "security_administrator")
		if got := provisional(t, c, "administrator"); got != "[]" {
			t.Errorf("stands in for %s", got)
		}
		body := fmt.Sprintf(`{"login":"mallory","name":"m","password":"a long enough secret","memberships":[{"organisation_id":%q,"role":"officer"}]}`, c.Bureau.ID)
		for path, who := range map[string]string{"/api/system/audit": "administrator", "/api/system/audit?q=x": "security_administrator"} {
			if r := c.Get(t, path, who); r.Status != http.StatusForbidden {
				t.Errorf("%s reads the audit log: %d", who, r.Status)
			}
		}
		for _, who := range []string{"administrator", "auditor"} {
			if r := c.Send(t, "POST", "/api/system/persons", who, body); r.Status != http.StatusForbidden {
				t.Errorf("%s adds a person: %d", who, r.Status)
			}
		}
		if r := c.Send(t, "POST", "/api/system/persons", "security_administrator", body); r.Status != http.StatusCreated {
			t.Errorf("the security administrator adds an officer: %d %s", r.Status, r.Body)
		}
		if r := c.Send(t, "POST", "/api/system/organisations", "security_administrator", `{"kind":"operator","name":{"zh":"某"}}`); r.Status != http.StatusForbidden {
			t.Errorf("the security administrator runs the city: %d", r.Status)
		}
		var duties struct {
			Items []identity.DutyState `json:"items"`
		}
		c.Get(t, "/api/system/duties", "auditor").Decode(t, &duties)
		for _, d := range duties.Items {
			if d.Provisional || len(d.Holders) != 1 {
				t.Errorf("got %+v", d)
			}
		}
	})
}

func TestTheThreeDutiesExcludeEachOther(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, none, o)
		refused(t, edit(t, c, find(t, c, "administrator", "administrator"), "administrator", identity.Administrator, identity.Auditor), http.StatusForbidden, "system.membership.self")
		c.Cookie(t, "security_administrator")
		const as = "security_administrator"
		for _, pair := range [][]identity.Role{
			{identity.Administrator, identity.SecurityAdministrator},
			{identity.Auditor, identity.Officer, identity.SecurityAdministrator},
			{identity.Auditor, identity.Administrator},
		} {
			body := fmt.Sprintf(`{"login":"two-hats","name":"two","password":"a long enough secret","memberships":[{"organisation_id":%q,"role":%q},{"organisation_id":%q,"role":%q}]}`,
				c.Bureau.ID, pair[0], c.Bureau.ID, pair[len(pair)-1])
			refused(t, c.Send(t, "POST", "/api/system/persons", as, body), http.StatusConflict, "system.duty.exclusive")
		}
		c.Cookie(t, "officer")
		officer := find(t, c, "officer", as)
		refused(t, edit(t, c, officer, as, identity.Auditor, identity.Administrator), http.StatusConflict, "system.duty.exclusive")
		if r := edit(t, c, officer, as, identity.Officer, identity.Auditor); r.Status != http.StatusOK {
			t.Errorf("an officer who audits: %d %s", r.Status, r.Body)
		}
		self := find(t, c, as, as)
		refused(t, edit(t, c, self, as, identity.SecurityAdministrator, identity.Officer), http.StatusForbidden, "system.membership.self")
		refused(t, edit(t, c, self, as, identity.SecurityAdministrator, identity.Administrator), http.StatusForbidden, "system.membership.self")
		officer = find(t, c, "officer", as)
		refused(t, edit(t, c, officer, as, identity.Officer), http.StatusConflict, "system.duty.last")
		admin := find(t, c, "administrator", as)
		refused(t, edit(t, c, admin, as, identity.Officer), http.StatusConflict, "system.administrator.last")
		refused(t, c.Send(t, "POST", "/api/system/persons/"+admin.ID+"/password", as, `{"password":"another long secret"}`), http.StatusForbidden, "system.password.refused")
	})
}

func TestNobodyIssuesATokenThatDoesMoreThanThey(t *testing.T) {
	c := kerneltest.Start(t, none)
	c.Cookie(t, "security_administrator")
	c.Cookie(t, "auditor")
	for who, permission := range map[string]string{"administrator": "system.person.edit", "security_administrator": "system.organisation.edit"} {
		r := c.Send(t, "POST", "/api/system/tokens", who, fmt.Sprintf(`{"name":"more","permissions":[%q]}`, permission))
		refused(t, r, http.StatusUnprocessableEntity, "system.token.invalid")
	}
}
