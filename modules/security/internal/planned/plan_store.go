package planned

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

type store struct{ db *sqldb.DB }

type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

const (
	planColumns = `p.id, p.organisation_id, i.name_zh, i.name_en, p.name, p.note, p.ended, p.newest, p.released, COALESCE(r.things, 0), COALESCE(r.released_at, 0), COALESCE(r.releaser_name, ''), p.synthetic, p.created_at, p.actor, p.actor_name, p.version`
	planTables  = `security_asset_plan p JOIN security_inventory i ON i.organisation_id = p.organisation_id LEFT JOIN security_asset_plan_revision r ON r.plan_id = p.id AND r.number = p.released`
)

func scanPlan(r sqldb.Row) (p AssetPlan, err error) {
	var released, created int64
	err = r.Scan(&p.ID, &p.OrganisationID, &p.Enterprise.ZH, &p.Enterprise.EN, &p.Name, &p.Note, &p.Ended, &p.Newest, &p.Released, &p.Things, &released, &p.ReleasedBy, &p.Synthetic, &created, &p.actor, &p.By, &p.Version)
	p.ReleasedAt, p.CreatedAt = sqldb.Instant(released), sqldb.Time(created)
	return p, err
}

type planParams struct {
	sqldb.ListParams
	Organisation string `query:"organisation" maxLength:"40" doc:"ID of an enterprise"`
	Ended        string `query:"ended" enum:"yes,no"`
}

func (s store) plans(ctx context.Context, in planParams, now time.Time) (sqldb.Page[AssetPlan], error) {
	l := sqldb.List{
		Select: planColumns, From: planTables, Key: "p.id", Order: "name",
		Sort:   map[string]string{"name": "p.name", "created_at": "p.created_at", "things": "COALESCE(r.things, 0)", "released_at": "COALESCE(r.released_at, 0)"},
		Search: []string{"p.name", "p.note", "i.name_zh", "i.name_en"},
	}
	l.WhereIf("p.organisation_id = ?", in.Organisation)
	switch in.Ended {
	case "yes":
		l.Where("p.ended")
	case "no":
		l.Where("NOT p.ended")
	}
	asset.Restrict(ctx, &l, now)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanPlan)
}

func planOf(ctx context.Context, db reader, id string) (AssetPlan, error) {
	p, err := scanPlan(db.QueryRow(ctx, `SELECT `+planColumns+` FROM `+planTables+` WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, noSuch("plan")
	}
	if err != nil {
		return p, fmt.Errorf("read plan: %w", err)
	}
	return p, nil
}

func twice() error {
	return fault.New(fault.Conflict, "security.plan.twice", "the enterprise has a plan of this name").At("body.name", "another name, or a new revision of that plan")
}

// queue lets changes of the plans of an enterprise follow each other.
func queue(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	return tx.Queue(ctx, "asset plans "+organisation) //nolint:wrapcheck // it says all
}

func insertPlan(ctx context.Context, tx *sqldb.Tx, p AssetPlan) error {
	if err := queue(ctx, tx, p.OrganisationID); err != nil {
		return err
	}
	n := 0
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_asset_plan WHERE organisation_id = $1`, p.OrganisationID).Scan(&n); err != nil {
		return fmt.Errorf("count plans: %w", err)
	}
	if n >= mostPlans {
		return fault.New(fault.Conflict, "security.plan.plans", "an enterprise has %d plans at most; remove one that never counted or has ended", mostPlans).With("most", mostPlans)
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_asset_plan (id, organisation_id, name, note, ended, newest, released, synthetic, created_at, actor, actor_name, version) VALUES ($1, $2, $3, $4, FALSE, 0, 0, $5, $6, $7, $8, 1)`,
		p.ID, p.OrganisationID, p.Name, p.Note, p.Synthetic, p.CreatedAt.UnixMilli(), p.actor, p.By)
	if sqldb.IsUnique(err) {
		return twice()
	}
	if err != nil {
		return fmt.Errorf("insert plan: %w", err)
	}
	tx.Changed("security_asset_plan", p.ID, nil, p)
	return nil
}

func savePlan(ctx context.Context, tx *sqldb.Tx, before, p AssetPlan) error {
	n, err := tx.Exec(ctx, `UPDATE security_asset_plan SET name = $1, note = $2, ended = $3, newest = $4, released = $5, version = version + 1 WHERE id = $6 AND version = $7`, p.Name, p.Note, p.Ended, p.Newest, p.Released, p.ID, before.Version)
	if sqldb.IsUnique(err) {
		return twice()
	}
	if err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_asset_plan", p.ID, before, p)
	return nil
}

const revisionColumns = `r.number, r.file, r.note, r.things, r.imported_at, r.actor_name, r.released_at, r.releaser_name, r.number = p.released`

const revisionTables = `security_asset_plan_revision r JOIN security_asset_plan p ON p.id = r.plan_id`

func scanRevision(r sqldb.Row) (x PlanRevision, err error) {
	var imported, released int64
	err = r.Scan(&x.Number, &x.File, &x.Note, &x.Things, &imported, &x.By, &released, &x.ReleasedBy, &x.Counts)
	x.ImportedAt, x.ReleasedAt = sqldb.Time(imported), sqldb.Instant(released)
	return x, err
}

func (s store) revisions(ctx context.Context, plan string, p sqldb.ListParams) (sqldb.Page[PlanRevision], error) {
	l := sqldb.List{Select: revisionColumns, From: revisionTables, Key: "CAST(r.number AS TEXT)", Order: "-number", Sort: map[string]string{"number": "r.number", "imported_at": "r.imported_at"}, Search: []string{"r.file", "r.note"}}
	l.Where("r.plan_id = ?", plan)
	return sqldb.Fetch(ctx, s.db, l, p, scanRevision)
}

func revisionOf(ctx context.Context, db reader, plan string, number int64) (PlanRevision, error) {
	x, err := scanRevision(db.QueryRow(ctx, `SELECT `+revisionColumns+` FROM `+revisionTables+` WHERE r.plan_id = $1 AND r.number = $2`, plan, number))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("revision")
	}
	if err != nil {
		return x, fmt.Errorf("read revision: %w", err)
	}
	return x, nil
}

// insertRevision keeps what a file says as the newest revision of its plan.
func insertRevision(ctx context.Context, tx *sqldb.Tx, p AssetPlan, x PlanRevision, lines []Thing) error {
	n := 0
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_asset_plan_revision WHERE plan_id = $1`, p.ID).Scan(&n); err != nil {
		return fmt.Errorf("count revisions: %w", err)
	}
	if n >= mostRevisions {
		return fault.New(fault.Conflict, "security.plan.revisions", "a plan keeps %d revisions at most; discard one that was never released, or go on with a new plan", mostRevisions).With("most", mostRevisions)
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_asset_plan_revision (plan_id, number, file, note, things, imported_at, actor, actor_name, released_at, releaser, releaser_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', '')`,
		p.ID, x.Number, x.File, x.Note, x.Things, x.ImportedAt.UnixMilli(), identity.From(ctx).Actor(), x.By)
	if err != nil {
		return fmt.Errorf("insert revision: %w", err)
	}
	rows := make([][]any, 0, len(lines))
	for _, line := range lines {
		facts, err := json.Marshal(line)
		if err != nil {
			return fmt.Errorf("write line %d: %w", line.Line, err)
		}
		rows = append(rows, []any{p.ID, x.Number, line.Line, line.Name, string(facts)})
	}
	if err := tx.InsertAll(ctx, `INSERT INTO security_asset_plan_row (plan_id, number, line, name, facts)`, rows); err != nil {
		return fmt.Errorf("insert lines: %w", err)
	}
	tx.Changed("security_asset_plan_revision", fmt.Sprintf("%s/%d", p.ID, x.Number), nil, x)
	return nil
}

func scanLine(r sqldb.Row) (x Thing, err error) {
	var facts string
	if err = r.Scan(&facts); err != nil {
		return x, err
	}
	if err = json.Unmarshal([]byte(facts), &x); err != nil {
		return x, fmt.Errorf("read line: %w", err)
	}
	return x, nil
}

func (s store) lines(ctx context.Context, plan string, number int64, p sqldb.ListParams) (sqldb.Page[Thing], error) {
	l := sqldb.List{Select: "x.facts", From: "security_asset_plan_row x", Key: "CAST(x.line AS TEXT)", Order: "line", Sort: map[string]string{"line": "x.line", "name": "x.name"}, Search: []string{"x.facts"}}
	l.Where("x.plan_id = ?", plan).Where("x.number = ?", number)
	return sqldb.Fetch(ctx, s.db, l, p, scanLine)
}

// linesOf are all lines of a revision.
func linesOf(ctx context.Context, db reader, plan string, number int64) ([]Thing, error) {
	rows, err := db.Query(ctx, `SELECT x.facts FROM security_asset_plan_row x WHERE x.plan_id = $1 AND x.number = $2 ORDER BY x.line LIMIT $3`, plan, number, mostRows)
	if err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	return sqldb.All(rows, scanLine)
}

// planned are the lines of all plans of an enterprise that count, and how many plans there are.
func (s store) planned(ctx context.Context, organisation string) (out []lineOfPlan, plans int, err error) {
	rows, err := s.db.Query(ctx, `SELECT p.id, p.name, p.released FROM security_asset_plan p WHERE p.organisation_id = $1 AND p.released > 0 AND NOT p.ended ORDER BY p.name, p.id LIMIT $2`, organisation, mostPlans)
	if err != nil {
		return nil, 0, fmt.Errorf("read plans: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x lineOfPlan, err error) { return x, r.Scan(&x.planID, &x.plan, &x.revision) })
	if err != nil {
		return nil, 0, err
	}
	for _, p := range list {
		lines, err := linesOf(ctx, s.db, p.planID, p.revision)
		if err != nil {
			return nil, 0, err
		}
		for _, x := range lines {
			p.Thing = x
			out = append(out, p)
		}
	}
	return out, len(list), nil
}
