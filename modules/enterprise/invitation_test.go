package enterprise

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
)

func TestAnEnterpriseThatAcceptsKeepsItsEntry(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		enter := func(number int, contacts string) (e EntryDetail) {
			code := identity.CompleteUSCC(fmt.Sprintf("91370212%09d", number))
			x.do(t, "POST", "/entries", "officer", fmt.Sprintf(`{"code":%q,"name":{"zh":"受邀企业%d","en":""},"district":"370212","industry":"C35","contacts":[%s]}`, code, number, contacts), 0, http.StatusCreated, &e)
			return e
		}
		first, second := enter(1, `{"name":"周九"},{"name":"吴十","email":"wushi@invited.test"}`), enter(2, "")
		kept := x.secretive(t)

		var list struct {
			Items []InvitableEntry
			Total int
		}
		text := x.do(t, "GET", "/invitations", "officer", "", 0, http.StatusOK, &list)
		if list.Total != 2 || strings.Contains(text, "wushi") || !strings.Contains(text, "w***@invited.test") || strings.Contains(text, kept.ID) {
			t.Fatalf("whom nobody keeps: %s", text)
		}
		var out EnterprisesInvited
		invite := func(who string, want int, ids ...string) string {
			t.Helper()
			return x.do(t, "POST", "/invitations", who, fmt.Sprintf(`{"entry_ids":["%s"],"note":"请维护本企业信息"}`, strings.Join(ids, `","`)), 0, want, &out)
		}
		invite("manager-ours", http.StatusForbidden, first.ID)
		if text := invite("officer", http.StatusConflict, first.ID, kept.ID); !strings.Contains(text, "enterprise.invitation.kept") {
			t.Errorf("one that keeps its entry: %s", text)
		}
		invite("officer", http.StatusNotFound, first.ID, "nothing")
		invite("officer", http.StatusOK, first.ID, second.ID)
		if len(out.Enterprises) != 2 || out.Enterprises[0].Outcome != "invited" || out.Enterprises[0].Link == "" {
			t.Fatalf("invited: %+v", out)
		}
		links := map[string]string{}
		for _, i := range out.Enterprises {
			links[i.USCC] = i.Link
		}
		invite("officer", http.StatusOK, second.ID)
		if out.Enterprises[0].Outcome != "open" {
			t.Errorf("invited again: %+v", out)
		}
		x.do(t, "GET", "/invitations?invited=yes&sort=code", "officer", "", 0, http.StatusOK, &list)
		if list.Total != 2 || list.Items[0].State != "open" || list.Items[0].InvitedAt == nil {
			t.Errorf("who is invited: %+v", list)
		}

		_, secret, _ := strings.Cut(links[first.Code], "#")
		r := x.Send(t, "POST", "/api/system/invitation/account", "", `{"login":"zhou.jiu","name":"周九","password":"correct horse battery staple","language":"zh","consent":"2026-1"}`, "X-Invitation-Secret", secret)
		if r.Status != http.StatusOK {
			t.Fatalf("accept: %d %s", r.Status, r.Body)
		}
		x.SignIn(t, "zhou.jiu")
		var mine struct{ ID, Status string }
		kerneltest.Wait(t, "the entry to be the enterprise's", func() bool {
			x.do(t, "GET", "/entries/mine", "zhou.jiu", "", 0, http.StatusOK, &mine)
			return mine.ID == first.ID
		})
		var own EntryDetail
		x.do(t, "GET", "/entries/"+first.ID, "zhou.jiu", "", 0, http.StatusOK, &own)
		if own.Near != "keeper" || len(own.Contacts) != 2 || !own.Mine {
			t.Errorf("the enterprise sees of its own entry: %+v", own)
		}
		x.do(t, "GET", "/invitations", "officer", "", 0, http.StatusOK, &list)
		if list.Total != 1 || list.Items[0].ID != second.ID {
			t.Errorf("whom nobody keeps any more: %+v", list)
		}
		if text := x.do(t, "GET", "/entries/"+first.ID+"/history", "zhou.jiu", "", 0, http.StatusOK, nil); !strings.Contains(text, `"claimed"`) || !strings.Contains(text, `"invited"`) {
			t.Errorf("its history: %s", text)
		}
	})
}

func TestAFileBringsTheContactWhoIsInvited(t *testing.T) {
	code := identity.CompleteUSCC("91370212000000009")
	x := newTown(t, kerneltest.Options{})
	send := func(row string) string {
		r := x.Send(t, "POST", "/api/enterprise/import?name=a.csv", "officer", "code,name_zh,district,industry,contact,phone,email\n"+row, "Content-Type", "text/csv")
		return string(r.Body)
	}
	if text := send(code + ",导入企业,370212,C35,,,no-name@file.test\n"); !strings.Contains(text, "缺少联系人姓名") {
		t.Errorf("an address of nobody: %s", text)
	}
	send(code + ",导入企业,370212,C35,郑一,0532-88880000,zheng@file.test\n")
	if text := x.do(t, "GET", "/invitations", "officer", "", 0, http.StatusOK, nil); !strings.Contains(text, "z***@file.test") {
		t.Errorf("who came by the file: %s", text)
	}
}
