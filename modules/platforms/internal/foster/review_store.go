package foster

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// reviewStore keeps who reviews what, and what they gave.
type reviewStore struct {
	db           *sqldb.DB
	calls        callStore
	applications applicationStore
}

const reviewColumns = `r.id, r.application_id, r.person_id, r.person_name, r.state, r.marks, r.note, r.assigned_at, r.submitted_at, r.version`

func scanReview(row sqldb.Row) (r Review, err error) {
	var marks string
	var assigned, at int64
	if err := row.Scan(&r.ID, &r.ApplicationID, &r.PersonID, &r.Name, &r.State, &marks, &r.Note, &assigned, &at, &r.Version); err != nil {
		return r, err
	}
	r.AssignedAt, r.SubmittedAt = sqldb.Time(assigned), sqldb.Instant(at)
	if err := json.Unmarshal([]byte(marks), &r.Marks); err != nil {
		return r, fmt.Errorf("read marks: %w", err)
	}
	return r, nil
}

// of returns the reviews of an application, in the order in which they were assigned.
func (s reviewStore) of(ctx context.Context, db reader, application string) ([]Review, error) {
	rows, err := db.Query(ctx, `SELECT `+reviewColumns+` FROM foster_review r WHERE r.application_id = $1 ORDER BY r.assigned_at, r.id`, application)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return sqldb.All(rows, scanReview)
}

// ofCall returns the reviews of all applications of a call.
func (s reviewStore) ofCall(ctx context.Context, call string) (map[string][]Review, error) {
	rows, err := s.db.Query(ctx, `SELECT `+reviewColumns+` FROM foster_review r JOIN foster_application a ON a.id = r.application_id WHERE a.call_id = $1 ORDER BY r.assigned_at, r.id`, call)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	list, err := sqldb.All(rows, scanReview)
	of := map[string][]Review{}
	for _, r := range list {
		of[r.ApplicationID] = append(of[r.ApplicationID], r)
	}
	return of, err
}

// applicationsOf returns the applications of a call that are judged, or were.
func (s reviewStore) applicationsOf(ctx context.Context, call string) ([]Application, error) {
	rows, err := s.db.Query(ctx, `SELECT `+applicationColumns+` FROM `+applicationFrom+` WHERE a.call_id = $1 AND a.state NOT IN ('draft', 'withdrawn') ORDER BY a.id`, call)
	if err != nil {
		return nil, fmt.Errorf("read applications: %w", err)
	}
	return sqldb.All(rows, scanApplication)
}

// assign gives an application to reviewers; who has it already keeps it.
func (s reviewStore) assign(ctx context.Context, tx *sqldb.Tx, a Application, reviews []Review) error {
	for _, r := range reviews {
		n, err := tx.Exec(ctx, `INSERT INTO foster_review (id, application_id, person_id, person_name, state, marks, assigned_at) VALUES ($1, $2, $3, $4, 'assigned', '[]', $5) ON CONFLICT DO NOTHING`,
			r.ID, a.ID, r.PersonID, r.Name, r.AssignedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("assign reviewer: %w", err)
		}
		if n > 0 {
			tx.Changed("foster_review", r.ID, nil, r)
		}
	}
	all, err := s.of(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	c, err := s.calls.read(ctx, tx, a.CallID)
	if err != nil {
		return err
	}
	able := 0
	for _, r := range all {
		if r.State != Recused {
			able++
		}
	}
	if able < c.Reviewers {
		return fault.New(fault.Invalid, "platforms.foster.reviewers_few", "%d reviewers are fewer than the %d that the call asks for", able, c.Reviewers).
			With("reviewers", able).With("wanted", c.Reviewers).At("body.persons", "choose more reviewers")
	}
	return nil
}

// own returns the caller's own review.
func (s reviewStore) own(ctx context.Context, db reader, id string) (Review, error) {
	r, err := scanReview(db.QueryRow(ctx, `SELECT `+reviewColumns+` FROM foster_review r WHERE r.id = $1`, id))
	if who := identity.From(ctx).PersonID; errors.Is(err, sql.ErrNoRows) || err == nil && (who == "" || r.PersonID != who) {
		return r, noSuch("review")
	}
	if err != nil {
		return r, fmt.Errorf("read review: %w", err)
	}
	return r, nil
}

// change lets decide change the caller's own review of an application that is in review.
func (s reviewStore) change(ctx context.Context, id string, version int64, decide func(c Call, r Review) (Review, error)) (after Review, err error) {
	known, err := s.own(ctx, s.db, id)
	if err != nil {
		return known, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		a, err := s.applications.get(ctx, tx, known.ApplicationID)
		if err != nil {
			return err
		}
		c, err := s.calls.locked(ctx, tx, a.CallID)
		if err != nil {
			return err
		}
		before, err := s.own(ctx, tx, id)
		if err != nil {
			return err
		}
		if a, err = s.applications.get(ctx, tx, a.ID); err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		if a.State != InReview {
			return fault.New(fault.Conflict, "platforms.foster.not_in_review", "the application is not in review any more")
		}
		if after, err = decide(c, before); err != nil {
			return err
		}
		marks, err := json.Marshal(after.Marks)
		if err != nil {
			return fmt.Errorf("write marks: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE foster_review SET state = $1, marks = $2, note = $3, submitted_at = $4, version = version + 1 WHERE id = $5`,
			string(after.State), string(marks), after.Note, sqldb.InstantMillis(after.SubmittedAt), id)
		if err != nil {
			return fmt.Errorf("save review: %w", err)
		}
		after.Version++
		tx.Changed("foster_review", id, before, after)
		return nil
	})
	return after, err
}

// release takes an application from a reviewer who has not submitted.
func (s reviewStore) release(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := scanReview(tx.QueryRow(ctx, `SELECT `+reviewColumns+` FROM foster_review r WHERE r.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return noSuch("review")
		}
		if err != nil {
			return fmt.Errorf("read review: %w", err)
		}
		n, err := tx.Exec(ctx, `DELETE FROM foster_review WHERE id = $1 AND state = 'assigned'`, id)
		if err != nil {
			return fmt.Errorf("release reviewer: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "platforms.foster.review_final", "this review is %s and final", r.State).With("state", string(r.State))
		}
		tx.Changed("foster_review", id, r, nil)
		return nil
	})
}

// Personal is where fostering keeps something about persons. Who did what stays, without names.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "foster_file", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "at"}},
		{Table: "foster_review", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"application_id", "state", "marks", "note", "submitted_at"}},
		{Table: "foster_award", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"certificate", "awarded_on"}},
		{Table: "foster_objection", Person: "author", Columns: []string{"author_name"}, Show: []string{"award_id", "text", "at"}},
		{Table: "foster_objection", Person: "answered_by", Columns: []string{"answered_by_name"}, Show: []string{"award_id", "answer", "answered_at"}},
		{Table: "foster_output_file", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "at"}},
		{Table: "foster_output", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"enterprise", "year", "state", "reported_at"}},
		{Table: "foster_output", Person: "decider", Columns: []string{"decider_name"}, Show: []string{"enterprise", "year", "state", "decided_at"}},
		{Table: "foster_check", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"award_id", "year", "outcome", "at"}},
	}
}

func now() time.Time { return time.Now().UTC() }
