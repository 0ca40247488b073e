package platforms_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/modules/platforms"
)

// exchange is a city in which "ours" has two platforms and "theirs" looks.
type exchange struct {
	*kerneltest.City
	first, second string
}

func newExchange(t *testing.T, o kerneltest.Options) *exchange {
	t.Helper()
	c := kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		return []module.Module{platforms.New(k.Kit("platforms"), k.Directory())}
	}, o)
	x := &exchange{City: c}
	add := func(code, class string) string {
		var p struct{ ID string }
		r := c.Send(t, "POST", "/api/platforms", "manager-ours", fmt.Sprintf(`{"name":{"zh":"橡胶云 %s","en":"Rubber %s"},"code":%q,"class":%q,"district":"370202","contact":{"name":"李四","phone":"0532-88","email":"li@ours.test"}}`, code, code, code, class))
		if r.Status != http.StatusCreated {
			t.Fatalf("register: %d %s", r.Status, r.Body)
		}
		r.Decode(t, &p)
		return p.ID
	}
	x.first, x.second = add("first", "industry"), add("second", "region")
	return x
}

type rule struct {
	ID, State, Cedar string
	Custom           bool
	Version          int64
}

func (x *exchange) draft(t *testing.T, who, more, audience string) rule {
	t.Helper()
	body := fmt.Sprintf(`{"title":{"zh":"与合作方共享","en":"With partners"},"noun":"platforms/platform","purpose":"产业链分析","until":%q,"audience":{"organisations":[],"kinds":[],"districts":[],%s}%s}`,
		time.Now().Add(90*24*time.Hour).Format(time.RFC3339), audience, more)
	body = strings.Replace(body, `"organisations":[],"kinds":[],"districts":[],"organisations"`, `"kinds":[],"districts":[],"organisations"`, 1)
	body = strings.Replace(body, `"kinds":[],"districts":[],"kinds"`, `"districts":[],"kinds"`, 1)
	r := x.Send(t, "POST", "/api/share/rules", who, body)
	if r.Status != http.StatusCreated {
		t.Fatalf("draft: %d %s", r.Status, r.Body)
	}
	var v rule
	r.Decode(t, &v)
	return v
}

func (x *exchange) act(t *testing.T, id, what, who, body string, want int) rule {
	t.Helper()
	r := x.Send(t, "POST", "/api/share/rules/"+id+"/"+what, who, body)
	if r.Status != want {
		t.Fatalf("%s as %s: %d %s", what, who, r.Status, r.Body)
	}
	var v rule
	if want < 300 {
		r.Decode(t, &v)
	}
	return v
}

// sees says everywhere whether a stranger finds a platform: page, list, export,
// indicators, series and search.
func (x *exchange) sees(t *testing.T, id string, want bool) {
	t.Helper()
	const who = "viewer-theirs"
	status := http.StatusNotFound
	if want {
		status = http.StatusOK
	}
	for _, path := range []string{"", "/indicators", "/series?code=dev_connected"} {
		if r := x.Get(t, "/api/platforms/"+id+path, who); r.Status != status {
			t.Errorf("%s reads %s: %d %s", who, path, r.Status, r.Body)
		}
	}
	for _, path := range []string{"/api/platforms?limit=500", "/api/platforms?export=csv", "/api/share/objects", "/api/share/objects?export=csv"} {
		if r := x.Get(t, path, who); strings.Contains(string(r.Body), id) != want {
			t.Errorf("%s reads %s: %s", who, path, r.Body)
		}
	}
	kerneltest.Wait(t, "search to agree", func() bool {
		return strings.Contains(string(x.Get(t, "/api/search?q=%E6%A9%A1%E8%83%B6%E4%BA%91", who).Body), id) == want
	})
}

func TestWhatIsSharedIsSeenAndWhatEndedIsNot(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newExchange(t, o)
		x.sees(t, x.first, false)
		r := x.draft(t, "manager-ours", `,"filters":{"class":["industry"]}`, `"organisations":["`+x.Theirs.ID+`"]`)
		if r.State != "draft" || !strings.Contains(r.Cedar, `resource.owner == Organisation::"`+x.Ours.ID+`"`) || !strings.Contains(r.Cedar, `["industry"].contains(resource.class)`) {
			t.Errorf("drafted %+v", r)
		}
		x.sees(t, x.first, false)
		if r = x.act(t, r.ID, "submission", "manager-ours", "{}", http.StatusOK); r.State != "in_force" {
			t.Errorf("submitted %+v", r)
		}
		x.sees(t, x.first, true)
		x.sees(t, x.second, false)
		body := string(x.Get(t, "/api/platforms/"+x.first, "manager-theirs").Body)
		if strings.Contains(body, "李四") || strings.Contains(body, "li@ours.test") || !strings.Contains(body, `"shared":true`) {
			t.Errorf("a shared platform says %s", body)
		}
		figure := "code,period,value\ndev_connected," + time.Now().AddDate(0, 0, -2).Format(time.DateOnly) + ",870\n"
		if r := x.Send(t, "POST", "/api/platforms/"+x.first+"/backfill", "manager-ours", figure, "Content-Type", "text/csv"); r.Status != http.StatusOK {
			t.Fatalf("back-fill: %d %s", r.Status, r.Body)
		}
		origin := string(x.Get(t, "/api/platforms/"+x.first+"/origin?code=dev_connected", "viewer-theirs").Body)
		if !strings.Contains(origin, `"value":870`) || !strings.Contains(origin, `"own":false`) || strings.Contains(origin, "receipt") || strings.Contains(origin, "sender") {
			t.Errorf("the origin of a shared figure: %s", origin)
		}
		for _, c := range [][3]string{
			{"PUT", "", `{"name":{"zh":"改","en":"x"},"class":"industry","district":"370202"}`}, {"POST", "/keys", `{"kind":"push"}`}, {"GET", "/submissions", ""}, {"POST", "/backfill", ""},
		} {
			if r := x.Send(t, c[0], "/api/platforms/"+x.first+c[1], "manager-theirs", c[2], "If-Match", `"1"`); r.Status != http.StatusNotFound {
				t.Errorf("a shared platform takes %s %s: %d", c[0], c[1], r.Status)
			}
		}
		// What the rule asks of an object is asked anew when the object changes.
		x.Send(t, "PUT", "/api/platforms/"+x.first, "manager-ours", `{"name":{"zh":"橡胶云 first","en":"Rubber first"},"class":"region","district":"370202"}`, "If-Match", `"1"`)
		x.sees(t, x.first, false)
		x.Send(t, "PUT", "/api/platforms/"+x.first, "manager-ours", `{"name":{"zh":"橡胶云 first","en":"Rubber first"},"class":"industry","district":"370202"}`, "If-Match", `"2"`)
		x.sees(t, x.first, true)
		for _, who := range []string{"manager-theirs", "viewer-ours"} {
			if r := x.Send(t, "POST", "/api/share/rules/"+r.ID+"/end", who, "{}"); r.Status != http.StatusForbidden && r.Status != http.StatusNotFound {
				t.Errorf("%s ends the rule: %d", who, r.Status)
			}
		}
		x.act(t, r.ID, "end", "manager-ours", `{"reason":"合作结束"}`, http.StatusOK)
		x.sees(t, x.first, false)
		x.act(t, r.ID, "submission", "manager-ours", "{}", http.StatusConflict)
		var v struct{ Versions []struct{ Act string } }
		x.Get(t, "/api/share/rules/"+r.ID, "manager-ours").Decode(t, &v)
		if fmt.Sprint(v.Versions) != "[{ended} {submitted} {drafted}]" {
			t.Errorf("the versions are %v", v.Versions)
		}
	})
}

func TestTheCitysRulesNeedASecondPersonAndForbidWins(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newExchange(t, o)
		if r := x.Send(t, "POST", "/api/share/rules", "manager-ours", fmt.Sprintf(`{"title":{"zh":"全市","en":"City"},"noun":"platforms/platform","city":true,"purpose":"x","until":%q,"audience":{"organisations":[],"kinds":["operator"],"districts":[]}}`,
			time.Now().Add(time.Hour).Format(time.RFC3339))); r.Status != http.StatusForbidden {
			t.Errorf("a manager drafts a rule of the city: %d %s", r.Status, r.Body)
		}
		r := x.draft(t, "security_administrator", `,"city":true`, `"kinds":["operator"]`)
		if r = x.act(t, r.ID, "submission", "security_administrator", "{}", http.StatusOK); r.State != "proposed" {
			t.Errorf("submitted %+v", r)
		}
		x.sees(t, x.first, false)
		x.act(t, r.ID, "decision", "security_administrator", `{"approve":true}`, http.StatusConflict)
		x.act(t, r.ID, "decision", "leader", `{"approve":true}`, http.StatusOK)
		x.sees(t, x.first, true)

		ban := x.draft(t, "security_administrator", `,"city":true`, `"kinds":["operator"]`)
		policy := func(text string, want int) string {
			body, _ := json.Marshal(map[string]string{"cedar": text})
			var now rule
			x.Get(t, "/api/share/rules/"+ban.ID, "security_administrator").Decode(t, &now)
			a := x.Send(t, "PUT", "/api/share/rules/"+ban.ID+"/policy", "security_administrator", string(body), "If-Match", fmt.Sprintf(`"%d"`, now.Version))
			if a.Status != want {
				t.Fatalf("policy %q: %d %s", text, a.Status, a.Body)
			}
			return string(a.Body)
		}
		for text, where := range map[string]string{
			"forbid (principal, action == Action::\"view\", resource is platforms::platform)\nwhen { resource.class = 1 };":     "line 2, column",
			"forbid (principal, action == Action::\"view\", resource is platforms::platform) when { resource.tlp == \"red\" };": "there is no resource.tlp",
			"forbid (principal, action == Action::\"edit\", resource is platforms::platform);":                                  "write action ==",
			"forbid (principal, action == Action::\"view\", resource);":                                                         "resource is platforms::platform",
			"permit (":  "line 1, column",
			"not cedar": "line 1, column",
		} {
			if body := policy(text, http.StatusUnprocessableEntity); !strings.Contains(body, where) {
				t.Errorf("%q is refused with %s", text, body)
			}
		}
		policy(`forbid (principal, action == Action::"view", resource is platforms::platform) when { resource.class == "industry" };`, http.StatusOK)
		x.act(t, ban.ID, "submission", "security_administrator", "{}", http.StatusOK)
		x.act(t, ban.ID, "decision", "leader", `{"approve":true}`, http.StatusOK)
		x.sees(t, x.first, false)
		x.sees(t, x.second, true)
		x.explains(t, ban.ID)
	})
}

// explains asks why, and finds the question in the audit log.
func (x *exchange) explains(t *testing.T, ban string) {
	t.Helper()
	var e struct {
		Sees  bool
		By    string
		Why   struct{ ZH string }
		Rules []struct {
			RuleID string `json:"rule_id"`
			Says   string
			Why    struct{ ZH string }
		}
	}
	path := "/api/share/explanation?kind=platforms/platform&organisation=" + x.Theirs.ID + "&object="
	x.Get(t, path+x.first, "security_administrator").Decode(t, &e)
	if e.Sees || e.By != "none" || !strings.Contains(e.Why.ZH, "禁止") || len(e.Rules) != 2 {
		t.Errorf("the explanation is %+v", e)
	}
	for _, r := range e.Rules {
		if want := map[bool]string{true: "forbids", false: "permits"}[r.RuleID == ban]; r.Says != want || r.Why.ZH == "" {
			t.Errorf("rule %s says %s because %s", r.RuleID, r.Says, r.Why.ZH)
		}
	}
	if x.Get(t, path+x.second, "manager-ours").Decode(t, &e); !e.Sees || e.By != "rule" {
		t.Errorf("the explanation is %+v", e)
	}
	if r := x.Get(t, path+x.first, "manager-theirs"); r.Status != http.StatusNotFound {
		t.Errorf("a stranger asks who sees our platform: %d %s", r.Status, r.Body)
	}
	if !strings.Contains(string(x.Get(t, "/api/system/audit?q=explanation", "auditor").Body), `"outcome":"read"`) {
		t.Error("the audit log does not know who asked")
	}
}

func TestLiveNoticesFollowTheRules(t *testing.T) {
	x := newExchange(t, kerneltest.Options{})
	r := x.draft(t, "manager-ours", "", `"organisations":["`+x.Theirs.ID+`"]`)
	x.act(t, r.ID, "submission", "manager-ours", "{}", http.StatusOK)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	watch := func() *bufio.Scanner {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, x.URL+"/api/live?topics=platforms.list", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Cookie", x.Cookie(t, "viewer-theirs"))
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatalf("a shared platform's change is not told: %v", err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		lines := bufio.NewScanner(resp.Body)
		lines.Scan()
		return lines
	}
	version := 1
	edit := func() {
		a := x.Send(t, "PUT", "/api/platforms/"+x.first, "manager-ours", `{"name":{"zh":"改名","en":"Renamed"},"class":"industry","district":"370202"}`, "If-Match", fmt.Sprintf(`"%d"`, version))
		if a.Status != http.StatusOK {
			t.Fatalf("edit: %d %s", a.Status, a.Body)
		}
		version++
	}
	// A stream ends when what its person may do has changed, as that of who has just
	// come does; a browser comes back.
	var lines *bufio.Scanner
	for told := false; !told; {
		lines = watch()
		edit()
		for !told && lines.Scan() {
			told = strings.Contains(lines.Text(), x.first)
		}
	}
	x.act(t, r.ID, "end", "manager-ours", "{}", http.StatusOK)
	// A notice about an own platform marks where in the stream we are.
	markers := 0
	mark := func() (others int) {
		markers++
		var own struct{ ID string }
		a := x.Send(t, "POST", "/api/platforms", "manager-theirs", fmt.Sprintf(`{"name":{"zh":"自己的","en":"Own"},"code":"own%d","class":"industry","district":"370202"}`, markers))
		if a.Status != http.StatusCreated {
			t.Fatalf("register: %d %s", a.Status, a.Body)
		}
		a.Decode(t, &own)
		for lines.Scan() && !strings.Contains(lines.Text(), own.ID) {
			if strings.Contains(lines.Text(), x.first) {
				others++
			}
		}
		return others
	}
	mark()
	edit()
	if mark() > 0 {
		t.Error("after the end of the rule a change is told")
	}
}
