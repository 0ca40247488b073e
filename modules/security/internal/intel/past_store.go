package intel

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/detection"
)

// Bounds of looking back.
const (
	lookBack     = 30 * 24 * time.Hour
	pageOfPast   = 5_000
	pendingOnce  = 20_000 // indicators of one pass
	recordsShown = 5      // of a conversation, as evidence
	mostLogs     = batch.MaxLogs
	mostFailed   = 100 // batches of logs in one round
)

// past is an observation of before, and whose.
type past struct {
	sensor string
	observation
}

// logs holds the batches of logs that wait against indicators, until none waits but those that
// failed, which are tried again in the next round.
func (m *Intel) logs(ctx context.Context) error {
	var failed []error
	for ctx.Err() == nil && len(failed) < mostFailed {
		var sensor, spool string
		var sequence int64
		err := m.kit.DB.QueryRow(ctx, `SELECT sensor_id, spool, sequence FROM security_intel_due ORDER BY at, sensor_id, spool, sequence LIMIT 1 OFFSET $1`, len(failed)).Scan(&sensor, &spool, &sequence)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.Join(failed...)
		}
		if err != nil {
			return fmt.Errorf("look into the queue of logs: %w", err)
		}
		if err := m.batch(ctx, sensor, spool, sequence); err != nil {
			failed = append(failed, fmt.Errorf("hold logs %d of the spool %s of the sensor %s against indicators: %w", sequence, spool, sensor, err))
		}
	}
	return errors.Join(append(failed, ctx.Err())...)
}

// batch holds one batch of logs against indicators, and takes it out of the queue.
func (m *Intel) batch(ctx context.Context, sensor, spool string, sequence int64) error {
	return m.find.Find(ctx, sensor, func(ctx context.Context, tx *sqldb.Tx, s detection.Seen, rules detection.Rules) ([]detection.Finding, error) {
		n, err := tx.Exec(ctx, `DELETE FROM security_intel_due WHERE sensor_id = $1 AND spool = $2 AND sequence = $3`, sensor, spool, sequence)
		if err != nil {
			return nil, fmt.Errorf("take logs from the queue: %w", err)
		}
		if n == 0 {
			return nil, nil
		}
		if n, err := m.follow(ctx, tx); err != nil || n == 0 {
			return nil, err
		}
		rows, err := tx.Query(ctx, logsQuery+` WHERE g.sensor_id = $1 AND g.spool = $2 AND g.sequence = $3 ORDER BY g.item LIMIT $4`, sensor, spool, sequence, mostLogs)
		if err != nil {
			return nil, fmt.Errorf("read logs: %w", err)
		}
		list, err := sqldb.All(rows, scanLog)
		if err != nil {
			return nil, err
		}
		return m.seen(ctx, tx, s, rules, m.hitsOf(observations(list), s.Now))
	})
}

func observations(list []pastRow) []observation {
	out := make([]observation, 0, len(list))
	for _, x := range list {
		out = append(out, x.observation)
	}
	return out
}

// pastRow is a past with the place of its row.
type pastRow struct {
	id string
	past
}

const logsQuery = `SELECT g.id, g.sensor_id, g.at, g.host, g.client, g.server, g.port, g.protocol, g.title, g.detail, g.kind, g.fields FROM security_sensor_log g`

func scanLog(r sqldb.Row) (x pastRow, err error) {
	var at int64
	var l logLine
	var fields string
	if err := r.Scan(&x.id, &x.sensor, &at, &l.host, &l.client, &l.server, &l.port, &l.protocol, &l.title, &l.detail, &l.kind, &fields); err != nil {
		return x, err
	}
	if fields != "" {
		if err := json.Unmarshal([]byte(fields), &l.fields); err != nil {
			return x, fmt.Errorf("read what a log says: %w", err)
		}
	}
	l.at = sqldb.Time(at)
	x.observation = ofLog(l)
	return x, nil
}

const pairsQuery = `SELECT p.id, p.sensor_id, p.client, p.server, p.protocol, p.port, p.first_at, p.last_at FROM security_sensor_pair p`

func scanPair(r sqldb.Row) (x pastRow, err error) {
	var first, last int64
	var t batch.Talk
	if err := r.Scan(&x.id, &x.sensor, &t.Client, &t.Server, &t.Protocol, &t.Port, &first, &last); err != nil {
		return x, err
	}
	t.First, t.Last = sqldb.Time(first), sqldb.Time(last)
	x.observation = ofTalk(t)
	return x, nil
}

// past holds what was stored within the time to look back against indicators that it was not
// held against yet. It may be begun again: what is known of a hit is not told twice.
func (m *Intel) past(ctx context.Context) error {
	now := m.now()
	for ctx.Err() == nil {
		var upTo int64
		err := m.kit.DB.QueryRow(ctx, `SELECT COALESCE(MAX(serial), 0) FROM (SELECT serial FROM security_indicator WHERE matched_at = 0 ORDER BY serial LIMIT $1) t`, pendingOnce).Scan(&upTo)
		if err != nil {
			return fmt.Errorf("find indicators that are new: %w", err)
		}
		if upTo == 0 {
			return nil
		}
		list, err := m.store.compiled(ctx, `i.matched_at = 0 AND i.serial <= $2`, now, upTo)
		if err != nil {
			return err
		}
		fresh := newSet()
		for _, x := range list {
			fresh.put(x.compiled)
		}
		if len(list) > 0 {
			if err := m.lookBack(ctx, fresh, now); err != nil {
				return err
			}
		}
		err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE security_indicator SET matched_at = $1 WHERE matched_at = 0 AND serial <= $2`, now.UnixMilli(), upTo)
			return err
		})
		if err != nil {
			return fmt.Errorf("note that indicators were held against what was stored: %w", err)
		}
	}
	return ctx.Err()
}

// lookBack holds conversations and logs of before against some indicators.
func (m *Intel) lookBack(ctx context.Context, fresh *set, now time.Time) error {
	since := now.Add(-lookBack).UnixMilli()
	for _, source := range []struct {
		query string
		scan  func(sqldb.Row) (pastRow, error)
	}{
		{pairsQuery + ` WHERE p.last_at >= $1 AND p.id > $2 ORDER BY p.id LIMIT $3`, scanPair},
		{logsQuery + ` WHERE g.at >= $1 AND g.id > $2 ORDER BY g.id LIMIT $3`, scanLog},
	} {
		for after := ""; ctx.Err() == nil; {
			rows, err := m.kit.DB.Query(ctx, source.query, since, after, pageOfPast)
			if err != nil {
				return fmt.Errorf("read what was stored: %w", err)
			}
			page, err := sqldb.All(rows, source.scan)
			if err != nil {
				return err
			}
			if err := m.tellPast(ctx, fresh, page, since, now); err != nil {
				return err
			}
			if len(page) < pageOfPast {
				break
			}
			after = page[len(page)-1].id
		}
	}
	return ctx.Err()
}

// tellPast tells of what in a page matches, sensor by sensor.
func (m *Intel) tellPast(ctx context.Context, fresh *set, page []pastRow, since int64, now time.Time) error {
	hits := map[string][]hit{}
	var sensors []string
	for i := range page {
		x := &page[i]
		found := fresh.hits(&x.observation, now)
		if len(found) == 0 {
			continue
		}
		if hits[x.sensor] == nil {
			sensors = append(sensors, x.sensor)
		}
		hits[x.sensor] = append(hits[x.sensor], found...)
	}
	slices.Sort(sensors)
	for _, sensor := range sensors {
		err := m.find.Find(ctx, sensor, func(ctx context.Context, tx *sqldb.Tx, s detection.Seen, rules detection.Rules) ([]detection.Finding, error) {
			list, err := m.seen(ctx, tx, s, rules, hits[sensor])
			if err != nil {
				return nil, err
			}
			for i := range list {
				if list[i].Records, err = recordsOf(ctx, tx, sensor, list[i].Client, list[i].Server, since); err != nil {
					return nil, err
				}
			}
			return list, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// recordsOf are the newest records between two, as evidence.
func recordsOf(ctx context.Context, tx *sqldb.Tx, sensor, client, server string, since int64) ([]string, error) {
	if client == "" || server == "" {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT id FROM security_sensor_record WHERE sensor_id = $1 AND at >= $2 AND client = $3 AND server = $4 AND why <> ' correction ' ORDER BY at DESC, id DESC LIMIT $5`, sensor, since, client, server, recordsShown)
	if err != nil {
		return nil, fmt.Errorf("find records of a conversation: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	slices.Reverse(list)
	return list, err
}
