package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/series"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
)

// watch is a city whose clock of alerts the test turns.
type watch struct {
	*kerneltest.City
	room         *Module
	ours, theirs string // platforms in trial
	now          time.Time
}

func newWatch(t *testing.T, o ...kerneltest.Options) *watch {
	t.Helper()
	x := &watch{now: time.Now().UTC().Truncate(time.Second)}
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.room = New(k.Kit("platforms"), k.Directory())
		x.room.alertsRest = true
		return []module.Module{x.room}
	}, o...)
	for _, who := range []string{"manager-ours", "manager-theirs"} {
		x.Cookie(t, who) // exist from now on, and can be told
	}
	x.ours, x.theirs = x.platform(t, "ours", x.Ours.ID), x.platform(t, "theirs", x.Theirs.ID)
	return x
}

func (x *watch) platform(t *testing.T, code, organisation string) string {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"平台-%s","en":"Platform %s"},"code":%q,"class":"industry","district":"370202","operator_id":%q,"operator_name":{"zh":"某方","en":"Some"}}`, code, code, code, organisation))
	if r.Status != http.StatusCreated {
		t.Fatalf("register: %d %s", r.Status, r.Body)
	}
	var p struct{ ID string }
	r.Decode(t, &p)
	return p.ID
}

func (x *watch) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	err := x.room.kit.DB.Write(sqldb.Alone(t.Context()), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reported says when a platform reported last, and since when it is silent.
func (x *watch) reported(t *testing.T, id string, last, silent time.Time) {
	t.Helper()
	x.exec(t, `UPDATE platform SET last_report_at = $1, late_at = $2, silent_at = $3, told_silent_at = $4, tier = 'R' WHERE id = $5`, last.UnixMilli(), silent.UnixMilli(), silent.UnixMilli(), silent.UnixMilli(), id)
}

func (x *watch) latest(t *testing.T, id, code string, at time.Time, value float64) {
	t.Helper()
	x.exec(t, `INSERT INTO latest (platform_id, code, dims, at, value, revision, method, submission_id) VALUES ($1, $2, '', $3, $4, 1, 'report', 'x')
		ON CONFLICT (platform_id, code, dims) DO UPDATE SET at = excluded.at, value = excluded.value`, id, code, at.UnixMilli(), value)
}

// pass lets time pass, evaluates and tells.
func (x *watch) pass(t *testing.T, d time.Duration) {
	t.Helper()
	x.now = x.now.Add(d)
	if err := x.room.evaluateAlerts(t.Context(), x.now); err != nil {
		t.Fatal(err)
	}
	if err := x.room.tellAlerts(t.Context(), x.now); err != nil {
		t.Fatal(err)
	}
}

func (x *watch) rules(t *testing.T) map[string]AlertRule {
	t.Helper()
	var v alertRulesView
	x.Get(t, "/api/platforms/alerting/rules", "officer").Decode(t, &v)
	rules := map[string]AlertRule{}
	for _, r := range v.Items {
		rules[r.Code] = r
	}
	return rules
}

// set changes a rule as an officer does.
func (x *watch) set(t *testing.T, code string, change func(*alert.Rule)) {
	t.Helper()
	r := x.rules(t)[code]
	r.Enabled = true
	if change != nil {
		change(&r.Rule)
	}
	x.send(t, "PUT", "/rules/"+r.ID, "officer", text(t, r.Rule), r.Version, http.StatusOK)
}

func (x *watch) send(t *testing.T, method, path, who, body string, version int64, want int) kerneltest.Reply {
	t.Helper()
	r := x.Send(t, method, "/api/platforms/alerting"+path, who, body, "If-Match", fmt.Sprintf(`"%d"`, version))
	if r.Status != want {
		t.Fatalf("%s %s by %s: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	return r
}

func (x *watch) alerts(t *testing.T, who, query string) []Alert {
	t.Helper()
	var page sqldb.Page[Alert]
	r := x.Get(t, "/api/platforms/alerting/alerts?sort=rule"+query, who)
	if r.Status != http.StatusOK {
		t.Fatalf("list: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &page)
	return page.Items
}

func (x *watch) detail(t *testing.T, id, who string) alertDetail {
	t.Helper()
	var d alertDetail
	r := x.Get(t, "/api/platforms/alerting/alerts/"+id, who)
	if r.Status != http.StatusOK {
		t.Fatalf("read: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &d)
	return d
}

func (x *watch) told(t *testing.T, who string, words ...string) {
	t.Helper()
	kerneltest.Wait(t, who+" to be told "+strings.Join(words, " "), func() bool {
		body := string(x.Get(t, "/api/notify/inbox", who).Body)
		for _, w := range words {
			if !strings.Contains(body, w) {
				return false
			}
		}
		return true
	})
}

// notices counts what stands in the notification log.
func (x *watch) notices(t *testing.T) (n int) {
	t.Helper()
	if err := x.room.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM alert_notice`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestASilentPlatformIsToldOnceAndWhenItReportsAgain(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWatch(t, o)
		x.reported(t, x.ours, x.now.Add(-time.Hour), x.now.Add(-30*time.Minute))
		x.pass(t, time.Second)
		if list := x.alerts(t, "officer", ""); len(list) != 0 {
			t.Fatalf("rules that are off have alerts: %+v", list)
		}
		x.set(t, "platform_silent", func(r *alert.Rule) { r.For = 60 })
		x.pass(t, time.Minute)
		if list := x.alerts(t, "officer", ""); len(list) != 1 || list[0].State != alert.Pending || list[0].PlatformID != x.ours {
			t.Fatalf("pending: %+v", list)
		}
		x.pass(t, time.Minute) // fires; the group waits for more
		a := x.alerts(t, "manager-ours", "&state=firing")[0]
		if a.Summary.ZH != "平台-ours 已 62 分钟没有报送" || a.Severity != alert.Critical || a.FiredAt == nil || x.notices(t) != 0 {
			t.Errorf("firing: %+v, %d notices", a, x.notices(t))
		}
		x.pass(t, time.Minute)
		x.pass(t, 15*time.Second)
		if x.notices(t) != 1 {
			t.Errorf("%d notices", x.notices(t))
		}
		for _, who := range []string{"manager-ours", "officer"} {
			x.told(t, who, "【严重】平台-ours · 平台停止报送")
		}
		if d := x.detail(t, a.ID, "manager-ours"); len(d.Notices) != 1 || len(d.Notices[0].Told) != 2 || len(d.Steps) != 1 || d.Steps[0].Did != "fired" || !d.MayClaim {
			t.Errorf("detail: %+v", d)
		}
		x.reported(t, x.ours, x.now, x.now.Add(time.Hour))
		x.pass(t, 6*time.Minute)
		x.pass(t, time.Minute)
		if list := x.alerts(t, "officer", ""); len(list) != 1 || list[0].State != alert.Resolved || list[0].EndedAt == nil || x.notices(t) != 2 {
			t.Errorf("resolved: %+v, %d notices", list, x.notices(t))
		}
		x.told(t, "manager-ours", "【已恢复】平台-ours · 平台停止报送")
		x.pass(t, time.Hour)
		var groups int
		if err := x.room.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM alert_group`).Scan(&groups); err != nil || groups != 0 || x.notices(t) != 2 {
			t.Errorf("%d groups are left, %d notices, %v", groups, x.notices(t), err)
		}
	})
}

// Two replicas that both believe it to be their turn, at every step of an alert's
// life: what is kept decides, so that nothing is told twice and nothing forgotten.
func TestASecondEvaluatorTakesOverWithoutTellingTwice(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWatch(t, o)
		x.set(t, "platform_silent", func(r *alert.Rule) { r.For = 60 })
		x.reported(t, x.ours, x.now.Add(-time.Hour), x.now.Add(-30*time.Minute))
		second := *x.room // another replica has nothing but the database in common
		both := func(d time.Duration) {
			t.Helper()
			x.now = x.now.Add(d)
			now := x.now
			var wg sync.WaitGroup
			for _, m := range []*Module{x.room, &second, x.room, &second} {
				wg.Go(func() {
					if err := m.evaluateAlerts(context.WithoutCancel(t.Context()), now); err != nil {
						t.Error(err)
					}
					if err := m.tellAlerts(context.WithoutCancel(t.Context()), now); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		for range 8 {
			both(30 * time.Second)
		}
		list := x.alerts(t, "officer", "")
		if len(list) != 1 || list[0].State != alert.Firing || x.notices(t) != 1 {
			t.Fatalf("%d alerts, %d notices: %+v", len(list), x.notices(t), list)
		}
		if fired := list[0].FiredAt.Sub(list[0].Since); fired != time.Minute {
			t.Errorf("it fired %v after it began to hold", fired)
		}
		x.reported(t, x.ours, x.now, x.now.Add(time.Hour))
		for range 12 {
			both(30 * time.Second)
		}
		if list = x.alerts(t, "officer", ""); len(list) != 1 || list[0].State != alert.Resolved || x.notices(t) != 2 {
			t.Errorf("%d alerts, %d notices: %+v", len(list), x.notices(t), list)
		}
		if steps := x.detail(t, list[0].ID, "officer").Steps; len(steps) != 2 {
			t.Errorf("steps %+v", steps)
		}
		x.told(t, "manager-ours", "【已恢复】")
		var inbox struct {
			Items []struct{ Title struct{ ZH string } }
		}
		x.Get(t, "/api/notify/inbox?limit=100", "manager-ours").Decode(t, &inbox)
		n := 0
		for _, i := range inbox.Items {
			if strings.Contains(i.Title.ZH, "平台停止报送") {
				n++
			}
		}
		if n != 2 {
			t.Errorf("manager-ours was told %d times: %+v", n, inbox.Items)
		}
	})
}

func TestReadyMadeRulesSeeWhatTheyAskFor(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWatch(t, o)
		today := daily.start(x.now)
		for _, id := range []string{x.ours, x.theirs} {
			x.reported(t, id, x.now, x.now.Add(240*time.Hour))
		}
		x.exec(t, `UPDATE platform SET status = 'suspended' WHERE id = $1`, x.theirs) // nobody minds what it does
		for _, id := range []string{x.ours, x.theirs} {
			x.latest(t, id, "api_p95", x.now, 2500)
			x.latest(t, id, "ent_served", today.AddDate(0, 0, -4), 80)
			x.latest(t, id, "user_reg", today.AddDate(0, 0, 2), 80)
			for i, v := range []float64{100, 90, 70, 80} {
				x.exec(t, `INSERT INTO fact (platform_id, code, dims, period_at, revision, value, known_at, method, submission_id) VALUES ($1, 'ent_served', '', $2, 1, $3, 1, 'report', 'x')`, id, today.AddDate(0, 0, i-6).UnixMilli(), v)
			}
			x.exec(t, `INSERT INTO fact (platform_id, code, dims, period_at, revision, value, known_at, method, submission_id) VALUES ($1, 'ent_served', '', $2, 2, 60, 1, 'report', 'x')`, id, today.AddDate(0, 0, -3).UnixMilli())
			x.exec(t, `INSERT INTO finding (id, platform_id, kind, code, other, about, from_at, until_at, severity, weight, state, evidence, found_at, changed_at, version) VALUES ($1, $2, 'unit', 'ent_served', '', 1, 1, 1, 'high', 20, 'open', '{}', 1, 1, 1)`, "F"+id, id)
			x.exec(t, `INSERT INTO finding (id, platform_id, kind, code, other, about, from_at, until_at, severity, weight, state, evidence, found_at, changed_at, version) VALUES ($1, $2, 'late', 'ent_served', '', 1, 1, 1, 'low', 3, 'open', '{}', 1, 1, 1)`, "G"+id, id)
			x.exec(t, `INSERT INTO probe_target (id, platform_id, name, spec, enabled, created_at, next_at, until_at) VALUES ($1, $2, 'portal', '{}', TRUE, 1, 1, $3)`, "T"+id, id, x.now.Add(100*time.Hour).UnixMilli())
			x.exec(t, `INSERT INTO incident (id, target_id, platform_id, began_at, fault, detail) VALUES ($1, $2, $3, $4, 'timeout', '')`, "I"+id, "T"+id, id, x.now.Add(-10*time.Minute).UnixMilli())
		}
		for code := range x.rules(t) {
			x.set(t, code, func(r *alert.Rule) { r.For = 0 })
		}
		x.pass(t, time.Second)
		got := map[string]string{}
		for _, a := range x.alerts(t, "officer", "") {
			if a.PlatformID != x.ours || a.State != alert.Firing {
				t.Errorf("alert %+v", a)
			}
			got[a.Code] += a.Summary.ZH + ";"
		}
		hours := x.now.Sub(today.Add(6*time.Hour)) / time.Hour
		overdue := fmt.Sprintf("平台-ours 的服务企业数逾期 %d 小时;", hours)
		if x.now.Before(today.Add(6 * time.Hour)) {
			overdue = "" // it is still in time
		}
		want := map[string]string{
			"api_slow": "平台-ours 的API时延P95为 2500 毫秒;", "served_falls": "平台-ours 的服务企业数较上一期变化 -14.2857%;",
			"figures_doubted": "平台-ours 有 1 项数据质量问题：疑似单位错误 服务企业数;", "target_down": "平台-ours 的portal已 10 分钟不可用;",
			"certificate_ends": "平台-ours 的portal证书还剩 4 天;", "report_overdue": overdue, "platform_silent": "", "devices_go": "",
		}
		for code := range want {
			if code != "report_overdue" && got[code] != want[code] {
				t.Errorf("%s: %q, want %q", code, got[code], want[code])
			}
		}
		if !strings.Contains(got["report_overdue"], overdue) {
			t.Errorf("overdue: %q, want %q", got["report_overdue"], overdue)
		}
		for _, r := range x.rules(t) {
			if r.Failure != "" || r.EvaluatedAt == nil {
				t.Errorf("rule %s: %+v", r.Code, r)
			}
		}
	})
}

const loadRule = `{"code":"load","name":{"zh":"负载过高","en":""},"kind":"query","severity":"warning","enabled":true,"for":0,"keep":0,"platforms":[],"expr":"iip_data_rate > 5","summary":{"zh":"{{ $labels.platform }} {{ $labels.type }} {{ $value }}","en":""},"labels":{"team":"a"}}`

func (x *watch) samples(t *testing.T, value float64, platforms ...string) {
	t.Helper()
	var list []series.Sample
	for _, id := range platforms {
		list = append(list, series.Sample{Name: "iip_data_rate", Labels: []series.Label{{Name: "platform", Value: id}}, At: x.now.UnixMilli(), Value: value})
	}
	if _, err := x.room.kit.Series.Append(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func TestQueriesAlertInsideTheRoomAndForWhoMaySeeThem(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWatch(t, o)
		x.samples(t, 7, x.ours, x.theirs)
		for _, bad := range []string{"", "sum(", "iip_x[5m]", "1", `\"a\"`} {
			body := strings.Replace(loadRule, "iip_data_rate > 5", bad, 1)
			if r := x.send(t, "POST", "/rules", "officer", body, 0, http.StatusUnprocessableEntity); !strings.Contains(string(r.Body), "body.expr") {
				t.Errorf("%s: %s", bad, r.Body)
			}
		}
		var preview alertPreview
		x.send(t, "POST", "/preview", "officer", loadRule, 0, http.StatusOK).Decode(t, &preview)
		if preview.Holds != 2 || len(preview.Items) != 2 || preview.Failure != "" || !strings.HasSuffix(preview.Items[0].Summary.ZH, " 7") {
			t.Errorf("preview %+v", preview)
		}
		x.send(t, "POST", "/rules", "manager-ours", loadRule, 0, http.StatusForbidden)
		x.send(t, "POST", "/rules", "officer", loadRule, 0, http.StatusCreated)
		x.send(t, "POST", "/rules", "officer", loadRule, 0, http.StatusConflict)
		sum := strings.NewReplacer(`"load"`, `"sum"`, "iip_data_rate > 5", "sum(iip_data_rate) > 5").Replace(loadRule)
		x.send(t, "POST", "/rules", "officer", sum, 0, http.StatusCreated)
		x.pass(t, time.Second)
		if list := x.alerts(t, "officer", ""); len(list) != 3 || list[0].Labels["team"] != "a" || list[2].PlatformID != "" {
			t.Fatalf("alerts %+v", list)
		}
		mine := x.alerts(t, "manager-ours", "")
		if len(mine) != 1 || mine[0].PlatformID != x.ours {
			t.Fatalf("the operator sees %+v", mine)
		}
		if r := x.Get(t, "/api/platforms/alerting/alerts/"+mine[0].ID, "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("another operator reads it: %d", r.Status)
		}
		var curve alertCurve
		x.Get(t, "/api/platforms/alerting/alerts/"+mine[0].ID+"/curve", "manager-ours").Decode(t, &curve)
		if len(curve.Points) == 0 || curve.Points[len(curve.Points)-1][1] != 7 || curve.Bound == nil || *curve.Bound != 5 || curve.Op != ">" {
			t.Errorf("curve %+v", curve)
		}
		for _, who := range []string{"manager-ours", "viewer-ours", "reporter-ours"} {
			for _, path := range []string{"/rules", "/silences", "/routes"} {
				x.send(t, "GET", path, who, "", 0, http.StatusForbidden)
			}
		}
		x.pass(t, time.Minute)
		x.told(t, "manager-theirs", "平台-theirs")
		if body := string(x.Get(t, "/api/notify/inbox", "manager-theirs").Body); strings.Contains(body, "平台-ours") {
			t.Error("an operator is told of another's platform")
		}
		var counts alertCounts
		x.Get(t, "/api/platforms/alerting/summary", "officer").Decode(t, &counts)
		if counts.Warning != 3 || counts.Unclaimed != 3 || counts.Critical != 0 {
			t.Errorf("counts %+v", counts)
		}
		x.set(t, "load", func(r *alert.Rule) { r.Enabled = false })
		if list := x.alerts(t, "officer", "&state=firing"); len(list) != 1 {
			t.Errorf("of a rule that is off: %+v", list)
		}
		x.send(t, "DELETE", "/rules/"+x.rules(t)["sum"].ID, "officer", "", 0, http.StatusNoContent)
		x.send(t, "DELETE", "/rules/"+x.rules(t)["api_slow"].ID, "officer", "", 0, http.StatusConflict)
		if list := x.alerts(t, "officer", "&state=resolved"); len(list) != 3 {
			t.Errorf("history: %+v", list)
		}
	})
}

func TestAQueryIsNarrowedToTheRulesPlatforms(t *testing.T) {
	x := newWatch(t)
	x.samples(t, 7, x.ours, x.theirs)
	body := strings.Replace(loadRule, `"platforms":[]`, fmt.Sprintf(`"platforms":[%q]`, x.ours), 1)
	body = strings.Replace(body, "iip_data_rate > 5", `iip_data_rate > 5 or iip_data_rate{platform!=\"\"} > 5`, 1)
	x.send(t, "POST", "/rules", "officer", body, 0, http.StatusCreated)
	x.pass(t, time.Second)
	if list := x.alerts(t, "officer", ""); len(list) != 1 || list[0].PlatformID != x.ours {
		t.Errorf("alerts %+v", list)
	}
	x.send(t, "POST", "/rules", "officer", strings.NewReplacer(`"load"`, `"other"`, `"platforms":[]`, `"platforms":["none"]`).Replace(loadRule), 0, http.StatusUnprocessableEntity)
}

func TestAnAlertIsClaimedReleasedAndClosedWithAReason(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWatch(t, o)
		x.latest(t, x.ours, "api_p95", x.now, 2500)
		x.set(t, "api_slow", func(r *alert.Rule) { r.For = 0 })
		x.pass(t, time.Second)
		a := x.alerts(t, "manager-ours", "")[0]
		path := "/alerts/" + a.ID
		x.send(t, "POST", path+"/claim", "viewer-ours", "", 1, http.StatusForbidden)
		x.send(t, "POST", path+"/claim", "manager-theirs", "", 1, http.StatusNotFound)
		x.send(t, "POST", path+"/release", "manager-ours", "", 1, http.StatusConflict)
		var d alertDetail
		x.send(t, "POST", path+"/claim", "manager-ours", "", 1, http.StatusOK).Decode(t, &d)
		if d.Claimed == "" || !d.Mine || d.MayClaim || !d.MayGiveUp || d.Version != 2 {
			t.Errorf("claimed: %+v", d)
		}
		x.send(t, "POST", path+"/claim", "officer", "", 1, http.StatusPreconditionFailed)
		x.send(t, "POST", path+"/claim", "officer", "", 2, http.StatusOK) // taken over
		x.send(t, "POST", path+"/release", "officer", "", 3, http.StatusOK)
		x.send(t, "POST", path+"/close", "officer", `{"reason":" "}`, 4, http.StatusUnprocessableEntity)
		x.send(t, "POST", path+"/close", "officer", `{"reason":"压测"}`, 4, http.StatusOK)
		x.send(t, "POST", path+"/claim", "officer", "", 5, http.StatusConflict)
		x.pass(t, time.Minute) // it holds still, and fires no more
		if list := x.alerts(t, "officer", ""); len(list) != 1 || list[0].State != alert.Closed || list[0].EndedAt != nil {
			t.Fatalf("closed: %+v", list)
		}
		x.latest(t, x.ours, "api_p95", x.now, 100)
		x.pass(t, time.Minute)
		x.latest(t, x.ours, "api_p95", x.now, 3000)
		x.pass(t, time.Minute)
		if list := x.alerts(t, "officer", "&state=firing"); len(list) != 1 || list[0].ID == a.ID {
			t.Errorf("a new time: %+v", list)
		}
		d = x.detail(t, a.ID, "officer")
		var did []string
		for _, s := range d.Steps {
			did = append(did, s.Did)
		}
		if strings.Join(did, " ") != "fired claimed claimed released closed" || d.Steps[4].Reason != "压测" || d.EndedAt == nil {
			t.Errorf("steps %+v", d.Steps)
		}
		r := x.Send(t, "POST", "/api/remark/objects/platforms.alert/"+a.ID+"/comments", "manager-ours", `{"body":"已联系厂商"}`)
		if r.Status != http.StatusCreated && r.Status != http.StatusOK {
			t.Errorf("comment: %d %s", r.Status, r.Body)
		}
		if r := x.Get(t, "/api/remark/objects/platforms.alert/"+a.ID+"/comments", "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("another operator reads comments: %d", r.Status)
		}
		x.Audited(t, a.ID)
		if err := x.room.alerts.forget(t.Context(), x.now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if list := x.alerts(t, "officer", ""); len(list) != 1 {
			t.Errorf("after forgetting: %+v", list)
		}
	})
}

func TestARuleThatCannotBeEvaluatedSaysSoAndKeepsItsAlerts(t *testing.T) {
	x := newWatch(t)
	x.latest(t, x.ours, "api_p95", x.now, 2500)
	x.set(t, "api_slow", func(r *alert.Rule) { r.For = 0 })
	x.pass(t, time.Second)
	x.samples(t, 7, x.ours)
	x.send(t, "POST", "/rules", "officer", strings.Replace(loadRule, "iip_data_rate > 5", "iip_data_rate * on(platform) group_left() {platform=~\\\".+\\\"} > 0 ", 1), 0, http.StatusCreated)
	r := x.rules(t)["load"]
	failed := outcome{failure: "the store is away", took: time.Second}
	if _, err := x.room.alerts.apply(t.Context(), r, failed, x.now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	slow := x.rules(t)["api_slow"]
	if _, err := x.room.alerts.apply(t.Context(), slow, failed, x.now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if r = x.rules(t)["load"]; r.Failure != "the store is away" || r.TookMs != 1000 {
		t.Errorf("rule %+v", r)
	}
	if list := x.alerts(t, "officer", "&state=firing"); len(list) != 1 {
		t.Errorf("alerts %+v", list)
	}
	// A late outcome of before changes nothing.
	if turn, err := x.room.alerts.apply(t.Context(), slow, outcome{}, x.now); err != nil || !turn.Empty() {
		t.Errorf("late: %+v, %v", turn, err)
	}
}

func text(t *testing.T, r alert.Rule) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
