package pilot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// relationStore keeps what was declared and entered of relations.
type relationStore struct{ db *sqldb.DB }

const relationColumns = `r.id, r.from_party, r.from_name, r.to_party, r.to_name, r.kind, r.share, r.since_on, r.until_on, r.source, r.person_id, r.actor, r.actor_name, r.at`

func scanRelation(row sqldb.Row) (r Relation, err error) {
	var at int64
	err = row.Scan(&r.ID, &r.From, &r.FromName, &r.To, &r.ToName, &r.Kind, &r.Share, &r.Since, &r.Until, &r.Source, &r.person, &r.actor, &r.by, &at)
	r.At = sqldb.Time(at)
	return r, err
}

// relationsMost bounds how many relations are kept, as all of them are woven at once.
const relationsMost = 100000

func (s relationStore) all(ctx context.Context) ([]Relation, error) {
	rows, err := s.db.Query(ctx, `SELECT `+relationColumns+` FROM pilot_relation r ORDER BY r.id`)
	if err != nil {
		return nil, fmt.Errorf("read relations: %w", err)
	}
	return sqldb.All(rows, scanRelation)
}

// of are the relations of a person, as they or the city said them.
func (s relationStore) of(ctx context.Context, person string) ([]Relation, error) {
	rows, err := s.db.Query(ctx, `SELECT `+relationColumns+` FROM pilot_relation r WHERE r.person_id = $1 ORDER BY r.id`, person)
	if err != nil {
		return nil, fmt.Errorf("read relations: %w", err)
	}
	list, err := sqldb.All(rows, scanRelation)
	if list == nil {
		list = []Relation{}
	}
	return list, err
}

type relationParams struct {
	sqldb.ListParams
	Kind string `query:"kind" enum:"employment,shareholding,cooperation"`
}

func (s relationStore) list(ctx context.Context, in relationParams) (sqldb.Page[Relation], error) {
	l := sqldb.List{
		Select: relationColumns, From: "pilot_relation r", Key: "r.id", Order: "-at",
		Sort:   map[string]string{"at": "r.at", "kind": "r.kind", "from_name": "r.from_name", "to_name": "r.to_name"},
		Search: []string{"r.from_name", "r.to_name", "r.from_party", "r.to_party"},
	}
	l.WhereIf("r.kind = ?", in.Kind)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRelation)
}

func (s relationStore) insert(ctx context.Context, r Relation) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM pilot_relation`).Scan(&n); err != nil {
			return fmt.Errorf("count relations: %w", err)
		}
		if n >= relationsMost {
			return fault.New(fault.Conflict, "scenario.pilot.relations_full", "%d relations are the most that are kept", relationsMost).With("limit", relationsMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO pilot_relation (id, from_party, from_name, to_party, to_name, kind, share, since_on, until_on, source, person_id, actor, actor_name, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			r.ID, r.From, r.FromName, r.To, r.ToName, string(r.Kind), r.Share, r.Since, r.Until, r.Source, r.person, r.actor, r.by, r.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep relation: %w", err)
		}
		tx.Changed("pilot_relation", r.ID, nil, r)
		return nil
	})
}

// remove removes a relation that the caller may.
func (s relationStore) remove(ctx context.Context, id string, may func(Relation) bool) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := scanRelation(tx.QueryRow(ctx, `SELECT `+relationColumns+` FROM pilot_relation r WHERE r.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) || err == nil && !may(r) {
			return noSuch("relation")
		}
		if err != nil {
			return fmt.Errorf("read relation: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM pilot_relation WHERE id = $1`, id); err != nil {
			return fmt.Errorf("remove relation: %w", err)
		}
		tx.Changed("pilot_relation", id, r, nil)
		return nil
	})
}
