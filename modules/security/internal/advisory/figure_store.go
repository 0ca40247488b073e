package advisory

import (
	"context"
	"fmt"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// figures are those of real enterprises, and of the demonstration only where none is real.
func (m *Advisories) figures(ctx context.Context, in figureInput) (f Figures, err error) {
	f, err = m.figuresOf(ctx, in, false)
	if err != nil || len(f.Items) > 0 {
		return f, err
	}
	shown, err := m.figuresOf(ctx, in, true)
	if err != nil || len(shown.Items) == 0 {
		return f, err
	}
	return shown, nil
}

func (m *Advisories) figuresOf(ctx context.Context, in figureInput, synthetic bool) (f Figures, err error) {
	city := identity.From(ctx).Scope.All
	f.Masked, f.Synthetic = !city, synthetic
	group, title, declared := map[string]string{"district": "i.district", "industry": "i.industry", "vendor": "a.vendor_key", "advisory": "v.id"}[in.By], "''", "0"
	switch in.By {
	case "district", "industry":
		declared = `(SELECT COUNT(*) FROM security_inventory o WHERE o.synthetic = $2 AND o.` + in.By + ` = MIN(i.` + in.By + `))`
	case "vendor":
		declared = `(SELECT COUNT(DISTINCT o.organisation_id) FROM security_asset o WHERE o.synthetic = $2 AND o.state = 'active' AND o.vendor_key = MIN(a.vendor_key))`
	case "advisory":
		title = "MIN(v.title)"
	}
	where, least := "", 0 // the city is told of what cannot be told, too
	if !city {
		where, least = ` AND v.tlp IN ('CLEAR', 'GREEN')`, fewest
	}
	const affected = `CASE WHEN x.answer = 'affected' THEN x.organisation_id END`
	rows, err := m.kit.DB.Query(ctx, `SELECT `+group+`, `+title+`, COUNT(DISTINCT `+affected+`), COUNT(DISTINCT CASE WHEN x.answer = 'affected' THEN x.asset_id END), COUNT(DISTINCT CASE WHEN x.answer = 'cannot_tell' THEN x.asset_id END),
		COUNT(DISTINCT CASE WHEN x.priority >= 40 THEN x.asset_id END), `+declared+`
		FROM security_exposure x JOIN security_asset a ON a.id = x.asset_id JOIN security_inventory i ON i.organisation_id = x.organisation_id JOIN security_advisory v ON v.id = x.advisory_id
		WHERE x.state = 'open' AND i.synthetic = $2 AND x.answer <> 'not_affected'`+where+` GROUP BY `+group+` HAVING COUNT(DISTINCT `+affected+`) >= $1 ORDER BY 3 DESC, 4 DESC, 1 LIMIT 100`, least, synthetic)
	if err != nil {
		return f, fmt.Errorf("count exposures: %w", err)
	}
	f.Items, err = sqldb.All(rows, func(r sqldb.Row) (x Figure, err error) {
		return x, r.Scan(&x.Group, &x.Title, &x.Enterprises, &x.Assets, &x.Unsure, &x.Now, &x.Declared)
	})
	return f, err
}

// hits are how many assets an advisory affects, and of how many enterprises, as far as who
// asks may be told.
func (s store) hits(ctx context.Context, id string) (assets, enterprises int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), COUNT(DISTINCT organisation_id) FROM security_exposure WHERE advisory_id = $1 AND answer = 'affected'`, id).Scan(&assets, &enterprises)
	if err != nil {
		return 0, 0, fmt.Errorf("count what an advisory affects: %w", err)
	}
	if identity.From(ctx).Scope.All {
		return assets, enterprises, nil
	}
	if enterprises < fewest {
		enterprises = 0
	}
	l := sqldb.List{Select: "x.id", From: "security_exposure x", Key: "x.id", Order: "id", Sort: map[string]string{"id": "x.id"}}
	l.Where("x.advisory_id = ? AND x.answer = 'affected'", id)
	identity.From(ctx).Scope.Filter(&l, "x.organisation_id")
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	return page.Total, enterprises, err
}
