package platforms

import (
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/modules/platforms/platformsevent"
)

func TestOtherRoomsAreToldOfPlatformsAtWork(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		var p credentials
		s.Send(t, "POST", "/api/platforms", "manager-ours", `{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","industry":"C26","district":"370202"}`).Decode(t, &p)
		see := func() platformsevent.Listed {
			t.Helper()
			v, err := s.room.Listed(t.Context(), p.ID)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		among := func() (found bool) {
			t.Helper()
			err := s.room.EachListed(t.Context(), func(v platformsevent.Listed) error { found = found || v.PlatformID == p.ID; return nil })
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		if v := see(); !v.Gone || v.NameZH != "" || among() {
			t.Errorf("one that applied is told: %+v", v)
		}
		for i, to := range []string{"reviewed", "trial"} {
			s.Send(t, "POST", "/api/platforms/"+p.ID+"/status", "officer", fmt.Sprintf(`{"to":%q,"reason":"材料齐全"}`, to), "If-Match", fmt.Sprintf(`"%d"`, i+1))
		}
		if v := see(); v.Gone || v.Operator != s.Ours.ID || v.Industry != "C26" || v.NameEN != "Rubber" || !among() {
			t.Errorf("in trial it is %+v", v)
		}
		r := s.Send(t, "PUT", "/api/platforms/"+p.ID, "manager-ours", `{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","industry":"C29","district":"370202"}`, "If-Match", `"3"`)
		var n int
		if err := s.room.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM kernel_outbox WHERE subject = 'platforms.platform.changed'`).Scan(&n); err != nil || n != 1 || r.Status != http.StatusOK || see().Industry != "C29" {
			t.Errorf("an edit: %d, %d events, %v, %+v", r.Status, n, err, see())
		}
		s.Send(t, "POST", "/api/platforms/"+p.ID+"/status", "officer", `{"to":"retired","reason":"停止运营"}`, "If-Match", `"4"`)
		if v := see(); !v.Retired || among() {
			t.Errorf("retired it is %+v", v)
		}
	})
}
