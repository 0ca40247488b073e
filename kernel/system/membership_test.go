package system_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

type invited struct {
	ID     string `json:"id"`
	State  string `json:"state"`
	Mailed bool   `json:"mailed"`
	Link   string `json:"link"`
}

func invite(t *testing.T, c *kerneltest.City, who, body string) invited {
	t.Helper()
	var i invited
	r := c.Send(t, "POST", "/api/system/invitations", who, body)
	if r.Status != http.StatusCreated {
		t.Fatalf("invite: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &i)
	return i
}

// secretOf is the end of an invitation's link.
func secretOf(link string) string {
	_, secret, _ := strings.Cut(link, "#")
	return secret
}

func account(login string) string {
	return fmt.Sprintf(`{"login":%q,"name":"李四","password":"correct horse battery staple","language":"zh","consent":"2026-1"}`, login)
}

func faultOf(t *testing.T, r kerneltest.Reply) string {
	t.Helper()
	var p struct {
		Key string `json:"key"`
	}
	r.Decode(t, &p)
	return p.Key
}

func TestAnInvitationMakesAnAccountOnceAndTheMemberLeaves(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, noRooms, o)
		i := invite(t, c, "manager-ours", `{"role":"reporter","email":"li@ours.test","note":"欢迎"}`)
		if i.Mailed || i.Link == "" {
			t.Fatalf("without a mail server the link is shown: %+v", i)
		}
		secret := secretOf(i.Link)
		with := func(method, path, who, body string) kerneltest.Reply {
			return c.Send(t, method, path, who, body, "X-Invitation-Secret", secret)
		}
		if r := with("GET", "/api/system/invitation", "", ""); !strings.Contains(string(r.Body), "我方平台公司") || !strings.Contains(string(r.Body), "填报员") {
			t.Errorf("the invited sees %d %s", r.Status, r.Body)
		}
		if r := c.Send(t, "POST", "/api/system/invitations", "manager-ours", `{"role":"reporter","email":"li@ours.test"}`); faultOf(t, r) != "system.invitation.twice" {
			t.Errorf("invited twice: %d %s", r.Status, r.Body)
		}
		if r := with("POST", "/api/system/invitation/account", "", strings.Replace(account("li.si"), "2026-1", "", 1)); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.consent") {
			t.Errorf("without consent: %d %s", r.Status, r.Body)
		}
		if r := with("POST", "/api/system/invitation/account", "", account("manager-ours")); faultOf(t, r) != "system.login.taken" {
			t.Errorf("a login that is taken: %d %s", r.Status, r.Body)
		}
		r := with("POST", "/api/system/invitation/account", "", account("li.si"))
		if r.Status != http.StatusOK || !strings.Contains(string(r.Body), "我方平台公司") {
			t.Fatalf("make an account: %d %s", r.Status, r.Body)
		}
		if r := with("POST", "/api/system/invitation/account", "", account("li.wu")); faultOf(t, r) != "system.invitation.used" {
			t.Errorf("the link worked twice: %d %s", r.Status, r.Body)
		}
		c.SignIn(t, "li.si")
		if r := c.Send(t, "POST", "/api/system/me/leave", "li.si", fmt.Sprintf(`{"organisation_id":%q}`, c.Ours.ID)); !strings.Contains(string(r.Body), `"need":"join"`) {
			t.Errorf("left: %d %s", r.Status, r.Body)
		}
		if r := c.Get(t, "/api/system/organisations", "li.si"); faultOf(t, r) != "kernel.no_organisation" {
			t.Errorf("who belongs nowhere reads organisations: %d %s", r.Status, r.Body)
		}
		again := invite(t, c, "manager-ours", `{"role":"viewer"}`)
		secret = secretOf(again.Link)
		if r := with("POST", "/api/system/invitation/acceptance", "li.si", ""); !strings.Contains(string(r.Body), `"need":""`) || !strings.Contains(string(r.Body), "viewer") {
			t.Errorf("back with an account: %d %s", r.Status, r.Body)
		}
		kerneltest.Wait(t, "the manager to be told", func() bool {
			return strings.Contains(string(c.Get(t, "/api/notify/inbox", "manager-ours").Body), "的邀请已被接受")
		})
	})
}

func TestInvitationsAreWorthWhatTheInviterMayDo(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	refused := func(who, want, body string) {
		t.Helper()
		if r := c.Send(t, "POST", "/api/system/invitations", who, body); faultOf(t, r) != want {
			t.Errorf("%s %s: %d %s", who, body, r.Status, r.Body)
		}
	}
	refused("manager-ours", "system.membership.refused", `{"role":"officer"}`)
	refused("manager-ours", "kernel.not_found", fmt.Sprintf(`{"role":"viewer","organisation_id":%q}`, c.Theirs.ID))
	refused("manager-ours", "system.invitation.email", `{"role":"viewer","email":"Li <li@ours.test>"}`)
	refused("reporter-ours", "kernel.permission", `{"role":"viewer"}`)

	open := invite(t, c, "manager-ours", `{"role":"manager"}`)
	gone := invite(t, c, "manager-ours", `{"role":"viewer"}`)
	if r := c.Send(t, "DELETE", "/api/system/invitations/"+gone.ID, "manager-ours", ""); r.Status != http.StatusNoContent {
		t.Errorf("revoke: %d %s", r.Status, r.Body)
	}
	if r := c.Send(t, "GET", "/api/system/invitation", "", "", "X-Invitation-Secret", secretOf(gone.Link)); faultOf(t, r) != "system.invitation.used" {
		t.Errorf("a revoked link: %d %s", r.Status, r.Body)
	}
	var renewed invited
	c.Send(t, "POST", "/api/system/invitations/"+open.ID+"/sending", "manager-ours", "").Decode(t, &renewed)
	if r := c.Send(t, "GET", "/api/system/invitation", "", "", "X-Invitation-Secret", secretOf(open.Link)); faultOf(t, r) != "system.invitation.unknown" {
		t.Errorf("the link before: %d %s", r.Status, r.Body)
	}
	if r := c.Send(t, "POST", "/api/system/invitation/account", "", account("second.manager"), "X-Invitation-Secret", secretOf(renewed.Link)); r.Status != http.StatusOK {
		t.Fatalf("the renewed link: %d %s", r.Status, r.Body)
	}
	c.SignIn(t, "second.manager")
	late := invite(t, c, "second.manager", `{"role":"viewer"}`)
	if r := c.Send(t, "POST", "/api/system/me/leave", "second.manager", fmt.Sprintf(`{"organisation_id":%q}`, c.Ours.ID)); r.Status != http.StatusOK {
		t.Fatalf("leave: %d %s", r.Status, r.Body)
	}
	if r := c.Send(t, "GET", "/api/system/invitation", "", "", "X-Invitation-Secret", secretOf(late.Link)); faultOf(t, r) != "system.invitation.void" {
		t.Errorf("invited by somebody who left: %d %s", r.Status, r.Body)
	}
}

func TestAnInvitationIsMailedAndOneOrganisationSendsSoManyADay(t *testing.T) {
	mail := kerneltest.StartMail(t, "none")
	c := kerneltest.Start(t, noRooms, kerneltest.Options{Rooms: map[string]json.RawMessage{"notify": json.RawMessage(`{"mail":` + mail.Settings("none") + `}`)}})
	i := invite(t, c, "manager-ours", `{"role":"viewer","email":"li@ours.test","language":"zh"}`)
	if !i.Mailed || i.Link != "" {
		t.Errorf("the link is shown though it is mailed: %+v", i)
	}
	link := regexp.MustCompile(`/invitation#([A-Za-z0-9_-]+)`)
	secret := ""
	kerneltest.Wait(t, "the mail", func() bool {
		for _, l := range mail.Letters("li@ours.test") {
			if found := link.FindStringSubmatch(l.Text); found != nil {
				secret = found[1]
			}
		}
		return secret != ""
	})
	if r := c.Send(t, "POST", "/api/system/invitation/refusal", "", "", "X-Invitation-Secret", secret); r.Status != http.StatusNoContent {
		t.Errorf("decline: %d %s", r.Status, r.Body)
	}
	for n := 1; n < 100; n++ {
		invite(t, c, "manager-ours", fmt.Sprintf(`{"role":"viewer","email":"li%d@ours.test"}`, n))
	}
	if r := c.Send(t, "POST", "/api/system/invitations", "manager-ours", `{"role":"viewer"}`); r.Status != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("the 101st in a day: %d %s", r.Status, r.Body)
	}
	invite(t, c, "manager-theirs", `{"role":"viewer"}`)
}

func TestRightsEndWithTheMembershipInOpenStreamsToo(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	c.Cookie(t, "manager-ours")
	var persons struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	c.Cookie(t, "viewer-ours")
	c.Get(t, "/api/system/persons?q=viewer-ours", "manager-ours").Decode(t, &persons)
	ended := c.Stream(t, "/api/live", "viewer-ours")
	r := c.Send(t, "DELETE", "/api/system/organisations/"+c.Ours.ID+"/members/"+persons.Items[0].ID, "manager-ours", "")
	if r.Status != http.StatusNoContent {
		t.Fatalf("remove: %d %s", r.Status, r.Body)
	}
	<-ended
	if r := c.Get(t, "/api/system/organisations", "viewer-ours"); r.Status != http.StatusUnauthorized {
		t.Errorf("the session of who was removed: %d %s", r.Status, r.Body)
	}
}
