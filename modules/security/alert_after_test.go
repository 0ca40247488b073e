package security_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/security/internal/batch"
)

// incidentOf makes an incident of an alert, and returns its path.
func (l *listener) incidentOf(t *testing.T, alert string) string {
	t.Helper()
	var made struct{ ID string }
	r := l.Send(t, "POST", "/api/security/alert-incidents", "manager-ours", fmt.Sprintf(`{"alerts":[%q],"title":"控制器被停机","summary":"无人操作","category":"malware","kind":"other","tlp":"amber","importance":"","loss":"","harm":"","aware_at":%q}`, alert, time.Now().Add(-time.Minute).Format(time.RFC3339)))
	r.Decode(t, &made)
	return "/api/security/incidents/" + made.ID
}

// step does something with an incident as it stands.
func (l *listener) step(t *testing.T, method, path, body string) {
	t.Helper()
	var at struct{ Version int }
	incident, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/security/incidents/"), "/")
	l.Get(t, "/api/security/incidents/"+incident, "officer").Decode(t, &at)
	if r := l.Send(t, method, path, "officer", body, "If-Match", fmt.Sprintf(`"%d"`, at.Version)); r.Status != 200 {
		t.Fatalf("%s %s: %d %s", path, body, r.Status, r.Body)
	}
}

func (l *listener) close(t *testing.T, incident string) {
	t.Helper()
	for _, to := range []string{`"triaged"`, `"confirmed","level":4`, `"contained"`, `"eradicated"`, `"recovered"`} {
		l.step(t, "POST", incident+"/state", `{"reason":"属实","to":`+to+`}`)
	}
	l.step(t, "PUT", incident+"/closing", `{"cause":"误操作","impact":"停机","measures":"复位","assets":"一号控制器","residual":"无"}`)
	l.step(t, "POST", incident+"/state", `{"reason":"已恢复","to":"closed"}`)
}

// An attack that goes on after its incident has ended is told anew: whoever closed it believes
// that it is over.
func TestWhatGoesOnAfterItsIncidentIsANewAlert(t *testing.T) {
	for name, end := range map[string]func(l *listener, t *testing.T, incident string){
		"closed": func(l *listener, t *testing.T, incident string) { l.close(t, incident) },
		"rejected": func(l *listener, t *testing.T, incident string) {
			l.step(t, "POST", incident+"/state", `{"reason":"检修","to":"rejected","resolution":"false_positive"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
				l := newListener(t, o, "none")
				at := time.Now().UTC().Truncate(time.Millisecond)
				l.expect(t, "a stop", 200, "taken", l.key, body(t, batch.Records, 1, records(stopOf("10.0.0.9", at))))
				first := l.alerts(t, 1, 1)[0]
				incident := l.incidentOf(t, first.ID)
				l.expect(t, "a stop while it is worked on", 200, "taken", l.key, body(t, batch.Records, 2, records(stopOf("10.0.0.9", at.Add(time.Second)))))
				l.alerts(t, 1, 2)
				end(l, t, incident)
				told := l.toldOf(t)

				l.expect(t, "a stop of before that comes late", 200, "taken", l.key, body(t, batch.Records, 3, records(stopOf("10.0.0.9", at.Add(2*time.Millisecond)))))
				l.alerts(t, 1, 3)
				l.expect(t, "a stop afterwards", 200, "taken", l.key, body(t, batch.Records, 4, records(stopOf("10.0.0.9", time.Now().Add(time.Second)))))
				list := l.alerts(t, 2, 4)
				second := list[1]
				if second.ID == first.ID || second.State != "new" || second.IncidentID != "" {
					t.Errorf("%+v", list)
				}
				kerneltest.Wait(t, "the enterprise to be told", func() bool { return l.toldOf(t) == told+1 })
				var d struct {
					Before *struct {
						ID       string
						Incident string `json:"incident_id"`
					}
				}
				l.Get(t, "/api/security/alerts/"+second.ID, "manager-ours").Decode(t, &d)
				if d.Before == nil || d.Before.ID != first.ID || !strings.HasSuffix(incident, d.Before.Incident) {
					t.Errorf("the new alert does not say what was before it: %+v", d.Before)
				}
			})
		})
	}
}

// toldOf counts the messages of alerts that the manager has.
func (l *listener) toldOf(t *testing.T) (n int) {
	t.Helper()
	var inbox struct{ Items []json.RawMessage }
	l.Get(t, "/api/notify/inbox?limit=500", "manager-ours").Decode(t, &inbox)
	for _, m := range inbox.Items {
		if strings.Contains(string(m), "/security/alerts/") {
			n++
		}
	}
	return n
}
