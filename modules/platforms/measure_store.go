package platforms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/measure"
	"linghang/kernel/sqldb"
)

// measureStore answers the room's measures and its overview, always by query.
type measureStore struct{ db *sqldb.DB }

// watched are the platforms that count: trial or in service.
const watched = `p.status IN ('trial', 'in_service')`

// monitored counts platforms whose data arrives as often as it is due.
func (s measureStore) monitored(ctx context.Context) (measure.Value, error) {
	now := time.Now()
	return s.count(ctx, now, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN p.synthetic THEN 1 ELSE 0 END), 0) FROM platform p WHERE `+watched+` AND p.last_report_at > 0 AND p.late_at > $1`, now.UnixMilli())
}

func (s measureStore) count(ctx context.Context, now time.Time, query string, args ...any) (measure.Value, error) {
	var n, synthetic int
	if err := s.db.QueryRow(ctx, query, args...).Scan(&n, &synthetic); err != nil {
		return measure.Value{}, fmt.Errorf("count platforms: %w", err)
	}
	return measure.Value{Number: float64(n), At: now, Known: true, Synthetic: synthetic > 0}, nil
}

// total adds the newest totals of an indicator over the watched platforms.
func (s measureStore) total(code string) func(ctx context.Context) (measure.Value, error) {
	return func(ctx context.Context) (measure.Value, error) {
		var v measure.Value
		var n, synthetic int
		var at int64
		err := s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(x.value), 0), COALESCE(MAX(x.at), 0), COALESCE(SUM(CASE WHEN p.synthetic THEN 1 ELSE 0 END), 0)
			FROM latest x JOIN platform p ON p.id = x.platform_id WHERE x.code = $1 AND x.dims = '' AND `+watched, code).Scan(&n, &v.Number, &at, &synthetic)
		if err != nil {
			return v, fmt.Errorf("add up %s: %w", code, err)
		}
		v.At, v.Known, v.Synthetic = sqldb.Time(at), n > 0, synthetic > 0
		return v, nil
	}
}

// overview is the room on one page.
type overview struct {
	Total       int            `json:"total"`
	Reporting   int            `json:"reporting" doc:"Trial or in service, and their data arrives when due"`
	ByStatus    map[string]int `json:"by_status"`
	ByFreshness map[string]int `json:"by_freshness"`
	Districts   []tally        `json:"districts" nullable:"false"`
	Classes     []tally        `json:"classes" nullable:"false"`
	Industries  []tally        `json:"industries" nullable:"false" doc:"Those that have platforms; the empty code: across industries"`
	Synthetic   bool           `json:"synthetic"`
}

// tally adds up the platforms of one district, class or industry.
type tally struct {
	Code         string  `json:"code"`
	Platforms    int     `json:"platforms"`
	Reporting    int     `json:"reporting"`
	EntServed    float64 `json:"ent_served"`
	DevConnected float64 `json:"dev_connected"`
}

func (s measureStore) overview(ctx context.Context, now time.Time) (overview, error) {
	v := overview{ByStatus: map[string]int{}, ByFreshness: map[string]int{}}
	where, args := "", []any{now.UnixMilli(), now.UnixMilli()}
	if scope := identity.From(ctx).Scope; !scope.All {
		marks := []string{"''"}
		for _, id := range scope.IDs {
			args = append(args, id)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		where = " WHERE p.organisation_id IN (" + strings.Join(marks, ", ") + ")"
	}
	fresh := strings.Replace(strings.Replace(freshnessSQL, "?", "$1", 1), "?", "$2", 1)
	rows, err := s.db.Query(ctx, `SELECT p.status, `+fresh+`, p.district, p.class, p.industry, p.synthetic, `+latestSQL("ent_served")+`, `+latestSQL("dev_connected")+` FROM platform p`+where, args...)
	if err != nil {
		return v, fmt.Errorf("read overview: %w", err)
	}
	districtAt, classAt, industryAt := map[string]*tally{}, map[string]*tally{}, map[string]*tally{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var st status
		var freshness, district, class, industry string
		var synthetic bool
		var t tally
		if err := r.Scan(&st, &freshness, &district, &class, &industry, &synthetic, &t.EntServed, &t.DevConnected); err != nil {
			return struct{}{}, err
		}
		t.Platforms = 1
		if st.reports() && freshness == freshReporting {
			t.Reporting = 1
		}
		v.Total++
		v.Reporting += t.Reporting
		v.ByStatus[string(st)]++
		v.ByFreshness[freshness]++
		v.Synthetic = v.Synthetic || synthetic
		add(districtAt, district, t)
		add(classAt, class, t)
		add(industryAt, industry, t)
		return struct{}{}, nil
	})
	v.Districts, v.Classes = inOrder(districts(), districtAt), inOrder(classes(), classAt)
	v.Industries = slices.DeleteFunc(inOrder(byIndustry.terms(), industryAt), func(t tally) bool { return t.Platforms == 0 })
	return v, err
}

func add(at map[string]*tally, code string, t tally) {
	if at[code] == nil {
		at[code] = &tally{Code: code}
	}
	x := at[code]
	x.Platforms += t.Platforms
	x.Reporting += t.Reporting
	x.EntServed += t.EntServed
	x.DevConnected += t.DevConnected
}

func inOrder(terms []term, at map[string]*tally) []tally {
	list := make([]tally, 0, len(terms))
	for _, t := range terms {
		if x := at[t.Code]; x != nil {
			list = append(list, *x)
		} else {
			list = append(list, tally{Code: t.Code})
		}
	}
	return list
}
