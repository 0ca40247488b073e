package foster

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// callStore keeps calls, and how many platforms are to be fostered in which year.
type callStore struct{ db *sqldb.DB }

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

const callColumns = `c.id, c.year, c.title_zh, c.title_en, c.text, c.classes, c.opens_at, c.closes_at, c.reviewers, c.pass_mark, c.awards, c.criteria, c.state, c.created_at, c.version`

func scanCall(r sqldb.Row) (c Call, err error) {
	var classes, criteria string
	var opens, closes, created int64
	err = r.Scan(&c.ID, &c.Year, &c.Title.ZH, &c.Title.EN, &c.Text, &classes, &opens, &closes, &c.Reviewers, &c.PassMark, &c.Limit, &criteria, &c.State, &created, &c.Version)
	if err != nil {
		return c, err
	}
	c.OpensAt, c.ClosesAt, c.CreatedAt = sqldb.Time(opens), sqldb.Time(closes), sqldb.Time(created)
	if err := errors.Join(json.Unmarshal([]byte(classes), &c.Classes), json.Unmarshal([]byte(criteria), &c.Criteria)); err != nil {
		return c, fmt.Errorf("read criteria: %w", err)
	}
	return c, nil
}

// documents are the columns of a call that hold JSON.
func (c Call) documents() (classes, criteria string, err error) {
	a, err := json.Marshal(c.Classes)
	if err != nil {
		return "", "", fmt.Errorf("write classes: %w", err)
	}
	b, err := json.Marshal(c.Criteria)
	if err != nil {
		return "", "", fmt.Errorf("write criteria: %w", err)
	}
	return string(a), string(b), nil
}

type callParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"draft,open,closed"`
	Year  int    `query:"year" minimum:"0" maximum:"2100"`
}

// CallRow is a call in a list.
type CallRow struct {
	Call
	Applications int `json:"applications" doc:"How many were submitted" title:"申报数|Applications"`
	Awarded      int `json:"awarded" title:"认定数|Awarded"`
}

func scanCallRow(r sqldb.Row) (v CallRow, err error) {
	v.Call, err = scanCall(trailing{r, []any{&v.Applications, &v.Awarded}})
	return v, err
}

// trailing reads columns after those of the scan function.
type trailing struct {
	row  sqldb.Row
	more []any
}

// Scan implements sqldb.Row.
func (t trailing) Scan(dest ...any) error { return t.row.Scan(append(dest, t.more...)...) }

const (
	countApplications = `(SELECT COUNT(*) FROM foster_application a WHERE a.call_id = c.id AND a.state NOT IN ('draft', 'withdrawn'))`
	countAwarded      = `(SELECT COUNT(*) FROM foster_application a WHERE a.call_id = c.id AND a.state = 'awarded')`
)

// list lists calls; drafts are for who sees the whole city.
func (s callStore) list(ctx context.Context, in callParams) (sqldb.Page[CallRow], error) {
	l := sqldb.List{
		Select: callColumns + `, ` + countApplications + `, ` + countAwarded, From: "foster_call c", Key: "c.id", Order: "-closes_at",
		Sort:   map[string]string{"year": "c.year", "title": "c.title_zh", "state": "c.state", "opens_at": "c.opens_at", "closes_at": "c.closes_at", "limit": "c.awards", "applications": countApplications, "awarded": countAwarded},
		Search: []string{"c.title_zh", "c.title_en"},
	}
	l.WhereIf("c.state = ?", in.State)
	if in.Year > 0 {
		l.Where("c.year = ?", in.Year)
	}
	if !identity.From(ctx).Scope.All {
		l.Where("c.state <> ?", string(CallDraft))
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanCallRow)
}

func (s callStore) read(ctx context.Context, db reader, id string) (Call, error) {
	c, err := scanCall(db.QueryRow(ctx, `SELECT `+callColumns+` FROM foster_call c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, noSuch("call")
	}
	if err != nil {
		return c, fmt.Errorf("read call: %w", err)
	}
	return c, nil
}

// view returns a call that the caller may see, as lists show it.
func (s callStore) view(ctx context.Context, id string) (CallRow, error) {
	v, err := scanCallRow(s.db.QueryRow(ctx, `SELECT `+callColumns+`, `+countApplications+`, `+countAwarded+` FROM foster_call c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && v.State == CallDraft && !identity.From(ctx).Scope.All {
		return v, noSuch("call")
	}
	if err != nil {
		return v, fmt.Errorf("read call: %w", err)
	}
	return v, nil
}

func (s callStore) insert(ctx context.Context, c Call) error {
	classes, criteria, err := c.documents()
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO foster_call (id, year, title_zh, title_en, text, classes, opens_at, closes_at, reviewers, pass_mark, awards, criteria, state, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			c.ID, c.Year, c.Title.ZH, c.Title.EN, c.Text, classes, c.OpensAt.UnixMilli(), c.ClosesAt.UnixMilli(), c.Reviewers, c.PassMark, c.Limit, criteria, string(c.State), c.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert call: %w", err)
		}
		tx.Changed("foster_call", c.ID, nil, c)
		return nil
	})
}

// change lets decide change a call, and saves it.
func (s callStore) change(ctx context.Context, id string, version int64, decide func(Call) (Call, error)) (after Call, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		if after, err = decide(before); err != nil {
			return err
		}
		classes, criteria, err := after.documents()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE foster_call SET year = $1, title_zh = $2, title_en = $3, text = $4, classes = $5, opens_at = $6, closes_at = $7, reviewers = $8, pass_mark = $9,
			awards = $10, criteria = $11, state = $12, version = version + 1 WHERE id = $13`,
			after.Year, after.Title.ZH, after.Title.EN, after.Text, classes, after.OpensAt.UnixMilli(), after.ClosesAt.UnixMilli(), after.Reviewers, after.PassMark, after.Limit, criteria, string(after.State), id)
		if err != nil {
			return fmt.Errorf("change call: %w", err)
		}
		after.Version = version + 1
		tx.Changed("foster_call", id, before, after)
		return nil
	})
	return after, err
}

// locked reads a call that nobody else changes, nor anything of it, until the commit.
func (s callStore) locked(ctx context.Context, tx *sqldb.Tx, id string) (Call, error) {
	if err := tx.Queue(ctx, "foster/"+id); err != nil {
		return Call{}, err
	}
	return s.read(ctx, tx, id)
}

// remove removes a draft.
func (s callStore) remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.State != CallDraft {
			return fault.New(fault.Conflict, "platforms.foster.call_kept", "only a draft is removed; close this call")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM foster_call WHERE id = $1`, id); err != nil {
			return fmt.Errorf("remove call: %w", err)
		}
		tx.Changed("foster_call", id, c, nil)
		return nil
	})
}

// Goal is how many platforms are to be fostered in a year.
type Goal struct {
	Year int `json:"year" minimum:"2000" maximum:"2100"`
	Goal int `json:"goal" minimum:"0" maximum:"1000"`
}

// goals sets all goals at once.
func (s callStore) goals(ctx context.Context, list []Goal) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "foster/goals"); err != nil {
			return err
		}
		before, err := s.readGoals(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM foster_goal`); err != nil {
			return fmt.Errorf("remove goals: %w", err)
		}
		for _, g := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO foster_goal (year, goal) VALUES ($1, $2)`, g.Year, g.Goal); err != nil {
				return fmt.Errorf("set goal: %w", err)
			}
		}
		tx.Changed("foster_goal", "goals", goalsSet{before}, goalsSet{list})
		return nil
	})
}

// goalsSet is all goals, as the audit log tells of them.
type goalsSet struct{ Goals []Goal }

func (s callStore) readGoals(ctx context.Context, db reader) ([]Goal, error) {
	rows, err := db.Query(ctx, `SELECT g.year, g.goal FROM foster_goal g ORDER BY g.year`)
	if err != nil {
		return nil, fmt.Errorf("read goals: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (g Goal, err error) { return g, r.Scan(&g.Year, &g.Goal) })
}
