package opening

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// mostApplications bounds those to one opening.
const mostApplications = 500

const applicationColumns = `a.id, a.opening_id, a.organisation_id, a.name_zh, a.name_en, a.approach, a.team, a.price, a.days, a.state, a.digest, a.submitted_at, a.version`

func scanApplication(r sqldb.Row) (a Application, err error) {
	var submitted int64
	err = r.Scan(&a.ID, &a.OpeningID, &a.OrganisationID, &a.Provider.ZH, &a.Provider.EN, &a.Offer.Approach, &a.Offer.Team, &a.Offer.Price, &a.Offer.Days, &a.State, &a.Digest, &submitted, &a.Version)
	a.SubmittedAt = time.UnixMilli(submitted).UTC()
	return a, err
}

// applicationOf reads the application of an organisation to an opening; false: none.
func applicationOf(ctx context.Context, db reader, opening, organisation string) (Application, bool, error) {
	a, err := scanApplication(db.QueryRow(ctx, `SELECT `+applicationColumns+` FROM scenario_application a WHERE a.opening_id = $1 AND a.organisation_id = $2`, opening, organisation))
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("read application: %w", err)
	}
	return a, true, nil
}

func applicationByID(ctx context.Context, db reader, id string) (Application, error) {
	a, err := scanApplication(db.QueryRow(ctx, `SELECT `+applicationColumns+` FROM scenario_application a WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, noSuch("application")
	}
	if err != nil {
		return a, fmt.Errorf("read application: %w", err)
	}
	return a, nil
}

// mayRead tells whether who asks may read applications of others to an opening: the
// enterprise and the city, after the deadline. Providers read their own.
func mayRead(o Opening, from side, now time.Time) bool {
	return (from == owner || from == city) && o.OpenedAt != nil && o.over(now)
}

// applications lists those to an opening that who asks may read.
func (s store) applications(ctx context.Context, o Opening, from side, now time.Time) ([]Application, error) {
	query, args := `SELECT `+applicationColumns+` FROM scenario_application a WHERE a.opening_id = $1`, []any{o.ID}
	if !mayRead(o, from, now) {
		own := []string{"$2"}
		id := identity.From(ctx)
		args = append(args, id.Organisation.ID)
		if !id.Scope.All {
			for _, x := range id.Scope.IDs {
				args = append(args, x)
				own = append(own, fmt.Sprintf("$%d", len(args)))
			}
		}
		query += ` AND a.organisation_id IN (` + strings.Join(own, ", ") + `)`
	}
	rows, err := s.db.Query(ctx, query+fmt.Sprintf(` ORDER BY a.submitted_at, a.id LIMIT %d`, mostApplications), args...)
	if err != nil {
		return nil, fmt.Errorf("read applications: %w", err)
	}
	return sqldb.All(rows, scanApplication)
}

// submitted counts the applications to an opening, which is no secret.
func (s store) submitted(ctx context.Context, opening string) (n int, err error) {
	if err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM scenario_application a WHERE a.opening_id = $1 AND a.state <> 'withdrawn'`, opening).Scan(&n); err != nil {
		err = fmt.Errorf("count applications: %w", err)
	}
	return n, err
}

// put saves an application.
func put(ctx context.Context, tx *sqldb.Tx, before *Application, a Application, actor, name string) error {
	_, err := tx.Exec(ctx, `INSERT INTO scenario_application (id, opening_id, organisation_id, name_zh, name_en, approach, team, price, days, state, digest, actor, actor_name, submitted_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
		ON CONFLICT (id) DO UPDATE SET approach = excluded.approach, team = excluded.team, price = excluded.price, days = excluded.days, state = excluded.state, digest = excluded.digest,
			actor = excluded.actor, actor_name = excluded.actor_name, submitted_at = excluded.submitted_at, version = scenario_application.version + 1`,
		a.ID, a.OpeningID, a.OrganisationID, a.Provider.ZH, a.Provider.EN, a.Offer.Approach, a.Offer.Team, a.Offer.Price, a.Offer.Days, a.State, a.Digest, actor, name, a.SubmittedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("save application: %w", err)
	}
	if before == nil {
		tx.Changed("scenario_application", a.ID, nil, a)
		return nil
	}
	tx.Changed("scenario_application", a.ID, *before, a)
	return nil
}

// settle ends all applications to an opening: one is chosen, the others are not. It
// returns the organisations of the others.
func settle(ctx context.Context, tx *sqldb.Tx, opening, chosen string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT `+applicationColumns+` FROM scenario_application a WHERE a.opening_id = $1 AND a.state = 'submitted'`, opening)
	if err != nil {
		return nil, fmt.Errorf("read applications: %w", err)
	}
	list, err := sqldb.All(rows, scanApplication)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, a := range list {
		after := a
		after.State = NotChosen
		if a.ID == chosen {
			after.State = Chosen
		} else {
			others = append(others, a.OrganisationID)
		}
		if _, err := tx.Exec(ctx, `UPDATE scenario_application SET state = $1, version = version + 1 WHERE id = $2`, after.State, a.ID); err != nil {
			return nil, fmt.Errorf("settle application: %w", err)
		}
		tx.Changed("scenario_application", a.ID, a, after)
	}
	return others, nil
}

// countAll counts all applications to an opening.
func (s store) countAll(ctx context.Context, db reader, opening string) (n int, err error) {
	if err = db.QueryRow(ctx, `SELECT COUNT(*) FROM scenario_application a WHERE a.opening_id = $1`, opening).Scan(&n); err != nil {
		err = fmt.Errorf("count applications: %w", err)
	}
	return n, err
}
