package awareness

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

// RiskRow is how one enterprise stands in a list, as it was worked out last.
type RiskRow struct {
	OrganisationID string    `json:"organisation_id"`
	Name           lang.Text `json:"name" title:"企业|Enterprise"`
	District       string    `json:"district" title:"区市|District"`
	Industry       string    `json:"industry" title:"行业|Industry"`
	Risk           float64   `json:"risk" title:"风险|Risk"`
	Confidence     float64   `json:"confidence" title:"可信度|Confidence"`
	Findings       int       `json:"findings" title:"发现项|Findings"`
	Worst          lang.Text `json:"worst" title:"首要问题|What matters most"`
	Synthetic      bool      `json:"synthetic" title:"合成数据|Synthetic"`
	WorkedOutAt    time.Time `json:"worked_out_at" title:"计算时间|Worked out"`
	Parts          []Part    `json:"parts" nullable:"false"`
}

const rowColumns = `s.organisation_id, s.name_zh, s.name_en, s.district, s.risk, s.confidence, s.findings, s.worst_zh, s.worst_en, s.synthetic, s.worked_out_at, s.industry, s.parts`

func scanRow(r sqldb.Row) (out RiskRow, err error) {
	var at int64
	var parts string
	err = r.Scan(&out.OrganisationID, &out.Name.ZH, &out.Name.EN, &out.District, &out.Risk, &out.Confidence, &out.Findings, &out.Worst.ZH, &out.Worst.EN, &out.Synthetic, &at, &out.Industry, &parts)
	if err != nil {
		return out, err
	}
	out.WorkedOutAt = sqldb.Time(at)
	if err = json.Unmarshal([]byte(parts), &out.Parts); err != nil {
		return out, fmt.Errorf("read parts of a standing: %w", err)
	}
	return out, nil
}

// replace keeps how everybody stands now, and stood on this day, and forgets who is not in
// the list any more.
func (s store) replace(ctx context.Context, list []standing, now time.Time) error {
	day := now.In(cityTime()).Format(time.DateOnly)
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, x := range list {
			if err := keep(ctx, tx, x, day); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM security_standing WHERE worked_out_at <> $1`, now.UnixMilli()); err != nil {
			return fmt.Errorf("forget who is not known of: %w", err)
		}
		return nil
	})
}

func keep(ctx context.Context, tx *sqldb.Tx, x standing, day string) error {
	parts, err := json.Marshal(x.Score.Parts)
	if err != nil {
		return fmt.Errorf("write parts of a standing: %w", err)
	}
	worst := x.Score.worst()
	_, err = tx.Exec(ctx, `INSERT INTO security_standing (organisation_id, name_zh, name_en, district, synthetic, risk, confidence, findings, worst_zh, worst_en, parts, weights, worked_out_at, industry)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (organisation_id) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, district = excluded.district, synthetic = excluded.synthetic, risk = excluded.risk,
			confidence = excluded.confidence, findings = excluded.findings, worst_zh = excluded.worst_zh, worst_en = excluded.worst_en, parts = excluded.parts, weights = excluded.weights, worked_out_at = excluded.worked_out_at, industry = excluded.industry`,
		x.OrganisationID, x.Name.ZH, x.Name.EN, x.District, x.Synthetic, x.Score.Risk, x.Confidence.Value, len(x.Score.Findings), worst.ZH, worst.EN, string(parts), x.Score.Weights, x.At.UnixMilli(), x.Industry)
	if err != nil {
		return fmt.Errorf("keep how %s stands: %w", x.OrganisationID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_standing_day (organisation_id, day, risk, confidence, district) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (organisation_id, day) DO UPDATE SET risk = excluded.risk, confidence = excluded.confidence, district = excluded.district`,
		x.OrganisationID, day, x.Score.Risk, x.Confidence.Value, x.District)
	if err != nil {
		return fmt.Errorf("keep how %s stood on %s: %w", x.OrganisationID, day, err)
	}
	return nil
}

type standingParams struct {
	sqldb.ListParams
	District string `query:"district" maxLength:"6" doc:"GB/T 2260 code"`
	Industry string `query:"industry" maxLength:"3" doc:"Section or division of GB/T 4754"`
	Seen     string `query:"seen" enum:"yes,no" doc:"yes: with a confidence of at least 20; no: below"`
}

// blind is below which confidence an enterprise is hardly seen.
const blind = 20

func (s store) list(ctx context.Context, in standingParams) (sqldb.Page[RiskRow], error) {
	l := sqldb.List{
		Select: rowColumns, From: "security_standing s", Key: "s.organisation_id", Order: "-risk",
		Sort:   map[string]string{"risk": "s.risk", "confidence": "s.confidence", "name": "s.name_zh", "district": "s.district", "findings": "s.findings"},
		Search: []string{"s.name_zh", "s.name_en"},
	}
	l.WhereIf("s.district = ?", in.District).WhereIf("s.industry = ?", in.Industry)
	switch in.Seen {
	case "yes":
		l.Where("s.confidence >= ?", blind)
	case "no":
		l.Where("s.confidence < ?", blind)
	}
	identity.From(ctx).Scope.Filter(&l, "s.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRow)
}

// RiskDay is how an enterprise stood at the end of a day.
type RiskDay struct {
	Day        string  `json:"day" format:"date"`
	Risk       float64 `json:"risk"`
	Confidence float64 `json:"confidence"`
}

// mostDays is how far back a course goes.
const mostDays = 400

// days are how an enterprise stood since a day.
func (s store) days(ctx context.Context, organisation, since string) ([]RiskDay, error) {
	rows, err := s.db.Query(ctx, `SELECT day, risk, confidence FROM security_standing_day WHERE organisation_id = $1 AND day >= $2 ORDER BY day LIMIT $3`, organisation, since, mostDays)
	if err != nil {
		return nil, fmt.Errorf("read how %s stood: %w", organisation, err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (d RiskDay, err error) {
		err = r.Scan(&d.Day, &d.Risk, &d.Confidence)
		return d, err
	})
}

// stood is how enterprises stood together on each day since one, of those that are known of
// now: real ones, or those of the demonstration. It is what sumUp says of them; the database
// does it, since a day has thousands of enterprises and a course ninety days.
func (s store) stood(ctx context.Context, since string, synthetic bool) ([]CityDay, error) {
	rows, err := s.db.Query(ctx, `WITH ranked AS (SELECT d.day, d.risk, d.confidence, ROW_NUMBER() OVER (PARTITION BY d.day ORDER BY d.risk) AS place, COUNT(*) OVER (PARTITION BY d.day) AS n
			FROM security_standing_day d JOIN security_standing s ON s.organisation_id = d.organisation_id WHERE d.day >= $1 AND s.synthetic = $2)
		SELECT day, MAX(n), AVG(risk), MAX(CASE WHEN place = (95 * n + 99) / 100 THEN risk ELSE 0 END), AVG(confidence) FROM ranked GROUP BY day ORDER BY day`, since, synthetic)
	if err != nil {
		return nil, fmt.Errorf("read how the city stood: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (d CityDay, err error) {
		err = r.Scan(&d.Day, &d.Enterprises, &d.Mean, &d.P95, &d.Confidence)
		d.Risk = together(d.Mean, d.P95)
		return d, err
	})
}

// located is the standing of one enterprise, where it is and of which industry.
type located struct {
	district, industry string
	synthetic          bool
	Standing
}

func scanLocated(r sqldb.Row) (out located, err error) {
	out.Importance = 1
	err = r.Scan(&out.district, &out.industry, &out.synthetic, &out.Risk, &out.Confidence)
	return out, err
}

// all is how everybody stands that figures are of: who is real, and the demonstration only
// where nobody is.
func (s store) all(ctx context.Context) (list []located, synthetic bool, err error) {
	if list, err = s.everybody(ctx); err != nil {
		return nil, false, err
	}
	real := slices.DeleteFunc(slices.Clone(list), func(x located) bool { return x.synthetic })
	if len(real) == 0 {
		return list, len(list) > 0, nil
	}
	return real, false, nil
}

func (s store) everybody(ctx context.Context) ([]located, error) {
	rows, err := s.db.Query(ctx, `SELECT district, industry, synthetic, risk, confidence FROM security_standing ORDER BY organisation_id`)
	if err != nil {
		return nil, fmt.Errorf("read how enterprises stand: %w", err)
	}
	return sqldb.All(rows, scanLocated)
}

// workedOut is when it was worked out last; nil: never.
func (s store) workedOut(ctx context.Context) (*time.Time, error) {
	var at int64
	err := s.db.QueryRow(ctx, `SELECT worked_out_at FROM security_standing ORDER BY worked_out_at DESC LIMIT 1`).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // never is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("read when standings were worked out: %w", err)
	}
	return sqldb.Instant(at), nil
}
