package identifier

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// statisticStore adds up what was counted.
type statisticStore struct{ db *sqldb.DB }

// selection is which nodes are counted: those that the caller may see, of a role,
// or one with or without those below it.
type selection struct {
	node, role string
	below      bool
	scope      identity.Scope
}

// condition is that of a node n, with its arguments behind those that there are.
func (s selection) condition(args []any) (string, []any) {
	var parts []string
	place := func(value any) string {
		args = append(args, value)
		return fmt.Sprint("$", len(args))
	}
	if s.role != "" {
		parts = append(parts, "n.role = "+place(s.role))
	}
	switch {
	case s.node != "" && s.below:
		at := place(s.node)
		parts = append(parts, "(n.id = "+at+" OR n.above_id = "+at+")")
	case s.node != "":
		parts = append(parts, "n.id = "+place(s.node))
	}
	if !s.scope.All {
		own := "1 = 0"
		if len(s.scope.IDs) > 0 {
			places := make([]string, len(s.scope.IDs))
			for i, id := range s.scope.IDs {
				places[i] = place(id)
			}
			own = "x.organisation_id IN (" + strings.Join(places, ", ") + ")"
		}
		parts = append(parts, "(n.state IN ('trial', 'in_service') OR EXISTS (SELECT 1 FROM node x WHERE (x.id = n.id OR x.id = n.above_id) AND "+own+"))")
	}
	if len(parts) == 0 {
		return "1 = 1", args
	}
	return strings.Join(parts, " AND "), args
}

// days adds up by day and kind, or, over the whole period, by kind.
func (s statisticStore) days(ctx context.Context, of selection, p period, together bool) ([]dayCount, error) {
	where, args := of.condition([]any{p.first(), p.last()})
	day := "c.day"
	if together {
		day = "''"
	}
	// An extreme is that of one row; the second it happened in stands in the same.
	rows, err := s.db.Query(ctx, `WITH chosen AS (
			SELECT `+day+` AS day, c.kind, c.requests, c.succeeded, c.total_us, c.least_us, c.least_at, c.most_us, c.most_at, c.peak, c.peak_at
			FROM node_count c JOIN node n ON n.id = c.node_id WHERE c.day >= $1 AND c.day <= $2 AND `+where+`),
		ranked AS (SELECT day, kind, requests, succeeded, total_us, least_us, least_at, most_us, most_at, peak, peak_at,
			ROW_NUMBER() OVER (PARTITION BY day, kind ORDER BY least_us, least_at) AS by_least,
			ROW_NUMBER() OVER (PARTITION BY day, kind ORDER BY most_us DESC, most_at) AS by_most,
			ROW_NUMBER() OVER (PARTITION BY day, kind ORDER BY peak DESC, peak_at) AS by_peak FROM chosen)
		SELECT day, kind, CAST(SUM(requests) AS BIGINT), CAST(SUM(succeeded) AS BIGINT), CAST(SUM(total_us) AS BIGINT),
			MAX(CASE WHEN by_least = 1 THEN least_us END), MAX(CASE WHEN by_least = 1 THEN least_at END),
			MAX(CASE WHEN by_most = 1 THEN most_us END), MAX(CASE WHEN by_most = 1 THEN most_at END),
			MAX(CASE WHEN by_peak = 1 THEN peak END), MAX(CASE WHEN by_peak = 1 THEN peak_at END)
		FROM ranked GROUP BY day, kind ORDER BY day, kind`, args...)
	if err != nil {
		return nil, fmt.Errorf("add up counts: %w", err)
	}
	return sqldb.All(rows, scanDayCount)
}

// dayMillis and chinaMillis are a day, and how far China's day is ahead.
const (
	dayMillis   = int64(24 * time.Hour / time.Millisecond)
	chinaMillis = int64(8 * time.Hour / time.Millisecond)
)

// identifiers counts those that there are by when they were registered: before the
// period, and on each of its days.
func (s statisticStore) identifiers(ctx context.Context, of selection, p period) (before int64, added map[string]int64, err error) {
	where, args := of.condition([]any{p.From.UnixMilli()})
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM identifier i JOIN node n ON n.id = i.node_id WHERE i.created_at < $1 AND `+where, args...).Scan(&before); err != nil {
		return 0, nil, fmt.Errorf("count identifiers: %w", err)
	}
	where, args = of.condition([]any{p.From.UnixMilli(), p.end().UnixMilli(), chinaMillis, dayMillis})
	rows, err := s.db.Query(ctx, `SELECT (i.created_at + CAST($3 AS BIGINT)) / CAST($4 AS BIGINT), COUNT(*) FROM identifier i JOIN node n ON n.id = i.node_id
		WHERE i.created_at >= $1 AND i.created_at < $2 AND `+where+` GROUP BY 1`, args...)
	if err != nil {
		return 0, nil, fmt.Errorf("count identifiers by day: %w", err)
	}
	added = map[string]int64{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (n int64, err error) {
		var day int64
		err = r.Scan(&day, &n)
		added[time.UnixMilli(day*dayMillis).UTC().Format(time.DateOnly)] = n
		return n, err
	})
	return before, added, err
}

// nodes counts the nodes that are chosen and answer, and tells whether nodes of the demonstration are
// among them.
func (s statisticStore) nodes(ctx context.Context, of selection) (n int64, synthetic bool, err error) {
	where, args := of.condition(nil)
	var made int64
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN n.synthetic THEN 1 ELSE 0 END), 0) FROM node n
		WHERE n.state IN ('trial', 'in_service', 'suspended') AND `+where, args...).Scan(&n, &made)
	if err != nil {
		return 0, false, fmt.Errorf("count nodes: %w", err)
	}
	return n, made > 0, nil
}

// busiest returns the nodes that were asked the most.
func (s statisticStore) busiest(ctx context.Context, of selection, p period) ([]busyNode, error) {
	where, args := of.condition([]any{p.first(), p.last()})
	rows, err := s.db.Query(ctx, `SELECT n.id, n.prefix, n.name_zh, n.name_en, CAST(SUM(c.requests) AS BIGINT) AS asked, CAST(SUM(c.succeeded) AS BIGINT)
		FROM node_count c JOIN node n ON n.id = c.node_id WHERE c.day >= $1 AND c.day <= $2 AND c.kind = 'resolution' AND `+where+`
		GROUP BY n.id, n.prefix, n.name_zh, n.name_en ORDER BY asked DESC, n.prefix LIMIT 10`, args...)
	if err != nil {
		return nil, fmt.Errorf("find the busiest nodes: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (b busyNode, err error) {
		err = r.Scan(&b.ID, &b.Prefix, &b.Name.ZH, &b.Name.EN, &b.Requests, &b.Succeeded)
		return b, err
	})
}

// nodeDay is what one node was asked on one day.
type nodeDay struct {
	Day    string `json:"day" title:"日期|Day"`
	NodeID string `json:"node_id"`
	Prefix string `json:"prefix" title:"前缀|Prefix"`
	NameZH string `json:"name_zh" title:"节点名称|Name (Chinese)"`
	NameEN string `json:"name_en" title:"节点英文名称|Name"`
	Kind   string `json:"kind" enum:"resolution,registration" title:"类别|Kind"`
	CountView
}

type nodeDayParams struct {
	sqldb.ListParams
	StatisticChoice
	Kind string `query:"kind" enum:"resolution,registration"`
}

// list returns what each chosen node was asked, day by day.
func (s statisticStore) list(ctx context.Context, nodes nodeStore, in nodeDayParams, p period) (sqldb.Page[nodeDay], error) {
	l := sqldb.List{
		Select: "c.day, n.id, n.prefix, n.name_zh, n.name_en, c.kind, c.requests, c.succeeded, c.total_us, c.least_us, c.least_at, c.most_us, c.most_at, c.peak, c.peak_at",
		From:   "node_count c JOIN node n ON n.id = c.node_id", Key: "c.day || '/' || c.kind || '/' || n.id", Order: "-day",
		Sort: map[string]string{
			"day": "c.day", "prefix": "n.prefix", "kind": "c.kind", "requests": "c.requests", "succeeded": "c.succeeded", "peak": "c.peak", "most_ms": "c.most_us", "least_ms": "c.least_us",
		},
		Search: []string{"n.prefix", "n.name_zh", "n.name_en"},
	}
	l.Where("c.day >= ? AND c.day <= ?", p.first(), p.last()).WhereIf("n.role = ?", in.Role).WhereIf("c.kind = ?", in.Kind)
	switch {
	case in.Node != "" && in.Below:
		l.Where("n.id = ? OR n.above_id = ?", in.Node, in.Node)
	case in.Node != "":
		l.Where("n.id = ?", in.Node)
	}
	nodes.filter(&l, identity.From(ctx).Scope)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (d nodeDay, err error) {
		err = scanCount(r, &d.CountView, &d.Day, &d.NodeID, &d.Prefix, &d.NameZH, &d.NameEN, &d.Kind)
		return d, err
	})
}

// source is from where was asked at a door on a day.
type source struct {
	Day      string `json:"day" title:"日期|Day"`
	Door     string `json:"door" title:"接入口|Door"`
	Address  string `json:"address" title:"来源地址|Address" doc:"others: from more addresses than are counted apart"`
	Requests int64  `json:"requests" title:"请求数|Requests"`
}

func (s statisticStore) sources(ctx context.Context, in sourceParams, p period) (sqldb.Page[source], error) {
	l := sqldb.List{
		Select: "c.day, c.door, c.address, c.requests", From: "source_count c", Key: "c.day || '/' || c.door || '/' || c.address", Order: "-requests",
		Sort: map[string]string{"day": "c.day", "door": "c.door", "address": "c.address", "requests": "c.requests"}, Search: []string{"c.address"},
	}
	l.Where("c.day >= ? AND c.day <= ?", p.first(), p.last()).WhereIf("c.door = ?", in.Door)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (c source, err error) {
		err = r.Scan(&c.Day, &c.Door, &c.Address, &c.Requests)
		return c, err
	})
}
