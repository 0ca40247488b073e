package foster

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/rank"
)

// Figures are what the city itself knows of a platform.
type Figures struct {
	Grade        string      `json:"grade" enum:"A,B,C,D,none" doc:"Of its data quality, newest"`
	Trust        float64     `json:"trust" doc:"Score of its data quality"`
	Availability *float64    `json:"availability,omitempty" doc:"This month, in percent; none: it is not looked at"`
	Indicators   []Indicator `json:"indicators" nullable:"false" doc:"Newest totals"`
	Rank         *RankOf     `json:"rank,omitempty" doc:"In the newest ranking that was published with it"`
}

// Indicator is the newest total of an indicator.
type Indicator struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
	Unit  lang.Text `json:"unit"`
	Value float64   `json:"value"`
	At    time.Time `json:"at"`
}

// RankOf is the place of one platform in a ranking.
type RankOf struct {
	ID    string    `json:"id"`
	Name  lang.Text `json:"name"`
	Month string    `json:"month"`
	Place int       `json:"place"`
	Of    int       `json:"of"`
}

// figureStore reads what the room knows of a platform.
type figureStore struct {
	db   *sqldb.DB
	site Site
}

func (s figureStore) of(ctx context.Context, platform string, at time.Time) (Figures, error) {
	v := Figures{Grade: "none", Indicators: []Indicator{}}
	err := s.db.QueryRow(ctx, `SELECT q.grade, q.score FROM quality_day q WHERE q.platform_id = $1 ORDER BY q.day DESC LIMIT 1`, platform).Scan(&v.Grade, &v.Trust)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return v, fmt.Errorf("read data quality: %w", err)
	}
	if v.Availability, err = s.site.Availability(ctx, platform, dateOf(at)[:len("2006-01")]+"-01"); err != nil {
		return v, fmt.Errorf("read availability: %w", err)
	}
	if v.Indicators, err = s.totals(ctx, platform); err != nil {
		return v, err
	}
	v.Rank, err = s.rank(ctx, platform)
	return v, err
}

func (s figureStore) totals(ctx context.Context, platform string) ([]Indicator, error) {
	rows, err := s.db.Query(ctx, `SELECT x.code, x.value, x.at FROM latest x WHERE x.platform_id = $1 AND x.dims = '' ORDER BY x.code`, platform)
	if err != nil {
		return nil, fmt.Errorf("read totals: %w", err)
	}
	all, err := sqldb.All(rows, func(r sqldb.Row) (x Indicator, err error) {
		var at int64
		err = r.Scan(&x.Code, &x.Value, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
	known := []Indicator{}
	for _, x := range all {
		if title, unit, ok := s.site.Indicator(x.Code); ok {
			x.Title, x.Unit = title, unit
			known = append(known, x)
		}
	}
	return known, err
}

// rankingsLooked bounds in how many published rankings a platform is looked for.
const rankingsLooked = 12

// rank finds a platform in the newest published ranking that has it.
func (s figureStore) rank(ctx context.Context, platform string) (*RankOf, error) {
	rows, err := s.db.Query(ctx, `SELECT x.id, x.name_zh, x.name_en, x.month_at, x.result FROM ranking_run x WHERE x.state = 'published' ORDER BY x.month_at DESC, x.published_at DESC LIMIT $1`, rankingsLooked)
	if err != nil {
		return nil, fmt.Errorf("read rankings: %w", err)
	}
	type run struct {
		RankOf
		result rank.Result
	}
	runs, err := sqldb.All(rows, func(r sqldb.Row) (x run, err error) {
		var month int64
		var text string
		if err := r.Scan(&x.ID, &x.Name.ZH, &x.Name.EN, &month, &text); err != nil {
			return x, err
		}
		x.Month = dateOf(sqldb.Time(month))[:len("2006-01")]
		return x, json.Unmarshal([]byte(text), &x.result)
	})
	if err != nil {
		return nil, fmt.Errorf("read rankings: %w", err)
	}
	for _, x := range runs {
		for _, p := range x.result.Places {
			if p.ID == platform {
				x.Place, x.Of = p.Rank, len(x.result.Places)
				return &x.RankOf, nil
			}
		}
	}
	return nil, nil //nolint:nilnil // no place is an answer
}
