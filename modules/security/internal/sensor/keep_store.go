package sensor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// How long what came is kept, from when it came: a capture of last year that somebody reads
// today is not over its time.
const (
	keepFine       = 24 * time.Hour // aggregates of ten seconds; after that they are of a minute
	keepAggregates = 90 * 24 * time.Hour
	keepRecords    = 180 * 24 * time.Hour
	keepLedger     = 180 * 24 * time.Hour
	lookAgain      = 24 * time.Hour // at what is kept longer
	hoursAtOnce    = 48
	batchesAtOnce  = 200 // that are forgotten in one change
	changesAtOnce  = 200
	minute         = 60_000
)

// Held are IDs of records and logs by sensor that are not forgotten yet, whatever their age.
type Held map[string]map[string]bool

// Holds tells what is held of what came before a time.
type Holds func(ctx context.Context, before time.Time) (Held, error)

// rollUp makes aggregates of a minute out of those of ten seconds that are a day old, an
// hour in each change, and forgets what is over its time.
func (s store) rollUp(ctx context.Context, now time.Time, holds Holds) error {
	before := now.Add(-keepFine).Truncate(time.Hour).UnixMilli()
	for range hoursAtOnce {
		more, err := s.rollHour(ctx, before)
		if err != nil || !more {
			if err != nil {
				return err
			}
			break
		}
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for query, keep := range map[string]time.Duration{
			`DELETE FROM security_sensor_aggregate WHERE span = 60 AND at < $1 AND received_at < $1`:         keepAggregates,
			`DELETE FROM security_sensor_batch WHERE received_at < $1 AND stream NOT IN ('records', 'logs')`: keepLedger,
			`DELETE FROM security_sensor_look WHERE at < $1`:                                                 keepRecords,
		} {
			if _, err := tx.Exec(ctx, query, now.Add(-keep).UnixMilli()); err != nil {
				return fmt.Errorf("forget what is over its time: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.forget(ctx, now, holds)
}

// old is a batch of records or logs that is over its time.
type old struct {
	sensor, spool, stream string
	sequence              int64
}

// forget forgets records and logs batch by batch, but those that are held.
func (s store) forget(ctx context.Context, now time.Time, holds Holds) error {
	var held Held
	before := now.Add(-keepRecords)
	for n := range changesAtOnce {
		list, err := s.over(ctx, now, before)
		if err != nil || len(list) == 0 {
			return err
		}
		if n == 0 {
			if held, err = holds(ctx, before); err != nil {
				return err
			}
		}
		err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
			for _, o := range list {
				if err := o.forget(ctx, tx, held[o.sensor], now); err != nil {
					return fmt.Errorf("forget records that are over their time: %w", err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// over are batches that are over their time, and those that are to be looked at again.
func (s store) over(ctx context.Context, now, before time.Time) ([]old, error) {
	rows, err := s.db.Query(ctx, `SELECT sensor_id, spool, stream, sequence FROM (SELECT sensor_id, spool, stream, sequence FROM security_sensor_batch WHERE received_at < $1 AND stream IN ('records', 'logs') ORDER BY received_at LIMIT $3) a
		UNION ALL SELECT sensor_id, spool, stream, sequence FROM (SELECT sensor_id, spool, stream, sequence FROM security_sensor_kept WHERE again_at < $2 ORDER BY again_at LIMIT $3) b`, before.UnixMilli(), now.UnixMilli(), batchesAtOnce)
	if err != nil {
		return nil, fmt.Errorf("find batches that are over their time: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (o old, err error) { return o, r.Scan(&o.sensor, &o.spool, &o.stream, &o.sequence) })
}

// forget takes a batch out of the ledger with what came in it, but for what is held.
func (o old) forget(ctx context.Context, tx *sqldb.Tx, held map[string]bool, now time.Time) error {
	table := "security_sensor_record"
	if o.stream == string(batch.Logs) {
		table = "security_sensor_log"
	}
	kept, err := o.held(ctx, tx, table, held)
	if err != nil {
		return err
	}
	args := []any{o.sensor, o.spool, o.sequence}
	query := `DELETE FROM ` + table + ` WHERE sensor_id = $1 AND spool = $2 AND sequence = $3`
	if len(kept) > 0 {
		query += ` AND id NOT IN (` + sqldb.Marks(4, len(kept)) + `)`
	}
	if _, err := tx.Exec(ctx, query, append(slices.Clone(args), kept...)...); err != nil {
		return err
	}
	batchOf := append(args, o.stream)
	if _, err := tx.Exec(ctx, `DELETE FROM security_sensor_batch WHERE sensor_id = $1 AND spool = $2 AND sequence = $3 AND stream = $4`, batchOf...); err != nil {
		return err
	}
	if len(kept) == 0 {
		_, err := tx.Exec(ctx, `DELETE FROM security_sensor_kept WHERE sensor_id = $1 AND spool = $2 AND sequence = $3 AND stream = $4`, batchOf...)
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_sensor_kept (sensor_id, spool, sequence, stream, again_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (sensor_id, spool, stream, sequence) DO UPDATE SET again_at = excluded.again_at`,
		append(batchOf, now.Add(lookAgain).UnixMilli())...)
	return err
}

// held are the IDs of what came in a batch and is held.
func (o old) held(ctx context.Context, tx *sqldb.Tx, table string, held map[string]bool) (kept []any, err error) {
	if len(held) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT id FROM `+table+` WHERE sensor_id = $1 AND spool = $2 AND sequence = $3`, o.sensor, o.spool, o.sequence)
	if err != nil {
		return nil, err
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	for _, id := range ids {
		if held[id] {
			kept = append(kept, id)
		}
	}
	return kept, err
}

func (s store) rollHour(ctx context.Context, before int64) (more bool, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var oldest int64
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MIN(at), 0) FROM security_sensor_aggregate WHERE span < 60 AND at < $1`, before).Scan(&oldest); err != nil {
			return fmt.Errorf("find old aggregates: %w", err)
		}
		if more = oldest > 0; !more {
			return nil
		}
		from := time.UnixMilli(oldest).UTC().Truncate(time.Hour).UnixMilli()
		to := from + time.Hour.Milliseconds()
		_, err := tx.Exec(ctx, `INSERT INTO security_sensor_aggregate (sensor_id, at, span, client, server, protocol, port, unit, class, function, requests, responses, exceptions, octets, guesses, received_at)
			SELECT sensor_id, (at / $3) * $3, 60, client, server, protocol, port, unit, class, function, CAST(SUM(requests) AS BIGINT), CAST(SUM(responses) AS BIGINT), CAST(SUM(exceptions) AS BIGINT), CAST(SUM(octets) AS BIGINT), CASE WHEN MIN(guesses) < 0 THEN -1 ELSE CAST(SUM(guesses) AS BIGINT) END, MAX(received_at)
			FROM security_sensor_aggregate WHERE span < 60 AND at >= $1 AND at < $2 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
			ON CONFLICT (sensor_id, at, span, client, server, protocol, port, unit, class, function) DO UPDATE SET requests = security_sensor_aggregate.requests + excluded.requests,
				responses = security_sensor_aggregate.responses + excluded.responses, exceptions = security_sensor_aggregate.exceptions + excluded.exceptions, octets = security_sensor_aggregate.octets + excluded.octets, `+guessesTogether+`, `+newestOfTwo, from, to, minute)
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM security_sensor_aggregate WHERE span < 60 AND at >= $1 AND at < $2`, from, to)
		}
		if err != nil {
			return fmt.Errorf("make aggregates of a minute: %w", err)
		}
		return nil
	})
	return more, err
}
