package notice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// File is an attachment of a notice, or evidence of an addressee.
type File struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`
	SHA256    string    `json:"sha256"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`

	notice, assignment, actor string
}

const fileColumns = `id, notice_id, assignment_id, name, media_type, size, sha256, actor, actor_name, at`

// mostFiles is how many files a notice has, or an assignment.
const mostFiles = 50

func scanFile(r sqldb.Row) (f File, err error) {
	var at int64
	err = r.Scan(&f.ID, &f.notice, &f.assignment, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.By, &at)
	f.At = sqldb.Time(at)
	return f, err
}

func (s store) file(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM security_notice_file WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read file: %w", err)
	}
	return f, nil
}

// files are those of a notice (assignment empty), or of an assignment.
func files(ctx context.Context, db reader, notice, assignment string) ([]File, error) {
	rows, err := db.Query(ctx, `SELECT `+fileColumns+` FROM security_notice_file WHERE notice_id = $1 AND assignment_id = $2 ORDER BY at, id LIMIT $3`, notice, assignment, mostFiles)
	if err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	return sqldb.All(rows, scanFile)
}

func insertFile(ctx context.Context, tx *sqldb.Tx, f File) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_notice_file (`+fileColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, f.ID, f.notice, f.assignment, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.By, f.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert file: %w", err)
	}
	tx.Changed("security_notice_file", f.ID, nil, f)
	return nil
}

func deleteFile(ctx context.Context, tx *sqldb.Tx, f File) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_notice_file WHERE id = $1`, f.ID); err != nil {
		return fmt.Errorf("delete file: %w", err)
	}
	tx.Changed("security_notice_file", f.ID, f, nil)
	return nil
}

// reaches tells whether one of the organisations has got a notice.
func (s store) reaches(ctx context.Context, notice string, organisations []string) (bool, error) {
	for _, o := range organisations {
		var n int
		if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_assignment WHERE notice_id = $1 AND organisation_id = $2 AND delivered_at > 0`, notice, o).Scan(&n); err != nil {
			return false, fmt.Errorf("read who has got a notice: %w", err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}
