package detection

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// goesOn is how long a conversation that an alert is about may go on before it is added to the
// alert again: what is known of it stands in the alert already.
const goesOn = 10 * time.Minute

// Seen is what a batch of a sensor brought: events of records, or conversations of aggregates.
type Seen struct {
	SensorID       string
	Sensor         string // its name
	OrganisationID string
	Enterprise     lang.Text
	Events         []Event
	Talks          []batch.Talk
	Now            time.Time
}

// Watcher finds what no rule about records does, in the transaction that takes a batch from
// the queue: what it keeps there, is kept once, as its findings are.
type Watcher interface {
	// Wants tells whether conversations of a sensor are looked at.
	Wants(ctx context.Context, tx *sqldb.Tx, sensor string) (bool, error)
	// Watch looks at what came.
	Watch(ctx context.Context, tx *sqldb.Tx, s Seen, rules Rules) ([]Finding, error)
}

// Rules are those that watchers tell by.
type Rules interface {
	// Named returns a rule by its short name.
	Named(name string) (Rule, bool)
}

// Watch adds somebody who looks at what comes beside the rules.
func (m *Detection) Watch(w Watcher) { m.watchers = append(m.watchers, w) }

// Named returns a rule by its short name.
func (p *Pack) Named(name string) (Rule, bool) {
	for _, r := range p.Rules {
		if r.Name == name {
			return r, true
		}
	}
	return Rule{}, false
}

// Sentence fills the sentence of a rule; see sentence.
func (r Rule) Sentence(words map[string]string) lang.Text { return r.sentence(words) }

// Sure tells whether who asked whom is known, and not guessed.
func (e Event) Sure() bool { return e.sure() && !e.unreadable }

// Fingerprint is the same for findings that are one alert.
func (f Finding) Fingerprint(sensor string) string { return f.fingerprint(sensor) }

// AskTalks puts what a batch of aggregates says into the queue of conversations, in the
// transaction that keeps the batch, if anybody looks at it.
func (m *Detection) AskTalks(ctx context.Context, tx *sqldb.Tx, sensor, spool string, sequence int64, list []batch.Talk, at time.Time) error {
	wanted := false
	for _, w := range m.watchers {
		yes, err := w.Wants(ctx, tx, sensor)
		if err != nil {
			return err
		}
		wanted = wanted || yes
	}
	if !wanted {
		return nil
	}
	var waiting int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM security_detection_talk LIMIT 1) t`).Scan(&waiting); err != nil {
		return fmt.Errorf("look into the queue of conversations: %w", err)
	}
	talks, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write conversations: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_detection_talk (sensor_id, spool, sequence, at, talks) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, sensor, spool, sequence, at.UnixMilli(), string(talks))
	if err != nil {
		return fmt.Errorf("queue conversations: %w", err)
	}
	if waiting > 0 {
		return nil
	}
	if _, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobDetect}); err != nil {
		return fmt.Errorf("ask for detection: %w", err)
	}
	return nil
}

// nextTalks is the batch of aggregates that waits longest after as many as are left out.
func (s store) nextTalks(ctx context.Context, left int) (d due, list []batch.Talk, ok bool, err error) {
	var talks string
	err = s.db.QueryRow(ctx, `SELECT sensor_id, spool, sequence, talks FROM security_detection_talk ORDER BY at, sensor_id, spool, sequence LIMIT 1 OFFSET $1`, left).Scan(&d.sensor, &d.spool, &d.sequence, &talks)
	if errors.Is(err, sql.ErrNoRows) {
		return d, nil, false, nil
	}
	if err != nil {
		return d, nil, false, fmt.Errorf("look into the queue of conversations: %w", err)
	}
	if err := json.Unmarshal([]byte(talks), &list); err != nil {
		return d, nil, true, fmt.Errorf("read conversations: %w", err)
	}
	return d, list, true, nil
}

// talked lets watchers look at the conversations of a batch, and takes it out of the queue.
func (m *Detection) talked(ctx context.Context, d due, list []batch.Talk) error {
	of, err := m.store.sensor(ctx, d.sensor)
	if err != nil {
		return err
	}
	now := m.now()
	changed := false
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		changed = false
		if err := tx.Queue(ctx, "detection "+d.sensor); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM security_detection_talk WHERE sensor_id = $1 AND spool = $2 AND sequence = $3`, d.sensor, d.spool, d.sequence)
		if err != nil {
			return fmt.Errorf("take conversations from the queue: %w", err)
		}
		if n == 0 {
			return nil
		}
		found, err := m.watched(ctx, tx, of, Seen{Talks: list, Now: now})
		if err != nil {
			return err
		}
		fresh, err := notLately(ctx, tx, of.id, found)
		if err != nil {
			return err
		}
		changed = len(fresh) > 0
		return m.raise(ctx, tx, of, fresh, now)
	})
	if err == nil && changed {
		m.kit.Notify(topic, "", of.organisation)
	}
	return err
}

// watched asks the watchers; rules that the enterprise switched off stay silent.
func (m *Detection) watched(ctx context.Context, tx *sqldb.Tx, of sensorOf, s Seen) ([]Finding, error) {
	s.SensorID, s.Sensor, s.OrganisationID, s.Enterprise = of.id, of.title, of.organisation, of.name
	var list []Finding
	for _, w := range m.watchers {
		more, err := w.Watch(ctx, tx, s, m.pack)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return switchedOn(ctx, tx, of, list, s.Now)
}

// switchedOn leaves out findings of rules that the enterprise switched off.
func switchedOn(ctx context.Context, tx *sqldb.Tx, of sensorOf, list []Finding, now time.Time) ([]Finding, error) {
	if len(list) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT rule_id FROM security_rule_switch WHERE organisation_id = $1 AND `+inForce, of.organisation, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read switches of rules: %w", err)
	}
	off, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	silent := map[string]bool{}
	for _, id := range off {
		silent[id] = true
	}
	kept := list[:0]
	for _, f := range list {
		if !silent[f.Rule.ID] {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// Find lets somebody look at what a sensor told before, in a transaction of its own, and raises
// what they find there.
func (m *Detection) Find(ctx context.Context, sensor string, look func(ctx context.Context, tx *sqldb.Tx, s Seen, rules Rules) ([]Finding, error)) error {
	of, err := m.store.sensor(ctx, sensor)
	if err != nil {
		return err
	}
	now := m.now()
	changed := false
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		changed = false
		if err := tx.Queue(ctx, "detection "+sensor); err != nil {
			return err
		}
		list, err := look(ctx, tx, Seen{SensorID: of.id, Sensor: of.title, OrganisationID: of.organisation, Enterprise: of.name, Now: now}, m.pack)
		if err != nil {
			return err
		}
		if list, err = switchedOn(ctx, tx, of, list, now); err != nil {
			return err
		}
		changed = len(list) > 0
		return m.raise(ctx, tx, of, list, now)
	})
	if err == nil && changed {
		m.kit.Notify(topic, "", of.organisation)
	}
	return err
}

// notLately leaves out what an alert was added to just before: a conversation that goes on, or
// one whose records said the same.
func notLately(ctx context.Context, tx *sqldb.Tx, sensor string, list []Finding) ([]Finding, error) {
	var out []Finding
	for _, f := range list {
		var lately int
		err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM security_alert WHERE fingerprint = $1 AND last_at > $2 AND state <> 'wanted' LIMIT 1) t`, f.fingerprint(sensor), f.Last.Add(-goesOn).UnixMilli()).Scan(&lately)
		if err != nil {
			return nil, fmt.Errorf("find an alert: %w", err)
		}
		if lately == 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// Wanted ends the alerts of a fingerprint that nobody ended: what they are about was agreed to.
// Findings of the same kind afterwards are new alerts.
func (m *Detection) Wanted(ctx context.Context, tx *sqldb.Tx, fingerprint, reason string, now time.Time) error {
	rows, err := tx.Query(ctx, `SELECT `+alertColumns+` FROM security_alert x WHERE x.fingerprint = $1 AND x.incident_id = '' AND x.state IN ('new', 'looking', 'real', 'suppressed') ORDER BY x.id LIMIT 500`, fingerprint)
	if err != nil {
		return fmt.Errorf("find alerts: %w", err)
	}
	list, err := sqldb.All(rows, scanAlert)
	if err != nil {
		return err
	}
	for _, before := range list {
		after := before
		after.State, after.Reason, after.Until, after.Version = Wanted, reason, nil, before.Version+1
		tx.Changed("security_alert", after.ID, before, after)
		if err := step(ctx, tx, before, after, handOf(ctx), now); err != nil {
			return err
		}
	}
	return nil
}

// Changed tells browsers that alerts of an organisation are to be read again.
func (m *Detection) Changed(organisation string) { m.kit.Notify(topic, "", organisation) }

// Alert reads an alert that the caller sees.
func (m *Detection) Alert(ctx context.Context, id string) (ThreatAlert, error) {
	return m.store.seen(ctx, id)
}

// FingerprintOf is what findings of an alert have in common.
func (a ThreatAlert) FingerprintOf() string { return a.fingerprint }
