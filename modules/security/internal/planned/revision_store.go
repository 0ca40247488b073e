package planned

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// newest are the lines of the newest revision of a plan, and its number; 0: there is none.
func (s store) newest(ctx context.Context, plan string) (number int64, lines []Thing, err error) {
	if number, err = s.before(ctx, plan, 1<<62); err != nil || number == 0 {
		return 0, nil, err
	}
	lines, err = linesOf(ctx, s.db, plan, number)
	return number, lines, err
}

// before is the number of the revision before one; 0: there is none.
func (s store) before(ctx context.Context, plan string, number int64) (n int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT COALESCE(MAX(r.number), 0) FROM security_asset_plan_revision r WHERE r.plan_id = $1 AND r.number < $2`, plan, number).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("look for the revision before: %w", err)
	}
	return n, nil
}

func releaseRevision(ctx context.Context, tx *sqldb.Tx, plan string, x PlanRevision, now time.Time) error {
	who := identity.From(ctx)
	_, err := tx.Exec(ctx, `UPDATE security_asset_plan_revision SET released_at = $1, releaser = $2, releaser_name = $3 WHERE plan_id = $4 AND number = $5`, now.UnixMilli(), who.Actor(), who.Name, plan, x.Number)
	if err != nil {
		return fmt.Errorf("release revision: %w", err)
	}
	after := x
	after.ReleasedAt, after.ReleasedBy, after.Counts = &now, who.Name, true
	tx.Changed("security_asset_plan_revision", fmt.Sprintf("%s/%d", plan, x.Number), x, after)
	return nil
}

func discardRevision(ctx context.Context, tx *sqldb.Tx, plan string, x PlanRevision) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_asset_plan_revision WHERE plan_id = $1 AND number = $2`, plan, x.Number); err != nil {
		return fmt.Errorf("discard revision: %w", err)
	}
	tx.Changed("security_asset_plan_revision", fmt.Sprintf("%s/%d", plan, x.Number), x, nil)
	return nil
}

func removePlan(ctx context.Context, tx *sqldb.Tx, p AssetPlan) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_asset_plan WHERE id = $1`, p.ID); err != nil {
		return fmt.Errorf("remove plan: %w", err)
	}
	tx.Changed("security_asset_plan", p.ID, p, nil)
	return nil
}

// others is how many lines the other plans of an enterprise have that count.
func others(ctx context.Context, tx *sqldb.Tx, p AssetPlan) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(SUM(r.things), 0) FROM security_asset_plan p JOIN security_asset_plan_revision r ON r.plan_id = p.id AND r.number = p.released
		WHERE p.organisation_id = $1 AND p.id <> $2 AND NOT p.ended`, p.OrganisationID, p.ID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count planned things: %w", err)
	}
	return n, nil
}
