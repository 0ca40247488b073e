package platforms

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
)

func TestSilencesAndSilentPlatformsKeepAlertsQuiet(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWatch(t, o)
		for _, id := range []string{x.ours, x.theirs} {
			x.latest(t, id, "api_p95", x.now, 2500)
		}
		x.reported(t, x.theirs, x.now.Add(-time.Hour), x.now.Add(-time.Hour))
		x.set(t, "api_slow", func(r *alert.Rule) { r.For = 0 })
		x.set(t, "platform_silent", func(r *alert.Rule) { r.For = 0 })
		silence := fmt.Sprintf(`{"matchers":[{"name":"alertname","op":"=~","value":"api_.*"},{"name":"platform","op":"=","value":%q}],"to":%q,"reason":"压测"}`, x.ours, x.now.Add(30*time.Minute).Format(time.RFC3339))
		x.send(t, "POST", "/silences", "leader", silence, 0, http.StatusForbidden)
		x.send(t, "POST", "/silences", "officer", strings.Replace(silence, "api_.*", "api_(", 1), 0, http.StatusUnprocessableEntity)
		var s AlertSilence
		x.send(t, "POST", "/silences", "officer", silence, 0, http.StatusCreated).Decode(t, &s)
		if s.State != "active" || s.Author == "" {
			t.Errorf("silence %+v", s)
		}
		x.pass(t, 2*time.Second)
		x.pass(t, time.Minute)
		quiet := func(want string) {
			t.Helper()
			var got []string
			for _, a := range x.alerts(t, "officer", "&state=firing") {
				got = append(got, a.Code+" "+strings.TrimPrefix(a.Platform.ZH, "平台-")+" "+a.Quiet)
			}
			if g := strings.Join(got, ", "); g != want {
				t.Errorf("quiet: %q, want %q", g, want)
			}
		}
		list := x.alerts(t, "officer", "&state=firing")
		if len(list) != 3 {
			t.Fatalf("alerts %+v", list)
		}
		states := map[string]string{}
		for _, a := range list {
			states[a.Code+" "+a.Platform.ZH] = a.Quiet
		}
		if states["api_slow 平台-ours"] != "silenced" || states["api_slow 平台-theirs"] != "inhibited" || states["platform_silent 平台-theirs"] != "" || x.notices(t) != 1 {
			t.Errorf("quiet %v, %d notices", states, x.notices(t))
		}
		x.send(t, "DELETE", "/silences/"+s.ID, "officer", "", 0, http.StatusNoContent)
		x.send(t, "DELETE", "/silences/"+s.ID, "officer", "", 0, http.StatusConflict)
		x.reported(t, x.theirs, x.now, x.now.Add(time.Hour))
		x.pass(t, 6*time.Minute)
		if n := x.notices(t); n != 4 { // two that are heard now, and that the platform reports again
			t.Errorf("%d notices", n)
		}
		x.exec(t, `UPDATE alert SET ended_at = 1, state = 'resolved' WHERE platform_id = $1`, x.theirs)
		quiet("api_slow ours ")
		var page sqldb.Page[AlertSilence]
		x.Get(t, "/api/platforms/alerting/silences?state=expired", "leader").Decode(t, &page)
		if len(page.Items) != 1 || page.Items[0].Reason != "压测" {
			t.Errorf("silences %+v", page.Items)
		}
	})
}

func TestRoutesTakeAlertsInTheirOrder(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWatch(t, o)
		for _, id := range []string{x.ours, x.theirs} {
			x.latest(t, id, "api_p95", x.now, 2500)
		}
		x.set(t, "api_slow", func(r *alert.Rule) { r.For = 0 })
		route := `{"name":{"zh":"接口","en":""},"matchers":[{"name":"alertname","op":"=","value":"api_slow"}],"group_by":["alertname"],"wait":0,"interval":60,"repeat":600,"operator":true,"office":false,"persons":[]}`
		x.send(t, "POST", "/routes", "officer", strings.Replace(route, `"operator":true`, `"operator":false`, 1), 0, http.StatusUnprocessableEntity)
		var r AlertRoute
		x.send(t, "POST", "/routes", "officer", route, 0, http.StatusCreated).Decode(t, &r)
		x.pass(t, time.Second) // without a wait it is told at once, one notice for both
		if x.notices(t) != 1 {
			t.Errorf("%d notices", x.notices(t))
		}
		x.told(t, "manager-ours", "平台-ours")
		x.told(t, "manager-theirs", "平台-theirs")
		if strings.Contains(string(x.Get(t, "/api/notify/inbox", "manager-ours").Body), "平台-theirs") {
			t.Error("one operator is told of the other's platform")
		}
		x.pass(t, 5*time.Minute)
		if x.notices(t) != 1 {
			t.Errorf("%d notices before it is time to repeat", x.notices(t))
		}
		x.pass(t, 6*time.Minute)
		if x.notices(t) != 2 {
			t.Errorf("%d notices after it is time to repeat", x.notices(t))
		}
		x.told(t, "manager-ours", "持续")
		var v alertRoutesView
		x.Get(t, "/api/platforms/alerting/routes", "leader").Decode(t, &v)
		if len(v.Items) != 2 || v.Items[0].ID != r.ID || !v.Items[1].Last {
			t.Errorf("routes %+v", v.Items)
		}
		x.send(t, "DELETE", "/routes/default", "officer", "", 0, http.StatusConflict)
		x.send(t, "PUT", "/routes/"+r.ID, "officer", strings.Replace(route, "接口", "API", 1), 1, http.StatusOK)
		x.send(t, "PUT", "/routes/"+r.ID, "officer", route, 1, http.StatusPreconditionFailed)
		x.send(t, "DELETE", "/routes/"+r.ID, "officer", "", 0, http.StatusNoContent)
	})
}
