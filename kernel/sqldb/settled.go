package sqldb

import (
	"context"
	"fmt"
	"time"
)

// Settled returns a time before which nothing is being written any more, by the clock of the database: who reads on from
// a mark that rises with time goes no further than this, and misses no change that was begun earlier and takes
// longer. On SQLite changes are made one after another, so that it is now.
//
// A change counts from its first row on. The clocks of replicas, and marks that are drawn shortly before the
// first row, ask for some time in addition.
func (db *DB) Settled(ctx context.Context) (time.Time, error) {
	if db.dialect == SQLite {
		return time.Now(), nil
	}
	var ms int64
	err := db.QueryRow(ctx, `SELECT (EXTRACT(EPOCH FROM LEAST(clock_timestamp(), MIN(xact_start))) * 1000)::BIGINT
		FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL`).Scan(&ms)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the database what is being written: %w", err)
	}
	return time.UnixMilli(ms), nil
}
