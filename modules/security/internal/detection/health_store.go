package detection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"linghang/kernel/sqldb"
)

// The rules about sensors themselves, and when they apply.
const (
	ruleSilent  = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0011"
	ruleClock   = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0012"
	ruleNothing = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0013"
	ruleNever   = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0014"

	silentAfter  = 10 * time.Minute // a live sensor says something each minute, and tries again within five
	clockOff     = 30 * time.Second
	nothingAfter = 20 * time.Minute // without a unit, of a sensor that reports
	neverAfter   = 24 * time.Hour   // after it was registered
	toldFor      = 24 * time.Hour   // that something goes on is added to its alert
	toldEvery    = time.Hour
	awayAfter    = 3 * time.Minute // without a round of each minute nobody listened
	sensorsAtOne = 1_000           // that are read at once
)

// vital is how a sensor is.
type vital struct {
	sensorOf
	live                  bool
	created, seen, packet time.Time
	lag, skew             time.Duration
}

// vitals are sensors that listen, or were never heard of, from one on.
func (s store) vitals(ctx context.Context, after string) ([]vital, error) {
	rows, err := s.db.Query(ctx, `SELECT s.id, s.organisation_id, s.organisation_zh, s.organisation_en, s.name, s.live, s.created_at, s.seen_at, s.packet_at, s.lag_ms, s.skew_ms FROM security_sensor s
		WHERE s.retired_at = 0 AND s.consent <> 'asked' AND (s.live OR s.seen_at = 0) AND s.id > $1 ORDER BY s.id LIMIT $2`, after, sensorsAtOne)
	if err != nil {
		return nil, fmt.Errorf("look how sensors are: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (v vital, err error) {
		var created, seen, packet, lag, skew int64
		err = r.Scan(&v.id, &v.organisation, &v.name.ZH, &v.name.EN, &v.title, &v.live, &created, &seen, &packet, &lag, &skew)
		v.created, v.seen, v.packet = sqldb.Time(created), sqldb.TimeOrZero(seen), sqldb.TimeOrZero(packet)
		v.lag, v.skew = time.Duration(lag)*time.Millisecond, time.Duration(skew)*time.Millisecond
		return v, err
	})
}

// listening notes that the city listens, and returns since when it has: a city that was away
// hears again of sensors only when they try the next time.
func (s store) listening(ctx context.Context, now time.Time) (since time.Time, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var from, last int64
		err := tx.QueryRow(ctx, `SELECT since, last FROM security_detection_listening WHERE id = 1`).Scan(&from, &last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read since when the city listens: %w", err)
		}
		if d := now.Sub(sqldb.Time(last)); err != nil || d > awayAfter || d < -awayAfter {
			from = now.UnixMilli()
		}
		since = sqldb.Time(from)
		_, err = tx.Exec(ctx, `INSERT INTO security_detection_listening (id, since, last) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET since = excluded.since, last = excluded.last`, from, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("note that the city listens: %w", err)
		}
		return nil
	})
	return since, err
}

// findings are what is wrong with a sensor now; since: the city listens.
func (v vital) findings(p *Pack, listens, now time.Time) []Finding {
	var out []Finding
	add := func(id string, since time.Time) {
		r, known := p.Rule(id)
		if !known {
			return
		}
		words := map[string]string{"sensor": v.title, "since": since.In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04"), "skew": strconv.Itoa(int(v.skew / time.Second))}
		out = append(out, Finding{Rule: r, First: since, Last: now, Count: 1, Why: r.sentence(words), Reasons: []Reason{{"since", since.UTC().Format(time.RFC3339)}}})
	}
	heard := v.seen // or would have been
	if heard.Before(listens) {
		heard = listens
	}
	silent := now.Sub(heard) > silentAfter
	if v.seen.IsZero() {
		if silent && now.Sub(v.created) > neverAfter {
			add(ruleNever, v.created)
		}
		return out
	}
	if silent {
		add(ruleSilent, v.seen)
	}
	if v.skew > clockOff || v.skew < -clockOff {
		add(ruleClock, v.seen)
	}
	// What it had not seen when it made its newest batch: one that catches up sends old ones.
	if made := v.seen.Add(-v.lag); now.Sub(v.seen) <= silentAfter && !v.packet.IsZero() && made.Sub(v.packet) > nothingAfter {
		add(ruleNothing, v.packet)
	}
	return out
}

// sweep looks at suppressions that end, and at what was left in the queue.
func (m *Detection) sweep(ctx context.Context) error {
	return errors.Join(m.store.expire(ctx, m.now()), m.drain(ctx))
}

// health raises what is wrong with sensors. It goes on being one alert, which is added to once
// an hour for a day; after that it stands there as long as nobody judges it.
func (m *Detection) health(ctx context.Context) error {
	now := m.now()
	listens, err := m.store.listening(ctx, now)
	if err != nil {
		return err
	}
	for after := ""; ; {
		list, err := m.store.vitals(ctx, after)
		if err != nil {
			return err
		}
		for _, v := range list {
			if err := m.ails(ctx, v, v.findings(m.pack, listens, now), now); err != nil {
				return err
			}
		}
		if len(list) < sensorsAtOne {
			return nil
		}
		after = list[len(list)-1].id
	}
}

// ails raises what is wrong with a sensor.
func (m *Detection) ails(ctx context.Context, v vital, found []Finding, now time.Time) error {
	if list, err := untold(ctx, m.kit.DB, v.id, found, now); err != nil || len(list) == 0 { // most rounds end here
		return err
	}
	raised := false
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		raised = false
		if err := tx.Queue(ctx, "detection "+v.id); err != nil {
			return err
		}
		list, err := untold(ctx, tx, v.id, found, now)
		if err != nil {
			return err
		}
		if list, err = switchedOn(ctx, tx, v.sensorOf, list, now); err != nil {
			return err
		}
		raised = len(list) > 0
		return m.raise(ctx, tx, v.sensorOf, list, now)
	})
	if err == nil && raised {
		m.kit.Notify(topic, "", v.organisation)
	}
	return err
}

// untold leaves out what an alert was added to within the hour, and what was told of a day
// long: something that is wrong is one alert, however long it is, and whatever was judged of it.
func untold(ctx context.Context, db interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}, sensor string, found []Finding, now time.Time,
) ([]Finding, error) {
	var out []Finding
	for _, f := range found {
		quiet := now.Add(-toldEvery)
		if now.Sub(f.First) > toldFor {
			quiet = f.First
		}
		var lately int
		err := db.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM security_alert WHERE fingerprint = $1 AND last_at > $2 LIMIT 1) t`, f.fingerprint(sensor), quiet.UnixMilli()).Scan(&lately)
		if err != nil {
			return nil, fmt.Errorf("find an alert: %w", err)
		}
		if lately == 0 {
			out = append(out, f)
		}
	}
	return out, nil
}
