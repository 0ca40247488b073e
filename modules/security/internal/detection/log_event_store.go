package detection

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// AskLogs puts a batch of logs into the queue of transactions, in the transaction that keeps it,
// if there are any in it, or alerts of other sensors.
func (m *Detection) AskLogs(ctx context.Context, tx *sqldb.Tx, sensor, spool string, sequence int64, at time.Time) error {
	var some, waiting bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_sensor_log g WHERE g.sensor_id = $1 AND g.spool = $2 AND g.sequence = $3 AND (`+tells+` OR `+alarming+`))`, sensor, spool, sequence).Scan(&some); err != nil || !some {
		return err
	}
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_detection_log)`).Scan(&waiting); err != nil {
		return fmt.Errorf("look into the queue of transactions: %w", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_detection_log (sensor_id, spool, sequence, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, sensor, spool, sequence, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("queue transactions: %w", err)
	}
	if waiting { // somebody works on the queue, or the sweep will
		return nil
	}
	if _, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobDetect}); err != nil {
		return fmt.Errorf("ask for detection: %w", err)
	}
	return nil
}

// drainLogs judges batches of logs until none waits but those that failed.
func (m *Detection) drainLogs(ctx context.Context, failed *[]error) error {
	for ctx.Err() == nil && len(*failed) < mostFailed {
		var d due
		err := m.store.db.QueryRow(ctx, `SELECT sensor_id, spool, sequence FROM security_detection_log ORDER BY at, sensor_id, spool, sequence LIMIT 1 OFFSET $1`, len(*failed)).Scan(&d.sensor, &d.spool, &d.sequence)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look into the queue of transactions: %w", err)
		}
		if err := m.logBatch(ctx, d); err != nil {
			*failed = append(*failed, fmt.Errorf("judge logs %d of the spool %s of the sensor %s: %w", d.sequence, d.spool, d.sensor, err))
		}
	}
	return nil
}

// logBatch judges one batch of logs, and takes it out of the queue with what was found.
func (m *Detection) logBatch(ctx context.Context, d due) error {
	of, err := m.store.sensor(ctx, d.sensor)
	if err != nil {
		return err
	}
	events, err := m.store.logged(ctx, `WHERE g.sensor_id = $1 AND g.spool = $2 AND g.sequence = $3 AND `+tells+` ORDER BY g.at, g.item LIMIT $4`, d.sensor, d.spool, d.sequence, batch.MaxLogs)
	if err != nil {
		return err
	}
	var list []Finding
	var t Tally
	if len(events) > 0 {
		if list, t, err = m.judgeLogs(ctx, d, of, events); err != nil {
			return err
		}
	}
	alarms, err := m.alarmed(ctx, d, of)
	if err != nil {
		return err
	}
	list = append(list, alarms...)
	changed, err := m.keepOf(ctx, "security_detection_log", d, of, nil, list, t)
	if err == nil && changed {
		m.kit.Notify(topic, "", of.organisation)
	}
	return err
}

// judgeLogs asks the rules about transactions, after those of the time that sequences look back.
func (m *Detection) judgeLogs(ctx context.Context, d due, of sensorOf, events []Event) (list []Finding, t Tally, err error) {
	j, own, err := m.judgeFor(ctx, of)
	if err != nil {
		return nil, t, err
	}
	before := `g.fields <> '' AND g.format IN ('eve', 'zeek')` // the pack's rules ask about nothing else
	if own {
		before = tells
	}
	earlier, err := m.store.logged(ctx, `WHERE g.sensor_id = $1 AND g.at >= $2 AND g.at <= $3 AND `+before+` AND NOT (g.spool = $4 AND g.sequence = $5)
		AND NOT EXISTS (SELECT 1 FROM security_detection_log d WHERE d.sensor_id = g.sensor_id AND d.spool = g.spool AND d.sequence = g.sequence) ORDER BY g.at DESC, g.id DESC LIMIT $6`,
		d.sensor, events[0].At.Add(-lookBack).UnixMilli(), events[len(events)-1].At.UnixMilli(), d.spool, d.sequence, mostEarlier)
	if err != nil {
		return nil, t, err
	}
	for _, e := range slices.Backward(earlier) {
		if err := j.remember(e); err != nil {
			return nil, t, err
		}
	}
	j.begin()
	for _, e := range events {
		more, err := j.judge(e)
		if err != nil {
			return nil, t, err
		}
		list = append(list, more...)
	}
	return list, j.counted(), nil
}

// tells are the logs of security_sensor_log, as g, that rules are asked about: those with fields, and
// messages of syslog, which have none.
const tells = `(g.fields <> '' OR g.format = 'syslog')`

// logged are logs as events.
func (s store) logged(ctx context.Context, where string, args ...any) ([]Event, error) {
	rows, err := s.db.Query(ctx, `SELECT g.id, g.at, g.format, g.kind, g.code, g.title, g.detail, g.host, g.client, g.server, g.port, g.protocol, g.fields FROM security_sensor_log g `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read transactions: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e Event, err error) {
		var at int64
		var fields string
		e.log, e.FromClient = &logged{}, true
		if err := r.Scan(&e.ID, &at, &e.log.format, &e.log.kind, &e.log.code, &e.log.title, &e.log.detail, &e.log.host, &e.Client, &e.Server, &e.Port, &e.Record.Protocol, &fields); err != nil {
			return e, err
		}
		e.At = sqldb.Time(at)
		e.unreadable = fields != "" && json.Unmarshal([]byte(fields), &e.log.fields) != nil // it is counted
		return e, nil
	})
}

// loggedEvidence are the transactions among what something was found by.
func (s store) loggedEvidence(ctx context.Context, sensor string, ids []string) ([]Evidence, error) {
	args := []any{sensor}
	var marks []string
	for i, id := range ids {
		args = append(args, id)
		marks = append(marks, fmt.Sprintf("$%d", i+2))
	}
	list, err := s.logged(ctx, `WHERE g.sensor_id = $1 AND g.id IN (`+strings.Join(marks, ", ")+`) ORDER BY g.at, g.id`, args...)
	if err != nil {
		return nil, err
	}
	alarms, err := s.alarmEvidence(ctx, sensor, ids)
	out := make([]Evidence, 0, len(list))
	for _, e := range list {
		out = append(out, Evidence{
			ID: e.ID, At: e.At, Client: e.Client, Server: e.Server, Port: e.Port, Protocol: e.Record.Protocol, Function: e.log.kind, Request: true,
			Objects: []batch.Object{}, Fields: append(append([]batch.LogField{}, alarms[e.ID]...), e.log.fields...),
		})
	}
	return out, err
}
