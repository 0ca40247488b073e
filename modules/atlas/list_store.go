package atlas

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

// AnswerList is an answer that was kept, as it was on the day.
type AnswerList struct {
	ID             string
	OrganisationID string
	Title          string
	Question       string
	Asked          Question
	Answer         Answer
	Items          int
	By             author
	At             time.Time
}

type listStore struct{ db *sqldb.DB }

func (s listStore) keep(ctx context.Context, l AnswerList) error {
	asked, err := json.Marshal(l.Asked)
	if err != nil {
		return fmt.Errorf("write question: %w", err)
	}
	answer, err := json.Marshal(l.Answer)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO answer_list (id, organisation_id, title, question, asked, answer, items, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			l.ID, l.OrganisationID, l.Title, l.Question, string(asked), string(answer), l.Items, l.By.actor, l.By.name, sqldb.MillisOrZero(l.At))
		if err != nil {
			return fmt.Errorf("keep list: %w", err)
		}
		tx.Changed("list", l.ID, nil, map[string]any{"title": l.Title, "question": l.Question, "items": l.Items})
		return nil
	})
}

func (s listStore) lists(ctx context.Context, p sqldb.ListParams, question string) (sqldb.Page[AnswerList], error) {
	l := sqldb.List{
		Select: "a.id, a.organisation_id, a.title, a.question, a.items, a.actor, a.actor_name, a.at", From: "answer_list a", Key: "a.id", Order: "-at",
		Sort: map[string]string{"at": "a.at", "title": "a.title", "items": "a.items"}, Search: []string{"a.title"},
	}
	identity.From(ctx).Scope.Filter(&l, "a.organisation_id")
	l.WhereIf("a.question = ?", question)
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (x AnswerList, err error) {
		var at int64
		err = r.Scan(&x.ID, &x.OrganisationID, &x.Title, &x.Question, &x.Items, &x.By.actor, &x.By.name, &at)
		x.At = sqldb.TimeOrZero(at)
		return x, err
	})
}

func (s listStore) one(ctx context.Context, id string) (x AnswerList, err error) {
	var asked, answer string
	var at int64
	err = s.db.QueryRow(ctx, `SELECT id, organisation_id, title, question, asked, answer, items, actor, actor_name, at FROM answer_list WHERE id = $1`, id).Scan(&x.ID, &x.OrganisationID, &x.Title, &x.Question, &asked, &answer, &x.Items, &x.By.actor, &x.By.name, &at)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !identity.From(ctx).Scope.Allows(x.OrganisationID) {
		return AnswerList{}, fault.New(fault.NotFound, "kernel.not_found", "there is no such list, or it is not yours to see")
	}
	if err != nil {
		return x, fmt.Errorf("read list %s: %w", id, err)
	}
	x.At = sqldb.TimeOrZero(at)
	return x, errors.Join(json.Unmarshal([]byte(asked), &x.Asked), json.Unmarshal([]byte(answer), &x.Answer))
}

func (s listStore) remove(ctx context.Context, x AnswerList) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM answer_list WHERE id = $1`, x.ID); err != nil {
			return fmt.Errorf("remove list: %w", err)
		}
		tx.Changed("list", x.ID, map[string]any{"title": x.Title, "question": x.Question, "items": x.Items}, nil)
		return nil
	})
}
