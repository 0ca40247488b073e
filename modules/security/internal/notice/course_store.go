package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
)

// Entry is something that happened to a notice or to an assignment.
type Entry struct {
	Act    string         `json:"act"`
	State  string         `json:"state" doc:"In which it is since"`
	Reason string         `json:"reason"`
	Data   map[string]any `json:"data" doc:"What belongs to it: obligation, part of the time, who was told, by how many seconds it fired late …"`
	By     string         `json:"by" doc:"Who did it; empty: a clock, or the platform"`
	At     time.Time      `json:"at"`

	notice, assignment, actor string
}

// mostEntries is how much of a course is shown.
const mostEntries = 500

func insertEntries(ctx context.Context, tx *sqldb.Tx, list ...Entry) error {
	rows := make([][]any, len(list))
	for i, e := range list {
		if e.Data == nil {
			e.Data = map[string]any{}
		}
		text, err := written(e.Data)
		if err != nil {
			return err
		}
		rows[i] = []any{ulid.Make().String(), e.notice, e.assignment, e.Act, e.State, e.Reason, text, e.actor, e.By, e.At.UnixMilli()}
	}
	if err := tx.InsertAll(ctx, `INSERT INTO security_course (id, notice_id, assignment_id, act, state, reason, data, actor, actor_name, at)`, rows); err != nil {
		return fmt.Errorf("write the course of a notice: %w", err)
	}
	return nil
}

// course is what happened to a notice, or to one of its assignments; the newest comes last.
func course(ctx context.Context, db reader, notice, assignment string) ([]Entry, error) {
	rows, err := db.Query(ctx, `SELECT act, state, reason, data, actor, actor_name, at FROM (
			SELECT * FROM security_course WHERE notice_id = $1 AND assignment_id = $2 ORDER BY at DESC, id DESC LIMIT $3
		) newest ORDER BY at, id`, notice, assignment, mostEntries)
	if err != nil {
		return nil, fmt.Errorf("read the course of a notice: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e Entry, err error) {
		var data string
		var at int64
		if err = r.Scan(&e.Act, &e.State, &e.Reason, &data, &e.actor, &e.By, &at); err != nil {
			return e, err
		}
		e.At = sqldb.Time(at)
		if err = json.Unmarshal([]byte(data), &e.Data); err != nil {
			return e, fmt.Errorf("read the course of a notice: %w", err)
		}
		return e, nil
	})
}
