package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
)

type importStore struct{ db *sqldb.DB }

const importColumns = `b.id, b.node_id, b.name, b.file, b.template_id, b.overwrites, b.job_id, b.state, b.row_count, b.made, b.refused, b.reason, b.created_at, b.ended_at`

func scanImport(r sqldb.Row) (batch, error) {
	var b batch
	var created, ended int64
	err := r.Scan(&b.ID, &b.NodeID, &b.Name, &b.file, &b.TemplateID, &b.Overwrite, &b.JobID, &b.State, &b.Rows, &b.Made, &b.Refused, &b.Reason, &created, &ended)
	b.CreatedAt = time.UnixMilli(created).UTC()
	if ended != 0 {
		at := time.UnixMilli(ended).UTC()
		b.EndedAt = &at
	}
	return b, err
}

// importInput is what the job of an import gets.
type importInput struct {
	Import string `json:"import"`
}

const jobImport = "import"

// begin keeps an import. One that is not held is begun: it is kept with its job, or
// not at all.
func (s importStore) begin(ctx context.Context, desk *jobs.Room, b batch) (batch, error) {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		if b.State == importRunning {
			if b.JobID, err = desk.StartTx(ctx, tx, jobs.Order{Kind: jobImport, Input: importInput{b.ID}}); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO import (id, node_id, name, file, template_id, overwrites, job_id, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			b.ID, b.NodeID, b.Name, b.file, b.TemplateID, b.Overwrite, b.JobID, b.State, b.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep import: %w", err)
		}
		tx.Changed("import", b.ID, nil, b)
		return nil
	})
	return b, err
}

// start begins an import that was held.
func (s importStore) start(ctx context.Context, desk *jobs.Room, id string, overwrite bool) (batch, error) {
	var b batch
	err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		before, err := scanImport(tx.QueryRow(ctx, `SELECT `+importColumns+` FROM import b WHERE b.id = $1`, id))
		if err != nil {
			return fmt.Errorf("read import: %w", err)
		}
		if b = before; b.State != importHeld {
			return fault.New(fault.Conflict, "identifier.import.begun", "the import was begun or given up already")
		}
		b.State, b.Overwrite = importRunning, overwrite
		if b.JobID, err = desk.StartTx(ctx, tx, jobs.Order{Kind: jobImport, Input: importInput{b.ID}}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE import SET state = $1, overwrites = $2, job_id = $3 WHERE id = $4`, b.State, b.Overwrite, b.JobID, id); err != nil {
			return fmt.Errorf("begin import: %w", err)
		}
		tx.Changed("import", b.ID, before, b)
		return nil
	})
	return b, err
}

// giveUp ends an import in a state that it is still in; whoever ends it otherwise
// was first.
func (s importStore) giveUp(ctx context.Context, b batch, was string) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		now := time.Now().UTC()
		n, err := tx.Exec(ctx, `UPDATE import SET state = $1, ended_at = $2 WHERE id = $3 AND state = $4`, importCancelled, now.UnixMilli(), b.ID, was)
		if err != nil {
			return fmt.Errorf("give up import: %w", err)
		}
		if n > 0 {
			after := b
			after.State, after.EndedAt = importCancelled, &now
			tx.Changed("import", b.ID, b, after)
		}
		return nil
	})
}

// forget gives up imports that were held before a time.
func (s importStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE import SET state = $1, ended_at = $2 WHERE state = $3 AND created_at < $4`, importCancelled, time.Now().UnixMilli(), importHeld, before.UnixMilli())
		if err != nil {
			return fmt.Errorf("give up imports that nobody began: %w", err)
		}
		return nil
	})
}

func (s importStore) get(ctx context.Context, id string) (batch, error) {
	b, err := scanImport(s.db.QueryRow(ctx, `SELECT `+importColumns+` FROM import b WHERE b.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.New(fault.NotFound, "kernel.not_found", "there is no such import, or it is not yours to see")
	}
	if err != nil {
		return b, fmt.Errorf("read import: %w", err)
	}
	return b, nil
}

func (s importStore) list(ctx context.Context, nodeID string, p sqldb.ListParams) (sqldb.Page[batch], error) {
	l := sqldb.List{
		Select: importColumns, From: "import b", Key: "b.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "b.created_at", "name": "b.name", "state": "b.state", "made": "b.made", "refused": "b.refused"},
		Search: []string{"b.name"},
	}
	l.Where("b.node_id = ?", nodeID)
	return sqldb.Fetch(ctx, s.db, l, p, scanImport)
}

func (s importStore) faults(ctx context.Context, id string, p sqldb.ListParams) (sqldb.Page[badRow], error) {
	l := sqldb.List{
		Select: "f.line, f.handle, f.column_name, f.message_zh, f.message", From: "import_fault f", Key: "f.handle || '/' || f.line", Order: "line",
		Sort:   map[string]string{"line": "f.line", "handle": "f.handle", "column": "f.column_name"},
		Search: []string{"f.handle", "f.column_name", "f.message_zh", "f.message"},
	}
	l.Where("f.import_id = ?", id)
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (f badRow, err error) {
		err = r.Scan(&f.Line, &f.Handle, &f.Column, &f.Message.ZH, &f.Message.EN)
		return f, err
	})
}

// refusedLines are the lines of a file whose rows were not registered, as far as
// they are kept.
func (s importStore) refusedLines(ctx context.Context, id string) (map[int64]bool, error) {
	rows, err := s.db.Query(ctx, `SELECT line FROM import_fault WHERE import_id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("read refused rows: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (line int64, err error) {
		err = r.Scan(&line)
		return line, err
	})
	lines := make(map[int64]bool, len(list))
	for _, line := range list {
		lines[line] = true
	}
	return lines, err
}

// faultsKept is how many rows that were not registered are told one by one.
const faultsKept = 10_000

// note keeps how far an import is, and rows that were not registered. Rows that a
// crash makes come again are kept once.
func (s importStore) note(ctx context.Context, b batch, bad []badRow) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		ended := int64(0)
		if b.EndedAt != nil {
			ended = b.EndedAt.UnixMilli()
		}
		_, err := tx.Exec(ctx, `UPDATE import SET state = $1, row_count = $2, made = $3, refused = $4, reason = $5, ended_at = $6 WHERE id = $7`,
			b.State, b.Rows, b.Made, b.Refused, b.Reason, ended, b.ID)
		if err != nil {
			return fmt.Errorf("keep progress of import: %w", err)
		}
		for _, f := range bad {
			_, err := tx.Exec(ctx, `INSERT INTO import_fault (import_id, line, handle, column_name, message_zh, message) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				b.ID, f.Line, cut(f.Handle, shownContent), cut(f.Column, shownContent), cut(f.Message.ZH, shownContent), cut(f.Message.EN, shownContent))
			if err != nil {
				return fmt.Errorf("keep a refused row: %w", err)
			}
		}
		return nil
	})
}
