package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/bulletin"
	"linghang/modules/platforms/internal/check"
)

// bulletinFigureStore reads what monitoring reports are made of.
type bulletinFigureStore struct {
	db        *sqldb.DB
	catalogue *catalogue
}

// counted are the platforms of a report: those in trial or in service that were
// registered in time, and those with figures of the period.
func (s bulletinFigureStore) counted(ctx context.Context, x reportPeriod) ([]platform, error) {
	rows, err := s.db.Query(ctx, `SELECT `+platformColumns+` FROM platform p WHERE `+watched+` AND p.created_at < $2
		OR EXISTS (SELECT 1 FROM fact f WHERE f.platform_id = p.id AND f.dims = '' AND f.period_at >= $1 AND f.period_at < $2) ORDER BY p.id`, x.from.UnixMilli(), x.until.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read platforms of a report: %w", err)
	}
	return sqldb.All(rows, scanPlatform)
}

// histories reads a platform's totals of days and months from a time until before
// another, by indicator; corrections are those since a third.
func (s bulletinFigureStore) histories(ctx context.Context, platformID string, from, until, corrected time.Time) (map[string]history, error) {
	rows, err := s.db.Query(ctx, `SELECT f.code, f.period_at, f.revision, f.value, f.known_at, f.submission_id FROM fact f
		WHERE f.platform_id = $1 AND f.dims = '' AND f.period_at >= $2 AND f.period_at < $3 ORDER BY f.code, f.period_at, f.revision`, platformID, from.UnixMilli(), until.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read facts of %s: %w", platformID, err)
	}
	all := map[string]history{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		f := monthFact{platformID: platformID}
		var at, known int64
		if err := r.Scan(&f.code, &at, &f.revision, &f.value, &known, &f.submissionID); err != nil {
			return struct{}{}, err
		}
		f.at, f.known = time.UnixMilli(at).In(cityTime()), sqldb.Time(known)
		h := all[f.code]
		last := len(h.facts) - 1
		if last < 0 || !h.facts[last].at.Equal(f.at) {
			h.facts = append(h.facts, f)
		} else {
			if !f.at.Before(corrected) {
				h.corrections = append(h.corrections, bulletin.Correction{
					Platform: platformID, Code: f.code, Period: s.catalogue.byCode[f.code].dated(f.at), Revision: f.revision, Old: h.facts[last].value, New: f.value, Known: f.known, Submission: f.submissionID,
				})
			}
			h.facts[last] = f
		}
		all[f.code] = h
		return struct{}{}, nil
	})
	return all, err
}

// only narrows a query to one platform, or leaves it as it is.
func only(query, column, platformID string, args []any) (string, []any) {
	if platformID == "" {
		return query, args
	}
	return query + fmt.Sprintf(" AND %s = $%d", column, len(args)+1), append(args, platformID)
}

func (s bulletinFigureStore) grades(ctx context.Context, x reportPeriod, platformID string) ([]bulletin.Grade, error) {
	query, args := only(`SELECT q.platform_id, q.day, q.definition, q.score, q.grade FROM quality_day q
		WHERE q.day = (SELECT MAX(y.day) FROM quality_day y WHERE y.platform_id = q.platform_id AND y.day >= $1 AND y.day < $2)`, "q.platform_id", platformID, []any{x.from.UnixMilli(), x.until.UnixMilli()})
	rows, err := s.db.Query(ctx, query+` ORDER BY q.platform_id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read grades: %w", err)
	}
	return orEmpty(sqldb.All(rows, func(r sqldb.Row) (g bulletin.Grade, err error) {
		var day int64
		err = r.Scan(&g.Platform, &day, &g.Definition, &g.Score, &g.Grade)
		g.Day = dayOf(time.UnixMilli(day))
		return g, err
	}))
}

// orEmpty lets a list without rows be one, not null.
func orEmpty[T any](list []T, err error) ([]T, error) {
	if list == nil {
		list = []T{}
	}
	return list, err
}

// findings are the doubts about figures of the period, open ones first.
func (s bulletinFigureStore) findings(ctx context.Context, x reportPeriod, platformID string) ([]bulletin.Finding, error) {
	query, args := only(`SELECT f.platform_id, f.kind, f.code, f.from_at, f.until_at, f.severity, f.state FROM finding f WHERE f.from_at < $2 AND f.until_at >= $1`, "f.platform_id", platformID, []any{x.from.UnixMilli(), x.until.UnixMilli()})
	rows, err := s.db.Query(ctx, query+` ORDER BY CASE WHEN f.state = 'open' THEN 0 WHEN f.state = 'explained' THEN 1 ELSE 2 END, f.weight DESC, f.platform_id, f.kind, f.code, f.from_at, f.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	return orEmpty(sqldb.All(rows, func(r sqldb.Row) (f bulletin.Finding, err error) {
		var from, until int64
		err = r.Scan(&f.Platform, &f.Kind, &f.Code, &from, &until, &f.Severity, &f.State)
		f.Title, f.From, f.Until = kindTitle(check.Kind(f.Kind)), dayOf(time.UnixMilli(from)), dayOf(time.UnixMilli(until))
		return f, err
	}))
}

// bulletinMonths is over how many months availability is told.
const bulletinMonths = 6

// availability is by month, the newest first.
func (s bulletinFigureStore) availability(ctx context.Context, x reportPeriod, platformID string) ([]bulletin.Available, error) {
	from := x.until.AddDate(0, -bulletinMonths, 0)
	incidents, err := s.incidents(ctx, from, x.until)
	if err != nil {
		return nil, err
	}
	query, args := only(`SELECT d.platform_id, SUBSTR(d.day, 1, 7), SUM(d.looks), SUM(d.good), SUM(d.stopped) FROM probe_day d WHERE d.day >= $1 AND d.day < $2`, "d.platform_id", platformID, []any{dayOf(from), dayOf(x.until)})
	rows, err := s.db.Query(ctx, query+` GROUP BY d.platform_id, SUBSTR(d.day, 1, 7) ORDER BY SUBSTR(d.day, 1, 7) DESC, d.platform_id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read availability: %w", err)
	}
	return orEmpty(sqldb.All(rows, func(r sqldb.Row) (a bulletin.Available, err error) {
		err = r.Scan(&a.Platform, &a.Month, &a.Looks, &a.Good, &a.Stopped)
		a.SLA = lookSum{looks: a.Looks, good: a.Good, stopped: a.Stopped}.sla()
		a.Incidents = incidents[[2]string{a.Platform, a.Month}]
		return a, err
	}))
}

// incidents counts those that began, by platform and month.
func (s bulletinFigureStore) incidents(ctx context.Context, from, until time.Time) (map[[2]string]int, error) {
	rows, err := s.db.Query(ctx, `SELECT i.platform_id, i.began_at FROM incident i WHERE i.began_at >= $1 AND i.began_at < $2`, from.UnixMilli(), until.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("count incidents: %w", err)
	}
	n := map[[2]string]int{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		var began int64
		err := r.Scan(&id, &began)
		n[[2]string{id, monthOf(time.UnixMilli(began))}]++
		return struct{}{}, err
	})
	return n, err
}

func (s bulletinFigureStore) alerts(ctx context.Context, x reportPeriod, platformID string) ([]bulletin.Alert, error) {
	query, args := only(`SELECT r.code, r.name_zh, r.name_en, a.severity, COUNT(*), COUNT(DISTINCT a.platform_id), COALESCE(SUM(CASE WHEN a.ended_at = 0 OR a.ended_at >= $2 THEN 1 ELSE 0 END), 0)
		FROM alert a JOIN alert_rule r ON r.id = a.rule_id WHERE a.fired_at >= $1 AND a.fired_at < $2`, "a.platform_id", platformID, []any{x.from.UnixMilli(), x.until.UnixMilli()})
	rows, err := s.db.Query(ctx, query+` GROUP BY r.code, r.name_zh, r.name_en, a.severity ORDER BY COUNT(*) DESC, r.code, a.severity`, args...)
	if err != nil {
		return nil, fmt.Errorf("count alerts: %w", err)
	}
	return orEmpty(sqldb.All(rows, func(r sqldb.Row) (a bulletin.Alert, err error) {
		return a, r.Scan(&a.Code, &a.Rule.ZH, &a.Rule.EN, &a.Severity, &a.Fired, &a.Platforms, &a.Lasting)
	}))
}

// published are the rankings of months of the period that are published.
func (s bulletinFigureStore) published(ctx context.Context, x reportPeriod) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT id FROM ranking_run WHERE state = 'published' AND month_at >= $1 AND month_at < $2 ORDER BY month_at DESC, name_zh, id LIMIT 20`, x.from.UnixMilli(), x.until.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read published rankings: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
}

func (s bulletinFigureStore) reach(ctx context.Context, x reportPeriod) ([]bulletin.Reach, error) {
	rows, err := s.db.Query(ctx, `SELECT figure FROM reach_month WHERE month >= $1 AND month <= $2 ORDER BY month`, monthOf(x.from), monthOf(x.until.Add(-time.Millisecond)))
	if err != nil {
		return nil, fmt.Errorf("read penetration: %w", err)
	}
	return orEmpty(sqldb.All(rows, func(r sqldb.Row) (out bulletin.Reach, err error) {
		var figure string
		var y Reach
		if err := r.Scan(&figure); err != nil {
			return out, err
		}
		if err := json.Unmarshal([]byte(figure), &y); err != nil {
			return out, fmt.Errorf("read penetration: %w", err)
		}
		return bulletin.Reach{
			Month: y.Month, Counted: y.CountedAt, Version: y.Version, Platforms: y.Platforms, Lists: y.Lists, Served: y.Served, Active: y.Active, FrameMonth: y.FrameMonth, Frame: y.Frame, Using: y.Using, Rate: y.Rate,
		}, nil
	}))
}

// served is the newest list of each platform up to the end of the period.
func (s bulletinFigureStore) served(ctx context.Context, x reportPeriod, platformID string) ([]bulletin.Served, error) {
	query, args := only(`SELECT l.platform_id, l.month, l.enterprises, l.made_at FROM reach_list l WHERE l.kind = 'served' AND l.state <> 'loading' AND l.month <= $1`, "l.platform_id", platformID, []any{monthOf(x.until.Add(-time.Millisecond))})
	rows, err := s.db.Query(ctx, query+` ORDER BY l.platform_id, l.month DESC, l.made_at DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("read lists of enterprises served: %w", err)
	}
	list := []bulletin.Served{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var v bulletin.Served
		var at int64
		err := r.Scan(&v.Platform, &v.Month, &v.Enterprises, &at)
		v.Known = sqldb.Time(at)
		if len(list) == 0 || list[len(list)-1].Platform != v.Platform {
			list = append(list, v)
		}
		return struct{}{}, err
	})
	return list, err
}

// title names an indicator.
func (c *catalogue) title(code string) lang.Text {
	if x, ok := c.byCode[code]; ok {
		return x.Title
	}
	return lang.Text{ZH: strings.TrimSpace(code), EN: strings.TrimSpace(code)}
}
