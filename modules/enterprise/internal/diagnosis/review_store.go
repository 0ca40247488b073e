package diagnosis

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// review returns the review of a sheet, nil while nobody reviews it.
func (s store) review(ctx context.Context, db reader, sheet string) (*Review, error) {
	var r Review
	var assigned, given int64
	err := db.QueryRow(ctx, `SELECT v.person_id, v.person_name, v.state, v.note, v.assigned_at, v.given_at, v.version FROM diagnosis_review v WHERE v.diagnosis_id = $1`, sheet).
		Scan(&r.PersonID, &r.Name, &r.State, &r.Note, &assigned, &given, &r.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // nobody reviews it
	}
	if err != nil {
		return nil, fmt.Errorf("read review: %w", err)
	}
	r.AssignedAt, r.GivenAt = sqldb.Time(assigned), sqldb.Instant(given)
	return &r, nil
}

const verdictColumns = `v.question, v.kind, v.answer, v.reason, v.person_id, v.person_name, v.at, v.version`

func scanVerdict(r sqldb.Row) (v Verdict, err error) {
	var text string
	var at int64
	if err := r.Scan(&v.Question, &v.Kind, &text, &v.Reason, &v.person, &v.Name, &at, &v.Version); err != nil {
		return v, err
	}
	v.At = sqldb.Time(at)
	return v, json.Unmarshal([]byte(text), &v.Answer)
}

func (s store) verdicts(ctx context.Context, db reader, sheet string) ([]Verdict, error) {
	rows, err := db.Query(ctx, `SELECT `+verdictColumns+` FROM diagnosis_verdict v WHERE v.diagnosis_id = $1 ORDER BY v.question`, sheet)
	if err != nil {
		return nil, fmt.Errorf("read verdicts: %w", err)
	}
	return sqldb.All(rows, scanVerdict)
}

// assign lets a person review a sheet; also tells them, in the same change.
func (s store) assign(ctx context.Context, x Sheet, r Review, also func(*sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "diagnosis/"+x.ID); err != nil {
			return err
		}
		before, err := s.review(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		if before != nil {
			return fault.New(fault.Conflict, "enterprise.diagnosis.assigned", "%s reviews this diagnosis already", before.Name).With("name", before.Name)
		}
		_, err = tx.Exec(ctx, `INSERT INTO diagnosis_review (diagnosis_id, person_id, person_name, state, assigned_at) VALUES ($1, $2, $3, $4, $5)`, x.ID, r.PersonID, r.Name, string(r.State), r.AssignedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("assign review: %w", err)
		}
		tx.Changed("diagnosis_review", x.ID, nil, r)
		return also(tx)
	})
}

// openReview returns a review that is not yet given, and that nobody else changes.
func (s store) openReview(ctx context.Context, tx *sqldb.Tx, sheet string) (Review, error) {
	if err := tx.Queue(ctx, "diagnosis/"+sheet); err != nil {
		return Review{}, err
	}
	r, err := s.review(ctx, tx, sheet)
	if err != nil {
		return Review{}, err
	}
	if r == nil {
		return Review{}, noSuch("review")
	}
	return *r, nil
}

// release takes a sheet from an expert who has not given a review; the verdicts go.
func (s store) release(ctx context.Context, sheet string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := s.openReview(ctx, tx, sheet)
		if err != nil {
			return err
		}
		if r.State != Assigned {
			return fault.New(fault.Conflict, "enterprise.diagnosis.review_final", "the review was given and does not change any more")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM diagnosis_review WHERE diagnosis_id = $1`, sheet); err != nil {
			return fmt.Errorf("release review: %w", err)
		}
		tx.Changed("diagnosis_review", sheet, r, nil)
		return nil
	})
}

// say saves a verdict, whose version follows the one that was read.
func (s store) say(ctx context.Context, sheet string, version int64, by hand, now time.Time, decide func(Review) (Verdict, error)) (v Verdict, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := s.openReview(ctx, tx, sheet)
		if err != nil {
			return err
		}
		if v, err = decide(r); err != nil {
			return err
		}
		v.Version, v.Name, v.person, v.At = version+1, by.name, by.actor, now.UTC().Truncate(time.Millisecond)
		text, err := json.Marshal(v.Answer)
		if err != nil {
			return fmt.Errorf("write verdict: %w", err)
		}
		n, err := tx.Exec(ctx, `INSERT INTO diagnosis_verdict (diagnosis_id, question, kind, answer, reason, person_id, person_name, at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (diagnosis_id, question) DO UPDATE SET kind = excluded.kind, answer = excluded.answer, reason = excluded.reason, person_id = excluded.person_id, person_name = excluded.person_name, at = excluded.at, version = excluded.version
			WHERE diagnosis_verdict.version = excluded.version - 1`, sheet, v.Question, v.Kind, string(text), v.Reason, v.person, v.Name, v.At.UnixMilli(), v.Version)
		if err != nil {
			return fmt.Errorf("save verdict: %w", err)
		}
		if n == 0 {
			return stale()
		}
		tx.Changed("diagnosis_verdict", sheet+"/"+v.Question, nil, v)
		return nil
	})
	return v, err
}

// give lets decide make a review final with what it comes to.
func (s store) give(ctx context.Context, sheet string, version int64, decide func(Sheet, Review, []Answered, []Verdict) (Sheet, Review, error), also func(*sqldb.Tx, Sheet) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := s.openReview(ctx, tx, sheet)
		if err != nil {
			return err
		}
		if r.Version != version {
			return stale()
		}
		x, err := s.get(ctx, tx, sheet)
		if err != nil {
			return err
		}
		answers, err := s.answers(ctx, tx, sheet)
		if err != nil {
			return err
		}
		verdicts, err := s.verdicts(ctx, tx, sheet)
		if err != nil {
			return err
		}
		after, given, err := decide(x, r, answers, verdicts)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE diagnosis_review SET state = $1, note = $2, given_at = $3, version = version + 1 WHERE diagnosis_id = $4`, string(given.State), given.Note, sqldb.InstantMillis(given.GivenAt), sheet); err != nil {
			return fmt.Errorf("give review: %w", err)
		}
		if err := keepResult(ctx, tx, after); err != nil {
			return err
		}
		tx.Changed("diagnosis_review", sheet, r, given)
		if err := tx.Emit(ctx, diagnosed(after, *after.ReviewedAt)); err != nil {
			return err
		}
		return also(tx, after)
	})
}
