package plan

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/plan/planevent"
)

const ownedColumns = `t.id, t.plan_id, t.title_zh, t.title_en, t.owner_id, t.owner_zh, t.owner_en, t.from_day, t.to_day, p.from_day, p.to_day, p.synthetic`

func scanOwned(r sqldb.Row) (o planevent.Owned, err error) {
	var from, to, planFrom, planTo day
	err = r.Scan(&o.TargetID, &o.PlanID, &o.TitleZH, &o.TitleEN, &o.Owner, &o.OwnerZH, &o.OwnerEN, &from, &to, &planFrom, &planTo, &o.Synthetic)
	o.Since, o.Until = cmp.Or(from, planFrom).begin(), cmp.Or(to, planTo).end()
	return o, err
}

// Owned returns a target with who answers for it, for other rooms.
func (m *Module) Owned(ctx context.Context, id string) (planevent.Owned, error) {
	o, err := scanOwned(m.targets.db.QueryRow(ctx, `SELECT `+ownedColumns+` FROM target t JOIN plan p ON p.id = t.plan_id WHERE t.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && o.Owner == "" {
		return planevent.Owned{TargetID: id, Gone: true}, nil
	}
	if err != nil {
		return planevent.Owned{}, fmt.Errorf("read target: %w", err)
	}
	return o, nil
}

// EachOwned hands over all targets that organisations answer for: some hundreds.
func (m *Module) EachOwned(ctx context.Context, do func(planevent.Owned) error) error {
	rows, err := m.targets.db.Query(ctx, `SELECT `+ownedColumns+` FROM target t JOIN plan p ON p.id = t.plan_id WHERE t.owner_id <> '' ORDER BY t.id LIMIT 10000`)
	if err != nil {
		return fmt.Errorf("read targets: %w", err)
	}
	list, err := sqldb.All(rows, scanOwned)
	if err != nil {
		return fmt.Errorf("read targets: %w", err)
	}
	for _, o := range list {
		if err := do(o); err != nil {
			return err
		}
	}
	return nil
}

// tellTarget tells other rooms that a target is another now.
func tellTarget(ctx context.Context, tx *sqldb.Tx, id string) error {
	return tx.Emit(ctx, planevent.TargetChanged{TargetID: id, At: time.Now().UTC()})
}
