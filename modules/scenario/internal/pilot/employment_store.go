package pilot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/sqldb"
)

// employmentStore keeps where persons belong and belonged.
type employmentStore struct{ db *sqldb.DB }

const employmentColumns = `e.id, e.person_id, e.organisation_id, e.party, e.name, e.since_on, e.until_on`

func scanEmployment(r sqldb.Row) (e Employment, err error) {
	err = r.Scan(&e.id, &e.person, &e.organisation, &e.party, &e.Name, &e.Since, &e.Until)
	return e, err
}

// of are the employments of persons, the newest first.
func (s employmentStore) of(ctx context.Context, persons []string) ([]Employment, error) {
	const page = 500
	list := []Employment{}
	for some := range slices.Chunk(persons, page) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		marks := strings.Trim(sqldb.Values(1, len(some)), "()")
		rows, err := s.db.Query(ctx, `SELECT `+employmentColumns+` FROM pilot_employment e WHERE e.person_id IN (`+marks+`) ORDER BY e.id DESC`, args...)
		if err != nil {
			return nil, fmt.Errorf("read employments: %w", err)
		}
		more, err := sqldb.All(rows, scanEmployment)
		if err != nil {
			return nil, fmt.Errorf("read employments: %w", err)
		}
		list = append(list, more...)
	}
	return list, nil
}

// persons are those of whom something is kept.
func (s employmentStore) persons(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT e.person_id FROM pilot_employment e`)
	if err != nil {
		return nil, fmt.Errorf("read who is employed: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
}

// move begins employments and ends others on a day. ended are organisations; left tells of
// those of which the beginning may not be kept.
func (s employmentStore) move(ctx context.Context, person string, joined, left []Employment, ended []string, day string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, id := range ended {
			n, err := tx.Exec(ctx, `UPDATE pilot_employment SET until_on = $1 WHERE person_id = $2 AND organisation_id = $3 AND until_on = ''`, day, person, id)
			if err != nil {
				return fmt.Errorf("end employment: %w", err)
			}
			at := slices.IndexFunc(left, func(e Employment) bool { return e.organisation == id })
			if n > 0 || at < 0 {
				continue
			}
			left[at].Until = day
			if err := insertEmployment(ctx, tx, left[at]); err != nil {
				return err
			}
		}
		for _, e := range joined {
			if err := insertEmployment(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func insertEmployment(ctx context.Context, tx *sqldb.Tx, e Employment) error {
	_, err := tx.Exec(ctx, `INSERT INTO pilot_employment (id, person_id, organisation_id, party, name, since_on, until_on) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		e.id, e.person, e.organisation, e.party, e.Name, e.Since, e.Until)
	if err != nil {
		return fmt.Errorf("keep employment: %w", err)
	}
	return nil
}

// forget removes what was over on a day.
func (s employmentStore) forget(ctx context.Context, day string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM pilot_employment WHERE until_on <> '' AND until_on <= $1`, day); err != nil {
			return fmt.Errorf("forget employments: %w", err)
		}
		return nil
	})
}

// drop removes all of a person.
func (s employmentStore) drop(ctx context.Context, person string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM pilot_employment WHERE person_id = $1`, person); err != nil {
			return fmt.Errorf("forget employments of a person: %w", err)
		}
		return nil
	})
}
