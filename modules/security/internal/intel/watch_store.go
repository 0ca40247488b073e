package intel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/detection"
)

// Bounds of what is kept of hits.
const (
	mostRows = 2_000 // of one indicator; further ones are counted
	// sweepEvery is how long a batch waits at most for which no job was asked: it came while the
	// one before it was taken out of the queue.
	sweepEvery = 20 * time.Second
)

// Wants implements detection.Watcher.
func (m *Intel) Wants(ctx context.Context, tx *sqldb.Tx, _ string) (bool, error) {
	return m.any(ctx, tx)
}

// any tells whether there is any live indicator.
func (m *Intel) any(ctx context.Context, tx *sqldb.Tx) (yes bool, err error) {
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_indicator i WHERE `+live+`)`, m.now().UnixMilli()).Scan(&yes); err != nil {
		return false, fmt.Errorf("look whether there are indicators: %w", err)
	}
	return yes, nil
}

// Watch implements detection.Watcher: it holds what came against indicators.
func (m *Intel) Watch(ctx context.Context, tx *sqldb.Tx, s detection.Seen, rules detection.Rules) ([]detection.Finding, error) {
	if n, err := m.follow(ctx, tx); err != nil || n == 0 {
		return nil, err
	}
	var list []observation
	for _, e := range s.Events {
		if o, ok := ofEvent(e); ok {
			list = append(list, o)
		}
	}
	for _, t := range s.Talks {
		list = append(list, ofTalk(t))
	}
	return m.seen(ctx, tx, s, rules, m.hitsOf(list, s.Now))
}

// AskLogs puts a batch of logs into the queue, in the transaction that keeps it.
func (m *Intel) AskLogs(ctx context.Context, tx *sqldb.Tx, sensor, spool string, sequence int64, at time.Time) error {
	if yes, err := m.any(ctx, tx); err != nil || !yes {
		return err
	}
	var waiting bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_intel_due)`).Scan(&waiting); err != nil {
		return fmt.Errorf("look into the queue of logs: %w", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_intel_due (sensor_id, spool, sequence, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, sensor, spool, sequence, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("queue logs for indicators: %w", err)
	}
	if waiting { // somebody works on the queue, or the sweep will
		return nil
	}
	return m.start(ctx, tx)
}

func (m *Intel) start(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobFollow}); err != nil {
		return fmt.Errorf("ask to hold logs against indicators: %w", err)
	}
	return nil
}

// ask begins to hold what was stored before against indicators that are new.
func (m *Intel) ask(ctx context.Context, tx *sqldb.Tx, list []TakenObject) error {
	for _, t := range list {
		if t.State != "" && (t.Outcome == Fresh || t.Outcome == Newer) {
			return m.start(ctx, tx)
		}
	}
	return nil
}

// seen keeps what was hit and was not known yet, and tells of it.
func (m *Intel) seen(ctx context.Context, tx *sqldb.Tx, s detection.Seen, rules detection.Rules, hits []hit) ([]detection.Finding, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	var fresh []*sight
	var known []string
	for _, x := range sights(hits) {
		id, newer, err := hitOf(ctx, tx, s.SensorID, x)
		if err != nil {
			return nil, err
		}
		if newer {
			fresh, known = append(fresh, x), append(known, id)
		}
	}
	list, err := findings(s.SensorID, s.Sensor, fresh, rules)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	tells, err := m.tells(ctx, tx, s.SensorID)
	if err != nil {
		return nil, err
	}
	for i, x := range fresh {
		if err := keepHit(ctx, tx, s, x, known[i]); err != nil {
			return nil, err
		}
		if tells {
			if err := m.count(ctx, tx, s.OrganisationID, x); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// hitOf finds what is known of an indicator between two; newer: what is seen now is later.
func hitOf(ctx context.Context, tx *sqldb.Tx, sensor string, x *sight) (id string, newer bool, err error) {
	var last int64
	err = tx.QueryRow(ctx, `SELECT id, last_at FROM security_intel_hit WHERE indicator_id = $1 AND sensor_id = $2 AND client = $3 AND server = $4`, x.id, sensor, x.client, x.server).Scan(&id, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return "", true, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("find a hit: %w", err)
	}
	return id, x.last.UnixMilli() > last, nil
}

// tells tells whether the city may know that something was seen at a sensor. What is synthetic
// is no sighting of anything.
func (m *Intel) tells(ctx context.Context, tx *sqldb.Tx, sensor string) (yes bool, err error) {
	if err := tx.QueryRow(ctx, `SELECT consent IN ('figures', 'detail') AND NOT synthetic FROM security_sensor WHERE id = $1`, sensor).Scan(&yes); err != nil {
		return false, fmt.Errorf("read the consent of a sensor: %w", err)
	}
	return yes, nil
}

func keepHit(ctx context.Context, tx *sqldb.Tx, s detection.Seen, x *sight, id string) error {
	if id != "" {
		_, err := tx.Exec(ctx, `UPDATE security_intel_hit SET times = times + $2, last_at = $3, first_at = CASE WHEN first_at > $4 THEN $4 ELSE first_at END, path = $5, value = $6, fingerprint = $7 WHERE id = $1`,
			id, x.times, x.last.UnixMilli(), x.first.UnixMilli(), x.path, x.value, x.fingerprint)
		if err != nil {
			return fmt.Errorf("add to a hit: %w", err)
		}
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM security_intel_hit WHERE indicator_id = $1 LIMIT $2) t`, x.id, mostRows).Scan(&n); err != nil {
		return fmt.Errorf("count hits: %w", err)
	}
	if n >= mostRows {
		if _, err := tx.Exec(ctx, `UPDATE security_indicator SET beyond = beyond + 1 WHERE id = $1`, x.id); err != nil {
			return fmt.Errorf("count hits that have no room: %w", err)
		}
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_intel_hit (id, indicator_id, sensor_id, organisation_id, client, server, path, value, fingerprint, first_at, last_at, times) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		ulid.Make().String(), x.id, s.SensorID, s.OrganisationID, x.client, x.server, x.path, x.value, x.fingerprint, x.first.UnixMilli(), x.last.UnixMilli(), x.times)
	if err != nil {
		return fmt.Errorf("keep a hit: %w", err)
	}
	return nil
}

// count counts what the city may know, and asks for a sighting to be told.
func (m *Intel) count(ctx context.Context, tx *sqldb.Tx, organisation string, x *sight) error {
	_, err := tx.Exec(ctx, `UPDATE security_indicator SET hits = hits + $2, hit_at = CASE WHEN hit_at < $3 THEN $3 ELSE hit_at END WHERE id = $1`, x.id, x.times, x.last.UnixMilli())
	if err != nil {
		return fmt.Errorf("count hits: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE security_intel_sighting SET due = TRUE WHERE indicator_id = $1 AND organisation_id = $2`, x.id, organisation)
	if err != nil || n > 0 {
		return err
	}
	var waiting bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_intel_sighting WHERE due AND told_at = 0)`).Scan(&waiting); err != nil {
		return fmt.Errorf("look which sightings are to be told: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO security_intel_sighting (indicator_id, organisation_id, due, created_at, told_at, times) VALUES ($1, $2, TRUE, $3, 0, 0) ON CONFLICT DO NOTHING`, x.id, organisation, m.now().UnixMilli()); err != nil {
		return fmt.Errorf("ask for a sighting: %w", err)
	}
	if waiting {
		return nil
	}
	return m.start(ctx, tx)
}
