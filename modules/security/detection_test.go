package security_test

import (
	"fmt"
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
