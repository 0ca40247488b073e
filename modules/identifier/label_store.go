package identifier

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
)

// labelStore keeps sheets of labels.
type labelStore struct{ db *sqldb.DB }

const labelColumns = `l.id, l.organisation_id, l.title, l.asked, l.label_count, l.printed, l.skipped, l.left_out, l.file, l.file_size, l.job_id, l.state, l.reason, l.created_at, l.ended_at`

func scanLabels(r sqldb.Row) (labelSheet, error) {
	var s labelSheet
	var asked, skipped string
	var created, ended int64
	err := r.Scan(&s.ID, &s.organisation, &s.Title, &asked, &s.Count, &s.Printed, &skipped, &s.LeftOut, &s.file, &s.Size, &s.JobID, &s.State, &s.Reason, &created, &ended)
	if err != nil {
		return s, err
	}
	s.CreatedAt, s.EndedAt = time.UnixMilli(created).UTC(), endedAt(ended)
	return s, s.scan(asked, skipped)
}

// jobLabels is the job that prints; labelsInput is what it gets.
const jobLabels = "print_labels"

type labelsInput struct {
	Sheet string `json:"sheet"`
}

// begin keeps a sheet with its job, or not at all.
func (s labelStore) begin(ctx context.Context, desk *jobs.Room, l labelSheet) (labelSheet, error) {
	asked, err := json.Marshal(l.asked)
	if err != nil {
		return l, fmt.Errorf("write what is asked for: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		if l.JobID, err = desk.StartTx(ctx, tx, jobs.Order{Kind: jobLabels, Input: labelsInput{l.ID}}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO label_sheet (id, organisation_id, title, asked, label_count, job_id, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			l.ID, l.organisation, l.Title, string(asked), l.Count, l.JobID, l.State, l.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep sheet of labels: %w", err)
		}
		tx.Changed("label_sheet", l.ID, nil, l)
		return nil
	})
	return l, err
}

func (s labelStore) get(ctx context.Context, id string) (labelSheet, error) {
	l, err := scanLabels(s.db.QueryRow(ctx, `SELECT `+labelColumns+` FROM label_sheet l WHERE l.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return l, fault.New(fault.NotFound, "kernel.not_found", "there is no such sheet of labels, or it is not yours to see")
	}
	if err != nil {
		return l, fmt.Errorf("read sheet of labels: %w", err)
	}
	return l, nil
}

// list returns the sheets of the caller's organisation.
func (s labelStore) list(ctx context.Context, p sqldb.ListParams) (sqldb.Page[labelSheet], error) {
	l := sqldb.List{
		Select: labelColumns, From: "label_sheet l", Key: "l.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "l.created_at", "title": "l.title", "printed": "l.printed", "state": "l.state"},
		Search: []string{"l.title"},
	}
	identity.From(ctx).Scope.Filter(&l, "l.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, p, scanLabels)
}

// end keeps what came of a sheet that is at work; one that ended stays as it is.
func (s labelStore) end(ctx context.Context, l labelSheet) error {
	skipped, err := json.Marshal(append([]skippedLabel{}, l.Skipped...))
	if err != nil {
		return fmt.Errorf("write what was left out: %w", err)
	}
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE label_sheet SET printed = $1, skipped = $2, left_out = $3, file = $4, file_size = $5, state = $6, reason = $7, ended_at = $8 WHERE id = $9 AND state = $10`,
			l.Printed, string(skipped), l.LeftOut, l.file, l.Size, l.State, l.Reason, time.Now().UnixMilli(), l.ID, importRunning)
		if err != nil {
			return fmt.Errorf("keep what came of a sheet: %w", err)
		}
		return nil
	})
}

// old returns sheets that were asked for before a time.
func (s labelStore) old(ctx context.Context, before time.Time) ([]labelSheet, error) {
	rows, err := s.db.Query(ctx, `SELECT `+labelColumns+` FROM label_sheet l WHERE l.created_at < $1 AND l.state <> $2 ORDER BY l.created_at LIMIT 1000`, before.UnixMilli(), importRunning)
	if err != nil {
		return nil, fmt.Errorf("read old sheets: %w", err)
	}
	return sqldb.All(rows, scanLabels)
}

// remove forgets a sheet, and tells whether another has the same file.
func (s labelStore) remove(ctx context.Context, l labelSheet) (shared bool, err error) {
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM label_sheet WHERE id = $1`, l.ID); err != nil {
			return fmt.Errorf("forget sheet: %w", err)
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM label_sheet WHERE file = $1`, l.file).Scan(&n); err != nil {
			return fmt.Errorf("read who has the file: %w", err)
		}
		shared = n > 0
		return nil
	})
	return shared, err
}
