package enterprise

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/service"
)

// What hangs on an enterprise of the demonstration goes with it: search forgets its needs
// and what it provides, and evidence of services stays only as long as it proves one.
func TestWhatHangsOnARemovedEnterpriseGoesWithIt(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		x.provide(t)
		needed := x.publish(t, false)
		finds := func(q, id string) bool {
			return strings.Contains(string(x.Get(t, "/api/search?q="+q, "officer").Body), id)
		}
		kerneltest.Wait(t, "search to find the need and the provider", func() bool { return finds("终检靠人工", needed) && finds("追溯与检验管理", x.rivals) })
		kept := x.town.enter(t, 1, "留下的企业", "")
		both, alone := x.proof(t, "manager-theirs"), x.proof(t, "manager-theirs")
		ours := identity.CompleteUSCC("91370200264574251")
		var stays, goes service.Detail
		x.do(t, "POST", "/services", "manager-theirs", serve(kept.Code, "", "training", "2026-03-01", both), 0, http.StatusCreated, &stays)
		x.do(t, "POST", "/services", "manager-theirs", serve(ours, "", "training", "2026-03-01", both), 0, http.StatusCreated, &goes)
		x.do(t, "POST", "/services", "manager-theirs", serve(ours, "", "policy", "2026-03-01", alone), 0, http.StatusCreated, nil)
		x.do(t, "DELETE", "/entries/"+x.entry, "officer", "", 0, http.StatusConflict, nil) // it is real

		x.back(t, `UPDATE entry SET synthetic = TRUE WHERE id <> $1`, kept.ID)
		var list struct{ Items []EntryDetail }
		x.do(t, "GET", "/entries", "officer", "", 0, http.StatusOK, &list)
		for _, e := range list.Items {
			if e.Synthetic {
				x.do(t, "DELETE", "/entries/"+e.ID, "officer", "", 0, http.StatusNoContent, nil)
			}
		}
		kerneltest.Wait(t, "search to forget them", func() bool { return !finds("终检靠人工", needed) && !finds("追溯与检验管理", x.rivals) })
		x.do(t, "GET", "/services/"+goes.ID, "officer", "", 0, http.StatusNotFound, nil)
		x.do(t, "GET", "/services/"+stays.ID, "officer", "", 0, http.StatusOK, nil)
		x.do(t, "GET", "/services/evidence/"+both, "officer", "", 0, http.StatusOK, nil)
		x.do(t, "GET", "/services/evidence/"+alone, "officer", "", 0, http.StatusNotFound, nil)
	})
}

// What an organisation of the demonstration files of itself is marked, asked for or not,
// and nobody of the bureau is troubled with it.
func TestASyntheticOrganisationFilesASyntheticEntry(t *testing.T) {
	x := &market{town: newTown(t, kerneltest.Options{})}
	var o struct{ ID string }
	x.send(t, "POST", "/api/system/organisations", "administrator", `{"kind":"enterprise","name":{"zh":"演示企业","en":"Demo"},"synthetic":true}`, &o)
	x.send(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":"demo.manager","name":"演示","password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"manager"}]}`, o.ID), nil)
	x.SignIn(t, "demo.manager")
	var e EntryDetail
	x.do(t, "GET", "/entries/"+x.enter(t, "demo.manager", "91370200264574259", "C35"), "officer", "", 0, http.StatusOK, &e)
	if !e.Synthetic {
		t.Error("the entry is not marked")
	}
	x.provides(t, "demo.manager", e.ID, "演示服务")
	x.enter(t, "manager-theirs", "91370200264574252", "I65") // told of later than the others would be
	var inbox struct{ Items []struct{ Link string } }
	kerneltest.Wait(t, "the bureau to be told of the real one", func() bool {
		x.send(t, "GET", "/api/notify/inbox", "officer", "", &inbox)
		return len(inbox.Items) > 0
	})
	if len(inbox.Items) != 1 || strings.Contains(inbox.Items[0].Link, e.ID) {
		t.Errorf("the bureau is told %+v", inbox.Items)
	}
}
