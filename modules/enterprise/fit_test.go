package enterprise

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/need"
	"linghang/modules/enterprise/internal/provider"
)

// draft begins a need of ours with more fields, as JSON.
func (x *market) draft(t *testing.T, more string, want int) (d need.Detail) {
	t.Helper()
	until := time.Now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
	body := fmt.Sprintf(`{"entry_id":%q,"need":{"title":"轮胎外观缺陷检测","text":"成型线终检靠人工","scenario":"quality","technologies":["vision"],"confidential":false,"reply_until":%q%s}}`, x.entry, until, more)
	if want != http.StatusCreated {
		x.do(t, "POST", "/needs", "manager-ours", body, 0, want, nil)
		return d
	}
	x.do(t, "POST", "/needs", "manager-ours", body, 0, want, &d)
	return d
}

// exec changes the room's tables behind its back.
func (x *market) exec(t *testing.T, query string) {
	t.Helper()
	err := x.module.entries.db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMatchSaysWhoIsNearHasExperienceAndIsKnown(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		of, err := x.module.providers.Named(t.Context(), []string{x.theirs})
		if err != nil {
			t.Fatal(err)
		}
		x.graph.fits = []Fit{{EntryID: of[0].EntryID, Serves: true, Technologies: []string{"机器视觉"}}}
		// Another enterprise of the industry confirms a service; our own do not count.
		other := x.town.enter(t, 9, "同行企业", "")
		for _, code := range []string{other.Code, identity.CompleteUSCC("91370200264574251")} {
			x.do(t, "POST", "/services", "officer", serve(code, of[0].Code, "training", "2026-03-01", x.proof(t, "officer")), 0, http.StatusCreated, nil)
		}
		x.exec(t, `UPDATE service SET state = 'confirmed', counted = TRUE`)
		d := x.draft(t, `,"on_site":true`, http.StatusCreated)
		var s struct{ Items []need.Suggested }
		x.do(t, "GET", "/needs/"+d.ID+"/suggestions", "manager-ours", "", 0, http.StatusOK, &s)
		reasons := map[string]map[string]float64{}
		for _, r := range s.Items[0].Reasons {
			reasons[r.Code] = r.Params
		}
		if s.Items[0].ProviderID != x.theirs || reasons["experience"]["served"] != 1 || reasons["graph"]["serves"] != 1 || reasons["distance"]["same_area"] != 1 {
			t.Errorf("%+v", s.Items)
		}
	})
}

func TestANeedInvitesWhomItNamesWhenItIsPublished(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		both := fmt.Sprintf(`,"invite":[%q,%q]`, x.theirs, x.rivals)
		d := x.draft(t, both, http.StatusCreated)
		if !slices.Equal(d.Invite, []string{x.theirs, x.rivals}) || len(d.Invitations) != 0 {
			t.Fatalf("a draft invites nobody yet: %+v", d)
		}
		var v need.Invitee
		x.do(t, "GET", "/invitees/"+x.rivals, "manager-ours", "", 0, http.StatusOK, &v)
		if !v.Invitable || v.Status != "in_force" {
			t.Errorf("in force: %+v", v)
		}
		var p provider.Detail
		x.do(t, "GET", "/providers/"+x.rivals, "officer", "", 0, http.StatusOK, &p)
		x.do(t, "POST", "/providers/"+x.rivals+"/suspension", "officer", `{"reason":"secret-reason"}`, p.Version, http.StatusOK, nil)
		if body := x.do(t, "GET", "/invitees/"+x.rivals, "manager-ours", "", 0, http.StatusOK, &v); v.Invitable || v.Status != "suspended" || strings.Contains(body, "secret-reason") {
			t.Errorf("suspended: %s", body)
		}
		x.do(t, "POST", "/needs/"+d.ID+"/publication", "manager-ours", "", 0, http.StatusOK, &d)
		if len(d.Invitations) != 1 || d.Invitations[0].ProviderID != x.theirs || len(d.Passed) != 1 || d.Passed[0].ProviderID != x.rivals {
			t.Errorf("published: %+v, passed %+v", d.Invitations, d.Passed)
		}
		if got := x.see(t, d.ID, "manager-theirs"); len(got.Invitations) != 1 || len(got.Invite) != 0 || len(got.Passed) != 0 {
			t.Errorf("who is invited sees %+v", got)
		}
		kinds := []string{}
		for _, s := range d.Steps {
			kinds = append(kinds, string(s.Kind))
		}
		if !slices.Equal(kinds, []string{"invite", "publish"}) {
			t.Errorf("what became of it: %v", kinds)
		}
		// Nobody that there is not, nobody twice, not oneself, not who was never accepted.
		own := x.provides(t, "manager-ours", x.entry, "自己")
		x.exec(t, `UPDATE provider SET state = 'applied' WHERE state = 'suspended'`)
		for _, wrong := range []string{`["nobody"]`, fmt.Sprintf(`[%q,%q]`, x.theirs, x.theirs), fmt.Sprintf(`[%q]`, own), fmt.Sprintf(`[%q]`, x.rivals)} {
			x.draft(t, `,"invite":`+wrong, http.StatusUnprocessableEntity)
		}
		x.do(t, "GET", "/invitees/"+x.rivals, "manager-ours", "", 0, http.StatusNotFound, nil)
	})
}
