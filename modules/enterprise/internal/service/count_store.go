package service

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Count is how often, and how many, enterprises were served.
type Count struct {
	Code        string    `json:"code" title:"代码|Code"`
	Title       lang.Text `json:"title" title:"名称|Title"`
	Services    int       `json:"services" title:"家次|Services"`
	Enterprises int       `json:"enterprises" title:"企业数|Enterprises"`
	Synthetic   bool      `json:"synthetic" doc:"Demonstration data is part of it" title:"含合成数据|With synthetic data"`
}

type countParams struct {
	sqldb.ListParams
	By      string `query:"by" enum:"quarter,district,industry,provider,matter" default:"quarter"`
	Quarter string `query:"quarter" maxLength:"6" doc:"A year or a quarter, as 2026 or 2026Q4"`
}

// counts adds up what counts, by one thing.
func (s store) counts(ctx context.Context, in countParams) (sqldb.Page[Count], error) {
	first, last, err := period(in.Quarter)
	if err != nil {
		return sqldb.Page[Count]{}, err
	}
	var column string
	name := "s.provider"
	switch in.By {
	case "", "quarter":
		column = "CAST(s.quarter AS TEXT)"
	case "district", "industry", "matter":
		column = "s." + in.By
	case "provider":
		column, name = "s.provider", "s.provider_zh || '|' || s.provider_en"
	default:
		return sqldb.Page[Count]{}, fault.New(fault.Invalid, "enterprise.service.by", "services are not counted by %q", in.By)
	}
	l := sqldb.List{
		Select: "x.title, x.services, x.enterprises, x.made", Key: "x.code", Order: "-services",
		From: fmt.Sprintf(`(SELECT %s AS code, MAX(%s) AS title, COUNT(*) AS services, COUNT(DISTINCT s.entry_id) AS enterprises, MAX(CASE WHEN s.synthetic THEN 1 ELSE 0 END) AS made
			FROM service s WHERE s.counted AND s.quarter BETWEEN %d AND %d GROUP BY %s) x`, column, name, first, last, column),
		Sort: map[string]string{"code": "x.code", "services": "x.services", "enterprises": "x.enterprises"}, Search: []string{"x.title"},
	}
	l.Select = "x.code, " + l.Select
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (c Count, err error) {
		var title string
		var made int
		err = r.Scan(&c.Code, &title, &c.Services, &c.Enterprises, &made)
		c.Title, c.Synthetic = lang.Text{ZH: title, EN: title}, made > 0
		return c, err
	})
}

// Totals are the figures of a period on one line.
type Totals struct {
	Services    int   `json:"services" doc:"Enterprise-times that count"`
	Enterprises int   `json:"enterprises" doc:"Distinct enterprises among them"`
	Waiting     int   `json:"waiting"`
	Silent      int   `json:"silent"`
	Objected    int   `json:"objected"`
	Rejected    int   `json:"rejected" doc:"Not upheld by auditors; not counted"`
	Duplicates  int   `json:"duplicates" doc:"One with another since a merge; not counted"`
	Rate        *Rate `json:"rate,omitempty" doc:"Share that auditors did not uphold, of those they looked at"`
	Synthetic   bool  `json:"synthetic"`
}

func (s store) totals(ctx context.Context, quarter string) (t Totals, err error) {
	first, last, err := period(quarter)
	if err != nil {
		return t, err
	}
	var upheld, made int
	err = s.db.QueryRow(ctx, `SELECT COUNT(CASE WHEN s.counted THEN 1 END), COUNT(DISTINCT CASE WHEN s.counted THEN s.entry_id END), COUNT(CASE WHEN s.state = 'waiting' THEN 1 END), COUNT(CASE WHEN s.state = 'silent' THEN 1 END),
		COUNT(CASE WHEN s.state = 'objected' THEN 1 END), COUNT(CASE WHEN s.verdict = 'rejected' THEN 1 END), COUNT(CASE WHEN s.verdict = 'upheld' THEN 1 END), COUNT(CASE WHEN s.counted AND s.synthetic THEN 1 END)
		FROM service s WHERE s.quarter BETWEEN $1 AND $2`, first, last).Scan(&t.Services, &t.Enterprises, &t.Waiting, &t.Silent, &t.Objected, &t.Rejected, &upheld, &made)
	if err != nil {
		return t, fmt.Errorf("add up services: %w", err)
	}
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM service s WHERE s.duplicate_of <> '' AND s.quarter BETWEEN $1 AND $2`, first, last).Scan(&t.Duplicates); err != nil {
		return t, fmt.Errorf("count duplicates: %w", err)
	}
	t.Rate, t.Synthetic = wilson(t.Rejected, t.Rejected+upheld), made > 0
	return t, nil
}
