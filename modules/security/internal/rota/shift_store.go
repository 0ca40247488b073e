package rota

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

const columns = `s.id, s.organisation_id, s.person, s.person_name, s.from_at, s.until_at, s.handed_note, s.handed_at, s.taken_at, s.taker, s.taker_name, s.created_at, s.actor, s.actor_name, s.version`

func scan(now time.Time) func(r sqldb.Row) (Shift, error) {
	return func(r sqldb.Row) (x Shift, err error) {
		var from, until, handed, taken, created int64
		err = r.Scan(&x.ID, &x.organisation, &x.person, &x.Name, &from, &until, &x.Note, &handed, &taken, &x.taker, &x.TakenBy, &created, &x.actor, &x.By, &x.Version)
		x.From, x.Until, x.HandedAt, x.TakenAt, x.CreatedAt = sqldb.Time(from), sqldb.Time(until), sqldb.Instant(handed), sqldb.Instant(taken), sqldb.Time(created)
		x.State, x.Acts = x.at(now), []string{}
		return x, err
	}
}

type params struct {
	sqldb.ListParams
	When string `query:"when" enum:"coming,on_duty,over" doc:"Only shifts of that state"`
	Mine bool   `query:"mine" doc:"Only the caller's own"`
}

func (s store) list(ctx context.Context, in params, actor string, now time.Time) (sqldb.Page[Shift], error) {
	l := sqldb.List{
		Select: columns, From: "security_shift s", Key: "s.id", Order: "-from",
		Sort: map[string]string{"from": "s.from_at", "name": "s.person_name"}, Search: []string{"s.person_name", "s.handed_note"},
	}
	at := now.UnixMilli()
	switch State(in.When) {
	case Coming:
		l.Where("s.from_at > ?", at)
	case OnDuty:
		l.Where("s.from_at <= ? AND s.until_at > ?", at, at)
	case Over:
		l.Where("s.until_at <= ?", at)
	}
	if in.Mine {
		l.Where("s.person = ?", actor)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scan(now))
}

// between are the shifts that touch a time, in the order of their beginnings.
func between(ctx context.Context, db reader, from, until, now time.Time) ([]Shift, error) {
	rows, err := db.Query(ctx, `SELECT `+columns+` FROM security_shift s WHERE s.until_at > $1 AND s.from_at < $2 ORDER BY s.from_at, s.id LIMIT $3`, from.UnixMilli(), until.UnixMilli(), 2*mostComing)
	if err != nil {
		return nil, fmt.Errorf("read shifts: %w", err)
	}
	return sqldb.All(rows, scan(now))
}

func one(ctx context.Context, db reader, id string, now time.Time) (Shift, error) {
	x, err := scan(now)(db.QueryRow(ctx, `SELECT `+columns+` FROM security_shift s WHERE s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, fault.New(fault.NotFound, "kernel.not_found", "there is no such shift, or it is not yours to see")
	}
	if err != nil {
		return x, fmt.Errorf("read shift: %w", err)
	}
	return x, nil
}

func insert(ctx context.Context, tx *sqldb.Tx, list []Shift) error {
	rows := make([][]any, len(list))
	for i, x := range list {
		rows[i] = []any{x.ID, x.organisation, x.person, x.Name, x.From.UnixMilli(), x.Until.UnixMilli(), x.CreatedAt.UnixMilli(), x.actor, x.By}
	}
	if err := tx.InsertAll(ctx, `INSERT INTO security_shift (id, organisation_id, person, person_name, from_at, until_at, created_at, actor, actor_name)`, rows); err != nil {
		return fmt.Errorf("plan shifts: %w", err)
	}
	for _, x := range list {
		tx.Changed("security_shift", x.ID, nil, x)
	}
	return nil
}

// save keeps what can be changed of a shift that is still as it was read.
func save(ctx context.Context, tx *sqldb.Tx, before, x Shift) error {
	n, err := tx.Exec(ctx, `UPDATE security_shift SET person = $1, person_name = $2, handed_note = $3, handed_at = $4, taken_at = $5, taker = $6, taker_name = $7, version = version + 1 WHERE id = $8 AND version = $9`,
		x.person, x.Name, x.Note, sqldb.InstantMillis(x.HandedAt), sqldb.InstantMillis(x.TakenAt), x.taker, x.TakenBy, x.ID, before.Version)
	if err != nil {
		return fmt.Errorf("save shift: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
	}
	tx.Changed("security_shift", x.ID, before, x)
	return nil
}

func remove(ctx context.Context, tx *sqldb.Tx, x Shift) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_shift WHERE id = $1`, x.ID); err != nil {
		return fmt.Errorf("remove shift: %w", err)
	}
	tx.Changed("security_shift", x.ID, x, nil)
	return nil
}
