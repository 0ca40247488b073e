package view

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// View is a saved view of a list.
type View struct {
	ID         string    `json:"id"`
	List       string    `json:"list"`
	Name       string    `json:"name"`
	Query      string    `json:"query"`
	Shared     bool      `json:"shared"`
	PersonName string    `json:"person_name"`
	Own        bool      `json:"own" doc:"The caller saved it"`
	First      bool      `json:"first" doc:"The list opens with it for the caller"`
	At         time.Time `json:"at"`
	Version    int64     `json:"version"`

	person       string
	organisation string
}

// ETag implements httpd.Versioned.
func (v View) ETag() int64 { return v.Version }

type viewStore struct{ db *sqldb.DB }

// viewLimit bounds how many views of one list a person has.
const viewLimit = 50

const viewColumns = `v.id, v.list, v.name, v.query, v.shared, v.person_name, v.person_id, v.organisation_id, v.at, v.version,
	EXISTS (SELECT 1 FROM first_view f WHERE f.view_id = v.id AND f.person_id = $1 AND f.organisation_id = $2)`

// seen are one's own views, and those shared in the organisation one acts for.
const seen = `((v.person_id = $1 AND v.organisation_id = $2) OR (v.shared AND v.organisation_id = $2))`

func scanView(person string) func(sqldb.Row) (View, error) {
	return func(r sqldb.Row) (View, error) {
		var v View
		var at int64
		err := r.Scan(&v.ID, &v.List, &v.Name, &v.Query, &v.Shared, &v.PersonName, &v.person, &v.organisation, &at, &v.Version, &v.First)
		v.At, v.Own = time.UnixMilli(at).UTC(), v.person == person
		return v, err
	}
}

func (s viewStore) list(ctx context.Context, id identity.Identity, list string) ([]View, error) {
	rows, err := s.db.Query(ctx, `SELECT `+viewColumns+` FROM view v WHERE v.list = $3 AND `+seen+` ORDER BY v.shared, v.name, v.id LIMIT 200`, id.PersonID, id.Organisation.ID, list)
	if err != nil {
		return nil, fmt.Errorf("read views: %w", err)
	}
	return sqldb.All(rows, scanView(id.PersonID))
}

func (s viewStore) get(ctx context.Context, id identity.Identity, view string) (View, error) {
	v, err := scanView(id.PersonID)(s.db.QueryRow(ctx, `SELECT `+viewColumns+` FROM view v WHERE v.id = $3 AND `+seen, id.PersonID, id.Organisation.ID, view))
	if errors.Is(err, sql.ErrNoRows) {
		return v, noSuch()
	}
	if err != nil {
		return v, fmt.Errorf("read view: %w", err)
	}
	return v, nil
}

func noSuch() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such view, or it is not yours to change")
}

func (s viewStore) add(ctx context.Context, v View) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM view WHERE person_id = $1 AND list = $2`, v.person, v.List).Scan(&n); err != nil {
			return fmt.Errorf("count views: %w", err)
		}
		if n >= viewLimit {
			return fault.New(fault.Conflict, "view.many", "you have %d views of this list", n).With("limit", viewLimit)
		}
		_, err := tx.Exec(ctx, `INSERT INTO view (id, list, name, query, person_id, person_name, organisation_id, shared, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			v.ID, v.List, v.Name, v.Query, v.person, v.PersonName, v.organisation, v.Shared, v.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("save view: %w", err)
		}
		return nil
	})
}

func (s viewStore) edit(ctx context.Context, person, id string, w Wanted, version int64) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var now int64
		err := tx.QueryRow(ctx, `SELECT version FROM view WHERE id = $1 AND person_id = $2`, id, person).Scan(&now)
		if errors.Is(err, sql.ErrNoRows) {
			return noSuch()
		}
		if err != nil {
			return fmt.Errorf("read view: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE view SET name = $1, query = $2, shared = $3, version = version + 1 WHERE id = $4 AND person_id = $5 AND version = $6`,
			w.Name, w.Query, w.Shared, id, person, version)
		if err != nil {
			return fmt.Errorf("edit view: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "you changed this view meanwhile; read it again")
		}
		return nil
	})
}

func (s viewStore) remove(ctx context.Context, person, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM view WHERE id = $1 AND person_id = $2`, id, person)
		if err != nil {
			return fmt.Errorf("remove view: %w", err)
		}
		if n == 0 {
			return noSuch()
		}
		return nil
	})
}

func (s viewStore) choose(ctx context.Context, id identity.Identity, list, view string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM first_view WHERE person_id = $1 AND organisation_id = $2 AND list = $3`, id.PersonID, id.Organisation.ID, list)
		if err != nil {
			return fmt.Errorf("choose view: %w", err)
		}
		if view == "" {
			return nil
		}
		_, err = tx.Exec(ctx, `INSERT INTO first_view (person_id, organisation_id, list, view_id) VALUES ($1, $2, $3, $4)`, id.PersonID, id.Organisation.ID, list, view)
		return err
	})
}
