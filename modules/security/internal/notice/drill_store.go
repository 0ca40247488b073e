package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// within refuses addressees of a notice of a drill that the drill does not name.
func (d *Desk) within(ctx context.Context, tx *sqldb.Tx, n Notice) error {
	if n.Drill == "" {
		return nil
	}
	x, err := oneDrill(ctx, tx, n.Drill)
	if err != nil {
		return err
	}
	if x.EndedAt != nil {
		return fault.New(fault.Conflict, "security.drill.ended", "the drill has ended")
	}
	outside := slices.ContainsFunc(n.Audience.Organisations, func(id string) bool { return !slices.Contains(x.Organisations, id) })
	if n.Audience.All || n.Audience.matches() || len(n.Audience.Districts) > 0 || outside {
		return fault.New(fault.Invalid, "security.drill.outside", "a notice of a drill goes only to those that the drill names").At("body.audience", "organisations that take part in the drill")
	}
	return nil
}

const drillColumns = `d.id, d.title, d.plan, d.pace, d.organisations, d.actor, d.actor_name, d.created_at, d.ended_at, d.version`

func scanDrill(r sqldb.Row) (x Drill, err error) {
	var list string
	var created, ended int64
	if err = r.Scan(&x.ID, &x.Title, &x.Plan, &x.Pace, &list, &x.actor, &x.By, &created, &ended, &x.Version); err != nil {
		return x, err
	}
	x.CreatedAt, x.EndedAt = sqldb.Time(created), sqldb.Instant(ended)
	if err = json.Unmarshal([]byte(list), &x.Organisations); err != nil {
		return x, fmt.Errorf("read who takes part in drill %s: %w", x.ID, err)
	}
	return x, nil
}

func oneDrill(ctx context.Context, db reader, id string) (Drill, error) {
	x, err := scanDrill(db.QueryRow(ctx, `SELECT `+drillColumns+` FROM security_drill d WHERE d.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("drill")
	}
	if err != nil {
		return x, fmt.Errorf("read drill: %w", err)
	}
	return x, nil
}

func (s store) drills(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Drill], error) {
	l := sqldb.List{
		Select: drillColumns, From: "security_drill d", Key: "d.id", Order: "-created_at",
		Sort: map[string]string{"created_at": "d.created_at", "title": "d.title", "ended_at": "d.ended_at"}, Search: []string{"d.title"},
	}
	if !identity.From(ctx).Scope.All {
		l.Where("1 = 0")
	}
	return sqldb.Fetch(ctx, s.db, l, in, scanDrill)
}

func insertDrill(ctx context.Context, tx *sqldb.Tx, x Drill) error {
	list, err := written(x.Organisations)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_drill (id, title, plan, pace, organisations, actor, actor_name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		x.ID, x.Title, x.Plan, x.Pace, list, x.actor, x.By, x.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert drill: %w", err)
	}
	tx.Changed("security_drill", x.ID, nil, x)
	return nil
}

func saveDrill(ctx context.Context, tx *sqldb.Tx, before, x Drill) error {
	n, err := tx.Exec(ctx, `UPDATE security_drill SET ended_at = $1, version = version + 1 WHERE id = $2 AND version = $3`, sqldb.InstantMillis(x.EndedAt), x.ID, before.Version)
	if err != nil {
		return fmt.Errorf("update drill: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_drill", x.ID, before, x)
	return nil
}

// ofDrill are the notices of a drill, the first at first.
func ofDrill(ctx context.Context, db reader, drill string) ([]Notice, error) {
	rows, err := db.Query(ctx, `SELECT `+noticeColumns+` FROM security_notice n WHERE n.drill = $1 ORDER BY n.created_at, n.id LIMIT 500`, drill)
	if err != nil {
		return nil, fmt.Errorf("read notices of drill: %w", err)
	}
	return sqldb.All(rows, scanNotice)
}
