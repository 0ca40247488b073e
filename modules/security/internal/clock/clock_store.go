package clock

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

const columns = `id, object, organisation_id, obligation, kind, level, legal, basis_zh, basis_en, pack, started_at, due_at, state, stopped_at, reason, drill, pace, steps, next_step`

// mostObjects is of how many objects clocks are asked for at once.
const mostObjects = 500

func scan(r sqldb.Row) (c Clock, err error) {
	var started, due, stopped int64
	var steps string
	err = r.Scan(&c.ID, &c.Object, &c.OrganisationID, &c.Obligation, &c.kind, &c.Level, &c.Legal, &c.Basis.ZH, &c.Basis.EN, &c.Pack, &started, &due, &c.State, &stopped, &c.Reason, &c.Drill, &c.pace, &steps, &c.next)
	if err != nil {
		return c, err
	}
	c.StartedAt, c.DueAt, c.StoppedAt = sqldb.Time(started), sqldb.Time(due), sqldb.Instant(stopped)
	if err = json.Unmarshal([]byte(steps), &c.steps); err != nil {
		return c, fmt.Errorf("read steps of clock %s: %w", c.ID, err)
	}
	return c, nil
}

// nextAt is when a clock says something next, in milliseconds; 0: never again.
func (c Clock) nextAt() int64 {
	if c.State != Running || c.next >= len(c.steps) {
		return 0
	}
	return c.steps[c.next].At
}

func (s store) insert(ctx context.Context, tx *sqldb.Tx, list ...Clock) error {
	rows := make([][]any, len(list))
	for i, c := range list {
		steps, err := json.Marshal(c.steps)
		if err != nil {
			return fmt.Errorf("write steps of clock: %w", err)
		}
		rows[i] = []any{
			c.ID, c.Object, c.OrganisationID, c.Obligation, c.kind, c.Level, c.Legal, c.Basis.ZH, c.Basis.EN, c.Pack, c.StartedAt.UnixMilli(), c.DueAt.UnixMilli(), c.State, sqldb.InstantMillis(c.StoppedAt), c.Reason, c.Drill, c.pace,
			string(steps), c.next, c.nextAt(),
		}
	}
	if err := tx.InsertAll(ctx, `INSERT INTO security_clock (`+columns+`, next_at)`, rows); err != nil {
		return fmt.Errorf("begin clock: %w", err)
	}
	return nil
}

func (s store) update(ctx context.Context, tx *sqldb.Tx, c Clock) error {
	steps, err := json.Marshal(c.steps)
	if err != nil {
		return fmt.Errorf("write steps of clock: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE security_clock SET level = $2, legal = $3, basis_zh = $4, basis_en = $5, pack = $6, due_at = $7, state = $8, stopped_at = $9, reason = $10, steps = $11, next_step = $12, next_at = $13 WHERE id = $1`,
		c.ID, c.Level, c.Legal, c.Basis.ZH, c.Basis.EN, c.Pack, c.DueAt.UnixMilli(), c.State, sqldb.InstantMillis(c.StoppedAt), c.Reason, string(steps), c.next, c.nextAt())
	if err != nil {
		return fmt.Errorf("change clock: %w", err)
	}
	return nil
}

// rewrite writes many clocks again as they are now: two statements for hundreds, where update takes one for each.
func (s store) rewrite(ctx context.Context, tx *sqldb.Tx, list []Clock) error {
	for part := range slices.Chunk(list, mostObjects) {
		ids := make([]any, len(part))
		for i, c := range part {
			ids[i] = c.ID
		}
		if _, err := tx.Exec(ctx, `DELETE FROM security_clock WHERE id IN (`+sqldb.Marks(1, len(ids))+`)`, ids...); err != nil {
			return fmt.Errorf("write clocks again: %w", err)
		}
		if err := s.insert(ctx, tx, part...); err != nil {
			return err
		}
	}
	return nil
}

// cancel ends what runs of objects; they say nothing more.
func (s store) cancel(ctx context.Context, tx *sqldb.Tx, at time.Time, reason string, objects []string) error {
	args := []any{Cancelled, at.UnixMilli(), reason, Running}
	for _, o := range objects {
		args = append(args, o)
	}
	_, err := tx.Exec(ctx, `UPDATE security_clock SET state = $1, stopped_at = $2, reason = CASE WHEN $3 = '' THEN reason ELSE $3 END, next_at = 0 WHERE state = $4 AND object IN (`+sqldb.Marks(5, len(objects))+`)`, args...)
	if err != nil {
		return fmt.Errorf("cancel clocks: %w", err)
	}
	return nil
}

// running is the clock of an obligation that still runs.
func (s store) running(ctx context.Context, db reader, object, obligation string) (Clock, bool, error) {
	c, err := scan(db.QueryRow(ctx, `SELECT `+columns+` FROM security_clock WHERE object = $1 AND obligation = $2 AND state = 'running'`, object, obligation))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read clock: %w", err)
	}
	return c, true, nil
}

// of are all clocks of objects.
func (s store) of(ctx context.Context, db reader, objects ...string) ([]Clock, error) {
	if len(objects) == 0 {
		return nil, nil
	}
	if len(objects) > mostObjects {
		return nil, fmt.Errorf("read clocks of %d objects: at most %d at once", len(objects), mostObjects)
	}
	marks, args := make([]string, len(objects)), make([]any, len(objects))
	for i, o := range objects {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), o
	}
	rows, err := db.Query(ctx, `SELECT `+columns+` FROM security_clock WHERE object IN (`+strings.Join(marks, ", ")+`) ORDER BY started_at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	return sqldb.All(rows, scan)
}

// due are clocks that have something to say, the longest overdue first.
func (s store) due(ctx context.Context, now time.Time, most int) ([]Clock, error) {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM security_clock WHERE next_at > 0 AND next_at <= $1 ORDER BY next_at, id LIMIT $2`, now.UnixMilli(), most)
	if err != nil {
		return nil, fmt.Errorf("read clocks that are due: %w", err)
	}
	return sqldb.All(rows, scan)
}

// advance takes the next step of a clock as it was read; false: somebody changed it meanwhile.
func (s store) advance(ctx context.Context, tx *sqldb.Tx, c Clock) (bool, error) {
	after := c
	after.next++
	n, err := tx.Exec(ctx, `UPDATE security_clock SET next_step = $3, next_at = $4 WHERE id = $1 AND next_step = $2 AND state = 'running' AND due_at = $5`,
		c.ID, c.next, after.next, after.nextAt(), c.DueAt.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("take step of clock: %w", err)
	}
	return n == 1, nil
}

// pause lets a clock that could not fire wait.
func (s store) pause(ctx context.Context, c Clock, until time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE security_clock SET next_at = $3 WHERE id = $1 AND next_step = $2 AND state = 'running' AND next_at > 0`, c.ID, c.next, until.UnixMilli())
		if err != nil {
			return fmt.Errorf("pause clock: %w", err)
		}
		return nil
	})
}
