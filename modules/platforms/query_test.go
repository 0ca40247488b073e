package platforms

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// grafana asks the query API by forms, as Grafana's data source does: who may make
// tokens with one, the others as their browsers do.
func (s *site) grafana(t *testing.T, who, path string, form url.Values, into any) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/platforms/prometheus/api/v1/"+path, strings.NewReader(form.Encode()))
	if slices.Contains([]string{"metadata", "alerts", "status/buildinfo"}, path) || strings.HasPrefix(path, "label/") {
		req = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/platforms/prometheus/api/v1/"+path+"?"+form.Encode(), nil)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.showWho(t, req, who)
	r := s.Do(req)
	if r.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, r.Status, r.Body)
	}
	answer := struct{ Data any }{into}
	r.Decode(t, &answer)
}

func (s *site) showWho(t *testing.T, req *http.Request, who string) {
	t.Helper()
	r := s.Send(t, "POST", "/api/system/tokens", who, `{"name":"Grafana","permissions":["platforms.view","platforms.alert.view"]}`)
	if r.Status != http.StatusCreated {
		req.Header.Set("Cookie", s.Cookie(t, who))
		req.Header.Set("X-Linghang-CSRF", "1")
		return
	}
	var token struct{ Secret string }
	r.Decode(t, &token)
	req.Header.Set("Authorization", "Bearer "+token.Secret)
}

type vector struct {
	Result []struct {
		Metric map[string]string
		Value  []any
	}
}

func (v vector) of(label string) []string {
	list := []string{}
	for _, r := range v.Result {
		list = append(list, r.Metric[label])
	}
	slices.Sort(list)
	return list
}

func TestAReaderOfPrometheusGetsTheSeriesOfTheirPlatforms(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		r := s.Send(t, "POST", "/api/platforms", "manager-ours", `{"name":{"zh":"橡胶云","en":"Rubber"},"code":"rubber","class":"industry","district":"370202","contact":{"name":"李四","phone":"0532-88","email":"li@ours.test"}}`)
		if r.Status != http.StatusCreated {
			t.Fatalf("register: %d %s", r.Status, r.Body)
		}
		if r := s.knock(reportDoor, s.push, s.nextReport(`{"code":"dev_connected","value":1200},{"code":"dev_online","value":870}`), "Content-Type", "application/json"); r.Status != http.StatusOK {
			t.Fatalf("report: %d %s", r.Status, r.Body)
		}

		whole := func(who string) (v vector) {
			s.grafana(t, who, "query", url.Values{"query": {"iip_platform_info"}}, &v)
			return v
		}
		kerneltest.Wait(t, "the names of both platforms", func() bool { return len(whole("officer").Result) == 2 })
		if got := whole("officer").of("code"); !slices.Equal(got, []string{"cosmo", "rubber"}) {
			t.Errorf("the bureau reads the platforms %v", got)
		}
		if got := whole("manager-ours"); !slices.Equal(got.of("code"), []string{"rubber"}) || !slices.Equal(got.of("name"), []string{"橡胶云"}) {
			t.Errorf("an operator reads %v", got)
		}
		if got := whole("manager-theirs"); len(got.Result) != 0 {
			t.Errorf("another operator reads %v", got)
		}

		var named vector
		s.grafana(t, "officer", "query", url.Values{"query": {`iip_dev_online * on (platform) group_left (name) iip_platform_info`}}, &named)
		if len(named.Result) != 1 || named.Result[0].Metric["name"] != "卡奥斯" || named.Result[0].Value[1] != "870" {
			t.Errorf("with names: %v", named)
		}
		kerneltest.Wait(t, "the newest total of a day", func() bool {
			var day vector
			s.grafana(t, "officer", "query", url.Values{"query": {"iip_dev_connected"}}, &day)
			return len(day.Result) == 1 && day.Result[0].Value[1] == "1200"
		})
		var theirs vector
		s.grafana(t, "manager-ours", "query", url.Values{"query": {`iip_dev_online or iip_dev_connected{platform="` + s.id + `"}`}}, &theirs)
		if len(theirs.Result) != 0 {
			t.Errorf("an operator reads of others: %v", theirs)
		}

		var names []string
		s.grafana(t, "officer", "label/__name__/values", nil, &names)
		if !slices.Contains(names, "iip_dev_connected") || !slices.Contains(names, "iip_platform_info") {
			t.Errorf("metrics are %v", names)
		}
		s.grafana(t, "manager-ours", "label/__name__/values", nil, &names)
		if !slices.Equal(names, []string{"iip_platform_info"}) {
			t.Errorf("an operator's metrics are %v", names)
		}
		var families map[string][]map[string]string
		s.grafana(t, "manager-ours", "metadata", nil, &families)
		if got := families["iip_dev_online"]; len(got) != 1 || got[0]["type"] != "gauge" || !strings.Contains(got[0]["help"], "在线设备数") {
			t.Errorf("metadata: %v", got)
		}
		var build struct{ Version string }
		s.grafana(t, "officer", "status/buildinfo", nil, &build)
		if !strings.HasPrefix(build.Version, "3.") {
			t.Errorf("buildinfo: %v", build)
		}
		if r := s.Get(t, "/api/platforms/prometheus/api/v1/query?query=1", ""); r.Status != http.StatusUnauthorized {
			t.Errorf("a stranger gets %d %s", r.Status, r.Body)
		}
	})
}

func TestAlertsAreToldAsPrometheusTellsThem(t *testing.T) {
	s := newSite(t)
	r := s.Send(t, "POST", "/api/platforms/alerting/rules", "officer", `{"code":"FewDevices","name":{"zh":"设备少","en":"Few devices"},"kind":"query","severity":"warning","enabled":true,"for":0,"keep":0,"platforms":[],
		"expr":"iip_dev_online < 1000","labels":{"team":"devices"},"summary":{"zh":"只有 {{ $value }} 台","en":"Only {{ $value }}"}}`)
	if r.Status != http.StatusCreated {
		t.Fatalf("add rule: %d %s", r.Status, r.Body)
	}
	if r := s.knock(reportDoor, s.push, s.nextReport(`{"code":"dev_online","value":870}`), "Content-Type", "application/json"); r.Status != http.StatusOK {
		t.Fatalf("report: %d %s", r.Status, r.Body)
	}
	if err := s.room.evaluateAlerts(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	var alerts struct{ Alerts []queriedAlert }
	s.grafana(t, "officer", "alerts", nil, &alerts)
	i := slices.IndexFunc(alerts.Alerts, func(a queriedAlert) bool { return a.Labels["alertname"] == "FewDevices" })
	if i < 0 {
		t.Fatalf("alerts are %v", alerts)
	}
	if a := alerts.Alerts[i]; a.State != "firing" || a.Value != "870" || a.Labels["team"] != "devices" || a.Labels["severity"] != "warning" || a.Labels["platform"] != s.id || a.Annotations["summary"] != "只有 870 台" {
		t.Errorf("the alert is %+v", a)
	}
	s.grafana(t, "manager-ours", "alerts", nil, &alerts)
	if len(alerts.Alerts) != 0 {
		t.Errorf("an operator sees alerts of others: %v", alerts)
	}
	var rules struct{ Data queriedGroups }
	s.Get(t, "/api/platforms/prometheus/api/v1/rules", "officer").Decode(t, &rules)
	if g := rules.Data.Groups; len(g) != 1 || len(g[0].Rules) != 1 || g[0].Rules[0].Query != "iip_dev_online < 1000" || g[0].Rules[0].State != "firing" || g[0].Rules[0].Health != "ok" || len(g[0].Rules[0].Alerts) != 1 {
		text, _ := json.Marshal(rules) //nolint:errchkjson // it came from JSON
		t.Errorf("rules are %s", text)
	}
}
