package service

import (
	"context"
	"database/sql"
	"errors"
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

// counts reads what counts, by one thing, as it is kept.
func (s store) counts(ctx context.Context, in countParams) (sqldb.Page[Count], error) {
	first, last, err := period(in.Quarter)
	if err != nil {
		return sqldb.Page[Count]{}, err
	}
	title := "''"
	switch in.By {
	case "":
		in.By = "quarter"
	case "quarter", "district", "industry", "matter":
	case "provider": // as its latest service names it
		title = `COALESCE((SELECT s.provider_zh || '|' || s.provider_en FROM service s WHERE s.provider = f.code ORDER BY s.started_on DESC, s.id DESC LIMIT 1), '')`
	default:
		return sqldb.Page[Count]{}, fault.New(fault.Invalid, "enterprise.service.by", "services are not counted by %q", in.By)
	}
	l := sqldb.List{
		Select: "x.title, x.services, x.enterprises, x.made", Key: "x.code", Order: "-services",
		From: fmt.Sprintf(`(SELECT f.code, %s AS title, f.services, f.enterprises, f.made FROM service_figure f WHERE f.by_what = '%s' AND f.period = %d AND f.services > 0) x`, title, in.By, figurePeriod(first, last)),
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

// totals reads the figures of a period as they are kept.
func (s store) totals(ctx context.Context, quarter string) (t Totals, err error) {
	first, last, err := period(quarter)
	if err != nil {
		return t, err
	}
	var upheld, made int
	err = s.db.QueryRow(ctx, `SELECT f.services, f.enterprises, f.made, f.waiting, f.silent, f.objected, f.rejected, f.upheld, f.duplicates FROM service_figure f WHERE f.by_what = '' AND f.period = $1 AND f.code = ''`, figurePeriod(first, last)).
		Scan(&t.Services, &t.Enterprises, &made, &t.Waiting, &t.Silent, &t.Objected, &t.Rejected, &upheld, &t.Duplicates)
	if errors.Is(err, sql.ErrNoRows) {
		return t, nil // no service was ever recorded for it
	}
	if err != nil {
		return t, fmt.Errorf("read what services come to: %w", err)
	}
	t.Rate, t.Synthetic = wilson(t.Rejected, t.Rejected+upheld), made > 0
	return t, nil
}
