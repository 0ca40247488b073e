package policy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// filesMost is how many files an application has; removed ones count, too: their content
// is kept.
const filesMost = 100

const fileColumns = `f.id, f.application_id, f.paper, f.name, f.media_type, f.size, f.sha256, f.actor, f.actor_name, f.at`

func scanFile(r sqldb.Row) (f File, err error) {
	var at int64
	err = r.Scan(&f.ID, &f.application, &f.Paper, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.By, &at)
	f.At = sqldb.Time(at)
	return f, err
}

func (s store) files(ctx context.Context, db reader, application string) ([]File, error) {
	rows, err := db.Query(ctx, `SELECT `+fileColumns+` FROM policy_file f WHERE f.application_id = $1 AND f.removed_at = 0 ORDER BY f.at, f.id`, application)
	if err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	return sqldb.All(rows, scanFile)
}

func (s store) file(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM policy_file f WHERE f.id = $1 AND f.removed_at = 0`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read file: %w", err)
	}
	return f, nil
}

// open returns an application that may still be changed, and that nobody else changes.
func (s store) open(ctx context.Context, tx *sqldb.Tx, id string) (now time.Time, err error) {
	if err := tx.Queue(ctx, "policy_application/"+id); err != nil {
		return now, err
	}
	a, err := s.application(ctx, tx, id)
	if err != nil {
		return now, err
	}
	p, err := s.policy(ctx, tx, a.PolicyID)
	if err != nil {
		return now, err
	}
	if now, err = tx.Clock(ctx); err != nil {
		return now, err
	}
	return now, a.editable(p, now)
}

func (s store) attach(ctx context.Context, f File) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := s.open(ctx, tx, f.application)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM policy_file f WHERE f.application_id = $1`, f.application).Scan(&n); err != nil {
			return fmt.Errorf("count files: %w", err)
		}
		if n >= filesMost {
			return fault.New(fault.Limited, "enterprise.policy.files_full", "an application has %d files at most, removed ones among them", filesMost).With("limit", filesMost)
		}
		_, err = tx.Exec(ctx, `INSERT INTO policy_file (id, application_id, paper, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			f.ID, f.application, f.Paper, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.By, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("attach file: %w", err)
		}
		tx.Changed("policy_file", f.ID, nil, f)
		return note(ctx, tx, f.application, step{"attached", f.Name, ""}, hand{f.actor, f.By}, now)
	})
}

func (s store) detach(ctx context.Context, f File, by hand) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		now, err := s.open(ctx, tx, f.application)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE policy_file SET removed_at = $1 WHERE id = $2`, now.UnixMilli(), f.ID); err != nil {
			return fmt.Errorf("remove file: %w", err)
		}
		tx.Changed("policy_file", f.ID, f, nil)
		return note(ctx, tx, f.application, step{"detached", f.Name, ""}, by, now)
	})
}
