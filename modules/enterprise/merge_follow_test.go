package enterprise

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/need"
	"linghang/modules/enterprise/internal/policy"
	"linghang/modules/enterprise/internal/provider"
)

// assessed counts results of a ladder that an entry has, and all of the ladder.
func (x *market) assessed(t *testing.T, ladder, entry string) (of, all int) {
	t.Helper()
	var page struct {
		Items []struct {
			EntryID string `json:"entry_id"`
		}
		Total int
	}
	x.do(t, "GET", "/cultivation/results?limit=200&ladder="+ladder, "officer", "", 0, http.StatusOK, &page)
	for _, r := range page.Items {
		if r.EntryID == entry {
			of++
		}
	}
	return of, page.Total
}

func TestWhatAnEnterpriseDidFollowsAMergeAndComesBack(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		run := func(ladder string) {
			x.do(t, "POST", "/cultivation/runs", "officer", fmt.Sprintf(`{"ladder":%q,"year":%d}`, ladder, time.Now().Year()), 0, http.StatusOK, nil)
		}
		run("growth") // before the other entry was there: these results move
		var survivor EntryDetail
		x.do(t, "POST", "/entries", "officer", fmt.Sprintf(`{"code":%q,"name":{"zh":"同一家企业","en":""},"district":"370212","industry":"C35"}`, identity.CompleteUSCC("91370200000000123")), 0, http.StatusCreated, &survivor)
		run("specialised") // both are assessed: the survivor's holds
		wanted := x.publish(t, true)
		ours := x.provides(t, "manager-ours", x.entry, "设备运维服务")
		var p policy.Policy
		x.do(t, "POST", "/policies", "officer", fmt.Sprintf(small, "2099-01-01T00:00:00Z"), 0, http.StatusCreated, &p)
		x.do(t, "POST", "/policies/"+p.ID+"/publication", "officer", "", p.Version, http.StatusOK, nil)
		var a policy.ClaimDetail
		apply := func(entry string, want int, v any) {
			x.do(t, "POST", "/policies/"+p.ID+"/applications", "manager-ours", fmt.Sprintf(`{"entry_id":%q}`, entry), 0, want, v)
		}
		apply(x.entry, http.StatusCreated, &a)
		growth, _ := x.assessed(t, "growth", x.entry)
		special, specialAll := x.assessed(t, "specialised", survivor.ID)
		if growth == 0 || special == 0 {
			t.Fatalf("nothing was assessed: %d, %d", growth, special)
		}

		at := func(entry string) {
			t.Helper()
			if d := x.see(t, wanted, "manager-ours"); d.EntryID != entry || d.Side != "owner" {
				t.Errorf("the need is of %s, seen as %s", d.EntryID, d.Side)
			}
			var d provider.Detail
			if x.do(t, "GET", "/providers/"+ours, "manager-ours", "", 0, http.StatusOK, &d); d.EntryID != entry || d.Status != "in_force" {
				t.Errorf("the provider is of %s, %s", d.EntryID, d.Status)
			}
			var c policy.ClaimDetail
			if x.do(t, "GET", "/policy-applications/"+a.ID, "manager-ours", "", 0, http.StatusOK, &c); c.EntryID != entry || c.Side != "applicant" {
				t.Errorf("the application is of %s, seen as %s", c.EntryID, c.Side)
			}
			if n, _ := x.assessed(t, "growth", entry); n != growth {
				t.Errorf("%s has %d results of growth, want %d", entry, n, growth)
			}
		}
		at(x.entry)
		var m mergedView
		x.do(t, "POST", "/merges", "officer", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q,"take":[]}`, survivor.ID, x.entry), 0, http.StatusCreated, &m)
		at(survivor.ID)
		// One enterprise stands on a rung once, is a provider once, and applies once.
		if n, all := x.assessed(t, "specialised", survivor.ID); n != special || all != specialAll-special {
			t.Errorf("%d of %d results after the merge, were %d of %d", n, all, special, specialAll)
		}
		x.do(t, "POST", "/providers", "manager-ours", fmt.Sprintf(`{"entry_id":%q,"profile":{"offer":"又一次","capabilities":[{"scenario":"quality","text":"检验","industries":["C35"],"pricing":"project","price_from":10,"price_to":50}],"promise":24,"capacity":5}}`, survivor.ID), 0, http.StatusConflict, nil)
		apply(survivor.ID, http.StatusConflict, nil)
		// What the organisation begins now is its own, too.
		var since need.Detail
		x.do(t, "POST", "/needs", "manager-ours", fmt.Sprintf(`{"entry_id":%q,"need":{"title":"合并后的需求","text":"轮胎检测","scenario":"quality","confidential":false,"reply_until":%q}}`, survivor.ID, time.Now().Add(72*time.Hour).UTC().Format(time.RFC3339)), 0, http.StatusCreated, &since)

		x.do(t, "POST", "/merges/"+m.ID+"/undo", "officer", "", 0, http.StatusNoContent, nil)
		at(x.entry)
		if d := x.see(t, since.ID, "manager-ours"); d.EntryID != x.entry {
			t.Errorf("what was begun since is of %s", d.EntryID)
		}
		if n, all := x.assessed(t, "specialised", survivor.ID); n != special || all != specialAll {
			t.Errorf("%d of %d results after undoing, were %d of %d", n, all, special, specialAll)
		}
		for _, list := range []string{"/providers?limit=200", "/needs?limit=200", "/policy-applications?limit=200"} {
			var page struct {
				Items []struct {
					EntryID string `json:"entry_id"`
				}
			}
			x.do(t, "GET", list, "officer", "", 0, http.StatusOK, &page)
			for _, i := range page.Items {
				if i.EntryID == survivor.ID {
					t.Errorf("%s: something stayed with the survivor", list)
				}
			}
		}
	})
}
