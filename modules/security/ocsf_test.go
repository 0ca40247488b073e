package security_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/security/internal/batch"
)

// event is as much of an event of OCSF as is looked at.
type event struct {
	Class    int `json:"class_uid"`
	Activity int `json:"activity_id"`
	Count    int `json:"count"`
	Metadata struct {
		UID    string `json:"uid"`
		Tenant string `json:"tenant_uid"`
	} `json:"metadata"`
	Function string `json:"ot_function"`
}

// gathered reads on from a cursor until there is something.
func (l *listener) gathered(t *testing.T, path, after, who string, want int) (list []event, cursor string) {
	t.Helper()
	kerneltest.Wait(t, "events at "+path, func() bool {
		r := l.Get(t, "/api/security/ocsf/"+path+"?after="+after, who)
		if r.Status != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-ndjson") {
			t.Fatalf("%d %s %s", r.Status, r.Header, r.Body)
		}
		list, cursor = nil, r.Header.Get("Linghang-Cursor")
		for line := range strings.Lines(string(r.Body)) {
			var e event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			list = append(list, e)
		}
		return len(list) >= want
	})
	return list, cursor
}

// An enterprise gathers what its sensors saw, each event once for each state, and nobody else's.
func TestAnEnterpriseGathersItsEvents(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "detail")
		at := time.Now().UTC().Truncate(time.Second)
		l.expect(t, "a stop", 200, "taken", l.key, body(t, batch.Records, 1, records(stopOf("10.0.0.9", at))))
		a := l.alerts(t, 1, 1)[0]
		commands, _ := l.gathered(t, "commands", "", "manager-ours", 1)
		if len(commands) != 1 || commands[0].Class != 99904001 || commands[0].Activity != 3 || commands[0].Function != "plc_stop" || commands[0].Metadata.Tenant != l.Ours.ID {
			t.Errorf("commands %+v", commands)
		}
		list, cursor := l.gathered(t, "findings", "", "manager-ours", 1)
		if len(list) != 1 || list[0].Class != 2004 || list[0].Activity != 1 || list[0].Metadata.UID != a.ID {
			t.Errorf("findings %+v", list)
		}
		// Another finding, and a judgement: the alert comes again, as it is then.
		l.expect(t, "another stop", 200, "taken", l.key, body(t, batch.Records, 2, records(stopOf("10.0.0.9", at.Add(time.Minute)))))
		l.alerts(t, 1, 2)
		list, cursor = l.gathered(t, "findings", cursor, "manager-ours", 1)
		if len(list) != 1 || list[0].Activity != 2 || list[0].Count != 2 {
			t.Errorf("findings %+v", list)
		}
		if r := l.Send(t, "POST", "/api/security/alerts/"+a.ID+"/judgement", "manager-ours", `{"state":"false_alarm","reason":"检修"}`, "If-Match", `"2"`); r.Status != http.StatusOK {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		list, cursor = l.gathered(t, "findings", cursor, "manager-ours", 1)
		if len(list) != 1 || list[0].Activity != 3 || list[0].Metadata.UID != a.ID {
			t.Errorf("findings %+v", list)
		}
		// Nothing new; and neither another enterprise nor the city, which sees the alert itself, has it here.
		for _, who := range []string{"manager-ours", "manager-theirs", "officer"} {
			after := ""
			if who == "manager-ours" {
				after = cursor
			}
			if list, _ := l.gathered(t, "findings", after, who, 0); len(list) != 0 {
				t.Errorf("%s reads %+v", who, list)
			}
		}
		if list, _ := l.gathered(t, "commands", "", "manager-theirs", 0); len(list) != 0 {
			t.Errorf("another enterprise reads %+v", list)
		}
		for query, want := range map[string]string{"limit=0": "query.limit", "limit=x": "query.limit", "language=fr": "query.language", "after=now": "query.after"} {
			if r := l.Get(t, "/api/security/ocsf/findings?"+query, "manager-ours"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), want) {
				t.Errorf("%s: %d %s", query, r.Status, r.Body)
			}
		}
		if r := l.Get(t, "/api/security/ocsf/extension", "manager-ours"); r.Status != http.StatusOK || !strings.Contains(string(r.Body), `"events/ot_command.json"`) {
			t.Errorf("%d %.200s", r.Status, r.Body)
		}
	})
}
