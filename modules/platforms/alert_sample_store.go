package platforms

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
	"linghang/modules/platforms/internal/check"
)

// alertSampleStore looks for what ready-made rules ask for, in the platforms that
// are in trial or in service.
type alertSampleStore struct{ db *sqldb.DB }

// among narrows a query to some platforms; none are all.
func among(platforms []string, args []any) (string, []any) {
	if len(platforms) == 0 {
		return "", args
	}
	marks := make([]string, len(platforms))
	for i, id := range platforms {
		args = append(args, id)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	return ` AND p.id IN (` + strings.Join(marks, ", ") + `)`, args
}

// rows reads samples that have a platform, two more labels and a number.
func (s alertSampleStore) rows(ctx context.Context, platforms []string, names [2]string, value func(float64) float64, query, group string, args ...any) ([]alert.Sample, error) {
	only, args := among(platforms, args)
	rows, err := s.db.Query(ctx, query+` AND `+watched+only+group, args...)
	if err != nil {
		return nil, fmt.Errorf("look for what a rule asks for: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x alert.Sample, err error) {
		var platform string
		var more [2]string
		if err := r.Scan(&platform, &more[0], &more[1], &x.Value); err != nil {
			return x, err
		}
		x.Value, x.Labels = value(x.Value), alert.Labels{alert.PlatformLabel: platform}
		for i, name := range names {
			if name != "" && more[i] != "" {
				x.Labels[name] = more[i]
			}
		}
		return x, nil
	})
}

// since turns unix milliseconds into how long ago that is, rounded down.
func since(now time.Time, unit time.Duration) func(float64) float64 {
	return func(ms float64) float64 { return float64(now.Sub(time.UnixMilli(int64(ms))) / unit) }
}

func (s alertSampleStore) silent(ctx context.Context, platforms []string, now time.Time) ([]alert.Sample, error) {
	return s.rows(ctx, platforms, [2]string{}, since(now, time.Minute),
		`SELECT p.id, '', '', p.last_report_at FROM platform p WHERE p.last_report_at > 0 AND p.silent_at <= $1`, ` ORDER BY p.id`, now.UnixMilli())
}

func (s alertSampleStore) incidents(ctx context.Context, platforms []string, now time.Time) ([]alert.Sample, error) {
	return s.rows(ctx, platforms, [2]string{"target"}, since(now, time.Minute),
		`SELECT p.id, t.name, '', MIN(i.began_at) FROM incident i JOIN probe_target t ON t.id = i.target_id JOIN platform p ON p.id = i.platform_id WHERE i.ended_at = 0`, ` GROUP BY p.id, t.name ORDER BY p.id, t.name`)
}

func (s alertSampleStore) certificates(ctx context.Context, platforms []string, days float64, now time.Time) ([]alert.Sample, error) {
	end := now.Add(time.Duration(days * 24 * float64(time.Hour)))
	left := func(ms float64) float64 { return float64(time.UnixMilli(int64(ms)).Sub(now) / (24 * time.Hour)) }
	return s.rows(ctx, platforms, [2]string{"target"}, left,
		`SELECT p.id, t.name, '', MIN(t.until_at) FROM probe_target t JOIN platform p ON p.id = t.platform_id WHERE t.enabled AND t.removed_at = 0 AND t.until_at > 0 AND t.until_at < $1`, ` GROUP BY p.id, t.name ORDER BY p.id, t.name`, end.UnixMilli())
}

func (s alertSampleStore) findings(ctx context.Context, platforms []string, least string) ([]alert.Sample, error) {
	return s.rows(ctx, platforms, [2]string{"finding", "indicator"}, func(n float64) float64 { return n },
		`SELECT p.id, f.kind, f.code, COUNT(*) FROM finding f JOIN platform p ON p.id = f.platform_id WHERE f.state = 'open' AND f.weight >= $1`, ` GROUP BY p.id, f.kind, f.code ORDER BY p.id, f.kind, f.code`, int64(cost(check.Severity(least))))
}

// newest returns the newest totals of an indicator.
func (s alertSampleStore) newest(ctx context.Context, platforms []string, code string) ([]alert.Sample, error) {
	return s.rows(ctx, platforms, [2]string{"indicator"}, func(v float64) float64 { return v },
		`SELECT p.id, x.code, '', x.value FROM latest x JOIN platform p ON p.id = x.platform_id WHERE x.dims = '' AND x.code = $1`, ` ORDER BY p.id`, code)
}

// overdue returns by how many hours figures are overdue, one that came once being
// expected to go on coming.
func (s alertSampleStore) overdue(ctx context.Context, platforms []string, c *catalogue, code string, now time.Time) ([]alert.Sample, error) {
	only, args := among(platforms, nil)
	if code != "" {
		args = append(args, code)
		only += fmt.Sprintf(` AND x.code = $%d`, len(args))
	}
	rows, err := s.db.Query(ctx, `SELECT p.id, x.code, x.at FROM latest x JOIN platform p ON p.id = x.platform_id WHERE x.dims = '' AND `+watched+only+` ORDER BY p.id, x.code`, args...)
	if err != nil {
		return nil, fmt.Errorf("read newest figures: %w", err)
	}
	newest, order := map[string]map[string]time.Time{}, []string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var platform, code string
		var at int64
		if err := r.Scan(&platform, &code, &at); err != nil {
			return struct{}{}, err
		}
		if newest[platform] == nil {
			newest[platform] = map[string]time.Time{}
			order = append(order, platform)
		}
		newest[platform][code] = sqldb.Time(at)
		return struct{}{}, nil
	})
	var list []alert.Sample
	for _, platform := range order {
		for _, d := range c.dueOf(newest[platform], now) {
			if d.State == "missing" {
				list = append(list, alert.Sample{Labels: alert.Labels{alert.PlatformLabel: platform, "indicator": d.Code}, Value: float64(now.Sub(d.DueAt) / time.Hour)})
			}
		}
	}
	return list, err
}

// pair is a figure and the one of the period before.
type pair struct {
	platform      string
	before, after float64
}

// lastTwo returns the two newest periods of an indicator of days or months, where
// one follows the other, in their newest revisions.
func (s alertSampleStore) lastTwo(ctx context.Context, platforms []string, code string, t tier, now time.Time) ([]pair, error) {
	args := []any{code, now.AddDate(0, -4, 0).UnixMilli()}
	only, args := among(platforms, args)
	rows, err := s.db.Query(ctx, `SELECT y.platform_id, y.period_at, y.value FROM (
			SELECT f.platform_id, f.period_at, f.value, ROW_NUMBER() OVER (PARTITION BY f.platform_id, f.period_at ORDER BY f.revision DESC) AS newer,
				DENSE_RANK() OVER (PARTITION BY f.platform_id ORDER BY f.period_at DESC) AS age
			FROM fact f JOIN platform p ON p.id = f.platform_id WHERE f.code = $1 AND f.dims = '' AND f.period_at >= $2 AND `+watched+only+`) y
		WHERE y.newer = 1 AND y.age <= 2 ORDER BY y.platform_id, y.period_at`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the last two periods of %s: %w", code, err)
	}
	type figure struct {
		platform string
		at       time.Time
		value    float64
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x figure, err error) {
		var at int64
		err = r.Scan(&x.platform, &at, &x.value)
		x.at = time.UnixMilli(at).In(cityTime())
		return x, err
	})
	var pairs []pair
	for i := 1; i < len(list); i++ {
		x, y := list[i-1], list[i]
		next := x.at.AddDate(0, 0, 1)
		if t == monthly {
			next = x.at.AddDate(0, 1, 0)
		}
		if x.platform == y.platform && next.Equal(y.at) {
			pairs = append(pairs, pair{y.platform, x.value, y.value})
		}
	}
	return pairs, err
}
