package security_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/jobs"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// stopOf is a record of a controller that a host stops.
func stopOf(client string, at time.Time) batch.Record {
	return batch.Record{
		At: at, Why: []string{batch.WhyControl}, Flow: 7, Client: client, Server: "10.0.0.1", Port: 102, Transport: "tcp", Orientation: "port", Confidence: 80,
		Protocol: "s7comm", Function: "plc_stop", Class: "control", FromClient: true,
	}
}

func records(list ...batch.Record) func(*batch.Batch) {
	return func(b *batch.Batch) { b.Records, b.Facts = list, nil }
}

type alertRow struct {
	ID, State, Client, Server, Level string
	Rule                             struct{ ZH string }
	Why                              struct{ ZH string }
	Times, Version                   int
	IncidentID                       string `json:"incident_id"`
}

// alerts waits until the enterprise has as many alerts as wanted, and as many findings in them.
func (l *listener) alerts(t *testing.T, want, times int) []alertRow {
	t.Helper()
	var page struct{ Items []alertRow }
	kerneltest.Wait(t, fmt.Sprintf("%d alerts with %d findings", want, times), func() bool {
		page.Items = nil
		l.Get(t, "/api/security/alerts?sort=first_at", "manager-ours").Decode(t, &page)
		n := 0
		for _, a := range page.Items {
			n += a.Times
		}
		return len(page.Items) == want && n == times
	})
	return page.Items
}

func TestARecordBecomesAnAlertAndThenAnIncident(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		at := time.Now().UTC().Truncate(time.Second)
		read := stopOf("10.0.0.8", at)
		read.Function, read.Class, read.Why = "read_var", "read", []string{batch.WhyFirstSeen}
		guess := stopOf("10.0.0.1", at)
		guess.Server, guess.FromClient, guess.Orientation, guess.Confidence, guess.Flow = "10.0.0.77", false, "nothing", 20, 9
		first := body(t, batch.Records, 1, records(stopOf("10.0.0.9", at), stopOf("10.0.0.9", at.Add(time.Second)), read, guess))
		l.expect(t, "two stops, a read, and one whose direction is a guess", 200, "taken", l.key, first)
		a := l.alerts(t, 1, 2)[0]
		if a.State != "new" || a.Level != "critical" || a.Why.ZH != "10.0.0.9 停止了控制器 10.0.0.1 的 CPU" {
			t.Errorf("%+v", a)
		}
		l.expect(t, "the same batch", 200, "repeated", l.key, first)
		l.expect(t, "another stop", 200, "taken", l.key, body(t, batch.Records, 2, records(stopOf("10.0.0.9", at.Add(time.Minute)))))
		a = l.alerts(t, 1, 3)[0]

		// Later evidence turns the guess round: now it is told, of the other one.
		turn := batch.Record{At: at, Why: []string{batch.WhyCorrected}, Flow: 9, Client: "10.0.0.77", Server: "10.0.0.1", Port: 102, Transport: "tcp", Orientation: "many_semantics", Confidence: 90}
		l.expect(t, "a correction", 200, "taken", l.key, body(t, batch.Records, 3, records(turn)))
		if list := l.alerts(t, 2, 4); list[0].Client != "10.0.0.77" && list[1].Client != "10.0.0.77" {
			t.Errorf("%+v", list)
		}

		path := "/api/security/alerts/" + a.ID
		var d struct {
			Evidence []struct{ Function string }
			Do       struct{ ZH string }
			May      bool
			Version  int
		}
		l.Get(t, path, "manager-ours").Decode(t, &d)
		if len(d.Evidence) != 3 || d.Evidence[0].Function != "plc_stop" || d.Do.ZH == "" || !d.May {
			t.Errorf("%+v", d)
		}
		if r := l.Send(t, "POST", path+"/judgement", "manager-ours", `{"state":"false_alarm"}`, "If-Match", fmt.Sprintf(`"%d"`, d.Version)); r.Status != 422 || !strings.Contains(string(r.Body), "body.reason") {
			t.Errorf("%d %s", r.Status, r.Body)
		}
		for who, status := range map[string]int{"officer": 404, "manager-theirs": 404} {
			if r := l.Get(t, path, who); r.Status != status {
				t.Errorf("%s: %d", who, r.Status)
			}
		}
		made := l.Send(t, "POST", "/api/security/alert-incidents", "manager-ours", fmt.Sprintf(`{"alerts":[%q],"title":"控制器被停机","summary":"无人操作","category":"malware","kind":"other","tlp":"amber","importance":"","loss":"","harm":"","aware_at":%q}`, a.ID, at.Format(time.RFC3339)))
		if made.Status != 201 {
			t.Fatalf("%d %s", made.Status, made.Body)
		}
		var got alertRow
		l.Get(t, path, "manager-ours").Decode(t, &got)
		if got.State != "real" || got.IncidentID == "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestASensorThatAnswersIsAskedWhatWasSaidAroundAnAlert(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		at := time.Now().UTC().Truncate(time.Second)
		l.expect(t, "a stop", 200, "taken", l.key, body(t, batch.Records, 1, records(stopOf("10.0.0.9", at))))
		alert := l.alerts(t, 1, 1)[0]
		wanted := func(sequence int64, said string) []batch.Around {
			l.expect(t, "aggregates", 200, said, l.key, body(t, batch.Aggregates, sequence, func(b *batch.Batch) { b.MadeAt, b.Aggregates[0].From = at, at.Truncate(10*time.Second) }))
			var a struct{ Around []batch.Around }
			if err := json.Unmarshal(l.reply, &a); err != nil {
				t.Fatal(err)
			}
			return a.Around
		}
		steps := func() (n int) {
			var d struct {
				Steps []struct{ Reason, Name string }
			}
			l.Get(t, "/api/security/alerts/"+alert.ID, "manager-ours").Decode(t, &d)
			for _, s := range d.Steps {
				if s.Reason == "records_around" && s.Name == "" {
					n++
				}
			}
			return n
		}
		if list := wanted(1, "taken"); list != nil || steps() != 0 {
			t.Errorf("who does not answer is asked: %+v", list)
		}
		l.answers = true
		want := batch.Around{Alert: alert.ID, Client: "10.0.0.9", Server: "10.0.0.1", From: at.Add(-time.Minute), To: at.Add(time.Minute)}
		for _, said := range []string{"taken", "repeated"} { // the answer may have been lost
			if list := wanted(2, said); len(list) != 1 || list[0] != want || steps() != 1 {
				t.Errorf("%s: %+v, %d steps", said, list, steps())
			}
		}

		// What it answers is kept and shown, and nothing is found in it: also not what would be an alert.
		answer := stopOf("10.0.0.44", at)
		answer.Why = []string{batch.WhyAround}
		l.expect(t, "the answer", 200, "taken", l.key, body(t, batch.Records, 2, func(b *batch.Batch) {
			records(answer)(b)
			b.Around, b.Run = alert.ID, "an answer"
		}))
		l.expect(t, "another stop", 200, "taken", l.key, body(t, batch.Records, 3, records(stopOf("10.0.0.9", at.Add(time.Second)))))
		l.alerts(t, 1, 2) // batches are judged one after the other
		var page struct {
			Total int
			Items []struct{ Client string }
		}
		l.Get(t, "/api/security/sensors/"+l.sensor+"/records?why=around_alert", "manager-ours").Decode(t, &page)
		if page.Total != 1 || page.Items[0].Client != "10.0.0.44" {
			t.Errorf("%+v", page)
		}
		l.expect(t, "an answer among others", 422, "security.batch.wrong", l.key, body(t, batch.Records, 4, records(stopOf("10.0.0.9", at), answer)))
		l.expect(t, "others as an answer", 422, "security.batch.wrong", l.key, body(t, batch.Records, 4, func(b *batch.Batch) { b.Around = alert.ID }))
	})
}

// What a sensor is asked stands by its own clock.
func TestASensorIsAskedByItsOwnClock(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		l.answers, l.ahead = true, time.Hour
		at := time.Now().UTC().Truncate(time.Second).Add(l.ahead)
		l.expect(t, "a stop", 200, "taken", l.key, body(t, batch.Records, 1, records(stopOf("10.0.0.9", at))))
		kerneltest.Wait(t, "an alert of the stop", func() bool { // beside the one of the clock
			var page struct{ Items []alertRow }
			l.Get(t, "/api/security/alerts", "manager-ours").Decode(t, &page)
			return slices.ContainsFunc(page.Items, func(a alertRow) bool { return a.Client == "10.0.0.9" })
		})
		l.expect(t, "aggregates", 200, "taken", l.key, body(t, batch.Aggregates, 1, nil))
		var a struct{ Around []batch.Around }
		if err := json.Unmarshal(l.reply, &a); err != nil || len(a.Around) != 1 || a.Around[0].From.Sub(at.Add(-time.Minute)).Abs() > 5*time.Second {
			t.Errorf("%s, the stop is of %s, %v", l.reply, at, err)
		}
	})
}

func TestABatchThatCannotBeJudgedHoldsUpNoOther(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		at := time.Now().UTC().Truncate(time.Second)
		l.expect(t, "two stops", 200, "taken", l.key, body(t, batch.Records, 1, records(stopOf("10.0.0.9", at), stopOf("10.0.0.8", at))))
		l.alerts(t, 2, 2)
		err := l.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			for _, q := range []string{
				`UPDATE security_sensor_record SET what = '{' WHERE client = '10.0.0.9'`,
				`INSERT INTO security_detection_due (sensor_id, spool, sequence, at) SELECT DISTINCT sensor_id, spool, sequence, 1 FROM security_sensor_record`,
				`INSERT INTO security_detection_due (sensor_id, spool, sequence, at) VALUES ('no sensor', 'a', 1, 0)`,
			} {
				if _, err := tx.Exec(t.Context(), q); err != nil {
					return err
				}
			}
			_, err := l.kit.Jobs.StartTx(t.Context(), tx, jobs.Order{Kind: "detect"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		l.alerts(t, 2, 3) // the other record of the batch with the spoilt one
		var refused, waiting int
		err = l.kit.DB.QueryRow(t.Context(), `SELECT (SELECT SUM(refused) FROM security_detection_sensor), (SELECT COUNT(*) FROM security_detection_due)`).Scan(&refused, &waiting)
		if err != nil || refused != 1 || waiting != 1 {
			t.Errorf("%d refused, %d waiting, %v", refused, waiting, err)
		}
	})
}
