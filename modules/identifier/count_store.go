package identifier

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"linghang/kernel/measure"
	"linghang/kernel/sqldb"
)

// countStore keeps what nodes were asked.
type countStore struct{ db *sqldb.DB }

// add adds counts to those of a day.
func (s countStore) add(ctx context.Context, day string, list []counted, door string, sources map[netip.Addr]uint64, others uint64) error {
	if others > 0 {
		sources[netip.Addr{}] += others
	}
	if len(list) == 0 && len(sources) == 0 {
		return nil
	}
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		for _, c := range list {
			if err := c.write(ctx, tx, day); err != nil {
				return err
			}
		}
		return addSources(ctx, tx, day, door, sources)
	})
}

const (
	// othersName is where requests count that come from more addresses than are
	// counted apart.
	othersName = "others"
	// sourcesApart is how many addresses are counted apart at a door on a day: over
	// UDP whoever asks may write any.
	sourcesApart = 4096
)

// addSources adds to what was asked at a door from where.
func addSources(ctx context.Context, tx *sqldb.Tx, day, door string, sources map[netip.Addr]uint64) error {
	rows, err := tx.Query(ctx, `SELECT address FROM source_count WHERE day = $1 AND door = $2`, day, door)
	if err != nil {
		return fmt.Errorf("read sources: %w", err)
	}
	known, err := sqldb.All(rows, func(r sqldb.Row) (address string, err error) { return address, r.Scan(&address) })
	if err != nil {
		return err
	}
	for name, n := range apart(known, sources) {
		_, err := tx.Exec(ctx, `INSERT INTO source_count (day, door, address, requests) VALUES ($1, $2, $3, $4)
			ON CONFLICT (day, door, address) DO UPDATE SET requests = source_count.requests + excluded.requests`, day, door, name, int64(n)) //nolint:gosec // far below 2^63
		if err != nil {
			return fmt.Errorf("count sources: %w", err)
		}
	}
	return nil
}

// apart returns counts by the names that they are kept under: addresses that are
// known have theirs, of new ones those that ask most, as long as there is room.
func apart(known []string, sources map[netip.Addr]uint64) map[string]uint64 {
	has := make(map[string]bool, len(known))
	for _, name := range known {
		has[name] = true
	}
	most := slices.SortedFunc(maps.Keys(sources), func(a, b netip.Addr) int {
		return cmp.Or(cmp.Compare(sources[b], sources[a]), a.Compare(b))
	})
	counts := map[string]uint64{}
	for _, address := range most {
		name := othersName
		switch text := address.String(); {
		case !address.IsValid():
		case has[text]:
			name = text
		case len(has) < sourcesApart:
			name, has[text] = text, true
		}
		counts[name] += sources[address]
	}
	return counts
}

func (c counted) write(ctx context.Context, tx *sqldb.Tx, day string) error {
	_, err := tx.Exec(ctx, `INSERT INTO node_count (day, node_id, kind, requests, succeeded, total_us, least_us, least_at, most_us, most_at, peak, peak_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (day, node_id, kind) DO UPDATE SET requests = node_count.requests + excluded.requests, succeeded = node_count.succeeded + excluded.succeeded,
			total_us = node_count.total_us + excluded.total_us,
			least_at = CASE WHEN excluded.least_us < node_count.least_us THEN excluded.least_at ELSE node_count.least_at END,
			least_us = CASE WHEN excluded.least_us < node_count.least_us THEN excluded.least_us ELSE node_count.least_us END,
			most_at = CASE WHEN excluded.most_us > node_count.most_us THEN excluded.most_at ELSE node_count.most_at END,
			most_us = CASE WHEN excluded.most_us > node_count.most_us THEN excluded.most_us ELSE node_count.most_us END,
			peak_at = CASE WHEN excluded.peak > node_count.peak THEN excluded.peak_at ELSE node_count.peak_at END,
			peak = CASE WHEN excluded.peak > node_count.peak THEN excluded.peak ELSE node_count.peak END`,
		day, c.nodeID, c.kind, int64(c.Requests), int64(c.Succeeded), c.Sum.Microseconds(), //nolint:gosec // far below 2^63
		c.Least.Microseconds(), c.LeastAt.UnixMilli(), c.Most.Microseconds(), c.MostAt.UnixMilli(), int64(c.Peak), c.PeakAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("count requests of a node: %w", err)
	}
	return nil
}

// CountView is what was asked within a time.
type CountView struct {
	Requests  int64     `json:"requests" title:"请求数|Requests"`
	Succeeded int64     `json:"succeeded" title:"成功数|Succeeded"`
	MeanMs    float64   `json:"mean_ms" title:"平均时延(ms)|Mean (ms)"`
	LeastMs   float64   `json:"least_ms" title:"最小时延(ms)|Least (ms)"`
	LeastAt   time.Time `json:"least_at" title:"最小时延时间|Least at"`
	MostMs    float64   `json:"most_ms" title:"最大时延(ms)|Most (ms)"`
	MostAt    time.Time `json:"most_at" title:"最大时延时间|Most at"`
	Peak      int64     `json:"peak" doc:"Requests that one node had in its busiest second" title:"峰值QPS|Peak per second"`
	PeakAt    time.Time `json:"peak_at" title:"峰值时间|Peak at"`
}

// dayCount is what a node was asked on a day.
type dayCount struct {
	Day  string `json:"day" title:"日期|Day"`
	Kind string `json:"kind" enum:"resolution,registration" title:"类别|Kind"`
	CountView
}

// scanCount reads columns and behind them those of a count.
func scanCount(r sqldb.Row, c *CountView, before ...any) error {
	var total, least, leastAt, most, mostAt, peakAt int64
	err := r.Scan(append(before, &c.Requests, &c.Succeeded, &total, &least, &leastAt, &most, &mostAt, &c.Peak, &peakAt)...)
	c.LeastMs, c.MostMs = float64(least)/1000, float64(most)/1000
	if c.Requests > 0 {
		c.MeanMs = float64(total/c.Requests) / 1000
	}
	c.LeastAt, c.MostAt, c.PeakAt = time.UnixMilli(leastAt).UTC(), time.UnixMilli(mostAt).UTC(), time.UnixMilli(peakAt).UTC()
	return err
}

func scanDayCount(r sqldb.Row) (c dayCount, err error) {
	err = scanCount(r, &c.CountView, &c.Day, &c.Kind)
	return c, err
}

// days returns what a node was asked, the newest day first.
func (s countStore) days(ctx context.Context, nodeID string, p sqldb.ListParams) (sqldb.Page[dayCount], error) {
	l := sqldb.List{
		Select: "c.day, c.kind, c.requests, c.succeeded, c.total_us, c.least_us, c.least_at, c.most_us, c.most_at, c.peak, c.peak_at",
		From:   "node_count c", Key: "c.day || '/' || c.kind", Order: "-day",
		Sort: map[string]string{"day": "c.day", "kind": "c.kind", "requests": "c.requests", "peak": "c.peak", "most_ms": "c.most_us"},
	}
	l.Where("c.node_id = ?", nodeID)
	return sqldb.Fetch(ctx, s.db, l, p, scanDayCount)
}

// inScaledUse counts nodes of a role in scaled use. A secondary node's numbers are
// its own and those of the enterprise nodes below it. What probes ask is not use.
func (s countStore) inScaledUse(ctx context.Context, r role, from scale, now time.Time) (measure.Value, error) {
	since := dayOf(now.AddDate(0, 0, -scaleDays))
	var n, synthetic int
	err := s.db.QueryRow(ctx, `WITH use_of AS (
			SELECT n.id, n.synthetic,
				(SELECT COUNT(*) FROM identifier i JOIN node x ON x.id = i.node_id WHERE x.id = n.id OR x.above_id = n.id) AS identifiers,
				(SELECT COALESCE(SUM(c.succeeded), 0) FROM node_count c JOIN node x ON x.id = c.node_id
					WHERE (x.id = n.id OR x.above_id = n.id) AND c.kind = 'resolution' AND c.day >= $1)
				- (SELECT COALESCE(SUM(p.asked), 0) FROM probe_day p JOIN node x ON x.id = p.node_id
					WHERE (x.id = n.id OR x.above_id = n.id) AND p.day >= $1) AS resolutions
			FROM node n WHERE n.role = $2 AND n.hosting = 'hosted' AND n.state IN ('trial', 'in_service'))
		SELECT COUNT(*), COALESCE(SUM(CASE WHEN synthetic THEN 1 ELSE 0 END), 0) FROM use_of WHERE identifiers >= $3 AND resolutions >= $4`,
		since, string(r), from.Identifiers, from.Resolutions).Scan(&n, &synthetic)
	if err != nil {
		return measure.Value{}, fmt.Errorf("count nodes in scaled use: %w", err)
	}
	return measure.Value{Number: float64(n), At: now, Known: true, Synthetic: synthetic > 0}, nil
}

// forget drops addresses that are older than the contract asks for.
func (s countStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM source_count WHERE day < $1`, dayOf(before)); err != nil {
			return fmt.Errorf("forget sources: %w", err)
		}
		return nil
	})
}
