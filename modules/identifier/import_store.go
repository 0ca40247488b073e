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

const importColumns = `b.id, b.node_id, b.name, b.file, b.overwrites, b.job_id, b.state, b.row_count, b.made, b.refused, b.reason, b.created_at, b.ended_at`

func scanImport(r sqldb.Row) (batch, error) {
	var b batch
	var created, ended int64
	err := r.Scan(&b.ID, &b.NodeID, &b.Name, &b.file, &b.Overwrite, &b.JobID, &b.State, &b.Rows, &b.Made, &b.Refused, &b.Reason, &created, &ended)
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

// begin keeps an import and asks for its job, both or none.
func (s importStore) begin(ctx context.Context, desk *jobs.Room, b batch) (batch, error) {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		if b.JobID, err = desk.StartTx(ctx, tx, jobs.Order{Kind: jobImport, Input: importInput{b.ID}}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO import (id, node_id, name, file, overwrites, job_id, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			b.ID, b.NodeID, b.Name, b.file, b.Overwrite, b.JobID, b.State, b.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep import: %w", err)
		}
		tx.Changed("import", b.ID, nil, b)
		return nil
	})
	return b, err
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
		Select: "f.line, f.handle, f.message", From: "import_fault f", Key: "f.handle || '/' || f.line", Order: "line",
		Sort:   map[string]string{"line": "f.line", "handle": "f.handle"},
		Search: []string{"f.handle", "f.message"},
	}
	l.Where("f.import_id = ?", id)
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (f badRow, err error) {
		err = r.Scan(&f.Line, &f.Handle, &f.Message)
		return f, err
	})
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
			_, err := tx.Exec(ctx, `INSERT INTO import_fault (import_id, line, handle, message) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
				b.ID, f.Line, cut(f.Handle, shownContent), cut(f.Message, shownContent))
			if err != nil {
				return fmt.Errorf("keep a refused row: %w", err)
			}
		}
		return nil
	})
}
