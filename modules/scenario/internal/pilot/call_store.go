package pilot

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

// callStore keeps calls.
type callStore struct{ db *sqldb.DB }

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// jsons writes values for columns that hold JSON.
func jsons(values ...any) ([]string, error) {
	var list []string
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("write a column: %w", err)
		}
		list = append(list, string(text))
	}
	return list, nil
}

const callColumns = `c.id, c.year, c.title_zh, c.title_en, c.text, c.fields, c.blind, c.opens_at, c.closes_at, c.notice_days, c.reviewers, c.pass_mark, c.quota, c.criteria, c.conditions, c.ties,
	c.state, c.meeting, c.notice_from, c.notice_until, c.synthetic, c.created_at, c.version`

func scanCall(r sqldb.Row) (c Call, err error) {
	var fields, criteria, conditions, ties string
	var opens, closes, from, until, created int64
	err = r.Scan(&c.ID, &c.Year, &c.Title.ZH, &c.Title.EN, &c.Text, &fields, &c.Blind, &opens, &closes, &c.NoticeDays, &c.Reviewers, &c.PassMark, &c.Quota, &criteria, &conditions, &ties,
		&c.State, &c.Meeting, &from, &until, &c.Synthetic, &created, &c.Version)
	if err != nil {
		return c, err
	}
	c.OpensAt, c.ClosesAt, c.CreatedAt, c.NoticeFrom, c.NoticeUntil = sqldb.Time(opens), sqldb.Time(closes), sqldb.Time(created), sqldb.Instant(from), sqldb.Instant(until)
	err = errors.Join(json.Unmarshal([]byte(fields), &c.Fields), json.Unmarshal([]byte(criteria), &c.Criteria), json.Unmarshal([]byte(conditions), &c.Conditions), json.Unmarshal([]byte(ties), &c.Ties))
	if err != nil {
		return c, fmt.Errorf("read call: %w", err)
	}
	return c, nil
}

type callParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"draft,open,checking,reviewing,notice,published"`
	Year  int    `query:"year" minimum:"0" maximum:"2100"`
}

// Announced is a call in a list.
type Announced struct {
	Call
	Applications int `json:"applications" doc:"How many were submitted" title:"申报数|Applications"`
	Selected     int `json:"selected" title:"入选数|Selected"`
}

const (
	countApplications = `(SELECT COUNT(*) FROM pilot_application a WHERE a.call_id = c.id AND a.state NOT IN ('draft', 'withdrawn'))`
	countSelected     = `(SELECT COUNT(*) FROM pilot_application a WHERE a.call_id = c.id AND a.state = 'selected')`
)

// trailing reads columns after those of the scan function.
type trailing struct {
	row  sqldb.Row
	more []any
}

// Scan implements sqldb.Row.
func (t trailing) Scan(dest ...any) error { return t.row.Scan(append(dest, t.more...)...) }

func scanAnnounced(r sqldb.Row) (v Announced, err error) {
	v.Call, err = scanCall(trailing{r, []any{&v.Applications, &v.Selected}})
	return v, err
}

// list lists calls; drafts are for who sees the whole city.
func (s callStore) list(ctx context.Context, in callParams) (sqldb.Page[Announced], error) {
	l := sqldb.List{
		Select: callColumns + `, ` + countApplications + `, ` + countSelected, From: "pilot_call c", Key: "c.id", Order: "-closes_at",
		Sort:   map[string]string{"year": "c.year", "title": "c.title_zh", "state": "c.state", "opens_at": "c.opens_at", "closes_at": "c.closes_at", "quota": "c.quota", "applications": countApplications, "selected": countSelected},
		Search: []string{"c.title_zh", "c.title_en"},
	}
	l.WhereIf("c.state = ?", in.State)
	if in.Year > 0 {
		l.Where("c.year = ?", in.Year)
	}
	if !identity.From(ctx).Scope.All {
		l.Where("c.state <> ?", string(CallDraft))
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (Announced, error) {
		v, err := scanAnnounced(r)
		return v.public(ctx), err
	})
}

// public is a call without what is the city's.
func (v Announced) public(ctx context.Context) Announced {
	if !identity.From(ctx).Scope.All {
		v.Meeting = ""
		if v.State == CallOpen || v.State == CallChecking || v.State == CallReviewing {
			v.Applications, v.Selected = 0, 0
		}
	}
	return v
}

func (s callStore) read(ctx context.Context, db reader, id string) (Call, error) {
	c, err := scanCall(db.QueryRow(ctx, `SELECT `+callColumns+` FROM pilot_call c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, noSuch("call")
	}
	if err != nil {
		return c, fmt.Errorf("read call: %w", err)
	}
	return c, nil
}

// view returns a call that the caller may see, as lists show it.
func (s callStore) view(ctx context.Context, id string) (Announced, error) {
	v, err := scanAnnounced(s.db.QueryRow(ctx, `SELECT `+callColumns+`, `+countApplications+`, `+countSelected+` FROM pilot_call c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && v.State == CallDraft && !identity.From(ctx).Scope.All {
		return v, noSuch("call")
	}
	if err != nil {
		return v, fmt.Errorf("read call: %w", err)
	}
	return v.public(ctx), nil
}

// due are the calls whose deadline has passed and that are not sealed.
func (s callStore) due(ctx context.Context, now time.Time) ([]Call, error) {
	rows, err := s.db.Query(ctx, `SELECT `+callColumns+` FROM pilot_call c WHERE c.state = 'open' AND c.closes_at <= $1 ORDER BY c.closes_at, c.id LIMIT 100`, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read calls that are over: %w", err)
	}
	return sqldb.All(rows, scanCall)
}

func (s callStore) insert(ctx context.Context, c Call) error {
	x, err := jsons(c.Fields, c.Criteria, c.Conditions, c.Ties)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO pilot_call (id, year, title_zh, title_en, text, fields, blind, opens_at, closes_at, notice_days, reviewers, pass_mark, quota, criteria, conditions, ties, state, synthetic, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
			c.ID, c.Year, c.Title.ZH, c.Title.EN, c.Text, x[0], c.Blind, c.OpensAt.UnixMilli(), c.ClosesAt.UnixMilli(), c.NoticeDays, c.Reviewers, c.PassMark, c.Quota, x[1], x[2], x[3], string(c.State), c.Synthetic, c.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert call: %w", err)
		}
		tx.Changed("pilot_call", c.ID, nil, c)
		return nil
	})
}

// locked reads a call that nobody else changes, nor anything of it, until the commit.
func (s callStore) locked(ctx context.Context, tx *sqldb.Tx, id string) (Call, error) {
	if err := tx.Queue(ctx, "pilot/"+id); err != nil {
		return Call{}, err
	}
	return s.read(ctx, tx, id)
}

// save saves a call that is locked.
func (s callStore) save(ctx context.Context, tx *sqldb.Tx, before, c Call) error {
	x, err := jsons(c.Fields, c.Criteria, c.Conditions, c.Ties)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE pilot_call SET year = $1, title_zh = $2, title_en = $3, text = $4, fields = $5, blind = $6, opens_at = $7, closes_at = $8, notice_days = $9, reviewers = $10, pass_mark = $11,
		quota = $12, criteria = $13, conditions = $14, ties = $15, state = $16, meeting = $17, notice_from = $18, notice_until = $19, version = version + 1 WHERE id = $20`,
		c.Year, c.Title.ZH, c.Title.EN, c.Text, x[0], c.Blind, c.OpensAt.UnixMilli(), c.ClosesAt.UnixMilli(), c.NoticeDays, c.Reviewers, c.PassMark,
		c.Quota, x[1], x[2], x[3], string(c.State), c.Meeting, sqldb.InstantMillis(c.NoticeFrom), sqldb.InstantMillis(c.NoticeUntil), c.ID)
	if err != nil {
		return fmt.Errorf("change call: %w", err)
	}
	tx.Changed("pilot_call", c.ID, before, c)
	return nil
}

// change lets decide change a call, and saves it with what else is done in the same change.
func (s callStore) change(ctx context.Context, id string, version int64, decide func(tx *sqldb.Tx, c Call) (Call, error)) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, err := decide(tx, before)
		if err != nil {
			return err
		}
		return s.save(ctx, tx, before, after)
	})
}

// remove removes a draft, or a call of the demonstration city with all that came of it.
func (s callStore) remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if !c.removable() {
			return fault.New(fault.Conflict, "scenario.pilot.call_kept", "only a draft, or a call of the demonstration city, is removed")
		}
		// The rest goes with the applications.
		for _, q := range []string{
			`DELETE FROM pilot_application WHERE call_id = $1`, `DELETE FROM pilot_reviewer WHERE call_id = $1`,
			`DELETE FROM pilot_sealed WHERE call_id = $1`, `DELETE FROM pilot_seal WHERE call_id = $1`, `DELETE FROM pilot_call WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return fmt.Errorf("remove call: %w", err)
			}
		}
		tx.Changed("pilot_call", id, c, nil)
		return nil
	})
}
