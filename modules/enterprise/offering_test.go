package enterprise

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/enterprise/internal/provider"
)

// toldOfProviders counts the events that the room has told of providers.
func (x *town) toldOfProviders(t *testing.T) int {
	t.Helper()
	rows, err := x.module.kit.DB.Query(t.Context(), `SELECT subject FROM kernel_outbox WHERE subject = 'enterprise.provider.changed'`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestOtherRoomsAreToldWhatProvidersOffer(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		if got := x.toldOfProviders(t); got != 2 {
			t.Errorf("two providers were accepted, and %d events told", got)
		}
		ask := func() enterpriseevent.Offering {
			t.Helper()
			got, err := x.module.Offering(t.Context(), x.theirs)
			if err != nil {
				t.Fatal(err)
			}
			all := 0
			if err := x.module.EachOffering(t.Context(), func(enterpriseevent.Offering) error { all++; return nil }); err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{false: 2, true: 1}[got.Gone]; all != want {
				t.Errorf("%d offer something, want %d", all, want)
			}
			return got
		}
		was := ask()
		if was.Gone || was.EntryID == "" || was.Until.Before(time.Now().AddDate(0, 11, 0)) || len(was.Capabilities) != 1 || was.Capabilities[0].Scenario.ZH == "" ||
			was.Capabilities[0].Technologies[0] != (enterpriseevent.Word{Code: "vision", ZH: "机器视觉", EN: "Machine vision"}) || !slices.Equal(was.Capabilities[0].Industries, []string{"C35"}) {
			t.Errorf("it offers %+v", was)
		}
		var p provider.Detail
		read := func() { t.Helper(); x.do(t, "GET", "/providers/"+x.theirs, "officer", "", 0, http.StatusOK, &p) }
		// What is filed and waits is nothing that others see; what is accepted of it is.
		read()
		x.do(t, "PUT", "/providers/"+x.theirs, "manager-theirs", `{"profile":{"offer":"检验","capabilities":[{"scenario":"quality","text":"检验","technologies":["ai"]}],"promise":24}}`, p.Version, http.StatusOK, nil)
		if got := x.toldOfProviders(t); got != 2 || ask().Capabilities[0].Technologies[0].Code != "vision" {
			t.Errorf("what waits is told: %d", got)
		}
		read()
		x.do(t, "POST", "/providers/"+x.theirs+"/decision", "officer", `{"decision":"accepted"}`, p.Version, http.StatusOK, nil)
		if got := x.toldOfProviders(t); got != 3 || ask().Capabilities[0].Technologies[0].Code != "ai" {
			t.Errorf("what was accepted is not told: %d", got)
		}
		read()
		x.do(t, "POST", "/providers/"+x.theirs+"/suspension", "officer", `{"reason":"投诉"}`, p.Version, http.StatusOK, nil)
		if got := x.toldOfProviders(t); got != 4 || !ask().Gone {
			t.Errorf("a suspension is not told: %d", got)
		}
		if got, err := x.module.Offering(t.Context(), "none"); err != nil || !got.Gone {
			t.Errorf("one that there is not: %+v %v", got, err)
		}
	})
}

func TestOtherRoomsAreToldWhoServesWhom(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		id := x.publish(t, false)
		each := func() (list []enterpriseevent.Agreement) {
			t.Helper()
			if err := x.module.EachAgreement(t.Context(), func(a enterpriseevent.Agreement) error { list = append(list, a); return nil }); err != nil {
				t.Fatal(err)
			}
			return list
		}
		if a, err := x.module.Agreement(t.Context(), id); err != nil || !a.Gone || len(each()) != 0 {
			t.Errorf("before it is agreed: %+v %v", a, err)
		}
		x.agree(t, id)
		a, err := x.module.Agreement(t.Context(), id)
		if err != nil || a.Gone || a.EntryID != x.entry || a.ProviderEntryID == "" || a.ProviderEntryID == x.entry || a.Since.IsZero() || !a.Until.IsZero() {
			t.Errorf("agreed: %+v %v", a, err)
		}
		for _, number := range []string{"1", "2"} {
			x.do(t, "POST", "/needs/"+id+"/milestones/"+number+"/delivery", "manager-theirs", `{"note":"已交付"}`, 0, http.StatusOK, nil)
			x.do(t, "POST", "/needs/"+id+"/milestones/"+number+"/decision", "manager-ours", `{"accept":true}`, 0, http.StatusOK, nil)
		}
		if list := each(); len(list) != 1 || list[0].Until.IsZero() || list[0].AgreementID != id {
			t.Errorf("completed: %+v", list)
		}

		secret := x.publish(t, true)
		x.do(t, "POST", "/needs/"+secret+"/invitations", "manager-ours", fmt.Sprintf(`{"provider_ids":[%q]}`, x.theirs), 0, http.StatusOK, nil)
		x.do(t, "POST", "/needs/"+secret+"/answers", "manager-theirs", fmt.Sprintf(`{"provider_id":%q,"accept":true}`, x.theirs), 0, http.StatusNoContent, nil)
		x.agree(t, secret)
		if a, err := x.module.Agreement(t.Context(), secret); err != nil || !a.Gone || len(each()) != 1 {
			t.Errorf("of a confidential need: %+v %v", a, err)
		}
	})
}
