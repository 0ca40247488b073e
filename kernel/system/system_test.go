package system_test

import (
	"net/http"
	"testing"

	"linghang/kernel"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func noRooms(*kernel.Kernel) []module.Module { return nil }

func TestOfficersSeeEveryOrganisationAndOperatorsOnlyTheirOwn(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	count := func(who string) int {
		var page sqldb.Page[identity.Organisation]
		c.Get(t, "/api/system/organisations", who).Decode(t, &page)
		return page.Total
	}
	if got := count("officer"); got != 3 {
		t.Errorf("officer sees %d organisations, want 3", got)
	}
	if got := count("manager-ours"); got != 1 {
		t.Errorf("an operator's manager sees %d organisations, want 1", got)
	}
	if r := c.Get(t, "/api/system/organisations/"+c.Theirs.ID, "manager-ours"); r.Status != http.StatusNotFound {
		t.Errorf("another organisation answered %d %s", r.Status, r.Body)
	}
}

func TestAManagerCannotGiveABureauRoleOrReachOtherOrganisations(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	body := func(org, role string) string {
		return `{"login":"new.person","name":"新人","password":"a long enough secret","memberships":[{"organisation_id":"` + org + `","role":"` + role + `"}]}`
	}
	for _, b := range []string{body(c.Ours.ID, "administrator"), body(c.Theirs.ID, "viewer"), body(c.Bureau.ID, "officer")} {
		if r := c.Send(t, "POST", "/api/system/persons", "manager-ours", b); r.Status != http.StatusForbidden {
			t.Errorf("%s answered %d %s", b, r.Status, r.Body)
		}
	}
	if r := c.Send(t, "POST", "/api/system/persons", "manager-ours", body(c.Ours.ID, "reporter")); r.Status != http.StatusCreated {
		t.Errorf("own reporter: %d %s", r.Status, r.Body)
	}
}
