package detection

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/live"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/zone"
)

// ward is detection of which tests ask about the health of sensors, at a time of their own.
type ward struct {
	*Detection
	t   *testing.T
	now time.Time
}

func newWard(t *testing.T, db *sqldb.DB) *ward {
	t.Helper()
	w := &ward{t: t, now: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)}
	w.Detection = New(&module.Kit{DB: db, Live: live.NewHub(slog.New(slog.DiscardHandler)), Log: slog.New(slog.DiscardHandler)}, nil, nil, func() time.Time { return w.now })
	return w
}

func (w *ward) exec(query string, args ...any) {
	w.t.Helper()
	err := w.kit.DB.Write(w.t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(w.t.Context(), query, args...)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// sensor registers one that was not heard of yet.
func (w *ward) sensor(id, consent string) {
	w.t.Helper()
	w.exec(`INSERT INTO security_sensor (id, organisation_id, organisation_zh, organisation_en, machine_id, name, place, consent, by_city, version_of, input, live, seen_at, packet_at, lag_ms, skew_ms, not_after, totals,
		repeated, refused, refusal, refused_at, pairs, pairs_full, retired_at, created_at, actor, actor_name, synthetic, version)
		VALUES ($1, 'ours', '甲', 'A', $1, $1, '', $2, $3, '', '', $3, 0, 0, 0, 0, 0, '', 0, 0, '', 0, 0, 0, 0, $4, '', '', $3, 1)`, id, consent, false, w.now.UnixMilli())
}

// heard says that a batch of a sensor came now, which was made some time before, with data up
// to another time before that.
func (w *ward) heard(id string, made, newest time.Duration) {
	w.t.Helper()
	w.exec(`UPDATE security_sensor SET live = $2, seen_at = $3, packet_at = $4, lag_ms = $5 WHERE id = $1`, id, true, w.now.UnixMilli(), w.now.Add(-made-newest).UnixMilli(), made.Milliseconds())
}

// pass lets time go by, with a round each minute in which batches of those come that are named.
func (w *ward) pass(d time.Duration, hearing ...string) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(time.Minute)
		for _, id := range hearing {
			w.heard(id, 0, time.Minute)
		}
		if err := w.health(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// told are the rules of the alerts of a sensor, with how many findings they have.
func (w *ward) told(id string) map[string]int {
	w.t.Helper()
	rows, err := w.kit.DB.Query(w.t.Context(), `SELECT rule_id, times FROM security_alert WHERE sensor_id = $1 ORDER BY id`, id)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]int{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (x struct{}, err error) {
		var rule string
		var times int
		err = r.Scan(&rule, &times)
		known, _ := w.pack.Rule(rule)
		out[known.Name] += times
		return x, err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *ward) want(what, id string, want map[string]bool) {
	w.t.Helper()
	got := w.told(id)
	for name := range want {
		if got[name] == 0 {
			w.t.Errorf("%s: %s is not told of: %v", what, name, got)
		}
	}
	for name := range got {
		if !want[name] {
			w.t.Errorf("%s: %s is told of: %v", what, name, got)
		}
	}
}

func TestTheHealthOfSensors(t *testing.T) {
	silent, nothing, never := map[string]bool{"sensor_silent": true}, map[string]bool{"sensor_no_traffic": true}, map[string]bool{"sensor_never": true}
	for name, test := range map[string]func(w *ward){
		"one that falls silent is told of, and only that one": func(w *ward) {
			w.pass(15*time.Minute, "a", "b")
			w.pass(9*time.Minute, "b")
			w.want("nine minutes", "a", nil)
			w.pass(3*time.Minute, "b")
			w.want("twelve minutes", "a", silent)
			w.want("the other one", "b", nil)
		},
		"a city that was away hears first": func(w *ward) {
			w.pass(15*time.Minute, "a", "b")
			w.now = w.now.Add(2 * time.Hour) // nobody heard anybody
			w.pass(9 * time.Minute)
			w.want("probes try again every five minutes", "a", nil)
			w.pass(3*time.Minute, "a")
			w.want("it came back", "a", nil)
			w.want("it did not", "b", silent)
		},
		"one that died while the city was away for days is told of": func(w *ward) {
			w.pass(15*time.Minute, "a")
			w.now = w.now.Add(72 * time.Hour)
			w.pass(12 * time.Minute)
			w.want("after three days", "a", silent)
		},
		"a silence is told of once, however long it is": func(w *ward) {
			w.pass(15*time.Minute, "a")
			w.pass(26 * time.Hour)
			before := w.told("a")["sensor_silent"]
			w.pass(40 * time.Hour)
			if n := w.told("a")["sensor_silent"]; n != before || n < 20 || n > 26 {
				w.t.Errorf("%d findings after a day, %d after three", before, n)
			}
			w.pass(15*time.Minute, "a")
			w.pass(12 * time.Minute)
			if n := w.told("a")["sensor_silent"]; n != before+1 {
				w.t.Errorf("another silence: %d findings, %d before", n, before)
			}
		},
		"one that catches up sees traffic": func(w *ward) {
			w.pass(15*time.Minute, "a")
			for range 40 { // its batches of hours ago come first
				w.heard("a", 3*time.Hour, time.Minute)
				w.pass(time.Minute)
			}
			w.want("it catches up", "a", nil)
			for range 3 {
				w.heard("a", time.Minute, 25*time.Minute)
				w.pass(time.Minute)
			}
			w.want("it sees nothing", "a", nothing)
		},
		"one that never said anything is told of after a day": func(w *ward) {
			w.sensor("asked", "asked")
			w.pass(23 * time.Hour)
			w.want("it is being built in", "b", nil)
			w.pass(2 * time.Hour)
			w.want("after a day", "b", never)
			w.want("one that its enterprise has not agreed to", "asked", nil)
			w.pass(40*time.Hour, "b")
			if n := w.told("b")["sensor_never"]; n > 2 {
				w.t.Errorf("%d findings", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
				w := newWard(t, db)
				w.sensor("a", "none")
				w.sensor("b", "none")
				test(w)
			})
		})
	}
}

// finding puts a finding of a rule into an alert, and returns the alert.
func (w *ward) finding(rule, client string, records ...string) (id string) {
	w.t.Helper()
	r, _ := w.pack.Named(rule)
	err := w.kit.DB.Write(w.t.Context(), func(tx *sqldb.Tx) error {
		a, _, err := put(w.t.Context(), tx, sensorOf{id: "a", organisation: "ours", hosts: func() (zone.Hosts, error) { return nil, nil }}, "1", Finding{Rule: r, Client: client, First: w.now, Last: w.now, Count: 1, Records: records}, w.now)
		id = a.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestEvidenceIsHeldUntilSomebodyIsDoneWithIt(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		w := newWard(t, db)
		for _, c := range []struct {
			record, state, incident string
			held                    bool
		}{
			{"of a new one", "new", "", true},
			{"of one that is looked at", "looking", "", true},
			{"of a suppressed one", "suppressed", "", true},
			{"of a real one", "real", "", true},
			{"of one whose incident is worked on", "real", "contained", true},
			{"of one whose incident was merged", "real", "merged", true},
			{"of one whose incident was closed", "real", "closed", false},
			{"of a false alarm", "false_alarm", "", false},
			{"of a wanted one", "wanted", "", false},
		} {
			id := w.finding("sensor_silent", c.record, c.record)
			w.exec(`UPDATE security_alert SET state = $2, incident_id = $3 WHERE id = $1`, id, c.state, c.incident)
			if c.incident != "" {
				w.exec(`INSERT INTO security_incident (id, number, organisation_id, name_zh, name_en, district, industry, bureau_id, origin, title, summary, category, kind, tlp, state, resolution,
					level, level_setter, proposed, importance, loss, harm, occurred_at, discovered_at, aware_at, reported_at, received_at, triaged_at, confirmed_at, contained_at,
					eradicated_at, recovered_at, closed_at, reviewed_at, report_due_at, report_met_at, reported_upward, handler, handler_name, merged_into, merged_from, facts, closing,
					closing_writer, review, response, response_at, reopened, drill, synthetic, actor, actor_name, created_at, version)
					VALUES ($1, $1, 'ours', '', '', '', '', '', '', '', '', '', '', '', $1, '', 0, '', 0, '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', '', '', '', '', '', '', 0, 0, 0, '', FALSE, '', '', 0, 1)`, c.incident)
			}
			got, err := w.Holds(t.Context(), w.now.Add(-3*24*time.Hour))
			if err != nil || got["a"][c.record] != c.held {
				t.Errorf("%s: %v, %v", c.record, got, err)
			}
			if got, err := w.Holds(t.Context(), w.now.Add(-8*24*time.Hour)); err != nil || len(got) != 0 {
				t.Errorf("alerts of later are read: %v, %v", got, err)
			}
		}
	})
}
