package detection

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// mostSensorsTried bounds the sensors of one trial.
const mostSensorsTried = 1_000

const trialColumns = `t.id, t.set_id, t.organisation_id, t.revision, t.state, t.days, t.from_at, t.to_at, t.events, t.cut, t.reason, t.job_id, t.at, t.ended_at, t.actor_name`

func scanTrial(r sqldb.Row, more ...any) (t RuleTrial, owner string, err error) {
	var from, to, at, ended int64
	err = r.Scan(append([]any{&t.ID, &t.SetID, &owner, &t.Revision, &t.State, &t.Days, &from, &to, &t.Events, &t.Cut, &t.Reason, &t.jobID, &at, &ended, &t.By}, more...)...)
	t.From, t.To, t.At, t.EndedAt, t.Found = sqldb.Instant(from), sqldb.Instant(to), sqldb.Time(at), sqldb.Instant(ended), []TrialHit{}
	return t, owner, err
}

// trials are those of a set, without their hits.
func (s store) trials(ctx context.Context, set string) ([]RuleTrial, error) {
	rows, err := s.db.Query(ctx, `SELECT `+trialColumns+` FROM security_rule_trial t WHERE t.set_id = $1 ORDER BY t.id DESC LIMIT $2`, set, mostTrials)
	if err != nil {
		return nil, fmt.Errorf("read trials: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (RuleTrial, error) {
		t, _, err := scanTrial(r)
		return t, err
	})
	return append([]RuleTrial{}, list...), err
}

// trialFound is what of a trial is kept as JSON.
type trialFound struct {
	Rules int64      `json:"rules"`
	Found []TrialHit `json:"found"`
}

func (s store) trial(ctx context.Context, id string) (t RuleTrial, owner string, err error) {
	var found string
	t, owner, err = scanTrial(s.db.QueryRow(ctx, `SELECT `+trialColumns+`, t.found FROM security_rule_trial t WHERE t.id = $1`, id), &found)
	if errors.Is(err, sql.ErrNoRows) {
		return t, "", noSuch("trial")
	}
	if err != nil {
		return t, "", fmt.Errorf("read a trial: %w", err)
	}
	if found == "" {
		return t, owner, nil
	}
	var f trialFound
	if err := json.Unmarshal([]byte(found), &f); err != nil {
		return t, "", fmt.Errorf("read what a trial found: %w", err)
	}
	t.Rules, t.Found = f.Rules, append(t.Found, f.Found...)
	return t, owner, nil
}

// beginTrial makes a trial, where none of the owner is running.
func (s store) beginTrial(ctx context.Context, x RuleSet, days int64, now time.Time, start func(ctx context.Context, tx *sqldb.Tx, id string) (string, error)) (string, error) {
	id, who := ulid.Make().String(), handOf(ctx)
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "rules of "+x.owner); err != nil {
			return err
		}
		var running int
		// A job that was lost is given up after its time.
		err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_rule_trial WHERE organisation_id = $1 AND state = 'running' AND at > $2`, x.owner, now.Add(-3*time.Hour).UnixMilli()).Scan(&running)
		if err != nil {
			return fmt.Errorf("look for trials: %w", err)
		}
		if running > 0 {
			return fault.New(fault.Conflict, "security.ruletrial.running", "another trial is running; wait for its end or give it up")
		}
		job, err := start(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("ask for a trial: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO security_rule_trial (id, set_id, organisation_id, revision, state, days, from_at, to_at, events, cut, found, reason, job_id, at, ended_at, actor, actor_name) VALUES ($1, $2, $3, $4, 'running', $5, 0, 0, 0, FALSE, '', '', $6, $7, 0, $8, $9)`,
			id, x.ID, x.owner, x.Revision, min(max(days, 1), mostDays), job, now.UnixMilli(), who.actor, who.name)
		if err != nil {
			return fmt.Errorf("begin a trial: %w", err)
		}
		_, err = tx.Exec(ctx, `DELETE FROM security_rule_trial WHERE set_id = $1 AND id NOT IN (SELECT id FROM (SELECT id FROM security_rule_trial WHERE set_id = $1 ORDER BY id DESC LIMIT $2) t)`, x.ID, mostTrials)
		if err != nil {
			return fmt.Errorf("forget old trials: %w", err)
		}
		tx.Changed("security_rule_trial", id, nil, map[string]any{"set": x.Name, "revision": x.Revision, "days": days})
		return nil
	})
	return id, err
}

// endTrial keeps what a trial found, if it did not end before.
func (s store) endTrial(ctx context.Context, t RuleTrial, now time.Time) error {
	text, err := json.Marshal(trialFound{t.Rules, t.Found})
	if err != nil {
		return fmt.Errorf("write what a trial found: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE security_rule_trial SET state = $2, from_at = $3, to_at = $4, events = $5, cut = $6, found = $7, reason = $8, ended_at = $9 WHERE id = $1 AND state = 'running'`,
			t.ID, t.State, sqldb.InstantMillis(t.From), sqldb.InstantMillis(t.To), t.Events, t.Cut, string(text), t.Reason, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("end a trial: %w", err)
		}
		return nil
	})
}

// setOf reads a set for work that nobody asks for in person.
func (s store) setOf(ctx context.Context, id string, now time.Time) (RuleSet, error) {
	x, err := scanSet(s.db.QueryRow(ctx, `SELECT `+setColumns+` FROM security_rule_set s WHERE s.id = $2`, now.UnixMilli(), id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("set of rules")
	}
	if err != nil {
		return x, fmt.Errorf("read a set of rules: %w", err)
	}
	return x, nil
}

// keyed are the IDs of all rules of a set, by key.
func (s store) keyed(ctx context.Context, set string) (map[string]string, error) {
	rows, err := s.db.Query(ctx, `SELECT rule_key, id FROM security_own_rule WHERE set_id = $1`, set)
	if err != nil {
		return nil, fmt.Errorf("read rules of a set: %w", err)
	}
	out := map[string]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (_ struct{}, err error) {
		var key, id string
		err = r.Scan(&key, &id)
		out[key] = id
		return struct{}{}, err
	})
	return out, err
}

// sensorsTried are those whose events a trial looks at: of the enterprise itself, or those that are
// open to the city in detail.
func (s store) sensorsTried(ctx context.Context, x RuleSet, owner string) ([]sensorOf, error) {
	which, args := `organisation_id = $1`, []any{owner, mostSensorsTried}
	if x.City {
		which, args = `consent = 'detail'`, []any{mostSensorsTried}
	}
	rows, err := s.db.Query(ctx, `SELECT id, organisation_id, organisation_zh, organisation_en, name FROM security_sensor WHERE `+which+fmt.Sprintf(` ORDER BY id LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("find sensors: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (of sensorOf, err error) {
		return of, r.Scan(&of.id, &of.organisation, &of.name.ZH, &of.name.EN, &of.title)
	})
}

// window is the time that a trial looks at.
type window struct {
	from   time.Time
	events int64 // in it, about
	cut    bool
}

// window is the time of the last days, or a shorter one where there are more events than are looked at.
func (s store) window(ctx context.Context, sensors []sensorOf, now time.Time, days int64) (w window, err error) {
	w.from = now.Add(-time.Duration(days) * 24 * time.Hour)
	for {
		if w.events, err = s.countKept(ctx, sensors, w.from); err != nil || w.events <= mostTried {
			return w, err
		}
		w.cut = true
		// The events of a plant are about as many each day: the share that fits, and a little less.
		span := now.Sub(w.from)
		share := float64(mostTried) / float64(w.events) * 0.9
		if span < time.Minute {
			return w, nil
		}
		w.from = w.from.Add(time.Duration(float64(span) * (1 - share)))
	}
}

func (s store) countKept(ctx context.Context, sensors []sensorOf, from time.Time) (n int64, err error) {
	for _, of := range sensors {
		for _, q := range []string{
			`SELECT COUNT(*) FROM security_sensor_record r WHERE r.sensor_id = $1 AND r.at >= $2 AND r.why NOT IN (' correction ', ' around_alert ')`,
			`SELECT COUNT(*) FROM security_sensor_log g WHERE g.sensor_id = $1 AND g.at >= $2 AND ` + tells,
		} {
			var some int64
			if err := s.db.QueryRow(ctx, q, of.id, from.UnixMilli()).Scan(&some); err != nil {
				return 0, fmt.Errorf("count what is kept: %w", err)
			}
			n += some
		}
	}
	return n, nil
}

// eachKept hands over what is kept of a sensor from a time on, the oldest first: its records, then
// its logs, which no sequence holds together with them.
func (s store) eachKept(ctx context.Context, of sensorOf, from time.Time, do func([]Event) error) error {
	next := func(read func(at int64, id string) ([]Event, error)) error {
		at, id := from.UnixMilli(), ""
		for range mostTried/trialPage + 1 {
			list, err := read(at, id)
			if err != nil || len(list) == 0 {
				return err
			}
			at, id = list[len(list)-1].At.UnixMilli(), list[len(list)-1].ID
			if err := do(list); err != nil {
				return err
			}
			if len(list) < trialPage {
				return nil
			}
		}
		return nil
	}
	err := next(func(at int64, id string) ([]Event, error) { return s.recordsAfter(ctx, of.id, at, id) })
	if err != nil {
		return err
	}
	return next(func(at int64, id string) ([]Event, error) {
		return s.logged(ctx, `WHERE g.sensor_id = $1 AND (g.at > $2 OR g.at = $2 AND g.id > $3) AND `+tells+` ORDER BY g.at, g.id LIMIT $4`, of.id, at, id, trialPage)
	})
}

func (s store) recordsAfter(ctx context.Context, sensor string, at int64, id string) ([]Event, error) {
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM security_sensor_record r WHERE r.sensor_id = $1 AND (r.at > $2 OR r.at = $2 AND r.id > $3) AND r.why NOT IN (' correction ', ' around_alert ') ORDER BY r.at, r.id LIMIT $4`, sensor, at, id, trialPage)
	if err != nil {
		return nil, fmt.Errorf("read what is kept: %w", err)
	}
	list, err := sqldb.All(rows, scanEvent)
	if err != nil {
		return nil, err
	}
	out := make([]Event, 0, len(list))
	for _, k := range list {
		out = append(out, k.Event)
	}
	return out, s.acquaint(ctx, sensor, nil, slices.Clip(out))
}
