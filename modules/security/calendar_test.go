package security_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/modules/security"
)

func TestTheCalendarNeedsTwoPersonsOfTheCity(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		city := kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
			return []module.Module{security.New(k.Kit("security"), k.Directory(), nil)}
		}, o)
		const door = "/api/security/calendar"
		year := time.Now().Year() + 1
		var off []string
		for _, day := range []string{"01-01", "05-01", "10-01", "10-02", "10-03"} {
			off = append(off, fmt.Sprintf(`"%d-%s"`, year, day))
		}
		body := fmt.Sprintf(`{"from":"%d-01-01","until":"%d-12-31","source":"测试安排","off":[%s],"work":[]}`, year, year, strings.Join(off, ","))
		want := func(method, path, who, body string, status int, words string) (x struct {
			Until   string
			Entries []struct {
				ID         string
				Confirmed  bool
				MayConfirm bool `json:"may_confirm"`
			}
		},
		) {
			t.Helper()
			r := city.Send(t, method, door+path, who, body)
			if r.Status != status || !strings.Contains(string(r.Body), words) {
				t.Fatalf("%s %s as %s: %d %s", method, path, who, r.Status, r.Body)
			}
			if status < 300 {
				r.Decode(t, &x)
			}
			return x
		}
		before := want("GET", "", "viewer-ours", "", 200, "").Until
		want("POST", "", "manager-ours", body, 403, "kernel.permission")
		want("POST", "", "officer", strings.Replace(body, "01-01\",\"until", "01-32\",\"until", 1), 422, "body.from")
		x := want("POST", "", "officer", body, 201, "")
		if len(x.Entries) != 1 || x.Entries[0].Confirmed || x.Entries[0].MayConfirm || x.Until != before {
			t.Errorf("%+v", x)
		}
		path := "/" + x.Entries[0].ID
		want("POST", path+"/confirmation", "officer", "", 403, "security.second.own_hand")
		if y := want("GET", "", "administrator", "", 200, ""); !y.Entries[0].MayConfirm {
			t.Errorf("%+v", y)
		}
		if y := want("GET", "", "manager-ours", "", 200, ""); len(y.Entries) != 0 {
			t.Errorf("an enterprise reads who brought it: %+v", y)
		}
		x = want("POST", path+"/confirmation", "administrator", "", 200, "")
		if !x.Entries[0].Confirmed || before == fmt.Sprintf("%d-12-31", year-1) && x.Until != fmt.Sprintf("%d-12-31", year) {
			t.Errorf("%+v", x)
		}
		want("DELETE", path, "officer", "", 409, "security.calendar.confirmed")
		want("POST", path+"/confirmation", "administrator", "", 409, "security.second.confirmed")
		city.Audited(t, x.Entries[0].ID)
		y := want("POST", "", "administrator", body, 201, "")
		want("DELETE", "/"+y.Entries[len(y.Entries)-1].ID, "officer", "", 200, "")
	})
}
