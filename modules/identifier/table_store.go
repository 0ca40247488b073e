package identifier

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/template"
)

// tableStore reads the tables that a secondary node sends up (annex 1 of the
// contract with a national top node).
type tableStore struct{ db *sqldb.DB }

// statisticRow is a row of the tables 3 and 8: a node's statistics of a day.
type statisticRow struct {
	Day       string `json:"day" title:"统计日期|Day"`
	Prefix    string `json:"prefix" title:"前缀|Prefix"`
	Name      string `json:"name" title:"节点名称|Node"`
	Added     int64  `json:"added" title:"当日新增数|Added on the day" doc:"Of a secondary node enterprise prefixes, of an enterprise identifiers"`
	Total     int64  `json:"total" title:"累计数|Total"`
	Requests  int64  `json:"requests" title:"解析请求数|Resolutions received"`
	Succeeded int64  `json:"succeeded" title:"解析成功数|Resolutions answered with success"`
}

// statistics returns table 3 of a secondary node, or table 8 of the enterprise
// nodes below it. What was removed since is counted no more.
func (s tableStore) statistics(ctx context.Context, n node, below bool, day time.Time, p sqldb.ListParams) (sqldb.Page[statisticRow], error) {
	name, from, to := dayOf(day), day.UnixMilli(), day.AddDate(0, 0, 1).UnixMilli()
	things := "node x WHERE x.above_id = n.id AND x.state IN ('trial', 'in_service', 'suspended') AND x"
	if below {
		things = "identifier x WHERE x.node_id = n.id AND x"
	}
	asked := func(column string) string {
		return "COALESCE((SELECT c." + column + " FROM node_count c WHERE c.day = '" + name + "' AND c.node_id = n.id AND c.kind = 'resolution'), 0)"
	}
	l := sqldb.List{
		Select: fmt.Sprintf("n.prefix, n.name_zh, (SELECT COUNT(*) FROM %[1]s.created_at >= %[2]d AND x.created_at < %[3]d), (SELECT COUNT(*) FROM %[1]s.created_at < %[3]d), ", things, from, to) + asked("requests") + ", " + asked("succeeded"),
		From:   "node n", Key: "n.id", Order: "prefix", Sort: map[string]string{"prefix": "n.prefix"}, Search: []string{"n.prefix", "n.name_zh"},
	}
	chosen(&l, n, below)
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (row statisticRow, err error) {
		row.Day = name
		err = r.Scan(&row.Prefix, &row.Name, &row.Added, &row.Total, &row.Requests, &row.Succeeded)
		return row, err
	})
}

// chosen keeps the node itself, or those below it that answer.
func chosen(l *sqldb.List, n node, below bool) {
	if !below {
		l.Where("n.id = ?", n.ID)
		return
	}
	l.Where("n.above_id = ? AND n.state IN ('trial', 'in_service', 'suspended')", n.ID)
}

// nodes returns the node itself, or those below it that answer.
func (s tableStore) nodes(ctx context.Context, n node, below bool, p sqldb.ListParams) (sqldb.Page[node], error) {
	l := sqldb.List{Select: nodeColumns, From: "node n", Key: "n.id", Order: "prefix", Sort: map[string]string{"prefix": "n.prefix"}, Search: []string{"n.prefix", "n.name_zh"}}
	chosen(&l, n, below)
	return sqldb.Fetch(ctx, s.db, l, p, scanNode)
}

// identifierRow is a row of table 9. Of what the table has beside, nothing is known here.
type identifierRow struct {
	Code      string `json:"code" title:"标识编码|Code"`
	Created   string `json:"created" title:"创建时间|Created"`
	Metadata  string `json:"metadata" title:"元数据编码|Metadata code" doc:"Template and version that the identifier names; empty for none"`
	Operation int    `json:"operation" title:"操作类型（1新增 3变更）|Operation" doc:"1 added, 3 changed on the day; what was removed is not listed"`
}

// identifiers returns table 9: what was added or changed on a day at the nodes
// below one.
func (s tableStore) identifiers(ctx context.Context, n node, day time.Time, p sqldb.ListParams) (sqldb.Page[identifierRow], error) {
	l := sqldb.List{
		Select: fmt.Sprintf("i.handle, i.created_at, COALESCE((SELECT v.content FROM identifier_value v WHERE v.identifier_id = i.id AND v.position = %d AND v.type = '%s'), '')", template.RefIndex, template.RefType),
		From:   "identifier i JOIN node n ON n.id = i.node_id", Key: "i.id", Order: "code", Sort: map[string]string{"code": "i.id"}, Search: []string{"i.handle"},
	}
	chosen(&l, n, true)
	l.Where("i.changed_at >= ? AND i.changed_at < ?", day.UnixMilli(), day.AddDate(0, 0, 1).UnixMilli())
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (row identifierRow, err error) {
		var created int64
		err = r.Scan(&row.Code, &created, &row.Metadata)
		at := time.UnixMilli(created)
		row.Created, row.Operation = dayOf(at), 3
		if !at.Before(day) {
			row.Operation = 1
		}
		return row, err
	})
}

// applicationsOf returns the applications of the node itself, or of those below it
// that answer, each with the node.
func (s tableStore) applicationsOf(ctx context.Context, n node, below bool, p sqldb.ListParams) (sqldb.Page[applicationRow], error) {
	l := sqldb.List{
		Select: applicationColumns + ", n.prefix, n.name_zh", From: "application a JOIN node n ON n.id = a.node_id", Key: "a.id", Order: "prefix",
		Sort: map[string]string{"prefix": "n.prefix", "name": "a.name"}, Search: []string{"n.prefix", "a.name"},
	}
	chosen(&l, n, below)
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (row applicationRow, err error) {
		row.Application, err = scanApplication(scanner(func(dest ...any) error { return r.Scan(append(dest, &row.Prefix, &row.Node)...) }))
		row.Missing = titles(missing(row.asks()))
		return row, err
	})
}

// scanner is a row of which the first columns are read.
type scanner func(dest ...any) error

// Scan implements sqldb.Row.
func (s scanner) Scan(dest ...any) error { return s(dest...) }

// metadata returns the templates that whoever operates a node has published; below,
// those of the operators below it, and those that identifiers there name.
func (s tableStore) metadata(ctx context.Context, n node, below bool, p sqldb.ListParams) (sqldb.Page[template.Template], error) {
	l := sqldb.List{Select: templateColumns, From: "template t", Key: "t.id", Order: "code", Sort: map[string]string{"code": "t.code"}, Search: []string{"t.code", "t.name_zh", "t.name_en"}}
	if !below {
		l.Where("t.state = 'published' AND t.organisation_id = ?", n.Operator.ID)
		return sqldb.Fetch(ctx, s.db, l, p, scanTemplate)
	}
	const answers = "x.above_id = ? AND x.state IN ('trial', 'in_service', 'suspended')"
	l.Where(`((t.state = 'published' AND EXISTS (SELECT 1 FROM node x WHERE x.organisation_id = t.organisation_id AND `+answers+`)) OR
		EXISTS (SELECT 1 FROM identifier_value v JOIN identifier i ON i.id = v.identifier_id JOIN node x ON x.id = i.node_id
			WHERE v.content = t.code || ':' || CAST(t.version AS TEXT) AND v.position = ? AND `+answers+`))`, n.ID, template.RefIndex, n.ID)
	return sqldb.Fetch(ctx, s.db, l, p, scanTemplate)
}
