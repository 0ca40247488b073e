package sensor

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// How long what came is kept.
const (
	keepFine       = 24 * time.Hour // aggregates of ten seconds; after that they are of a minute
	keepAggregates = 90 * 24 * time.Hour
	keepRecords    = 180 * 24 * time.Hour
	keepLedger     = 180 * 24 * time.Hour
	hoursAtOnce    = 48
	minute         = 60_000
)

// rollUp makes aggregates of a minute out of those of ten seconds that are a day old, an
// hour in each change, and forgets what is over its time.
func (s store) rollUp(ctx context.Context, now time.Time) error {
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
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for query, keep := range map[string]time.Duration{
			`DELETE FROM security_sensor_aggregate WHERE span = 60 AND at < $1`: keepAggregates,
			`DELETE FROM security_sensor_record WHERE at < $1`:                  keepRecords,
			`DELETE FROM security_sensor_log WHERE at < $1`:                     keepRecords,
			`DELETE FROM security_sensor_batch WHERE received_at < $1`:          keepLedger,
			`DELETE FROM security_sensor_look WHERE at < $1`:                    keepRecords,
		} {
			if _, err := tx.Exec(ctx, query, now.Add(-keep).UnixMilli()); err != nil {
				return fmt.Errorf("forget what is over its time: %w", err)
			}
		}
		return nil
	})
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
		_, err := tx.Exec(ctx, `INSERT INTO security_sensor_aggregate (sensor_id, at, span, client, server, protocol, port, unit, class, function, requests, responses, exceptions, octets, guesses)
			SELECT sensor_id, (at / $3) * $3, 60, client, server, protocol, port, unit, class, function, CAST(SUM(requests) AS BIGINT), CAST(SUM(responses) AS BIGINT), CAST(SUM(exceptions) AS BIGINT), CAST(SUM(octets) AS BIGINT), CASE WHEN MIN(guesses) < 0 THEN -1 ELSE CAST(SUM(guesses) AS BIGINT) END
			FROM security_sensor_aggregate WHERE span < 60 AND at >= $1 AND at < $2 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
			ON CONFLICT (sensor_id, at, span, client, server, protocol, port, unit, class, function) DO UPDATE SET requests = security_sensor_aggregate.requests + excluded.requests,
				responses = security_sensor_aggregate.responses + excluded.responses, exceptions = security_sensor_aggregate.exceptions + excluded.exceptions, octets = security_sensor_aggregate.octets + excluded.octets, `+guessesTogether, from, to, minute)
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
