package diagnosis

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// filesMost is how many files a sheet has; removed ones count, too: their content is kept.
const filesMost = 200

// File is evidence beside a question.
type File struct {
	ID        string    `json:"id"`
	Question  string    `json:"question"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size" doc:"Octets"`
	SHA256    string    `json:"sha256"`
	By        string    `json:"by" doc:"Name of who uploaded it"`
	At        time.Time `json:"at"`

	sheet, actor string
}

const fileColumns = `f.id, f.diagnosis_id, f.question, f.name, f.media_type, f.size, f.sha256, f.actor, f.actor_name, f.at`

func scanFile(r sqldb.Row) (f File, err error) {
	var at int64
	err = r.Scan(&f.ID, &f.sheet, &f.Question, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.By, &at)
	f.At = sqldb.Time(at)
	return f, err
}

func (s store) files(ctx context.Context, db reader, sheet string) ([]File, error) {
	rows, err := db.Query(ctx, `SELECT `+fileColumns+` FROM diagnosis_evidence f WHERE f.diagnosis_id = $1 AND f.removed_at = 0 ORDER BY f.at, f.id`, sheet)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return sqldb.All(rows, scanFile)
}

func (s store) file(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM diagnosis_evidence f WHERE f.id = $1 AND f.removed_at = 0`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read evidence: %w", err)
	}
	return f, nil
}

func (s store) attach(ctx context.Context, f File) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.draft(ctx, tx, f.sheet); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM diagnosis_evidence WHERE diagnosis_id = $1`, f.sheet).Scan(&n); err != nil {
			return fmt.Errorf("count evidence: %w", err)
		}
		if n >= filesMost {
			return fault.New(fault.Conflict, "enterprise.diagnosis.files_full", "a sheet has %d files at most, with those that were removed", filesMost).With("limit", filesMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO diagnosis_evidence (id, diagnosis_id, question, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			f.ID, f.sheet, f.Question, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.By, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep evidence: %w", err)
		}
		tx.Changed("diagnosis_evidence", f.ID, nil, f)
		return nil
	})
}

func (s store) detach(ctx context.Context, f File, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.draft(ctx, tx, f.sheet); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE diagnosis_evidence SET removed_at = $1 WHERE id = $2`, now.UnixMilli(), f.ID); err != nil {
			return fmt.Errorf("remove evidence: %w", err)
		}
		tx.Changed("diagnosis_evidence", f.ID, f, nil)
		return nil
	})
}
