package detection

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/zone"
)

// Bounds of one batch that is judged.
const (
	mostEarlier = 20_000 // records that are read again for sequences
	mostTurned  = 2_000  // records of conversations that a batch turned round
	// sweepEvery is how long a batch waits at most that came while the one before it was taken out
	// of the queue, as databases with several writers let it: no job is asked for then.
	sweepEvery = 20 * time.Second
	mostFailed = 100 // batches in one round that cannot be judged
)

// Ask puts a batch of records into the queue, in the transaction that keeps it.
func (m *Detection) Ask(ctx context.Context, tx *sqldb.Tx, sensor, spool string, sequence int64, at time.Time) error {
	var waiting int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM security_detection_due LIMIT 1) t`).Scan(&waiting); err != nil {
		return fmt.Errorf("look into the queue of detection: %w", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_detection_due (sensor_id, spool, sequence, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, sensor, spool, sequence, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("queue for detection: %w", err)
	}
	if waiting > 0 { // somebody works on the queue, or the sweep will
		return nil
	}
	if _, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobDetect}); err != nil {
		return fmt.Errorf("ask for detection: %w", err)
	}
	return nil
}

// due is a batch that waits.
type due struct {
	sensor, spool string
	sequence      int64
}

// sensorOf is the sensor that findings are of.
type sensorOf struct {
	id, organisation, title string
	name                    lang.Text
	consents                bool                       // something of it is open to the city
	hosts                   func() (zone.Hosts, error) // what its enterprise declared of addresses, read once
}

// next is the batch that waits longest after as many as are left out.
func (s store) next(ctx context.Context, left int) (d due, ok bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT sensor_id, spool, sequence FROM security_detection_due ORDER BY at, sensor_id, spool, sequence LIMIT 1 OFFSET $1`, left).Scan(&d.sensor, &d.spool, &d.sequence)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("look into the queue of detection: %w", err)
	}
	return d, true, nil
}

func (s store) sensor(ctx context.Context, id string) (x sensorOf, err error) {
	x.id = id
	err = s.db.QueryRow(ctx, `SELECT organisation_id, organisation_zh, organisation_en, name, consent IN ('figures', 'detail') FROM security_sensor WHERE id = $1`, id).Scan(&x.organisation, &x.name.ZH, &x.name.EN, &x.title, &x.consents)
	if err != nil {
		return x, fmt.Errorf("read a sensor: %w", err)
	}
	return x, nil
}

const eventColumns = `r.id, r.at, r.client, r.server, r.port, r.from_client, r.corrected, r.run, r.flow, r.what`

// kept is an event with the conversation that it is of.
type kept struct {
	Event
	run       string
	flow      int64
	corrected bool
}

func scanEvent(r sqldb.Row) (k kept, err error) {
	var at int64
	var what string
	if err := r.Scan(&k.ID, &at, &k.Client, &k.Server, &k.Port, &k.FromClient, &k.corrected, &k.run, &k.flow, &what); err != nil {
		return k, err
	}
	if json.Unmarshal([]byte(what), &k.Record) != nil { // it is counted; the others of its batch are judged
		k.Record, k.unreadable = batch.Record{}, true
	}
	k.At = sqldb.Time(at)
	if k.corrected { // later evidence is better than a guess
		k.Record.Confidence = max(k.Record.Confidence, surelyDirected)
	}
	return k, nil
}

// arrived are the events of a batch, with those that it turned round: they were a guess
// before, and are judged now.
func (s store) arrived(ctx context.Context, d due) ([]Event, error) {
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM security_sensor_record r WHERE r.sensor_id = $1 AND r.spool = $2 AND r.sequence = $3 ORDER BY r.item`, d.sensor, d.spool, d.sequence)
	if err != nil {
		return nil, fmt.Errorf("read records of a batch: %w", err)
	}
	list, err := sqldb.All(rows, scanEvent)
	if err != nil {
		return nil, err
	}
	var out []Event
	for _, k := range list {
		if !slices.Contains(k.Record.Why, batch.WhyCorrected) {
			out = append(out, k.Event)
			continue
		}
		turned, err := s.turned(ctx, d, k, mostTurned-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, turned...)
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out, nil
}

// turned are the records of batches before whose conversation a correction turned round.
func (s store) turned(ctx context.Context, d due, k kept, most int) ([]Event, error) {
	if most <= 0 || k.flow == 0 {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM security_sensor_record r WHERE r.sensor_id = $1 AND r.spool = $2 AND r.run = $3 AND r.flow = $4 AND r.sequence < $5 AND r.corrected AND r.why <> ' correction '
		AND NOT EXISTS (SELECT 1 FROM security_detection_due d WHERE d.sensor_id = r.sensor_id AND d.spool = r.spool AND d.sequence = r.sequence) ORDER BY r.at, r.id LIMIT $6`, d.sensor, d.spool, k.run, k.flow, d.sequence, most)
	if err != nil {
		return nil, fmt.Errorf("read a conversation: %w", err)
	}
	list, err := sqldb.All(rows, scanEvent)
	if err != nil {
		return nil, err
	}
	var out []Event
	for _, x := range list {
		if x.Record.Confidence == surelyDirected { // it was a guess
			out = append(out, x.Event)
		}
	}
	return out, nil
}

// earlier are events that were judged before, for sequences.
func (s store) earlier(ctx context.Context, d due, from, to time.Time) ([]Event, error) {
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM security_sensor_record r WHERE r.sensor_id = $1 AND r.at >= $2 AND r.at <= $3 AND r.why NOT IN (' correction ', ' around_alert ') AND NOT (r.spool = $4 AND r.sequence = $5)
		AND NOT EXISTS (SELECT 1 FROM security_detection_due d WHERE d.sensor_id = r.sensor_id AND d.spool = r.spool AND d.sequence = r.sequence) ORDER BY r.at DESC, r.id DESC LIMIT $6`,
		d.sensor, from.UnixMilli(), to.UnixMilli(), d.spool, d.sequence, mostEarlier)
	if err != nil {
		return nil, fmt.Errorf("read records of before: %w", err)
	}
	list, err := sqldb.All(rows, scanEvent)
	if err != nil {
		return nil, err
	}
	out := make([]Event, 0, len(list))
	for _, k := range slices.Backward(list) {
		out = append(out, k.Event)
	}
	return out, nil
}

// switched are the rules that an enterprise switched off.
func (s store) switched(ctx context.Context, organisation string, now time.Time) (map[string]bool, error) {
	rows, err := s.db.Query(ctx, `SELECT rule_id FROM security_rule_switch WHERE organisation_id = $1 AND `+inForce, organisation, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read switches of rules: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// keep takes a batch out of the queue and keeps what was found in it, or neither. Somebody
// else may have done so before.
func (m *Detection) keep(ctx context.Context, d due, of sensorOf, events []Event, list []Finding, t Tally) (changed bool, err error) {
	return m.keepOf(ctx, "security_detection_due", d, of, events, list, t)
}

// keepOf is keep for a batch in a queue that is named.
func (m *Detection) keepOf(ctx context.Context, queue string, d due, of sensorOf, events []Event, list []Finding, t Tally) (changed bool, err error) {
	now := m.now()
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		changed = false
		if err := tx.Queue(ctx, "detection "+d.sensor); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM `+queue+` WHERE sensor_id = $1 AND spool = $2 AND sequence = $3`, d.sensor, d.spool, d.sequence)
		if err != nil {
			return fmt.Errorf("take a batch from the queue: %w", err)
		}
		if n == 0 {
			return nil
		}
		if err := tally(ctx, tx, d.sensor, t, now); err != nil {
			return err
		}
		more, err := m.watched(ctx, tx, of, Seen{Events: events, Now: now})
		if err != nil {
			return err
		}
		all := slices.Concat(list, more)
		changed = len(all) > 0
		return m.raise(ctx, tx, of, all, now)
	})
	return changed, err
}

// raise puts findings into alerts, and tells of grave ones that are new.
func (m *Detection) raise(ctx context.Context, tx *sqldb.Tx, of sensorOf, list []Finding, now time.Time) error {
	of.hosts = sync.OnceValues(func() (zone.Hosts, error) { return zone.HostsOf(ctx, tx, of.organisation) })
	var grave []ThreatAlert
	for _, f := range joined(of.id, list) {
		a, fresh, err := put(ctx, tx, of, f.Rule.version(m.pack), f, now)
		if err != nil {
			return err
		}
		if fresh && a.Level.rank() <= High.rank() {
			grave = append(grave, a)
		}
	}
	if len(grave) == 0 {
		return nil
	}
	first := grave[0]
	n := notice.Notice{
		Kind: noticeAlert, Link: "/security/alerts/" + first.ID, Key: noticeAlert + "/" + first.ID, To: notice.Audience{Organisation: of.organisation, Permission: mayHandle},
		Title: lang.Text{ZH: "安全告警：" + first.Rule.ZH, EN: "Security alert: " + first.Rule.EN}, Body: first.Why,
	}
	if len(grave) > 1 {
		n.Link = "/security/alerts"
		n.Title = lang.Text{ZH: fmt.Sprintf("%d 条安全告警，例如：%s", len(grave), first.Rule.ZH), EN: fmt.Sprintf("%d security alerts, such as: %s", len(grave), first.Rule.EN)}
	}
	if err := m.kit.Notices.Send(ctx, tx, n); err != nil {
		return fmt.Errorf("tell of alerts: %w", err)
	}
	return nil
}

func tally(ctx context.Context, tx *sqldb.Tx, sensor string, t Tally, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_detection_sensor (sensor_id, events, unsure, refused, late, evicted, judged_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (sensor_id) DO UPDATE SET events = security_detection_sensor.events + excluded.events, unsure = security_detection_sensor.unsure + excluded.unsure, refused = security_detection_sensor.refused + excluded.refused,
			late = security_detection_sensor.late + excluded.late, evicted = security_detection_sensor.evicted + excluded.evicted, judged_at = excluded.judged_at`,
		sensor, t.Events, t.Unsure, t.Refused, int64(t.Late), int64(t.Evicted), now.UnixMilli()) //nolint:gosec // counts of one batch
	if err != nil {
		return fmt.Errorf("count what was looked at: %w", err)
	}
	return nil
}
