package pilot

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// reviewStore keeps who reviews what, and what they gave.
type reviewStore struct {
	db    *sqldb.DB
	calls callStore
}

// pool returns who reviews in a call.
func (s reviewStore) pool(ctx context.Context, db reader, call string) ([]Reviewer, error) {
	rows, err := db.Query(ctx, `SELECT v.person_id, v.person_name, v.alias, v.fields, v.capacity FROM pilot_reviewer v WHERE v.call_id = $1 ORDER BY v.alias`, call)
	if err != nil {
		return nil, fmt.Errorf("read reviewers: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (v Reviewer, err error) {
		var fields string
		if err := r.Scan(&v.PersonID, &v.Name, &v.Alias, &fields, &v.Capacity); err != nil {
			return v, err
		}
		return v, json.Unmarshal([]byte(fields), &v.Fields)
	})
}

// setPool replaces who reviews in a call. Who has reviews there stays.
func (s reviewStore) setPool(ctx context.Context, call string, list []Reviewer) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.calls.locked(ctx, tx, call)
		if err != nil {
			return err
		}
		if err := c.in(CallOpen, CallChecking, CallReviewing); err != nil {
			return err
		}
		before, err := s.pool(ctx, tx, call)
		if err != nil {
			return err
		}
		kept := map[string]bool{}
		for _, v := range list {
			kept[v.PersonID] = true
			fields, err := jsons(v.Fields)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO pilot_reviewer (call_id, person_id, person_name, alias, fields, capacity) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (call_id, person_id) DO UPDATE SET person_name = excluded.person_name, fields = excluded.fields, capacity = excluded.capacity`,
				call, v.PersonID, v.Name, v.Alias, fields[0], v.Capacity)
			if err != nil {
				return fmt.Errorf("keep reviewer: %w", err)
			}
			tx.Changed("pilot_reviewer", call+"/"+v.PersonID, nil, v)
		}
		for _, v := range before {
			if kept[v.PersonID] {
				continue
			}
			var n int
			if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM pilot_review r WHERE r.call_id = $1 AND r.person_id = $2`, call, v.PersonID).Scan(&n); err != nil {
				return fmt.Errorf("look for reviews: %w", err)
			}
			if n > 0 {
				return fault.New(fault.Conflict, "scenario.pilot.reviewer_busy", "%s has reviews in this call and stays", v.Name)
			}
			if _, err := tx.Exec(ctx, `DELETE FROM pilot_reviewer WHERE call_id = $1 AND person_id = $2`, call, v.PersonID); err != nil {
				return fmt.Errorf("remove reviewer: %w", err)
			}
			tx.Changed("pilot_reviewer", call+"/"+v.PersonID, v, nil)
		}
		return nil
	})
}

const reviewColumns = `r.id, r.call_id, r.application_id, r.person_id, r.expert, r.state, r.marks, r.note, r.assigned_at, r.submitted_at, r.version`

func scanReview(row sqldb.Row) (r Review, err error) {
	var marks string
	var assigned, at int64
	if err := row.Scan(&r.ID, &r.CallID, &r.application, &r.person, &r.Expert, &r.State, &marks, &r.Note, &assigned, &at, &r.Version); err != nil {
		return r, err
	}
	r.AssignedAt, r.SubmittedAt = sqldb.Time(assigned), sqldb.Instant(at)
	if err := json.Unmarshal([]byte(marks), &r.Marks); err != nil {
		return r, fmt.Errorf("read marks: %w", err)
	}
	return r, nil
}

// of returns the reviews of an application.
func (s reviewStore) of(ctx context.Context, db reader, application string) ([]Review, error) {
	rows, err := db.Query(ctx, `SELECT `+reviewColumns+` FROM pilot_review r WHERE r.application_id = $1 ORDER BY r.id`, application)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return sqldb.All(rows, scanReview)
}

// ofCall returns the reviews of all applications of a call, by application.
func (s reviewStore) ofCall(ctx context.Context, db reader, call string) (map[string][]Review, error) {
	rows, err := db.Query(ctx, `SELECT `+reviewColumns+` FROM pilot_review r WHERE r.call_id = $1 ORDER BY r.id`, call)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	list, err := sqldb.All(rows, scanReview)
	of := map[string][]Review{}
	for _, r := range list {
		of[r.application] = append(of[r.application], r)
	}
	return of, err
}

func (s reviewStore) insert(ctx context.Context, tx *sqldb.Tx, r Review) error {
	_, err := tx.Exec(ctx, `INSERT INTO pilot_review (id, call_id, application_id, person_id, expert, state, marks, assigned_at) VALUES ($1, $2, $3, $4, $5, 'assigned', '[]', $6)`,
		r.ID, r.CallID, r.application, r.person, r.Expert, r.AssignedAt.UnixMilli())
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "scenario.pilot.reviews_already", "this reviewer has the application already").At("body.person_id", "choose another reviewer")
	}
	if err != nil {
		return fmt.Errorf("assign reviewer: %w", err)
	}
	tx.Changed("pilot_review", r.ID, nil, r)
	return nil
}

// own returns the caller's own review.
func (s reviewStore) own(ctx context.Context, db reader, id string) (Review, error) {
	r, err := scanReview(db.QueryRow(ctx, `SELECT `+reviewColumns+` FROM pilot_review r WHERE r.id = $1`, id))
	if who := identity.From(ctx).PersonID; errors.Is(err, sql.ErrNoRows) || err == nil && (who == "" || r.person != who) {
		return Review{}, noSuch("review")
	}
	if err != nil {
		return r, fmt.Errorf("read review: %w", err)
	}
	return r, nil
}

type reviewParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"assigned,submitted,recused"`
	Call  string `query:"call" maxLength:"26"`
}

// ReviewTask is an own review in a list. It names nobody.
type ReviewTask struct {
	Review
	Alias   string    `json:"alias" title:"评审代号|Pseudonym"`
	Project string    `json:"project" title:"项目|Project"`
	Call    lang.Text `json:"call" title:"征集通知|Call"`
}

// list lists the caller's own reviews.
func (s reviewStore) list(ctx context.Context, in reviewParams) (sqldb.Page[ReviewTask], error) {
	l := sqldb.List{
		Select: reviewColumns + `, a.alias, a.project, c.title_zh, c.title_en`, From: `pilot_review r JOIN pilot_application a ON a.id = r.application_id JOIN pilot_call c ON c.id = r.call_id`, Key: "r.id", Order: "alias",
		Sort:   map[string]string{"alias": "a.alias", "project": "a.project", "state": "r.state", "call": "c.title_zh", "submitted_at": "r.submitted_at"},
		Search: []string{"a.alias", "a.project"},
	}
	l.WhereIf("r.state = ?", in.State).WhereIf("r.call_id = ?", in.Call)
	l.Where("r.person_id = ? AND r.person_id <> ''", identity.From(ctx).PersonID)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (v ReviewTask, err error) {
		v.Review, err = scanReview(trailing{r, []any{&v.Alias, &v.Project, &v.Call.ZH, &v.Call.EN}})
		return v, err
	})
}

// change lets decide change the caller's own review while the call is in review.
func (s reviewStore) change(ctx context.Context, id string, version int64, decide func(c Call, r Review) (Review, error)) error {
	known, err := s.own(ctx, s.db, id)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.calls.locked(ctx, tx, known.CallID)
		if err != nil {
			return err
		}
		before, err := s.own(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		if err := c.in(CallReviewing); err != nil {
			return err
		}
		after, err := decide(c, before)
		if err != nil {
			return err
		}
		marks, err := jsons(after.Marks)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE pilot_review SET state = $1, marks = $2, note = $3, submitted_at = $4, version = version + 1 WHERE id = $5`, string(after.State), marks[0], after.Note, sqldb.InstantMillis(after.SubmittedAt), id)
		if err != nil {
			return fmt.Errorf("save review: %w", err)
		}
		tx.Changed("pilot_review", id, before, after)
		return nil
	})
}

// release takes an application from a reviewer who has not submitted.
func (s reviewStore) release(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := scanReview(tx.QueryRow(ctx, `SELECT `+reviewColumns+` FROM pilot_review r WHERE r.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return noSuch("review")
		}
		if err != nil {
			return fmt.Errorf("read review: %w", err)
		}
		n, err := tx.Exec(ctx, `DELETE FROM pilot_review WHERE id = $1 AND state = 'assigned'`, id)
		if err != nil {
			return fmt.Errorf("release reviewer: %w", err)
		}
		if n == 0 {
			return final(r.State)
		}
		tx.Changed("pilot_review", id, r, nil)
		return nil
	})
}
