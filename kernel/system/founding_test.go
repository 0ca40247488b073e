package system_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
)

type invitedOrganisation struct {
	USCC    string `json:"uscc"`
	Outcome string `json:"outcome"`
	Mailed  bool   `json:"mailed"`
	Link    string `json:"link"`
}

// founding is a line that invites the enterprise with a number.
func founding(number int) string {
	return fmt.Sprintf(`{"kind":"enterprise","name":{"zh":"新企业%d","en":""},"uscc":%q,"district":"370212"}`, number, identity.CompleteUSCC(fmt.Sprintf("91370212%09d", number)))
}

func inviteOrganisations(t *testing.T, c *kerneltest.City, lines ...string) []invitedOrganisation {
	t.Helper()
	var v struct {
		Organisations []invitedOrganisation `json:"organisations"`
	}
	r := c.Send(t, "POST", "/api/system/invitations/organisations", "officer", `{"organisations":[`+strings.Join(lines, ",")+`],"note":"欢迎入驻"}`)
	if r.Status != http.StatusOK {
		t.Fatalf("invite organisations: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &v)
	return v.Organisations
}

func TestAnInvitedOrganisationComesToBeWhenSomebodyAccepts(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, noRooms, o)
		sent := inviteOrganisations(t, c, founding(1), founding(2))
		if sent[0].Outcome != "invited" || sent[0].Link == "" || sent[1].Outcome != "invited" {
			t.Fatalf("invited: %+v", sent)
		}
		if again := inviteOrganisations(t, c, founding(1), founding(3)); again[0].Outcome != "open" || again[0].Link != "" || again[1].Outcome != "invited" {
			t.Errorf("one that is invited already, and one that is not: %+v", again)
		}
		secret := secretOf(sent[0].Link)
		with := func(method, path, who, body string) kerneltest.Reply {
			return c.Send(t, method, path, who, body, "X-Invitation-Secret", secret)
		}
		if r := with("GET", "/api/system/invitation", "", ""); !strings.Contains(string(r.Body), "新企业1") || !strings.Contains(string(r.Body), `"founds":true`) || !strings.Contains(string(r.Body), "欢迎入驻") {
			t.Errorf("the invited sees %d %s", r.Status, r.Body)
		}
		if r := c.Get(t, "/api/system/organisations?limit=100", "officer"); strings.Contains(string(r.Body), "新企业1") {
			t.Errorf("there is an organisation before anybody accepted")
		}
		r := with("POST", "/api/system/invitation/account", "", account("wang.wu"))
		if r.Status != http.StatusOK || !strings.Contains(string(r.Body), "新企业1") || !strings.Contains(string(r.Body), `"role":"manager"`) {
			t.Fatalf("accept with a new account: %d %s", r.Status, r.Body)
		}
		if r := c.Get(t, "/api/system/organisations?limit=100", "officer"); !strings.Contains(string(r.Body), sent[0].USCC) {
			t.Errorf("the organisation has not the code: %s", r.Body)
		}
		if r := with("POST", "/api/system/invitation/account", "", account("zhao.liu")); faultOf(t, r) != "system.invitation.used" {
			t.Errorf("the link worked twice: %d %s", r.Status, r.Body)
		}
		if after := inviteOrganisations(t, c, founding(1)); after[0].Outcome != "exists" {
			t.Errorf("one that has joined: %+v", after)
		}
		secret = secretOf(sent[1].Link)
		if r := with("POST", "/api/system/invitation/acceptance", "manager-ours", ""); r.Status != http.StatusOK || !strings.Contains(string(r.Body), "新企业2") {
			t.Fatalf("accept as the manager of another: %d %s", r.Status, r.Body)
		}
		if r := c.Get(t, "/api/system/invitations/organisations?state=accepted", "officer"); !strings.Contains(string(r.Body), sent[0].USCC) || !strings.Contains(string(r.Body), sent[1].USCC) || !strings.Contains(string(r.Body), `"total":2`) {
			t.Errorf("who has accepted: %d %s", r.Status, r.Body)
		}
		kerneltest.Wait(t, "the officer to be told", func() bool {
			return strings.Contains(string(c.Get(t, "/api/notify/inbox", "officer").Body), "加入“新企业1”的邀请已被接受")
		})
	})
}

func TestOnlyTheCitysBureauInvitesOrganisations(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	body := `{"organisations":[` + founding(1) + `]}`
	for _, who := range []string{"manager-ours", "viewer", "leader", "reporter-ours"} {
		if r := c.Send(t, "POST", "/api/system/invitations/organisations", who, body); r.Status != http.StatusForbidden {
			t.Errorf("%s invites: %d %s", who, r.Status, r.Body)
		}
		if r := c.Get(t, "/api/system/invitations/organisations", who); r.Status != http.StatusForbidden {
			t.Errorf("%s reads who is invited: %d", who, r.Status)
		}
	}
	wrong := `{"organisations":[` + founding(1) + `,` + founding(1) + `,{"kind":"park","name":{"zh":"","en":""},"uscc":"91370212000000001X","district":"999999","email":"no address"}]}`
	r := c.Send(t, "POST", "/api/system/invitations/organisations", "officer", wrong)
	for _, at := range []string{"organisations[1].uscc", "organisations[2].name", "organisations[2].uscc", "organisations[2].district", "organisations[2].email"} {
		if !strings.Contains(string(r.Body), "body."+at) {
			t.Errorf("%s is not named: %d %s", at, r.Status, r.Body)
		}
	}
	if r := c.Get(t, "/api/system/invitations/organisations", "officer"); !strings.Contains(string(r.Body), `"total":0`) {
		t.Errorf("some of a list that is wrong were invited: %s", r.Body)
	}
}

func TestAnInvitationOfAnOrganisationIsRenewedRevokedAndWorthWhatTheOfficerMay(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	sent := inviteOrganisations(t, c, founding(1), founding(2), founding(3))
	var list struct {
		Items []struct {
			ID     string `json:"id"`
			Founds struct {
				USCC string `json:"uscc"`
			} `json:"founds"`
		} `json:"items"`
	}
	c.Get(t, "/api/system/invitations/organisations?sort=created_at", "officer").Decode(t, &list)
	ids := map[string]string{}
	for _, i := range list.Items {
		ids[i.Founds.USCC] = i.ID
	}
	opens := func(link string) string {
		r := c.Send(t, "GET", "/api/system/invitation", "", "", "X-Invitation-Secret", secretOf(link))
		if r.Status == http.StatusOK {
			return ""
		}
		return faultOf(t, r)
	}
	var renewed invited
	c.Send(t, "POST", "/api/system/invitations/organisations/"+ids[sent[0].USCC]+"/sending", "officer", "").Decode(t, &renewed)
	if was, is := opens(sent[0].Link), opens(renewed.Link); was != "system.invitation.unknown" || is != "" {
		t.Errorf("the link before opens %q, the new one %q", was, is)
	}
	if r := c.Send(t, "DELETE", "/api/system/invitations/organisations/"+ids[sent[1].USCC], "officer", ""); r.Status != http.StatusNoContent || opens(sent[1].Link) != "system.invitation.used" {
		t.Errorf("revoke: %d %s, the link %q", r.Status, r.Body, opens(sent[1].Link))
	}
	if r := c.Send(t, "DELETE", "/api/system/invitations/"+ids[sent[2].USCC], "administrator", ""); r.Status != http.StatusNotFound {
		t.Errorf("it is revoked by the door of persons' invitations: %d %s", r.Status, r.Body)
	}
	var persons struct {
		Items []struct {
			ID, Login string
		}
	}
	c.Get(t, "/api/system/persons?limit=100", "administrator").Decode(t, &persons)
	for _, p := range persons.Items {
		if p.Login != "officer" {
			continue
		}
		r := c.Get(t, "/api/system/persons/"+p.ID, "administrator")
		body := fmt.Sprintf(`{"login":"officer","name":"officer","memberships":[{"organisation_id":%q,"role":"viewer"}]}`, c.Bureau.ID)
		if r = c.Send(t, "PUT", "/api/system/persons/"+p.ID, "administrator", body, "If-Match", r.Header.Get("ETag")); r.Status != http.StatusOK {
			t.Fatalf("take the role away: %d %s", r.Status, r.Body)
		}
	}
	if got := opens(sent[2].Link); got != "system.invitation.void" {
		t.Errorf("invited by somebody who may not any more: %q", got)
	}
}

func TestOneCodeBecomesOneOrganisationHoweverItJoins(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, noRooms, o)
		sent := inviteOrganisations(t, c, founding(7))
		form := fmt.Sprintf(`{"kind":"enterprise","name":{"zh":"新企业7","en":""},"uscc":%q,"district":"370212","contact_name":"孙七","contact_phone":"0532-1","contact_email":"sun@new.test","login":"sun.qi",
			"password":"correct horse battery staple","language":"zh","consent":%q}`, sent[0].USCC, identity.PurposeOf(identity.ForRegistration).Version)
		var applied struct{ ID string }
		r := c.Send(t, "POST", "/api/system/registration", "", form)
		if r.Status != http.StatusCreated {
			t.Fatalf("apply: %d %s", r.Status, r.Body)
		}
		r.Decode(t, &applied)
		tag := c.Get(t, "/api/system/registrations/"+applied.ID, "officer").Header.Get("ETag")
		var both sync.WaitGroup
		both.Go(func() {
			c.Send(t, "POST", "/api/system/registrations/"+applied.ID+"/decision", "officer", `{"decision":"approve"}`, "If-Match", tag)
		})
		both.Go(func() {
			c.Send(t, "POST", "/api/system/invitation/account", "", account("qian.ba"), "X-Invitation-Secret", secretOf(sent[0].Link))
		})
		both.Wait()
		var list struct {
			Items []struct{ USCC string }
		}
		c.Get(t, "/api/system/organisations?limit=100", "officer").Decode(t, &list)
		n := 0
		for _, i := range list.Items {
			if i.USCC == sent[0].USCC {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d organisations have the code", n)
		}
	})
}
