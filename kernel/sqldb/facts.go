package sqldb

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Facts are what an operator wants to know of an engine.
type Facts struct {
	Version  string
	Encoding string
	Latency  time.Duration // of a question and its answer, the middle of several
	Ahead    time.Duration // how far its clock is ahead of this machine's
}

// Facts asks the engine about itself.
func (db *DB) Facts(ctx context.Context) (f Facts, err error) {
	query := `SELECT sqlite_version(), (SELECT encoding FROM pragma_encoding)`
	if db.dialect == Postgres {
		query = `SELECT current_setting('server_version'), current_setting('server_encoding')`
	}
	if err := db.QueryRow(ctx, query).Scan(&f.Version, &f.Encoding); err != nil {
		return f, fmt.Errorf("ask the engine of %s: %w", db.room, err)
	}
	clock := `SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)`
	if db.dialect == Postgres {
		clock = `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`
	}
	var took []time.Duration
	for range 9 {
		start := time.Now()
		var now int64
		if err := db.QueryRow(ctx, clock).Scan(&now); err != nil {
			return f, fmt.Errorf("ask the clock of %s: %w", db.room, err)
		}
		took = append(took, time.Since(start))
		f.Ahead = time.UnixMilli(now).Sub(start.Add(took[len(took)-1] / 2))
	}
	slices.Sort(took)
	f.Latency = took[len(took)/2]
	return f, nil
}
