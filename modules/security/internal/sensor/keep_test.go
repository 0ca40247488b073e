package sensor

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

const day = 24 * time.Hour

// counted is how many rows of a query there are.
func counted(t *testing.T, db *sqldb.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatCameIsKeptFromWhenItCame(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		s, came := store{db}, time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO security_sensor (id, organisation_id, organisation_zh, organisation_en, machine_id, name, place, consent, by_city, version_of, input, live, seen_at, packet_at, lag_ms, skew_ms, not_after, totals,
				repeated, refused, refusal, refused_at, pairs, pairs_full, retired_at, created_at, actor, actor_name, synthetic, version)
				VALUES ('a', 'ours', '甲', 'A', 'm', 'n', '', 'none', FALSE, '', '', FALSE, 0, 0, 0, 0, 0, '', 0, 0, '', 0, 0, 0, 0, 0, '', '', FALSE, 1)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		take := func(stream batch.Stream, sequence int64, captured time.Time) {
			t.Helper()
			b := &batch.Batch{Format: 1, Spool: "s", Stream: stream, Sequence: sequence, MadeAt: came, Run: "x", Version: "1"}
			switch stream {
			case batch.Records:
				b.Records = []batch.Record{{At: captured, Why: []string{batch.WhyWrite}, Client: "10.0.0.2", Server: "10.0.0.1"}, {At: captured, Why: []string{batch.WhyWrite}, Client: "10.0.0.3", Server: "10.0.0.1"}}
			case batch.Logs:
				b.Logs = []batch.Log{{At: captured, Feed: "eve", Severity: "high"}}
			case batch.Aggregates:
				b.Aggregates = []batch.Aggregate{{From: captured, Seconds: 10, Client: "10.0.0.1", Server: "10.0.0.2", Protocol: "modbus", Class: "read", Requests: 5}}
			}
			_, err := s.take(t.Context(), "a", arrival{Batch: b, digest: fmt.Sprint(stream, sequence), at: came}, func(context.Context, *sqldb.Tx, string, arrival) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		lastYear := came.Add(-300 * day)
		take(batch.Records, 1, lastYear)
		take(batch.Logs, 1, lastYear)
		take(batch.Aggregates, 1, lastYear)
		take(batch.Aggregates, 2, came)
		took := "" // the record of an alert
		if err := db.QueryRow(t.Context(), `SELECT id FROM security_sensor_record WHERE client = '10.0.0.3'`).Scan(&took); err != nil {
			t.Fatal(err)
		}
		held := Held{"a": {took: true}}
		want := func(after time.Duration, records, logs, aggregates, ledger int) {
			t.Helper()
			now := came.Add(after)
			if err := s.rollUp(t.Context(), now, func(_ context.Context, before time.Time) (Held, error) {
				if !before.Equal(now.Add(-keepRecords)) {
					t.Errorf("what is held is asked of before %s", before)
				}
				return held, nil
			}); err != nil {
				t.Fatal(err)
			}
			got := [4]int{
				counted(t, db, `SELECT COUNT(*) FROM security_sensor_record`), counted(t, db, `SELECT COUNT(*) FROM security_sensor_log`),
				counted(t, db, `SELECT COUNT(*) FROM security_sensor_aggregate`), counted(t, db, `SELECT COUNT(*) FROM security_sensor_batch`),
			}
			if got != [4]int{records, logs, aggregates, ledger} {
				t.Errorf("%d days after it came there are %v records, logs, aggregates, batches", int(after/day), got)
			}
		}
		want(0, 2, 1, 2, 4)
		want(89*day, 2, 1, 2, 4)
		want(91*day, 2, 1, 0, 4)
		want(179*day, 2, 1, 0, 4)
		want(181*day, 1, 0, 0, 0) // the one that an alert refers to
		want(182*day+time.Hour, 1, 0, 0, 0)
		held = nil // somebody is done with it
		want(182*day+2*time.Hour, 1, 0, 0, 0)
		want(184*day, 0, 0, 0, 0)
		if n := counted(t, db, `SELECT COUNT(*) FROM security_sensor_kept`); n != 0 {
			t.Errorf("%d batches are looked at for ever", n)
		}
	})
}
