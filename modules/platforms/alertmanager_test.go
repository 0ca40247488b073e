package platforms

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// managed is a city with a rule that fires for one platform.
func managed(t *testing.T, o kerneltest.Options) *site {
	t.Helper()
	s := newSite(t, o)
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
	return s
}

const manager = "/api/platforms/alertmanager/api/v2"

func (s *site) firing(t *testing.T, who, query string) []managedAlert {
	t.Helper()
	var list []managedAlert
	s.Get(t, manager+"/alerts?"+query, who).Decode(t, &list)
	return slices.DeleteFunc(list, func(a managedAlert) bool { return a.Labels["alertname"] != "FewDevices" })
}

func TestAlertsAreReadAndSilencedAsWithAlertmanager(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := managed(t, o)
		list := s.firing(t, "officer", "")
		if len(list) != 1 || list[0].Status.State != "active" || list[0].Labels["team"] != "devices" || list[0].Annotations["platform"] != "卡奥斯" || len(list[0].Receivers) != 1 {
			t.Fatalf("what fires is %+v", list)
		}
		if got := s.firing(t, "manager-ours", ""); len(got) != 0 {
			t.Errorf("an operator sees alerts of others: %+v", got)
		}
		for query, want := range map[string]int{
			`filter=alertname%3D%22FewDevices%22`: 1, `filter=team%3D~%22dev.*%22`: 1, `filter=team!%3D%22devices%22`: 0, `filter=FewDevices&filter=team%3Dnone`: 0,
			`active=false`: 0, `receiver=nobody`: 0,
		} {
			if got := s.firing(t, "officer", query); len(got) != want {
				t.Errorf("%s finds %d, want %d", query, len(got), want)
			}
		}
		for _, query := range []string{`filter=a%3D~%22(%22`, `active=perhaps`, `receiver=(`} {
			r := s.Get(t, manager+"/alerts?"+query, "officer")
			var said string
			if err := json.Unmarshal(r.Body, &said); r.Status != http.StatusBadRequest || err != nil {
				t.Errorf("%s: %d %s", query, r.Status, r.Body)
			}
		}

		end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano)
		body := fmt.Sprintf(`{"matchers":[{"name":"team","value":"dev.*","isRegex":true}],"startsAt":%q,"endsAt":%q,"createdBy":"somebody else","comment":"maintenance"}`, time.Now().UTC().Format(time.RFC3339Nano), end)
		for who, want := range map[string]int{"manager-ours": 403, "auditor": 403, "officer": 200} {
			if r := s.Send(t, "POST", manager+"/silences", who, body); r.Status != want {
				t.Errorf("%s makes a silence: %d %s", who, r.Status, r.Body)
			}
		}
		if list := s.firing(t, "officer", ""); len(list) != 1 || list[0].Status.State != "suppressed" || len(list[0].Status.SilencedBy) != 1 {
			t.Errorf("silenced: %+v", list)
		}
		if list := s.firing(t, "officer", "silenced=false"); len(list) != 0 {
			t.Errorf("silenced ones are shown to who does not want them: %+v", list)
		}
		var silences []managedSilence
		s.Get(t, manager+"/silences?filter=team%3D%22dev.*%22", "officer").Decode(t, &silences)
		if len(silences) != 1 || silences[0].CreatedBy == "somebody else" || silences[0].Comment != "maintenance" || !silences[0].Matchers[0].IsRegex || silences[0].Status.State != "active" {
			t.Fatalf("silences are %+v", silences)
		}
		// Alertmanager's clients change a silence by sending it with its ID: the old one ends.
		again := strings.Replace(body, `{"matchers"`, fmt.Sprintf(`{"id":%q,"matchers"`, silences[0].ID), 1)
		var made struct{ SilenceID string }
		s.Send(t, "POST", manager+"/silences", "officer", again).Decode(t, &made)
		var old, renewed managedSilence
		s.Get(t, manager+"/silence/"+silences[0].ID, "officer").Decode(t, &old)
		s.Get(t, manager+"/silence/"+made.SilenceID, "officer").Decode(t, &renewed)
		if old.Status.State != "expired" || renewed.Status.State != "active" {
			t.Errorf("the old one is %s, the new one %s", old.Status.State, renewed.Status.State)
		}
		if r := s.Send(t, "DELETE", manager+"/silence/"+made.SilenceID, "officer", ""); r.Status != http.StatusOK {
			t.Errorf("end: %d %s", r.Status, r.Body)
		}
		if list := s.firing(t, "officer", "silenced=false"); len(list) != 1 {
			t.Errorf("after the silence: %+v", list)
		}
		for _, bad := range []string{`{`, `{"matchers":[],"endsAt":"` + end + `","comment":"x"}`, `{"matchers":[{"name":"a","value":".*","isRegex":true}],"endsAt":"` + end + `","comment":"x"}`, strings.Replace(again, silences[0].ID, "none", 1)} {
			if r := s.Send(t, "POST", manager+"/silences", "officer", bad); r.Status != http.StatusBadRequest && r.Status != http.StatusNotFound {
				t.Errorf("%s: %d %s", bad, r.Status, r.Body)
			}
		}
		var groups []managedGroup
		s.Get(t, manager+"/alerts/groups", "officer").Decode(t, &groups)
		if !slices.ContainsFunc(groups, func(g managedGroup) bool {
			return slices.ContainsFunc(g.Alerts, func(a managedAlert) bool { return a.Labels["alertname"] == "FewDevices" })
		}) {
			t.Errorf("groups are %+v", groups)
		}
	})
}

// The command-line tool of Alertmanager reads alerts, and makes, shows and ends a
// silence.
func TestAmtoolReadsAlertsAndSilencesThem(t *testing.T) {
	program, err := exec.LookPath("amtool")
	if err != nil {
		t.Fatal("install Debian's prometheus-alertmanager")
	}
	s := managed(t, kerneltest.Options{})
	var token struct{ Secret string }
	s.Send(t, "POST", "/api/system/tokens", "administrator", `{"name":"amtool","permissions":["platforms.alert.view","platforms.alert.rules","platforms.alert.edit"]}`).Decode(t, &token)
	config := filepath.Join(t.TempDir(), "http.yml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "authorization: {type: Bearer, credentials: %q}\n", token.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	amtool := func(args ...string) string {
		t.Helper()
		args = append([]string{"--alertmanager.url=" + s.URL + "/api/platforms/alertmanager", "--http.config.file=" + config}, args...)
		out, err := exec.CommandContext(t.Context(), program, args...).Output()
		if err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	alerts := func(more ...string) (list []managedAlert) {
		t.Helper()
		if out := amtool(append([]string{"alert", "query", "FewDevices", "-o", "json"}, more...)...); json.Unmarshal([]byte(out), &list) != nil {
			t.Fatalf("amtool reads %s", out)
		}
		return list
	}
	if list := alerts(); len(list) != 1 || list[0].Labels["platform"] != s.id {
		t.Errorf("amtool reads %+v", list)
	}
	id := amtool("silence", "add", "FewDevices", "team=~dev.*", "--comment=maintenance", "--duration=1h")
	if list := alerts(); len(list) != 0 { // amtool shows those that are not silenced
		t.Errorf("silenced, and amtool reads %+v", list)
	}
	if list := alerts("--silenced"); len(list) != 1 || !slices.Equal(list[0].Status.SilencedBy, []string{id}) {
		t.Errorf("amtool reads what is silenced as %+v", list)
	}
	if got := amtool("silence", "query", "-q"); got != id {
		t.Errorf("amtool shows the silences %q, not %q", got, id)
	}
	amtool("silence", "expire", id)
	if got := amtool("silence", "query", "-q"); got != "" {
		t.Errorf("ended, and amtool shows %q", got)
	}
	if list := alerts(); len(list) != 1 {
		t.Errorf("after the silence amtool reads %+v", list)
	}
}
