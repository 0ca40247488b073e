package plan

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// until returns what counted for each target before a time: its newest value,
// and its history thinned as the board shows it.
func (s valueStore) until(ctx context.Context, planID string, end time.Time) (map[string]value, map[string][]point, error) {
	rows, err := s.db.Query(ctx, `WITH ranked AS (
			SELECT w.id, ROW_NUMBER() OVER (PARTITION BY w.target_id ORDER BY w.valid_at DESC, w.known_at DESC) AS place
			FROM target_value w JOIN target t ON t.id = w.target_id WHERE w.known_at > 0 AND w.valid_at < $2 AND t.plan_id = $1)
		SELECT `+valueColumns+` FROM target_value v JOIN ranked r ON r.id = v.id WHERE r.place = 1`, planID, end.UnixMilli())
	if err != nil {
		return nil, nil, fmt.Errorf("read values of the quarter: %w", err)
	}
	list, err := sqldb.All(rows, scanValue)
	if err != nil {
		return nil, nil, fmt.Errorf("read values of the quarter: %w", err)
	}
	if err := s.attach(ctx, list); err != nil {
		return nil, nil, err
	}
	newest := map[string]value{}
	for _, v := range list {
		newest[v.TargetID] = v
	}
	trends, err := s.trend(ctx, planID, "", trendPoints)
	for id, points := range trends {
		n := 0
		for n < len(points) && points[n].at < end.UnixMilli() {
			n++
		}
		trends[id] = points[:n]
	}
	return newest, trends, err
}

// counted lists reported values that began to count within a time, newest first.
func (s valueStore) counted(ctx context.Context, planID string, from, to time.Time) ([]value, error) {
	rows, err := s.db.Query(ctx, `SELECT `+valueColumns+` FROM target_value v JOIN target t ON t.id = v.target_id
		WHERE t.plan_id = $1 AND v.source = 'reported' AND v.known_at >= $2 AND v.known_at < $3 ORDER BY v.known_at DESC, v.id LIMIT 500`, planID, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read values that began to count: %w", err)
	}
	return sqldb.All(rows, scanValue)
}

// changedWithin lists changes to a plan's targets within a time, oldest first.
func (s targetStore) changedWithin(ctx context.Context, planID string, from, to time.Time) ([]namedChange, error) {
	rows, err := s.db.Query(ctx, `SELECT c.at, c.actor, c.name, c.field, c.before, c.after, c.reason, t.title_zh, t.title_en
		FROM target_change c JOIN target t ON t.id = c.target_id WHERE t.plan_id = $1 AND c.at >= $2 AND c.at < $3 ORDER BY c.at, c.id LIMIT 200`,
		planID, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read changes of the quarter: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (namedChange, error) {
		var c namedChange
		var at int64
		var title lang.Text
		err := r.Scan(&at, &c.Actor, &c.Name, &c.Field, &c.Before, &c.After, &c.Reason, &title.ZH, &title.EN)
		c.At, c.target = sqldb.Time(at), title
		return c, err
	})
}
