package detection

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// countedFor is how far back alerts are counted.
const countedFor = 30 * 24 * time.Hour

// AlertFigure is how many alerts one enterprise has, without the alerts themselves: of
// sensors that are open to the city in figures or in detail.
type AlertFigure struct {
	OrganisationID string         `json:"organisation_id"`
	Enterprise     lang.Text      `json:"enterprise" title:"企业|Enterprise"`
	District       string         `json:"district" title:"区市|District"`
	Sensors        int            `json:"sensors" title:"开放的探针|Sensors that are open" doc:"0: nothing of it is seen, and no figure means none"`
	Critical       int            `json:"critical" title:"严重|Critical" doc:"Open alerts by level"`
	High           int            `json:"high" title:"高|High"`
	Medium         int            `json:"medium" title:"中|Medium"`
	Low            int            `json:"low" title:"低|Low" doc:"With those that only inform"`
	Fresh          int            `json:"new" title:"新|New" doc:"Alerts of 30 days by state"`
	Looking        int            `json:"looking" title:"查看中|Being looked at"`
	Real           int            `json:"real" title:"属实|Real"`
	FalseAlarm     int            `json:"false_alarm" title:"误报|False alarms"`
	Other          int            `json:"other" title:"压制或允许|Suppressed or wanted"`
	Techniques     []TechniqueSum `json:"techniques" nullable:"false" doc:"Alerts of 30 days by technique of ATT&CK for ICS, the most frequent ten"`
	Synthetic      bool           `json:"synthetic" title:"合成数据|Synthetic"`
}

// TechniqueSum is how many alerts are of one technique.
type TechniqueSum struct {
	Technique string `json:"technique"`
	Count     int    `json:"count"`
}

type figureParams struct {
	sqldb.ListParams
	District string `query:"district" maxLength:"6" doc:"GB/T 2260 code"`
	Seen     string `query:"seen" enum:"yes,no" doc:"yes: with a sensor that is open to the city; no: without"`
}

// openToCity are sensors of which the city may count.
const openToCity = `s.consent IN ('figures', 'detail')`

// sums are the figures of each enterprise; ? is since when alerts are counted.
const sums = `(SELECT x.organisation_id,
		SUM(CASE WHEN x.state IN ('new', 'looking', 'real') AND x.incident_id = '' AND x.level = 'critical' THEN 1 ELSE 0 END) AS critical,
		SUM(CASE WHEN x.state IN ('new', 'looking', 'real') AND x.incident_id = '' AND x.level = 'high' THEN 1 ELSE 0 END) AS high,
		SUM(CASE WHEN x.state IN ('new', 'looking', 'real') AND x.incident_id = '' AND x.level = 'medium' THEN 1 ELSE 0 END) AS medium,
		SUM(CASE WHEN x.state IN ('new', 'looking', 'real') AND x.incident_id = '' AND x.level IN ('low', 'informational') THEN 1 ELSE 0 END) AS low,
		SUM(CASE WHEN x.state = 'new' AND x.last_at >= ? THEN 1 ELSE 0 END) AS fresh,
		SUM(CASE WHEN x.state = 'looking' AND x.last_at >= ? THEN 1 ELSE 0 END) AS looking,
		SUM(CASE WHEN x.state = 'real' AND x.last_at >= ? THEN 1 ELSE 0 END) AS actual,
		SUM(CASE WHEN x.state = 'false_alarm' AND x.last_at >= ? THEN 1 ELSE 0 END) AS mistaken,
		SUM(CASE WHEN x.state IN ('suppressed', 'wanted') AND x.last_at >= ? THEN 1 ELSE 0 END) AS other
	FROM security_alert x JOIN security_sensor s ON s.id = x.sensor_id WHERE ` + openToCity + ` GROUP BY x.organisation_id)`

func (s store) figures(ctx context.Context, in figureParams, now time.Time) (sqldb.Page[AlertFigure], error) {
	since := now.Add(-countedFor).UnixMilli()
	open := `(SELECT COUNT(*) FROM security_sensor s WHERE s.organisation_id = t.organisation_id AND s.retired_at = 0 AND ` + openToCity + `)`
	number := func(column string) string { return "CAST(COALESCE(f." + column + ", 0) AS BIGINT)" }
	l := sqldb.List{
		Select: `t.organisation_id, t.name_zh, t.name_en, t.district, t.synthetic, ` + open + `, ` + number("critical") + `, ` + number("high") + `, ` + number("medium") + `, ` + number("low") + `, ` +
			number("fresh") + `, ` + number("looking") + `, ` + number("actual") + `, ` + number("mistaken") + `, ` + number("other"),
		From: "security_standing t LEFT JOIN " + strings.ReplaceAll(sums, "?", fmt.Sprint(since)) + " f ON f.organisation_id = t.organisation_id", Key: "t.organisation_id", Order: "-critical",
		Sort: map[string]string{
			"name": "t.name_zh", "district": "t.district", "sensors": open, "critical": number("critical") + " * 1000000 + " + number("high"), "high": number("high"), "medium": number("medium"), "low": number("low"),
			"new": number("fresh"), "looking": number("looking"), "real": number("actual"), "false_alarm": number("mistaken"),
		},
		Search: []string{"t.name_zh", "t.name_en"},
	}
	l.WhereIf("t.district = ?", in.District)
	switch in.Seen {
	case "yes":
		l.Where(open + " > 0")
	case "no":
		l.Where(open + " = 0")
	}
	identity.From(ctx).Scope.Filter(&l, "t.organisation_id")
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x AlertFigure, err error) {
		x.Techniques = []TechniqueSum{}
		err = r.Scan(&x.OrganisationID, &x.Enterprise.ZH, &x.Enterprise.EN, &x.District, &x.Synthetic, &x.Sensors, &x.Critical, &x.High, &x.Medium, &x.Low, &x.Fresh, &x.Looking, &x.Real, &x.FalseAlarm, &x.Other)
		return x, err
	})
	if err != nil || len(page.Items) == 0 {
		return page, err
	}
	return page, s.techniques(ctx, page.Items, since)
}

// mostTechniques is how many techniques of an enterprise are told.
const mostTechniques = 10

// techniques adds to figures by which techniques their alerts are.
func (s store) techniques(ctx context.Context, list []AlertFigure, since int64) error {
	args, at := []any{since}, map[string]int{}
	for i, x := range list {
		args = append(args, x.OrganisationID)
		at[x.OrganisationID] = i
	}
	rows, err := s.db.Query(ctx, `SELECT x.organisation_id, x.technique, COUNT(*) FROM security_alert x JOIN security_sensor s ON s.id = x.sensor_id
		WHERE `+openToCity+` AND x.technique <> '' AND x.last_at >= $1 AND x.organisation_id IN (`+sqldb.Marks(2, len(list))+`) GROUP BY x.organisation_id, x.technique ORDER BY 3 DESC, 2`, args...)
	if err != nil {
		return fmt.Errorf("count alerts by technique: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (t TechniqueSum, err error) {
		var organisation string
		if err = r.Scan(&organisation, &t.Technique, &t.Count); err != nil {
			return t, err
		}
		x := &list[at[organisation]]
		if len(x.Techniques) < mostTechniques {
			x.Techniques = append(x.Techniques, t)
		}
		return t, nil
	})
	return err
}
